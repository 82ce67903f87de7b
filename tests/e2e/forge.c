/* SPDX-License-Identifier: ISC */
/*
 * An attacker of the trail: "forge COUNT" starts COUNT processes, in each of which one thread rewrites an argument while
 * another executes "forge say WORD"; that prints its pid and the word that the kernel took.
 */
#include "config.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char word[8] = "honest";

static void *
rewrite(void *unused)
{
	(void)unused;
	for (bool forged = false;; forged = !forged)
		for (int i = 0; i < 6; i++)
			__atomic_store_n(&word[i], (char)(forged ? "forged"[i] : "honest"[i]), __ATOMIC_RELAXED);
	return NULL;
}

static void
attack(char *program)
{
	char say[] = "say";
	char *argv[] = { program, say, word, NULL };
	char *environment[] = { NULL };
	pthread_t thread;

	if (pthread_create(&thread, NULL, rewrite, NULL) != 0)
		_exit(1);
	usleep(200);
	execve(program, argv, environment);
	_exit(1);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "say") == 0) {
		printf("took %d %s\n", (int)getpid(), argv[2]);
		return 0;
	}
	for (int left = argc == 2 ? atoi(argv[1]) : 0; left > 0; left--) {
		if (fork() == 0)
			attack(argv[0]);
		wait(NULL);
	}
	return 0;
}
