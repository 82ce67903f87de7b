/* SPDX-License-Identifier: ISC */
/* Layered envelopes: so many persons together open one, in any order, with stock age too; one alone never. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/record/age.h"
#include "lib/record/header.h"
#include "lib/record/layers.h"
#include "tests/unit/record/studio.h"

#define KEYS	12
#define SECRET_TEXT	"the first key, from which all others follow\n"

/* Keys of the persons a, a, b, c, d, ...: the first has two. */
struct ward {
	uint8_t		 identity[KEYS + 1][AGE_KEY];
	char		 text[KEYS + 1][AGE_TEXT];
	char		 name[KEYS + 1][2];
	const char	*recipients[KEYS + 2], *owners[KEYS + 2];
	struct layers_to to;
	struct buf	 envelope, inner, plain;
};

static void
ward_keys(struct ward *w, size_t count, unsigned keys)
{
	struct age_recipient recipient;

	for (size_t i = 0; i < count; i++) {
		age_identity_new(w->identity[i]);
		age_identity_recipient(w->identity[i], &recipient);
		w->recipients[i] = age_recipient_text(&recipient, w->text[i]);
		w->name[i][0] = (char)('a' + (i > 0 ? i - 1 : 0));
		w->owners[i] = w->name[i];
	}
	w->to = (struct layers_to){ w->recipients, w->owners, keys };
}

static int
setup(void **state)
{
	struct ward *w = calloc(1, sizeof *w);

	if (w == NULL || sodium_init() < 0)
		return -1;
	w->envelope.max = w->inner.max = w->plain.max = 2 * LAYERS_MOST;
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct ward *w = *state;

	buf_done(&w->envelope);
	buf_done(&w->inner);
	buf_done(&w->plain);
	free(w);
	return 0;
}

static void
seal(struct ward *w, size_t count, unsigned keys)
{
	ward_keys(w, count, keys);
	assert_int_equal(layers_seal(&w->to, SECRET_TEXT, strlen(SECRET_TEXT), &w->envelope), 0);
	assert_int_equal(layers_keys(buf_data(&w->envelope), buf_len(&w->envelope)), keys);
}

/* All keys of one person. */
static struct age_ring *
ring_of(const struct ward *w, const char *owner)
{
	struct age_ring *ring = age_ring_new();

	for (size_t i = 0; w->recipients[i] != NULL; i++)
		if (strcmp(w->owners[i], owner) == 0)
			assert_int_equal(age_ring_add(ring, w->identity[i]), 0);
	assert_true(ring->count > 0);
	return ring;
}

/* The layer of `owner` off `from`, into w->inner. */
static int
peel(struct ward *w, const struct buf *from, const char *owner)
{
	AUTO_AGE_RING struct age_ring *ring = ring_of(w, owner);
	AUTO_BUF struct buf got = { .max = LAYERS_MOST };
	struct layers layers;
	size_t part;
	int r = layers_parse(buf_data(from), buf_len(from), &layers);

	if (r == 0)
		r = layers_open(&layers, ring, &got, &part);
	if (r == 0)
		assert_int_equal(layers_check(&layers, part, buf_data(&got), buf_len(&got)), 0);
	buf_clear(&w->inner);
	assert_int_equal(buf_add(&w->inner, buf_data(&got), buf_len(&got)), 0);
	return r;
}

static int
open_last(struct ward *w, const char *owner)
{
	AUTO_AGE_RING struct age_ring *ring = ring_of(w, owner);
	int r;

	buf_clear(&w->plain);
	r = age_open(buf_data(&w->inner), buf_len(&w->inner), ring, &w->plain);
	if (r == 0) {
		assert_int_equal(buf_len(&w->plain), strlen(SECRET_TEXT));
		assert_memory_equal(buf_data(&w->plain), SECRET_TEXT, strlen(SECRET_TEXT));
	}
	return r;
}

static void
each_pair_of_four_opens_it(void **state)
{
	struct ward *w = *state;

	seal(w, 5, 2);
	for (char first[] = "a"; first[0] <= 'd'; first[0]++)
		for (char second[] = "a"; second[0] <= 'd'; second[0]++) {
			assert_int_equal(peel(w, &w->envelope, first), 0);
			assert_int_equal(open_last(w, second), first[0] == second[0] ? ERR_KEY_WRONG : 0);
		}
}

