# KBIT_CHECK_FLAGS(LANGUAGE, VARIABLE, FLAGS)
# Appends to VARIABLE each flag that the compiler of LANGUAGE takes without a warning.
AC_DEFUN([KBIT_CHECK_FLAGS], [
AC_LANG_PUSH([$1])
kbit_flags_ok=
for kbit_flag in $3; do
  AC_MSG_CHECKING([whether the $1 compiler takes $kbit_flag])
  kbit_save_flags=$_AC_LANG_PREFIX[]FLAGS
  _AC_LANG_PREFIX[]FLAGS="$kbit_save_flags -Werror $kbit_flag"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); kbit_flags_ok="$kbit_flags_ok $kbit_flag"], [AC_MSG_RESULT([no])])
  _AC_LANG_PREFIX[]FLAGS=$kbit_save_flags
done
AC_LANG_POP([$1])
case $kbit_flags_ok in
  *-ffp-contract=off*) ;;
  *) AC_MSG_ERROR([the $1 compiler cannot switch off floating-point contraction (-ffp-contract=off)]) ;;
esac
$2=$kbit_flags_ok
])

# KBIT_CHECK_ROUNDING(LANGUAGE, VARIABLE)
# gcc 12.2 at -O2 makes vectors of two conversions from double to float and back that stand side by side,
# and then drops both, so that nothing is rounded. Where the compiler of LANGUAGE does, VARIABLE gets the flag
# that prevents it. Asked at -O2, whatever the user's flags: they may change at make. A cross
# compiler cannot be asked and gets the flag.
AC_DEFUN([KBIT_CHECK_ROUNDING], [
AC_LANG_PUSH([$1])
AC_MSG_CHECKING([whether the $1 compiler rounds two numbers side by side])
kbit_save_flags=$_AC_LANG_PREFIX[]FLAGS
kbit_rounds=no
for kbit_flag in '' -fno-tree-slp-vectorize; do
  _AC_LANG_PREFIX[]FLAGS="$kbit_save_flags $$2 -w -O2 -fPIC $kbit_flag"
  AC_RUN_IFELSE([AC_LANG_SOURCE([[
    typedef struct { double lo, hi; } interval;
    __attribute__((noinline)) static interval rounded(interval a)
    {
        interval r = {(double)(float)a.lo, (double)(float)a.hi};
        return r;
    }
    int main(int argc, char **argv)
    {
        interval a = {argc + 0x1p-40, argc + 0x1p-41}, r = rounded(a);
        (void)argv;
        return !(r.lo == argc && r.hi == argc);
    }]])], [kbit_rounds=yes], [], [AS_IF([test -n "$kbit_flag"], [kbit_rounds=yes])])
  AS_IF([test $kbit_rounds = yes], [break])
done
_AC_LANG_PREFIX[]FLAGS=$kbit_save_flags
AS_IF([test $kbit_rounds = no],
  [AC_MSG_ERROR([the $1 compiler drops conversions to float, also with -fno-tree-slp-vectorize])])
AS_IF([test -n "$kbit_flag"], [$2="$$2 $kbit_flag"; AC_MSG_RESULT([only with $kbit_flag])], [AC_MSG_RESULT([yes])])
AC_LANG_POP([$1])
])

# KBIT_CHECK_TARGET_CLONES
# Defines HAVE_TARGET_CLONES where one C function can be built for several x86-64 levels and chosen
# at load time. Not with sanitizers: their runtime is not up yet when a resolver runs.
AC_DEFUN([KBIT_CHECK_TARGET_CLONES], [
AC_MSG_CHECKING([for function multiversioning])
AS_IF([test "x$enable_sanitizers" = xyes], [AC_MSG_RESULT([no (sanitizers)])],
  [AC_LINK_IFELSE([AC_LANG_SOURCE([[
     __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"))) static int f(int x) { return x + 1; }
     int main(int argc, char **argv) { (void)argv; return f(argc) - 1 - argc; }]])],
     [AC_MSG_RESULT([yes])
      AC_DEFINE([HAVE_TARGET_CLONES], [1], [target_clones with x86-64 levels works.])],
     [AC_MSG_RESULT([no])])])
])

# KBIT_RACE
# Whether the compiler can instrument memory accesses for the race runtime in cuda/simt/race.cc. Sets
# have_race and the conditional HAVE_RACE. Not beside other sanitizers, which have a
# runtime of their own.
AC_DEFUN([KBIT_RACE], [
have_race="no (built with sanitizers)"
AS_IF([test "x$enable_sanitizers" != xyes],
  [AC_LANG_PUSH([C++])
   kbit_save_flags=$CXXFLAGS
   CXXFLAGS="$CXXFLAGS -fsanitize=thread"
   AC_MSG_CHECKING([whether the C++ compiler instruments memory accesses])
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [have_race=yes], [have_race="no (-fsanitize=thread is unknown)"])
   AC_MSG_RESULT([$have_race])
   CXXFLAGS=$kbit_save_flags
   AC_LANG_POP([C++])])
AM_CONDITIONAL([HAVE_RACE], [test "x$have_race" = xyes])
])
