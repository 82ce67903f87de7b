/* SPDX-License-Identifier: ISC */
/* Locals that release what they own when their scope ends; TAKE hands the thing on. */
#ifndef POSTERN_LIB_BASE_OWN_H
#define POSTERN_LIB_BASE_OWN_H

#include <stdio.h>

#define AUTO(release)	__attribute__((cleanup(release)))
#define AUTO_FD		AUTO(own_close)		/* int, -1 = none */
#define AUTO_FREE	AUTO(own_free)		/* pointer from malloc */
#define AUTO_FILE	AUTO(own_fclose)	/* FILE * */

/* The local's value; the local becomes `empty` and owns nothing any more. */
#define TAKE(local, empty) \
	__extension__ ({ __typeof__(local) t_ = (local); (local) = (empty); t_; })

/* For the macros above only; errno is kept. */
void	own_close(int *fd);
void	own_free(void *pointer_to_pointer);
void	own_fclose(FILE **file);

/* Memory or death: a process that cannot get a few bytes has nothing sensible left to do. */
void	*own_alloc(size_t size);		/* zeroed */
void	*own_grow(void *old, size_t count, size_t size);
char	*own_dup(const char *text);

#endif
