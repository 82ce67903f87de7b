#!/bin/sh
# SPDX-License-Identifier: ISC
# Signatures that do not count, each with its sentence: replayed, altered, outdated, for another purpose, another request,
# another decision, another log, by a key that is gone, for one's own request. An honest one stands between them.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/sign_lib.sh"
days_begin signfalse
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
sign_start
for who in approver approver2 stranger; do ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$home/$who"; done
roster approver approver2
reload

text=$root.text
honest() { "$probe" text "$root/run/gate.sock" "$1" "$2" >"$text"; }
decide() { "$probe" decide "$root/run/gate.sock" "$1" "$2" "$text" "$text.sig" >"$root.said" 2>&1; }
refused() { ! decide "$@" && [ "$(wc -l <"$root.said")" -eq 1 ]; }
# spoilt WORDS SCRIPT SENTENCE: an honest text that sed spoils before it is signed.
spoilt() {
	honest approver "$id" && sed -i "$2" "$text" && sign "$text" approver
	holds "$1" refused approver "$id"
	holds "$1: it says so" says "$3"
}

id=$(ask first)
honest approver "$id"
sign "$text" approver
sed -i 's/^seconds .*/seconds 86400/' "$text"
holds "a text that was altered after it was signed" refused approver "$id"
holds "a text that was altered after it was signed: it says so" says 'is for another decision'
honest approver "$id"
sign "$text" approver
sed -i 's/^nonce ./nonce f/; s/^nonce f\(.\)./nonce f\1e/' "$text"
holds "a single letter of it" refused approver "$id"
holds "a single letter of it: it says so" says 'is false, or for another purpose'
honest approver "$id"
sign "$text" approver file
holds "a signature for another purpose" refused approver "$id"
holds "a signature for another purpose: it says so" says 'is false, or for another purpose'
sign "$text" stranger
holds "the key of a stranger" refused approver "$id"
holds "the key of a stranger: it says so" says 'is not one of yours in'
sign "$text" approver2
holds "the key of a colleague" refused approver "$id"
holds "the key of a colleague: it says so" says 'is not one of yours in'
spoilt "an outdated signature" 's/^not-after .*/not-after 1700000000/' 'is outdated, or holds too long'
spoilt "one that holds for years" 's/^not-after .*/not-after 4000000000/' 'is outdated, or holds too long'
spoilt "another decision" 's/^decision .*/decision deny/' 'is for another decision'
spoilt "another log" 's/^log .*/log elsewhere/' 'names another log'
spoilt "a head that never was" 's/^head [0-9]*/head 999999/' 'names a head of the log that does not exist'
spoilt "what the request does not say" 's/^request-sha256 ./request-sha256 g/; s/sha256 g\(.*\)/sha256 0\1/; s/^\(request-sha256 0\)./\1f/; s/^\(request-sha256 0f\)./\10/' \
	'for another request, or for what this one said before'
spoilt "a line more" 's/^nonce/role root\n&/' 'the signed text is not an approval'

# What was honest stays so, once.
other=$(ask second)
honest approver "$id"
sign "$text" approver
holds "a signature for another request" refused approver "$other"
holds "a signature for another request: it says so" says 'for another request, or for what this one said before'
holds "somebody else who hands in an approver's signature" refused approver2 "$id"
holds "somebody else who hands in an approver's signature: it says so" says 'is not one of yours in'
holds "the same bytes from their approver are taken" decide approver "$id"
holds "but not twice" refused approver "$id"
holds "but not twice: it says so" says 'it is decided already'
holds "nor for the next request of the same person" refused approver "$other"

# Nobody signs for themselves, whatever they sign with.
own=$(p approver request shell --reason "INC-7 own")
honest approver "$own"
sign "$text" approver
holds "one's own request" refused approver "$own"
holds "one's own request: it says so" says 'nobody decides their own request'

# A key that goes.
honest approver "$other"
sign "$text" approver
roster approver2
holds "a key that was taken out of the roster a moment ago" refused approver "$other"
holds "a key that was taken out of the roster a moment ago: it says so" says 'is not one of yours in'
kill "$posternd"
wait "$posternd"
verifies() { "$bin/postern" verify --root "$root" >"$root.said" 2>&1; }
holds "what it signed before still verifies" verifies
holds "and is counted" says '^1 signed approvals'
unknown_alone() { "$bin/postern" verify --root "$root" >"$root.said" 2>&1; [ $? -eq 26 ]; }
unknown() { "$bin/postern" verify --root "$root" --roster "$root/etc/approvers" >"$root.said" 2>&1; [ $? -eq 26 ]; }
holds "though not against the roster of now, which does not know that key" unknown
rm -r "$root/state/versions"
holds "nor where that one alone is left" unknown_alone
sign_clean
tap_end
