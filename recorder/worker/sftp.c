/* SPDX-License-Identifier: ISC */
/* SFTP, heard from between: requests in a row until their answers come, and a hash for each open file. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/worker/sftp.h"
#include "recorder/worker/sftp_packet.h"

#define PACKET_MOST	(256u * 1024)	/* as OpenSSH has it */
#define PENDING_MOST	16384u
#define OPEN_MOST	4096u

const char *const sftp_act_names[SFTP_ACTS] = {
	[SFTP_UPLOAD] = "uploaded", [SFTP_DOWNLOAD] = "downloaded", [SFTP_REMOVE] = "removed", [SFTP_RENAME] = "renamed",
	[SFTP_MAKE_DIR] = "made the folder", [SFTP_REMOVE_DIR] = "removed the folder", [SFTP_LINK] = "linked",
	[SFTP_SYMLINK] = "made the symbolic link", [SFTP_ATTRIBUTES] = "changed the attributes of", [SFTP_COPY] = "copied",
	[SFTP_LIST] = "listed the folder",
};

/* One direction of an open file. */
struct flow {
	crypto_hash_sha256_state	state;
	uint64_t			bytes, next;	/* next: where the one after must begin */
	bool				began, in_pieces, failed;
};

struct open {
	char		*handle, *path;
	size_t		 handle_bytes;
	bool		 is_closing;	/* asked for: the handle may be another file's soon */
	struct flow	 up, down;
};

/* A request that has not been answered. */
struct pending {
	uint8_t		 type;
	uint32_t	 id;
	bool		 is_told;	/* the answer makes it news */
	enum sftp_act	 act;
	char		*path, *other;
	char		*handle;
	size_t		 handle_bytes;
	uint64_t	 offset, count;
};

struct sftp {
	void		(*tell)(void *user, const struct sftp_news *news);
	void		*user;
	struct buf	 heard[2];	/* what has not come whole, of the client and the server */
	struct pending	*pending;	/* oldest first, from `first` on */
	size_t		 first, count;
	struct open	**open;
	size_t		 open_count;
};

struct sftp *
sftp_new(void (*tell)(void *user, const struct sftp_news *news), void *user)
{
	struct sftp *sftp = own_alloc(sizeof *sftp);

	sftp->tell = tell;
	sftp->user = user;
	buf_init(&sftp->heard[0], PACKET_MOST + 4);
	buf_init(&sftp->heard[1], PACKET_MOST + 4);
	return sftp;
}

static void
pending_done(struct pending *p)
{
	free(p->path);
	free(p->other);
	free(p->handle);
	*p = (struct pending){ 0 };
}

#define AUTO_PENDING	__attribute__((cleanup(pending_done)))

static void
open_free(struct open *open)
{
	free(open->handle);
	free(open->path);
	free(open);
}

void
sftp_free(struct sftp *sftp)
{
	if (sftp == NULL)
		return;
	for (size_t i = 0; i < sftp->count; i++)
		pending_done(&sftp->pending[sftp->first + i]);
	for (size_t i = 0; i < sftp->open_count; i++)
		open_free(sftp->open[i]);
	free(sftp->pending);
	free(sftp->open);
	buf_wipe(&sftp->heard[0]);
	buf_wipe(&sftp->heard[1]);
	free(sftp);
}

/* ---- open files -------------------------------------------------------------------------------------------------- */

static size_t
find_open(const struct sftp *sftp, const char *handle, size_t count)
{
	size_t i = 0;

	while (i < sftp->open_count && (sftp->open[i]->handle_bytes != count || memcmp(sftp->open[i]->handle, handle, count) != 0))
		i++;
	return i;
}

static void
flow_add(struct flow *flow, uint64_t offset, const uint8_t *bytes, size_t count)
{
	if (!flow->began) {
		crypto_hash_sha256_init(&flow->state);
		flow->began = true;
	}
	flow->in_pieces = flow->in_pieces || offset != flow->next;
	if (!flow->in_pieces)
		crypto_hash_sha256_update(&flow->state, bytes, count);
	flow->next = offset + count;
	flow->bytes += count;
}

static void
tell_flow(struct sftp *sftp, const struct open *open, enum sftp_act act, bool cut)
{
	struct flow flow = act == SFTP_UPLOAD ? open->up : open->down;
	uint8_t sha256[crypto_hash_sha256_BYTES];
	struct sftp_news news = { .act = act, .path = open->path, .bytes = flow.bytes, .failed = flow.failed, .cut = cut };

	if (!flow.began)
		return;
	if (!flow.in_pieces) {
		crypto_hash_sha256_final(&flow.state, sha256);
		news.sha256 = sha256;
	}
	sftp->tell(sftp->user, &news);
}

