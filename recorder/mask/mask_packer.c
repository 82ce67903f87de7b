/* SPDX-License-Identifier: ISC */
/* Run by make: the shipped rules, packed, as C on stdout. So programs that only match need not read YAML each time they start. */
#include "config.h"

#include <stdio.h>
#include <sodium.h>

#include "lib/base/buf.h"
#include "recorder/mask/mask_rules.h"

#define A_LINE	16	/* bytes */

int
main(void)
{
	AUTO_MASK_RULES struct mask_rules *rules = NULL;
	AUTO_BUF struct buf packed;
	const uint8_t *bytes;

	if (sodium_init() < 0)
		return 1;
	rules = mask_rules_builtin();
	buf_init(&packed, MASK_RULES_PACKED);
	if (mask_rules_pack(rules, &packed) < 0)
		return 1;
	bytes = buf_data(&packed);
	printf("/* SPDX-License-Identifier: ISC */\n/* Made by recorder/mask/mask_packer.c; edit share/rules.d instead. */\n"
	    "#include \"config.h\"\n\n#include \"recorder/mask/mask_shipped.h\"\n\nconst uint8_t mask_shipped[] = {");
	for (size_t i = 0; i < buf_len(&packed); i++)
		printf("%s%u,", i % A_LINE == 0 ? "\n\t" : " ", bytes[i]);
	printf("\n};\n\nconst size_t mask_shipped_count = sizeof mask_shipped;\n");
	return fflush(stdout) == 0 ? 0 : 1;
}
