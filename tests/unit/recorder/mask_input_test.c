/* SPDX-License-Identifier: ISC */
/* What is stored of what was typed: echoed keys are, others are a number, values are covered. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_input.h"
#include "tests/unit/recorder/mask_kit.h"

#define STEPS	24
#define HUB	"ghp_0123456789abcdefABCDEF0123456789wxyz"

/* A terminal, and what became of its keys: those that are not stored are "<N>". */
struct typing {
	struct grid		*grid;
	struct mask_input	*input;
	struct buf		 told;
	enum mask_tty		 tty;
	int64_t			 now_us, told_us;
	uint64_t		 hidden;
};

static void
sink(void *user, const struct mask_typed *typed)
{
	struct typing *t = user;

	assert_true(typed->first_us <= typed->last_us && typed->last_us <= t->now_us);
	assert_true(typed->first_us >= t->told_us);
	assert_true(typed->count > 0);
	t->told_us = typed->first_us;
	if (typed->bytes != NULL)
		(void)buf_add(&t->told, typed->bytes, typed->count);
	else
		(void)buf_addf(&t->told, "<%zu>", typed->count);
	t->hidden += typed->bytes == NULL ? typed->count : 0;
}

static void
typing_open(struct typing *t, struct mask_match *match, int cols)
{
	struct mask_input_params params = { .match = match, .sink = sink, .user = t };

	*t = (struct typing){ .grid = grid_new(cols, 24), .now_us = 1000000, .tty = MASK_TTY_RAW };
	params.grid = t->grid;
	buf_init(&t->told, 64u << 20);
	t->input = mask_input_new(&params);
}

static void
typing_close(struct typing *t)
{
	mask_input_free(t->input);
	grid_free(t->grid);
	buf_done(&t->told);
}

static void
show(struct typing *t, const char *bytes, size_t count)
{
	const uint8_t *at = (const uint8_t *)bytes;

	t->now_us += 1000;
	while (count > 0) {
		size_t piece = mask_input_piece(t->input, at, count);

		assert_true(piece > 0 && piece <= count);
		grid_write(t->grid, at, piece);
		mask_input_shown(t->input, at, piece, t->tty, t->now_us);
		at += piece;
		count -= piece;
	}
}

static void
type(struct typing *t, const char *bytes, size_t count)
{
	t->now_us += 1000;
	mask_input_typed(t->input, bytes, count, t->tty, t->now_us);
}

static void
wait_for(struct typing *t, int64_t us)
{
	int64_t end = t->now_us + us, due;

	while ((due = mask_input_due(t->input)) != 0 && due <= end) {
		t->now_us = due > t->now_us ? due : t->now_us;
		mask_input_tick(t->input, t->now_us);
	}
	t->now_us = end;
}

/* Key by key, each with its echo. */
static void
type_shown(struct typing *t, const char *text)
{
	for (; *text != '\0';) {
		size_t count = ((uint8_t)*text & 0xc0) == 0xc0 ? 2 : 1;

		type(t, text, count);
		if (*text == '\r')
			show(t, "\r\n", 2);
		else if (*text == 0x7f)
			show(t, "\b \b", 3);
		else
			show(t, text, count);
		text += count;
	}
}

/*
 * ">text": output. "<text": typed at once, "'text": key by key. "+text": key by key, each echoed. "raw", "echo", "blind": what the terminal
 * does from now on. "wait": three seconds pass.
 */
static void
step(struct typing *t, const char *what)
{
	const char *text = what + 1;

	switch (what[0]) {
	case '>':
		show(t, text, strlen(text));
		break;
	case '<':
		type(t, text, strlen(text));
		break;
	case '\'':
		for (; *text != '\0'; text++)
			type(t, text, 1);
		break;
	case '+':
		type_shown(t, text);
		break;
	case 'w':
		wait_for(t, 3000000);
		break;
	default:
		t->tty = what[0] == 'r' ? MASK_TTY_RAW : what[0] == 'e' ? MASK_TTY_ECHO : MASK_TTY_BLIND;
		break;
	}
}

struct row {
	const char	*what;
	const char	*stored;
	const char	*steps[STEPS];
};

