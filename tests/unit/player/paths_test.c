/* SPDX-License-Identifier: ISC */
/* Sets of paths as rules: what is left when doubles, crowds and what is below something else have gone. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "player/paths.h"

static const char *const nothing[] = { NULL };

/* All that is left, with blanks between. */
static void
expect(struct paths *paths, const char *const *without, const char *text)
{
	char said[4096] = "";

	paths_settle(paths, without);
	for (size_t i = 0; i < paths->count; i++)
		snprintf(said + strlen(said), sizeof said - strlen(said), "%s%s", i > 0 ? " " : "", paths->items[i]);
	assert_string_equal(said, text);
	paths_done(paths);
}

static void
names_are_made_whole(void **state)
{
	struct paths paths = { 0 };

	(void)state;
	paths_add(&paths, "/home/me", "notes");
	paths_add(&paths, "/home/me", "./sub/../notes");
	paths_add(&paths, "/home/me", "../you/x");
	paths_add(&paths, "/", "//etc///passwd");
	paths_add(&paths, "/", "../../..");
	expect(&paths, nothing, "/");
	paths_add(&paths, "/home/me", "../you/x");
	paths_add(&paths, "/home/me", "notes");
	paths_add(&paths, "/", "//etc///passwd");
	paths_add(&paths, "/home/me", "./sub/../notes");
	expect(&paths, nothing, "/etc/passwd /home/me/notes /home/you/x");
}

static void
a_crowd_becomes_its_folder(void **state)
{
	static const char *const names[] = { "/srv/a/1", "/srv/a/2", "/srv/a/3", "/srv/a/4", "/srv/b/1", "/srv/b/2", "/srv/b/3", "/x1", "/x2", "/x3", "/x4" };
	struct paths paths = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		paths_add(&paths, "/", names[i]);
	expect(&paths, nothing, "/srv/a /srv/b/1 /srv/b/2 /srv/b/3 /x1 /x2 /x3 /x4");
}

static void
what_is_below_something_else_goes(void **state)
{
	static const char *const without[] = { "/usr", "/proc", NULL };
	struct paths paths = { 0 };

	(void)state;
	paths_add(&paths, "/", "/var/log");
	paths_add(&paths, "/", "/var/log/a");
	paths_add(&paths, "/", "/var/logs");
	paths_add(&paths, "/", "/usr/bin/ls");
	paths_add(&paths, "/", "/usrlocal");
	paths_add(&paths, "/", "/proc/1/mem");
	expect(&paths, without, "/usrlocal /var/log /var/logs");
}

static void
many_of_the_same_take_no_room(void **state)
{
	struct paths paths = { 0 };
	char name[32];

	(void)state;
	for (int i = 0; i < 300000; i++) {
		snprintf(name, sizeof name, "/d%d/file", i % 7);
		paths_add(&paths, "/", name);
	}
	assert_true(paths.size < 4096);
	expect(&paths, nothing, "/d0/file /d1/file /d2/file /d3/file /d4/file /d5/file /d6/file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_made_whole), cmocka_unit_test(a_crowd_becomes_its_folder),
		cmocka_unit_test(what_is_below_something_else_goes), cmocka_unit_test(many_of_the_same_take_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
