/* SPDX-License-Identifier: ISC */
/*
 * postern-worker: one per session. It owns the pty's master, the recording and the deadline, opens no file and no
 * network, and keeps one promise: a byte is in the recording before anybody sees it.
 *
 * All its parts hang on struct worker and run in one loop (worker.c); each part has a file: worker_NAME.c.
 */
#ifndef POSTERN_RECORDER_WORKER_WORKER_H
#define POSTERN_RECORDER_WORKER_WORKER_H

#include <stdbool.h>

#include "lib/record/command.h"
#include "lib/record/event.h"
#include "lib/term/notice.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"

struct grid;
struct guard_rule;
struct guard_rules;
struct mask_entered;
struct mask_input;
struct mask_match;
struct mask_rules;
struct mask_stream;
struct rec_exec;
struct rec_writer;
struct sftp;
struct warden_word;

#define WORKER_CLIENT_OUT	(256u * 1024 + WORKER_STAGE)	/* 128 KiB before output is held back, a turn's output, and the last words */
#define WORKER_BATCH		(48u * 1024)	/* most output of one turn */
#define WORKER_NOTICE	224	/* room for a notice, with the NUL */
#define GUARD_CHARACTERS	60	/* of a line in a notice */
#define GUARD_SHOWN	(4 * GUARD_CHARACTERS + 8)
#define WORKER_STAGE		(1u << 20)	/* most of what such a turn shows: masking may have to paint a whole screen */
#define WORKER_INSIDE_MOST	8		/* connections from inside the session at one time */

enum worker_phase {
	WORKER_WAITING,		/* for the gate's wire_go */
	WORKER_RUNNING,
	WORKER_ENDING,		/* the warden ends the processes; their last output is recorded */
	WORKER_CLOSING,		/* the recording is closed; client and gate are told */
	WORKER_OVER
};

/* Moments at which something is to be done, of CLOCK_BOOTTIME; 0 = never. One timer serves them all. */
enum worker_due {
	DUE_GO,			/* the gate has not said wire_go */
	DUE_WARN,		/* five minutes, then one minute before the end */
	DUE_DEADLINE,
	DUE_ENDING,		/* the deadline has passed, and the session stands still: until then it may be extended */
	DUE_IDLE,
	DUE_NOTICE,		/* the notice has been there long enough */
	DUE_PAINT,		/* the terminal does not show what it should */
	DUE_SEGMENT,		/* the segment is old enough to be closed */
	DUE_MASK,		/* masking has waited long enough */
	DUE_INPUT,		/* and so has what was typed, for its echo */
	DUE_GUARD,		/* a guard looks again, or nobody has answered it */
	DUE_MENU,		/* the menu shows the time that is left */
	DUE_KEEP,		/* its client has not come back */
	DUE_TRAIL,		/* the trail's pipe is read again */
	DUE_TRAIL_LOST,		/* it ended, and nobody said why */
	DUE_REOPEN,		/* the slave was closed by all; somebody may open it again */
	WORKER_DUE_RUNNING,	/* what stands before is for running sessions only */
	DUE_RETRY = WORKER_DUE_RUNNING,	/* the disk was full: try again */
	DUE_GRACE,		/* it has been full for too long */
	DUE_RECEIPT,		/* the warden has not answered */
	DUE_CLOSED,		/* client and gate have not taken the last words */
	DUE_COUNT
};

/* Why a session ends: a row of the table in worker_end.c. */
enum worker_why {
	WHY_NONE,
	WHY_EXITED,
	WHY_DEADLINE,
	WHY_REVOKED,
	WHY_GIVEN_BACK,
	WHY_IDLE,
	WHY_CLIENT,		/* its client went */
	WHY_DISK,
	WHY_RECORDING,		/* the recording is lost for another reason */
	WHY_WARDEN,		/* the warden went without a receipt */
	WHY_START,		/* the command could not be started */
	WHY_GATE,		/* no wire_go */
	WHY_TRAIL,		/* the tracer went */
	WHY_FILES,		/* what came was no SFTP */
	WHY_TERMINATED,		/* SIGTERM */
	WHY_COUNT
};

