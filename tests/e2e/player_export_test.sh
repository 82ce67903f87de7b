#!/bin/sh
# SPDX-License-Identifier: ISC
# Exports: of recordings made to order, and of real ones by `postern record`.
. "$TOP_SRCDIR/tests/tap.sh"
postern=$TOP_BUILDDIR/recorder/postern
maker=$TOP_BUILDDIR/tests/e2e/player_maker
golden=$TOP_SRCDIR/tests/golden
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export HOME="$dir" TZ=UTC LC_ALL=C.UTF-8
unset POSTERN_ROOT POSTERN_LOGIN

make_rec() { "$maker" key "$1.rec"; }	# the script comes on standard input
export_as() { "$postern" export -i key --as "$1" "$2.rec"; }
is() { # is WORDS COMMAND...: its output goes to the log if it fails
	words=$1
	shift
	if "$@" >out 2>&1; then pass "$words"; else
		sed 's/^/# /' out
		fail "$words"
	fi
}
same() { diff "$1" "$2"; }
status() { # status NUMBER COMMAND...
	want=$1
	shift
	"$@" >said 2>&1
	got=$?
	[ "$got" -eq "$want" ] || { cat said; echo "exit status $got instead of $want"; return 1; }
}
says() { grep -qF -- "$1" said || { cat said; return 1; }; }

# ---- bytes
head -c 1048576 /dev/urandom >random
printf 'file random 3001\nend 0 exited\n' | make_rec random
export_as raw random >random.out
is "a megabyte of noise comes back byte by byte" cmp random random.out
printf 'out one\\n\nerr two\\n\nout three\\n\nin typed\\r\nhidden 6\nin more\\r\n' | make_rec streams
export_as raw streams >streams.out
printf 'one\ntwo\nthree\n' >want
is "standard output and error come in their order" same want streams.out
export_as input streams >streams.in
printf 'typed\rmore\r' >want
is "what was typed is there, what was hidden is not" cmp want streams.in
"$postern" export -i key --as raw -o file.out streams.rec
is "-o writes a file" cmp file.out streams.out
is "that nobody else can read" test "$(stat -c %a file.out)" = 600
is "the recording itself is not overwritten" status 2 "$postern" export -i key --as raw -o ./streams.rec streams.rec
is "it is whole afterwards" cmp streams.out file.out

