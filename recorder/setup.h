/* SPDX-License-Identifier: ISC */
/* Folders, modes and, for a new trial, the sample policy and the auditor's key. */
#ifndef POSTERN_RECORDER_SETUP_H
#define POSTERN_RECORDER_SETUP_H

struct daemon;

/*
 * Trial mode as root: makes --root DIR, gives it to an unprivileged account and becomes that account. Otherwise
 * does nothing. Fatal on errors.
 */
void	setup_drop(const struct daemon *daemon);

/* Makes run/, run/w, run/s, state/ and state/rec with their owners and modes; in trial mode also etc/ and home/ with the samples. Fatal on errors. */
void	setup_folders(const struct daemon *daemon);

#endif
