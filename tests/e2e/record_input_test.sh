#!/bin/sh
# SPDX-License-Identifier: ISC
# What is recorded of what was typed, in real programs on a real terminal: what they echo; never what they do not.
. "$TOP_SRCDIR/tests/e2e/record.sh"

s=$dir/socket
there() { command -v "$1" >/dev/null 2>&1; }
type() { "$drive" "$s" type "$1"; }
shows() { "$drive" "$s" wait "$1"; }
# begin NAME COMMAND...: it is recorded, on a terminal of its own
begin() {
	name=$1
	shift
	rm -f "$s"
	"$drive" start "$s" 80x24 env -u BASH_ENV -u ENV PS1='$ ' HOME="$dir" HISTFILE= TERM=xterm-256color "$postern" record -q -r "$me" -o "$dir/$name" -- "$@"
}
# finish: it has ended; its input and events are looked at
finish() {
	"$drive" "$s" status >"$dir/ignored"
	"$drive" "$s" end >"$dir/ignored"
	bytes input "$dir/$name" | tr '\r' '\n' >"$dir/$name.input"
	events "$dir/$name" >"$dir/$name.events"
	bytes output "$dir/$name" >"$dir/$name.output"
	sed 's/^/# /' "$dir/$name.input" | tr -c '[:print:]\n' '?'
}
typed() { grep -qxF -e "$1" "$dir/$name.input"; }	# a whole line of it
counted() { grep -qx "input-hidden $1" "$dir/$name.events"; }
# secret WORD: it is in nothing that can be read out of the recording, and half of it not in what was typed
secret() {
	no grep -qF -e "$1" "$dir/$name.input" "$dir/$name.events" "$dir/$name.output" && no grep -qF -e "${1%?????}" "$dir/$name.input"
}

# ---- a shell that echoes by itself, and what it starts
if there bash; then
	begin bash bash --norc --noprofile
	shows '$'
	type "PS1='rea''dy> '\\r"
	shows 'ready>'
	type 'echo $((40 + 2))\r'
	shows 42
	type 'ecoh\x7f\x7fho cor""rected\r'
	shows corrected
	type 'read -s -p "Secret: " x; echo; echo "${#x} letters"\r'
	shows 'Secret:'
	type 'opensesame12\r'
	shows '12 letters'
	type 'stty -echo; echo si""lent\r'
	shows silent
	type 'echo not shown: $((7 * 7))\r'
	shows 'not shown: 49'
	type 'stty echo; echo au""dible\r'
	shows audible
	type 'export TOKEN=ghp_0123456789abcdefABCDEF0123456789wxyz; echo ex""ported\r'
	shows exported
	type 'exit\r'
	finish
	holds "a shell's lines are recorded as they were typed" typed 'echo $((40 + 2))'
	holds "with their corrections" typed "$(printf 'ecoh\177\177ho cor""rected')"
	holds "the line behind a secret too" typed 'exit'
	holds "what read -s takes is a number" counted 12
	holds "and nothing of it is in the recording" secret opensesame12
	holds "under stty -echo a command is counted" counted 26
	holds "a line that turns the echo off is recorded if the shell shows it" typed 'stty -echo; echo si""lent'
	holds "a token that is typed is covered" typed 'export TOKEN=****************************************; echo ex""ported'
	holds "and in no event" no has 0123456789abcdef "$dir/bash.events"
else
	skip "a shell's lines are recorded" "bash is not installed"
fi

# ---- a shell that leaves the echo to the terminal
begin sh sh
shows '$'
type 'echo $((40 + 2))\r'
shows 42
type 'stty -echo; echo si""lent\r'
shows silent
type 'echo hid""den command\r'
shows 'hidden command'
type 'stty echo; echo au""dible\r'
shows audible
type 'cat >/dev/null\r-----BEGIN PRIVATE KEY-----\rMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\r-----END PRIVATE KEY-----\r^D'
type 'echo behind""it; exit\r'
finish
holds "what the terminal echoes is recorded" typed 'echo $((40 + 2))'
holds "commands under stty -echo are not, but counted" counted 21
holds "and their output is there" has 'hidden command' "$dir/sh.output"
holds "the line that turns the echo on again is hidden as well" no typed 'stty echo; echo au""dible'
holds "a private key that is pasted is covered" secret MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj
holds "and what follows it is not" has 'echo behind""it; exit' "$dir/sh.input"

