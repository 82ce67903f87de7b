/* SPDX-License-Identifier: ISC */
/* Names of keys, as people write them in settings, and the bytes that terminals send for them. */
#ifndef POSTERN_LIB_BASE_KEYNAME_H
#define POSTERN_LIB_BASE_KEYNAME_H

#include <stddef.h>
#include <stdint.h>

#define KEYNAME_BYTES	8	/* most bytes of one key */

/*
 * "F1" to "F12", a control character as "^]" or "Ctrl-]", or "off". 0 with *count bytes (0 for "off"), or ERR_MSG_TEXT.
 * Keys that a terminal cannot do without (Return, Tab, Escape, ^C, ^D and the like) are refused. The bytes of function
 * keys are xterm's, which Linux, PuTTY, tmux and screen send as well (xterm ctlseqs, "PC-Style Function Keys").
 */
int	keyname_parse(const char *text, uint8_t bytes[KEYNAME_BYTES], size_t *count);

#endif
