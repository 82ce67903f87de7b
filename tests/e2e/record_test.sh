#!/bin/sh
# SPDX-License-Identifier: ISC
# postern record: what is recorded, what comes out, and how it ends.
. "$TOP_SRCDIR/tests/e2e/record.sh"

# ---- statuses and files
holds "the command's status 0 is kept" status 0 record "$dir/zero" -- true
holds "the command's status 7 is kept" status 7 record "$dir/seven" -- sh -c 'exit 7'
holds "death by a signal is told as shells do" status 137 record "$dir/killed" -- sh -c 'kill -9 $$'
holds "a command that is not there gives 127" status 127 record "$dir/none" -- /nonexistent/program
events "$dir/seven" >"$dir/events"
holds "the status stands in the recording" has "end 7 killed 0 survivors 0 exited" "$dir/events"
holds "the recording is whole" says nothing "$recording" missing "$dir/identity" "$dir/seven"
holds "the tail is gone when the recording is closed" no test -e "$dir/seven.tail"
holds "only its owner may read it" says 600 stat -c %a "$dir/seven"
holds "an existing recording is not overwritten" status 1 record "$dir/seven" -- true
holds "and the sentence says what to do" has "--force" "$dir/stderr"
holds "unless one insists" status 0 record "$dir/seven" --force -- true
holds "a key that is none is refused" status 8 "$postern" record -r age1nonsense -o "$dir/bad" -- true
holds "without any key the sentence names the program that makes one" status 8 env HOME="$dir" "$postern" record -o "$dir/bad" -- true
holds "by its name" has age-keygen "$dir/stderr"
holds "a refused recording leaves no file" no test -e "$dir/bad"
holds "rules that are not there are refused" no record "$dir/bad" --rules "$dir/none.yaml" -- true 2>"$dir/stderr"
holds "and so are rules for a recording that masks nothing" status 2 record "$dir/bad" --no-mask --rules "$TOP_SRCDIR/share/rules.d" -- true
holds "without a file either" no test -e "$dir/bad"
mkdir -p "$dir/home/.config/postern"
cp "$dir/identity" "$dir/home/.config/postern/identity"
holds "one's own identity is the default" status 0 env HOME="$dir/home" "$postern" record -q -o "$dir/own" -- true
holds "and opens the recording" says nothing "$recording" missing "$dir/identity" "$dir/own"

# ---- bytes
head -c 1048576 /dev/urandom >"$dir/random"
record "$dir/raw" --no-mask -- sh -c 'stty raw && exec cat "$0"' "$dir/random" >"$dir/shown" <&8
bytes output "$dir/raw" >"$dir/recorded"
holds "a mebibyte of random bytes is shown as it was" cmp "$dir/random" "$dir/shown"
holds "and recorded as it was" cmp "$dir/random" "$dir/recorded"
printf 'one\ntwo\n' | record "$dir/piped" -- sh -c 'read a; read b; stty -echo; echo "$b-$a"; cat' >"$dir/shown"
holds "input from a pipe reaches the command, and its end as well" has "two-one" "$dir/shown"

# ---- a person at a terminal
s=$dir/socket
"$drive" start "$s" 80x24 sh -c 'echo before; stty -a >"$2/modes"; "$0" record -q -r "$1" -o "$2/tty" -- sh; echo "status $?"
    stty -a >"$2/modes-after"; exec cat' "$postern" "$me" "$dir"
"$drive" "$s" wait before
until_true test -s "$dir/tty"
"$drive" "$s" type 'stty size; echo $((40 + 2))\r'
holds "what is typed runs" "$drive" "$s" wait 42
holds "the command's terminal has our size" "$drive" "$s" has "24 80"
"$drive" "$s" resize 100x30
holds "a new size arrives" until_true sh -c '"$1" "$2" type "stty size\r"; "$1" "$2" has "30 100"' sh "$drive" "$s"
"$drive" "$s" type 'stty -echo; echo rea""dy; read x; stty echo; echo "got $x"\r'
"$drive" "$s" wait ready
"$drive" "$s" type 'open sesame\r'
holds "a password reaches the command" "$drive" "$s" wait "got open sesame"
"$drive" "$s" type 'printf "\\033[?1049h\\033[?25lpicture"; exit 3\r'
holds "the status comes back" "$drive" "$s" wait "status 3"
holds "the alternate screen does not stay" "$drive" "$s" has before
holds "nor does the hidden cursor" sh -c '"$1" "$2" cursor | grep -q visible' sh "$drive" "$s"
until_true test -s "$dir/modes-after"
holds "the terminal's modes are as they were" sh -c 'sed "s/rows.*columns [0-9]*;//" "$1/modes" >"$1/a"
    sed "s/rows.*columns [0-9]*;//" "$1/modes-after" | cmp - "$1/a"' sh "$dir"
"$drive" "$s" end >"$dir/ignored"
events "$dir/tty" >"$dir/events"
bytes input "$dir/tty" >"$dir/input"
holds "the new size is recorded" has "resize 100x30" "$dir/events"
holds "keys are recorded" has 'echo $((40 + 2))' "$dir/input"
holds "the password is a count" has "input-hidden 11" "$dir/events"
holds "and not in the recorded keys" no has "open sesame" "$dir/input"

# ---- ways out
"$drive" start "$s" 80x24 sh -c 'stty -a >"$2/modes"; "$0" record -q -r "$1" -o "$2/left" -- sh -c "echo up; exec sleep 1000"
    stty -a >"$2/modes-left"; echo after; exec cat' "$postern" "$me" "$dir"
"$drive" "$s" wait up
kill -TERM "$(child "$("$drive" "$s" pid)" postern)"
holds "a terminated recorder gives the terminal back" "$drive" "$s" wait after
until_true test -s "$dir/modes-left"
holds "as it was" cmp "$dir/modes" "$dir/modes-left"
"$drive" "$s" end >"$dir/ignored"
events "$dir/left" >"$dir/events"
holds "the recording says that the client went" has "client gone" "$dir/events"
holds "and that the command was ended" has "killed 1" "$dir/events"
tap_end
