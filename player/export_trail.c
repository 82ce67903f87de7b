/* SPDX-License-Identifier: ISC */
/*
 * The trail, a line for each act in the order of time: what was executed, by whom, where and how it ended; which files were
 * changed. A process stands as far to the right as it is below the session's first.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/event.h"
#include "lib/record/trail.h"
#include "player/export.h"

#define BUCKETS		4096u
#define DEPTH_MOST	24	/* columns of two that a line is moved to the right at most */
#define LINE_MOST	(256u << 10)

/* A process that lives, and how deep below the first one. */
struct node {
	struct node	*next;
	uint32_t	 pid;
	unsigned	 depth;
};

struct tree {
	struct node	*buckets[BUCKETS];
	uint64_t	 lines;
};

static struct node **
find(struct tree *tree, uint32_t pid)
{
	struct node **at = &tree->buckets[pid % BUCKETS];

	while (*at != NULL && (*at)->pid != pid)
		at = &(*at)->next;
	return at;
}

/* The depth of a process; a number that is known keeps its place. */
static unsigned
depth_of(struct tree *tree, uint32_t pid, uint32_t ppid)
{
	struct node **at = find(tree, pid);
	const struct node *parent = *find(tree, ppid);
	struct node *node = *at;

	if (node != NULL)
		return node->depth;
	node = own_alloc(sizeof *node);
	*node = (struct node){ .pid = pid, .depth = parent != NULL ? parent->depth + 1 : 0 };
	*at = node;
	return node->depth;
}

static void
forget(struct tree *tree, uint32_t pid)
{
	struct node **at = find(tree, pid);
	AUTO_FREE struct node *node = *at;

	if (node != NULL)
		*at = node->next;
}

/* One word as a shell would need it, so that words can be told apart; what is not printable is '?'. */
static void
add_word(struct buf *line, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%^*";
	AUTO_FREE char *clean = text_clean(word, strlen(word));

	if (clean[0] != '\0' && strspn(clean, plain) == strlen(clean)) {
		(void)buf_add_text(line, clean);
		return;
	}
	(void)buf_add_text(line, "'");
	for (const char *at = clean; *at != '\0'; at++)
		if (*at == '\'')
			(void)buf_add_text(line, "'\\''");
		else
			(void)buf_add(line, at, 1);
	(void)buf_add_text(line, "'");
}

static void
add_head(struct buf *line, int64_t t_us, uint32_t ago_us, unsigned depth, uint32_t pid)
{
	int64_t ms = (t_us - (int64_t)ago_us) / 1000;
	char text[CLOCK_TEXT];

	if (ms < 0)
		ms = 0;
	(void)buf_addf(line, "%s.%03d %*s%" PRIu32 " ", clock_short(ms / 1000, text), (int)(ms % 1000),
	    2 * (int)(depth < DEPTH_MOST ? depth : DEPTH_MOST), "", pid);
}

static void
add_exec(struct tree *tree, const struct rec_event *event, struct buf *line)
{
	struct rec_exec exec;
	uint32_t shown = 0;

	if (rec_exec_read(event, &exec) < 0)
		return;
	if (exec.what == TRAIL_EXITED) {
		char text[CLOCK_TEXT];

		add_head(line, event->t_us, exec.ago_us, depth_of(tree, exec.pid, 0), exec.pid);
		forget(tree, exec.pid);
		if (exec.status == TRAIL_STATUS_UNKNOWN)
			(void)buf_add_text(line, "exited, status not known");
		else
			(void)buf_addf(line, "exited %" PRId32, exec.status);
		if (exec.duration_us < 1000000)
			(void)buf_addf(line, " after %" PRIu64 ".%03" PRIu64 " ms", exec.duration_us / 1000, exec.duration_us % 1000);
		else
			(void)buf_addf(line, " after %s", clock_span((int64_t)(exec.duration_us / 1000000), text));
		return;
	}
	add_head(line, event->t_us, exec.ago_us, depth_of(tree, exec.pid, exec.ppid), exec.pid);
	if (exec.what == TRAIL_FORKED) {
		(void)buf_addf(line, "forked by %" PRIu32, exec.ppid);
		return;
	}
	if (exec.what == TRAIL_EXACT && !(exec.flags & TRAIL_MISMATCH)) {
		(void)buf_add_text(line, "executed as claimed");
		return;
	}
	(void)buf_add_text(line, exec.what == TRAIL_EXACT ? "MISMATCH: really executed " :
	    exec.flags & TRAIL_MISSING ? "tried " : "exec ");
	add_word(line, exec.path);
	(void)buf_add_text(line, " [");
	for (size_t at = 0; at < exec.args_bytes; at += strlen(exec.args + at) + 1) {
		if (shown++ > 0)
			(void)buf_add_text(line, " ");
		add_word(line, exec.args + at);
	}
	(void)buf_add_text(line, "]");
	if (exec.what == TRAIL_EXEC) {
		(void)buf_add_text(line, " in ");
		add_word(line, exec.cwd);
	}
	if (exec.flags & TRAIL_CUT)
		(void)buf_addf(line, " (cut: %" PRIu32 " arguments)", exec.argc);
	if (exec.flags & TRAIL_UNKNOWN)
		(void)buf_add_text(line, " (not all of it could be read)");
}

static void
add_file(struct tree *tree, const struct rec_event *event, struct buf *line)
{
	struct rec_file file;

	if (rec_file_read(event, &file) < 0)
		return;
	add_head(line, event->t_us, file.ago_us, depth_of(tree, file.pid, 0), file.pid);
	(void)buf_addf(line, "%s ", trail_act_name(file.act));
	add_word(line, file.path);
	if (file.other != NULL) {
		(void)buf_add_text(line, file.act == TRAIL_SYMLINK ? " to " : " as ");
		add_word(line, file.other);
	}
	if (file.flags & TRAIL_UNKNOWN)
		(void)buf_add_text(line, " (not all of it could be read)");
}

static int
begin(struct export *export)
{
	export->state = own_alloc(sizeof(struct tree));
	return 0;
}

static int
add(struct export *export, const struct rec_event *event)
{
	static const char coverage[] = "coverage: ";
	AUTO_BUF struct buf line = { .max = LINE_MOST };
	AUTO_FREE char *text = NULL;

	if (event->kind == REC_EXEC)
		add_exec(export->state, event, &line);
	else if (event->kind == REC_FILE)
		add_file(export->state, event, &line);
	else if (event->kind == REC_STATE && event->count > sizeof coverage && memcmp(event->bytes, coverage, sizeof coverage - 1) == 0) {
		AUTO_FREE char *clean = text_clean((const char *)event->bytes, event->count);

		(void)buf_add_text(&line, clean);
	}
	if (buf_len(&line) == 0)
		return 0;
	(void)buf_add_text(&line, "\n");
	text = buf_text(&line);
	return out_put_text(&export->out, text);
}

static void
done(struct export *export)
{
	struct tree *tree = export->state;

	for (size_t i = 0; tree != NULL && i < BUCKETS; i++)
		while (tree->buckets[i] != NULL)
			forget(tree, tree->buckets[i]->pid);
	own_free(&export->state);
}

const struct export_format export_trail = { .name = "trail", .trail = true, .begin = begin, .event = add, .done = done };
