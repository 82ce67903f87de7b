/* SPDX-License-Identifier: ISC */
/* Claimed and exact arguments, side by side. */
#include "config.h"

#include <string.h>

#include "recorder/trail/exact.h"
#include "recorder/trail/tracer.h"

#define LEADS_MOST	16	/* arguments that interpreters of interpreters put in front */

struct reader {
	const char	*at, *end;
};

/* The next argument, or NULL behind the last whole one. */
static const char *
next(struct reader *r)
{
	const char *text = r->at;
	const char *nul = r->at < r->end ? memchr(r->at, '\0', (size_t)(r->end - r->at)) : NULL;

	if (nul == NULL)
		return NULL;
	r->at = nul + 1;
	return text;
}

static struct reader
reader_of(const struct exact_texts *texts)
{
	return (struct reader){ texts->args, texts->args + texts->args_bytes };
}

/* A word that was longer than any that is kept is compared as far as it is. */
static bool
same_word(const char *claimed, const char *exact)
{
	size_t count = strlen(claimed);

	return strcmp(claimed, exact) == 0 || (count == TRACER_ARG_MOST - 1 && strncmp(claimed, exact, count) == 0);
}

/* Word by word, `argc` of them claimed. Where one side ends first, it must have been cut there. */
static bool
same_words(struct reader claimed, uint32_t argc, struct reader exact, bool exact_cut)
{
	for (uint32_t i = 0;; i++) {
		const char *a = next(&claimed), *b = next(&exact);

		if (a == NULL)
			return b == NULL ? i == argc || exact_cut : i < argc;
		if (b == NULL)
			return exact_cut;
		if (!same_word(a, b))
			return false;
	}
}

/* "#!": the interpreter and its argument, then the script's name in place of argv[0]. */
static bool
same_script(const struct exact_texts *claimed, const struct exact_texts *exact)
{
	struct reader from = reader_of(claimed), to = reader_of(exact);

	if (next(&from) == NULL)
		return false;
	for (int i = 0; i < LEADS_MOST; i++) {
		const char *lead = next(&to);

		if (lead == NULL)
			return false;
		if (i > 0 && strcmp(lead, exact->name) == 0 && same_words(from, claimed->argc - 1, to, exact->is_cut))
			return true;
	}
	return false;
}

bool
exact_matches(const struct exact_texts *claimed, const struct exact_texts *exact)
{
	static const char empty[1] = "";
	struct exact_texts none = *claimed;

	if (strcmp(claimed->name, exact->name) != 0)
		return false;
	if (claimed->argc == 0) {	/* Linux 5.18: nobody starts without a name of its own */
		none.args = empty;
		none.args_bytes = sizeof empty;
		none.argc = 1;
		claimed = &none;
	}
	return same_words(reader_of(claimed), claimed->argc, reader_of(exact), exact->is_cut) || same_script(claimed, exact);
}
