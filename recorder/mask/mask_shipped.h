/* SPDX-License-Identifier: ISC */
/* The shipped rules without YAML: packed when the program was built (mask_packer.c), a tenth of the time to have them. */
#ifndef POSTERN_RECORDER_MASK_MASK_SHIPPED_H
#define POSTERN_RECORDER_MASK_MASK_SHIPPED_H

#include <stddef.h>
#include <stdint.h>

struct mask_rules;

extern const uint8_t mask_shipped[];
extern const size_t mask_shipped_count;

/* As mask_rules_builtin(), without sources, examples and counter-examples; never NULL. */
struct mask_rules	*mask_rules_shipped(void);

#endif
