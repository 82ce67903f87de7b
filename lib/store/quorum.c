/* SPDX-License-Identifier: ISC */
/* The largest set of groups that different persons can stand for, by augmenting paths (Kuhn). */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/store/quorum.h"

void
quorum_init(struct quorum *quorum, const char *const *groups, size_t group_count)
{
	*quorum = (struct quorum){ .groups = groups, .group_count = group_count };
}

static bool
line_in(const char *lines, const char *line)
{
	size_t count = strlen(line);

	while (lines != NULL && lines[0] != '\0') {
		size_t length = strcspn(lines, "\n");

		if (length == count && memcmp(lines, line, count) == 0)
			return true;
		lines += length + (lines[length] == '\n' ? 1 : 0);
	}
	return false;
}

int
quorum_add(struct quorum *quorum, const char *groups)
{
	uint32_t bits = 0;

	if (quorum->person_count == QUORUM_PERSONS)
		return ERR_BUF_FULL;
	for (size_t g = 0; g < quorum->group_count && g < QUORUM_GROUPS; g++)
		if (line_in(groups, quorum->groups[g]))
			bits |= UINT32_C(1) << g;
	quorum->speaks_for[quorum->person_count++] = bits;
	return 0;
}

/* Finds the person a group, moving others to their next group if need be. */
static bool
seat(const struct quorum *quorum, size_t person, int *taken, uint32_t *tried)
{
	for (size_t g = 0; g < quorum->group_count && g < QUORUM_GROUPS; g++) {
		uint32_t bit = UINT32_C(1) << g;

		if ((quorum->speaks_for[person] & bit) == 0 || (*tried & bit) != 0)
			continue;
		*tried |= bit;
		if (taken[g] < 0 || seat(quorum, (size_t)taken[g], taken, tried)) {
			taken[g] = (int)person;
			return true;
		}
	}
	return false;
}

unsigned
quorum_missing(const struct quorum *quorum, unsigned count)
{
	int taken[QUORUM_GROUPS];
	size_t seated = 0;
	size_t groups;
	size_t persons;

	for (size_t g = 0; g < QUORUM_GROUPS; g++)
		taken[g] = -1;
	for (size_t p = 0; p < quorum->person_count; p++) {
		uint32_t tried = 0;

		if (seat(quorum, p, taken, &tried))
			seated++;
	}
	groups = quorum->group_count - seated;
	persons = count > quorum->person_count ? count - quorum->person_count : 0;
	return (unsigned)(groups > persons ? groups : persons);
}
