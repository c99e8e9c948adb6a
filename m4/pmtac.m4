# Probes for flags of the compiler.  Each flag is tried alone, with -Werror, since clang only warns
# about flags that it does not know.

# _PMTAC_TRY(COMPILER-FLAGS, LINKER-FLAGS, IF-FINE, [IF-NOT])
AC_DEFUN([_PMTAC_TRY], [
  pmtac_save_CFLAGS=$CFLAGS
  pmtac_save_LDFLAGS=$LDFLAGS
  CFLAGS="$CFLAGS $1 -Werror"
  LDFLAGS="$LDFLAGS $2"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[return puts ("x") < 0;]])],
    [pmtac_fine=yes], [pmtac_fine=no])
  CFLAGS=$pmtac_save_CFLAGS
  LDFLAGS=$pmtac_save_LDFLAGS
  AS_IF([test "$pmtac_fine" = yes], [$3], [$4])
])

# PMTAC_CFLAGS(VARIABLE, FLAGS): substitutes those of FLAGS that the compiler takes.
AC_DEFUN([PMTAC_CFLAGS], [
  $1=
  for pmtac_flag in $2
  do
    AC_MSG_CHECKING([whether $CC takes $pmtac_flag])
    _PMTAC_TRY([$pmtac_flag], [], [AS_VAR_APPEND([$1], [" $pmtac_flag"])])
    AC_MSG_RESULT([$pmtac_fine])
  done
  AC_SUBST([$1])
])

# PMTAC_LDFLAGS(VARIABLE, FLAGS): the same for flags of the linker.
AC_DEFUN([PMTAC_LDFLAGS], [
  $1=
  for pmtac_flag in $2
  do
    AC_MSG_CHECKING([whether the linker takes $pmtac_flag])
    _PMTAC_TRY([], [$pmtac_flag], [AS_VAR_APPEND([$1], [" $pmtac_flag"])])
    AC_MSG_RESULT([$pmtac_fine])
  done
  AC_SUBST([$1])
])

# PMTAC_PIE: position-independent programs, where compiler and linker both know them.
AC_DEFUN([PMTAC_PIE], [
  AC_MSG_CHECKING([whether $CC makes position-independent programs])
  _PMTAC_TRY([-fPIE], [-pie],
    [AS_VAR_APPEND([HARDEN_CFLAGS], [" -fPIE"])
     AS_VAR_APPEND([HARDEN_LDFLAGS], [" -pie"])])
  AC_MSG_RESULT([$pmtac_fine])
])

# PMTAC_REQUIRE_FLAGS(VARIABLE, FLAGS, SENTENCE): all of FLAGS, or an error.
AC_DEFUN([PMTAC_REQUIRE_FLAGS], [
  AC_MSG_CHECKING([whether $CC takes $2])
  _PMTAC_TRY([$2], [$2], [$1="$2"])
  AC_MSG_RESULT([$pmtac_fine])
  AS_IF([test "$pmtac_fine" = no], [AC_MSG_ERROR([$3])])
  AC_SUBST([$1])
])
