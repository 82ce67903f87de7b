/* SPDX-License-Identifier: ISC */
/* Texts of all errors. */
#include "config.h"

#include <string.h>

#include "lib/base/err.h"

static const struct {
	const char *name;
	const char *text;
} errors[] = {
#define X(name, text) { #name, text },
	ERR_LIST(X)
#undef X
};

_Static_assert(ERR_LAST < -4096, "our errors must stay below every -errno");

static int
is_ours(int error)
{
	return error > ERR_FIRST && error < ERR_LAST;
}

const char *
err_text(int error)
{
	if (is_ours(error))
		return errors[error - ERR_FIRST - 1].text;
	return strerror(error < 0 ? -error : error);
}

const char *
err_name(int error)
{
	return is_ours(error) ? errors[error - ERR_FIRST - 1].name : "errno";
}
