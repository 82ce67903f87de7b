#!/bin/sh
# SPDX-License-Identifier: ISC
# A session ends on time whatever dies beside it, and its timers run on a clock that nobody can set.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin expiry
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
# What a session leaves that would live on if it could: deaf to all, in sessions of their own, by two forks.
swarm='for i in 1 2 3 4 5 6 7 8; do (trap "" TERM HUP INT QUIT; setsid sleep 1000 & setsid sh -c "trap \"\" TERM HUP; while :; do sleep 1000; done" &) ; done'

# timers PID NAME: every timerfd of the process is of CLOCK_BOOTTIME (7), and one is armed.
timers() {
	ends_seen=no
	for ends_fd in /proc/"$1"/fd/*; do
		[ "$(readlink "$ends_fd")" = 'anon_inode:[timerfd]' ] || continue
		ends_info=/proc/$1/fdinfo/$(basename "$ends_fd")
		grep -q '^clockid: 7$' "$ends_info" || return 1
		grep -q '^it_value: (0, 0)$' "$ends_info" || ends_seen=yes
	done
	[ "$ends_seen" = yes ]
}
warden_of() { for days_pid in $(inside_of "$1"); do named_above "$days_pid" postern-warden; done | sort -u | head -n 1; }

# dies NAME: a session with a swarm, before something dies. It has all the time that a busy machine needs for that; then
# soon() moves its end to a few seconds from now.
dies() {
	days_grant shell 10m
	enter_pty "$1" shell || fail "a session starts ($1)"
	"$drive" "$pty" type "$swarm\\r" >/dev/null
	within $((3 * days_limit)) swarms || fail "its processes are there ($1)"
}
swarms() { [ "$(inside_of "$session" | wc -l)" -ge 16 ]; }
soon() {
	p approver shorten "$session" --to 5s --reason "the end of the test" >/dev/null || fail "its end is moved ($1)"
	ends_at=$(row "$session" ends)
}
ends_on_time() { holds "with the $1 killed the session ends" within $((2 * days_limit)) none_inside "$session"; }
# By the catalogue: not before its deadline, and soon after it, whatever the machine was busy with.
at_its_time() {
	ends_late=$(($(date -d "$(row "$session" ended)" +%s) - $(date -d "$ends_at" +%s)))
	[ $ends_late -ge 0 ] && [ $ends_late -le 40 ] && return
	echo "# $ends_late s after its deadline"
	return 1
}
its_recorder_goes() { holds "and its recorder with it ($1)" within $days_limit is_gone "$session"; }

# This one alone has its end from the grant; what runs in it need not be ready before.
days_grant shell 5s
p engineer enter shell -- 'sleep 1000' </dev/null >/dev/null 2>&1 &
days_mine="$days_mine $!"
any() { session=$(p approver sessions --all --json | ids | head -n 1) && [ -n "$session" ]; }
within $days_limit any || fail "a session starts"
ends_at=$(row "$session" ends)
holds "a session ends by itself" within $((2 * days_limit)) row_is "$session" why deadline
holds "at its deadline" at_its_time

dies nothing
if [ "$as_root" = yes ]; then
	holds "the worker's timer is armed, on CLOCK_BOOTTIME" timers "$(worker_of "$session")"
	holds "the warden's timer is armed, on CLOCK_BOOTTIME" timers "$(warden_of "$session")"
else
	skip_all "only root sees another's descriptors" "the worker's timer is armed, on CLOCK_BOOTTIME" "the warden's timer is armed, on CLOCK_BOOTTIME"
fi
loads=
soon load
for i in $(seq 50); do timeout 60 sh -c 'while :; do :; done' & loads="$loads $!"; done
holds "under a load of 50 the session ends" within $((2 * days_limit)) row_is "$session" why deadline
kill $loads
wait $loads 2>/dev/null
holds "at its deadline (load)" at_its_time
holds "with no survivors" row_is "$session" survivors 0
holds "and its swarm counted" [ "$(row "$session" killed)" -ge 16 ]

for name in gate keeper; do
	dies "$name"
	soon "$name"
	kill -9 "$(child "$name")"
	ends_on_time "$name"
	within $days_limit days_answers
	its_recorder_goes "$name"
	holds "and the log has why ($name)" within $days_limit row_is "$session" why deadline
	holds "it ended at its deadline ($name)" at_its_time
done

dies both
soon both
gate=$(child gate) keeper=$(child keeper)
kill -STOP "$posternd"	# it would start them anew
kill -9 "$gate" "$keeper"
ends_on_time "gate and keeper"
kill -CONT "$posternd"
within $days_limit days_answers
its_recorder_goes "gate and keeper"	# it waits a while for somebody to take its last words
within $days_limit row_is "$session" why deadline
holds "it ended at its deadline (gate and keeper)" at_its_time

dies daemon
soon daemon
gate=$(child gate) keeper=$(child keeper)
kill -9 "$posternd" "$gate" "$keeper"
wait "$posternd" 2>/dev/null
ends_on_time "whole daemon"
days_start --trial
its_recorder_goes "whole daemon"
holds "the next one learns why" within 40 row_is "$session" why deadline
holds "it ended at its deadline (whole daemon)" at_its_time

dies worker
worker=$(worker_of "$session")
soon worker
if [ -n "$worker" ]; then
	kill -STOP "$worker"
	holds "a worker that stands still at the deadline is not waited for" within $((2 * days_limit)) none_inside "$session"
	kill -CONT "$worker"
	holds "and goes when it goes on" within $days_limit is_gone "$session"
else
	skip_all "the worker is not found" "a worker that stands still at the deadline is not waited for" "and goes when it goes on"
fi
tap_end
