/* SPDX-License-Identifier: ISC */
/* Helpers of the cases. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"

struct cage_case cage_case;

void
cage_check(bool good, const char *format, ...)
{
	va_list args;

	if (good)
		return;
	cage_case.fine = false;
	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

bool
cage_has(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

void
cage_check_word(const char *text, const char *word)
{
	cage_check(cage_has(text, word), "\"%s\" is missing in: %s", word, text);
}

void
cage_check_receipt(const struct cage *cage, long killed)
{
	cage_check(cage->receipt.what == WARDEN_RECEIPT, "no receipt");
	cage_check(cage->receipt.killed == killed, "%ld killed instead of %ld", (long)cage->receipt.killed, killed);
	cage_check(cage->receipt.survivors == 0, "%ld survivors", (long)cage->receipt.survivors);
}

bool
cage_let_sudo(const char *path)
{
	AUTO_FREE char *rule = NULL;

	return access("/usr/bin/sudo", X_OK) == 0 && asprintf(&rule, "%s ALL=(ALL) NOPASSWD: ALL\n", cage_case.site.account) > 0 &&
	    fdio_replace(path, 0440, rule, strlen(rule)) == 0;
}

bool
cage_running(struct cage *cage)
{
	bool good = cage_start(cage) && cage_hear(cage, WARDEN_RUNNING);

	cage_check(good, "the session does not start: %s", cage->failed.text);
	return good;
}

char *
cage_run_through(struct cage *cage)
{
	char *text;

	if (!cage_running(cage))
		return own_dup("");
	text = cage_output(cage, NULL);
	cage_check(cage_hear(cage, WARDEN_EXITED), "no word of the exit");
	cage_check(cage_hear(cage, WARDEN_RECEIPT), "no receipt");
	cage_check(cage->receipt.survivors == 0, "%lld survivors", (long long)cage->receipt.survivors);
	cage_check(cage_done(cage) == 0, "the warden fails");
	return text;
}

void
cage_run_probe(struct cage *cage, const char *what, const char *a, const char *b)
{
	const char *words[] = { cage_case.probe, what, a, a == NULL ? NULL : b, NULL };

	cage_run(cage, words);
}

bool
cage_swarming(struct cage *cage, enum cage_mode mode, const char *count, const char *more)
{
	AUTO_FREE char *text = NULL;

	cage_init(cage, &cage_case.site, mode);
	cage_run_probe(cage, "swarm", count, more);
	if (!cage_running(cage))
		return false;
	text = cage_output(cage, "swarm ready");
	cage_check_word(text, "swarm ready");
	if (more == NULL)
		cage_check(cage_alive(cage) == atoi(count) + 1, "%d processes instead of %s and one", cage_alive(cage), count);
	return cage_case.fine;
}
