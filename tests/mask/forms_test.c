/* SPDX-License-Identifier: ISC */
/*
 * Values of every rule in every form through the mask: what is missed, what is touched for nothing, what is skewed. Prints a table by
 * form and by rule, then the promises as TAP. With an argument, only forms whose name has it, and what was recorded of each miss.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_rules.h"
#include "tests/mask/benign.h"
#include "tests/mask/forge.h"
#include "tests/mask/form.h"
#include "tests/mask/judge.h"
#include "tests/mask/script.h"

#define SEED		UINT64_C(20261123)	/* POSTERN_SEED in the environment makes it another, and the only one */
#define SEEDS_MORE	6			/* others, of which each gets */
#define SHARE		16			/* one in so many cases */
#define SEED_STEP	UINT64_C(0x5851f42d4c957f2d)	/* no two seeds have a case in common */
#define MOST_RULES	128
#define BENIGN_EACH	64
#define MOST_RECORD	(1024 * 1024)

static const struct form *const forms[] = { form_lines, form_texts, form_screens, form_tricks, form_moves, form_edits, form_blocks, form_mixes,
	form_tables, form_configs };

struct tally {
	const char	*name;
	unsigned	 cases, missed, raw, text, screen, standing, skewed;
};

struct trial {
	struct mask_match	*match;
	struct script		 script;
	struct buf		 record;
	const char		*only;
	uint64_t		 seed;
	unsigned		 share, turn;	/* one in `share` cases is tried; 1: all */
	struct tally		 all, plain;
	struct tally		 rules[MOST_RULES];
	size_t			 rules_count;
	unsigned		 benign, touched;
	unsigned		 tests, failed;
};

static struct tally *
tally_of(struct trial *t, const char *rule)
{
	for (size_t i = 0; i < t->rules_count; i++) {
		if (strcmp(t->rules[i].name, rule) == 0)
			return &t->rules[i];
	}
	if (t->rules_count == MOST_RULES)
		abort();
	t->rules[t->rules_count].name = rule;
	return &t->rules[t->rules_count++];
}

static bool
is_missed(const struct judged *judged)
{
	return judged->is_raw || judged->is_text || judged->is_screen || judged->is_standing;
}

static void
count(struct tally *tally, const struct judged *judged)
{
	tally->cases++;
	tally->missed += is_missed(judged);
	tally->raw += judged->is_raw;
	tally->text += judged->is_text;
	tally->screen += judged->is_screen;
	tally->standing += judged->is_standing;
	tally->skewed += judged->is_skewed;
}

static void
print(const struct tally *tally)
{
	printf("# %-28s %6u cases  recall %.4f  (missed: bytes %u, text %u, screen %u, left %u)  aligned %.4f\n", tally->name, tally->cases,
	    tally->cases > 0 ? 1 - (double)tally->missed / tally->cases : 1.0, tally->raw, tally->text, tally->screen, tally->standing,
	    tally->cases > 0 ? 1 - (double)tally->skewed / tally->cases : 1.0);
}

/* What was recorded, so that one can see what happened. */
static void
show(const struct trial *t, const struct form *form, const struct forged *f, unsigned variant)
{
	const uint8_t *p = buf_data(&t->record);

	printf("# missed: %s %u, seed %llu, %s, value '%s'\n#   ", form->name, variant, (unsigned long long)t->seed, f->rule, f->value);
	for (size_t i = 0; i < buf_len(&t->record); i++) {
		if (p[i] == '\n')
			printf("\n#   ");
		else if (p[i] == '\033')
			printf("\\e");
		else if (p[i] != '\r')
			putchar(p[i]);
	}
	printf("\n");
}

/* password-line and the like have their own name; a value without one can stand only behind its own words. */
static bool
fits(const struct form *form, const struct forged *f)
{
	return form->takes == FORM_ANY || f->is_alone || (form->takes == FORM_NAMED && f->name != NULL);
}

/* Counts the case, if there is such a variant. */
static bool
try_case(struct trial *t, const struct form *form, struct tally *tally, size_t kind, unsigned variant)
{
	struct dice dice = { t->seed * SEED_STEP + kind * 1000 + variant };
	struct forged forged;
	struct judged judged;

	forge(kind, &dice, &forged);
	script_clear(&t->script);
	if (!fits(form, &forged) || !form->make(&t->script, &dice, &forged, variant))
		return false;
	if (t->turn++ % t->share != t->seed % t->share)
		return true;
	script_cut(&t->script);
	judged = judge(t->match, &t->script, &t->record);
	count(tally, &judged);
	count(tally_of(t, forged.rule), &judged);
	count(&t->all, &judged);
	if (form->is_plain)
		count(&t->plain, &judged);
	if (t->only != NULL && (is_missed(&judged) || judged.is_skewed))
		show(t, form, &forged, variant);
	return true;
}

