#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped guards of SQL in a real psql on a real PostgreSQL: slips are asked about, and nothing else is.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
dir=$(mktemp -d /tmp/postern-guard-psql.XXXXXX) || exit 1
. "$TOP_SRCDIR/tests/e2e/postgres.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
export TZ=UTC LC_ALL=C.UTF-8
days_begin guard-psql
trap 'stop; rm -rf "$dir"; days_clean' EXIT
if ! postgres_begin || ! $psql -q -c 'create table t (a int, b int)' -c 'insert into t values (0, 1), (0, 2)' -c 'create database shop' >/dev/null 2>&1; then
	skip "psql on PostgreSQL" "no server can be started here"
	tap_end
fi
chmod 755 "$dir" "$dir/socket"
sql() { $psql -A -t -c "$1"; }

days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
mkdir -p "$root/etc/roles.d"
cat >"$root/etc/roles.d/db.yaml" <<YAML
- role: db
  who: [engineer]
  as: nobody
  run: [$pg/psql, -X, -h, $dir/socket, -U, shop, -d, postgres]
  env: [PAGER=cat]
  approve: {by: [approver]}
  guard: [sql]
YAML
kill -HUP "$posternd"
has_role() { p engineer roles | grep -q '^ *db\>'; }
holds "a role with the shipped guards of SQL is read" within $days_limit has_role
days_grant db 30m
pty=$root.db.drive
days_ptys="$days_ptys $pty"
"$drive" start "$pty" 80x24 "$bin/postern" enter db --root "$root" --as engineer >/dev/null
type() { for type_one; do "$drive" "$pty" type "$type_one" >/dev/null; done; }
sees() { "$drive" "$pty" wait "$1" >/dev/null; }
is_back() { "$drive" "$pty" gone 'Type yes' >/dev/null; }
refuse() { type '\e'; sees 'The line is still there'; type '^U'; "$drive" "$pty" gone 'still there' >/dev/null; }
holds "psql begins" sees 'postgres=#'
type 'drop database shop;\r'
holds "drop database is asked about" sees 'drop-database: it removes a whole database'
refuse
holds "and the database is still there" [ "$(sql "select count(*) from pg_database where datname = 'shop'")" = 1 ]
type 'update t set a=1;\r'
holds "an update without where is asked about" sees 'update-all: without WHERE'
refuse
holds "and nothing has changed" [ "$(sql 'select sum(a) from t')" = 0 ]
type 'update t set a=1 where b=2;\r'
holds "one with where is entered" sees 'UPDATE 1'
holds "and has changed one row" [ "$(sql 'select sum(a) from t')" = 1 ]
is_back
type 'update t set a=5;\r'
sees 'Type yes'
type 'yes'
sees 'yes_'
type '\r'
holds "what is confirmed is entered" sees 'UPDATE 2'
holds "and has changed every row" [ "$(sql 'select sum(a) from t')" = 10 ]
type 'drop database shop;\r'
sees 'Type yes'
type 'yes'
sees 'yes_'
type '\r'
holds "also the worst" sees 'DROP DATABASE'
type 'exit\r'
holds "the session ends" within $days_limit is_over "$pty"
tap_end
