/* SPDX-License-Identifier: ISC */
/* Lists of columns and of commands: made, chosen and joined as those of rules are. */
#ifndef POSTERN_RECORDER_MASK_MASK_AREA_H
#define POSTERN_RECORDER_MASK_MASK_AREA_H

#include "recorder/mask/mask_rule.h"

struct mask_where;

#define MASK_COLUMN	"column "	/* before the glob, in a name */
#define MASK_OUTPUT	"output-of "

/* One more at the end, in full, and not for the recording only. It belongs to the list. */
struct mask_area	*mask_areas_add(struct mask_area **areas, size_t *count, const char *kind, const char *glob, const char *set);
void			 mask_areas_free(struct mask_area *areas, size_t count);

/* One of them has this name, or belongs to the set of this name. */
bool			 mask_areas_know(const struct mask_area *areas, size_t count, const char *name);

/* `text` as a whole; '*' stands for anything, in `glob`. Letters of ASCII are the same in small and capital if is_caseless. */
bool			 mask_glob(const char *glob, const char *text, bool is_caseless);

/* Adds a copy of those that are named in `names` (NULL at the end), or whose set is. */
void			 mask_areas_choose(struct mask_area **areas, size_t *count, const struct mask_area *from, size_t from_count,
			    const char *const *names);

/* Adds a copy of those whose name is not there yet. */
void			 mask_areas_join(struct mask_area **areas, size_t *count, const struct mask_area *from, size_t from_count,
			    bool is_record_only);

#endif
