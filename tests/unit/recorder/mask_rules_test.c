/* SPDX-License-Identifier: ISC */
/* Loading masking rules: what is shipped is valid, what is wrong is named, and what is chosen or packed stays the same. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_lint.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_shipped.h"

#define RULE(keys)	"rules:\n  - rule: a\n" keys
#define GOOD		"    literals: [tok_]\n    pattern: 'tok_[a-z]{4,9}'\n    examples: [tok_abcd]\n"

static int
parse(const char *text, struct mask_rules **rules, struct buf *errors)
{
	return mask_rules_parse(&(struct mask_text){ "etc/site.yaml", text, strlen(text) }, 1, rules, errors);
}

static const struct mask_rule *
rule_called(const struct mask_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->items[i].name, name) == 0)
			return &rules->items[i];
	}
	return NULL;
}

static size_t
words_in(char *const *words)
{
	size_t count = 0;

	while (words[count] != NULL)
		count++;
	return count;
}

static void
the_shipped_rules_pass_their_own_lint(void **state)
{
	AUTO_MASK_RULES struct mask_rules *rules = NULL;
	AUTO_BUF struct buf errors;

	(void)state;
	buf_init(&errors, 1 << 20);
	if (mask_rules_parse(mask_builtin, mask_builtin_count, &rules, &errors) < 0)
		fail_msg("%.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	assert_true(rules->count >= 65);
}

static void
each_shipped_rule_names_its_source_and_has_examples(void **state)
{
	AUTO_MASK_RULES struct mask_rules *rules = mask_rules_builtin();

	(void)state;
	for (size_t i = 0; i < rules->count; i++) {
		const struct mask_rule *rule = &rules->items[i];

		if (rule->source == NULL || strncmp(rule->source, "https://", 8) != 0)
			fail_msg("rule '%s' has no source", rule->name);
		if (words_in(rule->examples) < 2 || words_in(rule->counter) < 2)
			fail_msg("rule '%s' needs two examples and two counter-examples", rule->name);
		if (strcmp(rule->set, "secrets") != 0 && strcmp(rule->set, "personal") != 0)
			fail_msg("rule '%s' is in the set '%s'", rule->name, rule->set);
	}
}

/* A counter-example of one rule may be an example of another, but the text of a sensible screen is nobody's. */
static void
ordinary_lines_match_no_rule(void **state)
{
	static const char *const lines[] = {
		"commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
		"-rw-r--r-- 1 root root 4096 Nov 20 14:02 Makefile",
		"gcc -O2 -Wall -c token.c -o token.o",
		"7f9c24e8-3b2a-4b1d-9f0e-6a5d4c3b2a10",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"00000010  4d 5a 90 00 03 00 00 00  04 00 00 00 ff ff 00 00  |MZ..............|",
		"Nov 20 14:02:40 db1 sshd[812]: Failed password for root from 192.0.2.17 port 4022 ssh2",
		"    at com.example.Token.parse(Token.java:42)",
		"inet6 fe80::5054:ff:fe12:3456/64 scope link",
		"The password is not shown; ask your administrator for a token.",
		"PASS: 14 tests, 0 failures",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2mK0g8yJx1Zk3q root@db1",
		"integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
	};
	AUTO_MASK_RULES struct mask_rules *rules = mask_rules_builtin();
	struct mask_span span;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		for (size_t k = 0; k < rules->count; k++) {
			if (!rules->items[k].is_off && mask_lint_find(&rules->items[k], lines[i], 0, &span) != 0)
				fail_msg("rule '%s' matches '%s'", rules->items[k].name, lines[i]);
		}
	}
}

struct fault {
	const char	*text;
	const char	*message;
};

