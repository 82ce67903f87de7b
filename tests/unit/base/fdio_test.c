/* SPDX-License-Identifier: ISC */
/* A file that was replaced is the new one after a power failure, too. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"

static bool	is_file_synced, is_folder_synced;

/* Stands in front of the C library's. The folder counts only after its file. */
int
fsync(int fd)
{
	struct stat is;

	assert_int_equal(fstat(fd, &is), 0);
	is_folder_synced = is_folder_synced || (S_ISDIR(is.st_mode) && is_file_synced);
	is_file_synced = is_file_synced || S_ISREG(is.st_mode);
	return (int)syscall(SYS_fsync, fd);
}

static void
test_a_replaced_file_and_its_name_are_on_the_disk(void **state)
{
	char dir[] = "/tmp/postern-fdio.XXXXXX";
	AUTO_FREE char *path = NULL, *text = NULL;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = place_path(dir, "head", NULL);
	assert_int_equal(fdio_replace(path, 0600, "one", 3), 0);
	is_file_synced = is_folder_synced = false;
	assert_int_equal(fdio_replace(path, 0600, "two", 3), 0);
	assert_int_equal(fdio_slurp_path(path, 16, &text, NULL), 0);
	assert_string_equal(text, "two");
	assert_true(is_file_synced);
	assert_true(is_folder_synced);
	unlink(path);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_replaced_file_and_its_name_are_on_the_disk) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
