/* SPDX-License-Identifier: ISC */
/* The gate's masking: one sealed file for all who choose the same, one key for the site, and texts that are never let through. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/policy/policy.h"

#define HUB	"ghp_R8kZ2xY7vQ1wE5tN3mB9cL0aS4dF6gH2jK8p"
#define STARS	"****************************************"
#define ROLE(name, keys) \
	"  - {role: " name ", who: [anna], as: ops, approve: {by: [bert]}" keys "}\n"

static const char text[] = "people: [{person: anna}, {person: bert}]\nauditors: [bert]\nroles:\n" ROLE("quiet", "") ROLE("same", "")
    ROLE("open", ", mask: none") ROLE("wide", ", mask: [secrets], record-only: [email]");

struct fixture {
	struct gate	gate;
	char		folder[64];
};

static int
setup(void **state)
{
	struct policy_file file = { (char *)(uintptr_t)"policy.yaml", (char *)(uintptr_t)text, strlen(text) };
	struct policy_files files = { &file, 1 };
	struct fixture *f = own_alloc(sizeof *f);
	AUTO_BUF struct buf errors;

	buf_init(&errors, 65536);
	snprintf(f->folder, sizeof f->folder, "/tmp/gate-mask-test-XXXXXX");
	if (mkdtemp(f->folder) == NULL || policy_parse(&files, &f->gate.policy, &errors) < 0)
		return -1;
	f->gate.daemon.place.state = f->folder;
	f->gate.masks = gate_masks_new(f->gate.policy);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char path[96];

	snprintf(path, sizeof path, "%s/pseudonyms.key", f->folder);
	unlink(path);
	rmdir(f->folder);
	gate_masks_free(f->gate.masks);
	policy_free(f->gate.policy);
	free(f);
	return 0;
}

static void
roles_that_choose_the_same_share_a_sealed_file(void **state)
{
	struct fixture *f = *state;
	AUTO_FD int one = gate_mask_open(&f->gate, policy_role(f->gate.policy, "quiet"));
	AUTO_FD int two = gate_mask_open(&f->gate, policy_role(f->gate.policy, "same"));
	AUTO_FD int other = gate_mask_open(&f->gate, policy_role(f->gate.policy, "wide"));
	AUTO_MASK_RULES struct mask_rules *rules = NULL;
	AUTO_FREE char *first = NULL;
	AUTO_FREE char *second = NULL;
	struct stat a, b, c;
	size_t count, again;

	assert_true(one >= 0 && two >= 0 && other >= 0);
	assert_int_equal(fstat(one, &a) | fstat(two, &b) | fstat(other, &c), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_not_equal(a.st_ino, c.st_ino);
	/* Each reads it from the beginning, and nobody changes it. */
	assert_int_equal(fdio_slurp(one, MASK_RULES_PACKED, &first, &count), 0);
	assert_int_equal(fdio_slurp(two, MASK_RULES_PACKED, &second, &again), 0);
	assert_int_equal(count, again);
	assert_int_equal(mask_rules_unpack((const uint8_t *)second, again, &rules), 0);
	assert_int_equal(rules->count, policy_role(f->gate.policy, "same")->mask->rules->count);
	assert_int_equal(write(one, "x", 1), -1);
	assert_int_equal(fcntl(one, F_GET_SEALS), F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	assert_int_equal(gate_mask_open(&f->gate, policy_role(f->gate.policy, "open")), ERR_NOT_FOUND);
}

static const struct {
	const char	*role, *text, *kept;
} rows[] = {
	{ "quiet", "INC-1 " HUB " jo@shop.example", "INC-1 " STARS " jo@shop.example" },
	{ "wide", "INC-1 " HUB " jo@shop.example", "INC-1 " STARS " ***************" },
	{ "open", "INC-1 " HUB, "INC-1 " HUB },
	{ "gone", "INC-1 " HUB " jo@shop.example", "INC-1 " STARS " jo@shop.example" },
	{ "quiet", "", "" },
};

static void
texts_follow_the_rules_of_their_role(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_FREE char *kept = gate_mask_text(&f->gate, rows[i].role, rows[i].text);

		assert_string_equal(kept, rows[i].kept);
	}
}

static void
without_rules_nothing_of_a_text_is_left(void **state)
{
	struct fixture *f = *state;
	struct gate bare = f->gate;
	AUTO_FREE char *kept = NULL;

	bare.masks = NULL;
	kept = gate_mask_text(&bare, "quiet", "INC-1");
	assert_string_equal(kept, "*****");
}

static void
a_command_is_one_clean_line_of_bounded_length(void **state)
{
	struct fixture *f = *state;
	AUTO_FREE char *large = own_alloc(20001);
	char *const none[] = { NULL };
	char *const words[] = { (char[]){ "psql" }, (char[]){ "-c\n\033[1m" }, (char[]){ "token " HUB }, NULL };
	char *const long_words[] = { (char[]){ "echo" }, large, (char[]){ "behind" }, NULL };
	AUTO_FREE char *line = gate_mask_command(&f->gate, "quiet", words);
	AUTO_FREE char *cut = NULL;

	memset(large, 'x', 20000);
	memcpy(large + 100, " " HUB " ", sizeof HUB + 1);
	cut = gate_mask_command(&f->gate, "quiet", long_words);
	assert_null(gate_mask_command(&f->gate, "quiet", none));
	assert_string_equal(line, "psql -c ?[1m token " STARS);
	assert_int_equal(strlen(cut), 2048);
	assert_non_null(strstr(cut, STARS));
	assert_null(strstr(cut, "ghp_"));
}

static void
the_sites_key_is_made_once_and_nobody_elses(void **state)
{
	struct fixture *f = *state;
	uint8_t one[SECRET_KEY] = { 0 }, two[SECRET_KEY] = { 0 }, three[SECRET_KEY] = { 0 };
	char path[96];
	struct stat st;

	snprintf(path, sizeof path, "%s/pseudonyms.key", f->folder);
	assert_int_equal(gate_mask_key(&f->gate, one), 0);
	assert_int_equal(gate_mask_key(&f->gate, two), 0);
	assert_memory_equal(one, two, SECRET_KEY);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, SECRET_KEY);
	unlink(path);
	assert_int_equal(gate_mask_key(&f->gate, three), 0);
	assert_memory_not_equal(one, three, SECRET_KEY);
	/* A key that was cut is a fault, not a key. */
	assert_int_equal(truncate(path, 5), 0);
	assert_true(gate_mask_key(&f->gate, three) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(roles_that_choose_the_same_share_a_sealed_file, setup, teardown),
		cmocka_unit_test_setup_teardown(texts_follow_the_rules_of_their_role, setup, teardown),
		cmocka_unit_test_setup_teardown(without_rules_nothing_of_a_text_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(a_command_is_one_clean_line_of_bounded_length, setup, teardown),
		cmocka_unit_test_setup_teardown(the_sites_key_is_made_once_and_nobody_elses, setup, teardown),
	};

	secret_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
