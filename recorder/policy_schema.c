/* SPDX-License-Identifier: ISC */
/* The schema, and libcyaml's complaints turned into sentences with file and line. */
#include "config.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "recorder/policy_lines.h"
#include "recorder/policy_schema.h"

#define MOST_ENTRIES	4096
#define UNKNOWN_KEY	"Load: Unexpected key: "
#define MISSING_KEY	"Load: Missing required mapping field: "
#define KEY_TWICE	"Load: Mapping field already seen: "
#define OPT		CYAML_FLAG_OPTIONAL
#define OPT_STRICT	(CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)
#define OPT_PTR		(CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

/* libcyaml's own yes and no take any unknown word for yes; this list refuses it. */
static const cyaml_strval_t yes_no[] = {
	{ "no", false }, { "yes", true }, { "false", false }, { "true", true },
};

/* clang-format off */
#define TEXT(key, flags, type, member)	CYAML_FIELD_STRING_PTR(key, flags, type, member, 1, POLICY_WORD - 1)
#define WORDS(key, flags, type, member, least, most) \
	CYAML_FIELD_SEQUENCE(key, (flags) | CYAML_FLAG_POINTER, type, member, &word, least, most)
#define YES_NO(key, type, member)	CYAML_FIELD_ENUM(key, OPT_STRICT, type, member, yes_no, CYAML_ARRAY_LEN(yes_no))

static const cyaml_schema_value_t word = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, POLICY_WORD - 1),
};

static const cyaml_schema_field_t person_fields[] = {
	TEXT("person", 0, struct policy_person, person),
	WORDS("accounts", OPT, struct policy_person, accounts, 0, MOST_ENTRIES),
	TEXT("principal", OPT, struct policy_person, principal),
	WORDS("groups", OPT, struct policy_person, groups, 0, MOST_ENTRIES),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t class_fields[] = {
	TEXT("class", 0, struct policy_class, name),
	TEXT("recording", OPT, struct policy_class, recording_text),
	TEXT("texts", OPT, struct policy_class, texts_text),
	TEXT("log", OPT, struct policy_class, log_text),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t times_fields[] = {
	TEXT("default", OPT, struct policy_times, default_text),
	TEXT("most", OPT, struct policy_times, most_text),
	TEXT("idle", OPT, struct policy_times, idle_text),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t approve_fields[] = {
	WORDS("by", OPT, struct policy_approve, by, 1, MOST_ENTRIES),
	CYAML_FIELD_UINT("need", OPT, struct policy_approve, need),
	WORDS("each", OPT, struct policy_approve, each, 1, POLICY_EACH),
	WORDS("auto", OPT, struct policy_approve, automatic, 1, MOST_ENTRIES),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t limits_fields[] = {
	CYAML_FIELD_UINT("pids", OPT, struct policy_limits, pids),
	CYAML_FIELD_INT("nice", OPT, struct policy_limits, nice),
	CYAML_FIELD_END
};

/* Keys that only later versions act on are accepted here in any shape; policy_check.c warns about each. */
static const cyaml_schema_field_t role_fields[] = {
	TEXT("role", 0, struct policy_role, name),
	CYAML_FIELD_STRING_PTR("about", OPT_PTR, struct policy_role, about, 0, POLICY_WORD - 1),
	WORDS("who", 0, struct policy_role, who, 1, MOST_ENTRIES),
	TEXT("as", 0, struct policy_role, start.as),
	WORDS("run", OPT, struct policy_role, start.run, 1, POLICY_RUN),
	WORDS("env", OPT, struct policy_role, start.env, 1, POLICY_ENV),
	YES_NO("sudo", struct policy_role, start.sudo),
	YES_NO("system", struct policy_role, start.system),
	CYAML_FIELD_MAPPING("limits", OPT, struct policy_role, start.limits, limits_fields),
	CYAML_FIELD_MAPPING("for", OPT, struct policy_role, times, times_fields),
	TEXT("when", OPT, struct policy_role, when_text),
	CYAML_FIELD_MAPPING("approve", 0, struct policy_role, approve, approve_fields),
	TEXT("keep", OPT, struct policy_role, keep),
	CYAML_FIELD_UINT("sessions", OPT, struct policy_role, sessions),
	CYAML_FIELD_IGNORE("may", OPT),
	CYAML_FIELD_IGNORE("require", OPT),
	CYAML_FIELD_IGNORE("mask", OPT),
	CYAML_FIELD_IGNORE("record-only", OPT),
	CYAML_FIELD_IGNORE("guard", OPT),
	CYAML_FIELD_IGNORE("trail", OPT),
	CYAML_FIELD_IGNORE("exact", OPT),
	CYAML_FIELD_IGNORE("on-drop", OPT),
	CYAML_FIELD_IGNORE("ending", OPT),
	CYAML_FIELD_IGNORE("loose", OPT),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t person_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct policy_person, person_fields),
};
static const cyaml_schema_value_t class_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct policy_class, class_fields),
};
static const cyaml_schema_value_t role_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct policy_role, role_fields),
};
static const cyaml_schema_value_t roles_value = {
	CYAML_VALUE_SEQUENCE(CYAML_FLAG_POINTER, struct policy_role, &role_value, 0, POLICY_ROLES),
};

