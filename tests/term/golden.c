/* SPDX-License-Identifier: ISC */
/* A screen may come in several writes, so a comparison waits until it holds, and fails at the limit. */
#include "config.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/term/golden.h"
#include "tests/term/harness.h"

#define SCREEN_MOST	(1u << 20)
#define STILL_MS	700	/* make golden: so long nothing may come before a screen is written */

static void
write_screen(struct term *term, const char *path)
{
	AUTO_FREE char *screen = NULL;
	int64_t still_us = clock_boot_us();

	while (clock_boot_us() - still_us < STILL_MS * 1000) {
		size_t before = buf_len(term_bytes(term));

		if (!term_pump(term, 100))
			break;
		if (buf_len(term_bytes(term)) != before)
			still_us = clock_boot_us();
	}
	screen = term_screen_text(term);
	assert_int_equal(fdio_replace(path, 0644, screen, strlen(screen)), 0);
}

static void
compare_screen(struct term *term, const char *wanted, const char *name)
{
	int64_t limit_us = clock_boot_us() + TERM_LIMIT_S * CLOCK_US;

	for (;;) {
		AUTO_FREE char *screen = term_screen_text(term);

		if (strcmp(screen, wanted) == 0)
			return;
		if (clock_boot_us() > limit_us) {
			print_error("%s should be:\n%s\nIt is:\n%s\n", name, wanted, screen);
			fail();
		}
		term_pump(term, 50);
	}
}

void
golden_screen(struct term *term, const char *name)
{
	const char *mode = getenv("GOLDEN");
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *wanted = NULL;
	size_t count = 0;

	assert_true(asprintf(&path, "%s/tests/golden/%s.screen", POSTERN_SRCDIR, name) > 0);
	if (mode != NULL && strcmp(mode, "write") == 0) {
		write_screen(term, path);
		return;
	}
	assert_int_equal(fdio_slurp_path(path, SCREEN_MOST, &wanted, &count), 0);
	compare_screen(term, wanted, name);
}

/* True if an SGR sequence (ESC [ numbers m) among the bytes has a number that `is_so`. */
static bool
saw_sgr(struct term *term, bool (*is_so)(long number))
{
	AUTO_FREE char *bytes = buf_text(term_bytes(term));

	for (const char *at = strstr(bytes, "\033["); at != NULL; at = strstr(at + 2, "\033[")) {
		size_t length = strspn(at + 2, "0123456789;");

		if (at[2 + length] != 'm')
			continue;
		for (const char *n = at + 2; n < at + 2 + length; n++)
			if (isdigit((unsigned char)*n) && !isdigit((unsigned char)n[-1]) && is_so(strtol(n, NULL, 10)))
				return true;
	}
	return false;
}

static bool
is_colour(long number)
{
	return (number >= 30 && number <= 38) || (number >= 90 && number <= 97);
}

static bool
is_background(long number)
{
	return number == 7 || (number >= 40 && number <= 48) || (number >= 100 && number <= 107);
}

bool
golden_saw_colour(struct term *term)
{
	return saw_sgr(term, is_colour);
}

bool
golden_saw_background(struct term *term)
{
	return saw_sgr(term, is_background);
}