static void
each_triple_of_four_opens_it(void **state)
{
	struct ward *w = *state;
	AUTO_BUF struct buf middle = { .max = LAYERS_MOST };

	seal(w, 5, 3);
	for (char first[] = "a"; first[0] <= 'd'; first[0]++) {
		assert_int_equal(peel(w, &w->envelope, first), 0);
		assert_int_equal(layers_keys(buf_data(&w->inner), buf_len(&w->inner)), 2);
		buf_clear(&middle);
		assert_int_equal(buf_add(&middle, buf_data(&w->inner), buf_len(&w->inner)), 0);
		assert_int_equal(peel(w, &middle, first), ERR_KEY_WRONG);
		for (char second[] = "a"; second[0] <= 'd'; second[0]++)
			for (char third[] = "a"; third[0] <= 'd' && second[0] != first[0]; third[0]++) {
				assert_int_equal(peel(w, &middle, second), 0);
				assert_int_equal(open_last(w, third), third[0] == first[0] || third[0] == second[0] ? ERR_KEY_WRONG : 0);
			}
	}
}

static void
one_alone_opens_nothing(void **state)
{
	struct ward *w = *state;

	seal(w, 5, 2);
	for (char who[] = "a"; who[0] <= 'd'; who[0]++) {
		AUTO_AGE_RING struct age_ring *ring = ring_of(w, who);
		struct rec_envelope held;

		assert_int_equal(rec_envelope_open(buf_data(&w->envelope), buf_len(&w->envelope), ring, &held), ERR_LAYERS);
		assert_int_equal(peel(w, &w->envelope, who), 0);
		assert_int_equal(rec_envelope_open(buf_data(&w->inner), buf_len(&w->inner), ring, &held), ERR_KEY_WRONG);
	}
}

static void
a_key_of_nobody_opens_nothing(void **state)
{
	struct ward *w = *state;

	seal(w, 5, 2);
	age_identity_new(w->identity[2]);
	assert_int_equal(peel(w, &w->envelope, "b"), ERR_KEY_WRONG);
}

static void
keys_without_an_owner_are_persons_of_their_own(void **state)
{
	struct ward *w = *state;
	struct layers layers;

	ward_keys(w, 3, 2);
	w->owners[0] = w->owners[1] = "";
	assert_int_equal(layers_seal(&w->to, SECRET_TEXT, strlen(SECRET_TEXT), &w->envelope), 0);
	assert_int_equal(layers_parse(buf_data(&w->envelope), buf_len(&w->envelope), &layers), 0);
	assert_int_equal(layers.part_count, 3);
}

static void
too_few_or_too_many_are_refused(void **state)
{
	struct ward *w = *state;

	ward_keys(w, 2, 2);	/* both are a's */
	assert_int_equal(layers_seal(&w->to, "x", 1, &w->envelope), ERR_KEY);
	ward_keys(w, 3, 3);	/* of two persons */
	assert_int_equal(layers_seal(&w->to, "x", 1, &w->envelope), ERR_KEY);
	ward_keys(w, 8, 2);	/* of seven */
	assert_int_equal(layers_seal(&w->to, "x", 1, &w->envelope), ERR_KEY);
	ward_keys(w, 3, 1);
	assert_int_equal(layers_seal(&w->to, "x", 1, &w->envelope), ERR_KEY);
	ward_keys(w, 5, 4);
	assert_int_equal(layers_seal(&w->to, "x", 1, &w->envelope), ERR_KEY);
	ward_keys(w, 4, 2);
	w->recipients[3] = w->recipients[2];	/* one key for two persons */
	assert_int_equal(layers_seal(&w->to, "x", 1, &w->envelope), ERR_KEY);
	ward_keys(w, 4, 2);
	w->recipients[3] = "age1nothing";
	assert_int_equal(layers_seal(&w->to, "x", 1, &w->envelope), ERR_KEY);
	ward_keys(w, 13, 2);
	for (size_t i = 0; i < 13; i++)
		w->owners[i] = w->name[i % 3 + 1];
	assert_int_equal(layers_seal(&w->to, "x", 1, &w->envelope), ERR_KEY);
	assert_int_equal(buf_len(&w->envelope), 0);
}

