# KBIT_CUDA
# Finds nvcc and the CUDA runtime. Sets NVCC, NVCC_GENCODE, KBIT_NVCCFLAGS, CUDA_LDFLAGS,
# kbit_cuda_summary and the conditional HAVE_NVCC. Without --with-cuda a missing toolkit is a warning, with it an error.
#
# Architectures: --with-cuda-arch takes a comma-separated list (80,90a), `quick` for the few that a
# first build needs, or `all` (the default) for everything that this nvcc knows of our list.
AC_DEFUN([KBIT_CUDA], [
AC_ARG_VAR([NVCC], [CUDA compiler])
AC_ARG_VAR([NVCCFLAGS], [CUDA compiler flags])
AC_ARG_WITH([cuda],
  [AS_HELP_STRING([--with-cuda@<:@=DIR@:>@], [CUDA toolkit, in DIR or wherever nvcc is on PATH])],
  [], [with_cuda=guess])
AC_ARG_WITH([cuda-arch],
  [AS_HELP_STRING([--with-cuda-arch=LIST], [compute capabilities such as 80,90a, or quick, or all @<:@all@:>@])],
  [], [with_cuda_arch=all])

kbit_cuda_path=$PATH
AS_CASE([$with_cuda],
  [no|guess|yes], [],
  [kbit_cuda_path=$with_cuda/bin])
kbit_cuda_reason="no (switched off)"
AS_IF([test "x$with_cuda" != xno],
  [AC_PATH_PROG([NVCC], [nvcc], [no], [$kbit_cuda_path$PATH_SEPARATOR/usr/local/cuda/bin])],
  [NVCC=no])
CUDA_LDFLAGS=
NVCC_GENCODE=
AS_IF([test "x$NVCC" = xno],
  [AS_IF([test "x$with_cuda" != xno], [kbit_cuda_reason="no (nvcc not found)"])],
  [kbit_cuda_root=`dirname "$NVCC"`/..
   kbit_cuda_root=`cd "$kbit_cuda_root" && pwd`
   for kbit_dir in "$kbit_cuda_root/lib64" "$kbit_cuda_root/targets/x86_64-linux/lib" "$kbit_cuda_root/lib"; do
     AS_IF([test -f "$kbit_dir/libcudart_static.a"], [CUDA_LDFLAGS="-L$kbit_dir"; break])
   done
   AC_MSG_CHECKING([whether nvcc compiles a kernel])
   echo '__global__ void k(int *p) { *p = 1; }' >conftest.cu
   AS_IF([$NVCC $NVCCFLAGS -c -o conftest.o conftest.cu >&AS_MESSAGE_LOG_FD 2>&1],
     [AC_MSG_RESULT([yes])],
     [AC_MSG_RESULT([no]); kbit_cuda_reason="no ($NVCC cannot compile a kernel, see config.log)"; NVCC=no])
   rm -f conftest.cu conftest.o
   AS_IF([test "x$NVCC" != xno && test -z "$CUDA_LDFLAGS"],
     [kbit_cuda_reason="no (libcudart_static.a not found beside $NVCC)"; NVCC=no])])
AS_IF([test "x$NVCC" = xno],
  [AS_CASE([$with_cuda],
     [no], [],
     [guess], [AC_MSG_WARN([CUDA: $kbit_cuda_reason; the kernels are built for the CPU layer only])],
     [AC_MSG_ERROR([CUDA was asked for: $kbit_cuda_reason])])
   kbit_cuda_summary=$kbit_cuda_reason],
  [kbit_nvcc_archs=`$NVCC --list-gpu-arch | $SED 's/compute_//' | tr '\n' ' '`
   AS_CASE([$with_cuda_arch],
     [quick], [kbit_archs="80 90a"],
     [all], [kbit_archs="80 86 89 90a"
             for kbit_newest in $kbit_nvcc_archs; do :; done
             kbit_archs="$kbit_archs $kbit_newest"],
     [kbit_archs=`echo "$with_cuda_arch" | tr ',' ' '`])
   kbit_archs_used=
   for kbit_arch in $kbit_archs; do
     kbit_base=`echo "$kbit_arch" | $SED 's/@<:@af@:>@$//'`
     AS_CASE([" $kbit_nvcc_archs "],
       [*" $kbit_base "*],
         [AS_CASE([" $kbit_archs_used "], [*" $kbit_arch "*], [],
           [NVCC_GENCODE="$NVCC_GENCODE -gencode arch=compute_$kbit_arch,code=sm_$kbit_arch"
            kbit_archs_used="$kbit_archs_used $kbit_arch"])],
       [AC_MSG_WARN([nvcc does not know compute capability $kbit_arch: left out])])
   done
   AS_IF([test "x$with_cuda_arch" = xall],
     [NVCC_GENCODE="$NVCC_GENCODE -gencode arch=compute_80,code=compute_80"
      kbit_archs_used="$kbit_archs_used +ptx80"])
   AS_IF([test -z "$NVCC_GENCODE"], [AC_MSG_ERROR([no usable architecture in --with-cuda-arch=$with_cuda_arch])])
   AS_CASE([" $kbit_archs_used "],
     [*" 90a "*], [NVCC_HOPPER_GENCODE="-DKBIT_SM90A -gencode arch=compute_90a,code=sm_90a"],
     [NVCC_HOPPER_GENCODE=$NVCC_GENCODE])
   kbit_cuda_summary="$NVCC, sm$kbit_archs_used"])
# No contraction: the kernels claim bits. The user's NVCCFLAGS come last. One word an option: libtool
# keeps a bare -Xcompiler for itself.
KBIT_NVCCFLAGS="-std=c++17 -O3 -fmad=false -Xptxas=--warn-on-spills -Xcompiler=-ffp-contract=off,-fvisibility=hidden,-Wall,-Wextra"
AS_IF([test "x$enable_werror" = xyes], [KBIT_NVCCFLAGS="$KBIT_NVCCFLAGS --Werror=all-warnings -Xptxas=--warning-as-error -Xcompiler=-Werror"])
# Six architectures of every kernel: a quarter of the bytes, where nvcc and so its driver (13, R580) know how.
AS_IF([test "x$NVCC" != xno],
  [AC_MSG_CHECKING([whether nvcc takes --compress-mode=size])
   echo '__global__ void k(int *p) { *p = 1; }' >conftest.cu
   AS_IF([$NVCC --version | grep 'release 1@<:@3-9@:>@' >/dev/null && $NVCC $NVCCFLAGS --compress-mode=size -c -o conftest.o conftest.cu >&AS_MESSAGE_LOG_FD 2>&1],
     [AC_MSG_RESULT([yes]); KBIT_NVCCFLAGS="$KBIT_NVCCFLAGS --compress-mode=size"],
     [AC_MSG_RESULT([no])])
   rm -f conftest.cu conftest.o])
AC_SUBST([KBIT_NVCCFLAGS])
AC_SUBST([CUDA_LDFLAGS])
AC_SUBST([NVCC_GENCODE])
AC_SUBST([NVCC_HOPPER_GENCODE])
AM_CONDITIONAL([HAVE_NVCC], [test "x$NVCC" != xno])
])
