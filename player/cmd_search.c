/* SPDX-License-Identifier: ISC */
/*
 * postern search: words in recordings. Each one is opened as by `play`, with its reason, its entry in the log and, where its
 * class asks for that, its grant; nothing of a recording is kept anywhere.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/agekey.h"
#include "lib/wire/client.h"
#include "player/commands.h"
#include "player/found.h"
#include "player/sieve.h"
#include "player/tape.h"

#define QUERY_MOST	1000	/* bytes of all words */

struct search {
	struct cli	*cli;
	char		**words;
	struct age_ring	*ring;
	bool		 is_json;
	unsigned	 lines, with_lines, opened;
	int		 worst;		/* of recordings that could not be opened, or not to their end */
};

/* One hit as JSON: where it is on both clocks, and whose it was. */
static void
print_json(const struct tape *tape, const struct sieve_hit *hit)
{
	char id[ID_TEXT], when[CLOCK_TEXT];
	struct id session;
	json_t *row;

	memcpy(session.bytes, tape->info->id, sizeof session.bytes);
	row = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "session", id_text(&session, id), "person", tape->meta.person, "role", tape->meta.role,
	    "at", clock_utc(tape->info->start_wall_us + hit->t_us, when), "t_us", (json_int_t)hit->t_us, "what", hit->what, "line", hit->line);
	if (row != NULL)
		json_dumpf(row, stdout, JSON_COMPACT);
	json_decref(row);
	puts("");
}

static void
print_hits(const struct search *search, const struct tape *tape, const struct sieve_hit *hits, size_t count)
{
	char when[CLOCK_TEXT];

	if (!search->is_json && count > 0)
		printf("%s  %s as %s, %s%s%s\n", tape->name, tape->meta.person, tape->meta.role, clock_local(tape->info->start_wall_us, when),
		    tape->meta.reason[0] != '\0' ? ": " : "", tape->meta.reason);
	for (size_t i = 0; i < count; i++) {
		if (search->is_json)
			print_json(tape, &hits[i]);
		else
			printf("%s  %8s  %-7s  %s\n", tape->name, clock_short(hits[i].t_us / CLOCK_US, when), hits[i].what, hits[i].line);
	}
}

static int
search_tape(struct search *search, struct tape *tape)
{
	struct sieve *sieve = sieve_new(tape, search->words);
	const struct sieve_hit *hits;
	struct rec_event event;
	size_t count;
	int got;

	rec_reader_wants_undecided(tape->reader);	/* of a running one too: it is as of now */
	while ((got = rec_reader_next(tape->reader, &event)) == 1)
		sieve_event(sieve, &event);
	hits = sieve_hits(sieve, &count);
	print_hits(search, tape, hits, count);
	search->lines += (unsigned)count;
	search->with_lines += count > 0;
	search->opened++;
	sieve_free(sieve);
	if (got < 0 && got != ERR_REC_DAMAGED)
		return cli_fail(search->cli, cli_status(got), "%s: %s", tape->name, err_text(got));
	return tape_verdict(tape, tape->reader);
}

/* One that cannot be opened is told of, and the others go on; without a key none can. */
static int
search_one(struct search *search, const char *what)
{
	AUTO_TAPE struct tape tape = { 0 };
	const struct tape_ask ask = { what, "search" };
	int status = tape_open_with(&tape, search->ring, search->cli, &ask);

	if (status == STATUS_OK)
		status = search_tape(search, &tape);
	if (status != STATUS_OK)
		search->worst = status;
	return search->ring->count == 0 && (status == STATUS_KEY || status == STATUS_CANCELLED) ? status : STATUS_OK;
}

/* "disk full" is one word of the search, as it was given; they are told to the log with blanks between them. */
static char *
query_of(const struct cli *cli)
{
	AUTO_BUF struct buf query = { .max = QUERY_MOST };

	for (int i = 0; i < cli->word_count; i++)
		if (cli->words[i][0] == '\0' || buf_addf(&query, i > 0 ? " %s" : "%s", cli->words[i]) < 0)
			return NULL;
	return buf_text(&query);
}

/* The log hears of the search before anything is opened. */
static int
announce(const struct search *search, const struct wire_recordings *which, const struct found *found)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	AUTO_FREE char *query = query_of(search->cli);
	AUTO_FREE char *words = query != NULL ? text_clean(query, strlen(query)) : NULL;
	const char *why = cli_get(search->cli, "reason") != NULL ? cli_get(search->cli, "reason") : "";
	AUTO_FREE char *reason = text_clean(why, strlen(why));
	struct wire_search question = { .words = words, .person = which->person, .role = which->role, .since_us = which->since_us,
		.until_us = which->until_us, .count = (uint32_t)found->count, .reason = reason };
	int r;

	if (words == NULL)
		return cli_fail(search->cli, STATUS_USAGE, "say what to look for in at most %d characters, and no empty word", QUERY_MOST);
	r = client_open(&client, search->cli);
	return r != 0 ? r : client_ask(&client, WIRE_SEARCH, &question, 0, NULL, NULL);
}

static int
finish(const struct search *search)
{
	fprintf(stderr, "%u line%s in %u of %u recording%s.\n", search->lines, search->lines == 1 ? "" : "s", search->with_lines, search->opened,
	    search->opened == 1 ? "" : "s");
	if (search->worst != STATUS_OK)
		return search->worst;
	return search->lines > 0 ? STATUS_OK : STATUS_NOT_FOUND;
}

static int
search_found(struct search *search, const struct wire_recordings *which, const struct found *found)
{
	int status;

	if (found->count == 0)
		return cli_fail(search->cli, STATUS_NOT_FOUND, "there is no such recording that can still be opened");
	tape_ask_reason(search->cli, found->ids[0]);
	status = announce(search, which, found);
	for (size_t i = found->count; i-- > 0 && status == STATUS_OK;)	/* oldest first */
		status = search_one(search, found->ids[i]);
	return status != STATUS_OK ? status : finish(search);
}

int
cmd_search(struct cli *cli)
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	struct search search = { .cli = cli, .words = cli->words, .ring = ring, .is_json = cli_has(cli, "json") };
	struct wire_recordings which;
	struct found found = { .count = 0 };
	int status;

	if (tape_is_login())
		return cli_fail(cli, STATUS_DENIED, "run it on your own machine with -H and this host");
	status = found_question(cli, &which);
	if (status == STATUS_OK)
		status = found_list(cli, &which, &found);
	if (status == STATUS_OK)
		status = search_found(&search, &which, &found);
	free(found.ids);
	found_question_done(&which);
	return status;
}
