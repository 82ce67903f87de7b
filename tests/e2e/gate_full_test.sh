#!/bin/sh
# SPDX-License-Identifier: ISC
# A session that reports more than the log takes: what is said is in the log, nobody new enters meanwhile and reads why, and
# who is inside works on; when it is over, the door is open again.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin full
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
probe=$TOP_BUILDDIR/tests/e2e/gate_probe
days_grant shell 1h
enter_pty one shell || fail "a session starts"
loud=$session
days_grant shell2 1h && p approver2 grant "$request" >/dev/null
enter_pty two shell2 || fail "another one starts"
quiet=$pty

# A worker that was taken over shouts in the first one's place.
kill -TERM "$posternd"
wait "$posternd"
kill -9 "$(worker_of "$loud")"
within $days_limit none_inside "$loud"
mkfifo "$root.pipe"
"$probe" flood "$root/run/w/$loud" <"$root.pipe" &
shouter=$!
days_mine="$days_mine $shouter"
exec 9>"$root.pipe"	# which days_start does not hand on
within $days_limit [ -S "$root/run/w/$loud" ]
days_start --trial
request=$(p engineer request shell --reason "INC-1 bad day")
p approver grant "$request" >/dev/null
enter() { p engineer enter shell -- "exit 7" </dev/null >"$root.said" 2>&1; [ $? -eq "$1" ]; }
refused() { enter 1 && grep -q 'report more than the disk takes into the log; nobody enters until it keeps up' "$root.said"; }
holds "while one session reports too much nobody enters, and reads why" within $days_limit refused
"$drive" "$quiet" type 'echo a$((40+2))b\r' >/dev/null
holds "who is inside works on" "$drive" "$quiet" wait a42b
holds "and can be looked at" row_is "$loud" state running
exec 9>&-
wait "$shouter"
holds "all that was shouted is in the log" [ $? -eq 0 ]
holds "then the door is open again" within $days_limit enter 7
"$drive" "$quiet" type 'exit\r' >/dev/null
holds "the other one ends as it should" within $days_limit is_over "$quiet"
kill "$posternd"
wait "$posternd"
holds "and the log is as it was signed" "$bin/postern" verify --root "$root"
rm -f "$root.pipe" "$root.said"
tap_end
