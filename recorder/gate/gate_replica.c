/* SPDX-License-Identifier: ISC */
/* One ssh at a time, orders and answers in lines (recorder/keep/replica_main.c says which), never waited for. */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/base/signals.h"
#include "lib/base/text.h"
#include "lib/proof/checkpoint.h"
#include "lib/proof/receipt.h"
#include "lib/store/event.h"
#include "lib/store/failure.h"
#include "lib/store/head.h"
#include "lib/store/replica.h"
#include "lib/store/slots.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_replica.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/signer.h"

#define FILE_MOST	4096
#define HOST_MOST	256
#define BATCH		64		/* orders at one time */
#define OUT_MOST	16384		/* all of them */
#define IN_MOST		16384
#define LINE_MOST	200		/* room for one order */
#define PATIENCE_US	(60 * CLOCK_US)
#define AGAIN_US	(5 * CLOCK_US)	/* after a failure, twice as long each time */
#define AGAIN_MOST_US	(300 * CLOCK_US)
#define WHY		320
#define B64		sodium_base64_VARIANT_ORIGINAL

struct gate_replica {
	struct gate	*gate;
	char		 host[HOST_MOST];
	struct note_key	 key;
	pid_t		 pid, dead;	/* 0: none; one that was ended and not collected yet */
	int		 fd, said;	/* both ways; what ssh says on standard error */
	struct event	*readable, *writable;
	char		*out;		/* secret memory: keys are in it */
	size_t		 out_at, out_end;
	struct buf	 in;
	bool		 is_greeted;
	unsigned	 waiting;	/* answers that are to come */
	unsigned	 tries;		/* in vain, one after the other */
	int64_t		 asked_us, next_us;	/* boottime */
	char		 trouble[WHY];
};

/* ---- its file ---- */

static int
read_file(struct gate_replica *replica, const char *path)
{
	AUTO_FREE char *text = NULL;
	char key[NOTE_VKEY] = "", *save = NULL;
	int r = fdio_slurp_path(path, FILE_MOST, &text, NULL);

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "to ", 3) == 0 && line[3] != '-')
			snprintf(replica->host, sizeof replica->host, "%s", line + 3);
		else if (strncmp(line, "key ", 4) == 0)
			snprintf(key, sizeof key, "%s", line + 4);
		else if (line[0] != '#' && line[0] != '\0')
			return ERR_CONFIG;
	}
	return replica->host[0] != '\0' && note_key_parse(key, &replica->key) == 0 ? 0 : ERR_CONFIG;
}

void
gate_replica_load(struct gate *gate)
{
	AUTO_FREE char *path = place_path(gate->daemon.place.etc, "replica", NULL);
	struct gate_replica *fresh = own_alloc(sizeof *fresh);
	int r = read_file(fresh, path);

	if (gate->replica != NULL && r == 0 && strcmp(fresh->host, gate->replica->host) == 0 &&
	    memcmp(fresh->key.public, gate->replica->key.public, NOTE_PUBLIC) == 0) {
		free(fresh);
		return;
	}
	gate_replica_done(gate);
	if (r < 0) {
		free(fresh);
		if (r != -ENOENT)
			gate_say(gate, LOG_REPLICA_TROUBLE, NULL, "%s names no replica (\"to HOST\" and \"key NAME+ID+KEY\" are needed): %s", path, err_text(r));
		return;
	}
	fresh->gate = gate;
	fresh->fd = fresh->said = -1;
	fresh->out = secret_new(OUT_MOST);
	buf_init(&fresh->in, IN_MOST);
	gate->replica = fresh;
	gate_say(gate, LOG_REPLICA, NULL, "the key slots have a replica, %s, which signs as %s", fresh->host, fresh->key.name);
}

/* ---- ssh ---- */

static void
collect(struct gate_replica *replica)
{
	if (replica->dead != 0 && waitpid(replica->dead, NULL, WNOHANG) != 0)
		replica->dead = 0;
}

static void
hang_up(struct gate_replica *replica)
{
	if (replica->pid == 0)
		return;
	kill(replica->pid, SIGTERM);
	replica->dead = replica->pid;
	replica->pid = 0;
	event_free(replica->readable);
	event_free(replica->writable);
	own_close(&replica->fd);
	own_close(&replica->said);
	sodium_memzero(replica->out, OUT_MOST);
	replica->out_at = replica->out_end = 0;
	buf_clear(&replica->in);
	replica->is_greeted = false;
	replica->waiting = 0;
	collect(replica);
}

void
gate_replica_done(struct gate *gate)
{
	struct gate_replica *replica = TAKE(gate->replica, NULL);

	if (replica == NULL)
		return;
	hang_up(replica);
	buf_done(&replica->in);
	secret_free(replica->out);
	free(replica);
}

