/* SPDX-License-Identifier: ISC */
/* A key that signs notes, in a file: one line "PRIVATE+KEY+NAME+id+base64(1 || seed)", mode 0600, as other tools for notes have it. */
#ifndef POSTERN_LIB_PROOF_NOTEFILE_H
#define POSTERN_LIB_PROOF_NOTEFILE_H

#include "lib/proof/note.h"

/* `secret` should lie in secret memory. 0; ERR_KEY_OPEN (a mode), ERR_KEY (no key in the file), -errno. */
int	notefile_read(const char *path, struct note_key *key, uint8_t secret[NOTE_SECRET]);

/* The same from a descriptor, whose modes are its owner's affair; it is read from its beginning, and stays open. */
int	notefile_take(int fd, struct note_key *key, uint8_t secret[NOTE_SECRET]);

/* A new key; its public half, as text, goes to public_path. 0; ERR_KEY (no name for a key), -errno. */
int	notefile_make(const char *path, const char *public_path, const char *name, struct note_key *key, uint8_t secret[NOTE_SECRET]);

#endif
