#!/bin/sh
# SPDX-License-Identifier: ISC
# The ways into a session through a real sshd, and out of it: without the menu, without a terminal, cut off, taken back.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_begin "$0"

request_is() { u pt-appr requests "$request" --json | grep -q "\"state\":\"$1\""; }
waiting() { request=$(u pt-appr requests --json | field request); [ -n "$request" ]; }
running() { session=$(u pt-appr sessions --json | grep '"state":"running"' | field session); [ -n "$session" ]; }
why_is() { u pt-appr sessions "$session" --json | grep -q "\"why\":\"$1\""; }
status_is() { # STATUS COMMAND...
	sshd_want=$1
	shift
	"$@"
	sshd_result=$?
	[ "$sshd_result" -eq "$sshd_want" ] || { echo "# status $sshd_result"; return 1; }
}
grants() { within $sshd_limit waiting && u pt-appr grant "$request" >/dev/null; }

# --- without the menu
on one ssh -t pt-eng shell INC-3 "'look  around;'" '$(id)'
holds "ssh -t host ROLE REASON asks without the menu" d one wait "waited "
holds "and counts the seconds" d one gone "waited 0:00"
holds "the line that waits stays one row" [ "$(d one dump | grep -c waited)" = 1 ]
within $sshd_limit waiting
holds "the reason is what was written, to the letter" sh -c "setpriv --reuid pt-appr --regid pt-appr --init-groups '$postern' requests $request | grep -qF 'INC-3 look  around; \$(id)'"
u pt-appr grant "$request" >/dev/null
holds "the session opens when it is granted" d one wait '$'
d one resize 100x30
d one type 'stty size\r'
holds "a new window size reaches the session" d one wait "30 100"
within $sshd_limit running
holds "an approver can revoke it" within 1 u pt-appr revoke "$session" --reason "enough seen"
holds "the engineer reads by whom and why" d one wait "Your access was revoked by appr: enough seen."
holds "and ssh ends" status_is 137 sh -c "exit \$('$drive' '$stage/one.drive' status)"

# --- a denial
on two ssh -t pt-eng shell INC-4 again
d two wait "waited " >/dev/null
within $sshd_limit waiting
u pt-appr deny "$request" --reason "not before noon" >/dev/null
holds "a denial is read with its reason" d two wait 'denied by appr: "not before noon"'
holds "and has its exit status" sh -c "[ \"\$('$drive' '$stage/two.drive' status)\" = 3 ]"

# --- Ctrl-C, and a line that drops
on three ssh -t pt-eng shell INC-5 taken back
d three wait "waited " >/dev/null
within $sshd_limit waiting
d three type '^C'
holds "Ctrl-C takes the request back" d three wait "the request was taken back"
holds "with its exit status" sh -c "[ \"\$('$drive' '$stage/three.drive' status)\" = 10 ]"
holds "the request is cancelled" request_is cancelled
on four ssh -t pt-eng shell INC-6 dropped
d four wait "waited " >/dev/null
within $sshd_limit waiting
d four signal 9
holds "when ssh is dropped, its client on the bastion ends" within $sshd_limit none_of pt-eng
holds "the request still waits" request_is waiting
u pt-appr grant "$request" >/dev/null
on five ssh -t pt-eng
holds "the next login offers the grant first" d five wait "1  shell          granted for 10 min by appr"
d five type '1\r'
holds "and enters it" d five wait '$'
within $sshd_limit running

# --- the client dies
d five type 'sleep 1000 &\r'
d five signal 9
holds "an ssh that is killed ends the session" within $sshd_limit why_is client-gone
holds "and every process in it" within $sshd_limit none_of pt-role

# --- without a terminal
running_now() { [ -n "$(of pt-role)" ]; }
granted shell 10m || fail "a grant for commands"
head -c 3000000 /dev/urandom >"$stage/file"
status_is 7 ssh pt-eng "enter shell -- 'cat; echo apart >&2; exit 7'" <"$stage/file" >"$stage/out" 2>"$stage/err"
sshd_result=$?
holds "enter ROLE -- CMD keeps the exit status" [ $sshd_result -eq 0 ]
holds "what comes in goes out, byte for byte" cmp "$stage/file" "$stage/out"
holds "standard error stays apart" sh -c "[ \"\$(cat '$stage/err')\" = apart ]"
holds "a signal's status is kept" status_is 137 ssh pt-eng enter shell -- 'kill -9 $$'
holds "a program that is not there gives 127" status_is 127 ssh pt-eng enter shell -- nosuchprogram </dev/null
holds "a reader that stops early ends it" sh -c "[ \"\$(timeout $sshd_limit ssh pt-eng enter shell -- yes | head -n 1)\" = y ]"
holds "and it does not run on" within $sshd_limit none_of pt-role
ssh pt-eng enter shell -- sleep 1000 </dev/null &
ssh=$!
within $sshd_limit running_now
kill -9 $ssh
holds "an ssh that is killed ends a session that says nothing" within $sshd_limit none_of pt-role
holds "an empty input is an end" status_is 0 ssh pt-eng enter shell -- cat </dev/null
granted copy 10m
ssh pt-eng enter copy <"$stage/file" >"$stage/out"
holds "a role with its own command works as a filter" cmp "$stage/file" "$stage/out"
no ssh pt-eng enter copy -- id
holds "and takes no other command" grep -q "this role runs its own command; enter it without one" "$stage/no"
holds "a second reason is not asked while a grant lives" status_is 0 ssh pt-eng shell INC-8 -- </dev/null
granted brief 2s
status_is 137 ssh pt-eng enter brief -- sleep 1000 </dev/null >"$stage/out" 2>"$stage/err"
holds "an end in time is told without a terminal, too" grep -q "Your 2 s are over (granted by appr until" "$stage/err"
ssh pt-eng request brief --reason x --wait >"$stage/out" 2>&1 &
wait=$!
within $sshd_limit waiting
u pt-appr deny "$request" --reason no >/dev/null
wait $wait
sshd_result=$?
holds "request --wait gives the decision as its exit status" [ $sshd_result -eq 3 ]

# --- an approver from afar
on console ssh -t pt-appr console
ssh pt-eng request brief --reason "'INC-9 from afar'" >/dev/null
holds "the console works through a login" d console wait "INC-9 from afar"
d console type a
d console wait "Grant brief to eng" >/dev/null
d console type y
holds "and grants" within $sshd_limit sh -c "ssh pt-eng status | grep -q '^[0-9a-f]* *brief .*granted by appr'"
d console type q
holds "and leaves" sh -c "[ \"\$('$drive' '$stage/console.drive' status)\" = 0 ]"
on menu ssh -t pt-eng
d menu wait "Role [1-" >/dev/null
d menu type 'q\r'
holds "the menu can be left" sh -c "[ \"\$('$drive' '$stage/menu.drive' status)\" = 0 ]"
tap_end
