#!/bin/sh
# SPDX-License-Identifier: ISC
# A full disk (a small tmpfs): nothing is shown that is not recorded, it goes on when there is space, and ends if not.
. "$TOP_SRCDIR/tests/e2e/record.sh"

mkdir "$dir/disk"
if ! mount -t tmpfs -o size=1m none "$dir/disk" 2>/dev/null; then
	skip "a full disk holds the session" "only root can mount a small tmpfs"
	tap_end
fi
trap 'umount -l "$dir/disk"; rm -rf "$dir"' EXIT
size() { wc -c <"$1"; }
is_still() { still=$(size "$1"); sleep 1; [ "$(size "$1")" = "$still" ]; }

head -c 500000 /dev/zero >"$dir/disk/ballast"
"$postern" record -q -r "$me" -o "$dir/disk/rec" -- sh -c 'stty raw; tr -dc "g-z\n" </dev/urandom | head -c 3000000 | tee "$0"; echo; echo the end' "$dir/made" \
    >"$dir/shown" 2>"$dir/said" <&8 &
client=$!
holds "the engineer is told" until_true has "cannot be written" "$dir/said"
holds "output stops" until_true is_still "$dir/shown"
cp "$dir/disk/rec" "$dir/copy"
cp "$dir/disk/rec.tail" "$dir/copy.tail"
bytes output "$dir/copy" >"$dir/recorded"
holds "what was shown is recorded" covers "$dir/shown" "$dir/recorded"
holds "there is something of it" test "$(size "$dir/shown")" -gt 10000
mount -o remount,size=8m "$dir/disk"
holds "it goes on when there is space" until_true has "the end" "$dir/shown"
wait "$client"
holds "and ends well" test "$?" -eq 0
bytes output "$dir/disk/rec" >"$dir/recorded"
holds "nothing is missing in the recording" cmp "$dir/shown" "$dir/recorded"
holds "nor on the screen" cmp -n 3000000 "$dir/shown" "$dir/made"
events "$dir/disk/rec" >"$dir/events"
holds "the recording says that it was held" has "disk-full" "$dir/events"
tap_end
