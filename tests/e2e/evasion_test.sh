#!/bin/sh
# SPDX-License-Identifier: ISC
# Evasions that need a gate, in trial mode and installed; and that what cannot be stopped is said, by the session and by the
# manual. The others are in cage_test; the numbers are the same.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin evasion
eng=pv$$e app=pv$$a role=pv$$r
bombs='for i in 1 2 3 4 5 6; do (trap "" TERM HUP; setsid sh -c "trap \"\" TERM HUP; while :; do sleep 1000; done" &); done'

# What both ways have in common; `as PERSON COMMAND...` is how somebody asks.
policy() {	# ACCOUNT
	cat <<TXT
people: [$2]
auditors: [auditor]
admins: [auditor]
classes: [{class: standard, recording: 90d, texts: 1y, log: forever}]
roles:
  - {role: open, who: [engineer], as: $1, approve: {by: [approver]}, sessions: 9}
  - {role: held, who: [engineer], as: $1, approve: {by: [approver]}, sessions: 9, may: {shell: yes}}
  - {role: root, who: [engineer], as: $1, approve: {by: [approver]}, sessions: 9, sudo: yes}
  - {role: reads, who: [engineer], as: $1, approve: {by: [approver]}, sessions: 9, exact: yes, trail: reads}
TXT
}
enters() {	# ROLE COMMAND...: to its end; its output in $root.out, its id in $session, what show says of it in $root.said
	evasion_role=$1
	shift
	request=$(as engineer request "$evasion_role" --reason INC-1) && as approver grant "$request" >/dev/null
	as engineer enter "$evasion_role" -- "$@" >"$root.out" 2>&1 </dev/null
	session=$(as auditor sessions --all --json | ids | head -n 1)
	within $days_limit over
	as auditor show "$session" >"$root.said"
}
over() { as auditor sessions "$session" --json | grep -q '"state":"ended"'; }
told() { grep -qF -- "$1" "$root.said" || { sed 's/^/# /' "$root.said" | cut -c1-400; return 1; }; }
quietly() { "$@" >/dev/null; }
out() { grep -q -- "$1" "$root.out"; }

try_all() {	# MODE
	enters open 'echo x >/tmp/evasion.$$; rm /tmp/evasion.$$'
	holds "F1: that arguments are as claimed is said, $1" told "Arguments and paths are as claimed: another thread can change them"
	holds "F3: what bypasses the trail is said, $1" told "writes by descriptors that were open already and by memory maps"
	holds "F3: that reads were not captured is said, $1" told "files opened for reading"
	holds "F11: that other services are outside is said, $1" told "what another service (cron, a container engine) does on the session's behalf"
	holds "F12: that mounts change what a path means is said, $1" told "what mounts of the session's own make of a path"
	holds "F16: that a role without rights was open is said, $1" told "The role has no rights of its own: files, ports and sockets of its account were open."
	enters held true
	holds "F16: what a role with rights was held to is said, $1" told "held it to"
	holds "F11: with its sockets, $1" told "Sockets of other services were out of sight."
	holds "F12: and its namespaces, $1" told "It could make no namespaces and no mounts."
	enters reads true
	holds "F1: with a second witness only paths are as claimed, and that is said, $1" told "Paths of files are as claimed"
	enters root true
	case $1 in
	installed) holds "F13: that root inside was held by its process namespace alone is said, $1" told "only its process namespace held it" ;;
	*) holds "F13: in trial mode there is no root inside, and that is said" told "It could not gain privileges (sudo, setuid programs)." ;;
	esac

	# F6, F15: the recorder is killed by name and number from inside, as far as that can be named there.
	enters held 'for at in /proc/[0-9]*; do kill -9 ${at#/proc/}; done 2>/dev/null'
	holds "F6: a session that kills all it can name harms nobody outside, $1" quietly as engineer roles
	evasion_why=$(as auditor sessions "$session" --json | sed -n 's/.*"why":"\([^"]*\)".*/\1/p')
	holds "F6: and its recorder wrote its end ($evasion_why), $1" [ "$evasion_why" = exited ]

	# F14: what the engineer's own environment could make a program of ours run.
	echo "touch $root.mark" >"$root.trap" && chmod 644 "$root.trap"
	export BASH_ENV="$root.trap" ENV="$root.trap" PROMPT_COMMAND=". $root.trap" PS4="\$(. $root.trap)" LD_LIBRARY_PATH=/nowhere GCONV_PATH=/nowhere \
		POSTERN_SESSION=forged PERL5OPT=-Mnowhere PYTHONSTARTUP="$root.trap"
	enters open env
	unset BASH_ENV ENV PROMPT_COMMAND PS4 LD_LIBRARY_PATH GCONV_PATH POSTERN_SESSION PERL5OPT PYTHONSTARTUP
	nothing "F14: of the engineer's environment nothing runs and nothing comes in, $1" "$(grep -E '^(BASH_ENV|ENV|PROMPT_COMMAND|PS4|LD_|GCONV|PERL|PYTHON)|forged' "$root.out"; ls "$root.mark" 2>/dev/null)"
	holds "F14: and something did run, $1" out '^POSTERN_SESSION='

	# F8, F15: the recorder killed while deaf processes in sessions of their own are about.
	request=$(as engineer request open --reason INC-1) && as approver grant "$request" >/dev/null
	as engineer enter open -- "$bombs; echo begun; sleep 1000" >"$root.out" 2>&1 </dev/null &
	client=$!
	within $days_limit out begun
	session=$(as auditor sessions --all --json | ids | head -n 1)
	worker=$(worker_of "$session")
	if [ -n "$worker" ]; then
		kill -9 "$worker"
		holds "F15: a worker killed among deaf processes leaves none, $1" within $days_limit none_inside "$session"
	else
		skip "F15: a worker killed among deaf processes leaves none, $1" "only root finds a worker"
		as approver revoke "$session" >/dev/null
	fi
	wait $client
}

