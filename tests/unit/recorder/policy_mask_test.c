/* SPDX-License-Identifier: ISC */
/* What a role says about masking: the rules it means, what it means to say nothing, and what is refused with its line. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/policy/policy.h"
#include "recorder/policy/policy_allows.h"

#define HEAD	"people: [{person: anna}, {person: bert}]\nauditors: [bert]\nroles:\n"
#define ROLE(name, keys) \
	"  - {role: " name ", who: [anna], as: ops, approve: {by: [bert]}" keys "}\n"

static const char site[] =
    "rules:\n"
    "  - rule: acme-key\n"
    "    literals: [acme_live_]\n"
    "    pattern: 'acme_live_[0-9a-f]{8,64}'\n"
    "    examples: [acme_live_8f14e45f]\n"
    "  - rule: github-token\n"
    "    literals: [ghx_]\n"
    "    pattern: 'ghx_[0-9]{4,8}'\n"
    "    examples: [ghx_1234]\n";

/* `rules` is rules.d/site.yaml; NULL: there is none. */
static int
parse(const char *text, const char *rules, struct policy **policy, char **said)
{
	struct policy_file files[] = {
		{ (char *)(uintptr_t)"policy.yaml", (char *)(uintptr_t)text, strlen(text) },
		{ (char *)(uintptr_t)"rules.d/site.yaml", (char *)(uintptr_t)rules, rules != NULL ? strlen(rules) : 0 },
	};
	struct policy_files all = { files, rules != NULL ? 2 : 1 };
	AUTO_BUF struct buf errors;
	int r;

	buf_init(&errors, 65536);
	r = policy_parse(&all, policy, &errors);
	free(*said);
	*said = buf_text(&errors);
	return r;
}

/* NULL if the role does not use it. */
static const struct mask_rule *
rule_of(const struct policy *policy, const char *role, const char *name)
{
	const struct mask_rules *rules = policy_role(policy, role)->mask->rules;

	for (size_t i = 0; i < rules->count; i++)
		if (strcmp(rules->items[i].name, name) == 0)
			return &rules->items[i];
	return NULL;
}

static void
a_role_that_says_nothing_masks_secrets(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_FREE char *said = NULL;

	(void)state;
	assert_int_equal(parse(HEAD ROLE("quiet", "") ROLE("loud", ", mask: [secrets]") ROLE("more", ", record-only: [email]"), NULL, &p, &said), 0);
	assert_non_null(rule_of(p, "quiet", "github-token"));
	assert_null(rule_of(p, "quiet", "email"));
	assert_string_equal(policy_role(p, "quiet")->mask->masked[0], "secrets");
	assert_ptr_equal(policy_role(p, "quiet")->mask, policy_role(p, "loud")->mask);
	/* Who says one of the two has chosen. */
	assert_null(rule_of(p, "more", "github-token"));
	assert_int_equal(p->masks_count, 2);
	assert_null(strstr(p->warnings, "nothing is masked"));
}

static void
who_masks_nothing_says_so_and_is_told_so(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_FREE char *said = NULL;

	(void)state;
	assert_int_equal(parse(HEAD ROLE("none", ", mask: none") ROLE("empty", ", mask: []"), NULL, &p, &said), 0);
	assert_int_equal(policy_role(p, "none")->mask->rules->count, 0);
	assert_ptr_equal(policy_role(p, "none")->mask, policy_role(p, "empty")->mask);
	assert_non_null(strstr(p->warnings, "policy.yaml:4: role 'none': nothing is masked: secrets that are shown stand in its "
	    "recordings as they are\n"));
	assert_non_null(strstr(p->warnings, "policy.yaml:5: role 'empty': nothing is masked"));
}

static void
what_only_the_recording_masks_is_marked(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_FREE char *said = NULL;

	(void)state;
	assert_int_equal(parse(HEAD ROLE("both", ", mask: [secrets, email], record-only: [personal, email]"), NULL, &p, &said), 0);
	assert_false(rule_of(p, "both", "github-token")->is_record_only);
	assert_false(rule_of(p, "both", "email")->is_record_only);
	assert_true(rule_of(p, "both", "iban")->is_record_only);
	assert_non_null(strstr(p->warnings, "role 'both': 'email' stands under `mask` too, so the screen is masked as well\n"));
}

