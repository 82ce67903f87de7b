/* SPDX-License-Identifier: ISC */
/* The gate's state, shared by its files: one process, one thread, one libevent loop. */
#ifndef POSTERN_RECORDER_GATE_GATE_H
#define POSTERN_RECORDER_GATE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/store.h"
#include "recorder/keeper/daemon.h"

struct event;
struct event_base;
struct gate_masks;
struct gate_aide;
struct deposit;
struct gate_replica;
struct live;
struct live_waiting;
struct members_round;
struct peer;
struct policy;
struct signer;
struct who_desk;

#define GATE_JUMP_US	INT64_C(3600000000)	/* a wall clock that is so far off has jumped */

/* What the keeper told last; the hash must be our policy's before anybody enters. */
struct gate_keeper {
	struct event	*readable;
	uint8_t		 hash[8];
	int64_t		 parted_us;	/* boottime when one of the two had read another policy, and the other had not */
	bool		 known;
};

/* Watches the wall clock against boottime, so that a jump stops deletion. */
struct gate_clock {
	int64_t	wall_us, boot_us;	/* a pair that was right */
	bool	jumped;
};

/* What deletion still has to do behind a key slot that has gone. */
struct gate_retention {
	bool	is_swept;	/* no file of an expired recording is left */
	bool	is_purged;	/* the catalogue's file has been rewritten since the last deletion */
	int64_t	purged_us;	/* boottime; 0: not since the start */
	int	held;		/* the error that stopped the last run; 0: none did */
};

/* Signing the log's heads (gate_head.h). */
struct gate_heads {
	struct signer	*signer;	/* NULL until its keys could be read */
	int		 error;		/* of the last try; 0: all is well */
	int		 given;		/* descriptor with the stable key, from a credential; -1: it lies in its file */
};

/* The keys that wrap the key slots (gate_wrap.h). */
struct gate_wrap {
	struct wraps	*keys;		/* secret memory */
	unsigned	 plain, old;	/* slots that were wrapped, and the log does not know it yet */
};

/* What workers have reported and is not in the log yet (live_report.h). */
struct gate_reports {
	struct live_waiting	*waiting;	/* room for LIVE_REPORTS_MOST; NULL: none wait */
	unsigned		 count;
	struct event		*due;
	int64_t			 full_boot_us;	/* when it was full last; 0: never */
};

struct gate {
	struct daemon		 daemon;
	struct event_base	*base;
	struct store		*store;		/* NULL while it cannot be opened; store_error says why */
	int			 store_error;
	struct policy		*policy;	/* NULL: none was ever valid */
	struct gate_masks	*masks;		/* its masking rules; NULL as long as there is none */
	struct who_desk		*who;
	struct members_round	*members;	/* NULL: nobody is asked for now */
	int64_t			 members_us;	/* boottime of the last answers; 0: never */
	struct gate_keeper	 keeper;
	struct gate_clock	 clock;
	struct gate_retention	 retention;
	struct gate_heads	 heads;
	struct gate_wrap	 wrap;
	struct gate_replica	*replica;	/* NULL: there is none */
	struct gate_aide	*aides;		/* outputs and witnesses */
	struct gate_reports	 reports;
	struct deposit		*deposits;	/* gate_deposit.h */
	struct peer		*peers;
	unsigned		 peer_count;
	struct live		*sessions;
	struct id		 boot;		/* the kernel's boot id */
};

/* Now, on both clocks; after a jump the wall clock is what it would be without one, until somebody confirms it. */
struct moment	gate_now(const struct gate *gate);

/* 0, or the error that stands in the way of everything that needs the catalogue; tries to open it again. */
int		gate_store(struct gate *gate);

/* (Re)loads the policy: a wrong one never replaces a good one. 0 or negative, said in the journal and the log. */
int		gate_load_policy(struct gate *gate);

#endif
