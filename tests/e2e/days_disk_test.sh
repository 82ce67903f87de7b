#!/bin/sh
# SPDX-License-Identifier: ISC
# The disk is full while a session is recorded: input and output wait, people are told, it goes on when space returns.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin disk
if [ "$as_root" = no ]; then skip "a full disk while recording" "needs root for a small file system"; tap_end; fi
chmod 755 "$root"
mkdir "$root/state"
if ! mount -t tmpfs -o size=24m,mode=700 postern-days "$root/state" 2>/dev/null; then
	skip "a full disk while recording" "no tmpfs can be mounted"
	tap_end
fi
days_mounts=$root/state
chown -R nobody:nogroup "$root"
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
fill() { dd if=/dev/zero of="$root/state/ballast" bs=64k >/dev/null 2>&1; dd if=/dev/zero of="$root/state/ballast2" bs=512 >/dev/null 2>&1; true; }
empty() { rm -f "$root/state/ballast" "$root/state/ballast2"; }
tells_console() { p approver sessions "$session" --json | grep -q "input and output are held"; }
is_calm() { ! tells_console; }

days_grant shell 2h
enter_pty one shell || fail "a session starts"
one=$session
"$drive" "$pty" type 'i=0; while :; do i=$((i+1)); echo line-$i-end; sleep 0.02; done\r' >/dev/null
within $days_limit "$drive" "$pty" saw line-20-end
fill
holds "the engineer is told" "$drive" "$pty" wait "The recording cannot be written"
holds "the approver sees it beside the session" within $days_limit tells_console
holds "the journal knows it" journal "input and output are held"
last=$("$drive" "$pty" dump | grep -o 'line-[0-9]*-end' | tail -n 1)
"$drive" "$pty" type '^C' >/dev/null
sleep 1
holds "nothing more is shown meanwhile" [ "$("$drive" "$pty" dump | grep -o 'line-[0-9]*-end' | tail -n 1)" = "$last" ]
if p engineer enter shell -- true >"$root.said" 2>&1; then fail "nobody enters without space"; else
	cat "$root.said" | sed 's/^/# /'
	holds "nobody enters without space, and is told" grep -q -e "not enough space" -e "No space left" "$root.said"
fi
empty
holds "it goes on when space is back" "$drive" "$pty" wait "ready>"
holds "what was typed meanwhile is heard" "$drive" "$pty" gone "The recording cannot be written"
"$drive" "$pty" type 'echo a$((41+1))b\r' >/dev/null
holds "and what is typed now" "$drive" "$pty" wait a42b
holds "the approver sees that too" within $days_limit is_calm
holds "the log has both in the end" within $((2 * days_limit)) sh -c "'$peer' log '$root' $one | grep -q disk-space"
"$drive" "$pty" type 'exit\r' >/dev/null
holds "the session ends in order" within $days_limit row_is "$one" why exited
"$peer" read "$root" "$one" >"$root.out" 2>"$root.how"
holds "its recording is complete" grep -q '^complete' "$root.how"
"$drive" "$pty" dump | grep -o 'line-[0-9]*-end' | sort -u >"$root.seen"
nothing "all that was shown is in it" "$(grep -o 'line-[0-9]*-end' "$root.out" | sort -u | comm -13 - "$root.seen")"

# The reserve of 8 MiB.
dd if=/dev/zero of="$root/state/ballast" bs=1M count=17 >/dev/null 2>&1
days_grant shell 2h
if p engineer enter shell -- true >"$root.said" 2>&1; then fail "without the reserve nobody enters"; else
	holds "without the reserve nobody enters" grep -q "not enough space left for another recording" "$root.said"
fi
empty
holds "with it they do" p engineer enter shell -- true
tap_end