const char *
gate_replica_trouble(const struct gate *gate)
{
	return gate->replica != NULL ? gate->replica->trouble : "";
}

struct units {
	uint32_t	items[BATCH];
	size_t		count;
};

static int
take_erase(void *ctx, const struct replica_job *job)
{
	struct units *units = ctx;

	if (job->is_erase)
		units->items[units->count++] = job->unit;
	return 0;
}

/* Copies of keys that should be gone are the ones that matter: each is a deletion that is not done. */
static void
note_failures(struct gate_replica *replica, const char *why)
{
	struct gate *gate = replica->gate;
	struct units units = { .count = 0 };
	int r = gate_store(gate);

	if (r == 0)
		r = replica_jobs(gate->store, BATCH, take_erase, &units);
	for (size_t i = 0; r >= 0 && i < units.count; i++)
		r = failure_note(gate->store, units.items[i], FAILURE_REPLICA, clock_wall_us(), why);
	if (r < 0)
		log_error("what the replica has not erased cannot be noted: %s", err_text(r));
}

/* Said once, tried again, shown until it works. */
static void
broke(struct gate_replica *replica, const char *why)
{
	AUTO_FREE char *clean = text_clean(why, strlen(why));
	int64_t wait = AGAIN_US << (replica->tries < 8 ? replica->tries : 8);
	bool is_new = replica->trouble[0] == '\0';

	hang_up(replica);
	replica->tries++;
	replica->next_us = clock_boot_us() + (wait < AGAIN_MOST_US ? wait : AGAIN_MOST_US);
	snprintf(replica->trouble, sizeof replica->trouble, "the replica of the key slots on %.60s does not work: %.150s", replica->host, clean);
	if (is_new)
		gate_say(replica->gate, LOG_REPLICA_TROUBLE, NULL, "%s; it is tried again", replica->trouble);
	note_failures(replica, clean);
	peers_changed(replica->gate, "retention", NULL);
}

/* What ssh had to say, or else the word for it. */
static void
broke_off(struct gate_replica *replica)
{
	char said[WHY] = "";
	ssize_t n = read(replica->said, said, sizeof said - 1);
	char *end;

	while (n > 0 && (said[n - 1] == '\n' || said[n - 1] == '\r'))
		said[--n] = '\0';
	end = strrchr(said, '\n');
	broke(replica, n > 0 ? end != NULL ? end + 1 : said : "it hung up");
}

static void __attribute__((noreturn))
become_ssh(const struct gate_replica *replica, int fd, int said)
{
	AUTO_FREE char *config = place_path(replica->gate->daemon.place.etc, "ssh_config", NULL);
	const int sources[] = { fd, fd, said }, targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	const char *words[] = { "ssh", "-T", "-oBatchMode=yes", "-oConnectTimeout=15", "-oServerAliveInterval=15", "-oClearAllForwardings=yes",
		"--", replica->host, NULL, NULL, NULL };

	if (access(config, R_OK) == 0) {
		words[6] = "-F";
		words[7] = config;
		words[8] = "--";
		words[9] = replica->host;
	}
	signals_unblock();
	if (fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0)
		execvp("ssh", (char **)(uintptr_t)words);
	_exit(127);
}

static void	on_readable(evutil_socket_t fd, short what, void *user);
static void	on_writable(evutil_socket_t fd, short what, void *user);

/* Room for one more line is the caller's; nothing is sent yet. */
static void __attribute__((format(printf, 2, 3)))
order(struct gate_replica *replica, const char *format, ...)
{
	va_list args;
	int count;

	va_start(args, format);
	count = vsnprintf(replica->out + replica->out_end, OUT_MOST - replica->out_end, format, args);
	va_end(args);
	replica->out_end += count > 0 ? (size_t)count : 0;
	replica->asked_us = clock_boot_us();
	event_add(replica->writable, NULL);
}

static int
start_ssh(struct gate_replica *replica, const int sockets[2], const int said[2])
{
	struct event_base *base = replica->gate->base;
	char key[NOTE_VKEY];

	replica->pid = fork();
	if (replica->pid < 0) {
		replica->pid = 0;
		return -errno;
	}
	if (replica->pid == 0)
		become_ssh(replica, sockets[1], said[1]);
	replica->fd = sockets[0];
	replica->said = said[0];
	replica->readable = event_new(base, replica->fd, EV_READ | EV_PERSIST, on_readable, replica);
	replica->writable = event_new(base, replica->fd, EV_WRITE, on_writable, replica);
	if (replica->readable == NULL || replica->writable == NULL)
		log_fatal("out of memory");
	event_add(replica->readable, NULL);
	note_key_print(signer_key(replica->gate->heads.signer), key);
	order(replica, "postern-replica 1 %s\n", key);
	replica->waiting = 1;
	return 0;
}

