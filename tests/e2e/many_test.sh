#!/bin/sh
# SPDX-License-Identifier: ISC
# Lists go on behind the gate's longest answer: 1,300 sessions and requests in the catalogue, hundreds of them in one microsecond.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin many
if ! command -v sqlite3 >/dev/null; then
	skip "more than a thousand rows are listed" "sqlite3 is not here"
	tap_end
fi
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
days_grant shell 5m && p engineer enter shell -- true </dev/null >/dev/null 2>&1
kill "$posternd" && wait "$posternd"

# copy TABLE KEY TIMES...: 1,299 copies of its only row, older ones by groups of 700 in the same microsecond.
copy() {
	copy_table=$1 copy_key=$2
	shift 2
	echo "CREATE TEMP TABLE c AS SELECT t.*, n.i AS i_, n.id AS id_ FROM $copy_table t, n; UPDATE c SET $copy_key = id_;"
	for copy_time in "$@"; do echo "UPDATE c SET $copy_time = $copy_time - 1000000 * (1 + i_ / 700);"; done
	echo "ALTER TABLE c DROP COLUMN i_; ALTER TABLE c DROP COLUMN id_; INSERT INTO $copy_table SELECT * FROM c; DROP TABLE c;"
}
{
	echo "BEGIN; CREATE TEMP TABLE n AS WITH RECURSIVE c (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 1298) SELECT i, randomblob(16) AS id FROM c;"
	copy sessions id started_us ended_us
	copy recordings session created_us
	copy requests id created_us
	echo "COMMIT;"
} | sqlite3 "$root/state/catalogue.db" || fail "the rows are made"
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts with them"; tap_end; }

# all WANTED COMMAND...: it prints so many rows, none twice.
all() {
	all_wanted=$1
	shift
	"$@" >"$root.rows" 2>"$root.said" || sed 's/^/# /' "$root.said"
	all_got=$(sort -u "$root.rows" | wc -l)
	[ "$all_got" -eq "$all_wanted" ] && [ "$(wc -l <"$root.rows")" -eq "$all_wanted" ] || { echo "# $all_got of $(wc -l <"$root.rows") rows"; false; }
}
holds "ls lists all recordings" all 1300 p auditor ls --json
holds "sessions --all lists all sessions" all 1300 p approver sessions --all --json
holds "requests --all lists all requests" all 1300 p approver requests --all --json
holds "what has passed is not listed with what runs" sh -c "[ \"\$('$bin/postern' sessions --root '$root' --as approver)\" = 'No session is running.' ]"
# The copies cannot be opened, but each is gone through.
p auditor search words --reason "INC-1 all of them" >"$root.said" 2>&1
holds "search goes through all of them" test "$(grep -c '^postern search: ' "$root.said")" -eq 1299
holds "and has told so before" sh -c "'$bin/postern' log export --root '$root' | grep -q 'auditor searches 1300 recordings'"
key=$(sed -n 's/.*\(age1[0-9a-z]*\).*/\1/p' "$root/etc/auditors" | head -n 1)
p auditor rewrap --to "$key" --since 1d --reason "INC-2 all of them" >"$root.said" 2>&1
holds "keys rewrap does, too" test "$(grep -c '^postern rewrap: ' "$root.said")" -eq 1299
tap_end
