/* SPDX-License-Identifier: ISC */
/* Loads YAML into structs by a schema of libcyaml; what is wrong becomes a sentence with file and line. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_YAML_H
#define POSTERN_RECORDER_POLICY_POLICY_YAML_H

#include <stddef.h>

struct buf;
struct cyaml_schema_value;
struct policy_lines;

struct policy_yaml {
	const char			*name;	/* of the file, for messages */
	const char			*text;
	size_t				 count;
	const struct policy_lines	*lines;	/* of the same text */
};

/*
 * Fills *data, which policy_yaml_free releases (NULL is fine); *entries for a list at the top, else NULL. 0, or ERR_POLICY
 * after one line in `errors`; *data is NULL then.
 */
int	 policy_yaml_load(const struct policy_yaml *yaml, const struct cyaml_schema_value *schema, void **data,
	    unsigned *entries, struct buf *errors);
void	 policy_yaml_free(const struct cyaml_schema_value *schema, void *data, unsigned entries);

#endif
