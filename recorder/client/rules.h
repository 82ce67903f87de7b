/* SPDX-License-Identifier: ISC */
/* The masking rules that a command line asks for: `postern redact`, `postern record`. */
#ifndef POSTERN_RECORDER_CLIENT_RULES_H
#define POSTERN_RECORDER_CLIENT_RULES_H

struct cli;
struct mask_rules;

/* Those of the files and folders given with --rules, or those that come with Postern. 0, or an exit status after a sentence. */
int	rules_load(struct cli *cli, struct mask_rules **rules);

/* `names`: sets and rules with commas between them; NULL: all sets there are. 0, or an exit status after a sentence. */
int	rules_choose(struct cli *cli, const char *names, struct mask_rules *all, struct mask_rules **chosen);

#endif
