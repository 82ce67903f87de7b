/* SPDX-License-Identifier: ISC */
/* What keys do. Those that change something at the gate ask first; keys.c has checked what they need. */
#ifndef POSTERN_CONSOLE_ACT_H
#define POSTERN_CONSOLE_ACT_H

struct console;

void	act_grant(struct console *console);
void	act_grant_less(struct console *console);
void	act_deny(struct console *console);
void	act_review(struct console *console);
void	act_revoke(struct console *console);
void	act_more(struct console *console);
void	act_less(struct console *console);
void	act_answer(struct console *console);
void	act_freeze(struct console *console);
void	act_say(struct console *console);

void	act_filter(struct console *console);
void	act_details(struct console *console);
void	act_help(struct console *console);
void	act_back(struct console *console);	/* to the lists; there: no filter any more */
void	act_quit(struct console *console);

void	act_up(struct console *console);
void	act_down(struct console *console);
void	act_page_up(struct console *console);
void	act_page_down(struct console *console);
void	act_first(struct console *console);
void	act_last(struct console *console);
void	act_next_list(struct console *console);

/* Closes a prompt whose request or session went away while it was open, and says what happened to it. */
void	act_check_target(struct console *console);

#endif