static void
close_file(struct sftp *sftp, size_t i, bool cut)
{
	struct open *open = sftp->open[i];

	tell_flow(sftp, open, SFTP_UPLOAD, cut);
	tell_flow(sftp, open, SFTP_DOWNLOAD, cut);
	open_free(open);
	sftp->open[i] = sftp->open[--sftp->open_count];
}

/* A file that is made empty is an upload as well. */
static int
opened(struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	struct open *open;
	const uint8_t *handle;
	size_t count;

	if (sftp_packet_bytes(packet, &handle, &count) < 0 || count == 0 || find_open(sftp, (const char *)handle, count) < sftp->open_count)
		return ERR_MSG_REFUSED;
	if (sftp->open_count == OPEN_MOST)
		return ERR_MSG_LENGTH;
	open = own_alloc(sizeof *open);
	open->handle = own_alloc(count);
	memcpy(open->handle, handle, count);
	open->handle_bytes = count;
	open->path = TAKE(p->path, NULL);
	/* What is appended goes behind what was there, whatever offset is given: no hash of it is the file's. */
	open->up.in_pieces = p->type == SFTP_OPEN && (p->count & SFTP_FLAG_APPEND) != 0;
	if (p->type == SFTP_OPEN && (p->count & (SFTP_FLAG_CREATE | SFTP_FLAG_TRUNCATE)) != 0)
		flow_add(&open->up, 0, (const uint8_t *)"", 0);
	sftp->open = own_grow(sftp->open, sftp->open_count + 1, sizeof(struct open *));
	sftp->open[sftp->open_count++] = open;
	return 0;
}

/* ---- the client -------------------------------------------------------------------------------------------------- */

/*
 * Handles can be guessed. One that the server has not given yet, or may have given to another file by then, would let
 * bytes pass under a wrong name, so it is a fault; *open (may be NULL) becomes the file.
 */
static int
read_handle(const struct sftp *sftp, struct pending *p, struct sftp_packet *packet, struct open **open)
{
	const uint8_t *handle;
	int r = sftp_packet_bytes(packet, &handle, &p->handle_bytes);
	size_t i;

	if (r < 0)
		return r;
	i = find_open(sftp, (const char *)handle, p->handle_bytes);
	if (i == sftp->open_count || sftp->open[i]->is_closing)
		return ERR_MSG_REFUSED;
	p->handle = own_alloc(p->handle_bytes + 1);
	memcpy(p->handle, handle, p->handle_bytes);
	if (open != NULL)
		*open = sftp->open[i];
	return 0;
}

static int
read_close(const struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	struct open *open;
	int r = read_handle(sftp, p, packet, &open);

	if (r == 0)
		open->is_closing = true;
	return r;
}

static int
read_names(struct pending *p, struct sftp_packet *packet, enum sftp_act act, bool two)
{
	int r = sftp_packet_text(packet, &p->path);

	p->act = act;
	p->is_told = true;
	return r < 0 || !two ? r : sftp_packet_text(packet, &p->other);
}

static int
read_open(struct pending *p, struct sftp_packet *packet)
{
	uint32_t flags = 0;
	int r = sftp_packet_text(packet, &p->path);

	if (r == 0)
		r = sftp_packet_u32(packet, &flags);
	p->count = flags;
	p->act = (flags & SFTP_FLAG_WRITE) != 0 ? SFTP_UPLOAD : SFTP_DOWNLOAD;
	return r;
}

/* Hashed as it goes by; whether the server took it is known later. */
static int
read_write(const struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	const uint8_t *bytes;
	struct open *open;
	size_t count;
	int r = read_handle(sftp, p, packet, &open);

	if (r == 0)
		r = sftp_packet_u64(packet, &p->offset);
	if (r == 0)
		r = sftp_packet_bytes(packet, &bytes, &count);
	if (r == 0)
		flow_add(&open->up, p->offset, bytes, count);
	return r;
}

static int
read_read(const struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	int r = read_handle(sftp, p, packet, NULL);

	return r < 0 ? r : sftp_packet_u64(packet, &p->offset);
}

