/* SPDX-License-Identifier: ISC */
/*
 * postern-attest: shows the newest signed head to one witness, each hour, as the gate's account, started by the gate for each line
 * of /etc/postern/witnesses: postern-attest STATE ETC NAME ssh|http WHERE VKEY. What comes back lies in STATE/witness/NAME.note.
 * On standard output it says "lost SENTENCE", or what was cosigned; whatever it hears on standard input makes it look now.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "lib/proof/checkpoint.h"
#include "lib/proof/witness.h"
#include "lib/store/head.h"
#include "recorder/out/progress.h"
#include "recorder/witness/courier.h"

#define EACH_S		3600
#define AGAIN_S		10	/* after a failure, twice as long each time */
#define AGAIN_MOST_S	600
#define ROUNDS		3	/* of being told another size */

struct attest {
	const char	*state, *name;
	char		*folder;
	struct courier	 courier;
	struct note_key	 key;
	struct progress	 mark;		/* at: entries of the last head that was cosigned */
	unsigned	 tries;
	char		 why[PROGRESS_WHY];
};

static int __attribute__((format(printf, 2, 3)))
broke(struct attest *attest, const char *format, ...)
{
	AUTO_FREE char *clean = NULL;
	char text[PROGRESS_WHY];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	clean = text_clean(text, strlen(text));
	snprintf(attest->why, sizeof attest->why, "%s", clean);
	return ERR_PROOF;
}

static void
tell(const char *word, const char *sentence)
{
	AUTO_FREE char *line = NULL;

	if (asprintf(&line, "%s%s\n", word, sentence) < 0)
		line = NULL;
	else
		(void)fdio_write(STDOUT_FILENO, line, strlen(line));
}

/* ---- one head ---- */

static int
make_question(struct store *store, const struct head *head, uint64_t old, struct buf *question)
{
	struct witness_question asked = { .old = old, .note = head->note, .note_bytes = strlen(head->note) };
	struct tree_source source = head_source(store);
	int r = tree_prove_growth(&source, old, (uint64_t)head->size, &asked.proof);

	return r < 0 ? r : witness_print(&asked, question);
}

