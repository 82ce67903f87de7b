/* SPDX-License-Identifier: ISC */
/*
 * The policy: who may ask for which role, when, who decides, what it runs as, how long it is kept. It is read whole
 * or not at all (policy_load), never changes afterwards, and answers questions without looking anything up: the
 * groups somebody is in are handed in. The files are described in postern-policy(5).
 */
#ifndef POSTERN_RECORDER_POLICY_POLICY_H
#define POSTERN_RECORDER_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/secret.h"
#include "recorder/policy/when.h"

#define POLICY_NAME	64	/* room for a person, account, group, role or class, with the NUL */
#define POLICY_RUN	16	/* most words of `run` */
#define POLICY_ENV	8	/* most entries of `env` */
#define POLICY_WORD	256	/* room for one of them, with the NUL */
#define POLICY_EACH	16	/* most groups under `each` */
#define POLICY_ROLES	1024
#define POLICY_WHY	256	/* room for a reason in a sentence, with the NUL */
#define POLICY_FOREVER	INT64_MAX
#define POLICY_RESERVE	(UINT64_C(8) << 20)	/* free bytes that every session is promised at its start */

struct buf;
struct roster;
struct mask_rules;

struct policy_person {
	char		 *person;
	char		**accounts;
	unsigned	  accounts_count;
	char		 *principal;	/* in `approvers` (allowed_signers); NULL if none */
	char		**groups;	/* groups without NSS; for trial mode */
	unsigned	  groups_count;
};

/* What it takes to open a recording of a class. */
enum policy_open {
	POLICY_OPEN_FREE,	/* nothing but the right to */
	POLICY_OPEN_REASON,	/* a reason, which stands in the log; what a class has that says nothing */
	POLICY_OPEN_GRANT	/* that, and somebody else's grant, for a time */
};

struct policy_role;

/* Retention class; seconds, POLICY_FOREVER for `forever`. */
struct policy_class {
	char	*name;
	char	*recording_text, *trail_text, *texts_text, *log_text;	/* as written; NULL if left out */
	int64_t	 recording_s, trail_s, texts_s, log_s;	/* trail_s as recording_s if left out: then it lies in the recording */
	enum policy_open	 open;
	unsigned		 keys;		/* persons who must bring a key to open a recording: 1, or with POLICY_OPEN_GRANT more */
	struct policy_role	*opening;	/* with POLICY_OPEN_GRANT: only its `approve` and times, its name the class's; else NULL */
};

struct policy_times {
	char	*default_text, *most_text, *idle_text;
	int64_t	 default_s, most_s;
	int64_t	 idle_s;	/* 0: no limit */
};

enum policy_signed { POLICY_SIGNED_UNSAID, POLICY_SIGNED_NO, POLICY_SIGNED_LOGIN, POLICY_SIGNED_YES };

/*
 * Who decides. Either `by` with `need` persons of it, or `each`: one person per entry, all different persons.
 * Entries (here, in `who`, `auditors`, `admins`) are a person, "group:NAME", or "command:/PATH ARG...".
 */
struct policy_approve {
	char		**by;
	unsigned	  by_count;
	unsigned	  need;
	char		**each;
	unsigned	  each_count;
	enum policy_signed signed_word;	/* as written */
	bool		  is_signed;	/* a grant without a signature by a key of `approvers` is refused */
	bool		  is_login;	/* where none is needed, the key of the ssh login is kept beside a decision */
	char		**automatic;	/* `auto`: for these the policy decides */
	unsigned	  automatic_count;
};

/* What is masked, for all roles that say the same. */
struct policy_mask {
	char			**masked;	/* sets and rules for screen and recording; NULL at the end */
	char			**record_only;	/* for the recording alone: the engineer's screen shows them */
	struct mask_rules	 *rules;	/* all of them in one; without any where nothing is masked */
	bool			  has_own;	/* rules of the site's among them; */
	uint8_t			  own[SECRET_SHA256];	/* over what these look for */
};

