#!/bin/sh
# SPDX-License-Identifier: ISC
# The catalogue is locked, moved away or overwritten, while the gate runs and at its start.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin store
db=$root/state/catalogue.db
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }

lock() {
	mkfifo "$root.hold"
	"$TOP_BUILDDIR/tests/e2e/days_lock" "$db" <"$root.hold" >"$root.locked" &
	locker=$!
	days_mine="$days_mine $locker"
	exec 9>"$root.hold"
	rm "$root.hold"
	within $days_limit grep -q locked "$root.locked"
}
unlock() { exec 9>&-; wait "$locker"; }
asks() { p engineer request shell --reason "INC-2" >"$root.id" 2>"$root.why"; }
refused() {	# WORDS COMMAND...: fails before long, with these words
	days_words=$1 days_verb=$2
	shift 2
	if timeout $days_limit "$bin/postern" "$days_verb" --root "$root" "$@" >"$root.why" 2>&1; then return 1; fi
	[ $? -ne 124 ] && grep -q "$days_words" "$root.why"
}
stop() { kill -TERM "$posternd"; wait "$posternd"; }
types() { "$drive" "$pty" type "echo a\$((40+$1))b\\r" && "$drive" "$pty" wait "a$((40 + $1))b"; }

days_grant shell 2h
enter_pty one shell || fail "a session starts"
one=$session
waiting=$(p engineer request shell --reason "INC-3")

lock
holds "while the catalogue is locked a request gets a sentence" refused "locked by another process" request shell --reason x --as engineer
holds "and a grant" refused "locked by another process" grant "$waiting" --as approver
holds "and an entry" refused "locked by another process" enter shell --as engineer -- true
holds "the running session goes on" types 1
unlock
holds "unlocked, requests work again" within $days_limit asks
holds "and grants" p approver grant "$waiting"

stop
lock
"$bin/posternd" --root "$root" --trial >>"$root.log" 2>&1 9>&- &
posternd=$!
days_mine="$days_mine $posternd"
holds "locked at the start, the gate answers nevertheless" within $days_limit days_answers
holds "but grants nothing" refused "locked by another process" request shell --reason x --as engineer
unlock
holds "and works when it is unlocked" within $days_limit asks
holds "it has found the running session again" within $days_limit row_is "$one" state running

waiting=$(p engineer request shell --reason "INC-4")
mkdir "$root/away"
mv "$db"* "$root/away"
holds "while the catalogue is away a request gets a sentence" refused "the catalogue is missing" request shell --reason x --as engineer
holds "and a grant" refused "the catalogue is missing" grant "$waiting" --as approver
holds "no new catalogue is made in its place" [ ! -e "$db" ]
holds "the running session goes on" types 2
"$drive" "$pty" type 'exit 3\r' >/dev/null
"$drive" "$pty" status >/dev/null
mv "$root/away"/* "$root/state"
holds "when it is back, requests work again" within $days_limit asks
holds "and the request that waited can be granted" p approver grant "$waiting"
holds "the end of a session meanwhile is taken from its worker" within $days_limit row_is "$one" why exited
holds "with its exit status" row_is "$one" exit_status 3

noise() {
	cp -p "$db" "$root/good.db"
	dd if=/dev/urandom of="$db" bs=4096 count=$(($(stat -c %s "$db") / 4096)) conv=notrunc 2>/dev/null
}
mend() { cat "$root/good.db" >"$db"; }
noise
holds "noise in the catalogue is noticed" refused "the catalogue is damaged" request shell --reason x --as engineer
holds "nobody enters on it" refused "the catalogue is damaged" enter shell --as engineer -- true
holds "the gate has not died" journal "the catalogue below"
mend
holds "mended, requests work again" within $days_limit asks

stop
noise
"$bin/posternd" --root "$root" --trial >>"$root.log" 2>&1 9>&- &
posternd=$!
days_mine="$days_mine $posternd"
holds "noise at the start: the gate answers nevertheless" within $days_limit days_answers
holds "and says what is wrong" refused "the catalogue is damaged" request shell --reason x --as engineer
mend
holds "and works when it is mended, without a restart" within $days_limit asks
holds "the end of before is still known" row_is "$one" exit_status 3
nothing "no process of ours died of a signal" "$(grep 'was killed by signal' "$root.log")"
tap_end
