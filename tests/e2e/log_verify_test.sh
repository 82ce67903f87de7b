#!/bin/sh
# SPDX-License-Identifier: ISC
# A gate signs its log, and `postern verify` tells the honest one from one that was put back, cut or edited.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin verify
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }

verify() {
	"$bin/postern" verify "$@" >"$root.said" 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] || sed "s/^/# status $status: /" "$root.said"
	[ "$status" -eq "$wanted" ]
}
no() { ! "$@"; }
says() { grep -q -- "$1" "$root.said"; }
stop() {
	kill "$posternd"
	wait "$posternd"
}
# A copy of the state as it is now, for spoiling.
copy() {
	rm -rf "$root.copy"
	cp -r "$root/state" "$root.copy"
}
# Where the Nth entry stands in the copy's catalogue (an entry begins with AE01 and its number).
entry_at() {
	LC_ALL=C grep -abo "AE01" "$root.copy/catalogue.db" | cut -d: -f1 | while read -r at; do
		number=$(tail -c +$((at + 5)) "$root.copy/catalogue.db" | head -c 8 | od -An -tx1 | tr -d ' \n')
		if [ "$number" = "$(printf %016x "$1")" ]; then echo "$at"; fi
	done | head -n 1
}
spoil() { printf '\252' | dd of="$root.copy/catalogue.db" bs=1 seek="$(($(entry_at "$1") + $2))" conv=notrunc 2>/dev/null; }

p engineer request shell --reason "first" >/dev/null
wanted=0
holds "a running gate's log is fine" within $days_limit verify --root "$root" --save "$root.early"
holds "and says that the key beside it was only believed" says 'believed'
holds "the gate's key and its epochs are closed to others" test "$(stat -c %a "$root/state/log.key" "$root/state/epochs" | sort -u)" = 600
holds "the head is a signed note" grep -q '^— .*/postern/e[0-9]* ' "$root.early"
copy
mv "$root.copy" "$root.old"
for i in 1 2 3; do p engineer request shell --reason "again $i" >/dev/null; done
stop
holds "a gate that stops leaves nothing unsigned" verify --root "$root" --save "$root.late" --key "$root/state/log.pub"
holds "up to the last entry" sh -c "grep -q 'Fine up to entry \\([0-9]*\\) of \\1\\.' '$root.said'"
holds "and its last head is new" no says STALE
echo 600 >"$root.shift"
export ASAN_OPTIONS="verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"	# the clock is loaded before its runtime
later() { timeout 60 env LD_PRELOAD="$TOP_BUILDDIR/tests/e2e/days_clock.so" DAYS_CLOCK="$root.shift" "$bin/postern" verify --root "$root" "$@" >"$root.said" 2>&1; }
holds "ten minutes later it is fine still" later
holds "but its last head is told to be stale" says 'STALE: the last head is 1[0-9] min .*old'
later --json
holds "also in an object" says '"stale":true'
rm -f "$root.shift"
holds "the log has grown from the head that was kept before" verify --root "$root" --pin "$root.early" --pin "$root.late"
holds "both pins were checked" says '2 pinned heads'

wanted=23
holds "a log put back to an earlier state is rolled back" verify "$root.old" --pin "$root.late"
wanted=0
holds "which only the pin tells" verify "$root.old"
days_start --trial && p engineer request shell --reason "after the start" >/dev/null
stop
holds "a start changes the key in a way that verifies" verify --root "$root" --pin "$root.late"

copy
spoil 3 21
wanted=20
holds "an entry that was altered on the disk is edited" verify "$root.copy"
copy
spoil 3 79
holds "as is one whose text is another one" verify "$root.copy"
copy
sed 's/^\([^+]*\)+.*/\1+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k/' "$root/state/log.pub" >"$root.copy/log.pub"
wanted=8
holds "a key whose id is another one's is no key" verify "$root.copy"
echo 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k' >"$root.copy/log.pub"
wanted=25
holds "a log that another key signed is told by its key" verify "$root.copy"

sed '2s/^/1/' "$root.late" >"$root.forged"
wanted=25
holds "a pin that nobody signed pins nothing" verify --root "$root" --pin "$root.forged"
wanted=0
holds "the same as an object" verify --root "$root" --json
holds "with its verdict" says '"verdict":"fine"'
rm -rf "$root.copy" "$root.old" "$root.said" "$root.early" "$root.late" "$root.forged"
tap_end
