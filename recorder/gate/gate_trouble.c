/* SPDX-License-Identifier: ISC */
/* Trouble that stays until somebody does something. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/store/failure.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_aide.h"
#include "recorder/gate/gate_replica.h"
#include "recorder/gate/gate_trouble.h"

struct failed {
	unsigned	count;
	struct failure	oldest;
};

static int
count_failure(void *ctx, const struct failure *failure)
{
	struct failed *failed = ctx;

	if (failed->count++ == 0)
		failed->oldest = *failure;
	return 0;
}

static void __attribute__((format(printf, 3, 4)))
add(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used > 0 && used + 1 < size)
		text[used++] = ' ';
	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

void
gate_trouble(struct gate *gate, char *text, size_t size)
{
	struct failed failed = { .count = 0 };
	char when[CLOCK_TEXT];

	text[0] = '\0';
	if (gate->heads.error < 0)
		add(text, size, "The log's heads are not signed: %s.", err_text(gate->heads.error));
	if (gate->retention.held < 0)
		add(text, size, "Nothing is deleted: %s; `postern retention plan` says what.", err_text(gate->retention.held));
	if (gate->store != NULL && failure_list(gate->store, count_failure, &failed) == 0 && failed.count > 0)
		add(text, size, "%u %s could not be deleted, the first since %s (its %s: %s); it is tried again.", failed.count,
		    failed.count == 1 ? "thing" : "things", clock_local(failed.oldest.since_us, when), failure_part_names[failed.oldest.part], failed.oldest.why);
	if (gate_replica_trouble(gate)[0] != '\0')
		add(text, size, "Copies of keys: %s.", gate_replica_trouble(gate));
	gate_aides_trouble(gate, text, size);
}
