#!/bin/sh
# SPDX-License-Identifier: ISC
# Grants that count only with a signature: by a real ssh agent and by a key file, judged by stock ssh-keygen, and refused
# wherever something does not fit.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin sign
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }

# Everybody has a home of their own; that of approver2 has never seen the log.
home=$root.home
mkdir -p "$home/state"
for who in approver approver2 other; do ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$home/$who"; done
sed -i -e 's/person: approver$/&\n    principal: alice@example.org/' -e 's/person: approver2$/&\n    principal: bob@example.org/' \
	-e 's/need: 1}/need: 1, signed: yes}/' "$root/etc/policy.yaml"
roster() {
	: >"$root/etc/approvers"
	for who in "$@"; do
		case $who in
		approver) principal=alice@example.org ;;
		*) principal=bob@example.org ;;
		esac
		printf '%s %s\n' "$principal" "$(cut -d' ' -f1,2 "$home/$who.pub")" >>"$root/etc/approvers"
	done
}
reload() { kill -HUP "$posternd"; }
is_signed_policy() { p engineer roles >/dev/null && [ "$(grep -c 'policy .* with' "$root.log")" -ge "$1" ]; }
ask() { p engineer request shell --reason "INC-7 $1"; }
# grant PERSON ID OPTIONS...: as this person, in their home; what is said goes to $root.said.
grant() {
	grant_who=$1
	shift
	XDG_STATE_HOME=$home/state/$grant_who p "$grant_who" grant "$@" >"$root.said" 2>&1
	grant_status=$?
	[ "$grant_status" -eq "$wanted" ] || sed "s/^/# status $grant_status: /" "$root.said"
	[ "$grant_status" -eq "$wanted" ]
}
says() { grep -q -- "$1" "$root.said" || { sed 's/^/# /' "$root.said"; false; }; }

wanted=3
id=$(ask one)
reload
holds "a role that wants signatures without a roster refuses the whole policy" within $days_limit journal "there is no file .approvers."
roster approver approver2
reload
within $days_limit is_signed_policy 1
unset SSH_AUTH_SOCK
wanted=8
holds "without an agent and a key there is no grant" grant approver "$id"
holds "and a sentence that says what to do" says "start one, or name a key with --key"
holds "another person's key does not sign" grant approver "$id" --key "$home/approver2"
wanted=0
holds "the approver's own key file does" grant approver "$id" --key "$home/approver"
enters() { p engineer enter shell -- "exit 7" </dev/null >/dev/null 2>&1; [ $? -eq 7 ]; }
holds "the engineer gets in" enters

eval "$(ssh-agent -s)" >/dev/null
days_mine="$days_mine $SSH_AGENT_PID"
ssh-add -q "$home/other" "$home/approver" 2>/dev/null
id=$(ask two)
holds "of the keys in an agent the one that is the approver's signs" grant approver "$id"
id=$(ask three)
wanted=8
holds "who has none of their keys in the agent cannot grant" grant approver2 "$id"
wanted=3
holds "nobody signs for their own request" sh -c "! $bin/postern grant $(p approver request shell --reason own) --root $root --as approver --key $home/approver >/dev/null 2>&1"

# The log that was seen must be the one that is there.
holds "the head that was checked is kept where the approver sits" sh -c "grep -q '^— .*/postern ' $home/state/approver/postern/heads/*"
cp -r "$home/state/approver" "$home/state/kept"
sed -i 's/^\([0-9][0-9]*\)$/9\1/' "$home/state/approver/postern/heads/"*
wanted=24
holds "a log that is not the one that was seen before is not decided on" grant approver "$id"
holds "and that is said plainly" says "is not the one that you have seen before"
rm -rf "$home/state/approver"
mv "$home/state/kept" "$home/state/approver"

# A key that was removed a second ago.
roster approver2
wanted=8
holds "a key that was taken out of the roster a moment ago signs nothing" grant approver "$id"
holds "as the gate tells that it knows none" says "knows no key of yours"
roster approver approver2
wanted=0
holds "put back, it does" grant approver "$id"
id=$(ask five)
denies() { p approver deny "$id" --reason "not now" >/dev/null; }
holds "a denial needs no signature" denies

# In the console: it steps aside while the key is asked, and says what came of it.
id=$(ask seven)
export XDG_STATE_HOME="$home/state/approver"
"$drive" start "$root.console" 100x30 "$bin/postern" console --root "$root" --as approver >/dev/null
days_ptys="$days_ptys $root.console"
"$drive" "$root.console" wait 'INC-7 seven' >/dev/null
"$drive" "$root.console" type 'a' >/dev/null
"$drive" "$root.console" wait 'Grant shell to engineer' >/dev/null
"$drive" "$root.console" type 'y' >/dev/null
holds "the console signs with the approver's agent" "$drive" "$root.console" wait 'Granted: shell to engineer'
"$drive" "$root.console" key up >/dev/null
holds "and its screen is back" "$drive" "$root.console" has 'postern'
"$drive" "$root.console" type 'q' >/dev/null
unset XDG_STATE_HOME
is_signed() { p auditor show "$id" --signed 2>/dev/null | grep -q 'BEGIN SSH SIGNATURE'; }
holds "what it granted is signed" is_signed

