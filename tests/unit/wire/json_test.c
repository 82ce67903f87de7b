/* SPDX-License-Identifier: ISC */
/* A line of JSON for a terminal: whatever a gate says, it moves no cursor. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/json.h"
#include "lib/wire/messages.h"

static void
test_words_are_as_clean_as_texts(void **state)
{
	char csi[] = "secrets\xc2\x9b""2J=1", override[] = "a\xe2\x80\xae=2", broken[] = "\xff=3", *masked[] = { csi, override, broken, NULL };
	const struct wire_session_row row = { .masked = masked };
	AUTO_FREE char *line = wire_json(WIRE_SESSION_ROW, &row);

	(void)state;
	assert_non_null(line);
	assert_true(text_is_clean(line, strlen(line)));
	assert_non_null(strstr(line, "=1"));
	assert_non_null(strstr(line, "=3"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words_are_as_clean_as_texts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
