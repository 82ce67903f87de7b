#!/bin/sh
# SPDX-License-Identifier: ISC
# `exact: yes` as it is installed, with real accounts: the kernel is the witness, so that debuggers work beside it.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/exact_lib.sh"
days_begin exact
if [ "$as_root" = no ]; then skip "a second witness of real accounts" "needs root"; tap_end; fi
export DAYS_AUDITOR=
eng=pd$$e app=pd$$a role=pd$$r
for account in _postern _posternw $eng $app $role; do
	days_account $account || { skip "a second witness of real accounts" "accounts cannot be made here"; tap_end; }
done
mkdir -p "$root/etc"
mkdir -m 700 "$root/home-$role" && chown $role: "$root/home-$role"
cat >"$root/etc/policy.yaml" <<END
people:
  - {person: engineer, accounts: [$eng]}
  - {person: approver, accounts: [$app]}
  - {person: auditor, accounts: [root]}
auditors: [auditor]
admins: [auditor]
roles:
  - {role: exact, who: [engineer], as: $role, approve: {by: [approver]}, sessions: 9, mask: [], require: [exact]}
END
days_installed $eng || { sed 's/^/# /' "$root.log" >&2; fail "posternd starts with real accounts"; tap_end; }

says() { grep -qE -- "$1" "$root.said" || { cut -c1-300 "$root.said" | sed 's/^/# /' | tail -n 40; return 1; }; }
silent() { ! grep -qE -- "$1" "$root.said"; }
recordings() { "$bin/postern" ls --root "$root" --json; }
is_kept() { recordings | grep "\"$session\"" | grep -q '"state":"kept"'; }
granted() { request=$(u $eng request exact --reason INC-1) && u $app grant "$request" >/dev/null; }
# Where a gate runs a key must have a passphrase, and somebody who types it.
"$TOP_BUILDDIR/tests/e2e/player_maker" "$root/key/auditor.key" "$root/locked.key" secret
trail() {
	rm -f "$root.said"
	"$drive" start "$root.reader" 80x24 "$bin/postern" export --reason "a look at it" --root "$root" -i "$root/locked.key" --as trail -o "$root.said" "$session" >/dev/null
	"$drive" "$root.reader" wait Passphrase >/dev/null && "$drive" "$root.reader" type 'secret\r' >/dev/null
	"$drive" "$root.reader" status >/dev/null
	"$drive" "$root.reader" dump >"$root.how"
	"$drive" "$root.reader" end >/dev/null
	[ -s "$root.said" ]
}
told() { trail && grep -q '^coverage: ' "$root.said"; }
# A session to its end: its output in $root.out, its trail in $root.said.
session() {
	granted && u $eng enter exact -- "$@" >"$root.out" 2>&1 </dev/null
	session=$(recordings | head -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
	within $days_limit is_kept
	within $days_limit told || head -n 20 "$root.how" "$root.out" | sed 's/^/# /'
}
shows() { "$bin/postern" show --root "$root" "$session" >"$root.said"; }

session 'id -un'
if shows && says 'The kernel itself told them'; then
	witness='the kernel told'
else
	echo "# THE KERNEL TAKES NO PROGRAM HERE: only ptrace is tested"
	witness='ptrace saw'
fi
holds "show tells that there was a second witness" says "compared with what the kernel really took"
install -m 755 "$TOP_BUILDDIR/tests/e2e/forge" "$root/forge"
session "$root/forge 400"
tr -d '\r' <"$root.out" | sed -n 's/^took \([0-9]*\) \(.*\)$/\1 \2/p' | sort >"$root.took"
holds "the attack ran 400 times" test "$(wc -l <"$root.took")" = 400
awk '/ (exec|MISMATCH:) .*forge say /{ for (i = 1; i <= NF; i++) if ($i == "say") word[$2] = $(i + 1) }
	/ executed as claimed$/{ heard[$2] = 1 } / MISMATCH: /{ heard[$2] = 1 }
	END { for (pid in word) if (pid in heard) { sub(/\].*/, "", word[pid]); print pid, word[pid] } }' "$root.said" | sort >"$root.told"
forged=$(grep -c ' MISMATCH: ' "$root.said")
if [ "$forged" -gt 0 ]; then
	pass "forged arguments are found ($forged of 400)"
else
	skip "forged arguments are found" "the forger won no race on this machine today"
fi
holds "what the kernel took is in the trail for every one" cmp "$root.took" "$root.told"
holds "the coverage statement names the witness" says "Of the programs $witness 40[0-9]; $forged of them were not what was claimed, 0 could not be read"
shows
[ "$forged" -eq 0 ] || holds "the log has an alert" says "trail-mismatch: process [0-9]+ executed .*forge, which is not what it claimed"

session 'i=0; while [ $i -lt 2000 ]; do /bin/true $i; i=$((i+1)); done; ls -d / | cat'
holds "of a burst of 2000 nothing is lost" test "$(grep -c 'executed as claimed' "$root.said")" -ge 2002
holds "and nothing is called forged" silent MISMATCH

if [ "$witness" = 'the kernel told' ] && command -v strace >/dev/null; then
	session 'strace -f -e trace=execve sh -c "/bin/echo under; exit 9"; echo status $?'
	tr -d '\r' <"$root.out" >"$root.plain"
	holds "strace works inside" grep -q 'execve("/bin/echo", \["/bin/echo", "under"\]' "$root.plain"
	holds "what it starts has its witness" says ' exec /(usr/)?bin/echo \[/bin/echo under\]'
	holds "and its statuses" grep -qx 'status 9' "$root.plain"
	holds "nothing of it is called forged" silent MISMATCH
else
	skip "strace works inside" "no strace, or no program in the kernel here"
fi

granted
days_ptys=$root.typed
"$drive" start "$root.typed" 80x24 setpriv --reuid $eng --regid "$(id -g $eng)" --init-groups "$bin/postern" enter exact --root "$root" >/dev/null
typed_jobs "$root.typed" "installed"
tap_end