static const struct fault faults[] = {
	{ RULE("    pattern: 'tok_[a-z]+'\n    literals: [tok_]\n    examples: [tok_a]\n"),
	    "etc/site.yaml:3: rule 'a': the pattern is refused: '+' has no upper bound; write {1,64} or another number instead\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_.*'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: '*' has no upper bound; write {0,64} or another number instead\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_[a]{3,}'\n    examples: [tok_aaa]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: {3,} has no upper bound; write {3,64} or another number instead\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_(?:[a-z]{1,20} ?){1,30}='\n    examples: [tok_a=]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: a repeat of 30 stands around one of 20; one of them may be at most 10\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_(?:(?:a{1,9}){1,9}){1,9}'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: more than 2 repeats stand around each other\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_\\Ka'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: \\K is not allowed in a rule\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_(*SKIP)a'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: verbs, as in (*SKIP), are not allowed in a rule\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_(?C1)a'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: (?C1 is not allowed in a rule\n" },
	{ RULE("    literals: [tok_]\n    pattern: '(?<=a{1,9})tok_'\n    examples: [atok_]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern does not compile: lookbehind assertion is not fixed length" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_a{1,60000}'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: a repeat of 60000 is more than 8192\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_\xff'\n    examples: [tok_a]\n"), "etc/site.yaml:4: this is not YAML: " },
	{ RULE("    literals: &l [tok_]\n    pattern: 'tok_a'\n    examples: *l\n"), "etc/site.yaml:5: anchors and aliases (& and *) are not allowed here\n" },
	{ "rules: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n",
	    "etc/site.yaml:1: lists and keys are more than 32 levels deep here\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_(?R)?'\n    examples: [tok_]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: (?R) is not allowed in a rule\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_(a'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern is refused: a '(' is not closed\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_[z-a]'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern does not compile: " },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_(?<value>a)(?<value>b)'\n    examples: [tok_ab]\n"),
	    "etc/site.yaml:4: rule 'a': the pattern does not compile: two named subpatterns have the same name" },
	{ RULE("    literals: [to]\n    pattern: 'tok_a'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:3: rule 'a': the literal 'to' is shorter than 3 characters\n" },
	{ RULE("    literals: [key_]\n    pattern: 'tok_a'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:5: rule 'a': 'tok_a' matches, but has none of the literals, too few digits, or too short a word\n" },
	{ RULE("    pattern: 'tok_a'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:2: rule 'a': it needs `literals` (one of them stands in every match), or else `digits` or `word`\n" },
	{ RULE("    literals: [tok_]\n    word: 30\n    pattern: 'tok_a'\n    examples: [tok_a]\n"),
	    "etc/site.yaml:2: rule 'a': it needs `literals` (one of them stands in every match), or else `digits` or `word`\n" },
	{ RULE("    word: 3\n    pattern: '[a-z]{3}'\n    examples: [abc]\n"), "etc/site.yaml:3: rule 'a': `word` is at least 20\n" },
	{ RULE("    word: 20\n    pattern: '[a-z]{3}'\n    examples: [abc]\n"),
	    "etc/site.yaml:5: rule 'a': 'abc' matches, but has none of the literals, too few digits, or too short a word\n" },
	{ RULE("    digits: 1\n    pattern: '[a-z]{3}1'\n    examples: [abc1]\n"), "etc/site.yaml:3: rule 'a': `digits` is at least 2\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_a'\n"), "etc/site.yaml:2: rule 'a': it has no `examples`\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_a'\n    examples:\n      - tok_a\n      - tok_b\n"),
	    "etc/site.yaml:7: rule 'a': the pattern does not match its example 'tok_b'\n" },
	{ RULE("    literals: [tok_]\n    pattern: 'tok_a'\n    examples: ['x \u00abtok_\u00bba']\n"),
	    "etc/site.yaml:5: rule 'a': of 'x tok_a' it covers 'tok_a'\n" },
	{ RULE(GOOD "    counter: [the tok_abc, a tok_abcde]\n"),
	    "etc/site.yaml:6: rule 'a': the pattern matches its counter-example: 'tok_abcde'\n" },
	{ RULE(GOOD "    style: blue\n"),
	    "etc/site.yaml:6: rule 'a': 'blue' is not a style (full, keep-last-4, label, pseudonym)\n" },
	{ RULE(GOOD "    check: crc\n"), "etc/site.yaml:6: rule 'a': 'crc' is not a check (luhn, mod-97, ssn, host)\n" },
	{ RULE(GOOD "    until: 'end'\n"), "etc/site.yaml:2: rule 'a': `until` and `lines` (1 to 1000) stand together\n" },
	{ RULE(GOOD "    colour: red\n"), "etc/site.yaml:6: there is no key 'colour' here\n" },
	{ RULE(GOOD "  - rule: a\n" GOOD), "etc/site.yaml:6: this file has two rules called 'a'\n" },
	{ "columns: [email, x]\n", "etc/site.yaml:1: the column 'x' is too short: 2 letters in one piece are the least\n" },
	{ "columns:\n  - email\n  - '*'\n",
	    "etc/site.yaml:3: the column '*' is too short: 3 letters in one piece are the least beside a '*'\n" },
	{ "columns: ['to*en']\n",
	    "etc/site.yaml:1: the column 'to*en' is too short: 3 letters in one piece are the least beside a '*'\n" },
	{ "columns: ['token?']\n", "etc/site.yaml:1: the column 'token?': the only wildcard is '*'\n" },
	{ "output-of:\n  - ' env'\n", "etc/site.yaml:2: the command ' env' begins or ends with a blank\n" },
	{ "output-of: ['*secret*']\n", "etc/site.yaml:1: the command '*secret*' begins with '*'; name the program\n" },
	{ "columns: [card]\ncolumn-styles:\n  - column: card\n    style: blue\n",
	    "etc/site.yaml:3: column 'card': 'blue' is not a style (full, keep-last-4, label, pseudonym)\n" },
	{ "columns: [card]\ncolumn-styles:\n  - column: email\n    style: label\n",
	    "etc/site.yaml:3: 'email' is not among the `columns` of this file\n" },
	{ "rules:\n  - ]\n", "etc/site.yaml:2: this is not YAML: " },
};

static void
each_fault_is_named_with_its_line_in_a_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		AUTO_MASK_RULES struct mask_rules *rules = NULL;
		AUTO_BUF struct buf errors;
		AUTO_FREE char *said = NULL;

		buf_init(&errors, 65536);
		assert_int_equal(parse(faults[i].text, &rules, &errors), ERR_MASK_RULES);
		said = buf_text(&errors);
		if (strncmp(said, faults[i].message, strlen(faults[i].message)) != 0)
			fail_msg("it says '%s' and not '%s'", said, faults[i].message);
	}
}

