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
#include "tests/term/console_stage.h"
#include "tests/term/golden.h"

#define ESCAPE	"\033"
#define DOWN	"\033OB"

/* The usual rows at a size; the pointer has landed. */
static struct stage *
usual_at(struct stage *stage, int cols, int rows)
{
	stage_usual(stage);
	stage_console(stage, cols, rows, NULL);
	stage_wait(stage, "k8s-ops");
	stage_wait(stage, "shell-web3");
	return stage;
}

/* ---- sizes and languages ----------------------------------------------------------------------------------------- */

static void
the_lists_fit_80_columns(void **state)
{
	stage_golden(usual_at(*state, 80, 24), "console-lists-80x24");
}

static void
the_lists_fill_100_columns(void **state)
{
	struct stage *stage = usual_at(*state, 100, 30);

	stage_golden(stage, "console-lists-100x30");
	assert_true(golden_saw_colour(stage->term));
	assert_false(golden_saw_background(stage->term));
}

static void
the_lists_fill_200_columns(void **state)
{
	stage_golden(usual_at(*state, 200, 60), "console-lists-200x60");
}

static void
the_lists_fill_300_columns(void **state)
{
	struct stage *stage = usual_at(*state, 300, 100);

	stage_wait(stage, "need to see the order rows");
	stage_wait(stage, "q quit");
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
	stage_golden(stage, "console-ascii-80x24");
	screen = term_screen_text(stage->term);
	for (const char *c = screen; *c != '\0'; c++)
		assert_true((unsigned char)*c < 0x80);
}

static void
no_color_means_no_colour(void **state)
{
	struct stage *stage = *state;

	stage_usual(stage);
	stage_console(stage, 80, 24, "NO_COLOR=1");
	stage_golden(stage, "console-lists-80x24");
	assert_false(golden_saw_colour(stage->term));
}

static void
eight_colours_are_enough(void **state)
{
	struct stage *stage = *state;

	stage_usual(stage);
	stage_console(stage, 80, 24, "TERM=xterm");
	stage_golden(stage, "console-lists-80x24");
	assert_true(golden_saw_colour(stage->term));
}

static void
a_window_too_small_gets_a_sentence(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	term_resize(stage->term, 50, 12);
	stage_golden(stage, "console-small-50x12");
	term_resize(stage->term, 80, 24);
	stage_golden(stage, "console-lists-80x24");
}

static void
a_window_somewhat_small_shows_less(void **state)
{
	stage_golden(usual_at(*state, 64, 18), "console-lists-64x18");
}

/* ---- states ------------------------------------------------------------------------------------------------------ */

static void
nothing_waiting_says_so(void **state)
{
	struct stage *stage = *state;

	stage_console(stage, 80, 24, NULL);
	stage_golden(stage, "console-empty-80x24");
}

static void
nothing_waiting_tells_the_last_decision(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "request|id=1|role=a|person=b|for=60|ago=3600|asks=one of c|reason=d");
	stage_tell(stage, "gone|id=1|state=granted|by=appr-05");
	stage_console(stage, 80, 24, NULL);
	stage_wait(stage, "Nobody is waiting. Last decision 0 s ago.");
	stage_clock(stage, STAGE_NOW + 14 * 60 * CLOCK_US);
	stage_wait(stage, "Nobody is waiting. Last decision 14 min ago.");
}

static void
without_a_gate_it_says_what_is_missing(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "away");
	stage_heard(stage, "away");
	stage_console(stage, 80, 24, NULL);
	stage_wait(stage, "No gate answers at");
	stage_wait(stage, "tries again every 2 seconds");
	stage_tell(stage, "back");
	stage_wait(stage, "Nobody is waiting.");
}

static void
a_lost_connection_is_told_and_comes_back(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_tell(stage, "away");
	stage_heard(stage, "away");
	stage_wait(stage, "bastion-1 does not answer: No such file or directory.");
	stage_golden(stage, "console-lost-80x24");
	stage_type(stage, "a");
	stage_wait(stage, "Not now: there is no connection to its gate.");
	stage_tell(stage, "gone|id=2|state=cancelled|by=");
	stage_tell(stage, "request|id=9|role=new-role|person=eng-50|for=60|ago=1|asks=one of dba|reason=new");
	stage_tell(stage, "back");
	stage_wait(stage, "new-role");
	stage_wait(stage, "3 waiting, 4 running");
	stage_wait_gone(stage, "no connection since");
}

static void
who_is_no_approver_may_look(void **state)
{
	struct stage *stage = *state;

	stage_tell(stage, "me|name=eng-44|approver=0");
	stage_tell(stage, "request|id=3|role=shell-web3|person=eng-12|for=900|ago=5|asks=one of web|reason=disk 97 %|"
	    "why=you are not in web");
	stage_console(stage, 80, 24, NULL);
	stage_golden(stage, "console-looking-80x24");
	stage_type(stage, "d");
	stage_wait(stage, "Not now: you are not in web.");
}

