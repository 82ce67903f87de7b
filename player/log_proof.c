/* SPDX-License-Identifier: ISC */
/* postern log proof: that an entry is in the log, as a text that needs neither us nor the log (C2SP tlog-proof). */
#include "config.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/store/head.h"
#include "player/log.h"

#define B64	sodium_base64_VARIANT_ORIGINAL

/* One proof: made from what the catalogue keeps of the tree, and checked before it is given out. */
struct proving {
	struct log_job		*job;
	uint64_t		 index;
	struct checkpoint	 checkpoint;
	struct tree_proof	 proof;
	uint8_t			 entry[EVENT_ENTRY];
};

static int
take_entry(void *ctx, int64_t seq, const uint8_t entry[EVENT_ENTRY])
{
	struct proving *proving = ctx;

	(void)seq;
	memcpy(proving->entry, entry, EVENT_ENTRY);
	return 0;
}

static int
prove(struct proving *proving, const struct head *head)
{
	struct tree_source source = head_source(proving->job->store);
	uint8_t leaf[TREE_HASH];
	int r = log_checkpoint(head, &proving->checkpoint);

	if (r == 0)
		r = tree_prove_leaf(&source, proving->index, (uint64_t)head->size, &proving->proof);
	if (r == 0)
		r = event_leaves(proving->job->store, (int64_t)proving->index, 1, take_entry, proving);
	if (r < 0)
		return r;
	tree_leaf(proving->entry, EVENT_ENTRY, leaf);
	return tree_check_leaf(&proving->checkpoint.head, proving->index, leaf, &proving->proof) ? 0 : ERR_PROOF;
}

static int
add_base64(struct buf *text, const char *before, const uint8_t *bytes, size_t count)
{
	char base64[sodium_base64_ENCODED_LEN(EVENT_ENTRY, B64)];

	return buf_addf(text, "%s%s\n", before, sodium_bin2base64(base64, sizeof base64, bytes, count, B64));
}

int
log_proof_print(const struct log_proof *of, struct buf *text)
{
	int r = buf_add_text(text, "c2sp.org/tlog-proof@v1\n");

	if (r == 0)
		r = add_base64(text, "extra ", of->entry, EVENT_ENTRY);
	if (r == 0)
		r = buf_addf(text, "index %" PRId64 "\n", of->index);
	for (size_t i = 0; r == 0 && i < of->proof->count; i++)
		r = add_base64(text, "", of->proof->hash[i], TREE_HASH);
	return r < 0 ? r : buf_addf(text, "\n%s", of->note);
}

/* `which` is a number of an entry or of entries: digits only. */
static bool
read_number(const char *text, int64_t *number)
{
	*number = text[0] >= '0' && text[0] <= '9' && strlen(text) <= 18 ? strtoll(text, NULL, 10) : -1;
	return *number >= 0 && strspn(text, "0123456789") == strlen(text);
}

int
log_proof(struct log_job *job)
{
	struct proving proving = { .job = job };
	const char *size_text = cli_get(job->cli, "size");
	AUTO_HEAD struct head head = { 0 };
	AUTO_BUF struct buf text = { .max = NOTE_MOST + 16384 };
	int64_t index, size = INT64_MAX;
	int r;

	if (!read_number(job->word, &index) || (size_text != NULL && !read_number(size_text, &size)))
		return cli_fail(job->cli, STATUS_USAGE, "entries are named by their number, from 0");
	proving.index = (uint64_t)index;
	r = head_get(job->store, size, &head);
	if (r == ERR_NOT_FOUND || (r == 0 && index >= head.size))
		return cli_fail(job->cli, STATUS_NOT_FOUND, "there is no signed head over entry %" PRId64, index);
	if (r == 0)
		r = prove(&proving, &head);
	if (r == ERR_PROOF)
		return cli_fail(job->cli, STATUS_EDITED, "entry %" PRId64 " does not lead to the head that was signed: `postern verify` says more", index);
	if (r < 0)
		return cli_fail(job->cli, cli_status(r), "%s", err_text(r));
	r = log_proof_print(&(struct log_proof){ index, proving.entry, &proving.proof, head.note }, &text);
	if (r < 0)
		return cli_fail(job->cli, STATUS_FAILED, "%s", err_text(r));
	fwrite(buf_data(&text), 1, buf_len(&text), stdout);
	return STATUS_OK;
}
