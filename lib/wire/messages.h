/* SPDX-License-Identifier: ISC */
/*
 * What each message says. Times ending in _us are wall microseconds since 1970 unless named boot_us (CLOCK_BOOTTIME);
 * 0 means "none". A text is clean UTF-8. `which` fields name a thing by its id or the unique beginning of it.
 * The tables in kinds.c give order and bounds; who may send what, and when, stands there too.
 */
#ifndef POSTERN_LIB_WIRE_MESSAGES_H
#define POSTERN_LIB_WIRE_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/id.h"
#include "lib/wire/codec.h"

/* ---- everybody -------------------------------------------------------------------------------------------------- */

struct wire_hello {		/* first message on every connection to the gate, and of a gate to a worker */
	uint32_t version;	/* WIRE_VERSION */
	char	*program;	/* "postern", "postern-console" ... */
	char	*as;		/* person to be, in trial mode only; else empty */
};
struct wire_welcome {
	uint32_t version;
	char	*host;		/* the bastion's name in the policy */
	char	*person;	/* who the peer is */
	bool	 trial;
	bool	 approver;	/* may decide for at least one role */
	bool	 auditor;
	bool	 admin;
	char	*release;	/* version of the gate's program */
};
struct wire_fail {		/* an answer: it did not work */
	uint32_t status;	/* exit status (enum status of lib/base/cli.h) */
	char	*text;		/* a sentence that says what to do */
};
struct wire_done {		/* an answer: it worked; or the end of a list of rows */
	char	*text;		/* a sentence, may be empty */
};

struct wire_login { char *how; };	/* before hello, unanswered, the first counts: a line of SSH_USER_AUTH (lib/wire/login.h), which its owner could forge */

/* ---- engineer --------------------------------------------------------------------------------------------------- */

struct wire_roles { bool all; };	/* also those the peer may not ask for */
struct wire_role {			/* row */
	char	*role, *about;
	int64_t	 default_s, most_s;
	char	*asks;		/* "one of dba", "two: pay, sec", "nobody: by the policy" */
	char	*run;		/* command, empty = the account's shell */
	char	*keep;		/* "90 days" */
	bool	 may;		/* the peer may ask for it now */
	char	*why;		/* why not, a sentence */
	bool	 files;		/* files may be copied under it */
	int64_t	 glass_s;	/* the peer may enter it without a decision, for so long at most; 0: not */
};
struct wire_ask {		/* a request; answered by wire_asked or fail */
	char	*role, *reason;
	char	*opens;		/* a session: not the role is asked for, but to open its recording; else empty */
	int64_t	 seconds;	/* 0 = the role's default */
	int64_t	 not_before_us;	/* 0 = now */
	bool	 glass;		/* break-glass: without a decision, to be reviewed */
};
struct wire_asked { struct id request; char *state; char *text; };	/* state as in wire_request_row; text: who is asked */
struct wire_cancel { char *which; };
#define WIRE_GLASS	"break-glass"	/* stands in `by` of what nobody decided */
#define WIRE_REVIEWS	"reviews"
#define WIRE_UNREVIEWED	"unreviewed"
struct wire_requests {
	char	*which;		/* one only; empty = list */
	char	*state;		/* "waiting", "" = all; WIRE_REVIEWS, WIRE_UNREVIEWED: entered without a decision */
	bool	 mine;		/* only the peer's own */
	uint32_t limit;		/* most rows, newest first; 0 = 1000 */
	int64_t	 until_us;	/* made before then; 0 = any time (of WIRE_REVIEWS: broken before) */
};
struct wire_request_row {
	struct id request;
	char	*person, *role, *host, *reason, *about;
	int64_t	 seconds, created_us, lapses_us, not_before_us;
	char	*state;		/* waiting, granted, denied, cancelled, lapsed */
	char	*asks;		/* as in wire_role */
	uint32_t need, got;	/* decisions needed and made */
	uint32_t deciders, online;	/* persons who could decide (0 = not known), and who of them has a console open */
	char	*by, *comment;	/* who decided, and the comment */
	int64_t	 decided_us, granted_s;
	struct id grant;
	bool	 can;		/* the peer may decide it */
	bool	 signs;		/* a grant counts only with a signature */
	uint32_t keys;		/* to open: so many persons must still bring their key (wire_layers), each with a grant */
	char	*why;		/* why not, a sentence */
	char	*details;	/* sentences for the details view, separated by " | " */
	struct id extends;	/* the running grant that shall last longer; zero for a new one */
	int64_t	 ends_us;	/* when that one ends as it is; or, of what it opens, the window */
	struct id opens;	/* the session whose recording shall be opened; zero for a role */
	bool	 unreviewed;	/* break-glass (then `by` is WIRE_GLASS), and nobody has reviewed it */
	bool	 can_review;
	char	*reviewer, *review;	/* who has, and the comment; empty */
	int64_t	 reviewed_us;
};
struct wire_grants { bool all; };	/* false: the peer's own live ones; true: everybody's (approvers, auditors) */
struct wire_grant_row {
	struct id grant, request;
	char	*person, *role, *by, *comment, *reason, *state;	/* state: live, running, lapsed, ended */
	int64_t	 seconds, usable_us, lapses_us;	/* lapses_us: must be entered before */
	int64_t	 ends_us;			/* 0 until entered the first time */
};
struct wire_enter {		/* the client is silent after this until the worker's wire_started, or a fail of the gate */
	char	*grant;		/* id, or empty: the peer's live grant for `role` */
	char	*role;
	bool	 tty;
	char	*term;		/* TERM */
	char	**locale;	/* "LANG=...", "LC_...=..." */
	uint32_t cols, rows;
	char	*menu;		/* the key of the session menu, as lib/base/keyname.h reads it; empty: the role's */
	char	**command;	/* empty: role's command or shell; one word: given to the shell with -c, as ssh does */
	bool	 files;		/* to copy files: SFTP, and no command */
};

