#!/bin/sh
# SPDX-License-Identifier: ISC
# Acts of administrators and auditors, and log-ins that fail, are in the log: who changed what, who looked, who was turned away.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin acts
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }

# logged TYPE TEXT: an entry of this type says so.
logged() { "$bin/postern" log export --state "$root/state" 2>/dev/null | grep "\"type\":$1," | grep -q -- "$2"; }
count() { "$bin/postern" log export --state "$root/state" | grep -c "\"type\":$1,"; }
stop() {
	kill "$posternd"
	wait "$posternd"
}

holds "a start is logged" logged 1 'version'
holds "and which policy is in force, by its whole hash" logged 3 'policy [0-9a-f]\{64\} with 2 roles'
p auditor ls --person engineer >/dev/null 2>&1
holds "who looks for recordings is logged, with what they looked for" logged 62 'auditor looked at the list of recordings, of engineer'
p engineer ls >/dev/null 2>&1
holds "who may not and tried is logged" logged 5 'turned away: recordings and the log are for auditors'
p stranger status >/dev/null 2>&1
p stranger status >/dev/null 2>&1
holds "but one account does not fill the log" test "$(count 5)" -eq 1
p auditor retention run --confirm >/dev/null 2>&1
holds "a confirmation of the clock has a name" logged 82 'auditor confirmed the wall clock'

sed -i 's/most: 2h/most: 3h/' "$root/etc/policy.yaml"
kill -HUP "$posternd"
holds "a change of the policy is told in words" within $days_limit logged 3 'new: shell, for .*at most 3 h.*gone: shell, for .*at most 2 h'
ssh-keygen -q -t ed25519 -N '' -f "$root/key" </dev/null 2>/dev/null || echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f" >"$root/key.pub"
stop
holds "a stop is logged" logged 2 'stops'
sed -i 's/need: 2/need: 1/' "$root/etc/policy.yaml"
sed -i 's/- person: approver$/- {person: approver, principal: approver@example.org}/' "$root/etc/policy.yaml"
echo "approver@example.org $(cut -d' ' -f1,2 "$root/key.pub")" >"$root/etc/approvers"
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts again"; tap_end; }
holds "a change made while no gate ran is told by the next one" logged 3 'gone: .*shell2, decides     2 of'
holds "as is one of the keys of approvers, with their hash" logged 9 'approvers is now [0-9a-f]\{64\}'
before=$(count 9)
stop
days_start --trial
holds "what was told is not told again" test "$(count 9)" -eq "$before"
stop
verify() { "$bin/postern" verify --root "$root" >/dev/null; }
holds "the log of all this is fine" verify
tap_end