/* clang-format off */
static const struct row rows[] = {
	{ "a shell", "ls -l\r", { ">$ ", "+ls -l\r" } },
	{ "a shell far away: the echo comes late", "ls -l\r", { ">$ ", "'ls -l", ">ls -l", "'\r", ">\r\n" } },
	{ "the echo comes after Enter", "ls\r", { ">$ ", "'ls\r", ">ls\r\nfile\r\n$ " } },
	{ "the echo comes in pieces", "make all\r", { ">$ ", "'mak", ">m", "'e ", ">ake", "'all", "> a", ">ll", "'\r", ">\r\n" } },
	{ "the driver's echo", "cat\r", { "echo", "+cat\r" } },
	{ "the driver's echo in the middle of output", "ls\r", { "echo", ">make: one\r\nmake:", "'l", ">l two\r\n", "'s", ">threes\r\n", "'\r", ">\r\n" } },
	{ "a driver that stops echoing", "<5>\r", { "echo", "'hello", "blind", ">password, hello: ", "raw", "'\r", ">\r\n", "wait" } },
	{ "read -s, getpass here", "<6>\r", { ">Password: ", "blind", "'secret\r", ">\r\n" } },
	{ "corrections and arrows there", "<11>\r", { ">Password: ", "blind", "'sex\177cret", "<\033[D", "<\r", ">\r\n" } },
	{ "an arrow of which the end is typed there", "<4>\r", { ">$ ", "<\033[2", "blind", "<~", "<\r", ">\r\n" } },
	{ "read -s, getpass behind ssh", "<6>\r", { ">Password: ", "'secret\r", ">\r\n$ " } },
	{ "a password and a command behind it", "sudo id\r<7>\rls -l\r", { ">$ ", "+sudo id\r", ">[sudo] password for me: ", "'hunter2\r", ">\r\nuid=0\r\n$ ", "+ls -l\r" } },
	{ "a password that nobody answers", "<7>\r", { ">Password: ", "'hunter2\r", "wait" } },
	{ "a password typed ahead", "su\r<7>\rid\r", { ">$ ", "<su\rhunter2\r", ">su\r\nPassword: ", ">\r\n# ", "wait", "+id\r" } },
	{ "typed before the prompt comes", "ls\rid\rpwd\r", { ">$ ", "+ls\r", ">file\r\n", "'id", ">$ id", "'\rp", ">\r\nuid\r\n", "<w", ">$ pw", "'d\r", ">d\r\n" } },
	{ "a password typed before its prompt comes", "su\r<7>\r", { ">$ ", "+su\r", "'hun", ">Password: ", "'ter2\r", ">\r\n# " } },
	{ "commands typed ahead", "one\rtwo\rthree\r", { ">$ ", "<one\rtwo\rthree\r", ">one\r\nout\r\n$ two\r\nout\r\n$ ", ">three\r\nout\r\n$ " } },
	{ "stars for each key", "<6>\r", { ">Password: ", "<s", ">*", "<e", ">*", "<*", ">*", "<r", ">*", "<e", ">*", "<t", ">*", "<\r", ">\r\n" } },
	{ "a clock while a password is typed", "<7>\r", { ">Password: ", "'hun", ">\0337\033[1;70Hhunter2\0338", "'ter2", ">\0337\033[1;70Hter2\0338", "'\r", ">\r\n" } },
	{ "a clock that does not go back", "<7>\r", { ">Password: ", "'hun", ">\033[1;70Hhun", "'ter2", ">\033[1;70Hter2", "'\r", ">\r\n" } },
	{ "output that ends as the password does", "<8>\r", { ">Password: ", "'timeout9", ">connection timeout9", ">\r\n", "'\r", ">\r\n" } },
	{ "output that is the password's beginning", "<7>\r", { ">Password: ", "'hunter2", ">h", ">u", "'\r", ">\r\n" } },
	{ "lines of it", "<7>\r", { ">Password: ", "'hunter2", ">\r\nhunter2\r\nhunter2\r\n", "'\r", ">\r\n" } },
	{ "shown once it was read", "<7>\r", { ">? ", "'hunter2\r", ">\r\nhunter2\r\n" } },
	{ "corrections", "lz\177s\r", { ">$ ", "+lz\177s\r" } },
	{ "corrections typed at once", "lsk\177 -l\r", { ">$ ", "<lsk\177 -l\r", ">lsk\b \b -l\r\n" } },
	{ "corrections, of which a later word begins as what is left", "ecoh\177\177ho rec\r", { ">$ ", "<ecoh\177\177ho rec\r", ">ecoh\b\033[K\b\033[K", ">ho rec\r\n" } },
	{ "corrections far away", "lsk\177 -l\r", { ">$ ", "'lsk\177 -", ">lsk", "'l\r", ">\b\033[K -l\r\n" } },
	{ "a correction of a secret far away", "<3>\177<5>\r", { ">Password: ", "'hux\177nter2\r", ">\r\n" } },
	{ "insertion in the middle", "ac\033[Db\r", { ">$ ", "+ac", "<\033[D", ">\b", "<b", ">bc\b", "<\r", ">\r\n" } },
	{ "a shell that colours and writes again", "ls\r", { ">% ", "<l", ">\033[31ml\033[39m", "<s", ">\b\033[32ml\033[32ms\033[39m", "<\r", ">\r\n" } },
	{ "a shell with suggestions", "ls\r", { ">% ", "<l", ">l\033[2ms -la\033[m\b\b\b\b\b", "<s", ">s\033[2m -la\033[m\b\b\b\b", "<\r", ">\033[K\r\n" } },
	{ "keys of the cursor", "\033[A\033OH\033[1;5C\r", { ">$ ", "<\033[A", ">ls", "<\033OH", "<\033[1;5C", "<\r", ">\r\n" } },
	{ "Ctrl-C, Ctrl-R, Tab", "\003\022\t\r", { ">$ ", "<\003", ">^C\r\n$ ", "<\022", "<\t", "<\r", ">\r\n" } },
	{ "Alt and a letter", "\033<1>\r", { ">$ ", "<\033b", "<\r", ">\r\n" } },
	{ "ESC, then a password with a bracket", "\033<4>\r", { ">Password: ", "<\033", "wait", "<[A", "<bc", "<\r", ">\r\n" } },
	{ "ESC in two pieces", "\033[A\r", { ">$ ", "'\033[A\r", ">\r\n" } },
	{ "bytes that are no characters", "<2>\r", { ">$ ", "<\377\200", ">\377\200", "<\r", ">\r\n" } },
	{ "UTF-8", "echo \303\266\r", { ">$ ", "+echo \303\266\r" } },
	{ "UTF-8 in pieces", "\303\266l\r", { ">$ ", "<\303", "<\266", ">\303\266", "+l\r" } },
	{ "a paste", "\033[200~ls -l\033[201~\r", { ">$ ", "<\033[200~ls -l\033[201~", ">\033[7mls -l\033[27m", "<\r", ">\r\n" } },
	{ "a paste at a blind prompt", "\033[200~<6>\033[201~\r", { ">Password: ", "<\033[200~secret\033[201~", "<\r", ">\r\n" } },
	{ "the terminal answers", "<25>ls\r", { ">$ ", "<\033]11;rgb:0000/0000/0000\033\\", "+ls\r" } },
	{ "dd in vi", "<2>\033<1>hello\033<3>\r", { ">\033[?1049h\033[2J\033[Hline\r\n~\033[H", "<d", "<d", ">\033[K", "<\033", "wait", "<i", ">\033[24;1H-- INSERT --\033[1;1H", "+hello", "<\033", ">\b", "<:",
	    ">\033[24;1H:", "+wq", "<\r", ">\033[?1049l" , "wait" } },
	{ "q in less, then a command", "<1>ls\r", { ">\033[?1049h\033[2Jtext\033[24;1H:", "<q", ">\033[?1049l$ ", "+ls\r" } },
	{ "a line that wraps", "abcdefghijklmnopqrstuvwxyz\r", { ">$ ", "+abcdefghijklmnopqrstuvwxyz\r" } },
	{ "a value", "export X=****************************************\r", { ">$ ", "+export X=" HUB "\r" } },
	{ "a value that is pasted", "export X=****************************************\r", { ">$ ", "<export X=" HUB, ">export X=" HUB, "<\r", ">\r\n" } },
	{ "a value that is pasted with Enter", "export X=****************************************\r", { ">$ ", "<export X=" HUB "\r", ">export X=" HUB "\r\n$ " } },
	{ "a value with a correction", "password=*****\177**\r", { ">$ ", "+password=huntr\177er\r" } },
	{ "a value that is taken back", "password=*******\025ls\r", { ">$ ", "+password=hunter2", "<\025", ">\r$ \033[K", "+ls\r" } },
	{ "a value put together", "=*******\001password \r", { ">$ ", "+=hunter2", "<\001", ">\r$ ", "<password ", ">password =hunter2\b\b\b\b\b\b\b\b", "<\r", ">\r\n" } },
	{ "a value in the prompt", "ls\r", { ">me@host.example:~$ ", "+ls\r" } },
	{ "a value from the history", "\033[A\r", { ">$ ", "<\033[A", ">password=hunter2", "<\r", ">\r\n" } },
	{ "a value after a pause", "password=*******\r", { ">$ ", "+password=hun", "wait", "wait", "+ter2\r" } },
	{ "a key that is pasted into a file",
	    "cat\r-----BEGIN PRIVATE KEY-----\r********\r-----END PRIVATE KEY-----\rls\r",
	    { "echo", "+cat\r", "+-----BEGIN PRIVATE KEY-----\rMIIEvQIB\r-----END PRIVATE KEY-----\rls\r" } },
	{ "a key that is not finished", "-----BEGIN PRIVATE KEY-----\r\003ls\r", { "echo", "+-----BEGIN PRIVATE KEY-----\r", "<\003", ">^C\r\n", "+ls\r" } },
};
/* clang-format on */

