#!/bin/sh
# SPDX-License-Identifier: ISC
# Who may include whom (README, "Map"), and which library belongs to which room.
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/lint/sources.sh"

ours=$(sources '*.[ch]' | grep -v '^tests/')
# shellcheck disable=SC2086
nothing "every include points to a lower floor or stays at home" "$(awk -f tests/lint/floors.awk $ours)"

# A rule that nothing can break proves nothing: the same program must object to a wrong file.
mkdir -p "$TOP_BUILDDIR/tests/lint/wrong/lib/base" "$TOP_BUILDDIR/tests/lint/wrong/console" || exit 1
echo '#include "lib/wire/conn.h"' >"$TOP_BUILDDIR/tests/lint/wrong/lib/base/up.c"
echo '#include "player/paint.h"' >"$TOP_BUILDDIR/tests/lint/wrong/console/sideways.c"
found=$(cd "$TOP_BUILDDIR/tests/lint/wrong" && awk -f "$TOP_SRCDIR/tests/lint/floors.awk" lib/base/up.c console/sideways.c | wc -l)
rm -rf "$TOP_BUILDDIR/tests/lint/wrong"
holds "an include that looks up or sideways is found" test "$found" -eq 2

# only HEADER ROOMS: no file outside these rooms includes the header.
only() {
	# shellcheck disable=SC2086
	nothing "$1 is included only in $2" "$(grep -nE "^#[ \t]*include <$1" $ours /dev/null | grep -vE "^($(echo "$2" | tr ' ' '|'))/")"
}
only sqlite3 lib/store
only '(n?curses|panel|ncursesw/)' "console player"
only vterm "lib/term console player"
only zstd "lib/record"
only pcre2 "lib/term recorder"
only cyaml recorder
only event2/ recorder
only security/pam recorder
tap_end
