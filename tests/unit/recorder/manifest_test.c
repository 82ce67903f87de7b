/* SPDX-License-Identifier: ISC */
/* Copies that root makes in folders of another account: nothing leads out of them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/keep/manifest.h"

static char	dir[64];

/* DIR/a/versions/x and DIR/b/versions; DIR/else is somebody else's folder. */
static int
setup(void **state)
{
	static const char *const folders[] = { "a", "a/versions", "b", "else" };
	AUTO_FREE char *file = NULL;

	(void)state;
	snprintf(dir, sizeof dir, "/tmp/postern-manifest.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		AUTO_FREE char *path = place_path(dir, folders[i], NULL);

		if (mkdir(path, 0700) < 0)
			return -1;
	}
	file = place_path(dir, "a/versions/x", NULL);
	return fdio_replace(file, 0600, "text", 4);
}

static int
teardown(void **state)
{
	static const char *const names[] = { "a/versions/x", "a/versions/pipe", "a/versions", "a", "b/versions/x", "else/x", "else/x.part", "else" };
	AUTO_FREE char *link = place_path(dir, "b/versions", NULL), *b = place_path(dir, "b", NULL);

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO_FREE char *path = place_path(dir, names[i], NULL);

		if (unlink(path) < 0)
			(void)rmdir(path);
	}
	if (unlink(link) < 0)
		(void)rmdir(link);
	(void)rmdir(b);
	return rmdir(dir);
}

static int
copy(const char *from, const char *to, const char *name)
{
	AUTO_MANIFEST struct manifest manifest = { .count = 0 };
	AUTO_FREE char *source = place_path(dir, from, NULL), *target = place_path(dir, to, NULL);

	return manifest_copy(&manifest, source, target, name);
}

static void
test_a_file_is_copied(void **state)
{
	AUTO_FREE char *folder = place_path(dir, "b/versions", NULL), *path = place_path(dir, "b/versions/x", NULL), *text = NULL;

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(copy("a", "b", "versions/x"), 0);
	assert_int_equal(fdio_slurp_path(path, 16, &text, NULL), 0);
	assert_string_equal(text, "text");
}

static void
test_a_linked_folder_is_not_written_into(void **state)
{
	AUTO_FREE char *link = place_path(dir, "b/versions", NULL), *path = place_path(dir, "else/x", NULL);

	(void)state;
	assert_int_equal(symlink("../else", link), 0);
	assert_true(copy("a", "b", "versions/x") < 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void
test_a_linked_folder_is_neither_read_nor_given_away(void **state)
{
	AUTO_FREE char *link = place_path(dir, "b/versions", NULL), *there = place_path(dir, "b", NULL);

	(void)state;
	assert_int_equal(symlink("../a/versions", link), 0);
	assert_true(copy("b", "else", "versions/x") < 0);
	assert_true(manifest_give(there, "versions/x", getuid(), getgid()) < 0);
}

static void
test_a_pipe_keeps_nobody(void **state)
{
	AUTO_FREE char *pipe = place_path(dir, "a/versions/pipe", NULL), *folder = place_path(dir, "b/versions", NULL);

	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_true(copy("a", "b", "versions/pipe") < 0);
}

static void
test_names_are_those_of_a_backup(void **state)
{
	static const char *const good[] = { "catalogue.db", "log.key", "rec/0123.rec", "out/mail.mark" };
	static const char *const bad[] = { "slots", "catalogue.db-wal", "epochs", "../x", "rec/../x", "rec/.x", "rec/", "rec/a/b", "etc/x", "versions/a b", "versions/a\nfile", "" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(manifest_is_name(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(manifest_is_name(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_file_is_copied, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_linked_folder_is_not_written_into, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_linked_folder_is_neither_read_nor_given_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_pipe_keeps_nobody, setup, teardown),
		cmocka_unit_test(test_names_are_those_of_a_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