/* The names of an open file, for what is done to it by its handle. */
static int
read_by_handle(const struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	struct open *open;
	int r = read_handle(sftp, p, packet, &open);

	if (r < 0)
		return r;
	p->act = SFTP_ATTRIBUTES;
	p->is_told = true;
	p->path = own_dup(open->path);
	return 0;
}

/* copy-data works from one open file to another, inside the server. */
static int
read_copy(const struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	AUTO_PENDING struct pending to = { 0 };
	struct open *from, *into;
	uint64_t number;
	int r = read_handle(sftp, p, packet, &from);

	if (r == 0)
		r = sftp_packet_u64(packet, &number);	/* from where, and how much */
	if (r == 0)
		r = sftp_packet_u64(packet, &number);
	if (r == 0)
		r = read_handle(sftp, &to, packet, &into);
	if (r < 0)
		return r;
	p->path = own_dup(from->path);
	p->other = own_dup(into->path);
	into->up.in_pieces = true;
	p->act = SFTP_COPY;
	p->is_told = true;
	return 0;
}

static int
read_extended(const struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	AUTO_FREE char *name = NULL;
	int r = sftp_packet_text(packet, &name);

	if (r < 0)
		return r;
	if (strcmp(name, "posix-rename@openssh.com") == 0)
		return read_names(p, packet, SFTP_RENAME, true);
	if (strcmp(name, "hardlink@openssh.com") == 0)
		return read_names(p, packet, SFTP_LINK, true);
	if (strcmp(name, "lsetstat@openssh.com") == 0)
		return read_names(p, packet, SFTP_ATTRIBUTES, false);
	if (strcmp(name, "copy-data") == 0)
		return read_copy(sftp, p, packet);
	return 0;	/* they ask and change nothing; the server refuses those that it does not know */
}

static int
read_request(const struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	switch (p->type) {
	case SFTP_OPEN:
		return read_open(p, packet);
	case SFTP_WRITE:
		return read_write(sftp, p, packet);
	case SFTP_READ:
		return read_read(sftp, p, packet);
	case SFTP_CLOSE:
		return read_close(sftp, p, packet);
	case SFTP_READDIR:
		return read_handle(sftp, p, packet, NULL);
	case SFTP_FSETSTAT:
		return read_by_handle(sftp, p, packet);
	case SFTP_OPENDIR:
		return read_names(p, packet, SFTP_LIST, false);
	case SFTP_SETSTAT:
		return read_names(p, packet, SFTP_ATTRIBUTES, false);
	case SFTP_REMOVE_FILE:
		return read_names(p, packet, SFTP_REMOVE, false);
	case SFTP_MKDIR:
		return read_names(p, packet, SFTP_MAKE_DIR, false);
	case SFTP_RMDIR:
		return read_names(p, packet, SFTP_REMOVE_DIR, false);
	case SFTP_RENAME_FILE:
		return read_names(p, packet, SFTP_RENAME, true);
	case SFTP_SYMLINK_FILE:
		return read_names(p, packet, SFTP_SYMLINK, true);
	case SFTP_EXTENDED:
		return read_extended(sftp, p, packet);
	default:
		return sftp_packet_is_request(p->type) ? 0 : ERR_MSG_UNKNOWN;
	}
}

static int
hear_client(struct sftp *sftp, struct sftp_packet *packet, uint8_t type)
{
	struct pending p = { .type = type };
	int r = sftp_packet_u32(packet, &p.id);	/* of SFTP_INIT it is the version */

	if (r == 0 && sftp->count == PENDING_MOST)
		r = ERR_MSG_LENGTH;
	if (r == 0)
		r = read_request(sftp, &p, packet);
	if (r < 0) {
		pending_done(&p);
		return r;
	}
	if (sftp->first > 0 && sftp->first >= sftp->count) {	/* room at the front again */
		memmove(sftp->pending, sftp->pending + sftp->first, sftp->count * sizeof p);
		sftp->first = 0;
	}
	sftp->pending = own_grow(sftp->pending, sftp->first + sftp->count + 1, sizeof p);
	sftp->pending[sftp->first + sftp->count++] = p;
	return 0;
}

/* ---- the server -------------------------------------------------------------------------------------------------- */

static int
answered_data(struct sftp *sftp, const struct pending *p, struct sftp_packet *packet)
{
	const uint8_t *bytes;
	size_t count;
	size_t i = find_open(sftp, p->handle != NULL ? p->handle : "", p->handle_bytes);
	int r = sftp_packet_bytes(packet, &bytes, &count);

	if (r < 0 || p->type != SFTP_READ)
		return r < 0 ? r : ERR_MSG_REFUSED;
	if (i < sftp->open_count)
		flow_add(&sftp->open[i]->down, p->offset, bytes, count);
	return 0;
}

