/* SPDX-License-Identifier: ISC */
/* What ssh-keygen -Y verify needs for each signed decision of a report; and what was in force. */
#include "config.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "lib/proof/sshsig.h"
#include "lib/store/event.h"
#include "player/report.h"
#include "player/report_signed.h"
#include "player/sack.h"

#define KEPT_MOST	(16u << 20)
#define HEX		65	/* a hash as text, with its NUL */
#define WORDS_EACH	6	/* of a decision in wire_audit_request */
#define ROSTERS		64

/* Putting them. */
struct putting {
	struct report	*report;
	struct sack	*sack;
	struct buf	*commands;
	struct buf	 list;			/* for check.sh: NAME PRINCIPAL ROSTER TIME */
	char		 rosters[ROSTERS][HEX];	/* those that are in the sack: allowed_signers, allowed_signers-2, ... */
	unsigned	 roster_count;
	const struct wire_audit_request *request;
	unsigned	 number;		/* of the decision on this request */
};

static int
take_kept(struct client *client, const void *fields, void *user)
{
	const struct wire_kept_row *row = fields;

	(void)client;
	return buf_add(user, row->bytes.data, row->bytes.count) < 0 ? STATUS_FAILED : 0;
}

/* All of a version, chunk by chunk: what the gate gives out is what has this hash, and becomes the name of a file. */
static int
ask_kept(struct report *report, const char *hex, struct buf *bytes)
{
	uint8_t sha256[32], found[32];
	struct wire_kept question = { .sha256 = { sha256, sizeof sha256 } };
	size_t before, count = 0;
	int r;

	if (strlen(hex) != HEX - 1 || sodium_hex2bin(sha256, sizeof sha256, hex, HEX - 1, NULL, &count, NULL) < 0 || count != sizeof sha256)
		return cli_fail(report->cli, STATUS_FAILED, "the gate tells of a version that has no hash");
	do {
		before = buf_len(bytes);
		question.offset = (int64_t)before;
		r = client_ask(report->client, WIRE_KEPT, &question, WIRE_KEPT_ROW, take_kept, bytes);
	} while (r == 0 && buf_len(bytes) > before);
	secret_sha256(buf_data(bytes), buf_len(bytes), found);
	if (r == 0 && memcmp(found, sha256, sizeof found) != 0)
		r = cli_fail(report->cli, STATUS_DAMAGED, "the version %s is not what its hash says", hex);
	return r;
}

static int
put_version(struct putting *putting, const char *kind, const char *hex)
{
	AUTO_BUF struct buf bytes = { .max = KEPT_MOST };
	char name[96];
	int r;

	if (hex[0] == '\0')
		return 0;
	r = ask_kept(putting->report, hex, &bytes);
	snprintf(name, sizeof name, "versions/%s/%s", kind, hex);
	if (r == 0)
		sack_put(putting->sack, name, false, buf_data(&bytes), buf_len(&bytes));
	return r;
}

/* What was in force as the time began, and what came after. */
static int
put_versions(struct putting *putting)
{
	struct report *report = putting->report;
	char first[REPORT_VERSIONS][HEX], hex[HEX];
	int r = report_ask_versions(report, report->from_us);

	memcpy(first, report->versions, sizeof first);
	for (int i = 0; r == 0 && i < REPORT_VERSIONS; i++)
		r = put_version(putting, report_version_names[i], first[i]);
	for (size_t i = 0; r == 0 && i < report->event_count; i++) {
		const struct wire_audit_event *row = report->events[i].row;
		const uint8_t *entry = report_entry(report, row->seq);
		unsigned kind = row->number - EVENT_VERSIONS;

		if (row->number < EVENT_VERSIONS || kind >= REPORT_VERSIONS || entry == NULL)
			continue;
		id_hex(entry + EVENT_FACT_AT, EVENT_FACT_BYTES, hex);
		if (strcmp(hex, first[kind]) != 0)
			r = put_version(putting, report_version_names[kind], hex);
	}
	return r;
}

static char *
roster_name(unsigned number, char name[32])
{
	if (number == 0)
		snprintf(name, 32, "allowed_signers");
	else
		snprintf(name, 32, "allowed_signers-%u", number + 1);
	return name;
}

/* The keys that were in force at that time, as a file; its name. An exit status. */
static int
put_roster(struct putting *putting, int64_t at_us, char name[32])
{
	AUTO_BUF struct buf bytes = { .max = KEPT_MOST };
	char path[64];
	const char *hex = putting->report->versions[REPORT_ROSTER];
	int r = report_ask_versions(putting->report, at_us);

	if (r != 0)
		return r;
	for (unsigned i = 0; i < putting->roster_count; i++)
		if (strcmp(putting->rosters[i], hex) == 0) {
			roster_name(i, name);
			return 0;
		}
	roster_name(putting->roster_count, name);
	if (putting->roster_count == ROSTERS || hex[0] == '\0')
		return 0;
	r = ask_kept(putting->report, hex, &bytes);
	if (r != 0)
		return r;
	snprintf(putting->rosters[putting->roster_count++], HEX, "%s", hex);
	snprintf(path, sizeof path, "approvals/%s", name);
	sack_put(putting->sack, path, false, buf_data(&bytes), buf_len(&bytes));
	return 0;
}

/* One file of a decision. */
static void
put_part(const struct putting *putting, const char *decision, const char *suffix, const void *bytes, size_t count)
{
	char path[96];

	snprintf(path, sizeof path, "approvals/%s.%s", decision, suffix);
	sack_put(putting->sack, path, false, bytes, count);
}

