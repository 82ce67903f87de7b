#!/bin/sh
# SPDX-License-Identifier: ISC
# Break-glass: entering without a decision. It is loud, and the next one waits for somebody else's review.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin glass
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
reload() {
	days_count=$(grep -c policy-loaded "$root.log")
	kill -HUP "$posternd"
	within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $days_count ]"
}
said() {	# STATUS WORDS COMMAND...
	glass_status=$1 glass_words=$2
	shift 2
	"$@" >"$root.said" 2>&1 </dev/null
	[ $? = "$glass_status" ] && grep -q -- "$glass_words" "$root.said" && return 0
	echo "# $(cat "$root.said")"
	return 1
}
# console NAME PERSON: that person's console on a pty; its driver in $console.
console() {
	console=$root.$1.drive
	days_ptys="$days_ptys $console"
	TERM=xterm-256color "$drive" start "$console" 110x30 "$bin/postern" console --root "$root" --as "$2" >/dev/null &&
		"$drive" "$console" wait RUNNING >/dev/null
}
bells() { "$drive" "$1" save "$root.bytes" >/dev/null && tr -cd '\007' <"$root.bytes" | wc -c; }
rang() { [ "$(bells "$1")" = "$2" ]; }
# What stands on the screen after a change to bold red (curses writes 31m or 38;5;1m).
is_red() { "$drive" "$1" save "$root.bytes" >/dev/null && tr '\033' '\n' <"$root.bytes" | grep -Eq "^\\[[0-9;]*(31|38;5;1)m.*$2"; }
unreviewed() { p approver requests --reviews --json | sed -n 's/.*"request":"\([0-9a-f]*\)".*/\1/p' | head -n 1; }
nothing_to_review() { p approver requests --reviews | grep -q "Nothing is to be reviewed"; }

sed -i 's/^  - role: shell2*$/&\n    break-glass: {who: [engineer, approver], for: 10m}/' "$root/etc/policy.yaml"
cat >>"$root/etc/policy.yaml" <<'END'
  - {role: plain, who: [engineer], as: nobody, approve: {by: [approver]}}
END
reload
holds "the policy says who may" said 0 "break-glass without a decision for 10 min" "$bin/postern" policy show --root "$root"
console first approver || fail "a console opens"
first=$console
console other auditor || fail "an auditor's console opens"
other=$console
holds "a role without it has none" said 3 "has no break-glass" p engineer enter plain --break-glass --reason fire -T -- true
holds "who is not named may not" said 3 "not among those who may enter" p approver2 enter shell --break-glass --reason fire -T -- true
holds "without a reason it is nothing" said 2 "needs a reason" p engineer enter shell --break-glass -T -- true
holds "nor with an empty one" said 2 "needs a reason" p engineer enter shell --break-glass --reason " " -T -- true
holds "nor for longer than it says" said 2 "at most 10 min" p engineer enter shell --break-glass --for 20m --reason fire -T -- true
holds "and nothing of that is left to review" nothing_to_review

holds "it opens at once, and says what it is" said 0 "BREAK-GLASS: nobody decided this; you have 10 min" \
	p engineer enter shell --break-glass --reason "INC-9 fire in the basket" -T -- true
id=$(unreviewed)
holds "the approver's console shows it at the top" "$drive" "$first" wait "TO REVIEW"
holds "with the reason" "$drive" "$first" wait "INC-9 fire in the basket"
holds "in red" is_red "$first" "shell"
holds "the auditor's too" "$drive" "$other" wait "TO REVIEW"
holds "and rings once" rang "$first" 1
holds "the journal has a line for who watches it" journal "warning.*break-glass: engineer\|break-glass: engineer (account .*WITHOUT A DECISION"
holds "postern requests tells it above all else" said 0 "BREAK-GLASS: nobody decided this; review it" p approver requests
holds "the session's grant is nobody's" sh -c "'$bin/postern' sessions --all --root '$root' --as approver --json | grep -q '\"by\":\"break-glass\"'"

