/* SPDX-License-Identifier: ISC */
/* The part of a class's check that is about opening its recordings. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_CHECK_OPEN_H
#define POSTERN_RECORDER_POLICY_POLICY_CHECK_OPEN_H

struct check;
struct policy;
struct policy_class;

/* Checks what stands at the path `base` ("classes/2/open") and fills in class->open and class->opening. */
void	 check_open(struct check *c, struct policy_class *class, const char *base);

/* Fills in policy->opening. */
void	 check_open_else(struct check *c);

/* Releases what these allocated. */
void	 policy_open_free(struct policy *policy);

#endif
