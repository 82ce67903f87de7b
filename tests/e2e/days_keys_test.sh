#!/bin/sh
# SPDX-License-Identifier: ISC
# Keys that others may reach: posternd does not start, and says which file and what to type. Put right, it starts again.
set -u
: "${TOP_SRCDIR:=$(cd "$(dirname "$0")/../.." && pwd)}" "${TOP_BUILDDIR:=$(pwd)}"
. "$TOP_SRCDIR/tests/tap.sh"
. "$TOP_SRCDIR/tests/e2e/days_lib.sh"
days_begin keys
days_start --trial || { tail -n 5 "$root.log" >&2; fail "posternd starts"; tap_end; }
state=$root/state
within $days_limit [ -s "$state/log.key" ]
within $days_limit [ -s "$state/epochs" ]
stop() { kill "$posternd" && wait "$posternd"; }
# The daemon ends by itself with these words.
refuses() {
	timeout $days_limit "$bin/posternd" --trial --root "$root" >"$root.refused" 2>&1 9>&-
	[ $? -eq 1 ] && grep -qF -- "$1" "$root.refused" && return 0
	sed 's/^/# /' "$root.refused"
	return 1
}
stop
for file in log.key epochs slots catalogue.db; do
	chmod 640 "$state/$file"
	holds "posternd does not start with a $file that a group may read" refuses "nothing starts before: chmod go= $state/$file"
	chmod 602 "$state/$file"
	holds "nor with a $file that everybody may write" refuses "nothing starts before: chmod go= $state/$file"
	chmod 600 "$state/$file"
done
: >"$state/pseudonyms.key"
[ "$as_root" = no ] || chown --reference "$state/slots" "$state/pseudonyms.key"
chmod 604 "$state/pseudonyms.key"
holds "nor with an open key of pseudonyms" refuses "chmod go= $state/pseudonyms.key"
rm "$state/pseudonyms.key"
mv "$state/slots" "$root/slots"
ln -s "$root/slots" "$state/slots"
holds "nor with slots that lie elsewhere" refuses "$state/slots is not a regular file"
rm "$state/slots"
mv "$root/slots" "$state/slots"
if [ "$as_root" = yes ]; then
	days_owner=$(stat -c %u "$state/slots")
	chown 12345 "$state/slots"
	holds "nor with slots that belong to somebody else" refuses "nothing starts before: chown $days_owner $state/slots"
	chown "$days_owner" "$state/slots"
else
	skip "nor with slots that belong to somebody else" "needs root"
fi
holds "with all put right it starts" days_start --trial

# A mode that changes while it runs is met by the next gate.
chmod 644 "$state/slots"
kill -9 "$(child gate)"
closed() { grep -q "the catalogue below $state does not open: others may read or write" "$root.log"; }
holds "a gate that starts anew opens no catalogue with open slots" within $days_limit closed
chmod 600 "$state/slots"
works() { p engineer roles; }
holds "and works again once that is put right" within $days_limit works
tap_end
