/* SPDX-License-Identifier: ISC */
/* The kernel against the rights of roles: what cannot be enforced refuses sessions, better said before than then. */
#include "config.h"

#include <stdio.h>

#include "recorder/cage/landlock.h"
#include "recorder/client/doctor.h"
#include "recorder/keeper/rights.h"
#include "recorder/policy/policy.h"

static bool
has_ports(const struct policy_may *may)
{
	return may->connect_count > 0 || may->bind_count > 0 || may->udp || may->listen || may->raw;
}

void
doctor_kernel(struct doctor *doctor, const struct policy *policy)
{
	uint32_t abi = landlock_abi();
	char what[128];

	snprintf(what, sizeof what, "signals and abstract sockets need Landlock 6 (Linux 6.12), and here is %u; sessions of these roles "
	    "are refused", abi);
	for (unsigned i = 0; i < policy->roles_count; i++) {
		const struct policy_role *role = policy->roles[i];
		const struct policy_may *may = &role->may;

		if (may->given && abi == 0 && (may->need & (NEED_FS | NEED_TRUNCATE)))
			doctor_add(doctor, "kernel", role->name, "this kernel has no Landlock, so sessions of these roles are refused",
			    "a kernel from 5.13 on, with landlock in the list lsm= of its command line");
		else if (may->given && abi < 6 && (may->need & NEED_SCOPE) && has_ports(may))
			doctor_add(doctor, "kernel", role->name, what, "a newer kernel, or no `scope` under `require`");
		else if (!may->given)
			doctor_add(doctor, "policy", role->name, "these roles have no `may`: their sessions reach every file, port and "
			    "socket of their account", "may: {shell: yes}    # see postern-policy(5), Rights");
	}
}