static void
a_sites_rules_join_and_replace_those_of_postern(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_POLICY struct policy *without = NULL;
	AUTO_POLICY struct policy *other = NULL;
	AUTO_FREE char *said = NULL;
	const char *text = HEAD ROLE("own", ", mask: [site, email]") ROLE("one", ", mask: [acme-key]") ROLE("old", "");

	(void)state;
	if (parse(text, site, &p, &said) < 0)
		fail_msg("%s", said);
	assert_non_null(rule_of(p, "own", "acme-key"));
	assert_non_null(rule_of(p, "own", "email"));
	assert_int_equal(policy_role(p, "one")->mask->rules->count, 1);
	/* The one with the same name belongs to the site's set now. */
	assert_string_equal(rule_of(p, "own", "github-token")->pattern, "ghx_[0-9]{4,8}");
	assert_null(rule_of(p, "old", "github-token"));
	assert_int_equal(parse(text, NULL, &without, &said), ERR_POLICY);
	/* The files are part of what both gate and keeper must hold. */
	assert_int_equal(parse(HEAD ROLE("old", ""), NULL, &without, &said), 0);
	assert_int_equal(parse(HEAD ROLE("old", ""), "# none\n", &other, &said), 0);
	assert_memory_not_equal(without->sha256, other->sha256, SECRET_SHA256);
}

/* The same names, and another pattern behind one of them: who was granted the role was granted something else. */
static void
a_sites_pattern_belongs_to_what_a_role_allows(void **state)
{
	static const char apart[] = "rules:\n  - rule: acme-key\n    literals: [acme_live_]\n    pattern: 'acme_live_[0-9a-f]{8,64}'\n    examples: [acme_live_8f14e45f]\n";
	const char *text = HEAD ROLE("own", ", mask: [site, email]") ROLE("apart", ", mask: [email]") ROLE("old", "");
	AUTO_POLICY struct policy *without = NULL;
	AUTO_POLICY struct policy *p = NULL;
	AUTO_POLICY struct policy *q = NULL;
	AUTO_FREE char *said = NULL, *changed = own_dup(site);
	uint8_t before[SECRET_SHA256], after[SECRET_SHA256];

	(void)state;
	memcpy(strstr(changed, "{8,64}"), "{8,63}", 6);
	assert_int_equal(parse(text, site, &p, &said), 0);
	assert_int_equal(parse(text, changed, &q, &said), 0);
	assert_int_equal(policy_allows(policy_role(p, "own"), before), 0);
	assert_int_equal(policy_allows(policy_role(q, "own"), after), 0);
	assert_memory_not_equal(before, after, sizeof before);
	assert_int_equal(policy_allows(policy_role(p, "apart"), before), 0);
	assert_int_equal(policy_allows(policy_role(q, "apart"), after), 0);
	assert_memory_equal(before, after, sizeof before);
	/* A site's rule in the place of one of Postern's takes it out of the set that it stood in. */
	assert_int_equal(parse(text, apart, &without, &said), 0);
	assert_int_equal(policy_allows(policy_role(p, "old"), before), 0);
	assert_int_equal(policy_allows(policy_role(without, "old"), after), 0);
	assert_memory_not_equal(before, after, sizeof before);
}

/* So does the pattern of a guard of its own; why it is there does not. */
static void
a_guard_of_ones_own_is_what_it_looks_for(void **state)
{
	const char *text = HEAD ROLE("one", ", guard: [{match: rm abc*, name: rm, do: deny, why: no}]")
	    ROLE("same", ", guard: [{match: rm abc*, name: rm, do: deny, why: never}]")
	    ROLE("else", ", guard: [{match: rm bcd*, name: rm, do: deny, why: no}]");
	AUTO_POLICY struct policy *p = NULL;
	AUTO_FREE char *said = NULL;
	struct policy_role one, same, other;
	uint8_t first[SECRET_SHA256], second[SECRET_SHA256];

	(void)state;
	if (parse(text, NULL, &p, &said) < 0)
		fail_msg("%s", said);
	one = *policy_role(p, "one");
	same = *policy_role(p, "same");
	other = *policy_role(p, "else");
	same.name = other.name = one.name;	/* the name is part of it, too */
	assert_int_equal(policy_allows(&one, first), 0);
	assert_int_equal(policy_allows(&same, second), 0);
	assert_memory_equal(first, second, sizeof first);
	assert_int_equal(policy_allows(&other, second), 0);
	assert_memory_not_equal(first, second, sizeof first);
}

