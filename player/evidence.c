/* SPDX-License-Identifier: ISC */
/* Words and helpers of the checks behind the log. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/proof/approval.h"
#include "player/evidence.h"

#define SENTENCE	512

/* clang-format off */
static const char *const names[EVIDENCE_WORDS] = {
	[EVIDENCE_APPROVAL_FALSE]	= "approval-false",
	[EVIDENCE_APPROVAL_MISSING]	= "approval-missing",
	[EVIDENCE_APPROVER_UNKNOWN]	= "approver-unknown",
	[EVIDENCE_RECORDING_ALTERED]	= "recording-altered",
	[EVIDENCE_RECORDING_CUT]	= "recording-cut",
	[EVIDENCE_RECORDING_MISSING]	= "recording-missing",
	[EVIDENCE_ENVELOPE_FALSE]	= "envelope-false",
	[EVIDENCE_DELETION_UNLOGGED]	= "deletion-unlogged",
	[EVIDENCE_DELETION_UNDONE]	= "deletion-undone",
	[EVIDENCE_RECEIPT_FALSE]	= "receipt-false",
	[EVIDENCE_HOLD_FALSE]		= "hold-false",
};
/* clang-format on */

const char *
evidence_name(enum evidence_word word)
{
	return names[word];
}

int
evidence_fault(struct evidence *evidence, enum evidence_word word, const struct id *id, const char *format, ...)
{
	char sentence[SENTENCE];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	evidence->found(evidence->user, word, id, sentence);
	return 0;
}

bool
evidence_wants(const struct evidence *evidence, const struct id *session)
{
	for (size_t i = 0; i < evidence->only_count; i++)
		if (id_equal(&evidence->only[i], session))
			return true;
	return evidence->only_count == 0;
}

bool
evidence_has_file(const struct evidence *evidence, const struct id *session, bool trail)
{
	char name[ID_TEXT + 16], id[ID_TEXT];
	AUTO_FREE char *path = NULL;
	struct stat status;

	snprintf(name, sizeof name, "%s.%s", id_text(session, id), trail ? "trail.rec" : "rec");
	path = place_path(evidence->dir, "rec", name);
	return lstat(path, &status) == 0;
}

enum evidence_standing
evidence_standing(const struct evidence *evidence, const struct sshsig_key *key, int64_t at_us)
{
	struct roster_ask ask = { .namespace = APPROVAL_NAMESPACE, .key = key, .time_s = at_us / CLOCK_US };
	enum evidence_standing standing = KEY_UNTOLD;

	for (size_t i = 0; i < evidence->roster_count; i++) {
		const struct evidence_roster *roster = &evidence->rosters[i];

		if (at_us < roster->from_us || at_us >= roster->until_us || !roster->is_known)
			continue;
		if (roster_find(&roster->roster, &ask) != NULL)
			return KEY_GOOD;
		standing = KEY_UNKNOWN;
	}
	return standing;
}
