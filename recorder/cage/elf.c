/* SPDX-License-Identifier: ISC */
/* Programs and their libraries. Reads little pieces at places that the file names, each into a buffer with an end. */
#include "config.h"

#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/cage/elf.h"

#define HEADERS_MOST	64
#define DYNAMIC_MOST	1024
#define NEEDED_MOST	128
#define PATH_SIZE	512
#define DIRS_MOST	32

#if defined(__x86_64__)
#define MACHINE	EM_X86_64
#define TRIPLE	"x86_64-linux-gnu"
#elif defined(__aarch64__)
#define MACHINE	EM_AARCH64
#define TRIPLE	"aarch64-linux-gnu"
#endif

/* One file, as far as it matters. */
struct object {
	int		fd;
	Elf64_Phdr	headers[HEADERS_MOST];
	size_t		headers_count;
	uint64_t	strings;	/* file offset of the dynamic strings; 0: none */
	uint64_t	needed[NEEDED_MOST];
	size_t		needed_count;
	char		run_path[PATH_SIZE];	/* DT_RUNPATH or DT_RPATH; "" if there is none */
};

static bool
read_at(int fd, uint64_t at, void *bytes, size_t count)
{
	return at < INT64_MAX / 2 && fdio_pread(fd, bytes, count, (off_t)at) == (ssize_t)count;
}

/* A text that ends within PATH_SIZE bytes. */
static bool
read_text(int fd, uint64_t at, char text[PATH_SIZE])
{
	ssize_t n = at < INT64_MAX / 2 ? fdio_pread(fd, text, PATH_SIZE, (off_t)at) : -1;

	return n > 0 && memchr(text, '\0', (size_t)n) != NULL;
}

static bool
read_headers(struct object *o)
{
	Elf64_Ehdr head;

	if (!read_at(o->fd, 0, &head, sizeof head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
		return false;
	if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != MACHINE || head.e_phentsize != sizeof(Elf64_Phdr) ||
	    head.e_phnum > HEADERS_MOST)
		return false;
	o->headers_count = head.e_phnum;
	return read_at(o->fd, head.e_phoff, o->headers, o->headers_count * sizeof o->headers[0]);
}

/* The file offset of an address in memory; 0 if no segment has it. */
static uint64_t
offset_of(const struct object *o, uint64_t address)
{
	for (size_t i = 0; i < o->headers_count; i++) {
		const Elf64_Phdr *h = &o->headers[i];

		if (h->p_type == PT_LOAD && address >= h->p_vaddr && address - h->p_vaddr < h->p_filesz)
			return h->p_offset + (address - h->p_vaddr);
	}
	return 0;
}

static const Elf64_Phdr *
header(const struct object *o, uint32_t type)
{
	for (size_t i = 0; i < o->headers_count; i++)
		if (o->headers[i].p_type == type)
			return &o->headers[i];
	return NULL;
}

static void
read_dynamic(struct object *o)
{
	const Elf64_Phdr *dynamic = header(o, PT_DYNAMIC);
	uint64_t run_path = 0, old_path = 0;
	bool has_run = false, has_old = false;
	Elf64_Dyn d;

	for (uint64_t i = 0; dynamic != NULL && i < DYNAMIC_MOST; i++) {
		if (!read_at(o->fd, dynamic->p_offset + i * sizeof d, &d, sizeof d) || d.d_tag == DT_NULL)
			break;
		if (d.d_tag == DT_STRTAB)
			o->strings = offset_of(o, d.d_un.d_ptr);
		else if (d.d_tag == DT_NEEDED && o->needed_count < NEEDED_MOST)
			o->needed[o->needed_count++] = d.d_un.d_val;
		else if (d.d_tag == DT_RUNPATH)
			run_path = d.d_un.d_val, has_run = true;
		else if (d.d_tag == DT_RPATH)
			old_path = d.d_un.d_val, has_old = true;
	}
	if (o->strings == 0)
		o->needed_count = 0;
	else if ((has_run || has_old) && !read_text(o->fd, o->strings + (has_run ? run_path : old_path), o->run_path))
		o->run_path[0] = '\0';
}

static bool
open_object(const char *path, struct object *o)
{
	struct stat st;

	*o = (struct object){ .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) };
	if (o->fd < 0 || fstat(o->fd, &st) < 0 || !S_ISREG(st.st_mode) || !read_headers(o)) {
		own_close(&o->fd);
		return false;
	}
	read_dynamic(o);
	return true;
}

/* Of one folder: true if the library is there, with its path in `found`. */
static bool
is_in(const char *dir, size_t count, const char *name, char found[PATH_SIZE])
{
	int n = snprintf(found, PATH_SIZE, "%.*s/%s", (int)count, dir, name);

	return n > 0 && n < PATH_SIZE && access(found, R_OK) == 0;
}

