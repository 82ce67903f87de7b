/* SPDX-License-Identifier: ISC */
/*
 * Every version of the policy, of the approvers' keys and of who was in which group, so that it can be told later who could do
 * what. The log has a fact for each, the SHA-256 of its bytes, and STATE/versions/HASH the bytes themselves. Those of a
 * policy are its files one behind the other: name, NUL, length as 8 bytes big-endian, bytes.
 */
#ifndef POSTERN_RECORDER_GATE_GATE_VERSIONS_H
#define POSTERN_RECORDER_GATE_GATE_VERSIONS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/secret.h"
#include "recorder/gate/gate_log.h"

struct gate;
struct policy_files;

struct gate_version {
	int64_t	entry, since_us;	/* the fact's */
	uint8_t	sha256[SECRET_SHA256];
};

/* From now on this one is in force (LOG_..._VERSION). Nothing is written if it was already. What fails is said. */
void	gate_version_keep(struct gate *gate, enum log_type type, const char *bytes, size_t count);

/* After a policy was loaded: it and its roster. */
void	gate_versions_policy(struct gate *gate, const struct policy_files *files);

/* The one in force at that time. 0 or ERR_NOT_FOUND. */
int	gate_version_at(struct gate *gate, enum log_type type, int64_t at_us, struct gate_version *version);

/* Its bytes, for the caller to free. -ENOENT; ERR_STORE_DAMAGED if they are not what was logged. */
int	gate_version_read(struct gate *gate, const uint8_t sha256[SECRET_SHA256], char **bytes, size_t *count);

/* A policy's bytes as files, for policy_files_done() also after an error. 0 or ERR_STORE_DAMAGED. */
int	gate_version_files(const char *bytes, size_t count, struct policy_files *files);

#endif
