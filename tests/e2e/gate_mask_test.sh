#!/bin/sh
# SPDX-License-Identifier: ISC
# Who sees what: rules of roles and of the site, in what people write around a session and in what it shows.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
export TZ=UTC LC_ALL=C.UTF-8
# Of the formats of their makers, and nobody's.
half=ghp_R8kZ2xY7vQ1wE5tN3mB
rest=9cL0aS4dF6gH2jK8p
token=$half$rest
acme=acme_live_8f14e45fceea167a
mail=jo.doe@shop.example
days_begin mask
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
no() { if "$@"; then return 1; fi; }
has() { grep -qF -e "$1" "$2"; }
hup() { kill -HUP "$posternd"; }

# ---- the policy
mkdir "$root/etc/roles.d" "$root/etc/rules.d"
role() { printf -- '- role: %s\n  who: [engineer]\n  as: nobody\n  approve: {by: [approver]}\n  sessions: 9\n  for: {default: 30m, most: 2h}\n%s' "$1" "$2"; }
{
	role covers '  mask: [secrets, site, email]
'
	role shows '  mask: [site]
  record-only: [secrets, email]
'
	role bare '  mask: none
'
	role quiet ''
} >"$root/etc/roles.d/mask.yaml"
cat >"$root/etc/rules.d/site.yaml" <<'RULES'
rules:
  - rule: acme-key
    literals: [acme_live_]
    pattern: 'acme_live_[0-9a-f]{16,64}'
    examples: [acme_live_0123456789abcdef]
  - rule: staff-number
    literals: [staffno-]
    pattern: 'staffno-[0-9]{8}'
    style: pseudonym
    examples: [staffno-00123456]
columns: [salary]
RULES
check() { "$bin/postern" policy check "$root/etc" >"$root.said" 2>&1; }
says() { has "$1" "$root.said" || { sed 's/^/# /' "$root.said"; return 1; }; }
holds "a policy with masks is valid" check
holds "a role that masks nothing is remarked on" says "warning: roles.d/mask.yaml:22: role 'bare': nothing is masked"
holds "one that says nothing is not" no has "role 'quiet': nothing is masked" "$root.said"
sed 's/\[secrets, site, email\]/[secrets, sites]/' "$root/etc/roles.d/mask.yaml" >"$root.x" && mkdir -p "$root.bad/roles.d" "$root.bad/rules.d"
cp "$root/etc/policy.yaml" "$root.bad" && cp "$root.x" "$root.bad/roles.d/mask.yaml" && cp "$root/etc/rules.d/site.yaml" "$root.bad/rules.d"
"$bin/postern" policy check "$root.bad" >"$root.said" 2>&1
holds "a name that is neither set nor rule is a fault with its line" says "roles.d/mask.yaml:7: role 'covers': there is neither a set nor a rule called 'sites'"
cp "$root/etc/roles.d/mask.yaml" "$root.bad/roles.d" && sed -i 's/{16,64}/+/' "$root.bad/rules.d/site.yaml"
"$bin/postern" policy check "$root.bad" >"$root.said" 2>&1
holds "so is a rule that may cost too much" says "rules.d/site.yaml:4: rule 'acme-key': "
"$bin/postern" policy show --root "$root" >"$root.said" 2>&1
holds "the policy shows what is masked" says "  masks       site; in the recording only: secrets, email"
holds "and that without a word secrets are" says "  masks       secrets"
cp "$root.bad/rules.d/site.yaml" "$root/etc/rules.d/bad.yaml"
hup
holds "a gate that runs refuses wrong rules with the rest" within $days_limit journal "policy-refused: .*rules.d/bad.yaml:4"
rm "$root/etc/rules.d/bad.yaml"
hup
has_role() { p engineer roles | grep -q covers; }
holds "and takes the right ones" within $days_limit has_role

# ---- what people write
stars="****************"
request=$(p engineer request covers --reason "INC-7 with $token and $acme" --for 30m)
other=$(p engineer request quiet --reason "INC-8 with $token and $mail" --for 30m)
p approver requests --json >"$root.said"
holds "an approver reads a reason without its secrets" says "INC-7 with $stars"
holds "neither those that Postern knows" no has "$token" "$root.said"
holds "nor the site's" no has "$acme" "$root.said"
holds "by the rules of each role" says "$mail"
"$drive" start "$root.console" 100x30 "$bin/postern" console --root "$root" --as approver >/dev/null
days_ptys="$days_ptys $root.console"
holds "the console shows it so" "$drive" "$root.console" wait "INC-7 with $stars"
holds "and has never shown it otherwise" no "$drive" "$root.console" saw "$half"
"$drive" "$root.console" end >/dev/null 2>&1
p approver grant "$request" --comment "take $token" >/dev/null
p approver deny "$other" --reason "not with $token" >/dev/null
p engineer requests --all --json >"$root.said"
holds "comments are masked" says "take $stars"
holds "reasons of a denial too" says "not with $stars"

