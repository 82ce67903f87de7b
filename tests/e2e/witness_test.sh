#!/bin/sh
# SPDX-License-Identifier: ISC
# Witnesses cosign the heads of a log: one behind a real sshd, one over HTTP that is not ours. They refuse another log, and what they have
# cosigned convicts a log that was cut, put back or written anew, by whoever holds all of its keys.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/replica_lib.sh"
days_begin witness
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
py() { python3 "$TOP_SRCDIR/tests/e2e/witness.py" "$@"; }
owner=$(stat -c %u "$root/state")
log=$(cat "$root/state/log.pub")
w=$root.w
reload() { kill -HUP "$posternd"; }
work() { days_grant shell 5m && p engineer enter shell -- "echo $1" </dev/null >/dev/null 2>&1; }
witness() { "$bin/postern" witness "$@"; }
entries() { "$bin/postern" log export --state "$root/state" | grep -c '^{"entry"'; }
cp_state() { rm -rf "$1" && mkdir "$1" && cp -a "$root/state" "$1/state"; }
verify() {	# STATUS WORDS ARGS...
	verify_wanted=$1 verify_words=$2
	shift 2
	"$bin/postern" verify "$@" >"$root.said" 2>&1
	verify_status=$?
	[ "$verify_status" -eq "$verify_wanted" ] && grep -q -- "$verify_words" "$root.said" || { sed "s/^/# $verify_status: /" "$root.said"; return 1; }
}

# ---- the second host's side, without ssh
key=$(witness --init "$w" --name w.example/one --log "$log")
holds "a witness makes its key" sh -c "[ \"\$(cat '$w/witness.pub')\" = '$key' ] && [ \$(stat -c %a '$w/witness.key') = 600 ]"
head_now() { "$bin/postern" verify "$root/state" --save "$1" >/dev/null; }
ask() {	# OLD NOTE: the answer
	{ printf 'old %s\n\n' "$1" && cat "$2"; } | witness --serve "$w"
}
says() { grep -q "^$1" "$root.answer" || { sed 's/^/# /' "$root.answer"; false; }; }
work one
head_now "$root.n1"
n1=$(py size "$root.n1")
ask 0 "$root.n1" >"$root.answer"
holds "it cosigns the first head of a log that it knows" says 200
sed 1d "$root.answer" | cat "$root.n1" - >"$root.c1"
holds "and its cosignature holds by another's arithmetic" py check "$root.c1" "$key"
ask 0 "$root.n1" >"$root.answer"
holds "who asks with a wrong size is told the right one" sh -c "grep -q '^409' '$root.answer' && grep -q '^$n1\$' '$root.answer'"
work two
head_now "$root.n2"
n2=$(py size "$root.n2")
holds "the log has grown" [ "$n2" -gt "$n1" ]
ask "$n1" "$root.n2" >"$root.answer"
holds "growth without a proof is refused with a sentence" says 422
holds "which says what it means" says 'this log of .* does not go on from the one of .* that was cosigned: it was written anew'
holds "and kept as evidence" sh -c "ls '$w'/heads/*.refused"
py fork "$root.n1" "$root.f1" "$root/state/log.key" "$n1"
ask "$n1" "$root.f1" >"$root.answer"
holds "another log of the same size is refused although its key signed it" says 409
py fork "$root.n1" "$root.f2" "$root/state/log.key" $((n1 - 1))
ask "$n1" "$root.f2" >"$root.answer"
holds "a shorter one too" says 400
sed 's/^[^ ]*postern$/elsewhere\/postern/' "$root.n2" >"$root.f3"
ask "$n1" "$root.f3" >"$root.answer"
holds "an unknown log is told so" says 404
sed "2s/.*/$((n2 + 1))/" "$root.n2" >"$root.f4"
ask "$n1" "$root.f4" >"$root.answer"
holds "a head that the log has not signed is refused" says 403
printf 'old 01\n\n' | cat - "$root.n2" | witness --serve "$w" >"$root.answer"
holds "nonsense is no question" says 400
holds "and the witness still holds the first head" sh -c "'$bin/postern' witness --head '$w' | cmp -s - '$root.c1'"

# ---- the gate asks, over HTTP, a witness that is not ours
mkdir "$root.http"
py serve "$root.http" "$root.port" "$root/state/log.pub" &
python=$!
days_mine="$days_mine $python"
within $days_limit test -s "$root.port"
port=$(cat "$root.port") http_key=$(cat "$root.http/vkey")
printf 'web http http://127.0.0.1:%s/prefix %s\nfar http http://witness.example/prefix %s\n' "$port" "$http_key" "$http_key" >"$root/etc/witnesses"
chmod 644 "$root/etc/witnesses"
reload
holds "the gate has its head cosigned over HTTP" within $days_limit journal 'witnessed: witness web: the head of [0-9]* entries is cosigned'
holds "plain http does not leave this machine" within $days_limit journal 'witness-trouble: witness far does not work: an address begins with https://'
note=$root/state/witness/web.note
holds "the cosigned head lies beside the log" py check "$note" "$http_key"
work three
was=$(py size "$note")
reload
further() { [ "$(py size "$note")" -gt "$was" ]; }
holds "a later head comes with a proof, checked by RFC 9162 in Python" within $days_limit further
holds "of which none was refused" sh -c "! grep -v '^200\|^—' '$root.http/answers'"
kill "$python"
wait "$python" 2>/dev/null

