#!/bin/sh
# SPDX-License-Identifier: ISC
# Strangers on the sockets: garbage, halves, floods, slow readers, messages out of turn. Others are unharmed.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin peers
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
gate=$root/run/gate.sock
first=$(child gate)
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$(child gate)/status"; }
types() { "$drive" "$pty" type "echo a\$((40+$1))b\\r" && "$drive" "$pty" wait "a$((40 + $1))b"; }

days_grant shell 2h
enter_pty one shell || fail "a session starts"

holds "each beginning of a valid hello is closed" "$peer" prefixes "$gate" engineer
holds "garbage and impossible lengths are closed" "$peer" garbage "$gate" engineer
holds "the journal says so" journal "closed: the message's length is out of bounds"
holds "a second hello is closed" "$peer" twice "$gate" engineer
holds "every kind of message out of turn is answered or refused" "$peer" kinds "$gate" engineer
holds "a reader that does not read is dropped" "$peer" slow "$gate" engineer
holds "the journal says that too" journal "it does not read its answers"
holds "who says more after enter is closed" "$peer" chatty "$gate" engineer ""
holds "the journal knows why" journal "it did not keep silent after enter"

# 10,000 connections of one uid; another uid works on meanwhile.
"$peer" flood "$gate" 10000 </dev/null >"$root.flood"
read -r held away <"$root.flood"
holds "of 10,000 connections of one uid at most 64 are held" [ "$held" -gt 0 ]
holds "and no more" [ "$held" -le 64 ]
echo "# $held held, $away turned away"
holds "the journal does not grow with them" [ "$(grep -c 'too many connections' "$root.log")" -lt 50 ]
holds "the session noticed nothing" types 1
mkfifo "$root.hold"
if [ "$as_root" = yes ]; then
	# The trial's own uid fills its 64; root is the other one.
	setpriv --reuid nobody --regid nogroup --clear-groups "$peer" flood "$gate" 500 <"$root.hold" >"$root.flood" &
	days_mine="$days_mine $!"
	exec 9>"$root.hold"
	within $days_limit [ -s "$root.flood" ]
	holds "while one uid floods, another one asks" p engineer request shell --reason "INC-5"
	exec 9>&-
	wait $!
else
	skip "while one uid floods, another one asks" "needs root for a second uid"
fi

# The worker's own sockets.
holds "garbage on the worker's socket for the gate is closed" "$peer" poke "$root/run/w/$session"
holds "the journal says so too" journal "a connection that is not the gate's is closed"
holds "the session goes on" types 2
holds "garbage on session.sock is closed" "$peer" poke "$root/run/s/$session/session.sock"
holds "the session goes on after that too" types 3
holds "and can still be revoked" p approver revoke "$session"
holds "which ends it" "$drive" "$pty" wait "revoked by approver"

# From inside a session the gate cannot be reached; without namespaces (in a chroot, say) nothing holds a session back, and
# it is said not to be enforced.
days_grant shell 2h
space=$(p engineer enter shell -- readlink /proc/self/ns/pid)
days_grant shell 2h
inside=$(p engineer enter shell -- "\"$bin/postern\" requests --root $root --as approver; \"$bin/postern\" requests --root /proc/self/root$root --as approver" 2>&1)
case $inside in
*"does not run here"* | *"from inside a session"*) pass "the gate's socket is not there inside a session" ;;
*)
	if [ "${space##*pid:}" = "$(readlink /proc/self/ns/pid | sed 's/.*pid://')" ]; then
		skip "the gate's socket is not there inside a session" "no namespaces here"
	else
		echo "# $inside"
		fail "the gate's socket is not there inside a session"
	fi ;;
esac
if [ "$as_root" = yes ] && unshare --pid --fork true 2>/dev/null; then
	nested=$(unshare --pid --fork "$bin/postern" requests --root "$root" --as approver 2>&1)
	case $nested in
	*"from inside a session"*) pass "a peer in a nested pid namespace is refused" ;;
	*) echo "# $nested"; fail "a peer in a nested pid namespace is refused" ;;
	esac
else
	skip "a peer in a nested pid namespace is refused" "needs root and pid namespaces"
fi

# Memory: the first requests warm everything up (SQLite keeps up to 2 MiB of pages), a thousand more must not cost more.
"$peer" many "$gate" engineer 2500
before=$(memory)
holds "a thousand more requests are made and taken back" "$peer" many "$gate" engineer 1000
after=$(memory)
echo "# $before KiB before, $after KiB after"
more=256
grep -qs '^#define POSTERN_SANITIZERS 1' "$TOP_BUILDDIR/config.h" && more=32768	# a sanitizer keeps what was freed
holds "the gate's memory does not grow with requests" [ "$after" -le $((before + more)) ]

holds "through all this it was one and the same gate" [ "$(child gate)" = "$first" ]

# No descriptor is left: the listener rests, the gate does not spin, and then all is well.
kill -TERM "$posternd"
wait "$posternd"
( ulimit -n 48 && exec "$bin/posternd" --root "$root" --trial >>"$root.log" 2>&1 ) &
posternd=$!
days_mine="$days_mine $posternd"
within $days_limit days_answers
"$peer" flood "$gate" 60 <"$root.hold" >"$root.flood" &
days_mine="$days_mine $!"
exec 9>"$root.hold"
holds "without descriptors the gate says so" within $days_limit journal "no descriptor is left"
exec 9>&-
wait $!
holds "and goes on when there are some" within $days_limit days_answers
tap_end
