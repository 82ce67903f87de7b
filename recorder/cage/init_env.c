/* SPDX-License-Identifier: ISC */
/* Environment from scratch. Nothing is copied from our own. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/cage/account.h"
#include "recorder/keeper/contract.h"
#include "recorder/cage/init_env.h"

#define LETTERS	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ALNUM	LETTERS "abcdefghijklmnopqrstuvwxyz0123456789"

#define PATH_ROOT	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define PATH_USER	"/usr/local/bin:/usr/bin:/bin"

static void
set_whole(struct init_env *env, const char *entry, size_t name_length)
{
	for (size_t i = 0; i < env->count; i++)
		if (strncmp(env->list[i], entry, name_length + 1) == 0) {
			free(env->list[i]);
			env->list[i] = own_dup(entry);
			return;
		}
	if (env->count < INIT_ENV_MOST)
		env->list[env->count++] = own_dup(entry);
}

void
init_env_set(struct init_env *env, const char *name, const char *value)
{
	char entry[1024];
	int length = snprintf(entry, sizeof entry, "%s=%s", name, value);

	if (length > 0 && (size_t)length < sizeof entry)
		set_whole(env, entry, strlen(name));
}

void
init_env_base(struct init_env *env, const struct warden_start *start, const struct account *account)
{
	char id[ID_TEXT];

	init_env_set(env, "PATH", account->uid == 0 ? PATH_ROOT : PATH_USER);
	init_env_set(env, "HOME", account->home);
	init_env_set(env, "USER", account->name);
	init_env_set(env, "LOGNAME", account->name);
	init_env_set(env, "SHELL", account->shell);
	init_env_set(env, "POSTERN_SESSION", id_text(&start->session, id));
	if (start->root[0] != '\0')
		init_env_set(env, "POSTERN_ROOT", start->root);
	for (uint32_t i = 0; i < start->role.envc; i++) {
		const char *entry = start->role.env[i];
		const char *equals = strchr(entry, '=');

		if (equals != NULL && equals != entry && strncmp(entry, "POSTERN_", 8) != 0)
			set_whole(env, entry, (size_t)(equals - entry));
	}
}

static bool
is_of(const char *text, const char *characters, size_t most)
{
	size_t length = strlen(text);

	return length > 0 && length <= most && strspn(text, characters) == length;
}

static void
set_locale(struct init_env *env, const char *entry)
{
	char name[16];
	const char *equals = strchr(entry, '=');
	size_t length = equals == NULL ? 0 : (size_t)(equals - entry);

	if (length == 0 || length >= sizeof name)
		return;
	memcpy(name, entry, length);
	name[length] = '\0';
	if (strcmp(name, "LANG") != 0 && (strncmp(name, "LC_", 3) != 0 || !is_of(name + 3, LETTERS, sizeof name)))
		return;
	if (is_of(equals + 1, ALNUM "_.@=-", INIT_ENV_VALUE))
		init_env_set(env, name, equals + 1);
}

void
init_env_terminal(struct init_env *env, const char *term, char *const *locale)
{
	if (term != NULL)
		init_env_set(env, "TERM", is_of(term, ALNUM "._+-", INIT_ENV_TERM) ? term : "dumb");
	for (size_t i = 0; locale != NULL && locale[i] != NULL; i++)
		set_locale(env, locale[i]);
}
