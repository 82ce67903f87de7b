#!/bin/sh
# SPDX-License-Identifier: ISC
# A class that keeps what was run for another time than what was shown: two files, two keys, two lapses, and each half still
# tells what it knows when the other has gone.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/acts_lib.sh"
export TZ=UTC LC_ALL=C.UTF-8
days_begin apart
export XDG_STATE_HOME="$root.heads"
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
# export_as WANTED ID FORMAT: the bytes go to $root.out.
export_as() { rm -f "$root.out"; act "$1" auditor export "$2" -i "$root/auditor.key" --as "$3" -o "$root.out" --reason "a look at it"; }
has() { grep -q -- "$1" "$root.out" || { head -n 20 "$root.out" | sed 's/^/# /'; false; }; }
lacks() { ! grep -q -- "$1" "$root.out"; }
verifies() { timeout 60 "$bin/postern" verify --root "$root" >"$root.said" 2>&1 || { sed 's/^/# /' "$root.said"; false; }; }
there() { [ -s "$root/state/rec/$1" ]; }
gone() { [ ! -e "$root/state/rec/$1" ]; }

# classes PICTURES-RECORDING PICTURES-TRAIL RUN-RECORDING RUN-TRAIL
cp "$root/etc/policy.yaml" "$root.policy"
classes() {
	sed "/^  - {class: standard/a\\  - {class: pictures, recording: $1, trail: $2, texts: 1y, log: forever}\\n  - {class: run, recording: $3, trail: $4, texts: 1y, log: forever}" \
		"$root.policy" >"$root/etc/policy.yaml"
	for class in pictures run; do
		cat >>"$root/etc/policy.yaml" <<-TXT
		  - role: $class
		    about: Kept in two parts
		    who: [engineer]
		    as: nobody
		    for: {default: 15m, most: 2h}
		    approve: {by: [approver], need: 1}
		    sessions: 3
		    keep: $class
		TXT
	done
	kill -HUP "$posternd"
}
classes 90d 30d 30d forever
holds "a class may keep the two for different times" within $days_limit shows 'class run: recordings 30 days, trails forever'
holds "one that says nothing keeps them together" shows 'class standard: .* trails with them'
sed 's/class: run, recording: 30d, trail: forever, texts: 1y, log: forever/class: run, recording: 30d, trail: 2y, log: 1y/' "$root/etc/policy.yaml" >"$root.policy.bad"
mkdir -p "$root.etc" && cp -r "$root/etc/." "$root.etc" && cp "$root.policy.bad" "$root.etc/policy.yaml"
holds "a log that goes before its trails is refused" sh -c "! '$bin/postern' policy check '$root.etc' >'$root.said' 2>&1"
holds "with a sentence" says "must not go before the trails it vouches for"
rm -rf "$root.etc" "$root.policy.bad"

# work ROLE WORD: a session on a terminal, in which a line is entered that shows WORD; its id in $session.
work() {
	days_grant "$1" 20m && enter_pty "$1" "$1" && "$drive" "$pty" type "unset HISTFILE; echo ${2}''-shown\\r" >/dev/null &&
		"$drive" "$pty" wait "$2-shown" >/dev/null
}
leave() { "$drive" "$pty" type 'exit\r' >/dev/null && within $days_limit is_gone "$session"; }
kept() { p auditor ls --json | grep "$1" | grep -q '"state": *"kept"'; }