/* The recording. What is staged has been put into it, but is not sealed yet, so nobody may have it. */
struct worker_tape {
	struct rec_writer	*writer;
	struct rec_writer	*trail;		/* what is run goes there; NULL: into the same one */
	struct buf		 out, err, in;	/* staged */
	bool			 is_dirty;	/* something was put since the last seal */
	int64_t			 last_us;	/* time of the event put last, as those of the recording */
	bool			 is_held;	/* the disk does not take it */
	bool			 is_closing, is_closed;	/* closing: nothing more is put */
	int			 wake, woken;	/* eventfds to and from the sync thread */
	int			 sync_result;	/* of the thread's last fdatasync; read after `woken` */
	bool			 is_syncing;
};

/* A piece of what was decided: from here to the next one's beginning it came at one time. */
struct decided {
	size_t	from;
	int64_t	came_us;	/* boot; 0: not known */
};

/* One of the session's streams on its way through the mask. */
struct masked {
	struct mask_stream	*stream;	/* NULL: none, or nothing is masked */
	enum rec_kind		 kind;
	struct buf		*stage;		/* of the tape: what the screen may have when it is sealed */
	struct buf		 decided, pieces;	/* for the recording; when it came, as struct decided */
	bool			 is_lost;	/* more than these take */
};

struct worker_mask {
	struct mask_rules	*rules;
	struct mask_match	*match;		/* NULL: nothing is masked */
	struct masked		 out, err;
	uint64_t		*told;		/* of each rule: how many values the recording knows of */
	bool			 is_over;
};

/* What is typed, until it is decided what of it may be recorded. */
struct worker_input {
	struct mask_input	*keys;		/* with a tty */
	struct grid		*grid;		/* what they are compared with, where nothing is masked; else the mask's own */
	struct mask_stream	*piped;		/* without a tty, if something is masked */
	struct buf		 decided;	/* of `piped` */
	size_t			 undecided;	/* keys that the tail knows of */
};

/* Lines that are entered on a terminal. */
struct worker_line {
	struct mask_entered	*entered;	/* NULL: there is no terminal */
};

/* A program that waits in the kernel until it is answered. */
#define WORKER_EXECS	16	/* that wait for a person; more are refused */
struct worker_exec {
	uint64_t		 id;
	const struct guard_rule	*rule;
	char			*line;	/* masked */
};

/* Lines that are asked about before they are entered, and programs before they are executed. */
enum worker_guard_state { GUARD_OPEN, GUARD_CONFIRMING, GUARD_ASKING };
struct worker_guard {
	struct guard_rules	*rules;		/* NULL: none */
	bool			 has_lines, has_execs;	/* some look at lines on a terminal; at programs */
	enum worker_guard_state	 state;
	const struct guard_rule	*rule;		/* that the line has met */
	char			*line;		/* masked */
	char			 word[16];	/* being typed to confirm it */
	int64_t			 n;		/* of the question */
	bool			 may_pass;	/* the Enter that comes next was allowed */
	const struct guard_rule	*let, *passed;	/* by this rule; and that of the last Enter: it asks no second time about what comes of the line */
	bool			 is_exec;	/* rule and line are about the program `exec` */
	uint64_t		 exec, first;	/* the role's own command: with a yes to it comes one to what it is made of */
	struct worker_exec	 waiting[WORKER_EXECS];	/* behind that */
	size_t			 wait_count;
	int			 answers;	/* to the tracer; -1: it does not ask */
	struct buf		 answered;	/* struct answer: go when what they follow from is sealed */
	bool			 is_paste;	/* between the brackets of something pasted */
	int64_t			 handed_us, entered_us;	/* boot: the last key, the last Enter or interrupt; 0: none */
	uint64_t		 handed_place, entered_place;	/* of the output, then */
};

