/* SPDX-License-Identifier: ISC */
/* The schema of the files of rules.d. */
#include "config.h"

#include <cyaml/cyaml.h>

#include "recorder/mask/mask_schema.h"
#include "recorder/policy/policy_yaml.h"

#define MOST_ENTRIES	1024
#define MOST_WORDS	256	/* as many as one packed list holds */
#define OPT		CYAML_FLAG_OPTIONAL

/* libcyaml's own yes and no take any unknown word for yes; this list refuses it. */
static const cyaml_strval_t yes_no[] = {
	{ "no", false }, { "yes", true }, { "false", false }, { "true", true },
};

/* clang-format off */
#define TEXT(key, flags, member, most)	CYAML_FIELD_STRING_PTR(key, flags, struct mask_entry, member, 1, (most) - 1)
#define WORDS(key, type, member, most) \
	CYAML_FIELD_SEQUENCE(key, OPT | CYAML_FLAG_POINTER, type, member, &word, 0, most)
#define YES_NO(key, member) \
	CYAML_FIELD_ENUM(key, OPT | CYAML_FLAG_STRICT, struct mask_entry, member, yes_no, CYAML_ARRAY_LEN(yes_no))

static const cyaml_schema_value_t word = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, MASK_TEXT - 1),
};

static const cyaml_schema_field_t entry_fields[] = {
	TEXT("rule", 0, rule, MASK_NAME),
	TEXT("about", OPT, about, MASK_TEXT),
	TEXT("source", OPT, source, MASK_TEXT),
	WORDS("literals", struct mask_entry, literals, MOST_WORDS),
	CYAML_FIELD_UINT("digits", OPT, struct mask_entry, digits),
	CYAML_FIELD_UINT("word", OPT, struct mask_entry, word),
	TEXT("prefix", OPT, prefix, MASK_TEXT),
	TEXT("pattern", 0, pattern, MASK_TEXT),
	TEXT("until", OPT, until, MASK_TEXT),
	CYAML_FIELD_UINT("lines", OPT, struct mask_entry, lines),
	YES_NO("caseless", caseless),
	YES_NO("off", off),
	TEXT("style", OPT, style, MASK_NAME),
	TEXT("check", OPT, check, MASK_NAME),
	WORDS("examples", struct mask_entry, examples, MOST_WORDS),
	WORDS("counter", struct mask_entry, counter, MOST_WORDS),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t entry_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct mask_entry, entry_fields),
};

static const cyaml_schema_field_t styled_fields[] = {
	CYAML_FIELD_STRING_PTR("column", 0, struct mask_styled, column, 1, MASK_TEXT - 1),
	CYAML_FIELD_STRING_PTR("style", 0, struct mask_styled, style, 1, MASK_NAME - 1),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t styled_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct mask_styled, styled_fields),
};

static const cyaml_schema_field_t file_fields[] = {
	CYAML_FIELD_SEQUENCE("rules", OPT | CYAML_FLAG_POINTER, struct mask_file, rules, &entry_value, 0, MOST_ENTRIES),
	WORDS("columns", struct mask_file, columns, MOST_WORDS),
	CYAML_FIELD_SEQUENCE("column-styles", OPT | CYAML_FLAG_POINTER, struct mask_file, styled, &styled_value, 0, MOST_WORDS),
	WORDS("output-of", struct mask_file, outputs, MOST_WORDS),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t file_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct mask_file, file_fields),
};
/* clang-format on */

int
mask_schema_load(const struct policy_yaml *yaml, struct mask_file **file, struct buf *errors)
{
	void *data = NULL;
	int r = policy_yaml_load(yaml, &file_value, &data, NULL, errors);

	*file = data;
	return r;
}

void
mask_schema_free(struct mask_file *file)
{
	policy_yaml_free(&file_value, file, 0);
}
