#!/bin/sh
# SPDX-License-Identifier: ISC
# A role is learnt from the trail of a real session, and the policy takes what was learnt.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
export TZ=UTC LC_ALL=C.UTF-8
days_begin learn
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
mkdir -m 1777 "$root.work"
days_grant shell 30m
enter_pty one shell
"$drive" "$pty" type "cd $root.work; for i in 1 2 3 4 5; do echo x >many\$i; done; mkdir deep; touch deep/only; head -c1 /etc/passwd >/dev/null; echo do''ne\\r" >/dev/null
"$drive" "$pty" wait 'done' >/dev/null
"$drive" "$pty" type 'exit\r' >/dev/null
within $days_limit is_gone "$session"
ended() { row_is "$session" state ended; }
within $days_limit ended
if p auditor show "$session" | grep -q 'NOT enforced.*trail\|no trail'; then
	skip_all "no tracer can be had here" "what was done is learnt" "the policy takes it" "a session that is not there is told"
	rm -rf "$root.work"
	tap_end
fi
learn() { "$bin/postern" policy learn "$@" --reason "to learn a role" --root "$root" --as auditor -i "$root/auditor.key" >"$root.learnt" 2>"$root.said"; }
has() { grep -qxF -e "$1" "$root.learnt" || { sed 's/^/# /' "$root.learnt" "$root.said"; return 1; }; }
holds "a session's trail is read" learn "$session"
holds "a shell is allowed as one" has "  shell: yes"
holds "a crowd of files is their folder" has "    - $root.work"
holds "nothing stands twice" sh -c "! sort '$root.learnt' | uniq -d | grep -q '^    - '"
{
	printf 'people: [{person: eng}, {person: appr}]\nauditors: [appr]\nroles:\n  - role: learnt\n    who: [eng]\n    as: nobody\n    approve: {by: [appr]}\n'
	sed 's/^/    /' "$root.learnt"
} >"$root.work/policy.yaml"
holds "and the policy takes what was learnt" "$bin/postern" policy check "$root.work"

# The same acts against roles of today.
may() { sed "0,/^    keep: standard\$/s||&\n    may: $1\n    system: yes|" "$root.policy" >"$root/etc/policy.yaml"; }
cp "$root/etc/policy.yaml" "$root.policy"
against() {
	"$bin/postern" policy test shell --against 1h --root "$root" --as auditor -i "$root/auditor.key" >"$root.learnt" 2>"$root.said"
	status=$?
	[ "$status" -eq "$1" ] || { sed 's/^/# /' "$root.learnt" "$root.said"; return 1; }
}
says() { grep -q -e "$1" "$root.learnt" || { sed 's/^/# /' "$root.learnt"; return 1; }; }
may '{exec: [/bin/bash, /usr/bin/bash, /bin/sh], read: [/etc]}'
holds "a narrower role would refuse some of it" against 3
holds "a program that it does not list" says '^  refused run /.*/touch'
holds "a folder that was written to" says "^  refused write $root.work"
may '{shell: yes}'
holds "a role of a shell would refuse none" against 0
holds "and counts what was asked" says '^Of [1-9][0-9]* different acts in 1 session it would refuse 0'
cp "$root.policy" "$root/etc/policy.yaml"
no_learn() { ! learn 0123456789abcdef0123456789abcdef; }
holds "a session that is not there is told" no_learn
holds "that it was looked into is in the log" sh -c "'$bin/postern' show '$session' --root '$root' --as auditor | grep -q 'a role is learnt from it'"
rm -rf "$root.work"
tap_end
