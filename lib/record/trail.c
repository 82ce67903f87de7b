/* SPDX-License-Identifier: ISC */
/* Payloads of the trail. */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/record/event.h"
#include "lib/record/format.h"
#include "lib/record/trail.h"

#define EXEC_FIXED	19
#define EXIT_FIXED	21
#define FILE_FIXED	11

/* clang-format off */
static const char *const act_names[TRAIL_ACTS] = {
	[TRAIL_READ]		= "read",
	[TRAIL_WRITE]		= "write",
	[TRAIL_CREATE]		= "create",
	[TRAIL_RENAME]		= "rename",
	[TRAIL_REMOVE]		= "remove",
	[TRAIL_MAKE_DIR]	= "mkdir",
	[TRAIL_REMOVE_DIR]	= "rmdir",
	[TRAIL_LINK]		= "link",
	[TRAIL_SYMLINK]		= "symlink",
	[TRAIL_MODE]		= "chmod",
	[TRAIL_OWNER]		= "chown",
	[TRAIL_TRUNCATE]	= "truncate",
	[TRAIL_NODE]		= "mknod",
	[TRAIL_ATTRIBUTE]	= "attribute",
};
/* clang-format on */

const char *
trail_act_name(enum trail_act act)
{
	return (unsigned)act < TRAIL_ACTS && act_names[act] != NULL ? act_names[act] : "unknown";
}

static int
add_text(struct buf *out, const char *text)
{
	return buf_add(out, text != NULL ? text : "", (text != NULL ? strlen(text) : 0) + 1);
}

static int
finish(struct buf *out, enum rec_kind kind, struct rec_event *event)
{
	event->kind = kind;
	event->bytes = buf_data(out);
	event->count = buf_len(out);
	return event->count > REC_EVENT_MOST ? ERR_BUF_FULL : 0;
}

static int
make_exit(const struct rec_exec *exec, struct buf *out, struct rec_event *event)
{
	uint8_t head[EXIT_FIXED] = { (uint8_t)exec->what };
	int r;

	rec_put32(head + 1, exec->ago_us);
	rec_put32(head + 5, exec->pid);
	rec_put32(head + 9, (uint32_t)exec->status);
	rec_put64(head + 13, exec->duration_us);
	r = buf_add(out, head, sizeof head);
	return r < 0 ? r : finish(out, REC_EXEC, event);
}

int
rec_exec_make(const struct rec_exec *exec, struct buf *out, struct rec_event *event)
{
	uint8_t head[EXEC_FIXED] = { (uint8_t)exec->what };
	int r;

	if (exec->what == TRAIL_EXITED)
		return make_exit(exec, out, event);
	rec_put32(head + 1, exec->ago_us);
	rec_put32(head + 5, exec->pid);
	rec_put32(head + 9, exec->ppid);
	rec_put16(head + 13, (uint16_t)exec->flags);
	rec_put32(head + 15, exec->argc);
	r = buf_add(out, head, sizeof head);
	if (r == 0)
		r = add_text(out, exec->path);
	if (r == 0)
		r = add_text(out, exec->cwd);
	if (r == 0 && exec->args_bytes > 0)
		r = buf_add(out, exec->args, exec->args_bytes);
	return r < 0 ? r : finish(out, REC_EXEC, event);
}

int
rec_file_make(const struct rec_file *file, struct buf *out, struct rec_event *event)
{
	uint8_t head[FILE_FIXED] = { (uint8_t)file->act };
	int r;

	rec_put32(head + 1, file->ago_us);
	rec_put32(head + 5, file->pid);
	rec_put16(head + 9, (uint16_t)file->flags);
	r = buf_add(out, head, sizeof head);
	if (r == 0)
		r = add_text(out, file->path);
	if (r == 0 && file->other != NULL)
		r = add_text(out, file->other);
	return r < 0 ? r : finish(out, REC_FILE, event);
}

/* The text at *at, or NULL if it does not end inside the event. */
static const char *
take_text(const struct rec_event *event, size_t *at)
{
	const char *text = (const char *)event->bytes + *at;
	const char *end = *at < event->count ? memchr(text, '\0', event->count - *at) : NULL;

	if (end == NULL)
		return NULL;
	*at += (size_t)(end - text) + 1;
	return text;
}

int
rec_exec_read(const struct rec_event *event, struct rec_exec *exec)
{
	const uint8_t *bytes = event->bytes;
	size_t at = EXEC_FIXED;

	*exec = (struct rec_exec){ .path = "", .cwd = "", .args = "" };
	if (event->kind != REC_EXEC || event->count < EXEC_FIXED)
		return ERR_REC_DAMAGED;
	exec->what = bytes[0];
	exec->ago_us = rec_get32(bytes + 1);
	exec->pid = rec_get32(bytes + 5);
	if (exec->what == TRAIL_EXITED) {
		if (event->count != EXIT_FIXED)
			return ERR_REC_DAMAGED;
		exec->status = (int32_t)rec_get32(bytes + 9);
		exec->duration_us = rec_get64(bytes + 13);
		return 0;
	}
	if (exec->what != TRAIL_EXEC && exec->what != TRAIL_FORKED && exec->what != TRAIL_EXACT)
		return ERR_REC_DAMAGED;
	exec->ppid = rec_get32(bytes + 9);
	exec->flags = rec_get16(bytes + 13);
	exec->argc = rec_get32(bytes + 15);
	exec->path = take_text(event, &at);
	exec->cwd = exec->path != NULL ? take_text(event, &at) : NULL;
	if (exec->cwd == NULL || bytes[event->count - 1] != '\0')
		return ERR_REC_DAMAGED;
	exec->args = (const char *)bytes + at;
	exec->args_bytes = event->count - at;
	return 0;
}

int
rec_file_read(const struct rec_event *event, struct rec_file *file)
{
	const uint8_t *bytes = event->bytes;
	size_t at = FILE_FIXED;

	*file = (struct rec_file){ .path = "" };
	if (event->kind != REC_FILE || event->count < FILE_FIXED)
		return ERR_REC_DAMAGED;
	file->act = bytes[0];
	file->ago_us = rec_get32(bytes + 1);
	file->pid = rec_get32(bytes + 5);
	file->flags = rec_get16(bytes + 9);
	file->path = take_text(event, &at);
	if (file->path == NULL || file->act == 0 || (unsigned)file->act >= TRAIL_ACTS)
		return ERR_REC_DAMAGED;
	if (at == event->count)
		return 0;
	file->other = take_text(event, &at);
	return file->other != NULL && at == event->count ? 0 : ERR_REC_DAMAGED;
}