static const struct {
	const char *keys, *message;
} faults[] = {
	{ ",\n     mask: [secrets, sercets]", "policy.yaml:5: role 'r': there is neither a set nor a rule called 'sercets'\n" },
	{ ", mask: [secrets],\n     record-only:\n       [personal,\n       nobody]", "policy.yaml:7: role 'r': there is neither a set nor a "
	    "rule called 'nobody'\n" },
	{ ", mask: secrets", "policy.yaml:4: role 'r': a list of sets and rules is expected here ([secrets, personal]), or none\n" },
	{ ", mask: {secrets: yes}", "policy.yaml:4: role 'r': a list of sets and rules is expected here ([secrets, personal]), or none\n" },
	{ ", mask: ", "policy.yaml:4: role 'r': a list of sets and rules is expected here ([secrets, personal]), or none\n" },
	{ ", mask: [[secrets]]", "policy.yaml:4: role 'r': the name of a set or of a rule is expected here\n" },
	{ ", mask: [none]", "policy.yaml:4: role 'r': there is neither a set nor a rule called 'none'\n" },
	{ ", mask: none,\n     mask: [secrets]", "policy.yaml:5: the key 'mask' stands here twice\n" },
};

static void
each_fault_is_told_with_its_line(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		AUTO_POLICY struct policy *p = NULL;
		AUTO_FREE char *said = NULL;
		AUTO_FREE char *text = NULL;
		int r;

		assert_true(asprintf(&text, HEAD ROLE("r", "%s"), faults[i].keys) > 0);
		r = parse(text, NULL, &p, &said);
		if (r == ERR_POLICY && strcmp(said, faults[i].message) == 0)
			continue;
		print_error("%s: %s\n  wanted %s  got    %s", faults[i].keys, err_text(r), faults[i].message, said);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
a_wrong_rule_refuses_the_whole_policy(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_FREE char *said = NULL;

	(void)state;
	assert_int_equal(parse(HEAD ROLE("r", ""), "rules:\n  - rule: a\n    literals: [abc]\n    pattern: 'abc.*'\n    examples: [abcd]\n",
	    &p, &said), ERR_POLICY);
	assert_int_equal(strncmp(said, "rules.d/site.yaml:4: rule 'a': ", 31), 0);
	assert_null(p);
	assert_int_equal(parse(HEAD ROLE("r", ""), "ruls: []\n", &p, &said), ERR_POLICY);
	assert_string_equal(said, "rules.d/site.yaml:1: there is no key 'ruls' here\n");
}

static void
pseudonyms_last_for_a_session_or_for_the_site(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_POLICY struct policy *q = NULL;
	AUTO_FREE char *said = NULL;

	(void)state;
	assert_int_equal(parse("pseudonyms: site\n" HEAD ROLE("r", ""), NULL, &p, &said), 0);
	assert_true(p->site_pseudonyms);
	assert_int_equal(parse("pseudonyms: session\n" HEAD ROLE("r", ""), NULL, &q, &said), 0);
	assert_false(q->site_pseudonyms);
	assert_int_equal(parse("pseudonyms: for ever\n" HEAD ROLE("r", ""), NULL, &p, &said), ERR_POLICY);
	assert_string_equal(said, "policy.yaml:1: 'for ever' is neither session nor site\n");
}

static void
the_choice_is_told_in_words(void **state)
{
	AUTO_POLICY struct policy *p = NULL;
	AUTO_FREE char *said = NULL;
	AUTO_FREE char *shown = NULL;
	AUTO_BUF struct buf text;

	(void)state;
	buf_init(&text, 65536);
	assert_int_equal(parse(HEAD ROLE("a", ", mask: [secrets, email], record-only: [iban, payment-card]") ROLE("b", ", mask: none")
	    ROLE("c", ", record-only: [personal]"), NULL, &p, &said), 0);
	assert_int_equal(policy_print(p, &text), 0);
	shown = buf_text(&text);
	assert_non_null(strstr(shown, "\n  masks       secrets, email; in the recording only: iban, payment-card\n  kept "));
	assert_non_null(strstr(shown, "\n  masks       nothing\n"));
	assert_non_null(strstr(shown, "\n  masks       in the recording only: personal\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_role_that_says_nothing_masks_secrets),
		cmocka_unit_test(who_masks_nothing_says_so_and_is_told_so),
		cmocka_unit_test(what_only_the_recording_masks_is_marked),
		cmocka_unit_test(a_sites_rules_join_and_replace_those_of_postern),
		cmocka_unit_test(a_sites_pattern_belongs_to_what_a_role_allows),
		cmocka_unit_test(a_guard_of_ones_own_is_what_it_looks_for),
		cmocka_unit_test(each_fault_is_told_with_its_line),
		cmocka_unit_test(a_wrong_rule_refuses_the_whole_policy),
		cmocka_unit_test(pseudonyms_last_for_a_session_or_for_the_site),
		cmocka_unit_test(the_choice_is_told_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
