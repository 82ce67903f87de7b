/* SPDX-License-Identifier: ISC */
/* The keeper's table: what the child writes is what the keeper reads, and nothing else is taken. */
#include "config.h"

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
#include "lib/base/place.h"
#include "recorder/policy/policy.h"
#include "recorder/keeper/roletable.h"

static const char text[] =
    "people: [{person: anna, accounts: [anna]}, {person: bert, accounts: [bert]}]\n"
    "roles:\n"
    "  - {role: shell, who: [anna], as: ops, approve: {by: [bert]}, sudo: yes, require: [exact], sessions: 3, for: {most: 2h, idle: 5m}, ending: {freeze: 2m}}\n"
    "  - {role: psql, who: [anna], as: db, approve: {by: [bert]}, run: [/usr/bin/psql, -d, orders], env: [PGHOST=db1],\n"
    "     limits: {pids: 33, nice: 4, files: 64, memory: 512M, file-size: 2G, cpu: 10m}, system: yes,\n"
    "     may: {shell: none, exec: [/usr/bin/psql], read: [/etc, ~/.pgpass], write: [~], connect: [5432, 80], bind: [9],\n"
    "       sockets: [/run/postgresql], private-tmp: yes}, require: [fs, scope]}\n";

struct fixture {
	char	dir[64];
	char	file[96];
};

static int
setup(void **state)
{
	struct fixture *f = own_alloc(sizeof *f);

	snprintf(f->dir, sizeof f->dir, "/tmp/roletable-test-XXXXXX");
	if (mkdtemp(f->dir) == NULL || chmod(f->dir, 0755) < 0)
		return -1;
	snprintf(f->file, sizeof f->file, "%s/policy.yaml", f->dir);
	*state = f;
	return fdio_replace(f->file, 0644, text, strlen(text));
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->file);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void
the_child_and_the_gate_make_the_same_table(void **state)
{
	const struct fixture *f = *state;
	AUTO_POLICY struct policy *p = NULL;
	AUTO_ROLETABLE struct roletable *t = NULL;
	AUTO_BUF struct buf errors;
	const struct role_record *r;

	buf_init(&errors, 65536);
	assert_int_equal(policy_load(f->dir, &p, &errors), 0);
	assert_int_equal(roletable_ask(f->dir, geteuid() != 0, &t), 0);
	assert_int_equal(t->head.count, 2);
	assert_memory_equal(t->head.sha256, p->sha256, sizeof t->head.sha256);
	r = &t->records[policy_role_index(p, "shell")];
	assert_string_equal(r->name, "shell");
	assert_string_equal(r->account, "ops");
	assert_int_equal(r->flags, ROLE_SHELL | ROLE_SUDO | ROLE_EXACT);	/* what is required is looked for */
	assert_int_equal(r->rights.need, NEED_EXACT);
	assert_int_equal(r->argc, 0);
	assert_int_equal(r->sessions, 3);
	assert_int_equal(r->most_s, 7200);
	assert_int_equal(r->idle_s, 300);
	assert_int_equal(r->freeze_s, 120);
	assert_int_equal(r->pids_max, 512);
	r = &t->records[policy_role_index(p, "psql")];
	assert_int_equal(r->flags, ROLE_SYSTEM);
	assert_int_equal(r->argc, 3);
	assert_string_equal(r->run[0], "/usr/bin/psql");
	assert_string_equal(r->run[2], "orders");
	assert_int_equal(r->envc, 1);
	assert_string_equal(r->env[0], "PGHOST=db1");
	assert_int_equal(r->pids_max, 33);
	assert_int_equal(r->nice, 4);
	assert_int_equal(r->files, 64);
	assert_int_equal(r->memory, 512 << 20);
	assert_int_equal(r->file_size, UINT64_C(2) << 30);
	assert_int_equal(r->cpu_s, 600);
	assert_int_equal(r->rights.flags, RIGHTS_CONFINED | RIGHTS_TMP);
	assert_int_equal(r->rights.need, NEED_FS | NEED_SCOPE);
	assert_int_equal(r->rights.paths_count, 5);
	assert_int_equal(r->rights.paths[0].kind, RIGHT_EXEC);
	assert_string_equal(r->rights.paths[2].path, "~/.pgpass");
	assert_int_equal(r->rights.paths[4].kind, RIGHT_SOCKET);
	assert_int_equal(r->rights.connect_count, 2);
	assert_int_equal(r->rights.connect[1], 80);
	assert_int_equal(r->rights.bind[0], 9);
}