static void
try_form(struct trial *t, const struct form *form)
{
	struct tally tally = { .name = form->name };

	if (t->only != NULL && strstr(form->name, t->only) == NULL)
		return;
	for (size_t kind = 0; kind < forge_count; kind++)
		for (unsigned variant = 0; variant < form->variants && try_case(t, form, &tally, kind, variant);)
			variant++;
	print(&tally);
}

static void
try_forms(struct trial *t, uint64_t seed, unsigned share)
{
	t->seed = seed;
	t->share = share;
	t->turn = 0;
	if (share > 1)
		printf("# seed %llu, one in %u cases\n", (unsigned long long)seed, share);
	for (size_t group = 0; group < sizeof forms / sizeof forms[0]; group++)
		for (const struct form *form = forms[group]; form->name != NULL; form++)
			try_form(t, form);
}

static void
try_benign(struct trial *t, const struct benign *kinds)
{
	for (const struct benign *b = kinds; b->name != NULL; b++) {
		unsigned touched = 0;

		for (unsigned i = 0; i < BENIGN_EACH; i++) {
			struct dice dice = { t->seed + i };
			struct judged judged;

			script_clear(&t->script);
			b->make(&t->script, &dice);
			script_cut(&t->script);
			judged = judge(t->match, &t->script, &t->record);
			touched += judged.is_touched;
			if (judged.is_touched && t->only != NULL)
				show(t, &(struct form){ .name = "benign" }, &(struct forged){ .rule = b->name }, i);
		}
		printf("# %-28s %6u cases  touched %u\n", b->name, BENIGN_EACH, touched);
		t->benign += BENIGN_EACH;
		t->touched += touched;
	}
}

static void
promise(struct trial *t, bool is_kept, const char *words)
{
	t->tests++;
	t->failed += !is_kept;
	printf("%sok %u - %s\n", is_kept ? "" : "not ", t->tests, words);
}

static int
promises(struct trial *t)
{
	for (size_t i = 0; i < t->rules_count; i++)
		print(&t->rules[i]);
	print(&t->plain);
	print(&t->all);
	promise(t, t->all.cases > 5000 && t->all.missed * 1000 <= t->all.cases * 15, "recall over all forms is at least 0.985");
	promise(t, t->plain.raw == 0 && t->plain.text == 0, "no recording of a plain form has a value in it");
	promise(t, t->plain.screen == 0 && t->plain.standing == 0, "no screen of a plain form has a value on it");
	promise(t, t->all.skewed * 1000 <= t->all.cases, "columns stay where they were in 99.9 % of the cases");
	promise(t, t->benign > 600 && t->touched * 200 <= t->benign, "of screens without secrets at most 0.5 % are touched");
	printf("1..%u\n", t->tests);
	return t->failed > 0;
}

int
main(int argc, char **argv)
{
	AUTO_MASK_RULES struct mask_rules *builtin = mask_rules_builtin();
	AUTO_MASK_RULES struct mask_rules *rules = NULL;
	const char *seed = getenv("POSTERN_SEED");
	struct trial t = { .only = argc > 1 ? argv[1] : NULL, .all = { .name = "all forms" }, .plain = { .name = "plain forms" } };
	char why[MASK_RULES_WHY];
	int status;

	if (mask_rules_select(builtin, (const char *const[]){ "secrets", "personal", NULL }, &rules, why) < 0 ||
	    mask_match_new(rules, &t.match, NULL) < 0)
		return 1;
	script_init(&t.script);
	buf_init(&t.record, MOST_RECORD);
	try_forms(&t, seed != NULL ? strtoull(seed, NULL, 10) : SEED, 1);
	for (uint64_t more = 1; seed == NULL && more <= SEEDS_MORE; more++)
		try_forms(&t, more, SHARE);
	try_benign(&t, benign_kinds);
	try_benign(&t, benign_more);
	status = promises(&t);
	mask_match_free(t.match);
	script_done(&t.script);
	buf_done(&t.record);
	return status;
}