# --- in trial mode
as() { p "$@"; }
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
policy nobody '{person: engineer}, {person: approver}, {person: auditor}' >"$root/etc/policy.yaml"
kill -HUP "$posternd"
within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt 1 ]"
try_all "in trial mode"
kill "$posternd" && wait "$posternd"

# --- installed
if [ "$as_root" = no ]; then
	skip "the same evasions, installed" "needs root"
else
	for account in _postern _posternw $eng $app $role; do days_account $account || { skip "the same evasions, installed" "accounts cannot be made here"; tap_end; }; done
	key=$root/etc/auditors
	trial=$root
	root=$root.installed
	mkdir -p "$root/etc/pam.d" && chmod 755 "$root"
	cp "$TOP_SRCDIR/share/pam/postern" "$root/etc/pam.d/postern" && cp "$key" "$root/etc/auditors"
	mkdir -m 700 "$root/home-$role" && chown $role: "$root/home-$role" && usermod -d "$root/home-$role" $role
	policy $role "{person: engineer, accounts: [$eng]}, {person: approver, accounts: [$app]}, {person: auditor, accounts: [root]}" >"$root/etc/policy.yaml"
	chmod 644 "$root/etc/auditors" "$root/etc/policy.yaml"
	as() {
		case $1 in
		engineer) evasion_who=$eng ;;
		approver) evasion_who=$app ;;
		*) evasion_who=root ;;
		esac
		shift
		u $evasion_who "$@"
	}
	"$bin/posternd" --root "$root" >>"$root.log" 2>&1 &
	posternd=$!
	days_mine="$days_mine $posternd"
	answers() { as engineer roles; }
	within $days_limit answers || { sed 's/^/# /' "$root.log"; fail "posternd starts with real accounts"; }
	try_all installed
	root=$trial
fi

# --- the manual
manual=$TOP_SRCDIR/share/man/postern-policy.5
section() { sed -n '/^\.Ss What cannot be stopped/,/^\.S[hs] [^W]/p' "$manual" | tr '\n' ' '; }
says() { section | grep -qF -- "$2" && pass "the manual says $1" || fail "the manual says $1"; }
says "that other services are outside (F11)" "What another service does on a session's behalf"
says "that root inside without rights is held by its process namespace alone (F9, F13)" "Only its process namespace holds it then"
says "that arguments and paths are as claimed (F1)" "Arguments and paths in the trail are as claimed"
says "that a session without rights may make mounts (F12)" "can make mounts in a user namespace of its own"
says "that a trial's session can kill its own recorder (F6, F7)" "a session can kill its own recorder, and ends with it"
says "that without namespaces an end is best effort (F8)" "its end is best effort"

# --- no point without a test
for number in $(seq 16); do
	grep -qE "\"(F[0-9]+, )*F$number[\",: ]" "$TOP_SRCDIR"/tests/e2e/cage_*.c "$TOP_SRCDIR/tests/e2e/evasion_test.sh" && continue
	echo "F$number"
done >"$root.points"
nothing "each of the sixteen ways around has a test" "$(cat "$root.points")"
tap_end