/* ---- approver --------------------------------------------------------------------------------------------------- */

struct wire_basis { char *which; int64_t known; };	/* known: entries of the last head of this log that the client has seen; 0 = none */
struct wire_basis_row {		/* what a signed decision rests on */
	struct id request;
	bool	 must;		/* without a signature a grant is refused */
	struct wire_bytes text;	/* the request's canonical text */
	char	*log;		/* the log's key; empty: no head is signed yet */
	struct wire_bytes note;	/* its newest signed head */
	struct wire_bytes proof;	/* hashes that lead from `known` to it */
	struct wire_bytes keys;	/* the peer's own public keys in the roster, one a line */
};
struct wire_signed { char *which; };
struct wire_signed_row {	/* a decision as it was made; text and signature are empty if it was not signed */
	struct id request;
	char	*person, *verdict;
	char	*principal;	/* under which the roster knows that person now; may be empty */
	int64_t	 at_us;
	struct wire_bytes text, signature;
};
struct wire_decide {
	char	*which;
	bool	 grant;		/* false = deny */
	int64_t	 seconds;	/* 0 = as asked */
	char	*comment;
	struct wire_bytes text, signature;	/* the decision's own text and SSHSIG; empty = unsigned */
};
struct wire_layers { char *which; };	/* a request to open: what a decider's key shall open first. Answered by rows; an act in the log */
struct wire_layer_row {		/* one part of one envelope (lib/record/layers.h) */
	struct wire_bytes envelope;	/* its SHA-256, as it was when the recording was made: which one it is */
	uint32_t part;
	struct wire_bytes file;		/* an age file */
};
struct wire_deposit {		/* what was in it: counts with the peer's grant of that request, on the same connection */
	char	*which;			/* the request */
	struct wire_bytes envelope;
	uint32_t part;
	struct wire_bytes inner;
};
struct wire_review {		/* a break-glass, by somebody who decides about its role; answered by wire_basis_row if there is something to sign */
	char	*which, *comment;
	bool	 signs;		/* the peer wants to sign, whether it has to or not */
	int64_t	 known;		/* as in wire_basis */
	struct wire_bytes text, signature;
};
struct wire_hold {		/* without text: answered by wire_basis_row, what there is to sign */
	char	*which;		/* a session */
	char	*act;		/* "hold", "release" */
	int64_t	 until_us;	/* of a hold; 0 = as somebody else has signed */
	char	*reason;
	int64_t	 known;		/* as in wire_basis */
	struct wire_bytes text, signature;
};
struct wire_sessions { char *which; bool running; bool mine; uint32_t limit; int64_t until_us; };	/* as in wire_requests */
struct wire_session_row {
	struct id session, grant;
	char	*person, *role, *host, *reason, *by;
	char	*state;		/* running, frozen, ended */
	int64_t	 started_us, ends_us, active_us, ended_us;	/* active_us: last output or key */
	uint32_t cols, rows;
	uint32_t processes;	/* 0 = not known */
	char	*why;		/* reason of the end */
	int64_t	 exit_status, killed, survivors;	/* survivors -1: not known */
	int64_t	 output_bytes;
	char	**masked;	/* once it has ended: "RULE=COUNT", what the masking rules found */
};
struct wire_revoke { char *which; char *reason; };	/* a session, or a grant not entered yet */
struct wire_say { char *which; char *text; };
/*
 * More time for a running grant: its holder's is a request; from somebody who decides about the role it is the holder's
 * request together with that decision. `which`: a session or a grant; empty: the only one the peer holds.
 */
