# SPDX-License-Identifier: ISC
# Values of every rule in every way in which they come to a screen, and screens without any.
MASK_GENERATOR = tests/mask/script.c tests/mask/script.h \
	tests/mask/forge.c tests/mask/forge.h \
	tests/mask/form.h tests/mask/form_line.c tests/mask/form_screen.c tests/mask/form_table.c tests/mask/form_text.c tests/mask/form_config.c \
	tests/mask/form_trick.c tests/mask/form_move.c tests/mask/form_edit.c tests/mask/form_block.c tests/mask/form_mix.c \
	tests/mask/benign.c tests/mask/benign_more.c tests/mask/benign.h

if HAVE_CMOCKA
check_PROGRAMS += tests/mask/generator_test
tests_mask_generator_test_CFLAGS = $(CMOCKA_TEST_CFLAGS)
tests_mask_generator_test_SOURCES = tests/mask/generator_test.c $(MASK_GENERATOR)
tests_mask_generator_test_LDADD = $(MASKLOAD_LIBS) lib/term/libterm.a lib/base/libbase.a $(CMOCKA_LIBS)
endif

# The judge: everything above through the mask. With an argument it shows what it missed in forms of that name.
check_PROGRAMS += tests/mask/forms_test
tests_mask_forms_test_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
tests_mask_forms_test_SOURCES = tests/mask/forms_test.c tests/mask/judge.c tests/mask/judge.h $(MASK_GENERATOR)
tests_mask_forms_test_LDADD = recorder/libmask.a $(MASKLOAD_LIBS) lib/term/libterm.a lib/base/libbase.a $(SODIUM_LIBS)
