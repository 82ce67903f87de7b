/* SPDX-License-Identifier: ISC */
/* The file of allowed signers: who is found, and what is refused with its line. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/roster.h"

/* Key number `n`, as its line. */
static const char *
key_text(int n, struct sshsig_key *key)
{
	static char line[4][SSHSIG_KEY_TEXT];

	*key = (struct sshsig_key){ .kind = SSHSIG_ED25519 };
	memset(key->point, n, sizeof key->point);
	sshsig_key_print(key, line[n]);
	return line[n];
}

static int
start(void **state)
{
	(void)state;
	secret_init();
	setenv("TZ", "UTC", 1);
	return 0;
}

static void
a_person_is_found_by_key_purpose_and_time(void **state)
{
	AUTO_BUF struct buf text = { .max = 4096 }, errors = { .max = 4096 };
	AUTO_ROSTER struct roster roster = { 0 };
	struct sshsig_key alice, bob, carol;
	struct roster_ask ask = { .namespace = "approve@postern", .key = &alice, .time_s = 1750000000 };
	AUTO_FREE char *file = NULL;

	(void)state;
	buf_addf(&text, "# who decides\n\nalice@example.org,alice %s alice's laptop\r\n", key_text(1, &alice));
	buf_addf(&text, "bob namespaces=\"file,approve@*\",valid-after=\"20250101\",valid-before=\"202512312359Z\" %s\n", key_text(2, &bob));
	buf_addf(&text, "\t*@ops.example.org,!mallory@ops.example.org NAMESPACES=\"git\"  %s", key_text(3, &carol));
	file = buf_text(&text);
	assert_int_equal(roster_parse("approvers", file, &roster, &errors), 0);
	assert_int_equal(roster.count, 3);
	assert_int_equal(roster.items[2].line, 5);

	assert_ptr_equal(roster_find(&roster, &ask), &roster.items[0]);
	ask.principal = "alice";
	assert_ptr_equal(roster_find(&roster, &ask), &roster.items[0]);
	ask.principal = "bob";
	assert_null(roster_find(&roster, &ask));
	ask.key = &bob;
	assert_ptr_equal(roster_find(&roster, &ask), &roster.items[1]);
	ask.time_s = 1735689599;
	assert_null(roster_find(&roster, &ask));
	ask.time_s = 1735689600;
	assert_ptr_equal(roster_find(&roster, &ask), &roster.items[1]);
	ask.time_s = 1767225540;
	assert_null(roster_find(&roster, &ask));
	ask = (struct roster_ask){ .namespace = "git", .key = &carol, .principal = "erin@ops.example.org" };
	assert_ptr_equal(roster_find(&roster, &ask), &roster.items[2]);
	ask.principal = "mallory@ops.example.org";
	assert_null(roster_find(&roster, &ask));
	ask.principal = "erin@ops.example.org";
	ask.namespace = "approve@postern";
	assert_null(roster_find(&roster, &ask));
}

static void
what_is_not_understood_is_refused_with_its_line(void **state)
{
	static const struct { const char *before; const char *says; } rows[] = {
		{ "alice cert-authority ", "approvers:2: certificates cannot decide; list the keys themselves\n" },
		{ "alice no-such-option ", "approvers:2: this option is not known (namespaces, valid-after, valid-before)\n" },
		{ "alice namespaces=\"file ", "approvers:2: a quote is not closed\n" },
		{ "alice valid-after=\"tomorrow\" ", "approvers:2: a time is written YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z behind it for UTC\n" },
		{ "alice valid-before=\"20251345\" ", "approvers:2: a time is written YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z behind it for UTC\n" },
		{ "\"alice\" ", "approvers:2: principals are written without quotes\n" },
		{ "alice ssh-ed25519 AAAA\n#", "approvers:2: this option is not known (namespaces, valid-after, valid-before)\n" },
		{ "alice namespaces=\"file\" ssh-ed25519 AAAA\n#", "approvers:2: a line is: principals, options if any, kind of key, key\n" },
		{ "alice ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA==\n#",
		  "approvers:2: only ssh-ed25519 and sk-ssh-ed25519@openssh.com keys can sign decisions\n" },
	};
	struct sshsig_key key;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_BUF struct buf text = { .max = 4096 }, errors = { .max = 4096 };
		AUTO_ROSTER struct roster roster = { 0 };
		AUTO_FREE char *file = NULL, *said = NULL;

		buf_addf(&text, "bob %s\n%s%s\n", key_text(2, &key), rows[i].before, key_text(1, &key));
		file = buf_text(&text);
		assert_int_equal(roster_parse("approvers", file, &roster, &errors), ERR_CONFIG);
		said = buf_text(&errors);
		assert_string_equal(said, rows[i].says);
		assert_int_equal(roster.count, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_is_found_by_key_purpose_and_time),
		cmocka_unit_test(what_is_not_understood_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
