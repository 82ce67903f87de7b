#!/bin/sh
# SPDX-License-Identifier: ISC
# A backup without keys, a retention run, and a restore elsewhere: what was deleted stays deleted, what was kept opens again
# with the slots that the replica gives back, and verify calls what is missing a gap.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/replica_lib.sh"
days_begin backup
replica_host || { skip "backup and restore" "no sshd can be started here"; tap_end; }
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
sed -i '/^  - {class: standard/a\  - {class: brief, recording: 90d, trail: 1y, texts: 1y, log: 1y}' "$root/etc/policy.yaml"
sed 's/^  - role: shell$/  - role: brief/; s/keep: standard/keep: brief/' "$root/etc/policy.yaml" | sed -n '/role: brief/,/keep: brief/p' >"$root.role"
cat "$root.role" >>"$root/etc/policy.yaml"
mkdir "$root/to" && chown "$(stat -c %u "$root/state")" "$root/to"
echo "archive file $root/to/events.json" >"$root/etc/outputs" && chmod 644 "$root/etc/outputs"
replica_for "$root" gate
kill -HUP "$posternd"
shows() { "$bin/postern" policy show --root "$root" 2>&1 | grep -q "$1"; }
within $days_limit shows 'class brief' || fail "a class of its own is loaded"
there=$second/slots/slots
work() { days_grant "$1" 5m && p engineer enter "$1" -- "echo $2" </dev/null >/dev/null 2>&1 && p auditor ls --json | ids | head -n 1; }
goes=$(work brief lapses)
stays=$(work shell remains)
kept() { [ "$(p auditor ls --json | grep -c '"state":"kept"')" -eq "$1" ]; }
holds "two recordings are complete" within $days_limit kept 2
within $days_limit grep -q '^at [1-9]' "$root/state/out/archive" || fail "an output has sent something"
"$bin/postern" verify --root "$root" --save "$root.pin.early" >/dev/null

# While the gate runs.
copy=$root.backup
holds "a backup of a running gate is made" sh -c "'$bin/postern' backup '$copy' --root '$root' --as auditor >'$root.said'"
holds "it says what is in it, and what is not" grep -q '2 recordings are in .*key slots are not' "$root.said"
holds "the log knows who made it, of which entries, and how much it is" within $days_limit journal "backup: auditor has made a backup of the log's [1-9][0-9]* entries, root [A-Za-z0-9+/]*=, with 2 recordings: [1-9][0-9]* files, [1-9][0-9]* bytes, in $copy"
holds "how far outputs have come is in it" grep -q '^at [1-9]' "$copy/out/archive"
holds "it has no slots, no log key and no epoch" sh -c "[ ! -e '$copy/slots' ] && [ ! -e '$copy/log.key' ] && [ ! -e '$copy/epochs' ]"
"$bin/postern" verify "$copy" >"$root.said" 2>&1
holds "it verifies by itself, without a key" grep -q '^Fine up to entry' "$root.said"
cp "$root/state/log.key" "$root.logkey"

# After it: one class lapses, and another session runs.
later=$(work shell afterwards)
sed -i 's/class: brief, recording: 90d, trail: 1y, texts: 1y/class: brief, recording: 1s, trail: 1y, texts: 1s/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
run() { p auditor retention run --confirm >/dev/null 2>&1; [ ! -e "$root/state/rec/$goes.rec" ]; }
holds "a run deletes what lapsed" within $days_limit run
receipts() { [ "$(ls "$second/slots/receipts" | wc -l)" -ge 2 ]; }
holds "here and at the replica" within $days_limit receipts
received() { "$peer" log "$root" '' | grep -c 'has erased its copy' | grep -q '[2-9]'; }
within $days_limit received || fail "the receipts are in the log"
kill "$posternd"
wait "$posternd" 2>/dev/null
"$bin/postern" verify --root "$root" --save "$root.pin.late" >/dev/null || fail "the old log verifies"

