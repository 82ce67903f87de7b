/* SPDX-License-Identifier: ISC */
/* What a rule without literals asks for (mask_rule.h): how many digits, or how long a word. Gate and lint agree on it. And where long values end. */
#ifndef POSTERN_RECORDER_MASK_MASK_RUN_H
#define POSTERN_RECORDER_MASK_MASK_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The longest run of digits with at most one ' ', '-' or '.', always the same, between two of them. *has_head: one group of
 * digits stands behind two capitals, as at the beginning of an IBAN.
 */
uint32_t	mask_run_digits(const char *text, size_t count, bool *has_head);

/* Bytes of the longest word of ASCII's letters, digits, '_', '-' and '.'; 0 if none has `least` (not 0). */
size_t		mask_run_word(const char *text, size_t count, size_t least);

/* Bytes at the beginning of the text that may go on a long value: letters and digits of ASCII, "_-.+/=%~". */
size_t		mask_run_value(const char *text, size_t count);

#endif
