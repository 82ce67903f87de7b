#!/bin/sh
# SPDX-License-Identifier: ISC
# Requests for later, grants that lapse, eight deciders at once; and policies that change under running sessions.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin grants
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
policy=$root/etc/policy.yaml
state_is() { p approver requests "$1" --json | grep -q "\"state\":\"$2\""; }
says() {	# WORDS STATUS COMMAND...: this exit status, and these words
	days_words=$1 days_wanted=$2
	shift 2
	"$@" >"$root.said" 2>&1
	days_status=$?
	[ "$days_status" = "$days_wanted" ] && grep -q -e "$days_words" "$root.said" && return 0
	echo "# $days_status: $(cat "$root.said")"
	return 1
}
reload() {	# WORD: reads the policy again, and waits for this word in the journal once more
	days_count=$(grep -c "$1" "$root.log")
	kill -HUP "$posternd"
	within $days_limit sh -c "[ \$(grep -c '$1' '$root.log') -gt $days_count ]"
}

# --- two daemons
holds "a second posternd below the same root is refused" says "another posternd runs with" 1 "$bin/posternd" --trial --root "$root"
holds "and takes nothing from the first" days_answers

# --- eight at once
request=$(p engineer request shell --reason "INC-8")
for i in 1 2 3 4 5 6 7 8; do
	(p approver grant "$request" --for "${i}m" >"$root.eight.$i" 2>&1; echo $? >"$root.eight.$i.status") &
	eval "eight_$i=\$!"
done
for i in 1 2 3 4 5 6 7 8; do eval "wait \$eight_$i"; done
holds "of eight grants at once one wins" [ "$(cat "$root".eight.*.status | grep -c '^0$')" = 1 ]
holds "and seven are told who was faster" [ "$(cat "$root".eight.? | grep -c 'decided already: granted by approver')" = 7 ]
take_back() { p approver revoke "$(p approver requests "$request" --json | sed -n 's/.*"grant":"\([0-9a-f]*\)".*/\1/p')" >/dev/null; }
take_back

# --- later
request=$(p engineer request shell --reason "tonight" --for 1m --at "+1h")
p approver grant "$request" >/dev/null
holds "a grant for later is not usable before" says "not usable yet" 3 p engineer enter shell -- true
take_back
request=$(p engineer request shell --reason "soon" --for 1m --at "+3s")
p approver grant "$request" >/dev/null
enters() { p engineer enter shell -- true; }
holds "and is when its time has come" within $days_limit enters

# --- lapses
sed -i 's/^roles:/requests: {lapse: 3s, unused: 3s}\n&/' "$policy"
holds "a good new policy is read" reload policy-loaded
request=$(p engineer request shell2 --reason "nobody looks")
holds "a request that nobody decides lapses" within $days_limit state_is "$request" lapsed
holds "and cannot be granted then" says "over already: lapsed" 1 p approver grant "$request"
sed -i 's/lapse: 3s/lapse: 10m/' "$policy"
reload policy-loaded
request=$(p engineer request shell2 --reason "nobody enters")
p approver grant "$request" >/dev/null
holds "one of two is not enough" says "you hold no grant" 2 p engineer enter shell2 -- true
holds "the same person does not count twice" says "you have decided this already" 1 p approver grant "$request"
p approver2 grant "$request" >/dev/null
holds "a grant that nobody uses lapses" within $days_limit journal "grant-lapsed"
holds "and opens nothing then" says "you hold no grant" 2 p engineer enter shell2 -- true
sed -i '/^requests:/d' "$policy"
reload policy-loaded

# --- a role that becomes another
cp "$policy" "$root/same.yaml"
changed="allows something else than when it was asked for"
days_grant shell 2h
waiting=$(p engineer request shell2 --reason "while it changes")
sed 's/^  - role: shell2*$/&\n    env: [MORE=yes]/' "$root/same.yaml" >"$policy"
reload policy-loaded
holds "a grant does not outlive what its role allowed" says "$changed" 3 p engineer enter shell -- true
holds "nor does a request" says "$changed" 3 p approver grant "$waiting"
holds "which can be denied" says "Denied" 0 p approver deny "$waiting" --reason "ask again"
sed 's/about: A shell on this machine/about: other words/; s/sessions: 3/sessions: 2/' "$root/same.yaml" >"$policy"
reload policy-loaded
holds "other words about a role change nothing" p engineer enter shell -- true
cp "$root/same.yaml" "$policy"
reload policy-loaded

# --- an entry while the keeper has not read the new policy yet
days_grant shell 2h
keeper=$(child keeper)
kill -STOP "$keeper"
sed 's/about: A shell on this machine/about: more words/' "$root/same.yaml" >"$policy"
reload policy-loaded
p engineer enter shell -- true >"$root.said" 2>&1 </dev/null &
entry=$!
days_mine="$days_mine $entry"
sleep 1
kill -CONT "$keeper"
wait $entry
holds "who enters while a policy is read waits, and is not turned away" [ $? = 0 ]
cp "$root/same.yaml" "$policy"
reload policy-loaded

# --- policies under running sessions
days_grant shell 2h
enter_pty one shell || fail "a session starts"
one=$session
cp "$policy" "$root/good.yaml"
echo 'roles: [nonsense' >>"$policy"
holds "a broken new policy is refused" reload policy-refused
holds "in the journal with file and line" grep -q -e "policy-refused:.*policy.yaml:[0-9]" "$root.log"
holds "and in the log" sh -c "'$peer' log '$root' '' | grep -q 'policy-refused.*policy.yaml:[0-9]'"
holds "the old one stays" p engineer request shell --reason "still works"
holds "the session goes on" row_is "$one" state running
sed 's/who: \[engineer, approver\]/who: [approver]/' "$root/good.yaml" >"$policy"
holds "a policy that takes a person out of a role is read" reload policy-loaded
holds "their session ends before long" within $days_limit is_over "$pty"
"$drive" "$pty" dump | grep -q "no longer have the right" && pass "with that reason on their screen" || fail "with that reason on their screen"
holds "and in the log" journal "lost the right to shell"
holds "they cannot ask again" says "" 3 p engineer request shell --reason "again"
cp "$root/good.yaml" "$policy"
reload policy-loaded
days_grant shell 2h
enter_pty two shell
sed '/person: engineer/d; s/\[engineer, approver\]/[approver]/; s/who: \[engineer\]/who: [approver]/' "$root/good.yaml" >"$policy"
holds "a policy without the person is read" reload policy-loaded
holds "and ends their session too" within $days_limit is_over "$pty"
nothing "no process of ours died of a signal" "$(grep 'was killed by signal' "$root.log")"
holds "the log names the policy that a grant was made under" grep -q "granted: .*; policy [0-9a-f]\{64\}" "$root.log"
tap_end
