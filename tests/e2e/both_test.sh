#!/bin/sh
# SPDX-License-Identifier: ISC
# An act and its entry in the log: both are there, or neither is. The catalogue is made to refuse the entry right behind the act,
# as a disk would that gives up between them; then nothing of the act may be left.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin both
if ! command -v sqlite3 >/dev/null; then
	skip "an act is not without its entry" "sqlite3 is not here"
	tap_end
fi
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
sed -i 's/^  - role: shell$/&\n    break-glass: {who: [approver], for: 10m}/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
db() { sqlite3 -cmd ".timeout 10000" "$root/state/catalogue.db" "$1"; }
# What the tables of acts hold; the log is not among them.
acts() { db "SELECT * FROM requests; SELECT * FROM decisions; SELECT * FROM grants; SELECT * FROM sessions; SELECT * FROM glasses;" | cksum; }
# torn WORDS TYPE COMMAND...: with the entry of this type refused nothing is left of the act; without that it is done.
torn() {
	torn_words=$1 torn_type=$2
	shift 2
	torn_before=$(acts)
	db "CREATE TRIGGER torn BEFORE INSERT ON events WHEN NEW.type = $torn_type BEGIN SELECT RAISE(ABORT, 'torn'); END;"
	"$@" >"$root.said" 2>&1 </dev/null
	torn_status=$?
	torn_after=$(acts)
	db "DROP TRIGGER torn;"
	if [ "$torn_status" -ne 0 ] && [ "$torn_before" = "$torn_after" ]; then pass "$torn_words: not without its entry"; else
		sed "s/^/# status $torn_status: /" "$root.said"
		fail "$torn_words: not without its entry"
	fi
	if "$@" >"$root.said" 2>&1 </dev/null && [ "$(acts)" != "$torn_before" ]; then pass "$torn_words: done with it"; else
		sed 's/^/# /' "$root.said"
		fail "$torn_words: done with it"
	fi
}
ask() { p engineer request shell --reason "INC-1" --for 5m; }
newest() { p engineer requests --all --json | sed -n 's/.*"request":"\([0-9a-f]*\)".*/\1/p' | head -n 1; }

torn "a request" 10 ask
request=$(newest)
torn "words of a person" 91 ask
torn "taking it back" 14 p engineer cancel "$(newest)"
torn "a grant" 11 p approver grant "$request"
second=$(ask)
torn "a denial" 12 p approver deny "$second" --reason no
enter() { p engineer enter shell -- true; }
torn "entering" 30 enter
p approver grant "$(ask)" >/dev/null
torn "taking an unused grant back" 36 p approver revoke "$(db "SELECT lower(hex(id)) FROM grants WHERE state = 'unused' LIMIT 1")" --reason "not needed"
days_grant shell 10m && enter_pty one shell
torn "less time" 43 p approver shorten "$session" --to 6m --reason "enough"
torn "more time by an approver" 42 p approver extend "$session" --for 2m --reason "a bit more"
torn "a wish for more time" 10 p engineer extend "$session" --for 2m --reason "more"
wish=$(newest)
torn "its denial" 12 p approver deny "$wish" --reason no
glass() { p approver enter shell --break-glass --reason "INC-2 fire" -T -- true; }
torn "break-glass" 18 glass
torn "its review" 19 p approver2 review "$(p approver2 requests --reviews --json | sed -n 's/.*"request":"\([0-9a-f]*\)".*/\1/p' | head -n 1)" --comment "was right"
holds "the log of all this is fine" within $days_limit "$bin/postern" verify --root "$root"

# What ends something is done all the same; nobody gets in again without a word of it.
db "CREATE TRIGGER torn BEFORE INSERT ON events WHEN NEW.type = 36 BEGIN SELECT RAISE(ABORT, 'torn'); END;"
p approver revoke "$session" --reason "at once" >"$root.said" 2>&1
db "DROP TRIGGER torn;"
holds "a session is ended also where its end cannot be told" within $days_limit is_gone "$session"
holds "and the approver hears that the grant is still there" grep -q 'could not be taken back' "$root.said"

# SIGKILL at any moment between a question and its answer: whatever is in the catalogue has its entry.
for n in 1 2 3 4 5 6 7 8; do
	ask >/dev/null 2>&1 &
	asker=$!
	sleep "0.00$n"
	kill -9 "$(child gate)" 2>/dev/null
	wait "$asker"
	within $days_limit days_answers
done
without=$(db "SELECT count(*) FROM requests r WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.subject = r.id AND e.type IN (10, 18))")
holds "after eight kills no request is without its entry" [ "$without" = 0 ]
tap_end
