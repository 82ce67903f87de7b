# SPDX-License-Identifier: ISC
lint_tests = tests/lint/floors.sh tests/lint/headers.sh tests/lint/sizes.sh tests/lint/words.sh \
	tests/lint/manual.sh tests/lint/shipped.sh
check_SCRIPTS += $(lint_tests)

# Only these: a few seconds, before every commit.
.PHONY: lint
lint:
	@$(SHELL) $(srcdir)/tests/run.sh $(lint_tests)

EXTRA_DIST += tests/tap.sh tests/lint/sources.sh tests/lint/floors.awk

# Used by tests/lint/headers.sh: says what is wrong with each file of LONE when it is compiled with nothing before it.
LONE =
.PHONY: lone-headers
lone-headers:
	@for h in $(LONE); do \
		printf '#include "%s"\n#include "%s"\n' "$$h" "$$h" | \
		$(CC) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(NCURSES_CFLAGS) $(SODIUM_CFLAGS) \
			$(CMOCKA_CFLAGS) $(CFLAGS) -include config.h -fsyntax-only -x c - || echo "$$h does not compile alone"; \
	done
