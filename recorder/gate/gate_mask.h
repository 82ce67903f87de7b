/* SPDX-License-Identifier: ISC */
/*
 * The policy's masking rules at work: as a sealed file for each worker, and over every text that somebody wrote, before it is
 * stored, logged or shown to others.
 */
#ifndef POSTERN_RECORDER_GATE_GATE_MASK_H
#define POSTERN_RECORDER_GATE_GATE_MASK_H

#include <stdint.h>

#include "lib/base/secret.h"

struct gate;
struct gate_masks;
struct policy;
struct policy_role;

/* For a policy, which must live as long. Nothing is made ready before it is used. NULL may be freed. */
struct gate_masks	*gate_masks_new(const struct policy *policy);
void			 gate_masks_free(struct gate_masks *masks);

/*
 * The packed rules of a role, to hand on: a descriptor of its own on a sealed file that all sessions with the same choice share.
 * ERR_NOT_FOUND if the role masks nothing; or negative.
 */
int	 gate_mask_open(struct gate *gate, const struct policy_role *role);

/* The bastion's key for pseudonyms, made when it is needed first and kept in the state folder. 0 or negative. */
int	 gate_mask_key(const struct gate *gate, uint8_t key[SECRET_KEY]);

/*
 * A copy of the text as the rules of the role allow it, `mask` and `record-only` alike; the set `secrets` if there is no such
 * role. If rules cannot be had, nothing of the text is left. The caller frees it.
 */
char	*gate_mask_text(struct gate *gate, const char *role, const char *text);

/* The same for a command; its words are one line, with spaces between them. NULL if there is none. */
char	*gate_mask_command(struct gate *gate, const char *role, char *const *words);

#endif
