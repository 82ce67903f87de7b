/* SPDX-License-Identifier: ISC */
/* The shape of the policy's files: libcyaml's schema, filled straight into the structs of policy.h. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_SCHEMA_H
#define POSTERN_RECORDER_POLICY_POLICY_SCHEMA_H

#include "recorder/policy/policy.h"

struct policy_lines;

struct policy_requests {
	char	*lapse_text, *unused_text;
};

/* policy.yaml. */
struct policy_top {
	char			 *host;
	struct policy_person	 *people;
	unsigned		  people_count;
	bool			  unlisted;
	char			**auditors;
	unsigned		  auditors_count;
	char			**admins;
	unsigned		  admins_count;
	struct policy_class	 *classes;
	unsigned		  classes_count;
	struct policy_requests	  requests;
	char			 *pseudonyms;	/* "session", "site" */
	struct policy_approve	  holds;	/* `each` alone */
	struct policy_role	 *roles;
	unsigned		  roles_count;
};

/* One file as it was read; the policy points into these. */
struct policy_source {
	char			*name;
	struct policy_top	*top;		/* policy.yaml, else NULL */
	struct policy_role	*roles;		/* a file of roles.d, else NULL */
	unsigned		 roles_count;
	struct policy_lines	*lines;		/* only while loading */
};

/*
 * Fills source->top or (a list of roles) source->roles from the text; source->name and lines are set by the caller.
 * 0, or ERR_POLICY after one line in `errors`.
 */
int	 policy_schema_top(struct policy_source *source, const char *text, size_t count, struct buf *errors);
int	 policy_schema_roles(struct policy_source *source, const char *text, size_t count, struct buf *errors);

/* Frees what the two above allocated. */
void	 policy_schema_free(struct policy_source *source);

#endif
