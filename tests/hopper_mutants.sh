#!/bin/sh
# The Hopper kernels, each time with one mistake that people make: each must be caught, by a wrong
# result or by a message of the CPU layer, under a few of the settings that `make check` uses. The
# mistakes are edits of copies of the sources; one that edits nothing is an error.
set -eu
top=$(cd "${top_srcdir:?}" && pwd) build=${top_builddir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "hopper_mutants.sh: $*"; exit 1; }

mkdir "$work/cuda"
ln -s "$top/reference" "$work/reference"
restore() { cp "$top"/cuda/*.cu "$top"/cuda/*.cuh "$top"/cuda/*.h "$work/cuda"; }
ln -s "$top/cuda/simt" "$work/cuda/simt"

# kernels FILE RUN... -- which of cuda's files the mutants that follow are in, and how hopper_run runs it.
kernels() {
    source=$1
    shift
    runs=$*
    restore
    program correct || fail "the kernels do not compile"
    answer=$(run correct)
    test "$answer" = RIGHT || fail "the kernels as they are: $answer"
}

# program NAME -- the kernels of $work/cuda, in a program.
program() {
    # shellcheck disable=SC2086 # flags are words
    ${CXX:?} ${KBIT_TEST_CXXFLAGS:?} -O0 -w -Wno-psabi -I"$top/reference" -c -x c++ -o "$work/$1.o" "$work/cuda/$source" &&
        $CXX $KBIT_TEST_CXXFLAGS -o "$work/$1" "$work/$1.o" "$build/tests/hopper_run.o" \
            "$build/.libs/libkernels_simt.a" "$build/.libs/libkbitsimt.a" "$build/.libs/libkbitref.a" -lpthread -lm
}

# run NAME -- "RIGHT", or what gave it away; under settings that differ in order, timing and seed.
run() {
    for setting in 'forward issue 1' 'forward late 1' 'priority random 1' 'priority random 2' 'priority random 3'; do
        for kernel in $runs; do
            # shellcheck disable=SC2086 # three words
            set -- "$1" $setting
            answer=$(KBIT_SIMT_ORDER=$2 KBIT_SIMT_ASYNC=$3 KBIT_SIMT_SEED=$4 KBIT_SIMT_WORKERS=1 \
                "$work/$1" "$kernel" 2>&1) || true
            answer=$(printf '%s\n' "$answer" | head -n 1)
            if test "$answer" != RIGHT; then
                echo "$answer [$kernel, $2, $3, seed $4]"
                return
            fi
        done
    done
    echo RIGHT
}

mutants=0
# mutant NAME FILE EDIT PATTERN -- the answer must match the (basic) pattern.
mutant() {
    restore
    sed -e "$3" "$top/cuda/$2" >"$work/cuda/$2"
    ! cmp -s "$top/cuda/$2" "$work/cuda/$2" || fail "$1: the edit finds nothing in $2"
    program mutant || fail "$1: does not compile"
    answer=$(run mutant)
    echo "$1: $answer"
    test "$answer" != RIGHT || fail "$1: not caught"
    printf '%s\n' "$answer" | grep -q -e "$4" || fail "$1: expected '$4'"
    mutants=$((mutants + 1))
}

kernels hopper.cu narrow
mutant 'no barrier after the mbarriers are initialised' hopper.cu \
    's/^    __syncthreads();$//' 'was never initialised'
mutant 'the mbarriers are not shown to the copy engine' hopper.cu \
    's/ptx::mbarrier_fence_init();//' 'no fence has shown'
mutant 'the producer waits for the wrong phase' int8_hopper.cuh \
    's/\(empty\[place.at\], place.parity\) ^ 1/\1/' 'deadlock'
mutant 'the consumers wait for the wrong phase' int8_hopper.cuh \
    's/(&barriers.full\[place.at\], place.parity)/(\&barriers.full[place.at], place.parity ^ 1)/' 'WRONG\|simt: '
mutant 'the parity of the ring is never turned' int8_hopper.cuh \
    's/parity ^= 1;//' 'WRONG\|simt: '
mutant 'wait_group one too large before a stage is given back' int8_hopper.cuh \
    's/wgmma_wait<1>/wgmma_wait<2>/' 'WRONG\|simt: '
mutant 'wait_group one too large after the last step' int8_hopper.cuh \
    's/wgmma_wait<0>/wgmma_wait<1>/' 'never waited for\|WRONG\|wgmma'
mutant 'no wgmma.fence' int8_hopper.cuh 's/ptx::wgmma_fence();//' 'no wgmma.fence'
mutant 'k advances in the wrong order in one operand' int8_hopper.cuh \
    's/ring.w\[place.at\] + k;/ring.w[place.at] + (k ^ 32);/' 'WRONG'
mutant 'k advances past the row' int8_hopper.cuh \
    's/ring.w\[place.at\] + k;/ring.w[place.at] + 2 * k;/' 'simt: wgmma: B starts'
mutant 'the map and the descriptor have other swizzles' hopper.cu \
    's/CU_TENSOR_MAP_SWIZZLE_128B/CU_TENSOR_MAP_SWIZZLE_NONE/' 'WRONG'
mutant 'fewer bytes announced than come' int8_hopper.cuh \
    's/expect_tx(full, kStageBytes)/expect_tx(full, kStageBytes - 128)/' 'bytes more than expected'
mutant 'a stage is never given back' int8_hopper.cuh \
    's/release(&barriers.empty\[before\]);//' 'deadlock'
mutant 'no proxy fence after ordinary stores' linear_hopper.cuh \
    's/ptx::fence_proxy_async();//' 'ordinary stores changed'
mutant 'no barrier among the gathering warps' linear_hopper.cuh \
    's/ptx::barrier_sync(kGatherBarrier, kGatherers);//' 'WRONG\|simt: '
mutant 'a slot is refilled while it is read' linear_hopper.cuh \
    's/ptx::mbarrier_wait(&barriers.empty.*//' 'WRONG\|simt: '
mutant 'gathered rows in another swizzle' linear_hopper.cuh 's/row >> 2 & 1/row >> 1 \& 1/' 'WRONG'

kernels hopper2.cu pair wide
mutant 'pairs: no cluster barrier after the mbarriers are initialised' int8_hopper2.cuh \
    '/^template <int Blocks> __device__ __forceinline__ void synchronize/,/^}/s/ptx::cluster_.*();//' 'simt: '
mutant 'pairs: no cluster barrier before the end' hopper2.cu \
    's/^        synchronize<Blocks>();.*/;/' 'has ended\|nobody waited for'
mutant 'pairs: a stage is given back in the own block only' int8_hopper2.cuh \
    's/kConsumerWarps \* Blocks/kConsumerWarps/;s/if constexpr (Blocks == 1)$/if constexpr (true)/' 'WRONG\|simt: '
mutant 'pairs: w goes to the own block only' int8_hopper2.cuh \
    's/(1u << Blocks) - 1/1u << box/' 'deadlock'
mutant 'pairs: each block copies the first box of w' int8_hopper2.cuh \
    's/const int box = Tiles<Blocks>::rank();/const int box = 0;/' 'WRONG\|simt: '
mutant 'pairs: a box of w at the place of the other' int8_hopper2.cuh \
    's/ring.w\[at\] + box \* kBoxBytes/ring.w[at] + (1 - box) * kBoxBytes/' 'WRONG'
mutant 'pairs: only the own bytes are announced' int8_hopper2.cuh \
    's/kStageBytes);$/Blocks == 1 ? kStageBytes : kStageBytes - kBoxBytes);/' 'bytes more than expected'
mutant 'pairs: both blocks have the upper tile' int8_hopper2.cuh \
    's/ \* Blocks + rank()) \* kRows/ * Blocks) * kRows/' 'WRONG'
mutant 'pairs: the odd row of tiles is left out' hopper2.cu \
    's/ceil_div(ceil_div(in.M, kRows), Blocks)/(in.M + kRows - 1) \/ kRows \/ Blocks/' 'WRONG\|simt: '
mutant 'pairs: every block takes every tile of the cluster' int8_hopper2.cuh \
    's/return gridDim.x \/ Blocks;/return gridDim.x;/' 'WRONG\|simt: '
mutant 'the first stages are filled again' int8_hopper2.cuh \
    's/if (step >= ahead) {/if (step + 1 >= ahead) {/' 'WRONG\|simt: '
mutant 'wide: wait_group one too large before a stage is given back' int8_hopper2.cuh \
    's/wgmma_wait<1>/wgmma_wait<2>/' 'WRONG\|simt: '
mutant 'wide: a stage is never given back' int8_hopper2.cuh \
    's/release_stage<Blocks>(&barriers.empty\[before\]);//' 'deadlock'
mutant 'wide: the second box of w over the first' int8_hopper2.cuh \
    's/ring.w\[at\] + kBoxBytes, w/ring.w[at], w/' 'WRONG'
mutant 'wide: scaled sums of one row with the other' linear_hopper2.cuh \
    's/absmax\[i \/ 2 % 2\]/absmax[0]/' 'WRONG'
mutant 'wide: no wgmma.fence after the sums were scaled' linear_hopper2.cuh \
    's/ptx::wgmma_fence();//' 'wgmma'
mutant 'wide: the outliers overwrite the sums' linear_hopper2.cuh \
    's/(f, x, w, true)/(f, x, w, false)/' 'WRONG'
mutant 'wide: no proxy fence after ordinary stores' linear_hopper2.cuh \
    's/ptx::fence_proxy_async();//' 'ordinary stores changed'
mutant 'wide: a slot is refilled while it is read' linear_hopper2.cuh \
    's/ptx::mbarrier_wait(&barriers.empty.*//' 'WRONG\|simt: '
mutant 'wide: rows of w gathered for the wrong half' linear_hopper2.cuh \
    's/of_w ? i \/ 2 - kRows : i \/ 2/of_w ? i \/ 2 % kRows : i \/ 2/' 'WRONG\|uninit\|simt: '
mutant 'wide: words exchanged for one row only' linear_hopper2.cuh \
    's/transpose(word\[half\]);/if (half) transpose(word[half]);/' 'WRONG'
echo "$mutants mutants, all caught"
test "$mutants" -eq 38
