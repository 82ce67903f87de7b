#!/bin/sh
# SPDX-License-Identifier: ISC
# ls, show, export and play with a gate: a private one, and through something that looks like ssh.
. "$TOP_SRCDIR/tests/tap.sh"
postern=$TOP_BUILDDIR/recorder/postern
drive=$TOP_BUILDDIR/tests/term/drive
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
gate=
stop() { if [ -n "$gate" ]; then kill "$gate"; wait "$gate"; fi 2>/dev/null; gate=; }
trap 'stop; rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export HOME="$dir" TZ=UTC LC_ALL=C.UTF-8
unset POSTERN_ROOT POSTERN_LOGIN
root=$dir/root

start() {
	"$TOP_BUILDDIR/recorder/posternd" --trial --root "$root" 2>>journal &
	gate=$!
	for _ in $(seq 600); do
		"$postern" roles --root "$root" --as engineer >/dev/null 2>&1 && return
		sleep 0.1
	done
}
is() {
	words=$1
	shift
	if "$@" >out 2>&1; then pass "$words"; else
		sed 's/^/# /' out
		fail "$words"
	fi
}
status() { # status NUMBER COMMAND...
	want=$1
	shift
	"$@" >said 2>&1 </dev/null
	got=$?
	[ "$got" -eq "$want" ] || { cat said; echo "exit status $got instead of $want"; return 1; }
}
says() { grep -qE -- "$1" said || { cat said; return 1; }; }
silent() { ! says "$1" >/dev/null; }
as() { person=$1 verb=$2; shift 2; "$postern" "$verb" --root "$root" --as "$person" "$@"; }
session() { # session REASON COMMAND: prints its id
	id=$(as engineer request shell --reason "$1") && as approver grant "$id" >/dev/null &&
		as engineer enter shell -- "$2" >/dev/null 2>&1 </dev/null
	as auditor ls --json | head -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'
}

start
is "with nothing there, ls says so" status 0 as auditor ls
is "in words" says "no such recording"
first=$(session "INC-1 first" 'echo out; echo err >&2; echo "$TERM"')
second=$(session "INC-2 second" 'head -c 300000 /dev/zero | tr "\0" x')
is "ls lists them" status 0 as auditor ls
is "the first" says "${first%????????????????????????} .* engineer .* shell .* INC-1 first"
is "and the second" says "INC-2 second"
is "a person may be chosen" status 0 as auditor ls --person nobody
is "who has none" silent "INC-"
is "a length of time ago too" status 0 as auditor ls --since 1h
is "where both are" says "INC-1"
is "and before which there was none" status 0 as auditor ls --until 1h
is "really none" silent "INC-"
is "what is no moment is refused" status 2 as auditor ls --since soon
is "others may not look" status 3 as engineer ls
is "nor open" status 3 as engineer export --as raw "$first"

is "show tells the story" status 0 as auditor show "$first"
is "who" says "^Who +engineer as shell on "
is "why" says "^Why +INC-1 first"
is "by whom" says "^Granted by approver"
is "how it ended" says "^Ended .*: exited"
is "how long it is kept" says "^Kept +until .*under class standard"
is "what was asked" says "requested +engineer .* asks for shell"
is "what was granted" says "granted +approver granted shell to engineer"
is "and not what is for machines" silent "segment"
is "an id is enough by its beginning" status 0 as auditor show "$(echo "$first" | cut -c1-8)"
is "what is nothing is not found" status 6 as auditor show 0000000000

as auditor export --reason "a look at it" --as raw "$second" >raw
head -c 300000 /dev/zero | tr '\0' x >want
is "a recording comes through the gate byte by byte" cmp want raw
is "by the format and the person" status 0 as auditor export --reason "a look at it" --as text "$first"
is "with both outputs" says "^err$"
is "opening is in the log" sh -c "'$postern' show --root '$root' --as auditor '$first' | grep -A1 'auditor opened the recording of engineer as shell' | grep -q 'export as text'"

# Something that looks like ssh: the words behind the host are run here.
mkdir bin
printf '#!/bin/sh\necho "$@" >>%s/calls\nexec %s stdio --root %s\n' "$dir" "$postern" "$root" >bin/ssh
chmod 755 bin/ssh
cp "$root/auditor.key" mine
far() { verb=$1; shift; env PATH="$dir/bin:$PATH" "$postern" "$verb" --as auditor -H bastion "$@"; }
is "-H asks another machine" status 0 far ls
is "for the same" says "INC-2 second"
far export --reason "a look at it" -i mine --as raw -o far "$second" 2>said
is "the ciphertext comes through ssh" cmp want far
is "which was called in no other way" test "$(sort -u calls)" = "-T bastion postern stdio"
is "without a key nothing is opened" status 8 far export --reason "a look at it" --as raw "$second"
is "a host is never an option" status 2 "$postern" ls -H -oProxyCommand=x

# Live, from the other side.
id=$(as engineer request shell --reason "INC-3 live") && as approver grant "$id" >/dev/null
"$drive" start "$dir/e" 80x24 "$postern" enter --root "$root" --as engineer shell
"$drive" "$dir/e" wait '~$'
live=$(as auditor ls --json | head -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
"$drive" start "$dir/p" 100x30 env PATH="$dir/bin:$PATH" "$postern" play --reason "a look at it" --as auditor -H bastion -i mine "$live"
is "a running session is followed through ssh" "$drive" "$dir/p" wait "live"
"$drive" "$dir/e" type 'echo 4$((1+1))\r'
is "what is shown there is shown here" "$drive" "$dir/p" wait "42"
"$drive" "$dir/e" type 'exit\r'
is "to its end" "$drive" "$dir/p" wait " end "
"$drive" "$dir/p" type q
is "and the player has nothing to complain of" test "$("$drive" "$dir/p" status)" = 0
"$drive" "$dir/p" end >/dev/null
"$drive" "$dir/e" end >/dev/null


# The gate goes away under the player.
"$drive" start "$dir/q" 100x30 "$postern" play --reason "a look at it" --root "$root" --as auditor "$second"
"$drive" "$dir/q" wait " end "
stop
"$drive" "$dir/q" type 'g'
is "what was fetched is there without the gate" "$drive" "$dir/q" wait "0:00 / "
"$drive" "$dir/q" type q
is "and the player ends" sh -c "'$drive' '$dir/q' status >/dev/null"
"$drive" "$dir/q" end >/dev/null

# The window lapses.
sed -i 's/recording: 90d/recording: 1s/' "$root/etc/policy.yaml"
start
for _ in $(seq 600); do
	as auditor retention run --confirm >/dev/null 2>&1
	as auditor ls --json | grep -q '"state":"expired"' && break
	sleep 0.2
done
is "what has lapsed is not opened" status 4 as auditor export --reason "a look at it" --as raw "$first"
is "its class and its date are said" says "its retention window lapsed on 20.* under class standard"
is "its story is still told" status 0 as auditor show "$first"
is "with its end" says "^Kept +no more: its retention window lapsed on "
tap_end
