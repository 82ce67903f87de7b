/* SPDX-License-Identifier: ISC */
/*
 * Sets of masking rules: read from YAML (postern-rules(5)), those that come with Postern, a choice of them, and their
 * packed form for the worker, which opens no file. Loading needs libmaskload; the rest is in libmaskrule, without YAML.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_RULES_H
#define POSTERN_RECORDER_MASK_MASK_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/mask_rule.h"

#define MASK_RULES_MOST		1024	/* rules in all */
#define MASK_RULES_PACKED	(4 * 1024 * 1024)	/* most bytes of the packed form */
#define MASK_RULES_WHY		256	/* room for a reason in a sentence, with the NUL */

struct buf;

#define AUTO_MASK_RULES __attribute__((cleanup(mask_rules_free_at)))

void	mask_rules_free(struct mask_rules *rules);	/* NULL is fine */
void	mask_rule_done(struct mask_rule *rule);		/* frees what it points to */
void	mask_rules_free_at(struct mask_rules **rules);	/* for AUTO_MASK_RULES only */

/* One file in memory. `name` as in messages; the set is its last part without ".yaml". */
struct mask_text {
	const char	*name;
	const char	*text;
	size_t		 count;
};

/*
 * Rules of files and folders (their *.yaml, by name; bytewise). A rule of a later file takes the place of one with the same
 * name. 0, or ERR_MASK_RULES or -errno after one line "FILE:LINE: sentence" for each fault in `errors`; *rules is not
 * written then. Everything is linted: mask_lint.h.
 */
int	mask_rules_load(const char *const *paths, size_t count, struct mask_rules **rules, struct buf *errors);
int	mask_rules_parse(const struct mask_text *texts, size_t count, struct mask_rules **rules, struct buf *errors);

/* The sets `secrets` and `personal` as they were when this program was built; never NULL. */
struct mask_rules	*mask_rules_builtin(void);
extern const struct mask_text mask_builtin[];	/* their texts, */
extern const size_t mask_builtin_count;		/* and how many they are */

/*
 * A copy of the rules, columns and outputs that are meant by `names` (NULL at the end): names of sets, without their rules
 * that are `off`, and names of rules. ERR_NOT_FOUND, and a sentence in `why`, if a name is neither.
 */
int	mask_rules_select(const struct mask_rules *all, const char *const *names, struct mask_rules **chosen,
	    char why[MASK_RULES_WHY]);

/*
 * One set of two choices, neither of which it takes over: what is masked on the screen and in the recording, and behind it what
 * only the recording masks (is_record_only). What both have is masked on the screen too.
 */
struct mask_rules	*mask_rules_join(const struct mask_rules *masked, const struct mask_rules *record_only);

/* What matching needs (no source, examples, counter-examples). 0 or ERR_BUF_FULL. */
int	mask_rules_pack(const struct mask_rules *rules, struct buf *out);

/* 0, or ERR_MSG_* if the bytes are not what mask_rules_pack makes. */
int	mask_rules_unpack(const uint8_t *bytes, size_t count, struct mask_rules **rules);

#endif
