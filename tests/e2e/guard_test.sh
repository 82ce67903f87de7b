#!/bin/sh
# SPDX-License-Identifier: ISC
# Guardrails: a line is looked at before its Enter is given; warned of, confirmed, asked about or denied.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
export TZ=UTC LC_ALL=C.UTF-8
days_begin guard
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
no() { if "$@"; then return 1; fi; }

# ---- the policy
mkdir -p "$root/etc/roles.d"
roles() {
	cat >"$1" <<YAML
- role: careful
  who: [engineer]
  as: nobody
  approve: {by: [approver]}
  sessions: 9
  guard:
    - sql
    - {use: shell, do: deny}
    - {match: rm important*, do: deny, why: everybody needs it}
    - {match: deploy, do: warn, why: it is Friday}
    - {match: drop table, do: confirm, why: it is gone then}
    - {match: /grant\s+admin/, name: admins, do: ask, why: somebody else looks at it}
YAML
}
roles "$root/etc/roles.d/guard.yaml"
holds "a policy with guards is valid" "$bin/postern" policy check "$root/etc"
"$bin/postern" policy check "$root/etc" >"$root.said" 2>&1
holds "and nothing is remarked on" no grep -q guard "$root.said"
fault() {	# WORDS SED: the policy with that change has this fault
	rm -rf "$root.bad" && cp -r "$root/etc" "$root.bad"
	roles "$root.bad/roles.d/guard.yaml" && sed -i "$2" "$root.bad/roles.d/guard.yaml"
	"$bin/postern" policy check "$root.bad" >"$root.said" 2>&1
	grep -qF "$1" "$root.said" || { sed 's/^/# /' "$root.said"; return 1; }
}
holds "a set that is none is a fault" fault "roles.d/guard.yaml:7: role 'careful': there is no set or rule 'sqll'" 's/- sql$/- sqll/'
holds "a pattern that matches everything too" fault "roles.d/guard.yaml:9: role 'careful': '*': there must be" 's/rm important\*/"*"/'
holds "and a word that is not to be done" fault "roles.d/guard.yaml:10: role 'careful': \`do\` is one of" 's/do: warn/do: worry/'
holds "and a rule without a reason" fault "say \`why\`" 's/, why: it is Friday//'
days_loaded=$(grep -c policy-loaded "$root.log")
kill -HUP "$posternd"
within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $days_loaded ]"

has_role() { p engineer roles | grep -q careful; }
within $days_limit has_role
# ---- bash. Programs that would do harm are functions that say that they ran.
id=$(p engineer request careful --reason guards --for 30m) && p approver grant "$id" >/dev/null
enter_pty one careful || { fail "a session starts"; tap_end; }
type() { for type_one; do "$drive" "$pty" type "$type_one" >/dev/null; done; }
sees() { "$drive" "$pty" wait "$1" >/dev/null; }
quiet() { "$drive" "$pty" gone 'Not entered' >/dev/null; }
never() { no "$drive" "$pty" saw "$1"; }
type 'exec bash --norc --noprofile\r'
type "PS1='now\$ '; rm() { echo ran-\"\"rm; }; deploy() { echo ran-\$1; }; drop() { echo ran-drop-\$2; }; grant() { echo ran-grant-\$2; }; clear\\r"
sees 'now$'
type 'echo be""fore\r'
holds "a line that no rule knows is entered" sees before
type 'rm important.txt\r'
holds "denied: the screen says which rule and what to do" sees 'Not entered; change the line. rm important*: everybody needs it'
type '\r'
holds "a second Enter does not pass either" sees 'rm important.txt'
type '\x7f' '^U' 'echo chan""ged\r'
holds "the line could be changed" sees changed
holds "and what was denied has not run" never 'ran-rm'
type 'deploy fri""day\r'
holds "warned: it is said, and entered" sees 'Careful, deploy: it is Friday'
holds "at once" sees ran-friday
type 'drop table a\x41\r'
holds "to be confirmed: a word is asked for" sees 'Type yes to enter it, or Esc'
type '\r' 'no\r'
holds "Enter alone or another word is no answer" sees 'Type yes to enter it, or Esc'
type 'yes'
sees 'yes_'
type '\r'
holds "the word enters the line" sees ran-drop-aA
type 'drop table b\x42\r'
sees 'Type yes'
type '\e'
holds "Esc goes back to the line" sees 'The line is still there'
type '^U' 'echo ba""ck\r'
holds "and it has not run" sees back
holds "nothing of it" never ran-drop-bB

