/* SPDX-License-Identifier: ISC */
/* Texts that are on no screen and are stored or shown by us: reasons, comments, notes, command lines. */
#ifndef POSTERN_RECORDER_MASK_MASK_TEXT_H
#define POSTERN_RECORDER_MASK_MASK_TEXT_H

struct mask_match;

/*
 * Covers, in place, every value that one of the matcher's rules finds, those for the recording alone among them: a '*' for each
 * column, whatever the rule's style is. The text may become shorter in bytes, never wider. Of bytes that are not UTF-8 nothing is
 * expected; they stay. The number of values; they may overlap.
 */
unsigned	mask_text_cover(struct mask_match *match, char *text);

#endif
