/* SPDX-License-Identifier: ISC */
/* Events for others: their names, their JSON, and syslog's frames around it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/store/event_json.h"
#include "recorder/gate/gate_log.h"
#include "recorder/out/frame.h"

static void
each_type_has_its_own_name(void **state)
{
	unsigned named = 0;

	(void)state;
	for (unsigned i = 0; i < LOG_TYPES + 10; i++) {
		if (strcmp(event_name(i), "unknown") == 0)
			continue;
		named++;
		assert_true(strlen(event_name(i)) <= 32);	/* MSGID */
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(event_name(i), event_name(k));
	}
	assert_true(named > 60);
	assert_string_equal(event_name(LOG_GATE_STARTED), "gate-started");
	assert_string_equal(event_name(LOG_GRANTED), "granted");
	assert_string_equal(event_name(LOG_REVIEWED), "reviewed");
	assert_string_equal(event_name(LOG_MEMBERS_VERSION), "members-version");
	assert_string_equal(event_name(LOG_GUARD_ANSWERED), "guard-answered");
	assert_string_equal(event_name(LOG_WITNESS_TROUBLE), "witness-trouble");
	assert_string_equal(event_name(LOG_REPORTED), "reported");
	assert_string_equal(event_name(LOG_HOLD_ENDED), "hold-ended");
	assert_string_equal(event_name(LOG_RESTORED), "restored");
	assert_string_equal(event_name(LOG_SLOTS_WRAPPED), "slots-wrapped");
	assert_string_equal(event_name(LOG_BACKUP), "backup");
	assert_string_equal(event_name(UINT32_MAX), "unknown");
}

static void
what_cannot_be_read_has_the_reason(void **state)
{
	char words[] = "gr\303\274n \"x\"";
	struct event event = { .seq = 7, .time_us = 1, .type = LOG_GRANTED, .text = words, .text_bytes = strlen(words) };
	char *plain = event_json(&event, 0), *ascii = event_json(&event, EVENT_JSON_ASCII), *brief = event_json(&event, EVENT_JSON_SHORT), *none;

	(void)state;
	event.text = NULL;
	event.text_error = ERR_EXPIRED;
	none = event_json(&event, 0);
	assert_non_null(strstr(plain, "\"text\":\"gr\303\274n \\\"x\\\"\""));
	assert_non_null(strstr(plain, "{\"entry\":7,\"time_us\":1,\"type\":11,\"name\":\"granted\","));
	assert_non_null(strstr(ascii, "\"text\":\"gr\\u00FCn \\\"x\\\"\""));
	assert_null(strstr(brief, "\"text\":"));
	assert_non_null(strstr(brief, "\"no_text\":\"it is too long"));
	assert_non_null(strstr(none, "\"no_text\":\"its retention window has lapsed\""));
	free(plain);
	free(ascii);
	free(brief);
	free(none);
}

static void
frame_is(const struct frame *frame, const char *wanted)
{
	struct buf out;
	char *text;

	buf_init(&out, 4096);
	assert_int_equal(frame_print(frame, &out), 0);
	text = buf_text(&out);
	assert_string_equal(text, wanted);
	free(text);
	buf_done(&out);
}

static void
frames_are_those_of_rfc_5424(void **state)
{
	struct frame frame = { .seq = 41, .time_us = INT64_C(1795478400000042), .type = LOG_GLASS, .host = "bastion-1", .text = "{}" };
	struct buf small;

	(void)state;
	frame_is(&frame, "<84>1 2026-11-24T00:00:00.000042Z bastion-1 postern - break-glass [meta sequenceId=\"42\"] {}");
	frame.host = "";
	frame.type = LOG_SAID;
	frame.seq = INT64_C(2147483647);	/* the numbers begin anew */
	frame_is(&frame, "<86>1 2026-11-24T00:00:00.000042Z - postern - said [meta sequenceId=\"1\"] {}");
	frame.time_us = -5;
	frame.type = LOG_GRANTED;
	frame_is(&frame, "<85>1 - - postern - granted [meta sequenceId=\"1\"] {}");
	buf_init(&small, 20);
	assert_int_equal(frame_print(&frame, &small), ERR_BUF_FULL);
	buf_done(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_its_own_name),
		cmocka_unit_test(what_cannot_be_read_has_the_reason),
		cmocka_unit_test(frames_are_those_of_rfc_5424),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