/* The session's side: the pty's master, or three pipes. */
struct worker_port {
	int		in, out, err;	/* with a tty in and out are the master and err is -1; -1 = closed */
	bool		is_paused;	/* all slaves are closed for now */
	bool		input_over;	/* the client's input has ended; in follows when all is written */
	struct buf	arrived;	/* from the client, not recorded yet */
	struct buf	typed;		/* not written yet */
	bool		typed_end;	/* what is in `typed` stands for the end of a pipe */
	uint8_t		last;		/* byte that was written */
	uint32_t	cols, rows;
	int64_t		active_us;	/* wall: last output or key */
	int64_t		output_bytes;
};

struct worker_client {
	struct wire_conn	conn;
	int			screen;		/* the user's terminal itself, in direct mode; else -1 */
	struct buf		shown;		/* sealed, and waiting for the screen */
	bool			is_silent;	/* it sends no more */
};

/* What a report says; borrowed. */
struct worker_news {
	const char	*type, *text;	/* text may be NULL */
	int64_t		 a, b, c;
	const uint8_t	*sha256;	/* NULL or SECRET_SHA256 bytes */
};

/* Reports are kept until the gate has them in its log. */
struct worker_gate {
	struct wire_conn	 conn, next;	/* next: has connected, has not said hello */
	int			 listener;
	int			 passed;	/* a client's socket that came with `next`; -1 */
	struct wire_report	*kept;		/* a heap array, oldest first */
	size_t			 count;
	int64_t			 last;		/* number of the newest */
	int64_t			 dropped;	/* reports that found no room */
};

struct worker_inside {
	int			listener;
	size_t			oldest;		/* who makes room when all are taken */
	struct wire_conn	conn[WORKER_INSIDE_MOST];	/* fd -1: free */
	int64_t			notes_us;	/* boottime up to which notes are used up */
};

/* The end, once it has begun. */
struct worker_end {
	enum worker_why	 why;
	char		*by, *text;	/* who ended it, and what they said; NULL if nobody */
	int32_t		 status;	/* of the command */
	bool		 has_status, has_receipt;
	bool		 is_told;	/* the client has had its time; only a gate is waited for */
	bool		 is_forced;	/* a client that does not read is no reason to wait */
	int64_t		 close_until_us;	/* boot: a recording that cannot be closed is tried till then; 0 = not tried */
	int64_t		 killed, survivors;
};

/* Why the session stands still: any of these. */
enum { FREEZE_PERSON = 1, FREEZE_DEADLINE = 2 };
struct worker_freeze {
	unsigned	 why;		/* 0: it runs */
	char		*by, *text;	/* of FREEZE_PERSON */
};

/* The session menu. */
enum worker_menu_view { MENU_CLOSED, MENU_KEYS, MENU_MORE, MENU_NOTE, MENU_END };
struct worker_menu {
	enum worker_menu_view	view;
	uint8_t			key[8];		/* what opens it */
	size_t			key_count;	/* 0: nothing does */
	char			line[WORKER_NOTICE];	/* being typed: UTF-8 */
	size_t			used;
};

/* A client that went and may come back. */
struct worker_drop {
	bool	is_away;
	bool	is_blank;	/* it is back, but its terminal has not been painted: it gets no output before that */
	int64_t	since_us;	/* boot: away, or back */
};

/* A wish for more time that the gate has not answered; n 0: none. */
struct worker_wish {
	int64_t	n, last;
	int64_t	next_us;	/* boot: none is taken before */
	int	slot;		/* whose connection from inside it is; -1: the screen's */
};

