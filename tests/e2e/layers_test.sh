#!/bin/sh
# SPDX-License-Identifier: ISC
# A class whose recordings take the keys of two or three persons: each who grants an opening takes one layer off.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
. "$TOP_SRCDIR/tests/e2e/acts_lib.sh"
days_begin layers
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
drive=$TOP_BUILDDIR/tests/term/drive
told() { p auditor show "$session" --reason "the story" | grep -q -- "$1"; }
opens() { act "$1" "$2" export "$session" -i "$root.$2" --as raw -o "$root.out" --reason "INC-7 who did it"; }
# asks PERSON: its request is $request.
asks() { act 0 "$1" request --open "$session" --reason "INC-7 who did it" && request=$(cat "$root.said"); }
with_key() { act "$1" "$2" grant "$request" --identity "$root.$2"; }
public() { sed -n 's/^# public key: //p' "$1"; }

# ---- whose keys, and how many
work 'echo before' && plain=$(newest)
for who in auditor approver2 approver; do "$bin/postern" keygen auditor -o "$root.$who" 2>/dev/null; done
"$bin/postern" keygen auditor -o "$root.desk" 2>/dev/null
cp "$root/etc/policy.yaml" "$root.policy"
class() { sed -e 's/^auditors:.*/auditors: [auditor, approver2, approver]/' -e 's/^admins:.*/admins: [approver]/' -e "s/log: forever/log: forever, open: $1/" "$root.policy" >"$root/etc/policy.yaml"; reload; }
keys() { for who in "$@"; do echo "$(public "$root.$who") # $([ "$who" = desk ] && echo auditor || echo "$who")"; done >"$root/etc/auditors"; }
class '{keys: 2, for: 10m}'
check() { timeout 60 "$bin/postern" policy check --root "$root" >"$root.said" 2>&1; }
refused() { ! check && says "$1"; }
holds "a key of nobody refuses such a policy" refused "must name a person of the policy behind each key"
keys auditor desk
holds "so do the keys of one person alone" refused "keys of 2 persons are needed, but the file auditors has those of 1 only"
keys auditor desk approver2
class '{keys: 2, for: 10m}'
holds "with the keys of two it is taken" within $days_limit shows 'opened with a reason, the keys of 2 persons and a grant by'
work 'echo forty-two' && session=$(newest) && short=$(echo "$session" | cut -c1-8)
holds "a session is recorded" [ -n "$session" ]

# ---- two keys
holds "one key alone opens nothing" opens 3 auditor
holds "and it is said what it takes" says "a grant and the keys of 2 persons: postern request --open $short"
holds "an auditor asks" asks auditor
p approver2 requests >"$root.said"
holds "the others see the line to type" says "takes the key of the one who grants it, with: postern grant $(echo "$request" | cut -c1-8) --identity FILE"
"$drive" start "$root.c" 120x30 "$bin/postern" console --root "$root" --as approver2 >/dev/null
holds "also in the console" "$drive" "$root.c" wait "it takes your key: postern grant"
"$drive" "$root.c" type g
holds "where g does not grant it" "$drive" "$root.c" wait "it takes your key"
"$drive" "$root.c" end >/dev/null
holds "nobody grants their own, with a key neither" with_key 3 auditor
holds "a grant without a key does not count" act 8 approver2 grant "$request"
holds "and says so" says "it takes your key to open this recording: postern grant"
POSTERN_LOGIN=1 p approver2 grant "$request" --identity "$root.approver2" >"$root.said" 2>&1
holds "through a login no key is read" says "through a login"
holds "a key that is not theirs opens nothing" act 8 approver2 grant "$request" --identity "$root.approver"
holds "who is no auditor has no part of it" act 3 engineer grant "$request" --identity "$root.approver"
holds "as long as it waits nothing opens" opens 3 auditor
holds "with their key another one grants it" with_key 0 approver2
holds "then it opens" opens 0 auditor
holds "with its bytes" grep -q forty-two "$root.out"
holds "for the one who asked" opens 3 approver
holds "with another identity it does not" act 8 auditor export "$session" -i "$root.approver2" --as raw -o "$root.out" --reason x
holds "and it is said why" says "what the keys of the others have left of its envelope is not for your key"
holds "their second key does" act 0 auditor export "$session" -i "$root.desk" --as raw -o "$root.out" --reason x
holds "the log tells who opened a layer with which key" told "approver2 opened a layer of envelope [0-9a-f]* with $(public "$root.approver2"), for request .* of auditor"
holds "and who took a part" told "approver2 took their part of the envelope"
act 0 auditor search forty-two --since 1d -i "$root.auditor" --reason x
holds "words are looked for as well" says "forty-two"
holds "what is left of the envelope is nowhere on the disk" sh -c "! grep -rqaF 'postern layers v1' '$root/state' && ! grep -rqaF 'age-encryption.org' '$root/state'"

# ---- a third one comes
keys auditor desk approver2 approver
reload
named() { p auditor keys list | grep -q "^$(public "$root.approver") approver"; }
holds "the file auditors names a third one" within $days_limit named
mine=$request
asks approver
with_key 0 approver2
holds "what is older does not open for them" opens 8 approver
act 0 approver revoke "$request" --reason "it does not open"
rewrap() { act "$1" "$2" keys rewrap --to "$(public "$root.approver")" "$session" -i "$root.$2" --reason "a third one"; }
holds "who has not got the keys of two adds no envelope" rewrap 3 approver2
holds "who has adds one" rewrap 0 auditor
holds "once" rewrap 0 auditor
holds "which is said" says "0 envelopes added, 1 there already"
asks approver
holds "then another one takes a layer off" with_key 0 auditor
holds "and it opens for the third one" opens 0 approver
holds "with its bytes" grep -q forty-two "$root.out"
act 0 approver revoke "$request" --reason done
asks approver2
holds "whose key takes a layer off as well" with_key 0 approver
holds "for the others" opens 0 approver2
act 0 approver2 revoke "$request" --reason done
request=$mine

