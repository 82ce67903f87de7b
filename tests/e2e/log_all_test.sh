#!/bin/sh
# SPDX-License-Identifier: ISC
# Everything that the log has to tell is done once, for real; then each kind of entry is looked for, with what it must say.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin all
export XDG_STATE_HOME="$root.home"
unset SSH_AUTH_SOCK
mkdir -p "$root.home"
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
: >"$root/etc/approvers"
for who in approver approver2; do
	ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$root.home/$who"
	printf '%s@example.org %s\n' "$who" "$(cut -d' ' -f1,2 "$root.home/$who.pub")" >>"$root/etc/approvers"
	sed -i "s/person: $who\$/&\n    principal: $who@example.org/" "$root/etc/policy.yaml"
done
sed -i -e 's/^admins:/holds: {each: [approver, approver2]}\n&/' -e 's/^  - role: shell$/&\n    break-glass: {who: [approver], for: 10m}\n    guard: [{name: important, match: "rm important*", do: ask, why: two people look at that}]/' \
	-e 's/need: \([12]\)}/need: \1, signed: login}/' 	-e 's/recording: 90d/recording: 1s/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
reloaded() { [ "$(grep -c 'policy .* with' "$root.log")" -ge "$1" ]; }
within $days_limit reloaded 2 || { "$bin/postern" policy check --root "$root" | sed 's/^/# /'; fail "the policy is taken"; }

# ---- the acts
p stranger status >/dev/null 2>&1
first=$(p engineer request shell --reason "INC-1 for the log" --for 10m)
p approver deny "$first" --reason "not now" >/dev/null
p engineer cancel "$(p engineer request shell --reason "INC-2 mistaken")" >/dev/null
two=$(p engineer request shell2 --reason "INC-3 two people")
p approver grant "$two" >/dev/null
p engineer grant "$two" >/dev/null 2>&1
days_grant shell 10m && enter_pty one shell
running=$session
"$drive" "$pty" type 'echo key AKIAIOSFODNN7EXAMPLE\r' >/dev/null && "$drive" "$pty" wait 'key' >/dev/null
"$drive" "$pty" type 'rm important.txt\r' >/dev/null
waits() { p approver allow "$running" --reason "it may go"; }
within $days_limit waits
"$drive" start "$root.watch" 100x30 "$bin/postern" play "$running" --root "$root" --as auditor --reason "INC-4 live" >/dev/null
days_ptys="$days_ptys $root.watch"
"$drive" "$root.watch" wait 'key' >/dev/null
p approver say "$running" "ten minutes more" >/dev/null
p approver freeze "$running" --reason "look first" >/dev/null
p approver thaw "$running" >/dev/null
p approver extend "$running" --for 2m --reason "a bit more" >/dev/null
p approver shorten "$running" --to 5m --reason "enough" >/dev/null
sed -i 's/match: "rm important\*"/match: "rm very important*"/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
within $days_limit reloaded 3
"$drive" "$root.watch" type q >/dev/null
p approver hold "$running" --until +1h --reason "INC-5 subpoena" --key "$root.home/approver" >/dev/null
p approver2 hold "$running" --reason "confirmed" --key "$root.home/approver2" >/dev/null
p approver revoke "$running" --reason "done with it" >/dev/null
within $days_limit is_gone "$running"
p approver enter shell --break-glass --reason "INC-6 fire" -T -- true </dev/null >/dev/null 2>&1
glass=$(p approver2 requests --reviews --json | sed -n 's/.*"request":"\([0-9a-f]*\)".*/\1/p' | head -n 1)
p approver2 review "$glass" --comment "was right" >/dev/null
p auditor ls >/dev/null
p auditor show "$running" --reason "INC-7 the story" >/dev/null
p auditor export "$running" --as text --reason "INC-7 the text" >/dev/null 2>&1
p auditor export "$running" --as text </dev/null >/dev/null 2>&1
p auditor search important --reason "INC-7 the word" >/dev/null 2>&1
p auditor report --last 1h --reason "INC-7 quarterly" >/dev/null 2>&1
key=$(sed -n 's/.*\(age1[0-9a-z]*\).*/\1/p' "$root/etc/auditors" | head -n 1)
p auditor rewrap "$running" --to "$key" --reason "INC-8 a new auditor" >/dev/null 2>&1
p approver keys retire somebody --reason "has left" >/dev/null 2>&1
p auditor keys retire approver2 --reason "has left" >/dev/null 2>&1
p auditor keys return approver2 --reason "is back" >/dev/null 2>&1
echo "archive file $root.out" >"$root/etc/outputs" && chmod 644 "$root/etc/outputs"
sed -i '$d' "$root/etc/approvers"
sed -i 's/most: 2h/most: 3h/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
within $days_limit reloaded 4
p approver release "$running" --reason "it is settled" --key "$root.home/approver" >/dev/null 2>&1
# One person's keys are left, so the hold stays, and what is not held goes.
swept() { p auditor retention run --confirm >/dev/null 2>&1; "$bin/postern" log export --state "$root/state" | grep -q '"name":"deleted"'; }
within $days_limit swept
kill -9 "$(child gate)"
within $days_limit days_answers
kill "$posternd" && wait "$posternd"
"$bin/postern" log export --state "$root/state" >"$root.all" 2>/dev/null

