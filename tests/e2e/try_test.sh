#!/bin/sh
# SPDX-License-Identifier: ISC
# postern try: all of its steps without a terminal; with one, a newcomer's hands on both sides of the split screen.
. "$TOP_SRCDIR/tests/tap.sh"
postern=$TOP_BUILDDIR/recorder/postern
drive=$TOP_BUILDDIR/tests/term/drive
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
s=$dir/socket
no() { if "$@"; then return 1; fi; }
has() { grep -qF -e "$1" "$2"; }	# TEXT FILE
shown() { "$drive" "$s" wait "$1"; }
modes() { sed 's/rows [0-9]*; columns [0-9]*;//' "$dir/$1"; }

# Both ways at once: most of their time is waiting for a retention window to lapse.
"$postern" try >"$dir/out" 2>&1 </dev/null &
alone=$!

# Interrupted in its middle, from a terminal's Ctrl-C say, it still tidies up.
"$postern" try >"$dir/cut" 2>&1 </dev/null &
cut=$!

# ---- by hand, in the window that most terminals begin with
"$drive" start "$s" 80x24 sh -c 'stty -a >"$1/before"; echo first; "$0" try; echo "status $?"; stty -a >"$1/after"
    echo last; exec cat' "$postern" "$dir"
holds "with a terminal the engineer's side is shown" shown "ENGINEER"
holds "and the approver's" shown "APPROVER"
holds "with the keys that change sides and leave" shown "Ctrl-G changes sides   Ctrl-Q leaves"
holds "the console below has room enough" shown "WAITING 0"
holds "the menu above asks for a role" shown "Role [1-1]:"
for wait in $(seq 600); do
	if has "recorded shell opens" "$dir/cut"; then break; fi
	sleep 0.1
done
kill -TERM "$cut"
cut_status=0
wait "$cut" || cut_status=$?
"$drive" "$s" type '1\r'
holds "for a reason" shown "Why (ticket or sentence):"
"$drive" "$s" type 'INC-7 by hand\r'
holds "and for how long" shown "How long"
"$drive" "$s" type '\r'
holds "the engineer waits" shown "1 at a console now"
holds "in one line" shown "(Ctrl-C cancels)"
holds "and the request stands in the console" shown "WAITING 1"
"$drive" "$s" type '^G'
"$drive" "$s" type 'a'
holds "Ctrl-G changes to the approver's side" shown "Grant shell to engineer for 2 min? [y/N]"
"$drive" "$s" type 'y'
holds "a grant there opens the session above" shown "RUNNING 1"
holds "with a prompt" shown '$'
"$drive" "$s" type '^G'
"$drive" "$s" type 'echo typed $((40 + 2))\r'
holds "Ctrl-G changes back, and what is typed runs" shown "typed 42"
"$drive" "$s" type 'exit\r'
holds "the session ends" shown "The session is over."
"$drive" "$s" type '^Q'
holds "Ctrl-Q leads to the recordings" shown "Now you are the auditor."
holds "of which there is one" shown "Enter replays the newest one"
holds "below the screen that was there before" "$drive" "$s" has "first"
"$drive" "$s" type '\r'
holds "the player shows what was typed" shown "typed 42"
holds "and knows its keys" shown "q quit"
"$drive" "$s" type 'q'
holds "the recording is erased when its time is over" shown "its file is gone too"
holds "try ends well" shown "status 0"
shown last
modes before >"$dir/a"
modes after >"$dir/b"
holds "the terminal's modes are as they were" cmp "$dir/a" "$dir/b"
holds "its cursor is back" sh -c '"$1" "$2" cursor | grep -q visible' sh "$drive" "$s"
place=$("$drive" "$s" dump | sed -n 's/.*everything below \(\/[^ ]*\).*/\1/p')
holds "its folder is gone" sh -c '[ -n "$1" ] && [ ! -e "$1" ]' sh "$place"
"$drive" "$s" end >"$dir/ignored"

# ---- by itself
status=0
wait "$alone" || status=$?
sed 's/^/# /' "$dir/out"
steps=$(grep -cE '^ *[0-9]+  (ok|FAILED) ' "$dir/out")
holds "without a terminal every step of try holds" [ "$status" -eq 0 ]
holds "it says so" has "All $steps held." "$dir/out"
holds "there are at least 14 steps" [ "$steps" -ge 14 ]
holds "no step failed" no has FAILED "$dir/out"
place=$(sed -n 's/.*everything below \(\/[^ ]*\).*/\1/p' "$dir/out")
holds "it names its folder" [ -n "$place" ]
holds "and leaves nothing of it" no [ -e "$place" ]
holds "nor a process that works in it" no pgrep -f "$place"
place=$(sed -n 's/.*everything below \(\/[^ ]*\).*/\1/p' "$dir/cut")
holds "an interrupted try ends by the signal" [ "$cut_status" -eq 143 ]
holds "and leaves nothing either" sh -c '[ -n "$1" ] && [ ! -e "$1" ]' sh "$place"
holds "nor a process" no pgrep -f "$place"
tap_end
