/* SPDX-License-Identifier: ISC */
/* libyaml's tree of a file, with the marks that libcyaml does not hand on. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "recorder/policy/policy_lines.h"

#define AUTO_PARSER	__attribute__((cleanup(yaml_parser_delete)))
#define AUTO_LINES	__attribute__((cleanup(policy_lines_free_at)))

#define MOST_DEPTH	32
#define KEYS_MOST	256	/* of one mapping, looked at; no mapping of ours has so many */

struct policy_lines {
	yaml_document_t	 document;
	yaml_node_t	*root;	/* NULL: nothing in the file */
};

/* What is being read, for messages. */
struct input {
	const char	*name;
	const char	*text;
	size_t		 count;
	struct buf	*errors;
};

static int
line_of(yaml_mark_t mark)
{
	return (int)mark.line + 1;
}

/* libyaml gives a mark for syntax, but only an offset for bytes that are not UTF-8. */
static int
problem_line(const yaml_parser_t *parser, const struct input *in)
{
	int line = 1;

	if (parser->error != YAML_READER_ERROR)
		return line_of(parser->problem_mark);
	for (size_t i = 0; i < in->count && i < parser->problem_offset; i++)
		line += in->text[i] == '\n';
	return line;
}

static int
load_document(yaml_parser_t *parser, yaml_document_t *document, const struct input *in)
{
	if (yaml_parser_load(parser, document))
		return 0;
	buf_addf(in->errors, "%s:%d: this is not YAML: %s\n", in->name, problem_line(parser, in),
	    parser->problem != NULL ? parser->problem : "no reason given");
	return ERR_POLICY;
}

static yaml_node_t *
node_of(const struct policy_lines *lines, int index)
{
	return lines->document.nodes.start + index - 1;	/* libyaml counts nodes from 1 */
}

static bool
is_same_key(const yaml_node_t *a, const yaml_node_t *b)
{
	return a->type == YAML_SCALAR_NODE && b->type == YAML_SCALAR_NODE && a->data.scalar.length == b->data.scalar.length &&
	    memcmp(a->data.scalar.value, b->data.scalar.value, a->data.scalar.length) == 0;
}

/* Of a key that stands twice nobody could say which counts. */
static int
check_keys(const struct policy_lines *lines, const yaml_node_t *mapping, const struct input *in)
{
	const yaml_node_pair_t *first = mapping->data.mapping.pairs.start;
	ptrdiff_t count = mapping->data.mapping.pairs.top - first;

	for (ptrdiff_t i = 1; i < count && i < KEYS_MOST; i++) {
		const yaml_node_t *key = node_of(lines, first[i].key);

		for (ptrdiff_t k = 0; k < i; k++) {
			if (!is_same_key(key, node_of(lines, first[k].key)))
				continue;
			buf_addf(in->errors, "%s:%d: the key '%s' stands here twice\n", in->name, line_of(key->start_mark),
			    (const char *)key->data.scalar.value);
			return ERR_POLICY;
		}
	}
	return 0;
}

/* Every text is one clean line: it is printed on terminals and compared with names. */
static int
check_nodes(const struct policy_lines *lines, const struct input *in)
{
	const yaml_node_t *node = lines->document.nodes.start;
	int r = 0;

	for (; node < lines->document.nodes.top; node++) {
		if (node->type == YAML_MAPPING_NODE && check_keys(lines, node, in) < 0)
			r = ERR_POLICY;
		if (node->type != YAML_SCALAR_NODE ||
		    text_is_clean((const char *)node->data.scalar.value, node->data.scalar.length))
			continue;
		buf_addf(in->errors, "%s:%d: this text has a line break or another control character in it\n", in->name,
		    line_of(node->start_mark));
		r = ERR_POLICY;
	}
	return r;
}

/* A second document would be silently ignored by what comes after, so it is refused. */
static int
check_single(yaml_parser_t *parser, const struct input *in)
{
	yaml_document_t second;
	const yaml_node_t *root;
	int r = load_document(parser, &second, in);

	if (r < 0)
		return r;
	root = yaml_document_get_root_node(&second);
	if (root != NULL) {
		buf_addf(in->errors, "%s:%d: a second document begins here; one file is one document\n", in->name,
		    line_of(root->start_mark));
		r = ERR_POLICY;
	}
	yaml_document_delete(&second);
	return r;
}

