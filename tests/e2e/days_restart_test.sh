#!/bin/sh
# SPDX-License-Identifier: ISC
# Gate, keeper, posternd, client, worker, warden and init die in turn.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin restart

days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }

killed_and_back() {	# NAME: the child of this name is another one, and answers
	days_new=$(child "$1")
	[ -n "$days_new" ] && [ "$days_new" != "$old" ] && days_answers
}
types() { "$drive" "$pty" type "echo a\$((40+$1))b\\r" && "$drive" "$pty" wait "a$((40 + $1))b"; }

# --- the daemon's processes
days_grant shell 2h
enter_pty one shell || fail "a session starts"
one=$session
n=0
for name in gate keeper; do
	old=$(child $name)
	kill -9 "$old"
	holds "after SIGKILL the $name is started again and answers" within $days_limit killed_and_back $name
	n=$((n + 1))
	holds "the session goes on after the $name was killed" types $n
	holds "and is listed as running" row_is "$one" state running
done
kill -TERM "$posternd"
wait "$posternd"
holds "the session goes on while there is no posternd" types 3
days_start --trial
holds "the session goes on after an upgrade of posternd" types 4
holds "and is found again by the new gate" row_is "$one" state running
p approver revoke "$one" --reason "enough" >/dev/null
holds "it can still be revoked, and its engineer reads why" "$drive" "$pty" wait "revoked by approver: enough"
holds "its end is in the catalogue" within $days_limit row_is "$one" why "revoked by approver"
holds "with a receipt without survivors" row_is "$one" survivors 0
holds "no process of it remains" within $days_limit is_gone "$one"

# --- a worker that does not do what it is told
days_grant shell 2h
enter_pty hung shell
hung=$session
worker=$(worker_of "$hung")
kill -STOP "$worker"
p approver revoke "$hung" --reason "now" >/dev/null
holds "a worker that ignores a revocation cannot keep the session alive" within 40 none_inside "$hung"
holds "and the journal says that the warden ended it" journal "is ended by its warden"
kill -CONT "$worker"
holds "the worker ends as soon as it goes on" within $days_limit is_gone "$hung"

# --- an end while nobody is there
days_grant shell 2h
enter_pty two shell
two=$session
kill -TERM "$posternd"
wait "$posternd"
"$drive" "$pty" type 'exit 7\r' >/dev/null
[ "$("$drive" "$pty" status)" = 7 ] && pass "a session that ends without a gate gives its exit status" || fail "a session that ends without a gate gives its exit status"
days_start --trial
holds "the next gate takes its end" within $days_limit row_is "$two" why exited
holds "with the exit status" row_is "$two" exit_status 7
holds "and its recording is complete" sh -c "'$peer' read '$root' $two 2>&1 >/dev/null | grep -q ^complete"

# --- an end that no gate hears of: the files must tell
days_grant shell 2h
enter_pty three shell
three=$session
kill -TERM "$posternd"
wait "$posternd"
"$drive" "$pty" type 'echo last-words; exit\r' >/dev/null
"$drive" "$pty" status >/dev/null
is_closed() { [ ! -s "$root/state/rec/$three.tail" ]; }
within $days_limit is_closed
kill -9 $(worker_of "$three") 2>/dev/null
days_start --trial
holds "a worker that is lost with its last words is noted" within $days_limit row_is "$three" why lost
holds "and its complete file is found" journal "its recording is complete"

# --- a deadline passes while nobody is there
days_grant shell 2h
enter_pty four shell
four=$session
p approver shorten "$four" --to 5s --reason "short" >/dev/null
kill -TERM "$posternd"
wait "$posternd"
holds "without a gate a session ends at its deadline" within $days_limit is_over "$pty"
days_start --trial
holds "and the next gate knows that it was the deadline" within $days_limit row_is "$four" why deadline

# --- the client dies
days_grant shell 2h
enter_pty five shell
five=$session
types 5 >/dev/null
"$drive" "$pty" signal 9 >/dev/null
holds "a client that is killed ends its session" within $days_limit row_is "$five" state ended
holds "the reason says so" row_is "$five" why client-gone
holds "no process of it remains" within $days_limit is_gone "$five"
holds "its recording is complete" sh -c "'$peer' read '$root' $five 2>&1 >/dev/null | grep -q ^complete"
"$drive" "$pty" end >/dev/null
days_grant shell 2h
enter_pty six shell
six=$session
"$drive" "$pty" hangup >/dev/null
holds "a line that drops ends its session" within $days_limit row_is "$six" why client-gone
holds "and no process of it remains" within $days_limit is_gone "$six"

# --- the session's own processes die
say_shown() {	# every line that was on the screen is in the recording
	"$peer" read "$root" "$1" >"$root.out" 2>"$root.how"
	"$drive" "$pty" dump | tr -d '\r' | grep -o 'line-[0-9]*-end' | sort -u >"$root.seen"
	[ -s "$root.seen" ] && ! grep -o 'line-[0-9]*-end' "$root.out" | sort -u | comm -13 - "$root.seen" | grep -q .
}
for name in worker warden init; do
	days_grant shell 2h
	enter_pty "$name" shell
	"$drive" "$pty" type 'i=0; while :; do i=$((i+1)); echo line-$i-end; sleep 0.01; done\r' >/dev/null
	within $days_limit "$drive" "$pty" saw line-50-end
	some=$(inside_of "$session" | head -n 1)
	case $name in
	worker) victim=$(worker_of "$session") ;;
	*) victim=$(named_above "$some" "postern-$name") ;;
	esac
	if [ -z "$victim" ]; then fail "the $name of a session is found"; continue; fi
	kill -9 "$victim"
	holds "after SIGKILL of its $name a session ends" within $days_limit row_is "$session" state ended
	case $name in
	worker) holds "and is noted as recorder-died" row_is "$session" why recorder-died ;;
	warden) holds "and is noted as warden-died" row_is "$session" why warden-died ;;
	init) holds "and its status is that of the signal" row_is "$session" exit_status 137 ;;
	esac
	holds "no process of it remains ($name)" within $days_limit is_gone "$session"
	holds "the engineer gets a sentence ($name)" "$drive" "$pty" wait "session "
	holds "all that was shown is recorded ($name)" say_shown "$session"
done
tap_end
