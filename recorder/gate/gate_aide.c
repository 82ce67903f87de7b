/* SPDX-License-Identifier: ISC */
/* Outputs and witnesses: started, listened to, started again. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
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
#include "lib/base/place.h"
#include "lib/base/signals.h"
#include "lib/base/text.h"
#include "lib/store/wrap.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_aide.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/peer.h"

#define FILE_MOST	65536
#define LINES_MOST	16	/* of each file */
#define WORDS_MOST	32	/* of a line */
#define NAME_MOST	32
#define IN_MOST		1024
#define WHY		200
#define AGAIN_US	(2 * CLOCK_US)	/* after it ended, twice as long each time */
#define AGAIN_MOST_US	(60 * CLOCK_US)
#define STANDS_US	(60 * CLOCK_US)	/* who lives so long is not one that ends at once */

/* clang-format off */
static const struct duty {
	const char	*file;
	const char	*program;
	const char	*what;		/* "output siem" */
	const char	*kinds[4];
	const char	*form;
	int		 least;		/* words of a line */
	bool		 reads;		/* texts of the log, for which it gets the keys of the key slots */
	enum log_type	 begun, lost, well;
} duties[] = {
	{ "outputs", "postern-out", "output", { "file", "syslog", "run", NULL }, "NAME file|syslog|run WHERE...", 3, true,
	    LOG_OUTPUT, LOG_OUTPUT_LOST, LOG_OUTPUT_BACK },
	{ "witnesses", "postern-attest", "witness", { "ssh", "http", NULL }, "NAME ssh|http WHERE KEY", 4, false,
	    LOG_WITNESSED, LOG_WITNESS_TROUBLE, LOG_WITNESSED },
};
/* clang-format on */

struct gate_aide {
	struct gate_aide	*next;
	struct gate		*gate;
	const struct duty	*duty;
	char			*line;			/* as it stands in the file */
	char			*split;			/* the same, cut into words */
	char			*words[WORDS_MOST + 1];	/* name, kind, ... */
	bool			 stays, is_over;	/* while the files are read; not in them any more */
	pid_t			 pid;
	int			 fd;
	struct event		*readable;
	struct buf		 in;
	unsigned		 tries;
	int64_t			 since_us, next_us;	/* boottime */
	char			 trouble[WHY];
};

/* ---- lines of the file ---- */

static bool
is_name(const char *name)
{
	if (name[0] == '\0' || strlen(name) > NAME_MOST)
		return false;
	for (; *name != '\0'; name++)
		if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name) && *name != '-')
			return false;
	return true;
}

static void
aide_free(struct gate_aide *aide)
{
	buf_done(&aide->in);
	free(aide->line);
	free(aide->split);
	free(aide);
}

static struct gate_aide *
aide_parse(struct gate *gate, const struct duty *duty, const char *line)
{
	struct gate_aide *aide = own_alloc(sizeof *aide);
	char *save = NULL;
	int count = 0;
	bool is_kind = false;

	aide->gate = gate;
	aide->duty = duty;
	aide->fd = -1;
	aide->line = own_dup(line);
	aide->split = own_dup(line);
	buf_init(&aide->in, IN_MOST);
	for (char *word = strtok_r(aide->split, " \t", &save); word != NULL && count < WORDS_MOST; word = strtok_r(NULL, " \t", &save))
		aide->words[count++] = word;
	for (int i = 0; count > 1 && duty->kinds[i] != NULL; i++)
		is_kind = is_kind || strcmp(aide->words[1], duty->kinds[i]) == 0;
	if (count >= duty->least && count < WORDS_MOST && is_name(aide->words[0]) && is_kind && (aide->words[2][0] == '/' || duty->least > 3))
		return aide;
	aide_free(aide);
	return NULL;
}

static bool
is_taken(const struct gate *gate, const struct gate_aide *fresh)
{
	for (const struct gate_aide *aide = gate->aides; aide != NULL; aide = aide->next)
		if (aide->duty == fresh->duty && aide->stays && strcmp(aide->words[0], fresh->words[0]) == 0)
			return true;
	return false;
}