struct wire_extend { char *which; int64_t seconds; char *reason; };	/* seconds 0: as long as usual */
struct wire_shorten { char *which; int64_t seconds; char *reason; };	/* it ends so long from now */
struct wire_freeze { char *which; bool on; char *reason; };	/* on: every process stands still; else they go on */
struct wire_allow { char *which; bool on; char *reason; };	/* the line that waits in this session may be entered, or not */
struct wire_subscribe { bool on; };	/* from then on wire_changed whenever something did; its answer: what is wrong with the gate, if the peer looks after it */
struct wire_changed { char *what; struct id id; };	/* what: request, session, grant, recording, policy */

/* ---- auditor and administrator ---------------------------------------------------------------------------------- */

struct wire_recordings { char *which, *person, *role; int64_t since_us, until_us; uint32_t limit; char *reason; };	/* reason: may be empty */
struct wire_recording_row {
	struct id session;
	char	*person, *role, *host, *reason, *by, *class;
	char	*state;		/* running, kept, expired, damaged */
	int64_t	 started_us, ended_us, expires_us;
	int64_t	 bytes;
	char	*why;
	bool	 held;
	int64_t	 held_until_us;
	char	*hold;		/* who holds it and why, or who has signed so far, sentences separated by " | "; may be empty */
	char	**masked;	/* as in wire_session_row */
	char	*trail;		/* of a trail beside it, as state; empty: what was run lies in the recording */
	int64_t	 trail_bytes, trail_expires_us;
};
struct wire_open { char *which; char *reason; char *how; };	/* how: "play", "export as text": what for, in a word or two */
struct wire_opened {		/* with `more` a second one follows, of the trail beside the recording */
	struct id session;
	struct wire_bytes envelope;	/* age file to the auditors; of a layered one, what their keys have left of it */
	uint32_t keys;			/* so many it takes as it was made */
	bool	 running;
	struct wire_bytes sha256;	/* of the complete file as logged at its end; empty while it runs */
	struct wire_bytes added;	/* envelopes that were added: of each its length, u32 big-endian, and its bytes */
	bool	 gone;		/* there is only the trail: nothing else here counts but `words` */
	bool	 more;
	char	*words;		/* what of the two is gone, and until when the other one is kept; may be empty */
};
struct wire_search { char *words, *person, *role; int64_t since_us, until_us; uint32_t count; char *reason; };	/* said before `count` recordings are opened, one after the other, to be searched */
struct wire_read { struct id session; bool trail, tail; int64_t offset; uint32_t count; };	/* after wire_open, on the same connection */
struct wire_data { int64_t offset; int64_t size; struct wire_bytes bytes; };	/* size: the file's now. Fewer bytes than asked: its end for now. In the tail, offset may be larger than asked: a hole */
struct wire_rewrap {		/* after wire_open, on the same connection: one more envelope for this recording */
	struct id session;
	bool	 trail;		/* for its trail */
	char	*recipient;	/* "age1...", one of those that the policy names */
	struct wire_bytes envelope;
};
struct wire_backup {		/* from root: a backup was made of this much of the log */
	int64_t entries;
	char	*root;		/* of the tree over them, base64 */
	int64_t recordings, files, bytes;
	char	*folder;
	bool	with_keys;
};
struct wire_keys { char *act; char *which; char *reason; };	/* act: "retire", "return"; or "list", answered by rows. which: a person, or age1... */
struct wire_key_row { char *recipient, *owner; bool retired; int64_t at_us; char *by; };	/* recipient: age1..., or the name of a person who is retired */
struct wire_plan { bool all; };					/* all: also what lapses later than now */
struct wire_plan_row { struct id id; char *what, *class, *why; int64_t lapses_us; bool done; char *text; };	/* id zero: a day's texts */
struct wire_run { bool confirm; };				/* rows, then done or fail */
struct wire_events { char *subject; int64_t since; uint32_t limit; };
struct wire_event_row { int64_t seq, time_us; char *type; struct id subject; char *text; };
struct wire_policy { bool full; };
struct wire_policy_text { struct wire_bytes text; };

