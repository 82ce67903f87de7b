-- SPDX-License-Identifier: ISC
-- Version 11, for SQLite: an envelope of a trail is added, never replaced; it only goes with its trail.

CREATE TRIGGER trail_envelopes_fixed BEFORE UPDATE ON trail_envelopes
WHEN NEW.session <> OLD.session OR NEW.recipient <> OLD.recipient OR NEW.person <> OLD.person OR NEW.at_us <> OLD.at_us
    OR NEW.sha256 <> OLD.sha256 OR NEW.unit <> OLD.unit OR NEW.sealed IS NOT NULL
BEGIN
	SELECT RAISE(ABORT, 'an envelope is never replaced');
END;

CREATE TRIGGER trail_envelopes_kept BEFORE DELETE ON trail_envelopes
BEGIN
	SELECT RAISE(ABORT, 'an envelope stays with its trail');
END;
