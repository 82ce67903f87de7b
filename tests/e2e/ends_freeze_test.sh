#!/bin/sh
# SPDX-License-Identifier: ISC
# Sessions are frozen and thawed by hand and at their deadline, and each end leaves its receipt.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin ends
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
types() { "$drive" "$pty" type "echo a\$((40+$1))b\\r" && "$drive" "$pty" wait "a$((40 + $1))b"; }
is_still() {	# FILE: it does not grow
	ends_before=$(wc -c <"$1")
	sleep 0.4
	[ "$(wc -c <"$1")" = "$ends_before" ]
}
ends_grows() { ! is_still "$1"; }
# The receipt is in the recording (states) and in the log.
receipt() { "$peer" states "$root" "$1" | grep -q "receipt: $2"; }
logged() { "$peer" log "$root" "$1" | grep -q "$2"; }

# --- by hand
days_grant shell 1h
enter_pty one shell || fail "a session starts"
one=$session
ticks=$root.ticks
: >"$ticks" && chmod 666 "$ticks"
"$drive" "$pty" type "while :; do echo x >>$ticks; sleep 0.05; done\\r" >/dev/null
holds "a loop runs" within $days_limit [ -s "$ticks" ]
p engineer thaw "$one" >/dev/null 2>&1
[ $? = 3 ] && pass "nobody thaws their own session" || fail "nobody thaws their own session"
p approver freeze "$one" --reason "wrong table" >/dev/null
holds "the engineer's screen says who froze it and why" "$drive" "$pty" wait "Frozen by approver: wrong table"
holds "it is listed as frozen" within $days_limit row_is "$one" state frozen
holds "and why stands beside it" row_is "$one" why "frozen by approver: wrong table"
holds "its processes stand still" within $days_limit is_still "$ticks"
kill -9 "$(child gate)"
within $days_limit days_answers
holds "and also after the gate was killed" is_still "$ticks"
holds "it is still listed as frozen" within $days_limit row_is "$one" state frozen
p approver thaw "$one" >/dev/null
holds "thawed, it goes on" within $days_limit ends_grows "$ticks"
holds "and is listed as running" within $days_limit row_is "$one" state running
"$drive" "$pty" type '\x03' >/dev/null
holds "and its shell takes keys" types 1
p approver freeze "$one" >/dev/null
within $days_limit row_is "$one" state frozen
p approver revoke "$one" --reason "enough" >/dev/null
holds "a frozen session can be revoked" "$drive" "$pty" wait "revoked by approver: enough"
holds "nothing of it is left" within $days_limit is_gone "$one"
holds "its receipt is in the recording" within $days_limit receipt "$one" "[1-9][0-9]* killed, 0 survivors, [0-9]* us"
holds "and in the log" within $days_limit logged "$one" "receipt: [0-9]* killed, 0 survivors"

# --- at the deadline
reload() {
	days_loaded=$(grep -c policy-loaded "$root.log")
	kill -HUP "$posternd"
	within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $days_loaded ]"
}
# A session has all the time that a busy machine needs to begin; then its end is moved to now.
begin() { days_grant shell 10m && enter_pty "$1" shell || fail "a session with a grace starts ($1)"; }
soon() { p approver shorten "$session" --to 1s --reason "the end of the test" >/dev/null || fail "its end is moved"; }
sed -i 's/^  - role: shell$/&\n    ending: {freeze: 10m}/' "$root/etc/policy.yaml"
reload
begin two
two=$session
"$drive" "$pty" type "while :; do echo x >>$ticks; sleep 0.05; done\\r" >/dev/null
soon
holds "at its deadline it is frozen" "$drive" "$pty" wait "Your time is over; everything stands still."
holds "its processes stand still then" within $days_limit is_still "$ticks"
holds "and is listed so" within $days_limit row_is "$two" state frozen
p approver revoke "$two" >/dev/null
begin three
three=$session
soon
within $days_limit row_is "$three" state frozen
kill -9 "$(worker_of "$three")"
holds "a worker that dies while it stands still takes the session along" within $days_limit none_inside "$three"
sed -i 's/freeze: 10m/freeze: 3s/' "$root/etc/policy.yaml"
reload
begin four
four=$session
soon
holds "after the grace it ends" within $days_limit is_over "$pty"
holds "because of its deadline" within $days_limit row_is "$four" why deadline
holds "with a receipt" within $days_limit receipt "$four" "[0-9]* killed, 0 survivors, [0-9]* us"
holds "and no process of it remains" within $days_limit is_gone "$four"
tap_end
