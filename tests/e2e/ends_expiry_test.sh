#!/bin/sh
# SPDX-License-Identifier: ISC
# A session ends on time whatever dies beside it, and its timers run on a clock that nobody can set.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin expiry
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
uptime_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }
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

# dies NAME PID...: a session of 6 s with a swarm, in whose middle these are killed, ends on time.
dies() {
	ends_name=$1
	days_grant shell 6s
	enter_pty "$ends_name" shell || fail "a session starts ($ends_name)"
	"$drive" "$pty" type "$swarm\\r" >/dev/null
	within $days_limit swarms
	ends_started=$(uptime_ms)
}
swarms() { [ "$(inside_of "$session" | wc -l)" -ge 16 ]; }
ends_on_time() {
	holds "with the $1 killed the session ends" within 12 none_inside "$session"
	holds "and not before its time ($1)" [ $(($(uptime_ms) - ends_started)) -gt 1000 ]
}
its_recorder_goes() { holds "and its recorder with it ($1)" within $days_limit is_gone "$session"; }

dies nothing
if [ "$as_root" = yes ]; then
	holds "the worker's timer is armed, on CLOCK_BOOTTIME" timers "$(worker_of "$session")"
	holds "the warden's timer is armed, on CLOCK_BOOTTIME" timers "$(warden_of "$session")"
else
	skip_all "only root sees another's descriptors" "the worker's timer is armed, on CLOCK_BOOTTIME" "the warden's timer is armed, on CLOCK_BOOTTIME"
fi
holds "the session ends on time" within 12 row_is "$session" why deadline
holds "with no survivors" row_is "$session" survivors 0
holds "and its swarm counted" sh -c "[ $(row "$session" killed) -ge 16 ]"

for name in gate keeper; do
	dies "$name"
	kill -9 "$(child "$name")"
	ends_on_time "$name"
	within $days_limit days_answers
	its_recorder_goes "$name"
	holds "and the log has why ($name)" within $days_limit row_is "$session" why deadline
done

dies both
gate=$(child gate) keeper=$(child keeper)
kill -STOP "$posternd"	# it would start them anew
kill -9 "$gate" "$keeper"
ends_on_time "gate and keeper"
kill -CONT "$posternd"
within $days_limit days_answers
its_recorder_goes "gate and keeper"	# it waits a while for somebody to take its last words

dies daemon
gate=$(child gate) keeper=$(child keeper)
kill -9 "$posternd" "$gate" "$keeper"
wait "$posternd" 2>/dev/null
ends_on_time "whole daemon"
days_start --trial
its_recorder_goes "whole daemon"
holds "the next one learns why" within 40 row_is "$session" why deadline

dies worker
worker=$(worker_of "$session")
if [ -n "$worker" ]; then
	kill -STOP "$worker"
	holds "a worker that stands still at the deadline is not waited for" within 15 none_inside "$session"
	kill -CONT "$worker"
	holds "and goes when it goes on" within $days_limit is_gone "$session"
else
	skip_all "the worker is not found" "a worker that stands still at the deadline is not waited for" "and goes when it goes on"
fi
tap_end