# ---- ask
type 'grant admin c\x43\r'
holds "asked: the engineer waits" sees 'An approver is being asked'
waits() { p approver sessions --json | grep -q 'waits for a yes or no: admins: grant admin'; }
holds "the approver sees rule and line" within $days_limit waits
p engineer allow "$session" >/dev/null 2>&1
[ $? = 3 ] && pass "nobody answers their own" || fail "nobody answers their own"
p approver allow "$session" --reason "for the audit" >/dev/null
holds "a yes enters the line" sees ran-grant-cC
type 'grant admin d\x44\r'
sees 'being asked'
within $days_limit waits
kill -9 "$(child gate)"
within $days_limit days_answers
holds "the question outlives the gate" within $days_limit waits
p approver refuse "$session" --reason "not now" >/dev/null
holds "a no is told with its reason" sees 'approver says no: not now'
type '^U' 'echo no""thing\r'
sees nothing
holds "and the line has not run" never ran-grant-dD
p approver allow "$session" >/dev/null 2>"$root.said"
holds "where no line waits there is nothing to answer" grep -q "no line waits" "$root.said"

# ---- the console
console=$root.console.drive
days_ptys="$days_ptys $console"
"$drive" start "$console" 100x30 "$bin/postern" console --root "$root" --as approver >/dev/null
"$drive" "$console" wait careful >/dev/null
type '^U' 'grant admin e\x45\r'
sees 'being asked'
holds "the console shows that a line waits, and for what" "$drive" "$console" wait 'admins: grant ad'
"$drive" "$console" type '\t\ty' >/dev/null
holds "y asks whether it may be entered" "$drive" "$console" wait 'May engineer'
"$drive" "$console" type 'yes\r' >/dev/null
holds "and yes enters it" sees ran-grant-eE
"$drive" "$console" end >/dev/null

# ---- pasted, typed ahead, not echoed
quiet
type 'echo pa""sted\rrm important.one\recho be""hind-it\r'
holds "of several pasted lines the ones before are entered" sees pasted
holds "the one is held" sees 'Not entered; change the line. rm important'
holds "and those behind it are dropped" never behind-it
quiet
type '^U' '\e[200~echo o""ne\rrm important.two\e[201~' '\r'
holds "of rows pasted as one line each counts" sees 'Not entered; change the line. rm important'
quiet
type '^C' 'sleep 1; echo sl""ept\r' 'rm important.three\r'
holds "typed ahead it is held, too" sees 'Not entered; change the line. rm important'
holds "while the command before goes on" sees slept
type '^C'
type 'clear; read -s -p "hid""den? " x; echo "got-${#x}"\r'
sees 'hidden?'
type 'rm important.four\r'
holds "what is not echoed is not looked at" sees got-17
holds "and none of it ran" never ran-rm
if command -v sqlite3 >/dev/null; then
	type 'clear; sqlite3 -batch -interactive\r'
	sees 'sqlite>'
	type 'create table t (a);\r' 'update t set a = 1 where a = 2;\r' "select 'be'||'fore';\\r"
	holds "in a client statements are entered" sees before
	type 'update t set a = 1;\r'
	holds "and looked at as well" sees 'Type yes'
	type '\e'
	sees 'still there'
	type '^U' '.quit\r'
	sees 'now$'
else
	skip "in a client statements are entered" "sqlite3 is not here"
	skip "and looked at as well" "sqlite3 is not here"
fi
type 'exit\r'
holds "the session ends" within $days_limit is_over "$pty"

# ---- what is kept
kept() { p auditor export --reason "a look at it" --as commands "$session" 2>/dev/null; }
within $days_limit eval 'kept >"$root.kept" && [ -s "$root.kept" ]'
for word in 'rm important*: denied] rm important.txt' 'deploy: warned] deploy' 'drop-database: confirmed] drop table' 'drop-database: withdrawn] drop table' \
	'admins: allowed by approver] grant admin' 'admins: refused by approver] grant admin'; do
	holds "the recording tells [guard $word" grep -qF "[guard $word" "$root.kept"
done
holds "and nothing of what was not echoed" no grep -q important.four "$root.kept"
holds "the log tells it as well" within $days_limit sh -c "'$peer' log '$root' '$session' | grep -q 'guarded: admins: refused by approver'"
tap_end
