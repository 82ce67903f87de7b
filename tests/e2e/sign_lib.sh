# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# For the tests of signed decisions: a gate whose role shell wants signatures, and what an approver can do at it. Source it
# after days_lib.sh; then `sign_start`.
probe=$TOP_BUILDDIR/tests/e2e/sign_probe

# Everybody has a home of their own; keys in it are named as the people.
sign_start() {
	home=$root.home
	mkdir -p "$home/state"
	sed -i -e 's/person: approver$/&\n    principal: alice@example.org/' -e 's/person: approver2$/&\n    principal: bob@example.org/' \
		-e 's/need: 1}/need: 1, signed: yes}/' "$root/etc/policy.yaml"
}

# The keys of these people, by the names of their files.
roster() {
	: >"$root/etc/approvers"
	for who in "$@"; do
		case $who in
		approver*2) principal=bob@example.org ;;
		*) principal=alice@example.org ;;
		esac
		printf '%s %s\n' "$principal" "$(cut -d' ' -f1,2 "$home/$who.pub")" >>"$root/etc/approvers"
	done
}
is_signed_policy() { p engineer roles >/dev/null && [ "$(grep -c 'policy .* with' "$root.log")" -ge 2 ]; }
reload() { kill -HUP "$posternd" && within $days_limit is_signed_policy; }
ask() { p engineer request shell --reason "INC-7 $1"; }

# sign FILE WITH: the text in FILE, as that key would for ssh; into FILE.sig.
sign() { rm -f "$1.sig" && ssh-keygen -q -Y sign -n "${3:-approve@postern}" -f "$home/$2" "$1" 2>"$root.keygen"; }
says() { grep -q -- "$1" "$root.said" || { sed 's/^/# /' "$root.said"; false; }; }
# What stock ssh-keygen says about the only signed decision on a request.
stock() {	# ID PRINCIPAL
	p auditor show "$1" --signed >"$root.shown" 2>/dev/null
	sed -n '/^approval v1$/,/^nonce /p' "$root.shown" >"$root.text"
	sed -n '/^-----BEGIN SSH SIGNATURE-----$/,/^-----END SSH SIGNATURE-----$/p' "$root.shown" >"$root.sig"
	ssh-keygen -Y verify -f "$root/etc/approvers" -I "$2" -n approve@postern -s "$root.sig" <"$root.text" >"$root.said" 2>&1
}
sign_clean() { rm -rf "$home" "$root".said "$root".shown "$root".text* "$root".sig "$root".keygen; }
