/* SPDX-License-Identifier: ISC */
/* The recording's meta: JSON of the recorder, cleaned before anybody sees it. */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/meta.h"

static char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text_clean(text, strlen(text)) : own_dup("");
}

void
meta_read(struct meta *meta, const char *json)
{
	json_t *object = json_loads(json, 0, NULL);

	*meta = (struct meta){
		.person = text_of(object, "person"), .role = text_of(object, "role"), .host = text_of(object, "host"),
		.reason = text_of(object, "reason"), .by = text_of(object, "by"), .command = text_of(object, "command"),
		.has_terminal = !json_is_false(json_object_get(object, "tty")),
	};
	json_decref(object);
}

void
meta_done(struct meta *meta)
{
	char *const texts[] = { meta->person, meta->role, meta->host, meta->reason, meta->by, meta->command };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(texts[i]);
	*meta = (struct meta){ .person = NULL };
}
