/* SPDX-License-Identifier: ISC */
/* The text of an approval has one form only; a log that was seen is remembered, and another one is told from it. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <sodium.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/secret.h"
#include "lib/proof/approval.h"
#include "lib/proof/pin.h"

#define LEAVES	40

static const struct approval good = { .log = "bastion01/postern", .head = { 7, { 1, 2 } }, .request = { { 3 } }, .request_sha256 = { 4 },
	.decision = "grant", .seconds = 1200, .not_after_s = 1790000000, .nonce = { { 5 } } };

static void
an_approval_is_read_back_as_it_was_written(void **state)
{
	struct approval read;
	char text[APPROVAL_TEXT];

	(void)state;
	assert_int_equal(approval_print(&good, text), 0);
	assert_int_equal(approval_parse(text, strlen(text), &read), 0);
	assert_memory_equal(&read, &good, sizeof read);
}

static void
any_other_form_of_it_is_none(void **state)
{
	static const struct { const char *from, *to; } changes[] = {
		{ "approval v1", "approval v2" }, { "head 7 ", "head 07 " }, { "head 7 ", "head -7 " }, { "head 7 ", "head  7 " },
		{ "decision grant", "decision GRANT" }, { "decision grant", "decision" }, { "seconds 1200", "seconds 1200 " },
		{ "seconds 1200", "seconds +1200" }, { "seconds 1200", "seconds -1" }, { "not-after", "Not-after" },
		{ "nonce ", "comment hello\nnonce " }, { "log bastion01/postern\n", "" }, { "log bastion01/postern", "log bastion01/postern\t" },
		{ "request-sha256 04", "request-sha256 4" },
	};
	struct approval read;
	char text[APPROVAL_TEXT];

	(void)state;
	assert_int_equal(approval_print(&good, text), 0);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		char changed[2 * APPROVAL_TEXT];
		const char *at = strstr(text, changes[i].from);

		assert_non_null(at);
		snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, changes[i].to, at + strlen(changes[i].from));
		assert_int_equal(approval_parse(changed, strlen(changed), &read), ERR_SIGNATURE);
	}
	for (size_t cut = 0; cut < strlen(text); cut++)
		assert_int_equal(approval_parse(text, cut, &read), ERR_SIGNATURE);
	memcpy(text + strlen(text), "\n", 2);
	assert_int_equal(approval_parse(text, strlen(text), &read), ERR_SIGNATURE);
}

static void
what_is_no_approval_is_not_written(void **state)
{
	struct approval odd = good;
	char text[APPROVAL_TEXT];

	(void)state;
	snprintf(odd.log, sizeof odd.log, "two\nlines");
	assert_int_equal(approval_print(&odd, text), ERR_SIGNATURE);
	odd = good;
	snprintf(odd.decision, sizeof odd.decision, "grant it");
	assert_int_equal(approval_print(&odd, text), ERR_SIGNATURE);
	odd = good;
	odd.seconds = -1;
	assert_int_equal(approval_print(&odd, text), ERR_SIGNATURE);
}

/* A log of forty leaves, its subtrees, and its key. */
static uint8_t kept[8][LEAVES][TREE_HASH], secret[NOTE_SECRET];
static struct tree_head heads[LEAVES + 1];
static struct note_key key;
static char folder[] = "/tmp/postern-pin-XXXXXX", vkey[NOTE_VKEY];

static void
keep(void *user, unsigned level, uint64_t index, const uint8_t hash[TREE_HASH])
{
	(void)user;
	memcpy(kept[level][index], hash, TREE_HASH);
}

static int
look(void *user, unsigned level, uint64_t index, uint8_t hash[TREE_HASH])
{
	(void)user;
	memcpy(hash, kept[level][index], TREE_HASH);
	return 0;
}

static int
set_up(void **state)
{
	struct tree tree = { 0 };
	uint8_t public[NOTE_PUBLIC], leaf[TREE_HASH];

	(void)state;
	secret_init();
	assert_non_null(mkdtemp(folder));
	setenv("XDG_STATE_HOME", folder, 1);
	crypto_sign_keypair(public, secret);
	assert_int_equal(note_key_make("bastion01/postern", NOTE_ED25519, public, &key), 0);
	note_key_print(&key, vkey);
	for (size_t i = 1; i <= LEAVES; i++) {
		tree_leaf(&i, sizeof i, leaf);
		tree_append(&tree, leaf, keep, NULL);
		heads[i].size = i;
		tree_root(&tree, heads[i].root);
	}
	return 0;
}

