# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# Which files are ours, for the lint scripts: they work in a checkout as in an unpacked release.
cd "$TOP_SRCDIR" || exit 1

# sources NAME...: files of our rooms whose names match, one a line.
sources() {
	for pattern in "$@"; do
		find lib recorder console player share tests -name "$pattern" -type f
	done | grep -v '^tests/log/' | sort
}
