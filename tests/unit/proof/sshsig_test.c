/* SPDX-License-Identifier: ISC */
/* Signatures by ssh keys: against stock ssh-keygen and a real ssh-agent, both ways, and against everything that is wrong. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <endian.h>
#include <sodium.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/agent.h"
#include "lib/proof/sshsig.h"
#include "lib/proof/sshwire.h"

#define SPACE	"approve@postern"
static const char text[] = "approval v1\nlog bastion01.example.org/audit\ndecision grant\n";
static const struct sshsig_message message = { SPACE, text, sizeof text - 1 };
static char folder[] = "/tmp/postern-sshsig-XXXXXX", path[256];
static pid_t agent = -1;
extern char **environ;

static const char *
in_folder(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
put_file(const char *name, const void *bytes, size_t count)
{
	assert_int_equal(fdio_replace(in_folder(name), 0600, bytes, count), 0);
}

static char *
get_file(const char *name)
{
	char *bytes;
	size_t count;

	assert_int_equal(fdio_slurp_path(in_folder(name), 65536, &bytes, &count), 0);
	return bytes;
}

/* In the folder, with standard input from `in`. The exit status; 127: there is no such program. */
static int
run(const char *const *words, const char *in)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (chdir(folder) < 0 || (in != NULL && (null = open(in, O_RDONLY | O_CLOEXEC)) < 0))
			_exit(126);
		dup2(null, 0);
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
		dup2(1, 2);
		execvp(words[0], (char *const *)(uintptr_t)words);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Two keys of stock ssh-keygen's, and an agent that holds the second. */
static int
set_up(void **state)
{
	const char *const plain[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "plain", NULL };
	const char *const held[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "held", NULL };
	const char *const add[] = { "ssh-add", "-q", "held", NULL };
	static char socket_option[] = "-a", foreground[] = "-D", name[] = "ssh-agent";
	char *agent_words[] = { name, foreground, socket_option, path, NULL };
	posix_spawn_file_actions_t actions;
	struct stat is;

	(void)state;
	secret_init();
	assert_non_null(mkdtemp(folder));
	assert_int_equal(run(plain, NULL), 0);
	assert_int_equal(run(held, NULL), 0);
	put_file("text", text, sizeof text - 1);
	in_folder("agent.sock");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&agent, name, &actions, NULL, agent_words, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	setenv("SSH_AUTH_SOCK", path, 1);
	for (int i = 0; i < 6000 && stat(path, &is) < 0; i++)
		usleep(10000);
	return run(add, NULL);
}

static int
tear_down(void **state)
{
	const char *const away[] = { "rm", "-rf", folder, NULL };

	(void)state;
	if (agent > 0) {
		kill(agent, SIGTERM);
		waitpid(agent, NULL, 0);
	}
	return run(away, "/dev/null");
}