holds "a session of a class that keeps pictures longer" work pictures onyx
holds "can be read while it runs" export_as 0 "$session" commands
holds "with what was run so far" has "echo onyx''-shown"
holds "ends" leave
pictures=$session
player=$root.both
days_ptys="$days_ptys $player"
"$drive" start "$player" 100x30 "$bin/postern" play "$pictures" --root "$root" --as auditor -i "$root/auditor.key" --reason "a look" >/dev/null
holds "both are played as one" "$drive" "$player" wait "onyx-shown"
"$drive" "$player" type '0' >/dev/null
"$drive" "$player" type 'G' >/dev/null
holds "from anywhere in it" "$drive" "$player" wait "onyx-shown"
"$drive" "$player" type q >/dev/null
holds "a session of a class that keeps what was run longer" work run opal
holds "ends too" leave
run=$session
holds "a session of a class that keeps them together" work shell agate
holds "ends as well" leave
together=$session
holds "the gate has closed them" within $days_limit kept "$run"
for id in $pictures $run; do
	holds "its files are two" there "$id.rec"
	holds "with what was run in one of its own" there "$id.trail.rec"
	holds "and no tails are left full" [ ! -s "$root/state/rec/$id.trail.tail" ]
	holds "together they tell what was run" export_as 0 "$id" commands
	holds "line by line" has "echo o[a-z]*''-shown"
	holds "and what was shown" export_as 0 "$id" text
	holds "as before" has "o[a-z]*-shown"
	holds "show tells of both" sh -c "timeout 60 '$bin/postern' show '$id' --root '$root' --as auditor | grep -q '^Trail .*kept: what was run is kept '"
done
holds "the others have one file" gone "$together.trail.rec"
holds "with everything in it" export_as 0 "$together" commands
holds "as ever" has "agate"
holds "the log knows the envelope of each" sh -c "timeout 60 '$bin/postern' log export --root '$root' | grep -q 'trail-sealed'"
holds "the log knows each file" sh -c "timeout 60 '$bin/postern' log export --root '$root' | grep -q 'trail-segment: complete: '"
holds "and verifies" verifies

