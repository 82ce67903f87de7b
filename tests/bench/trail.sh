#!/bin/sh
# SPDX-License-Identifier: ISC
# What a trail costs on a real job: an autoconf configure and a make, by itself and in sessions of each kind of trail.
# tests/bench/trail.sh [ROUNDS]; as root with accounts of its own as well, where the kernel is the second witness. On a machine
# that does other work the seconds say little, and the processor seconds more.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
rounds=${1:-5}
files=24	# that are compiled
for tool in autoconf autoheader cc make; do
	command -v $tool >/dev/null || { echo "bench-trail: needs $tool" >&2; exit 1; }
done
days_begin bench
eng=pb$$e app=pb$$a role=pb$$r

# ---- the job
make_job() {
	job=$root.job
	mkdir -p "$job"
	cat >"$job/configure.ac" <<'END'
AC_INIT([job], [1])
AC_CONFIG_SRCDIR([main.c])
AC_CONFIG_HEADERS([config.h])
AC_PROG_CC
AC_CHECK_HEADERS([fcntl.h poll.h pty.h signal.h spawn.h sys/mman.h sys/random.h sys/socket.h sys/un.h termios.h])
AC_CHECK_FUNCS([close_range copy_file_range explicit_bzero getrandom memfd_create pidfd_open posix_spawn reallocarray splice statx])
AC_CHECK_TYPES([ssize_t, uid_t])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
END
	{
		printf 'CC = @CC@\nCFLAGS = -O1\nOBJECTS = main.o'
		for i in $(seq $files); do printf ' f%d.o' "$i"; done
		printf '\njob: $(OBJECTS)\n\t$(CC) -o job $(OBJECTS)\n'
	} >"$job/Makefile.in"
	printf '#include "config.h"\nint main(void) { return 0; }\n' >"$job/main.c"
	for i in $(seq $files); do
		printf '#include "config.h"\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n' >"$job/f$i.c"
		printf 'int f%d(const char *s);\nint f%d(const char *s) { return printf("%%zu", strlen(s)) + atoi(s) + (int)getpid(); }\n' "$i" "$i" >>"$job/f$i.c"
	done
	(cd "$job" && autoconf && autoheader) >/dev/null 2>&1
	# It says how long it took itself: neither the session's start nor its end is counted.
	cat >"$job/run" <<'END'
cd "$1" && rm -rf work && mkdir work && cp configure Makefile.in config.h.in ./*.c work && cd work || exit 1
begun=$(date +%s%N)
./configure >/dev/null 2>&1 && make -s >/dev/null 2>&1 || exit 1
echo "took $((($(date +%s%N) - begun) / 1000))"
times >times
tail -n 1 times | awk '{ split($1, user, /[ms]/); split($2, kernel, /[ms]/); print "used", (user[1] + kernel[1]) * 60 + user[2] + kernel[2] }'
END
	chmod -R a+rwX "$job"
}
roles() {
	for kind in off writes reads exact; do
		case $kind in exact) words='trail: writes, exact: yes' ;; *) words="trail: $kind" ;; esac
		echo "  - {role: $kind, who: [engineer], as: $1, approve: {by: [approver]}, sessions: 9, mask: [secrets], $words}"
	done
}

# ---- sessions: run KIND, which prints what the job says
# Processor seconds of a session with all that belongs to it: the keeper has reaped them when it has its old children again.
used() { awk -v hz="$(getconf CLK_TCK)" '{ print ($16 + $17) / hz }' "/proc/$keeper/stat"; }
run() {
	case $way-$1 in
	*-bare) $alone sh "$job/run" "$job" </dev/null ;;
	trial-*) days_grant "$1" 30m && "$bin/postern" enter "$1" --root "$root" --as engineer -- "sh $job/run $job" </dev/null 2>/dev/null ;;
	*)
		request=$(u $eng request "$1" --reason bench) && u $app grant "$request" >/dev/null &&
		    timeout 600 setpriv --reuid $eng --regid "$(id -g $eng)" --init-groups "$bin/postern" enter "$1" --root "$root" -- "sh $job/run $job" </dev/null 2>/dev/null
		;;
	esac | tr -d '\r'
}
one() {	# KIND: a line "KIND SECONDS PROCESSOR-SECONDS"
	keeper=$(child keeper)
	before=$(used) idle=$(wc -w <"/proc/$keeper/task/$keeper/children")
	run "$1" >"$root.out"
	seconds=$(sed -n 's/^took \([0-9]*\)$/\1/p' "$root.out")
	[ -n "$seconds" ] || { echo "bench-trail: $way, $1: the job failed" >&2; return; }
	within $days_limit sh -c "[ \$(wc -w </proc/$keeper/task/$keeper/children) -le $idle ]"
	case $1 in
	bare) cpu=$(sed -n 's/^used //p' "$root.out") ;;
	*) cpu=$(echo "$before $(used)" | awk '{ print $2 - $1 }') ;;
	esac
	echo "$1 $(echo "$seconds" | awk '{ print $1 / 1e6 }') $cpu" >>"$root.times"
}
measure() {
	: >"$root.times"
	for round in $(seq "$rounds"); do
		for kind in bare off writes reads exact; do
			one $kind
		done
	done
	echo
	echo "### $1 ($rounds rounds, load now $(cut -d' ' -f1 /proc/loadavg))"
	echo
	echo '| job | seconds | ratio | processor seconds | ratio |'
	echo '|---|---|---|---|---|'
	for column in 2 3; do
		sort -k1,1 -k${column},${column}n "$root.times" | awk -v column=$column '
			{ took[$1, ++count[$1]] = $column }
			END { for (k in count) print k, column, took[k, 1], took[k, int((count[k] + 1) / 2)], took[k, count[k]] }'
	done | awk -v exact="$2" '
		{ least[$1, $2] = $3; median[$1, $2] = $4; most[$1, $2] = $5 }
		function cell(k, c) { return sprintf("%.2f (%.2f..%.2f) | %.2f", median[k, c], least[k, c], most[k, c], median[k, c] / median["off", c]) }
		END {
			names["bare"] = "by itself"; names["off"] = "`trail: off`"; names["writes"] = "`trail: writes`"
			names["reads"] = "`trail: reads`"; names["exact"] = "`trail: writes`, `exact: yes` (" exact ")"
			split("bare off writes reads exact", order)
			for (i = 1; i <= 5; i++)
				if ((order[i], 2) in median && median["off", 3] > 0)
					printf "| %s | %s | %s |\n", names[order[i]], cell(order[i], 2), cell(order[i], 3)
		}'
}

make_job
way=trial alone=
[ "$as_root" = no ] || alone='setpriv --reuid nobody --regid nogroup --clear-groups'
days_start --trial || { tail -n 5 "$root.log" >&2; exit 1; }
mkdir -p "$root/etc/roles.d"
roles nobody | sed 's/^  //' >"$root/etc/roles.d/bench.yaml"
loaded=$(grep -c policy-loaded "$root.log")
kill -HUP "$posternd"
within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $loaded ]"
measure "In trial mode" ptrace
kill "$posternd" && wait "$posternd"
if [ "$as_root" = yes ]; then
	for account in _postern _posternw $eng $app $role; do
		days_account $account || { echo "bench-trail: accounts cannot be made here" >&2; exit 1; }
	done
	rm -rf "$root" && mkdir -m 755 "$root" "$root/etc" && mkdir -m 700 "$root/home-$role" && chown $role: "$root/home-$role"
	{
		printf 'people:\n  - {person: engineer, accounts: [%s]}\n  - {person: approver, accounts: [%s]}\n' $eng $app
		printf '  - {person: auditor, accounts: [root]}\nauditors: [auditor]\nadmins: [auditor]\nroles:\n'
		roles $role
	} >"$root/etc/policy.yaml"
	way=installed alone="setpriv --reuid $role --regid $(id -g $role) --clear-groups"
	rm -rf "$job/work"
	days_installed $eng || { tail -n 5 "$root.log" >&2; exit 1; }
	measure "Installed" "by the kernel, where it can"
fi