/* What the tracer tells. */
struct worker_trail {
	int		fd;		/* -1: the role leaves no trail */
	struct buf	in;		/* frames that have not come whole */
	bool		has_begun, has_none;	/* has_none: it cannot be kept here, for this reason: */
	char		none[200];
	bool		is_over;	/* the pipe's end */
	bool		is_complete;	/* the tracer has said so before it */
	bool		is_covered;	/* the coverage statement is told */
	uint64_t	execs, missing, files, unknown, cut, no_status;
	uint8_t		witness;	/* of enum tracer_ready: of arguments, */
	uint64_t	exacts, mismatches, exact_lost;	/* which saw so many execs, so many that were claimed otherwise, and missed so many */
};

/* A session that copies files. */
struct worker_files {
	struct sftp	*sftp;		/* NULL: it is an ordinary one */
	bool		 is_broken;	/* nothing goes through any more */
	int64_t		 said_us;	/* boottime up to which the log's room is used up */
	uint64_t	 unsaid;
};

/* The notice over the picture. */
struct worker_bar {
	struct grid	*grid;		/* what the client's terminal shows; NULL without a tty or a gate: then it was not cleared before */
	struct notice	 notice;	/* what stands on the client's terminal */
	bool		 is_blind;	/* the client's output goes to no terminal */
	bool		 is_new;	/* text has changed since it was drawn */
	char		*text;		/* what should stand there; NULL: the program's own row */
	struct buf	 bytes;		/* being painted */
};

struct worker {
	struct wire_message		 message;	/* owns what start points to */
	const struct wire_start		*start;
	enum worker_phase		 phase;
	int				 signals, timer, warden;
	int64_t				 due[DUE_COUNT], armed_us;
	int64_t				 zero_us;	/* boot time of the recording's 0 */
	int64_t				 deadline_us, ends_us;	/* boot; wall; 0 = none */
	struct worker_tape		 tape;
	struct worker_mask		 mask;
	struct worker_input		 input;
	struct worker_line		 line;
	struct worker_guard		 guard;
	struct worker_port		 port;
	struct worker_client		 client;
	struct worker_gate		 gate;
	struct worker_inside		 inside;
	struct worker_end		 end;
	struct worker_bar		 bar;
	struct worker_freeze		 freeze;
	struct worker_wish		 wish;
	struct worker_drop		 drop;
	struct worker_menu		 menu;
	struct worker_trail		 trail;
	struct worker_files		 files;
};

/* ---- worker_setup.c: 0 or negative; then there is no session (worker_refuse) */
int	worker_setup(struct worker *worker);
void	worker_refuse(int error);	/* tells the client */
void	worker_release(struct worker *worker);
int	worker_begin(struct worker *worker);	/* the first words to the gate, or the session at once */
void	worker_run(struct worker *worker);	/* from WAITING to RUNNING */

/* ---- worker_tape.c */
int	tape_open(struct worker *worker);	/* recording, keys, the sync thread */
void	tape_done(struct worker_tape *tape);
void	tape_put(struct worker *worker, const struct rec_event *event);
void	tape_put_came(struct worker *worker, const struct rec_event *event, int64_t came_us);	/* terminal output that came then (boot), before or behind what was put since */
void	tape_text(struct worker *worker, enum rec_kind kind, const char *text);	/* a note or a state */
void	tape_seal(struct worker *worker);	/* hands what was put to the kernel, and what was staged on */
void	tape_retry(struct worker *worker);	/* DUE_RETRY */
void	tape_grace(struct worker *worker);	/* DUE_GRACE */
void	tape_tick(struct worker *worker);	/* DUE_SEGMENT */
void	tape_synced(struct worker *worker);	/* the thread is done */
int64_t	tape_close(struct worker *worker, const char *why);	/* with the last event; the file's length, or negative: try again */
bool	tape_sum(const struct worker_tape *tape, uint8_t sha256[32]);	/* of the closed file; false if it is not closed */
int64_t	tape_trail_sum(const struct worker_tape *tape, uint8_t sha256[32]);	/* the same of the trail's, with its length; -1 if there is none */
void	tape_trail_text(struct worker *worker, enum rec_kind kind, const char *text);	/* what stands in both; nothing without a trail of its own */

