/* SPDX-License-Identifier: ISC */
/* Setting the stage, and clearing it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/term/console_stage.h"
#include "tests/term/golden.h"

#define STILL_CONSOLE	POSTERN_BUILDDIR "/tests/term/still_console"

static const char *const usual[] = {
	"request|id=1|role=orders-ro|person=eng-07|for=1800|ago=42|asks=one of dba|reason=INC-4821 customers see empty "
	"baskets since the deploy of noon, need to see the order rows|about=read-only psql on the orders database|"
	"details=psql on orders, reading; no shell, no other host.",
	"request|id=2|role=payments-rw|person=eng-31|for=7200|ago=252|asks=two: pay, sec|need=2|reason=hotfix for double "
	"capture",
	"request|id=3|role=shell-web3|person=appr-02|for=900|ago=5|asks=one of web|reason=disk 97 %|why=nobody decides "
	"their own request",
	"grant|id=11|role=orders-ro|person=eng-44|by=appr-05|for=1800|left=700|ago=200|reason=weekly report",
	"session|id=21|role=orders-ro|person=eng-03|by=appr-05|left=1450|ago=350|idle=3|processes=2|state=running|"
	"reason=INC-4801 slow checkout",
	"session|id=22|role=shell-web1|person=eng-12|by=appr-02|left=171|ago=1629|idle=41|processes=3|state=running|"
	"reason=tail the nginx error log",
	"session|id=23|role=payments-ro|person=eng-20|by=appr-02|left=542|ago=1258|idle=125|processes=1|state=frozen|"
	"reason=backfill check",
	"session|id=24|role=k8s-ops|person=eng-09|by=appr-07|left=44|ago=3556|idle=0|processes=12|state=running|"
	"reason=drain node 7",
};

void
stage_usual(struct stage *stage)
{
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
		stage_tell(stage, usual[i]);
}

void
stage_clock(const struct stage *stage, int64_t now_us)
{
	assert_int_equal(fdio_replace(stage->clock, 0644, &now_us, sizeof now_us), 0);
}

void
stage_tell(struct stage *stage, const char *command)
{
	assert_int_equal(fdio_write(stage->to_gate, command, strlen(command)), 0);
	assert_int_equal(fdio_write(stage->to_gate, "\n", 1), 0);
}

void
stage_heard(struct stage *stage, const char *words)
{
	struct pollfd p = { .fd = fileno(stage->from_gate), .events = POLLIN };
	char line[4096] = "";

	if (poll(&p, 1, TERM_LIMIT_S * 1000) <= 0 || fgets(line, sizeof line, stage->from_gate) == NULL)
		fail_msg("the gate never heard: %s", words);
	if (strstr(line, words) == NULL)
		fail_msg("the gate heard '%s' instead of '%s'", line, words);
}

static void
start_gate(struct stage *stage)
{
	char now[32];
	char *argv[] = { (char *)(uintptr_t)(POSTERN_BUILDDIR "/tests/term/fake_gate"), stage->dir, now, NULL };
	int in[2], out[2];

	snprintf(now, sizeof now, "%lld", (long long)STAGE_NOW);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	stage->gate = fork();
	assert_true(stage->gate >= 0);
	if (stage->gate == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	stage->to_gate = in[1];
	stage->from_gate = fdopen(out[0], "r");
	setvbuf(stage->from_gate, NULL, _IONBF, 0);	/* poll() must see what is left */
	stage_heard(stage, "ready");
}

int
stage_setup(void **state)
{
	struct stage *stage = own_alloc(sizeof *stage);

	*state = stage;
	snprintf(stage->dir, sizeof stage->dir, "/tmp/postern-console.XXXXXX");
	assert_non_null(mkdtemp(stage->dir));
	snprintf(stage->clock, sizeof stage->clock, "%s/clock", stage->dir);
	stage_clock(stage, STAGE_NOW);
	start_gate(stage);
	return 0;
}

static void
remove_all(const struct stage *stage)
{
	static const char *const left[] = { "run/gate.sock", "run", "clock", "" };

	for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
		char path[160];

		snprintf(path, sizeof path, "%s/%s", stage->dir, left[i]);
		remove(path);
	}
}

int
stage_teardown(void **state)
{
	struct stage *stage = *state;

	term_free(stage->term);
	close(stage->to_gate);
	if (stage->from_gate != NULL)
		fclose(stage->from_gate);
	kill(stage->gate, SIGKILL);
	waitpid(stage->gate, NULL, 0);
	remove_all(stage);
	free(stage);
	return 0;
}

/* The console by way of env(1), which puts its settings over those of the harness. */
static void
start(struct stage *stage, int cols, int rows, const char *const words[])
{
	char *argv[16] = { (char *)(uintptr_t)"env" };
	int count = 1;

	for (size_t i = 0; words[i] != NULL; i++)
		argv[count++] = (char *)(uintptr_t)words[i];
	argv[count] = NULL;
	stage->term = term_start(argv, cols, rows);
	assert_non_null(stage->term);
}

void
stage_console(struct stage *stage, int cols, int rows, const char *env)
{
	AUTO_FREE char *clock = NULL;

	assert_true(asprintf(&clock, "STILL_CLOCK=%s", stage->clock) > 0);
	start(stage, cols, rows, (const char *const[]){ "-u", "NO_COLOR", "-u", "LC_ALL", clock,
	    env != NULL ? env : "POSTERN_TEST=1", STILL_CONSOLE, "--root", stage->dir, NULL });
}

void
stage_remote(struct stage *stage, int cols, int rows, const char *one, const char *two)
{
	AUTO_FREE char *clock = NULL;
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *socket = NULL;

	assert_true(asprintf(&clock, "STILL_CLOCK=%s", stage->clock) > 0);
	assert_true(asprintf(&path, "PATH=%s/tests/term", POSTERN_BUILDDIR) > 0);
	assert_true(asprintf(&socket, "FAKE_SSH_SOCKET=%s/run/gate.sock", stage->dir) > 0);
	start(stage, cols, rows, (const char *const[]){ clock, path, socket, STILL_CONSOLE, "-H", one, "-H", two, NULL });
}

void
stage_wait(struct stage *stage, const char *words)
{
	assert_true(term_wait(stage->term, words));
}

void
stage_wait_gone(struct stage *stage, const char *words)
{
	assert_true(term_wait_gone(stage->term, words));
}

void
stage_type(struct stage *stage, const char *keys)
{
	assert_true(term_type(stage->term, keys));
}

void
stage_golden(struct stage *stage, const char *name)
{
	golden_screen(stage->term, name);
}
