#!/bin/sh
# SPDX-License-Identifier: ISC
# Through a real sshd, with tmux as the engineer's terminal: frozen, extended, dropped in vim and come back to, menu over it.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_policy() {
	sed "s,STAGE,$stage,g" >"$etc/policy.yaml" <<'TXT'
host: bastion
people:
  - {person: eng, accounts: [pt-eng, pt-eng2]}
  - {person: appr, accounts: [pt-appr]}
  - {person: aud, accounts: [pt-aud]}
auditors: [aud]
admins: [aud]
roles:
  - role: desk
    about: A shell that is kept
    who: [eng]
    as: pt-role
    may: {shell: yes, exec: [STAGE], write: [STAGE]}
    for: {default: 10m, most: 1h}
    ending: {freeze: 30s}
    on-drop: {keep: 2m}
    approve: {by: [appr, eng], need: 1}
TXT
}
sshd_begin "$0"

printf 'set -g status off\nset -g remain-on-exit on\nset -g default-terminal screen-256color\nset -s escape-time 0\n' >"$stage/tmux.conf"
t() { sshd_verb=$1; shift; tmux -S "$stage/tmux" -f "$stage/tmux.conf" "$sshd_verb" "$@"; }
pane=0
is_shown() { t capture-pane -p -t $pane | grep -qF -- "$1"; }
shows() { within $sshd_limit is_shown "$1" || { t capture-pane -p -t $pane | sed 's/^/# /'; return 1; }; }
# With colours and attributes, row by row, because a row that tmux prints begins in the pen of the one before; and the cursor.
# Blanks at the end of a row, in a pen that nothing shows, are told from cells that were never written: not here.
picture() {
	for ends_row in $(seq 0 23); do t capture-pane -e -p -S "$ends_row" -E "$ends_row" -t $pane; done |
		sed "s/\($(printf '\033')\[[0-9;]*m\| \)*\$//"
	t display-message -p -t $pane '#{cursor_x} #{cursor_y} #{alternate_on} #{cursor_flag} #{mouse_any_flag}'
}
same() { picture >"$stage/now" && cmp -s "$stage/now" "$1"; }
is_same() { within $sshd_limit same "$1" || { diff "$1" "$stage/now" | sed 's/^/# /'; return 1; }; }
keys() { t send-keys -l -t 0 -- "$1"; t send-keys -t 0 Enter; }
# What stands still: three pictures in a row are the same.
settled() {
	ends_equal=0
	while [ $ends_equal -lt 2 ]; do
		picture >"$1"
		sleep 0.4
		picture >"$stage/now"
		if cmp -s "$stage/now" "$1"; then ends_equal=$((ends_equal + 1)); else ends_equal=0; fi
	done
}
row_is() { [ "$(u pt-appr sessions "$session" --json | field "$1")" = "$2" ]; }
group_is() { grep -q "^frozen $1" /sys/fs/cgroup/postern/"$session"/cgroup.events /sys/fs/cgroup/unified/postern/"$session"/cgroup.events 2>/dev/null; }

granted desk 10m
t new-session -d -x 80 -y 24 "ssh -t pt-eng enter desk"
holds "a session opens" shows '$'
session=$(u pt-appr sessions --json | field session)
keys "PS1='re''ady> '; cd /"
shows 'ready>' >/dev/null

# --- frozen by its cgroup
u pt-appr freeze "$session" --reason "wrong host" >/dev/null
holds "frozen: the engineer reads by whom and why" shows "Frozen by appr: wrong host"
if [ -d /sys/fs/cgroup/postern/"$session" ] || [ -d /sys/fs/cgroup/unified/postern/"$session" ]; then
	holds "its cgroup stands still" within $sshd_limit group_is 1
else
	skip "its cgroup stands still" "there is no cgroup v2 here"
fi
t send-keys -l -t 0 -- 'echo typed-blindly'
u pt-appr thaw "$session" >/dev/null
holds "thawed, it says so" shows "The session goes on."
keys 'echo a$((40+2))b'
holds "and takes keys" shows a42b
holds "but not those that were typed meanwhile" sh -c "! tmux -S '$stage/tmux' capture-pane -p -t 0 | grep -q typed-blindly"

# --- more time
keys "$postern extend --for 5m --reason 'nearly done'"
holds "from inside one asks for more time" shows "Asked for 5 min more; one of appr, eng decides."
u pt-appr grant "$(u pt-appr requests --json | field request)" >/dev/null
holds "and reads that it was given" shows "Your session was extended by appr to"
no ssh pt-eng extend "$session" --for 2h --reason more
holds "more than the role allows is refused" grep -q "longest time leaves" "$stage/no"

