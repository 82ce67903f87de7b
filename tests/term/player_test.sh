#!/bin/sh
# SPDX-License-Identifier: ISC
# The player on a terminal: by the words that a person would see.
. "$TOP_SRCDIR/tests/tap.sh"
postern=$TOP_BUILDDIR/recorder/postern
maker=$TOP_BUILDDIR/tests/e2e/player_maker
drive=$TOP_BUILDDIR/tests/term/drive
golden=$TOP_SRCDIR/tests/golden
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export HOME="$dir"
unset POSTERN_ROOT POSTERN_LOGIN NO_COLOR

is() { # is WORDS COMMAND...: what it says goes to the log if it fails
	words=$1
	shift
	if "$@" >out 2>&1; then pass "$words"; else
		sed 's/^/# /' out
		fail "$words"
	fi
}
no() { if "$@"; then return 1; fi; }
make_rec() { "$maker" key "$1.rec"; }
n=0
# A socket of its own for each: the driver before may still be putting its own away.
begin() { n=$((n + 1)) p=$dir/p.$n; "$drive" start "$p" "$@"; }
play() { begin "$1" "$postern" play -i key "$2.rec"; }
d() { "$drive" "$p" "$@"; }
# go WORDS KEYS: types, and waits until the status line says so.
go() { d type "$2" && d wait "$1"; }
ends() { [ "$(d status)" = "$1" ]; }
over() { "$drive" "$p" end >/dev/null 2>&1; }
picture() { d dump | sed '1d' | head -n "$1"; }	# without header and status

