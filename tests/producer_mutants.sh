#!/bin/sh
# The pass of a producer, each time with one mistake that people make: each must be caught, by a wrong
# result or by a message of the CPU layer, under a few settings. The mistakes are edits of a copy; one
# that edits nothing is an error. By default one in four of them; KBIT_KERNEL_MUTANTS=all takes all.
set -eu
top=$(cd "${top_srcdir:?}" && pwd) build=${top_builddir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "producer_mutants.sh: $*"; exit 1; }

mkdir "$work/cuda"
ln -s "$top/cuda/simt" "$work/cuda/simt"
program() {
    # shellcheck disable=SC2086 # flags are words
    ${CXX:?} ${KBIT_TEST_CXXFLAGS:?} -O0 -w -I"$top/reference" -I"$work/cuda" -o "$work/$1" "$top/tests/producer_run.cc" \
        "$build/.libs/libkernels_simt.a" "$build/.libs/libkbitsimt.a" "$build/.libs/libkbitref.a" -lpthread -lm
}
# run NAME -- RIGHT, or what gave it away.
run() {
    for setting in 'forward 1' 'reverse 1' 'priority 1' 'priority 2' 'priority 3' 'priority 4'; do
        # shellcheck disable=SC2086 # two words
        set -- "$1" $setting
        answer=$(KBIT_SIMT_ORDER=$2 KBIT_SIMT_SEED=$3 KBIT_SIMT_WORKERS=1 "$work/$1" 2>&1) || true
        answer=$(printf '%s\n' "$answer" | head -n 1)
        if test "$answer" != RIGHT; then
            echo "$answer [$2, seed $3]"
            return
        fi
    done
    echo RIGHT
}

cp "$top"/cuda/*.cuh "$top"/cuda/*.h "$work/cuda"
program correct || fail "the pass does not compile"
answer=$(run correct)
test "$answer" = RIGHT || fail "the pass as it is: $answer"

mutants=0 tried=0 missed=0 turn=${KBIT_KERNEL_MUTANTS:-0}
# mutant NAME EDIT
mutant() {
    mutants=$((mutants + 1))
    sed -e "$2" "$top/cuda/producer_pass.cuh" >"$work/cuda/producer_pass.cuh"
    ! cmp -s "$top/cuda/producer_pass.cuh" "$work/cuda/producer_pass.cuh" || fail "$1: the edit finds nothing"
    test "$turn" = all || test $((mutants % 4)) -eq "$turn" || return 0
    program mutant || fail "$1: does not compile"
    answer=$(run mutant)
    echo "$1: $answer"
    tried=$((tried + 1))
    test "$answer" != RIGHT || missed=$((missed + 1))
}

mutant 'sums of warps are read before they are there' '/partial\[threadIdx.x \/ 32\] = value;/{n;s/__syncthreads();/;/;}'
mutant 'sums and squares share a buffer' 's/row_sum<Warps>(squares, partial\[1\])/row_sum<Warps>(squares, partial[0])/'
mutant 'rows share their sums' 's/shared.partial\[turn\]/shared.partial[0]/'
mutant 'zeros behind the row count in the variance' 's/k + e < p.quantize.K ? __fmaf_rn(d, d, squares) : squares/__fmaf_rn(d, d, squares)/'
mutant 'the exchange stops a step early' 's/lanes > 0; lanes/lanes > 1; lanes/'
mutant 'the last warp is not added' 's/for (int warp = 1; warp < Warps; ++warp)/for (int warp = 1; warp < Warps - 1; ++warp)/'
mutant 'the mask is not cleared' 's/clear_mask(q, shared.quantize);/;/'
mutant 'gamma of the next eight columns' 's/gamma.load(p.parameter_type, p.gamma, k, /gamma.load(p.parameter_type, p.gamma, k + 8, /'
mutant 'h in the rows of x' 's/const_cast<void \*>(q.x)) + i \* q.x_ld/const_cast<void *>(q.x)) + i * q.K/'
mutant 'wide loads where rows are not aligned' 's/p.wide_x = q.K % 8 == 0 \&\& aligned(p.x, 16) \&\&/p.wide_x = q.K % 8 == 0 ||/'
mutant 'outliers of a long row are those of its last vector' 's/largest = take_eight(h, k, q.K, q.limit, shared.quantize.mask, largest);/largest = take_eight(h, k, q.K, q.limit, shared.quantize.mask, 0u);/'
mutant 'codes of outlier columns stay in other rows' 's/clear_outlier_columns(q, processors, stream) : status/KBIT_OK : status/'
echo "$tried of $mutants mistakes were made, $missed of them not caught"
test "$missed" -eq 0 && test "$tried" -gt 0
