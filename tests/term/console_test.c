/* SPDX-License-Identifier: ISC */
/* What an approver sees and does, whole screens and keys; tests/golden/console-*.screen are the pictures. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "tests/term/console_stage.h"

#define ESCAPE	"\033"
#define DOWN	"\033OB"

/* The usual rows at a size; the pointer has landed. */
static struct pty *
usual_at(struct stage *stage, int cols, int rows)
{
	stage_usual(stage);
	stage_console(stage, cols, rows, NULL);
	pty_wait(&stage->pty, "k8s-ops");
	pty_wait(&stage->pty, "shell-web3");
	return &stage->pty;
}

/* ---- sizes and languages ----------------------------------------------------------------------------------------- */

static void
the_lists_fit_80_columns(void **state)
{
	pty_golden(usual_at(*state, 80, 24), "console-lists-80x24");
}

static void
the_lists_fill_100_columns(void **state)
{
	struct pty *pty = usual_at(*state, 100, 30);

	pty_golden(pty, "console-lists-100x30");
	assert_true(pty_has_colour(pty));
	assert_false(pty_has_background(pty));
}

static void
the_lists_fill_200_columns(void **state)
{
	pty_golden(usual_at(*state, 200, 60), "console-lists-200x60");
}

static void
the_lists_fill_300_columns(void **state)
{
	struct pty *pty = usual_at(*state, 300, 100);

	pty_wait(pty, "need to see the order rows");
	pty_wait(pty, "q quit");
}

static void
without_utf8_and_colour_it_is_plain_ascii(void **state)
{
	struct stage *stage = *state;
	AUTO_FREE char *screen = NULL;

	stage_usual(stage);
	stage_tell(stage, "session|id=25|role=r\303\266le|person=\346\227\245\346\234\254|by=x|left=100|ago=100|state=running|"
	    "reason=gr\303\274n");
	stage_console(stage, 80, 24, "LC_ALL=C");
	pty_golden(&stage->pty, "console-ascii-80x24");
	screen = pty_text(&stage->pty);
	for (const char *c = screen; *c != '\0'; c++)
		assert_true((unsigned char)*c < 0x80);
}

static void
no_color_means_no_colour(void **state)
{
	struct stage *stage = *state;

	stage_usual(stage);
	stage_console(stage, 80, 24, "NO_COLOR=1");
	pty_golden(&stage->pty, "console-lists-80x24");
	assert_false(pty_has_colour(&stage->pty));
}

static void
eight_colours_are_enough(void **state)
{
	struct stage *stage = *state;

	stage_usual(stage);
	stage_console(stage, 80, 24, "TERM=xterm");
	pty_golden(&stage->pty, "console-lists-80x24");
	assert_true(pty_has_colour(&stage->pty));
}

static void
a_window_too_small_gets_a_sentence(void **state)
{
	struct pty *pty = usual_at(*state, 80, 24);

	pty_resize(pty, 50, 12);
	pty_golden(pty, "console-small-50x12");
	pty_resize(pty, 80, 24);
	pty_golden(pty, "console-lists-80x24");
}

static void
a_window_somewhat_small_shows_less(void **state)
{
	pty_golden(usual_at(*state, 64, 18), "console-lists-64x18");
}

/* ---- states ------------------------------------------------------------------------------------------------------ */

static void
nothing_waiting_says_so(void **state)
{
	struct stage *stage = *state;

	stage_console(stage, 80, 24, NULL);
	pty_golden(&stage->pty, "console-empty-80x24");
}

static void
nothing_waiting_tells_the_last_decision(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "request|id=1|role=a|person=b|for=60|ago=3600|asks=one of c|reason=d");
	stage_tell(stage, "gone|id=1|state=granted|by=appr-05");
	stage_console(stage, 80, 24, NULL);
	pty_wait(&stage->pty, "Nobody is waiting. Last decision 0 s ago.");
	stage_clock(stage, STAGE_NOW + 14 * 60 * CLOCK_US);
	pty_wait(&stage->pty, "Nobody is waiting. Last decision 14 min ago.");
}

static void
without_a_gate_it_says_what_is_missing(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "away");
	stage_heard(stage, "away");
	stage_console(stage, 80, 24, NULL);
	pty_wait(&stage->pty, "No gate answers at");
	pty_wait(&stage->pty, "tries again every 2 seconds");
	stage_tell(stage, "back");
	pty_wait(&stage->pty, "Nobody is waiting.");
}

