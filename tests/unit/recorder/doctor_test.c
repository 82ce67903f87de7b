/* SPDX-License-Identifier: ISC */
/* postern doctor: what sshd's settings and the modes of files give away. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/doctor/doctor.h"

#define CLIENT	"/usr/bin/postern"

/* The parts of `sshd -T` that count, as Debian ships it. */
static const char debian[] =
    "port 22\nx11forwarding yes\npermittty yes\npermituserrc yes\npermitemptypasswords no\ngatewayports no\n"
    "allowtcpforwarding yes\nallowagentforwarding yes\ndisableforwarding no\nallowstreamlocalforwarding yes\n"
    "exposeauthinfo no\nforcecommand none\nauthorizedkeyscommand none\n"
    "authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2\nacceptenv LANG\nacceptenv LC_*\n"
    "subsystem sftp /usr/lib/openssh/sftp-server\npermittunnel no\npermituserenvironment no\n";

/* The same with the sshd block of the manual in force. */
static const char closed[] =
    "port 22\nx11forwarding yes\npermittty yes\npermituserrc no\npermitemptypasswords no\ngatewayports no\n"
    "allowtcpforwarding yes\nallowagentforwarding yes\ndisableforwarding yes\nallowstreamlocalforwarding yes\n"
    "exposeauthinfo no\nforcecommand " CLIENT "\nauthorizedkeyscommand none\n"
    "authorizedkeysfile /etc/ssh/postern_keys/%u\nacceptenv LANG\nacceptenv LC_*\n"
    "subsystem sftp /usr/lib/openssh/sftp-server\npermittunnel no\npermituserenvironment no\n";

static void
the_manuals_block_leaves_nothing_to_find(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	doctor_sshd(&d, "anna", closed, CLIENT);
	if (d.count > 0)
		fail_msg("%s", d.findings[0].what);
}

static void
debians_defaults_leave_four_ways_round(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	doctor_sshd(&d, "anna", debian, CLIENT);
	doctor_sshd(&d, "bert", debian, CLIENT);
	assert_int_equal(d.count, 4);
	assert_string_equal(d.findings[0].fix, "ForceCommand " CLIENT);
	assert_string_equal(d.findings[1].fix, "DisableForwarding yes");
	assert_string_equal(d.findings[2].fix, "PermitUserRC no");
	assert_memory_equal(d.findings[3].fix, "AuthorizedKeysFile /etc/ssh/postern_keys/%u", 43);
	for (size_t i = 0; i < d.count; i++)
		assert_string_equal(d.findings[i].who, "anna, bert");
}

