# KBIT_BUNDLE
# Finds the static libraries that `make gpu-bundle` links its programs with, so that they need nothing but
# the C library. Sets BUNDLE_LIBS, BUNDLE_CXX_LINK, kbit_bundle_summary and the conditional HAVE_BUNDLE.
AC_DEFUN([KBIT_BUNDLE], [
BUNDLE_LIBS="-Wl,-Bstatic -ljansson -lmpfr -lgmp -lnettle -Wl,-Bdynamic"
BUNDLE_CXX_LINK="-static-libgcc -static-libstdc++"
kbit_bundle_summary=yes
AC_MSG_CHECKING([for static jansson, mpfr, gmp and nettle])
kbit_save_LIBS=$LIBS
LIBS="$BUNDLE_LIBS $LIBS"
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <jansson.h>
#include <mpfr.h>
#include <nettle/sha2.h>]],
  [[struct sha256_ctx c; sha256_init(&c); return json_object() == 0 || mpfr_get_version() == 0;]])],
  [AC_MSG_RESULT([yes])],
  [AC_MSG_RESULT([no]); kbit_bundle_summary="no (a static library of jansson, mpfr, gmp or nettle is missing)"])
LIBS=$kbit_save_LIBS
AS_IF([test "x$kbit_bundle_summary" = xyes],
  [AC_LANG_PUSH([C++])
   AC_MSG_CHECKING([for a static C++ library])
   kbit_save_LDFLAGS=$LDFLAGS
   LDFLAGS="$LDFLAGS $BUNDLE_CXX_LINK"
   AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <string>]], [[return (int)std::string("a").size();]])],
     [AC_MSG_RESULT([yes])],
     [AC_MSG_RESULT([no]); kbit_bundle_summary="no (the C++ compiler has no static library)"])
   LDFLAGS=$kbit_save_LDFLAGS
   AC_LANG_POP([C++])])
AS_IF([test "x$kbit_bundle_summary" = xyes && test "x$NVCC" = xno],
  [kbit_bundle_summary="yes, without a program for a GPU"])
AC_SUBST([BUNDLE_LIBS])
AC_SUBST([BUNDLE_CXX_LINK])
AM_CONDITIONAL([HAVE_BUNDLE], [test "x${kbit_bundle_summary%%,*}" = xyes])
])