static void
a_lost_connection_is_told_and_comes_back(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	stage_tell(stage, "away");
	stage_heard(stage, "away");
	pty_wait(pty, "bastion-1 does not answer: No such file or directory.");
	pty_golden(pty, "console-lost-80x24");
	pty_type(pty, "a");
	pty_wait(pty, "Not now: there is no connection to its gate.");
	stage_tell(stage, "gone|id=2|state=cancelled|by=");
	stage_tell(stage, "request|id=9|role=new-role|person=eng-50|for=60|ago=1|asks=one of dba|reason=new");
	stage_tell(stage, "back");
	pty_wait(pty, "new-role");
	pty_wait(pty, "3 waiting, 4 running");
	pty_wait_gone(pty, "no connection since");
}

static void
who_is_no_approver_may_look(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "me|name=eng-44|approver=0");
	stage_tell(stage, "request|id=3|role=shell-web3|person=eng-12|for=900|ago=5|asks=one of web|reason=disk 97 %|"
	    "why=you are not in web");
	stage_console(stage, 80, 24, NULL);
	pty_golden(&stage->pty, "console-looking-80x24");
	pty_type(&stage->pty, "d");
	pty_wait(&stage->pty, "Not now: you are not in web.");
}

static void
forty_requests_scroll_and_are_filtered(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = &stage->pty;

	for (int i = 0; i < 40; i++) {
		char line[256];

		snprintf(line, sizeof line, "request|id=%d|role=%s-%02d|person=eng-%02d|for=1800|ago=%d|asks=one of dba|"
		    "reason=ticket %d", i + 1, i % 8 == 0 ? "payments" : "orders", i, i, 4000 - i * 60, i * 7);
		stage_tell(stage, line);
	}
	stage_console(stage, 80, 24, NULL);
	pty_golden(pty, "console-forty-80x24");
	pty_type(pty, "\033[4~" DOWN);	/* End */
	pty_type(pty, ">");
	pty_golden(pty, "console-forty-end-80x24");
	pty_type(pty, "/pay");
	pty_wait(pty, "Show only rows with: pay");
	pty_type(pty, "\r");
	pty_golden(pty, "console-forty-filter-80x24");
	pty_type(pty, ESCAPE);
	pty_wait(pty, "orders-01");
}

static void
hostile_texts_stay_in_their_columns(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "request|id=1|role=\346\225\260\346\215\256\345\272\223\345\217\252\350\257\273\346\225\260\346\215\256"
	    "\345\272\223|person=e\314\201\314\201\314\201\314\201\314\201\314\201ng|for=1800|ago=42|asks=one of "
	    "\360\237\230\200\360\237\230\200\360\237\230\200\360\237\230\200\360\237\230\200\360\237\230\200|"
	    "reason=\346\227\245\346\234\254\350\252\236\346\227\245\346\234\254\350\252\236\346\227\245\346\234\254\350\252\236"
	    "\346\227\245\346\234\254\350\252\236 zero\342\200\213width\342\200\215joined\302\255soft");
	stage_tell(stage, "request|id=2|role=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|"
	    "person=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb|for=359999999|ago=99999999|asks=cccccccccccccccccccccccccccc"
	    "ccccccc|reason=dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd "
	    "ddddddddddddddddddddddddddddddddddddddddd %s%n%d \\033[31m");
	stage_console(stage, 80, 24, NULL);
	pty_golden(&stage->pty, "console-hostile-80x24");
	pty_type(&stage->pty, "\r");
	pty_golden(&stage->pty, "console-hostile-details-80x24");
}

static void
clocks_go_on_and_rows_stay(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_wait(pty, "4:12");
	stage_clock(stage, STAGE_NOW + CLOCK_US);
	pty_wait(pty, "4:13");
	pty_golden(pty, "console-second-80x24");
}

/* ---- decisions --------------------------------------------------------------------------------------------------- */

static void
granting_takes_a_yes(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, DOWN "a");
	pty_wait(pty, "Grant orders-ro to eng-07 for 30 min? [y/N]");
	pty_golden(pty, "console-grant-80x24");
	pty_type(pty, "\r");
	pty_wait(pty, "Nothing was done.");
	pty_type(pty, "a");
	pty_wait(pty, "[y/N]");
	pty_type(pty, "y");
	stage_heard(stage, "decide grant=1 seconds=0 comment= which=a0000000000000000000000000000001");
	pty_wait(pty, "Granted orders-ro to eng-07; it lapses if it is not used in 15 min.");
	pty_wait(pty, "granted by appr-02");
}

static void
granting_less_asks_for_time_and_comment(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, DOWN "g");
	pty_wait(pty, "Grant orders-ro to eng-07 for how long? [30m as asked]");
	pty_type(pty, "1h\r");
	pty_wait(pty, "It cannot be longer than what was asked, 30 min.");
	pty_golden(pty, "console-less-time-80x24");
	pty_type(pty, "\025soon\r");
	pty_wait(pty, "That is not a length of time");
	pty_type(pty, "\02510m\r");
	pty_wait(pty, "Comment for eng-07 (may be empty; Enter grants 10 min):");
	pty_type(pty, "enough to look");
	pty_golden(pty, "console-less-comment-80x24");
	pty_type(pty, "\r");
	stage_heard(stage, "decide grant=1 seconds=600 comment=enough to look which=a0000000000000000000000000000001");
}