static const cyaml_schema_field_t requests_fields[] = {
	TEXT("lapse", OPT, struct policy_requests, lapse_text),
	TEXT("unused", OPT, struct policy_requests, unused_text),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t top_fields[] = {
	TEXT("host", OPT, struct policy_top, host),
	CYAML_FIELD_SEQUENCE("people", OPT_PTR, struct policy_top, people, &person_value, 0, MOST_ENTRIES),
	YES_NO("unlisted", struct policy_top, unlisted),
	WORDS("auditors", OPT, struct policy_top, auditors, 0, MOST_ENTRIES),
	WORDS("admins", OPT, struct policy_top, admins, 0, MOST_ENTRIES),
	CYAML_FIELD_SEQUENCE("classes", OPT_PTR, struct policy_top, classes, &class_value, 0, 256),
	CYAML_FIELD_MAPPING("requests", OPT, struct policy_top, requests, requests_fields),
	CYAML_FIELD_SEQUENCE("roles", OPT_PTR, struct policy_top, roles, &role_value, 0, POLICY_ROLES),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t top_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct policy_top, top_fields),
};

/* libcyaml's beginnings of a sentence, and ours; %s is what stands behind its last ": ". */
static const struct {
	const char *theirs, *ours;
} sentences[] = {
	{ UNKNOWN_KEY,		"there is no key '%s' here" },
	{ MISSING_KEY,		"the key '%s' is missing here" },
	{ KEY_TWICE,		"the key '%s' stands here twice" },
	{ "Load: Invalid ENUM value: ",			"'%s' is neither yes nor no" },
	{ "Load: Invalid UINT value: ",			"%s is not a whole number" },
	{ "Load: Invalid INT value: ",			"%s is not a whole number" },
	{ "Load: Invalid uint64_t value: ",		"%s is not a whole number" },
	{ "Load: Expecting MAPPING, got event: ",	"keys with values are expected here (key: value)" },
	{ "Load: Expecting SEQUENCE, got event: ",	"a list is expected here ([a, b])" },
	{ "Load: Expecting ",				"one plain value is expected here" },
	{ "Load: STRING length < ",			"the text is too short: %s" },
	{ "Load: STRING length > ",			"the text is too long: %s" },
};
/* clang-format on */

/*
 * What libcyaml logged: its first complaint, and the first two places of the backtrace behind it. The first is the last
 * thing it had read; the second is where the mapping around that began.
 */
struct complaint {
	char		text[512];
	int		line[2], column[2];
	unsigned	places;
};

static void __attribute__((format(printf, 3, 0)))
on_log(cyaml_log_t level, void *user, const char *format, va_list args)
{
	struct complaint *complaint = user;
	char text[512];
	const char *place;

	(void)level;
	vsnprintf(text, sizeof text, format, args);
	text[strcspn(text, "\n")] = '\0';
	place = strstr(text, "(line: ");
	if (place == NULL && complaint->text[0] == '\0')
		memcpy(complaint->text, text, sizeof text);
	if (place != NULL && complaint->places < 2 &&
	    sscanf(place, "(line: %d, column: %d)", &complaint->line[complaint->places],
		&complaint->column[complaint->places]) == 2)
		complaint->places++;
}

