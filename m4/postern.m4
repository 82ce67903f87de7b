# SPDX-License-Identifier: ISC
# POSTERN_CC_FLAGS(VARIABLE, FLAGS): adds to VARIABLE those of FLAGS which the compiler accepts without a warning.
AC_DEFUN([POSTERN_CC_FLAGS], [
	for flag in m4_normalize([$2]); do
		AC_MSG_CHECKING([whether $CC accepts $flag])
		postern_saved=$CFLAGS
		CFLAGS="$CFLAGS -Werror $flag"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[AC_MSG_RESULT([yes]); $1="$$1 $flag"],
			[AC_MSG_RESULT([no])])
		CFLAGS=$postern_saved
	done
])

# POSTERN_LD_FLAGS(VARIABLE, FLAGS): the same for the linker.
AC_DEFUN([POSTERN_LD_FLAGS], [
	for flag in m4_normalize([$2]); do
		AC_MSG_CHECKING([whether the linker accepts $flag])
		postern_saved=$LDFLAGS
		LDFLAGS="$LDFLAGS -Werror $flag"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[AC_MSG_RESULT([yes]); $1="$$1 $flag"],
			[AC_MSG_RESULT([no])])
		LDFLAGS=$postern_saved
	done
])

# POSTERN_FORTIFY: the highest _FORTIFY_SOURCE that the compiler takes; it needs optimisation, which CFLAGS has by default.
AC_DEFUN([POSTERN_FORTIFY], [
	AC_MSG_CHECKING([for _FORTIFY_SOURCE])
	postern_fortify=no
	for level in 3 2; do
		postern_saved=$CFLAGS
		CFLAGS="$CFLAGS -Werror -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$level"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [])],
			[postern_fortify=$level; POSTERN_HARD="$POSTERN_HARD -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$level"])
		CFLAGS=$postern_saved
		test "$postern_fortify" = no || break
	done
	AC_MSG_RESULT([$postern_fortify])
])
