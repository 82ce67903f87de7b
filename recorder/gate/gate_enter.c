/* SPDX-License-Identifier: ISC */
/* Entering a grant: everything is checked once more, the files are made, and the client goes to the keeper. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/keyname.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/grant.h"
#include "lib/store/request.h"
#include "lib/store/session.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_ask.h"
#include "recorder/gate/gate_files.h"
#include "recorder/gate/gate_glass.h"
#include "recorder/gate/gate_keeper.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_return.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_session.h"
#include "recorder/gate/live.h"
#include "recorder/gate/live_report.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"
#include "recorder/gate/who.h"

#define GRACE_S		60			/* how long a full disk is waited for */
#define SIZE_MOST	500u
#define SFTP_SERVER	"/usr/lib/openssh/sftp-server"

/* All that a start needs, released together. */
struct entry {
	struct peer			*peer;
	const struct wire_enter		*question;
	const struct policy_role	*role;
	struct grant			 grant;
	struct request			 request;
	struct session			 session;
	struct buf			 by;
	char				*server[2];	/* a command in place of the client's */
	char				*command;	/* as it may be told; NULL: none was given */
	int				 fds[LAUNCH_FDS];	/* LAUNCH_CLIENT is borrowed */
	int				 gate_end;
	char				*paths[LAUNCH_FDS];	/* of files that were made, by their descriptors' places */
	struct gate_recipients		 recipients;
};

static void
entry_done(struct entry *e)
{
	for (size_t i = LAUNCH_CLIENT + 1; i < LAUNCH_FDS; i++) {
		own_close(&e->fds[i]);
		free(e->paths[i]);
	}
	own_close(&e->gate_end);
	request_done(&e->request);
	buf_done(&e->by);
	free(e->command);
	free(e->recipients.keys);
	free(e->recipients.owners);
}

struct wanted {
	const char	*role;
	int64_t		 now_us;
	struct id	 grant;
	bool		 found, early;
};

static int
match(void *ctx, const struct grant *grant)
{
	struct wanted *wanted = ctx;

	if (wanted->found || strcmp(grant->role, wanted->role) != 0)
		return 0;
	wanted->early = wanted->early || grant->usable_us > wanted->now_us;
	if (grant->usable_us <= wanted->now_us) {
		wanted->grant = grant->id;
		wanted->found = true;
	}
	return 0;
}

/* The grant by its id, or the person's live one for the role. 0, or the peer has been told. */
static int
find_grant(struct entry *e)
{
	struct wanted wanted = { .role = e->question->role, .now_us = gate_now(e->peer->gate).wall_us };
	const struct grant_filter filter = { .person = peer_person(e->peer) };
	struct store *store = e->peer->gate->store;
	int r;

	if (e->question->grant[0] != '\0') {
		r = grant_find(store, e->question->grant, &wanted.grant);
	} else {
		r = grant_list(store, &filter, match, &wanted);
		if (r == 0 && !wanted.found) {
			peer_fail(e->peer, STATUS_DENIED, wanted.early ? "your grant for '%s' is not usable yet" : "you hold no grant for '%s'; ask for it first", e->question->role);
			return -1;
		}
	}
	if (r == 0)
		r = grant_get(store, &wanted.grant, &e->grant);
	if (r == 0)
		r = request_get(store, &e->grant.request, &e->request);
	if (r < 0)
		peer_error(e->peer, r);
	return r;
}

static int
refuse(struct entry *e, int status, const char *why)
{
	gate_say(e->peer->gate, LOG_ENTRY_REFUSED, &e->grant.id, "%s may not enter %s: %s", peer_person(e->peer), e->grant.role, why);
	peer_fail(e->peer, status, "%s", why);
	return -1;
}

/* The grant is the person's own, and the policy would still let them in. */
static int
check_right(struct entry *e)
{
	const struct policy *policy = e->peer->gate->policy;
	struct policy_subject subject = who_subject(e->peer->who);
	char why[POLICY_WHY] = "";
	int r;

	if (strcmp(e->grant.person, peer_person(e->peer)) != 0)
		return refuse(e, STATUS_DENIED, "the grant belongs to somebody else");
	e->role = policy_role(policy, e->grant.role);
	if (e->role == NULL)
		return refuse(e, STATUS_DENIED, "the policy has no such role any more");
	if (gate_role_changed(&e->request, e->role))
		return refuse(e, STATUS_DENIED, GATE_ROLE_CHANGED);
	r = gate_glass_right(e->peer->gate, &subject, e->role, &e->grant.request, why);
	if (r == ERR_NOT_FOUND)
		r = policy_may_request(policy, &subject, e->role, clock_wall_us(), why);
	if (r < 0)
		return refuse(e, STATUS_DENIED, why);
	if (e->question->command[0] != NULL && e->role->start.run_count > 0)
		return refuse(e, STATUS_DENIED, "this role runs its own command; enter it without one");
	return 0;
}