# --- a line that drops, in a shell and in vim
keys clear
t send-keys -l -t 0 -- 'echo half a li'
shows 'echo half a li' >/dev/null
within $sshd_limit sh -c "! tmux -S '$stage/tmux' capture-pane -p -t 0 | grep -q 'was extended'"	# it goes by itself
settled "$stage/shell"
t respawn-pane -k -t 0 "ssh -t pt-eng enter desk"
holds "a dropped line comes back with its half-typed line" is_same "$stage/shell"
t send-keys -l -t 0 -- 'ne'
t send-keys -t 0 Enter
holds "which goes on" shows "half a line"
if command -v vim >/dev/null; then
	keys 'vim -u NONE -N /etc/services'
	shows '"/etc/services"' >/dev/null
	keys ':syntax on | set hls nu ruler mouse=a'
	keys '/tcp'
	t send-keys -l -t 0 -- '12j'
	settled "$stage/vim"
	t send-keys -t 0 F12
	holds "the menu opens over vim" shows "e more time  n note  d detach  q end"
	t send-keys -t 0 Escape
	holds "and leaves vim as it was" is_same "$stage/vim"
	t respawn-pane -k -t 0 "ssh -t pt-eng2 enter desk"
	holds "a drop in vim is come back to, from another account of the same person" is_same "$stage/vim"
	keys ':q!'
	holds "and vim is left to the shell it came from" shows "ready>"

	# What vim draws while nobody is connected is on the recorder's screen alone. Beside it, the same vim without Postern.
	cat >"$stage/later.vim" <<'TXT'
syntax on
set nu hls ruler mouse=a
let @/ = 'tcp'
func Later(timer)
	normal! 60Gzz
	redraw
endfunc
call timer_start(3000, 'Later')
TXT
	chmod 644 "$stage/later.vim"
	keys "clear; vim -u NONE -N -S $stage/later.vim /etc/services"
	shows '"/etc/services"' >/dev/null
	t respawn-pane -k -t 0 "sleep 600"
	holds "the line drops while vim has something to draw" within $sshd_limit row_is why "its engineer is not connected"
	t new-window -d -n plain "setpriv --reuid pt-role --regid pt-role --init-groups env -i PATH=/usr/bin:/bin TERM=screen-256color LANG=C.UTF-8 vim -u NONE -N -S $stage/later.vim /etc/services"
	pane=plain
	shows ' 60 ' >/dev/null
	settled "$stage/plain"
	pane=0
	t respawn-pane -k -t 0 "ssh -t pt-eng enter desk"
	holds "coming back one sees what tmux shows of the same vim that nobody left" is_same "$stage/plain"
	t kill-window -t plain
	keys ':q!'
	shows 'ready>' >/dev/null
else
	for words in "the menu opens over vim" "and leaves vim as it was" "a drop in vim is come back to, from another account of the same person" \
	    "and vim is left to the shell it came from" "the line drops while vim has something to draw" \
	    "coming back one sees what tmux shows of the same vim that nobody left"; do
		skip "$words" "vim is not installed"
	done
fi
# A program that draws all the time; held still, so that there is one picture to compare. A shell that waits for its own
# children alone does not notice that this one is stopped.
for program in htop top; do
	if ! command -v $program >/dev/null; then
		skip "a drop in $program is come back to" "$program is not installed"
		skip "which then draws on" "$program is not installed"
		continue
	fi
	keys "clear; sh -c '$program; :'"
	shows PID >/dev/null
	for number in $(of pt-role); do
		if [ "$(cat "/proc/$number/comm" 2>/dev/null)" = $program ]; then ends_program=$number; fi
	done
	sleep 1
	kill -STOP "$ends_program"
	settled "$stage/$program"
	t respawn-pane -k -t 0 "ssh -t pt-eng enter desk"
	holds "a drop in $program is come back to" is_same "$stage/$program"
	kill -CONT "$ends_program"
	draws_on() { picture >"$stage/now" && ! cmp -s "$stage/now" "$stage/$program"; }
	holds "which then draws on" within $sshd_limit draws_on
	t send-keys -l -t 0 -- q
	shows 'ready>' >/dev/null
done
no ssh -t pt-appr enter desk
holds "somebody else cannot come back to it" grep -q "no grant\|not for you\|may not" "$stage/no"
holds "it was one session all the while" [ "$(u pt-appr sessions --all --json | grep -c session)" = 1 ]

# --- the end, and what is left
u pt-appr shorten "$session" --to 3s --reason "enough" >/dev/null
holds "at its deadline it stands still" shows "Your time is over; everything stands still."
holds "is listed so" within $sshd_limit row_is state frozen
u pt-appr revoke "$session" --reason "over" >/dev/null
holds "and is ended" shows "revoked by appr: over"
holds "with no survivors" within $sshd_limit row_is survivors 0
holds "no process of the role is left" within $sshd_limit none_of pt-role
tap_end