static void
a_later_file_replaces_a_rule_by_its_name(void **state)
{
	static const char again[] = RULE("    literals: [new_]\n    pattern: 'new_[a-z]{4}'\n    examples: [new_abcd]\n");
	const struct mask_text texts[] = {
		{ "secrets.yaml", RULE(GOOD), sizeof RULE(GOOD) - 1 },
		{ "etc/site.yaml", again, sizeof again - 1 },
	};
	AUTO_MASK_RULES struct mask_rules *rules = NULL;
	AUTO_BUF struct buf errors;

	(void)state;
	buf_init(&errors, 65536);
	assert_int_equal(mask_rules_parse(texts, 2, &rules, &errors), 0);
	assert_int_equal(rules->count, 1);
	assert_string_equal(rules->items[0].set, "site");
	assert_string_equal(rules->items[0].literals[0], "new_");
	assert_int_equal(rules->items[0].line, 2);
}

static void
a_choice_leaves_out_what_is_off_unless_it_is_named(void **state)
{
	AUTO_MASK_RULES struct mask_rules *all = mask_rules_builtin();
	AUTO_MASK_RULES struct mask_rules *some = NULL;
	char why[MASK_RULES_WHY];

	(void)state;
	assert_int_equal(mask_rules_select(all, (const char *const[]){ "personal", "jwt", NULL }, &some, why), 0);
	assert_non_null(rule_called(some, "email"));
	assert_non_null(rule_called(some, "jwt"));
	assert_null(rule_called(some, "github-token"));
	assert_null(rule_called(some, "ipv4"));
	assert_string_equal(some->columns[0].set, "personal");
	assert_memory_equal(some->sha256, all->sha256, sizeof some->sha256);
	mask_rules_free(TAKE(some, NULL));
	assert_int_equal(mask_rules_select(all, (const char *const[]){ "ipv4", NULL }, &some, why), 0);
	assert_int_equal(some->count, 1);
	assert_int_equal(some->column_count, 0);
	mask_rules_free(TAKE(some, NULL));
	assert_int_equal(mask_rules_select(all, (const char *const[]){ "secret", NULL }, &some, why), ERR_NOT_FOUND);
	assert_string_equal(why, "there is neither a set nor a rule called 'secret'");
}

