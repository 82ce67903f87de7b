/* SPDX-License-Identifier: ISC */
/* Locks a catalogue as another process would: says "locked" and holds it until its input ends. */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	sqlite3 *db;
	char byte;

	if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		return 1;
	sqlite3_busy_timeout(db, 20000);
	if (sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
		return 1;
	puts("locked");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
