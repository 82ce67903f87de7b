/* SPDX-License-Identifier: ISC */
/* The state as its owner sees it: catalogue, log, keys, deletions that did not happen, holds that end soon. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/store/event.h"
#include "lib/store/failure.h"
#include "lib/store/head.h"
#include "lib/store/recording.h"
#include "lib/store/retention.h"
#include "recorder/doctor/doctor.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_log.h"
#include "recorder/policy/policy.h"

#define PATIENCE_S	60			/* seconds for the whole look */
#define LATE_US		INT64_C(3600000000)	/* what should have gone so long ago was not just missed */
#define SOON_US		(7 * 86400 * CLOCK_US)	/* a hold that ends by then is worth a word */
#define WHY_ROOM	200

struct view {
	struct doctor		*d;
	const struct state_look	*look;
	struct store		*store;
	unsigned		 late, left;
	unsigned		 failed[FAILURE_PARTS];
	char			 why[WHY_ROOM];	/* why nothing was deleted, as the log says; "" if it says nothing */
};

static bool
is_there(const struct view *v, const char *name)
{
	AUTO_FREE char *path = place_path(v->look->place->state, name, NULL);

	return access(path, F_OK) == 0;
}

/* ---- can it be written? */

static void
check_writable(const struct view *v, const char *path)
{
	char what[512], fix[1024];
	int error;

	if (access(path, R_OK | W_OK | X_OK) == 0)
		return;
	error = errno;
	snprintf(what, sizeof what, "%s cannot be written: %s; nothing can be recorded, so nobody gets in", path, strerror(error));
	if (error == EROFS)
		snprintf(fix, sizeof fix, "mount -o remount,rw, after reading why in: dmesg");
	else
		snprintf(fix, sizeof fix, "mkdir -p %s && chown %u %s && chmod 700 %s", path, (unsigned)v->look->owner, path, path);
	doctor_add(v->d, "state", NULL, what, fix);
}

static void
say_closed(const struct view *v, int error)
{
	const char *state = v->look->place->state;
	char what[512], fix[512];

	snprintf(what, sizeof what, "the catalogue below %s does not open: %s; nobody gets in", state, err_text(error));
	if (error == ERR_STORE_BUSY)
		snprintf(fix, sizeof fix, "find who holds it: fuser -v %s/catalogue.db", state);
	else if (error == -EACCES)
		snprintf(fix, sizeof fix, "chown %u %s/*", (unsigned)v->look->owner, state);
	else if (error == ERR_SLOTS_MISSING)
		snprintf(fix, sizeof fix, "systemctl stop posternd, and put %s/slots back from its replica", state);
	else if (error == ERR_STORE_VERSION)
		snprintf(fix, sizeof fix, "install the newer Postern again");
	else
		snprintf(fix, sizeof fix, "systemctl stop posternd, and put %s/catalogue.db back from the backup", state);
	doctor_add(v->d, "state", NULL, what, fix);
}

/* ---- the log and its keys */

static void
check_keys(const struct view *v)
{
	AUTO_HEAD struct head newest = { 0 };
	char fix[512];

	if (head_get(v->store, INT64_MAX, &newest) < 0)
		return;		/* nothing was signed yet: a start makes them */
	snprintf(fix, sizeof fix, "put %s/log.key back from where it was kept; without a copy see posternd(8), KEYS", v->look->place->state);
	if (!is_there(v, "log.key") && !v->look->keys.has_log)
		doctor_add(v->d, "keys", NULL, "the log's key is missing, so nothing that is logged from now on is signed", fix);
	snprintf(fix, sizeof fix, "put %s/log.pub back; each auditor's machine that has pinned the log has it", v->look->place->state);
	if (!is_there(v, "log.pub"))
		doctor_add(v->d, "keys", NULL, "the public half of the log's key is missing, so `postern verify` cannot be told whom to trust", fix);
	if (!is_there(v, "epochs"))
		doctor_add(v->d, "keys", NULL, "the key of the log's present hour is missing: the next start begins one that nothing but the stable key vouches for",
		    "systemctl restart posternd, and write down why in a change of your own");
}

