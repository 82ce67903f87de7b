#!/bin/sh
# SPDX-License-Identifier: ISC
# A legal hold takes two persons and two signatures; it stops the deletion of one session until it ends or is released.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/acts_lib.sh"
days_begin hold
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
home=$root.home
mkdir -p "$home/state"
unset SSH_AUTH_SOCK
: >"$root/etc/approvers"
for who in approver approver2 auditor; do
	ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$home/$who"
	printf '%s@example.org %s\n' "$who" "$(cut -d' ' -f1,2 "$home/$who.pub")" >>"$root/etc/approvers"
	sed -i "s/person: $who\$/&\n    principal: $who@example.org/" "$root/etc/policy.yaml"
done
sed -i -e 's/^admins:/holds: {each: [approver, approver2]}\n&/' -e 's/need: 1}/need: 1, signed: login}/' "$root/etc/policy.yaml"
reload
holds "the policy says who holds" within $days_limit shows 'held and released by one each, signed: approver, approver2'

# act PERSON WANTED VERB ...: what is said goes to $root.said.
act() {
	act_who=$1 act_wanted=$2
	shift 2
	XDG_STATE_HOME=$home/state/$act_who p "$act_who" "$@" --key "$home/$act_who" >"$root.said" 2>&1
	act_status=$?
	[ "$act_status" -eq "$act_wanted" ] || sed "s/^/# status $act_status: /" "$root.said"
	[ "$act_status" -eq "$act_wanted" ]
}
kept() { p auditor show "$1" 2>/dev/null | grep -q -- "$2"; }
logged() { journal "$1"; }
work 'echo one' && held=$(newest)
work 'echo two' && other=$(p auditor ls --json | ids | grep -v "$held" | head -n 1)
holds "two sessions are recorded" [ -n "$held" -a -n "$other" ]

holds "a hold needs a reason" act approver 2 hold "$held" --until +1h
holds "and an end" act approver 2 hold "$held" --reason "INC-9"
holds "one that is over is none" act approver 2 hold "$held" --until "2020-01-01" --reason "INC-9"
holds "who is not named in the policy cannot hold" act auditor 3 hold "$held" --until +1h --reason "INC-9"
holds "and is told who can" says "by one each of approver, approver2, together"
holds "the refusal is in the log" logged "hold-refused: auditor may not hold"
holds "with another person's key nobody signs" sh -c "! XDG_STATE_HOME=$home/state/x timeout 60 $bin/postern hold $held --until +1h --reason x --root $root --as approver --key $home/approver2 >/dev/null 2>&1"
holds "one person signs" act approver 0 hold "$held" --until +1h --reason "INC-9 subpoena"
holds "and holds nothing alone" says "not held yet: 1 more person must sign"
holds "also not by signing again" act approver 0 hold "$held" --until +1h --reason "INC-9 subpoena"
says "not held yet" || fail "signing again does not hold"
holds "show says who waits" kept "$held" "approver waits for others to sign hold"
holds "the second person signs the same end" act approver2 0 hold "$held" --reason "confirmed by security"
holds "and it is held" says "^Held until"
holds "the log has both signatures and the hold" sh -c "[ \"\$(grep -c 'hold-signed: ' '$root.log')\" -eq 3 ] && grep -q ' held: the session of engineer' '$root.log'"
holds "show says until when, who and why" sh -c "timeout 60 $bin/postern show $held --root $root --as auditor | tr -d '\n' | grep -q 'legal hold.*INC-9 subpoena.*confirmed by security'"
holds "ls says it" sh -c "timeout 60 $bin/postern ls --root $root --as auditor | grep -q '(held)'"