/* Back to a session that runs: the right to the role is needed still, but not its hours, which do not end a session either. */
static bool
may_return(const struct entry *e)
{
	const struct policy *policy = e->peer->gate->policy;
	const struct policy_role *role = policy_role(policy, e->grant.role);
	struct policy_subject subject = who_subject(e->peer->who);

	return role != NULL && role->ends.keep_s > 0 && strcmp(e->grant.person, peer_person(e->peer)) == 0 &&
	    gate_glass_keeps(e->peer->gate, &subject, role, &e->grant.request) && gate_return(e->peer, &e->grant, e->question);
}

/* The file server is the role's account's and knows what it may not; no word of it is the client's. */
static int
serve_files(struct entry *e, struct wire_enter *question)
{
	static char server[] = SFTP_SERVER, only_out[] = SFTP_SERVER " -R", only_in[] = SFTP_SERVER " -P read,copy-data";
	const struct policy_copy *copy = &e->role->copy;
	char why[200];

	if (!question->files)
		return 0;
	if (question->command[0] != NULL)
		return refuse(e, STATUS_USAGE, "files are copied without a command");
	if (!copy->upload && !copy->download) {
		snprintf(why, sizeof why, "'%s' copies no files; its administrator can allow it with `files: {upload: yes, download: yes}`", e->role->name);
		return refuse(e, STATUS_DENIED, why);
	}
	question->tty = false;
	e->server[0] = copy->upload && copy->download ? server : copy->upload ? only_in : only_out;
	question->command = e->server;
	return 0;
}

static int
check_machine(struct entry *e)
{
	struct gate *gate = e->peer->gate;
	char why[192];
	struct statvfs fs;

	if (!gate_keeper_agrees(gate))
		return refuse(e, STATUS_FAILED, "the policy is being read again; try once more in a moment");
	gate_keys_recipients(gate, &e->recipients);
	if (e->recipients.keys[0] == NULL)
		return refuse(e, STATUS_FAILED, "no auditor's key is configured that is not retired, so nobody could ever open the recording; see /etc/postern/auditors");
	if (e->role->class->keys > 1 && e->recipients.persons < e->role->class->keys) {
		snprintf(why, sizeof why, "its recordings take the keys of %u persons, but only %u have one that is not retired; see /etc/postern/auditors",
		    e->role->class->keys, e->recipients.persons);
		return refuse(e, STATUS_FAILED, why);
	}
	if (live_reports_are_full(gate))
		return refuse(e, STATUS_FAILED, "running sessions report more than the disk takes into the log; nobody enters until it keeps up: try again in a moment");
	if (statvfs(gate->daemon.place.state, &fs) < 0)
		return refuse(e, STATUS_FAILED, "the state folder cannot be looked at");
	if ((uint64_t)fs.f_bavail * fs.f_frsize < POLICY_RESERVE)
		return refuse(e, STATUS_FAILED, "there is not enough space left for another recording; nobody enters until there is");
	return 0;
}

/* The session is in the catalogue and in the log, or in neither. */
static int
enter_both(struct entry *e)
{
	struct gate *gate = e->peer->gate;
	AUTO_TXN struct txn txn = { 0 };
	struct moment now = gate_now(gate);
	char span[CLOCK_TEXT];
	int r = txn_begin(&txn, gate->store);

	if (r == 0)
		r = session_enter(gate->store, &e->session, &now);
	if (r == 0)
		r = gate_say(gate, LOG_ENTERED, &e->session.id, "%s (account %s) enters %s for %s: " LOG_WORDS "%s%s%s%s", e->session.person,
		    e->session.account, e->session.role, clock_span(e->grant.seconds, span), e->command != NULL ? "to run '" : "",
		    e->command != NULL ? e->command : "", e->command != NULL ? "': " : "", e->request.reason != NULL ? e->request.reason : "");
	return r < 0 ? r : txn_commit(&txn);
}

