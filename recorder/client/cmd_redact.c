/* SPDX-License-Identifier: ISC */
/* postern redact: terminal bytes in, the bytes that a recording of them would hold out. Or, for trying rules, what became of them. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/client/commands.h"
#include "recorder/client/replay.h"
#include "recorder/client/rules.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_stream.h"

#define READ_ONCE	(64u * 1024)
#define OUT_MOST	(1u << 20)

struct redact {
	struct mask_rules	*rules;
	struct mask_match	*match;
	struct mask_stream	*stream;
	struct buf		 out;
	struct replay		 replay;	/* of a recording, if it is one */
	bool			 explains, is_recording;
	uint64_t		 near, dropped;
};

static void
redact_done(struct redact *redact)
{
	replay_done(&redact->replay);
	mask_stream_free(redact->stream);
	mask_match_free(redact->match);
	mask_rules_free(redact->rules);
	buf_wipe(&redact->out);
}

static const char *
style_name(enum mask_style style)
{
	static const char *const names[] = {
		[MASK_FULL] = "full", [MASK_KEEP_LAST_4] = "keep-last-4", [MASK_LABEL] = "label", [MASK_PSEUDONYM] = "pseudonym",
	};

	return names[style];
}

/* Where it was: "line 7", and of a recording the time at which it was found, as the player writes times. */
static void
print_place(const struct redact *redact, uint64_t line)
{
	unsigned long long seconds = (unsigned long long)redact->replay.now_us / CLOCK_US;

	printf("line %llu", (unsigned long long)line);
	if (redact->is_recording)
		printf(" at %llu:%02llu", seconds / 60, seconds % 60);
	printf(": ");
}

static void
tell(void *user, const struct mask_told *told)
{
	struct redact *redact = user;
	struct mask_face face = { .name = NULL };

	print_place(redact, told->line);
	if (told->rule != MASK_NO_RULE)
		face = mask_rules_face(redact->rules, told->rule);
	if (face.name == NULL) {
		printf("covered as a whole, since a rule took too long\n");
	} else if (!told->is_near) {
		printf("%s (%s), %s, %u characters\n", face.name, face.set, style_name(face.style), told->chars);
	} else {
		printf("not %s: %s\n", face.name, told->is_check ? "its check failed" : "it has a literal of it, and no match");
		redact->near += !told->is_check;
		redact->dropped += told->is_check;
	}
}

static void
put(void *user, const uint8_t *bytes, size_t count)
{
	struct redact *redact = user;

	if (redact->explains)
		return;
	if (buf_add(&redact->out, bytes, count) < 0)
		abort();	/* it is emptied after each piece that was read, and holds many of them */
}

static int
prepare(struct cli *cli, struct redact *redact)
{
	struct mask_params params = { .cols = 80, .rows = 24, .is_any = true, .record = put, .user = redact };
	AUTO_MASK_RULES struct mask_rules *all = NULL;
	const char *size = cli_get(cli, "size");
	uint8_t key[SECRET_KEY];
	int r = rules_load(cli, &all);

	if (r == 0)
		r = rules_choose(cli, cli_get(cli, "sets"), all, &redact->rules);
	if (r != 0)
		return r;
	if (size != NULL && (sscanf(size, "%dx%d", &params.cols, &params.rows) != 2 || params.cols < 1 || params.rows < 1))
		return cli_fail(cli, STATUS_USAGE, "a size is written as 80x24, not %s", size);
	if (redact->is_recording)
		replay_size(&redact->replay, &params);
	r = mask_match_late(redact->rules, &redact->match);
	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "the rules cannot be used: %s", err_text(r));
	randombytes_buf(key, sizeof key);
	params.key = key;
	if (redact->explains)
		params.tell = tell;
	redact->stream = mask_stream_new(redact->match, &params);
	buf_init(&redact->out, OUT_MOST);
	return 0;
}

static int
give(struct redact *redact)
{
	int r = fdio_write(STDOUT_FILENO, buf_data(&redact->out), buf_len(&redact->out));

	buf_clear(&redact->out);
	return r;
}

/* Milliseconds until the stream has something to do by itself; -1: never. */
static int
wait_ms(const struct redact *redact)
{
	int64_t due = mask_stream_due(redact->stream), now = clock_boot_us();

	if (due == 0)
		return -1;
	return due <= now ? 0 : (int)((due - now) / 1000 + 1);
}

/* 1: more may come; 0: the end; or -errno. */
static int
step(struct redact *redact, int fd, uint8_t *bytes)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&ready, 1, wait_ms(redact)) < 0)
		return errno == EINTR ? 1 : -errno;
	if (ready.revents == 0) {
		mask_stream_tick(redact->stream, clock_boot_us());
		return 1;
	}
	n = read(fd, bytes, READ_ONCE);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	if (n == 0)
		mask_stream_flush(redact->stream, clock_boot_us());
	else
		mask_stream_write(redact->stream, bytes, (size_t)n, clock_boot_us());
	return n > 0;
}

static int
filter(struct redact *redact, int fd)
{
	AUTO_FREE uint8_t *bytes = own_alloc(READ_ONCE);
	int more, r;

	do {
		more = step(redact, fd, bytes);
		r = give(redact);
	} while (more > 0 && r == 0);
	sodium_memzero(bytes, READ_ONCE);
	return more < 0 ? more : r;
}

static void
sum_up(const struct redact *redact)
{
	struct mask_counts counts;

	mask_stream_counts(redact->stream, &counts);
	for (size_t i = 0; i < mask_rules_entries(redact->rules); i++) {
		unsigned long long hits = mask_stream_rule_hits(redact->stream, i);

		if (hits > 0)
			printf("%8llu  %s\n", hits, mask_rules_face(redact->rules, i).name);
	}
	if (counts.endless > 0)
		printf("%8llu  outputs of commands had no prompt behind them for long, and stayed covered\n", (unsigned long long)counts.endless);
	printf("%8llu  in all; %llu lines had a literal and no match, %llu matches failed their check\n",
	    (unsigned long long)counts.hits, (unsigned long long)redact->near, (unsigned long long)redact->dropped);
}

static int
run(struct cli *cli, struct redact *redact, int fd)
{
	int r = prepare(cli, redact);

	if (r != 0)
		return r;
	r = redact->is_recording ? replay_run(&redact->replay, redact->stream) : filter(redact, fd);
	if (r == -EPIPE)
		return STATUS_OK;
	if (r < 0 && !redact->is_recording)
		return cli_fail(cli, STATUS_FAILED, "%s", err_text(r));
	if (redact->explains)
		sum_up(redact);
	return r < 0 ? cli_fail(cli, cli_status(r), "the recording can be read no further: %s", err_text(r)) : STATUS_OK;
}

int
cmd_redact(struct cli *cli)
{
	const char *path = cli_get(cli, "explain");
	struct redact redact = { .explains = path != NULL };
	AUTO_FD int file = -1;
	int r;

	if (path != NULL && strcmp(path, "-") != 0) {
		file = open(path, O_RDONLY | O_CLOEXEC);
		if (file < 0)
			return cli_fail(cli, STATUS_FAILED, "cannot read %s: %s", path, strerror(errno));
		redact.is_recording = replay_is_recording(file);
	}
	r = redact.is_recording ? replay_open(cli, path, &redact.replay) : 0;
	if (r == 0)
		r = run(cli, &redact, file >= 0 ? file : STDIN_FILENO);
	redact_done(&redact);
	return r;
}