# ---- a short one
cat <<'TXT' | make_rec short
meta {"person":"eng-31","role":"payments-rw","reason":"hotfix","by":"appr-02, appr-05"}
out ready\r\n
at 100
in ls\r
at 101
out \e[32mgreen\e[0m\r\n
at 200
note look here
at 201
resize 60 10
hidden 8
at 1000
out \e[5;5Hfive\e[8;1H
at 1800
out last words\r\n
end 0 exited
TXT
begin 80x24 "$postern" play -i key --speed 8 short.rec
is "a recording plays by itself" d wait ready
is "the header says who and why" d wait "payments-rw  eng-31  2026-11-23 16:00 → 16:30 (30 min"
is "silence is shortened, to the end" d wait "last words"
is "the end is said" d wait "30:00 / 30:00  end"
is "g goes back to the start" go "event 1 of 9" ,g
is "there it is as it was" no d has green
is "a step goes one event on" go "event 2 of 9" .
is "another shows what came" go "event 3 of 9" .
is "in the picture" d has green
is "a step goes back" go "event 2 of 9" ,
is "in the picture too" no d has green
is "] goes to the next mark" go "note: look here" ]
is "[ goes to the one before" go "a line was typed" "["
is "i shows what was typed" go "keys ls⏎" i
is "] comes to the note, and to the resize" go "the window got another size" "]]"
is "the picture has the new size" d wait 60x10
is "hidden keys are counted" go "(8 not shown)" .
is "a colon goes to a time" go "16:40 / 30:00" ":16:40\r"
is "what was shown then is shown" d has five
is "and nothing later" no d has "last words"
d key esc
is "t shows the wall clock" go "16:16:40" t
is "a colon goes to a time of day too" go "16:03:30" ":16:03:30\r"
is "t shows date and zone" go "2026-11-23 16:03:30 +0000" t
is "t shows the time since the start again" go "3:30 / 30:00" t
is "digits go to a tenth" go "15:00 / 30:00" 5
is "an arrow goes five seconds on" go "15:05 / 30:00" '\e[C'
is "and back, also twice at once" go "14:55 / 30:00" '\e[D\e[D'
is "braces go a minute" go "15:55 / 30:00" }
is "nonsense is no time" go "is no time" ":soon\r"
is "behind the end is the end" go "30:00 / 30:00  end" ":99:00\r"
d key esc
is "speed doubles" go "2x" "g =>"
is "and halves" go "1/2x" "<<"
is "space pauses" go paused " "
is "l lets silence be as it was" go "idle as it was" l
is "help has every key" go "writes the text of the picture" "?"
is "and goes away" go "1/2x" "? "
d type "G"
d wait "last words"
d type y
is "y writes a file" d wait "postern-"
is "with the text of the picture" grep -q "last words" postern-*.txt
is "a larger window shows more" d resize 200x60
is "the picture keeps its size" d wait "60x10"
is "a small window still plays" d resize 45x9
is "its part of it" d wait "last words"
is "a tiny one says what is wrong" d resize 30x5
is "in words" d wait "too small"
d resize 80x24
is "and it comes back" d wait "last words"
d type q
is "q leaves" ends 0
is "the terminal has its own screen again" d saw '\e[?1049l'
over

# ---- the same picture from both sides
same_both_ways() { # NAME STEPS
	play 100x40 "$1"
	d wait "event" || return 1
	d type ",g" && d wait "0:00 / " || return 1
	for i in $(seq "$2"); do
		go "event $((i * 25)) of" "$(printf '.%.0s' $(seq 25))" || return 1
		picture 26 >"front.$i"
	done
	for i in $(seq $(($2 - 1)) -1 1); do
		go "event $((i * 25)) of" "$(printf ',%.0s' $(seq 25))" || return 1
		picture 26 >"back.$i"
		diff "front.$i" "back.$i" || return 1
	done
	d type q
	ends 0
}
for capture in vim less dialog tmux; do
	{ echo "at 1"; echo "file $golden/$capture.capture 61"; } >script
	make_rec capture <script
	count=$((($(stat -c %s "$golden/$capture.capture") + 60) / 61 / 25))
	[ "$count" -gt 8 ] && count=8
	is "$capture looks the same forwards and backwards" same_both_ways capture "$count"
	over
done

# Far more than one still's worth, so that going back begins at stills.
awk 'BEGIN { for (i = 1; i <= 4000; i++) printf "at %d\nout \\e[3%dmline %d \\e[0m%0200d\\r\\n\n", i, i % 8, i, i }' >script
make_rec long <script
play 80x24 long
d wait "line 1"
is "a place in the middle is found" go "50:00 / 1:06:40" ",:50:00\r"
is "with its picture" d wait "line 3000"
picture 20 >front
is "the end too" go "line 4000" G
is "and from there back" go "50:00 / 1:06:40" ":50:00\r"
picture 20 >back
is "to the same picture" diff front back
is "one step back from a still" go "event 2999 of 4000" ,
is "is one line less" no d has "line 3000 "
d type q
is "it ends well" ends 0
over

# ---- colours
printf 'out \\e[38;2;255;0;0mexact\\e[0m \\e[1;4;92mbright\\e[0m \\e[48;5;19mindexed\\e[0m\\r\\n\nat 1\nout end\n' | make_rec colour
colours() { # TERM WANTED...: these sequences are written there
	begin 80x24 env TERM="$1" "$postern" play -i key colour.rec
	shift
	d wait exact && d wait bright && d wait indexed || return 1
	for wanted in "$@"; do d saw "$wanted" || { echo "no $wanted"; return 1; }; done
	d type q
	ends 0
}
is "exact colours become the nearest of 256" colours xterm-256color '\e[38;5;196m' '\e[48;5;19m'
over
is "or the nearest of 8" colours xterm '\e[31m' '\e[44m'
over
is "on the console too" colours linux '\e[31m'
over
is "and on one with millions" colours xterm-direct '\e[38:2::255:0:0m'
over
begin 80x24 env NO_COLOR=1 "$postern" play -i key colour.rec
d wait exact
is "NO_COLOR leaves them out" no d saw '\e[38;'
is "all of them" no d saw '\e[31m'
d type q
d status >/dev/null
over

# ---- hostile bytes
cat <<'TXT' | make_rec hostile
out \e[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21m\e[38:2:59:66:97;48:2:36:40:59;58:2:224:175:104;4:3m
out \e[5b\e[9999999999b\xc2\x80\xc2\x9f\e[K\e[@
out \e[5;20r\e7\e[24;80H
resize 40 3
out \e8\eH\n\n\e[S\eM
resize 1 1
out \xe4\xb8\xad\e[99999999999999999999m
resize 80 24
out \eP$qx\e\\\e]52;c;cm0gLXJm\x07\e]0;owned\x07\e]2;owned\e\\\x07\x07\e[6n\e[c\e[>c\e[21t\e]4;1;?\x07
out \e_Gf=24;AAAA\e\\\e^pm\e\\\eXsos\e\\\ekname\e\\
out \e[?1049h\e[?47h\e[?1000h\e[?2004h\e[?25l\e(0qqq\e[999;999H\xff\xfe\xf0\x9f\x98\x80
out \e[20h\e[4h\e[?5h\e[!p\e#8\e[2J\e[H
out \e[?1049l\e[0m\e[H\e[2Jstill here\r\n
TXT
play 80x24 hostile
is "hostile bytes are survived" d wait "still here"
is "no title reaches the terminal" test -z "$(d title)"
is "nor does the clipboard's sequence" no d saw ']52'
is "nor a bell" no d saw '\x07'
is "nor a question" no d saw '\e[6n'
d type q
is "and the player ends well" ends 0
over

# ---- the painter dies
printf 'out one\\r\\n\nat 1\nout two\\r\\n\nat 50\nout three\\r\\n\n' | make_rec paint
painters() { for s in /proc/[0-9]*/status; do awk -v p="$1" '/^Pid:/ { pid = $2 } /^PPid:/ && $2 == p { print pid }' "$s" 2>/dev/null; done; }
play 80x24 paint
d wait three
d type ","
d wait "event 2 of 3"
pid=$(painters "$(d pid)")
is "there is one painter" test "$(echo "$pid" | wc -w)" -eq 1
kill -9 $pid
is "when it dies it is said" go "painter of the picture died" ,
is "and the picture is there" d wait one
is "also further on" go three ".."
d type q
is "the player lives" ends 0
over

# ---- keys and damage
printf 'out x\n' | "$maker" other other.rec
begin 80x24 "$postern" play -i other short.rec
is "the wrong key is said" d wait "none of the keys opens this"
is "with its own status" ends 8
is "before the terminal was taken" no d saw '\e[?1049h'
over
"$maker" key locked "open sesame" || exit 1
lock_test() { begin 80x24 "$postern" play -i locked short.rec; }
lock_test
is "a passphrase is asked for" d wait "Passphrase of locked:"
d type 'wronh\x7fg\r'
is "the wrong one is said" d wait "the passphrase is wrong"
is "and has its own status" ends 8
over
lock_test
d wait "Passphrase of"
d type '\x03'
is "Ctrl-C takes the question back" ends 10
over
lock_test
d wait "Passphrase of"
d type 'xx\x15open sesamx\x7fe\r'
is "the right one opens it" d wait ready
is "it was not shown" no d saw sesam
d type q
is "and it plays" ends 0
over
{ cat script; echo crash; } | make_rec left
begin 80x24 "$postern" play -i key left.rec
d wait "line"
is "what a crash left is waited for, and that is said" go "Waiting for more: it has no end" G
d type q
is "and said again at the end" ends 0
is "in the same words" d wait "it has no end"
over
cp long.rec bent.rec
printf 'X' | dd of=bent.rec bs=1 seek=$(($(stat -c %s long.rec) / 2)) conv=notrunc 2>/dev/null
begin 80x24 "$postern" play -i key --speed 16 bent.rec
d wait "line"
is "a damaged one is played to the damage" go "This is not all: it is damaged in segment" G
d type q
is "which has its own status" ends 7
is "and is said once more at the end" d wait "it is damaged in segment"
over

# ---- following
"$drive" start "$dir/r" 80x24 "$postern" record -q -o live.rec -r "$("$maker" key)" -- \
	sh -c 'echo begun; while read -r line; do echo "got $line"; done'
"$drive" "$dir/r" wait begun
play 80x24 live
is "a running one is followed" d wait live
is "from what there is" d has begun
"$drive" "$dir/r" type 'one\r'
is "what comes is shown" d wait "got one"
is "one can go back meanwhile" go "event 0 of" ",g"
"$drive" "$dir/r" type 'two\r'
is "and G is live again" go "got two" G
"$drive" "$dir/r" type '\x04'
is "its end is seen" d wait " end "
d type q
is "and leaves nothing to say" ends 0
over
"$drive" "$dir/r" end >/dev/null

# ---- poor terminals and ways out
begin 80x24 env LC_ALL=C NO_COLOR=1 TERM=vt100 "$postern" play -i key long.rec
d wait "line 1"
d type "G"
d wait "line 4000"
d save bytes
d type q
is "without UTF-8 and colours it plays too" ends 0
is "in ASCII" test "$(LC_ALL=C tr -d '\000-\177' <bytes | wc -c)" -eq 0
over
play 80x24 short
d wait ready
d signal 15
is "SIGTERM ends it" ends 0
is "with the terminal given back" d saw '\e[?1049l'
over
play 80x24 short
d wait ready
d hangup
d status >left
is "a dropped line ends it" grep -qE '^(0|129)$' left
over
begin 80x24 env POSTERN_LOGIN=1 "$postern" play -i key short.rec
is "through a login a file's name is an id that does not exist" no ends 0
is "and the file is not opened" no d saw ready
over
is "without a terminal it says what to do instead" sh -c "! '$postern' play -i key short.rec 2>said </dev/null && grep -q 'postern export' said"
tap_end
