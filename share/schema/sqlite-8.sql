-- SPDX-License-Identifier: ISC
-- Version 8, for SQLite: what is asked to be opened, and for how long it was granted, never changes.

CREATE TRIGGER requests_opens_fixed BEFORE UPDATE ON requests
WHEN NEW.opens IS NOT OLD.opens OR (OLD.opens_until_us IS NOT NULL AND NEW.opens_until_us IS NOT OLD.opens_until_us)
BEGIN
	SELECT RAISE(ABORT, 'what a request opens does not change');
END;
