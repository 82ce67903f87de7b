/* SPDX-License-Identifier: ISC */
/*
 * Writing a recording. The writer has no loop, no clock and opens nothing: descriptors come from outside, times are
 * numbers. What has been put is safe from the death of this process once rec_writer_flush has returned 0; only then
 * may anybody see it.
 *
 * Life: open; per batch of output: put..., flush, show; tick when it asks; sync in a thread when it wants; close;
 * free. Any `now_us` is microseconds of one clock of the caller's that does not go back. SIGXFSZ must be ignored.
 */
#ifndef POSTERN_LIB_RECORD_WRITER_H
#define POSTERN_LIB_RECORD_WRITER_H

#include <stdbool.h>

#include "lib/base/id.h"
#include "lib/record/event.h"
#include "lib/record/format.h"

struct buf;
struct rec_disk;
struct rec_writer;

struct rec_params {
	int			 rec_fd;	/* empty file, read-write; borrowed until _free */
	int			 tail_fd;	/* the same */
	struct id		 id;		/* of the session */
	int64_t			 start_wall_us;
	const char *const	*recipients;	/* "age1..." texts, NULL at the end; at least one */
	const char *const	*owners;	/* of each recipient, with keys above 1; else NULL */
	unsigned		 keys;		/* how many persons must bring a key to open it (layers.h); 0 as 1 */
	bool			 external;	/* the envelope goes to the caller instead of the file */
	uint16_t		 columns, rows;
	const char		*meta;		/* JSON, at most REC_META_MOST bytes: person, role, reason, host, command; may be NULL */
	const struct rec_disk	*disk;		/* NULL but in tests (out.h) */
};

#define AUTO_REC_WRITER __attribute__((cleanup(rec_writer_free_at)))

/*
 * Writes header, envelope and the first tail frame. 0; ERR_KEY (no or bad recipient), -EEXIST (rec_fd is not empty),
 * -EMSGSIZE (meta), -errno. Nothing is synced yet.
 */
int			 rec_writer_open(const struct rec_params *params, struct rec_writer **writer);

/* Wipes the keys and gives up what was not flushed; without _close before, the files are as after a crash: readable. */
void			 rec_writer_free(struct rec_writer *writer);
void			 rec_writer_free_at(struct rec_writer **writer);

/* The envelope with this recording's key, to all recipients: for the gate's keyring. */
const struct buf	*rec_writer_envelope(const struct rec_writer *writer);
/* Public half of the index pair, REC_KEY bytes. */
const uint8_t		*rec_writer_index_public(const struct rec_writer *writer);

/*
 * Queues an event (copied) for the next flush; a time before the last one's becomes equal to it. 0, -EMSGSIZE (more
 * than REC_EVENT_MOST bytes), ERR_BUF_FULL (about 1 MiB waits for a flush that has failed: stop reading).
 */
int			 rec_writer_put(struct rec_writer *writer, const struct rec_event *event);

/*
 * For output, error output and input on which masking is undecided, so that they are not put yet but shown after the next
 * flush: `bytes` are new ones behind those given before, every character of them covered already (format.h); of all together
 * the last `left` are still undecided. 0, or ERR_BUF_FULL: these are more than REC_UNDECIDED_MOST.
 */
int			 rec_writer_undecided(struct rec_writer *writer, enum rec_kind kind, const uint8_t *bytes, size_t count,
			     size_t left);

/*
 * Hands everything that was put to the kernel, sealed. 0, or -errno (-ENOSPC, -EDQUOT, -EFBIG, ...) or -ENOMEM:
 * nothing is lost, show nothing, call again later; the same ciphertext is offered at the same place. A full or old
 * segment is closed on the way.
 */
int			 rec_writer_flush(struct rec_writer *writer, int64_t now_us);

/*
 * A flush for quiet times: closes a segment that is older than REC_SEGMENT_US. *wait_ms: call again after so long, or
 * -1 if nothing is open until the next flush. Results as rec_writer_flush (then *wait_ms is untouched).
 */
int			 rec_writer_tick(struct rec_writer *writer, int64_t now_us, int *wait_ms);

/*
 * Segments have been appended and are not on the disk yet: take the descriptor from _begin, fdatasync(2) it outside
 * the loop, give the result (0 or -errno) to _done, which releases the tail's space. Between the two the writer may be
 * used as always, but not closed. _begin: the descriptor, or -1 if there is nothing to sync or a sync is under way.
 * _done: its argument; a disk that failed to sync keeps the tail and must end the session.
 */
bool			 rec_writer_wants_sync(const struct rec_writer *writer);
int			 rec_writer_sync_begin(struct rec_writer *writer);
int			 rec_writer_sync_done(struct rec_writer *writer, int result);

/*
 * Puts `end` (may be NULL), closes the last segment, writes footer and trailer, syncs the file (this blocks), empties
 * the tail, which the caller may then remove. 0 or -errno: call it again, with the same result as if it had not
 * failed.
 */
int			 rec_writer_close(struct rec_writer *writer, const struct rec_event *end);

/* For the log. */
struct rec_count {
	uint64_t	event_bytes;	/* encoded events put so far */
	uint64_t	file_bytes;	/* length of the file: header and closed segments (with what a full disk makes wait) */
	uint64_t	synced_bytes;	/* of these are on the disk */
	uint64_t	tail_bytes;	/* length of the tail */
	uint32_t	segments;	/* closed */
	uint8_t		sha256[32];	/* of the file's first file_bytes; the same as `head -c N FILE | sha256sum` */
};

void			 rec_writer_count(const struct rec_writer *writer, struct rec_count *count);

#endif
