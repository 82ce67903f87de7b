/* SPDX-License-Identifier: ISC */
/*
 * postern-gate: policy, catalogue, log, and everybody who connects. It runs as its own account, holds no session, and
 * may die at any time: sessions go on and are found again.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/grant.h"
#include "lib/store/request.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_aide.h"
#include "recorder/gate/gate_change.h"
#include "recorder/gate/gate_head.h"
#include "recorder/gate/gate_keeper.h"
#include "recorder/gate/gate_deposit.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_replica.h"
#include "recorder/gate/gate_retention.h"
#include "recorder/gate/gate_wrap.h"
#include "recorder/gate/gate_signed.h"
#include "recorder/gate/gate_versions.h"
#include "recorder/gate/gate_watch.h"
#include "recorder/gate/live.h"
#include "recorder/gate/live_report.h"
#include "recorder/gate/members.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"
#include "recorder/gate/who.h"

#define TICK_S		2	/* lapses, status */
#define RETENTION_TICKS	5	/* every so many ticks what is due is erased */
#define FROZEN_US	(3 * CLOCK_US)	/* how long the word of a session that froze at its deadline may take */
#define FIND_TICKS	5	/* every so many ticks sessions without a worker's connection are looked for */
#define STATUS_TICKS	2	/* every so many ticks sessions are asked how idle they are */
#define RIGHTS_TICKS	30	/* every so many ticks everybody's rights are looked at again */

/* Everything the loop waits for besides connections. */
struct watches {
	struct event	*listener, *tick, *second, *term, *intr, *hup;
	unsigned	 ticks;
	bool		 rests;		/* the listener, because no descriptor was left */
	struct gate	*gate;
};

/* While the wall clock stands where it cannot be, time goes on from where it was last right. */
struct moment
gate_now(const struct gate *gate)
{
	struct moment now = { .wall_us = clock_wall_us(), .boot_us = clock_boot_us(), .boot = gate->boot };
	int64_t steady = gate->clock.wall_us + (now.boot_us - gate->clock.boot_us);

	if (now.wall_us > steady + GATE_JUMP_US || now.wall_us < steady - GATE_JUMP_US)
		now.wall_us = steady;
	return now;
}

int
gate_store(struct gate *gate)
{
	int r;

	if (gate->store != NULL && store_is_writing(gate->store))
		return 0;	/* it was looked at when the transaction began, and must not be closed below it */
	if (gate->store != NULL) {
		r = store_check(gate->store);
		if (r == 0 || r == ERR_STORE_BUSY)
			return r;
		store_close(gate->store);
		gate->store = NULL;
	}
	r = store_open(gate->daemon.place.state, STORE_CREATE, &gate->store);
	if (r == 0) {
		r = gate_wrap_store(gate);
		if (r < 0)
			store_close(TAKE(gate->store, NULL));
	}
	if (r != gate->store_error && r < 0)
		log_error("the catalogue below %s does not open: %s; nothing can be granted until it does", gate->daemon.place.state, err_text(r));
	else if (r == 0 && gate->store_error < 0)
		log_info("the catalogue works again");
	gate->store_error = r;
	if (r == 0)
		gate_head_attend(gate);
	if (r == 0 && gate->policy != NULL)
		gate_wrap_tell(gate);
	return r;
}

/* Its hash, and what reads differently from what the log was told before, by this gate or an earlier one. */
static void
say_policy(struct gate *gate, const struct policy *policy)
{
	AUTO_BUF struct buf print = { .max = 1u << 22 };
	AUTO_FREE char *whole = NULL, *change = NULL;
	const char *text;
	char hash[2 * SECRET_SHA256 + 1];

	if (policy_print(policy, &print) < 0)
		buf_clear(&print);
	whole = buf_text(&print);
	text = whole + strcspn(whole, "\n");	/* its first line is the hash */
	change = gate_change(gate, "policy", text);
	if (gate_say(gate, LOG_POLICY_LOADED, NULL, "policy %s with %u roles%s%s", id_hex(policy->sha256, SECRET_SHA256, hash),
	    policy->roles_count, change != NULL && change[0] != '\0' ? "; " : "", change != NULL ? change : "") >= 0 && change != NULL)
		gate_change_told(gate, "policy", text);
}

