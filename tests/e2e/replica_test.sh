#!/bin/sh
# SPDX-License-Identifier: ISC
# A second host behind a real sshd keeps copies of the key slots, erases them when it is told to, and signs for that.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/replica_lib.sh"
days_begin replica
replica_host || { skip "a replica of the key slots" "no sshd can be started here"; tap_end; }
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
here=$root/state/slots there=$second/slots/slots
reload() { kill -HUP "$posternd"; }
work() { days_grant shell 5m && p engineer enter shell -- "echo $1" </dev/null >/dev/null 2>&1; }
log() { "$peer" log "$root" ''; }
logged() { log | grep -q -- "$1"; }

work before
replica_for "$root" gate
reload
holds "the gate says that there is a replica" within $days_limit journal 'the key slots have a replica, second, which signs as second/slots'
holds "what was there before is copied" within $days_limit slot_is "$there" 1 live
[ "$(slot_key "$here" 1)" = "$(slot_key "$there" 1)" ] || fail "the copy is the key"
work after
units=$(($(p auditor retention plan | grep -c .) ))
copied() { for n in $(seq "$units"); do slot_is "$there" "$n" live || return 1; done; }
holds "new slots are copied while sessions run" within $days_limit copied

cp "$here" "$root.slots"

# One recording lapses: its key goes here and there, and the replica signs for it.
sed -i 's/recording: 90d/recording: 1s/' "$root/etc/policy.yaml"
reload
erased() { for n in $(seq "$units"); do if slot_is "$here" "$n" erased; then slot_is "$there" "$n" erased || return 1; fi; done; }
some() { for n in $(seq "$units"); do if slot_is "$here" "$n" erased; then echo "$n"; fi; done; }
run() { p auditor retention run --confirm >/dev/null 2>&1; [ "$(some | wc -l)" -ge 2 ]; }
within $days_limit run || fail "recordings lapse"
holds "what is erased here is erased there" within $days_limit erased
one=$(some | head -n 1)
holds "no key is left in its place" [ "$(slot_key "$there" "$one")" = "$(printf '%064d' 0)" ]
holds "the log has the receipt" within $days_limit logged "replica the replica second/slots has erased its copy of key slot $one; receipt "
receipt=$second/slots/receipts/$one
holds "it says which slot, envelope and head" sh -c "grep -q '^slot $one\$' '$receipt' && grep -Eq '^envelope [0-9a-f]{64}\$' '$receipt' && grep -Eq '^head [1-9][0-9]* ' '$receipt' && grep -q '^copy erased\$' '$receipt'"
holds "and is signed by the replica" grep -q '^— second/slots ' "$receipt"
holds "the texts that stay are live on both sides" sh -c '[ "$1" -gt 0 ]' - "$(for n in $(seq "$units"); do slot_is "$there" "$n" live && echo "$n"; done | wc -l)"

# The second host is away while something lapses.
replica_stop
work away
sed -i 's/recording: 1s/recording: 2s/' "$root/etc/policy.yaml"
reload
count=$(some | wc -l)
more() { p auditor retention run --confirm >/dev/null 2>&1; units=$((units + 3)); [ "$(some | wc -l)" -gt "$count" ]; }
within $days_limit more || fail "another recording lapses"
holds "an unreachable replica is said" within 40 journal 'replica-trouble: the replica of the key slots on second does not work'
planned() { p auditor retention plan | grep -q 'failed .*its replica could not be deleted since'; }
holds "and what it still holds is in the plan" within 40 planned
replica_start || fail "the second host is there again"
holds "once it is back its copy goes as well" within 60 erased
holds "and the log says that it works again" within 60 journal 'the replica of the key slots on second works again'
not_planned() { ! planned; }
holds "the plan has nothing more to say" within 60 not_planned
kill "$posternd"
wait "$posternd" 2>/dev/null
"$bin/postern" verify --root "$root" >"$root.said" 2>&1 || sed 's/^/# /' "$root.said"
holds "the log verifies" "$bin/postern" verify --root "$root"
holds "with the replica's key its receipts are checked" sh -c "'$bin/postern' verify --root '$root' --replica '$second/slots/replica.pub' | grep -q '^[1-9][0-9]* receipts of the replica were checked; 0 erased'"
"$bin/postern" verify --root "$root" --replica "$(cat "$root/state/log.pub")" >"$root.said" 2>&1
holds "those of another key are told by their word" [ $? -eq 28 ]
grep -q '^receipt-false .* is signed by another key' "$root.said" || fail "which is receipt-false"

# The replica by itself, as a hostile bastion would talk to it.
log_key=$(cat "$root/state/log.pub")
talk() { printf '%s\n' "$@" | "$bin/postern" retention replica --serve "$second/slots" 2>/dev/null; }
says() { talk "postern-replica 1 $log_key" "$2" | grep -q -- "$1"; }
zero=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
live=$(for n in $(seq "$units"); do if slot_is "$there" "$n" live; then echo "$n"; fi; done | head -n 1)
record() { dd if="$1" bs=64 skip="$2" count=1 2>/dev/null | base64 -w0; }
holds "an erased slot takes no key any more" says "^error $one .*erased" "put $one $(record "$root.slots" "$one")"
holds "a record under another number is refused" says '^error .* damaged' "put $((live + 1)) $(record "$here" "$live")"
holds "the same copy again is fine" says "^kept $live" "put $live $(record "$here" "$live")"
holds "a slot that never was is erased for ever, and the receipt says that there was none" sh -c "printf '%s\n' 'postern-replica 1 $log_key' 'erase 500 - 0 $zero' | '$bin/postern' retention replica --serve '$second/slots' | grep -q '^erased 500 ' && grep -q '^copy none' '$second/slots/receipts/500'"
holds "a number far away fills no disk" says '^error 0 ' "erase 4000000000 - 0 $zero"
holds "copies are not given back to the bastion's key" says '^error 0 .*--give' "all"
holds "another log has no business here" sh -c "printf '%s\n' 'postern-replica 1 $replica_key' | '$bin/postern' retention replica --serve '$second/slots' 2>/dev/null | grep -q '^error 0 these are the copies of another log'"
holds "through a login there is no such command" sh -c "! SSH_ORIGINAL_COMMAND='retention replica --init $root.mine' '$bin/postern' >/dev/null 2>&1 && [ ! -e '$root.mine' ]"
tap_end
