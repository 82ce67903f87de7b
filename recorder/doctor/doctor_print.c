/* SPDX-License-Identifier: ISC */
/* Findings as text, and as JSON there and back. */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "recorder/doctor/doctor.h"

#define MOST_READ	1000	/* findings */
#define SKIPPED		"not looked at"	/* the level of what is no finding */

static void
put_json(FILE *out, json_t *one)
{
	if (one != NULL)
		json_dumpf(one, out, 0);
	putc('\n', out);
	json_decref(one);
}

void
doctor_print_json(const struct doctor *d, bool skipped, FILE *out)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct finding *f = &d->findings[i];

		put_json(out, json_pack("{s:s, s:s, s:s, s:s, s:s}", "level", f->is_advice ? "advice" : "finding", "area", f->area, "what", f->what,
		    "fix", f->fix, "accounts", f->who));
	}
	for (size_t i = 0; skipped && i < d->skipped_count; i++)
		put_json(out, json_pack("{s:s, s:s}", "level", SKIPPED, "what", d->skipped[i]));
}

/* The other side may be somebody else's by now: nothing but clean texts is taken. */
static char *
text_of(const json_t *one, const char *key)
{
	const char *text = json_string_value(json_object_get(one, key));

	return text == NULL ? own_dup("") : text_clean(text, strlen(text));
}

static int
take(struct doctor *d, const char *line)
{
	json_t *one = json_loads(line, 0, NULL);
	AUTO_FREE char *level = text_of(one, "level");
	AUTO_FREE char *area = text_of(one, "area");
	AUTO_FREE char *what = text_of(one, "what");
	AUTO_FREE char *fix = text_of(one, "fix");
	AUTO_FREE char *who = text_of(one, "accounts");

	json_decref(one);
	if (what[0] == '\0')
		return ERR_CONFIG;
	if (strcmp(level, SKIPPED) == 0)
		doctor_skip(d, what);
	else
		(strcmp(level, "advice") == 0 ? doctor_advise : doctor_add)(d, area, who[0] != '\0' ? who : NULL, what, fix);
	return 0;
}

int
doctor_read(struct doctor *d, FILE *in)
{
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	int r = 0;

	for (int i = 0; r == 0 && i < MOST_READ && getline(&line, &room, in) > 0; i++)
		r = take(d, line);
	return r == 0 && ferror(in) ? -EIO : r;
}

static void
print_one(const struct finding *f)
{
	printf("%s%s: %s%s%s%s.\n    %s\n", f->is_advice ? "worth knowing: " : "", f->area, f->what, f->who[0] != '\0' ? " (" : "", f->who,
	    f->who[0] != '\0' ? ")" : "", f->fix);
}

void
doctor_print(const struct doctor *d)
{
	size_t count = doctor_findings(d);

	for (int advice = 1; advice >= 0; advice--)
		for (size_t i = 0; i < d->count; i++)
			if (d->findings[i].is_advice == (advice == 1))
				print_one(&d->findings[i]);
	for (size_t i = 0; i < d->skipped_count; i++)
		printf("not looked at: %s\n", d->skipped[i]);
	if (count == 0)
		printf("Nothing is wrong that can be seen from here.\n");
	else
		printf("%zu finding%s.\n", count, count == 1 ? "" : "s");
}
