#!/bin/sh
# SPDX-License-Identifier: ISC
# The log for others' tools: root and proofs are computed anew from tiles and from a proof's text, by a program that
# shares no line with ours.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
command -v python3 >/dev/null || { skip "tiles and proofs, computed anew" "python3 is not here"; tap_end; }
days_begin tiles
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
for i in $(seq 1 130); do
	id=$(p engineer request shell --reason "number $i") && p engineer cancel "$id" >/dev/null
done
kill "$posternd"
wait "$posternd"
outside() { python3 "$TOP_SRCDIR/tests/e2e/log_tiles.py" "$@" >"$root.said" 2>&1 || { sed 's/^/# /' "$root.said"; false; }; }
log() { "$bin/postern" log "$@" --root "$root"; }

holds "tiles are written" log tiles "$root.tiles"
holds "their root is that of the signed head, and entries are what the tiles say" outside tiles "$root.tiles"
log proof 3 >"$root.proof"
holds "a proof leads from the entry to the signed head" outside proof "$root.proof"
log proof 0 --size 40 >"$root.proof"
holds "so does one to an older head" outside proof "$root.proof"
sed 's/^index .*/index 1/' "$root.proof" >"$root.forged"
holds "a proof for another entry does not" sh -c "! python3 $TOP_SRCDIR/tests/e2e/log_tiles.py proof $root.forged 2>/dev/null"
status_is() { wanted=$1; shift; "$@" >/dev/null 2>&1; [ $? -eq "$wanted" ]; }
holds "an entry that is not there has no proof" status_is 6 log proof 100000
holds "a number is asked for" status_is 2 log proof three
log export -o "$root.export"
holds "the export has each entry as its tile has it" outside export "$root.export" "$root.tiles"
holds "and its text" grep -q '"text":".*shell' "$root.export"
cp -r "$root/state" "$root.copy"
rm "$root.copy/slots"
"$bin/postern" log export --state "$root.copy" >"$root.export"
holds "without the key slots entries and heads are exported all the same" outside export "$root.export" "$root.tiles"
holds "with the reason why there is no text" grep -q '"no_text":"' "$root.export"
rm -rf "$root.copy" "$root.tiles" "$root.proof" "$root.forged" "$root.export" "$root.said"
tap_end
