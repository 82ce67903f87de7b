#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs the tests named on the command line (TAP on stdout) one after the other, keeps each one's output in
# tests/log/, and ends with one line: N passed, N failed, N skipped. Exit status 0 only if none failed.
#   run.sh [-j JOBS] TEST...
set -u
jobs=1
if [ "${1:-}" = -j ]; then jobs=$2; shift 2; fi
log=tests/log
rm -rf "$log"
mkdir -p "$log"
export CMOCKA_MESSAGE_OUTPUT=TAP

one() {
	name=$(printf '%s' "$1" | tr / _)
	"./$1" >"$log/$name.out" 2>"$log/$name.err" </dev/null
	printf '%s\n' "$?" >"$log/$name.status"
}

running=0
for test in "$@"; do
	one "$test" &
	running=$((running + 1))
	if [ "$running" -ge "$jobs" ]; then wait; running=0; fi
done
wait

passed=0 failed=0 skipped=0
for test in "$@"; do
	name=$(printf '%s' "$test" | tr / _)
	status=$(cat "$log/$name.status" 2>/dev/null || echo none)
	s=$(grep -cE '^ok .*# *[Ss][Kk][Ii][Pp]' "$log/$name.out")
	p=$(($(grep -cE '^ok ' "$log/$name.out") - s))
	f=$(grep -cE '^not ok ' "$log/$name.out")
	# A test that dies, or passes nothing and skips nothing, has failed whatever it printed.
	if { [ "$status" != 0 ] && [ "$f" -eq 0 ]; } || [ $((p + f + s)) -eq 0 ]; then f=$((f + 1)); fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	if [ "$f" -gt 0 ]; then
		printf 'FAIL %s (exit status %s)\n' "$test" "$status"
		grep -E '^not ok ' "$log/$name.out"
		tail -n 40 "$log/$name.out" "$log/$name.err" | sed 's/^/    /'
	else
		printf 'ok   %-44s %4d passed' "$test" "$p"
		[ "$s" -eq 0 ] || printf ', %d skipped' "$s"
		printf '\n'
		grep -E '^ok .*# *[Ss][Kk][Ii][Pp]' "$log/$name.out" | sed 's/^/     /'
	fi
done
if [ "$skipped" -gt 0 ]; then
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
else
	printf '%d passed, %d failed\n' "$passed" "$failed"
fi
[ "$failed" -eq 0 ]
