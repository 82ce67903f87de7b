-- SPDX-License-Identifier: ISC
-- Version 6: deletion to its end.

-- What a day's slot is for: 'log' the log's own sentences, 'words' what people wrote (reasons, comments). NULL: one from
-- before this version, for both.
ALTER TABLE units ADD COLUMN part TEXT CHECK (part IS NULL OR (kind = 'day' AND part IN ('log', 'words')));

-- Deletions that are not done yet; a row goes when its work is.
CREATE TABLE failures (
	unit		@I64@ NOT NULL REFERENCES units (number),
	part		TEXT NOT NULL CHECK (part IN ('key', 'file', 'replica')),
	since_us	@I64@ NOT NULL,
	last_us		@I64@ NOT NULL,
	tries		@I64@ NOT NULL CHECK (tries > 0),
	why		TEXT NOT NULL,
	PRIMARY KEY (unit, part)
) @STRICT@;

-- What the second host has said of its copies: that it holds one, that it has erased it.
CREATE TABLE replicas (
	unit		@I64@ NOT NULL PRIMARY KEY REFERENCES units (number),
	kept_us		@I64@,
	erased_us	@I64@,
	receipt		TEXT,
	CHECK ((erased_us IS NULL) = (receipt IS NULL))
) @STRICT@;
