/* SPDX-License-Identifier: ISC */
/* The key of wrapped key slots, for whoever reads a state directory without its gate. */
#ifndef POSTERN_PLAYER_SLOTS_KEY_H
#define POSTERN_PLAYER_SLOTS_KEY_H

struct cli;
struct store;
struct wraps;

/*
 * From the folder that $CREDENTIALS_DIRECTORY names, else from that of the running gate, which root can read, into secret memory that
 * must outlive the store. None is fine: texts are then said to be wrapped. A status of the command; not STATUS_OK after its sentence.
 */
int	slots_key_use(const struct cli *cli, struct store *store, struct wraps *wraps);

#endif