static void
forty_requests_scroll_and_are_filtered(void **state)
{
	struct stage *stage = *state;

	for (int i = 0; i < 40; i++) {
		char line[256];

		snprintf(line, sizeof line, "request|id=%d|role=%s-%02d|person=eng-%02d|for=1800|ago=%d|asks=one of dba|"
		    "reason=ticket %d", i + 1, i % 8 == 0 ? "payments" : "orders", i, i, 4000 - i * 60, i * 7);
		stage_tell(stage, line);
	}
	stage_console(stage, 80, 24, NULL);
	stage_golden(stage, "console-forty-80x24");
	stage_tell(stage, "gone|id=1|state=denied|by=appr-05");
	stage_wait(stage, "denied by appr-05");
	stage_tell(stage, "gone|id=1|state=waiting|by=");
	stage_wait_gone(stage, "denied by appr-05");
	stage_type(stage, "\033[4~" DOWN);	/* End */
	stage_type(stage, ">");
	stage_golden(stage, "console-forty-end-80x24");
	stage_type(stage, "/pay");
	stage_wait(stage, "Show only rows with: pay");
	stage_type(stage, "\r");
	stage_golden(stage, "console-forty-filter-80x24");
	stage_type(stage, ESCAPE);
	stage_wait(stage, "orders-01");
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
	stage_golden(stage, "console-hostile-80x24");
	stage_type(stage, "\r");
	stage_golden(stage, "console-hostile-details-80x24");
}

static void
clocks_go_on_and_rows_stay(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_wait(stage, "4:12");
	stage_clock(stage, STAGE_NOW + CLOCK_US);
	stage_wait(stage, "4:13");
	stage_golden(stage, "console-second-80x24");
}

/* ---- decisions --------------------------------------------------------------------------------------------------- */

static void
granting_takes_a_yes(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, DOWN "a");
	stage_wait(stage, "Grant orders-ro to eng-07 for 30 min? [y/N]");
	stage_golden(stage, "console-grant-80x24");
	stage_type(stage, "\r");
	stage_wait(stage, "Nothing was done.");
	stage_type(stage, "a");
	stage_wait(stage, "[y/N]");
	stage_type(stage, "y");
	stage_heard(stage, "decide grant=1 seconds=0 comment= which=a0000000000000000000000000000001");
	stage_wait(stage, "Granted orders-ro to eng-07; it lapses if it is not used in 15 min.");
	stage_wait(stage, "granted by appr-02");
}

static void
granting_less_asks_for_time_and_comment(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, DOWN "g");
	stage_wait(stage, "Grant orders-ro to eng-07 for how long? [30m as asked]");
	stage_type(stage, "1h\r");
	stage_wait(stage, "It cannot be longer than what was asked, 30 min.");
	stage_golden(stage, "console-less-time-80x24");
	stage_type(stage, "\025soon\r");
	stage_wait(stage, "That is not a length of time");
	stage_type(stage, "\02510m\r");
	stage_wait(stage, "Comment for eng-07 (may be empty; Enter grants 10 min):");
	stage_type(stage, "enough to look");
	stage_golden(stage, "console-less-comment-80x24");
	stage_type(stage, "\r");
	stage_heard(stage, "decide grant=1 seconds=600 comment=enough to look which=a0000000000000000000000000000001");
}

static void
denying_needs_a_reason(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, "d");
	stage_wait(stage, "Why do you deny payments-rw to eng-31?");
	stage_type(stage, "  \r");
	stage_wait(stage, "A denial needs a reason");
	stage_golden(stage, "console-deny-80x24");
	stage_type(stage, "ask after \303\251lan\177\177\177\177noon\r");
	stage_heard(stage, "decide grant=0 seconds=0 comment=ask after noon which=a0000000000000000000000000000002");
	stage_wait(stage, "Denied payments-rw to eng-31.");
}

static void
revoking_takes_a_second_key(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, ">" "kk" "r");
	stage_wait(stage, "Revoke shell-web1 of eng-12 now? 3 processes will be killed.");
	stage_golden(stage, "console-revoke-80x24");
	stage_type(stage, "x");
	stage_type(stage, "y");
	stage_wait(stage, "Reason for eng-12 (may be empty; Enter revokes):");
	stage_type(stage, "left alone\r");
	stage_heard(stage, "revoke reason=left alone which=a0000000000000000000000000000016");
	stage_wait(stage, "Revoked shell-web1 of eng-12.");
	stage_wait(stage, "ended: revoked by appr-02");
	stage_golden(stage, "console-revoked-80x24");
}

static void
a_grant_not_entered_yet_is_taken_back(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, "\tr");
	stage_wait(stage, "Take the grant of orders-ro to eng-44 back?");
	stage_type(stage, "y\r");
	stage_heard(stage, "revoke reason= which=a000000000000000000000000000000b");
}

static void
a_sentence_is_said_to_a_session(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, "\t\ts");
	stage_wait(stage, "Say to eng-09 in k8s-ops:");
	stage_type(stage, "one minute left\r");
	stage_heard(stage, "say text=one minute left which=a0000000000000000000000000000018");
	stage_wait(stage, "Said.");
}

