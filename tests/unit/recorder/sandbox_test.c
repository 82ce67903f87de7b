/* SPDX-License-Identifier: ISC */
/* What the worker may do once the door is closed, and what kills it. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "recorder/worker/sandbox.h"

/* Status of a child that closes the door and then does it. */
static int
after_closing(void (*act)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (sandbox_close() < 0)
			_exit(99);
		act();
		_exit(7);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
killed(void (*act)(void))
{
#ifdef POSTERN_SANITIZERS
	(void)act;
	skip();	/* only logged there */
#else
	int status = after_closing(act);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
#endif
}

static void
work(void)
{
	char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct winsize size = { 0 };

	if (memory == MAP_FAILED || write(STDERR_FILENO, "", 0) < 0)
		_exit(1);
	memory[0] = 1;
	munmap(memory, 4096);
	(void)ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
}

static void
open_file(void)
{
	(void)open("/etc/passwd", O_RDONLY);
}

static void
open_socket(void)
{
	(void)socket(AF_INET, SOCK_STREAM, 0);
}

static void
start_program(void)
{
	char name[] = "/bin/true";
	char *argv[] = { name, NULL };

	execv(name, argv);
}

static void
make_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
push_keys(void)
{
	(void)ioctl(STDIN_FILENO, TIOCSTI, "x");
}

static void
signal_other(void)
{
	(void)kill(getppid(), 0);
}

static void
trace_other(void)
{
	(void)syscall(SYS_ptrace, 0, 0, 0, 0);
}

static void
the_work_goes_on(void **state)
{
	int status = after_closing(work);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

#define KILLS(name, act) \
	static void name(void **state) { (void)state; killed(act); }

KILLS(opening_a_file_kills, open_file)
KILLS(the_network_kills, open_socket)
KILLS(another_program_kills, start_program)
KILLS(executable_memory_kills, make_code)
KILLS(pushing_keys_into_a_terminal_kills, push_keys)
KILLS(signalling_kills, signal_other)
KILLS(tracing_kills, trace_other)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_work_goes_on),
		cmocka_unit_test(opening_a_file_kills),
		cmocka_unit_test(the_network_kills),
		cmocka_unit_test(another_program_kills),
		cmocka_unit_test(executable_memory_kills),
		cmocka_unit_test(pushing_keys_into_a_terminal_kills),
		cmocka_unit_test(signalling_kills),
		cmocka_unit_test(tracing_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
