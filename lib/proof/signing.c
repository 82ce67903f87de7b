/* SPDX-License-Identifier: ISC */
/* Signing with the keys of the person at this machine. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/proof/agent.h"
#include "lib/proof/signing.h"

#define ARMOR_MOST	16384

/* Is it one of the keys, one a line? */
static bool
is_fitting(const char *fits, const struct sshsig_key *key)
{
	struct sshsig_key one;

	if (fits == NULL || fits[0] == '\0')
		return true;
	for (; *fits != '\0'; fits += strcspn(fits, "\n"), fits += *fits == '\n')
		if (sshsig_key_parse(fits, &one) == 0 && sshsig_key_is(&one, key))
			return true;
	return false;
}

static int
by_agent(const struct signing *how, const struct sshsig_message *message, struct buf *blob, char why[SIGNING_WHY])
{
	AUTO_FD int fd = agent_open(NULL);
	struct agent_keys keys = { .count = 0 };
	int r = fd < 0 ? fd : agent_list(fd, &keys);

	if (r < 0) {
		snprintf(why, SIGNING_WHY, "there is no ssh agent to sign with (%s); start one, or name a key with --key FILE", err_text(r));
		return r;
	}
	for (size_t i = 0; i < keys.count; i++) {
		if (!is_fitting(how->fits, &keys.items[i]))
			continue;
		r = agent_sign(fd, &keys.items[i], message, blob);
		if (r < 0)
			snprintf(why, SIGNING_WHY, "the ssh agent did not sign: %s", err_text(r));
		return r;
	}
	snprintf(why, SIGNING_WHY, "the ssh agent holds no key that the policy knows as yours; ssh-add it, or name it with --key FILE");
	return ERR_KEY;
}

/* ssh-keygen between two pipes; it talks to the terminal about passphrases and touches by itself. */
static pid_t
start_keygen(const char *key_file, const char *namespace, int in[2], int out[2])
{
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		close(in[1]);
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execlp("ssh-keygen", "ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key_file, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	return pid;
}

static int
by_file(const struct signing *how, const struct sshsig_message *message, struct buf *blob, char why[SIGNING_WHY])
{
	AUTO_FREE char *armor = NULL;
	int in[2], out[2], status = -1;
	struct sshsig_signed signer;
	size_t count = 0;
	pid_t pid = start_keygen(how->key_file, message->namespace, in, out);
	int r = pid < 0 ? (int)pid : 0;

	if (r == 0) {
		r = fdio_write(in[1], message->bytes, message->count);
		close(in[1]);
		if (r == 0)
			r = fdio_slurp(out[0], ARMOR_MOST, &armor, &count);
		close(out[0]);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	if (r == 0)
		r = status == 0 && sshsig_unarmor(armor, blob) == 0 ? sshsig_verify(buf_data(blob), buf_len(blob), message, &signer) : ERR_SIGNATURE;
	if (r == 0 && !is_fitting(how->fits, &signer.key))
		r = ERR_KEY;
	if (r < 0)
		snprintf(why, SIGNING_WHY, r == ERR_KEY ? "the key %s is not one that the policy knows as yours" : "ssh-keygen did not sign with %s", how->key_file);
	return r;
}

int
signing_sign(const struct signing *how, const struct sshsig_message *message, struct buf *blob, char why[SIGNING_WHY])
{
	return how->key_file != NULL ? by_file(how, message, blob, why) : by_agent(how, message, blob, why);
}
