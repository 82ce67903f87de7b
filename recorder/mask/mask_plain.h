/* SPDX-License-Identifier: ISC */
/* Terminal bytes as the text that is left without sequences, and where each of its bytes was. */
#ifndef POSTERN_RECORDER_MASK_MASK_PLAIN_H
#define POSTERN_RECORDER_MASK_MASK_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mask_plain {
	char		*bytes;		/* UTF-8; a line feed for all that takes the cursor elsewhere */
	uint32_t	*at;		/* offsets in the bytes it was taken from */
	size_t		 count;
};

void	mask_plain_take(struct mask_plain *plain, const uint8_t *bytes, size_t count);	/* into an empty one */

/* mask_c1.c: there are controls of eight bits; and the same as above for a terminal that knows these. */
bool	mask_c1_has(const uint8_t *bytes, size_t count);
void	mask_c1_take(struct mask_plain *plain, const uint8_t *bytes, size_t count);

void	mask_plain_done(struct mask_plain *plain);	/* wipes */

#endif