# ---- what a session shows. The halves meet on the screen only.
run() { p engineer enter "$1" -- "printf 'a %s%s b %s c %s d\n' $half $rest $acme $mail" </dev/null >"$root.out" 2>&1; }
grant() { id=$(p engineer request "$1" --reason INC-9 --for 30m) && p approver grant "$id" >/dev/null; }
newest() { p auditor ls --json | head -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'; }
state_is() { [ "$(p auditor ls --json | sed -n "s/.*\"session\":\"$1\".*\"state\":\"\\([a-z]*\\)\".*/\\1/p")" = "$2" ]; }
recorded() {
	session=$(newest)
	within $days_limit state_is "$session" kept
	p auditor export --reason "a look at it" --as raw "$session" >"$root.rec" 2>/dev/null
}
run covers
recorded
holds "a role that masks covers the engineer's screen" has "a $stars" "$root.out"
holds "so that no secret is on it" no grep -qF -e "$token" -e "$acme" -e "$mail" "$root.out"
holds "nor in the recording" no grep -qF -e "$token" -e "$acme" -e "$mail" "$root.rec"
holds "which is there" has " d" "$root.rec"
p auditor show "$session" >"$root.said"
holds "its command is told without them" says "to run 'printf"
holds "which is not everything that was typed" no has "$acme" "$root.said"
holds "show says how much was masked, by which rule" grep -q "^Masked .*github-token 1" "$root.said"
p approver sessions "$session" --json >"$root.said"
holds "sessions does, for machines" says '"github-token=1"'
holds "and for the site's rule" says '"acme-key=1"'

p engineer enter covers -- "printf ' name | salary \n------+--------\n eva  | 5170000\n(1 row)\n'" </dev/null >"$root.out" 2>&1
recorded
holds "a column of the site's is masked" has " eva  | *******" "$root.out"
p auditor show "$session" >"$root.said"
holds "and counted under its name" grep -q "^Masked .*column salary 1" "$root.said"

# One after the other; what the second and the first show. A policy may just be read again: then once more.
twice() { for n in 1 2; do within $days_limit staff "$n"; done; }
staff() { p engineer enter covers -- 'echo staffno-00123456' </dev/null >"$root.staff$1" 2>&1; }
reread() {
	sed -i '/^pseudonyms:/d' "$root/etc/policy.yaml" && echo "pseudonyms: $1" >>"$root/etc/policy.yaml"
	loads=$(grep -c policy-loaded "$root.log")
	hup
	within $days_limit loaded
}
loaded() { [ "$(grep -c policy-loaded "$root.log")" -gt "$loads" ]; }
twice
holds "a pseudonym is no value" no has staffno-00123456 "$root.staff1"
holds "it is another one in each session" no cmp -s "$root.staff1" "$root.staff2"
reread site
twice
holds "unless the policy wants one for the site" cmp "$root.staff1" "$root.staff2"
holds "which is as wide as the value" grep -qE '^[a-z2-7]{16}.?$' "$root.staff1"

grant shows
run shows
recorded
holds "a role that masks the recording alone lets the engineer see" has "a $token b *" "$root.out"
holds "all but what is masked for both" no has "$acme" "$root.out"
holds "the recording has none of it" no grep -qF -e "$token" -e "$acme" -e "$mail" "$root.rec"
holds "but covered" has "a $stars" "$root.rec"

grant bare
run bare
recorded
holds "a role that masks nothing shows everything" has "a $token b $acme c $mail d" "$root.out"
holds "and records it" has "a $token b $acme c $mail d" "$root.rec"
bare=$session

# ---- texts of a running session
enter_pty one covers
p approver say "$session" "mind $token" >/dev/null
holds "what is said to an engineer is masked" "$drive" "$pty" wait "mind $stars"
"$drive" "$pty" type "stty -echo; postern() { $bin/postern \"\$@\"; }\r" >/dev/null
"$drive" "$pty" type "postern note 'noted $token'; postern extend --for 10m --reason 'needs $token'; echo as''ked\r" >/dev/null
"$drive" "$pty" wait "asked" >/dev/null
"$drive" "$pty" type "stty echo; PS1='aga''in> '\r" >/dev/null
"$drive" "$pty" wait "again>" >/dev/null
"$drive" "$pty" type ": typed $token; echo wri''tten\r" >/dev/null
"$drive" "$pty" wait "written" >/dev/null
p approver revoke "$session" --reason "because of $token" >/dev/null
within $days_limit is_gone "$session"
recorded
p auditor show "$session" >"$root.said"
holds "a note is in the log without its secret" says "note: noted $stars"
holds "so is the reason of an end" says "because of $stars"
p engineer requests --all --json >"$root.said"
holds "so is that of a request from inside" says "needs $stars"
for as in text input asciicast; do p auditor export --reason "a look at it" --as $as "$session" >"$root.$as" 2>/dev/null; done
holds "a secret that is typed is not recorded" no has "$half" "$root.input"
holds "it is in no other form of the recording either" no grep -qF -e "$half" "$root.text" "$root.asciicast" "$root.rec"
p auditor export --as raw "$session" --reason "see $token" >/dev/null 2>&1

# ---- nothing is left anywhere
for id in $(p auditor ls --json | ids); do
	[ "$id" = "$bare" ] || p auditor show "$id" --json
done >"$root.said"
p approver requests --all --json >>"$root.said"
p approver sessions --all --json >>"$root.said"
holds "no answer of the gate has the secret" no has "$token" "$root.said"
holds "no file of the state folder" no grep -rqaF -e "$token" -e "$acme" "$root/state"
holds "nor the journal" no has "$token" "$root.log"
tap_end