# Another machine: the same settings, nothing else.
new=$root.new
mkdir -m 755 "$new"
cp -r "$root/etc" "$new/etc"
cp "$root/auditor.key" "$new/auditor.key"
chown -R "$(stat -c %u:%g "$root/etc")" "$new/etc"
chown "$(stat -c %u:%g "$root")" "$new"
mkdir -m 700 "$new/state" && chown "$(stat -c %u:%g "$root/state")" "$new/state"
printf 'Host second\n\tHostName 127.0.0.1\n\tPort %s\n\tUser %s\n\tIdentityFile %s\n\tIdentitiesOnly yes\n\tUserKnownHostsFile %s\n' \
	"$replica_port" "$(id -un)" "$second/keys/admin" "$new/etc/replica_hosts" >"$root.admin"
restore() { "$bin/postern" restore "$copy" --root "$new" "$@" >"$root.said" 2>&1; }
holds "with the bastion's own key no slot comes back" sh -c "! '$bin/postern' restore '$copy' --root '$new' >'$root.said' 2>&1 && grep -q -- '--give' '$root.said'"
cp "$copy/catalogue.db" "$root.good"
printf 'x' | dd of="$copy/catalogue.db" bs=1 seek=5000 conv=notrunc 2>/dev/null
holds "a backup that was altered is refused" sh -c "! '$bin/postern' restore '$copy' --root '$new' --ssh-config '$root.admin' >'$root.said' 2>&1 && grep -q 'not the file that was backed up' '$root.said'"
cp "$root.good" "$copy/catalogue.db"
holds "the administrator's key brings everything back" restore --ssh-config "$root.admin" --log-key "$root.logkey"
grep -q . "$root.said" && sed 's/^/# /' "$root.said"
holds "it says what was deleted again" grep -q '[1-9][0-9]* were erased since the backup' "$root.said"
holds "and that slots of later sessions are there" grep -q '[1-9][0-9]* key slots belong to what happened after' "$root.said"
holds "the deleted recording's file is not there" [ ! -e "$new/state/rec/$goes.rec" ]
holds "the trail beside it, which is kept, is" cmp -s "$root/state/rec/$goes.trail.rec" "$new/state/rec/$goes.trail.rec"
holds "an old state directory's slots do as well" sh -c "mkdir -m 700 '$root.again' '$root.again/state' && '$bin/postern' restore '$copy' --root '$root.again' --slots '$root/state' --log-key '$root.logkey' --json | grep -q '\"deleted_again\":[1-9]'"
holds "and how far outputs have come" cmp -s "$copy/out/archive" "$new/state/out/archive"
holds "old policies are there as well" [ "$(ls "$copy/versions" | wc -l)" -gt 0 ]
holds "a second restore over it is refused" sh -c "! '$bin/postern' restore '$copy' --root '$new' >/dev/null 2>&1"

old=$root
root=$new
cp "$old.log" "$root.log" 2>/dev/null
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts on what was restored"; tap_end; }
open() { timeout 60 "$bin/postern" export --reason "a look at it" "$1" --root "$root" --as auditor -i "$root/auditor.key" --as raw -o "$old.out" >"$old.said" 2>&1; }
open "$stays"
holds "what is kept opens" grep -q remains "$old.out"
rm -f "$old.out"
open "$goes"
status=$?
holds "what was deleted does not come back" sh -c "[ $status -eq 4 ] && [ ! -s '$old.out' ]"
holds "and the player says why" grep -q 'the recording lapsed on .* under class brief; its trail is kept until' "$old.said"
open "$later"
holds "what came after the backup is unknown" [ $? -eq 6 ]
holds "work goes on" sh -c '[ -n "$1" ]' - "$(work shell again)"
kill "$posternd"
wait "$posternd" 2>/dev/null

verify() { "$bin/postern" verify --root "$root" "$@" >"$old.said" 2>&1; status=$?; [ "$status" -eq 21 ] || sed "s/^/# $status: /" "$old.said"; [ "$status" -eq 21 ]; }
holds "verify has its own status for it" verify
holds "and calls it a gap" grep -q '^Gap: Entries from [0-9]* on were lost: entry [0-9]* says that the log was put back from a backup' "$old.said"
holds "nothing is said to be edited, altered or deleted without a word" sh -c "! grep -Eqi 'edited|re-signed|altered|missing|unlogged|undone' '$old.said'"
holds "a head from before the backup still holds" verify --pin "$old.pin.early"
holds "one from after it belongs to what was lost" verify --pin "$old.pin.late"
rm -f "$old".pin.* "$old.good" "$old.logkey"
root=$old
rm -rf "$new" "$new.log"
tap_end
