-- SPDX-License-Identifier: ISC
-- Version 4: legal holds.

-- Until when a session is held; NULL with held_us: somebody has to release it.
ALTER TABLE sessions ADD COLUMN held_until_us @I64@;

-- One row for each person's signature. Those that are open count together; with enough of them the act is done.
CREATE TABLE holds (
	id		@BLOB@ NOT NULL PRIMARY KEY CHECK (length(id) = 16),
	session		@BLOB@ NOT NULL REFERENCES sessions (id),
	act		TEXT NOT NULL CHECK (act IN ('hold', 'release')),
	until_us	@I64@ NOT NULL,
	person		TEXT NOT NULL CHECK (person <> ''),
	counts		@I64@ NOT NULL,
	at_us		@I64@ NOT NULL,
	state		TEXT NOT NULL CHECK (state IN ('open', 'done', 'void')),
	unit		@I64@ NOT NULL REFERENCES units (number),
	sealed		@BLOB@,
	CHECK ((act = 'hold') = (until_us > 0))
) @STRICT@;
CREATE UNIQUE INDEX holds_open ON holds (session, person) WHERE state = 'open';
CREATE INDEX holds_session ON holds (session, at_us);
CREATE INDEX holds_unit ON holds (unit);
