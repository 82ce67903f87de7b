#!/bin/sh
# SPDX-License-Identifier: ISC
# What a retention run deletes is gone from the disk, not only from the screens: everything a gate keeps lies on a file system
# of its own, sessions of several classes run, one class lapses, of two others the recording or the trail alone, and the raw image is
# searched for their keys and texts.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
export TZ=UTC LC_ALL=C.UTF-8
days_begin deletion
base=$root
image=$base.img disk=$base.disk
mount_image() {
	mkdir "$disk" && truncate -s 96M "$image" && mkfs.ext4 -q -F "$image" && mount -o loop "$image" "$disk"
}
not_here() { skip "a deletion reaches the disk" "$1"; tap_end; }
[ "$as_root" = yes ] || not_here "a file system of its own needs root"
command -v python3 >/dev/null || not_here "python3 is not here"
cp "$TOP_BUILDDIR/tests/e2e/days_clock.so" "$base.so" && chmod 755 "$base.so"
set_clock() { echo "$1" >"$base.new" && chmod 644 "$base.new" && mv "$base.new" "$base.clock"; }
set_clock -259200
export ASAN_OPTIONS="verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
env LD_PRELOAD="$base.so" DAYS_CLOCK="$base.clock" sh -c 'kill -0 $$' 2>/dev/null || not_here "LD_PRELOAD does not work here (sanitizers?)"
command -v mkfs.ext4 >/dev/null && mount_image 2>/dev/null || not_here "no file system can be mounted here"
days_mounts="$days_mounts $disk"
chmod 755 "$disk"
mkdir -m 1777 "$disk/tmp" "$disk/home"
export TMPDIR="$disk/tmp" HOME="$disk/home"
root=$disk/gate
start() {
	LD_PRELOAD=$base.so DAYS_CLOCK=$base.clock "$bin/posternd" --root "$root" --trial >>"$base.log" 2>&1 &
	posternd=$!
	days_mine="$days_mine $posternd"
	within $days_limit days_answers
}
stop() { kill "$posternd"; wait "$posternd" 2>/dev/null; }
shows() { "$bin/postern" policy show --root "$root" 2>&1 | grep -q "$1"; }
any() { head -c 400 /dev/urandom | base64 -w0 | tr -dc 'a-z' | head -c 24; }

# Three days ago: a class that will be short, and one that stays.
start || { tail -n 5 "$base.log" >&2; fail "posternd starts"; tap_end; }
sed -i '/^  - {class: standard/a\  - {class: brief, recording: 90d, texts: 1y, log: 1y}\n  - {class: run, recording: 90d, trail: 1y}\n  - {class: pictures, recording: 1y, trail: 90d}' \
	"$root/etc/policy.yaml"
for class in brief run pictures; do
	cat >>"$root/etc/policy.yaml" <<-TXT
	  - role: $class
	    about: Kept for a moment
	    who: [engineer]
	    as: nobody
	    for: {default: 15m, most: 2h}
	    approve: {by: [approver], need: 1}
	    sessions: 3
	    keep: $class
	TXT
done
kill -HUP "$posternd"
holds "a class of its own is loaded" within $days_limit shows 'class brief'
# work ROLE: a session whose words are those of this run alone; its id in $session.
work() {
	why=$(any) comment=$(any) typed=$(any) shown=$(any) said=$(any)
	request=$(p engineer request "$1" --reason "INC-7 $why" --for 20m) && p approver grant "$request" --comment "fine $comment" >/dev/null &&
		enter_pty "$1" "$1" && "$drive" "$pty" type "unset HISTFILE; : $typed; echo ${shown%????????????}''${shown#????????????}\\r" >/dev/null &&
		"$drive" "$pty" wait "$shown" >/dev/null && p approver say "$session" "please $said" >/dev/null &&
		"$drive" "$pty" wait "$said" >/dev/null && "$drive" "$pty" type 'exit\r' >/dev/null && within $days_limit is_gone "$session"
	# A denial, and a recording that an auditor opens with a reason.
	denied=$(any) opened=$(any)
	id=$(p engineer request "$1" --reason "again $why") && p approver deny "$id" --reason "not now $denied" >/dev/null
	p auditor show "$session" >/dev/null
	printf '%s\n' "$why" "$comment" "$typed" "$shown" "$said" "$denied" >"$base.words.$1"
}
holds "a session of the class that goes" work brief
goes=$session goes_request=$request
holds "a session of the class that stays" work shell
stays=$session
shown_stays=$shown
holds "a session that will keep what was run" work run
run=$session run_typed=$typed run_shown=$shown
holds "a session that will keep what was shown" work pictures
pictures=$session pictures_typed=$typed pictures_shown=$shown
copy_state() { cp "$root/state/slots" "$base.slots" && cp "$root/state/rec/$goes.rec" "$base.rec"; }
holds "its keys and its file are kept aside" copy_state
stop

