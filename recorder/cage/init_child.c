/* SPDX-License-Identifier: ISC */
/* Everything between fork and exec of the command, in the order in which privileges may be given up. */
#include "config.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/wire/conn.h"
#include "lib/wire/kinds.h"
#include "lib/wire/messages.h"
#include "recorder/cage/account.h"
#include "recorder/cage/caps.h"
#include "recorder/keeper/contract.h"
#include "recorder/cage/init_child.h"
#include "recorder/cage/init_env.h"
#include "recorder/cage/init_trail.h"
#include "recorder/cage/filter.h"
#include "recorder/cage/plan.h"

/* What is executed. */
struct command {
	const char	*path;
	char		*argv[ROLE_RUN + 1];
};

struct child {
	const struct warden_start	*start;
	struct plan			*plan;
	int				 report;
	const struct init_trail		*trail;
	int				 ruleset;	/* Landlock's; -1: none */
	struct account			 account;
	struct wire_message		 launch;
	struct init_env			 env;
	struct command			 command;
};

static void fail(const struct child *child, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

static void
fail(const struct child *child, const char *format, ...)
{
	struct init_word word = { .what = INIT_FAILED };
	va_list args;

	va_start(args, format);
	vsnprintf(word.text, sizeof word.text, format, args);
	va_end(args);
	(void)fdio_write(child->report, &word, sizeof word);
	_exit(SESSION_NO_COMMAND);
}

/* The slave becomes the controlling terminal and belongs to the account, so that programs can open it by name. */
static void
take_terminal(const struct child *child)
{
	const struct warden_start *start = child->start;
	struct winsize size = { .ws_col = (unsigned short)start->cols, .ws_row = (unsigned short)start->rows };

	if (ioctl(WARDEN_IN, TIOCSCTTY, 0) < 0)
		fail(child, "the terminal cannot be taken: %s", err_text(-errno));
	if (start->cols > 0 && start->rows > 0)
		ioctl(WARDEN_IN, TIOCSWINSZ, &size);
	if (!(start->flags & SESSION_TRIAL) &&
	    (fchown(WARDEN_IN, child->account.uid, (gid_t)-1) < 0 || fchmod(WARDEN_IN, 0600) < 0))
		fail(child, "the terminal cannot be given to %s: %s", child->account.name, err_text(-errno));
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(WARDEN_IN, fd) < 0)
			fail(child, "the terminal cannot be used: %s", err_text(-errno));
}

static void
take_streams(const struct child *child)
{
	if (setsid() < 0)
		fail(child, "no new session: %s", err_text(-errno));
	if (child->start->flags & SESSION_TTY)
		take_terminal(child);
	else if (dup2(WARDEN_IN, 0) < 0 || dup2(WARDEN_OUT, 1) < 0 || dup2(WARDEN_ERR, 2) < 0)
		fail(child, "input and output cannot be used: %s", err_text(-errno));
}

static void
set_limit(const struct child *child, __rlimit_resource_t what, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(what, &limit) < 0)
		fail(child, "limits cannot be read: %s", err_text(-errno));
	if (most < limit.rlim_max)
		limit.rlim_max = most;
	limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
	if (setrlimit(what, &limit) < 0)
		fail(child, "limits cannot be set: %s", err_text(-errno));
}

/* RLIMIT_NPROC counts all processes of a uid in a user namespace: without one of its own the engineer's others as well. */
static void
set_limits(const struct child *child)
{
	const struct role_record *role = &child->start->role;

	set_limit(child, RLIMIT_CORE, 0);
	if (role->pids_max > 0 && !(child->start->flags & SESSION_NO_NAMESPACE))
		set_limit(child, RLIMIT_NPROC, role->pids_max);
	if (role->files > 0)
		set_limit(child, RLIMIT_NOFILE, role->files);
	if (role->file_size > 0)
		set_limit(child, RLIMIT_FSIZE, role->file_size);
	if (role->cpu_s > 0)
		set_limit(child, RLIMIT_CPU, (rlim_t)role->cpu_s);
	if (role->nice > getpriority(PRIO_PROCESS, 0) && setpriority(PRIO_PROCESS, 0, role->nice) < 0)
		fail(child, "nice %d cannot be set: %s", role->nice, err_text(-errno));
	umask(022);
}

