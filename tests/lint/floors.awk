# SPDX-License-Identifier: ISC
# Every #include "dir/..." points to a lower floor or stays at home. A folder inside a room belongs to the room.
BEGIN {
	split("lib/base lib/wire lib/term lib/proof lib/record lib/store recorder console player", room)
	split("0        2        2        1         2          2         3        3       3", level)
	for (i in room) floor[room[i]] = level[i]
}
function home(path) {
	do sub(/\/?[^\/]*$/, "", path); while (path != "" && !(path in floor))
	return path
}
/^#[ \t]*include "/ {
	split($0, quoted, "\"")
	from = home(FILENAME)
	to = home(quoted[2])
	if (to == "" && quoted[2] ~ /\//)
		printf "%s:%d: there is no room for %s\n", FILENAME, FNR, quoted[2]
	else if (from != "" && to != "" && from != to && floor[to] >= floor[from])
		printf "%s:%d: %s may not look into %s\n", FILENAME, FNR, from, to
	else if (to == "" && quoted[2] != "config.h")
		printf "%s:%d: write \"%s\" from the root of the tree\n", FILENAME, FNR, quoted[2]
}