static void
take_line(struct gate *gate, const struct duty *duty, const char *line)
{
	struct gate_aide *fresh;

	for (struct gate_aide *aide = gate->aides; aide != NULL; aide = aide->next)
		if (aide->duty == duty && !aide->is_over && strcmp(aide->line, line) == 0) {
			aide->stays = true;
			if (aide->fd >= 0)
				(void)send(aide->fd, "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);	/* look now */
			return;
		}
	fresh = aide_parse(gate, duty, line);
	if (fresh == NULL || is_taken(gate, fresh)) {
		gate_say(gate, duty->lost, NULL, "%s: '%s' is not understood (%s, each name once); it is left out", duty->file, line, duty->form);
		if (fresh != NULL)
			aide_free(fresh);
		return;
	}
	fresh->stays = true;
	fresh->next = gate->aides;
	gate->aides = fresh;
	gate_say(gate, duty->begun, NULL, "%s %s: %s", duty->what, fresh->words[0], line + strlen(fresh->words[0]) + 1);
}

static void
read_lines(struct gate *gate, const struct duty *duty)
{
	AUTO_FREE char *path = place_path(gate->daemon.place.etc, duty->file, NULL), *text = NULL;
	int r = fdio_slurp_path(path, FILE_MOST, &text, NULL), count = 0;
	char *save = NULL;

	if (r < 0) {
		if (r != -ENOENT)
			gate_say(gate, duty->lost, NULL, "%s cannot be read: %s", path, err_text(r));
		return;
	}
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " \t");
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (++count <= LINES_MOST)
			take_line(gate, duty, line);
		else if (count == LINES_MOST + 1)
			gate_say(gate, duty->lost, NULL, "%s has more than %d lines; the others are left out", path, LINES_MOST);
	}
}

/* ---- processes ---- */

static void
hang_up(struct gate_aide *aide)
{
	if (aide->readable != NULL)
		event_free(aide->readable);
	aide->readable = NULL;
	own_close(&aide->fd);
	aide->fd = -1;
	buf_clear(&aide->in);
}

static void
set_trouble(struct gate_aide *aide, const char *why)
{
	AUTO_FREE char *clean = text_clean(why, strlen(why));
	bool is_new = strcmp(aide->trouble, clean) != 0;

	snprintf(aide->trouble, sizeof aide->trouble, "%s", clean);
	if (is_new)
		gate_say(aide->gate, aide->duty->lost, NULL, "%s %s does not work: %s; it is tried again", aide->duty->what, aide->words[0], clean);
	peers_changed(aide->gate, "retention", NULL);
}

static void
is_well(struct gate_aide *aide, const char *word)
{
	if (strcmp(word, "back") == 0)
		gate_say(aide->gate, aide->duty->well, NULL, "%s %s works again", aide->duty->what, aide->words[0]);
	else
		gate_say(aide->gate, aide->duty->well, NULL, "%s %s: %s", aide->duty->what, aide->words[0], word);
	if (aide->trouble[0] != '\0')
		peers_changed(aide->gate, "retention", NULL);
	aide->trouble[0] = '\0';
	aide->tries = 0;
}

static void
ended(struct gate_aide *aide)
{
	int64_t now_us = clock_boot_us(), wait;

	hang_up(aide);
	if (now_us - aide->since_us > STANDS_US)
		aide->tries = 0;
	wait = AGAIN_US << (aide->tries < 8 ? aide->tries : 8);
	aide->tries++;
	aide->next_us = now_us + (wait < AGAIN_MOST_US ? wait : AGAIN_MOST_US);
	if (aide->tries > 1)
		set_trouble(aide, "its process ends; the journal says why");
}

/* "lost WHY", "back", or what is well. */
static void
take_word(struct gate_aide *aide, char *line)
{
	if (strncmp(line, "lost ", 5) == 0)
		set_trouble(aide, line + 5);
	else
		is_well(aide, line);
}

static void
on_readable(evutil_socket_t fd, short what, void *user)
{
	struct gate_aide *aide = user;
	uint8_t *room = buf_reserve(&aide->in, 256), *end;
	ssize_t n = room != NULL ? read(fd, room, 256) : -1;

	(void)what;
	if (n < 0 && room != NULL && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		ended(aide);
		return;
	}
	buf_commit(&aide->in, (size_t)n);
	while ((end = memchr(buf_data(&aide->in), '\n', buf_len(&aide->in))) != NULL) {
		char *line = (char *)(uintptr_t)buf_data(&aide->in);

		*end = '\0';
		take_word(aide, line);
		buf_consume(&aide->in, (size_t)(end + 1 - (uint8_t *)line));
	}
}