static void
the_largest_fits(void **state)
{
	struct ward *w = *state;
	char plain[LAYERS_PLAIN_MOST] = { 0 };

	ward_keys(w, 12, 3);
	for (size_t i = 0; i < 12; i++)
		w->owners[i] = w->name[i % 6 + 1];
	assert_int_equal(layers_seal(&w->to, plain, sizeof plain, &w->envelope), 0);
	print_message("# 3 of 6 persons with 12 keys: %zu bytes\n", buf_len(&w->envelope));
	assert_int_equal(layers_keys(buf_data(&w->envelope), buf_len(&w->envelope)), 3);
}

/* ---- hostile bytes ----------------------------------------------------------------------------------------------- */

static void
a_part_of_an_envelope_is_none(void **state)
{
	struct ward *w = *state;
	struct layers layers;

	seal(w, 4, 2);
	for (size_t count = 0; count < buf_len(&w->envelope); count++) {
		uint8_t *cut = malloc(count + 1);	/* of its own, so that a read behind it is seen */

		assert_non_null(cut);
		memcpy(cut, buf_data(&w->envelope), count);
		assert_int_equal(layers_parse(cut, count, &layers), ERR_ENVELOPE);
		free(cut);
	}
	assert_int_equal(buf_add(&w->envelope, "\n", 1), 0);
	assert_int_equal(layers_parse(buf_data(&w->envelope), buf_len(&w->envelope), &layers), ERR_ENVELOPE);
}

static void
a_changed_head_is_refused(void **state)
{
	struct ward *w = *state;
	struct layers layers;
	size_t head;
	uint8_t *bytes;

	seal(w, 4, 2);
	head = (size_t)((const uint8_t *)memmem(buf_data(&w->envelope), buf_len(&w->envelope), "\n\n", 2) - buf_data(&w->envelope));
	bytes = w->envelope.bytes + w->envelope.start;
	for (size_t i = 0; i < head; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			bytes[i] ^= (uint8_t)(1u << bit);
			/* What still is a head names another recipient, or takes more keys. */
			if (layers_parse(bytes, buf_len(&w->envelope), &layers) == 0)
				assert_true(bytes[i] >= '0' && bytes[i] <= 'z');
			bytes[i] ^= (uint8_t)(1u << bit);
		}
	assert_int_equal(layers_parse(bytes, buf_len(&w->envelope), &layers), 0);
}

#define K1 "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
#define K2 "age1pppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"

static void
hostile_heads_are_refused(void **state)
{
	static const char *const heads[] = {
		"", "postern layers v1\n", "postern layers v2\nkeys 2\npart 1 " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 1\npart 1 " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 4\npart 1 " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 02\npart 1 " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 99999999999999999999\n\n",
		"postern layers v1\nkeys 2\n\n", "postern layers v1\nkeys 2\npart 1 " K1 "\n\na",
		"postern layers v1\nkeys 2\npart 1 " K1 "\npart 1 " K1 "\n\nab",
		"postern layers v1\nkeys 2\npart 1 " K1 " " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 2\npart 99999 " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 2\npart 4294967297 " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 2\npart 18446744073709551617 " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 2\npart -1 " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 2\npart 0 " K1 "\npart 0 " K2 "\n\n",
		"postern layers v1\nkeys 2\npart 1  " K1 "\npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 2\npart 1 " K1 " \npart 1 " K2 "\n\nab",
		"postern layers v1\nkeys 2\npart 1\npart 1 " K2 "\n\nab",
		"postern layers v1\r\nkeys 2\r\npart 1 " K1 "\r\npart 1 " K2 "\r\n\r\nab",
		"postern layers v1\nkeys 2\npart 1 " K1 "\npart 1 " K2 "\n\nab",	/* no age files */
	};
	struct layers layers;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		assert_int_equal(layers_parse((const uint8_t *)heads[i], strlen(heads[i]), &layers), ERR_ENVELOPE);
}

static void
what_was_in_another_part_is_refused(void **state)
{
	struct ward *w = *state;
	struct layers layers;

	for (unsigned keys = 2; keys <= 3; keys++) {
		buf_clear(&w->envelope);
		seal(w, 5, keys);
		assert_int_equal(layers_parse(buf_data(&w->envelope), buf_len(&w->envelope), &layers), 0);
		assert_int_equal(peel(w, &w->envelope, "a"), 0);	/* the one with two keys */
		assert_int_equal(layers_check(&layers, 0, buf_data(&w->inner), buf_len(&w->inner)), 0);
		assert_int_equal(layers_check(&layers, 1, buf_data(&w->inner), buf_len(&w->inner)), ERR_ENVELOPE);
		assert_int_equal(layers_check(&layers, 9, buf_data(&w->inner), buf_len(&w->inner)), ERR_ENVELOPE);
		assert_int_equal(layers_check(&layers, 0, buf_data(&w->inner), buf_len(&w->inner) - 1), ERR_ENVELOPE);
		assert_int_equal(layers_check(&layers, 0, buf_data(&w->envelope), buf_len(&w->envelope)), ERR_ENVELOPE);
		assert_int_equal(layers_check(&layers, 0, (const uint8_t *)"x", 1), ERR_ENVELOPE);
		assert_int_equal(buf_add(&w->inner, "x", 1), 0);
		assert_int_equal(layers_check(&layers, 0, buf_data(&w->inner), buf_len(&w->inner)), ERR_ENVELOPE);
	}
}

