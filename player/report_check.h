/* SPDX-License-Identifier: ISC */
/* Texts that lie in a bundle: how to check it without us. */
#ifndef POSTERN_PLAYER_REPORT_CHECK_H
#define POSTERN_PLAYER_REPORT_CHECK_H

extern const char report_check_range[];	/* a shell script: the root of the log's tree out of range.txt, by sha256sum alone */
extern const char report_check_all[];	/* another one: everything in the bundle */
extern const char report_check_readme[];	/* the beginning of README.txt; the bundle's own commands follow */

#endif
