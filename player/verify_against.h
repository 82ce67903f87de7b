/* SPDX-License-Identifier: ISC */
/* verify --against HOST: is the log here the beginning of the one that a gate keeps there now? */
#ifndef POSTERN_PLAYER_VERIFY_AGAINST_H
#define POSTERN_PLAYER_VERIFY_AGAINST_H

struct cli;
struct note_key;
struct store;
struct verify_report;

/*
 * Asks the gate, which notes that in its log, for its newest head and the hashes that lead there from the last head that holds
 * here. STATUS_OK, also without --against; STATUS_RESIGNED (another key, or another log), STATUS_ROLLED_BACK (the one there is
 * shorter), or a status of the connection; each after a sentence.
 */
int	verify_against(const struct cli *cli, struct store *store, const struct note_key *key, const struct verify_report *report);

#endif
