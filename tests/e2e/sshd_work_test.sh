#!/bin/sh
# SPDX-License-Identifier: ISC
# The whole path through a real sshd: login, menu, grant in the console, work in tmux, expiry in mid-command, replay of
# what tmux showed, retention, and nothing opens it any more.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_begin "$0"

# --- the engineer's own machine: ssh in tmux, whose screen is the second opinion
printf 'set -g status off\nset -g remain-on-exit on\nset -g default-terminal screen-256color\nset -s escape-time 0\n' >"$stage/tmux.conf"
t() { sshd_verb=$1; shift; tmux -S "$stage/tmux" -f "$stage/tmux.conf" "$sshd_verb" "$@"; }
screen() { t capture-pane -p -t 0 | rows; }
rows() { sed 's/ *$//' | awk '{ row[NR] = $0; if ($0 != "") last = NR } END { for (i = 1; i <= last; i++) print row[i] }'; }
history() { t capture-pane -p -J -S - -t 0; }
is_shown() { screen | grep -qF -- "$1"; }
was_shown() { history | grep -qF -- "$1"; }
shows() { within $sshd_limit is_shown "$1" || { screen | sed 's/^/# /'; return 1; }; }
keys() { printf '%s' "$1" >>"$stage/typed"; t send-keys -l -t 0 -- "$1"; }
press() { t send-keys -l -t 0 -- "$1"; }	# a key that is not echoed, and so is not stored
enter() { printf '\r' >>"$stage/typed"; t send-keys -t 0 Enter; }
# The picture at a moment when nothing moves; `at N FIRST-KEYS-TYPED-NEXT` is looked up in the recording later. As long as
# something may still come to a line, the recording waits with it: 2 s.
point() {
	sshd_last=
	while screen >"$stage/point$1" && [ "$(cat "$stage/point$1")" != "$sshd_last" ]; do
		sshd_last=$(cat "$stage/point$1")
		sleep 2.5
	done
}

t new-session -d -x 80 -y 24 "ssh pt-eng; echo \$? >'$stage/status'"
holds "a login shows the menu" shows "Role [1-3]:"
holds "the menu says that there is no standing access" is_shown "You have no standing access here"
t send-keys -t 0 brief Enter
holds "it asks why" shows "Why (ticket or sentence):"
t send-keys -t 0 "INC-4821 empty baskets" Enter
holds "it asks how long" shows "How long [10m, at most 1h]:"
t send-keys -t 0 Enter
holds "it says who is asked, and waits" shows "Asking appr"

# --- the approver, another uid, in the console
on console setpriv --reuid pt-appr --regid pt-appr --init-groups "$postern" console
holds "the approver sees the request and its reason" d console wait "INC-4821 empty baskets"
holds "the engineer sees an approver at a console" shows "1 at a console now"
d console type g
holds "the approver can grant less" d console wait "for how long? [10m as asked]"
d console type '5m\r' && d console wait "Comment for eng" >/dev/null && d console type 'enough to look\r'
holds "the session opens by itself" shows '$'
holds "the engineer reads who granted what" was_shown 'Granted by appr for 5 min (you asked 10 min): "enough to look".'
holds "the console lists the session as running" d console wait "RUNNING 1"

# --- work
why_is() { u pt-appr sessions "$session" --json | grep -q "\"why\":\"$1\""; }
: >"$stage/typed"
keys "PS1='ready> '"; enter
shows "ready> " >/dev/null
keys 'i=0; while [ $i -lt 30 ]; do i=$((i+1)); printf "\033[3%dmline\033[0m %d\n" $((i%8)) $i; done; id -un'; enter
holds "a command runs as the role's account" shows pt-role
keys "printf 'GH=%s%s<\n' ghp_R8kZ2xY7vQ1wE5tN3mB 9cL0aS4dF6gH2jK8p"; enter
holds "a token is covered, though the role says nothing of masking" shows 'GH=****************************************<'
point 1
keys 'seq 60 100; printf "%s\n" Öl 日本語 $(seq 101 140)'; enter
shows 140 >/dev/null
point 2
if command -v less >/dev/null; then
	keys 'less /etc/services'; enter
	shows "/etc/services" >/dev/null
	press ' '
	within $sshd_limit sh -c '! tmux -S "$1" capture-pane -p | grep -q /etc/services' sh "$stage/tmux"