int
gate_load_policy(struct gate *gate)
{
	AUTO_BUF struct buf errors = { .max = 65536 };
	AUTO_FREE char *text = NULL;
	struct policy_files files AUTO(policy_files_done) = { 0 };
	struct policy *fresh = NULL;
	int r = policy_files_read(gate->daemon.place.etc, false, &files, &errors);

	if (r == 0)
		r = policy_parse(&files, &fresh, &errors);
	if (r < 0) {
		text = buf_text(&errors);
		gate_say(gate, LOG_POLICY_REFUSED, NULL, "%s; %s: %s", err_text(r),
		    gate->policy != NULL ? "the old policy stays" : "nobody can ask for anything", text);
		return r;
	}
	gate_masks_free(gate->masks);
	policy_free(gate->policy);
	gate->policy = fresh;
	gate->keeper.parted_us = clock_boot_us();
	gate->masks = gate_masks_new(fresh);
	say_policy(gate, fresh);
	gate_signed_tell(gate);
	gate_versions_policy(gate, &files);
	who_policy_changed(gate);
	peers_doubt(gate);	/* an account may belong to another person now */
	live_check_rights(gate);
	live_compare_roles(gate);
	members_look(gate, true);
	peers_changed(gate, "policy", NULL);
	peers_keeper(gate);
	return 0;
}

/* The kernel's boot id: tells one CLOCK_BOOTTIME from the next. */
static void
read_boot(struct gate *gate)
{
	AUTO_FREE char *text = NULL;
	char digits[ID_TEXT] = "";
	size_t count = 0;

	if (fdio_slurp_path("/proc/sys/kernel/random/boot_id", 64, &text, NULL) < 0)
		log_fatal("the boot id cannot be read; is /proc mounted?");
	for (const char *c = text; *c != '\0' && count < ID_TEXT - 1; c++)
		if (*c != '-' && *c != '\n')
			digits[count++] = *c;
	if (id_parse(digits, &gate->boot) < 0)
		log_fatal("the boot id is not one");
}

static int
say_request_lapsed(void *ctx, const struct id *id)
{
	struct gate *gate = ctx;

	int r = gate_say(gate, LOG_REQUEST_LAPSED, id, "nobody decided in time");

	if (r == 0)
		peers_changed(gate, "request", id);
	return r;
}

static int
say_grant_lapsed(void *ctx, const struct id *id)
{
	struct gate *gate = ctx;

	int r = gate_say(gate, LOG_GRANT_LAPSED, id, "the grant is over");

	if (r == 0)
		peers_changed(gate, "grant", id);
	return r;
}

/* What lapses and the words about it: all of it or nothing, and then it lapses a second later. */
static void
lapse(struct gate *gate)
{
	AUTO_TXN struct txn txn = { 0 };
	struct moment now = gate_now(gate);
	int r = gate_store(gate);

	if (r == 0)
		r = txn_begin(&txn, gate->store);
	if (r == 0)
		r = request_lapse(gate->store, now.wall_us, say_request_lapsed, gate);
	/* A session that stands still at its deadline says so a moment later, and then its grant can be extended. */
	now.wall_us -= FROZEN_US;
	now.boot_us -= FROZEN_US;
	if (r == 0)
		r = grant_lapse(gate->store, &now, say_grant_lapsed, gate);
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0 && r != gate->store_error)
		log_error("lapsed requests cannot be closed: %s", err_text(r));
}

static void
on_tick(evutil_socket_t fd, short what, void *user)
{
	struct watches *w = user;

	(void)fd;
	(void)what;
	w->ticks++;
	if (w->rests)
		event_add(w->listener, NULL);
	w->rests = false;
	gate_retention_watch(w->gate);
	lapse(w->gate);
	gate_deposit_sweep(w->gate);
	if (w->ticks % FIND_TICKS == 0)
		live_find_all(w->gate);
	if (w->ticks % RETENTION_TICKS == 0)
		gate_retention_tick(w->gate);
	gate_replica_tick(w->gate);
	gate_aides_tick(w->gate);
	live_hurry(w->gate);
	if (w->ticks % STATUS_TICKS == 0)
		live_ask_status(w->gate);
	if (w->ticks % RIGHTS_TICKS == 0) {
		live_check_rights(w->gate);
		members_look(w->gate, false);
	}
}

static void
on_second(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	gate_head_tick(((struct watches *)user)->gate);
	peers_keeper(((struct watches *)user)->gate);
}

