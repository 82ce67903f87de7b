/* SPDX-License-Identifier: ISC */
/* Folders, modes and, for a new trial, the sample policy and the auditor's key. */
#ifndef POSTERN_RECORDER_KEEPER_SETUP_H
#define POSTERN_RECORDER_KEEPER_SETUP_H

struct daemon;

/*
 * Trial mode as root: makes --root DIR, gives it to an unprivileged account and becomes that account. If that account
 * cannot reach our programs (a build below /root), they are copied to DIR/programs and this process starts anew from
 * there with `argv`. Otherwise does nothing. Fatal on errors.
 */
void	setup_drop(const struct daemon *daemon, char **argv);

/* Makes run/, run/w, run/s, state/ and state/rec with their owners and modes; in trial mode also etc/ and home/ with the samples. Fatal on errors. */
void	setup_folders(const struct daemon *daemon);

/* Files with keys (and the catalogue) below state/ must be the gate's and nobody else's. Fatal on one that is not, with the command to type. */
void	setup_keys(const struct daemon *daemon);

#endif
