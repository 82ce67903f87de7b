#!/bin/sh
# SPDX-License-Identifier: ISC
# What must stand in each file, and what in none.
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/lint/sources.sh"

code=$(sources '*.c' '*.h')
scripts=$(sources '*.sh' '*.awk' '*.mk')
everything=$(sources '*' | grep -vE '^tests/(golden|fuzz/corpus)/'; ls README.md configure.ac Makefile.am m4/postern.m4 .ci/run)

bad=$(for f in $code; do
	[ "$(sed -n 1p "$f")" = '/* SPDX-License-Identifier: ISC */' ] || echo "$f: the first line is not the SPDX line"
	case $(sed -n 2p "$f") in '/*'*) ;; *) echo "$f: says not what it is for" ;; esac
done
for f in $scripts; do
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier: ISC' || echo "$f: has no SPDX line"
done)
nothing "each file begins with its licence and what it is for" "$bad"

# The words are split, so that this file does not find itself.
# shellcheck disable=SC2086
nothing "nothing is marked as unfinished" "$(grep -nIwE 'TO[D]O|FIX[M]E|XX[X]' $everything /dev/null)"
# shellcheck disable=SC2086
nothing "no path of somebody's machine is in the tree" "$(grep -nIE '(^|[^[:alnum:]_.*-])/wor[k]/' $everything /dev/null)"
# shellcheck disable=SC2086
nothing "there is no goto" "$(grep -nE '(^|[^[:alnum:]_"*/ ])[ \t]*goto [a-z_]+;' $code /dev/null)"
# shellcheck disable=SC2086
nothing "no struct hides behind a typedef" "$(grep -nE '^typedef (struct|union|enum)' $code /dev/null)"
# shellcheck disable=SC2086
nothing "no function without bounds, and no shell, is called" \
    "$(grep -nE '(^|[^[:alnum:]_>."])(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|strtok|system|popen|mktemp|tmpnam|alloca)\(' \
	$(printf '%s\n' "$code" | grep -v '^tests/') /dev/null | grep -vE ':[0-9]+:[ \t]*(/?\*|//)')"
# shellcheck disable=SC2086
nothing "no line ends in blanks" "$(grep -nE '[ 	]$' $code $scripts /dev/null)"
tap_end
