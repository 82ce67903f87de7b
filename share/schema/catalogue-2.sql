-- SPDX-License-Identifier: ISC
-- Version 2: the tree over the log.

-- Hashes of the complete subtrees with 256, 65536, ... entries. They only save time: all are made again from the entries.
CREATE TABLE nodes (
	level		@I64@ NOT NULL CHECK (level BETWEEN 8 AND 56 AND level % 8 = 0),
	number		@I64@ NOT NULL CHECK (number >= 0),
	hash		@BLOB@ NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (level, number)
) @STRICT@;

-- Signed heads, as they were handed out. Of each number of entries the newest is kept.
CREATE TABLE heads (
	size		@I64@ NOT NULL PRIMARY KEY CHECK (size >= 0),
	time_us		@I64@ NOT NULL,
	note		TEXT NOT NULL
) @STRICT@;
