#!/bin/sh
# SPDX-License-Identifier: ISC
# SIGKILL of the worker at random moments of steady output: what was shown is in the recording, and nobody hangs.
. "$TOP_SRCDIR/tests/e2e/record.sh"

lost='' unended='' status=0
for trial in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	file=$dir/$trial
	"$postern" record -q -r "$me" -o "$file" -- sh -c 'i=0; echo $$ >"$0"; while :; do i=$((i + 1)); echo "line $i of steady output"; done' "$file.pid" \
	    >"$file.shown" 2>"$file.said" </dev/null &
	client=$!
	until_true test -s "$file.shown" || unended="$unended $trial:nothing"
	sleep "0.$(($(od -An -N1 -tu1 /dev/urandom) % 3))$(($(od -An -N1 -tu1 /dev/urandom) % 10))"
	kill -9 "$(child "$client" postern-worker)"
	if wait "$client"; then status=1; fi
	if kill -0 "$(cat "$file.pid")" 2>/dev/null; then unended="$unended $trial"; fi
	has "The recorder died; the session was ended." "$file.said" || unended="$unended $trial:silent"
	"$recording" bytes output "$dir/identity" "$file" >"$file.recorded" || lost="$lost $trial:damaged"
	# The recording begins with everything that was shown.
	covers "$file.shown" "$file.recorded" || lost="$lost $trial"
	rm -f "$file.shown" "$file.recorded"
done
nothing "no displayed byte is missing, 20 times" "$lost"
nothing "the command ends and the client says why, 20 times" "$unended"
holds "with a status that is not 0" [ "$status" = 0 ]
tap_end
