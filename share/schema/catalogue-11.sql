-- SPDX-License-Identifier: ISC
-- Version 11: a session's trail beside its recording, where a class keeps the two for different times.

-- 'trail': the slot of a trail; else what its kind says. A session has at most one of each.
ALTER TABLE units ADD COLUMN holds TEXT CHECK (holds IS NULL OR (kind = 'recording' AND holds = 'trail'));
DROP INDEX units_session;
CREATE UNIQUE INDEX units_session ON units (session, kind, coalesce(holds, '')) WHERE kind <> 'day';

-- NULL: what was run lies in the recording.
ALTER TABLE sessions ADD COLUMN trail_unit @I64@ REFERENCES units (number);

-- As recordings and envelopes, of trails.
CREATE TABLE trails (
	session		@BLOB@ NOT NULL PRIMARY KEY REFERENCES sessions (id),
	state		TEXT NOT NULL CHECK (state IN ('open', 'closed', 'expired')),
	created_us	@I64@ NOT NULL,
	closed_us	@I64@,
	bytes		@I64@ NOT NULL,
	duration_us	@I64@ NOT NULL,
	sha256		@BLOB@ CHECK (sha256 IS NULL OR length(sha256) = 32),
	expired_us	@I64@,
	envelope_sha256	@BLOB@ NOT NULL CHECK (length(envelope_sha256) = 32),
	unit		@I64@ NOT NULL REFERENCES units (number),
	sealed		@BLOB@,
	CHECK ((state = 'expired') = (expired_us IS NOT NULL))
) @STRICT@;
CREATE TABLE trail_envelopes (
	session		@BLOB@ NOT NULL REFERENCES trails (session),
	recipient	TEXT NOT NULL CHECK (recipient <> ''),
	person		TEXT NOT NULL CHECK (person <> ''),
	at_us		@I64@ NOT NULL,
	sha256		@BLOB@ NOT NULL CHECK (length(sha256) = 32),
	unit		@I64@ NOT NULL REFERENCES units (number),
	sealed		@BLOB@,
	PRIMARY KEY (session, recipient, person)
) @STRICT@;
CREATE INDEX trail_envelopes_unit ON trail_envelopes (unit);
