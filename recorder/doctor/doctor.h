/* SPDX-License-Identifier: ISC */
/* What is wrong with a bastion: findings, each with a sentence and the line to change. */
#ifndef POSTERN_RECORDER_DOCTOR_DOCTOR_H
#define POSTERN_RECORDER_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct kernel_facts;
struct place;
struct policy;
struct store;
struct timex;

struct finding {
	char	*area;	/* "sshd", "pam", "account", "policy", "files", "keys", "kernel", "clock", "disk", "state" */
	char	*what;	/* a sentence without its full stop */
	char	*fix;	/* the line to change, or the command to type */
	char	*who;	/* accounts, persons or roles it is true of, separated by ", "; "" if that has no meaning */
	bool	 is_advice;	/* worth knowing, but the bastion holds what it promises */
};

struct doctor {
	struct finding	*findings;
	size_t		 count;		/* advice as well */
	char		**skipped;	/* what could not be looked at, and why */
	size_t		 skipped_count;
};

#define AUTO_DOCTOR __attribute__((cleanup(doctor_done)))

/* A zeroed struct is empty. */
void	 doctor_done(struct doctor *doctor);

/* Adds a finding; one that is there already only gets one more `who` (NULL: nobody in particular). */
void	 doctor_add(struct doctor *doctor, const char *area, const char *who, const char *what, const char *fix);
void	 doctor_advise(struct doctor *doctor, const char *area, const char *who, const char *what, const char *fix);
void	 doctor_skip(struct doctor *doctor, const char *what);
size_t	 doctor_findings(const struct doctor *doctor);	/* without advice */

/* As text for people, or one JSON object a line; doctor_read() adds what the latter wrote. 0, ERR_CONFIG (it is something else), -errno. */
void	 doctor_print(const struct doctor *doctor);
void	 doctor_print_json(const struct doctor *doctor, bool skipped, FILE *out);
int	 doctor_read(struct doctor *doctor, FILE *in);

/* Judges what `sshd -T -C user=ACCOUNT` printed. `client` is the path of the postern that must be its ForceCommand. */
void	 doctor_sshd(struct doctor *doctor, const char *account, const char *text, const char *client);
/* ExposeAuthInfo, for one who decides about a role with `signed: login`, and for everybody else. */
void	 doctor_sshd_login(struct doctor *doctor, const char *account, const char *text, bool decides);
/* The same for a policy with a role that copies files: sftp and scp must lead to Postern. */
void	 doctor_sshd_sftp(struct doctor *doctor, const char *account, const char *text, const char *client);

/* Runs sshd -T for each account of the policy; login shells; the accounts of roles. */
void	 doctor_accounts(struct doctor *doctor, const struct policy *policy, const char *client);

/* What PAM lets the engineer's own files do, and whether Postern's service is there. `folder`: /etc/pam.d. */
void	 doctor_pam(struct doctor *doctor, const char *folder);

/* Owners and modes below etc and state. `owner`: who the state must belong to. */
void	 doctor_files(struct doctor *doctor, const struct place *place, uint32_t owner);

/* Reads the policy: its faults are findings, and then *policy stays NULL. */
void	 doctor_policy(struct doctor *doctor, const struct place *place, struct policy **policy);
/* Could it do its work here: who decides exists, has keys where they are asked for, and somebody opens recordings. */
void	 doctor_people(struct doctor *doctor, const struct policy *policy);

/* What the kernel lacks, and what that means for the policy's roles. */
void	 doctor_kernel(struct doctor *doctor, const struct policy *policy, const struct kernel_facts *facts);

/* Is the wall clock kept right by anybody? What adjtimex(2) answered. */
void	 doctor_clock(struct doctor *doctor, int state, const struct timex *now);

/* Space for recordings, in bytes and in files. */
void	 doctor_disk(struct doctor *doctor, const struct place *place);
/* True if a device, or one that it lies on, is dm-crypt. `folder`: /sys/dev/block/MAJOR:MINOR. */
bool	 doctor_is_encrypted(const char *folder);
/* True if what lies at `path` is on a disk and nothing of that kind is below it; false too if that cannot be seen. */
bool	 doctor_is_open(const char *path);

/* What seals a credential: the host's secret, a TPM (with or without that), nothing. */
enum sealed { SEALED_UNKNOWN, SEALED_HOST, SEALED_TPM, SEALED_BY_NOTHING };

/* The keys that come as credentials, and the disks that they and the state lie on. */
struct key_look {
	bool		is_seen;	/* root looks at an installed gate; else the next four are unknown */
	bool		has_log, has_slots, has_old;
	enum sealed	sealed;		/* the key of the key slots */
	bool		is_open, is_host_open;	/* doctor_is_open() of the state; of the host's secret */
};

void		 doctor_credentials(const struct place *place, struct key_look *keys);
enum sealed	 doctor_sealed_how(const char *path);	/* a file of systemd-creds encrypt */

/*
 * Catalogue, log, keys, deletions and holds, looked at by a child that is `owner`, so that a file that somebody prepared is
 * not read as root. `policy` may be NULL: then nothing is said about deletions.
 */
struct state_look {
	const struct place	*place;
	const struct policy	*policy;
	uint32_t		 owner, group;
	int64_t			 now_us;
	struct key_look		 keys;
};

void	 doctor_state(struct doctor *doctor, const struct state_look *look);

/* Part of that: what a thief of the disk can read. */
void	 doctor_wrap(struct doctor *doctor, const struct state_look *look, struct store *store);

/* Part of that: outputs and witnesses that do not work. `entries`: how many the log has. */
void	 doctor_aides(struct doctor *doctor, const struct place *place, int64_t entries);

#endif
