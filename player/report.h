/* SPDX-License-Identifier: ISC */
/*
 * postern report: everything about a time, as an auditor asks for it. It is gathered from the gate (report_ask), held against the
 * signed log (report_proof), narrowed to what is wanted (report_pick), put into tables (report_tables), and written (report_write).
 */
#ifndef POSTERN_PLAYER_REPORT_H
#define POSTERN_PLAYER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/proof/checkpoint.h"
#include "lib/proof/range.h"
#include "lib/wire/client.h"
#include "player/out.h"
#include "player/table.h"

#define REPORT_ENTRY	80	/* bytes of an entry of the log */
#define REPORT_WHY	512	/* room for a sentence */

enum report_form { REPORT_TEXT, REPORT_CSV, REPORT_JSON, REPORT_HTML, REPORT_FORMS };

/* What the gate keeps every version of. */
enum report_version { REPORT_POLICY, REPORT_ROSTER, REPORT_MEMBERS, REPORT_VERSIONS };

extern const char *const report_version_names[REPORT_VERSIONS];	/* "policy", "roster", "members" */

/* In the order of the tables in report_tables.c. */
enum report_table {
	REPORT_SESSIONS, REPORT_DECISIONS, REPORT_GLASS, REPORT_ACTS, REPORT_COVERAGE, REPORT_COMMANDS, REPORT_MASKED, REPORT_BLOCKED, REPORT_WATCHED,
	REPORT_PRIVILEGES, REPORT_ROLES, REPORT_DELETIONS, REPORT_CHANGES, REPORT_COULD, REPORT_TABLES
};

struct report_session {
	struct wire_message			 message;
	const struct wire_audit_session		*row;
	int64_t	entered, ended;		/* numbers of its entries; -1: none in this time */
	int64_t	blocked, watched;	/* how many of these are in the log */
	bool	is_earlier;		/* it began before the time: shown, but of no population */
	bool	is_wanted;		/* the filters let it through */
	bool	is_drawn;		/* in the sample */
	uint8_t	draw[32];		/* SHA-256 of seed and id: the lowest are the sample */
};

struct report_request {
	struct wire_message			 message;
	const struct wire_audit_request		*row;
	bool					 is_wanted;
};

struct report_event {
	struct wire_message			 message;
	const struct wire_audit_event		*row;
	struct report_session			*session;	/* whose it is; NULL */
	const struct report_request		*request;	/* of its request or grant; NULL */
	bool					 is_wanted;
};

/* The time's entries and what vouches for them. */
struct report_log {
	int64_t		 first, end;	/* entries that are under the head */
	int64_t		 unsigned_entries;	/* more of that time behind it */
	uint8_t		*entries;	/* REPORT_ENTRY bytes each */
	uint8_t		(*leaves)[TREE_HASH];
	size_t		 count, room;
	struct range	 range;
	char		*key, *note;	/* "" : the gate signs no log */
	struct checkpoint checkpoint;
	bool		 was_known;	/* this log was seen from here before, and has grown from there */
	int64_t		 known_size;
};

/* What was found to be true of them. */
struct report_proof {
	bool	is_checked;	/* there is a head */
	bool	is_fine;
	char	why[REPORT_WHY];	/* what is wrong; "" */
	int64_t	sessions;	/* that the log says were entered in this time */
	int64_t	outside;	/* entries whose time is not between the others': the clock was set */
};

/* A line of a recording, or what a guard said to one. */
struct report_command {
	const struct report_session	*session;
	int64_t				 time_us;
	char				*text;
	int64_t				 status;	/* TABLE_NONE */
};

struct report {
	const struct cli	*cli;
	struct client		*client;
	int64_t			 from_us, end_us, made_us, entry;
	const char		*person, *role, *ticket, *reason;	/* filters; NULL: none */
	char			*host;
	int64_t			 sample;	/* wanted; 0: none */
	const char		*seed;
	int64_t			 could_us;	/* --who-could; 0: not asked */
	struct report_session	*sessions;
	struct report_request	*requests;
	struct report_event	*events;
	struct report_command	*commands;
	struct wire_message	*roles, *could;	/* rows */
	size_t			 session_count, request_count, event_count, command_count, role_count, could_count;
	int64_t			 population;	/* wanted sessions that began in the time */
	int64_t			 unreadable;	/* reasons that a ticket could not be looked for in: they have expired */
	bool			 has_commands;
	char			 versions[REPORT_VERSIONS][65];	/* hashes: the last answer of report_ask_versions() */
	int			 only;		/* of enum report_table, if one table alone is written; -1: all */
	struct report_log	 log;
	struct report_proof	 proof;
	struct table		 tables[REPORT_TABLES];
};

void	report_done(struct report *report);

/* Asks the gate. An exit status, after a sentence. */
int	report_ask(struct report *report);
int	report_ask_could(struct report *report);
int	report_ask_versions(struct report *report, int64_t at_us);	/* what was in force then, into report->versions; "" if it is not known */
int	report_ask_commands(struct report *report);

/* Holds the entries against the head and the sessions against the entries; report->proof says how that went. */
void	report_prove(struct report *report);
/* A proof in the tree for one of the entries. 0 or ERR_PROOF. */
int	report_prove_entry(const struct report *report, int64_t entry, struct tree_proof *proof);
const uint8_t	*report_entry(const struct report *report, int64_t entry);	/* NULL if it is not one of them */

/* Filters and sample. */
void	report_pick(struct report *report);
bool	report_has_ticket(const char *text, const char *ticket);	/* as a word of its own, in any case of letters */
void	report_draw(const char *seed, const struct id *session, uint8_t draw[32]);

void	report_tables(struct report *report);
void	report_use(struct report *report);	/* for report_tables(): what was granted and not used */
const struct table_kind	*report_table_kind(enum report_table table);

/* Sentences about the report: what it is of, and whether it is complete. `each` gets a name for programs, a title and the sentence. */
typedef int	report_fact(void *user, const char *name, const char *title, const char *sentence);
int	report_facts(const struct report *report, report_fact *each, void *user);

/* In one form; of CSV the one table. 0 or -errno. */
int	report_write(const struct report *report, enum report_form form, enum report_table table, struct out *out);
bool	report_tells(const struct report *report, int table);	/* is this table to be written */
int	report_write_csv(const struct table *table, struct out *out);
int	report_write_text(const struct report *report, struct out *out);
int	report_write_json(const struct report *report, struct out *out);
int	report_write_html(const struct report *report, struct out *out);

/* DIR or FILE.tar with all forms, proofs, approvals and how to check them. An exit status. */
int	report_bundle(struct report *report, const char *path);

#endif
