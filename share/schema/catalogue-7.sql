-- SPDX-License-Identifier: ISC
-- Version 7: what reports ask for.

-- Which version of policy and keys was in force when: entries that hold nothing but a hash.
CREATE INDEX events_versions ON events (type, seq) WHERE type BETWEEN 20 AND 29;

-- How long a grant was used.
CREATE INDEX sessions_grant ON sessions (grant_id);