static void
a_refusal_is_shown_in_the_gates_words(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_tell(stage, "fail|text=The request is decided already: granted by appr-05 two seconds ago.");
	stage_type(stage, "ay");
	stage_heard(stage, "decide");
	stage_wait(stage, "The request is decided already: granted by appr-05 two seconds ago.");
}

static void
somebody_faster_closes_the_question(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, "a");
	stage_wait(stage, "[y/N]");
	stage_tell(stage, "gone|id=2|state=granted|by=appr-05");
	stage_wait(stage, "Nothing was done.");
	stage_wait(stage, "granted by appr-05");
	stage_type(stage, "y");
	stage_type(stage, "a");
	stage_wait(stage, "Not now: it is over already.");
}

static void
ones_own_request_cannot_be_decided(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, DOWN DOWN "a");
	stage_wait(stage, "Not now: nobody decides their own request.");
}

static void
a_row_that_went_away_stays_under_the_pointer(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, DOWN);
	stage_tell(stage, "gone|id=1|state=granted|by=appr-05");
	stage_wait(stage, "granted by appr-05");
	stage_clock(stage, STAGE_NOW + 60 * CLOCK_US);
	stage_wait(stage, "5:12");
	stage_golden(stage, "console-gone-80x24");
	stage_type(stage, DOWN);
	stage_wait_gone(stage, "granted by appr-05");
}

/* ---- views ------------------------------------------------------------------------------------------------------- */

static void
a_request_is_told_in_sentences(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, DOWN "\r");
	stage_golden(stage, "console-request-80x24");
	stage_type(stage, "q");
	stage_wait(stage, "RUNNING");
}

static void
a_session_is_told_in_sentences(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, "\t\t\r");
	stage_golden(stage, "console-session-80x24");
	stage_tell(stage, "gone|id=24|why=its time was over");
	stage_wait(stage, "It ended at");
	stage_golden(stage, "console-session-ended-80x24");
}

static void
help_tells_all_keys_and_why_not(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	stage_type(stage, "?");
	stage_golden(stage, "console-help-80x24");
	stage_type(stage, "?");
	stage_wait(stage, "RUNNING");
}

static void
a_resize_keeps_an_open_question(void **state)
{
	struct stage *stage = usual_at(*state, 100, 30);

	stage_type(stage, "d");
	stage_wait(stage, "Why do you deny payments-rw to eng-31?");
	stage_type(stage, "a long reason that goes on for a while and then some more");
	term_resize(stage->term, 80, 24);
	stage_golden(stage, "console-resize-80x24");
	term_resize(stage->term, 120, 40);
	stage_golden(stage, "console-resize-120x40");
	stage_type(stage, "\r");
	stage_heard(stage, "comment=a long reason that goes on for a while and then some more which=");
}

/* ---- other gates ------------------------------------------------------------------------------------------------- */

static void
two_gates_share_one_screen(void **state)
{
	struct stage *stage = *state;

	stage_usual(stage);
	stage_remote(stage, 100, 30, "near", "broken");
	stage_wait(stage, "broken does not answer: ssh: connect to host broken port 22: Connection refused.");
	stage_golden(stage, "console-two-gates-100x30");
	stage_type(stage, "ay");
	stage_heard(stage, "decide grant=1 seconds=0 comment= which=a0000000000000000000000000000002");
}

static void
rows_of_two_gates_are_merged(void **state)
{
	struct stage *stage = *state;

	stage_usual(stage);
	stage_remote(stage, 100, 30, "near", "far");
	stage_golden(stage, "console-merged-100x30");
}

static void
a_host_is_never_an_option(void **state)
{
	struct stage *stage = *state;

	stage_remote(stage, 80, 24, "near", "-oProxyCommand=true");
	assert_int_equal(term_end(stage->term), 2);
	stage_wait(stage, "postern console: '-oProxyCommand=true' is not a host");
}

/* ---- the way out ------------------------------------------------------------------------------------------------- */

static void
is_restored(struct stage *stage)
{
	bool is_visible = false;
	int row, col;

	assert_false(term_is_alternate(stage->term));
	term_cursor(stage->term, &row, &col, &is_visible);
	assert_true(is_visible);
}

static void
the_terminal_is_restored_when_one_leaves(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	assert_true(term_is_alternate(stage->term));
	stage_type(stage, "q");
	assert_int_equal(term_end(stage->term), 0);
	is_restored(stage);
}

static void
the_terminal_is_restored_after_a_signal(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	term_signal(stage->term, SIGTERM);
	assert_int_equal(term_end(stage->term), 0);
	is_restored(stage);
}

static void
a_line_that_drops_ends_it(void **state)
{
	struct stage *stage = usual_at(*state, 80, 24);

	term_hang_up(stage->term);
	assert_int_equal(term_end(stage->term), 0);
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
		ON_STAGE(a_line_that_drops_ends_it),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
