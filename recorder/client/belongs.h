/* SPDX-License-Identifier: ISC */
/* Which entries of a policy are true of somebody by NSS: "group:NAME" of every group of their accounts. */
#ifndef POSTERN_RECORDER_CLIENT_BELONGS_H
#define POSTERN_RECORDER_CLIENT_BELONGS_H

#include <stddef.h>

/* A zeroed struct is empty. */
struct belongs {
	char	**entries;
	size_t	  count;
};

#define AUTO_BELONGS	__attribute__((cleanup(belongs_done)))

void	belongs_done(struct belongs *belongs);
/* Adds those of an account; nothing for one that this machine does not have. */
void	belongs_add(struct belongs *belongs, const char *account);

#endif
