-- SPDX-License-Identifier: ISC
-- Version 10: auditors who leave, and auditors who come.

-- Persons, and keys ("age1..."), that open nothing any more and that no new recording names.
CREATE TABLE retired (
	name		TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
	at_us		@I64@ NOT NULL,
	by_person	TEXT NOT NULL CHECK (by_person <> '')
) @STRICT@;

-- Envelopes that were added to a recording's own one, for one more recipient each; a false one of one person keeps out nobody else's.
CREATE TABLE envelopes (
	session		@BLOB@ NOT NULL REFERENCES recordings (session),
	recipient	TEXT NOT NULL CHECK (recipient <> ''),
	person		TEXT NOT NULL CHECK (person <> ''),
	at_us		@I64@ NOT NULL,
	sha256		@BLOB@ NOT NULL CHECK (length(sha256) = 32),
	unit		@I64@ NOT NULL REFERENCES units (number),
	sealed		@BLOB@,
	PRIMARY KEY (session, recipient, person)
) @STRICT@;
CREATE INDEX envelopes_unit ON envelopes (unit);
