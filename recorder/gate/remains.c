/* SPDX-License-Identifier: ISC */
/* Files of sessions that were lost: looked at, and summed without holding up the gate. */
#include "config.h"

#include <event2/event.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/store/recording.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_files.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/remains.h"

#define TRAILER_BYTES	32		/* postern-recording(5) */
#define TRAILER_MAGIC	"PSTNEND1"
#define PIECE		(1u << 20)

static int64_t
size_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : -1;
}

static const char *
suffix_of(bool trail)
{
	return trail ? "trail.rec" : "rec";
}

bool
remains_is_complete(const struct gate *gate, const struct id *session, bool trail)
{
	AUTO_FD int rec = gate_files_open(gate, session, suffix_of(trail));
	int64_t bytes = size_of(rec);
	char magic[sizeof TRAILER_MAGIC - 1];

	return bytes >= TRAILER_BYTES && fdio_pread(rec, magic, sizeof magic, bytes - TRAILER_BYTES) == (ssize_t)sizeof magic &&
	    memcmp(magic, TRAILER_MAGIC, sizeof magic) == 0;
}

void
remains_look(const struct gate *gate, const struct id *session, struct remains *remains)
{
	AUTO_FD int rec = gate_files_open(gate, session, "rec");
	AUTO_FD int tail = gate_files_open(gate, session, "tail");

	*remains = (struct remains){ .rec_bytes = size_of(rec), .tail_bytes = size_of(tail),
		.is_complete = remains_is_complete(gate, session, false) };
}

char *
remains_text(const struct remains *remains, char *text)
{
	if (remains->rec_bytes < 0)
		snprintf(text, REMAINS_TEXT, "it left no recording");
	else if (remains->is_complete)
		snprintf(text, REMAINS_TEXT, "its recording is complete (%" PRId64 " bytes)", remains->rec_bytes);
	else if (remains->tail_bytes < 0)
		snprintf(text, REMAINS_TEXT, "it left %" PRId64 " bytes of recording and no tail", remains->rec_bytes);
	else
		snprintf(text, REMAINS_TEXT, "it left %" PRId64 " bytes of recording and a tail of %" PRId64 "; what was shown is in them",
		    remains->rec_bytes, remains->tail_bytes);
	return text;
}

/* A file being summed. */
struct sum {
	struct gate			*gate;
	struct id			 session;
	bool				 trail;
	int				 fd;
	int64_t				 at, started_us;
	crypto_hash_sha256_state	 state;
	uint8_t				 piece[PIECE];
};

static void
sum_free(struct sum *sum)
{
	own_close(&sum->fd);
	free(sum);
}

static void
sum_finish(struct sum *sum)
{
	struct recording_file file = { .closed_us = clock_wall_us(), .bytes = sum->at };
	int r = gate_store(sum->gate);

	file.duration_us = file.closed_us > sum->started_us ? file.closed_us - sum->started_us : 0;
	crypto_hash_sha256_final(&sum->state, file.sha256);
	if (r == 0)
		r = (sum->trail ? recording_trail_close : recording_close)(sum->gate->store, &sum->session, &file);
	if (r < 0)
		log_error("a recording that was found complete is not in the catalogue: %s", err_text(r));
	else
		peers_changed(sum->gate, "recording", &sum->session);
	sum_free(sum);
}

static void
on_piece(evutil_socket_t fd, short what, void *user)
{
	static const struct timeval soon = { 0, 1000 };
	struct sum *sum = user;
	ssize_t n = fdio_pread(sum->fd, sum->piece, PIECE, sum->at);

	(void)fd;
	(void)what;
	if (n < 0) {
		log_error("a recording cannot be read: %s", err_text((int)n));
		sum_free(sum);
		return;
	}
	crypto_hash_sha256_update(&sum->state, sum->piece, (size_t)n);
	sum->at += n;
	if (n < (ssize_t)PIECE)
		sum_finish(sum);
	else if (event_base_once(sum->gate->base, -1, EV_TIMEOUT, on_piece, sum, &soon) < 0)
		log_fatal("out of memory");
}

void
remains_close(struct gate *gate, const struct session *session, bool trail)
{
	struct sum *sum = own_alloc(sizeof *sum);

	sum->gate = gate;
	sum->session = session->id;
	sum->trail = trail;
	sum->started_us = session->clock.started.wall_us;
	sum->fd = gate_files_open(gate, &session->id, suffix_of(trail));
	crypto_hash_sha256_init(&sum->state);
	on_piece(-1, 0, sum);
}
