-- SPDX-License-Identifier: ISC
-- Version 10, for SQLite: an envelope is added, never replaced; it only goes with its recording.

CREATE TRIGGER envelopes_fixed BEFORE UPDATE ON envelopes
WHEN NEW.session <> OLD.session OR NEW.recipient <> OLD.recipient OR NEW.person <> OLD.person OR NEW.at_us <> OLD.at_us
    OR NEW.sha256 <> OLD.sha256 OR NEW.unit <> OLD.unit OR NEW.sealed IS NOT NULL
BEGIN
	SELECT RAISE(ABORT, 'an envelope is never replaced');
END;

CREATE TRIGGER envelopes_kept BEFORE DELETE ON envelopes
BEGIN
	SELECT RAISE(ABORT, 'an envelope stays with its recording');
END;