static void
make_head(const struct tree_head *head, struct buf *note)
{
	struct checkpoint checkpoint = { .origin = "bastion01/postern", .head = *head };
	char text[CHECKPOINT_TEXT];

	assert_int_equal(checkpoint_print(&checkpoint, text), 0);
	buf_addf(note, "%s\n", text);
	assert_int_equal(note_sign(&key, secret, text, 0, note), 0);
}

static int
advance(const struct tree_head *head, char why[PIN_WHY])
{
	AUTO_BUF struct buf note = { .max = 4096 }, bytes = { .max = 4096 };
	AUTO_PIN struct pin pin = { 0 };
	const struct tree_source source = { look, NULL };
	struct tree_proof proof = { .count = 0 };

	assert_int_equal(pin_open(vkey, &pin, why), 0);
	if (pin.head.size > 0 && pin.head.size <= head->size)
		assert_int_equal(tree_prove_growth(&source, pin.head.size, head->size, &proof), 0);
	make_head(head, &note);
	buf_add(&bytes, proof.hash, proof.count * TREE_HASH);
	return pin_advance(&pin, &note, &bytes, why);
}

static void
a_log_that_grows_is_followed_and_another_one_is_not(void **state)
{
	char why[PIN_WHY] = "";
	struct tree_head other = heads[LEAVES];

	(void)state;
	assert_int_equal(advance(&heads[9], why), 0);
	assert_int_equal(advance(&heads[9], why), 0);
	assert_int_equal(advance(&heads[31], why), 0);
	assert_int_equal(advance(&heads[30], why), ERR_PROOF);	/* it shrank */
	assert_non_null(strstr(why, "is not the one that you have seen before"));
	other.root[5] ^= 1;
	assert_int_equal(advance(&other, why), ERR_PROOF);	/* it was written anew */
	assert_int_equal(advance(&heads[LEAVES], why), 0);
}

static void
another_key_under_the_same_name_is_told(void **state)
{
	struct note_key other;
	AUTO_PIN struct pin pin = { 0 };
	uint8_t public[NOTE_PUBLIC] = { 7 };
	char text[NOTE_VKEY], why[PIN_WHY] = "";

	(void)state;
	assert_int_equal(note_key_make("bastion01/postern", NOTE_ED25519, public, &other), 0);
	note_key_print(&other, text);
	assert_int_equal(pin_open(text, &pin, why), ERR_KEY_WRONG);
	assert_non_null(strstr(why, "has another key than before"));
}

static void
a_head_by_somebody_else_is_no_head(void **state)
{
	AUTO_BUF struct buf note = { .max = 4096 }, none = { .max = 16 };
	AUTO_PIN struct pin pin = { 0 };
	char why[PIN_WHY] = "";

	(void)state;
	assert_int_equal(pin_open(vkey, &pin, why), 0);
	secret[0] ^= 1;
	make_head(&heads[LEAVES], &note);
	assert_int_equal(pin_advance(&pin, &note, &none, why), ERR_SIGNATURE);
}

static int
tear_down(void **state)
{
	AUTO_PIN struct pin pin = { 0 };
	char why[PIN_WHY], path[128];

	(void)state;
	if (pin_open(vkey, &pin, why) == 0)
		unlink(pin.path);
	snprintf(path, sizeof path, "%s/postern/heads", folder);
	rmdir(path);
	snprintf(path, sizeof path, "%s/postern", folder);
	rmdir(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_approval_is_read_back_as_it_was_written),
		cmocka_unit_test(any_other_form_of_it_is_none),
		cmocka_unit_test(what_is_no_approval_is_not_written),
		cmocka_unit_test(a_log_that_grows_is_followed_and_another_one_is_not),
		cmocka_unit_test(another_key_under_the_same_name_is_told),
		cmocka_unit_test(a_head_by_somebody_else_is_no_head),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
