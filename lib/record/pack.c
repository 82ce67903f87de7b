/* SPDX-License-Identifier: ISC */
/* zstd, called so that an idle session keeps none of its memory. */
#include "config.h"

#include <errno.h>
#include <zstd.h>

#include "lib/base/err.h"
#include "lib/record/pack.h"

#define LEVEL		3
#define WINDOW_LOG	17

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