# It has lost the count on this side: the witness tells it.
rm -f "$root/state/witness/web" "$root.port"
cp "$note" "$root.http/seen"
serve_again() {
	py serve "$root.http" "$root.port" "$root/state/log.pub" &
	python=$!
	days_mine="$days_mine $python"
	within $days_limit test -s "$root.port"
	sed -i "s/127.0.0.1:[0-9]*/127.0.0.1:$(cat "$root.port")/; /^far/d" "$root/etc/witnesses"
}
serve_again
work four
was=$(py size "$note")
reload
holds "a size that was forgotten is asked for (409)" within $days_limit further
holds "which happened" grep -q '^409' "$root.http/answers"

# A false cosignature is refused.
touch "$root.http/lie"
work five
was=$(py size "$note")
reload
holds "a cosignature that does not hold is refused" within $days_limit journal 'witness-trouble: witness web does not work: its cosignature does not hold'
holds "and the old head stays" [ "$(py size "$note")" = "$was" ]
trouble() { "$bin/postern" doctor --root "$root" 2>/dev/null | grep -q "$1"; }
holds "the doctor says it" within $days_limit trouble 'witness web'
rm "$root.http/lie"
reload
holds "until it holds again" within $days_limit further

# It does not know the log; and it has seen a longer one: that is what a log that was put back looks like.
touch "$root.http/unknown"
reload
holds "a refusal is told with its status and sentence" within $days_limit journal 'it refuses the head of [0-9]* entries (404): unknown origin'
rm "$root.http/unknown"
kill "$python"
wait "$python" 2>/dev/null
cp "$root.http/seen" "$root.seen"
py fork "$root.n1" "$root.http/seen" "$root/state/log.key" 99999
rm -f "$root.port"
serve_again
reload
holds "a witness that has seen a longer log is an alarm" within $days_limit journal 'witness-trouble: witness web does not work: IT HAS SEEN 99999 ENTRIES, and only [0-9]* are here'
was=$(py size "$note")
kill "$python"
wait "$python" 2>/dev/null
cp "$note" "$root.http/seen"
rm -f "$root.port"
serve_again
work six
reload
holds "which ends with it" within $days_limit further

# ---- verify
holds "verify counts a cosigned head as one that was kept" verify 0 'python.example/w has cosigned a head of' "$root/state" --witness "$http_key"
holds "and needs no other" sh -c "! grep -q 'No head from elsewhere' '$root.said'"
holds "without any by that key it is not fine" verify 25 'there is no head that w.example/one has cosigned' "$root/state" --witness "$key"
holds "the witness's own copy will do" verify 0 'w.example/one has cosigned' "$root/state" --witness "$key" --pin "$root.c1"
cp_state "$root.copy"
cut=$(py size "$note")
for trigger in $(sqlite3 "$root.copy/state/catalogue.db" "SELECT name FROM sqlite_master WHERE type='trigger'"); do
	sqlite3 "$root.copy/state/catalogue.db" "DROP TRIGGER $trigger"
done
sqlite3 "$root.copy/state/catalogue.db" "DELETE FROM heads WHERE size > $n1; DELETE FROM events WHERE seq >= $n1;"
holds "a log that was cut to an older head is rolled back" verify 23 "Rolled-back: $cut entries were pinned" "$root.copy/state" --witness "$http_key"
rm -f "$root.copy/state/witness/web.note"
holds "with the cosigned heads removed it is not fine either" verify 25 'ask the witness for its own' "$root.copy/state" --witness "$http_key"
holds "and the one that the witness has says what happened" verify 23 'Rolled-back' "$root.copy/state" --witness "$http_key" --pin "$note"
py fork "$root.n1" "$root.f5" "$root/state/log.key" "$n1"
witness --init "$root.w2" --name w.example/two --log "$log" >"$root.k2"
{ printf 'old 0\n\n' && cat "$root.f5"; } | witness --serve "$root.w2" | sed 1d | cat "$root.f5" - >"$root.c5"
holds "a cosigned head of another log convicts this one" verify 24 'Re-signed: ' "$root/state" --witness "$root.k2" --pin "$root.c5"

# ---- over ssh
if replica_host; then
	sed -i "s#\"[^\"]*retention replica --serve [^ ]* *[^\"]*\"#\"$bin/postern witness --serve $w\"#" "$second/authorized_keys"
	replica_for "$root" gate
	rm -f "$root/etc/replica"
	printf 'other ssh second %s\n' "$key" >>"$root/etc/witnesses"
	reload
	holds "the gate asks a witness by ssh, which has seen more than the gate knows of" within $days_limit journal 'witnessed: witness other: the head of'
	holds "and its cosignature holds" py check "$root/state/witness/other.note" "$key"
	holds "the witness has the same" sh -c "'$bin/postern' witness --head '$w' | cmp -s - '$root/state/witness/other.note'"
	kill "$second_sshd"
	wait "$second_sshd" 2>/dev/null
	reload
	holds "a witness that is away is said" within 40 journal 'witness-trouble: witness other does not work: '
else
	skip "a witness by ssh" "no sshd can be started here"
fi
holds "nobody serves it through a login" sh -c "SSH_ORIGINAL_COMMAND='witness --serve $w' '$bin/postern' -c 'witness --serve $w' </dev/null 2>&1 | grep -q 'never through a login'"
chown "$owner" "$root/etc/witnesses"
tap_end