static int
enter_store(struct entry *e)
{
	const struct policy *policy = e->peer->gate->policy;
	int r;

	const struct policy_class *class = policy_class(policy, e->grant.class);

	e->session = (struct session){ .id = id_new(), .grant = e->grant.id, .has_trail = class != NULL && class->trail_text != NULL };
	if (e->question->tty) {
		e->session.columns = (int)e->question->cols;
		e->session.lines = (int)e->question->rows;
	}
	snprintf(e->session.person, sizeof e->session.person, "%s", peer_person(e->peer));
	snprintf(e->session.account, sizeof e->session.account, "%s", e->peer->who->account);
	snprintf(e->session.host, sizeof e->session.host, "%s", policy->host);
	e->command = gate_mask_command(e->peer->gate, e->grant.role, e->question->command);
	r = enter_both(e);
	if (r == ERR_LAPSED)
		return refuse(e, STATUS_LAPSED, "the grant is over, or was not used in time; ask again");
	if (r == ERR_IN_USE)
		return refuse(e, STATUS_DENIED, "the grant is in use as often as the role allows");
	if (r == ERR_EARLY)
		return refuse(e, STATUS_DENIED, "the grant is not usable yet");
	if (r < 0)
		peer_error(e->peer, r);
	return r;
}

static int
make_file(struct entry *e, enum launch_fd place, const char *suffix)
{
	e->paths[place] = gate_files_path(e->peer->gate, &e->session.id, suffix);
	e->fds[place] = open(e->paths[place], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return e->fds[place] < 0 ? -errno : 0;
}

static int
make_recording(struct entry *e)
{
	int r = make_file(e, LAUNCH_REC, "rec");

	if (r == 0)
		r = make_file(e, LAUNCH_TAIL, "tail");
	if (r == 0 && e->session.has_trail)
		r = make_file(e, LAUNCH_TRAIL_REC, "trail.rec");
	if (r == 0 && e->session.has_trail)
		r = make_file(e, LAUNCH_TRAIL_TAIL, "trail.tail");
	return r;
}

/* A sealed memfd with one packed message. */
static int
make_message(const char *name, enum wire_kind kind, const void *fields)
{
	AUTO_BUF struct buf out = { .max = WIRE_FRAME_MOST + 8 };
	int r = wire_pack(kind, fields, &out);

	return r < 0 ? r : fdio_memory(name, buf_data(&out), buf_len(&out));
}

/* What an auditor's player shows on top; goes into the recording. The caller frees it. */
static char *
make_meta(const struct entry *e, const char *by, bool has_command)
{
	char id[ID_TEXT];
	json_t *meta = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I}", "session", id_text(&e->session.id, id),
	    "person", e->session.person, "account", e->session.account, "role", e->session.role, "host", e->session.host,
	    "reason", e->request.reason != NULL ? e->request.reason : "", "by", by,
	    "command", has_command && e->command != NULL ? e->command : "", "tty", (int)e->question->tty, "started_us", (json_int_t)e->session.clock.started.wall_us, "ends_us", (json_int_t)e->session.clock.ends_us);
	char *text = meta != NULL ? json_dumps(meta, JSON_COMPACT) : NULL;

	json_decref(meta);
	return text != NULL ? text : own_dup("{}");
}

