/* SPDX-License-Identifier: ISC */
/* Making layered envelopes, and taking one layer off. */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/record/age.h"
#include "lib/record/layers.h"

#define HEAD_MOST	2048

/* One who must bring a key, with all keys of theirs. */
struct person {
	const char		*owner;
	const char		*texts[LAYERS_PART_KEYS];
	struct age_recipient	 keys[LAYERS_PART_KEYS];
	size_t			 count;
};

struct plan {
	struct person	 persons[LAYERS_PARTS_MOST];
	size_t		 count, keys;
	const void	*plain;
	size_t		 plain_bytes;
};

static struct person *
person_of(struct plan *plan, const char *owner)
{
	for (size_t i = 0; owner[0] != '\0' && i < plan->count; i++)
		if (strcmp(plan->persons[i].owner, owner) == 0)
			return &plan->persons[i];
	if (plan->count >= LAYERS_PARTS_MOST)
		return NULL;
	plan->persons[plan->count].owner = owner;
	return &plan->persons[plan->count++];
}

static bool
is_known(const struct plan *plan, const struct age_recipient *key)
{
	for (size_t i = 0; i < plan->count; i++)
		for (size_t k = 0; k < plan->persons[i].count; k++)
			if (memcmp(plan->persons[i].keys[k].key, key->key, sizeof key->key) == 0)
				return true;
	return false;
}

static int
add_key(struct plan *plan, const char *text, const char *owner)
{
	struct age_recipient key;
	struct person *person;

	if (age_recipient_parse(text, &key) < 0 || is_known(plan, &key) || plan->keys >= LAYERS_PART_KEYS)
		return ERR_KEY;
	person = person_of(plan, owner);
	if (person == NULL)
		return ERR_KEY;
	person->texts[person->count] = text;
	person->keys[person->count++] = key;
	plan->keys++;
	return 0;
}

/* `left`: those who have not opened a layer yet; bit i is persons[i]. */
static int
seal_to_all(const struct plan *plan, uint32_t left, struct buf *out)
{
	struct age_recipient keys[LAYERS_PART_KEYS];
	struct age_to to = { .recipients = keys };

	for (size_t i = 0; i < plan->count; i++) {
		if ((left & 1u << i) == 0)
			continue;
		memcpy(keys + to.recipient_count, plan->persons[i].keys, plan->persons[i].count * sizeof keys[0]);
		to.recipient_count += plan->persons[i].count;
	}
	return age_seal(&to, plan->plain, plan->plain_bytes, out);
}

static int	seal_rest(const struct plan *plan, uint32_t left, unsigned keys, struct buf *out);

/* The part of one person: a line into the head, an age file behind the others. */
static int
seal_part(const struct plan *plan, size_t who, const struct buf *inner, struct buf *head, struct buf *files)
{
	const struct person *person = &plan->persons[who];
	struct age_to to = { .recipients = person->keys, .recipient_count = person->count };
	size_t before = buf_len(files);
	int r = age_seal(&to, buf_data(inner), buf_len(inner), files);

	if (r == 0)
		r = buf_addf(head, "part %zu", buf_len(files) - before);
	for (size_t i = 0; r == 0 && i < person->count; i++)
		r = buf_addf(head, " %s", person->texts[i]);
	return r < 0 ? r : buf_add_text(head, "\n");
}

static int
seal_parts(const struct plan *plan, uint32_t left, unsigned keys, struct buf *out)
{
	AUTO_BUF struct buf head = { .max = HEAD_MOST }, files = { .max = LAYERS_MOST };
	int r = buf_addf(&head, "postern layers v1\nkeys %u\n", keys);

	for (size_t i = 0; r == 0 && i < plan->count; i++) {
		AUTO_BUF struct buf inner = { .max = LAYERS_MOST };

		if ((left & 1u << i) == 0)
			continue;
		r = seal_rest(plan, left & ~(1u << i), keys - 1, &inner);
		if (r == 0)
			r = seal_part(plan, i, &inner, &head, &files);
	}
	if (r == 0)
		r = buf_add_text(&head, "\n");
	if (r == 0)
		r = buf_add(out, buf_data(&head), buf_len(&head));
	return r < 0 ? r : buf_add(out, buf_data(&files), buf_len(&files));
}

static int
seal_rest(const struct plan *plan, uint32_t left, unsigned keys, struct buf *out)
{
	return keys == 1 ? seal_to_all(plan, left, out) : seal_parts(plan, left, keys, out);
}

int
layers_seal(const struct layers_to *to, const void *plain, size_t count, struct buf *out)
{
	struct plan plan = { .plain = plain, .plain_bytes = count };
	int r = 0;

	for (size_t i = 0; r == 0 && to->recipients[i] != NULL; i++)
		r = add_key(&plan, to->recipients[i], to->owners[i]);
	if (r < 0)
		return r;
	if (to->keys < 2 || to->keys > LAYERS_KEYS_MOST || plan.count < to->keys || count > LAYERS_PLAIN_MOST)
		return ERR_KEY;
	return seal_parts(&plan, (1u << plan.count) - 1, to->keys, out);
}

int
layers_open(const struct layers *layers, const struct age_ring *ring, struct buf *inner, size_t *part)
{
	for (size_t i = 0; i < layers->part_count; i++) {
		AUTO_BUF struct buf plain = { .max = LAYERS_MOST };
		int r = age_open(layers->parts[i].file, layers->parts[i].count, ring, &plain);

		if (r == ERR_KEY_WRONG)
			continue;
		if (r == 0)
			r = layers_check(layers, i, buf_data(&plain), buf_len(&plain));
		if (r == 0)
			r = buf_add(inner, buf_data(&plain), buf_len(&plain));
		if (r == 0)
			*part = i;
		return r;
	}
	return ERR_KEY_WRONG;
}
