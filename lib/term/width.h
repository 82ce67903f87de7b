/* SPDX-License-Identifier: ISC */
/* Columns that a character takes on a terminal, whatever the locale. */
#ifndef POSTERN_LIB_TERM_WIDTH_H
#define POSTERN_LIB_TERM_WIDTH_H

#include <stdint.h>

/* 0 (joins the character before it, or a control), 1 or 2. */
int	width_of(uint32_t character);

#endif
