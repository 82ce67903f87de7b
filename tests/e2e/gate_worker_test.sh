#!/bin/sh
# SPDX-License-Identifier: ISC
# Peers that are not what they should be: programs of another release, and a worker that was taken over and tells the gate
# what it likes: its times move neither retention nor the log, and its word does not end a session that runs.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin worker
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
days_grant shell 1h
enter_pty one shell || fail "a session starts"
probe=$TOP_BUILDDIR/tests/e2e/gate_probe

# Programs of another release are told so; a gate of an older one does not get hold of a session.
said=$("$probe" newer "$root/run/gate.sock" engineer)
case $said in
"this program speaks version 3 of the protocol and posternd version 2: install the same release"*) pass "a program of another release is told what to install" ;;
*) echo "# $said"; fail "a program of another release is told what to install" ;;
esac
holds "a session hangs up on a gate of the release before" "$probe" older "$root/run/w/$session"
holds "and says what to do" within $days_limit journal "a gate that speaks version 1 of the protocol came to a session that speaks 2: start the newer release again"
# What runs on ignores that its terminal goes, so there is somebody to kill.
"$drive" "$pty" type 'trap "" HUP; echo a$((40+2))b; exec sleep 600\r' >/dev/null
holds "it goes on with its own" "$drive" "$pty" wait a42b

# Its place is taken while there is no gate.
kill -TERM "$posternd"
wait "$posternd"
kill -9 "$(worker_of "$session")"
within $days_limit none_inside "$session"
"$probe" worker "$root/run/w/$session" &
false_worker=$!
days_mine="$days_mine $false_worker"
within $days_limit [ -S "$root/run/w/$session" ]
days_start --trial
wait "$false_worker"
holds "the reports of such a worker are taken" [ $? -eq 0 ]
holds "its session is over" row_is "$session" why exited
earlier=$({ row "$session" started; row "$session" ended; } | sort | head -n 1)
holds "its end is not before its beginning" [ "$(row "$session" started)" = "$earlier" ]
holds "who was killed is what its warden said, not what it says" [ "$(row "$session" killed)" -ge 1 ]
holds "and the log says that they disagree" journal "said that it ended with 0 killed and 0 survivors; its warden says otherwise, and is believed"
case $(timeout 60 "$bin/postern" retention run --root "$root" --as auditor 2>&1) in
*jumped*) fail "what it said of the future does not hold up deletion" ;;
*) pass "what it said of the future does not hold up deletion" ;;
esac

# Another one, whose session goes on below it: it is over when its warden has ended it, and not before.
days_grant shell 1h
enter_pty two shell || fail "a second session starts"
"$drive" "$pty" type '(trap "" TERM HUP; setsid sleep 1000 &)\r' >/dev/null
holds "a second session runs" [ "$(inside_of "$session" | wc -l)" -ge 1 ]
kill -TERM "$posternd"
wait "$posternd"
mv "$root/run/w/$session" "$root/run/w.aside"
"$probe" worker "$root/run/w/$session" &
false_worker=$!
days_mine="$days_mine $false_worker"
within $days_limit [ -S "$root/run/w/$session" ]
days_start --trial
wait "$false_worker"
holds "a false word of its end is heard" row_is "$session" state ended
nothing "and then nothing of it is left" "$(inside_of "$session")"
holds "with what its warden counted" [ "$(row "$session" killed)" -ge 1 ]
holds "and no survivors" row_is "$session" survivors 0
tap_end
