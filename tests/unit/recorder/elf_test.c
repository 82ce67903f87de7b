/* SPDX-License-Identifier: ISC */
/* What a program needs: as the loader says it, and nothing from files that lie. */
#include "config.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/cage/elf.h"

static bool
needs_library(const struct elf_needs *needs, const char *name)
{
	for (size_t i = 0; i < needs->count; i++)
		if (strstr(needs->libraries[i], name) != NULL)
			return true;
	return false;
}

/* Every line "NAME => PATH" of the loader's own list is in ours. */
static void
the_loader_and_we_find_the_same_libraries(void **state)
{
	static const char *const programs[] = { "/bin/bash", "/usr/bin/ssh", "/usr/bin/less", "/bin/ps" };

	(void)state;
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		AUTO_FREE char *command = NULL;
		struct elf_needs needs;
		char line[512], path[512];
		size_t count = 0;
		FILE *list;

		if (access(programs[i], X_OK) < 0)
			continue;
		elf_needs(programs[i], &needs);
		assert_non_null(needs.loader);
		assert_false(needs.more);
		assert_true(needs_library(&needs, "libc.so"));
		assert_true(asprintf(&command, "LD_TRACE_LOADED_OBJECTS=1 %s", programs[i]) > 0);
		list = popen(command, "r");
		assert_non_null(list);
		while (fgets(line, sizeof line, list) != NULL) {
			if (sscanf(line, " %*s => %511s", path) != 1)
				continue;
			count++;
			if (!needs_library(&needs, strrchr(path, '/')))
				fail_msg("%s needs %s", programs[i], path);
		}
		pclose(list);
		assert_true(count > 0);
		elf_done(&needs);
	}
}

static void
a_script_and_other_files_need_nothing(void **state)
{
	struct elf_needs needs;
	char path[] = "/tmp/elf-test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fdio_write(fd, "#!/bin/sh\n", 10), 0);
	elf_needs(path, &needs);
	assert_true(needs.is_script);
	assert_int_equal(needs.count, 0);
	assert_null(needs.loader);
	elf_done(&needs);
	close(fd);
	unlink(path);
	elf_needs("/does/not/exist", &needs);
	assert_int_equal(needs.count, 0);
	elf_needs("/etc", &needs);
	assert_int_equal(needs.count, 0);
	elf_needs("/dev/zero", &needs);
	assert_int_equal(needs.count, 0);
}

/* A real program in which every byte of headers and dynamic section is changed in turn: nothing but an answer comes of it. */
static void
a_file_that_lies_hurts_nobody(void **state)
{
	AUTO_FREE char *good = NULL;
	char path[] = "/tmp/elf-test-XXXXXX";
	int fd = mkstemp(path);
	struct elf_needs needs;
	size_t count;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fdio_slurp_path("/bin/true", 1 << 20, &good, &count), 0);
	assert_int_equal(fdio_pwrite(fd, good, count, 0), 0);
	for (size_t at = 0; at < 64 + 13 * sizeof(Elf64_Phdr) && at < count; at++) {
		static const char lies[] = { 0, 1, 0x7f, (char)0xff };

		for (size_t i = 0; i < sizeof lies; i++) {
			assert_int_equal(fdio_pwrite(fd, &lies[i], 1, (off_t)at), 0);
			elf_needs(path, &needs);
			assert_true(needs.count <= ELF_MOST);
			elf_done(&needs);
		}
		assert_int_equal(fdio_pwrite(fd, good + at, 1, (off_t)at), 0);
	}
	close(fd);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loader_and_we_find_the_same_libraries),
		cmocka_unit_test(a_script_and_other_files_need_nothing),
		cmocka_unit_test(a_file_that_lies_hurts_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
