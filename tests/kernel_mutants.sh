#!/bin/sh
# The production kernels, each time with one mistake that people make: each must be caught, by a wrong
# result or by a message of the CPU layer, under a few of the settings that `make check` uses. The
# mistakes are edits of copies of the sources; one that edits nothing is an error. By default one in
# five of them, the first fifth; KBIT_KERNEL_MUTANTS=1 (to 4) takes another fifth, all takes all.
set -eu
top=$(cd "${top_srcdir:?}" && pwd) build=${top_builddir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "kernel_mutants.sh: $*"; exit 1; }

mkdir "$work/cuda"
ln -s "$top/cuda/simt" "$work/cuda/simt"
restore() { cp "$top"/cuda/*.cuh "$top"/cuda/*.h "$work/cuda"; }
program() {
    # shellcheck disable=SC2086 # flags are words
    ${CXX:?} ${KBIT_TEST_CXXFLAGS:?} -O0 -w -I"$top/reference" -I"$work/cuda" -o "$work/$1" "$top/tests/kernel_run.cc" \
        "$build/.libs/libkernels_simt.a" "$build/.libs/libkbitsimt.a" "$build/.libs/libkbitref.a" -lpthread -lm
}
# run NAME -- RIGHT, or what gave it away, under settings that differ in order, timing and seed.
run() {
    for setting in 'forward issue 1' 'forward late 1' 'priority random 1' 'priority random 2' \
        'priority random 3' 'priority random 4' 'priority late 5'; do
        # shellcheck disable=SC2086 # three words
        set -- "$1" $setting
        answer=$(KBIT_SIMT_ORDER=$2 KBIT_SIMT_ASYNC=$3 KBIT_SIMT_SEED=$4 KBIT_SIMT_WORKERS=1 "$work/$1" 2>&1) || true
        answer=$(printf '%s\n' "$answer" | head -n 1)
        if test "$answer" != RIGHT; then
            echo "$answer [$2, $3, seed $4]"
            return
        fi
    done
    echo RIGHT
}

restore
program correct || fail "the kernels do not compile"
answer=$(run correct)
test "$answer" = RIGHT || fail "the kernels as they are: $answer"

mutants=0 tried=0 missed=0 turn=${KBIT_KERNEL_MUTANTS:-0}
# mutant NAME FILE EDIT
mutant() {
    mutants=$((mutants + 1))
    sed -e "$3" "$top/cuda/$2" >"$work/edited"
    ! cmp -s "$top/cuda/$2" "$work/edited" || fail "$1: the edit finds nothing in $2"
    test "$turn" = all || test $((mutants % 5)) -eq "$turn" || return 0
    restore
    cp "$work/edited" "$work/cuda/$2"
    program mutant || fail "$1: does not compile"
    answer=$(run mutant)
    echo "$1: $answer"
    tried=$((tried + 1))
    test "$answer" != RIGHT || missed=$((missed + 1))
}

mutant 'wait_group one too large in the ring' int8_ring.cuh 's/cp_async_wait<Tile::kRing - 2>/cp_async_wait<Tile::kRing - 1>/'
mutant 'no barrier in the ring' int8_ring.cuh 's/__syncthreads();  *\(\/\* everyone.s\)/\1/'
mutant 'a stage is filled one step too far ahead' int8_ring.cuh 's/const int ahead = s + Tile::kRing - 1;/const int ahead = s + Tile::kRing;/'
mutant 'the swizzle of one operand is another' int8_ring.cuh 's/q + ring_chunk(row0 + i \* 16 + lane % 16, half/q + ring_chunk((row0 + i * 16 + lane % 16) ^ 2, half/'
mutant 'the last slice of K is lost' int8_ring.cuh 's/split.splits, last))/split.splits - 1, last))/'
mutant 'own sums are added twice' int8_ring.cuh 's/if (from == static_cast<int>(blockIdx.y))/if (from < 0)/'
mutant 'the last one is not told to all threads' last_block.cuh '/last = atomicAdd/{n;n;n;s/__syncthreads();//;}'
mutant 'the first outlier columns are gathered again' epilogue.cuh 's/gather_outliers<Tile>(columns, e, first, n, row0, col0);/gather_outliers<Tile>(columns, e, 0, n, row0, col0);/'
mutant 'no barrier before outlier columns are replaced' epilogue.cuh 's/Tile::sync(); \/\* all have used.*/;/'
mutant 'columns behind the end of O are not zeros' epilogue.cuh 's/const bool real = first + o < n;/const bool real = true;/'
mutant 'rows of two fragments share their staging' epilogue.cuh '/put_rows(e, staged, stride, n, min/{n;s/__syncwarp();//;}'
mutant 'the bias of the next column' epilogue.cuh 's/e.bias\[col + u\]/e.bias[col]/'
mutant 'a private place is refilled before it is read' int8_stream.cuh 's/const int ahead = s + kStreamRing; /const int ahead = s + kStreamRing - 1; /'
mutant 'wait_group one too large in the stream' int8_stream.cuh 's/cp_async_wait<kStreamRing - 1>/cp_async_wait<kStreamRing>/'
mutant 'words of codes and of weights in another order' int8_stream.cuh 's/{{q.x, q.y}, {q.z, q.w}}/{{q.x, q.z}, {q.y, q.w}}/'
mutant 'no barrier between statistics and codes' int8_stream.cuh 's/shared.absmax\[threadIdx.x\] = decoded<T>(top);/if (threadIdx.x) shared.absmax[threadIdx.x] = decoded<T>(top);/'
mutant 'columns of a second window start at 0' int8_stream.cuh 's/static_cast<size_t>(base + list\[first + o\])/static_cast<size_t>(list[first + o] % 256)/g'
mutant 'an outlier column keeps its code' int8_stream.cuh 's/const int8_t q = out >> e & 1 ? int8_t{0} :/const int8_t q = (out >> e \& 1) \&\& eight.magnitude(e) >= from.limit ? int8_t{0} :/'
mutant 'a bit of the mask is lost at a word of 32' quantize_pass.cuh 's/out << k % 32/out << k % 24/'
mutant 'outliers count in the absmax' quantize_pass.cuh 's/        else$/        if (1)/'
mutant 'one buffer of maxima for all rows' quantize_pass.cuh 's/, turn ^= 1)/)/'
mutant 'the mask is listed before the last block is in' quantize_pass.cuh 's/static_cast<int>(gridDim.x), shared.last/1, shared.last/'
mutant 'ties take the product with the reciprocal' quantize_pass.cuh 's/> 0.5f - 0x1p-14f/> 2.0f/'
mutant 'the prefix of a warp forgets the warps before' quantize_pass.cuh 's/upto += totals\[before\];/;/'
echo "$tried of $mutants mutants tried, $missed not caught"
test "$mutants" -eq 24 && test "$tried" -gt 0 && test "$missed" -eq 0
