#!/bin/sh
# SPDX-License-Identifier: ISC
# Secrets in a recorded session, however they come: they are in no recording, in no tail and on no screen.
. "$TOP_SRCDIR/tests/e2e/record.sh"

# In two halves, so that this script does not print what it looks for.
token=ghp_0123456789abcdef
token=${token}ABCDEF0123456789wxyz
stars='****************************************'
export token
out() { bytes output "$1"; }
# plain FILE: what is recorded of it without escape sequences
plain() { out "$1" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' | tr -d '\r'; }
# neither NAME: the token is neither in what was shown nor in what was recorded, and something is covered
neither() {
	out "$dir/$1" >"$dir/$1.out"
	for neither_file in "$dir/$1.shown" "$dir/$1.out"; do
		sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' "$neither_file" | tr -d '\r\n' >"$dir/plain"
		if has "$token" "$neither_file" || has "$token" "$dir/plain" || no has '****' "$dir/plain"; then return 1; fi
	done
}
# show NAME SCRIPT: recorded, without a terminal of its own
show() { record "$dir/$1" -- sh -c "$2" >"$dir/$1.shown" </dev/null; }

show whole 'echo "the key is $token, they say"'
holds "a token that is printed whole is covered" neither whole
holds "with its columns" says "the key is $stars, they say" plain "$dir/whole"
show bytes 'echo "$token" | fold -w1 | while read -r c; do printf %s "$c"; done; echo'
holds "one that comes a byte at a time too" neither bytes
show colours 'printf "x \033[31mghp_\033[32m%s\033[0m y\n" "${token#ghp_}"'
holds "a coloured one" neither colours
holds "with its colours" grep -q '\[31m\*\*\*\*.*\[32m\*\*\*\*' "$dir/colours.out"
show wrapped 'printf "%060d %s end\n" 0 "$token"'
holds "one that is wrapped at the edge of the screen" neither wrapped
show over 'printf "%s\rnothing here               \n" "$token"'
holds "one that is printed over" neither over
show title 'printf "\033]0;%s\007done ****\n" "$token"'
holds "one in a title" neither title
show value 'printf "password=hunter2!x done\n"'
holds "a value behind its name" says "password=********* done" plain "$dir/value"

events "$dir/whole" >"$dir/events"
holds "the recording says which rule covered how often" has "masked github-token 1" "$dir/events"
record "$dir/line" -- sh -c 'echo hello' "$token" >/dev/null
"$postern" export --as asciicast -i "$dir/identity" "$dir/line" >"$dir/cast"
holds "the recorded command line is covered" no has "$token" "$dir/cast"
record "$dir/unmasked" --no-mask -- sh -c 'echo "$token"' >"$dir/unmasked.shown"
holds "without masking it is recorded" says "$token" plain "$dir/unmasked"
holds "and shown" has "$token" "$dir/unmasked.shown"
cat >"$dir/site.yaml" <<'YAML'
rules:
  - rule: ticket
    about: our tickets
    source: ours
    literals: [TCK-]
    prefix: TCK-
    pattern: TCK-[0-9]{6}
    examples: [TCK-123456]
    counter: [TCK-x]
YAML
record "$dir/site" --rules "$dir/site.yaml" -- sh -c 'echo "TCK-123456 $token"' >/dev/null
holds "rules of one's own take the place of ours" says "********** $token" plain "$dir/site"

# ---- SIGKILL of the recorder while half of a secret stands there: undecided for as long as something still comes
"$postern" record -q -r "$me" -o "$dir/killed" -- sh -c 'echo before; printf "contact anna.berg@exam"; printf x >"$0"; while printf "\033[m"; do sleep 0.2; done' "$dir/printed" \
    >"$dir/killed.shown" 2>/dev/null </dev/null &
client=$!
until_true has anna "$dir/killed.shown"
kill -9 "$(child "$client" postern-worker)"
wait "$client"
out "$dir/killed" >"$dir/killed.out" 2>/dev/null
holds "what was undecided when the recorder was killed was shown" has anna.berg "$dir/killed.shown"
holds "but is not in the recording" no has anna "$dir/killed.out"
holds "it is there, covered" says "before
**********************" plain "$dir/killed"
"$postern" export --as raw -i "$dir/identity" "$dir/killed" >/dev/null 2>"$dir/stderr"
holds "the export says how many characters that are" has "22 characters" "$dir/stderr"

# ---- a person at a terminal
s=$dir/socket
"$drive" start "$s" 80x24 sh -c 'echo one; echo two; "$0" record -q -r "$1" -o "$2/tty" -- sh; exec cat' "$postern" "$me" "$dir"
"$drive" "$s" wait two
until_true test -s "$dir/tty"
"$drive" "$s" type 'echo from "$token"; echo all "done"\r'
"$drive" "$s" wait "all done"
holds "on a terminal it is not seen" no "$drive" "$s" has "$token"
holds "but covered" "$drive" "$s" has "from $stars"
"$drive" "$s" type "printf 'write to anna.berg@exam'; until [ -e $dir/go ]; do printf '\\\\033[m'; sleep 0.1; done; printf 'ple.org now\\\\n'\\r"
until_true sh -c '"$0" "$1" dump | grep -q "^write to anna"' "$drive" "$s"
: >"$dir/go"
holds "what was seen for a moment is painted over in its place" "$drive" "$s" wait "write to ********************* now"
holds "and what stood there before is untouched" "$drive" "$s" has "two"
"$drive" "$s" type 'exit\r'
until_true sh -c '! test -s "$0"' "$dir/tty.tail"
"$drive" "$s" end >"$dir/ignored"
out "$dir/tty" >"$dir/tty.out"
holds "nor is it in the recording" no has "$token" "$dir/tty.out"
holds "in which the moment is counted" sh -c '"$0" events "$1/identity" "$1/tty" | grep -q "characters stood on the screen"' "$recording" "$dir"
tap_end
