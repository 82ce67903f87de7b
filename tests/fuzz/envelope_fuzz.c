/* SPDX-License-Identifier: ISC */
/* Age files and identity files from strangers. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/record/age.h"
#include "lib/record/agehead.h"
#include "tests/fuzz/fuzz.h"

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
	return 0;
}
