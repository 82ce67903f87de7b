#!/bin/sh
# SPDX-License-Identifier: ISC
# What the log vouches for is held against what is there: on copies of an honest state directory, each attack on
# approvals, recordings and deletions is told by its word.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin evidence
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }

home=$root.home
mkdir -p "$home/state"
for who in approver other; do ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$home/$who"; done
sed -i -e 's/person: approver$/&\n    principal: alice@example.org/' -e 's/need: 1}/need: 1, signed: yes}/' "$root/etc/policy.yaml"
printf 'alice@example.org %s\n' "$(cut -d' ' -f1,2 "$home/approver.pub")" >"$root/etc/approvers"
printf 'alice@example.org %s\n' "$(cut -d' ' -f1,2 "$home/other.pub")" >"$root.others"
kill -HUP "$posternd"
is_loaded() { p engineer roles >/dev/null && [ "$(grep -c 'policy .* with' "$root.log")" -ge 2 ]; }
within $days_limit is_loaded

verify() {
	"$bin/postern" verify "$@" >"$root.said" 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] || sed "s/^/# status $status: /" "$root.said"
	[ "$status" -eq "$wanted" ]
}
says() { grep -q -- "$1" "$root.said" || { sed 's/^/# /' "$root.said"; false; }; }
copy() {
	rm -rf "$root.copy"
	cp -r "$root/state" "$root.copy"
}
session_run() {	# a request, its signed grant, a session with some output
	request=$(p engineer request shell --reason "$1") &&
		XDG_STATE_HOME=$home/state p approver grant "$request" --key "$home/approver" >/dev/null &&
		p engineer enter shell -- "echo $1; exit 7" </dev/null >/dev/null 2>&1
	[ $? -eq 7 ]
}
holds "a signed grant is entered" session_run first
first=$request
mkfifo "$root.third"
holds "and another one" session_run second

# More time for a session that runs is decided as its beginning was.
request=$(p engineer request shell --reason third) && XDG_STATE_HOME=$home/state p approver grant "$request" --key "$home/approver" >/dev/null
p engineer enter shell -- "read -r word; exit 7" <"$root.third" >/dev/null 2>&1 &
third=$!
exec 8>"$root.third"
runs() { [ -n "$(p approver sessions --json | ids)" ]; }
within $days_limit runs || fail "a third session runs"
p approver extend "$(p approver sessions --json | ids)" --for 5m --reason "more" >"$root.said" 2>&1
holds "more time for a role that wants signatures is not given without one" says 'only with your signature'
more=$(p approver requests --json | sed -n 's/.*"id": *"\([0-9a-f]*\)".*/\1/p')
holds "and granted with one" sh -c "XDG_STATE_HOME='$home/state' timeout 60 '$bin/postern' grant '$more' --root '$root' --as approver --key '$home/approver' >'$root.said' 2>&1 && grep -q Extended '$root.said'"
echo done >&8
exec 8>&-
wait "$third"
closed() { [ "$(p auditor ls --json | grep -c '"state":"kept"')" -eq 3 ]; }
holds "all recordings are closed" within $days_limit closed
recording=$(p auditor ls --json | sed -n 's/.*"session": *"\([0-9a-f]*\)".*/\1/p' | head -n 1)

kill "$posternd"
wait "$posternd"
wanted=0
holds "an honest state directory is as its log says" verify --root "$root"
holds "four signed approvals were checked" says '^4 signed approvals, 3 recordings'
holds "on a copy too, with the roster named" sh -c "cp -r $root/state $root.copy && $bin/postern verify $root.copy --roster $root/etc/approvers >$root.said"
holds "one recording alone" verify --root "$root" "$recording"
holds "with the approval behind it" says '^1 signed approvals, 1 recordings'
wanted=6
holds "a recording that never was is not found" verify --root "$root" ffffffff
wanted=26
holds "an approval by a key that no roster knows is told" verify "$root.copy" --roster "$root.others"
holds "by its word" says '^approver-unknown'

# Without the slots there are no texts, and what needs none is checked.
copy
rm "$root.copy/slots"
wanted=0
holds "a copy without the key slots still verifies" verify "$root.copy"
holds "and says what it could not read" says 'texts could not be read'