# What was signed, for stock ssh-keygen.
id=$(ask six)
wanted=0
grant approver "$id" --for 5m
p auditor show "$id" --signed >"$root.shown" 2>/dev/null
sed -n '/^approval v1$/,/^nonce /p' "$root.shown" >"$root.text"
sed -n '/^-----BEGIN SSH SIGNATURE-----$/,/^-----END SSH SIGNATURE-----$/p' "$root.shown" >"$root.sig"
holds "show prints what was signed" grep -q "^seconds 300$" "$root.text"
holds "and stock ssh-keygen verifies it" sh -c "ssh-keygen -Y verify -f $root/etc/approvers -I alice@example.org -n approve@postern -s $root.sig <$root.text >/dev/null 2>&1"

# Reviews of entries without a decision.
sed -i 's/^  - role: shell$/&\n    break-glass: {who: [engineer], for: 10m}/' "$root/etc/policy.yaml"
reload
within $days_limit is_signed_policy 2
unset SSH_AUTH_SOCK
glass() { p engineer enter shell --break-glass --reason "INC-8 $1" -T -- true </dev/null >/dev/null 2>&1; }
unreviewed() { p approver requests --reviews --json | sed -n 's/.*"request":"\([0-9a-f]*\)".*/\1/p' | head -n 1; }
review() { XDG_STATE_HOME=$home/state/$1 p "$1" review "$id" --comment "it was right" ${2:+--key "$2"} >"$root.said" 2>&1; [ $? -eq "$wanted" ] || { sed 's/^/# /' "$root.said"; false; }; }
revoked() { p approver revoke "$(p engineer status --json | sed -n 's/.*"grant":"\([0-9a-f]*\).*/\1/p' | head -n 1)" --reason over >/dev/null 2>&1; }
while revoked; do :; done
glass fire
id=$(unreviewed)
wanted=8
holds "where grants are signed a review without a key is none" review approver
holds "nor with the key of another person" review approver "$home/approver2"
wanted=3
holds "nor by who broke the glass" review engineer "$home/approver"
holds "so it waits still" [ "$(unreviewed)" = "$id" ]
wanted=0
holds "with the reviewer's own key it counts" review approver "$home/approver"
holds "and nothing waits" [ -z "$(unreviewed)" ]
wanted=1
holds "once" review approver2 "$home/approver2"
holds "the log says that it had to be signed" sh -c "'$bin/postern' log export --root '$root' | grep -q 'approver reviewed the break-glass of engineer into shell; signatures required'"
p auditor show "$id" --signed >"$root.shown" 2>/dev/null
sed -n '/^approval v1$/,/^nonce /p' "$root.shown" >"$root.text"
sed -n '/^-----BEGIN SSH SIGNATURE-----$/,/^-----END SSH SIGNATURE-----$/p' "$root.shown" >"$root.sig"
holds "show prints what was signed" grep -q "^decision review$" "$root.text"
holds "which stock ssh-keygen verifies" sh -c "ssh-keygen -Y verify -f $root/etc/approvers -I alice@example.org -n approve@postern -s $root.sig <$root.text >/dev/null 2>&1"
while revoked; do :; done
glass "a second time"
holds "they may break it again" [ -n "$(unreviewed)" ]
eval "$(ssh-agent -s)" >/dev/null
days_mine="$days_mine $SSH_AGENT_PID"
ssh-add -q "$home/approver"
export XDG_STATE_HOME="$home/state/approver"
"$drive" start "$root.console2" 100x30 "$bin/postern" console --root "$root" --as approver >/dev/null
days_ptys="$days_ptys $root.console2"
"$drive" "$root.console2" wait 'TO REVIEW' >/dev/null
"$drive" "$root.console2" type 'v' >/dev/null
"$drive" "$root.console2" wait 'without a decision?' >/dev/null
"$drive" "$root.console2" type 'looked at it\r' >/dev/null
holds "the console signs a review with the agent" "$drive" "$root.console2" wait 'Reviewed: shell of engineer'
"$drive" "$root.console2" type 'q' >/dev/null
unset XDG_STATE_HOME
if command -v sqlite3 >/dev/null; then
	cp -r "$root/state" "$root.copy"
	unsigned() { sqlite3 "$root.copy/catalogue.db" "UPDATE glasses SET sealed = (SELECT sealed FROM glasses WHERE request <> g.request LIMIT 1) FROM glasses g WHERE glasses.request = g.request"; }
	unsigned
	"$bin/postern" verify "$root.copy" --key "$root/state/log.pub" --roster "$root/etc/approvers" >"$root.said" 2>&1
	holds "a review in another one's place does not pass" [ $? -eq 26 ]
	rm -rf "$root.copy"
else
	skip_all "sqlite3 is not here" "a review in another one's place does not pass"
fi
holds "the log is fine with all that" within $days_limit "$bin/postern" verify --root "$root"
rm -rf "$home" "$root.said" "$root.shown" "$root.text" "$root.sig"
tap_end
