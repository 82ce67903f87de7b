#!/bin/sh
# SPDX-License-Identifier: ISC
# Opening a recording needs a reason; where its class says so, another auditor's grant with a window.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/acts_lib.sh"
days_begin open
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
days_grant shell 5m && p engineer enter shell -- 'echo forty-two' </dev/null >/dev/null 2>&1
session=$(newest)
short=$(echo "$session" | cut -c1-8)
told() { p auditor show "$session" | grep -q -- "$1"; }
opens() { act "$1" "$2" export "$session" -i "$root/auditor.key" --as raw -o "$root.out" --reason "INC-7 who did it"; }
holds "a session is recorded" [ -n "$session" ]

# ---- a reason
holds "without a reason nothing is opened" act 2 auditor export "$session" --as raw
holds "and the sentence says what to do" says "say why you open it with --reason"
holds "an empty one is none" act 2 auditor export "$session" --as raw --reason "  "
holds "with a reason it opens" opens 0 auditor
holds "with its bytes" grep -q forty-two "$root.out"
holds "the reason is in the log" told "INC-7 who did it"
holds "what the role masks is not in it" act 0 auditor export "$session" --as raw -o "$root.out" -i "$root/auditor.key" --reason "it has AKIAIOSFODNN7EXAMPLE in it"
holds "but the rest of it is" told "it has \\*"
printf 'INC-8 asked\n' >"$root.in"
"$TOP_BUILDDIR/tests/term/drive" start "$root.t" 80x24 "$bin/postern" export "$session" --root "$root" --as auditor --as raw -o "$root.asked" -i "$root/auditor.key" >/dev/null
holds "on a terminal it is asked for" "$TOP_BUILDDIR/tests/term/drive" "$root.t" wait "Why do you open it"
"$TOP_BUILDDIR/tests/term/drive" "$root.t" type 'INC-8 asked\r'
holds "and taken" within $days_limit test -s "$root.asked"
"$TOP_BUILDDIR/tests/term/drive" "$root.t" end >/dev/null
holds "into the log" told "INC-8 asked"
holds "a story can be looked at with a reason" act 0 auditor show "$session" --reason "INC-9 story"
holds "which is in the log too" sh -c "timeout 60 '$bin/postern' log export --root '$root' | grep -q 'INC-9 story'"

# ---- a class that asks for nothing
cp "$root/etc/policy.yaml" "$root.policy"
class() { sed -e 's/^auditors:.*/auditors: [auditor, approver2]/' -e "s/log: forever/log: forever, open: $1/" "$root.policy" >"$root/etc/policy.yaml"; reload; }
class free
holds "a class may be free" within $days_limit shows 'opened without a reason'
free() { act 0 auditor export "$session" --as raw -o "$root.out" -i "$root/auditor.key"; }
holds "then no reason is needed" within $days_limit free

# ---- a class that asks for a grant
class '{by: [auditor, approver2], for: 10m, neeed: 2}'
holds "what no rule knows is refused" sh -c "! timeout 60 '$bin/postern' policy check --root '$root' >'$root.said' 2>&1"
holds "with its keys" says "by, need, for, signed and keys"
class '{by: [auditor], need: 2}'
holds "so is what nobody could grant" sh -c "! timeout 60 '$bin/postern' policy check --root '$root' >'$root.said' 2>&1"
class '{for: 10m}'
holds "a class may ask for a grant" within $days_limit shows 'opened with a reason and a grant by one of auditor, approver2, for 10 min'
holds "then a reason is not enough" within $days_limit opens 3 auditor
holds "the sentence says what is" says "postern request --open $short"
holds "the refusal is in the log" told "auditor may not open this recording"
holds "who is no auditor does not ask" act 3 engineer request --open "$session" --reason x
holds "it is not asked for without a reason" act 2 auditor request --open "$session"
holds "nor for longer than the class says" act 2 auditor request --open "$session" --reason "INC-7" --for 1h
holds "it is asked for" act 0 auditor request --open "$session" --reason "INC-7 who did it"
request=$(cat "$root.said")
holds "once" act 1 auditor request --open "$session" --reason "INC-7 again"
p approver2 requests >"$root.said"
holds "the other auditor sees it" says "to open the recording of session $short"
"$TOP_BUILDDIR/tests/term/drive" start "$root.c" 120x30 "$bin/postern" console --root "$root" --as approver2 >/dev/null
holds "also in the console" "$TOP_BUILDDIR/tests/term/drive" "$root.c" wait "open shell"
"$TOP_BUILDDIR/tests/term/drive" "$root.c" end >/dev/null
holds "nobody grants their own" act 3 auditor grant "$request"
holds "nor does who decides about the role" act 3 approver grant "$request"
holds "as long as it waits nothing opens" opens 3 auditor
holds "the other auditor grants it for less" act 0 approver2 grant "$request" --for 20s
holds "and is told that the clock runs" says "the clock runs"
holds "then it opens" opens 0 auditor
holds "and the log says under what" told "under request .* granted by approver2"
lingers() {	# until it is refused
	timeout 120 "$peer" linger "$root/run/gate.sock" "$1" "$session" >"$root.lingers" &
	lingerer=$!
	days_mine="$days_mine $lingerer"
	within $days_limit grep -q open "$root.lingers"
}
holds "somebody goes on reading" lingers auditor
holds "the grant is nobody else's" opens 3 approver2
holds "and is no grant for the role" act 2 auditor enter shell -- true
holds "nor in any list of grants" sh -c "! timeout 60 '$bin/postern' status --root '$root' --as auditor | grep -q 'granted by'"
holds "that one still reads" kill -0 "$lingerer"
holds "the time is over" within 60 opens 3 auditor
is_refused() { ! kill -0 "$lingerer" 2>/dev/null; }
holds "also for what was opened in it" within $days_limit is_refused
holds "a denial opens nothing" sh -c "id=\$(timeout 60 '$bin/postern' request --open '$session' --reason 'INC-7 more' --root '$root' --as auditor) && timeout 60 '$bin/postern' deny \$id --reason 'not now' --root '$root' --as approver2 >/dev/null"
holds "as before" opens 3 auditor
holds "the report has the opening" sh -c "XDG_STATE_HOME='$root.home' timeout 60 '$bin/postern' report --root '$root' --as auditor --last 1h --reason x | grep -q 'the opening of $short'"
holds "so has that of its role, and not that of another" sh -c "for role in shell shell2; do XDG_STATE_HOME='$root.home' timeout 60 '$bin/postern' report --root '$root' --as auditor --last 1h --reason x --role \$role --table decisions --format csv | grep -c 'the opening of $short'; done | tr '\n' ' ' | grep -q '^[1-9][0-9]* 0 \$'"
class free
within $days_limit shows 'opened without a reason'
holds "one of two auditors reads" lingers approver2
holds "a moment later as well" sh -c "timeout 60 '$bin/postern' ls --root '$root' --as auditor >/dev/null && kill -0 $lingerer"
sed -i 's/^auditors:.*/auditors: [auditor]/' "$root/etc/policy.yaml" && reload
holds "and no more when the policy names them no more" within $days_limit is_refused
holds "the log is fine with all that" within $days_limit "$bin/postern" verify --root "$root"
rm -rf "$root.lingers" "$root.home" "$root.said" "$root.out" "$root.in" "$root.asked" "$root.policy"
tap_end