static void
on_listener(evutil_socket_t fd, short what, void *user)
{
	struct watches *w = user;
	int r = peer_accept(w->gate, fd);

	(void)what;
	if (r == 0)
		return;
	log_warn("no descriptor is left for another connection: %s; the next ones wait", err_text(r));
	event_del(w->listener);
	w->rests = true;
}

static void
on_stop(evutil_socket_t fd, short what, void *user)
{
	struct watches *w = user;

	(void)fd;
	(void)what;
	gate_watch_all_over(w->gate);
	gate_say(w->gate, LOG_GATE_STOPPED, NULL, "the gate stops; running sessions go on");
	event_base_loopbreak(w->gate->base);
}

static void
on_hup(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	(void)gate_load_policy(((struct watches *)user)->gate);
	gate_replica_load(((struct watches *)user)->gate);
	gate_aides_load(((struct watches *)user)->gate);
}

static void
watch(struct watches *w)
{
	static const struct timeval second = { 1, 0 }, tick = { TICK_S, 0 };
	struct event_base *base = w->gate->base;

	w->listener = event_new(base, DAEMON_LISTEN, EV_READ | EV_PERSIST, on_listener, w);
	w->tick = event_new(base, -1, EV_PERSIST, on_tick, w);
	w->second = event_new(base, -1, EV_PERSIST, on_second, w);
	w->term = evsignal_new(base, SIGTERM, on_stop, w);
	w->intr = evsignal_new(base, SIGINT, on_stop, w);
	w->hup = evsignal_new(base, SIGHUP, on_hup, w);
	if (w->listener == NULL || w->tick == NULL || w->second == NULL || w->term == NULL || w->intr == NULL || w->hup == NULL)
		log_fatal("out of memory");
	event_add(w->listener, NULL);
	event_add(w->tick, &tick);
	event_add(w->second, &second);
	event_add(w->term, NULL);
	event_add(w->intr, NULL);
	event_add(w->hup, NULL);
}

static void
unwatch(struct watches *w)
{
	event_free(w->listener);
	event_free(w->tick);
	event_free(w->second);
	event_free(w->term);
	event_free(w->intr);
	event_free(w->hup);
}

/* As many connections as the system allows: they are what strangers may use up first. */
static void
raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
			log_warn("the limit of open files cannot be raised: %s", strerror(errno));
	}
	signal(SIGPIPE, SIG_IGN);
}

int
main(int argc, char **argv)
{
	struct gate gate = { .retention.is_purged = true, .heads.given = fdio_cloexec(DAEMON_LOG_KEY, true) == 0 ? DAEMON_LOG_KEY : -1 };
	struct watches w = { .gate = &gate };

	daemon_init(&gate.daemon, "postern-gate", argc, argv);
	daemon_accounts(&gate.daemon);
	raise_limits();
	if (fdio_cloexec(DAEMON_LISTEN, true) < 0)
		log_fatal("the gate is started by posternd only");
	read_boot(&gate);
	gate_wrap_take(&gate);
	if (gate_wrap_is_final(gate_store(&gate))) {
		gate_wrap_done(&gate);
		daemon_done(&gate.daemon);
		return DAEMON_REFUSED;
	}
	gate.base = event_base_new();
	if (gate.base == NULL || who_start(&gate) < 0)
		log_fatal("the event loop does not start");
	gate_retention_start(&gate);
	(void)gate_load_policy(&gate);
	gate_wrap_tell(&gate);
	gate_say(&gate, LOG_GATE_STARTED, NULL, "the gate starts, version %s", PACKAGE_VERSION);
	gate_replica_load(&gate);
	gate_keeper_start(&gate);
	live_find_all(&gate);
	gate_head_tick(&gate);
	gate_aides_load(&gate);
	watch(&w);
	event_base_dispatch(gate.base);
	unwatch(&w);
	live_reports_done(&gate);
	gate_replica_done(&gate);
	gate_aides_done(&gate);
	gate_head_done(&gate);
	members_stop(&gate);
	who_stop(&gate);
	gate_masks_free(gate.masks);
	deposits_free(&gate.deposits);
	policy_free(gate.policy);
	store_close(gate.store);
	gate_wrap_done(&gate);
	daemon_done(&gate.daemon);
	return 0;
}
