/* SPDX-License-Identifier: ISC */
/*
 * The second witness of an exec: what the new program really got, read from its own stack when nobody else is left in its
 * memory, beside what was claimed at the call, when another thread could still rewrite it.
 */
#ifndef POSTERN_RECORDER_TRAIL_EXACT_H
#define POSTERN_RECORDER_TRAIL_EXACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec_exec;
struct tracer;

/* The name and arguments of one exec, from either side. */
struct exact_texts {
	const char	*name;		/* as the kernel keeps it in AT_EXECFN */
	const char	*args;		/* each with its NUL */
	size_t		 args_bytes;
	uint32_t	 argc;
	bool		 is_cut;	/* exact: there are more or longer ones; what was claimed tells it by argc */
};

/* ---- exact_match.c */
/* True if what the kernel took can be what was claimed; for a script it has put the interpreter in front. */
bool	exact_matches(const struct exact_texts *claimed, const struct exact_texts *exact);

/* ---- exact_claim.c */
/* What a process is about to execute, kept until the kernel says what it took. */
void	exact_claim(struct tracer *tracer, uint32_t pid, const struct exact_texts *claimed);
/* What it took, compared with every claim since its last exec and told to the worker. */
void	exact_heard(struct tracer *tracer, uint32_t pid, uint32_t ppid, const struct exact_texts *exact);
void	exact_forget(struct tracer *tracer, uint32_t pid);	/* it has ended */
/* The arguments as they lie in `args`, counted; one that was cut is ended by a NUL. */
void	exact_end_args(struct exact_texts *exact, char *args);
/* As the kernel names the program that is asked for by `raw` below the descriptor `dir`. */
void	exact_name(int dir, const char *raw, char *name, size_t size);

/* ---- exact_ptrace.c: PTRACE_EVENT_EXEC */
/* Whether one may trace: tried on a child of our own. 0 or -errno. */
int	exact_ptrace_try(void);
/* The signalfd that tells of stops, or -errno. Signals are blocked already. */
int	exact_ptrace_open(void);
/* Traces the process of this thread, which waits at a call, and all that it starts; harmless if we do. */
void	exact_ptrace_seize(struct tracer *tracer, uint32_t tid);
/* Lets every process that has stopped go on, after reading it. */
void	exact_ptrace_turn(struct tracer *tracer);

#endif