/* ---- worker_mask.c: all but masking_write() do nothing where nothing is masked */
int	masking_open(struct worker *worker);	/* 0 or ERR_MASK_RULES */
void	masking_done(struct worker_mask *mask);
void	masking_write(struct worker *worker, bool is_err, const uint8_t *bytes, size_t count);	/* output */
void	masking_typed(struct worker *worker);	/* its echo does not wait */
void	masking_resize(struct worker *worker);	/* before the recording knows of it */
void	masking_flush(struct worker *worker);	/* everything is decided as it is */
void	masking_tick(struct worker *worker);	/* DUE_MASK */
int	masking_undecided(struct worker *worker);	/* tells the writer, before a flush; 0 or negative */
void	masking_count(struct worker *worker);	/* how often each rule has covered, into the recording */
void	masking_end(struct worker *worker);	/* the last of all that; once */
char	*masking_text(struct worker *worker, const char *text);	/* a covered copy; the caller frees */

/* ---- worker_input.c */
void	input_open(struct worker *worker);	/* after masking_open() */
const struct grid *input_grid(const struct worker *worker);	/* the session's screen before masking; NULL without a tty */
void	input_done(struct worker_input *input);
void	input_piped(struct worker *worker, const uint8_t *bytes, size_t count);	/* without a tty: it goes to the session when it is sealed */
int	input_tty(const struct worker *worker);	/* enum mask_tty: what the terminal does with keys now */
void	input_handed(struct worker *worker, const uint8_t *bytes, size_t count, int tty);	/* keys have gone to the terminal */
void	input_shown(struct worker *worker, const uint8_t *bytes, size_t count);	/* output, where nothing is masked */
size_t	input_piece(const struct worker *worker, const uint8_t *bytes, size_t count);	/* the mask takes so much of the output at once */
void	input_masked(struct worker *worker, const uint8_t *bytes, size_t count);	/* and has taken this */
void	input_resize(struct worker *worker);
int	input_undecided(struct worker *worker);	/* as masking_undecided() */
void	input_tick(struct worker *worker);	/* DUE_INPUT */
void	input_end(struct worker *worker);	/* what is not decided will not be */

/* ---- worker_line.c: nothing without a terminal */
void	line_open(struct worker *worker, const struct grid *grid);	/* that shows the output as it was */
void	line_done(struct worker_line *line);
void	line_typed(struct worker *worker, const uint8_t *bytes, size_t count, int tty);	/* keys are handed to the terminal; ECHO: it has echoed all of them */
size_t	line_piece(const struct worker *worker, const uint8_t *bytes, size_t count);	/* so much of the output may be shown before line_shown() */
void	line_shown(struct worker *worker);

/* ---- worker_guard.c: nothing without rules */
bool	guard_open(struct worker *worker);	/* false: the rules cannot be used */
void	guard_done(struct worker_guard *guard);
bool	guard_is_asking(const struct worker *worker);	/* keys are for guard_keys() */
char	*guard_text(const struct worker *worker, char text[WORKER_NOTICE]);	/* what stands there meanwhile */
size_t	guard_limit(struct worker *worker, const uint8_t *bytes, size_t count);	/* so many may be handed on now; 0: DUE_GUARD looks again */
void	guard_handed(struct worker *worker, const uint8_t *bytes, size_t count);
void	guard_keys(struct worker *worker, const uint8_t *bytes, size_t count);
void	guard_heard(struct worker *worker, const struct wire_verdict *verdict);
void	guard_again(struct worker *worker);	/* another gate: it is asked once more */
void	guard_tick(struct worker *worker);	/* DUE_GUARD */
void	guard_tell(struct worker *worker, enum rec_guard_did did, const char *by);	/* what became of rule and line: into the recording and to the gate */
void	guard_ask(struct worker *worker, enum worker_guard_state state);	/* about rule and line */
char	*guard_shown(const char *line, char text[GUARD_SHOWN]);	/* its beginning, on one row */

