/* SPDX-License-Identifier: ISC */
/* Fields of the kernel's structs: from types made here, from bytes that lie, and from the kernel that runs. */
#include "config.h"

#include <linux/btf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/trail/btf.h"

#define INFO(kind, count, flag)	((uint32_t)(flag) << 31 | (uint32_t)(kind) << 24 | (uint32_t)(count))

/* Offsets of the words in `strings`. */
enum { NO_NAME = 0, INT = 1, OUTER = 5, FIRST = 11, DEEP = 17, LAST = 22, BITS = 27 };
static const char strings[] = "\0int\0outer\0first\0deep\0last\0bits";

/*
 * int; struct outer { int first; struct { int bits : 3; union { int deep; }; }; int last; } with `last` at 24, the bit field at 8
 * and the union at 16. A type of each other size stands in front.
 */
static const uint32_t types[] = {
	INT, INFO(BTF_KIND_INT, 0, 0), 4, 0x01000020,					/* 1 */
	NO_NAME, INFO(BTF_KIND_ARRAY, 0, 0), 0, 1, 1, 4,				/* 2 */
	NO_NAME, INFO(BTF_KIND_FUNC_PROTO, 2, 0), 1, NO_NAME, 1, NO_NAME, 1,		/* 3 */
	NO_NAME, INFO(BTF_KIND_ENUM, 1, 0), 4, FIRST, 0,				/* 4 */
	NO_NAME, INFO(19, 1, 0), 8, FIRST, 0, 0,					/* 5: enum64 */
	NO_NAME, INFO(BTF_KIND_UNION, 1, 0), 4, DEEP, 1, 0,				/* 6 */
	NO_NAME, INFO(BTF_KIND_STRUCT, 2, 1), 12, BITS, 1, 3u << 24, NO_NAME, 6, 64,	/* 7 */
	OUTER, INFO(BTF_KIND_STRUCT, 3, 0), 28, FIRST, 1, 0, NO_NAME, 7, 64, LAST, 1, 192,	/* 8 */
};

static uint8_t *
make(size_t *count)
{
	const struct btf_header header = { .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof header,
		.type_len = sizeof types, .str_off = sizeof types, .str_len = sizeof strings };
	uint8_t *bytes = own_alloc(sizeof header + sizeof types + sizeof strings);

	memcpy(bytes, &header, sizeof header);
	memcpy(bytes + sizeof header, types, sizeof types);
	memcpy(bytes + sizeof header + sizeof types, strings, sizeof strings);
	*count = sizeof header + sizeof types + sizeof strings;
	return bytes;
}

static void
fields_are_found_where_they_are(void **state)
{
	struct btf_field fields[] = {
		{ "outer", "first", 9 }, { "outer", "deep", 9 }, { "outer", "last", 9 }, { "outer", NULL, 9 },
	};
	struct btf_field missing[] = { { "outer", "first", 0 }, { "outer", "none", 0 } };
	struct btf_field bits = { "outer", "bits", 0 }, other = { "inner", "first", 0 };
	AUTO_FREE uint8_t *bytes = NULL;
	size_t count;

	(void)state;
	bytes = make(&count);
	assert_int_equal(btf_find(bytes, count, fields, 4), 0);
	assert_int_equal(fields[0].bytes, 0);
	assert_int_equal(fields[1].bytes, 16);
	assert_int_equal(fields[2].bytes, 24);
	assert_int_equal(fields[3].bytes, 28);
	assert_int_equal(btf_find(bytes, count, missing, 2), ERR_UNSUPPORTED);
	assert_int_equal(btf_find(bytes, count, &bits, 1), ERR_UNSUPPORTED);
	assert_int_equal(btf_find(bytes, count, &other, 1), ERR_UNSUPPORTED);
}

/* In memory of exactly the size, so that a sanitizer sees what is read. */
static void
bytes_that_are_cut_or_changed_are_never_believed_beyond_their_end(void **state)
{
	AUTO_FREE uint8_t *whole = NULL;
	size_t count;

	(void)state;
	whole = make(&count);
	for (size_t cut = 0; cut < count; cut++) {
		AUTO_FREE uint8_t *some = own_alloc(cut + 1);
		struct btf_field field = { "outer", "last", 0 };

		memcpy(some, whole, cut);
		assert_int_equal(btf_find(some, cut, &field, 1), ERR_UNSUPPORTED);
	}
	for (size_t at = 0; at < count; at++)
		for (unsigned value = 0; value < 256; value += 15) {
			AUTO_FREE uint8_t *some = own_alloc(count);
			struct btf_field fields[] = { { "outer", "deep", 0 }, { "outer", "last", 0 } };

			memcpy(some, whole, count);
			some[at] = (uint8_t)value;
			(void)btf_find(some, count, fields, 2);
		}
}

static void
a_struct_inside_of_itself_ends(void **state)
{
	struct btf_field field = { "outer", "none", 0 };
	AUTO_FREE uint8_t *bytes = NULL;
	uint32_t eight = 8;
	size_t count;

	(void)state;
	bytes = make(&count);
	memcpy(bytes + sizeof(struct btf_header) + sizeof types - 5 * sizeof eight, &eight, sizeof eight);
	assert_int_equal(btf_find(bytes, count, &field, 1), ERR_UNSUPPORTED);
}

static void
this_kernel_tells_its_fields(void **state)
{
	struct btf_field fields[] = { { "task_struct", "mm", 0 }, { "mm_struct", "arg_start", 0 }, { "mm_struct", "arg_end", 0 }, { "upid", NULL, 0 } };
	AUTO_FREE char *bytes = NULL;
	size_t count;

	(void)state;
	if (access(BTF_KERNEL, R_OK) < 0)
		skip();
	assert_int_equal(fdio_slurp_path(BTF_KERNEL, BTF_MOST, &bytes, &count), 0);
	assert_int_equal(btf_find(bytes, count, fields, 4), 0);
	assert_true(fields[0].bytes > 0 && fields[0].bytes % sizeof(void *) == 0);
	assert_true(fields[2].bytes == fields[1].bytes + sizeof(long));
	assert_int_equal(fields[3].bytes, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_where_they_are),
		cmocka_unit_test(bytes_that_are_cut_or_changed_are_never_believed_beyond_their_end),
		cmocka_unit_test(a_struct_inside_of_itself_ends),
		cmocka_unit_test(this_kernel_tells_its_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
