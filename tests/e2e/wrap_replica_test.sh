#!/bin/sh
# SPDX-License-Identifier: ISC
# Wrapped key slots at the second host: its thief reads nothing either, and a restore needs the key.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/replica_lib.sh"
days_begin wrapped
replica_host || { skip "wrapped key slots at a second host" "no sshd can be started here"; tap_end; }
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
here=$root/state/slots there=$second/slots/slots creds=$root.creds
owner=$(stat -c %u:%g "$root/state")
mkdir -m 755 "$creds"
new_key() { "$bin/postern" keygen slots -o "$1" 2>/dev/null && { chown "$owner" "$1" 2>/dev/null || true; } && chmod 400 "$1"; }
stop() { kill "$posternd" && wait "$posternd"; } 2>/dev/null
work() { days_grant shell 5m && p engineer enter shell -- "echo $1" </dev/null >/dev/null 2>&1 && p auditor ls --json | ids | head -n 1; }
live() { od -An -v -w64 -tx1 "$1" | awk -v state="$2" '$7 == "00" && $8 == state' | wc -l; }
# Every live slot has the same bytes on both sides, and some have.
equal() { od -An -v -w64 -tx1 "$here" | awk '$8 == "01" || $8 == "03"' >"$root.here"; od -An -v -w64 -tx1 "$there" | awk '$8 == "01" || $8 == "03"' >"$root.there"; [ -s "$root.here" ] && cmp -s "$root.here" "$root.there"; }

replica_for "$root" gate
kill -HUP "$posternd"
first=$(work before)
holds "keys lie in the clear on both sides" within $days_limit equal
holds "as long as there is no key for them" [ "$(live "$there" 01)" -gt 2 ]
stop
new_key "$creds/postern.slots.key"
export CREDENTIALS_DIRECTORY="$creds"
days_start --trial || fail "posternd starts with a credential"
holds "once they are wrapped here they are sent again" within $days_limit equal
holds "and the second host has none in the clear" [ "$(live "$there" 01)" -eq 0 ]
later=$(work wrapped)
holds "new ones arrive wrapped" within $days_limit equal
copy=$root.backup
holds "a backup is made" "$bin/postern" backup "$copy" --root "$root" --as auditor
holds "without slots and without a key" sh -c "[ ! -e '$copy/slots' ] && ! grep -rqa postern-slots-key '$copy'"
stop
mv "$creds/postern.slots.key" "$creds/postern.slots.key.old"
new_key "$creds/postern.slots.key"
days_start --trial || fail "posternd starts with both keys"
same_id() { id=$(cut -d' ' -f2 "$creds/postern.slots.key"); [ "$(od -An -v -w64 -tx1 "$there" | awk '$8 == "03" { print $49 $50 $51 $52 }' | sort -u)" = "$id" ]; }
holds "after a change of key the second host has everything under the new one" within $days_limit same_id
within $days_limit equal || fail "and the same bytes"
cp "$root/state/log.key" "$root.logkey"
stop
unset CREDENTIALS_DIRECTORY

new=$root.new
mkdir -m 755 "$new"
cp -r "$root/etc" "$new/etc"
cp "$root/auditor.key" "$new/auditor.key"
chown -R "$(stat -c %u:%g "$root/etc")" "$new/etc" "$new/auditor.key"
chown "$(stat -c %u:%g "$root")" "$new"
mkdir -m 700 "$new/state" && chown "$owner" "$new/state"
printf 'Host second\n\tHostName 127.0.0.1\n\tPort %s\n\tUser %s\n\tIdentityFile %s\n\tIdentitiesOnly yes\n\tUserKnownHostsFile %s\n' \
	"$replica_port" "$(id -un)" "$second/keys/admin" "$new/etc/replica_hosts" >"$root.admin"
restore() { "$bin/postern" restore "$copy" --root "$new" --ssh-config "$root.admin" --log-key "$root.logkey" "$@" >"$root.said" 2>&1; }
refuses() { ! restore "$@"; }
holds "a restore without the key is refused" refuses
holds "which says why and what to give" grep -q 'the key that wraps them is not here.*--slots-key FILE' "$root.said"
holds "and leaves nothing that would stand in the way" sh -c "[ ! -e '$new/state/slots' ] && [ ! -e '$new/state/catalogue.db' ]"
holds "one with the old key is refused too" refuses --slots-key "$creds/postern.slots.key.old"
grep -q 'under another key' "$root.said" || fail "by its sentence"
holds "the key in force brings everything back" restore --slots-key "$creds/postern.slots.key"
sed 's/^/# /' "$root.said"

old=$root
root=$new
CREDENTIALS_DIRECTORY=$creds days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts on what was restored"; tap_end; }
open() { timeout 60 "$bin/postern" export --reason "a look at it" "$1" --root "$root" --as auditor -i "$root/auditor.key" --as raw -o "$old.out" >"$old.said" 2>&1; }
open "$first"
holds "a recording from before the key opens" grep -q before "$old.out"
rm -f "$old.out"
open "$later"
holds "and one from after it" grep -q wrapped "$old.out"
kill "$posternd"
wait "$posternd" 2>/dev/null
root=$old
rm -rf "$new" "$new.log" "$old.logkey"
tap_end