# told WORDS NAME TEXT: an entry of this name says so.
told() {
	if grep "\"name\":\"$2\"" "$root.all" | grep -q -- "$3"; then pass "the log tells $1"; else
		grep "\"name\":\"$2\"" "$root.all" | cut -c1-300 | sed 's/^/# /'
		fail "the log tells $1"
	fi
}
told "of a request" requested 'engineer (account .*) asks for shell for 10 min'
told "why it was made, in an entry that can go before it" reason 'INC-1 for the log'
told "of a denial" denied 'approver denied shell to engineer; policy [0-9a-f]\{64\}'
told "of a request that was taken back" cancelled 'engineer took the request back'
told "of one of several who agree" agreed 'approver agrees to shell2'
told "of a decision that was refused" decision-refused 'engineer may not decide'
told "of a grant" granted 'approver granted shell to engineer for 10 min; policy [0-9a-f]\{64\}'
told "of its use" entered "\"$running\".*engineer (account .*) enters shell for 10 min"
told "of a session's start" session-started "\"$running\".*running"
told "of its envelope, by its hash" envelope-sealed "\"$running\""
told "of what the kernel enforces in it" session "\"$running\".*enforced: {"
told "of what was not captured" session "\"$running\".*coverage: .*[Nn]ot captured"
told "of its segments, with lengths and hashes" segment "\"$running\".* bytes so far, SHA-256 [0-9a-f]\{64\}"
told "how much was masked" masked "\"$running\".*aws-key-id=[1-9]"
told "what a guard asked" session "\"$running\".*guarded: important: "
told "of the answer to it" guard-answered "\"$running\".*approver allowed a line in the session of engineer"
told "of what was said in it" said 'approver says something in the session of engineer'
told "of a role that allows something else than a session was granted for" role-changed "\"$running\".*shell allows something else now; the session of engineer goes on"
told "of a session that was frozen" frozen 'approver froze the session of engineer'
told "and thawed" thawed 'approver thawed the session of engineer'
told "of more time" extended 'shell of engineer was extended by approver'
told "and of less" shortened 'approver shortened shell of engineer to 5 min from now'
told "of what was revoked" revoked 'approver revoked shell of engineer'
told "of a session's end, with its receipt" session-ended "\"$running\".*ended: .*killed, 0 survivors"
told "and of the receipt by itself" session "\"$running\".*receipt: .* killed, 0 survivors"
told "of an entry without a decision" break-glass 'approver (account .*) enters shell WITHOUT A DECISION'
told "of its review" reviewed 'approver2 reviewed the break-glass of approver into shell'
told "who looked for recordings" listed 'auditor looked at the list of recordings'
told "who opened one, and what for" recording-opened "\"$running\".*auditor opened the recording of engineer as shell (export as text)"
told "and why" reason "\"$running\".*\"INC-7 the text\""
told "who watched" watched "\"$running\".*auditor watches the running session of engineer"
told "until when" watch-ended "\"$running\".*auditor no longer watches"
told "who searched" searched 'auditor searches [0-9]* recordings\{0,1\}"'
told "for what" reason "'important': INC-7 the word"
told "who reported" reported 'auditor reports on '
told "of an envelope for a new auditor" envelope-added "\"$running\".*auditor added an envelope for age1"
told "whose key was retired" key-retired 'auditor retired approver2'
told "and taken back" key-returned 'auditor took back the retirement of approver2'
told "who may not do that" key-refused 'approver may not retire an auditor'
told "of a signature under a hold" hold-signed 'approver signed: hold until'
told "of the hold" held 'the session of engineer as shell is held until .* by 2 persons'
told "of a retention run" retention-run 'deleted, 0 failed'
told "of an administrator's word for the clock" retention-run 'auditor confirmed the wall clock'
told "of a deletion, with its policy, envelope and head" deleted 'recording deleted under class standard: key slot .*; policy [0-9a-f]\{64\}; envelope [0-9a-f]\{64\}; head '
told "of a change of the policy, with its hash and in words" policy-loaded 'policy [0-9a-f]\{64\} with .*at most 3 h.*at most 2 h'
told "and as a fact" policy-version '"leaf"'
told "of a change of approvers' keys, with their hash and in words" roster-changed 'approvers is now [0-9a-f]\{64\}; .*approver2@example.org'
told "and as a fact" roster-version '"leaf"'
told "of where the log goes to" output "output archive: file $root.out"
told "of a start of the gate" gate-started 'the gate starts, version '
told "of its end" gate-stopped 'the gate stops'
told "of a key of the hour" epoch '"leaf"'
told "of a failed log-in to the gate" peer-refused 'was turned away'
[ "$(grep -c '"name":"gate-started"' "$root.all")" -eq 2 ] && pass "a gate that died is told by the start of the next" || fail "a gate that died is told by the start of the next"
holds "no masked value is in it" sh -c "! grep -q AKIAIOSFODNN7EXAMPLE '$root.all'"
"$bin/postern" verify --root "$root" >"$root.said" 2>&1 && pass "and all of it is fine" || { sed 's/^/# /' "$root.said"; fail "and all of it is fine"; }
tap_end
