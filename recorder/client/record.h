/* SPDX-License-Identifier: ISC */
/*
 * `postern record` without a gate: this process is client and warden at once. record.c reads the command line and opens the
 * files, record_mask.c prepares the masking, record_run.c starts the command and the worker and relays until both are done.
 */
#ifndef POSTERN_RECORDER_CLIENT_RECORD_H
#define POSTERN_RECORDER_CLIENT_RECORD_H

#include "lib/base/id.h"

struct cli;
struct relay_result;

struct record {
	int		 rec, tail;	/* the recording's descriptors; borrowed */
	struct id	 id;
	char		**recipients;	/* "age1...", NULL at the end */
	char		**command;	/* NULL at the end */
	char		*line;		/* the command as one text that may be stored; owned */
	int		rules;		/* packed masking rules, to be read from a descriptor; -1: nothing is masked; owned */
};

/*
 * Runs the command under a recorder. 0 with *result (relay_result_done() releases it): then command and worker are gone;
 * or -errno: nothing has been run.
 */
int	record_run(const struct record *record, struct relay_result *result);

int	cmd_record(struct cli *cli);	/* the verb's */

/* The rules the command line asks for into record->rules, and the command into record->line. 0, or an exit status after a sentence. */
int	record_mask(struct cli *cli, struct record *record);

/* The recording's meta: JSON with person, host and command; the caller frees it. */
char	*record_meta(const char *person, const char *host, const char *line);

#endif