static void __attribute__((noreturn))
become(const struct gate_aide *aide, int fd, int key)
{
	AUTO_FREE char *path = place_program(aide->duty->program);
	const int sources[] = { fd, fd, STDERR_FILENO, key }, targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, OUT_SLOTS_KEY };
	const char *words[WORDS_MOST + 4] = { aide->duty->program, aide->gate->daemon.place.state, aide->gate->daemon.place.etc };

	for (int i = 0; aide->words[i] != NULL; i++)
		words[i + 3] = aide->words[i];
	signals_unblock();
	signal(SIGPIPE, SIG_DFL);
	if (fdio_arrange(sources, targets, 4, OUT_SLOTS_KEY) == 0)
		execv(path, (char **)(uintptr_t)words);
	_exit(127);
}

static int
start(struct gate_aide *aide)
{
	const struct wraps *keys = aide->gate->wrap.keys;
	AUTO_FD int key = aide->duty->reads && keys->count > 0 ? wraps_pipe(keys) : -1;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	aide->pid = fork();
	if (aide->pid == 0)
		become(aide, ends[1], key);
	close(ends[1]);
	if (aide->pid < 0 || fdio_nonblock(ends[0], true) < 0) {
		aide->pid = 0;
		close(ends[0]);
		return -EAGAIN;
	}
	aide->fd = ends[0];
	aide->since_us = clock_boot_us();
	aide->readable = event_new(aide->gate->base, aide->fd, EV_READ | EV_PERSIST, on_readable, aide);
	if (aide->readable == NULL)
		log_fatal("out of memory");
	event_add(aide->readable, NULL);
	return 0;
}

/* True if nothing is left of it. */
static bool
collect(struct gate_aide *aide)
{
	if (aide->pid > 0 && waitpid(aide->pid, NULL, WNOHANG) != 0)
		aide->pid = 0;
	return aide->pid == 0;
}

/* ---- all of them ---- */

void
gate_aides_load(struct gate *gate)
{
	for (struct gate_aide *aide = gate->aides; aide != NULL; aide = aide->next)
		aide->stays = false;
	for (size_t i = 0; i < sizeof duties / sizeof duties[0]; i++)
		read_lines(gate, &duties[i]);
	for (struct gate_aide *aide = gate->aides; aide != NULL; aide = aide->next)
		if (!aide->stays && !aide->is_over) {
			aide->is_over = true;
			hang_up(aide);	/* it ends with its input */
			gate_say(gate, aide->duty->begun, NULL, "%s %s is there no more", aide->duty->what, aide->words[0]);
		}
	gate_aides_tick(gate);
}

void
gate_aides_tick(struct gate *gate)
{
	for (struct gate_aide **at = &gate->aides; *at != NULL;) {
		struct gate_aide *aide = *at;
		bool is_gone = collect(aide);

		if (aide->is_over && is_gone) {
			*at = aide->next;
			aide_free(aide);
			continue;
		}
		if (!aide->is_over && is_gone && aide->fd < 0 && clock_boot_us() >= aide->next_us && start(aide) < 0)
			ended(aide);
		at = &aide->next;
	}
}

void
gate_aides_done(struct gate *gate)
{
	struct gate_aide *aide;

	while ((aide = gate->aides) != NULL) {
		gate->aides = aide->next;
		hang_up(aide);
		aide_free(aide);
	}
}

void
gate_aides_trouble(const struct gate *gate, char *text, size_t size)
{
	for (const struct gate_aide *aide = gate->aides; aide != NULL; aide = aide->next) {
		size_t used = strlen(text);

		if (aide->trouble[0] != '\0' && !aide->is_over)
			snprintf(text + used, size - used, "%sThe %s %s does not work: %s.", used > 0 ? " " : "", aide->duty->what, aide->words[0], aide->trouble);
	}
}
