/* SPDX-License-Identifier: ISC */
/* What the gate does with each message: the table in gate_rules.c. */
#ifndef POSTERN_RECORDER_GATE_GATE_RULES_H
#define POSTERN_RECORDER_GATE_GATE_RULES_H

#include <stdbool.h>

struct peer;
struct wire_hello;
struct wire_message;

/* True if who the peer is must be looked up (again) before this kind is handled. */
bool	gate_needs_who(const struct peer *peer, unsigned kind);

/* Keeps what hello says about the peer, so that the look-up knows whom to ask about. */
void	gate_greeting(struct peer *peer, const struct wire_hello *hello);

/* Handles one message that the wire has let through; answers it always. */
void	gate_handle(struct peer *peer, const struct wire_message *message);

/* Handlers. 0 when they have answered; negative: the caller answers with the error's text. */
int	on_roles(struct peer *peer, const void *fields);
int	on_ask(struct peer *peer, const void *fields);
int	on_cancel(struct peer *peer, const void *fields);
int	on_requests(struct peer *peer, const void *fields);
int	on_grants(struct peer *peer, const void *fields);
int	on_basis(struct peer *peer, const void *fields);
int	on_signed(struct peer *peer, const void *fields);
int	on_decide(struct peer *peer, const void *fields);
int	on_layers(struct peer *peer, const void *fields);
int	on_deposit(struct peer *peer, const void *fields);
int	on_enter(struct peer *peer, const void *fields);
int	on_sessions(struct peer *peer, const void *fields);
int	on_revoke(struct peer *peer, const void *fields);
int	on_say(struct peer *peer, const void *fields);
int	on_extend(struct peer *peer, const void *fields);
int	on_shorten(struct peer *peer, const void *fields);
int	on_hold(struct peer *peer, const void *fields);
int	on_review(struct peer *peer, const void *fields);
int	on_allow(struct peer *peer, const void *fields);
int	on_freeze(struct peer *peer, const void *fields);
int	on_recordings(struct peer *peer, const void *fields);
int	on_open(struct peer *peer, const void *fields);
int	on_read(struct peer *peer, const void *fields);
int	on_plan(struct peer *peer, const void *fields);
int	on_run(struct peer *peer, const void *fields);
int	on_events(struct peer *peer, const void *fields);
int	on_policy(struct peer *peer, const void *fields);
int	on_rewrap(struct peer *peer, const void *fields);
int	on_search(struct peer *peer, const void *fields);
int	on_keys(struct peer *peer, const void *fields);
int	on_audit(struct peer *peer, const void *fields);
int	on_page(struct peer *peer, const void *fields);
int	on_could(struct peer *peer, const void *fields);
int	on_kept(struct peer *peer, const void *fields);

#endif
