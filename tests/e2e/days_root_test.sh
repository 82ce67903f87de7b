#!/bin/sh
# SPDX-License-Identifier: ISC
# The installed way, with real accounts: processes that die, rights that are taken away, and one person with two accounts.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin root
if [ "$as_root" = no ]; then skip "bad days with real accounts" "needs root"; tap_end; fi
export DAYS_AUDITOR=
eng=pd$$e eng2=pd$$f app=pd$$a role=pd$$r group=pd$$g
for account in _postern _posternw $eng $eng2 $app $role; do
	days_account $account || { skip "bad days with real accounts" "accounts cannot be made here"; tap_end; }
done
days_group $group && usermod -aG $group $eng
mkdir -p "$root/etc"
mkdir -m 700 "$root/home-$role" && chown $role: "$root/home-$role"
cat >"$root/etc/policy.yaml" <<END
people:
  - {person: engineer, accounts: [$eng, $eng2]}
  - {person: approver, accounts: [$app]}
  - {person: auditor, accounts: [root]}
auditors: [auditor]
admins: [auditor]
classes:
  - {class: standard, recording: 90d, texts: 1y, log: forever}
roles:
  - role: shell
    about: A shell
    who: ["group:$group"]
    as: $role
    for: {default: 30m, most: 2h}
    approve: {by: [approver, engineer], need: 1}
    sessions: 3
    keep: standard
END
days_installed $eng || { sed 's/^/# /' "$root.log" >&2; fail "posternd starts with real accounts"; tap_end; }
cp "$root/key/auditor.key" "$root/auditor.key"
answers() { u $eng roles; }

# Who was in which group is kept, so that it can be told who could ask.
could() { XDG_STATE_HOME=$root/home-$role u root report --last 1h --who-could "$(date +%Y-%m-%d)" --table who-could >"$root.said" 2>&1 && grep -q "$1" "$root.said"; }
holds "who could ask by a group of the system is told by name" within $days_limit could "^request  *shell  *engineer  *group:$group"
holds "out of a version of the groups that is kept" could "^members  "
says() {
	days_words=$1 days_wanted=$2
	shift 2
	"$@" >"$root.said" 2>&1
	days_status=$?
	[ "$days_status" = "$days_wanted" ] && grep -q -e "$days_words" "$root.said" && return 0
	echo "# $days_status: $(cat "$root.said")"
	return 1
}
row() { timeout 60 "$bin/postern" sessions --root "$root" "$1" --json | sed -n "s/.*\"$2\":\"\\{0,1\\}\\([^\",}]*\\).*/\\1/p"; }
all_sessions() { "$bin/postern" sessions --root "$root" --json; }
enter_as() {	# ACCOUNT: a session on a pty; $session, $pty
	request=$(u $1 request shell --reason "INC-9") && u $app grant "$request" >/dev/null || return 1
	pty=$root.$request.drive
	days_ptys="$days_ptys $pty"
	days_old=$(all_sessions | ids)
	"$drive" start "$pty" 80x24 setpriv --reuid $1 --regid "$(id -g $1)" --init-groups "$bin/postern" enter shell --root "$root" >/dev/null || return 1
	within $days_limit new_session || { "$drive" "$pty" dump | sed 's/^/# /'; return 1; }
	"$drive" "$pty" type 'PS1="ready> "; cd /\r' >/dev/null && "$drive" "$pty" wait 'ready>' >/dev/null
}
new_session() {
	for days_id in $(all_sessions | grep '"state":"running"' | ids); do
		case " $(echo $days_old) " in
		*" $days_id "*) ;;
		*) session=$days_id; return 0 ;;
		esac
	done
	return 1
}

# --- four eyes
holds "an account outside of the group may not ask" says "" 3 u $eng2 request shell --reason x
usermod -aG $group $eng2
kill -HUP "$posternd"
within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt 1 ]"
request=$(u $eng2 request shell --reason "INC-10")
holds "nobody decides their own request" says "nobody decides their own" 3 u $eng2 grant "$request"
holds "nor from a second account of theirs" says "nobody decides their own" 3 u $eng grant "$request"
loads=$(grep -c policy-loaded "$root.log")
cp "$root/etc/policy.yaml" "$root/good.yaml"
sed "s/, $eng2\]/]/; s/^auditors:/  - {person: stranger, accounts: [$eng2]}\n&/; s/by: \[approver/by: [stranger, approver/" "$root/good.yaml" >"$root/etc/policy.yaml"
kill -HUP "$posternd"
within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $loads ]"
holds "not even when the policy makes another person of the account" says "nobody decides their own" 3 u $eng2 grant "$request"
holds "another person does" u $app grant "$request"
cat "$root/good.yaml" >"$root/etc/policy.yaml"
kill -HUP "$posternd"
within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $((loads + 1)) ]"

# --- processes die
for name in worker warden init; do
	if ! enter_as $eng; then fail "a session starts ($name)"; tail -n 5 "$root.log" | sed 's/^/# /'; continue; fi
	"$drive" "$pty" type 'i=0; while :; do i=$((i+1)); echo line-$i-end; sleep 0.01; done\r' >/dev/null
	within $days_limit "$drive" "$pty" saw line-50-end
	some=$(inside_of "$session" | head -n 1)
	case $name in
	worker) victim=$(worker_of "$session") ;;
	*) victim=$(named_above "$some" "postern-$name") ;;
	esac
	if [ -z "$victim" ]; then fail "the $name of a session is found"; continue; fi
	kill -9 "$victim"
	holds "after SIGKILL of its $name a session ends" within $days_limit row_is "$session" state ended
	holds "no process of it remains ($name)" within $days_limit is_gone "$session"
	holds "the engineer gets a sentence ($name)" "$drive" "$pty" wait "session "
	"$drive" "$pty" dump | grep -o 'line-[0-9]*-end' | sort -u >"$root.seen"
	"$peer" read "$root" "$session" >"$root.out" 2>"$root.how"
	nothing "all that was shown is recorded ($name)" "$(grep -o 'line-[0-9]*-end' "$root.out" | sort -u | comm -13 - "$root.seen")"
done
for name in gate keeper; do
	enter_as $eng || { fail "a session starts ($name)"; continue; }
	old=$(child $name)
	kill -9 "$old"
	back() { days_new=$(child "$1"); [ -n "$days_new" ] && [ "$days_new" != "$old" ] && answers; }
	holds "the $name comes back with its accounts" within $days_limit back $name
	"$drive" "$pty" type 'echo a$((41+1))b\r' >/dev/null
	holds "the session goes on" "$drive" "$pty" wait a42b
	holds "and ends when it is revoked" u $app revoke "$session"
	holds "with all its processes" within $days_limit is_gone "$session"
done

# --- rights are taken away
enter_as $eng || fail "a session starts"
gpasswd -d $eng $group >/dev/null 2>&1
kill -HUP "$posternd"
holds "who leaves the group loses the session" within $days_limit is_over "$pty"
holds "and the log says why" journal "lost the right to shell"
nothing "no process of the gate died of a signal but those we killed" "$(grep 'was killed by signal' "$root.log" | grep -v 'signal 9')"
tap_end