/* "$ORIGIN/../lib:/opt/x/lib" of the object `path`. */
static bool
find_in_run_path(const struct object *o, const char *path, const char *name, char found[PATH_SIZE])
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_SIZE];

	for (const char *at = o->run_path; *at != '\0'; at += strcspn(at, ":"), at += *at == ':') {
		size_t count = strcspn(at, ":");
		size_t mark = strncmp(at, "$ORIGIN", 7) == 0 ? 7 : strncmp(at, "${ORIGIN}", 9) == 0 ? 9 : 0;
		int n = snprintf(dir, sizeof dir, "%.*s%.*s", mark > 0 ? (int)(slash - path) : 0, path,
		    (int)(count - mark), at + mark);

		if (n > 0 && n < PATH_SIZE && dir[0] == '/' && is_in(dir, (size_t)n, name, found))
			return true;
	}
	return false;
}

/* Lines of /etc/ld.so.conf.d: folders. */
static bool
find_in_conf(const char *name, char found[PATH_SIZE])
{
	glob_t files;
	bool is_found = false;
	char line[PATH_SIZE];

	if (glob("/etc/ld.so.conf.d/*.conf", 0, NULL, &files) != 0)
		return false;
	for (size_t i = 0; !is_found && i < files.gl_pathc && i < DIRS_MOST; i++) {
		AUTO_FILE FILE *file = fopen(files.gl_pathv[i], "re");

		while (!is_found && file != NULL && fgets(line, sizeof line, file) != NULL)
			is_found = line[0] == '/' && is_in(line, strcspn(line, " \t\n"), name, found);
	}
	globfree(&files);
	return is_found;
}

static bool
find_library(const struct object *o, const char *path, const char *name, char found[PATH_SIZE])
{
	static const char *const dirs[] = { "/lib/" TRIPLE, "/usr/lib/" TRIPLE, "/lib64", "/usr/lib64", "/lib", "/usr/lib" };

	if (strchr(name, '/') != NULL)
		return name[0] == '/' && is_in("", 0, name + 1, found);
	if (find_in_run_path(o, path, name, found) || find_in_conf(name, found))
		return true;
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		if (is_in(dirs[i], strlen(dirs[i]), name, found))
			return true;
	return false;
}

static void
add_library(struct elf_needs *needs, const char *path)
{
	for (size_t i = 0; i < needs->count; i++)
		if (strcmp(needs->libraries[i], path) == 0)
			return;
	if (needs->count == ELF_MOST)
		needs->more = true;
	else
		needs->libraries[needs->count++] = own_dup(path);
}

static void
add_needed(struct elf_needs *needs, const struct object *o, const char *path)
{
	char name[PATH_SIZE], found[PATH_SIZE];

	for (size_t i = 0; i < o->needed_count; i++) {
		if (!read_text(o->fd, o->strings + o->needed[i], name) || !find_library(o, path, name, found))
			needs->more = true;
		else
			add_library(needs, found);
	}
}

static bool
is_script(const char *program)
{
	AUTO_FD int fd = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char mark[2];

	return fd >= 0 && fdio_pread(fd, mark, 2, 0) == 2 && memcmp(mark, "#!", 2) == 0;
}

void
elf_needs(const char *program, struct elf_needs *needs)
{
	struct object o;
	const Elf64_Phdr *loader;
	char text[PATH_SIZE];

	*needs = (struct elf_needs){ .is_script = is_script(program) };
	if (!open_object(program, &o))
		return;
	loader = header(&o, PT_INTERP);
	if (loader != NULL && read_text(o.fd, loader->p_offset, text) && text[0] == '/')
		needs->loader = own_dup(text);
	add_needed(needs, &o, program);
	own_close(&o.fd);
	for (size_t i = 0; i < needs->count; i++) {	/* grows while it is walked */
		if (!open_object(needs->libraries[i], &o))
			continue;
		add_needed(needs, &o, needs->libraries[i]);
		own_close(&o.fd);
	}
}

void
elf_done(struct elf_needs *needs)
{
	free(needs->loader);
	for (size_t i = 0; i < needs->count; i++)
		free(needs->libraries[i]);
	*needs = (struct elf_needs){ .count = 0 };
}

/* Libraries are "lib*.so*" or have ".so" in the name, programs have not; a library need not be executable to be used. */
bool
elf_is_program(int dir, const char *name)
{
	AUTO_FD int fd = -1;
	struct stat st;
	char mark[SELFMAG];

	if (strstr(name, ".so") != NULL || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & 0111) == 0)
		return false;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	return fd >= 0 && fdio_pread(fd, mark, sizeof mark, 0) == (ssize_t)sizeof mark && memcmp(mark, ELFMAG, SELFMAG) == 0;
}
