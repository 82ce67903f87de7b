/* SPDX-License-Identifier: ISC */
/* What guards find in lines, and which patterns they take. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/own.h"
#include "recorder/mask/guard_rule.h"

static struct guard_rules *
all(void)
{
	const char *words[GUARD_RULES * GUARD_WORDS_EACH + 1] = { NULL };
	struct guard_rules *rules;
	bool bad;

	for (size_t i = 0; i < guard_builtin_count; i++) {
		const struct guard_rule *rule = &guard_builtin[i].rule;
		const char *const five[] = { guard_do_word(rule->does), guard_in_word(rule->in), rule->name, rule->why, rule->pattern };

		for (size_t k = 0; k < GUARD_WORDS_EACH; k++)
			words[i * GUARD_WORDS_EACH + k] = five[k];
	}
	rules = guard_rules_new(words, &bad);
	assert_non_null(rules);
	assert_false(bad);
	return rules;
}

static void
the_shipped_rules_find_slips_and_nothing_else(void **state)
{
	static const struct {
		const char *line, *rule;
	} rows[] = {
		{ "drop database shop;", "drop-database" }, { "DROP  TABLE orders;", "drop-database" },
		{ "psql -c 'drop database shop'", "drop-database" }, { "select 'dropped databases';", NULL },
		{ "update orders set paid = true;", "update-all" }, { "update orders set paid = true where id = 1;", NULL },
		{ "update orders\nset paid = true\nwhere id = 1;", NULL }, { "update orders\nset paid = true;", "update-all" },
		{ "delete from orders;", "update-all" }, { "delete from orders where id = 1;", NULL }, { "apt-get update", NULL },
		{ "truncate orders;", "truncate" }, { "truncate -s 0 file", NULL },
		{ "rm -rf /", "rm-root" }, { "sudo rm -r -f /*", "rm-root" }, { "rm -fr ~", "rm-root" }, { "rm -rf \"$HOME\"", "rm-root" },
		{ "rm -rf / home/me/x", "rm-root" }, { "rm -rf /tmp/x", NULL }, { "rm -rf ./build", NULL }, { "rm file", NULL },
		{ "reboot", "shutdown" }, { "sudo systemctl poweroff", "shutdown" }, { "make; shutdown now", "shutdown" },
		{ "journalctl | grep reboot", NULL }, { "cat reboot.log", NULL },
		{ "dd if=x of=/dev/sda", "disk" }, { "mkfs.ext4 /dev/sdb", "disk" }, { "dd if=/dev/sda of=x", NULL },
		{ "kubectl -n shop delete pod a", "kubectl-delete" }, { "kubectl get pods", NULL },
		{ "terraform destroy", "terraform-destroy" }, { "terraform -chdir=x apply -destroy", "terraform-destroy" }, { "terraform plan", NULL },
		{ "helm uninstall shop", "helm-uninstall" }, { "", NULL }, { "ls", NULL },
	};
	struct guard_rules *rules = all();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct guard_rule *found = guard_rules_find(rules, GUARD_IN_COMMAND, rows[i].line, strlen(rows[i].line));

		if ((found == NULL) != (rows[i].rule == NULL) || (found != NULL && strcmp(found->name, rows[i].rule) != 0))
			fail_msg("'%s': %s", rows[i].line, found != NULL ? found->name : "nothing");
	}
	guard_rules_free(rules);
}

static void
patterns_of_people_become_expressions(void **state)
{
	static const struct {
		const char *match, *pattern;
	} rows[] = {
		{ "drop user*", "\\bdrop\\s+user.*" }, { "/^make\\s+deploy/", "^make\\s+deploy" }, { "./deploy.sh", "\\.\\/deploy\\.sh\\b" },
		{ "wi\bpe", NULL }, { "/\bwipe\b/", NULL }, { "wipe\n", NULL },
		{ "*", NULL }, { "/.*/", NULL }, { "/(/", NULL }, { "/abc|/", NULL }, { "ls", NULL }, { "", NULL },
	};
	char pattern[GUARD_PATTERN], why[GUARD_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int r = guard_pattern(rows[i].match, pattern, why);

		assert_int_equal(r < 0, rows[i].pattern == NULL);
		if (r == 0)
			assert_string_equal(pattern, rows[i].pattern);
	}
}

static void
signs_of_expressions_that_are_none_are_found(void **state)
{
	static const struct {
		const char *match, *sign;
	} rows[] = {
		{ "\\bwipe\\b", "\\b" }, { "drop\\s+table", "\\s" }, { "deploy\\.sh", "\\." }, { "drop.*table", ".*" }, { "drop|truncate", "|" }, { "^wipe", "^" },
		{ "wipe$", "$" }, { "disk[0-9]", "[0-" }, { "/\\bwipe\\b/", NULL }, { "curl * | sh", NULL }, { "rm important*", NULL }, { "echo $HOME", NULL },
		{ "\\copy orders", NULL }, { "./deploy.sh", NULL }, { "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *sign = guard_pattern_sign(rows[i].match);

		if ((sign == NULL) != (rows[i].sign == NULL) || (sign != NULL && strcmp(sign, rows[i].sign) != 0))
			fail_msg("'%s': %s", rows[i].match, sign != NULL ? sign : "nothing");
	}
}

static void
the_strictest_rule_counts_and_a_slow_one_does_not(void **state)
{
	const char *two[] = { "warn", "command", "a", "why", "drop", "deny", "command, exec", "b", "why", "drop\\s+database", NULL };
	const char *slow[] = { "deny", "command", "a", "why", "(?:x+x+)+y", NULL };
	const char *bad_one[] = { "deny", "command", "a", "why", "(", NULL }, *short_one[] = { "deny", NULL };
	const char *nowhere[] = { "deny", "screen", "a", "why", "drop", NULL };
	struct guard_rules *rules;
	char line[4096];
	bool bad;

	(void)state;
	rules = guard_rules_new(two, &bad);
	assert_string_equal(guard_rules_find(rules, GUARD_IN_COMMAND, "drop database", 13)->name, "b");
	assert_string_equal(guard_rules_find(rules, GUARD_IN_COMMAND, "drop it", 7)->name, "a");
	assert_string_equal(guard_rules_find(rules, GUARD_IN_EXEC, "drop database", 13)->name, "b");
	assert_null(guard_rules_find(rules, GUARD_IN_EXEC, "drop it", 7));	/* that rule is about lines */
	assert_true(guard_words_have(two, GUARD_IN_EXEC));
	assert_false(guard_words_have(slow, GUARD_IN_EXEC));
	guard_rules_free(rules);
	rules = guard_rules_new(slow, &bad);
	memset(line, 'x', sizeof line);
	assert_null(guard_rules_find(rules, GUARD_IN_COMMAND, line, sizeof line));
	guard_rules_free(rules);
	assert_null(guard_rules_new(bad_one, &bad));
	assert_true(bad);
	assert_null(guard_rules_new(short_one, &bad));
	assert_true(bad);
	assert_null(guard_rules_new(nowhere, &bad));
	assert_true(bad);
	assert_null(guard_rules_new(NULL, &bad));
	assert_false(bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_rules_find_slips_and_nothing_else),
		cmocka_unit_test(patterns_of_people_become_expressions),
		cmocka_unit_test(signs_of_expressions_that_are_none_are_found),
		cmocka_unit_test(the_strictest_rule_counts_and_a_slow_one_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