/* libyaml's time grows with the square of the depth, so somebody counts before a document is built. */
static int
check_depth(const struct input *in)
{
	AUTO_PARSER yaml_parser_t parser = { 0 };
	bool is_over = false;
	int depth = 0;
	int r = 0;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)in->text, in->count);
	while (r == 0 && !is_over) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event))
			break;	/* load_document() says what is wrong */
		depth += event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT;
		depth -= event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
		is_over = event.type == YAML_STREAM_END_EVENT;
		if (depth > MOST_DEPTH) {
			buf_addf(in->errors, "%s:%d: lists and keys are more than %d levels deep here\n", in->name,
			    line_of(event.start_mark), MOST_DEPTH);
			r = ERR_POLICY;
		}
		yaml_event_delete(&event);
	}
	return r;
}

int
policy_lines_read(const char *name, const char *text, size_t count, struct policy_lines **lines, struct buf *errors)
{
	const struct input in = { name, text, count, errors };
	AUTO_PARSER yaml_parser_t parser = { 0 };
	AUTO_LINES struct policy_lines *read = NULL;
	struct policy_lines *empty;
	int r = check_depth(&in);

	if (r < 0)
		return r;
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, count);
	empty = own_alloc(sizeof *empty);
	r = load_document(&parser, &empty->document, &in);
	if (r < 0) {
		free(empty);
		return r;
	}
	read = empty;
	read->root = yaml_document_get_root_node(&read->document);
	r = check_nodes(read, &in);
	if (r == 0 && read->root != NULL)
		r = check_single(&parser, &in);
	if (r < 0)
		return r;
	*lines = TAKE(read, NULL);
	return 0;
}

void
policy_lines_free(struct policy_lines *lines)
{
	if (lines == NULL)
		return;
	yaml_document_delete(&lines->document);
	free(lines);
}

void
policy_lines_free_at(struct policy_lines **lines)
{
	policy_lines_free(*lines);
}

bool
policy_lines_empty(const struct policy_lines *lines)
{
	return lines->root == NULL;
}

/* The part of `node` that `word` names, or NULL; *line becomes where it begins. */
static yaml_node_t *
step(const struct policy_lines *lines, const yaml_node_t *node, const char *word, size_t count, int *line)
{
	yaml_node_t *part;

	if (node->type == YAML_SEQUENCE_NODE) {
		long place = strtol(word, NULL, 10);

		if (place < 0 || place >= node->data.sequence.items.top - node->data.sequence.items.start)
			return NULL;
		part = node_of(lines, node->data.sequence.items.start[place]);
		*line = line_of(part->start_mark);
		return part;
	}
	if (node->type != YAML_MAPPING_NODE)
		return NULL;
	for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
		part = node_of(lines, p->key);
		if (part->type != YAML_SCALAR_NODE || part->data.scalar.length != count ||
		    memcmp(part->data.scalar.value, word, count) != 0)
			continue;
		*line = line_of(part->start_mark);
		return node_of(lines, p->value);
	}
	return NULL;
}

/* Follows `path` as far as it goes. The node at its end, or NULL if the path ends before. */
static const yaml_node_t *
follow(const struct policy_lines *lines, const char *path, int *line)
{
	const yaml_node_t *node = lines->root;

	*line = node != NULL ? line_of(node->start_mark) : 1;
	while (node != NULL && *path != '\0') {
		size_t count = strcspn(path, "/");

		node = step(lines, node, path, count, line);
		path += count + (path[count] == '/');
	}
	return node;
}

int
policy_lines_at(const struct policy_lines *lines, const char *path)
{
	int line;

	follow(lines, path, &line);
	return line;
}

/* Nodes stand in the order in which they begin, keys among them. */
int
policy_lines_key(const struct policy_lines *lines, const char *key, int line, int column)
{
	const yaml_node_t *node = lines->document.nodes.start;

	for (; node < lines->document.nodes.top; node++) {
		int here = line_of(node->start_mark);

		if (node->type != YAML_SCALAR_NODE || strcmp((const char *)node->data.scalar.value, key) != 0)
			continue;
		if (here > line || (here == line && (int)node->start_mark.column + 1 > column))
			return here;
	}
	return 0;
}

bool
policy_lines_has(const struct policy_lines *lines, const char *path, const char **scalar)
{
	int line;
	const yaml_node_t *node = follow(lines, path, &line);

	if (scalar != NULL)
		*scalar = node != NULL && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
	return node != NULL;
}

int
policy_lines_count(const struct policy_lines *lines, const char *path)
{
	int line;
	const yaml_node_t *node = follow(lines, path, &line);

	if (node == NULL || node->type != YAML_SEQUENCE_NODE)
		return -1;
	return (int)(node->data.sequence.items.top - node->data.sequence.items.start);
}

int
policy_lines_keys(const struct policy_lines *lines, const char *path)
{
	int line;
	const yaml_node_t *node = follow(lines, path, &line);

	if (node == NULL || node->type != YAML_MAPPING_NODE)
		return -1;
	return (int)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
}