static int
dial(struct gate_replica *replica)
{
	int sockets[2] = { -1, -1 }, said[2] = { -1, -1 }, r = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		r = -errno;
	if (r == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, said) < 0)
		r = -errno;
	if (r == 0)
		r = fdio_nonblock(sockets[0], true);
	if (r == 0)
		r = fdio_nonblock(said[0], true);
	if (r == 0)
		r = start_ssh(replica, sockets, said);
	if (r < 0) {
		own_close(&sockets[0]);
		own_close(&said[0]);
	}
	own_close(&sockets[1]);
	own_close(&said[1]);
	return r;
}

static void
on_writable(evutil_socket_t fd, short what, void *user)
{
	struct gate_replica *replica = user;
	ssize_t n = send(fd, replica->out + replica->out_at, replica->out_end - replica->out_at, MSG_NOSIGNAL);

	(void)what;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return;	/* reading tells the same, and what ssh said */
	if (n > 0)
		replica->out_at += (size_t)n;
	if (replica->out_at < replica->out_end) {
		event_add(replica->writable, NULL);
		return;
	}
	sodium_memzero(replica->out, replica->out_end);
	replica->out_at = replica->out_end = 0;
}

/* ---- answers ---- */

static int
greeted(struct gate_replica *replica, const char *text)
{
	struct note_key key;

	if (replica->is_greeted || note_key_parse(text, &key) < 0 || memcmp(key.public, replica->key.public, NOTE_PUBLIC) != 0 ||
	    strcmp(key.name, replica->key.name) != 0) {
		broke(replica, "it signs with another key than the file replica names");
		return -1;
	}
	replica->is_greeted = true;
	replica->waiting = 0;
	return 0;
}