/* ---- worker_guard_exec.c */
void	guard_exec_open(struct worker *worker);	/* after the rules are there */
void	guard_exec_done(struct worker_guard *guard);
void	guard_exec(struct worker *worker, uint64_t id, const struct rec_exec *exec);	/* the tracer asks; NULL: what it asks cannot be understood */
void	guard_exec_changed(struct worker *worker);	/* one that was allowed is not the same any more, and was refused */
void	guard_exec_answer(struct worker *worker, bool may_run);	/* to the one that is asked about; the next one's turn comes with guard_exec_next() */
void	guard_exec_next(struct worker *worker);	/* nothing is asked now */
bool	guard_exec_is_due(const struct worker *worker);	/* there are answers to be sent */
void	guard_exec_send(struct worker *worker);	/* after sealing */

/* ---- worker_port.c */
int	port_open(struct worker *worker);
void	port_done(struct worker_port *port);
bool	port_read(struct worker *worker, bool is_err);	/* output into the stage; false if there was none */
void	port_type(struct worker *worker);	/* arrived input on its way, when it is time */
void	port_write(struct worker *worker);	/* to the session */
bool	port_wants_input(const struct worker *worker);	/* there is something for the session, and it may have it */
void	port_resize(struct worker *worker, uint32_t cols, uint32_t rows);
bool	port_wants_output(const struct worker *worker);	/* there is room for more */

/* ---- worker_client.c */
void	client_read(struct worker *worker);
void	client_hear(struct worker *worker);	/* messages that were read and had no room before */
void	client_take(struct worker *worker, int fd);	/* another one, in place of one that has gone */
void	client_lost(struct worker *worker);	/* it hung up while nothing was read from it */
void	client_flush(struct worker *worker);
size_t	client_waiting(const struct worker *worker);	/* bytes it has not taken yet */
void	client_keys(struct worker *worker);	/* direct mode: what was typed */
void	client_show(struct worker *worker, enum wire_kind kind, const struct buf *bytes);	/* WIRE_OUTPUT, WIRE_ERROR_OUTPUT */
void	client_put(struct worker *worker, enum wire_kind kind, const void *fields);

/* ---- worker_gate.c */
void	gate_init(struct worker *worker);
void	gate_done(struct worker_gate *gate);
void	gate_read(struct worker *worker);
void	gate_flush(struct worker *worker);
void	gate_accept(struct worker *worker);
void	gate_next_read(struct worker *worker);
void	gate_report(struct worker *worker, const struct worker_news *news);	/* numbers and keeps it, and sends it */
bool	gate_has_all(const struct worker_gate *gate);	/* every report is acknowledged, or nobody is there to do it */

/* ---- worker_inside.c */
void	inside_init(struct worker_inside *inside, int listener);
void	inside_done(struct worker_inside *inside);
void	inside_accept(struct worker *worker);
void	inside_read(struct worker *worker, size_t i);

int	inside_note(struct worker *worker, const char *text);	/* into the recording; ERR_IN_USE: too many at once */

/* ---- worker_end.c */
/* The first reason counts. `by` and `text` may be NULL. */
void	end_begin(struct worker *worker, enum worker_why why, const char *by, const char *text);
void	end_read_warden(struct worker *worker);
void	end_step(struct worker *worker);	/* once a turn: goes on as far as it can */
bool	end_is_over(const struct worker *worker);	/* nobody waits for anything any more */
void	end_give_up(struct worker *worker);	/* DUE_RECEIPT */
void	end_overdue(struct worker *worker);	/* DUE_CLOSED */

