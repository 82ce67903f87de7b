-- SPDX-License-Identifier: ISC
-- Version 12, for SQLite: the window of an opening can be closed before its time; it is never opened for longer.

DROP TRIGGER requests_opens_fixed;
CREATE TRIGGER requests_opens_fixed BEFORE UPDATE ON requests
WHEN NEW.opens IS NOT OLD.opens OR (OLD.opens_until_us IS NOT NULL AND (NEW.opens_until_us IS NULL OR NEW.opens_until_us > OLD.opens_until_us))
BEGIN
	SELECT RAISE(ABORT, 'what a request opens does not change, and not for longer');
END;
