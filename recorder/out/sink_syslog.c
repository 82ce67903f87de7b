/* SPDX-License-Identifier: ISC */
/* A syslog daemon's datagram socket, such as /dev/log. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/store/event_json.h"
#include "recorder/out/frame.h"
#include "recorder/out/sink.h"

#define FRAME_MOST	(8u * EVENT_TEXT_MOST)
#define PATIENCE_S	5

static int
open_socket(struct sink *sink)
{
	AUTO_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct timeval patience = { PATIENCE_S, 0 };

	if (strlen(sink->words[0]) >= sizeof to.sun_path)
		return -ENAMETOOLONG;
	memcpy(to.sun_path, sink->words[0], strlen(sink->words[0]));
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		return -errno;
	sink->fd = TAKE(fd, -1);
	return 0;
}

static void
close_socket(struct sink *sink)
{
	own_close(&sink->fd);
	sink->fd = -1;
}

static int
send_text(struct sink *sink, const struct sink_line *line, const char *text)
{
	AUTO_BUF struct buf out = { .max = FRAME_MOST };
	char host[256] = "";
	struct frame frame = { line->seq, line->time_us, line->type, host, text };
	int r;

	(void)gethostname(host, sizeof host - 1);
	r = frame_print(&frame, &out);
	if (r == 0 && send(sink->fd, buf_data(&out), buf_len(&out), MSG_NOSIGNAL) < 0)
		r = -errno;
	return r;
}

static int
put_line(struct sink *sink, const struct sink_line *line)
{
	int r = sink->fd < 0 ? open_socket(sink) : 0;

	if (r == 0)
		r = send_text(sink, line, line->json);
	if (r == -EMSGSIZE || r == -ENOBUFS)
		r = send_text(sink, line, line->brief);
	return r;
}

static int
put(struct sink *sink, const struct sink_line *lines, size_t count, size_t *taken)
{
	int r = 0;

	for (*taken = 0; r == 0 && *taken < count; *taken += r == 0) {
		bool was_open = sink->fd >= 0;

		r = put_line(sink, &lines[*taken]);
		if (r < 0)
			close_socket(sink);
		if (r < 0 && was_open && r != -EAGAIN)	/* the daemon was started anew meanwhile */
			r = put_line(sink, &lines[*taken]);
	}
	return r;
}

const struct sink_kind sink_syslog = { .name = "syslog", .json = EVENT_JSON_ASCII, .has_brief = true, .put = put, .close = close_socket };
