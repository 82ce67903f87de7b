/* SPDX-License-Identifier: ISC */
/* What has to be there before gate and keeper start. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sodium.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/record/agekey.h"
#include "recorder/keeper/daemon.h"
#include "recorder/policy/policy.h"
#include "recorder/keeper/setup.h"

struct folder {
	const char	*path;
	mode_t		 mode;
	uid_t		 uid;
	gid_t		 gid;
};

static void
make(const struct folder *folder)
{
	AUTO_FD int fd = -1;
	struct stat st;

	if (mkdir(folder->path, folder->mode) < 0 && errno != EEXIST)
		log_fatal("cannot make %s: %s", folder->path, strerror(errno));
	/* By descriptor: state/rec lies in a folder of the gate's, which could put something else there in between. */
	fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		log_fatal("%s is not a folder: %s", folder->path, strerror(errno));
	if ((st.st_uid != folder->uid || st.st_gid != folder->gid) && fchown(fd, folder->uid, folder->gid) < 0)
		log_fatal("cannot give %s to uid %u: %s", folder->path, (unsigned)folder->uid, strerror(errno));
	if ((st.st_mode & 07777) != folder->mode && fchmod(fd, folder->mode) < 0)
		log_fatal("cannot set the mode of %s: %s", folder->path, strerror(errno));
}

/* The unprivileged account that a trial started by root runs as. */
static const struct passwd *
nobody(void)
{
	const struct passwd *pw = getpwnam("nobody");

	if (pw == NULL || pw->pw_uid == 0)
		log_fatal("a trial started by root runs as 'nobody', but there is no such account");
	return pw;
}

