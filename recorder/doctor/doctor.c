/* SPDX-License-Identifier: ISC */
/* The list of findings. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/doctor/doctor.h"

#define MOST_WHO	512	/* bytes; who comes after that is "..." */

void
doctor_done(struct doctor *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->findings[i].area);
		free(d->findings[i].what);
		free(d->findings[i].fix);
		free(d->findings[i].who);
	}
	for (size_t i = 0; i < d->skipped_count; i++)
		free(d->skipped[i]);
	free(d->findings);
	free(d->skipped);
	*d = (struct doctor){ 0 };
}

/* "a, b" has a and b. */
static bool
has_who(const struct finding *f, const char *who)
{
	size_t count = strlen(who);

	for (const char *at = f->who; (at = strstr(at, who)) != NULL; at++)
		if ((at == f->who || at[-1] == ' ') && (at[count] == '\0' || at[count] == ','))
			return true;
	return false;
}

static void
add_who(struct finding *f, const char *who)
{
	size_t count = strlen(f->who);
	char *longer;

	if (count >= MOST_WHO || has_who(f, who))
		return;
	if (count + strlen(who) + 2 >= MOST_WHO)
		who = "...";
	if (asprintf(&longer, "%s%s%s", f->who, count > 0 ? ", " : "", who) < 0)
		return;
	free(f->who);
	f->who = longer;
}

static void
add(struct doctor *d, const struct finding *new, const char *who)
{
	struct finding *f = NULL;

	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->findings[i].what, new->what) == 0 && strcmp(d->findings[i].fix, new->fix) == 0)
			f = &d->findings[i];
	if (f == NULL) {
		d->findings = own_grow(d->findings, d->count + 1, sizeof *f);
		f = &d->findings[d->count++];
		*f = (struct finding){ own_dup(new->area), own_dup(new->what), own_dup(new->fix), own_dup(""), new->is_advice };
	}
	if (who != NULL)
		add_who(f, who);
}

/* Borrowed for the call only. */
static char *
lent(const char *text)
{
	return (char *)(uintptr_t)text;
}

void
doctor_add(struct doctor *d, const char *area, const char *who, const char *what, const char *fix)
{
	add(d, &(struct finding){ .area = lent(area), .what = lent(what), .fix = lent(fix) }, who);
}

void
doctor_advise(struct doctor *d, const char *area, const char *who, const char *what, const char *fix)
{
	add(d, &(struct finding){ .area = lent(area), .what = lent(what), .fix = lent(fix), .is_advice = true }, who);
}

size_t
doctor_findings(const struct doctor *d)
{
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++)
		count += !d->findings[i].is_advice;
	return count;
}

void
doctor_skip(struct doctor *d, const char *what)
{
	d->skipped = own_grow(d->skipped, d->skipped_count + 1, sizeof *d->skipped);
	d->skipped[d->skipped_count++] = own_dup(what);
}
