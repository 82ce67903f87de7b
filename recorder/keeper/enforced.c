/* SPDX-License-Identifier: ISC */
/* The enforced record as JSON; the player turns that into sentences. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "recorder/keeper/enforced.h"
#include "recorder/keeper/rights.h"

#define PATHS_MOST	700	/* bytes of paths in the text */

/* clang-format off */
static const struct {
	uint32_t	 mark;
	const char	*name;
} marks[] = {
	{ MARK_CONFINED,	"confined" },
	{ MARK_NO_NEW_PRIVS,	"no-new-privs" },
	{ MARK_FILTER,		"seccomp" },
	{ MARK_USER_SPACE,	"user-ns" },
	{ MARK_PID_SPACE,	"pid-ns" },
	{ MARK_MOUNT_SPACE,	"mount-ns" },
	{ MARK_IPC_SPACE,	"ipc-ns" },
	{ MARK_NET_SPACE,	"empty-net-ns" },
	{ MARK_CGROUP,		"cgroup" },
	{ MARK_PIDS,		"pids-max" },
	{ MARK_PORTS_BPF,	"ports-by-cgroup" },
	{ MARK_NO_INET,		"no-inet" },
	{ MARK_NO_UDP,		"no-udp" },
	{ MARK_NO_LISTEN,	"no-listen" },
	{ MARK_NO_SPACES,	"no-namespaces" },
	{ MARK_TRUNCATE,	"truncate-by-seccomp" },
	{ MARK_NOEXEC,		"noexec" },
	{ MARK_READ_ONLY,	"read-only" },
	{ MARK_SOCKETS,		"sockets-hidden" },
	{ MARK_TMP,		"private-tmp" },
	{ MARK_SHELL,		"shell-baseline" },
	{ MARK_ROOT_INSIDE,	"root-inside" },
	{ MARK_TRAIL,		"trail" },
	{ MARK_TRAIL_READS,	"trail-reads" },
	{ MARK_EXACT,		"trail-exact" },
	{ MARK_EXACT_KERNEL,	"exact-by-kernel" },
};
/* clang-format on */

bool
enforced_valid(const struct enforced *e)
{
	if (e->fs > UINT32_MAX || e->net > UINT32_MAX || e->scoped > UINT32_MAX)
		return false;	/* Landlock has far fewer rights, and readers of JSON have 63 bits */
	if (e->abi > 64 || (e->marks & ~(uint32_t)MARK_ALL) != 0 || (e->missing & ~(uint32_t)NEED_ALL) != 0)
		return false;
	for (size_t i = 0; i < ENFORCED_SKIPPED; i++)
		if (memchr(e->skipped[i], '\0', ENFORCED_PATH) == NULL)
			return false;
	for (size_t i = 0; i < ENFORCED_LOOSE; i++)
		if (memchr(e->loose[i], '\0', ENFORCED_PATH) == NULL)
			return false;
	return true;
}

/* A JSON string; bytes that are not printable ASCII become "?", for a file's name is anybody's. */
static int
add_string(struct buf *out, const char *text)
{
	int r = buf_add_text(out, "\"");

	for (; r == 0 && *text != '\0'; text++) {
		char c = *text;

		if (c < 0x20 || c > 0x7e)
			c = '?';
		r = buf_addf(out, "%s%c", c == '"' || c == '\\' ? "\\" : "", c);
	}
	return r == 0 ? buf_add_text(out, "\"") : r;
}

static int
add_paths(struct buf *out, const char *name, const char *first, uint32_t most, uint32_t count)
{
	size_t begun;
	int r = buf_addf(out, ",\"%s\":[", name);

	begun = buf_len(out);
	for (uint32_t i = 0; r == 0 && i < count && i < most && buf_len(out) - begun < PATHS_MOST / 2; i++) {
		if (i > 0)
			r = buf_add_text(out, ",");
		if (r == 0)
			r = add_string(out, first + (size_t)i * ENFORCED_PATH);
	}
	return r == 0 ? buf_addf(out, "],\"%s_count\":%" PRIu32, name, count) : r;
}

static int
add_missing(struct buf *out, uint32_t missing)
{
	const char *between = "";
	int r = buf_add_text(out, ",\"missing\":[");

	for (uint32_t bit = 1; r == 0 && bit <= NEED_ALL; bit <<= 1) {
		if (!(missing & bit))
			continue;
		r = buf_addf(out, "%s\"%s\"", between, rights_need_name(bit));
		between = ",";
	}
	return r == 0 ? buf_add_text(out, "]") : r;
}

int
enforced_json(const struct enforced *e, struct buf *out)
{
	const char *between = "";
	int r = buf_addf(out, "{\"landlock\":%" PRIu32 ",\"fs\":%" PRIu64 ",\"net\":%" PRIu64 ",\"scoped\":%" PRIu64
	    ",\"pids\":%" PRIu32 ",\"rules\":%" PRIu32 ",\"by\":[", e->abi, e->fs, e->net, e->scoped, e->pids, e->paths);

	for (size_t i = 0; r == 0 && i < sizeof marks / sizeof marks[0]; i++) {
		if (!(e->marks & marks[i].mark))
			continue;
		r = buf_addf(out, "%s\"%s\"", between, marks[i].name);
		between = ",";
	}
	if (r == 0)
		r = buf_add_text(out, "]");
	if (r == 0)
		r = add_missing(out, e->missing);
	if (r == 0)
		r = add_paths(out, "skipped", e->skipped[0], ENFORCED_SKIPPED, e->skipped_count);
	if (r == 0)
		r = add_paths(out, "loose", e->loose[0], ENFORCED_LOOSE, e->loose_count);
	return r == 0 ? buf_add_text(out, "}") : r;
}
