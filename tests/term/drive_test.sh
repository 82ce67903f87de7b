#!/bin/sh
# SPDX-License-Identifier: ISC
# The driver that end-to-end scripts use.
. "$TOP_SRCDIR/tests/tap.sh"
drive=$TOP_BUILDDIR/tests/term/drive
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
is() { # is WORDS COMMAND...: as holds, and what it printed is only shown if it fails
	words=$1
	shift
	if "$@" >"$dir/out" 2>"$dir/err"; then pass "$words"; else
		sed 's/^/# /' "$dir/out" "$dir/err"
		fail "$words"
	fi
}
says() { # says TEXT COMMAND...: it prints exactly this
	want=$1
	shift
	[ "$("$@")" = "$want" ]
}
no() { if "$@"; then return 1; fi; }

is "two drivers start" "$drive" start "$dir/a" 80x24 sh -c 'echo hello; read x; printf "\033]2;named\007"; echo "got $x"; exec sleep 100'
is "with their own programs" "$drive" start "$dir/b" 40x10 sh -c 'stty size; while read x; do [ "$x" = q ] && exit 5; stty size; done'
is "words are waited for" "$drive" "$dir/a" wait hello
is "text is typed" "$drive" "$dir/a" type 'some  words\r'
is "blanks in it are kept" "$drive" "$dir/a" wait "got some  words"
is "titles are known" says named "$drive" "$dir/a" title
is "words that are not there are a no" no "$drive" "$dir/a" has "got nothing"
is "bytes are remembered" "$drive" "$dir/a" saw '\e]2;named^G'
is "the second has its own size" "$drive" "$dir/b" wait "10 40"
is "a window changes" "$drive" "$dir/b" resize 50x12
is "keys have names" "$drive" "$dir/b" key enter
is "the program sees the new size" "$drive" "$dir/b" wait "12 50"
is "rows count from 1" says "10 40" "$drive" "$dir/b" row 1
is "the last words are typed" "$drive" "$dir/b" type 'q\r'
is "the exit status comes back" says 5 "$drive" "$dir/b" status
is "an ended program is not alive" no "$drive" "$dir/b" alive
is "words of an ended program are a no at once" no "$drive" "$dir/b" wait never
is "a running one is alive" "$drive" "$dir/a" alive
is "a dropped line ends it" "$drive" "$dir/a" hangup
is "by a signal" says 129 "$drive" "$dir/a" status
"$drive" "$dir/b" end >/dev/null
is "a driver ends" says 129 "$drive" "$dir/a" end
is "and answers no more" no "$drive" "$dir/a" alive
tap_end