# ---- text
cat <<'TXT' | make_rec text
size 20 5
out $ ecoh\x08\x08\x08\x08echo hello\r\nhello\r\n
out $ \e[31mls\e[0m --colour\r\n\e]0;title\x07a\tb\r\n
out 50%\r100%\r\n
out a line of more than twenty columns, wrapped\r\n
out 1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n
at 3
out \e[?1049h\e[Hfull screen\e[2J\r\nnot text
at 65
out \e[?1049l$ clear\r\n\e[H\e[2J\e[3J$ \xe4\xb8\xad\xe6\x96\x87 \xff\xe2\x82\r\n
out $ ex
out it\r\n\r\n\r\n
TXT
cat >want <<'TXT'
$ echo hello
hello
$ ls --colour
a       b
100%
a line of more than twenty columns, wrapped
1
2
3
4
5
6
[a full-screen program, 0:03 to 1:05]
$ clear
$ 中文 ��
$ exit
TXT
export_as text text >text.out
is "text is lines as they stood in the end" same want text.out
cat <<'TXT' | make_rec said
size 40 5
out $ make\r\nall done\r\n$ \x20
at 62
state frozen: by alice: wrong host
state enforced: {"landlock":4}
at 70
note looked at it
out ls\r\nfile\r\n
TXT
cat >want <<'TXT'
$ make
all done
[1:02 frozen: by alice: wrong host]
[1:10 note: looked at it]
$  ls
file
TXT
export_as text said >said.out
is "what happened stands where it did" same want said.out
printf 'meta {"tty":false}\nout a\\nb\\n\nerr c\\n' | make_rec plain
export_as text plain >plain.out
printf 'a\nb\nc\n' >want
is "without a terminal a line feed ends a line" same want plain.out

# ---- screen
cat <<'TXT' | make_rec screen
size 20 5
at 1
out \e[2;3Hone
at 2
resize 30 4
out \e[4;20Hnow wider
at 90
out \e[H\e[2Jlast
TXT
export_as screen screen >screen.out
printf 'last\n' >want
is "the screen is that of the end" same want screen.out
"$postern" export -i key --as screen --at 1.5s screen.rec >screen.out 2>/dev/null || "$postern" export -i key --as screen --at 1 screen.rec >screen.out
printf '\n  one\n' >want
is "or of the time that was asked for" same want screen.out
"$postern" export -i key --as screen --at 1:05 screen.rec >screen.out
printf '\n  one\n\n                   now wider\n' >want
is "after a resize it has the new size" same want screen.out
"$postern" export -i key --as screen --at 16:00:02 screen.rec >screen.out
is "a time of day is one too" same want screen.out
is "what is no time is refused" status 2 "$postern" export -i key --as screen --at soon screen.rec

# ---- asciicast
cat <<'TXT' | make_rec cast
meta {"person":"eng-31","role":"payments-rw","reason":"\u001b[31mhot\u202efix"}
size 100 30
at 0.25
out "quoted" \\ back\r\n\x1b[0m\x7f
out \xe4\xb8
in a\xc3
out \xad\xe6
at 1.5
out \x96\x87 \xff\xc0 \xe4\xb8x
in \xa4\r
resize 120 40
note a note
state frozen
out \xf0\x9f
end 3 exited
TXT
export_as asciicast cast >cast.out
cat >cast.py <<'PY'
import json, sys
lines = open(sys.argv[1], "rb").read().decode("utf-8").splitlines()
head = json.loads(lines[0])
assert head["version"] == 2 and head["width"] == 100 and head["height"] == 30, head
assert head["timestamp"] == 1795449600, head
assert head["title"].startswith("payments-rw, eng-31: ") and "\x1b" not in head["title"] and "\u202e" not in head["title"], head
events = [json.loads(l) for l in lines[1:]]
assert all(a[0] <= b[0] for a, b in zip(events, events[1:])), "times go back"
assert {e[1] for e in events} == {"o", "i", "r", "m"}, events
out = "".join(e[2] for e in events if e[1] == "o")
assert out == '"quoted" \\ back\r\n\x1b[0m\x7f中文 \ufffd\ufffd \ufffdx\ufffd' or out == '"quoted" \\ back\r\n\x1b[0m\x7f中文 \ufffd\ufffd \ufffd\ufffdx\ufffd', repr(out)
assert "".join(e[2] for e in events if e[1] == "i") == "aä\r", events
assert [e[2] for e in events if e[1] == "r"] == ["120x40"], events
assert [e[2] for e in events if e[1] == "m"] == ["a note", "frozen", "end: exited, exit status 3"], events
PY
if command -v python3 >/dev/null 2>&1; then
	is "asciicast is valid JSON, times go on, characters are whole" python3 cast.py cast.out
	export_as asciicast random >random.cast
	is "noise is valid UTF-8 in it" python3 -c 'import json
for l in open("random.cast", encoding="utf-8"): json.loads(l)'
else
	skip "asciicast is valid JSON, times go on, characters are whole" "python3 is not installed"
	skip "noise is valid UTF-8 in it" "python3 is not installed"
fi
export_as asciicast plain >plain.cast
is "without a terminal a line feed is one for players too" grep -qF '"a\r\nb\r\n"' plain.cast

cat <<'TXT' | make_rec late
out $\x20
at 1
out ls
at 1.2
typed 0.5 l
typed 0.3 s
hidden 7
typed 0 \r
out \r\n
end 0 exited
TXT
export_as asciicast late | sed '1d;$d' >late.out
cat >want <<'TXT'
[0.000000, "o", "$ "]
[0.700000, "i", "l"]
[0.900000, "i", "s"]
[1.000000, "o", "ls"]
[1.200000, "i", "\u000d"]
[1.200000, "o", "\u000d\u000a"]
TXT
is "keys that were decided later stand where they were typed" same want late.out

# ---- keys
printf 'out x\n' | "$maker" other other.rec
is "the wrong key has its own status" status 8 "$postern" export -i other --as raw screen.rec
is "and a sentence" says "none of the keys opens this"
is "without a key the same" status 8 "$postern" export --as raw screen.rec
is "and says where it is looked for" says "$HOME/.config/postern/identity"
mkdir -p .config/postern && cp key .config/postern/identity
is "the key has a place of its own" status 0 "$postern" export --as raw screen.rec
is "a file that is none is not damaged but not found" status 6 "$postern" export -i key --as raw nothing.rec
is "something else is no recording" status 7 "$postern" export -i key --as raw want
is "a format that does not exist is refused" status 2 "$postern" export -i key --as gif screen.rec

# ---- damage
is "through a login nothing is exported" status 3 env POSTERN_LOGIN=1 "$postern" export -i key --as raw screen.rec
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "at %d\nout line %d of a long story that goes on and on and on\\r\\n\n", i, i }' >story
make_rec story <story
export_as raw story >story.out
size=$(stat -c %s story.rec)
cp story.rec cut.rec
truncate -s $((size * 2 / 3)) cut.rec
is "a cut file is read as far as it goes" status 7 "$postern" export -i key --as raw -o cut.out cut.rec
is "and what is missing is said" says "nothing after"
is "what comes is its beginning" cmp -n "$(stat -c %s cut.out)" cut.out story.out
is "and not nothing" test "$(stat -c %s cut.out)" -gt 1000
cp story.rec bent.rec
printf 'X' | dd of=bent.rec bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
is "a changed byte ends it too" status 7 "$postern" export -i key --as raw -o bent.out bent.rec
is "it is said where" says "it is damaged in segment"
is "up to there it is the beginning" cmp -n "$(stat -c %s bent.out)" bent.out story.out
{ cat story; echo crash; } | make_rec crash
is "what a crash left is whole" status 0 "$postern" export -i key --as raw -o crash.out crash.rec
is "and says that it has no end" says "it has no end"
is "all of it" cmp crash.out story.out
is "--at before the damage says nothing of it" status 0 "$postern" export -i key --as screen --at 10 bent.rec
for capture in "$golden"/*.capture; do
	printf 'file %s 777\n' "$capture" | make_rec capture
	name=$(basename "$capture" .capture)
	export_as raw capture >capture.out
	is "$name comes back as it was" cmp "$capture" capture.out
	is "$name has a text" status 0 "$postern" export -i key --as text capture.rec
	is "without control characters" test "$(tr -d '\n' <said | LC_ALL=C tr -dc '\000-\037\177' | wc -c)" -eq 0
done
tap_end
