#!/bin/sh
# SPDX-License-Identifier: ISC
# A connection that is lost: the session waits, its engineer comes back, and the picture is the program's own.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin return
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
reload() {
	days_loaded=$(grep -c policy-loaded "$root.log")
	kill -HUP "$posternd"
	within $days_limit sh -c "[ \$(grep -c policy-loaded '$root.log') -gt $days_loaded ]"
}
sed -i '/sessions:/d; s/^  - role: shell2*$/&\n    on-drop: {keep: 10m}/' "$root/etc/policy.yaml"
reload
states_have() { "$peer" states "$root" "$1" | grep -q -- "$2"; }
# The client dies as in a line that drops; then the engineer enters again: come_back NAME [SIZE].
drop() { kill -9 "$("$drive" "$pty" pid)" && within $days_limit row_is "$1" why "its engineer is not connected"; }
come_back() {
	pty=$root.$1.drive
	days_ptys="$days_ptys $pty"
	"$drive" start "$pty" "${2:-80x24}" "$bin/postern" enter shell --root "$root" --as engineer >/dev/null
}
# The screen as words; the same program's screen in tmux must not differ.
screen() { "$drive" "$pty" dump; "$drive" "$pty" cursor; }
is_drawn() { "$drive" "$pty" dump | grep -q .; }
# settled FILE: the screen once it stands still: three pictures in a row are the same.
settled() {
	ends_equal=0
	while [ $ends_equal -lt 2 ]; do
		screen >"$1"
		sleep 0.3
		screen >"$root.now"
		if cmp -s "$root.now" "$1"; then ends_equal=$((ends_equal + 1)); else ends_equal=0; fi
	done
}
same() {	# FILE: the screen becomes what is in it
	screen >"$root.now" && cmp -s "$root.now" "$1" && return 0
	diff "$root.now" "$1" >"$root.diff"
	return 1
}

days_grant shell 1h
enter_pty one shell || fail "a session starts"
one=$session
"$drive" "$pty" type 'PS1="n""ext> "; echo before\r' >/dev/null
"$drive" "$pty" wait 'next>' >/dev/null
"$drive" "$pty" type 'echo half a li' >/dev/null
"$drive" "$pty" wait 'next> echo half a li' >/dev/null
screen >"$root.before"
holds "a client that dies leaves the session waiting" drop "$one"
holds "it is listed as running, and that nobody is connected" row_is "$one" state running
ends_before=$(row "$one" ends)
kill -9 "$(child gate)"
within $days_limit days_answers
holds "the next gate knows that as well" within $days_limit row_is "$one" why "its engineer is not connected"
come_back two
holds "the picture is what it was, with the half-typed line" within $days_limit same "$root.before"
"$drive" "$pty" type 'ne\r' >/dev/null
[ ! -s "$root.diff" ] || sed "s/^/# /" "$root.diff"
holds "and the line goes on" "$drive" "$pty" wait 'half a line'
holds "it is the same session" [ "$(p approver sessions --json | grep -c '"state":"running"')" = 1 ]
holds "whose deadline has not moved" row_is "$one" ends "$ends_before"

# --- full-screen programs, with another size the second time
seq 1 200 >"$root/numbers"
chmod 644 "$root/numbers"
for program in vim top; do
	if ! command -v $program >/dev/null; then
		skip "the menu opens over $program" "there is no $program"
		skip "and leaves its picture as it was" "there is no $program"
		skip "the picture of $program is what it was" "there is no $program"
		skip "and in a larger window it is drawn for that" "there is no $program"
		continue
	fi
	command="vim -u NONE -N $root/numbers"
	[ $program != top ] || command='top -d 3000'
	"$drive" "$pty" type "clear; $command\\r" >/dev/null
	if [ $program = vim ]; then
		"$drive" "$pty" wait "numbers\"" >/dev/null
		"$drive" "$pty" type '50Gzz:set hls\r/5\r' >/dev/null
		within $days_limit sh -c "'$drive' '$pty' dump | grep -q '^50'"
	else
		"$drive" "$pty" wait 'PID' >/dev/null
	fi
	settled "$root.$program"
	"$drive" "$pty" key f12 >/dev/null
	holds "the menu opens over $program" "$drive" "$pty" wait 'e more time'
	"$drive" "$pty" key esc >/dev/null
	holds "and leaves its picture as it was" within $days_limit same "$root.$program"
	drop "$one"
	come_back "$program"
	holds "the picture of $program is what it was" within $days_limit same "$root.$program"
	drop "$one"
	come_back "$program-large" 100x30
	holds "and in a larger window it is drawn for that" "$drive" "$pty" wait "$([ $program = vim ] && echo 64 || echo postern-init)"
	drop "$one"
	come_back "$program-small" 80x24
	within $days_limit is_drawn
	"$drive" "$pty" type "$([ $program = vim ] && echo ':q!\r' || echo q)" >/dev/null
	"$drive" "$pty" wait 'next>' >/dev/null
done

# --- a second place takes over, and only the same person
first=$pty
come_back elsewhere
holds "from a second place one takes the session over" "$drive" "$pty" wait 'next>'
holds "and the first is told" within $days_limit is_over "$first"
p approver enter shell --reason "mine too" --root "$root" >/dev/null 2>&1 </dev/null &
other=$!
days_mine="$days_mine $other"
holds "somebody else does not get it" sh -c "! '$peer' states '$root' $one | grep -q approver"
for word in "away: the connection was lost" "back: after" "back: over another connection"; do
	holds "the recording has \"$word\"" within $days_limit states_have "$one" "$word"
done

# --- detached at will
"$drive" "$pty" key f12 >/dev/null
"$drive" "$pty" type d >/dev/null
holds "from the menu one detaches" "$drive" "$pty" wait 'Detached. The session goes on, until'
[ "$("$drive" "$pty" status)" = 0 ] && pass "that is no failure" || fail "that is no failure"
come_back again
holds "and comes back" "$drive" "$pty" wait 'next>'

# --- nobody comes
"$drive" "$pty" type 'exit\r' >/dev/null
within $days_limit is_gone "$one"
sed -i 's/keep: 10m/keep: 3s/' "$root/etc/policy.yaml"
reload
days_grant shell 1h
enter_pty left shell || fail "another session starts"
kill -9 "$("$drive" "$pty" pid)"
holds "after its time the session ends" within $days_limit row_is "$session" why client-gone
holds "and nothing of it is left" within $days_limit is_gone "$session"
tap_end