static void
a_role_without_may_has_no_rights_to_look_at(void **state)
{
	static const struct { const char *path; bool good; } rows[] = {
		{ "/", true }, { "/etc", true }, { "~", true }, { "~/x.d/y", true }, { "/.a/..b", true }, { "", false },
		{ "etc", false }, { "~x", false }, { "/etc/", false }, { "//etc", false }, { "/a/./b", false },
		{ "/a/..", false }, { "~/../x", false },
	};
	struct rights rights = { .flags = 0 };

	(void)state;
	assert_true(rights_valid(&rights));
	rights.connect_count = 1;
	rights.connect[0] = 22;
	assert_false(rights_valid(&rights));
	rights.flags = RIGHTS_CONFINED;
	assert_true(rights_valid(&rights));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rights_is_path(rows[i].path) != rows[i].good)
			fail_msg("%s", rows[i].path);
}

static void
a_wrong_or_missing_policy_gives_no_table(void **state)
{
	const struct fixture *f = *state;
	struct roletable *t = NULL;

	assert_int_equal(fdio_replace(f->file, 0644, "roles: [", 8), 0);
	assert_int_equal(roletable_ask(f->dir, true, &t), ERR_POLICY);
	unlink(f->file);
	assert_int_equal(roletable_ask(f->dir, true, &t), ERR_POLICY_NONE);
	assert_null(t);
}

static void
the_keeper_refuses_files_that_others_can_write(void **state)
{
	const struct fixture *f = *state;
	struct roletable *t = NULL;

	assert_int_equal(chmod(f->file, 0666), 0);
	assert_int_equal(roletable_ask(f->dir, false, &t), ERR_POLICY);
	assert_null(t);
}

/* A good table, and what a liar could do to it. */
struct lie {
	const char	*what;
	size_t		 offset;
	int		 byte;
	size_t		 count;	/* so many bytes are set */
};

#define IN_HEAD(member)	offsetof(struct roletable_head, member)
#define IN_ROLE(member)	(sizeof(struct roletable_head) + offsetof(struct role_record, member))

#define IN_RIGHTS(member)	IN_ROLE(rights.member)
#define IN_SECOND(member)	(IN_ROLE(member) + sizeof(struct role_record))

