/* SPDX-License-Identifier: ISC */
/* What is covered by its place: lists of it, and the numbers that all entries have. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/mask/mask_area.h"

static void
set_name(struct mask_area *area, const char *kind, const char *glob)
{
	size_t size = strlen(kind) + strlen(glob) + 1;

	area->name = own_alloc(size);
	memcpy(area->name, kind, strlen(kind));
	memcpy(area->name + strlen(kind), glob, strlen(glob) + 1);
	area->glob = area->name + strlen(kind);
}

struct mask_area *
mask_areas_add(struct mask_area **areas, size_t *count, const char *kind, const char *glob, const char *set)
{
	struct mask_area *area;

	*areas = own_grow(*areas, *count + 1, sizeof **areas);
	area = &(*areas)[(*count)++];
	*area = (struct mask_area){ .set = own_dup(set) };
	set_name(area, kind, glob);
	return area;
}

void
mask_areas_free(struct mask_area *areas, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(areas[i].name);
		free(areas[i].set);
	}
	free(areas);
}

bool
mask_areas_know(const struct mask_area *areas, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(areas[i].set, name) == 0 || strcmp(areas[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool
is_same(char a, char b, bool is_caseless)
{
	if (is_caseless && a >= 'A' && a <= 'Z')
		a = (char)(a + 'a' - 'A');
	if (is_caseless && b >= 'A' && b <= 'Z')
		b = (char)(b + 'a' - 'A');
	return a == b;
}

/* Not fnmatch(3): that gives up at bytes which the locale does not know. */
bool
mask_glob(const char *glob, const char *text, bool is_caseless)
{
	const char *star = NULL, *again = NULL;

	while (*text != '\0') {
		if (*glob == '*') {
			star = ++glob;
			again = text;
		} else if (is_same(*glob, *text, is_caseless)) {
			glob++;
			text++;
		} else if (star != NULL) {
			glob = star;
			text = ++again;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

static void
add_copy(struct mask_area **areas, size_t *count, const struct mask_area *from)
{
	struct mask_area *area = mask_areas_add(areas, count, "", from->name, from->set);

	area->glob = area->name + (from->glob - from->name);
	area->style = from->style;
	area->is_record_only = from->is_record_only;
}

void
mask_areas_choose(struct mask_area **areas, size_t *count, const struct mask_area *from, size_t from_count, const char *const *names)
{
	for (size_t i = 0; i < from_count; i++) {
		bool is_meant = false;

		for (const char *const *name = names; *name != NULL; name++)
			is_meant = is_meant || mask_areas_know(&from[i], 1, *name);
		if (is_meant)
			add_copy(areas, count, &from[i]);
	}
}

void
mask_areas_join(struct mask_area **areas, size_t *count, const struct mask_area *from, size_t from_count, bool is_record_only)
{
	for (size_t i = 0; i < from_count; i++) {
		if (mask_areas_know(*areas, *count, from[i].name))
			continue;
		add_copy(areas, count, &from[i]);
		if (is_record_only)
			(*areas)[*count - 1].is_record_only = true;
	}
}

size_t
mask_rules_entries(const struct mask_rules *rules)
{
	return rules->count + rules->column_count + rules->output_count;
}

struct mask_face
mask_rules_face(const struct mask_rules *rules, size_t entry)
{
	const struct mask_area *area;

	if (entry < rules->count) {
		const struct mask_rule *rule = &rules->items[entry];

		return (struct mask_face){ rule->name, rule->set, rule->name, rule->style, rule->is_record_only };
	}
	entry -= rules->count;
	area = entry < rules->column_count ? &rules->columns[entry] : &rules->outputs[entry - rules->column_count];
	return (struct mask_face){ area->name, area->set, area->glob, area->style, area->is_record_only };
}