static void
check_clock(const struct view *v)
{
	char what[256], span[CLOCK_TEXT];
	int64_t newest_us;

	if (event_newest(v->store, &newest_us) < 0 || newest_us <= v->look->now_us + GATE_JUMP_US)
		return;
	snprintf(what, sizeof what, "the wall clock stands %s behind the newest entry of the log, so nothing is deleted",
	    clock_span((newest_us - v->look->now_us) / CLOCK_US, span));
	doctor_add(v->d, "clock", NULL, what, "timedatectl set-ntp true; if the clock is right now: postern retention run --confirm");
}

/* ---- deletions */

static int
each_failure(void *ctx, const struct failure *failure)
{
	static const char *const left[FAILURE_PARTS] = { "their key is still there", "their key is gone, their file is not",
		"their key is gone here, the replica has not confirmed that" };
	struct view *v = ctx;
	char what[FAILURE_WHY + 128], whose[CLOCK_TEXT + ID_TEXT];

	v->failed[failure->part]++;
	if (failure->kind == UNIT_DAY)
		clock_utc(failure->day * UNIT_DAY_US, whose)[10] = '\0';
	else
		id_text(&failure->session, whose)[ID_SHORT] = '\0';
	snprintf(what, sizeof what, "deletions that are tried again and again, %s: %s", left[failure->part], failure->why);
	doctor_add(v->d, "state", whose, what, "postern retention run    (and see: journalctl -u posternd)");
	return 0;
}

static int
keep_why(void *ctx, const struct event *event)
{
	struct view *v = ctx;

	snprintf(v->why, sizeof v->why, "%s", event->text != NULL ? event->text : event->text_error == ERR_WRAP_MISSING ?
	    "(its words are wrapped; the journal has them)" : err_text(event->text_error));
	return 1;
}

static int
count_late(void *ctx, const struct lapse *lapse)
{
	(void)lapse;
	((struct view *)ctx)->late++;
	return 0;
}

static struct class
class_of(const struct policy_class *from)
{
	struct class class = {
		.recording_s = from->recording_s == POLICY_FOREVER ? 0 : from->recording_s,
		.trail_s = from->trail_s == POLICY_FOREVER ? 0 : from->trail_s,
		.texts_s = from->texts_s == POLICY_FOREVER ? 0 : from->texts_s,
		.log_s = from->log_s == POLICY_FOREVER ? 0 : from->log_s,
	};

	snprintf(class.name, sizeof class.name, "%s", from->name);
	return class;
}

/* Nothing was tried: either a run waits for somebody, or there is no gate. */
static void
say_late(struct view *v)
{
	const struct event_filter held = { .type = LOG_RETENTION_HELD, .limit = 1, .newest_first = true };
	char what[WHY_ROOM + 160];

	(void)event_list(v->store, &held, keep_why, v);
	snprintf(what, sizeof what, "the time of %u key slot%s was over more than an hour ago, and %s still there%s%s", v->late, v->late == 1 ? "" : "s",
	    v->late == 1 ? "it is" : "they are", v->why[0] != '\0' ? "; the log says: " : "", v->why);
	doctor_add(v->d, "state", NULL, what, v->why[0] != '\0' ? "postern retention run --confirm" : "postern retention run");
}

static void
check_deletions(struct view *v)
{
	const struct policy *policy = v->look->policy;
	AUTO_FREE struct class *items = own_alloc((policy->classes_count + 1) * sizeof *items);
	const struct classes classes = { .items = items, .count = policy->classes_count };

	for (unsigned i = 0; i < policy->classes_count; i++)
		items[i] = class_of(&policy->classes[i]);
	if (retention_due(v->store, &classes, v->look->now_us - LATE_US, count_late, v) == 0 && v->late > v->failed[FAILURE_KEY])
		say_late(v);
}