# Today: what the first class keeps is over, of all its parts.
set_clock 0
sed -i -e 's/class: brief, recording: 90d, texts: 1y, log: 1y/class: brief, recording: 1h, texts: 1h, log: 1h/' -e 's/class: run, recording: 90d/class: run, recording: 1h/' \
	-e 's/class: pictures, recording: 1y, trail: 90d/class: pictures, recording: 1y, trail: 1h/' "$root/etc/policy.yaml"
start || { tail -n 5 "$base.log" >&2; fail "posternd starts again"; tap_end; }
holds "the plan says it" sh -c "timeout 60 '$bin/postern' retention plan --root '$root' --as auditor | grep -q '$(echo "$goes" | cut -c1-8).*recording.*brief'"
holds "a run deletes" p auditor retention run --confirm
p auditor retention run --json >"$base.again"
holds "again there is nothing to do" [ ! -s "$base.again" ]
holds "the file is gone" [ ! -e "$root/state/rec/$goes.rec" ]
identity=$root/auditor.key
said() { timeout 60 "$bin/postern" export --reason "a look at it" "$1" --root "$root" --as auditor -i "$identity" --as raw -o "$disk/home/out" >"$base.said" 2>&1; }
said "$goes"
ended=$?
[ "$ended" -eq 4 ] || sed "s/^/# status $ended: /" "$base.said"
holds "the player's exit status says that its time is over" [ "$ended" -eq 4 ]
holds "and its sentence why" grep -q 'retention window lapsed on .* under class brief' "$base.said"
holds "show says it too" sh -c "timeout 60 '$bin/postern' show '$goes' --root '$root' --as auditor 2>&1 | grep -q 'lapsed'"
holds "the reason is gone from the catalogue's answers" sh -c "! timeout 60 '$bin/postern' requests '$goes_request' --all --root '$root' --as auditor 2>&1 | grep -q '$(head -n 1 "$base.words.brief")'"
timeout 60 "$bin/postern" export --reason "a look at it" "$stays" --root "$root" --as auditor -i "$identity" --as raw -o "$base.out" >/dev/null 2>&1
holds "what is kept still opens" grep -q "$shown_stays" "$base.out"
holds "of one the recording is gone, and the trail is there" [ ! -e "$root/state/rec/$run.rec" -a -s "$root/state/rec/$run.trail.rec" ]
holds "of the other the trail is gone, and the recording is there" [ -s "$root/state/rec/$pictures.rec" -a ! -e "$root/state/rec/$pictures.trail.rec" ]
half() { timeout 60 "$bin/postern" export --reason "a look at it" "$1" --root "$root" --as auditor -i "$identity" --as "$2" -o "$base.out" >"$base.said" 2>&1; }
holds "what was run opens without its recording" half "$run" commands
holds "to the line" grep -q "$run_typed" "$base.out"
half "$run" raw
holds "which does not open" [ "$?" -eq 4 ]
holds "what was shown opens without its trail" half "$pictures" raw
holds "to the word" grep -q "$pictures_shown" "$base.out"
half "$pictures" commands
holds "which does not open either" [ "$?" -eq 4 ]
stop
"$bin/postern" verify --root "$root" >"$base.said" 2>&1
verified=$?
[ "$verified" -eq 0 ] || sed 's/^/# /' "$base.said"
holds "the log verifies" [ "$verified" -eq 0 ]
holds "and counts the deletions" grep -q 'and [1-9][0-9]* deletions were checked' "$base.said"
cp "$root/state/slots" "$base.slots.now"
sync
for pty in $days_ptys; do "$drive" "$pty" end; done >/dev/null 2>&1	# their sockets hold it
within $days_limit umount "$disk" && days_mounts=''
root=$base

