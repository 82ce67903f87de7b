-- SPDX-License-Identifier: ISC
-- Version 9: a grant is for the role that was asked for.

-- SHA-256 of what the role allowed when it was asked for. NULL: not noted, as in requests from before this version.
ALTER TABLE requests ADD COLUMN allows @BLOB@ CHECK (allows IS NULL OR length(allows) = 32);
