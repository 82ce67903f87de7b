#!/bin/sh
# SPDX-License-Identifier: ISC
# A gate that died between erasing a key and removing the files finds the files again.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin files
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
state_of() { p auditor ls --json | sed -n "s/.*\"session\":\"$1\".*\"state\":\"\\([a-z]*\\)\".*/\\1/p"; }
is_state() { [ "$(state_of "$1")" = "$2" ]; }

days_grant shell 1h
p engineer enter shell -- true </dev/null >/dev/null
one=$(p approver sessions --all --json | ids | head -n 1)
p engineer enter shell -- true </dev/null >/dev/null
two=$(p approver sessions --all --json | ids | grep -v "$one")
within $days_limit is_state "$two" kept
cp -p "$root/state/rec/$one.rec" "$root.copy"

# The first one's window lapses: what has been deleted is put back, as if the gate had died before it removed the file.
sed -i 's/recording: 90d/recording: 1s/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
holds "a recording whose window has lapsed is deleted on schedule" within $days_limit is_state "$one" expired
holds "its file goes with it" within $days_limit [ ! -e "$root/state/rec/$one.rec" ]
within $days_limit is_state "$two" expired
sed -i 's/recording: 1s/recording: 90d/' "$root/etc/policy.yaml"
kill -TERM "$posternd"
wait "$posternd"
cp -p "$root.copy" "$root/state/rec/$one.rec"
days_start --trial
days_grant shell 1h
p engineer enter shell -- true </dev/null >/dev/null
three=$(p approver sessions --all --json | ids | grep -v "$one" | grep -v "$two")
holds "a file that was left behind is removed after the next start" within $days_limit [ ! -e "$root/state/rec/$one.rec" ]
holds "the journal says so" journal "of an expired recording was still there"
holds "files that are kept stay" [ -e "$root/state/rec/$three.rec" ]

# A file that cannot be removed: in its place stands a folder.
mv "$root/state/rec/$three.rec" "$root.copy"
mkdir "$root/state/rec/$three.rec"
sed -i 's/recording: 90d/recording: 1s/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
holds "a recording lapses whose file cannot be removed" within $days_limit is_state "$three" expired
planned() { p auditor retention plan | grep -q "$(echo "$three" | cut -c1-8) .*failed .*its file could not be deleted since"; }
holds "the plan says so" within $days_limit planned
holds "the log has both" sh -c "'$peer' log '$root' '$three' >'$root.said'; grep -q '^deletion-failed .*its file' '$root.said' && grep -q '^deleted .*; policy .*; envelope .*; head [0-9]' '$root.said'"
kill -TERM "$posternd"
wait "$posternd"
days_start --trial
holds "a start forgets nothing" planned
screen=$root.console.drive
days_ptys="$days_ptys $screen"
"$drive" start "$screen" 100x30 "$bin/postern" console --root "$root" --as approver >/dev/null
holds "the console shows it" "$drive" "$screen" wait '1 thing could not be deleted'
rmdir "$root/state/rec/$three.rec"
mv "$root.copy" "$root/state/rec/$three.rec"
p auditor retention run >/dev/null
holds "a run tries again, and the file goes" [ ! -e "$root/state/rec/$three.rec" ]
holds "the log says that it is done now" sh -c "'$peer' log '$root' '$three' | grep -q '^deletion-done .*is gone now'"
shown() { "$drive" "$screen" dump | grep -q 'could not be deleted'; }
not_shown() { ! shown; }
holds "the console does not show it any more" within $days_limit not_shown
p auditor retention plan >"$root.copy"
holds "and the plan speaks of it no more" sh -c "! grep -q failed '$root.copy'"
tap_end
