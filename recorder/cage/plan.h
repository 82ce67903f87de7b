/* SPDX-License-Identifier: ISC */
/*
 * What one session may do, worked out by init before anything is given up: the role's rights with its baseline, home,
 * loaders and libraries as whole paths. Mounts (init_private.c) and Landlock rules (plan_rules) are made of the same list.
 */
#ifndef POSTERN_RECORDER_CAGE_PLAN_H
#define POSTERN_RECORDER_CAGE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/cage/account.h"
#include "recorder/cage/landlock.h"
#include "recorder/keeper/enforced.h"

struct warden_start;

/* A file or tree that is there, without symbolic links. */
struct plan_path {
	char		*path;
	uint64_t	 access;	/* of LL_*; what the kernel does not handle may be in it */
	bool		 program;	/* may be mapped as a program: not under a noexec mount */
};

struct plan {
	const struct warden_start	*start;
	struct account			 account;
	const char			*command;	/* what is going to run */
	bool				 confined;	/* the role has a `may`; else there are no paths */
	uint32_t			 abi;
	struct landlock_handled		 handled;
	struct plan_path		*paths;
	size_t				 count;
	struct enforced			 enforced;	/* marks are added where things are done */
};

/* The account a session runs as, allowed or not: by name, or oneself in trial mode. 0 or an error of account.h. */
int	plan_account(const struct warden_start *start, struct account *account);

/* Fills the plan; it lives as long as the process. 0, or below zero with a sentence in `why`. */
int	plan_make(const struct warden_start *start, struct plan *plan, char *why, size_t size);

/*
 * The ruleset for landlock_restrict: call it after the mounts are made, before privileges are given up. A descriptor, -1
 * if there is nothing to restrict by (*error is 0) or it fails (*error below zero).
 */
int	plan_rules(struct plan *plan, int *error);

/* O_PATH on a path in which no link may be: what was looked up before must still be the same. A descriptor or -errno. */
int	plan_open(const char *path);

/* Of enum rights_need: what is not enforced, given the marks so far. The role's own needs are `start->role.rights.need`. */
uint32_t plan_missing(const struct plan *plan);

#endif
