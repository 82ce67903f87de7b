/* SPDX-License-Identifier: ISC */
/* Texts that callers hand in. */
#include "config.h"

#include <string.h>

#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/store/check.h"
#include "lib/store/store.h"

int
check_name(const char *name)
{
	return name[0] != '\0' && text_is_clean(name, strlen(name)) ? 0 : ERR_MSG_TEXT;
}

int
check_text(const char *text)
{
	size_t count = text != NULL ? strlen(text) : 0;

	return count == 0 || (count <= STORE_TEXT_MOST && text_is_clean(text, count)) ? 0 : ERR_MSG_TEXT;
}

int
check_word(const char *word)
{
	size_t count = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return count > 0 && count < STORE_WORD && word[count] == '\0' ? 0 : ERR_MSG_TEXT;
}
