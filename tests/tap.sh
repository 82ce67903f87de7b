# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# For test scripts: results as TAP. Source it: . "$TOP_SRCDIR/tests/tap.sh"; end with `tap_end`.
tap_count=0 tap_failed=0

pass() { tap_count=$((tap_count + 1)); printf 'ok %d - %s\n' "$tap_count" "$1"; }
skip() { tap_count=$((tap_count + 1)); printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"; }
fail() { tap_count=$((tap_count + 1)) tap_failed=$((tap_failed + 1)); printf 'not ok %d - %s\n' "$tap_count" "$1"; }

# nothing WORDS LINES: passes if LINES is empty, and shows them otherwise.
nothing() {
	if [ -z "$2" ]; then pass "$1"; return; fi
	printf '%s\n' "$2" | sed 's/^/# /'
	fail "$1"
}

# holds WORDS COMMAND...: passes if the command succeeds.
holds() {
	tap_words=$1
	shift
	if "$@"; then pass "$tap_words"; else fail "$tap_words"; fi
}

# The plan comes last; a script that stops before has none, and the runner counts it as failed.
tap_end() {
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" -eq 0 ]
	exit
}