static void
denying_needs_a_reason(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, "d");
	pty_wait(pty, "Why do you deny payments-rw to eng-31?");
	pty_type(pty, "  \r");
	pty_wait(pty, "A denial needs a reason");
	pty_golden(pty, "console-deny-80x24");
	pty_type(pty, "ask after \303\251lan\177\177\177\177noon\r");
	stage_heard(stage, "decide grant=0 seconds=0 comment=ask after noon which=a0000000000000000000000000000002");
	pty_wait(pty, "Denied payments-rw to eng-31.");
}

static void
revoking_takes_a_second_key(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, ">" "kk" "r");
	pty_wait(pty, "Revoke shell-web1 of eng-12 now? 3 processes will be killed.");
	pty_golden(pty, "console-revoke-80x24");
	pty_type(pty, "x");
	pty_type(pty, "y");
	pty_wait(pty, "Reason for eng-12 (may be empty; Enter revokes):");
	pty_type(pty, "left alone\r");
	stage_heard(stage, "revoke reason=left alone which=a0000000000000000000000000000016");
	pty_wait(pty, "Revoked shell-web1 of eng-12.");
	pty_wait(pty, "ended: revoked by appr-02");
	pty_golden(pty, "console-revoked-80x24");
}

static void
a_grant_not_entered_yet_is_taken_back(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, "\tr");
	pty_wait(pty, "Take the grant of orders-ro to eng-44 back?");
	pty_type(pty, "y\r");
	stage_heard(stage, "revoke reason= which=a000000000000000000000000000000b");
}

static void
a_sentence_is_said_to_a_session(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, "\t\ts");
	pty_wait(pty, "Say to eng-09 in k8s-ops:");
	pty_type(pty, "one minute left\r");
	stage_heard(stage, "say text=one minute left which=a0000000000000000000000000000018");
	pty_wait(pty, "Said.");
}

static void
a_refusal_is_shown_in_the_gates_words(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	stage_tell(stage, "fail|text=The request is decided already: granted by appr-05 two seconds ago.");
	pty_type(pty, "ay");
	stage_heard(stage, "decide");
	pty_wait(pty, "The request is decided already: granted by appr-05 two seconds ago.");
}

static void
somebody_faster_closes_the_question(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, "a");
	pty_wait(pty, "[y/N]");
	stage_tell(stage, "gone|id=2|state=granted|by=appr-05");
	pty_wait(pty, "Nothing was done.");
	pty_wait(pty, "granted by appr-05");
	pty_type(pty, "y");
	pty_type(pty, "a");
	pty_wait(pty, "Not now: it is over already.");
}

static void
ones_own_request_cannot_be_decided(void **state)
{
	struct pty *pty = usual_at(*state, 80, 24);

	pty_type(pty, DOWN DOWN "a");
	pty_wait(pty, "Not now: nobody decides their own request.");
}

static void
a_row_that_went_away_stays_under_the_pointer(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, DOWN);
	stage_tell(stage, "gone|id=1|state=granted|by=appr-05");
	pty_wait(pty, "granted by appr-05");
	stage_clock(stage, STAGE_NOW + 60 * CLOCK_US);
	pty_wait(pty, "5:12");
	pty_golden(pty, "console-gone-80x24");
	pty_type(pty, DOWN);
	pty_wait_gone(pty, "granted by appr-05");
}

/* ---- views ------------------------------------------------------------------------------------------------------- */

static void
a_request_is_told_in_sentences(void **state)
{
	struct pty *pty = usual_at(*state, 80, 24);

	pty_type(pty, DOWN "\r");
	pty_golden(pty, "console-request-80x24");
	pty_type(pty, "q");
	pty_wait(pty, "RUNNING");
}

static void
a_session_is_told_in_sentences(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 80, 24);

	pty_type(pty, "\t\t\r");
	pty_golden(pty, "console-session-80x24");
	stage_tell(stage, "gone|id=24|why=its time was over");
	pty_wait(pty, "It ended at");
	pty_golden(pty, "console-session-ended-80x24");
}

static void
help_tells_all_keys_and_why_not(void **state)
{
	struct pty *pty = usual_at(*state, 80, 24);

	pty_type(pty, "?");
	pty_golden(pty, "console-help-80x24");
	pty_type(pty, "?");
	pty_wait(pty, "RUNNING");
}

