/* SPDX-License-Identifier: ISC */
/* One format of `export`: what it does at the beginning, with each event, and at the end. */
#ifndef POSTERN_PLAYER_EXPORT_H
#define POSTERN_PLAYER_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "player/out.h"

struct rec_event;
struct tape;

struct export {
	struct tape	*tape;
	struct out		 out;
	int64_t			 t_us;	/* of the last event */
	void			*state;	/* of the format */
};

/* The steps return 0 or -errno; those that a format does not need are NULL. */
struct export_format {
	const char	*name;
	bool		 raw;	/* bytes as they were: not for a terminal */
	bool		 trail;	/* about what was run; else about what was shown */
	int		(*begin)(struct export *export);
	int		(*event)(struct export *export, const struct rec_event *event);
	int		(*end)(struct export *export);
	void		(*done)(struct export *export);	/* releases `state`, also after an error */
};

extern const struct export_format export_raw, export_input, export_commands, export_text, export_screen, export_asciicast, export_trail;

/* The format of that name, or NULL. */
const struct export_format	*export_find(const char *name);

#endif