static void
each_setting_that_opens_a_way_is_found(void **state)
{
	static const struct {
		const char *from, *to, *fix;
	} rows[] = {
		{ "permituserrc no", "permituserrc yes", "PermitUserRC no" },
		{ "permituserrc no\n", "", "PermitUserRC no" },
		{ "permituserenvironment no", "permituserenvironment yes", "PermitUserEnvironment no" },
		{ "permituserenvironment no", "permituserenvironment LD_*", "PermitUserEnvironment no" },
		{ "permittunnel no", "permittunnel point-to-point", "PermitTunnel no" },
		{ "permitemptypasswords no", "permitemptypasswords yes", "PermitEmptyPasswords no" },
		{ "disableforwarding yes", "disableforwarding no", "DisableForwarding yes" },
		{ "forcecommand " CLIENT, "forcecommand none", "ForceCommand " CLIENT },
		{ "forcecommand " CLIENT, "forcecommand /bin/sh -c " CLIENT, "ForceCommand " CLIENT },
		{ "forcecommand " CLIENT "\n", "", "ForceCommand " CLIENT },
		{ "acceptenv LC_*", "acceptenv *", "AcceptEnv LANG LC_*" },
		{ "acceptenv LC_*", "acceptenv LC_* GIT_*", "AcceptEnv LANG LC_*" },
		{ "/usr/lib/openssh/sftp-server", "internal-sftp -l INFO", "Subsystem sftp" },
		{ "/etc/ssh/postern_keys/%u", "%h/.ssh/keys", "AuthorizedKeysFile /etc" },
		{ "/etc/ssh/postern_keys/%u", "/etc/keys/%u .ssh/authorized_keys", "AuthorizedKeysFile /etc" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_DOCTOR struct doctor d = { 0 };
		AUTO_FREE char *text = NULL;
		const char *at = strstr(closed, rows[i].from);

		assert_non_null(at);
		assert_true(asprintf(&text, "%.*s%s%s", (int)(at - closed), closed, rows[i].to, at + strlen(rows[i].from)) > 0);
		doctor_sshd(&d, "anna", text, CLIENT);
		if (d.count != 1 || strncmp(d.findings[0].fix, rows[i].fix, strlen(rows[i].fix)) != 0)
			fail_msg("%s: %zu findings, first %s", rows[i].to, d.count, d.count > 0 ? d.findings[0].fix : "none");
	}
}

static void
only_who_decides_by_login_is_told_of_by_sshd(void **state)
{
	static const struct {
		const char *text, *fix;
		bool decides;
	} rows[] = {
		{ "exposeauthinfo no\n", NULL, false }, { "exposeauthinfo yes\n", NULL, true },
		{ "exposeauthinfo yes\n", "ExposeAuthInfo no", false }, { "exposeauthinfo no\n", "ExposeAuthInfo yes", true },
		{ "", "ExposeAuthInfo no", false }, { "", "ExposeAuthInfo yes", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_DOCTOR struct doctor d = { 0 };

		doctor_sshd_login(&d, "anna", rows[i].text, rows[i].decides);
		assert_int_equal(d.count, rows[i].fix != NULL);
		if (rows[i].fix != NULL)
			assert_memory_equal(d.findings[0].fix, rows[i].fix, strlen(rows[i].fix));
	}
}

static void
forwarding_may_also_be_closed_one_by_one(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	doctor_sshd(&d, "anna", "disableforwarding no\nallowtcpforwarding no\nallowstreamlocalforwarding no\n"
	    "allowagentforwarding no\nx11forwarding no\npermituserrc no\npermitemptypasswords no\nexposeauthinfo no\n"
	    "forcecommand " CLIENT "\npermittunnel no\npermituserenvironment no\n", CLIENT);
	assert_int_equal(d.count, 0);
}

static void
empty_or_broken_text_is_not_taken_for_a_closed_sshd(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	doctor_sshd(&d, "anna", "\n\n forcecommand\nforcecommand", CLIENT);
	assert_int_equal(d.count, 6);
}

static void
a_finding_names_each_of_whom_it_is_true_once(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };

	(void)state;
	doctor_add(&d, "policy", "oncall", "a thing", "a line");
	doctor_add(&d, "policy", "call", "a thing", "a line");
	doctor_add(&d, "policy", "oncall", "a thing", "a line");
	doctor_add(&d, "policy", "call", "a thing", "a line");
	doctor_add(&d, "policy", "on", "a thing", "a line");
	assert_int_equal(d.count, 1);
	assert_string_equal(d.findings[0].who, "oncall, call, on");
}

static void
files_that_let_others_in_are_found_with_the_command(void **state)
{
	char root[] = "/tmp/doctor-test-XXXXXX";
	AUTO_PLACE struct place place = { 0 };
	AUTO_DOCTOR struct doctor before = { 0 };
	AUTO_DOCTOR struct doctor after = { 0 };
	AUTO_FREE char *slots = NULL;
	AUTO_FREE char *policy = NULL;
	char fix[128];

	(void)state;
	assert_non_null(mkdtemp(root));
	place_init(&place, root);
	slots = place_path(place.state, "slots", NULL);
	policy = place_path(place.etc, "policy.yaml", NULL);
	assert_int_equal(mkdir(place.state, 0700), 0);
	assert_int_equal(mkdir(place.etc, 0755), 0);
	assert_int_equal(fdio_replace(slots, 0600, "", 0), 0);
	assert_int_equal(fdio_replace(policy, 0644, "", 0), 0);
	doctor_files(&before, &place, geteuid());
	assert_int_equal(chmod(slots, 0640), 0);
	assert_int_equal(chmod(policy, 0664), 0);
	doctor_files(&after, &place, geteuid());
	unlink(slots);
	unlink(policy);
	rmdir(place.state);
	rmdir(place.etc);
	rmdir(root);
	assert_int_equal(before.count, 0);
	assert_int_equal(after.count, 2);
	snprintf(fix, sizeof fix, "chmod go-w %s", policy);
	assert_string_equal(after.findings[0].fix, fix);
	snprintf(fix, sizeof fix, "chmod go= %s", slots);
	assert_string_equal(after.findings[1].fix, fix);
}

static void
pams_way_through_the_engineers_home_is_found(void **state)
{
	static const char *const lines[] = { "session required pam_env.so user_readenv=1 envfile=/etc/default/locale\n",
		"# session required pam_env.so user_readenv=1\nsession required pam_env.so\n" };
	char folder[] = "/tmp/postern-doctor.XXXXXX";
	AUTO_FREE char *sshd = NULL;
	AUTO_FREE char *service = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	sshd = place_path(folder, "sshd", NULL);
	service = place_path(folder, "postern", NULL);
	for (size_t i = 0; i < 2; i++) {
		AUTO_DOCTOR struct doctor d = { 0 };

		assert_int_equal(fdio_replace(sshd, 0644, lines[i], strlen(lines[i])), 0);
		doctor_pam(&d, folder);
		assert_int_equal(d.count, 2 - i);
		assert_non_null(strstr(d.findings[0].fix, i == 0 ? "user_readenv=1" : "pam/postern"));
	}
	assert_int_equal(fdio_replace(service, 0644, "", 0), 0);
	{
		AUTO_DOCTOR struct doctor d = { 0 };

		doctor_pam(&d, folder);
		assert_int_equal(d.count, 0);
	}
	unlink(sshd);
	unlink(service);
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manuals_block_leaves_nothing_to_find),
		cmocka_unit_test(pams_way_through_the_engineers_home_is_found),
		cmocka_unit_test(debians_defaults_leave_four_ways_round),
		cmocka_unit_test(each_setting_that_opens_a_way_is_found),
		cmocka_unit_test(only_who_decides_by_login_is_told_of_by_sshd),
		cmocka_unit_test(forwarding_may_also_be_closed_one_by_one),
		cmocka_unit_test(empty_or_broken_text_is_not_taken_for_a_closed_sshd),
		cmocka_unit_test(a_finding_names_each_of_whom_it_is_true_once),
		cmocka_unit_test(files_that_let_others_in_are_found_with_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
