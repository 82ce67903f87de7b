#!/bin/sh
# SPDX-License-Identifier: ISC
# `exact: yes` through a real gate: forged arguments are found and told, job control works, a burst is complete.
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/trail_lib.sh"
. "$TOP_SRCDIR/tests/e2e/exact_lib.sh"
drive=$TOP_BUILDDIR/tests/term/drive
begin
stop
mkdir -p "$root/etc/roles.d"
role() { printf -- '- {role: %s, who: [engineer], as: nobody, approve: {by: [approver]}, sessions: 9, mask: []%s}\n' "$1" "$2"; }
role exact ', exact: yes' >"$root/etc/roles.d/exact.yaml"
mkdir -p bad/roles.d && cp "$root/etc/policy.yaml" bad
role plain ', trail: off, exact: yes' >bad/roles.d/bad.yaml
"$postern" policy check bad >said 2>&1
holds "a second witness of no trail is a fault" says "role 'plain': a second witness is about a trail"
role plain ', trail: off, require: [exact]' >bad/roles.d/bad.yaml
"$postern" policy check bad >said 2>&1
holds "so is one that is required" says "role 'plain': a second witness is about a trail"
begin

newest() { as auditor ls --json | head -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'; }
session() {
	id=$(as engineer request exact --reason INC-1) && as approver grant "$id" >/dev/null
	as engineer enter exact -- "$@" >output 2>&1 </dev/null
	session=$(newest)
	for _ in $(seq 600); do
		as auditor ls --json | grep "\"$session\"" | grep -q '"state":"kept"' && break
		sleep 0.1
	done
	as auditor export --reason "a look at it" --as trail "$session" >said 2>/dev/null
}

# ---- a forger
cp "$TOP_BUILDDIR/tests/e2e/forge" forge && chmod 755 forge
session "$dir/forge 400"
tr -d '\r' <output | sed -n 's/^took \([0-9]*\) \(.*\)$/\1 \2/p' | sort >took
# By pid: what the kernel took if that was told, else what was claimed.
awk '/ exec .*forge say /{ for (i = 1; i <= NF; i++) if ($i == "say") word[$2] = $(i + 1) }
	/ MISMATCH: .*forge say /{ for (i = 1; i <= NF; i++) if ($i == "say") word[$2] = $(i + 1); }
	/ executed as claimed$/{ claimed[$2] = 1 } / MISMATCH: /{ claimed[$2] = 1 }
	END { for (pid in word) if (pid in claimed) { sub(/\].*/, "", word[pid]); print pid, word[pid] } }' said | sort >told
holds "the attack ran 400 times" test "$(wc -l <took)" = 400
forged=$(grep -c ' MISMATCH: ' said)
if [ "$forged" -gt 0 ]; then
	pass "forged arguments are found ($forged of 400)"
else
	skip "forged arguments are found" "the forger won no race on this machine today"
fi
holds "what the kernel took is in the trail for every one" cmp took told
holds "the coverage statement counts them" says "Of the programs ptrace saw 40[0-9]+; [0-9]+ of them were not what was claimed, 0 could not be read"
as auditor show "$session" >said
[ "$forged" -eq 0 ] || holds "the log has an alert" says "trail-mismatch: process [0-9]+ executed .*forge, which is not what it claimed"
holds "show tells that there was a second witness" says "compared with what the kernel really took"
silent() { ! grep -q 'The kernel itself told them' said; }
holds "and in a trial not that it was the kernel" silent

# ---- a burst
session 'i=0; while [ $i -lt 2000 ]; do /bin/true $i; i=$((i+1)); done; ls -d / | cat'
holds "of a burst of 2000 nothing is lost" test "$(grep -c 'executed as claimed' said)" -ge 2002
holds "and nothing is called forged" test "$(grep -c MISMATCH said)" = 0
# ---- scripts, long and empty arguments, descriptors
printf '#!/bin/sh -e\nexit 0\n' >script && chmod 755 script
session "cd $dir && ./script a b '' c; $dir/script; /bin/true $(seq -s ' ' 3000); PATH=/nowhere:/bin env true x; exit 9"
holds "a script is no forgery, nor are arguments that are cut" test "$(grep -c MISMATCH said)" = 0
holds "and its exec is confirmed" says " executed as claimed"
holds "exit statuses are told" says " exited 9 after "

# ---- job control
cat >jobs.sh <<'END'
set -m
sleep 30 &
kill -STOP %1
until [ -n "$(jobs -s)" ]; do :; done
jobs -s | sed 's/^/STOPPED /'
kill -CONT %1
until [ -z "$(jobs -s)" ]; do :; done
jobs -r | sed 's/^/RUNNING /'
sh -c 'kill -TSTP $$; echo awake'
jobs -s | sed 's/^/SUSPENDED /'
fg %2
kill %1; wait %1; echo "status $?"
END
session "bash $dir/jobs.sh"
tr -d '\r' <output >said
holds "a stopped job is seen stopped by its shell" says "^STOPPED .*sleep 30"
holds "and goes on" says "^RUNNING .*sleep 30"
holds "one that suspends itself comes back" says "^SUSPENDED .*kill -TSTP"
holds "and says so in the foreground" says "^awake"
holds "a killed one has its status" says "^status 143"
# ---- and as it is typed
id=$(as engineer request exact --reason INC-2) && as approver grant "$id" >/dev/null
"$drive" start "$dir/typed" 80x24 "$postern" enter exact --root "$root" --as engineer >/dev/null
typed_jobs "$dir/typed" "under ptrace"
"$drive" "$dir/typed" end >/dev/null
stop
tap_end