/* Principals go into shell commands: what ssh would take for a pattern or a shell for more is left out. */
static const char *
safe_principal(const char *principal)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+-";

	return principal[0] != '\0' && principal[0] != '-' && strspn(principal, safe) == strlen(principal) ? principal : "PRINCIPAL";
}

/* What is known of one signed decision, kept until the gate can be asked the next thing. */
struct signed_one {
	char		*person, *verdict, *principal;
	int64_t		 at_us;
	struct buf	 text, armor;
};

struct signed_list {
	struct signed_one	*items;
	size_t			 count;
};

static void
signed_done(struct signed_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].person);
		free(list->items[i].verdict);
		free(list->items[i].principal);
		buf_done(&list->items[i].text);
		buf_done(&list->items[i].armor);
	}
	free(list->items);
}

static int
take_signed(struct client *client, const void *fields, void *user)
{
	const struct wire_signed_row *row = fields;
	struct signed_list *list = user;
	struct signed_one *one;

	(void)client;
	if (row->signature.count == 0)
		return 0;
	list->items = own_grow(list->items, list->count + 1, sizeof *list->items);
	one = &list->items[list->count++];
	*one = (struct signed_one){ .person = own_dup(row->person), .verdict = own_dup(row->verdict), .principal = own_dup(row->principal),
		.at_us = row->at_us, .text.max = 65536, .armor.max = 65536 };
	if (buf_add(&one->text, row->text.data, row->text.count) < 0 || sshsig_armor(row->signature.data, row->signature.count, &one->armor) < 0)
		return STATUS_DAMAGED;
	return 0;
}

static int
put_one(struct putting *putting, const struct signed_one *one)
{
	time_t at = (time_t)(one->at_us / CLOCK_US);
	char name[ID_TEXT + 24], roster[32], time[32] = "", id[ID_TEXT];
	AUTO_FREE char *person = text_clean(one->person, strlen(one->person));
	struct tm tm;
	int r = put_roster(putting, one->at_us, roster);

	if (r != 0)
		return r;
	snprintf(name, sizeof name, "%s-%u", id_text(&putting->request->request, id), ++putting->number);
	put_part(putting, name, "text", buf_data(&one->text), buf_len(&one->text));
	put_part(putting, name, "sig", buf_data(&one->armor), buf_len(&one->armor));
	if (gmtime_r(&at, &tm) != NULL)
		strftime(time, sizeof time, "%Y%m%d%H%M%SZ", &tm);
	if (buf_addf(&putting->list, "%s %s %s %s\n", name, safe_principal(one->principal), roster, time) < 0 ||
	    buf_addf(putting->commands, "   %s, %s:\n    ssh-keygen -Y verify -f approvals/%s -I %s -n approve@postern -O verify-time=%s \\\n"
	    "        -s approvals/%s.sig <approvals/%s.text\n    grep -x \"request-sha256 $(sha256sum <approvals/%s.request | cut -c1-64)\" approvals/%s.text\n\n",
	    person, one->verdict, roster, safe_principal(one->principal), time, name, name, name, name) < 0)
		return STATUS_FAILED;
	return 0;
}

static int
take_basis(struct client *client, const void *fields, void *user)
{
	const struct wire_basis_row *row = fields;

	(void)client;
	return buf_add(user, row->text.data, row->text.count) < 0 ? STATUS_FAILED : 0;
}

static bool
is_signed(const struct wire_audit_request *row)
{
	for (char **word = row->decisions; word[0] != NULL && word[3] != NULL; word += WORDS_EACH)
		if (strcmp(word[3], "signed") == 0)
			return true;
	return false;
}

/* The request's text as it was signed, and each decision on it. */
static int
put_request(struct putting *putting)
{
	struct client *client = putting->report->client;
	struct signed_list list AUTO(signed_done) = { 0 };
	AUTO_BUF struct buf text = { .max = 65536 };
	char id[ID_TEXT], name[ID_TEXT + 24];
	struct wire_signed question = { .which = id_text(&putting->request->request, id) };
	struct wire_basis basis = { .which = id };
	int r = client_ask(client, WIRE_SIGNED, &question, WIRE_SIGNED_ROW, take_signed, &list);

	if (r == 0)
		r = client_ask(client, WIRE_BASIS, &basis, WIRE_BASIS_ROW, take_basis, &text);
	putting->number = 0;
	for (size_t i = 0; r == 0 && i < list.count; i++) {
		snprintf(name, sizeof name, "%s-%zu", id, i + 1);
		put_part(putting, name, "request", buf_data(&text), buf_len(&text));
		r = put_one(putting, &list.items[i]);
	}
	return r;
}

int
report_put_signed(struct report *report, struct sack *sack, struct buf *commands)
{
	struct putting *putting = own_alloc(sizeof *putting);
	int r = 0;

	*putting = (struct putting){ .report = report, .sack = sack, .commands = commands, .list.max = 1u << 22 };
	for (size_t i = 0; r == 0 && i < report->request_count; i++) {
		putting->request = report->requests[i].row;
		if (report->requests[i].is_wanted && is_signed(putting->request))
			r = put_request(putting);
	}
	if (r == 0)
		sack_put(sack, "approvals/list", false, buf_data(&putting->list), buf_len(&putting->list));
	if (r == 0)
		r = put_versions(putting);
	buf_done(&putting->list);
	free(putting);
	return r;
}
