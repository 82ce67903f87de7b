-- SPDX-License-Identifier: ISC
-- The catalogue, version 1: tables and indexes in the words SQLite and PostgreSQL share. The build replaces
-- @I64@, @BLOB@ and @STRICT@ by what the engine calls them. Times are microseconds since 1970 UTC (_us) or of
-- CLOCK_BOOTTIME (_boot_us). Columns named `sealed` hold nonce || AEAD under the key slot named by `unit`; they
-- stand last, so that whatever overflows a page is authenticated.

CREATE TABLE classes (
	number		@I64@ NOT NULL PRIMARY KEY CHECK (number BETWEEN 1 AND 65535),
	name		TEXT NOT NULL UNIQUE
) @STRICT@;

-- One row per key slot, never deleted, so that a number is never used twice.
CREATE TABLE units (
	number		@I64@ NOT NULL PRIMARY KEY CHECK (number BETWEEN 1 AND 4294967295),
	kind		TEXT NOT NULL CHECK (kind IN ('recording', 'texts', 'day')),
	class		@I64@ NOT NULL REFERENCES classes (number),
	day		@I64@,
	session		@BLOB@ CHECK (session IS NULL OR length(session) = 16),
	created_us	@I64@ NOT NULL,
	shredded_us	@I64@,
	CHECK ((kind = 'day') = (day IS NOT NULL)),
	CHECK ((kind = 'day') = (session IS NULL))
) @STRICT@;
CREATE INDEX units_day ON units (class, day) WHERE kind = 'day' AND shredded_us IS NULL;
CREATE UNIQUE INDEX units_session ON units (session, kind) WHERE kind <> 'day';
CREATE INDEX units_live ON units (class, kind) WHERE shredded_us IS NULL;

CREATE TABLE requests (
	id		@BLOB@ NOT NULL PRIMARY KEY CHECK (length(id) = 16),
	person		TEXT NOT NULL CHECK (person <> ''),
	account		TEXT NOT NULL,
	role		TEXT NOT NULL CHECK (role <> ''),
	host		TEXT NOT NULL,
	class		@I64@ NOT NULL REFERENCES classes (number),
	seconds		@I64@ NOT NULL CHECK (seconds > 0),
	not_before_us	@I64@ NOT NULL,
	created_us	@I64@ NOT NULL,
	lapses_us	@I64@ NOT NULL,
	extends		@BLOB@ CHECK (extends IS NULL OR length(extends) = 16),
	state		TEXT NOT NULL CHECK (state IN ('waiting', 'granted', 'denied', 'cancelled', 'lapsed')),
	closed_us	@I64@,
	closed_by	TEXT,
	unit		@I64@ NOT NULL REFERENCES units (number),
	sealed		@BLOB@,
	CHECK ((state = 'waiting') = (closed_us IS NULL))
) @STRICT@;
CREATE INDEX requests_created ON requests (created_us);
CREATE INDEX requests_waiting ON requests (lapses_us) WHERE state = 'waiting';
CREATE INDEX requests_unit ON requests (unit);

CREATE TABLE decisions (
	request		@BLOB@ NOT NULL REFERENCES requests (id),
	person		TEXT NOT NULL CHECK (person <> ''),
	verdict		TEXT NOT NULL CHECK (verdict IN ('grant', 'deny')),
	seconds		@I64@ NOT NULL CHECK (seconds >= 0),
	groups		TEXT NOT NULL,
	at_us		@I64@ NOT NULL,
	unit		@I64@ NOT NULL REFERENCES units (number),
	sealed		@BLOB@,
	PRIMARY KEY (request, person)
) @STRICT@;
CREATE INDEX decisions_unit ON decisions (unit);

CREATE TABLE grants (
	id		@BLOB@ NOT NULL PRIMARY KEY CHECK (length(id) = 16),
	request		@BLOB@ NOT NULL UNIQUE REFERENCES requests (id),
	person		TEXT NOT NULL,
	role		TEXT NOT NULL,
	class		@I64@ NOT NULL REFERENCES classes (number),
	seconds		@I64@ NOT NULL CHECK (seconds > 0),
	sessions	@I64@ NOT NULL CHECK (sessions > 0),
	created_us	@I64@ NOT NULL,
	usable_us	@I64@ NOT NULL,
	lapses_us	@I64@ NOT NULL,
	state		TEXT NOT NULL CHECK (state IN ('unused', 'running', 'ended')),
	used_us		@I64@,
	ends_us		@I64@,
	ends_boot_us	@I64@,
	boot		@BLOB@,
	why		TEXT,
	ended_by	TEXT,
	ended_us	@I64@,
	CHECK ((state = 'ended') = (ended_us IS NOT NULL)),
	CHECK (state <> 'running' OR (ends_us IS NOT NULL AND ends_boot_us IS NOT NULL AND boot IS NOT NULL))
) @STRICT@;
CREATE INDEX grants_live ON grants (person) WHERE state <> 'ended';

CREATE TABLE sessions (
	id		@BLOB@ NOT NULL PRIMARY KEY CHECK (length(id) = 16),
	grant_id	@BLOB@ NOT NULL REFERENCES grants (id),
	person		TEXT NOT NULL,
	account		TEXT NOT NULL,
	role		TEXT NOT NULL,
	host		TEXT NOT NULL,
	class		@I64@ NOT NULL REFERENCES classes (number),
	state		TEXT NOT NULL CHECK (state IN ('starting', 'running', 'frozen', 'ended')),
	started_us	@I64@ NOT NULL,
	started_boot_us	@I64@ NOT NULL,
	boot		@BLOB@ NOT NULL,
	ends_us		@I64@ NOT NULL,
	ends_boot_us	@I64@ NOT NULL,
	columns		@I64@ NOT NULL,
	lines		@I64@ NOT NULL,
	worker_pid	@I64@ NOT NULL,
	warden_pid	@I64@ NOT NULL,
	recording_unit	@I64@ NOT NULL REFERENCES units (number),
	texts_unit	@I64@ NOT NULL REFERENCES units (number),
	held_by		TEXT,
	held_us		@I64@,
	why		TEXT,
	status		@I64@,
	killed		@I64@,
	survivors	@I64@,
	ended_us	@I64@,
	CHECK ((state = 'ended') = (ended_us IS NOT NULL))
) @STRICT@;
CREATE INDEX sessions_live ON sessions (grant_id) WHERE state <> 'ended';
CREATE INDEX sessions_started ON sessions (started_us);

CREATE TABLE recordings (
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

-- The log. `entry` is the leaf of the tree; the columns before it repeat its fields for look-ups.
CREATE TABLE events (
	seq		@I64@ NOT NULL PRIMARY KEY CHECK (seq >= 0),
	type		@I64@ NOT NULL CHECK (type BETWEEN 0 AND 65535),
	subject		@BLOB@ NOT NULL CHECK (length(subject) = 16),
	time_ms		@I64@ NOT NULL,
	unit		@I64@ NOT NULL REFERENCES units (number),
	number		@I64@,
	entry		@BLOB@ NOT NULL CHECK (length(entry) = 80),
	sealed		@BLOB@
) @STRICT@;
CREATE INDEX events_subject ON events (subject, seq);
CREATE UNIQUE INDEX events_number ON events (subject, number) WHERE number IS NOT NULL;
CREATE INDEX events_unit ON events (unit);
CREATE INDEX events_time ON events (time_ms);
