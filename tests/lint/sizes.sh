#!/bin/sh
# SPDX-License-Identifier: ISC
# Upper bounds: a file has at most 600 lines, a function 60.
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/lint/sources.sh"

# shellcheck disable=SC2046
long=$(wc -l $(sources '*.[ch]' '*.sh') | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }')
nothing "no file has more than 600 lines" "$long"

if ctags --version 2>/dev/null | grep -q Universal; then
	# shellcheck disable=SC2046
	functions=$(ctags --fields=+ne -o - --kinds-C=f $(sources '*.c') 2>/dev/null | awk -F'\t' '{
		line = end = 0
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) line = substr($i, 6)
			if ($i ~ /^end:/) end = substr($i, 5)
		}
		if (end > 0) print end - line + 1, $2 ":" line ": " $1
	}')
	nothing "no function has more than 60 lines" \
	    "$(printf '%s\n' "$functions" | awk '$1 > 60 { n = $1; $1 = ""; print substr($0, 2) " has " n " lines" }')"
	holds "the lengths of functions were measured" test "$(printf '%s\n' "$functions" | wc -l)" -gt 50
else
	skip "no function has more than 60 lines" "universal-ctags is not installed"
fi
tap_end