/* The line to name: libcyaml's own, except where a key is the fault or is missing. */
static int
line_of(const struct complaint *complaint, const struct policy_lines *lines)
{
	int line = complaint->line[0];

	if (strncmp(complaint->text, MISSING_KEY, strlen(MISSING_KEY)) == 0 && complaint->places > 1)
		line = complaint->line[1];
	if (strncmp(complaint->text, UNKNOWN_KEY, strlen(UNKNOWN_KEY)) == 0)
		line = policy_lines_key(lines, complaint->text + strlen(UNKNOWN_KEY), line, complaint->column[0]);
	if (strncmp(complaint->text, KEY_TWICE, strlen(KEY_TWICE)) == 0)
		line = policy_lines_key(lines, complaint->text + strlen(KEY_TWICE), line, complaint->column[0]);
	return line > 0 ? line : 1;
}

static void
say(const struct policy_source *source, const struct complaint *complaint, cyaml_err_t error, struct buf *errors)
{
	char what[512];
	const char *rest;

	buf_addf(errors, "%s:%d: ", source->name, line_of(complaint, source->lines));
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
		const char *mark = strstr(sentences[i].ours, "%s");

		if (strncmp(complaint->text, sentences[i].theirs, strlen(sentences[i].theirs)) != 0)
			continue;
		if (mark == NULL) {
			buf_addf(errors, "%s\n", sentences[i].ours);
			return;
		}
		rest = complaint->text + strlen(sentences[i].theirs);
		if (strstr(sentences[i].theirs, "length") != NULL)
			rest += strcspn(rest, " ") + 1;	/* over the number and its colon */
		snprintf(what, sizeof what, "%s", rest);
		buf_addf(errors, "%.*s%s%s\n", (int)(mark - sentences[i].ours), sentences[i].ours, what, mark + 2);
		return;
	}
	if (error == CYAML_ERR_ALIAS)
		buf_addf(errors, "anchors and aliases (& and *) are not allowed in a policy\n");
	else
		buf_addf(errors, "%s\n", complaint->text[0] != '\0' ? complaint->text : cyaml_strerror(error));
}

static cyaml_config_t
config_for(struct complaint *complaint)
{
	return (cyaml_config_t){ .log_fn = on_log, .log_ctx = complaint, .mem_fn = cyaml_mem,
		.log_level = CYAML_LOG_ERROR, .flags = CYAML_CFG_NO_ALIAS };
}

/* A text and what it must look like; `entries` for a list at the top. */
struct load {
	const char			*text;
	size_t				 count;
	const cyaml_schema_value_t	*schema;
	unsigned			*entries;
};

static int
load(const struct policy_source *source, const struct load *what, void **data, struct buf *errors)
{
	struct complaint complaint = { .places = 0 };
	cyaml_config_t config = config_for(&complaint);
	cyaml_err_t error;

	error = cyaml_load_data((const uint8_t *)what->text, what->count, &config, what->schema, data, what->entries);
	if (error == CYAML_OK)
		return 0;
	say(source, &complaint, error, errors);
	return ERR_POLICY;
}

int
policy_schema_top(struct policy_source *source, const char *text, size_t count, struct buf *errors)
{
	void *data = NULL;
	int r = load(source, &(struct load){ text, count, &top_value, NULL }, &data, errors);

	source->top = data;
	return r;
}

int
policy_schema_roles(struct policy_source *source, const char *text, size_t count, struct buf *errors)
{
	void *data = NULL;
	int r = load(source, &(struct load){ text, count, &roles_value, &source->roles_count }, &data, errors);

	source->roles = data;
	return r;
}

void
policy_schema_free(struct policy_source *source)
{
	struct complaint complaint = { .places = 0 };
	cyaml_config_t config = config_for(&complaint);

	cyaml_free(&config, &top_value, source->top, 0);
	cyaml_free(&config, &roles_value, source->roles, source->roles_count);
	source->top = NULL;
	source->roles = NULL;
}