/* The head with the lines that the witness gave; only its own, and only if they hold, count. */
static int
take_cosigned(struct attest *attest, const struct head *head, const struct buf *lines)
{
	AUTO_FREE char *path = NULL;
	AUTO_BUF struct buf whole = { .max = NOTE_MOST };
	char sentence[128], when[CLOCK_TEXT];
	struct note note;
	int64_t time_s = 0;
	int r = buf_add_text(&whole, head->note);

	if (r == 0)
		r = buf_add(&whole, buf_data(lines), buf_len(lines));
	if (r == 0)
		r = note_parse(buf_data(&whole), buf_len(&whole), &note);
	if (r == 0)
		r = note_verify(&note, &attest->key, &time_s);
	if (r < 0)
		return broke(attest, "its cosignature does not hold: %s", r == ERR_NOT_FOUND ? "it is by another key than the one in the file witnesses" : err_text(r));
	if (asprintf(&path, "%s/%s.note", attest->folder, attest->name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = fdio_replace(path, 0600, buf_data(&whole), buf_len(&whole));
	if (r < 0)
		return r;
	attest->mark = (struct progress){ .at = head->size };
	r = progress_write(attest->folder, attest->name, &attest->mark);
	snprintf(sentence, sizeof sentence, "the head of %" PRId64 " entries is cosigned, at %s", head->size, clock_utc(time_s * CLOCK_US, when));
	tell("", sentence);
	return r;
}

/* It has seen so many entries. 1: ask again from there. */
static int
take_conflict(struct attest *attest, const struct head *head, uint64_t old, const struct buf *text)
{
	AUTO_FREE char *size_text = buf_text(text);
	char *end;
	uint64_t size = strtoull(size_text, &end, 10);

	if (end == size_text || *end != '\n')
		return broke(attest, "it has seen another size, and does not say which");
	if (size > (uint64_t)head->size)
		return broke(attest, "IT HAS SEEN %" PRIu64 " ENTRIES, and only %" PRId64 " are here: the log was cut or put back", size, head->size);
	if (size == old)
		return broke(attest, "IT HAS SEEN ANOTHER LOG of %" PRIu64 " entries: this one was written anew", size);
	attest->mark.at = (int64_t)size;
	return 1;
}

static int
ask_once(struct attest *attest, struct store *store, const struct head *head)
{
	AUTO_BUF struct buf question = { .max = WITNESS_MOST }, text = { .max = WITNESS_MOST };
	AUTO_FREE char *sentence = NULL;
	uint64_t old = attest->mark.at <= head->size ? (uint64_t)attest->mark.at : 0;
	int status = make_question(store, head, old, &question);

	if (status < 0)
		return status;
	status = courier_ask(&attest->courier, &question, &text);
	if (status < 0)
		return broke(attest, "%s", attest->courier.why[0] != '\0' ? attest->courier.why : err_text(status));
	if (status == WITNESS_COSIGNED)
		return take_cosigned(attest, head, &text);
	if (status == WITNESS_CONFLICT)
		return take_conflict(attest, head, old, &text);
	sentence = buf_text(&text);
	return broke(attest, "it refuses the head of %" PRId64 " entries (%d): %.150s", head->size, status, sentence);
}

static int
attest_now(struct attest *attest)
{
	AUTO_STORE struct store *store = NULL;
	AUTO_HEAD struct head head = { 0 };
	int r = store_open(attest->state, STORE_READONLY, &store);

	attest->courier.why[0] = attest->why[0] = '\0';
	if (r == 0)
		r = head_get(store, INT64_MAX, &head);
	if (r == ERR_NOT_FOUND)
		return 0;	/* nothing was signed yet */
	for (int round = 0; r == 0 && round < ROUNDS; round++) {
		r = ask_once(attest, store, &head);
		if (r <= 0)
			return r;
		r = 0;
	}
	return r < 0 ? r : broke(attest, "it tells another size each time");
}

/* ---- each hour ---- */

/* Seconds until the next try. */
static int
judge(struct attest *attest, int r)
{
	int wait = AGAIN_S << (attest->tries < 6 ? attest->tries : 6);

	if (r == 0) {
		attest->tries = 0;
		return attest->mark.at > 0 ? EACH_S : 1;
	}
	if (attest->why[0] == '\0')
		snprintf(attest->why, sizeof attest->why, "%s", err_text(r));
	attest->tries++;
	if (attest->mark.lost_s == 0)
		attest->mark.lost_s = clock_wall_us() / CLOCK_US;
	if (strcmp(attest->mark.why, attest->why) != 0)
		tell("lost ", attest->why);
	snprintf(attest->mark.why, sizeof attest->mark.why, "%s", attest->why);
	(void)progress_write(attest->folder, attest->name, &attest->mark);
	return wait < AGAIN_MOST_S ? wait : AGAIN_MOST_S;
}

/* False: the gate has gone. */
static bool
rest(int seconds)
{
	struct pollfd gate = { .fd = STDIN_FILENO, .events = POLLIN };
	char bytes[64];

	return poll(&gate, 1, 1000 * seconds) <= 0 || read(STDIN_FILENO, bytes, sizeof bytes) > 0;
}

static int
run(struct attest *attest)
{
	int r = progress_lock(attest->folder, attest->name);

	if (r >= 0)
		r = progress_read(attest->folder, attest->name, &attest->mark);
	if (r < 0)
		log_fatal("witness %s: %s", attest->name, err_text(r));
	do {
		r = courier_check(&attest->courier);
		if (r == 0)
			r = attest_now(attest);
		else
			(void)broke(attest, "%s", attest->courier.why);
	} while (rest(judge(attest, r)));
	return 0;
}

int
main(int argc, char **argv)
{
	struct attest attest = { .state = argc == 7 ? argv[1] : NULL };
	AUTO_FREE char *folder = NULL;

	log_open("postern-attest", LOG_LEVEL_WARN);
	secret_init();
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	if (argc != 7)
		log_fatal("it is started by postern-gate only");
	attest.folder = folder = place_path(argv[1], "witness", NULL);
	attest.name = argv[3];
	attest.courier = (struct courier){ .kind = argv[4], .where = argv[5], .etc = argv[2] };
	if (note_key_parse(argv[6], &attest.key) < 0 || attest.key.type != NOTE_COSIGNATURE) {
		tell("lost ", "its key in the file witnesses is not one that cosigns (NAME+ID+BASE64, as witness.pub has it)");
		while (rest(EACH_S))
			;
		return 1;
	}
	return run(&attest);
}
