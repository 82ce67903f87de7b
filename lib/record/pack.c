/* SPDX-License-Identifier: ISC */
/* zstd, called so that an idle session keeps none of its memory. */
#include "config.h"

#include <errno.h>
#include <malloc.h>
#include <zstd.h>

#include "lib/base/err.h"
#include "lib/record/pack.h"

/*
 * A segment is compressed in one call, so the window costs nothing (it is the input itself): the memory is the match
 * tables and the block buffers. Measured with zstd 1.5.4, one core, segments of 256 KiB, a new context for each
 * (keeping one gained nothing), MB/s of CPU:
 *
 *	window, hash, chain	context		log lines	ls -lR		top		CJK text
 *	zstd's own 18, 17, 16	1016 KiB	3.41, 277	8.22, 637	57.7, 2810	1.62, 133
 *	17, -, -		1016 KiB	3.42, 283	8.13, 649	48.4, 2426	1.62, 124
 *	16, -, -		 776 KiB	3.43, 294	7.99, 629	37.1, 2065	1.62, 131
 *	15, -, -		 528 KiB	3.41, 311	7.76, 645	26.4, 1902	1.61, 141
 *	18, 15, 14		 696 KiB	3.42, 280	8.22, 634	57.7, 3004	1.61, 161
 *	18, 14, 13		 600 KiB	3.44, 297	8.23, 625	57.7, 2941	1.59, 197
 *
 * The last one: the whole segment in reach, and the tables fit the cache. A segment of 8 kB takes 150 KiB.
 */
#define LEVEL		3
#define WINDOW_LOG	18
#define HASH_LOG	14
#define CHAIN_LOG	13

size_t
rec_pack_room(size_t count)
{
	return ZSTD_compressBound(count);
}

ssize_t
rec_pack(const uint8_t *from, size_t count, uint8_t *to, size_t room)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	size_t used;

	if (zstd == NULL)
		return -ENOMEM;
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, WINDOW_LOG);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_hashLog, HASH_LOG);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_chainLog, CHAIN_LOG);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_contentSizeFlag, 0);	/* the segment's head says it */
	used = ZSTD_compress2(zstd, to, room, from, count);
	ZSTD_freeCCtx(zstd);
	return ZSTD_isError(used) ? -ENOMEM : (ssize_t)used;	/* with enough room nothing else can fail */
}

int
rec_unpack(const uint8_t *from, size_t count, uint8_t *to, size_t want)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	size_t got;

	if (zstd == NULL)
		return -ENOMEM;
	got = ZSTD_decompressDCtx(zstd, to, want, from, count);
	ZSTD_freeDCtx(zstd);
	return !ZSTD_isError(got) && got == want ? 0 : ERR_REC_DAMAGED;
}

void
rec_pack_rest(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
