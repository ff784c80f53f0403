# Our __half and __nv_bfloat16 are the toolkit's, bit for bit. KBIT_EXHAUSTIVE=1 tries all floats.
if test "$NVCC" = no || test -z "$NVCC"; then
    echo "skipped: no CUDA toolkit to compare with"
    exit 77
fi
include=$(dirname "$(dirname "$(readlink -f "$NVCC")")")/include
if test ! -f "$include/cuda_fp16.h"; then
    echo "skipped: no cuda_fp16.h in $include"
    exit 77
fi
step=1009
test "$KBIT_EXHAUSTIVE" = 1 && step=1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
set -e
tests=$top_srcdir/tests/simt
$CXX -std=c++17 -O2 -ffp-contract=off -isystem "$include" -c -o "$work/toolkit.o" "$tests/toolkit_half.cc"
$CXX -std=c++17 -O2 -ffp-contract=off -o "$work/compare" "$tests/compare_half.cc" "$work/toolkit.o"
"$work/compare" $step