/* Files whose recording has expired: their key is gone, but their size and time still tell something. */
static void
check_left(struct view *v)
{
	AUTO_FREE char *folder = place_path(v->look->place->state, "rec", NULL);
	char what[160], fix[512], digits[ID_TEXT];
	const struct dirent *entry;
	struct recording recording;
	struct id session;
	bool is_trail;
	DIR *dir = opendir(folder);

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(digits, sizeof digits, "%.*s", (int)strcspn(entry->d_name, "."), entry->d_name);
		is_trail = strncmp(entry->d_name + strlen(digits), ".trail.", 7) == 0;
		if (id_parse(digits, &session) == 0 && (is_trail ? recording_trail_get : recording_get)(v->store, &session, &recording) == 0 &&
		    recording.state == RECORDING_EXPIRED)
			v->left++;
	}
	if (dir != NULL)
		closedir(dir);
	snprintf(what, sizeof what, "%u file%s of deleted recordings could not be removed; their keys are gone", v->left, v->left == 1 ? "" : "s");
	snprintf(fix, sizeof fix, "journalctl -u posternd, then: lsattr %s", folder);
	if (v->left > 0 && v->failed[FAILURE_FILE] == 0)
		doctor_add(v->d, "state", NULL, what, fix);
}

/* ---- holds */

static int
each_session(void *ctx, const struct session *session)
{
	struct view *v = ctx;
	int64_t left_us = session->hold.until_us - v->look->now_us;
	char what[256], fix[128], id[ID_TEXT], when[CLOCK_TEXT];

	if (session->hold.by[0] == '\0' || session->hold.until_us == 0 || left_us > SOON_US)
		return 0;
	snprintf(what, sizeof what, "the legal hold of session %s ends %s; then what is due of it is deleted", id_text(&session->id, id),
	    clock_local(session->hold.until_us, when));
	snprintf(fix, sizeof fix, "postern hold %s --until DATE --reason TEXT    (if it is still needed)", id);
	doctor_advise(v->d, "state", NULL, what, fix);
	return 0;
}

/* ---- the child */

static void
look_inside(struct view *v)
{
	const struct session_filter all = { .live = false };
	AUTO_FREE char *recordings = place_path(v->look->place->state, "rec", NULL);
	int64_t entries;
	int r;

	check_writable(v, v->look->place->state);
	if (is_there(v, "catalogue.db"))	/* else no gate has made the folder yet */
		check_writable(v, recordings);
	r = store_open(v->look->place->state, STORE_READONLY, &v->store);
	if (r == ERR_STORE_MISSING && !is_there(v, "log.key") && !is_there(v, "slots"))
		doctor_skip(v->d, "the catalogue: no gate has run here yet");
	else if (r < 0)
		say_closed(v, r);
	if (r < 0)
		return;
	check_keys(v);
	doctor_wrap(v->d, v->look, v->store);
	check_clock(v);
	(void)failure_list(v->store, each_failure, v);
	if (v->look->policy != NULL)
		check_deletions(v);
	check_left(v);
	if (event_count(v->store, &entries) == 0)
		doctor_aides(v->d, v->look->place, entries);
	(void)session_list(v->store, &all, each_session, v);
	store_close(v->store);
}

static void __attribute__((noreturn))
be_owner(const struct state_look *look, int out)
{
	AUTO_DOCTOR struct doctor seen = { 0 };
	struct view view = { .d = &seen, .look = look };
	FILE *file = fdopen(out, "w");

	alarm(PATIENCE_S);
	if (geteuid() == 0 && look->owner != 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(look->group, look->group, look->group) < 0 || setresuid(look->owner, look->owner, look->owner) < 0))
		_exit(1);
	look_inside(&view);
	doctor_print_json(&seen, true, file);
	_exit(fflush(file) == 0 ? 0 : 1);
}

void
doctor_state(struct doctor *d, const struct state_look *look)
{
	AUTO_FILE FILE *in = NULL;
	struct stat st;
	int ends[2], status = 0, r;
	pid_t pid;

	if (lstat(look->place->state, &st) < 0 || (geteuid() != 0 && geteuid() != look->owner))
		return;		/* said by doctor_files() */
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		be_owner(look, ends[1]);
	close(ends[1]);
	in = fdopen(ends[0], "r");
	r = pid > 0 && in != NULL ? doctor_read(d, in) : -EAGAIN;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		doctor_add(d, "state", NULL, "the look at the catalogue broke off, so what it would have found is not here", "postern verify, and: journalctl -u posternd");
}