struct policy_limits {
	unsigned	 pids;	/* most processes of the session */
	int		 nice;
	unsigned	 files;	/* most descriptors of a process; 0 here and below: as the machine has it */
	char		*memory_text, *file_size_text, *cpu_text;
	uint64_t	 memory, file_size;	/* bytes: of a process, of a file that it writes */
	int64_t		 cpu_s;			/* of processor time of a process */
};

/* `may`: all else is refused by the kernel. Paths are whole, or begin with ~, the account's home. */
struct policy_may {
	bool		  given;	/* false: the role has no `may`, and nothing is confined */
	bool		  shell;
	bool		  udp, raw, listen, namespaces, tmp;
	char		**exec, **read, **write, **sockets;
	unsigned	  exec_count, read_count, write_count, sockets_count;
	unsigned	 *connect, *bind;	/* TCP ports */
	unsigned	  connect_count, bind_count;
	bool		  loose;	/* `read` may hold programs that are not in `exec` */
	char		**require;
	unsigned	  require_count;
	unsigned	  need;		/* of enum rights_need: `require`, or the usual ones */
	const char	 *file;		/* where it stands, for checks of the files themselves */
	int		  read_line;
};

/* What the command is started with. */
struct policy_start {
	char		 *as;		/* account */
	char		**run;		/* run_count 0: the account's shell */
	unsigned	  run_count;
	char		**env;		/* NAME=VALUE */
	unsigned	  env_count;
	bool		  sudo;		/* no_new_privs is lifted */
	bool		  system;	/* `as` may be uid 0 or a system account */
	struct policy_limits limits;
};

#define POLICY_FREEZE_MOST_S	INT64_C(3600)
#define POLICY_KEEP_MOST_S	INT64_C(86400)
#define POLICY_MENU_KEY		"F12"	/* no shell, editor or multiplexer has it as its own */

/* How the role's sessions end, and how they do not. */
struct policy_ends {
	int64_t	 freeze_s;	/* `ending: {freeze: 2m}`: stands still for so long after the deadline; 0: ends at once */
	int64_t	 keep_s;	/* `on-drop: {keep: 15m}`: waits so long for a client that went; 0: ends */
	char	*menu_key;	/* lib/base/keyname.h */
};

/* `files`: what `postern sftp` may copy under the role. */
struct policy_copy {
	bool	 upload, download;
};

/* `break-glass`: who may enter without a decision, to be reviewed afterwards. */
struct policy_glass {
	bool		  given;
	char		**who;		/* who_count 0: whoever may ask for the role */
	unsigned	  who_count;
	char		 *time_text;	/* NULL: the role's usual time */
	int64_t		  time_s;	/* at most so long */
};

struct policy_role {
	char			 *name;
	char			 *about;	/* "" if left out */
	char			**who;
	unsigned		  who_count;
	struct policy_start	  start;
	struct policy_may	  may;
	struct policy_times	  times;
	char			 *when_text;	/* NULL: always */
	struct when		  when;
	struct policy_approve	  approve;
	char			 *keep;		/* NULL: the first class */
	const struct policy_class *class;
	unsigned		  sessions;	/* at once under one grant */
	struct policy_ends	  ends;
	struct policy_glass	  glass;
	struct policy_copy	  copy;
	const struct policy_mask *mask;
	unsigned		  trail;	/* of enum role_trail */
	char			**guard;	/* rules of recorder/mask/guard_rule.h as words; NULL at the end */
	bool			  exact;	/* its arguments have a second witness */
};

