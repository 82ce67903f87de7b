/* SPDX-License-Identifier: ISC */
/* Age files, identity files and layered envelopes from strangers. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/record/age.h"
#include "lib/record/agehead.h"
#include "lib/record/layers.h"
#include "tests/fuzz/fuzz.h"

/* What a head says must hold for every byte that it hands out. */
static void
try_layers(const uint8_t *bytes, size_t count, const struct age_ring *ring)
{
	AUTO_BUF struct buf inner = { .max = LAYERS_MOST };
	struct layers layers;
	size_t part;

	if (layers_parse(bytes, count, &layers) < 0)
		return;
	if (layers.keys < 2 || layers.part_count < layers.keys || layers_keys(bytes, count) != layers.keys)
		abort();
	for (size_t i = 0; i < layers.part_count; i++) {
		const struct layers_part *p = &layers.parts[i];

		if (p->file < bytes || (size_t)(p->file - bytes) > count || p->count > count - (size_t)(p->file - bytes))
			abort();
		if (layers_check(&layers, i, bytes, count) == 0)	/* nothing is inside of itself */
			abort();
		(void)layers_check(&layers, i, p->file, p->count);
	}
	(void)layers_open(&layers, ring, &inner, &part);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct age_ring *ring;
	uint8_t identity[AGE_KEY] = { 1 };
	AUTO_AGE_RING struct age_ring *scratch = NULL;
	AUTO_BUF struct buf plain;
	struct age_head head;

	buf_init(&plain, 1 << 20);
	if (sodium_init() < 0)
		abort();
	if (ring == NULL) {
		ring = age_ring_new();
		age_ring_add(ring, identity);
	}
	scratch = age_ring_new();
	(void)age_ring_add_text(scratch, (const char *)bytes, count);
	if (age_head_parse(bytes, count, &head) == 0 && head.bytes > count)
		abort();
	(void)age_open(bytes, count, ring, &plain);
	try_layers(bytes, count, ring);
	return 0;
}
