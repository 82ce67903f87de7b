#!/bin/sh
# SPDX-License-Identifier: ISC
# The wall clock is set a day forward, and a day back: deadlines hold, nothing lapses or is deleted by it.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin clock
shim=$TOP_BUILDDIR/tests/e2e/days_clock.so
# The trial's own account must be able to read what is preloaded.
cp "$shim" "$root.so" && chmod 755 "$root.so"
day=86400
set_clock() { echo "$1" >"$root.new" && chmod 644 "$root.new" && mv "$root.new" "$root.clock"; }
set_clock 0
export ASAN_OPTIONS="verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"	# ours is loaded before its runtime
if ! env LD_PRELOAD="$root.so" DAYS_CLOCK="$root.clock" sh -c 'kill -0 $$' 2>/dev/null; then
	skip "a wall clock that is set" "LD_PRELOAD does not work here (sanitizers?)"
	tap_end
fi
shifted_start() {
	LD_PRELOAD=$root.so DAYS_CLOCK=$root.clock "$bin/posternd" --root "$root" --trial >>"$root.log" 2>&1 &
	posternd=$!
	days_mine="$days_mine $posternd"
	within $days_limit days_answers
}
shifted_start || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
sed -i 's/recording: 90d/recording: 1h/; s/^roles:/requests: {lapse: 12s, unused: 12s}\n&/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
within $days_limit sh -c "grep -c policy-loaded '$root.log' | grep -q 2" || { fail "the policy is read again"; tap_end; }
types() { "$drive" "$pty" type "echo a\$((40+$1))b\\r" && "$drive" "$pty" wait "a$((40 + $1))b"; }
state() { p approver requests "$1" --json | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'; }
state_is() { [ "$(state "$1")" = "$2" ]; }
status_of() { "$@" >"$root.said" 2>&1; echo $?; }

# A recording that would lapse after an hour.
request=$(p engineer request shell --reason old --for 1m) && p approver grant "$request" >/dev/null
p engineer enter shell -- 'echo shown' >/dev/null
old=$(p approver sessions --all --json | ids | head -n 1)
rec=$root/state/rec/$old.rec
[ -s "$rec" ] || fail "there is a recording"

for jump in $day -$day; do
	word=forward
	[ "$jump" -gt 0 ] || word=back
	set_clock 0
	request=$(p engineer request shell --reason short --for 8s) && p approver grant "$request" >/dev/null
	enter_pty "$word" shell
	waiting=$(p engineer request shell --reason waits)
	unused=$(p engineer request shell2 --reason unused --for 8s)
	p approver grant "$unused" >/dev/null
	p approver2 grant "$unused" >/dev/null
	jumps=$(grep -c clock-jumped "$root.log")
	set_clock "$jump"
	holds "a clock that is set $word is noticed" within $days_limit sh -c "[ \$(grep -c clock-jumped '$root.log') -gt $jumps ]"
	holds "the session goes on ($word)" types 1
	holds "a request that waits has not lapsed ($word)" state_is "$waiting" waiting
	holds "a grant can still be used ($word)" p engineer enter shell2 -- true
	holds "the session ends at its deadline ($word)" within $days_limit is_over "$pty"
	holds "and that is its reason ($word)" within $days_limit row_is "$session" why deadline
	holds "the request lapses in its own time ($word)" within $((2 * days_limit)) state_is "$waiting" lapsed
	[ "$(status_of p auditor retention run)" = 11 ] && pass "retention refuses until somebody confirms ($word)" || fail "retention refuses until somebody confirms ($word)"
	holds "the recording is still there ($word)" [ -s "$rec" ]
	kill -TERM "$posternd"
	wait "$posternd"
	shifted_start
	[ "$(status_of p auditor retention run)" = 11 ] && pass "also after a restart ($word)" || fail "also after a restart ($word)"
	if [ "$word" = forward ]; then
		set_clock 0
		[ "$(status_of p auditor retention run --confirm)" = 0 ] && pass "confirmed with the right time it works" || fail "confirmed with the right time it works"
		holds "and deletes nothing that is not due" [ -s "$rec" ]
	else
		set_clock $day
		[ "$(status_of p auditor retention run --confirm)" = 0 ] && pass "confirmed with the new time it deletes" || fail "confirmed with the new time it deletes"
		holds "what was due then" [ ! -e "$rec" ]
	fi
done
nothing "no process of ours died of a signal" "$(grep 'was killed by signal' "$root.log")"
tap_end
