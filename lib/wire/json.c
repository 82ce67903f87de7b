/* SPDX-License-Identifier: ISC */
/* Rows as JSON. */
#include "config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/json.h"

static bool
ends_in(const char *name, const char *end)
{
	size_t a = strlen(name);
	size_t b = strlen(end);

	return a > b && strcmp(name + a - b, end) == 0;
}

static json_t *
moment(int64_t wall_us)
{
	char text[CLOCK_TEXT];

	return wall_us == 0 ? json_null() : json_string(clock_utc(wall_us, text));
}

static json_t *
words(char *const *list)
{
	json_t *array = json_array();

	for (; list != NULL && *list != NULL; list++) {
		AUTO_FREE char *clean = text_clean(*list, strlen(*list));	/* texts are clean as they come in, words need not be */

		json_array_append_new(array, json_string(clean));
	}
	return array;
}

static json_t *
hex(const struct wire_bytes *bytes)
{
	AUTO_FREE char *text = own_alloc(2 * bytes->count + 1);

	return json_string(id_hex(bytes->data, bytes->count, text));
}

static json_t *
value_of(const struct wire_field *field, const void *at)
{
	char id[ID_TEXT];

	switch (field->type) {
	case WIRE_BOOL:
		return json_boolean(*(const bool *)at);
	case WIRE_U32:
		return json_integer(*(const uint32_t *)at);
	case WIRE_I64:
		if (ends_in(field->name, "_us") && !ends_in(field->name, "boot_us"))
			return moment(*(const int64_t *)at);
		return json_integer(*(const int64_t *)at);
	case WIRE_ID:
		return id_is_zero(at) ? json_null() : json_string(id_text(at, id));
	case WIRE_TEXT:
		return json_string(*(char *const *)at != NULL ? *(char *const *)at : "");
	case WIRE_BYTES:
		return hex(at);
	case WIRE_WORDS:
		return words(*(char **const *)at);
	case WIRE_END:
		break;
	}
	return json_null();
}

char *
wire_json(enum wire_kind kind, const void *fields)
{
	const struct wire_row *row = wire_row(kind);
	json_t *object = json_object();
	bool has_id = false;
	char *line;

	for (const struct wire_field *f = row->fields; f->type != WIRE_END; f++) {
		const void *at = (const uint8_t *)fields + f->offset;
		char name[64];

		if (f->type == WIRE_ID && !has_id) {
			json_object_set_new(object, "id", value_of(f, at));
			has_id = true;
			if (strcmp(f->name, "id") == 0)
				continue;
		}
		snprintf(name, sizeof name, "%s", f->name);
		if (f->type == WIRE_I64 && ends_in(name, "_us") && !ends_in(name, "boot_us"))
			name[strlen(name) - 3] = '\0';
		json_object_set_new(object, name, value_of(f, at));
	}
	line = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(object);
	return line;
}
