/* SPDX-License-Identifier: ISC */
/* Names of keys. */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/base/err.h"
#include "lib/base/keyname.h"

/* What nobody may take from the programs of a session: NUL, and what the terminal or every shell lives on. */
#define VITAL	"@CDHIJMSQZ["

static const char *const function_keys[] = {
	"\033OP", "\033OQ", "\033OR", "\033OS", "\033[15~", "\033[17~", "\033[18~", "\033[19~", "\033[20~", "\033[21~",
	"\033[23~", "\033[24~",
};

static int
parse_function(const char *digits, uint8_t bytes[KEYNAME_BYTES], size_t *count)
{
	unsigned number = 0;

	for (const char *c = digits; *c != '\0'; c++) {
		if (!isdigit((unsigned char)*c) || c - digits > 1)
			return ERR_MSG_TEXT;
		number = number * 10 + (unsigned)(*c - '0');
	}
	if (number < 1 || number > sizeof function_keys / sizeof function_keys[0])
		return ERR_MSG_TEXT;
	*count = strlen(function_keys[number - 1]);
	memcpy(bytes, function_keys[number - 1], *count);
	return 0;
}

static int
parse_control(const char *letter, uint8_t bytes[KEYNAME_BYTES], size_t *count)
{
	int c = toupper((unsigned char)letter[0]);

	if (c < '@' || c > '_' || letter[1] != '\0' || strchr(VITAL, c) != NULL)
		return ERR_MSG_TEXT;
	bytes[0] = (uint8_t)(c & 0x1f);
	*count = 1;
	return 0;
}

int
keyname_parse(const char *text, uint8_t bytes[KEYNAME_BYTES], size_t *count)
{
	if (strcasecmp(text, "off") == 0) {
		*count = 0;
		return 0;
	}
	if (text[0] == 'F' || text[0] == 'f')
		return parse_function(text + 1, bytes, count);
	if (text[0] == '^')
		return parse_control(text + 1, bytes, count);
	return strncasecmp(text, "ctrl-", 5) == 0 ? parse_control(text + 5, bytes, count) : ERR_MSG_TEXT;
}
