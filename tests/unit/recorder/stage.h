/* SPDX-License-Identifier: ISC */
/* A stage for the real postern-worker: the test is its gate, client, warden and session. Whatever fails, fails the test. */
#ifndef POSTERN_TESTS_UNIT_RECORDER_STAGE_H
#define POSTERN_TESTS_UNIT_RECORDER_STAGE_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/record/agekey.h"
#include "lib/record/event.h"
#include "lib/wire/conn.h"

struct grid;
struct wire_start;

#define LIMIT_MS	20000	/* how long anything is waited for */

/* A stage: the worker and everybody around it. */
struct stage {
	char			 dir[64];
	pid_t			 worker;
	struct wire_conn	 client, gate;
	int			 warden;
	int			 slave;			/* with a tty */
	int			 in, out, err;		/* without: the command's ends */
	uint8_t			 identity[AGE_KEY];
	char			 recipient[AGE_TEXT];
	struct buf		 shown, shown_err;	/* what the client got */
	struct grid		*screen;		/* what its terminal shows */
	struct buf		 rules;			/* packed, for a start that masks */
	bool			 trail_is_full;		/* a start with a trail of its own finds no room for it */
	rlim_t			 file_most;		/* longest file the worker may write; 0 = any: a full disk for everybody */
};

/* Fixtures of each test: *state is a struct stage. */
int		 stage_setup(void **state);
int		 stage_teardown(void **state);

/* Starts the worker; `start` says what there is. */
void		 stage_start(struct stage *s, struct wire_start *start);

char		*stage_path(const struct stage *s, const char *name);	/* in the stage's folder; the caller frees it */
void		 stage_readable(int fd);	/* waits for it */
void		 stage_say(struct wire_conn *conn, enum wire_kind kind, const void *fields);
void		 stage_type(struct stage *s, const char *keys);

/* The next message; it must be of this kind. */
void		 stage_expect(struct wire_conn *conn, enum wire_kind kind, struct wire_message *message);
/* The next message to the client that is not output; output is collected. */
unsigned	 stage_hear(struct stage *s, struct wire_message *message);
/* Until the client's terminal shows the text, or no longer does. */
void		 stage_screen(struct stage *s, const char *text, bool is_there);
void		 stage_started(struct stage *s);
void		 stage_go(struct stage *s);	/* the gate's go, and the report that it has begun */
void		 stage_ack_until(struct stage *s, const char *type);	/* acknowledges up to the report of this type */
void		 stage_ended(struct stage *s, const char *words);	/* wire_ended comes, with these words in its sentence */
void		 stage_exits(struct stage *s);	/* the worker ends with status 0 */

void		 stage_warden_says(struct stage *s, uint32_t what, int32_t status, int64_t killed);
uint32_t	 stage_ordered(struct stage *s);	/* what the warden is ordered next: its op */
void		 stage_warden_ordered(struct stage *s);	/* to end the session */

/* All events of a kind in the recording, or in the trail of its own, joined; the caller frees it. */
char		*stage_recorded(struct stage *s, enum rec_kind kind);
char		*stage_run(struct stage *s, enum rec_kind kind);

#endif
