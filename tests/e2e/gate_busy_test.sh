#!/bin/sh
# SPDX-License-Identifier: ISC
# A busy gate: who asks much does not keep others waiting, and news for others do not disturb who enters.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin busy
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
gate=$root/run/gate.sock
probe=$TOP_BUILDDIR/tests/e2e/gate_probe

holds "hundreds of requests at once do not keep another peer waiting until all are done" "$probe" turns "$gate" engineer approver

# Whoever waits for a decision is told of all that changes; once they enter, only the worker may speak.
mkdir -p "$root.play/run"
"$probe" play "$root.play/run/gate.sock" &
days_mine="$days_mine $!"
within $days_limit [ -S "$root.play/run/gate.sock" ]
"$bin/postern" enter shell --root "$root.play" --as engineer --reason INC-1 </dev/null
status=$?
holds "news of others do not disturb who enters after waiting (status $status)" [ "$status" -eq 42 ]
rm -r "$root.play"

# Each note is an entry of the log, on the disk of all.
days_grant shell 5m
said=$(p engineer enter shell -- "for i in \$(seq 60); do \"$bin/postern\" note again; done" 2>&1 </dev/null)
notes=$(p auditor show "$(p approver sessions --all --json | ids | head -n 1)" | grep -c 'note: again')
echo "# $notes of 60 notes are in the log"
holds "notes of one engineer are in the log" [ "$notes" -gt 0 ]
holds "but do not fill it" [ "$notes" -lt 60 ]
case $said in
*"too many notes"*) pass "who writes too many is told" ;;
*) echo "# $said"; fail "who writes too many is told" ;;
esac
tap_end
