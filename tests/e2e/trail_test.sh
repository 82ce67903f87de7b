#!/bin/sh
# SPDX-License-Identifier: ISC
# The trail through a real gate: a job that strace watches too, masking, the tracer's death, what show and export tell.
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/trail_lib.sh"
silent() { ! grep -qE -- "$1" said; }

# ---- the policy
begin
stop
mkdir -p "$root/etc/roles.d"
role() { printf -- '- {role: %s, who: [engineer], as: nobody, approve: {by: [approver]}, sessions: 9, mask: [secrets]%s}\n' "$1" "$2"; }
{ role plain ''; role off ', trail: off'; role reads ', trail: reads'; } >"$root/etc/roles.d/trail.yaml"
mkdir -p bad/roles.d && cp "$root/etc/policy.yaml" bad
role plain ', trail: all' >bad/roles.d/bad.yaml
"$postern" policy check bad >said 2>&1
holds "a word that is no trail is a fault" says "bad.yaml:1: role 'plain': write .trail: writes., .trail: reads. \(writes too\) or .trail: off."
begin

# ---- a session, and its trail in `said`
grant() { id=$(as engineer request "$1" --reason INC-1) && as approver grant "$id" >/dev/null; }
newest() { as auditor ls --json | head -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'; }
is_kept() { as auditor ls --json | grep "\"$session\"" | grep -q '"state":"kept"'; }
session() {
	role=$1
	shift
	grant "$role" && as engineer enter "$role" -- "$@" >output 2>&1 </dev/null
	session=$(newest)
	for _ in $(seq 600); do
		is_kept && break
		sleep 0.1
	done
	as auditor export --reason "a look at it" --as trail "$session" >said 2>/dev/null
}
half=ghp_012345678901234567
token=${half}890123456789012345
session plain "/bin/true --password $token; /bin/true a b; echo x >/tmp/trail.\$\$; rm /tmp/trail.\$\$; sh -c 'exit 7'"
holds "what is executed is told with its arguments" says " exec /(usr/)?bin/true \[/bin/true a b\] in /"
holds "with its exit status" says " exited 7 after "
holds "a file that is made is told" says " create /tmp/trail\.[0-9]+$"
holds "one that is removed too" says " remove /tmp/trail\.[0-9]+$"
holds "a value among arguments is masked" says "\[/bin/true --password '?\*+"
holds "and is nowhere in the trail" silent "$half"
holds "the trail ends with what was not captured" says "^coverage: trail of writes: [1-9][0-9]* programs executed, .* 0 lost, 0 not readable.*Not captured: files opened for reading; "
holds "and with how far it can be believed" says "Arguments and paths are as claimed"
as auditor show "$session" >said
holds "show tells who was watching" says "A tracer told which programs it executed"
holds "and what was not captured" says "coverage: trail of writes: "
session reads 'cat /etc/hostname'
holds "reads are told where the role says so" says " read /etc/hostname$"
session off 'true'
holds "a session without a trail says so" says "^coverage: no trail: the role says .trail: off."

# ---- the same job under strace
cat >configure.sh <<'END'
set -e
for word in int long short char; do
	printf 'int main(void) { return sizeof(%s) == 0; }\n' "$word" >conftest.c
	if cc -o conftest conftest.c && ./conftest; then echo "#define HAS_$word 1"; fi
	rm -f conftest conftest.c
done >config.new
mv config.new config.h
sed 's/@CC@/cc/' Makefile.in >Makefile
END
printf 'all: one.o two.o\n\t@CC@ -o job one.o two.o\n\tln -sf job link\n\tmkdir -p made && cp job made/copy && chmod 700 made/copy\n.c.o:\n\t@CC@ -c $<\n' >Makefile.in
printf '#include "config.h"\nint two(void);\nint main(void) { return two(); }\n' >one.c
printf '#include "config.h"\nint two(void) { return 0; }\n' >two.c
fresh() {
	rm -rf "$dir/job" && mkdir "$dir/job" && cp configure.sh Makefile.in one.c two.c job && chmod -R a+rwX job
}
job="cd $dir/job && sh configure.sh && make -s -j2 && ./job"
# From strace: every exec and every file opened for writing that succeeded. Names that a compiler invents are made equal.
plain_names() { sed 's|/tmp/cc[A-Za-z0-9]\{6\}|/tmp/cc|; s|/\./|/|g' | sort; }
from_strace() {
	cat straced/* | sed -n 's/^execve("\([^"]*\)".* = 0$/\1/p' | grep '^/' | plain_names >strace.exec
	cat straced/* | grep -E '^open(at)?\(.*(O_WRONLY|O_RDWR|O_CREAT).* = [0-9]' |
		sed -n 's/^openat(AT_FDCWD<[^>]*>, "\(\/[^"]*\)".*/\1/p; s/^openat(AT_FDCWD<\([^>]*\)>, "\([^/"][^"]*\)".*/\1\/\2/p' |
		plain_names >strace.file
}
if ! command -v strace >/dev/null || ! command -v cc >/dev/null || ! command -v make >/dev/null; then
	skip "every exec and file that strace sees is in the trail" "needs strace, cc and make"
elif fresh; ! strace -qq -o /dev/null true 2>/dev/null; then
	skip "every exec and file that strace sees is in the trail" "strace may not trace here"
else
	mkdir straced
	strace -qq -ff -y -e trace=execve,open,openat -o straced/s /bin/sh -c "$job"
	from_strace
	fresh
	session plain "/bin/sh -c '$job'"
	sed -n 's/.* exec \(\/[^ ]*\) \[.*/\1/p' said | plain_names >trail.exec
	sed -n 's/.* \(create\|write\|truncate\) \(\/[^ ]*\)$/\2/p' said | plain_names >trail.file
	holds "strace sees a job worth the name" test "$(wc -l <strace.exec)" -gt 40
	holds "and its files" test "$(wc -l <strace.file)" -gt 20
	nothing "every exec that strace sees is in the trail" "$(comm -23 strace.exec trail.exec)"
	nothing "every file that strace sees is in the trail" "$(comm -23 strace.file trail.file)"
fi

# ---- the tracer's death
tracer_of() { # the session's first process is the parent of both
	for at in /proc/[0-9]*; do
		tr '\0' '\n' <"$at/environ" 2>/dev/null | grep -q "^POSTERN_SESSION=$1" || continue
		init=$(sed -n 's/^PPid:\t//p' "$at/status") && for child in $(cat "/proc/$init/task/$init/children"); do
			[ "$(cat "/proc/$child/comm")" = postern-tracer ] && echo "$child"
		done
	done 2>/dev/null | head -n 1
}
grant plain
as engineer enter plain -- 'echo begun; while sleep 0.1; do :; done; sleep 100' >output 2>&1 </dev/null &
client=$!
tracer=
for _ in $(seq 600); do
	session=$(newest)
	grep -q begun output && tracer=$(tracer_of "$session") && [ -n "$tracer" ] && break
	sleep 0.1
done
holds "a session has a tracer" test -n "$tracer"
[ -z "$tracer" ] || kill -9 "$tracer"
wait "$client"
cp output said
holds "when its tracer dies the session ends and says why" says "The trail was lost, so the session was ended"
for _ in $(seq 600); do
	is_kept && break
	sleep 0.1
done
as auditor show "$session" >said
holds "the log has the reason" says "trail.lost"
holds "the coverage statement too" says "the tracer died, and from then on nothing could be executed or changed"
stop
tap_end
