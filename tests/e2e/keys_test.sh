#!/bin/sh
# SPDX-License-Identifier: ISC
# An auditor leaves: nothing is opened for them any more. One comes: old recordings get one more envelope, never another one.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/acts_lib.sh"
days_begin keys
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
logged() { timeout 60 "$bin/postern" log export --root "$root" 2>/dev/null | grep -q -- "$1"; }
# opens WANTED PERSON KEY SESSION
opens() { act "$1" "$2" export "$4" -i "$3" --as raw -o "$root.out" --reason "INC-7"; }
sed -i -e 's/^auditors:.*/auditors: [auditor, approver2]/' -e 's/^admins:.*/admins: [approver]/' "$root/etc/policy.yaml"
old=$(grep -o 'age1[a-z0-9]*' "$root/etc/auditors")
reload
within $days_limit sh -c "'$bin/postern' policy show --root '$root' | grep -q 'auditors: auditor, approver2'"
work 'echo before' && first=$(newest)
holds "a session is recorded" [ -n "$first" ]

# ---- one comes
"$bin/postern" keygen auditor -o "$root.new" 2>/dev/null
new=$(sed -n 's/^# public key: //p' "$root.new")
rewrap() { rewrap_wanted=$1; shift; act "$rewrap_wanted" auditor keys rewrap "$@" -i "$root/auditor.key" --reason "a new auditor"; }
holds "a new key opens no old recording" opens 8 approver2 "$root.new" "$first"
holds "an envelope for a key that the policy does not name is refused" rewrap 3 --to "$new" "$first"
printf '%s # auditor\n%s # approver2 (at the desk)\n' "$old" "$new" >"$root/etc/auditors"
reload
named() { p auditor keys list | grep -q "^$new approver2"; }
holds "the file auditors names the new key and its owner" within $days_limit named
holds "who has no key cannot add one" act 8 approver2 keys rewrap --to "$new" "$first" -i "$root.new" --reason "for me"
holds "an engineer cannot at all" act 3 engineer keys rewrap --to "$new" "$first" -i "$root/auditor.key" --reason "for me"
holds "it takes a reason" act 2 auditor keys rewrap --to "$new" "$first" -i "$root/auditor.key"
holds "an auditor adds an envelope" rewrap 0 --to "$new" "$first"
holds "which is said" says "1 envelope added, 0 there already"
holds "the new key opens the old recording" opens 0 approver2 "$root.new" "$first"
holds "byte by byte" grep -q before "$root.out"
holds "the old one does as before" opens 0 auditor "$root/auditor.key" "$first"
holds "a second time changes nothing" rewrap 0 --to "$new" --since 1d
holds "and says so" says "0 envelopes added, 1 there already"
holds "the log has its hash" logged "auditor added an envelope for $new; envelope [0-9a-f]\{64\}"
holds "and the log is fine" "$bin/postern" verify --root "$root"
work 'echo after' && second=$(p auditor ls --json | ids | grep -v "$first" | head -n 1)
holds "a new recording names both keys" opens 0 approver2 "$root.new" "$second"

# ---- one leaves
retire() { retire_wanted=$1; shift; act "$retire_wanted" "$@" --reason "left on Friday"; }
holds "an auditor retires nobody" retire 3 auditor keys retire approver2
holds "it takes a reason as well" act 2 approver keys retire approver2
holds "who is not there is not retired" retire 6 approver keys retire nobody
"$TOP_BUILDDIR/tests/term/drive" start "$root.t" 80x24 "$bin/postern" play "$first" --root "$root" --as approver2 -i "$root.new" --reason "INC-7 a look" >/dev/null
"$TOP_BUILDDIR/tests/term/drive" "$root.t" wait "before" || fail "the player shows it"
holds "an administrator retires them" retire 0 approver keys retire approver2
holds "with their keys" says "and 1 key of theirs"
"$TOP_BUILDDIR/tests/term/drive" "$root.t" type q
"$TOP_BUILDDIR/tests/term/drive" "$root.t" end >/dev/null
holds "nothing is opened for them" opens 3 approver2 "$root.new" "$first"
holds "and they are told why" says "you are retired as an auditor here"
holds "with another key neither" opens 3 approver2 "$root/auditor.key" "$first"
holds "nor is anything listed" act 3 approver2 ls
holds "the envelope is given to nobody else" opens 8 auditor "$root.new" "$first"
holds "the others are not affected" opens 0 auditor "$root/auditor.key" "$first"
holds "no envelope is added for a retired key" rewrap 3 --to "$new" "$second"
work 'echo later' && third=$(p auditor ls --json | ids | grep -v -e "$first" -e "$second" | head -n 1)
holds "a new recording does not name the key" opens 8 auditor "$root.new" "$third"
holds "but the others'" opens 0 auditor "$root/auditor.key" "$third"
holds "the list says it" sh -c "timeout 60 '$bin/postern' keys list --root '$root' --as auditor | grep -q \"^approver2.*retired by approver\""
holds "and the log" logged "approver retired approver2, and 1 key of theirs"
holds "twice is once" retire 1 approver keys retire approver2
kill "$posternd" && wait "$posternd" 2>/dev/null
days_start --trial || fail "posternd starts again"
holds "after a restart it is as before" opens 3 approver2 "$root.new" "$first"
holds "the last key is retired" retire 0 approver keys retire "$old"
id=$(p engineer request shell --reason x) && p approver grant "$id" >/dev/null
holds "then nobody enters" act 1 engineer enter shell -- true
holds "and it is said why" says "no auditor's key is configured that is not retired"
holds "it can be taken back" retire 0 approver keys return "$old"
holds "and somebody enters" act 0 engineer enter shell -- true
holds "the log is fine with all that" within $days_limit "$bin/postern" verify --root "$root"

