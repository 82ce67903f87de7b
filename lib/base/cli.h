/* SPDX-License-Identifier: ISC */
/* Command lines: one table of verbs gives dispatch, --help and (checked by a test) the manual. */
#ifndef POSTERN_LIB_BASE_CLI_H
#define POSTERN_LIB_BASE_CLI_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of every command; postern(1), EXIT STATUS. */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,	/* anything without a number of its own */
	STATUS_USAGE = 2,	/* the command line is wrong */
	STATUS_DENIED = 3,	/* denied by an approver or by the policy; or not allowed */
	STATUS_EXPIRED = 4,	/* the retention window lapsed */
	STATUS_LAPSED = 5,	/* nobody decided in time, or the grant was not used in time */
	STATUS_NOT_FOUND = 6,
	STATUS_DAMAGED = 7,	/* a recording or the catalogue is damaged; what could be read was */
	STATUS_KEY = 8,		/* no key, or the wrong one */
	STATUS_NO_GATE = 9,	/* posternd does not answer */
	STATUS_CANCELLED = 10,	/* taken back */
	STATUS_CONFIRM = 11,	/* stopped until somebody confirms */
	STATUS_EDITED = 20,	/* the log: something in it is not what was signed */
	STATUS_GAP = 21,	/* entries are missing in between */
	STATUS_CUT = 22,	/* entries are missing at the end */
	STATUS_ROLLED_BACK = 23,	/* it is shorter than the one that was pinned */
	STATUS_RESIGNED = 24,	/* a signature is missing or false, or it is another log than the one that was pinned */
	STATUS_KEY_UNKNOWN = 25,	/* it is signed by no key that is trusted */
	STATUS_APPROVAL = 26,	/* the log holds, but an approval is not what it says */
	STATUS_RECORDING = 27,	/* or a recording is not the one that was logged */
	STATUS_DELETION = 28	/* or something was deleted without a word, or a deletion that was logged did not happen */
};

/* Options that a verb takes. `name` without dashes; `letter` 0 if it has none; `value` NULL for a switch. */
struct cli_option {
	char		 letter;
	const char	*name;
	const char	*value;	/* the value's name in --help: "TIME" */
	const char	*help;
};

#define CLI_OPTIONS	24	/* most options of one verb */
#define CLI_VALUES	32	/* most values that one command line can give, where an option is given several times */

struct cli;

/* One verb. run() returns an exit status. */
struct cli_verb {
	const char			*name;
	const char			*args;	/* "ID [-- CMD]", "" */
	const char			*help;	/* one line, no full stop */
	const struct cli_option		*options;	/* ends with a NULL name; NULL if none */
	int				(*run)(struct cli *cli);
	int				 least, most;	/* words besides options; most -1: any number */
};

/* A parsed command line, handed to run(). */
struct cli {
	const struct cli_verb	*verb;
	const char		*program;
	const char		*given[CLI_OPTIONS];	/* by place in verb->options; "" for a switch that is set */
	struct cli_value {
		int		 option;		/* place in verb->options */
		const char	*text;
	}			 values[CLI_VALUES];	/* all of them, in their order */
	int			 value_count;
	char			**words;		/* NULL-terminated; after `--` everything is a word */
	int			 word_count;
	int			 after_dashes;		/* words before `--`; equals word_count if there was none */
	void			*user;			/* the program's own */
};

/*
 * Finds argv[1] in `verbs` (which end with a NULL name), parses the rest and runs it. `--help` anywhere before `--`
 * prints help. Options are parsed up to the first `--`, which is never a value. Returns the exit status; STATUS_USAGE after a sentence on stderr.
 */
int		 cli_main(const char *program, const char *about, const struct cli_verb *verbs, int argc, char **argv, void *user);

/* Value of an option by its long name: NULL if not given, "" for a switch; the last if it was given several times. */
const char	*cli_get(const struct cli *cli, const char *name);
/* The nth value (from 0) of an option that may be given several times; NULL behind the last. */
const char	*cli_nth(const struct cli *cli, const char *name, int n);
bool		 cli_has(const struct cli *cli, const char *name);

/* A sentence on stderr, "program verb: text", and the status, so that one can `return cli_fail(...)`. */
int		 cli_fail(const struct cli *cli, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Exit status for an error of ours or -errno. */
int		 cli_status(int error);

#endif