struct policy {
	char			 *host;
	struct policy_person	 *people;
	unsigned		  people_count;
	bool			  unlisted;	/* an account of no person is a person of its own name */
	char			**auditors;	/* who may list and open recordings */
	unsigned		  auditors_count;
	char			**admins;	/* who may run retention */
	unsigned		  admins_count;
	struct policy_class	 *classes;
	unsigned		  classes_count;
	struct policy_role	*opening;	/* for a recording that takes several keys, of a class that asks for no grant (any more) */
	struct policy_role	  holds;	/* `holds`: only its `approve`, one person of each; each_count 0: nobody holds */
	int64_t			  lapse_s;	/* an undecided request lapses */
	int64_t			  unused_s;	/* a grant that nobody entered lapses */
	struct policy_role	**roles;	/* in the order of their index */
	unsigned		  roles_count;
	char			**recipients;	/* age recipients of the file `auditors`, NULL at the end; NULL if none */
	unsigned		  recipients_count;
	char			**recipient_owners;	/* of each the first word of the comment behind it (it may end in a comma), "" without */
	struct roster		 *roster;	/* the file `approvers`; NULL if there is none */
	uint8_t			  roster_sha256[SECRET_SHA256];	/* of that file; zeros if there is none */
	struct mask_rules	 *rules;	/* those that come with Postern, and the site's from rules.d */
	struct mask_rules	 *own_rules, *shipped_rules;	/* the latter and the former alone; NULL if the site has none */
	char			***guards;	/* every role's, to be freed */
	unsigned		  guards_count;
	struct policy_mask	**masks;	/* every different choice of them */
	unsigned		  masks_count;
	bool			  site_pseudonyms;	/* a value has one token everywhere here, not in one session only */
	uint8_t			  sha256[SECRET_SHA256];	/* over the name, length and bytes of every file */
	char			 *warnings;	/* lines; "" if none */
	struct policy_source	 *sources;	/* private: what the loader allocated */
	unsigned		  sources_count;
};

#define AUTO_POLICY __attribute__((cleanup(policy_free_at)))

/*
 * Reads policy.yaml, roles.d/NAME.yaml, rules.d/NAME.yaml (in order of name) and `auditors` below `etc_dir`. 0, ERR_POLICY_NONE if there is
 * no policy.yaml, ERR_POLICY if anything is wrong: then `errors` has one line "FILE:LINE: sentence" for each fault
 * and *policy is not written. policy_free takes NULL.
 */
int	 policy_load(const char *etc_dir, struct policy **policy, struct buf *errors);
void	 policy_free(struct policy *policy);
void	 policy_free_at(struct policy **policy);	/* for AUTO_POLICY only */

/*
 * The file `approvers` (allowed_signers): whose key is it. It may change while a policy is in force, and takes the old
 * one's place at once. ERR_POLICY after lines in `errors`: also if a key signs for two persons; the old one stays then.
 */
#define POLICY_ROSTER	"approvers"
int	 policy_roster_take(struct policy *policy, const char *text, size_t count, struct buf *errors);
void	 policy_roster_free(struct policy *policy);	/* now there is none */

/* One file of a policy in memory; name as in messages ("roles.d/a.yaml"). */
struct policy_file {
	char	*name;
	char	*text;
	size_t	 count;
};

struct policy_files {
	struct policy_file	*files;		/* policy.yaml first, then roles.d and rules.d by name, `auditors` last if it is there */
	size_t			 count;
};

/*
 * The two halves of policy_load, for a process that opens as root and parses as nobody. `strict`: every file and
 * folder must belong to root and be writable by nobody else (ERR_POLICY otherwise, with a sentence).
 */
int	 policy_files_read(const char *etc_dir, bool strict, struct policy_files *files, struct buf *errors);
void	 policy_files_done(struct policy_files *files);
int	 policy_parse(const struct policy_files *files, struct policy **policy, struct buf *errors);

/* NULL if there is none. policy_role_index: -1 if there is none. */
const struct policy_role	*policy_role(const struct policy *policy, const char *name);
int				 policy_role_index(const struct policy *policy, const char *name);
const struct policy_class	*policy_class(const struct policy *policy, const char *name);
const struct policy_person	*policy_person(const struct policy *policy, const char *name);

/* Whose key the file `auditors` says that is: "" if it does not say, NULL if the key does not stand there. */
const char	*policy_key_owner(const struct policy *policy, const char *key);
unsigned	 policy_key_persons(const struct policy *policy);	/* different ones, without those that it does not name */

/*
 * The person an account belongs to: a name that lives as long as the policy or `account`; NULL if the policy knows
 * nobody with this account. With `unlisted: yes` it is the account's own name, unless a listed person has that name.
 */
const char	*policy_person_of(const struct policy *policy, const char *account);

/* True if `name`, as a command printed it, means this person: the person's name or one of the accounts. */
bool		 policy_means(const struct policy *policy, const char *person, const char *name);

