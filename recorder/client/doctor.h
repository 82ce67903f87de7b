/* SPDX-License-Identifier: ISC */
/* What is wrong with a bastion: findings, each with a sentence and the line to change. */
#ifndef POSTERN_RECORDER_CLIENT_DOCTOR_H
#define POSTERN_RECORDER_CLIENT_DOCTOR_H

#include <stddef.h>
#include <stdint.h>

struct place;
struct policy;

struct finding {
	char	*area;	/* "sshd", "pam", "account", "policy", "files", "kernel", "disk" */
	char	*what;	/* a sentence without its full stop */
	char	*fix;	/* the line to change, or the command to type */
	char	*who;	/* accounts it is true of, separated by ", "; "" if that has no meaning */
};

struct doctor {
	struct finding	*findings;
	size_t		 count;
	char		**skipped;	/* what could not be looked at, and why */
	size_t		 skipped_count;
};

#define AUTO_DOCTOR __attribute__((cleanup(doctor_done)))

/* A zeroed struct is empty. */
void	 doctor_done(struct doctor *doctor);

/* Adds a finding; one that is there already only gets one more `who` (NULL: nobody in particular). */
void	 doctor_add(struct doctor *doctor, const char *area, const char *who, const char *what, const char *fix);
void	 doctor_skip(struct doctor *doctor, const char *what);

/* Judges what `sshd -T -C user=ACCOUNT` printed. `client` is the path of the postern that must be its ForceCommand. */
void	 doctor_sshd(struct doctor *doctor, const char *account, const char *text, const char *client);

/* Runs sshd -T for each account of the policy; login shells; the accounts of roles. */
void	 doctor_accounts(struct doctor *doctor, const struct policy *policy, const char *client);

/* What PAM lets the engineer's own files do, and whether Postern's service is there. `folder`: /etc/pam.d. */
void	 doctor_pam(struct doctor *doctor, const char *folder);

/* Owners and modes below etc and state. `owner`: who the state must belong to. */
void	 doctor_files(struct doctor *doctor, const struct place *place, uint32_t owner);

/* What the kernel lacks that the policy's roles ask of it. */
void	 doctor_kernel(struct doctor *doctor, const struct policy *policy);

/* Space for recordings. */
void	 doctor_disk(struct doctor *doctor, const struct place *place);

#endif
