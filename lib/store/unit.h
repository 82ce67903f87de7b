/* SPDX-License-Identifier: ISC */
/*
 * What each key slot is for: one for a session's recording, one for a session's texts, in classes that keep it for a time of its own one
 * for a session's trail, and two for each class and day: one for the log's own sentences, one for what people wrote (reasons, comments).
 */
#ifndef POSTERN_LIB_STORE_UNIT_H
#define POSTERN_LIB_STORE_UNIT_H

#include <stdint.h>

#include "lib/store/store.h"

enum unit_kind { UNIT_RECORDING, UNIT_TEXTS, UNIT_DAY, UNIT_WORDS, UNIT_TRAIL, UNIT_KINDS };

extern const char *const unit_kind_names[UNIT_KINDS];	/* "recording", "texts", "day", "words", "trail" */

#define UNIT_DAY_US	INT64_C(86400000000)

/* The number of a retention class, given on first use and never changed. 0 or an error. */
int	unit_class(struct store *store, const char *name, int64_t *number);

/* The unit of a class and a day (of `time_us`, UTC), made if there is no live one or its slot is damaged. */
int	unit_day(struct store *store, const char *class, int64_t time_us, uint32_t *unit);

/* The same, for what people wrote. */
int	unit_words(struct store *store, const char *class, int64_t time_us, uint32_t *unit);

/* The class that a request, grant or session belongs to; "" if the id is none of them. 0 or an error. */
int	unit_class_of(struct store *store, const struct id *subject, char class[STORE_NAME]);

/* The oldest class there is; "" if none. 0 or an error. */
int	unit_class_first(struct store *store, char class[STORE_NAME]);

/* As SQL, the kind of the unit that is named `u` in it. */
#define UNIT_KIND	"CASE WHEN u.part = 'words' THEN 'words' WHEN u.holds = 'trail' THEN 'trail' ELSE u.kind END"

/* A new unit of a session, for lib/store's session_enter(). ERR_STORE_CONFLICT if it has one of this kind. */
struct unit_wish {
	enum unit_kind		 kind;
	const char		*class;
	const struct id		*session;
	int64_t			 time_us;
};
int	unit_new(struct store *store, const struct unit_wish *wish, uint32_t *unit);

/* One of them, and what its slot says. */
struct unit {
	uint32_t	number;
	enum unit_kind	kind;
	struct id	session;	/* zero: a day's */
	int64_t		day;		/* days since 1970; 0: a session's */
	int64_t		created_us;
	int64_t		shredded_us;	/* 0: not erased */
	int		slot;		/* enum slot_state, or the error of reading it */
};

/* All, in the order of their numbers. */
int	unit_list(struct store *store, int (*each)(void *ctx, const struct unit *unit), void *ctx);

#endif
