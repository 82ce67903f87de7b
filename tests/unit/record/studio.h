/* SPDX-License-Identifier: ISC */
/* A place to record in: a temporary directory, keys, a disk that can be full, and readers over what was written. */
#ifndef POSTERN_TESTS_UNIT_RECORD_STUDIO_H
#define POSTERN_TESTS_UNIT_RECORD_STUDIO_H

#include "lib/base/buf.h"
#include "lib/record/agekey.h"
#include "lib/record/out.h"
#include "lib/record/reader.h"
#include "lib/record/writer.h"

struct studio {
	char			 dir[64];
	char			 rec[96], tail[96];
	int			 rec_fd, tail_fd;
	struct age_ring		*ring;		/* opens what is recorded here */
	char			 recipient[AGE_TEXT];
	const char		*recipients[2];
	struct rec_params	 params;
	struct rec_writer	*writer;
	struct buf		 envelope;	/* copy of an external one */
	struct rec_source	 source;
	struct rec_reader	*reader;
	int64_t			 now_us;
};

int	 studio_setup(void **state);	/* cmocka fixtures; *state is a struct studio */
int	 studio_teardown(void **state);

/* Opens fresh files and a writer on them, or fails the test. */
void	 studio_record(struct studio *st);
void	 studio_put(struct studio *st, enum rec_kind kind, const void *bytes, size_t count);
void	 studio_say(struct studio *st, const char *text);	/* put output and flush */
void	 studio_sync(struct studio *st);	/* if the writer wants to */
void	 studio_close(struct studio *st);
/* As if the process had died here. */
void	 studio_crash(struct studio *st);

int	 studio_open(struct studio *st);	/* a reader over the files as they are; result of rec_reader_open */
void	 studio_shut(struct studio *st);	/* its end */
/* Appends all output there is now. The result of the last rec_reader_next. */
int	 studio_read(struct studio *st, struct buf *output);
void	 studio_expect(struct studio *st, const void *bytes, size_t count);	/* open, read: exactly these */

/* Contents of a file, and the reverse. */
void	 studio_load(const char *path, struct buf *bytes);
void	 studio_store(const char *path, const void *bytes, size_t count);

/* Repeatable noise. */
uint32_t studio_random(uint32_t *seed);
void	 studio_noise(uint32_t *seed, uint8_t *bytes, size_t count);

#endif
