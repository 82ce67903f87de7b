#!/bin/sh
# SPDX-License-Identifier: ISC
# A worker that was taken over tells the gate what it likes: its times move neither retention nor the log.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin worker
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
days_grant shell 1h
enter_pty one shell || fail "a session starts"

# Its place is taken while there is no gate.
kill -TERM "$posternd"
wait "$posternd"
kill -9 "$(worker_of "$session")"
within $days_limit none_inside "$session"
"$TOP_BUILDDIR/tests/e2e/gate_probe" worker "$root/run/w/$session" &
probe=$!
days_mine="$days_mine $probe"
within $days_limit [ -S "$root/run/w/$session" ]
days_start --trial
wait "$probe"
holds "the reports of such a worker are taken" [ $? -eq 0 ]
holds "its session is over" row_is "$session" why exited
earlier=$({ row "$session" started; row "$session" ended; } | sort | head -n 1)
holds "its end is not before its beginning" [ "$(row "$session" started)" = "$earlier" ]
case $(timeout 60 "$bin/postern" retention run --root "$root" --as auditor 2>&1) in
*jumped*) fail "what it said of the future does not hold up deletion" ;;
*) pass "what it said of the future does not hold up deletion" ;;
esac
tap_end
