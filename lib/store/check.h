/* SPDX-License-Identifier: ISC */
/* What may stand in a column, for lib/store only. All return 0 or ERR_MSG_TEXT. */
#ifndef POSTERN_LIB_STORE_CHECK_H
#define POSTERN_LIB_STORE_CHECK_H

int	check_name(const char *name);	/* clean UTF-8, not empty */
int	check_text(const char *text);	/* clean UTF-8 (so: one line), at most STORE_TEXT_MOST bytes; NULL is "" */
int	check_word(const char *word);	/* a-z, 0-9 and '-', so that no sentence about a person gets into the clear */

#endif
