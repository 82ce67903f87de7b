/* SPDX-License-Identifier: ISC */
/*
 * The ssh login behind a decision that nobody signed (`signed: login`). sshd says it to the account and the account's own
 * program to the gate: it tells honest people apart by their keys, and is no proof against the one who decides.
 */
#ifndef POSTERN_RECORDER_GATE_GATE_LOGIN_H
#define POSTERN_RECORDER_GATE_GATE_LOGIN_H

#define GATE_LOGIN		256
#define GATE_LOGIN_BEGINS	"login: "

struct peer;

int	on_login(struct peer *peer, const void *fields);

/* "login: ssh-ed25519 SHA256:..., one of theirs in `approvers`", "login: password", "login: not by ssh, as far as is told". */
const char	*gate_login_words(const struct peer *peer, char text[GATE_LOGIN]);

#endif