# ---- an envelope that nobody told of
if command -v sqlite3 >/dev/null; then
	cp -r "$root/state" "$root.copy"
	sqlite3 "$root.copy/catalogue.db" "DROP TRIGGER envelopes_fixed; UPDATE envelopes SET sha256 = zeroblob(32)"
	"$bin/postern" verify "$root.copy" --key "$root/state/log.pub" >"$root.said" 2>&1
	holds "one that was exchanged has a status" [ $? -eq 27 ]
	holds "and a word" says "^envelope-false.*is another one than it was"
	sqlite3 "$root.copy/catalogue.db" "DROP TRIGGER envelopes_kept; DELETE FROM envelopes"
	"$bin/postern" verify "$root.copy" --key "$root/state/log.pub" >"$root.said" 2>&1
	holds "so has one that was taken away" says "^envelope-false.*it is not here"
	rm -rf "$root.copy"
else
	skip_all "sqlite3 is not here" "one that was exchanged has a status" "and a word" "so has one that was taken away"
fi

# ---- what is erased closes every envelope
sed -i 's/recording: 90d, texts: 1y/recording: 1s, texts: 1s/' "$root/etc/policy.yaml"
reload
gone() { p auditor retention run >/dev/null 2>&1; p auditor show "$first" | grep -q "no more: its retention window lapsed"; }
holds "when its window lapses" within $days_limit gone
holds "the added envelope goes with its recording" sh -c "[ \"\$(sqlite3 -readonly '$root/state/catalogue.db' 'SELECT count(*) FROM envelopes WHERE sealed IS NOT NULL' 2>/dev/null || echo 0)\" = 0 ]"
holds "and verify has no fault" within $days_limit "$bin/postern" verify --root "$root"
# ---- the log's key
"$bin/postern" keygen log --root "$root" >"$root.said" 2>&1
holds "a log that has begun gets no new key" says "a log's key is never written over"
holds "a key can be made before the first start" sh -c "mkdir '$root.x' '$root.x/state' && '$bin/postern' keygen log --root '$root.x' >/dev/null && [ -s '$root.x/state/log.pub' ] && [ \"\$(stat -c %a '$root.x/state/log.key')\" = 600 ]"
holds "once" sh -c "! '$bin/postern' keygen log --root '$root.x' >/dev/null 2>&1"
mkdir "$root.creds"
holds "or in a file of its own" sh -c "'$bin/postern' keygen log -o '$root.creds/postern.log.key' >/dev/null && [ -s '$root.creds/postern.log.key.pub' ]"
rm -rf "$root.x"
kill "$posternd" && wait "$posternd" 2>/dev/null
kept=$root CREDENTIALS_DIRECTORY=$root.creds
export CREDENTIALS_DIRECTORY
chmod 755 "$root.creds"; chmod 644 "$root.creds/postern.log.key"	# as root the trial is nobody
root=$root.y
days_start --trial || fail "posternd starts with a credential"
id=$(p engineer request shell --reason x)
holds "the gate signs with a key that came as a credential" within $days_limit "$bin/postern" verify --root "$root" --key "$kept.creds/postern.log.key.pub"
holds "which lies in no file of it" [ ! -e "$root/state/log.key" ]
holds "but its public half does" cmp -s "$root/state/log.pub" "$kept.creds/postern.log.key.pub"
kill "$posternd" && wait "$posternd" 2>/dev/null
rm -rf "$root" "$root".*
unset CREDENTIALS_DIRECTORY
root=$kept
rm -rf "$root.creds" "$root.said" "$root.out" "$root.new"
tap_end
