/* SPDX-License-Identifier: ISC */
/* PAM: the only part of a session that runs other people's code as root, so it lives in the warden and nowhere else. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_PAM
#include <security/pam_appl.h>
#endif

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "recorder/cage/account.h"
#include "recorder/cage/warden_pam.h"

#ifdef HAVE_PAM

struct warden_pam {
	pam_handle_t	*handle;
	int		 result;	/* of the last call */
	bool		 opened, credentials;
	char		 said[128];	/* last message of a module: the best reason there is */
};

/* Messages are kept for the reason of a refusal; questions find nobody. */
static int
converse(int count, const struct pam_message **messages, struct pam_response **answers, void *user)
{
	struct warden_pam *pam = user;

	for (int i = 0; i < count; i++) {
		AUTO_FREE char *text = NULL;

		if (messages[i]->msg_style != PAM_ERROR_MSG && messages[i]->msg_style != PAM_TEXT_INFO)
			return PAM_CONV_ERR;
		text = text_clean(messages[i]->msg, strlen(messages[i]->msg));
		snprintf(pam->said, sizeof pam->said, "%s", text);
	}
	*answers = own_alloc((size_t)count * sizeof **answers);	/* libpam frees it */
	return PAM_SUCCESS;
}

static int
refuse(struct warden_pam *pam, const char *what, char *why, size_t size)
{
	const char *text = pam->said[0] != '\0' ? pam->said : pam_strerror(pam->handle, pam->result);

	snprintf(why, size, "PAM refuses the role's account (%s): %s", what, text);
	warden_pam_close(pam);
	return -EACCES;
}

static int
start_handle(const struct warden_pam_start *start, struct warden_pam *pam)
{
	const struct pam_conv talk = { .conv = converse, .appdata_ptr = pam };
	const char *name = start->account->name;
	int r;

	r = start->confdir != NULL ? pam_start_confdir("postern", name, &talk, start->confdir, &pam->handle)
				   : pam_start("postern", name, &talk, &pam->handle);
	if (r == PAM_SUCCESS && start->tty != NULL)
		r = pam_set_item(pam->handle, PAM_TTY, start->tty);
	return r;
}

int
warden_pam_open(const struct warden_pam_start *start, struct warden_pam **out, char *why, size_t size)
{
	struct warden_pam *pam = own_alloc(sizeof *pam);

	pam->result = start_handle(start, pam);
	if (pam->result != PAM_SUCCESS)
		return refuse(pam, "start", why, size);
	pam->result = pam_acct_mgmt(pam->handle, 0);
	if (pam->result != PAM_SUCCESS)
		return refuse(pam, "account", why, size);
	pam->result = pam_setcred(pam->handle, PAM_ESTABLISH_CRED);
	if (pam->result != PAM_SUCCESS)
		return refuse(pam, "credentials", why, size);
	pam->credentials = true;
	pam->result = pam_open_session(pam->handle, 0);
	if (pam->result != PAM_SUCCESS)
		return refuse(pam, "session", why, size);
	pam->opened = true;
	*out = pam;
	return 0;
}

void
warden_pam_close(struct warden_pam *pam)
{
	if (pam == NULL)
		return;
	if (pam->opened)
		pam->result = pam_close_session(pam->handle, 0);
	if (pam->credentials)
		pam->result = pam_setcred(pam->handle, PAM_DELETE_CRED);
	if (pam->handle != NULL)
		pam_end(pam->handle, pam->result);
	free(pam);
}

#else

int
warden_pam_open(const struct warden_pam_start *start, struct warden_pam **out, char *why, size_t size)
{
	(void)start;
	(void)why;
	(void)size;
	*out = NULL;
	return 0;
}

void
warden_pam_close(struct warden_pam *pam)
{
	(void)pam;
}

#endif
