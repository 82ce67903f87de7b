/* SPDX-License-Identifier: ISC */
/* A policy against this machine's files: what only `postern policy check` can see, because a gate does not look into folders. */
#ifndef POSTERN_RECORDER_CLIENT_POLICY_FILES_H
#define POSTERN_RECORDER_CLIENT_POLICY_FILES_H

struct policy;

/*
 * Prints a line "FILE:LINE: role 'x': sentence" for each fault of the rights of a role, and remarks beginning with
 * "warning:", on standard error. The number of faults.
 */
unsigned	policy_files_check(const struct policy *policy);

#endif
