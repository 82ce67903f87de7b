/* SPDX-License-Identifier: ISC */
/* A report that verifies elsewhere: all its forms, the entries under a signed head, signed decisions, versions of the policy. */
#include "config.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "player/log.h"
#include "player/report.h"
#include "player/report_check.h"
#include "player/report_signed.h"
#include "player/sack.h"

#define WRITTEN_MOST	(1024u << 20)
#define KEY_PREFIX	"302a300506032b6570032100"	/* RFC 8410: an Ed25519 public key, before its 32 bytes */
#define PROOF_MOST	(NOTE_MOST + 16384)

static const char *const form_names[REPORT_FORMS] = { "report.txt", NULL, "report.json", "report.html" };

/* One form, by way of memory. */
static void
put_form(struct report *report, struct sack *sack, enum report_form form, int table, const char *name)
{
	AUTO_FD int fd = memfd_create("report", MFD_CLOEXEC);
	struct out out = { .cli = report->cli, .fd = fd, .room = own_alloc(OUT_ROOM) };
	AUTO_FREE char *text = NULL;
	size_t count = 0;
	int r = fd < 0 ? -1 : report_write(report, form, table < 0 ? REPORT_SESSIONS : (enum report_table)table, &out);

	if (r == 0)
		r = out_flush(&out);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -1;
	if (r == 0)
		r = fdio_slurp(fd, WRITTEN_MOST, &text, &count);
	if (r < 0 && sack->error == 0)
		sack->error = r;
	if (r == 0)
		sack_put(sack, name, false, text, count);
	free(out.room);
}

static void
put_forms(struct report *report, struct sack *sack)
{
	char name[80];

	report->only = -1;
	for (int i = 0; i < REPORT_FORMS; i++)
		if (form_names[i] != NULL)
			put_form(report, sack, (enum report_form)i, -1, form_names[i]);
	for (int i = 0; i < REPORT_TABLES; i++) {
		snprintf(name, sizeof name, "tables/%s.csv", report->tables[i].kind->name);
		put_form(report, sack, REPORT_CSV, i, name);
	}
}

static int
add_nodes(struct buf *text, uint64_t at, uint64_t end, const uint8_t (*hash)[TREE_HASH])
{
	char hex[2 * TREE_HASH + 1];
	int level, r = 0;

	for (size_t i = 0; r == 0 && (level = range_level(at, end)) >= 0; at += UINT64_C(1) << level, i++)
		r = buf_addf(text, "node %d %s\n", level, id_hex(hash[i], TREE_HASH, hex));
	return r;
}

static void
put_range(const struct report *report, struct sack *sack)
{
	const struct report_log *log = &report->log;
	AUTO_BUF struct buf text = { .max = 256 * (log->count + 4 * TREE_LEVELS) };
	char hex[2 * REPORT_ENTRY + 1];
	int r = add_nodes(&text, 0, log->range.first, log->range.left);

	for (size_t i = 0; r == 0 && i < log->count; i++)
		r = buf_addf(&text, "entry %" PRId64 " %s\n", log->first + (int64_t)i, id_hex(log->entries + i * REPORT_ENTRY, REPORT_ENTRY, hex));
	if (r == 0)
		r = add_nodes(&text, log->range.end, log->range.size, log->range.right);
	if (r < 0)
		sack->error = r;
	sack_put(sack, "log/range.txt", false, buf_data(&text), buf_len(&text));
	sack_put(sack, "log/check-range.sh", true, report_check_range, strlen(report_check_range));
}

