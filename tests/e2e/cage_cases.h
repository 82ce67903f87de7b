/* SPDX-License-Identifier: ISC */
/* What the cases of a cage share: the site, the verdict of the running case, and the lists of cases. */
#ifndef POSTERN_TESTS_E2E_CAGE_CASES_H
#define POSTERN_TESTS_E2E_CAGE_CASES_H

#include <stdbool.h>

#include "tests/e2e/cage.h"

#define IN_ROOT		(1 << CAGE_ROOT)
#define IN_TRIAL	(1 << CAGE_TRIAL)
#define IN_FALLBACK	(1 << CAGE_FALLBACK)
#define IN_ALL		(IN_ROOT | IN_TRIAL | IN_FALLBACK)

struct cage_test {
	const char	*name;
	void		(*run)(enum cage_mode mode);
	int		 modes;
	bool		 in_chroot;	/* also where "/" is no mount point */
	const char	*point;		/* "F7": one of the sixteen ways around a recorder that every session is tried with; or NULL */
};

#define CAGE_CASE(name, modes, in_chroot) { #name, name, modes, in_chroot, NULL }
#define CAGE_EVASION(point, name, modes, in_chroot) { #name, name, modes, in_chroot, point }
#define CAGE_LAST { NULL, NULL, 0, false, NULL }

/* Each ends with a NULL name. */
extern const struct cage_test cage_views[];	/* what a session is and sees */
extern const struct cage_test cage_ends[];	/* how it ends */
extern const struct cage_test cage_many[];	/* and that it does so every time */
extern const struct cage_test cage_freezes[];	/* how it stands still */
extern const struct cage_test cage_refusals[];	/* what is not started at all */
extern const struct cage_test cage_rights[];	/* what a role's rights let through */
extern const struct cage_test cage_evasions[];	/* and ways around them */
extern const struct cage_test cage_escapes[];	/* and around the recorder itself */
extern const struct cage_test cage_trails[];	/* what is told of it */
extern const struct cage_test cage_exacts[];	/* and by whom else */
extern const struct cage_test cage_psql[];	/* a role that is one program */

/* Trial mode where user namespaces are refused; for the chroot. */
void	 trial_mode_falls_back_by_itself(enum cage_mode mode);

/* The case that runs now. */
struct cage_case {
	struct cage_site	site;
	char			probe[160];	/* path of the probe inside */
	bool			fine;
	const char		*skip;		/* why it was not tried; NULL: it was */
};
extern struct cage_case cage_case;

/* The case fails, with a line of diagnosis, if not `good`; or if `word` is not in `text`. */
void	 cage_check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool	 cage_has(const char *text, const char *word);
void	 cage_check_word(const char *text, const char *word);

/* The receipt says that so many were killed and nobody is left. */
void	 cage_check_receipt(const struct cage *cage, long killed);

/* Real sudo: a rule for the test's account, in this file. The caller removes it. False: there is no sudo. */
bool	 cage_let_sudo(const char *path);

/* Starts it and waits until its command runs. */
bool	 cage_running(struct cage *cage);

/* To the end of a command that ends by itself; its output, which the caller frees. */
char	*cage_run_through(struct cage *cage);

/* The probe (cage_probe.h) as the role's command. */
void	 cage_run_probe(struct cage *cage, const char *what, const char *a, const char *b);

/* A probe that has become `count` processes and itself; with `more` the probe ends and they stay. */
bool	 cage_swarming(struct cage *cage, enum cage_mode mode, const char *count, const char *more);

#endif
