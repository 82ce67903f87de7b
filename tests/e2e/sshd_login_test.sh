#!/bin/sh
# SPDX-License-Identifier: ISC
# `signed: login` through a real sshd: the key by which an approver logged in stands beside what they decided, on the bastion
# and from elsewhere; sshd tells it of nobody else; and what is told is nowhere taken for a signature.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
export TOP_SRCDIR TOP_BUILDDIR
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/sshd_lib.sh"
sshd_begin "$0"

wrong() { "$postern" doctor --json | grep '"level": "finding"' | grep -v '"area": "kernel"'; }
shown() { u pt-aud show "$request" --signed >"$stage/said" 2>&1 && grep -qF -- "$1" "$stage/said" || { sed 's/^/# /' "$stage/said"; false; }; }
finger() { ssh-keygen -l -f "$stage/keys/$1.pub" | cut -d' ' -f2; }
told() { grep -qF -- "$1" "$stage/posternd.log" || { grep granted "$stage/posternd.log" | sed 's/^/# /'; false; }; }
ask() { request=$(ssh pt-eng request "$1" --reason "'INC-1 test'"); }

# Without a word in the policy nobody's login is exposed, and that is said as it is.
ask brief
u pt-appr grant "$request" >/dev/null
holds "a decision from the bastion's own terminal tells no login" shown 'login: not by ssh, as far as is told'
ask brief
ssh pt-appr grant "$request" >/dev/null
holds "nor does one through ssh, where sshd exposes none" shown 'login: not by ssh, as far as is told'

# A role that says so.
sed -i 's/approve: {by: \[appr\], need: 1}/approve: {by: [appr], need: 1, signed: login}/; s/{person: appr, /{person: appr, principal: appr@example.org, /' "$etc/policy.yaml"
kill -HUP "$daemon"
reloaded() { [ "$(grep -c 'policy .* with' "$stage/posternd.log")" -ge 2 ]; }
within $sshd_limit reloaded
holds "doctor asks for what is missing" sh -c "$postern doctor 2>&1 | grep -q 'ExposeAuthInfo yes'"
groupadd -f postern-approvers
usermod -a -G postern-approvers pt-appr
nothing "and for nothing once the approvers are in their group" "$(wrong)"
ask brief
ssh pt-appr grant "$request" >/dev/null
holds "a grant through ssh tells the key of the login" shown "login: ssh-ed25519 $(finger pt-appr)"
holds "and that it is no proof" shown "not proven"
holds "the log has it too" told "; login: ssh-ed25519 $(finger pt-appr) (not proven)"
printf 'appr@example.org %s\n' "$(cut -d' ' -f1,2 "$stage/keys/pt-appr.pub")" >"$etc/approvers"
ask brief
ssh pt-appr grant "$request" >/dev/null
holds "a key of theirs is said to be one" shown "$(finger pt-appr), one of theirs in \`approvers\`"
printf 'appr@example.org %s\n' "$(cut -d' ' -f1,2 "$stage/keys/pt-aud.pub")" >"$etc/approvers"
ask brief
"$postern" grant "$request" -H pt-appr >/dev/null
holds "from elsewhere, with -H, the bastion's sshd tells it as well" shown "$(finger pt-appr), none of theirs in \`approvers\`"
ask brief
ssh pt-appr deny "$request" --reason "'not now'" >/dev/null
holds "a denial tells it" shown "deny"
holds "with the key" shown "$(finger pt-appr)"
verifies() { u pt-aud show "$request" --signed | grep -q 'BEGIN SSH SIGNATURE'; }
holds "none of them looks signed" no verifies
report() { u pt-aud report --last 1d --json >"$stage/report" 2>"$stage/said" && grep -q '"signature": *"login"' "$stage/report" || { head -c 600 "$stage/said" "$stage/report" | sed 's/^/# /'; false; }; }
holds "and the report calls it what it is" report

# What an account makes up about itself is told as that, and goes no further than these words.
printf 'publickey ssh-ed25519 AAAA\n' >"$stage/made-up"
chmod 600 "$stage/made-up"
chown pt-appr: "$stage/made-up"
ask brief
b pt-appr SSH_USER_AUTH="$stage/made-up" "$postern" grant "$request" >/dev/null
holds "what is no key is not shown as one" shown 'login: what is told of it cannot be read'
printf 'keyboard-interactive/pam\npassword\n' >"$stage/made-up"
ask brief
b pt-appr SSH_USER_AUTH="$stage/made-up" "$postern" grant "$request" >/dev/null
holds "a login without a key is told by its method" shown 'login: keyboard-interactive'
chown root: "$stage/made-up"
chmod 644 "$stage/made-up"
ask brief
b pt-appr SSH_USER_AUTH="$stage/made-up" "$postern" grant "$request" >/dev/null
holds "a file of somebody else's is not read" shown 'login: not by ssh, as far as is told'

# Engineers: sshd tells nothing of them.
ssh pt-eng version >/dev/null 2>&1
holds "sshd has no file about an engineer's login" sh -c "! sshd -T -C user=pt-eng,host=localhost,addr=127.0.0.1 | grep -q 'exposeauthinfo yes'"
sed -i 's/    PermitTunnel no/&\n    ExposeAuthInfo yes/' /etc/ssh/sshd_config.d/postern.conf
holds "and doctor finds it if it has" sh -c "$postern doctor 2>&1 | grep -q 'ExposeAuthInfo no'"
tap_end