holds "a second one, for whichever role, is refused until the first is reviewed" said 3 "has not been reviewed yet" \
	p engineer enter shell2 --break-glass --reason again -T -- true
holds "for this role as well, when the first is used up" sh -c "'$bin/postern' revoke \$('$bin/postern' status --root '$root' --as engineer --json | sed -n 's/.*\"grant\":\"\\([0-9a-f]*\\).*/\\1/p' | head -n 1) --root '$root' --as approver >/dev/null"
holds "refused" said 3 "has not been reviewed yet" p engineer enter shell --break-glass --reason again -T -- true
kill -9 "$(child gate)"
within $days_limit days_answers
holds "also after the gate has died" said 3 "has not been reviewed yet" p engineer enter shell --break-glass --reason again -T -- true
holds "the ordinary way stays open" said 0 "" p engineer request shell --reason "in the ordinary way"
"$drive" "$first" wait "in the ordinary way" >/dev/null
holds "the console, connected again, does not ring again" rang "$first" 1
p engineer cancel "$(p approver requests --json | sed -n 's/.*"request":"\([0-9a-f]*\)".*"state":"waiting".*/\1/p' | head -n 1)" >/dev/null

holds "who broke it does not review it" said 3 "nobody reviews their own" p engineer review "$id" --comment "it was right"
holds "nor does who does not decide about the role" said 3 "" p auditor review "$id" --comment "looks fine"
holds "a review needs a comment" said 2 "say with --comment" p approver review "$id"
"$drive" "$first" key home >/dev/null
"$drive" "$first" wait "v review" >/dev/null
"$drive" "$first" type 'v' >/dev/null
holds "the key asks for one" "$drive" "$first" wait "What do you say to engineer"
"$drive" "$first" type 'read it all, it was needed\r' >/dev/null
holds "and that reviews it" "$drive" "$first" wait "Reviewed: shell of engineer"
holds "the row says so" "$drive" "$first" wait "you can review    reviewed"
holds "nothing is left" nothing_to_review
holds "the comment stays" said 0 "reviewed by approver: read it all, it was needed" p approver requests --reviews --all
holds "nobody reviews it twice" said 1 "reviewed already: by approver" p approver2 review "$id" --comment "me too"

holds "an approver may break the glass as well" said 0 "BREAK-GLASS" p approver enter shell --break-glass --reason "INC-10" -T -- true
id=$(unreviewed)
holds "but not review that" said 3 "nobody reviews their own" p approver review "$id" --comment "I was right"
holds "another approver does" said 0 "Reviewed: shell of approver" p approver2 review "$id" --comment "fine"

pty=$root.menu.drive
days_ptys="$days_ptys $pty"
"$drive" start "$pty" 100x30 "$bin/postern" menu --root "$root" --as engineer >/dev/null
holds "the menu marks it" "$drive" "$pty" wait "BREAK-GLASS: at once, without a decision"
"$drive" "$pty" type '!shell\r' >/dev/null
holds "says what it means" "$drive" "$pty" wait "you cannot do this again"
"$drive" "$pty" type 'INC-11 by the menu\r' >/dev/null
holds "and asks a second time" "$drive" "$pty" wait "Type the role's name"
"$drive" "$pty" type 'shell\r' >/dev/null
holds "before it opens" "$drive" "$pty" wait "BREAK-GLASS: nobody decided this"
"$drive" "$pty" type 'PS1="in> "\r' >/dev/null
"$drive" "$pty" wait "in>" >/dev/null
"$drive" "$first" wait "INC-11 by the menu" >/dev/null
holds "the session's row is red too" within $days_limit is_red "$first" "INC-11 by the menu"
"$drive" "$pty" type 'exit\r' >/dev/null
holds "the log has who reviewed it" journal "reviewed: approver reviewed the break-glass of engineer into shell"
holds "and what was said stands in the log, not in the journal" sh -c "\"$peer\" log \"$root\" '' | grep -q '^reason read it all' && ! grep -q 'read it all' \"$root.log\""
days_clean
trap - EXIT
tap_end
