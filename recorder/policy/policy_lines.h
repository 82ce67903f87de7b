/* SPDX-License-Identifier: ISC */
/* Where things stand in a YAML file: libcyaml gives values without places, this gives places to values. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_LINES_H
#define POSTERN_RECORDER_POLICY_POLICY_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct policy_lines;

/*
 * Reads the file's tree. Checks what a schema does not: well-formed, one document, no text with control characters.
 * 0, or ERR_POLICY after a line "NAME:LINE: sentence" in `errors`. *lines is for policy_lines_free (which takes NULL).
 */
int		 policy_lines_read(const char *name, const char *text, size_t count, struct policy_lines **lines, struct buf *errors);
void		 policy_lines_free(struct policy_lines *lines);
void		 policy_lines_free_at(struct policy_lines **lines);

bool		 policy_lines_empty(const struct policy_lines *lines);

/*
 * Line (from 1) of a path such as "roles/3/for/most"; numbers are places in a list. Of a key, the line of the key. If
 * the path ends early, the line of the deepest part that is there.
 */
int		 policy_lines_at(const struct policy_lines *lines, const char *path);

/* Line of the first key of this name that begins behind a place (line and column from 1); 0 if there is none. */
int		 policy_lines_key(const struct policy_lines *lines, const char *key, int line, int column);

/* True if the whole path is there; *scalar (may be NULL) becomes its text, or NULL if it is a list or mapping. */
bool		 policy_lines_has(const struct policy_lines *lines, const char *path, const char **scalar);

/* Keys of the mapping at `path`; -1 if there is no mapping. */
int		 policy_lines_keys(const struct policy_lines *lines, const char *path);

/* Entries of the list at `path`; -1 if there is no list. */
int		 policy_lines_count(const struct policy_lines *lines, const char *path);

#endif