static void
a_resize_keeps_an_open_question(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = usual_at(stage, 100, 30);

	pty_type(pty, "d");
	pty_wait(pty, "Why do you deny payments-rw to eng-31?");
	pty_type(pty, "a long reason that goes on for a while and then some more");
	pty_resize(pty, 80, 24);
	pty_golden(pty, "console-resize-80x24");
	pty_resize(pty, 120, 40);
	pty_golden(pty, "console-resize-120x40");
	pty_type(pty, "\r");
	stage_heard(stage, "comment=a long reason that goes on for a while and then some more which=");
}

/* ---- other gates ------------------------------------------------------------------------------------------------- */

static void
two_gates_share_one_screen(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = &stage->pty;

	stage_usual(stage);
	stage_remote(stage, 100, 30, "near", "broken");
	pty_wait(pty, "broken does not answer: ssh: connect to host broken port 22: Connection refused.");
	pty_golden(pty, "console-two-gates-100x30");
	pty_type(pty, "ay");
	stage_heard(stage, "decide grant=1 seconds=0 comment= which=a0000000000000000000000000000002");
}

static void
rows_of_two_gates_are_merged(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = &stage->pty;

	stage_usual(stage);
	stage_remote(stage, 100, 30, "near", "far");
	pty_golden(pty, "console-merged-100x30");
}

static void
a_host_is_never_an_option(void **state)
{
	struct stage *stage = *state;

	stage_remote(stage, 80, 24, "near", "-oProxyCommand=true");
	assert_int_equal(pty_wait_exit(&stage->pty), 2);
	pty_wait(&stage->pty, "postern console: '-oProxyCommand=true' is not a host");
}

/* ---- the way out ------------------------------------------------------------------------------------------------- */

static void
is_restored(const struct pty *pty)
{
	assert_false(grid_is_alternate(pty->grid));
	assert_int_equal(grid_modes(pty->grid) & GRID_VISIBLE, GRID_VISIBLE);
	assert_int_equal(grid_modes(pty->grid) & (GRID_KEYPAD | GRID_CURSOR_KEYS), 0);
}

static void
the_terminal_is_restored_when_one_leaves(void **state)
{
	struct pty *pty = usual_at(*state, 80, 24);

	assert_true(grid_is_alternate(pty->grid));
	pty_type(pty, "q");
	assert_int_equal(pty_wait_exit(pty), 0);
	is_restored(pty);
}

static void
the_terminal_is_restored_after_a_signal(void **state)
{
	struct pty *pty = usual_at(*state, 80, 24);

	kill(pty->pid, SIGTERM);
	assert_int_equal(pty_wait_exit(pty), 0);
	is_restored(pty);
}

#define ON_STAGE(test)	cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_STAGE(the_lists_fit_80_columns),
		ON_STAGE(the_lists_fill_100_columns),
		ON_STAGE(the_lists_fill_200_columns),
		ON_STAGE(the_lists_fill_300_columns),
		ON_STAGE(without_utf8_and_colour_it_is_plain_ascii),
		ON_STAGE(no_color_means_no_colour),
		ON_STAGE(eight_colours_are_enough),
		ON_STAGE(a_window_too_small_gets_a_sentence),
		ON_STAGE(a_window_somewhat_small_shows_less),
		ON_STAGE(nothing_waiting_says_so),
		ON_STAGE(nothing_waiting_tells_the_last_decision),
		ON_STAGE(without_a_gate_it_says_what_is_missing),
		ON_STAGE(a_lost_connection_is_told_and_comes_back),
		ON_STAGE(who_is_no_approver_may_look),
		ON_STAGE(forty_requests_scroll_and_are_filtered),
		ON_STAGE(hostile_texts_stay_in_their_columns),
		ON_STAGE(clocks_go_on_and_rows_stay),
		ON_STAGE(granting_takes_a_yes),
		ON_STAGE(granting_less_asks_for_time_and_comment),
		ON_STAGE(denying_needs_a_reason),
		ON_STAGE(revoking_takes_a_second_key),
		ON_STAGE(a_grant_not_entered_yet_is_taken_back),
		ON_STAGE(a_sentence_is_said_to_a_session),
		ON_STAGE(a_refusal_is_shown_in_the_gates_words),
		ON_STAGE(somebody_faster_closes_the_question),
		ON_STAGE(ones_own_request_cannot_be_decided),
		ON_STAGE(a_row_that_went_away_stays_under_the_pointer),
		ON_STAGE(a_request_is_told_in_sentences),
		ON_STAGE(a_session_is_told_in_sentences),
		ON_STAGE(help_tells_all_keys_and_why_not),
		ON_STAGE(a_resize_keeps_an_open_question),
		ON_STAGE(two_gates_share_one_screen),
		ON_STAGE(rows_of_two_gates_are_merged),
		ON_STAGE(a_host_is_never_an_option),
		ON_STAGE(the_terminal_is_restored_when_one_leaves),
		ON_STAGE(the_terminal_is_restored_after_a_signal),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