/* Rules are made while root can still see every path; -1 if there is nothing to restrict by. */
static void
make_rules(struct child *child)
{
	int r;

	child->ruleset = plan_rules(child->plan, &r);
	if (r < 0)
		fail(child, "the rules of the role cannot be made: %s", err_text(r));
}

static void
restrict_self(const struct child *child)
{
	const struct filter filter = { .rights = &child->start->role.rights, .abi = child->plan->abi,
		.alone = !(child->start->flags & SESSION_NO_NAMESPACE), .tracer = child->trail->pid };
	int r = child->ruleset >= 0 ? landlock_restrict(child->ruleset) : 0;
	char why[sizeof ((struct init_word *)0)->text];

	if (r < 0)
		fail(child, "Landlock cannot be used: %s", err_text(r));
	if (child->plan->confined) {
		r = filter_install(&filter);
		if (r < 0)
			fail(child, "system calls cannot be filtered: %s", err_text(r));
		child->plan->enforced.marks |= filter_marks(&filter);
	}
	if (init_trail_listen(child->plan, child->trail, why, sizeof why) < 0)
		fail(child, "%s", why);
}

/* posternd's keys are not the session's; a kernel without keys has none. */
static void
leave_keyring(void)
{
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
}

/*
 * With `sudo: yes` new privileges must stay possible, and then only root may close the cage: after the groups, which are
 * looked up in files, and before the uid is given up. A root that comes later by sudo is in it as well.
 */
static int
become_with_sudo(const struct child *child)
{
	int r = account_take_groups(&child->account);

	leave_keyring();
	if (r == 0)
		restrict_self(child);
	child->plan->enforced.marks |= MARK_ROOT_INSIDE;
	return r == 0 ? account_take_uid(&child->account) : r;
}

static void
become(const struct child *child)
{
	bool trial = (child->start->flags & SESSION_TRIAL) != 0;
	bool sudo = !trial && (child->start->role.flags & ROLE_SUDO);
	int r = trial ? caps_drop_all() : sudo ? become_with_sudo(child) : account_become(&child->account);

	if (r == 0 && trial && (geteuid() == 0 || !caps_none()))
		r = -EPERM;
	if (r < 0)
		fail(child, "cannot become %s: %s", child->account.name, err_text(r));
	if (sudo)
		return;
	leave_keyring();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail(child, "no_new_privs cannot be set: %s", err_text(-errno));
	child->plan->enforced.marks |= MARK_NO_NEW_PRIVS;
}

/* What the role requires and is not there ends it here; the rest is told. */
static void
tell_enforced(const struct child *child)
{
	struct enforced *enforced = &child->plan->enforced;
	uint32_t lacking;
	char names[80] = "";

	enforced->what = INIT_ENFORCED;
	enforced->missing = plan_missing(child->plan);
	lacking = enforced->missing & child->start->role.rights.need;
	for (uint32_t bit = 1; bit <= NEED_ALL; bit <<= 1)
		if (lacking & bit)
			snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", names[0] != '\0' ? ", " : "",
			    rights_need_name(bit));
	if (lacking != 0)
		fail(child, "this machine cannot enforce what the role requires: %s (its Landlock has version %u)", names,
		    child->plan->abi);
	(void)fdio_write(child->report, enforced, sizeof *enforced);
}

/* Read by the account itself: whatever is wrong with it can hurt nobody else. */
static void
read_launch(struct child *child)
{
	AUTO_FREE char *bytes = NULL;
	size_t count;
	int r;

	(void)lseek(WARDEN_LAUNCH, 0, SEEK_SET);
	r = fdio_slurp(WARDEN_LAUNCH, WIRE_FRAME_MOST + 4, &bytes, &count);
	if (r == 0)
		r = wire_unpack((const uint8_t *)bytes, count, WIRE_LAUNCH_FILE, &child->launch);
	if (r < 0)
		fail(child, "what the client sent about its terminal and command is not valid: %s", err_text(r));
}

