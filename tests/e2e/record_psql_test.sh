#!/bin/sh
# SPDX-License-Identifier: ISC
# A real psql on a real PostgreSQL inside a recorded session: columns that are masked are neither shown nor recorded, and every
# table keeps its place on the screen.
. "$TOP_SRCDIR/tests/e2e/record.sh"
. "$TOP_SRCDIR/tests/e2e/postgres.sh"
psql="$psql -P pager=off"
if ! postgres_begin || ! $psql -q >/dev/null 2>"$dir/stderr" <<'SQL'; then
create table customers (id int, name text, email text, card text, api_token text, note text);
insert into customers values
	(1, 'Anna', 'anna@example.org', '4111 1111 1111 1111', 'first-token', 'likes tea'),
	(22, 'Bo', 'bo at home', 'no number at all', null, 'a | bar'),
	(3, 'Åse 日本', E'zwei\nReihen', '4000-1234', 'x', 'last one');
SQL
	skip "psql on PostgreSQL" "no server can be started here"
	tap_end
fi

# ready N: the Nth prompt is there, and nothing behind it; what is typed before stands where it wants
ready() {
	"$drive" "$see_pty" dump | sed 's/ *$//' | awk -v n="$1" '/^postgres=#/ { prompts++ } NF { last = $0 } END { exit prompts != n || last != "postgres=#" }'
}
# see NAME OPTIONS COMMAND...: the commands, typed into a recorded psql, and the screen behind the last
see() {
	see_name=$1 see_options=$2 see_pty=$dir/$1.pty see_prompts=1
	shift 2
	# shellcheck disable=SC2086
	"$drive" start "$see_pty" 100x40 "$postern" record -q -r "$me" -o "$dir/$see_name" $see_options -- $psql >/dev/null
	until_true ready 1
	for see_line; do
		"$drive" "$see_pty" type "$see_line\\r" >/dev/null
		see_prompts=$((see_prompts + 1))
		until_true ready "$see_prompts"
	done
	"$drive" "$see_pty" dump | sed 's/[^ -~]/?/g' >"$dir/$see_name.screen"
	"$drive" "$see_pty" save "$dir/$see_name.shown" >/dev/null
	"$drive" "$see_pty" type '\\q\r' >/dev/null
	"$drive" "$see_pty" end >/dev/null
	bytes output "$dir/$see_name" >"$dir/$see_name.bytes"
}

# Values of the covered columns, in pieces that stand nowhere else.
values='anna@ example.org bo.at.home no.number zwei Reihen 4111 1111 4000 1234 first-token'
none() { # none FILE: none of them is in it
	for none_value in $values; do
		if grep -a -q "$none_value" "$1"; then echo "# $none_value is in $1"; return 1; fi
	done
}
# aligned A B: the same screens, but for '*' in the second where the first has text
aligned() {
	awk 'NR == FNR { was[FNR] = $0; rows = FNR; next }
		FNR <= rows { if (length($0) != length(was[FNR])) bad = 1
			for (i = 1; i <= length($0); i++) {
				c = substr($0, i, 1); stars += c == "*" && substr(was[FNR], i, 1) != "*"
				if (c != substr(was[FNR], i, 1) && c != "*") bad = 1
			} }
		END { exit bad || FNR != rows || stars < 20 }' "$dir/$1.screen" "$dir/$2.screen"
}
# try WORDS-OF-THE-TEST NAME COMMAND...
try() {
	try_what=$1 try_name=$2
	shift 2
	see "$try_name-open" --no-mask "$@"
	see "$try_name" "" "$@"
	holds "$try_what: the values are there to be seen" grep -q 'anna@example.org' "$dir/$try_name-open.screen"
	holds "$try_what: none is on the screen" none "$dir/$try_name.shown"
	holds "$try_what: none is in the recording" none "$dir/$try_name.bytes"
	holds "$try_what: the table stands as it stood" aligned "$try_name-open" "$try_name"
	holds "$try_what: what is not covered is there" grep -q 'likes tea' "$dir/$try_name.screen"
}

try "aligned" aligned 'select * from customers order by id;'
try "expanded" expanded '\\x' 'select * from customers order by id;'
try "CSV" csv '\\pset format csv' 'select * from customers order by id;'
try "unaligned" unaligned '\\a' 'select id, email, card, note from customers order by id;'
try "unicode, with borders" borders '\\pset linestyle unicode' '\\pset border 2' 'select * from customers order by id;'
try "wider than the screen" wide "select name, repeat('-', 90) as line, email, card, note from customers order by id;"
events "$dir/aligned" >"$dir/events"
holds "the recording says which columns were covered" grep -q 'masked column email' "$dir/events"
holds "and a disk has the values only where PostgreSQL keeps them" none "$dir/aligned"
tap_end
