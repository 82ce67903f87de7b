#!/bin/sh
# SPDX-License-Identifier: ISC
# Grants that are signed by security keys: through a real ssh agent and by stock ssh-keygen, and only if they were touched.
# The security key is one in software (sk_software.c), which OpenSSH drives as it drives others.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/sign_lib.sh"
[ "$(uname -s)" = Linux ] || { skip "security keys" "OpenSSH's ways of loading them are other ones here"; tap_end; }
days_begin signsk
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
sign_start

# A provider's path has to be a true one, and below a folder that the agent trusts.
provider=$(readlink -f "$TOP_BUILDDIR/tests/e2e/sk_software.so")
export SSH_SK_PROVIDER="$provider"
enroll() { ssh-keygen -q -t ed25519-sk -N '' -C "$1" -f "$home/$1" ${2:+-O $2} </dev/null; }
holds "a security key is enrolled" enroll approver
holds "and one that wants no touch" enroll approver-free no-touch-required
roster approver approver-free
reload
export XDG_STATE_HOME="$home/state"
grant() { p approver grant "$@" >"$root.said" 2>&1 </dev/null; }
enters() { p engineer enter shell -- "exit 7" </dev/null >/dev/null 2>&1; [ $? -eq 7 ]; }

unset SSH_AUTH_SOCK
id=$(ask "key file")
holds "its key file signs a grant, through ssh-keygen" grant "$id" --key "$home/approver"
holds "and the engineer gets in" enters
holds "stock ssh-keygen verifies what show prints" stock "$id" alice@example.org
holds "as a signature of that kind of key" says 'ED25519-SK'

eval "$(ssh-agent -s -P "${provider%/*}/*")" >/dev/null
days_mine="$days_mine $SSH_AGENT_PID"
holds "a real ssh agent takes the key" ssh-add -q -S "$provider" "$home/approver" 2>"$root.keygen"
id=$(ask agent)
holds "and signs a grant with it" grant "$id" --for 5m
holds "the engineer gets in again" enters
holds "stock ssh-keygen verifies that one too" stock "$id" alice@example.org
holds "and it says what was signed" grep -q '^seconds 300$' "$root.text"

# Without a touch anybody who has the machine has the key: no option of the roster allows it, as OpenSSH has none there.
id=$(ask untouched)
refused() { ! grant "$id" --key "$home/approver-free"; }
holds "a signature that nobody touched the key for is refused" refused
holds "with its sentence" says 'the security key was not touched'
ssh-add -q -D 2>"$root.keygen"
ssh-add -q -S "$provider" "$home/approver-free" 2>"$root.keygen"
by_agent() { ! grant "$id"; }
holds "by an agent's too" by_agent
holds "with the same sentence" says 'the security key was not touched'
holds "and the journal tells it" journal 'refused: the security key was not touched'
kill "$posternd"
wait "$posternd"
verifies() { "$bin/postern" verify --root "$root" >"$root.said" 2>&1; }
holds "the log is fine with all that" verifies
holds "and counts both" says '^2 signed approvals'
sign_clean
tap_end