/*
 * A report. The question is an act in the log, and opens the time for pages; the answer is what proves that its entries are
 * all there: subtrees of the log left and right of them, and a signed head.
 */
struct wire_audit {
	int64_t	 from_us, end_us;	/* end_us excluded; 0 = now */
	char	*what;			/* of what: filters in words, may be empty */
	char	*reason;
	int64_t	 known;			/* as in wire_basis; not 0 right after an answer about the same time: no new act */
};
struct wire_audit_row {
	char	*host;
	int64_t	 from_us, end_us;
	int64_t	 entry;			/* this act's own number in the log; 0 if it is no new one */
	int64_t	 first, end, size;	/* the time's entries, and how many there are under the head */
	int64_t	 unsigned_entries;	/* entries of that time behind the head: too new */
	char	*log;			/* the log's key; empty: no head is signed yet, and nothing can be proven */
	struct wire_bytes note, proof;	/* as in wire_basis_row */
	struct wire_bytes left, right;	/* hashes of 32 bytes (lib/proof/range.h) */
};
#define WIRE_PAGE_SESSIONS	"sessions"
#define WIRE_PAGE_REQUESTS	"requests"
#define WIRE_PAGE_EVENTS	"events"
struct wire_page { char *what; int64_t after; struct id after_id; };	/* behind which row: its time, or an entry's number; both from the last wire_page_end */
struct wire_page_end { bool more; int64_t after; struct id after_id; };	/* ends each page */
struct wire_audit_session {
	struct id session, grant, request;
	char	*person, *account, *role, *host, *class, *state, *reason, *by;
	int64_t	 started_us, ended_us, ends_us;
	char	*why;
	int64_t	 exit_status, killed, survivors;
	char	*recording;	/* running, kept, cut, expired; empty: there is none */
	int64_t	 bytes;
	struct wire_bytes sha256;	/* of the whole recording */
	bool	 held;
	char	**masked;	/* "RULE=COUNT" */
	char	*trail;		/* as `recording`, of a trail beside it */
};
struct wire_audit_request {	/* a request that was made in the time, and all that became of it */
	struct id request, grant, extends;
	char	*person, *account, *role, *host, *reason, *state, *closed_by;	/* role: of what it opens, that in words */
	char	*of_role;	/* the role alone */
	int64_t	 seconds, created_us, closed_us;
	char	**decisions;	/* six words each: person, verdict, time (wall microseconds), "signed", "login" (the ssh login is told, not proven) or "unsigned", seconds granted (0: as asked), comment */
	int64_t	 granted_s, used_s, sessions;	/* of the grant; used: somebody was inside */
	char	*grant_state, *grant_why, *grant_by;
	bool	 glass;			/* nobody decided */
	char	*reviewer, *review;
	int64_t	 reviewed_us;
};
struct wire_audit_event {
	int64_t	 seq, time_us;
	uint32_t number;	/* of the type */
	char	*type;
	struct id subject;
	char	*text;		/* empty for segments; cut if it is very long */
	bool	 expired;	/* its retention window has lapsed */
	struct wire_bytes entry;	/* what the tree is made of */
};
#define WIRE_COULD_VERSIONS	(-1)
struct wire_could { int64_t at_us; int64_t after; };	/* who could do what then; after: from the last wire_page_end, at first 0; WIRE_COULD_VERSIONS: only which versions were in force */
struct wire_could_row {
	char	*what;		/* policy, roster, members (then `who` is its hash); request, break-glass, decide, sign, audit, administer, hold */
	char	*role, *who;	/* who: a person; or an entry of the policy that names people whom it does not list */
	char	*why;		/* the entry that says so, and what else it takes */
	int64_t	 since_us, entry;	/* of those: in force since this entry of the log */
};
struct wire_kept { struct wire_bytes sha256; int64_t offset; };	/* a version of policy or keys, by its hash */
struct wire_kept_row { int64_t size; struct wire_bytes bytes; };

