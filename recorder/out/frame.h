/* SPDX-License-Identifier: ISC */
/* A line as syslog has it (RFC 5424): facility authpriv, APP-NAME postern, MSGID the event's type, the number of the entry in meta. */
#ifndef POSTERN_RECORDER_OUT_FRAME_H
#define POSTERN_RECORDER_OUT_FRAME_H

#include <stdint.h>

struct buf;

struct frame {
	int64_t		 seq, time_us;
	unsigned	 type;
	const char	*host;	/* "" : unknown */
	const char	*text;	/* ASCII */
};

/* 0 or ERR_BUF_FULL. */
int	frame_print(const struct frame *frame, struct buf *out);

#endif