/* Can this account run the program? Asked by becoming it, in a child. */
static bool
is_reachable(const struct passwd *pw, const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		daemon_become(pw->pw_uid, pw->pw_gid);
		_exit(access(path, X_OK) == 0 ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void
copy_program(const char *name, const char *folder)
{
	AUTO_FREE char *from_path = place_program(name);
	AUTO_FREE char *to_path = place_path(folder, name, NULL);
	AUTO_FD int from = open(from_path, O_RDONLY | O_CLOEXEC);
	AUTO_FD int to = -1;
	struct stat st;
	off_t left;

	unlink(to_path);
	to = open(to_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0755);
	if (from < 0 || to < 0 || fstat(from, &st) < 0 || fchmod(to, 0755) < 0)
		log_fatal("cannot copy %s to %s: %s", from_path, to_path, strerror(errno));
	for (left = st.st_size; left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		if (n <= 0)
			log_fatal("cannot copy %s: %s", from_path, n < 0 ? strerror(errno) : "it became shorter");
		left -= n;
	}
}

/* DIR/programs/recorder, laid out as a build tree is, so that each finds the others beside it. */
static void
copy_programs(const struct daemon *daemon)
{
	static const char *const names[] = { "posternd", "postern-gate", "postern-keeper", "postern-warden", "postern-init",
		"postern-worker", "postern-roletable", "postern-nss", "postern" };
	AUTO_FREE char *programs = place_path(daemon->place.root, "programs", NULL);
	AUTO_FREE char *folder = place_path(programs, "recorder", NULL);
	const struct folder folders[] = { { programs, 0755, 0, 0 }, { folder, 0755, 0, 0 } };

	make(&folders[0]);
	make(&folders[1]);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		copy_program(names[i], folder);
}

void
setup_drop(const struct daemon *daemon, char **argv)
{
	const struct passwd *pw;
	struct folder root;
	struct folder etc;
	AUTO_FREE char *gate = place_program("postern-gate");
	AUTO_FREE char *again = NULL;

	if (!daemon->trial || geteuid() != 0)
		return;
	pw = nobody();
	root = (struct folder){ daemon->place.root, 0700, pw->pw_uid, pw->pw_gid };
	make(&root);
	etc = (struct folder){ daemon->place.etc, 0755, pw->pw_uid, pw->pw_gid };
	make(&etc);
	if (!is_reachable(pw, gate)) {
		copy_programs(daemon);
		again = place_path(daemon->place.root, "programs/recorder", "posternd");
	}
	daemon_become(pw->pw_uid, pw->pw_gid);
	log_info("started by root: the trial runs as '%s'", pw->pw_name);
	if (again != NULL) {
		execv(again, argv);
		log_fatal("cannot run %s: %s", again, strerror(errno));
	}
}

/* auditor.key (an age identity) and etc/auditors (its recipient), as age-keygen writes them. */
static int
sample_key(const struct daemon *daemon)
{
	AUTO_FREE char *key_path = place_path(daemon->place.root, "auditor.key", NULL);
	AUTO_FREE char *list_path = place_path(daemon->place.etc, "auditors", NULL);
	AUTO_SECRET uint8_t *identity = secret_new(AGE_KEY);
	AUTO_BUF struct buf text = { .max = 1024 };
	struct age_recipient recipient;
	char secret[AGE_TEXT];
	char public[AGE_TEXT];
	int r;

	age_identity_new(identity);
	age_identity_recipient(identity, &recipient);
	age_recipient_text(&recipient, public);
	r = buf_addf(&text, "# public key: %s\n%s\n", public, age_identity_text(identity, secret));
	if (r == 0)
		r = fdio_replace(key_path, 0600, buf_data(&text), buf_len(&text));
	sodium_memzero(secret, sizeof secret);
	buf_wipe(&text);
	buf_init(&text, 1024);
	if (r == 0)
		r = buf_addf(&text, "# the trial's auditor; its key is auditor.key\n%s\n", public);
	if (r == 0)
		r = fdio_replace(list_path, 0644, buf_data(&text), buf_len(&text));
	return r;
}

static void
sample(const struct daemon *daemon)
{
	AUTO_FREE char *policy = place_path(daemon->place.etc, "policy.yaml", NULL);
	AUTO_FREE char *auditors = place_path(daemon->place.etc, "auditors", NULL);
	int r = 0;

	if (access(auditors, F_OK) < 0)
		r = sample_key(daemon);
	if (r == 0 && access(policy, F_OK) == 0)
		return;
	if (r == 0)
		r = fdio_replace(policy, 0644, policy_sample, strlen(policy_sample));
	if (r < 0)
		log_fatal("cannot write the sample policy below %s: %s", daemon->place.etc, err_text(r));
	log_info("a new trial: %s is the policy, %s/auditor.key opens the recordings", policy, daemon->place.root);
}

void
setup_folders(const struct daemon *daemon)
{
	uid_t own = geteuid();
	gid_t group = getegid();
	AUTO_FREE char *workers = place_path(daemon->place.run, "w", NULL);
	AUTO_FREE char *inside = place_path(daemon->place.run, "s", NULL);
	AUTO_FREE char *wardens = place_path(daemon->place.run, "p", NULL);
	AUTO_FREE char *recordings = place_path(daemon->place.state, "rec", NULL);
	AUTO_FREE char *home = daemon->trial ? place_path(daemon->place.root, "home", NULL) : NULL;
	const struct folder folders[] = {
		{ daemon->place.root, daemon->trial ? 0700 : 0755, own, group },
		{ daemon->place.run, 0755, own, group },
		{ workers, 0711, own, group },
		{ inside, 0700, own, group },
		{ wardens, 0700, own, group },
		{ daemon->place.state, 0700, daemon->gate_uid, daemon->gate_gid },
		{ recordings, 0700, daemon->gate_uid, daemon->gate_gid },
		{ daemon->trial ? daemon->place.etc : NULL, 0755, own, group },
		{ home, 0700, own, group },
	};

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		if (folders[i].path != NULL)
			make(&folders[i]);
	if (daemon->trial)
		sample(daemon);
}

/* A file in which keys lie. One that is not there is made later, with the right mode. */
static void
check_key(const struct daemon *daemon, const char *name)
{
	AUTO_FREE char *path = place_path(daemon->place.state, name, NULL);
	struct stat st;

	if (lstat(path, &st) < 0) {
		if (errno != ENOENT)
			log_fatal("cannot look at %s: %s", path, strerror(errno));
		return;
	}
	if (!S_ISREG(st.st_mode))
		log_fatal("%s is not a regular file; nothing starts with keys that lie elsewhere", path);
	if (st.st_uid != daemon->gate_uid)
		log_fatal("%s belongs to uid %u, who can read the keys in it; nothing starts before: chown %u %s", path, (unsigned)st.st_uid,
		    (unsigned)daemon->gate_uid, path);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		log_fatal("%s has mode %04o, so others may reach the keys in it; nothing starts before: chmod go= %s", path,
		    (unsigned)st.st_mode & 07777, path);
}

void
setup_keys(const struct daemon *daemon)
{
	static const char *const names[] = { "log.key", "epochs", "slots", "slots.redo", "pseudonyms.key", "catalogue.db" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		check_key(daemon, names[i]);
}