/* ---- stock age --------------------------------------------------------------------------------------------------- */

static void
need_stock_age(void)
{
	if (system("command -v age >/dev/null 2>&1 && command -v age-keygen >/dev/null 2>&1") == 0)
		return;
	print_message("# stock age is not installed\n");
	skip();
}

/* As in postern-recording(5). */
static const char layer[] =
    "layer() {\n"
    "	at=$(LC_ALL=C sed '/^$/q' \"$1\" | wc -c)\n"
    "	LC_ALL=C sed '/^$/q' \"$1\" | while read -r word bytes keys; do\n"
    "		[ \"$word\" = part ] || continue\n"
    "		case \" $keys \" in *\" $2 \"*) tail -c +$((at + 1)) \"$1\" | head -c \"$bytes\"; break;; esac\n"
    "		at=$((at + bytes))\n"
    "	done\n"
    "}\n";

static void
shell(const struct studio *st, const char *script)
{
	char path[128], command[160], *text = NULL;

	snprintf(path, sizeof path, "%s/script", st->dir);
	assert_true(asprintf(&text, "set -e\ncd %s\n%s%s", st->dir, layer, script) > 0);
	studio_store(path, text, strlen(text));
	free(text);
	snprintf(command, sizeof command, "sh %s", path);
	assert_int_equal(system(command), 0);
}

static void
store(const struct studio *st, const char *name, const void *bytes, size_t count)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", st->dir, name);
	studio_store(path, bytes, count);
}

/* Identities as a.key, A.key (a's second), b.key, ..., and their recipients as a.pub, ... */
static void
store_keys(const struct studio *st, const struct ward *w)
{
	for (size_t i = 0; w->recipients[i] != NULL; i++) {
		char name[16], text[AGE_TEXT + 1];
		char letter = i == 0 ? 'A' : w->name[i][0];

		snprintf(name, sizeof name, "%c.key", letter);
		strcat(age_identity_text(w->identity[i], text), "\n");
		store(st, name, text, strlen(text));
		snprintf(name, sizeof name, "%c.pub", letter);
		store(st, name, w->recipients[i], strlen(w->recipients[i]));
	}
}

static void
stock_age_opens_it_twice(void **state)
{
	struct ward *w = *state;
	void *place = NULL;
	struct studio *st;

	need_stock_age();
	assert_int_equal(studio_setup(&place), 0);
	st = place;
	seal(w, 5, 2);
	store_keys(st, w);
	store(st, "envelope", buf_data(&w->envelope), buf_len(&w->envelope));
	store(st, "want", SECRET_TEXT, strlen(SECRET_TEXT));
	shell(st, "for one in A a b c d; do for two in A a b c d; do\n"
	    "	layer envelope \"$(cat $one.pub)\" | age -d -i $one.key >inner\n"
	    "	if age -d -i $two.key inner >got 2>/dev/null; then\n"
	    "		cmp got want; echo \"$one$two\" >>opened\n"
	    "	fi\n"
	    "done; done\n"
	    "[ \"$(sort opened | tr '\\n' ' ')\" = 'Ab Ac Ad ab ac ad bA ba bc bd cA ca cb cd dA da db dc ' ] || { LC_ALL=C sort opened; false; }\n");
	shell(st, "layer envelope \"$(cat b.pub)\" | age -d -i b.key | age -d -i c.key | cmp - want\n");
	assert_int_equal(studio_teardown(&place), 0);
}

