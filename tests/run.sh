#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs the tests named on the command line (TAP on stdout), keeps each one's output in tests/log/, and ends with one
# line: N passed, N failed[, N skipped]. Exit status 0 only if none failed. Runs in the build directory; a test is found
# there or in the source tree. Each test gets TOP_SRCDIR and TOP_BUILDDIR, and TEST_LIMIT seconds (900).
#   run.sh [-j JOBS] TEST...
set -u
jobs=1
if [ "${1:-}" = -j ]; then jobs=$2; shift 2; fi
TOP_SRCDIR=$(cd "$(dirname "$0")/.." && pwd)
TOP_BUILDDIR=$(pwd)
export TOP_SRCDIR TOP_BUILDDIR
export CMOCKA_MESSAGE_OUTPUT=TAP
skip='^(not )?ok .*# *[Ss][Kk][Ii][Pp]'
# Accounts that tests run things as get this many processes, so that one that forks without end takes no machine with it.
# Root's children hand the limit down; root itself is above it, and anyone else has processes of their own to count.
bounded=
[ "$(id -u)" -ne 0 ] || bounded='prlimit --nproc=1500'
log=tests/log
rm -rf "$log"
mkdir -p "$log"

# Daemons say what a sanitizer found in them where no test looks. So each report is a file, and each file a failure.
reports=$TOP_BUILDDIR/$log/reports
if grep -qs '^#define POSTERN_SANITIZERS 1' config.h; then
	mkdir -m 1777 "$reports" && chmod 1777 "$reports"
	export ASAN_OPTIONS="log_path=$reports/address${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
	export UBSAN_OPTIONS="print_stacktrace=1:log_path=$reports/undefined${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
fi

one() {
	name=$(printf '%s' "$1" | tr / _)
	path=./$1
	[ -e "$path" ] || path=$TOP_SRCDIR/$1
	began=$(date +%s)
	# shellcheck disable=SC2086
	$bounded timeout -k 10 "${TEST_LIMIT:-900}" "$path" >"$log/$name.out" 2>"$log/$name.err" </dev/null
	printf '%s %s\n' "$?" "$(($(date +%s) - began))" >"$log/$name.status"
}

# Runs them, JOBS at a time, and prints each one's result in the order given.
passed=0 failed=0 skipped=0
report() {
	name=$(printf '%s' "$1" | tr / _)
	read -r status seconds <"$log/$name.status"
	# A test that says SKIP is skipped, whatever it calls that; cmocka writes "not ok 2 # SKIP name".
	s=$(grep -cE "$skip" "$log/$name.out")
	p=$(grep -E '^ok ' "$log/$name.out" | grep -cvE "$skip")
	f=$(grep -E '^not ok ' "$log/$name.out" | grep -cvE "$skip")
	plan=$(awk -F'[.][.]' '/^1[.][.][0-9]/ { n += $2; seen = 1 } END { if (seen) print n }' "$log/$name.out")
	# A test that dies, does not keep to its plan, or passes and skips nothing has failed, whatever it printed.
	why=
	if [ "$status" = 124 ]; then why=", took too long"; fi
	if [ $((p + f + s)) -ne "${plan:-0}" ]; then why="$why, $((p + f + s)) of ${plan:-no plan} ran"; fi
	if { [ "$status" != 0 ] || [ -n "$why" ] || [ $((p + f + s)) -eq 0 ]; } && [ "$f" -eq 0 ]; then f=1; fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	if [ "$f" -gt 0 ]; then
		printf 'FAIL %s (exit status %s%s, %s s)\n' "$1" "$status" "$why" "$seconds"
		grep -E '^not ok ' "$log/$name.out" | grep -vE "$skip"
		for part in out err; do
			tail -n 40 "$log/$name.$part" | sed 's/^/    /'
		done
	else
		printf 'ok   %-44s %4d passed %4d s' "$1" "$p" "$seconds"
		[ "$s" -eq 0 ] || printf ', %d skipped' "$s"
		printf '\n'
		grep -E "$skip" "$log/$name.out" | sed 's/^/     /'
	fi
}

batch=''
running=0
finish_batch() {
	wait
	for done_test in $batch; do report "$done_test"; done
	batch='' running=0
}
for test in "$@"; do
	one "$test" &
	batch="$batch $test"
	running=$((running + 1))
	[ "$running" -lt "$jobs" ] || finish_batch
done
finish_batch

for found in "$reports"/*; do
	# A process that dies while it is searched for leaks says this and nothing else.
	[ "$(grep -vc 'Unable to get registers from thread' "$found" 2>/dev/null)" != 0 ] || continue
	[ -e "$found" ] || continue
	failed=$((failed + 1))
	printf 'FAIL %s\n' "$found"
	head -n 40 "$found" | sed 's/^/    /'
done

if [ "$skipped" -gt 0 ]; then
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
else
	printf '%d passed, %d failed\n' "$passed" "$failed"
fi
[ "$failed" -eq 0 ]
