/* SPDX-License-Identifier: ISC */
/* From files to a policy: reading them in a fixed order, hashing them, and putting the parts together. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/policy/policy_check.h"
#include "recorder/policy/policy_check_open.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_guard.h"
#include "recorder/policy/policy_mask.h"
#include "recorder/policy/policy_schema.h"

#define MOST_BYTES	(1024 * 1024)	/* of one file */
#define MOST_FILES	256
#define ROLES		"roles.d/"

/* A folder being read. */
struct reader {
	int			 dir;
	bool			 strict;
	const char		*prefix;	/* "", "roles.d/" or "rules.d/" */
	struct policy_files	*files;
	struct buf		*errors;
};

static int
refuse(const struct reader *reader, const char *name, const char *why)
{
	buf_addf(reader->errors, "%s%s: %s\n", reader->prefix, name, why);
	return ERR_POLICY;
}

/* Whoever can write a policy file can become any role, so in strict mode that is root alone. */
static int
check_owner(const struct reader *reader, int fd, const char *name)
{
	struct stat st;

	if (!reader->strict)
		return 0;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != 0)
		return refuse(reader, name, "it must belong to root (chown root)");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(reader, name, "others than root may write it (chmod go-w)");
	return 0;
}

/* Adds one file. -ENOENT if it is not there, without a message. */
static int
read_file(const struct reader *reader, const char *name)
{
	AUTO_FD int fd = openat(reader->dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct policy_file *file;
	struct stat st;
	int r;

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : refuse(reader, name, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return refuse(reader, name, "it is not a plain file");
	r = check_owner(reader, fd, name);
	if (r < 0)
		return r;
	if (reader->files->count == MOST_FILES)
		return refuse(reader, name, "these are too many files");
	reader->files->files = own_grow(reader->files->files, reader->files->count + 1, sizeof *file);
	file = &reader->files->files[reader->files->count];
	*file = (struct policy_file){ 0 };
	r = fdio_slurp(fd, MOST_BYTES, &file->text, &file->count);
	if (r < 0)
		return refuse(reader, name, err_text(r));
	if (asprintf(&file->name, "%s%s", reader->prefix, name) < 0)
		return -ENOMEM;
	reader->files->count++;
	return 0;
}

static int
is_yaml(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".yaml") == 0;
}

/* Bytewise, so that the order is the same in every locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The *.yaml of a folder, if there is one. */
static int
read_folder(const struct reader *top, const char *name, const char *prefix)
{
	AUTO_FD int dir = openat(top->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct reader reader = *top;
	struct dirent **entries = NULL;
	int count;
	int r;

	if (dir < 0)
		return errno == ENOENT ? 0 : refuse(top, name, strerror(errno));
	r = check_owner(top, dir, name);
	if (r < 0)
		return r;
	count = scandirat(dir, ".", &entries, is_yaml, by_name);
	if (count < 0)
		return refuse(top, name, strerror(errno));
	reader.dir = dir;
	reader.prefix = prefix;
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = read_file(&reader, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int
policy_files_read(const char *etc_dir, bool strict, struct policy_files *files, struct buf *errors)
{
	AUTO_FD int dir = open(etc_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct reader reader = { .dir = dir, .strict = strict, .prefix = "", .files = files, .errors = errors };
	int r;

	*files = (struct policy_files){ 0 };
	if (dir < 0) {
		r = errno == ENOENT ? ERR_POLICY_NONE : ERR_POLICY;
		refuse(&reader, etc_dir, strerror(errno));
		return r;
	}
	r = check_owner(&reader, dir, etc_dir);
	if (r < 0)
		return r;
	r = read_file(&reader, "policy.yaml");
	if (r == -ENOENT) {
		refuse(&reader, "policy.yaml", "there is no such file");
		return ERR_POLICY_NONE;
	}
	if (r == 0)
		r = read_folder(&reader, "roles.d", ROLES);
	if (r == 0)
		r = read_folder(&reader, "rules.d", POLICY_RULES);
	if (r == 0)
		r = read_file(&reader, "auditors");
	if (r == 0 || r == -ENOENT)
		r = read_file(&reader, POLICY_ROSTER);
	return r == -ENOENT ? 0 : r;
}

void
policy_files_done(struct policy_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->files[i].name);
		free(files->files[i].text);
	}
	free(files->files);
	*files = (struct policy_files){ 0 };
}

/* name NUL, length as 8 bytes big-endian, bytes; of each file in order. The roster changes on its own and has its own hash. */
static void
hash_files(const struct policy_files *files, uint8_t sha256[SECRET_SHA256])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < files->count; i++) {
		const struct policy_file *f = &files->files[i];
		uint8_t length[8];

		if (strcmp(f->name, POLICY_ROSTER) == 0)
			continue;
		for (int k = 0; k < 8; k++)
			length[k] = (uint8_t)((uint64_t)f->count >> (56 - 8 * k));
		crypto_hash_sha256_update(&state, (const uint8_t *)f->name, strlen(f->name) + 1);
		crypto_hash_sha256_update(&state, length, sizeof length);
		crypto_hash_sha256_update(&state, (const uint8_t *)f->text, f->count);
	}
	crypto_hash_sha256_final(&state, sha256);
}

/* One YAML file into one source. A file of roles.d may be empty or hold only comments. */
static int
parse_source(const struct policy_file *file, bool top, struct policy_source *source, struct buf *errors)
{
	int r;

	source->name = own_dup(file->name);
	r = policy_lines_read(file->name, file->text, file->count, &source->lines, errors);
	if (r < 0)
		return r;
	if (policy_lines_empty(source->lines)) {
		if (top) {
			buf_addf(errors, "%s:1: it is empty\n", file->name);
			return ERR_POLICY;
		}
		return 0;
	}
	return top ? policy_schema_top(source, file->text, file->count, errors)
		   : policy_schema_roles(source, file->text, file->count, errors);
}

/* The parts of policy.yaml, borrowed from its source. */
static void
take_top(struct policy *policy, const struct policy_top *top)
{
	policy->people = top->people;
	policy->people_count = top->people_count;
	policy->unlisted = top->unlisted;
	policy->auditors = top->auditors;
	policy->auditors_count = top->auditors_count;
	policy->admins = top->admins;
	policy->admins_count = top->admins_count;
	policy->classes = top->classes;
	policy->classes_count = top->classes_count;
	policy->host = top->host;
	policy->holds.approve = top->holds;
}

/* Every role gets its index here: policy.yaml first, then the files in their order. */
static void
take_roles(struct policy *policy, struct policy_role *roles, unsigned count)
{
	policy->roles = own_grow(policy->roles, policy->roles_count + count, sizeof *policy->roles);
	for (unsigned i = 0; i < count; i++)
		policy->roles[policy->roles_count++] = &roles[i];
}

/* The file `auditors`: one recipient a line; its key is decoded by who seals to it, here only its look is judged. */
static int
parse_recipients(struct policy *policy, const struct policy_file *file, struct buf *errors)
{
	AUTO_FREE char *copy = own_dup(file->text);
	char *next = copy;
	int r = 0;

	for (int line = 1; next != NULL; line++) {
		char *text = next + strspn(next, " \t");
		const char *owner;
		size_t owner_bytes;

		next = strchr(text, '\n');
		if (next != NULL)
			*next++ = '\0';
		owner = text + strcspn(text, "#\r");
		owner += owner[0] == '#' ? 1 + strspn(owner + 1, " \t") : 0;
		owner_bytes = strcspn(owner, " \t\r,");
		text[strcspn(text, "#\r")] = '\0';
		for (size_t end = strlen(text); end > 0 && isspace((unsigned char)text[end - 1]); end--)
			text[end - 1] = '\0';
		if (text[0] == '\0')
			continue;
		if (strncmp(text, "age1", 4) != 0 || strlen(text) != 62 ||
		    strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz") != strlen(text)) {
			buf_addf(errors, "%s:%d: this is not an age recipient (age1 and 58 letters and digits)\n",
			    file->name, line);
			r = ERR_POLICY;
			continue;
		}
		policy->recipients = own_grow(policy->recipients, policy->recipients_count + 2, sizeof(char *));
		policy->recipient_owners = own_grow(policy->recipient_owners, policy->recipients_count + 1, sizeof(char *));
		policy->recipient_owners[policy->recipients_count] = strndup(owner, owner_bytes);
		policy->recipients[policy->recipients_count++] = own_dup(text);
		policy->recipients[policy->recipients_count] = NULL;
	}
	return r;
}

static int
parse_files(struct policy *policy, const struct policy_files *files, struct buf *errors)
{
	int r = 0;
	int one;

	policy->sources = own_alloc(files->count * sizeof *policy->sources);
	for (size_t i = 0; i < files->count; i++) {
		struct policy_source *source = &policy->sources[i];

		policy->sources_count++;
		if (strcmp(files->files[i].name, "auditors") == 0)
			one = parse_recipients(policy, &files->files[i], errors);
		else if (strcmp(files->files[i].name, POLICY_ROSTER) == 0)
			continue;	/* when the people are known */
		else if (policy_mask_is_rules(&files->files[i]))
			continue;	/* all of them at once, by policy_mask_load() */
		else
			one = parse_source(&files->files[i], i == 0, source, errors);
		if (one < 0)
			r = one;
		else if (source->top != NULL)
			take_roles(policy, source->top->roles, source->top->roles_count);
		else
			take_roles(policy, source->roles, source->roles_count);
	}
	return r;
}

int
policy_parse(const struct policy_files *files, struct policy **policy, struct buf *errors)
{
	AUTO_POLICY struct policy *read = own_alloc(sizeof *read);
	int r;

	if (files->count == 0)
		return ERR_POLICY_NONE;
	hash_files(files, read->sha256);
	r = parse_files(read, files, errors);
	if (r == 0)
		r = policy_mask_load(read, files, errors);
	if (r < 0)
		return r;
	policy_check_defaults(read->sources[0].top);
	take_top(read, read->sources[0].top);
	for (size_t i = 0; i < files->count && r == 0; i++)
		if (strcmp(files->files[i].name, POLICY_ROSTER) == 0)
			r = policy_roster_take(read, files->files[i].text, files->files[i].count, errors);
	if (r < 0)
		return r;
	r = policy_check(read, errors);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < read->sources_count; i++)
		policy_lines_free(TAKE(read->sources[i].lines, NULL));
	*policy = TAKE(read, NULL);
	return 0;
}

int
policy_load(const char *etc_dir, struct policy **policy, struct buf *errors)
{
	struct policy_files files;
	int r;

	r = policy_files_read(etc_dir, false, &files, errors);
	if (r == 0)
		r = policy_parse(&files, policy, errors);
	policy_files_done(&files);
	return r;
}

void
policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	policy_open_free(policy);
	for (unsigned i = 0; i < policy->sources_count; i++) {
		policy_lines_free(policy->sources[i].lines);
		policy_schema_free(&policy->sources[i]);
		free(policy->sources[i].name);
	}
	for (unsigned i = 0; i < policy->recipients_count; i++) {
		free(policy->recipients[i]);
		free(policy->recipient_owners[i]);
	}
	policy_roster_free(policy);
	policy_guard_free(policy);
	policy_mask_free(policy);
	free(policy->sources);
	free(policy->recipients);
	free(policy->recipient_owners);
	free(policy->roles);
	free(policy->warnings);
	free(policy);
}

void
policy_free_at(struct policy **policy)
{
	policy_free(*policy);
}