static void
stock_age_opens_it_three_times(void **state)
{
	struct ward *w = *state;
	void *place = NULL;
	struct studio *st;

	need_stock_age();
	assert_int_equal(studio_setup(&place), 0);
	st = place;
	seal(w, 4, 3);
	store_keys(st, w);
	store(st, "envelope", buf_data(&w->envelope), buf_len(&w->envelope));
	store(st, "want", SECRET_TEXT, strlen(SECRET_TEXT));
	shell(st, "layer envelope \"$(cat c.pub)\" | age -d -i c.key >inner\n"
	    "layer inner \"$(cat A.pub)\" | age -d -i A.key | age -d -i b.key | cmp - want\n"
	    "! layer inner \"$(cat A.pub)\" | age -d -i A.key | age -d -i a.key >got 2>/dev/null\n");
	assert_int_equal(studio_teardown(&place), 0);
}

static void
we_open_what_stock_age_makes(void **state)
{
	struct ward *w = *state;
	void *place = NULL;
	struct studio *st;
	char path[128];

	need_stock_age();
	assert_int_equal(studio_setup(&place), 0);
	st = place;
	ward_keys(w, 4, 2);
	store_keys(st, w);
	store(st, "plain", SECRET_TEXT, strlen(SECRET_TEXT));
	shell(st, "A=$(cat A.pub) a=$(cat a.pub) b=$(cat b.pub) c=$(cat c.pub)\n"
	    "age -r $b -r $c plain | age -r $A -r $a >1\n"
	    "age -r $A -r $a -r $c plain | age -r $b >2\n"
	    "age -r $A -r $a -r $b plain | age -r $c >3\n"
	    "{ printf 'postern layers v1\\nkeys 2\\npart %d %s %s\\n' $(wc -c <1) $A $a\n"
	    "printf 'part %d %s\\npart %d %s\\n\\n' $(wc -c <2) $b $(wc -c <3) $c; cat 1 2 3; } >envelope\n");
	snprintf(path, sizeof path, "%s/envelope", st->dir);
	studio_load(path, &w->envelope);
	assert_int_equal(peel(w, &w->envelope, "b"), 0);
	assert_int_equal(open_last(w, "a"), 0);
	assert_int_equal(open_last(w, "c"), 0);
	assert_int_equal(open_last(w, "b"), ERR_KEY_WRONG);
	assert_int_equal(studio_teardown(&place), 0);
}

static void
a_recording_plays_with_what_the_others_left(void **state)
{
	struct ward *w = *state;
	AUTO_AGE_RING struct age_ring *ring = NULL;
	struct rec_keyring keyring;
	struct rec_reader *reader = NULL;
	void *place = NULL;
	struct studio *st;

	assert_int_equal(studio_setup(&place), 0);
	st = place;
	ward_keys(w, 4, 2);
	st->params.recipients = w->recipients;
	st->params.owners = w->owners;
	st->params.keys = 2;
	st->params.external = true;
	studio_record(st);
	assert_int_equal(buf_add(&w->envelope, buf_data(rec_writer_envelope(st->writer)), buf_len(rec_writer_envelope(st->writer))), 0);
	studio_say(st, "x");
	studio_close(st);
	ring = ring_of(w, "c");
	assert_int_equal(rec_source_files(&st->source, st->rec), 0);
	keyring = (struct rec_keyring){ ring, buf_data(&w->envelope), buf_len(&w->envelope) };
	assert_int_equal(rec_reader_open(&st->source, &keyring, &reader), ERR_LAYERS);
	assert_int_equal(peel(w, &w->envelope, "a"), 0);
	keyring = (struct rec_keyring){ ring, buf_data(&w->inner), buf_len(&w->inner) };
	assert_int_equal(rec_reader_open(&st->source, &keyring, &reader), 0);
	rec_reader_free(reader);
	rec_source_done(&st->source);
	assert_int_equal(studio_teardown(&place), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(each_pair_of_four_opens_it),
		TEST(each_triple_of_four_opens_it),
		TEST(one_alone_opens_nothing),
		TEST(a_key_of_nobody_opens_nothing),
		TEST(keys_without_an_owner_are_persons_of_their_own),
		TEST(too_few_or_too_many_are_refused),
		TEST(the_largest_fits),
		TEST(a_part_of_an_envelope_is_none),
		TEST(a_changed_head_is_refused),
		TEST(hostile_heads_are_refused),
		TEST(what_was_in_another_part_is_refused),
		TEST(stock_age_opens_it_twice),
		TEST(stock_age_opens_it_three_times),
		TEST(we_open_what_stock_age_makes),
		TEST(a_recording_plays_with_what_the_others_left),
	};

	return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
