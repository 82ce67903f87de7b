/* SPDX-License-Identifier: ISC */
/* Names of keys: what each sends, and which ones nobody may take away. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/keyname.h"

static void
each_name_means_its_bytes(void **state)
{
	static const struct { const char *name, *bytes; } cases[] = {
		{ "F1", "\033OP" }, { "f4", "\033OS" }, { "F5", "\033[15~" }, { "F6", "\033[17~" }, { "F12", "\033[24~" },
		{ "^]", "\035" }, { "^^", "\036" }, { "Ctrl-]", "\035" }, { "ctrl-b", "\002" }, { "^\\", "\034" },
		{ "off", "" }, { "OFF", "" },
	};
	uint8_t bytes[KEYNAME_BYTES];
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(keyname_parse(cases[i].name, bytes, &count), 0);
		assert_int_equal(count, strlen(cases[i].bytes));
		assert_memory_equal(bytes, cases[i].bytes, count);
	}
}

static void
what_is_no_key_or_a_vital_one_is_refused(void **state)
{
	static const char *const names[] = { "", "F", "F0", "F13", "F123", "F1x", "^", "^AB", "^C", "^c", "^D", "^M", "^J", "^I", "^Z",
	    "^[", "^@", "^S", "^Q", "Ctrl-", "Ctrl-C", "x", "Escape", "^~", "F-1" };
	uint8_t bytes[KEYNAME_BYTES];
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (keyname_parse(names[i], bytes, &count) != ERR_MSG_TEXT)
			fail_msg("'%s' is taken for a key", names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_means_its_bytes),
		cmocka_unit_test(what_is_no_key_or_a_vital_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