/* The words with blanks between them. They fit: the launch file was no longer than a frame. */
static char *
join(char *const *words)
{
	AUTO_BUF struct buf all;
	int r = 0;

	buf_init(&all, WIRE_FRAME_MOST);
	for (size_t i = 0; r == 0 && words[i] != NULL; i++)
		r = buf_addf(&all, "%s%s", i > 0 ? " " : "", words[i]);
	return r == 0 ? buf_text(&all) : NULL;
}

static void
shell_command(struct child *child, char *const *words)
{
	struct command *command = &child->command;
	char *shell = child->account.shell;
	char *slash = strrchr(shell, '/');
	char *name = slash != NULL ? slash + 1 : shell;

	command->path = shell;
	if (words[0] == NULL) {
		if (asprintf(&command->argv[0], "-%s", name) < 0)	/* a login shell */
			fail(child, "out of memory");
		return;
	}
	command->argv[0] = own_dup(name);
	command->argv[1] = own_dup("-c");
	command->argv[2] = join(words);	/* one word or many: the shell splits them, as with ssh */
	if (command->argv[2] == NULL)
		fail(child, "the command is too long");
}

static void
choose_command(struct child *child)
{
	const struct role_record *role = &child->start->role;
	const struct wire_launch_file *launch = child->launch.fields;

	if (role->argc == 0) {
		shell_command(child, launch->command);
		return;
	}
	if (launch->command[0] != NULL)
		fail(child, "the role %s runs its own command and takes no other; enter it without one", role->name);
	child->command.path = role->run[0];
	for (uint32_t i = 0; i < role->argc; i++)
		child->command.argv[i] = own_dup(role->run[i]);
}

static void
choose_env(struct child *child)
{
	const struct wire_launch_file *launch = child->launch.fields;
	bool tty = (child->start->flags & SESSION_TTY) != 0;

	init_env_base(&child->env, child->start, &child->account);
	init_env_terminal(&child->env, tty ? launch->term : NULL, launch->locale);
}

/*
 * The program starts with default signals, none blocked, and descriptors 0 to 2. By the bare system call, because libc
 * hides the two signals of its threads, which then stay ignored if whoever started posternd ignored them.
 */
static void
clean_process(const struct child *child)
{
	static const unsigned long fresh[16];	/* the kernel's struct sigaction, all zero: SIG_DFL */
	sigset_t none;

	for (int signal = 1; signal < _NSIG; signal++)
		(void)syscall(SYS_rt_sigaction, signal, fresh, NULL, _NSIG / 8);	/* KILL and STOP refuse, rightly */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		fail(child, "descriptors cannot be closed: %s", err_text(-errno));
}

void
init_child(struct plan *plan, int report, const struct init_trail *trail)
{
	struct child child = { .start = plan->start, .plan = plan, .report = report, .trail = trail, .account = plan->account, .ruleset = -1 };

	take_streams(&child);
	make_rules(&child);
	set_limits(&child);
	become(&child);
	read_launch(&child);
	choose_command(&child);
	choose_env(&child);
	if (chdir(child.account.home) < 0 && chdir("/") < 0)
		fail(&child, "there is no folder to start in: %s", err_text(-errno));
	clean_process(&child);
	if (child.start->role.memory > 0)
		set_limit(&child, RLIMIT_AS, child.start->role.memory);	/* last, because this process may have more already */
	if (!(plan->enforced.marks & MARK_ROOT_INSIDE))
		restrict_self(&child);
	tell_enforced(&child);
	if (child.trail->link >= 0 && (child.start->flags & SESSION_NO_NAMESPACE))
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);	/* the tracer has no capability there, and must read what is executed */
	execve(child.command.path, child.command.argv, child.env.list);
	dprintf(STDERR_FILENO, "postern: %s cannot be run: %s\r\n", child.command.path, err_text(-errno));
	_exit(SESSION_NO_COMMAND);
}