# ---- a copy that somebody has touched
# touched WORD SENTENCE COMMAND...: verify says so of a copy on which the command was run.
touched() {
	touched_word=$1 touched_says=$2
	shift 2
	rm -rf "$root.copy" && cp -r "$root/state" "$root.copy" && "$@" && ! "$bin/postern" verify "$root.copy" >"$root.said" 2>&1 &&
		grep -q "$touched_word.*$touched_says" "$root.said" || { sed 's/^/# /' "$root.said"; false; }
}
of_copy=$root.copy/rec/$run.trail.rec
flip() { printf X | dd of="$1" bs=1 seek=200 conv=notrunc 2>/dev/null; }
holds "a trail that was altered is found" touched recording-altered "Its trail has other bytes" flip "$of_copy"
holds "one that was cut as well" touched recording-cut "Its trail has 150 bytes" truncate -s 150 "$of_copy"
holds "and one that is gone" touched recording-missing "Its trail has no file" rm "$of_copy"
unknown() { python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("DELETE FROM trails"); c.execute("UPDATE sessions SET trail_unit = NULL"); c.commit()' "$root.copy/catalogue.db"; }
if command -v python3 >/dev/null; then
	holds "and one that the catalogue has forgotten" touched recording-missing "The log tells of a trail beside it" unknown
else
	skip "and one that the catalogue has forgotten" "python3 is not here"
fi
rm -rf "$root.copy"

# ---- a recorder that is killed
holds "a session whose recorder is killed" work run jade
killed=$session
worker=$(worker_of "$killed")
kill -9 "${worker:-none}" 2>/dev/null
holds "goes with it" within $days_limit is_gone "$killed"
is_cut() { p auditor ls --json | grep "$killed" | grep -q '"state": *"cut"'; }
holds "the gate says so" within $days_limit is_cut
holds "what was run is there to the last line" export_as 0 "$killed" commands
holds "from its tail" has "echo jade''-shown"
holds "and so is what was shown" export_as 0 "$killed" text
holds "to the last word" has "jade-shown"
holds "the log still verifies" verifies

# ---- the recording goes, the trail stays
classes 90d 30d 1s forever
holds "the other time is in force" within $days_limit shows 'class run: recordings 1 s'
holds "its time over, the recording goes" within $days_limit gone "$run.rec"
holds "the trail stays" there "$run.trail.rec"
holds "that of the killed one too" there "$killed.trail.tail"
holds "its tail is gone" within $days_limit gone "$killed.tail"
holds "what was run is told" export_as 0 "$run" commands
holds "in full" has "echo opal''-shown"
holds "with a word about the other half" says "the recording lapsed on .* under class run; its trail is kept"
holds "the killed one tells it as well" export_as 0 "$killed" commands
holds "from the tail alone" has "echo jade''-shown"
holds "what was shown is not" export_as 4 "$run" text
holds "which is said" says "what was shown is not there any more; what was run is"
holds "show tells which is which" sh -c "timeout 60 '$bin/postern' show '$run' --root '$root' --as auditor >'$root.said'; grep -q '^Kept .*no more' '$root.said' && grep -q '^Trail .*kept for ever' '$root.said'"
holds "the list, too" sh -c "timeout 60 '$bin/postern' ls --root '$root' --as auditor | grep '^$(echo "$run" | cut -c1-8)' | grep -q ' trail  *engineer'"
holds "a report tells what was run" sh -c "timeout 60 '$bin/postern' report --root '$root' --as auditor --last 1d --commands -i '$root/auditor.key' --reason 'a sample' >'$root.out' 2>&1; grep -q \"echo opal''-shown\" '$root.out'"
holds "the log says that it was the trail that was opened" sh -c "timeout 60 '$bin/postern' log export --root '$root' | grep '$run' | grep -q 'auditor opened the trail of engineer as run'"
holds "learning a role from it works" act 0 auditor policy learn "$run" -i "$root/auditor.key" --reason "a draft"
holds "a search finds the line" act 0 auditor search opal -i "$root/auditor.key" --reason "who was it"
holds "where it was entered" says "opal"
holds "another auditor's key can be added to it" sh -c "age-keygen -o '$root.second' 2>/dev/null; [ -s '$root.second' ] || timeout 60 '$bin/postern' keygen auditor -o '$root.second' </dev/null >/dev/null 2>&1; [ -s '$root.second' ]"
second=$(sed -n 's/^# public key: //p' "$root.second")
echo "$second" >>"$root/etc/auditors"
kill -HUP "$posternd"
rewraps() { p auditor keys rewrap "$run" "$pictures" --to "$second" -i "$root/auditor.key" --reason "a colleague" </dev/null >"$root.said" 2>&1; }
holds "to whatever is left" within $days_limit rewraps
holds "of each" says "^3 envelopes added, 0 there already"
second_opens() { act 0 auditor export "$1" -i "$root.second" --as commands -o "$root.out" --reason "new here"; }
holds "which opens the trail alone" second_opens "$run"
holds "and both together" second_opens "$pictures"
holds "the log verifies after that deletion" verifies

# ---- the trail goes, the recording stays
classes 90d 1s 1s forever
holds "the third time is in force" within $days_limit shows 'class pictures: recordings 90 days, trails 1 s'
holds "its time over, the trail goes" within $days_limit gone "$pictures.trail.rec"
holds "the recording stays" there "$pictures.rec"
holds "what was shown is told" export_as 0 "$pictures" text
holds "in full" has "onyx-shown"
holds "with a word about the trail" says "its trail lapsed on .* under class pictures; the recording is kept until"
holds "what was run is not" export_as 4 "$pictures" commands
holds "which is said" says "what was run is not there any more"
player=$root.play
days_ptys="$days_ptys $player"
"$drive" start "$player" 100x30 "$bin/postern" play "$pictures" --root "$root" --as auditor -i "$root/auditor.key" --reason "a look" >/dev/null
holds "it plays" "$drive" "$player" wait "onyx-shown"
"$drive" "$player" type q >/dev/null
holds "the log verifies after that one" verifies
"$bin/postern" verify --root "$root" >"$root.said" 2>&1
holds "and counts them" says 'and [1-9][0-9]* deletions were checked'
holds "a second deletion ends the rest" sh -c "sed -i 's/trail: forever/trail: 1s/' '$root/etc/policy.yaml'; kill -HUP $posternd"
holds "with its file" within $days_limit gone "$run.trail.rec"
holds "then nothing opens" export_as 4 "$run" commands
holds "and why" says "retention window lapsed on .* under class run"
holds "the log verifies in the end" verifies
rm -rf "$root.policy" "$root.said" "$root.out" "$root.second"
tap_end
