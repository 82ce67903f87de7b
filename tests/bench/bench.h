/* SPDX-License-Identifier: ISC */
/*
 * Recorders measured side by side: every round runs each of them once, one after the other, and figures are compared
 * only inside one run. bench.c is the order of things, peers.c knows the recorders, tasks.c and crowd.c measure,
 * session.c runs one recorder on a terminal, load.c makes what is printed, report.c writes the tables.
 */
#ifndef POSTERN_TESTS_BENCH_BENCH_H
#define POSTERN_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PATH_MOST	256
#define ARGS_MOST	24

/* What is printed in bulk. */
enum load { LOAD_LOG, LOAD_COLOUR, LOAD_CJK, LOAD_SCREENS, LOAD_SECRETS, LOAD_COUNT };
#define LOAD_RECORDED	LOAD_SECRETS	/* the rest is for masking alone */

enum peer_id { PEER_BARE, PEER_SCRIPT, PEER_SCRIPT_FLUSH, PEER_SUDO, PEER_SUDO_FLUSH, PEER_RECORD, PEER_MASKED, PEER_GATE, PEER_COUNT };

/* What is measured of a peer; each figure is one number a round. */
enum figure {
	FIG_WALL,			/* + enum load: seconds */
	FIG_CPU = FIG_WALL + LOAD_COUNT,	/* + enum load: the recorder's seconds of processor time */
	FIG_SIZE = FIG_CPU + LOAD_COUNT,	/* + enum load: bytes of the recording, for each byte shown */
	FIG_KEY = FIG_SIZE + LOAD_COUNT,	/* microseconds of each key */
	FIG_ECHO,			/* a round's median of them */
	FIG_SHOWN,			/* milliseconds from the start to the child's first output */
	FIG_START,			/* and to the recorder's end */
	FIG_ALONE,			/* MiB PSS of one session alone */
	FIG_CROWD,			/* MiB PSS a session, of many */
	FIG_PROCESSES,			/* of the recorder, a session */
	FIG_COUNT
};

struct series {
	double	*values;	/* heap; sorted by series_sort() only */
	size_t	 count, room;
};

struct bench {
	/* what was asked for */
	int		 rounds, keys, starts, sessions;
	double		 megabytes;
	bool		 is_masking;		/* nothing else is asked for */
	const char	*programs;		/* folder with postern and postern-worker */
	const char	*captures;		/* folder with terminal captures, or NULL */
	/* what it works with */
	char		 dir[PATH_MOST];	/* temporary; all lies below it */
	char		 child[PATH_MOST];
	char		 key[128];		/* an auditor's public key */
	char		 load_path[LOAD_COUNT][PATH_MOST];
	size_t		 load_bytes[LOAD_COUNT];	/* 0: there is none */
	bool		 is_missing[PEER_COUNT];
	pid_t		 gate;			/* posternd; 0 */
	/* what came out */
	struct series	 figures[PEER_COUNT][FIG_COUNT];
	struct series	 redact_cpu[LOAD_COUNT];	/* MB a second of processor time, of `postern redact` */
	struct series	 redact_wall[LOAD_COUNT];	/* MB a second */
	struct series	 byte_us[LOAD_COUNT];		/* microseconds of processor time for a write of one byte */
	size_t		 screen_bytes, stream_bytes;	/* memory of the screen alone, and of a stream with it, 80x24 */
	double		 load_low, load_high;	/* load average before the rounds */
	double		 others;		/* processors that other work used meanwhile */
};

/* ---- session.c: one recorder on a terminal of 24 by 80, in front of which sits a fast reader. */
struct session {
	pid_t	pid;
	int	fd;		/* master; -1 once it has ended */
	double	began;		/* now() */
	double	ended;		/* seconds that it took */
};

double	now(void);			/* seconds, monotonic */
int	session_start(struct session *session, const struct bench *bench, char *const argv[]);
/* Reads until `text` is seen (NULL: to the end) and throws the rest away. False after `limit` seconds. */
bool	session_read(struct session *session, const char *text, double limit);
int	session_type(const struct session *session, char key);
/* The reader goes on to the end, the recorder is reaped with all that it left behind. False if it had to be killed. */
bool	session_end(struct session *session, const struct bench *bench);

/* ---- peers.c */
struct peer {
	const char	*name, *about;
	const char	*program;	/* looked for in PATH; NULL: ours or none */
};

extern const struct peer peers[PEER_COUNT];

int	peers_begin(struct bench *bench);	/* finds out who is there; says who is not, and why */
/* argv for a recorder round the child with these arguments; static, until the next call. */
char	*const *peer_argv(const struct bench *bench, enum peer_id id, const char *const arguments[]);
size_t	peer_size(const struct bench *bench, enum peer_id id);	/* bytes of the recordings that lie there */
void	peer_clear(const struct bench *bench, enum peer_id id);	/* removes them */
void	peer_fail(struct bench *bench, enum peer_id id, const char *what);	/* says so; it is left out from now on */
void	peers_versions(const struct bench *bench);	/* a line each */

/* ---- gate.c: a private posternd in trial mode, for the sessions of a gate */
int	gate_begin(struct bench *bench);	/* 0, or -1 after a sentence */
void	gate_end(struct bench *bench);

/* ---- load.c */
int	load_make(struct bench *bench);

/* ---- tasks.c, crowd.c: one round each, over all peers */
void	task_bulk(struct bench *bench, enum load load);
void	task_echo(struct bench *bench);
void	task_start(struct bench *bench);
void	task_crowd(struct bench *bench);

/* ---- mask.c: masking alone, without a recorder */
void	task_redact(struct bench *bench);	/* a round */
void	task_bytes(struct bench *bench);
double	mask_throughput_least(enum load load);	/* the aim in MB a second; 0: none */

/* ---- clean.c: what must not stay behind goes, whichever way the bench ends */
int	clean_begin(const char *dir);		/* a process of its own; it removes `dir` and our file in sudoers.d */
void	clean_end(void);			/* tells it to, and waits until it has */
void	clean_folder(const char *dir, bool itself);
const char	*clean_sudoers(void);		/* path of the drop-in, the same for all of this run */

/* ---- report.c */
void	series_add(struct series *series, double value);
double	series_at(const struct series *series, double part);	/* 0 lowest, 0.5 median, 1 highest */
void	report(const struct bench *bench);

#endif
