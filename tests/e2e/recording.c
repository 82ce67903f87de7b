/* SPDX-License-Identifier: ISC */
/*
 * For test scripts, until they need more than this:
 *	recording key FILE			writes a new identity and prints its recipient
 *	recording events IDENTITY FILE		one line an event: its kind, and what it says
 *	recording bytes KIND IDENTITY FILE	the bytes of all events of a kind ("output", "error-output", "input": however it was typed)
 *	recording missing IDENTITY FILE		what the reader misses, or "nothing"; status 1 if bytes are damaged
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "lib/record/agekey.h"
#include "lib/record/reader.h"

static int
fail(const char *what, int error)
{
	fprintf(stderr, "recording: %s: %s\n", what, err_text(error));
	return 1;
}

static int
make_key(const char *path)
{
	AUTO_SECRET uint8_t *identity = secret_new(AGE_KEY);
	char text[AGE_TEXT];
	struct age_recipient recipient;
	int r;

	age_identity_new(identity);
	age_identity_recipient(identity, &recipient);
	age_identity_text(identity, text);
	r = fdio_replace(path, 0600, text, strlen(text));
	if (r < 0)
		return fail(path, r);
	puts(age_recipient_text(&recipient, text));
	return 0;
}

static void
print_event(const struct rec_event *event)
{
	AUTO_FREE char *text = NULL;
	uint16_t cols, rows;
	struct rec_typed typed;
	struct rec_end end;
	struct rec_masked masked;

	printf("%s ", rec_event_name(event->kind == REC_TYPED ? REC_INPUT : event->kind));
	if (rec_event_read_resize(event, &cols, &rows) == 0)
		printf("%ux%u\n", cols, rows);
	else if (rec_event_read_typed(event, &typed) == 0 && typed.bytes == NULL)
		printf("%zu\n", typed.count);
	else if (rec_event_read_end(event, &end) == 0)
		printf("%" PRId32 " killed %" PRIu32 " survivors %" PRIu32 " %s\n", end.status, end.killed, end.survivors, end.why);
	else if (rec_event_read_masked(event, &masked) == 0)
		printf("%s %" PRIu32 "\n", masked.rule, masked.count);
	else {
		if (rec_event_read_typed(event, &typed) < 0)
			typed = (struct rec_typed){ .bytes = event->bytes, .count = event->count };
		text = text_clean((const char *)typed.bytes, typed.count);
		puts(text);
	}
}

static void
print_bytes(const struct rec_event *event, const char *kind)
{
	struct rec_typed typed;

	if (strcmp(kind, "input") == 0 && rec_event_read_typed(event, &typed) == 0 && typed.bytes != NULL)
		fwrite(typed.bytes, 1, typed.count, stdout);
	else if (strcmp(kind, rec_event_name(event->kind)) == 0)
		fwrite(event->bytes, 1, event->count, stdout);
}

static int
open_reader(const char *identity, const char *path, struct rec_source *source, struct rec_reader **reader)
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	struct rec_keyring keyring = { .identities = ring };
	int r = age_ring_add_file(ring, identity, NULL, NULL);

	if (r == 0)
		r = rec_source_files(source, path);
	return r < 0 ? r : rec_reader_open(source, &keyring, reader);
}

int
main(int argc, char **argv)
{
	AUTO_REC_SOURCE struct rec_source source = { 0 };
	AUTO_REC_READER struct rec_reader *reader = NULL;
	struct rec_event event;
	const struct rec_report *report;
	int r;

	secret_init();
	if (argc == 3 && strcmp(argv[1], "key") == 0)
		return make_key(argv[2]);
	if (argc < 4)
		return 2;
	r = open_reader(argv[argc - 2], argv[argc - 1], &source, &reader);
	if (r < 0)
		return fail(argv[argc - 1], r);
	rec_reader_wants_undecided(reader);
	while ((r = rec_reader_next(reader, &event)) > 0) {
		if (strcmp(argv[1], "events") == 0)
			print_event(&event);
		else if (strcmp(argv[1], "bytes") == 0)
			print_bytes(&event, argv[2]);
	}
	report = rec_reader_report(reader);
	if (strcmp(argv[1], "missing") == 0)
		puts(report->missing[0] != '\0' ? report->missing : "nothing");
	return report->damaged || r < 0;
}
