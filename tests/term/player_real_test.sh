#!/bin/sh
# SPDX-License-Identifier: ISC
# Real programs, recorded by `postern record`: what tmux shows of them is what the export shows.
. "$TOP_SRCDIR/tests/tap.sh"
postern=$TOP_BUILDDIR/recorder/postern
maker=$TOP_BUILDDIR/tests/e2e/player_maker
drive=$TOP_BUILDDIR/tests/term/drive
dir=$(mktemp -d) || exit 1
export TMUX_TMPDIR="$dir"
trap 'tmux -L "$socket" kill-server >/dev/null 2>&1; rm -rf "$dir"' EXIT
cd "$dir" || exit 1
socket=player-$$
export HOME="$dir" LC_ALL=C.UTF-8
unset POSTERN_ROOT POSTERN_LOGIN TMUX
recipient=$("$maker" key)
tm() { tmux -L "$socket" -f /dev/null "$@"; }
trimmed() { sed 's/ *$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }

is() {
	sentence=$1
	shift
	if "$@" >out 2>&1; then pass "$sentence"; else
		sed 's/^/# /' out | head -n 60
		fail "$sentence"
	fi
}
# equal KEYS WORDS COMMAND...: under tmux, when WORDS are there after KEYS, picture and export are the same.
equal() {
	keys=$1 words=$2
	shift 2
	rm -f x.rec x.rec.tail
	tm new-session -d -x 80 -y 24 "$postern" record -q -o x.rec -r "$recipient" -- "$@" || return 1
	shows . || return 1
	for key in $keys; do tm send-keys "$key"; done
	shows "$words" || return 1
	# Until both stand still: the recording is never behind what is shown.
	for _ in $(seq 600); do
		tm capture-pane -p | trimmed >shown
		"$postern" export -i key --as screen x.rec 2>/dev/null | trimmed >exported
		cmp -s shown exported && grep -q -- "$words" shown && break
		sleep 0.1
	done
	diff shown exported && grep -q -- "$words" shown
}
shows() {
	for _ in $(seq 1200); do
		tm capture-pane -p | grep -q -- "$1" && return
		sleep 0.05
	done
	tm capture-pane -p
	return 1
}
try() { # try PROGRAM KEYS WORDS COMMAND...
	program=$1
	shift
	if ! command -v tmux >/dev/null 2>&1; then
		skip "$program is shown as tmux shows it" "tmux is not installed"
	elif ! command -v "$program" >/dev/null 2>&1; then
		skip "$program is shown as tmux shows it" "$program is not installed"
	else
		socket=player-$$-$program	# a server of its own: the one before may still be ending
		is "$program is shown as tmux shows it" equal "$@"
		tm kill-server >/dev/null 2>&1
	fi
}

seq 1 500 | sed 's/$/ 中文 line/' >lines
try bash 'l s Space / BSpace BSpace BSpace p w d Enter e c h o Space $((6*7)) Enter' '^42' env PS1='$ ' bash --norc --noprofile
try less 'G b b' '中文 line' less lines
try vim 'O h e l l o Escape x j d d' '^hell$' vim -u NONE -N lines
try top '' 'load average' sh -c 'top -b -n 1 | head -n 20; exec sleep 100'

# A line that was edited before Enter.
"$drive" start "$dir/r" 80x24 env PS1='$ ' "$postern" record -q -o edited.rec -r "$recipient" -- bash --norc --noprofile
"$drive" "$dir/r" wait '$'
"$drive" "$dir/r" type 'echo hexlo\e[D\e[D\x7fl\r'
for _ in $(seq 600); do	# not while bash still works: what is typed then is echoed twice
	"$drive" "$dir/r" row 3 | grep -q '^\$' && break
	sleep 0.1
done
"$drive" "$dir/r" type 'wrong\x15exit\r'
is "bash under the recorder ends" test "$("$drive" "$dir/r" status)" = 0
"$drive" "$dir/r" end >/dev/null
"$postern" export -i key --as text edited.rec >text
printf '$ echo hello\nhello\n$ exit\nexit\n[ended: exited]\n' >want
sed 's/^\[[0-9:]* ended/[ended/' text >told
is "its text has each line as it was entered, and its end" diff want told
"$postern" export -i key --as input edited.rec | od -An -c | grep -q . && pass "and its input every key" || fail "and its input every key"
tap_end
