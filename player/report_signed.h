/* SPDX-License-Identifier: ISC */
/* Signed decisions and versions of the policy, into a bundle. */
#ifndef POSTERN_PLAYER_REPORT_SIGNED_H
#define POSTERN_PLAYER_REPORT_SIGNED_H

struct buf;
struct report;
struct sack;

/* Asks the gate for them; `commands` gets what checks each, for README.txt. An exit status, or negative. */
int	report_put_signed(struct report *report, struct sack *sack, struct buf *commands);

#endif
