/* SPDX-License-Identifier: ISC */
/* The checks of one role, and the tools that all checks share. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_CHECK_ROLE_H
#define POSTERN_RECORDER_POLICY_POLICY_CHECK_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "recorder/policy/policy.h"

struct policy_source;

/* Where the checks stand. */
struct check {
	struct policy			*policy;
	const struct policy_source	*source;	/* the file */
	struct buf			*errors, *warnings;
	char				 base[32];	/* path that all paths begin with: "roles/3" */
	char				 about[300];	/* "role 'x'", or "" */
	unsigned			 faults;
};

/* A line "FILE:LINE: role 'x': sentence"; `path` is below c->base. */
void	 check_fault(struct check *c, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));
void	 check_warn(struct check *c, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));

bool	 policy_check_name(const char *name);	/* letters, digits and . _ - @, not too long, no option */
void	 check_span(struct check *c, const char *path, const char *text, int64_t *seconds);
void	 check_entries(struct check *c, const char *path, char *const *entries, unsigned count);

void	 check_role(struct check *c, struct policy_role *role);

#endif
