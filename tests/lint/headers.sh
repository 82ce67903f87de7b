#!/bin/sh
# SPDX-License-Identifier: ISC
# Each header compiles alone, twice in a row, with the flags of the build; its guard is its path.
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/lint/sources.sh"

headers=$(sources '*.h')
bad=$(MAKEFLAGS='' make -s -C "$TOP_BUILDDIR" --no-print-directory lone-headers LONE="$(echo $headers)" 2>&1)
nothing "each header compiles alone" "$bad"

bad=$(for h in $headers; do
	guard=POSTERN_$(printf '%s' "$h" | tr 'a-z/.-' 'A-Z___')
	grep -qx "#ifndef $guard" "$h" && grep -qx "#define $guard" "$h" || echo "$h: the guard should be $guard"
done)
nothing "each header's guard is its path" "$bad"
# shellcheck disable=SC2086
nothing "config.h is in no header" "$(grep -n '^#include "config.h"' $headers /dev/null)"
bad=$(for c in $(sources '*.c'); do
	first=$(grep -m 1 '^#include' "$c")
	case $first in '' | '#include "config.h"') ;; *) echo "$c: begins with $first" ;; esac
done)
nothing "config.h is the first include of each source file" "$bad"
tap_end