# ---- prompts of real programs
if there python3; then
	begin getpass python3 -c 'import getpass
x = getpass.getpass("Pass: ")
y = input("Name: ")
print(len(x), y)'
	shows 'Pass:'
	type 'wednesday7\r'
	shows 'Name:'
	type 'anna karenina\r'
	finish
	holds "getpass of Python is hidden" secret wednesday7
	holds "and counted" counted 10
	holds "a question behind it is not" typed 'anna karenina'
else
	skip "getpass of Python is hidden" "python3 is not installed"
fi
if there su && [ "$(id -u)" -eq 0 ]; then
	begin su su nobody -s /bin/sh -c 'su daemon -s /bin/sh'
	shows 'assword:'
	type 'thursday-9-rain\r'
	finish
	holds "su asks in the same way" secret thursday-9-rain
else
	skip "su asks in the same way" "needs root and su"
fi

# ---- behind a relay, where the terminal is raw: as in ssh, which has a test of its own
if there script && there bash; then
	begin relay script -q -c 'exec bash --norc --noprofile' /dev/null
	shows 'bash'
	type "PS1='fa''r> '\\r"
	shows 'far>'
	type 'echo far $((40 + 2))\r'
	shows 'far 42'
	type 'read -s -p "Far secret: " x; echo; echo "${#x} letters"\r'
	shows 'Far secret:'
	type 'wintermute99\r'
	shows '12 letters'
	type "(until [ -e '$dir/go' ]; do sleep 0.1; done; printf wint; sleep 0.2; printf ermu) & read -s -p \"Once more: \" x; echo; echo \"\${#x} signs\"\\r"
	shows 'Once more: '
	: >"$dir/go"
	shows 'Once more: wintermu'
	type 'wintermute99\r'
	shows '12 signs'
	type 'echo done; exit\r'
	finish
	holds "commands behind a relay are recorded" typed 'echo far $((40 + 2))'
	holds "a secret there is not" secret wintermute99
	holds "it is counted" counted 12
	holds "what follows is recorded" typed 'echo done; exit'
else
	skip "commands behind a relay are recorded" "script or bash is not installed"
fi

# ---- programs with the whole screen
if there vi; then
	begin vi vi -u NONE -n -c 'set showmode' "$dir/text"
	shows '~'
	type i
	shows 'INSERT'
	type 'hello there\e'
	shows 'hello there'
	type 'yypx'
	shows 'ello there'
	type ':wq\r'
	finish
	holds "text typed into an editor is recorded" has 'hello there' "$dir/vi.input"
	holds "its commands are not" no has 'yypx' "$dir/vi.input"
	holds "but counted" grep -q '^input-hidden' "$dir/vi.events"
	holds "the program got all of them" says 'hello there
ello there' cat "$dir/text"
else
	skip "text typed into an editor is recorded" "vi is not installed"
fi

# ---- from a pipe
printf 'one line\npassword=hunter2!x\nanother\n' | record "$dir/piped" -- sh -c 'cat >"$0"' "$dir/got" >"$dir/ignored"
bytes input "$dir/piped" >"$dir/input"
holds "piped input reaches the command as it is" has 'password=hunter2!x' "$dir/got"
holds "and is recorded with its values covered" says 'one line
password=*********
another' cat "$dir/input"

# ---- SIGKILL of the recorder
begin killed sh
shows '$'
type 'echo begun'
shows 'echo begun'
kill -9 "$(child "$("$drive" "$s" pid)" postern-worker)"
"$drive" "$s" end >"$dir/ignored"
events "$dir/killed" >"$dir/events" 2>/dev/null
holds "what was not entered when the recorder was killed is a number of stars" grep -qxF 'input **********' "$dir/events"
tap_end
