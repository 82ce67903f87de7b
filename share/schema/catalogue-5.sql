-- SPDX-License-Identifier: ISC
-- Version 5: nothing changes.
SELECT 1;
