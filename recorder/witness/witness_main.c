/* SPDX-License-Identifier: ISC */
/*
 * postern-witness: a second host that remembers how long the log of a bastion was, and says so with its signature. sshd starts
 * it as the forced command of the bastion's key: a question of C2SP tlog-witness on standard input, up to its end; on standard
 * output a line with the status, and the text that goes with it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "recorder/witness/judge.h"

#define PATIENCE_S	60

static int
answer(int status, const struct buf *text)
{
	AUTO_BUF struct buf out = { .max = WITNESS_MOST + 64 };
	int r = buf_addf(&out, "%d\n", status);

	if (r == 0)
		r = buf_add(&out, buf_data(text), buf_len(text));
	return r < 0 ? r : fdio_write(STDOUT_FILENO, buf_data(&out), buf_len(&out));
}

static int
serve(struct judge *judge)
{
	AUTO_BUF struct buf text = { .max = WITNESS_MOST };
	AUTO_FREE char *question = NULL;
	size_t count;
	int r;

	alarm(PATIENCE_S);
	r = fdio_slurp(STDIN_FILENO, WITNESS_MOST, &question, &count);
	if (r == 0)
		r = judge_question(judge, question, count, &text);
	return r < 0 ? r : answer(r, &text);
}

static int
print_heads(const struct judge *judge)
{
	AUTO_BUF struct buf text = { .max = 1u << 24 };
	int r = judge_heads(judge, &text);

	return r < 0 ? r : fdio_write(STDOUT_FILENO, buf_data(&text), buf_len(&text));
}

static int
init(const struct cli *cli, struct judge *judge)
{
	char vkey[NOTE_VKEY];
	const char *log;
	int r = 0;

	for (int i = 0; r == 0 && (log = cli_nth(cli, "log", i)) != NULL; i++)
		r = judge_add_log(judge, log);
	note_key_print(&judge->cosign, vkey);
	if (r == 0)
		printf("%s\n", vkey);
	return r;
}

static int
cmd_witness(struct cli *cli)
{
	AUTO_JUDGE struct judge judge = { .lock = -1 };
	const char *made = cli_get(cli, "init"), *served = cli_get(cli, "serve"), *heads = cli_get(cli, "head"), *given = cli_get(cli, "name");
	const char *dir = made != NULL ? made : served != NULL ? served : heads;
	char host[200] = "localhost", name[NOTE_NAME];
	int r;

	if ((made != NULL) + (served != NULL) + (heads != NULL) != 1)
		return cli_fail(cli, STATUS_USAGE, "it is `witness --init DIR`, `witness --serve DIR` or `witness --head DIR`");
	gethostname(host, sizeof host - 1);
	snprintf(name, sizeof name, "%s/witness", host);
	r = judge_open(dir, made != NULL ? given != NULL ? given : name : NULL, &judge);
	if (r == 0)
		r = made != NULL ? init(cli, &judge) : served != NULL ? serve(&judge) : print_heads(&judge);
	return r < 0 ? cli_fail(cli, cli_status(r), "%s: %s", dir, err_text(r)) : STATUS_OK;
}

/* clang-format off */
static const struct cli_option options[] = {
	{ 0, "init", "DIR", "make a witness there, or tell one of another log, and print its key" },
	{ 0, "log", "VKEY", "the key of a log that it is to know (NAME+ID+BASE64, as in log.pub); may be repeated" },
	{ 0, "name", "NAME", "of its key (default: HOST/witness)" },
	{ 0, "serve", "DIR", "judge the head on standard input: the forced command of the bastion's ssh key" },
	{ 0, "head", "DIR", "print the newest heads that it has cosigned: what `postern verify --pin` takes" },
	{ 0, NULL, NULL, NULL } };
static const struct cli_verb verbs[] = {
	{ "witness", "", "A second host that cosigns the heads of a bastion's log", options, cmd_witness, 0, 0 },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0 },
};
/* clang-format on */

int
main(int argc, char **argv)
{
	secret_init();
	umask(077);
	return cli_main("postern", "A witness of logs.", verbs, argc, argv, NULL);
}