/* The role's masking rules, and the key for pseudonyms if all sessions here share one. */
static int
mask_start(struct entry *e, struct wire_start *start, uint8_t *key)
{
	struct gate *gate = e->peer->gate;
	int r = gate_mask_open(gate, e->role);

	if (r == ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return r;
	e->fds[LAUNCH_RULES] = r;
	start->mask = true;
	if (!gate->policy->site_pseudonyms)
		return 0;
	start->mask_key = (struct wire_bytes){ key, SECRET_KEY };
	return gate_mask_key(gate, key);
}

/* The role may have none; otherwise it is the person's own choice, or the role's. */
static size_t
menu_key(const struct entry *e, uint8_t bytes[KEYNAME_BYTES])
{
	size_t role = 0, own = 0;

	if (keyname_parse(e->role->ends.menu_key, bytes, &role) < 0 || role == 0)
		return 0;
	if (e->question->menu[0] == '\0' || keyname_parse(e->question->menu, bytes, &own) < 0)
		return role;
	return own;
}

static int
make_start(struct entry *e)
{
	uint8_t menu[KEYNAME_BYTES] = { 0 };
	char span[CLOCK_TEXT];
	char kept[CLOCK_TEXT + 8];
	AUTO_FREE char *by = buf_text(&e->by);
	AUTO_FREE char *meta = make_meta(e, by, !e->session.has_trail);
	AUTO_FREE char *trail_meta = e->session.has_trail ? make_meta(e, by, true) : NULL;
	AUTO_SECRET uint8_t *key = secret_new(SECRET_KEY);
	const unsigned keys = e->role->class->keys;
	int r;
	struct wire_start start = { .session = e->session.id, .person = e->session.person, .role = e->session.role,
		.host = e->session.host, .reason = e->request.reason, .by = by, .kept = kept, .meta = meta, .trail_meta = trail_meta,
		.recipients = e->recipients.keys, .owners = keys > 1 ? e->recipients.owners : NULL, .keys = keys, .external = true, .tty = e->question->tty, .gate = true, .warden = true,
		.cols = e->question->cols, .rows = e->question->rows, .started_us = e->session.clock.started.wall_us,
		.ends_us = e->session.clock.ends_us, .deadline_boot_us = e->session.clock.ends_boot_us,
		.seconds = e->grant.seconds, .idle_s = e->role->times.idle_s, .grace_s = GRACE_S,
		.freeze_s = e->role->ends.freeze_s, .guard = e->role->guard, .keep_s = e->role->ends.keep_s, .trail = e->role->trail,
		.files = e->question->files, .own_trail = e->session.has_trail,
		.menu = { menu, menu_key(e, menu) } };

	snprintf(kept, sizeof kept, "kept %s", gate_kept(e->role, span));
	r = mask_start(e, &start, key);
	if (r < 0)
		return r;
	e->fds[LAUNCH_START] = make_message("postern-start", WIRE_START, &start);
	return e->fds[LAUNCH_START] < 0 ? e->fds[LAUNCH_START] : 0;
}

static int
make_files(struct entry *e)
{
	struct wire_launch_file file = { .term = e->question->term, .locale = e->question->locale, .command = e->question->command };
	int ends[2];
	int r = make_recording(e);

	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	e->fds[LAUNCH_GATE] = ends[0];
	e->gate_end = ends[1];
	e->fds[LAUNCH_FILE] = make_message("postern-launch", WIRE_LAUNCH_FILE, &file);
	if (e->fds[LAUNCH_FILE] < 0)
		return e->fds[LAUNCH_FILE];
	r = gate_session_by(e->peer->gate, &e->request.id, &e->by);
	return r < 0 ? r : make_start(e);
}

static int
launch(struct entry *e)
{
	struct gate *gate = e->peer->gate;
	struct wire_launch question = { .session = e->session.id, .grant = e->grant.id,
		.role = (uint32_t)policy_role_index(gate->policy, e->role->name), .policy = { gate->policy->sha256, KEEPER_HASH },
		.tty = e->question->tty, .cols = e->question->cols, .rows = e->question->rows,
		.deadline_boot_us = e->session.clock.ends_boot_us, .own_trail = e->session.has_trail };
	struct live *live;
	int r = make_files(e);

	question.mask = e->fds[LAUNCH_RULES] >= 0;
	if (r == 0)
		r = gate_keeper_launch(gate, &question, e->fds);
	if (r < 0)
		return r;
	live = live_new(gate, &e->session, TAKE(e->gate_end, -1));
	live->client = e->peer;
	peer_hand_over(e->peer);
	return 0;
}

/* The session is in the catalogue already but cannot start: it ends there too. */
static int
give_up(struct entry *e, int error)
{
	struct session_end end = { .why = "not-started", .status = -1, .at_us = clock_wall_us() };
	char why[200];

	snprintf(why, sizeof why, "the session could not be prepared: %s", err_text(error));
	session_finish(e->peer->gate->store, &e->session.id, &end);
	for (size_t i = 0; i < LAUNCH_FDS; i++)
		if (e->paths[i] != NULL)
			unlink(e->paths[i]);
	(void)refuse(e, STATUS_FAILED, why);
	return 0;
}

static uint32_t
clamp(uint32_t size, uint32_t otherwise)
{
	return size == 0 ? otherwise : size > SIZE_MOST ? SIZE_MOST : size;
}

int
on_enter(struct peer *peer, const void *fields)
{
	struct wire_enter question = *(const struct wire_enter *)fields;
	__attribute__((cleanup(entry_done))) struct entry e = { .peer = peer, .question = &question, .gate_end = -1,
		.by = { .max = 1900 }, .fds = { peer->conn.fd, -1, -1, -1, -1, -1, -1, -1, -1 } };
	_Static_assert(LAUNCH_FDS == 9, "each starts as none");
	int r;

	if (wire_unread(&peer->conn) > 0) {
		peer_drop(peer, "it did not keep silent after enter");
		return 0;
	}
	/* From here on the worker answers on this connection: nothing of ours may come in between. */
	peer->subscribed = false;
	if (wire_wants_write(&peer->conn)) {
		peer_drop(peer, "it does not read its answers");
		return 0;
	}
	question.cols = clamp(question.cols, 80);
	question.rows = clamp(question.rows, 24);
	if (find_grant(&e) != 0 || (!question.files && may_return(&e)))
		return 0;
	if (check_right(&e) != 0 || serve_files(&e, &question) != 0 || check_machine(&e) != 0 || enter_store(&e) != 0)
		return 0;
	r = launch(&e);
	if (r < 0)
		return give_up(&e, r);
	peers_changed(peer->gate, "session", &e.session.id);
	return 0;
}