# Keys that were live before and are not now; the others must be found, so that the search is known to search.
cat >"$base.py" <<'PY'
import sys
before, now, image = (open(name, 'rb').read() for name in sys.argv[1:4])
LIVE = (1, 3)   # in the clear, wrapped
gone = kept = 0
for at in range(64, min(len(before), len(now)), 64):
    key = before[at + 16:at + 48]
    if before[at + 7] not in LIVE:
        continue
    is_live = now[at + 7] in LIVE
    found = image.find(key) >= 0
    gone, kept = gone + (not is_live), kept + is_live
    if is_live and not found:
        print('the key of slot', at // 64, 'is kept and was not found')
    if not is_live and found:
        print('the key of slot', at // 64, 'was erased and is on the disk')
    if not is_live and now[at + 16:at + 48] != bytes(32):
        print('slot', at // 64, 'is not zero')
if gone < 2 or kept < 2:
    print('too few slots to tell:', gone, 'erased,', kept, 'kept')
PY
nothing "no erased key is on the disk, and the kept ones are" "$(python3 "$base.py" "$base.slots" "$base.slots.now" "$image")"
for class in brief shell run pictures; do
	nothing "no word of the class $class is on the disk in plain" "$(LC_ALL=C grep -a -o -F -f "$base.words.$class" "$image" | sort | uniq -c)"
done
nothing "and none is in the journal, whose time is not ours" "$(cat "$base".words.* | LC_ALL=C grep -a -o -F -f - "$base.log" | sort | uniq -c)"
holds "words would be found" sh -c "[ \"\$(cat '$base.words.brief' | LC_ALL=C grep -a -c -F -f '$base.words.brief')\" -eq 6 ]"

# The same gate gets a key for its slots: wrapped in place, and the class that stayed lapses under it.
days_mounts=$disk	# somebody else's namespace may have kept it
mountpoint -q "$disk" || mount -o loop "$image" "$disk" || fail "the disk is there again"
root=$disk/gate
mkdir -m 755 "$base.creds" && "$bin/postern" keygen slots -o "$base.creds/postern.slots.key" 2>/dev/null
chown "$(stat -c %u "$root/state")" "$base.creds/postern.slots.key" && chmod 400 "$base.creds/postern.slots.key"
sed -i 's/class: standard, recording: [^,]*, texts: [^,]*,/class: standard, recording: 1h, texts: 1h,/' "$root/etc/policy.yaml"
export CREDENTIALS_DIRECTORY="$base.creds"
start || { tail -n 5 "$base.log" >&2; fail "posternd starts with a credential"; tap_end; }
unset CREDENTIALS_DIRECTORY
holds "slots are wrapped in their place" within $days_limit grep -q 'slots-wrapped: ' "$base.log"
cp "$root/state/slots" "$base.slots.wrapped"
holds "another class is deleted" p auditor retention run --confirm
stop
cp "$root/state/slots" "$base.slots.after"
sync
if umount "$disk" 2>/dev/null; then days_mounts=''; fi
root=$base
nothing "no erased key is on the disk in its wrapping, and the kept ones are" "$(python3 "$base.py" "$base.slots.wrapped" "$base.slots.after" "$image")"
cat >"$base.clear.py" <<'PY'
import sys
now, image = (open(name, 'rb').read() for name in sys.argv[1:3])
keys = [(at // 64, now[at + 16:at + 48]) for at in range(64, len(now), 64) if now[at + 7] == 1]
for unit, key in keys:
    if image.find(key) >= 0:
        print('the key of slot', unit, 'is on the disk as it was before')
if len(keys) < 3:
    print('too few slots to tell:', len(keys))
PY
nothing "no key is on the disk as it was before it was wrapped" "$(python3 "$base.clear.py" "$base.slots.now" "$image")"
tap_end