static void
what_was_packed_when_it_was_built_is_what_the_files_say(void **state)
{
	AUTO_MASK_RULES struct mask_rules *rules = mask_rules_builtin();
	AUTO_MASK_RULES struct mask_rules *shipped = mask_rules_shipped();
	AUTO_BUF struct buf packed;
	AUTO_BUF struct buf twice;

	(void)state;
	buf_init(&packed, MASK_RULES_PACKED);
	buf_init(&twice, MASK_RULES_PACKED);
	assert_int_equal(mask_rules_pack(rules, &packed), 0);
	assert_int_equal(buf_len(&packed), mask_shipped_count);
	assert_memory_equal(buf_data(&packed), mask_shipped, mask_shipped_count);
	assert_int_equal(mask_rules_pack(shipped, &twice), 0);
	assert_memory_equal(buf_data(&twice), mask_shipped, mask_shipped_count);
}

static void
what_is_packed_comes_out_the_same(void **state)
{
	AUTO_MASK_RULES struct mask_rules *rules = mask_rules_builtin();
	AUTO_MASK_RULES struct mask_rules *again = NULL;
	AUTO_BUF struct buf packed;
	AUTO_BUF struct buf twice;

	(void)state;
	buf_init(&packed, MASK_RULES_PACKED);
	buf_init(&twice, MASK_RULES_PACKED);
	rules->items[1].is_record_only = true;
	assert_int_equal(mask_rules_pack(rules, &packed), 0);
	assert_int_equal(mask_rules_unpack(buf_data(&packed), buf_len(&packed), &again), 0);
	assert_int_equal(again->count, rules->count);
	assert_string_equal(rule_called(again, "private-key")->until, rule_called(rules, "private-key")->until);
	assert_int_equal(rule_called(again, "private-key")->lines, 80);
	assert_int_equal(rule_called(again, "iban")->check, MASK_MOD_97);
	assert_int_equal(rule_called(again, "iban")->digits, 2);
	assert_int_equal(rule_called(again, "discord-token")->word, 57);
	assert_int_equal(rule_called(again, "email")->style, MASK_LABEL);
	assert_null(rule_called(again, "email")->prefix);
	assert_true(again->items[1].is_record_only && !again->items[0].is_record_only);
	assert_int_equal(again->column_count, rules->column_count);
	assert_string_equal(again->columns[0].glob, rules->columns[0].glob);
	assert_int_equal(mask_rules_pack(again, &twice), 0);
	assert_int_equal(buf_len(&twice), buf_len(&packed));
	assert_memory_equal(buf_data(&twice), buf_data(&packed), buf_len(&packed));
}

static void
columns_have_a_style_and_go_with_their_set(void **state)
{
	static const char text[] = "columns: [email, card, '*_token']\ncolumn-styles: [{column: card, style: keep-last-4}]\noutput-of: [env]\n";
	AUTO_MASK_RULES struct mask_rules *rules = NULL;
	AUTO_MASK_RULES struct mask_rules *again = NULL;
	AUTO_MASK_RULES struct mask_rules *chosen = NULL;
	AUTO_BUF struct buf packed;
	AUTO_BUF struct buf errors;
	char why[MASK_RULES_WHY];

	(void)state;
	buf_init(&packed, MASK_RULES_PACKED);
	buf_init(&errors, 65536);
	assert_int_equal(parse(text, &rules, &errors), 0);
	rules->columns[2].is_record_only = true;
	assert_int_equal(mask_rules_pack(rules, &packed), 0);
	assert_int_equal(mask_rules_unpack(buf_data(&packed), buf_len(&packed), &again), 0);
	assert_int_equal(mask_rules_entries(again), 4);
	assert_string_equal(mask_rules_face(again, 0).name, "column email");
	assert_int_equal(mask_rules_face(again, 1).style, MASK_KEEP_LAST_4);
	assert_string_equal(mask_rules_face(again, 2).label, "*_token");
	assert_true(mask_rules_face(again, 2).is_record_only);
	assert_string_equal(mask_rules_face(again, 3).name, "output-of env");
	assert_int_equal(mask_rules_select(again, (const char *const[]){ "column card", NULL }, &chosen, why), 0);
	assert_int_equal(mask_rules_entries(chosen), 1);
	mask_rules_free(TAKE(chosen, NULL));
	assert_int_equal(mask_rules_select(again, (const char *const[]){ "site", NULL }, &chosen, why), 0);
	assert_int_equal(mask_rules_entries(chosen), 4);
}

