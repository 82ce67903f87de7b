#!/bin/sh
# SPDX-License-Identifier: ISC
# A page of a gate's catalogue is overwritten: `postern verify` and the gate say so and what to do, and grant nothing wrongly.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin damage
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
trials=200
seed=${POSTERN_SEED:-20261123}
echo "# seed $seed"

for i in 1 2 3 4 5 6 7 8; do
	id=$(p engineer request shell --reason "a reason that is long enough to take some room on its page: $i")
	case $((i % 3)) in
	0) p approver grant "$id" ;;
	1) p approver deny "$id" --reason "not today" ;;
	esac
done >/dev/null 2>&1
kill "$posternd"
wait "$posternd"
texts() { timeout 60 "$bin/postern" log export --state "$1" 2>/dev/null; }
texts "$root/state" >"$root.export"
gzip -c "$bin/postern" >"$root.noise"
pages=$(($(stat -c %s "$root/state/catalogue.db") / 4096))
noises=$(($(stat -c %s "$root.noise") / 4096))
awk -v seed="$seed" -v n="$trials" -v pages="$pages" -v noises="$noises" \
	'BEGIN { srand(seed); for (i = 0; i < n; i++) print int(rand() * pages), int(rand() * noises) }' >"$root.plan"

spoil() { dd if="$root.noise" of="$1/catalogue.db" bs=4096 skip="$3" seek="$2" count=1 conv=notrunc 2>/dev/null; }
# One trial: what it came to, as a word. Without arguments nothing is spoilt.
trial() {
	rm -rf "$root.copy"
	cp -rp "$root/state" "$root.copy"
	[ $# -eq 0 ] || spoil "$root.copy" "$@"
	timeout 60 "$bin/postern" verify "$root.copy" >"$root.said" 2>&1
	case $? in
	0) if texts "$root.copy" | cmp -s - "$root.export"; then echo "harmless"; else echo "MISSED page $*"; fi ;;
	7) if grep -q "restore it from the backup" "$root.said"; then echo "damaged"; else echo "SILENT page $*"; fi ;;
	2[0-5]) if [ -s "$root.said" ]; then echo "told"; else echo "SILENT page $*"; fi ;;
	*) echo "WRONG page $*: $(tail -n 1 "$root.said")" ;;
	esac
}
holds "a copy that nobody touched is fine" test "$(trial)" = harmless
while read -r page noise; do trial "$page" "$noise"; done <"$root.plan" >"$root.words"
sort "$root.words" | sed 's/ .*//' | uniq -c | sed 's/^/# /'
grep '^[A-Z]' "$root.words" | head -n 5 | sed 's/^/# /'
none() { ! grep -q "^$1" "$root.words"; }
holds "$trials pages were overwritten" test "$(wc -l <"$root.words")" -eq "$trials"
holds "most of it is told as damage" test "$(grep -c '^damaged\|^told' "$root.words")" -gt $((trials / 2))
holds "what passes as fine says what it said before" none MISSED
holds "each fault has a sentence that says what to do" none SILENT
holds "nothing crashes, hangs or has a status of its own" none WRONG

# The gate on such a catalogue: the first page, and one in the middle.
gate_on() {
	cp -rp "$root/state" "$root.state"
	spoil "$root/state" "$1" 3
	: >"$root.log"
	days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; return; }
	p engineer request shell --reason "after the damage" >"$root.said" 2>&1
	holds "with page $1 spoilt the gate takes no request" test $? -ne 0
	holds "and says why" grep -q "restore it from the backup" "$root.said"
	p engineer enter shell </dev/null >"$root.said" 2>&1
	holds "nobody enters" test $? -ne 0
	holds "the journal says so too" journal "does not open: .*restore it from the backup"
	kill "$posternd"
	wait "$posternd"
	rm -rf "$root/state"
	mv "$root.state" "$root/state"
}
gate_on 0
gate_on "$(awk -v n="$(grep -n '^damaged' "$root.words" | head -n 1 | cut -d: -f1)" 'NR == n { print $1 }' "$root.plan")"
rm -rf "$root.copy" "$root.said" "$root.export" "$root.noise" "$root.plan" "$root.words"
tap_end