/* What stock ssh-keygen says of a signature by `key` over our text. */
static int
stock_verify(const struct sshsig_key *key, const struct buf *blob)
{
	static const char *const words[] = { "ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "alice", "-n", SPACE, "-s", "signature", NULL };
	AUTO_BUF struct buf armor = { .max = 8192 }, signers = { .max = 1024 };
	char line[SSHSIG_KEY_TEXT];

	sshsig_key_print(key, line);
	assert_int_equal(buf_addf(&signers, "alice %s\n", line), 0);
	put_file("signers", buf_data(&signers), buf_len(&signers));
	assert_int_equal(sshsig_armor(buf_data(blob), buf_len(blob), &armor), 0);
	put_file("signature", buf_data(&armor), buf_len(&armor));
	return run(words, "text");
}

static void
read_stock(const char *name, struct buf *blob)
{
	AUTO_FREE char *armor = get_file(name);

	assert_int_equal(sshsig_unarmor(armor, blob), 0);
}

static void
read_key(const char *name, struct sshsig_key *key)
{
	AUTO_FREE char *line = get_file(name);

	assert_int_equal(sshsig_key_parse(line, key), 0);
}

static void
what_ssh_keygen_signs_verifies_here(void **state)
{
	static const char *const hashes[] = { "hashalg=sha512", "hashalg=sha256" };
	struct sshsig_key key;

	(void)state;
	read_key("plain.pub", &key);
	for (int i = 0; i < 2; i++) {
		const char *const words[] = { "ssh-keygen", "-Y", "sign", "-f", "plain", "-n", SPACE, "-O", hashes[i], "text", NULL };
		AUTO_BUF struct buf blob = { .max = SSHSIG_BLOB_MOST };
		struct sshsig_signed signer;

		unlink(in_folder("text.sig"));
		assert_int_equal(run(words, NULL), 0);
		read_stock("text.sig", &blob);
		assert_int_equal(sshsig_verify(buf_data(&blob), buf_len(&blob), &message, &signer), 0);
		assert_true(sshsig_key_is(&signer.key, &key));
	}
}

static void
what_the_agent_signs_is_what_ssh_keygen_would_have_signed(void **state)
{
	static const char *const words[] = { "ssh-keygen", "-Y", "sign", "-f", "held", "-n", SPACE, "text", NULL };
	AUTO_BUF struct buf ours = { .max = SSHSIG_BLOB_MOST }, stock = { .max = SSHSIG_BLOB_MOST };
	AUTO_FD int fd = agent_open(NULL);
	struct agent_keys keys;
	struct sshsig_key plain;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(agent_list(fd, &keys), 0);
	assert_int_equal(keys.count, 1);
	assert_int_equal(agent_sign(fd, &keys.items[0], &message, &ours), 0);
	unlink(in_folder("text.sig"));
	assert_int_equal(run(words, NULL), 0);
	read_stock("text.sig", &stock);
	assert_int_equal(buf_len(&ours), buf_len(&stock));
	assert_memory_equal(buf_data(&ours), buf_data(&stock), buf_len(&ours));
	assert_int_equal(stock_verify(&keys.items[0], &ours), 0);
	read_key("plain.pub", &plain);
	assert_int_not_equal(stock_verify(&plain, &ours), 0);
	buf_clear(&ours);
	assert_int_equal(agent_sign(fd, &plain, &message, &ours), ERR_AGENT);
}

static void
without_an_agent_there_is_a_plain_error(void **state)
{
	(void)state;
	assert_int_equal(agent_open(""), -ENOENT);
	assert_int_equal(agent_open(in_folder("nobody.sock")), -ENOENT);
}

/* As a security key would: the hashes, its flags and its counter. Its own format is stock ssh-keygen's to judge. */
static void
sign_as_security_key(const struct sshsig_key *key, const uint8_t secret[64], uint8_t flags, struct buf *blob)
{
	AUTO_BUF struct buf bytes = { .max = 1024 }, signature = { .max = 256 };
	uint8_t hashed[69], made[64];
	uint32_t counter = htobe32(7);

	assert_int_equal(sshsig_to_sign(&message, &bytes), 0);
	secret_sha256(key->application, strlen(key->application), hashed);
	hashed[32] = flags;
	memcpy(hashed + 33, &counter, sizeof counter);
	secret_sha256(buf_data(&bytes), buf_len(&bytes), hashed + 37);
	crypto_sign_detached(made, NULL, hashed, sizeof hashed, secret);
	sshwire_put_text(&signature, "sk-ssh-ed25519@openssh.com");
	sshwire_put(&signature, made, sizeof made);
	buf_add(&signature, &flags, 1);
	buf_add(&signature, &counter, sizeof counter);
	assert_int_equal(sshsig_wrap(key, &message, &signature, blob), 0);
}

static void
a_security_keys_signature_is_read_as_ssh_keygen_reads_it(void **state)
{
	AUTO_BUF struct buf touched = { .max = SSHSIG_BLOB_MOST }, wrong = { .max = SSHSIG_BLOB_MOST };
	struct sshsig_key key = { .kind = SSHSIG_SK_ED25519, .application = "ssh:" }, again;
	struct sshsig_signed signer;
	char line[SSHSIG_KEY_TEXT];
	uint8_t secret[64];

	(void)state;
	crypto_sign_keypair(key.point, secret);
	sign_as_security_key(&key, secret, SSHSIG_TOUCHED, &touched);
	assert_int_equal(sshsig_verify(buf_data(&touched), buf_len(&touched), &message, &signer), 0);
	assert_int_equal(signer.flags, SSHSIG_TOUCHED);
	assert_true(sshsig_is_present(&signer));
	assert_int_equal(signer.counter, 7);
	assert_int_equal(stock_verify(&key, &touched), 0);
	sshsig_key_print(&key, line);
	assert_int_equal(sshsig_key_parse(line, &again), 0);
	assert_true(sshsig_key_is(&key, &again));
	sign_as_security_key(&key, secret, 0, &wrong);
	assert_int_equal(sshsig_verify(buf_data(&wrong), buf_len(&wrong), &message, &signer), 0);
	assert_false(sshsig_is_present(&signer));	/* for the caller to refuse: ssh-keygen takes it if the roster does not ask for more */
}

/* A signature of the agent's to be spoilt. */
static void
sign_for_spoiling(struct buf *blob)
{
	AUTO_FD int fd = agent_open(NULL);
	struct agent_keys keys;

	assert_int_equal(agent_list(fd, &keys), 0);
	assert_int_equal(agent_sign(fd, &keys.items[0], &message, blob), 0);
}

static void
any_bit_turned_or_byte_missing_spoils_a_signature(void **state)
{
	AUTO_BUF struct buf blob = { .max = SSHSIG_BLOB_MOST };
	struct sshsig_signed signer;
	uint8_t bytes[512];
	size_t count;

	(void)state;
	sign_for_spoiling(&blob);
	count = buf_len(&blob);
	memcpy(bytes, buf_data(&blob), count);
	for (size_t bit = 0; bit < count * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(sshsig_verify(bytes, count, &message, &signer) < 0);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < count; cut++)
		assert_true(sshsig_verify(bytes, cut, &message, &signer) < 0);
}

static void
another_text_or_namespace_is_not_signed(void **state)
{
	AUTO_BUF struct buf blob = { .max = SSHSIG_BLOB_MOST };
	struct sshsig_message other = { "file", text, sizeof text - 1 }, altered = { SPACE, text, sizeof text - 2 }, none = { "", text, sizeof text - 1 };
	struct sshsig_signed signer;

	(void)state;
	sign_for_spoiling(&blob);
	assert_int_equal(sshsig_verify(buf_data(&blob), buf_len(&blob), &other, &signer), ERR_SIGNATURE);
	assert_int_equal(sshsig_verify(buf_data(&blob), buf_len(&blob), &altered, &signer), ERR_SIGNATURE);
	assert_int_equal(sshsig_verify(buf_data(&blob), buf_len(&blob), &none, &signer), ERR_SIGNATURE);
}

static void
other_kinds_of_keys_are_refused_by_name(void **state)
{
	static const char *const words[] = { "ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", "other", NULL };
	static const char *const sign[] = { "ssh-keygen", "-Y", "sign", "-f", "other", "-n", SPACE, "text", NULL };
	AUTO_BUF struct buf blob = { .max = SSHSIG_BLOB_MOST };
	AUTO_FREE char *line = NULL;
	struct sshsig_signed signer;
	struct sshsig_key key;

	(void)state;
	assert_int_equal(run(words, NULL), 0);
	line = get_file("other.pub");
	assert_int_equal(sshsig_key_parse(line, &key), ERR_UNSUPPORTED);
	unlink(in_folder("text.sig"));
	assert_int_equal(run(sign, NULL), 0);
	read_stock("text.sig", &blob);
	assert_int_equal(sshsig_verify(buf_data(&blob), buf_len(&blob), &message, &signer), ERR_UNSUPPORTED);
	assert_int_equal(sshsig_key_parse("ssh-ed25519", &key), ERR_KEY);
	assert_int_equal(sshsig_key_parse("ssh-ed25519 AAAA", &key), ERR_KEY);
	assert_int_equal(sshsig_key_parse("", &key), ERR_KEY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ssh_keygen_signs_verifies_here),
		cmocka_unit_test(what_the_agent_signs_is_what_ssh_keygen_would_have_signed),
		cmocka_unit_test(without_an_agent_there_is_a_plain_error),
		cmocka_unit_test(a_security_keys_signature_is_read_as_ssh_keygen_reads_it),
		cmocka_unit_test(any_bit_turned_or_byte_missing_spoils_a_signature),
		cmocka_unit_test(another_text_or_namespace_is_not_signed),
		cmocka_unit_test(other_kinds_of_keys_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
