# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# A PostgreSQL of a test's own in $dir, reached by nobody else. After record.sh; $psql is a client of it.
for pg in /usr/lib/postgresql/*/bin; do :; done	# the newest, as they sort
as=
[ "$(id -u)" -ne 0 ] || as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
stop() { [ ! -e "$dir/data/postmaster.pid" ] || $as "$pg/pg_ctl" -D "$dir/data" -s -m immediate stop >/dev/null 2>&1 || :; }
trap 'stop; rm -rf "$dir"' EXIT

# Nobody but this script can reach it: a socket in its folder, no address.
postgres_begin() {
	[ -x "$pg/initdb" ] && [ -x "$pg/psql" ] || return 1
	chmod 755 "$dir"
	mkdir "$dir/data" "$dir/socket"
	[ -z "$as" ] || chown nobody:nogroup "$dir/data" "$dir/socket"
	(
		cd /
		$as "$pg/initdb" -D "$dir/data" -U shop -A trust -E UTF8 --locale=C -N || exit 1
		$as "$pg/pg_ctl" -D "$dir/data" -l "$dir/socket/log" -w -t 60 -s -o "-F -c listen_addresses='' -c unix_socket_directories=$dir/socket" start
	) >"$dir/begin" 2>&1 </dev/null
}

psql="$pg/psql -X -h $dir/socket -U shop -d postgres"