/* The head in forms that openssl reads. */
static void
put_openssl(const struct report_log *log, const struct note_key *key, struct sack *sack)
{
	uint8_t der[64];
	char base64[128], pem[256];
	struct note note;
	size_t prefix = 0;

	if (sodium_hex2bin(der, sizeof der, KEY_PREFIX, strlen(KEY_PREFIX), NULL, &prefix, NULL) < 0 || note_parse(log->note, strlen(log->note), &note) < 0)
		return;
	memcpy(der + prefix, key->public, NOTE_PUBLIC);
	sodium_bin2base64(base64, sizeof base64, der, prefix + NOTE_PUBLIC, sodium_base64_VARIANT_ORIGINAL);
	snprintf(pem, sizeof pem, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", base64);
	sack_put_text(sack, "log/log.pem", pem);
	sack_put(sack, "log/checkpoint.text", false, note.text, note.text_bytes);
	for (size_t i = 0; i < note.count; i++)
		if (memcmp(note.lines[i].id, key->id, sizeof key->id) == 0 && note.lines[i].signature_bytes == 64 &&
		    note.lines[i].name_bytes == strlen(key->name) && memcmp(note.lines[i].name, key->name, note.lines[i].name_bytes) == 0) {
			sack_put(sack, "log/checkpoint.sig", false, note.lines[i].signature, note.lines[i].signature_bytes);
			return;
		}
}

static void
put_proof(const struct report *report, int64_t entry, struct sack *sack)
{
	AUTO_BUF struct buf text = { .max = PROOF_MOST };
	struct tree_proof proof;
	char name[80];

	if (entry < 0 || report_entry(report, entry) == NULL)
		return;
	if (report_prove_entry(report, entry, &proof) < 0 ||
	    log_proof_print(&(struct log_proof){ entry, report_entry(report, entry), &proof, report->log.note }, &text) < 0)
		sack->error = ERR_PROOF;
	snprintf(name, sizeof name, "log/proofs/%" PRId64 ".tlog-proof", entry);
	sack_put(sack, name, false, buf_data(&text), buf_len(&text));
}

static void
put_log(const struct report *report, struct sack *sack)
{
	const struct report_log *log = &report->log;
	AUTO_FREE char *key_line = NULL;
	struct note_key key;

	if (log->key[0] == '\0' || note_key_parse(log->key, &key) < 0)
		return;
	if (asprintf(&key_line, "%s\n", log->key) < 0) {
		key_line = NULL;
		return;
	}
	sack_put_text(sack, "log/log.pub", key_line);
	sack_put_text(sack, "log/checkpoint", log->note);
	put_openssl(log, &key, sack);
	put_range(report, sack);
	for (size_t i = 0; i < report->session_count && report->proof.is_fine; i++)
		if (report->sessions[i].is_drawn) {
			put_proof(report, report->sessions[i].entered, sack);
			put_proof(report, report->sessions[i].ended, sack);
		}
}

/* The rest of README.txt: what this one is of, and the command for each signed decision. */
static void
put_readme(const struct report *report, const struct buf *commands, struct sack *sack)
{
	AUTO_FREE char *said = buf_text(commands);
	AUTO_BUF struct buf text = { .max = 1u << 20 };
	char from[CLOCK_TEXT], end[CLOCK_TEXT];
	int r = buf_add_text(&text, report_check_readme);

	if (r == 0)
		r = buf_add_text(&text, said[0] != '\0' ? said : "   (No decision of this report is signed.)\n");
	if (r == 0)
		r = buf_addf(&text, "\nThis report is of %s, from %s until before %s.\n", report->host, clock_utc(report->from_us, from), clock_utc(report->end_us, end));
	if (r == 0 && report->sample > 0)
		r = buf_addf(&text, "The seed of its sample is %s.\n", report->seed);
	if (r < 0)
		sack->error = r;
	sack_put(sack, "README.txt", false, buf_data(&text), buf_len(&text));
	sack_put(sack, "check.sh", true, report_check_all, strlen(report_check_all));
}

int
report_bundle(struct report *report, const char *path)
{
	struct sack sack;
	AUTO_BUF struct buf commands = { .max = 1u << 19 };
	int r = sack_open(&sack, path, report->made_us / CLOCK_US);

	if (r == 0)
		r = report_put_signed(report, &sack, &commands);
	if (r == 0 && sack.error == 0) {
		put_forms(report, &sack);
		put_log(report, &sack);
		put_readme(report, &commands, &sack);
		sack_put(&sack, "SHA256SUMS", false, buf_data(&sack.sums), buf_len(&sack.sums));
	}
	if (r <= 0)
		r = sack_end(&sack);
	if (r < 0)
		r = cli_fail(report->cli, STATUS_FAILED, "%s: %s", path, err_text(r));
	if (r == STATUS_OK)
		printf("%s: sh check.sh there checks it; README.txt says how.\n", path);
	sack_close(&sack);
	return r;
}
