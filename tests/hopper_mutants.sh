#!/bin/sh
# The Hopper kernels, each time with one mistake that people make: each must be caught, by a wrong
# result or by a message of the CPU layer, under a few of the settings that `make check` uses. The
# mistakes are edits of copies of the sources; one that edits nothing is an error.
set -eu
top=${top_srcdir:?} build=${top_builddir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "hopper_mutants.sh: $*"; exit 1; }

mkdir "$work/cuda"
ln -s "$top/reference" "$work/reference"
restore() { cp "$top"/cuda/*.cu "$top"/cuda/*.cuh "$top"/cuda/*.h "$work/cuda"; }
ln -s "$top/cuda/simt" "$work/cuda/simt"

# program NAME -- the kernels of $work/cuda, in a program.
program() {
    # shellcheck disable=SC2086 # flags are words
    ${CXX:?} ${KBIT_TEST_CXXFLAGS:?} -O0 -w -Wno-psabi -I"$top/reference" -c -x c++ -o "$work/$1.o" "$work/cuda/hopper.cu" &&
        $CXX $KBIT_TEST_CXXFLAGS -o "$work/$1" "$work/$1.o" "$build/tests/hopper_run.o" \
            "$build/.libs/libkernels_simt.a" "$build/.libs/libkbitsimt.a" "$build/.libs/libkbitref.a" -lpthread -lm
}

# run NAME -- "RIGHT", or what gave it away; under settings that differ in order, timing and seed.
run() {
    for setting in 'forward issue 1' 'forward late 1' 'priority random 1' 'priority random 2' 'priority random 3'; do
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
echo "$mutants mutants, all caught"
test "$mutants" -eq 17
