/* SPDX-License-Identifier: ISC */
/*
 * Signs the log's heads (lib/proof/checkpoint.h) with two keys. The stable one (log.key, public half in log.pub) is what
 * outsiders know. The epoch's key is replaced each hour and at each start: it signs the head that ends with the entry
 * that names its successor, and is erased then. So whoever takes both keys cannot sign anew what an earlier epoch said.
 *
 * Files in the state directory: log.key is a line "PRIVATE+KEY+NAME+id+base64(1 || seed)"; epochs holds two records of 64
 * bytes that are overwritten in place, big-endian: 0 "EP01" | 4 u32 epoch | 8 u64 zero | 16 seed[32] | 48 sha256(0..47)[:16].
 */
#ifndef POSTERN_RECORDER_GATE_SIGNER_H
#define POSTERN_RECORDER_GATE_SIGNER_H

#include <stdbool.h>
#include <stdint.h>

struct note_key;
struct signer;
struct store;

#define SIGNER_EPOCH_US		INT64_C(3600000000)
#define SIGNER_IDLE_US		INT64_C(60000000)	/* an idle log is signed anew so often: an older head is an alarm */

/*
 * Reads the stable key, or makes it, named `name`, if neither it nor any head is there. `given`: a descriptor with the key, which then
 * is in no file; -1: none. 0; ERR_KEY_OPEN (a mode), ERR_KEY
 * (no key in the file), ERR_NOT_FOUND (there are heads and no key), -errno.
 */
int	signer_open(const char *dir, const char *name, int given, struct store *store, struct signer **signer);
void	signer_close(struct signer *signer);	/* wipes; NULL is fine */

struct signer_moment {
	int64_t		 now_us;	/* wall */
	const char	*class;		/* of the entry that names the epoch; it has nothing that could go */
};

/*
 * Begins the next epoch; call it at the start, and signer_tick() each second after that. `is_broken`: the last epoch's
 * key is lost (a file was damaged or put back), so nothing vouches for the change. 0 or negative: nothing was begun.
 */
int	signer_begin(struct signer *signer, struct store *store, const struct signer_moment *at, bool *is_broken);

/* For store_seal_with(): the head over what this transaction has added. Nothing as long as no epoch was begun. */
int	signer_seal(struct signer *signer, struct store *store, int64_t now_us);

/* Signs a head if there is something new, or the last one is old. 0; 1: the epoch is over, begin the next; negative. */
int	signer_tick(struct signer *signer, struct store *store, int64_t now_us);

const struct note_key	*signer_key(const struct signer *signer);	/* the stable one */
unsigned	signer_epoch(const struct signer *signer);	/* 0: none was begun */

#endif
