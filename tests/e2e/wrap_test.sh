#!/bin/sh
# SPDX-License-Identifier: ISC
# Key slots wrapped under a credential: who has the disk has no text; a missing, exchanged or lost key is a sentence; changing it.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin wrap
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
owner=$(stat -c %u:%g "$root/state")
creds=$root.creds
mkdir -m 755 "$creds"
keep() { chown "$owner" "$1" 2>/dev/null || true; chmod 400 "$1"; }
new_key() { rm -f "$1"; "$bin/postern" keygen slots -o "$1" 2>/dev/null && keep "$1"; }
id_of() { cut -d' ' -f2 "$1"; }
stop() { kill "$posternd" && wait "$posternd"; } 2>/dev/null
start() { CREDENTIALS_DIRECTORY=$creds days_start --trial; }
# It ends by itself; its status in $ended, its words behind line $lines of the journal.
refused() {
	lines=$(wc -l <"$root.log")
	CREDENTIALS_DIRECTORY=${1-} timeout 30 "$bin/posternd" --trial --root "$root" >>"$root.log" 2>&1
	ended=$?
	[ $ended -ne 0 ] && [ $ended -ne 124 ]
}
told() { tail -n +$((lines + 1)) "$root.log" | grep -q -- "$1"; }
asked() { p engineer requests --json 2>/dev/null | grep -q "$1"; }
says() { grep -q -- "$1" "$root.said"; }
# Live slots in the clear, and wrapped ones.
clear_slots() { od -An -v -w64 -tx1 "$root/state/slots" | awk '$7 == "00" && $8 == "01"' | wc -l; }
wrapped_slots() { od -An -v -w64 -tx1 "$root/state/slots" | awk '$7 == "00" && $8 == "03"' | wc -l; }

p engineer request shell --reason "CHG-4711 before the key" >/dev/null
holds "without a credential keys lie in the clear" [ "$(clear_slots)" -gt 0 ]
cp -r "$root/state" "$root.early"
# A disk in memory, or one that is encrypted, has no thief.
doctor() { "$bin/postern" doctor --root "$root" >"$root.said" 2>&1; grep -q -- "$1" "$root.said"; }
thief=yes
doctor 'a thief of this disk' || thief=no
of_thief() { if [ $thief = yes ]; then holds "$@"; else skip "$1" "the disk below /tmp is encrypted, or memory"; fi; }
of_thief "doctor says what a thief could read" says 'a thief of this disk can read reasons, comments and log texts with command lines of 1 day and 0 sessions, and sign heads'
stop
new_key "$creds/postern.slots.key"
first=$(id_of "$creds/postern.slots.key")
holds "the key in writing is one line with its id" sh -c "grep -Eqx 'postern-slots-key-1 [0-9a-f]{8} [0-9a-f]{64}' '$creds/postern.slots.key' && [ \$(wc -l <'$creds/postern.slots.key') = 1 ]"
chmod 444 "$creds/postern.slots.key"
refused "$creds"
holds "one that others may read is refused" told "cannot take $creds/postern.slots.key: others may read or write"
chmod 400 "$creds/postern.slots.key"
start || fail "posternd starts with a credential"
holds "what was there is wrapped at the start" [ "$(clear_slots)" -eq 0 ]
holds "and the log says so" within $days_limit journal "slots-wrapped: the key slots are wrapped under the key $first: [1-9]"
holds "what was asked before can be read" within $days_limit asked "before the key"
days_grant shell 5m && p engineer enter shell -- "echo DONE" </dev/null >/dev/null 2>&1
p engineer request shell --reason "CHG-4712 under the key" >/dev/null
holds "new slots are wrapped as they are made" sh -c "[ $(clear_slots) -eq 0 ] && [ $(wrapped_slots) -gt 3 ]"
holds "and read" asked "under the key"
environment() { for pid in $(pgrep -P "$posternd"); do tr '\0' '\n' <"/proc/$pid/environ"; done; }
holds "no child of posternd knows where the credential was" sh -c '! echo "$1" | grep -q CREDENTIALS' - "$(environment)"

# An output gets the key as well.
mkdir "$root/to" && chown "$owner" "$root/to" 2>/dev/null
echo "archive file $root/to/events.json" >"$root/etc/outputs"
kill -HUP "$posternd"
holds "an output sends the texts" within $days_limit grep -q 'slots are wrapped under the key' "$root/to/events.json"
holds "and none without" sh -c "! grep -q no_text '$root/to/events.json'"

# ---- the stolen disk
stop
rm -rf "$root.copy"
cp -r "$root/state" "$root.copy"
chown -R "$(id -u)" "$root.copy"
copy_verify() { "$bin/postern" verify "$root.copy" --key "$root.copy/log.pub" >"$root.said" 2>&1; }
holds "a copy of the state verifies without the key" copy_verify; sed "s,^,# ," "$root.said"
"$bin/postern" log export --state "$root.copy" >"$root.said" 2>&1
holds "its log is there without its texts" sh -c "grep -q '\"no_text\": *\"the key slots are wrapped' '$root.said' && ! grep -q 'CHG-471\\|echo DONE\\|slots are wrapped under the key $first' '$root.said'"
CREDENTIALS_DIRECTORY=$creds "$bin/postern" log export --state "$root.copy" >"$root.said" 2>&1
holds "with the key the texts are there too" sh -c "grep -q 'CHG-4712' '$root.said' && ! grep -q no_text '$root.said'"
holds "and it verifies with it" sh -c "CREDENTIALS_DIRECTORY='$creds' '$bin/postern' verify '$root.copy' --key '$root.copy/log.pub'"
holds "no word of what people wrote stands in any file" sh -c "! grep -rqa 'CHG-471\\|echo DONE' '$root.copy'"