/* ---- gate and worker -------------------------------------------------------------------------------------------- */

struct wire_start {		/* on descriptor WORKER_START: all a worker ever learns about its session */
	struct id session;
	char	*person, *role, *host, *reason, *by;
	char	*kept;		/* "kept 90 days": for the sentence at the end */
	char	*meta;		/* JSON, stored in the recording */
	char	*trail_meta;	/* likewise, in a trail of its own: there stands the command, too */
	char	**recipients;	/* age1... */
	char	**owners;	/* whose each of them is, where `keys` is above 1; else none */
	uint32_t keys;		/* so many persons must bring a key to open the recording; 0 as 1 */
	bool	 external;	/* envelope goes to the gate, not into the file */
	bool	 tty;
	bool	 gate;		/* there is a gate: descriptor WORKER_GATE is open */
	bool	 direct;	/* with a tty and without a gate: WORKER_OUT is the user's own terminal */
	bool	 warden;	/* there is a warden (or postern record in its place): WORKER_WARDEN is open */
	uint32_t cols, rows;
	int64_t	 started_us, ends_us;	/* wall, for people; 0 = no end */
	int64_t	 deadline_boot_us;	/* what counts; 0 = none */
	int64_t	 seconds;	/* of the grant */
	int64_t	 idle_s;	/* 0 = no idle limit */
	int64_t	 grace_s;	/* how long a full disk is waited for */
	bool	 mask;		/* there are masking rules: WORKER_RULES is open */
	struct wire_bytes mask_key;	/* for pseudonyms: 32 bytes of the site's, or empty: the worker makes one for this session */
	struct wire_bytes menu;	/* what the key of the session menu sends, at most 8 bytes; empty: there is none */
	int64_t	 keep_s;	/* a session with a terminal waits so long for a client that went; 0 = it ends */
	char	**guard;	/* rules of recorder/mask/guard_rule.h, five words each */
	int64_t	 freeze_s;	/* at the deadline it stands still for so long, then ends; 0 = it ends at once */
	uint32_t trail;		/* of enum role_trail: 0 = none, else WORKER_TRAIL is open */
	bool	 files;		/* what goes through is SFTP: its files are told, its bytes neither masked nor kept */
	bool	 own_trail;	/* what is run goes into a recording of its own: WORKER_TRAIL_REC and WORKER_TRAIL_TAIL are open */
};
struct wire_envelope { struct wire_bytes age; bool trail; };	/* worker to gate, the trail's first if it has one of its own; the worker waits for wire_go before anything is shown */
struct wire_go { bool on; };
struct wire_report {		/* worker to gate, numbered; repeated until acknowledged, inserted once */
	int64_t	 n;		/* 1, 2, ... within the session */
	int64_t	 time_us;
	char	*type;		/* started, warned, disk-full, disk-space, segment, resized, note, ended, dropped ... */
	char	*text;
	int64_t	 a, b, c;	/* ended: exit status, killed, survivors; segment: length, -, -; started: pid */
	struct wire_bytes sha256;
};
struct wire_ack { int64_t n; };			/* all up to n */
struct wire_status { bool on; };		/* gate asks */
struct wire_status_row {
	struct id session;
	char	*state;
	int64_t	 active_us, output_bytes, deadline_boot_us;
	uint32_t cols, rows, reports;		/* reports: last n */
};
struct wire_stop { char *reason; char *by; };	/* revoke: reason is shown to the engineer */
struct wire_deadline { int64_t boot_us, wall_us; char *reason; char *by; };	/* by: who moved it; empty: nobody says */
struct wire_tell { char *text; };		/* a sentence shown in the session */
struct wire_wish { int64_t n, seconds; char *reason; };	/* worker to gate: its engineer asks for more time; answered by wire_wished of the same n */
struct wire_wished { int64_t n; uint32_t status; char *text; };	/* status 0: text says what happens now */
struct wire_back { uint32_t cols, rows; };	/* gate to worker, alone on its connection, with a client's socket beside it */
struct wire_verdict { int64_t n; bool allow; char *by, *reason; };	/* gate to worker: an approver's answer about the line of its report `guard-asked` with this n */
struct wire_halt { bool on; char *by, *reason; };	/* freeze or thaw: reason is shown to the engineer */