# ---- taken back, lapsed, lost
holds "somebody else does not revoke it" act 3 engineer revoke "$request" --reason x
holds "who grants it revokes it" act 0 approver2 revoke "$request" --reason "seen enough"
holds "then nothing opens" opens 3 auditor
holds "twice is too often" act 5 approver2 revoke "$request" --reason "seen enough"
asks auditor
holds "a short window" act 0 approver2 grant "$request" --identity "$root.approver2" --for 3s
holds "closes by itself" within 60 opens 3 auditor
asks auditor
holds "a grant" with_key 0 approver
lost=$request
kill "$posternd" && wait "$posternd" 2>/dev/null
days_start --trial || fail "posternd starts again"
holds "does not outlive the gate" opens 5 auditor
holds "which says what to do" says "since the gate was restarted: ask anew"
asks auditor
act 0 approver keys retire approver2 --reason "left"
holds "a retired auditor grants nothing" with_key 3 approver2
act 0 approver keys return approver2 --reason "back"
holds "once they are back they do" with_key 0 approver2
holds "and it opens, beside a window that is lost" opens 0 auditor
act 0 approver keys retire auditor --reason "left"
holds "who asked and is retired opens nothing" opens 3 auditor
act 0 approver keys return auditor --reason "back"

# ---- what is deposited is something else
mine=$request
asks approver
probe() { "$TOP_BUILDDIR/tests/e2e/layers_probe" "$1" "$root/run/gate.sock" auditor "$request" >"$root.said" 2>&1; }
false_one() { ! probe "$1" && says "what was deposited cannot be what is in your part" && says "it takes your key"; }
for what in noise more part others unknown; do holds "what cannot be in the part is refused: $what" false_one $what; done
holds "what could be is not, and cannot be seen" probe fits
holds "then the one who asked cannot open it" opens 8 approver
holds "and is told" says "what the keys of the others have left of its envelope is not for your key"
holds "they take it back" act 0 approver revoke "$request" --reason "it does not open"
asks approver
holds "and ask another one" with_key 0 approver2
holds "who does it right" opens 0 approver

# ---- the policy changes
class reason
holds "a class may ask for less again" within $days_limit shows 'opened with a reason'
session=$plain
holds "what was recorded before takes one key" act 0 auditor export "$session" -i "$root/auditor.key" --as raw -o "$root.out" --reason x
session=$(p auditor ls --json | ids | grep -v "$plain" | head -n 1)
act 0 auditor revoke "$mine" --reason "done"
act 0 auditor revoke "$lost" --reason "done"
holds "but an envelope with layers stays one" opens 3 auditor
asks auditor
holds "is asked for as before" with_key 0 approver2
holds "and opens" opens 0 auditor

# ---- a trail of its own
sed -i -e 's/open: reason/trail: 180d, open: {keys: 2}/' "$root/etc/policy.yaml"
reload
holds "a class may keep the trail apart, and take two keys" within $days_limit shows '180 days.*the keys of 2 persons'
work 'echo seventy' && session=$(newest)
commands() { act "$1" "$2" export "$session" -i "$root.$2" --as trail -o "$root.out" --reason "INC-7 what was run"; }
holds "the trail does not open alone either" commands 3 auditor
asks auditor
holds "one grant takes a layer off both" with_key 0 approver2
holds "the recording opens" opens 0 auditor
holds "with its bytes" grep -q seventy "$root.out"
holds "the trail opens" commands 0 auditor
holds "with what was run" grep -q 'echo seventy' "$root.out"
holds "the log has a layer of each" sh -c "[ \"\$(timeout 60 '$bin/postern' show '$session' --root '$root' --as auditor --reason x | grep -c 'opened a layer of envelope')\" = 2 ]"
holds "a key is added to both" sh -c "timeout 60 '$bin/postern' keys rewrap --to '$(public "$root.desk")' '$session' --root '$root' --as auditor -i '$root.auditor' --reason x </dev/null | grep -q '^2 envelopes added'"

# ---- three keys
class '{keys: 3, for: 10m}'
holds "a class may take three" within $days_limit shows 'the keys of 3 persons and a grant by 2 of'
work 'echo sixty-six' && session=$(newest)
asks auditor
p approver requests >"$root.said"
holds "two are asked for theirs" says "takes the key of two who grant it"
holds "the first does not open it" sh -c "timeout 60 '$bin/postern' grant '$request' --identity '$root.approver2' --root '$root' --as approver2 | grep -q '1 more person is needed'"
holds "yet" opens 3 auditor
holds "not twice" act 1 approver2 grant "$request" --identity "$root.approver2"
holds "the second takes what the first has left" with_key 0 approver
holds "and it opens" opens 0 auditor
holds "with its bytes" grep -q sixty-six "$root.out"
asks approver
with_key 0 auditor
kill "$posternd" && wait "$posternd" 2>/dev/null
days_start --trial || fail "posternd starts a third time"
holds "half of it does not outlive the gate either" with_key 8 approver2
holds "and it is said what to do" says "deny it, so that it is asked for anew"
act 0 approver keys retire approver2 --reason "left"
id=$(p engineer request shell --reason x) && p approver grant "$id" >/dev/null
holds "with too few keys nobody enters" act 1 engineer enter shell -- true
holds "and it is said why" says "take the keys of 3 persons, but only 2 have one that is not retired"
holds "the log is fine with all that" within $days_limit "$bin/postern" verify --root "$root"
rm -rf "$root".*
tap_end
