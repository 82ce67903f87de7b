/* SPDX-License-Identifier: ISC */
/* Masking rules made ready once for all roles that choose the same. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/text.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_text.h"
#include "recorder/policy/policy.h"

#define KEY_FILE	"pseudonyms.key"
#define COMMAND_READ	8192u	/* bytes of a command that are looked at, */
#define COMMAND_KEPT	2048u	/* and that are kept: no value reaches from the one behind the other */

/* One choice of rules. */
struct ready {
	const struct mask_rules	*rules;
	struct mask_match	*match;	/* NULL until a text needs it */
	int			 file;	/* -1 until a session needs it */
};

struct gate_masks {
	const struct policy	*policy;
	struct mask_rules	*secrets;	/* where no role says more */
	struct ready		*items;		/* as policy->masks, and `secrets` behind them */
};

struct gate_masks *
gate_masks_new(const struct policy *policy)
{
	struct gate_masks *masks = own_alloc(sizeof *masks);
	char why[MASK_RULES_WHY];

	masks->policy = policy;
	if (mask_rules_select(policy->rules, (const char *const[]){ "secrets", NULL }, &masks->secrets, why) < 0)
		log_fatal("the set `secrets` is missing from this program");
	masks->items = own_alloc((policy->masks_count + 1) * sizeof *masks->items);
	for (unsigned i = 0; i < policy->masks_count; i++)
		masks->items[i] = (struct ready){ .rules = policy->masks[i]->rules, .file = -1 };
	masks->items[policy->masks_count] = (struct ready){ .rules = masks->secrets, .file = -1 };
	return masks;
}

void
gate_masks_free(struct gate_masks *masks)
{
	if (masks == NULL)
		return;
	for (unsigned i = 0; i <= masks->policy->masks_count; i++) {
		mask_match_free(masks->items[i].match);
		own_close(&masks->items[i].file);
	}
	free(masks->items);
	mask_rules_free(masks->secrets);
	free(masks);
}

static struct ready *
ready_for(struct gate_masks *masks, const struct policy_role *role)
{
	unsigned i = 0;

	while (i < masks->policy->masks_count && (role == NULL || masks->policy->masks[i] != role->mask))
		i++;
	return &masks->items[i];
}

static int
make_file(struct ready *ready)
{
	AUTO_BUF struct buf packed;
	int r;

	buf_init(&packed, MASK_RULES_PACKED);
	r = mask_rules_pack(ready->rules, &packed);
	if (r == 0)
		r = fdio_memory("postern-rules", buf_data(&packed), buf_len(&packed));
	if (r < 0)
		return r;
	ready->file = r;
	return 0;
}

int
gate_mask_open(struct gate *gate, const struct policy_role *role)
{
	struct ready *ready = ready_for(gate->masks, role);
	char path[64];
	int fd;
	int r;

	if (role->mask->masked[0] == NULL && role->mask->record_only[0] == NULL)
		return ERR_NOT_FOUND;
	r = ready->file < 0 ? make_file(ready) : 0;
	if (r < 0)
		return r;
	/* Opened anew: a duplicate would share its place in the file with every other session's. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", ready->file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int
gate_mask_key(const struct gate *gate, uint8_t key[SECRET_KEY])
{
	AUTO_FREE char *path = place_path(gate->daemon.place.state, KEY_FILE, NULL);
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	AUTO_SECRET uint8_t *site = secret_new(SECRET_KEY);
	int r;

	if (fd < 0 && errno != ENOENT)
		return -errno;
	if (fd < 0) {
		randombytes_buf(site, SECRET_KEY);
		r = fdio_replace(path, 0600, site, SECRET_KEY);
	} else {
		r = fdio_read(fd, site, SECRET_KEY);
	}
	if (r == 0)
		secret_derive(site, "pseudonym", key);
	return r;
}

/* False if the rules do not get ready: then what they would find is not known. */
static bool
cover(struct gate *gate, const char *role, char *text)
{
	struct ready *ready;

	if (gate->masks == NULL)
		return false;
	ready = ready_for(gate->masks, policy_role(gate->policy, role));
	if (ready->match == NULL && mask_match_new(ready->rules, &ready->match, NULL) < 0)
		return false;
	mask_text_cover(ready->match, text);
	return true;
}

char *
gate_mask_text(struct gate *gate, const char *role, const char *text)
{
	char *copy = own_dup(text);

	if (cover(gate, role, copy))
		return copy;
	log_error("the masking rules of '%s' do not work; a text is covered whole", role);
	memset(copy, '*', strlen(copy));
	return copy;
}

/* To at most `most` bytes, between two characters. */
static void
cut(char *text, size_t most)
{
	if (strlen(text) <= most)
		return;
	while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	text[most] = '\0';
}

char *
gate_mask_command(struct gate *gate, const char *role, char *const *words)
{
	AUTO_BUF struct buf line = { .max = COMMAND_READ };
	AUTO_FREE char *clean = NULL;
	char *covered;

	if (words[0] == NULL)
		return NULL;
	for (; *words != NULL; words++) {
		size_t room = buf_room(&line), count = strlen(*words);

		if ((buf_len(&line) > 0 && buf_add(&line, " ", 1) < 0) || buf_add(&line, *words, count < room ? count : room - 1) < 0)
			break;
	}
	clean = text_clean((const char *)buf_data(&line), buf_len(&line));
	covered = gate_mask_text(gate, role, clean);
	cut(covered, COMMAND_KEPT);
	return covered;
}
