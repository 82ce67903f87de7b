/* SPDX-License-Identifier: ISC */
/* Which settings were last told about in the log. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_change.h"

#define SEEN_MOST	(4u << 20)

static char *
seen_path(const struct gate *gate, const char *name)
{
	char file[64];

	snprintf(file, sizeof file, "seen.%s", name);
	return place_path(gate->daemon.place.state, file, NULL);
}

char *
gate_change(struct gate *gate, const char *name, const char *text)
{
	AUTO_FREE char *path = seen_path(gate, name);
	AUTO_FREE char *old = NULL;

	if (fdio_slurp_path(path, SEEN_MOST, &old, NULL) < 0)
		return own_dup("");
	return strcmp(old, text) == 0 ? NULL : change_words(old, text);
}

void
gate_change_told(struct gate *gate, const char *name, const char *text)
{
	AUTO_FREE char *path = seen_path(gate, name);
	int r = fdio_replace(path, 0600, text, strlen(text));

	if (r < 0)
		log_warn("%s: %s; the next change will be told against an older text", path, err_text(r));
}