/* ---- worker_freeze.c */
bool	freeze_is_on(const struct worker *worker);
void	freeze_on(struct worker *worker, unsigned why, const char *by, const char *text);	/* again for the same reason: nothing */
void	freeze_off(struct worker *worker, unsigned why, const char *by);
void	freeze_heard(struct worker *worker, const struct warden_word *word);
char	*freeze_notice(const struct worker *worker, char text[WORKER_NOTICE]);	/* what the engineer reads while it is on */
void	freeze_done(struct worker_freeze *freeze);

/* ---- worker_drop.c */
bool	drop_is_possible(const struct worker *worker);	/* the role keeps sessions, and this one can be painted anew */
bool	drop_begin(struct worker *worker, const char *why);	/* the client has gone; false: then the session ends */
void	drop_detach(struct worker *worker);	/* the client is told to go */
void	drop_back(struct worker *worker, int fd, const struct wire_back *back);	/* takes the descriptor, which the gate has made non-blocking */
void	drop_paint(struct worker *worker);	/* the whole picture, if the client still waits for it */

/* ---- worker_menu.c */
void	menu_init(struct worker *worker);
bool	menu_is_open(const struct worker *worker);
char	*menu_text(const struct worker *worker, char text[WORKER_NOTICE]);	/* the line that stands there while it is open */
void	menu_tick(struct worker *worker);	/* DUE_MENU */
/*
 * Takes what is the menu's off the beginning of what was typed: so many bytes, behind which *passed ones are the
 * session's. Again, with the rest, until nothing is left.
 */
size_t	menu_take(struct worker *worker, const uint8_t *bytes, size_t count, size_t *passed);

/* ---- worker_wish.c */
/* slot: of the connection from inside, or -1. 0, ERR_IN_USE (one is under way), ERR_PEER_GONE (no gate). */
int	wish_send(struct worker *worker, int slot, int64_t seconds, char *reason);
void	wish_heard(struct worker *worker, const struct wire_wished *wished);
void	wish_lost(struct worker *worker);	/* the gate has gone */
void	wish_forget(struct worker *worker, int slot);	/* that connection is somebody else's now */

/* ---- worker_trail.c */
void	trail_open(struct worker *worker);
void	trail_done(struct worker_trail *trail);
bool	trail_is_wanted(const struct worker *worker);
bool	trail_read(struct worker *worker);	/* into the recording; false if there was none */
void	trail_ready(struct worker *worker);	/* the same, and then not again for a moment */
bool	trail_is_lost(struct worker *worker);	/* it has ended too early */
void	trail_lost(struct worker *worker);	/* DUE_TRAIL_LOST */
void	trail_cover(struct worker *worker);	/* what was not captured; once, before the recording is closed */

/* ---- worker_files.c */
void	files_open(struct worker *worker);
void	files_done(struct worker_files *files);
bool	files_is_on(const struct worker *worker);	/* what goes through is neither masked nor recorded */
int	files_hear(struct worker *worker, bool is_server, const uint8_t *bytes, size_t count);	/* before they go on; negative: they must not */
void	files_end(struct worker *worker);	/* nothing more comes; before the recording is closed */

/* ---- worker_bar.c */
#define BAR_HELD	"The recording cannot be written (disk full?). Input and output wait until it can."
void	bar_init(struct worker *worker);
void	bar_done(struct worker_bar *bar);
void	bar_begin(struct worker *worker);	/* once, right after WIRE_STARTED */
void	bar_feed(struct worker *worker, const uint8_t *bytes, size_t count);	/* what the client's screen gets */
void	bar_say(struct worker *worker, const char *text, bool is_lasting);
void	bar_anew(struct worker *worker);	/* the whole picture, on a terminal of which nothing is known */
void	bar_resize(struct worker *worker);
void	bar_clear(struct worker *worker);
void	bar_tick(struct worker *worker);	/* DUE_PAINT */
void	bar_warn(struct worker *worker);	/* DUE_WARN */
void	bar_deadline(struct worker *worker, const struct wire_deadline *deadline);	/* a new one */
void	bar_leave(struct worker *worker);	/* the client's terminal back to a sane state */

#endif