static void
answered_status(struct sftp *sftp, const struct pending *p, uint32_t status)
{
	size_t i = p->handle != NULL ? find_open(sftp, p->handle, p->handle_bytes) : sftp->open_count;
	struct sftp_news news = { .act = p->act, .path = p->path, .other = p->other, .failed = status != 0 };

	if (p->type == SFTP_CLOSE && i < sftp->open_count)
		close_file(sftp, i, false);
	else if (p->type == SFTP_WRITE && status != 0 && i < sftp->open_count)
		sftp->open[i]->up.failed = true;
	else if (p->type == SFTP_READ && status > SFTP_STATUS_EOF && i < sftp->open_count && sftp->open[i]->down.began)
		sftp->open[i]->down.failed = true;
	else if (p->is_told || p->type == SFTP_OPEN)
		sftp->tell(sftp->user, &news);
}

static int
answered_handle(struct sftp *sftp, struct pending *p, struct sftp_packet *packet)
{
	const struct sftp_news news = { .act = p->act, .path = p->path };

	if (p->type != SFTP_OPEN && p->type != SFTP_OPENDIR)
		return ERR_MSG_REFUSED;
	if (p->type == SFTP_OPENDIR)
		sftp->tell(sftp->user, &news);
	return opened(sftp, p, packet);
}

static int
answered(struct sftp *sftp, struct pending *p, struct sftp_packet *packet, uint8_t type)
{
	uint32_t number;
	int r = sftp_packet_u32(packet, &number);

	if (r < 0)
		return r;
	if (p->type == SFTP_INIT)
		return type == SFTP_VERSION ? 0 : ERR_MSG_REFUSED;
	if (number != p->id)
		return ERR_MSG_REFUSED;
	switch (type) {
	case SFTP_STATUS:
		r = sftp_packet_u32(packet, &number);
		if (r == 0)
			answered_status(sftp, p, number);
		return r;
	case SFTP_HANDLE:
		return answered_handle(sftp, p, packet);
	case SFTP_DATA:
		return answered_data(sftp, p, packet);
	case SFTP_NAME:
	case SFTP_ATTRS:
	case SFTP_EXTENDED_REPLY:
		return 0;
	default:
		return ERR_MSG_UNKNOWN;
	}
}

static int
hear_server(struct sftp *sftp, struct sftp_packet *packet, uint8_t type)
{
	struct pending p;
	int r;

	if (sftp->count == 0)
		return ERR_MSG_REFUSED;	/* nobody asked */
	p = TAKE(sftp->pending[sftp->first], (struct pending){ 0 });
	sftp->first++;
	sftp->count--;
	r = answered(sftp, &p, packet, type);
	pending_done(&p);
	return r;
}

/* ---- both -------------------------------------------------------------------------------------------------------- */

/* One whole packet off the front of what was heard: 1, 0 if there is none, or negative. */
static int
hear_one(struct sftp *sftp, bool is_server)
{
	struct buf *heard = &sftp->heard[is_server];
	struct sftp_packet packet = { buf_data(heard), buf_len(heard) };
	uint32_t length;
	uint8_t type;
	int r;

	if (packet.count < 4)
		return 0;
	(void)sftp_packet_u32(&packet, &length);
	if (length < 5 || length > PACKET_MOST)
		return ERR_MSG_LENGTH;
	if (packet.count < length)
		return 0;
	packet.count = length;
	type = packet.at[0];
	packet.at++;
	packet.count--;
	r = is_server ? hear_server(sftp, &packet, type) : hear_client(sftp, &packet, type);
	buf_consume(heard, 4 + (size_t)length);
	return r < 0 ? r : 1;
}

int
sftp_hear(struct sftp *sftp, bool is_server, const uint8_t *bytes, size_t count)
{
	struct buf *heard = &sftp->heard[is_server];

	while (count > 0) {
		size_t piece = count < buf_room(heard) ? count : buf_room(heard);
		int r = buf_add(heard, bytes, piece);

		bytes += piece;
		count -= piece;
		while (r >= 0 && (r = hear_one(sftp, is_server)) > 0)
			;
		if (r < 0)
			return r;
	}
	return 0;
}

void
sftp_end(struct sftp *sftp)
{
	while (sftp->open_count > 0)
		close_file(sftp, sftp->open_count - 1, true);
}