static const struct lie lies[] = {
	{ "magic", IN_HEAD(magic), 0, 4 },
	{ "version", IN_HEAD(version), 9, 1 },
	{ "record size", IN_HEAD(record_bytes), 1, 4 },
	{ "count too high", IN_HEAD(count), 3, 1 },
	{ "count too low", IN_HEAD(count), 1, 1 },
	{ "count huge", IN_HEAD(count), 0xff, 4 },
	{ "name without an end", IN_ROLE(name), 'a', ROLE_NAME },
	{ "name empty", IN_ROLE(name), 0, ROLE_NAME },
	{ "account without an end", IN_ROLE(account), 'a', ROLE_NAME },
	{ "account empty", IN_ROLE(account), 0, ROLE_NAME },
	{ "unknown flag", IN_ROLE(flags), 0xff, 4 },
	{ "no shell, no command", IN_ROLE(flags), 0, 4 },
	{ "argc beyond the table", IN_ROLE(argc), 17, 1 },
	{ "argc with the shell", IN_ROLE(argc), 1, 1 },
	{ "envc beyond the table", IN_ROLE(envc), 9, 1 },
	{ "envc of empty text", IN_ROLE(envc), 1, 1 },
	{ "no sessions", IN_ROLE(sessions), 0, 4 },
	{ "too many sessions", IN_ROLE(sessions), 0xff, 4 },
	{ "no processes", IN_ROLE(pids_max), 0, 4 },
	{ "nice below zero", IN_ROLE(nice), 0xff, 4 },
	{ "no time", IN_ROLE(most_s), 0, 8 },
	{ "time below zero", IN_ROLE(most_s), 0xff, 8 },
	{ "idle below zero", IN_ROLE(idle_s), 0xff, 8 },
	{ "frozen for ever", IN_ROLE(freeze_s), 0x7f, 8 },
	{ "processor time below zero", IN_ROLE(cpu_s), 0xff, 8 },
	{ "unknown right", IN_RIGHTS(flags), 0xff, 4 },
	{ "rights without a may", IN_RIGHTS(flags), RIGHTS_UDP, 1 },
	{ "a need without a may", IN_RIGHTS(need), NEED_FS, 1 },
	{ "unknown need", IN_RIGHTS(need), 0x80, 1 },
	{ "paths without a may", IN_RIGHTS(paths_count), 1, 1 },
	{ "paths beyond the table", IN_RIGHTS(paths_count), 49, 1 },
	{ "ports beyond the table", IN_RIGHTS(connect_count), 33, 1 },
	{ "port zero to bind", IN_RIGHTS(bind_count), 1, 1 },
	{ "a path without an end", IN_SECOND(rights.paths[0].path), '/', RIGHTS_PATH },
	{ "a path that is empty", IN_SECOND(rights.paths[0].path), 0, RIGHTS_PATH },
	{ "a path that is relative", IN_SECOND(rights.paths[1].path), 'a', 1 },
	{ "a path of no kind", IN_SECOND(rights.paths[0].kind), 0, 4 },
	{ "a path of an unknown kind", IN_SECOND(rights.paths[0].kind), 5, 1 },
	{ "more paths than are there", IN_SECOND(rights.paths_count), 6, 1 },
	{ "more ports than are there", IN_SECOND(rights.connect_count), 3, 1 },
	{ "a port that is zero", IN_SECOND(rights.connect), 0, 2 },
};

static void
no_lie_of_the_child_is_believed(void **state)
{
	const struct fixture *f = *state;
	AUTO_POLICY struct policy *p = NULL;
	AUTO_BUF struct buf errors, good;
	struct roletable *t = NULL;
	size_t count;

	buf_init(&errors, 65536);
	buf_init(&good, 1024 * 1024);
	assert_int_equal(policy_load(f->dir, &p, &errors), 0);
	assert_int_equal(roletable_make(p, &good), 0);
	count = buf_len(&good);
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		AUTO_FREE uint8_t *bytes = own_alloc(count);

		memcpy(bytes, buf_data(&good), count);
		memset(bytes + lies[i].offset, lies[i].byte, lies[i].count);
		if (roletable_check(bytes, count, &t) != ERR_POLICY)
			fail_msg("%s was believed", lies[i].what);
	}
	for (size_t cut = 0; cut < count; cut += 97)
		assert_int_equal(roletable_check(buf_data(&good), cut, &t), ERR_POLICY);
	assert_int_equal(buf_add(&good, "x", 1), 0);
	assert_int_equal(roletable_check(buf_data(&good), count + 1, &t), ERR_POLICY);
	assert_null(t);
	assert_int_equal(roletable_check(buf_data(&good), count, &t), 0);
	roletable_free_at(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_child_and_the_gate_make_the_same_table, setup, teardown),
		cmocka_unit_test(a_role_without_may_has_no_rights_to_look_at),
		cmocka_unit_test_setup_teardown(a_wrong_or_missing_policy_gives_no_table, setup, teardown),
		cmocka_unit_test_setup_teardown(the_keeper_refuses_files_that_others_can_write, setup, teardown),
		cmocka_unit_test_setup_teardown(no_lie_of_the_child_is_believed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