static void
run(struct typing *t, const struct row *row)
{
	for (size_t i = 0; i < STEPS && row->steps[i] != NULL; i++)
		step(t, row->steps[i]);
}

static void
echoed_keys_are_stored_and_others_are_a_number(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_FREE char *told = NULL;
		struct typing t;

		typing_open(&t, kit_match(), 20 + 60 * (int)(strstr(rows[i].what, "wraps") == NULL));
		run(&t, &rows[i]);
		told = buf_text(&t.told);
		if (mask_input_undecided(t.input) > 0)
			print_error("%s: %zu undecided\n", rows[i].what, mask_input_undecided(t.input));
		failed += mask_input_undecided(t.input) > 0;
		typing_close(&t);
		if (strcmp(told, rows[i].stored) != 0)
			print_error("%s: '%s', not '%s'\n", rows[i].what, told, rows[i].stored);
		failed += strcmp(told, rows[i].stored) != 0;
	}
	assert_int_equal(failed, 0);
}

/* A number that looks random and is the same every time. */
static uint32_t
chance(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

/* What a program writes while a password is typed: none of it is the password, all of it is made of its letters. */
static void
write_anything(struct typing *t, uint64_t *seed, const char *letters)
{
	char text[12];
	uint32_t count = 1 + chance(seed, 3);

	for (uint32_t i = 0; i < count; i++)
		text[i] = letters[chance(seed, (uint32_t)strlen(letters))];
	switch (chance(seed, 6)) {
	case 0:
		show(t, "\0337\033[1;70H", 9);
		show(t, text, count);
		show(t, "\0338", 2);
		break;
	case 1:
		show(t, text, count);
		show(t, "\r\n", 2);
		break;
	case 2:
		show(t, "job ", 4);
		show(t, text, count);
		break;
	case 3:
		show(t, "\033[5;5H", 6);
		show(t, text, count);
		break;
	case 4:
		show(t, "\rPassword: ", 11);
		break;
	default:
		wait_for(t, chance(seed, 800000));
	}
}

/* Never four letters of it in a row, whatever comes in between: fewer may be an accident that agrees in everything. */
static void
a_password_is_never_stored(void **state)
{
	static const char secret[] = "xquvzykjwp";

	(void)state;
	for (uint64_t i = 0; i < 4000; i++) {
		uint64_t seed = i;
		struct typing t;
		AUTO_FREE char *told = NULL;
		char piece[5] = "";

		typing_open(&t, kit_match(), 80);
		step(&t, "+su\r");
		show(&t, "Password: ", 10);
		for (size_t at = 0; at < sizeof secret - 1;) {
			size_t count = 1 + chance(&seed, 4);

			count = count < sizeof secret - 1 - at ? count : sizeof secret - 1 - at;
			type(&t, secret + at, count);
			at += count;
			while (chance(&seed, 2) == 0)
				write_anything(&t, &seed, secret);
		}
		type(&t, "\r", 1);
		write_anything(&t, &seed, secret);
		step(&t, ">\r\n# ");
		step(&t, "+id\r");
		mask_input_flush(t.input, t.now_us);
		told = buf_text(&t.told);
		typing_close(&t);
		for (size_t at = 0; at + 4 < sizeof secret; at++) {
			memcpy(piece, secret + at, 4);
			assert_null(strstr(told, piece));
		}
		assert_non_null(strstr(told, "su\r"));
		assert_non_null(strchr(told, '<'));
	}
}

static void
nothing_is_kept_of_a_hostile_paste(void **state)
{
	static char bytes[65536];
	size_t most = 0;
	struct typing t;

	(void)state;
	memset(bytes, 'a', sizeof bytes);
	typing_open(&t, kit_match(), 80);
	show(&t, "$ ", 2);
	for (int i = 0; i < 160; i++) {
		type(&t, bytes, sizeof bytes);
		show(&t, "a", 1);
		most = mask_input_memory(t.input) > most ? mask_input_memory(t.input) : most;
	}
	mask_input_flush(t.input, t.now_us);
	assert_true(t.hidden + buf_len(&t.told) >= 160 * sizeof bytes);
	assert_true(most < 4u << 20);
	assert_true(mask_input_memory(t.input) < 1u << 20);
	typing_close(&t);
}

static void
a_long_paste_is_stored_when_it_is_echoed(void **state)
{
	static char bytes[20000];
	AUTO_FREE char *told = NULL;
	struct typing t;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i % 61 == 60 ? '\r' : 'a' + (i * 7 + i / 61) % 26);
	typing_open(&t, kit_match(), 80);
	show(&t, "$ ", 2);
	for (size_t at = 0; at < sizeof bytes; at += 4000)
		type(&t, bytes + at, 4000);
	for (size_t at = 0; at < sizeof bytes; at++) {
		bool is_enter = bytes[at] == '\r';

		show(&t, is_enter ? "\r\n" : bytes + at, is_enter ? 2 : 1);
	}
	mask_input_flush(t.input, t.now_us);
	told = buf_text(&t.told);
	typing_close(&t);
	assert_int_equal(strlen(told), sizeof bytes);
	assert_null(strchr(told, '<'));
}

