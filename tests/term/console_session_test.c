/* SPDX-License-Identifier: ISC */
/* What an approver does to a session that runs: freezes it, lets it go on, gives it more time or less. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/term/console_stage.h"

#define ESCAPE	"\033"

/* The usual rows; the pointer has landed. */
static struct stage *
usual(struct stage *stage)
{
	stage_usual(stage);
	stage_console(stage, 80, 24, NULL);
	stage_wait(stage, "k8s-ops");
	stage_wait(stage, "shell-web3");
	return stage;
}

static void
a_session_is_frozen_and_goes_on(void **state)
{
	struct stage *stage = usual(*state);

	stage_type(stage, "\t\tf");
	stage_wait(stage, "Why is k8s-ops of eng-09 frozen?");
	stage_type(stage, "wrong cluster\r");
	stage_heard(stage, "freeze reason=wrong cluster which=a0000000000000000000000000000018");
	stage_wait(stage, "frozen: drain node 7");
	stage_golden(stage, "console-frozen-80x24");
	stage_type(stage, "f");
	stage_wait(stage, "Let k8s-ops of eng-09 go on?");
	stage_type(stage, "y");
	stage_heard(stage, "thaw reason= which=a0000000000000000000000000000018");
	stage_wait_gone(stage, "frozen: drain node 7");
}

static void
a_session_gets_more_time_and_less(void **state)
{
	struct stage *stage = usual(*state);

	stage_type(stage, "\t\te");
	stage_wait(stage, "How much longer for k8s-ops of eng-09?");
	stage_type(stage, "\r");
	stage_wait(stage, "Why does eng-09 get 15 min more?");
	stage_type(stage, "restore runs\r");
	stage_heard(stage, "extend seconds=900 reason=restore runs which=a0000000000000000000000000000018");
	stage_wait(stage, "Extended.");
	stage_type(stage, "e\025soon\r");
	stage_wait(stage, "That is not a length of time");
	stage_type(stage, "e\r\r");
	stage_wait(stage, "More time needs a reason.");
	stage_type(stage, "l\r");
	stage_wait(stage, "Reason for eng-09 (may be empty; Enter ends it in 5 min):");
	stage_type(stage, "\r");
	stage_heard(stage, "shorten seconds=300 reason= which=a0000000000000000000000000000018");
	stage_wait(stage, "Shortened.");
}

static void
a_wish_for_more_time_says_that_it_is_one(void **state)
{
	struct stage *stage = usual(*state);

	stage_tell(stage, "request|id=99|person=eng-77|role=shell-web1|reason=restore runs|about=A shell|for=900|ago=1|asks=one of web|"
	    "extends=22|left=120");
	stage_wait(stage, "+15m");
	stage_type(stage, "/eng-77\r");
	stage_wait_gone(stage, "eng-31");
	stage_type(stage, "\r");
	stage_wait(stage, "eng-77 is in shell-web1 on bastion-1 and asks for 15 min more.");
}

#define ON_STAGE(test)	cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

/* Nothing is asked that cannot be done: the row says why before a key is pressed, and only that key is refused. */
static void
a_grant_that_cannot_be_signed_here_says_so(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "request|id=1|role=orders-ro|person=eng-07|for=1800|ago=42|asks=one of dba|signs=1|reason=INC-1 look");
	stage_console(stage, 120, 30, "SSH_AUTH_SOCK=");
	stage_wait(stage, "a grant must be signed, and no ssh agent is here");
	stage_type(stage, "a");
	stage_wait(stage, "Not now: a grant must be signed, and no ssh agent is here; with a key file, `postern grant --key FILE`");
	stage_type(stage, "\r");
	stage_wait(stage, "You can deny it. You cannot grant it here: a grant must be signed");
	stage_type(stage, ESCAPE);
	stage_wait_gone(stage, "You can deny it.");
	stage_type(stage, "d");
	stage_wait(stage, "Why do you deny orders-ro to eng-07?");
	stage_type(stage, "no\r");
	stage_heard(stage, "decide grant=0 seconds=0 comment=no which=a0000000000000000000000000000001");
}

static void
through_a_login_a_signed_grant_is_for_another_machine(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "request|id=1|role=orders-ro|person=eng-07|for=1800|ago=42|asks=one of dba|signs=1|reason=INC-1 look");
	stage_console(stage, 160, 30, "POSTERN_LOGIN=1");
	stage_wait(stage, "a grant must be signed, on your own machine: `postern console -H HOST`");
}

static void
who_cannot_decide_reads_why_and_who_can(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "request|id=1|role=orders-ro|person=eng-07|for=1800|ago=42|asks=one of dba|signs=1|reason=INC-1 look|"
	    "why=nobody decides their own request");
	stage_console(stage, 70, 20, "SSH_AUTH_SOCK=");
	stage_wait(stage, "nobody decides their own request; needed:");
	stage_type(stage, "a");
	stage_wait(stage, "Not now: nobody decides their own request.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(a_session_is_frozen_and_goes_on),
		ON_STAGE(a_session_gets_more_time_and_less),
		ON_STAGE(a_wish_for_more_time_says_that_it_is_one),
		ON_STAGE(a_grant_that_cannot_be_signed_here_says_so),
		ON_STAGE(through_a_login_a_signed_grant_is_for_another_machine),
		ON_STAGE(who_cannot_decide_reads_why_and_who_can),
	};

	return cmocka_run_group_tests_name("console, sessions", tests, NULL, NULL);
}
