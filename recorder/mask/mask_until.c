/* SPDX-License-Identifier: ISC */
/* A state that goes over several lines, as a private key does: which lines look as if they belonged to it. */
#include "config.h"

#include <string.h>

#include "recorder/mask/mask_inside.h"

#define LONG_RUN	40	/* of the digits of base64 in one line of most keys: no other line has so many */
#define SHORT_RUN	32	/* fewer are the last line of any key */
#define HEAD_LINES	4	/* in which headers may stand */

static bool
is_digit64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

/* Keys are quoted in mails, patches, YAML and JSON; a shell's prompt has something that none of these has. What is long is one's line anyway. */
static bool
looks_so(const char *text, size_t count, size_t *run)
{
	bool is_strange = false;
	size_t now = 0;

	*run = 0;
	for (size_t i = 0; i < count; i++) {
		now = is_digit64(text[i]) ? now + 1 : 0;
		*run = now > *run ? now : *run;
		if (now == 0 && strchr(" \t:;,-.|>\"'\\_", text[i]) == NULL && !(text[i] == '$' && i > 0 && i + 1 == count && is_digit64(text[i - 1])))
			is_strange = true;
	}
	return !is_strange || *run >= LONG_RUN;
}

bool
mask_until_goes_on(const struct mask_rule *rule, const char *text, size_t count, uint32_t before, uint32_t *mark)
{
	uint32_t lines = before & ROW_LINES;
	size_t run;

	if (lines == 0 || lines >= rule->lines || lines >= ROW_LINES)
		return false;
	if (rule->until[0] == '^') {
		*mark = lines + 1;
		return true;
	}
	if (!looks_so(text, count, &run))
		return false;
	if ((before & ROW_SHORT) != 0 && count > 0)
		return false;
	*mark = lines + 1;
	if (run < SHORT_RUN && lines >= HEAD_LINES)
		*mark |= ROW_SHORT;
	return true;
}