# verify holds the catalogue's word against the signatures, on copies that somebody has written into.
verified() {	# STATUS WORDS SQL...
	rm -rf "$root.copy" && cp -r "$root/state" "$root.copy"
	for trigger in $(sqlite3 "$root.copy/catalogue.db" "SELECT name FROM sqlite_master WHERE type='trigger'"); do
		sqlite3 "$root.copy/catalogue.db" "DROP TRIGGER $trigger"
	done
	[ -z "$3" ] || sqlite3 "$root.copy/catalogue.db" "$3"
	"$bin/postern" verify "$root.copy" --roster "$root/etc/approvers" >"$root.said" 2>&1
	verified_status=$?
	[ "$verified_status" -eq "$1" ] && says "$2" || { echo "# status $verified_status"; return 1; }
}
if command -v sqlite3 >/dev/null; then
	holds "verify counts the signatures under a hold" verified 0 '^2 signatures under legal holds' ''
	holds "a hold that was taken off in the catalogue is told" verified 26 '^hold-false .*nothing says who released it' \
		"UPDATE sessions SET held_by=NULL, held_us=NULL, held_until_us=NULL"
	holds "one that nobody has signed, too" verified 26 '^hold-false .*the log does not say so' \
		"UPDATE sessions SET held_by='approver', held_us=1, held_until_us=9999999999000000 WHERE held_by IS NULL"
	holds "and one with another end" verified 26 '^hold-false .*until another moment' "UPDATE sessions SET held_until_us = held_until_us + 86400000000 WHERE held_by IS NOT NULL"
	holds "a hold needs both signatures" verified 26 '^hold-false .*of 2 signatures at least, 1 hold' "DELETE FROM holds WHERE person='approver2'"
	holds "a signature under another name does not hold" verified 26 '^hold-false .*does not hold' "UPDATE holds SET person='auditor' WHERE person='approver2'"
	holds "nor one that was moved to another session" verified 26 '^hold-false ' "UPDATE holds SET session=(SELECT id FROM sessions WHERE held_by IS NULL LIMIT 1)"
else
	skip "forged holds" "no sqlite3"
fi
rm -rf "$root.copy"

# The windows of both are over at once.
sed -i 's/recording: 90d, texts: 1y/recording: 1s, texts: 1s/' "$root/etc/policy.yaml"
reload
within $days_limit shows 'recordings 1 s'
p auditor retention plan >"$root.said"
holds "the plan says what a hold stops" says "a legal hold stops it until"
gone() { p auditor show "$1" 2>/dev/null | grep -q 'its retention window lapsed'; }
run() { p auditor retention run >/dev/null 2>&1; gone "$1"; }
holds "a run takes the session that is not held" within $days_limit run "$other"
holds "and leaves the one that is" sh -c "! timeout 60 $bin/postern show $held --root $root --as auditor | grep -q 'no more'"
opens() {
	timeout 60 "$bin/postern" export --reason "a look at it" "$1" --root "$root" --as auditor -i "$root/auditor.key" --as raw -o "$root.out" >/dev/null 2>&1 && grep -q "$2" "$root.out"
}
holds "its recording opens" opens "$held" one

holds "a release takes two as well" act approver2 0 release "$held" --reason "case closed"
holds "one is not enough" says "not released yet"
holds "and nothing has gone" sh -c "! timeout 60 $bin/postern show $held --root $root --as auditor | grep -q 'no more'"
holds "the other signs" act approver 0 release "$held" --reason "case closed"
holds "and its retention goes on" within $days_limit run "$held"
holds "too late is said" act approver 4 hold "$held" --until +1h --reason "INC-9"

# One that ends by its date.
sed -i 's/recording: 1s, texts: 1s/recording: 90d, texts: 1y/' "$root/etc/policy.yaml"
reload
within $days_limit shows 'recordings 90 days'
work 'echo three' && third=$(p auditor ls --json | ids | grep -v -e "$held" -e "$other" | head -n 1)
act approver 0 hold "$third" --until +25s --reason "short"
holds "a hold with a near end is set" act approver2 0 hold "$third" --reason "short"
holds "it ends by itself" within 60 journal "hold-ended: "
holds "and show does not say it any more" sh -c "! timeout 60 $bin/postern show $third --root $root --as auditor | grep -q 'legal hold'"
holds "the log is fine with all that" within $days_limit "$bin/postern" verify --root "$root"
rm -rf "$home" "$root.said" "$root.out"
tap_end
