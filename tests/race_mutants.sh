#!/bin/sh
# The production kernels under the race runtime, each time with one thing missing that orders memory:
# one run names it, with file and line, whether or not the result is wrong. The mistakes are edits of
# copies of the sources; one that edits nothing is an error. By default one in four of them;
# KBIT_RACE_MUTANTS=1 (to 3) takes another fourth, all takes all, and kernels, layer, layer90, hopper or pair a set.
set -eu
top=$(cd "${top_srcdir:?}" && pwd) build=${top_builddir:?}
if ! test -f "$build/.libs/libkernels_race.a"; then
    echo "skipped: this compiler or this build has no race runtime (libkernels_race was not built)"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "race_mutants.sh: $*"; exit 1; }

mkdir "$work/cuda" "$work/tests"
ln -s "$top/reference" "$work/reference"
ln -s "$top/cuda/simt" "$work/cuda/simt"
cp "$top"/tests/kernel_run.cc "$top"/tests/hopper_run.cc "$top"/tests/hopper2_sequence.h \
    "$top"/tests/race_run.cc "$work/tests"
restore() { cp "$top"/cuda/*.cu "$top"/cuda/*.cuh "$top"/cuda/*.h "$work/cuda"; }

# program NAME SET -- one of five: the kernels of compute capability 8.0 one by one, the layer, the layer
# with Hopper's kernels, and those alone, of two tiles. The driver itself is not instrumented, unless kernels are compiled
# with it. Sets how it is run, as well.
program() {
    capability=80 argument=
    flags="${KBIT_TEST_CXXFLAGS:?} -g -O0 -w -Wno-psabi -I$top/reference -I$work/cuda"
    case $2 in
    kernels) sources=tests/kernel_run.cc ;;
    layer) sources='tests/race_run.cc cuda/llmint8_linear_bnb.cu cuda/quantize_rows.cu' ;;
    layer90)
        sources='tests/race_run.cc cuda/llmint8_linear_bnb.cu cuda/quantize_rows.cu cuda/hopper.cu cuda/hopper2.cu'
        capability=90
        ;;
    hopper) sources='tests/hopper_run.cc cuda/hopper.cu' argument=narrow ;;
    pair) sources='tests/hopper_run.cc cuda/hopper2.cu' argument=pair ;;
    esac
    objects=
    for source in $sources; do
        object=$work/$(basename "$source").o
        objects="$objects $object"
        # shellcheck disable=SC2086 # flags are words
        (cd "$work" && ${CXX:?} $flags -fsanitize=thread -c -x c++ -o "$object" "$source") || return 1
    done
    # shellcheck disable=SC2086
    $CXX $KBIT_TEST_CXXFLAGS -o "$work/$1" $objects "$build/.libs/libkernels_race.a" "$build/.libs/libkbitref.a" \
        -lpthread -ldl -lm
}

# run NAME -- "RIGHT", or what gave it away.
run() {
    # shellcheck disable=SC2086 # none or one
    answer=$(KBIT_SIMT_CAPABILITY=$capability KBIT_SIMT_ASYNC=late "$work/$1" $argument 2>&1) || true
    printf '%s\n' "$answer" | head -n 1
}

mutants=0 tried=0 turn=${KBIT_RACE_MUTANTS:-0} right=
# mutant SET NAME FILE EDIT PATTERN -- the answer must match the (basic) pattern. Before the first of a
# set, the kernels as they are must pass in silence.
mutant() {
    mutants=$((mutants + 1))
    sed -e "$4" "$top/cuda/$3" >"$work/edited"
    ! cmp -s "$top/cuda/$3" "$work/edited" || fail "$2: the edit finds nothing in $3"
    test "$turn" = all || test "$turn" = "$1" || test "$((mutants % 4))" = "$turn" || return 0
    case " $right " in
    *" $1 "*) ;;
    *)
        restore
        program correct "$1" || fail "the kernels do not compile"
        answer=$(run correct)
        test "$answer" = RIGHT || fail "the kernels as they are ($1): $answer"
        right="$right $1"
        ;;
    esac
    restore
    cp "$work/edited" "$work/cuda/$3"
    program mutant "$1" || fail "$2: does not compile"
    answer=$(run mutant)
    echo "$2: $answer"
    printf '%s\n' "$answer" | grep -q -e "$5" || fail "$2: expected '$5'"
    tried=$((tried + 1))
}

mutant kernels 'wait_group one too large in the ring' int8_ring.cuh \
    's/cp_async_wait<Tile::kRing - 2>/cp_async_wait<Tile::kRing - 1>/' 'race: .*copy that thread.* at int8_ring.cuh:'
mutant kernels 'no barrier in the ring' int8_ring.cuh \
    's/__syncthreads();  *\(\/\* everyone.s\)/\1/' '\(race\|uninitialised\): .* at int8_ring.cuh:'
mutant kernels 'a stage is filled one step too far ahead' int8_ring.cuh \
    's/const int ahead = s + Tile::kRing - 1;/const int ahead = s + Tile::kRing;/' '\(race\|uninitialised\): .* at int8_ring.cuh:'
mutant kernels 'the last one is not told to all threads' last_block.cuh \
    '/last = atomicAdd/{n;n;n;s/__syncthreads();//;}' '\(race\|uninitialised\): .* at last_block.cuh:'
mutant kernels 'no fence before a block is counted in' last_block.cuh \
    '/if (threadIdx.x == 0)/{n;s/__threadfence();//;}' 'race: .* by another block at '
mutant kernels 'no fence after a block is counted in' last_block.cuh \
    '/last = atomicAdd/{n;s/__threadfence();//;}' 'race: .* by another block at '
mutant kernels 'a block is counted in before its threads have written' last_block.cuh \
    '0,/__syncthreads();/s/__syncthreads();//' 'race: .* by another block at \|race: .* at last_block.cuh'
mutant kernels 'no barrier before outlier columns are replaced' epilogue.cuh \
    's/Tile::sync(); \/\* all have used.*/;/' 'race: .* at epilogue.cuh:'
mutant kernels 'rows of two fragments share their staging' epilogue.cuh \
    '/put_rows(e, staged, stride, n, min/{n;s/__syncwarp();//;}' 'race: .* at epilogue.cuh:'
mutant kernels 'no barrier between statistics and codes' int8_stream.cuh \
    '/shared.absmax\[threadIdx.x\] = decoded<T>(top);/,/__syncthreads();/s/__syncthreads();//' \
    '\(race\|uninitialised\): .* at int8_stream.cuh:'
mutant kernels 'wait_group one too large in the stream' int8_stream.cuh \
    's/cp_async_wait<kStreamRing - 1>/cp_async_wait<kStreamRing>/' 'race: .*copy that thread.* at int8_stream.cuh:'
mutant kernels 'one buffer of maxima for all rows' quantize_pass.cuh 's/, turn ^= 1)/)/' 'race: .* at quantize_pass.cuh:'
mutant kernels 'the tiles never wait for the kernel before' int8_ring.cuh \
    's/ptx::wait_for_predecessor();//' 'exits without having waited for the kernel before'
mutant layer 'codes are cleared before the pass is done' quantize_rows.cu \
    's/ptx::wait_for_predecessor();//;s/ptx::let_successor_start();/ptx::wait_for_predecessor();/' \
    'race: .* by a kernel before at quantize_pass.cuh:'
mutant layer 'the tiles wait for the kernel before too late' int8_ring.cuh \
    's/ptx::wait_for_predecessor();//;s/ptx::let_successor_start();/ptx::wait_for_predecessor();/' \
    'race: .* by a kernel before at quantize_'
mutant layer 'the stream waits for the kernel before too late' int8_stream.cuh \
    's/ptx::wait_for_predecessor();//;s/ptx::let_successor_start();/ptx::wait_for_predecessor();/' \
    'race: .* by a kernel before at quantize_'
mutant hopper 'no barrier after the mbarriers are initialised' hopper.cu \
    's/^    __syncthreads();$//' 'race: .*after being written by thread 0 at int8_hopper.cuh:'
mutant hopper 'the consumers wait for the wrong phase' int8_hopper.cuh \
    's/(&barriers.full\[place.at\], place.parity)/(\&barriers.full[place.at], place.parity ^ 1)/' \
    '\(race\|uninitialised\): .* at int8_hopper.cuh:'
mutant hopper 'the consumers do not wait for a stage' int8_hopper.cuh \
    's/ptx::mbarrier_wait(&barriers.full.*;//' '\(race\|uninitialised\): .* at int8_hopper.cuh:'
mutant hopper 'the producer does not wait for a stage' int8_hopper.cuh \
    's/ptx::mbarrier_wait(&barriers.empty.*;//' 'race: .* at int8_hopper.cuh:\|more than the 1 arrivals'
mutant hopper 'wait_group one too large before a stage is given back' int8_hopper.cuh \
    's/wgmma_wait<1>/wgmma_wait<2>/' 'race: .* on an mbarrier at int8_hopper.cuh:.* by a product of warpgroup'
mutant hopper 'wait_group one too large after the last step' int8_hopper.cuh \
    's/wgmma_wait<0>/wgmma_wait<1>/' 'race: accumulators read\|race: .* by a product of warpgroup'
mutant hopper 'no proxy fence after ordinary stores' linear_hopper.cuh \
    's/ptx::fence_proxy_async();//' 'race: .*product of warpgroup.* at linear_hopper.cuh:.* at linear_hopper.cuh:.*no fence.proxy.async'
mutant hopper 'no barrier among the gathering warps' linear_hopper.cuh \
    's/ptx::barrier_sync(kGatherBarrier, kGatherers);//' '\(race\|uninitialised\): .* at linear_hopper.cuh:'
mutant hopper 'a slot is refilled while it is read' linear_hopper.cuh \
    's/ptx::mbarrier_wait(&barriers.empty.*//' 'race: .* at linear_hopper.cuh:\|deadlock'
mutant pair 'pairs: no cluster barrier after the mbarriers are initialised' int8_hopper2.cuh \
    '/^template <int Blocks> __device__ __forceinline__ void synchronize/,/^}/s/ptx::cluster_.*();//' \
    'race: .* at int8_hopper2.cuh:\|was never initialised'
mutant pair 'pairs: a stage is given back in the own block only' int8_hopper2.cuh \
    's/kConsumerWarps \* Blocks/kConsumerWarps/;s/if constexpr (Blocks == 1)$/if constexpr (true)/' \
    'race: .* by a copy that completes on an mbarrier at int8_hopper2.cuh:'
mutant pair 'pairs: the producer does not wait for a stage' int8_hopper2.cuh \
    's/ptx::mbarrier_wait(&barriers.empty.*;//' 'race: .* at int8_hopper2.cuh:\|more than the 1 arrivals'
mutant pair 'pairs: wait_group one too large before a stage is given back' int8_hopper2.cuh \
    's/wgmma_wait<1>/wgmma_wait<2>/' 'race: .* on an mbarrier at int8_hopper2.cuh:.* by a product of warpgroup'
mutant pair 'wide: no proxy fence after ordinary stores' linear_hopper2.cuh \
    's/ptx::fence_proxy_async();//' 'race: .*product of warpgroup.* at linear_hopper2.cuh:.*no fence.proxy.async'
mutant layer90 'narrow: codes are fetched before the kernel before is done' int8_hopper.cuh \
    's/if (ahead > 0)$/if (ahead < 0)/' 'race: .* at int8_hopper.cuh:.* by a kernel before at '
mutant layer90 'wide: codes are fetched before the kernel before is done' int8_hopper2.cuh \
    's/if (ahead > 0)$/if (ahead < 0)/' 'race: .* at int8_hopper2.cuh:.* by a kernel before at '
mutant layer90 'wide: the consumers do not wait for the kernel before' hopper2.cu \
    '/registers_increase/{n;s/ptx::wait_for_predecessor();//;}' \
    'race: .* at .*hopper2.cuh*:.* by a kernel before at \|exits without having waited\|race: .* by a kernel before at '
echo "$tried of $mutants mutants tried, all named"
test "$mutants" -eq 33 && test "$tried" -gt 0
