/* SPDX-License-Identifier: ISC */
/* Release functions of the AUTO macros, and allocation that does not return without memory. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/own.h"

void
own_close(int *fd)
{
	int kept = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = kept;
}

void
own_free(void *pointer_to_pointer)
{
	void *memory;

	memcpy(&memory, pointer_to_pointer, sizeof memory);
	free(memory);
}

void
own_fclose(FILE **file)
{
	int kept = errno;

	if (*file != NULL)
		fclose(*file);
	errno = kept;
}

void *
own_alloc(size_t size)
{
	void *memory = calloc(1, size != 0 ? size : 1);

	if (memory == NULL)
		log_fatal("out of memory (%zu bytes)", size);
	return memory;
}

void *
own_grow(void *old, size_t count, size_t size)
{
	void *memory;

	if (size != 0 && count > SIZE_MAX / size)
		log_fatal("out of memory (%zu times %zu bytes)", count, size);
	memory = realloc(old, count * size != 0 ? count * size : 1);
	if (memory == NULL)
		log_fatal("out of memory (%zu bytes)", count * size);
	return memory;
}

char *
own_dup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(own_alloc(size), text, size);
}
