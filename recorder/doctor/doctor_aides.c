/* SPDX-License-Identifier: ISC */
/* Outputs and witnesses, as they have written down themselves how they do. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/doctor/doctor.h"
#include "recorder/out/progress.h"

#define FILE_MOST	65536

/* clang-format off */
static const struct {
	const char	*file, *folder, *what, *waits, *fix;
} kinds[] = {
	{ "outputs", "out", "output", "wait for it", "make its sink take lines again; nothing is left out. journalctl -u posternd says more" },
	{ "witnesses", "witness", "witness", "are behind the last head that it has cosigned",
	    "postern-witness on its host, its key and ssh say why; until then root here could roll the log back unseen by it" },
};
/* clang-format on */

static void
look(struct doctor *d, size_t kind, const char *folder, const char *name, int64_t entries)
{
	char what[PROGRESS_WHY + 256], since[CLOCK_TEXT];
	struct progress mark;
	int r = progress_read(folder, name, &mark);

	if (r < 0)
		snprintf(what, sizeof what, "%s %s: where it stands cannot be read: %s", kinds[kind].what, name, err_text(r));
	else if (mark.lost_s != 0)
		snprintf(what, sizeof what, "%s %s does not work since %s: %s; %" PRId64 " entries %s", kinds[kind].what, name,
		    clock_local(mark.lost_s * CLOCK_US, since), mark.why, entries - mark.at, kinds[kind].waits);
	if (r < 0 || mark.lost_s != 0)
		doctor_add(d, "state", NULL, what, kinds[kind].fix);
}

void
doctor_aides(struct doctor *d, const struct place *place, int64_t entries)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		AUTO_FREE char *path = place_path(place->etc, kinds[i].file, NULL), *folder = place_path(place->state, kinds[i].folder, NULL), *text = NULL;
		char *save = NULL;

		if (fdio_slurp_path(path, FILE_MOST, &text, NULL) < 0)
			continue;
		for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
			line += strspn(line, " \t");
			line[strcspn(line, " \t")] = '\0';
			if (line[0] != '#' && line[0] != '\0' && line[0] != '.' && strchr(line, '/') == NULL)
				look(d, i, folder, line, entries);
		}
	}
}
