/* SPDX-License-Identifier: ISC */
/* Capability sets by the bare system calls: five of them do not ask for a library. */
#include "config.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/cage/caps.h"

/* The kernel's version 3 layout: two words of 32 capabilities each. */
struct caps {
	struct __user_cap_data_struct	word[_LINUX_CAPABILITY_U32S_3];
};

static int
caps_get(struct caps *caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	memset(caps, 0, sizeof *caps);
	return syscall(SYS_capget, &header, caps->word) < 0 ? -errno : 0;
}

static int
caps_set(struct caps *caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capset, &header, caps->word) < 0 ? -errno : 0;
}

static int
ambient(int what, unsigned long cap)
{
	return prctl(PR_CAP_AMBIENT, what, cap, 0, 0) < 0 ? -errno : 0;
}

int
caps_keep_over_exec(uint64_t mask)
{
	struct caps caps;
	int r;

	r = caps_get(&caps);
	if (r < 0)
		return r;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		caps.word[i].inheritable = caps.word[i].permitted & (uint32_t)(mask >> (32 * i));
	r = caps_set(&caps);
	for (unsigned cap = 0; r == 0 && cap < 64; cap++)
		if (mask & (UINT64_C(1) << cap))
			r = ambient(PR_CAP_AMBIENT_RAISE, cap);
	return r;
}

/* PR_CAPBSET_READ says -1 (EINVAL) behind the last capability that this kernel knows. */
static int
drop_bounding(void)
{
	struct caps caps;

	if (caps_get(&caps) < 0 || !(caps.word[0].effective & (1u << CAP_SETPCAP)))
		return 0;
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return -errno;
	return 0;
}

int
caps_drop_all(void)
{
	struct caps none = { 0 };
	int bounding = drop_bounding();
	int r;

	r = ambient(PR_CAP_AMBIENT_CLEAR_ALL, 0);
	if (r == 0)
		r = caps_set(&none);
	return r < 0 ? r : bounding;
}

int
caps_drop_inherited(void)
{
	struct caps caps;
	int r;

	r = ambient(PR_CAP_AMBIENT_CLEAR_ALL, 0);
	if (r == 0)
		r = caps_get(&caps);
	if (r < 0)
		return r;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		caps.word[i].inheritable = 0;
	return caps_set(&caps);
}

bool
caps_none(void)
{
	struct caps caps;

	if (caps_get(&caps) < 0)
		return false;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (caps.word[i].permitted != 0 || caps.word[i].effective != 0 || caps.word[i].inheritable != 0)
			return false;
	return true;	/* ambient is a part of permitted */
}
