-- SPDX-License-Identifier: ISC
-- Version 1, the part only SQLite reads: rows of the log and decisions stay as they are; only their sealed text may go.

CREATE TRIGGER events_keep BEFORE DELETE ON events
BEGIN
	SELECT RAISE(ABORT, 'an entry of the log cannot be deleted');
END;
CREATE TRIGGER events_fixed BEFORE UPDATE ON events
WHEN NEW.sealed IS NOT NULL OR NEW.seq <> OLD.seq OR NEW.type <> OLD.type OR NEW.subject <> OLD.subject
    OR NEW.time_ms <> OLD.time_ms OR NEW.unit <> OLD.unit OR NEW.number IS NOT OLD.number OR NEW.entry <> OLD.entry
BEGIN
	SELECT RAISE(ABORT, 'an entry of the log cannot be changed');
END;

CREATE TRIGGER decisions_keep BEFORE DELETE ON decisions
BEGIN
	SELECT RAISE(ABORT, 'a decision cannot be deleted');
END;
CREATE TRIGGER decisions_fixed BEFORE UPDATE ON decisions
WHEN NEW.sealed IS NOT NULL OR NEW.request <> OLD.request OR NEW.person <> OLD.person OR NEW.verdict <> OLD.verdict
    OR NEW.seconds <> OLD.seconds OR NEW.groups <> OLD.groups OR NEW.at_us <> OLD.at_us OR NEW.unit <> OLD.unit
BEGIN
	SELECT RAISE(ABORT, 'a decision cannot be changed');
END;

CREATE TRIGGER units_keep BEFORE DELETE ON units
BEGIN
	SELECT RAISE(ABORT, 'a slot''s number stays taken');
END;
CREATE TRIGGER units_fixed BEFORE UPDATE ON units
WHEN OLD.shredded_us IS NOT NULL OR NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.class <> OLD.class
    OR NEW.day IS NOT OLD.day OR NEW.session IS NOT OLD.session OR NEW.created_us <> OLD.created_us
BEGIN
	SELECT RAISE(ABORT, 'a slot only changes by being erased');
END;

-- What a request asked for stays what was asked for: only its state moves on, once, and its sealed text goes.
CREATE TRIGGER requests_keep BEFORE DELETE ON requests
BEGIN
	SELECT RAISE(ABORT, 'a request cannot be deleted');
END;
CREATE TRIGGER requests_fixed BEFORE UPDATE ON requests
WHEN NEW.id <> OLD.id OR NEW.person <> OLD.person OR NEW.account <> OLD.account OR NEW.role <> OLD.role
    OR NEW.host <> OLD.host OR NEW.class <> OLD.class OR NEW.seconds <> OLD.seconds
    OR NEW.not_before_us <> OLD.not_before_us OR NEW.created_us <> OLD.created_us OR NEW.lapses_us <> OLD.lapses_us
    OR NEW.extends IS NOT OLD.extends OR NEW.unit <> OLD.unit OR (NEW.sealed IS NOT NULL AND NEW.sealed IS NOT OLD.sealed)
    OR (OLD.state <> 'waiting' AND NEW.state <> OLD.state)
BEGIN
	SELECT RAISE(ABORT, 'a request only moves from waiting to its end');
END;