static void
a_cut_or_changed_packet_is_refused(void **state)
{
	AUTO_MASK_RULES struct mask_rules *rules = NULL;
	AUTO_MASK_RULES struct mask_rules *again = NULL;
	AUTO_BUF struct buf packed;
	AUTO_BUF struct buf errors;

	(void)state;
	buf_init(&packed, MASK_RULES_PACKED);
	buf_init(&errors, 65536);
	assert_int_equal(parse(RULE(GOOD) "columns: [email]\noutput-of: [env]\n", &rules, &errors), 0);
	assert_int_equal(mask_rules_pack(rules, &packed), 0);
	for (size_t cut = 0; cut < buf_len(&packed); cut++)
		assert_true(mask_rules_unpack(buf_data(&packed), cut, &again) < 0);
	assert_int_equal(mask_rules_unpack(buf_data(&packed), buf_len(&packed), &again), 0);
	assert_string_equal(again->outputs[0].glob, "env");
	assert_string_equal(again->outputs[0].name, "output-of env");
	mask_rules_free(TAKE(again, NULL));
	assert_int_equal(buf_add(&packed, "x", 1), 0);
	assert_int_equal(mask_rules_unpack(buf_data(&packed), buf_len(&packed), &again), ERR_MSG_LONG);
}

static size_t
place_of(const struct mask_rules *rules, const char *name)
{
	size_t place = 0;

	while (place < rules->count && strcmp(rules->items[place].name, name) != 0)
		place++;
	return place;
}

static void
of_two_choices_the_stricter_counts_for_what_both_have(void **state)
{
	AUTO_MASK_RULES struct mask_rules *all = mask_rules_builtin();
	AUTO_MASK_RULES struct mask_rules *masked = NULL;
	AUTO_MASK_RULES struct mask_rules *record_only = NULL;
	AUTO_MASK_RULES struct mask_rules *joined = NULL;
	char why[MASK_RULES_WHY];

	(void)state;
	assert_int_equal(mask_rules_select(all, (const char *const[]){ "email", "github-token", NULL }, &masked, why), 0);
	assert_int_equal(mask_rules_select(all, (const char *const[]){ "personal", NULL }, &record_only, why), 0);
	joined = mask_rules_join(masked, record_only);
	assert_int_equal(joined->count, 1 + record_only->count);
	for (size_t i = 0; i < joined->count; i++) {
		const char *name = joined->items[i].name;

		assert_int_equal(joined->items[i].is_record_only, place_of(masked, name) == masked->count);
		assert_int_equal(place_of(joined, name), i);	/* none is there twice */
	}
	assert_true(joined->items[place_of(joined, "iban")].is_record_only);
	assert_memory_equal(joined->sha256, all->sha256, sizeof all->sha256);
	assert_int_equal(joined->column_count, record_only->column_count);
	assert_true(joined->columns[0].is_record_only);
}

static void
files_and_folders_are_read_by_name(void **state)
{
	char folder[] = "/tmp/postern-rules-XXXXXX";
	AUTO_MASK_RULES struct mask_rules *rules = NULL;
	AUTO_BUF struct buf errors;
	char path[64];

	(void)state;
	buf_init(&errors, 65536);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/b.yaml", folder);
	assert_int_equal(fdio_replace(path, 0644, RULE(GOOD), sizeof RULE(GOOD) - 1), 0);
	assert_int_equal(mask_rules_load((const char *const[]){ folder, path }, 2, &rules, &errors), 0);
	assert_int_equal(rules->count, 1);
	assert_string_equal(rules->items[0].set, "b");
	mask_rules_free(TAKE(rules, NULL));
	unlink(path);
	assert_int_equal(mask_rules_load((const char *const[]){ path }, 1, &rules, &errors), -ENOENT);
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_rules_pass_their_own_lint),
		cmocka_unit_test(each_shipped_rule_names_its_source_and_has_examples),
		cmocka_unit_test(ordinary_lines_match_no_rule),
		cmocka_unit_test(each_fault_is_named_with_its_line_in_a_sentence),
		cmocka_unit_test(a_later_file_replaces_a_rule_by_its_name),
		cmocka_unit_test(a_choice_leaves_out_what_is_off_unless_it_is_named),
		cmocka_unit_test(what_is_packed_comes_out_the_same),
		cmocka_unit_test(columns_have_a_style_and_go_with_their_set),
		cmocka_unit_test(what_was_packed_when_it_was_built_is_what_the_files_say),
		cmocka_unit_test(a_cut_or_changed_packet_is_refused),
		cmocka_unit_test(of_two_choices_the_stricter_counts_for_what_both_have),
		cmocka_unit_test(files_and_folders_are_read_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
