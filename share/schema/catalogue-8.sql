-- SPDX-License-Identifier: ISC
-- Version 8: opening a recording by a grant of its own.

-- The session whose recording somebody asks to open; such a request becomes no grant, but a window: its end.
ALTER TABLE requests ADD COLUMN opens @BLOB@ CHECK (opens IS NULL OR (length(opens) = 16 AND extends IS NULL));
ALTER TABLE requests ADD COLUMN opens_until_us @I64@ CHECK (opens_until_us IS NULL OR (opens IS NOT NULL AND state = 'granted'));
CREATE INDEX requests_opens ON requests (opens) WHERE opens IS NOT NULL;
