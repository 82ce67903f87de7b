/* SPDX-License-Identifier: ISC */
/* A policy in any shape: refused with a sentence, or whole, printable, and a role table that its reader takes. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/policy/policy.h"
#include "recorder/keeper/roletable.h"
#include "tests/fuzz/fuzz.h"

#define FRIDAY_NOON	INT64_C(1795176000000000)

/* A valid policy answers every question. */
static void
ask(const struct policy *policy)
{
	const struct policy_subject somebody = { "anna", NULL, 0 };
	AUTO_ROLETABLE struct roletable *table = NULL;
	AUTO_BUF struct buf out;
	char why[POLICY_WHY];
	uint32_t counts_for;

	buf_init(&out, 1 << 25);
	if (policy_print(policy, &out) < 0)
		abort();
	buf_clear(&out);
	if (roletable_make(policy, &out) < 0 || roletable_check(buf_data(&out), buf_len(&out), &table) < 0)
		abort();
	for (unsigned i = 0; i < policy->roles_count; i++) {
		(void)policy_may_request(policy, &somebody, policy->roles[i], FRIDAY_NOON, why);
		(void)policy_may_decide(policy, &somebody, policy->roles[i], "bert", &counts_for);
		if (policy_missing(policy->roles[i], NULL, 0) != policy_needs(policy->roles[i]))
			abort();
	}
}

/* "@@@@" in the bytes begins a second file. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	AUTO_FREE char *first = own_alloc(count + 1);
	AUTO_POLICY struct policy *policy = NULL;
	AUTO_BUF struct buf errors;
	struct policy_file file[2] = { { (char *)(uintptr_t)"policy.yaml", first, count },
		{ (char *)(uintptr_t)"roles.d/a.yaml", NULL, 0 } };
	struct policy_files files = { file, 1 };
	char *mark;

	if (sodium_init() < 0)
		abort();
	if (count > 0)
		memcpy(first, bytes, count);
	mark = memmem(first, count, "@@@@", 4);
	if (mark != NULL) {
		*mark = '\0';
		file[0].count = (size_t)(mark - first);
		file[1].text = mark + 4;
		file[1].count = count - file[0].count - 4;
		files.count = 2;
	}
	buf_init(&errors, 1 << 20);
	if (policy_parse(&files, &policy, &errors) == 0)
		ask(policy);
	else if (buf_len(&errors) == 0)
		abort();
	return 0;
}
