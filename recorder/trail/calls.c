/* SPDX-License-Identifier: ISC */
/* The table of calls. Those that only some processors or newer kernels have stand in it where they exist. */
#include "config.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include "lib/record/trail.h"
#include "recorder/trail/calls.h"

_Static_assert((TRAIL_OPEN_WRITES) == (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC), "the flags of open are those of this machine");

#define NO		CALL_NONE
#define FCHMODAT2	452	/* newer than the headers, with one number everywhere */
#define SETXATTRAT	463
#define REMOVEXATTRAT	466

/* clang-format off */
const struct trail_call trail_calls[] = {
	/* number		kind		act		  dir path  dir2 path2 flags */
	{ SYS_execve,		CALL_EXEC,	0,		  NO, 0,    NO, NO,   NO },
	{ SYS_execveat,		CALL_EXEC,	0,		  0,  1,    NO, NO,   4 },
	{ SYS_openat,		CALL_OPEN,	0,		  0,  1,    NO, NO,   2 },
	{ SYS_openat2,		CALL_OPEN_HOW,	0,		  0,  1,    NO, NO,   2 },
	{ SYS_renameat2,	CALL_PATHS,	TRAIL_RENAME,	  0,  1,    2,  3,    NO },
	{ SYS_unlinkat,		CALL_PATH,	TRAIL_REMOVE,	  0,  1,    NO, NO,   2 },
	{ SYS_mkdirat,		CALL_PATH,	TRAIL_MAKE_DIR,	  0,  1,    NO, NO,   NO },
	{ SYS_linkat,		CALL_PATHS,	TRAIL_LINK,	  0,  1,    2,  3,    4 },
	{ SYS_symlinkat,	CALL_TARGET,	TRAIL_SYMLINK,	  NO, 0,    1,  2,    NO },
	{ SYS_fchmodat,		CALL_PATH,	TRAIL_MODE,	  0,  1,    NO, NO,   NO },
	{ FCHMODAT2,		CALL_PATH,	TRAIL_MODE,	  0,  1,    NO, NO,   3 },
	{ SYS_fchmod,		CALL_FD,	TRAIL_MODE,	  NO, 0,    NO, NO,   NO },
	{ SYS_fchownat,		CALL_PATH,	TRAIL_OWNER,	  0,  1,    NO, NO,   4 },
	{ SYS_fchown,		CALL_FD,	TRAIL_OWNER,	  NO, 0,    NO, NO,   NO },
	{ SYS_truncate,		CALL_PATH,	TRAIL_TRUNCATE,	  NO, 0,    NO, NO,   NO },
	{ SYS_mknodat,		CALL_PATH,	TRAIL_NODE,	  0,  1,    NO, NO,   NO },
	{ SYS_setxattr,		CALL_PATH,	TRAIL_ATTRIBUTE,  NO, 0,    NO, NO,   NO },
	{ SYS_lsetxattr,	CALL_PATH,	TRAIL_ATTRIBUTE,  NO, 0,    NO, NO,   NO },
	{ SYS_fsetxattr,	CALL_FD,	TRAIL_ATTRIBUTE,  NO, 0,    NO, NO,   NO },
	{ SYS_removexattr,	CALL_PATH,	TRAIL_ATTRIBUTE,  NO, 0,    NO, NO,   NO },
	{ SYS_lremovexattr,	CALL_PATH,	TRAIL_ATTRIBUTE,  NO, 0,    NO, NO,   NO },
	{ SYS_fremovexattr,	CALL_FD,	TRAIL_ATTRIBUTE,  NO, 0,    NO, NO,   NO },
	{ SETXATTRAT,		CALL_PATH,	TRAIL_ATTRIBUTE,  0,  1,    NO, NO,   2 },
	{ REMOVEXATTRAT,	CALL_PATH,	TRAIL_ATTRIBUTE,  0,  1,    NO, NO,   2 },
#if defined(SYS_renameat)
	{ SYS_renameat,		CALL_PATHS,	TRAIL_RENAME,	  0,  1,    2,  3,    NO },
#endif
#if defined(SYS_open)	/* processors that have the old calls */
	{ SYS_open,		CALL_OPEN,	0,		  NO, 0,    NO, NO,   1 },
	{ SYS_creat,		CALL_PATH,	TRAIL_CREATE,	  NO, 0,    NO, NO,   NO },
	{ SYS_rename,		CALL_PATHS,	TRAIL_RENAME,	  NO, 0,    NO, 1,    NO },
	{ SYS_unlink,		CALL_PATH,	TRAIL_REMOVE,	  NO, 0,    NO, NO,   NO },
	{ SYS_rmdir,		CALL_PATH,	TRAIL_REMOVE_DIR, NO, 0,    NO, NO,   NO },
	{ SYS_mkdir,		CALL_PATH,	TRAIL_MAKE_DIR,	  NO, 0,    NO, NO,   NO },
	{ SYS_link,		CALL_PATHS,	TRAIL_LINK,	  NO, 0,    NO, 1,    NO },
	{ SYS_symlink,		CALL_TARGET,	TRAIL_SYMLINK,	  NO, 0,    NO, 1,    NO },
	{ SYS_chmod,		CALL_PATH,	TRAIL_MODE,	  NO, 0,    NO, NO,   NO },
	{ SYS_chown,		CALL_PATH,	TRAIL_OWNER,	  NO, 0,    NO, NO,   NO },
	{ SYS_lchown,		CALL_PATH,	TRAIL_OWNER,	  NO, 0,    NO, NO,   NO },
	{ SYS_mknod,		CALL_PATH,	TRAIL_NODE,	  NO, 0,    NO, NO,   NO },
#endif
};
/* clang-format on */

const size_t trail_call_count = sizeof trail_calls / sizeof trail_calls[0];

const struct trail_call *
trail_call_find(int number)
{
	for (size_t i = 0; i < trail_call_count; i++)
		if (trail_calls[i].number == number)
			return &trail_calls[i];
	return NULL;
}
