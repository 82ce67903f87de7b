# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# For the scripts that test `postern record`: a key, the programs, and what they are asked.
. "$TOP_SRCDIR/tests/tap.sh"
postern=$TOP_BUILDDIR/recorder/postern
drive=$TOP_BUILDDIR/tests/term/drive
recording=$TOP_BUILDDIR/tests/e2e/recording
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
me=$("$recording" key "$dir/identity")

# A keyboard at which nobody sits, for <&8: the end of a file would be typed as ^D, and echoed if it comes before `stty raw`.
mkfifo "$dir/keyboard"
exec 8<>"$dir/keyboard"

record() { "$postern" record -q -r "$me" -o "$@"; }	# FILE -- COMMAND...
events() { "$recording" events "$dir/identity" "$1"; }
bytes() { "$recording" bytes "$1" "$dir/identity" "$2"; }
has() { grep -qF -e "$1" "$2"; }	# TEXT FILE
says() { # says TEXT COMMAND...: it prints exactly this
	says_want=$1
	shift
	[ "$("$@")" = "$says_want" ]
}
# status N COMMAND...: its exit status is N
status() {
	status_want=$1
	shift
	status_got=0
	"$@" >/dev/null 2>"$dir/stderr" || status_got=$?
	[ "$status_got" = "$status_want" ]
}
# covers SHOWN RECORDED: the recording begins with what was shown; what masking was undecided on, at the end, is covered
covers() {
	covers_size=$(wc -c <"$1")
	[ "$(wc -c <"$2")" -ge "$covers_size" ] || return 1
	{ cmp -l -n "$covers_size" "$1" "$2" || :; } | awk -v size="$covers_size" '$3 != 52 || $1 < size - 32768 { bad = 1 } END { exit bad }'
}
no() { if "$@"; then return 1; fi; }
# child PID NAME: the process NAME that PID has started
child() { ps -o pid=,comm= --ppid "$1" | awk -v name="$2" '$2 == name { print $1; exit }'; }
# until_true COMMAND...: as soon as it succeeds; false after 60 seconds
until_true() {
	until_left=1200
	while [ "$until_left" -gt 0 ]; do
		if "$@"; then return 0; fi
		sleep 0.05
		until_left=$((until_left - 1))
	done
	return 1
}