/* The receipt and the log's word of it are in the catalogue together. */
static int
keep_receipt(struct gate_replica *replica, uint32_t unit, const char *note, const char *encoded)
{
	struct store *store = replica->gate->store;
	AUTO_TXN struct txn txn = { 0 };
	AUTO_FREE char *text = NULL;
	struct event_new event = { .type = LOG_REPLICA, .time_us = clock_wall_us(), .class = gate_log_class(replica->gate), .number = EVENT_NO_NUMBER };
	int64_t seq;
	int r;

	if (asprintf(&text, "the replica %s has erased its copy of key slot %" PRIu32 "; receipt %s", replica->key.name, unit, encoded) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	event.text = text;
	event.text_bytes = strlen(text);
	r = txn_begin(&txn, store);
	if (r == 0)
		r = replica_erased(store, unit, event.time_us, note);
	if (r == 0)
		r = event_append(store, &event, &seq);
	if (r == 0)
		r = failure_over(store, unit, FAILURE_REPLICA);
	return r < 0 ? r : txn_commit(&txn);
}

static int
take_receipt(struct gate_replica *replica, uint32_t unit, const char *encoded)
{
	char note[RECEIPT_MOST + 1];
	struct receipt receipt;
	size_t count;
	int r;

	if (sodium_base642bin((uint8_t *)note, RECEIPT_MOST, encoded, strlen(encoded), NULL, &count, NULL, B64) != 0)
		return ERR_NOTE;
	note[count] = '\0';
	r = receipt_open(note, count, &replica->key, &receipt);
	if (r == 0 && (receipt.slot != unit || strcmp(receipt.log, signer_key(replica->gate->heads.signer)->name) != 0))
		r = ERR_SIGNATURE;
	return r < 0 ? r : keep_receipt(replica, unit, note, encoded);
}

/* 0; else the connection is over. */
static int
take_line(struct gate_replica *replica, char *line)
{
	char *rest = NULL;
	const char *space = strchr(line, ' ');
	uint32_t unit = space != NULL ? (uint32_t)strtoul(space + 1, &rest, 10) : 0;
	int r = gate_store(replica->gate);

	rest = rest != NULL && *rest == ' ' ? rest + 1 : (char[]){ "" };
	if (r < 0)
		;
	else if (strncmp(line, "replica 1 ", 10) == 0)
		return greeted(replica, line + 10);
	else if (strncmp(line, "kept ", 5) == 0)
		r = replica_kept(replica->gate->store, unit, clock_wall_us());
	else if (strncmp(line, "erased ", 7) == 0)
		r = take_receipt(replica, unit, rest);
	else {
		broke(replica, strncmp(line, "error ", 6) == 0 ? rest : "it answers what nobody understands");
		return -1;
	}
	if (r < 0) {
		broke(replica, err_text(r));
		return -1;
	}
	replica->waiting -= replica->waiting > 0;
	return 0;
}

static void
works(struct gate_replica *replica)
{
	if (replica->trouble[0] != '\0') {
		replica->trouble[0] = '\0';
		gate_say(replica->gate, LOG_REPLICA, NULL, "the replica of the key slots on %s works again", replica->host);
		peers_changed(replica->gate, "retention", NULL);
	}
	replica->tries = 0;
}

static void	next_batch(struct gate_replica *replica);

static void
on_readable(evutil_socket_t fd, short what, void *user)
{
	struct gate_replica *replica = user;
	uint8_t *room = buf_reserve(&replica->in, 4096), *end;
	ssize_t n = room != NULL ? read(fd, room, 4096) : -1;

	(void)what;
	if (n < 0 && room != NULL && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		broke_off(replica);
		return;
	}
	buf_commit(&replica->in, (size_t)n);
	while ((end = memchr(buf_data(&replica->in), '\n', buf_len(&replica->in))) != NULL) {
		char *line = (char *)(uintptr_t)buf_data(&replica->in);

		*end = '\0';
		if (take_line(replica, line) != 0)
			return;
		buf_consume(&replica->in, (size_t)(end + 1 - (uint8_t *)line));
	}
	if (replica->waiting == 0 && replica->is_greeted) {
		works(replica);
		next_batch(replica);
	}
}

/* ---- orders ---- */

/* The head that was signed last: what the receipt vouches to have come after. */
static int
newest_head(struct gate *gate, struct tree_head *found)
{
	AUTO_HEAD struct head head = { 0 };
	struct checkpoint checkpoint;
	struct note note;
	int r = head_get(gate->store, INT64_MAX, &head);

	*found = (struct tree_head){ 0 };
	if (r < 0)
		return r == ERR_NOT_FOUND ? 0 : r;
	r = note_parse(head.note, strlen(head.note), &note);
	if (r == 0)
		r = checkpoint_parse(note.text, note.text_bytes, &checkpoint);
	if (r == 0)
		*found = checkpoint.head;
	return r;
}

struct batch {
	struct gate_replica	*replica;
	struct tree_head	 head;
	uint8_t			*record;	/* secret memory */
};

static int
add_order(void *ctx, const struct replica_job *job)
{
	struct batch *batch = ctx;
	struct gate_replica *replica = batch->replica;
	char hex[65] = "-", *text = (char *)batch->record + SLOTS_RECORD;
	int r;

	if (OUT_MOST - replica->out_end < LINE_MOST)
		return 1;
	if (job->is_erase) {
		if (job->has_envelope)
			id_hex(job->envelope_sha256, sizeof job->envelope_sha256, hex);
		sodium_bin2base64(text, LINE_MOST, batch->head.root, TREE_HASH, B64);
		order(replica, "erase %" PRIu32 " %s %" PRIu64 " %s\n", job->unit, hex, batch->head.size, text);
	} else {
		r = replica_record(replica->gate->store, job->unit, batch->record);
		if (r < 0)
			return 0;	/* a slot that is damaged here has nothing to give */
		sodium_bin2base64(text, LINE_MOST, batch->record, SLOTS_RECORD, B64);
		order(replica, "put %" PRIu32 " %s\n", job->unit, text);
	}
	replica->waiting++;
	return 0;
}

static void
next_batch(struct gate_replica *replica)
{
	struct batch batch = { .replica = replica, .record = secret_new(SLOTS_RECORD + LINE_MOST) };
	int r = newest_head(replica->gate, &batch.head);

	if (r == 0)
		r = replica_jobs(replica->gate->store, BATCH, add_order, &batch);
	secret_free(batch.record);
	if (r < 0)
		log_error("the replica does not get its orders: %s", err_text(r));
	else if (replica->waiting == 0 && clock_boot_us() - replica->asked_us > PATIENCE_US)
		hang_up(replica);
}

static bool
has_work(struct gate_replica *replica)
{
	struct replica_state state = { 0 };
	int r = replica_state(replica->gate->store, &state);

	return r == 0 && (state.to_keep > 0 || state.to_erase > 0 || replica->trouble[0] != '\0');
}

void
gate_replica_tick(struct gate *gate)
{
	struct gate_replica *replica = gate->replica;
	int64_t now = clock_boot_us();
	int r;

	if (replica == NULL || gate->heads.signer == NULL || gate_store(gate) < 0)
		return;
	collect(replica);
	if (replica->pid != 0 && replica->waiting > 0 && now - replica->asked_us > PATIENCE_US) {
		broke(replica, "it does not answer");
	} else if (replica->pid != 0 && replica->waiting == 0) {
		next_batch(replica);
	} else if (replica->pid == 0 && replica->dead == 0 && now >= replica->next_us && has_work(replica)) {
		r = dial(replica);
		if (r < 0)
			broke(replica, err_text(r));
	}
}