else
	cat >"$stage/full" <<'TXT'
stty -icanon -echo
printf '\033[?1049h\033[2J\033[5;20H\033[7m full \033[0m\033[24;1Hbottom\033[3;10r\033[10;1H\n\nscrolled\033[r\033[24;7H:'
while [ "$(dd bs=1 count=1 2>/dev/null)" != q ]; do :; done
stty icanon echo
printf '\033[?1049l'
TXT
	chmod 755 "$stage/full"
	keys "sh $stage/full"; enter
	shows "scrolled" >/dev/null
fi
point 3
press q
holds "a full-screen program leaves the screen as it was" shows 140
session=$(u pt-appr sessions --json | field session)
recording=$state/rec/$session.rec
keys 'while sleep 0.1; do echo tick; done'; enter
shows "tick" >/dev/null
u pt-appr shorten "$session" --to 3s --reason "enough seen" >/dev/null
holds "the session ends in the middle of the command" within 60 test -s "$stage/status"
holds "the engineer reads why, and that it was recorded" shows "Your time is over (granted by appr until"
holds "and that the command was ended" was_shown "processes were ended. Recording ${session%"${session#????}"}"
holds "ssh gives an exit status that is not success" test "$(cat "$stage/status")" -ne 0
holds "no process of the role's account remains" within $sshd_limit none_of pt-role
holds "the gate knows that it was the deadline" within $sshd_limit why_is deadline
d console key esc
d console type q
d console status >/dev/null

story_has() { u pt-aud show "$session" | grep -qF -- "$1"; }

# --- the auditor's own machine: there is no gate, but ssh and the key
desk() { unshare -m sh -c 'mount -t tmpfs tmpfs /run/postern && exec "$@"' sh "$@"; }
export_as() { sshd_format=$1; shift; desk "$postern" export --reason "a look at it" -H pt-aud -i "$stage/keys/auditor" --as "$sshd_format" "$@"; }
cp "$recording" "$stage/copy.rec"
cp "$state"/catalogue.db* "$stage/"
cp "$stage/keys/auditor" "$stage/home/pt-aud/key" && chown pt-aud: "$stage/home/pt-aud/key"
holds "on the bastion a key without a passphrase is not used" no u pt-aud export --reason "a look at it" "$session" -i "$stage/home/pt-aud/key" --as text
holds "and the sentence says where to work" grep -q "work from your own machine with -H" "$stage/no"
holds "an auditor replays it from their own machine" export_as asciicast "$session" -o "$stage/cast"
sed -n 's/^\[\([0-9.]*\), "\(.\)", "\(.*\)"\]$/\1 \2 \3/p' "$stage/cast" >"$stage/events"
# moment KEYS: when the screen had last changed before these keys were typed.
moment() {
	awk -v keys="$1" '{ text = substr($0, length($1) + 4) }
		$2 == "o" { shown[NR] = $1 } $2 == "i" { start[NR] = length(all) + 1; all = all text }
		END { place = index(all, keys)
			for (n = 1; n <= NR && !(n in start && start[n] > place); n++) if (n in start) event = n
			for (n = event; n > 0 && !(n in shown); n--);
			if (place > 0 && n > 0) printf "%.6f\n", shown[n] + 0.000002 }' "$stage/events"
}
# leaving: when the screen had last changed before a program left the other screen.
leaving() { awk '/\?1049l/ { print last; exit } $2 == "o" { last = $1 + 0.000002 }' "$stage/events"; }
same() {
	export_as screen "$session" --at "$2" >"$stage/replay$1" && diff "$stage/point$1" "$stage/replay$1"
}
printf '# points at %s, %s, %s s of %s events\n' "$(moment 'seq 60')" "$(moment 'less ')" "$(leaving)" "$(wc -l <"$stage/events")"
holds "replay shows what tmux showed: colours and scrolling" same 1 "$(moment 'seq 60')"
if command -v less >/dev/null; then
	holds "replay shows what tmux showed: wide characters" same 2 "$(moment 'less ')"
else
	holds "replay shows what tmux showed: wide characters" same 2 "$(moment 'sh /')"
fi
holds "replay shows what tmux showed: a full-screen program" same 3 "$(leaving)"
export_as screen "$session" >"$stage/replay"
holds "the last picture holds what the command had printed" grep -q '^tick' "$stage/replay"
holds "and nothing of Postern's own words" sh -c "! grep -q 'are over' '$stage/replay'"
export_as input "$session" >"$stage/input"
holds "the scripted keys come back in their order, but for those that no program showed" cmp "$stage/typed" "$stage/input"
holds "times only increase" awk '$1 < last { exit 1 } { last = $1 }' "$stage/events"
moment_of() { date -d "$(u pt-appr sessions "$session" --json | field "$1")" +%s; }
holds "from the beginning to the deadline" awk -v span=$(($(moment_of ended) - $(moment_of started))) '
	NR == 1 && $1 > span / 2 { exit 1 } { last = $1 } END { exit !(last > span - 10 && last < span + 2) }' "$stage/events"
export_as raw "$session" >"$stage/raw"
holds "the bytes are there too" grep -q tick "$stage/raw"
holds "the auditor's look is in the log" story_has "export as screen"

# --- retention: from now on the class keeps recordings for 1 s. The schedule may be there before the hand.
sed -i 's/class: short, recording: 1d/class: short, recording: 1s/' "$etc/policy.yaml"
kill -HUP "$daemon"
holds "an engineer may not run the retention" no u pt-eng retention run
has_gone() { u pt-aud retention run >"$stage/run" 2>&1 && [ ! -e "$recording" ]; }
holds "when its window has lapsed the retention deletes it" within $sshd_limit has_gone
holds "the log says so, and under which class" grep -q "recording deleted under class short: key slot .* erased" "$stage/posternd.log"
holds "the files are gone" test ! -e "$recording"
export_as text "$session" >"$stage/out" 2>"$stage/why"
sshd_result=$?
holds "the player refuses with exit status 4" test $sshd_result -eq 4
holds "and says when it lapsed under which class" grep -q "retention window lapsed on .* under class short" "$stage/why"
holds "nothing was written" test ! -s "$stage/out"
"$postern" export -i "$stage/keys/auditor" --as text "$stage/copy.rec" >"$stage/out" 2>"$stage/why"
sshd_result=$?
sed 's/^/# /' "$stage/why"
holds "a copy of the recording does not open with the auditor's key" test $sshd_result -ne 0 -a ! -s "$stage/out"
# Whoever had copied the catalogue with its sealed envelopes as well: put back in their place, they open nothing, also without
# the file by which the gate would see that this catalogue is an old one.
kill "$daemon" && wait "$daemon"
rm "$state/mark"
cp -p "$stage"/catalogue.db* "$state/" && cp "$stage/copy.rec" "$recording" && chown _postern:_postern "$state"/catalogue.db* "$recording"
sshd_gate
export_as text "$session" >"$stage/out" 2>"$stage/why"
sshd_result=$?
sed 's/^/# /' "$stage/why"
holds "not with a copy of the whole catalogue either, for the slot is erased" test $sshd_result -ne 0 -a ! -s "$stage/out"
holds "nor does it hold the words in clear" sh -c "! grep -aqE 'tick|4821 empty|pt-role' '$stage/copy.rec'"
tap_end
