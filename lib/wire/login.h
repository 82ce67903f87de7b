/* SPDX-License-Identifier: ISC */
/*
 * How the person of this process has logged in by ssh, as sshd says it (ExposeAuthInfo, the file that SSH_USER_AUTH names).
 * The file belongs to the account itself, so that this is a hint for people and no proof.
 */
#ifndef POSTERN_LIB_WIRE_LOGIN_H
#define POSTERN_LIB_WIRE_LOGIN_H

struct wire_conn;

/* "publickey ssh-ed25519 AAAA...", or another method's line; NULL if nothing is known. The caller frees it. */
char	*login_here(void);

/* Says it to the gate at the other end, before hello. 0, also if there is nothing to say; or negative. */
int	 login_send(struct wire_conn *conn);

#endif
