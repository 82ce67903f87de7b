#!/bin/sh
# SPDX-License-Identifier: ISC
# `postern redact`: the filter, and what --explain says of a file and of a recording.
. "$TOP_SRCDIR/tests/e2e/record.sh"

# In two halves, so that this script does not print what it looks for.
token=ghp_0123456789abcdef
token=${token}ABCDEF0123456789wxyz
redact() { "$postern" redact "$@" </dev/null; }

printf 'one\nT=%s\npay 4111 1111 1111 1111 now, not 4111 1111 1111 1112\nghp_short\n' "$token" >"$dir/file"
holds "the filter covers what a recording would" says "T=****************************************" sh -c '"$0" redact <"$1" | sed -n 2p' "$postern" "$dir/file"
slowly() { fold -w1 "$dir/one" | while read -r c; do printf %s "$c"; sleep 0.01; done | "$postern" redact; }
echo "$token" >"$dir/one"
holds "also a byte at a time with pauses" says "****************************************" slowly

redact --explain "$dir/file" >"$dir/told"
holds "a hit is told with line, rule, set, style and length" has "line 2: github-token (secrets), full, 40 characters" "$dir/told"
holds "each with its own style" has "line 3: payment-card (personal), keep-last-4, 19 characters" "$dir/told"
holds "and what a check has dropped" has "line 3: not payment-card: its check failed" "$dir/told"
holds "and near misses" has "line 4: not github-token: it has a literal of it, and no match" "$dir/told"
holds "and counts" grep -q '^ *1  github-token$' "$dir/told"
holds "but never a value" no grep -q '0123456\|4111' "$dir/told"

# ---- a recording
record "$dir/old" --no-mask -- sh -c 'echo one; echo "T=$0"; echo two; echo "x TCK-123456"' "$token" >/dev/null
cat >"$dir/site.yaml" <<'YAML'
rules:
  - rule: ticket
    about: our tickets
    source: ours
    literals: [TCK-]
    pattern: TCK-[0-9]{6}
    style: label
    examples: [TCK-123456]
    counter: [TCK-x]
YAML
redact --explain "$dir/old" -i "$dir/identity" >"$dir/told"
holds "a recording is played through the rules" has ": github-token (secrets), full, 40 characters" "$dir/told"
holds "with line and time" grep -q '^line 2 at 0:[0-9][0-9]: github-token' "$dir/told"
redact --explain "$dir/old" -i "$dir/identity" --rules "$dir/site.yaml" >"$dir/told"
holds "new rules are tried on an old session" grep -q '^line 4 at 0:[0-9][0-9]: ticket (site), label, 10 characters$' "$dir/told"
record "$dir/masked" -- sh -c 'echo "T=$0"' "$token" >/dev/null
redact --explain "$dir/masked" -i "$dir/identity" >"$dir/told"
holds "what was covered is not found again" no has "full, 40" "$dir/told"
"$recording" key "$dir/other" >/dev/null
holds "another key opens nothing" status 8 redact --explain "$dir/old" -i "$dir/other"
tap_end