copy
file=$root.copy/rec/$recording.rec
size=$(stat -c %s "$file")
printf '\252' | dd of="$file" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
wanted=27
holds "a byte altered in a recording" verify "$root.copy"
holds "is told by its word" says "^recording-altered $(echo "$recording" | cut -c1-8)"
copy
truncate -s $((size - 40)) "$file"
holds "a recording whose tail was cut" verify "$root.copy"
holds "is told by its word" says '^recording-cut'
copy
echo more >>"$file"
holds "bytes behind the end" verify "$root.copy"
holds "are told" says '^recording-altered'
copy
rm "$file"
holds "a recording that is gone without a word" verify "$root.copy"
holds "is told by its word" says '^recording-missing'
copy
rm -r "$root.copy/rec"
wanted=0
holds "a copy without recordings says so" verify "$root.copy"
holds "and how many" says '^3 recordings are not in this copy'

# A slot zeroed by hand: record N of the slots file, 64 bytes each.
copy
dd if=/dev/zero of="$root.copy/slots" bs=64 seek=1 count=1 conv=notrunc 2>/dev/null
wanted=28
holds "a key slot that was zeroed without a word" verify "$root.copy"
holds "is told by its word" says '^deletion-unlogged'

# Attacks inside the catalogue need SQLite's own program; triggers do not stop who has the file.
sql() { sqlite3 "$root.copy/catalogue.db" "$1"; }
if command -v sqlite3 >/dev/null; then
	copy
	sql "UPDATE recordings SET envelope_sha256 = zeroblob(32) WHERE session = (SELECT session FROM recordings ORDER BY created_us LIMIT 1)"
	wanted=27
	holds "an envelope that is not the one that a recording began with" verify "$root.copy"
	holds "is found by the entry of its beginning" says "^envelope-false .*another one than it began with"
	copy
	sql "UPDATE recordings SET sealed = (SELECT sealed FROM recordings ORDER BY created_us LIMIT 1) WHERE session = (SELECT session FROM recordings ORDER BY created_us DESC LIMIT 1)"
	holds "one that was sealed for another recording" verify "$root.copy"
	holds "is no envelope of this one" says "^envelope-false .*is not the one that was kept"
	copy
	sql "DROP TRIGGER decisions_keep; DELETE FROM decisions WHERE hex(request) = upper('$first')"
	wanted=26
	holds "a signed decision that was taken away" verify "$root.copy"
	holds "is missed, for the log says that it must be there" says '^approval-missing'
	copy
	sql "DROP TRIGGER decisions_keep; DELETE FROM decisions WHERE hex(request) = upper('$more')"
	holds "the one on more time too" verify "$root.copy"
	holds "is missed" says "^approval-missing $(printf '%.8s' "$more")"
	copy
	sql "DROP TRIGGER decisions_fixed; UPDATE decisions SET seconds = 60 WHERE hex(request) = upper('$first')"
	holds "a decision that was altered beside its signature" verify "$root.copy"
	holds "is told" says '^approval-false.*another decision'
	copy
	sql "DROP TRIGGER requests_fixed; UPDATE requests SET role = 'shell2' WHERE hex(id) = upper('$first')"
	holds "a request that was altered after it was signed" verify "$root.copy"
	holds "is told" says '^approval-'
else
	skip_all "sqlite3 is not here" "an envelope that is not the one that a recording began with" \
		"is found by the entry of its beginning" "one that was sealed for another recording" "is no envelope of this one" "a signed decision that was taken away" "is missed, for the log says that it must be there" \
		"a decision that was altered beside its signature" "is told" "a request that was altered after it was signed" "is told"
fi

# A deletion as it should be, and one that only says so.
sed -i 's/recording: 90d/recording: 1s/' "$root/etc/policy.yaml"
cp -r "$root/state/rec" "$root.kept"
days_start --trial
wanted=0
deleted() { p auditor retention run --confirm >/dev/null 2>&1; [ ! -e "$root/state/rec/$recording.rec" ]; }
if within $days_limit deleted; then
	holds "a deletion under the policy verifies" verify --root "$root"
	holds "and is counted" says 'and [1-9][0-9]* deletions were checked'
	copy
	cp "$root.kept/$recording.rec" "$root.copy/rec/"
	wanted=28
	holds "a file that is there although the log says that it went" verify "$root.copy"
	holds "is told by its word" says '^deletion-undone'
else
	fail "recordings are deleted when their time is over"
fi
rm -rf "$home" "$root.copy" "$root.kept" "$root.said" "$root.others"
tap_end