/* ---- session: client and worker after the handover --------------------------------------------------------------- */

struct wire_started { struct id session; int64_t ends_us; char *text; };
struct wire_input { struct wire_bytes bytes; };
struct wire_output { struct wire_bytes bytes; };
struct wire_error_output { struct wire_bytes bytes; };
struct wire_size { uint32_t cols, rows; };	/* 0, 0: output goes to no terminal; the worker paints nothing over it */
struct wire_input_end { bool on; };		/* the client's standard input is at its end (no tty) */
struct wire_notice { char *text; };		/* for a client without a tty; with one the worker paints it */
struct wire_ended { char *why; int64_t exit_status; char *text; };	/* text: the sentence for people */

/* ---- inside a session: session.sock ------------------------------------------------------------------------------ */

struct wire_inside_status { bool on; };
struct wire_inside_row { struct id session; char *person, *role, *by, *reason; int64_t started_us, ends_us; };
struct wire_inside_end { bool on; };
struct wire_inside_note { char *text; };
struct wire_inside_extend { int64_t seconds; char *reason; };

/* ---- gate and keeper --------------------------------------------------------------------------------------------- */

/*
 * With descriptors: client, worker's gate socket, recording, tail, sealed launch file (what the session's child reads),
 * worker's start file (wire_start, framed), its masking rules if there are any, and the trail's recording and tail if it has one of
 * its own. The keeper looks into none of them.
 */
struct wire_launch {
	struct id session, grant;
	uint32_t role;			/* index in the role table */
	struct wire_bytes policy;	/* first 8 bytes of the policy's SHA-256: both must hold the same */
	bool	 tty;
	uint32_t cols, rows;
	int64_t	 deadline_boot_us;
	bool	 mask, own_trail;	/* those descriptors come too */
};
struct wire_launched { struct id session; int64_t worker_pid, warden_pid; };
/* Whatever is left of it is ended by its warden. `late`: its worker was told and has not done it; else that says it has. */
struct wire_end_session { struct id session; bool late; };
/* Its warden has gone, and that is what it wrote; not `known`: there is nothing of it to be found. */
struct wire_receipt { struct id session; bool known; int64_t killed, survivors, took_us; };
struct wire_launch_failed { struct id session; char *text; };
struct wire_table { struct wire_bytes policy; uint32_t roles; };	/* keeper to gate: the role table it holds now */

/* The launch file: read by the session's child after it has become the role's account, by nobody before. */
struct wire_launch_file { char *term; char **locale; char **command; };

#endif