static void
keys_keep_their_times(void **state)
{
	struct typing t;

	(void)state;
	typing_open(&t, NULL, 80);
	show(&t, "$ ", 2);
	step(&t, "+l");
	wait_for(&t, 700000);
	step(&t, "+s");
	assert_int_equal(buf_len(&t.told), 0);
	assert_int_equal(mask_input_undecided(t.input), 2);
	step(&t, "<\r");
	assert_int_equal(t.told_us, t.now_us);
	assert_int_equal(mask_input_undecided(t.input), 0);
	assert_int_equal(mask_input_due(t.input), 0);
	typing_close(&t);
}

static void
what_is_not_echoed_is_told_after_a_pause(void **state)
{
	struct typing t;

	(void)state;
	typing_open(&t, kit_match(), 80);
	show(&t, "\033[?1049h", 8);
	step(&t, "'jjj");
	wait_for(&t, MASK_PAUSE_US - 1001);
	assert_int_equal(t.hidden, 0);
	wait_for(&t, 1001);
	assert_int_equal(t.hidden, 3);
	assert_int_equal(mask_input_due(t.input), 0);
	typing_close(&t);
}

static void
a_value_that_was_begun_is_not_told_at_the_end(void **state)
{
	AUTO_FREE char *told = NULL;
	struct typing t;

	(void)state;
	typing_open(&t, kit_match(), 80);
	show(&t, "$ ", 2);
	step(&t, "+export X=ghp_0123");
	mask_input_flush(t.input, t.now_us);
	told = buf_text(&t.told);
	typing_close(&t);
	assert_string_equal(told, "export **********");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echoed_keys_are_stored_and_others_are_a_number),
		cmocka_unit_test(a_password_is_never_stored),
		cmocka_unit_test(nothing_is_kept_of_a_hostile_paste),
		cmocka_unit_test(a_long_paste_is_stored_when_it_is_echoed),
		cmocka_unit_test(keys_keep_their_times),
		cmocka_unit_test(what_is_not_echoed_is_told_after_a_pause),
		cmocka_unit_test(a_value_that_was_begun_is_not_told_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
