/* SPDX-License-Identifier: ISC */
/* Writes, one after another, and the dice. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/mask/script.h"

#define MOST_BYTES	(1024 * 1024)

void
script_init(struct script *script)
{
	*script = (struct script){ .cols = SCRIPT_COLS, .rows = SCRIPT_ROWS };
	buf_init(&script->bytes, MOST_BYTES);
}

void
script_clear(struct script *script)
{
	buf_clear(&script->bytes);
	script->count = 0;
	script->cols = SCRIPT_COLS;
	script->rows = SCRIPT_ROWS;
	for (size_t i = 0; i < script->values_count; i++)
		free(script->values[i]);
	script->values_count = 0;
}

void
script_done(struct script *script)
{
	script_clear(script);
	buf_done(&script->bytes);
	free(script->writes);
}

void
script_add_bytes(struct script *script, const char *bytes, size_t count)
{
	if (buf_add(&script->bytes, bytes, count) < 0)
		abort();	/* a form that makes this much is broken */
}

void
script_add(struct script *script, const char *text)
{
	script_add_bytes(script, text, strlen(text));
}

void
script_addf(struct script *script, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	script_add(script, text);
	free(text);
}

void
script_cut(struct script *script)
{
	size_t end = buf_len(&script->bytes);

	if (end == (script->count > 0 ? script->writes[script->count - 1].end : 0))
		return;
	script->writes = own_grow(script->writes, script->count + 1, sizeof *script->writes);
	script->writes[script->count++] = (struct script_write){ .end = end };
}

void
script_key(struct script *script, const char *echo)
{
	script_cut(script);
	script_add(script, echo);
	script_cut(script);
	script->writes[script->count - 1].is_typed = true;
}

void
script_wait(struct script *script, int64_t us)
{
	script_cut(script);
	if (script->count > 0)
		script->writes[script->count - 1].wait_us += us;
}

void
script_resize(struct script *script, int cols, int rows)
{
	script_cut(script);
	if (script->count == 0)
		abort();	/* the first size is the script's own */
	script->writes[script->count - 1].cols = cols;
	script->writes[script->count - 1].rows = rows;
}

void
script_secret(struct script *script, const char *value)
{
	if (script->values_count < SCRIPT_VALUES)
		script->values[script->values_count++] = own_dup(value);
}

/* splitmix64: the state goes on by a constant, the rest mixes it. */
uint64_t
dice_next(struct dice *dice)
{
	uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

unsigned
dice_below(struct dice *dice, unsigned limit)
{
	return limit == 0 ? 0 : (unsigned)(dice_next(dice) % limit);
}
