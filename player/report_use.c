/* SPDX-License-Identifier: ISC */
/* What was granted and not used; and which roles nobody needed. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "player/report.h"

/* Grants of one role to one person. */
struct use {
	const char	*person, *role;
	int64_t		 grants, unused, sessions, granted_s, used_s;
};

static int
by_person(const void *a, const void *b)
{
	const struct wire_audit_request *x = (*(const struct report_request *const *)a)->row, *y = (*(const struct report_request *const *)b)->row;
	int r = strcmp(x->person, y->person);

	return r != 0 ? r : strcmp(x->role, y->role);
}

static void
put_use(struct table *table, const struct use *use)
{
	if (use->grants == 0)
		return;
	table_text(table, use->person);
	table_text(table, use->role);
	table_number(table, use->grants);
	table_number(table, use->unused);
	table_number(table, use->sessions);
	table_number(table, use->granted_s);
	table_number(table, use->used_s);
	table_number(table, use->granted_s > use->used_s ? use->granted_s - use->used_s : 0);
	table_number(table, use->granted_s > 0 ? 100 * use->used_s / use->granted_s : 0);
}

static void
add_use(struct use *use, const struct wire_audit_request *row)
{
	use->grants++;
	use->unused += row->sessions == 0;
	use->sessions += row->sessions;
	use->granted_s += row->granted_s;
	use->used_s += row->used_s;
}

static void
put_privileges(struct report *report)
{
	struct table *table = &report->tables[REPORT_PRIVILEGES];
	const struct report_request **sorted = own_alloc((report->request_count + 1) * sizeof *sorted);
	struct use use = { .person = "", .role = "" };
	size_t count = 0;

	for (size_t i = 0; i < report->request_count; i++)
		if (report->requests[i].is_wanted && !id_is_zero(&report->requests[i].row->grant))
			sorted[count++] = &report->requests[i];
	qsort(sorted, count, sizeof *sorted, by_person);
	for (size_t i = 0; i < count; i++) {
		const struct wire_audit_request *row = sorted[i]->row;

		if (strcmp(use.person, row->person) != 0 || strcmp(use.role, row->role) != 0) {
			put_use(table, &use);
			use = (struct use){ .person = row->person, .role = row->role };
		}
		add_use(&use, row);
	}
	put_use(table, &use);
	free(sorted);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int64_t
different(const char **names, size_t count)
{
	int64_t different = 0;

	if (count > 0)
		qsort(names, count, sizeof *names, by_name);
	for (size_t i = 0; i < count; i++)
		different += i == 0 || strcmp(names[i - 1], names[i]) != 0;
	return different;
}

static void
put_role(struct report *report, const struct wire_role *role)
{
	struct table *table = &report->tables[REPORT_ROLES];
	const char **persons = own_alloc((report->session_count + 1) * sizeof *persons);
	size_t sessions = 0;
	int64_t requests = 0;

	for (size_t i = 0; i < report->request_count; i++)
		requests += report->requests[i].is_wanted && strcmp(report->requests[i].row->role, role->role) == 0;
	for (size_t i = 0; i < report->session_count; i++)
		if (report->sessions[i].is_wanted && strcmp(report->sessions[i].row->role, role->role) == 0)
			persons[sessions++] = report->sessions[i].row->person;
	table_text(table, role->role);
	table_number(table, requests);
	table_number(table, (int64_t)sessions);
	table_number(table, different(persons, sessions));
	table_text(table, sessions > 0 ? "used" : requests > 0 ? "asked for, not used" : "not used");
	table_text(table, role->asks);
	table_text(table, role->about);
	free(persons);
}

void
report_use(struct report *report)
{
	put_privileges(report);
	for (size_t i = 0; i < report->role_count; i++) {
		const struct wire_role *role = report->roles[i].fields;

		if (report->role == NULL || strcmp(report->role, role->role) == 0)
			put_role(report, role);
	}
}
