/* SPDX-License-Identifier: ISC */
/* The schema of the policy's files. */
#include "config.h"

#include <cyaml/cyaml.h>

#include "recorder/keeper/rights.h"
#include "recorder/policy/policy_schema.h"
#include "recorder/policy/policy_yaml.h"

#define MOST_ENTRIES	4096
#define OPT		CYAML_FLAG_OPTIONAL
#define OPT_STRICT	(CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)
#define OPT_PTR		(CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

/* libcyaml's own yes and no take any unknown word for yes; this list refuses it. */
static const cyaml_strval_t yes_no[] = {
	{ "no", false }, { "yes", true }, { "false", false }, { "true", true },
};

static const cyaml_strval_t yes_no_none[] = {
	{ "no", false }, { "yes", true }, { "false", false }, { "true", true }, { "none", false },
};

static const cyaml_strval_t signed_words[] = {
	{ "no", POLICY_SIGNED_NO }, { "yes", POLICY_SIGNED_YES }, { "login", POLICY_SIGNED_LOGIN }, { "false", POLICY_SIGNED_NO },
	{ "true", POLICY_SIGNED_YES },
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
	TEXT("trail", OPT, struct policy_class, trail_text),
	TEXT("texts", OPT, struct policy_class, texts_text),
	TEXT("log", OPT, struct policy_class, log_text),
	CYAML_FIELD_IGNORE("open", OPT),	/* a word or a mapping: read by policy_check_open.c */
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
	CYAML_FIELD_ENUM("signed", OPT_STRICT, struct policy_approve, signed_word, signed_words, CYAML_ARRAY_LEN(signed_words)),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t copy_fields[] = {
	YES_NO("upload", struct policy_copy, upload),
	YES_NO("download", struct policy_copy, download),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t glass_fields[] = {
	WORDS("who", OPT, struct policy_glass, who, 1, MOST_ENTRIES),
	TEXT("for", OPT, struct policy_glass, time_text),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t limits_fields[] = {
	CYAML_FIELD_UINT("pids", OPT, struct policy_limits, pids),
	CYAML_FIELD_INT("nice", OPT, struct policy_limits, nice),
	CYAML_FIELD_UINT("files", OPT, struct policy_limits, files),
	TEXT("memory", OPT, struct policy_limits, memory_text),
	TEXT("file-size", OPT, struct policy_limits, file_size_text),
	TEXT("cpu", OPT, struct policy_limits, cpu_text),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t port = { CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, unsigned) };

#define PORTS(key, type, member) \
	CYAML_FIELD_SEQUENCE(key, OPT_PTR, type, member, &port, 0, RIGHTS_PORTS)

static const cyaml_schema_field_t may_fields[] = {
	CYAML_FIELD_ENUM("shell", OPT_STRICT, struct policy_may, shell, yes_no_none, CYAML_ARRAY_LEN(yes_no_none)),
	WORDS("exec", OPT, struct policy_may, exec, 0, RIGHTS_PATHS),
	WORDS("read", OPT, struct policy_may, read, 0, RIGHTS_PATHS),
	WORDS("write", OPT, struct policy_may, write, 0, RIGHTS_PATHS),
	WORDS("sockets", OPT, struct policy_may, sockets, 0, RIGHTS_PATHS),
	PORTS("connect", struct policy_may, connect),
	PORTS("bind", struct policy_may, bind),
	YES_NO("udp", struct policy_may, udp),
	YES_NO("raw", struct policy_may, raw),
	YES_NO("listen", struct policy_may, listen),
	YES_NO("namespaces", struct policy_may, namespaces),
	YES_NO("private-tmp", struct policy_may, tmp),
	CYAML_FIELD_END
};

/*
 * `mask` and `record-only` may be a list or a word: policy_mask.c reads them; `guard` holds words and mappings:
 * policy_guard.c does.
 */
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
	TEXT("menu-key", OPT, struct policy_role, ends.menu_key),
	CYAML_FIELD_MAPPING("may", OPT, struct policy_role, may, may_fields),
	WORDS("require", OPT, struct policy_role, may.require, 0, 8),
	YES_NO("loose", struct policy_role, may.loose),
	CYAML_FIELD_IGNORE("mask", OPT),
	CYAML_FIELD_IGNORE("record-only", OPT),
	CYAML_FIELD_IGNORE("guard", OPT),
	CYAML_FIELD_IGNORE("trail", OPT),
	YES_NO("exact", struct policy_role, exact),
	CYAML_FIELD_IGNORE("on-drop", OPT),	/* a word or a mapping: read by policy_check_ends.c */
	CYAML_FIELD_IGNORE("ending", OPT),
	CYAML_FIELD_MAPPING("files", OPT, struct policy_role, copy, copy_fields),
	CYAML_FIELD_MAPPING("break-glass", OPT, struct policy_role, glass, glass_fields),
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

static const cyaml_schema_field_t holds_fields[] = {
	WORDS("each", 0, struct policy_approve, each, 2, POLICY_EACH),
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
	CYAML_FIELD_MAPPING("holds", OPT, struct policy_top, holds, holds_fields),
	TEXT("pseudonyms", OPT, struct policy_top, pseudonyms),
	CYAML_FIELD_SEQUENCE("roles", OPT_PTR, struct policy_top, roles, &role_value, 0, POLICY_ROLES),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t top_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct policy_top, top_fields),
};
/* clang-format on */

int
policy_schema_top(struct policy_source *source, const char *text, size_t count, struct buf *errors)
{
	const struct policy_yaml yaml = { source->name, text, count, source->lines };
	void *data = NULL;
	int r = policy_yaml_load(&yaml, &top_value, &data, NULL, errors);

	source->top = data;
	return r;
}

int
policy_schema_roles(struct policy_source *source, const char *text, size_t count, struct buf *errors)
{
	const struct policy_yaml yaml = { source->name, text, count, source->lines };
	void *data = NULL;
	int r = policy_yaml_load(&yaml, &roles_value, &data, &source->roles_count, errors);

	source->roles = data;
	return r;
}

void
policy_schema_free(struct policy_source *source)
{
	policy_yaml_free(&top_value, source->top, 0);
	policy_yaml_free(&roles_value, source->roles, source->roles_count);
	source->top = NULL;
	source->roles = NULL;
}
