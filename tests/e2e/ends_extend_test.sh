#!/bin/sh
# SPDX-License-Identifier: ISC
# More time and less time: asked from inside and outside, given and refused, never beyond the role's most.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin extend
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
reload() {
	days_count=$(grep -c policy-loaded "$root.log")
	kill -HUP "$posternd"
	within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $days_count ]"
}
said() {	# STATUS WORDS COMMAND...
	ends_status=$1 ends_words=$2
	shift 2
	"$@" >"$root.said" 2>&1
	[ $? = "$ends_status" ] && grep -q -- "$ends_words" "$root.said" && return 0
	echo "# $(cat "$root.said")"
	return 1
}
waiting() { p approver requests --json | sed -n 's/.*"request":"\([0-9a-f]*\)".*/\1/p' | head -n 1; }
ends() { date -d "$(row "$1" ends)" +%s; }
# moved SESSION SECONDS: its end is so much later than when this was asked the last time, or when `ends_was` was set.
moved() {
	ends_now=$(ends "$1")
	ends_moved=$((ends_now - ends_was - $2)) ends_was=$ends_now
	[ $ends_moved -ge -1 ] && [ $ends_moved -le 1 ]
}
is_sooner() { ends_now=$(ends "$1"); [ "$ends_now" -lt "$ends_was" ] && [ $((ends_now - $(date +%s))) -le "$2" ]; }
states_have() { "$peer" states "$root" "$1" | grep -q -- "$2"; }

sed -i 's/^  - role: shell$/&\n    ending: {freeze: 10m}/' "$root/etc/policy.yaml"
reload
days_grant shell 10m
enter_pty one shell || fail "a session starts"
one=$session
ends_was=$(ends "$one")
holds "more time needs a reason" said 2 "say why" p engineer extend
"$drive" "$pty" type "$bin/postern extend --for 5m --reason 'nearly done'\\r" >/dev/null
holds "from inside one asks, and is told who decides" "$drive" "$pty" wait "Asked for 5 min more; one of approver"
more=$(waiting)
holds "the request says what it extends" sh -c "'$bin/postern' requests --root '$root' --as approver --json | grep -q '\"extends\":\"[0-9a-f]*[1-9a-f]'"
holds "a second wish has to wait" said 1 "waiting already" p engineer extend --reason again
holds "nobody grants their own" said 3 "" p engineer grant "$more"
holds "an approver grants it" said 0 "Extended: shell of engineer by 5 min" p approver grant "$more"
holds "the engineer reads it" "$drive" "$pty" wait "Your session was extended by approver to"
holds "the session lasts longer" moved "$one" 300
p engineer extend --reason "and more" >/dev/null
holds "a denial is read in the session" said 0 "Denied: more time" p approver deny "$(waiting)" --reason "hand over to eu"
holds "with its reason" "$drive" "$pty" wait "approver denied more time: hand over to eu"
holds "never more than the role allows" said 2 "longest time leaves" p engineer extend --for 3h --reason "long"
holds "an approver gives more time" said 0 "Extended: shell of engineer by 15 min" p approver extend "$one" --reason "restore runs"
holds "and it lasts longer" moved "$one" 900
holds "an approver shortens" said 0 "Shortened: shell of engineer" p approver shorten "$one" --to 5m --reason "handover"
holds "the engineer reads that" "$drive" "$pty" wait "Your session was shortened by approver: it ends at"
holds "and it ends sooner" is_sooner "$one" 300
holds "nobody shortens to later" said 2 "not be sooner" p approver shorten "$one" --to 1h
holds "the engineer gives time back" said 0 "Shortened" p engineer shorten "$one" --to 3s
holds "at the end it is frozen" "$drive" "$pty" wait "everything stands still"
within $days_limit row_is "$one" state frozen
holds "an extension lets it go on" said 0 "Extended" p approver extend "$one" --for 10m --reason "finish it"
holds "and it runs" within $days_limit row_is "$one" state running
"$drive" "$pty" type 'echo a$((40+2))b\r' >/dev/null
holds "and takes keys" "$drive" "$pty" wait a42b
kill -9 "$(child gate)"
within $days_limit days_answers
"$drive" "$pty" type "$bin/postern extend --for 1m --reason 'after a crash'\\r" >/dev/null
holds "also after the gate was killed one can ask" "$drive" "$pty" wait "Asked for 1 min more"
p approver revoke "$one" >/dev/null
holds "it ends" within $days_limit is_over "$pty"
for word in "extended: by approver to" "shortened: by approver to" "frozen: by the clock" "thawed: by approver"; do
	holds "the recording has \"$word\"" within $days_limit states_have "$one" "$word"
done

# --- by the policy
sed -i 's/need: 1}/need: 1, auto: [engineer]}/' "$root/etc/policy.yaml"
reload
days_grant shell 10m 2>/dev/null
enter_pty two shell || fail "a second session starts"
two=$session
"$drive" "$pty" type "$bin/postern extend --for 5m --reason 'on call'\\r" >/dev/null
holds "the policy extends by itself" "$drive" "$pty" wait "Your session was extended by the policy to"
holds "and within its bounds only" said 2 "longest time leaves" p engineer extend --for 3h --reason more

# --- two have to agree
days_ids=$(p engineer request shell2 --reason "INC-2" --for 5m)
p approver grant "$days_ids" >/dev/null
p approver2 grant "$days_ids" >/dev/null
enter_pty three shell2 || fail "a third session starts"
three=$session
ends_was=$(ends "$three")
holds "one of two approvers is not enough to extend" said 0 "1 more person is needed" p approver extend "$three" --for 5m --reason "slow"
holds "and nothing has moved" moved "$three" 0
holds "the second agrees" said 0 "Extended: shell2" p approver2 grant "$(waiting)"
holds "then it is longer" moved "$three" 300
tap_end