/* Kinds of entry; *rest is what stands behind "group:" or "command:", or the entry itself. */
enum policy_entry { POLICY_PERSON, POLICY_GROUP, POLICY_COMMAND };
enum policy_entry policy_entry(const char *entry, const char **rest);

/*
 * Every different "command:..." entry of the policy, so that the gate can ask them: calls `each` with the text of
 * the entry, which lives as long as the policy.
 */
void	 policy_commands(const struct policy *policy, void (*each)(const char *entry, void *user), void *user);

/*
 * Somebody who asks or decides. `belongs` are the entries that are true of them now, spelled as in the policy:
 * "group:dba" for each group of their account, "command:/PATH ARG" for each list on which they stand. The groups
 * under `people` are added by the policy itself.
 */
struct policy_subject {
	const char		*person;
	const char *const	*belongs;
	size_t			 belongs_count;
};

/*
 * 0 if the person may ask for the role to be entered at `wall_us` (now, or the time of --at), else ERR_NO_RIGHT (not in
 * `who`, or nobody could decide) or ERR_HOURS, and the reason in a sentence.
 */
int	 policy_may_request(const struct policy *policy, const struct policy_subject *subject,
	    const struct policy_role *role, int64_t wall_us, char why[POLICY_WHY]);

/*
 * 0 if the person may enter the role without a decision (break-glass), at any hour; else ERR_NO_RIGHT and the reason in a
 * sentence.
 */
int	 policy_may_break(const struct policy *policy, const struct policy_subject *subject,
	    const struct policy_role *role, char why[POLICY_WHY]);

/* Names that stand where a person stands, and that no person may have: decisions nobody made. */
bool	 policy_is_reserved(const char *person);

/* True if the policy itself grants (`auto`); then `why` names the entry, for the decision's record. */
bool	 policy_auto(const struct policy *policy, const struct policy_subject *subject, const struct policy_role *role,
	    char why[POLICY_WHY]);

/*
 * 0 if the subject may decide a request of `requester`, and *counts_for has bit i set for each entry i of `each` (bit 0
 * under `by`) that is true of them. ERR_OWN_REQUEST, or ERR_NO_RIGHT with the reason.
 */
int	 policy_may_decide(const struct policy *policy, const struct policy_subject *subject,
	    const struct policy_role *role, const char *requester, uint32_t *counts_for);
const char *policy_may_decide_text(int error);	/* the reason of a refusal in a sentence */

/* One granting decision that stands. */
struct policy_vote {
	const char	*person;
	uint32_t	 counts_for;
};

/* Persons that have to grant; 0 if only the policy decides. */
unsigned policy_needs(const struct policy_role *role);

/* How many persons are still missing: 0 means granted. A person counts once, and for one entry of `each`. */
unsigned policy_missing(const struct policy_role *role, const struct policy_vote *votes, size_t count);

bool	 policy_is_auditor(const struct policy *policy, const struct policy_subject *subject);
bool	 policy_is_admin(const struct policy *policy, const struct policy_subject *subject);

/* True if one of `count` entries is true of the subject; *which (may be NULL) is the first that is. */
bool	 policy_matches(const struct policy *policy, const struct policy_subject *subject, char *const *entries,
	    unsigned count, const char **which);

/* "one of dba", "2 of dba, anna", "one each of dba, sec", "the policy itself": who decides, in words. */
char	*policy_deciders(const struct policy_role *role, char *text, size_t size);

/* "secrets, personal; in the recording only: email", or "nothing": what is masked, in words. 0 or ERR_BUF_FULL. */
int	 policy_print_mask(const struct policy_mask *mask, struct buf *out);

/* The whole policy as text for people (`policy show`), and one role in sentences. 0 or ERR_BUF_FULL. */
int	 policy_print(const struct policy *policy, struct buf *out);
int	 policy_print_role(const struct policy_role *role, struct buf *out);
int	 policy_print_may(const struct policy_role *role, struct buf *out);	/* lines: what the kernel lets it do */

/* The policy that trial mode writes into a new DIR/etc/policy.yaml. */
extern const char policy_sample[];

#endif
