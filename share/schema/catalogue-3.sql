-- SPDX-License-Identifier: ISC
-- Version 3: break-glass.

-- One row for each request that nobody decided. Of one person at most one is not reviewed, and nobody reviews their own.
CREATE TABLE glasses (
	request		@BLOB@ NOT NULL PRIMARY KEY REFERENCES requests (id),
	person		TEXT NOT NULL CHECK (person <> ''),
	at_us		@I64@ NOT NULL,
	reviewed_us	@I64@,
	reviewed_by	TEXT,
	unit		@I64@ REFERENCES units (number),
	sealed		@BLOB@,
	CHECK ((reviewed_us IS NULL) = (reviewed_by IS NULL)),
	CHECK ((reviewed_us IS NULL) = (unit IS NULL)),
	CHECK (reviewed_by <> person)
) @STRICT@;
CREATE UNIQUE INDEX glasses_open ON glasses (person) WHERE reviewed_us IS NULL;
CREATE INDEX glasses_at ON glasses (at_us);
CREATE INDEX glasses_unit ON glasses (unit);
