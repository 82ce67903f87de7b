#!/bin/sh
# SPDX-License-Identifier: ISC
# A copy of a log against the gate that keeps it: it goes on there, or it was rolled back, or is another one.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin against
# Something that looks like ssh: the gate of this host, for its auditor.
mkdir -p "$root.bin"
cat >"$root.bin/ssh" <<SH
#!/bin/sh
exec "$bin/postern" stdio --root "$root"
SH
chmod 755 "$root.bin/ssh"
export PATH="$root.bin:$PATH" XDG_STATE_HOME="$root.home"
start() { days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }; }
stop() { kill "$posternd" && wait "$posternd"; }
ask() { p engineer request shell --reason "$1" >/dev/null; }
copy() { rm -rf "$root.$1" && cp -a "$root/state" "$root.$1"; }
against() {	# WANTED COPY
	against_wanted=$1
	"$bin/postern" verify "$root.$2" --against bastion --as auditor >"$root.said" 2>&1
	against_status=$?
	[ "$against_status" -eq "$against_wanted" ] || sed "s/^/# status $against_status: /" "$root.said"
	[ "$against_status" -eq "$against_wanted" ]
}
says() { grep -q -- "$1" "$root.said" || { sed 's/^/# /' "$root.said"; false; }; }

start
ask one
stop
copy early
start
holds "a copy is the beginning of the log there" against 0 early
holds "which has gone on" says 'The log on bastion goes on from here: it has [0-9]* signed entries now'
holds "that it was asked is in that log" journal "auditor reports on .*its newest head"
for n in 1 2 3 4 5 6 7 8 9; do ask "more $n"; done
stop
copy late
start
holds "so is a later one" against 0 late
holds "and the early one still" against 0 early
stop

# Root puts the old state back, and everything looks as it did then.
rm -rf "$root/state"
cp -a "$root.early" "$root/state"
start
holds "the log by itself is fine after that" within $days_limit "$bin/postern" verify --root "$root"
holds "the copy from before tells that it was rolled back" against 23 late
holds "in words" says 'the one there was rolled back'
holds "the older copy cannot know" against 0 early
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13; do ask "other $n"; done
holds "grown again, it is another log" against 24 late
holds "in words" says 'is not this one: something in its first'
stop
rm -rf "$root/state"
start
holds "and a new one has another key" against 24 early
holds "in words" says 'with another key'
stop
holds "without a gate there is no answer" sh -c "! '$bin/postern' verify '$root.early' --against bastion --as auditor >/dev/null 2>&1"
rm -rf "$root.early" "$root.late" "$root.bin" "$root.home" "$root.said"
tap_end