# ---- a missing, wrong or exchanged key
holds "without the key nothing starts" refused "$root.nowhere"
holds "which is said with the key's id" told "wrapped under the key $first, and the credential postern.slots.key that was given is none: the key slots are wrapped, and the key that wraps them is not here"
holds "and the status that systemd does not try again after" [ "$ended" -eq 78 ]
mkdir "$root.other" && new_key "$root.other/postern.slots.key"
chmod 755 "$root.other"
other=$(id_of "$root.other/postern.slots.key")
holds "with another one neither" refused "$root.other"
holds "and both ids are said" told "wrapped under the key $first, and the credential postern.slots.key that was given is $other: the key slots are wrapped under another key"
echo "postern-slots-key-1 $first $(printf '%064d' 7)" >"$root.mistyped" && mkdir -m 755 "$root.typo" && cp "$root.mistyped" "$root.typo/postern.slots.key" && keep "$root.typo/postern.slots.key"
refused "$root.typo"
holds "a mistyped one is told by its id" told "this is no key of key slots, or it is mistyped"
holds "no slot was touched by that" cmp -s "$root/state/slots" "$root.copy/slots"

# ---- change of key
mv "$creds/postern.slots.key" "$creds/postern.slots.key.old"
refused "$creds"
holds "an old key alone is none" told "is an old key, and there is no postern.slots.key that is in force"
new_key "$creds/postern.slots.key"
second=$(id_of "$creds/postern.slots.key")
start || fail "posternd starts with both"
holds "with both the slots change over" within $days_limit journal "slots-wrapped: the key slots are wrapped under the key $second: 0 that lay in the clear, [1-9][0-9]* that were under the old key"
holds "and are read" asked "before the key"
of_thief "doctor says under which key they are" doctor "^worth knowing: keys: the key slots are wrapped under the credential with the key $second: a thief of this disk reads nothing of the reasons"
holds "and that old blocks may have the earlier form" doctor 'of the live key slots were wrapped anew on .* old blocks of a flash disk'
stop
rm "$creds/postern.slots.key.old"
start || fail "posternd starts with the new one alone"
holds "then the old one can go" asked "under the key"
stop

# ---- deletion needs no key, and mixes hold: one slot from before, in the clear, put back among the wrapped
first_live=$(od -An -v -w64 -tx1 "$root.early/slots" | awk '$7 == "00" && $8 == "01" { print NR - 1; exit }')
dd if="$root.early/slots" of="$root/state/slots" bs=64 skip="$first_live" seek="$first_live" count=1 conv=notrunc 2>/dev/null
holds "a slot in the clear among wrapped ones" [ "$(clear_slots)" -eq 1 ]
start || fail "posternd starts"
holds "is read and wrapped again" sh -c "[ $(clear_slots) -eq 0 ]"
holds "with its text" asked "before the key"

# ---- a lost key: the old state is kept, its log verifies, and a new one begins
stop
mv "$root/state" "$root.lost"
mkdir -m 700 "$root/state" && chown "$owner" "$root/state" 2>/dev/null
mkdir -m 755 "$root.fresh" && new_key "$root.fresh/postern.slots.key"
CREDENTIALS_DIRECTORY=$root.fresh days_start --trial || fail "posternd starts with an empty state and a new key"
p engineer request shell --reason "CHG-4713 begin anew" >/dev/null
holds "after the loss of a key one begins anew" asked "begin anew"
holds "and the old log verifies" sh -c "'$bin/postern' verify '$root.lost' --key '$root.lost/log.pub'  >/dev/null 2>&1"
stop
rm -r "$root/state" && mv "$root.lost" "$root/state"
start || fail "posternd starts again where the key was found"
holds "a key that is found again opens what it closed" asked "under the key"

# ---- a real credential
secret=/var/lib/systemd/credential.secret	# systemd-creds makes it where it is missing
[ -e $secret ] || trap 'days_clean; rm -f $secret' EXIT
name="a credential that systemd-creds has sealed to this machine is the same key"
if ! command -v systemd-creds >/dev/null; then
	skip "$name" "systemd-creds is not here"
elif [ "$as_root" = no ]; then
	skip "$name" "needs root"
elif ! systemd-creds encrypt --with-key=host --name=postern.slots.key "$creds/postern.slots.key" "$root.cred" 2>"$root.said"; then
	skip "$name" "systemd-creds: $(head -n 1 "$root.said")"
else
	stop
	mkdir -m 755 "$root.systemd"
	grep -qF "$(cut -d' ' -f3 "$creds/postern.slots.key")" "$root.cred" && fail "the sealed credential hides the key"
	systemd-creds decrypt --name=postern.slots.key "$root.cred" "$root.systemd/postern.slots.key" && keep "$root.systemd/postern.slots.key"
	CREDENTIALS_DIRECTORY=$root.systemd days_start --trial
	holds "$name" asked "under the key"
fi
tap_end
