/* SPDX-License-Identifier: ISC */
/* Rules written for the tests, and sinks that keep what they are given. */
#include "config.h"

#include "tests/unit/recorder/mask_kit.h"

#include <stdlib.h>
#include <string.h>

static char gh[] = "github-token", kv[] = "key-value", jwt[] = "jwt", card[] = "card", mail[] = "mail", key[] = "private-key",
    label[] = "staff", token[] = "ticket", slow[] = "slow", seen[] = "seen", set[] = "test";
static char gh_lit[] = "ghp_", kv1[] = "password", kv2[] = "secret", jwt_lit[] = "eyj", at_lit[] = "@", begin_lit[] = "-----begin ",
    staff_lit[] = "staff-", ticket_lit[] = "ticket=", slow_lit[] = "zzz", seen_lit[] = "pin=";
static char *gh_lits[] = { gh_lit, NULL }, *kv_lits[] = { kv1, kv2, NULL }, *jwt_lits[] = { jwt_lit, NULL }, *at_lits[] = { at_lit, NULL },
    *begin_lits[] = { begin_lit, NULL }, *staff_lits[] = { staff_lit, NULL }, *ticket_lits[] = { ticket_lit, NULL },
    *slow_lits[] = { slow_lit, NULL }, *seen_lits[] = { seen_lit, NULL }, *none[] = { NULL };
static char gh_pat[] = "\\bghp_[0-9A-Za-z]{36}\\b", gh_pre[] = "ghp_";
static char kv_pat[] = "\\b(?:password|secret)[\"']?\\s*(?:=|:)\\s*[\"']?(?<value>[^\\s\"',;]{4,300})";
static char kv_pre[] = "(?:password|secret)[\"']?\\s*(?:=|:)\\s*[\"']?";
static char jwt_pat[] = "\\beyJ[\\w-]{8,2000}\\.eyJ[\\w-]{8,2000}\\.[\\w-]{8,2000}", jwt_pre[] = "eyJ";
static char card_pat[] = "(?<![\\d-])\\d(?:[ -]?\\d){12,18}(?![\\d-])";
static char mail_pat[] = "[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,8}";
static char key_pat[] = "-----BEGIN (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY-----", key_until[] = "-----END (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY-----";
static char staff_pat[] = "staff-\\d{6,12}", ticket_pat[] = "ticket=(?<value>\\w{4,40})", slow_pat[] = "zzz(?:[a-y]+\\s?)+[;=]",
    seen_pat[] = "pin=(?<value>\\d{4,12})(?!\\d)", seen_pre[] = "pin=";

static struct mask_rule items[KIT_RULES] = {
	[KIT_GITHUB] = { .name = gh, .set = set, .literals = gh_lits, .pattern = gh_pat, .prefix = gh_pre },
	[KIT_VALUE] = { .name = kv, .set = set, .literals = kv_lits, .pattern = kv_pat, .prefix = kv_pre, .is_caseless = true },
	[KIT_JWT] = { .name = jwt, .set = set, .literals = jwt_lits, .pattern = jwt_pat, .prefix = jwt_pre },
	[KIT_CARD] = { .name = card, .set = set, .literals = none, .digits = 13, .pattern = card_pat, .style = MASK_KEEP_LAST_4, .check = MASK_LUHN },
	[KIT_MAIL] = { .name = mail, .set = set, .literals = at_lits, .pattern = mail_pat },
	[KIT_KEY] = { .name = key, .set = set, .literals = begin_lits, .pattern = key_pat, .until = key_until, .lines = 80 },
	[KIT_LABEL] = { .name = label, .set = set, .literals = staff_lits, .pattern = staff_pat, .style = MASK_LABEL },
	[KIT_TOKEN] = { .name = token, .set = set, .literals = ticket_lits, .pattern = ticket_pat, .style = MASK_PSEUDONYM },
	[KIT_SLOW] = { .name = slow, .set = set, .literals = slow_lits, .pattern = slow_pat },
	[KIT_SEEN] = { .name = seen, .set = set, .literals = seen_lits, .pattern = seen_pat, .prefix = seen_pre, .is_record_only = true },
};

const struct mask_rules kit_rules = { .items = items, .count = KIT_RULES };

static void
record(void *user, const uint8_t *bytes, size_t count)
{
	struct kit *kit = user;

	if (buf_add(&kit->record, bytes, count) < 0)
		abort();
}

static void
screen(void *user, const uint8_t *bytes, size_t count)
{
	struct kit *kit = user;

	if (buf_add(&kit->screen, bytes, count) < 0)
		abort();
}

static void
tell(void *user, const struct mask_told *told)
{
	struct kit *kit = user;

	if (told->is_near && told->is_check)
		kit->near_check++;
	else if (told->is_near)
		kit->near++;
}

struct mask_match *
kit_match(void)
{
	static struct mask_match *match;	/* made once: it takes longer than most of what is done with it */

	if (match == NULL && mask_match_new(&kit_rules, &match, NULL) < 0)
		abort();
	return match;
}

void
kit_open(struct kit *kit, int cols, int rows)
{
	struct mask_params params = { .cols = cols, .rows = rows, .record = record, .screen = screen, .tell = tell, .user = kit };

	*kit = (struct kit){ .now_us = 1000000 };
	buf_init(&kit->record, 64u << 20);
	buf_init(&kit->screen, 64u << 20);
	kit->stream = mask_stream_new(kit_match(), &params);
}

void
kit_close(struct kit *kit)
{
	mask_stream_free(kit->stream);
	buf_done(&kit->record);
	buf_done(&kit->screen);
}

void
kit_write_pieces(struct kit *kit, const void *bytes, size_t count, size_t piece)
{
	const uint8_t *at = bytes;

	while (count > 0) {
		size_t now = count < piece ? count : piece;

		mask_stream_write(kit->stream, at, now, kit->now_us);
		at += now;
		count -= now;
	}
}

void
kit_write(struct kit *kit, const char *text)
{
	mask_stream_write(kit->stream, text, strlen(text), kit->now_us);
}

void
kit_wait(struct kit *kit, int64_t us)
{
	int64_t end = kit->now_us + us, due;

	while ((due = mask_stream_due(kit->stream)) != 0 && due <= end) {
		kit->now_us = due;
		mask_stream_tick(kit->stream, due);
	}
	kit->now_us = end;
}

char *
kit_recorded(struct kit *kit)
{
	mask_stream_flush(kit->stream, kit->now_us);
	return buf_text(&kit->record);
}

char *
kit_shown(struct kit *kit)
{
	return buf_text(&kit->screen);
}
