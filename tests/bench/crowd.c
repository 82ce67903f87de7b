/* SPDX-License-Identifier: ISC */
/* Memory: one session alone, then many that print a line a second; all processes of the recorder, none of the child. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "tests/bench/bench.h"

#define READY_S		30.0
#define ALONE_S		1.0
#define CROWD_S		13.0	/* long enough for a segment to be closed and its memory to be given back */

/* One process, as /proc tells it. */
struct process {
	pid_t	pid, parent;
	char	name[32];
	bool	is_ours;	/* below us */
};

struct processes {
	struct process	*row;	/* heap */
	size_t		 count;
};

static bool
read_process(const char *name, struct process *process)
{
	char path[64], line[512];
	AUTO_FILE FILE *file = NULL;
	const char *close;
	char state;
	int parent;

	snprintf(path, sizeof path, "/proc/%.20s/stat", name);
	file = fopen(path, "r");
	if (file == NULL || fgets(line, sizeof line, file) == NULL)
		return false;
	close = strrchr(line, ')');
	if (close == NULL || sscanf(close + 1, " %c %d", &state, &parent) != 2 || state == 'Z')
		return false;
	*process = (struct process){ .pid = (pid_t)strtol(line, NULL, 10), .parent = parent };
	snprintf(process->name, sizeof process->name, "%.*s", (int)(close - strchr(line, '(') - 1), strchr(line, '(') + 1);
	return true;
}

static bool
is_below(const struct processes *all, const struct process *process)
{
	pid_t above = process->parent;

	for (int deep = 0; above > 1 && above != getpid() && deep < 64; deep++) {
		size_t i = 0;

		while (i < all->count && all->row[i].pid != above)
			i++;
		above = i < all->count ? all->row[i].parent : 0;
	}
	return above == getpid();
}

static struct processes
list(void)
{
	struct processes all = { 0 };
	DIR *dir = opendir("/proc");
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		all.row = own_grow(all.row, all.count + 1, sizeof *all.row);
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && read_process(entry->d_name, &all.row[all.count]))
			all.count++;
	}
	if (dir != NULL)
		closedir(dir);
	for (size_t i = 0; i < all.count; i++)
		all.row[i].is_ours = is_below(&all, &all.row[i]);
	return all;
}

/* The daemon serves all sessions and is not one of them. */
static bool
is_recorder(const struct process *process)
{
	static const char *const others[] = { "posternd", "postern-gate", "postern-keeper", "postern-nss", "postern-roletab" };

	if (strncmp(process->name, "child", 5) == 0)
		return false;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(process->name, others[i]) == 0)
			return false;
	return process->is_ours;
}

/* KiB, or -1 if it may not be read. */
static long
pss(pid_t pid)
{
	char path[64], line[256];
	AUTO_FILE FILE *file = NULL;
	long kib;

	snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "Pss: %ld", &kib) == 1)
			return kib;
	return -1;
}

/* MiB of all recorder processes and their number; negative if one of them may not be looked at. */
static double
measure(size_t *count)
{
	struct processes all = list();
	double mib = 0;

	*count = 0;
	for (size_t i = 0; i < all.count && mib >= 0; i++) {
		long kib = is_recorder(&all.row[i]) ? pss(all.row[i].pid) : 0;

		*count += is_recorder(&all.row[i]);
		mib = kib < 0 ? -1 : mib + (double)kib / 1024;
	}
	free(all.row);
	return mib;
}

/* Reads all of them for so long. */
static void
watch(struct session *sessions, int count, double seconds)
{
	double until = now() + seconds;
	char bytes[4096];

	while (now() < until) {
		for (int i = 0; i < count; i++) {
			struct pollfd output = { .fd = sessions[i].fd, .events = POLLIN };

			if (poll(&output, 1, 0) > 0 && read(sessions[i].fd, bytes, sizeof bytes) < 0 && errno != EINTR)
				return;
		}
		usleep(20000);
	}
}

static bool
crowd_one(struct bench *bench, enum peer_id id, struct session *sessions)
{
	static const char *const arguments[] = { "lines", NULL };
	struct series *figures = bench->figures[id];
	double alone = 0, many;
	size_t processes;

	for (int i = 0; i < bench->sessions; i++) {
		sessions[i].fd = -1;
		if (session_start(&sessions[i], bench, peer_argv(bench, id, arguments)) < 0 || !session_read(&sessions[i], "READY", READY_S))
			return false;
		if (i > 0)
			continue;
		watch(sessions, 1, ALONE_S);
		alone = measure(&processes);
	}
	watch(sessions, bench->sessions, CROWD_S);
	many = measure(&processes);
	if (alone < 0 || many < 0)
		return false;
	series_add(&figures[FIG_ALONE], alone);
	series_add(&figures[FIG_CROWD], many / bench->sessions);
	series_add(&figures[FIG_PROCESSES], (double)processes / bench->sessions);
	return true;
}

void
task_crowd(struct bench *bench)
{
	AUTO_FREE struct session *sessions = own_alloc((size_t)bench->sessions * sizeof *sessions);

	for (enum peer_id id = PEER_SCRIPT; id < PEER_COUNT; id++) {
		if (bench->is_missing[id])
			continue;
		memset(sessions, 0, (size_t)bench->sessions * sizeof *sessions);
		if (!crowd_one(bench, id, sessions))
			fprintf(stderr, "bench: the memory of %s cannot be read (root is needed), or a session did not start\n", peers[id].name);
		for (int i = 0; i < bench->sessions; i++)
			if (sessions[i].pid > 0 && sessions[i].fd >= 0)
				(void)session_type(&sessions[i], '\r');
		for (int i = 0; i < bench->sessions; i++)
			if (sessions[i].pid > 0)
				(void)session_end(&sessions[i], bench);
		peer_clear(bench, id);
	}
}
