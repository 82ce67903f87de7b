/* SPDX-License-Identifier: ISC */
/* A case for the masking: what a terminal is sent, write by write, and which values in it nobody may see. */
#ifndef POSTERN_TESTS_MASK_SCRIPT_H
#define POSTERN_TESTS_MASK_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

#define SCRIPT_COLS	80
#define SCRIPT_ROWS	24
#define SCRIPT_VALUES	96

struct script_write {
	size_t	end;		/* in bytes */
	bool	is_typed;	/* it is the echo of a key */
	int64_t	wait_us;	/* behind it, more than usual */
	int	cols, rows;	/* the size from then on; 0: as it was */
};

struct script {
	struct buf	 bytes;
	struct script_write *writes;
	size_t		 count;
	int		 cols, rows;	/* at the beginning */
	char		*values[SCRIPT_VALUES];
	size_t		 values_count;
};

void	script_init(struct script *script);
void	script_done(struct script *script);
void	script_clear(struct script *script);

/* Bytes of the write that is being made; script_cut() ends it. */
void	script_add(struct script *script, const char *text);
void	script_add_bytes(struct script *script, const char *bytes, size_t count);
void	script_addf(struct script *script, const char *format, ...) __attribute__((format(printf, 2, 3)));
void	script_cut(struct script *script);
void	script_key(struct script *script, const char *echo);	/* cuts, and adds the echo of a key as one write */
void	script_wait(struct script *script, int64_t us);	/* cuts, and lets time pass */
void	script_resize(struct script *script, int cols, int rows);	/* cuts; then the terminal has another size */
void	script_secret(struct script *script, const char *value);	/* this may not be seen */

/* The same numbers for the same seed, on every machine. */
struct dice {
	uint64_t	state;
};

uint64_t	dice_next(struct dice *dice);
unsigned	dice_below(struct dice *dice, unsigned limit);	/* 0 to limit - 1; 0 if limit is 0 */

#endif
