#!/bin/sh
# What nvcc makes of the producers' kernels: no register goes to memory, none has more registers than its
# blocks leave it, and normalizations and relu, which claim bits, are not approximated. Skips without nvcc.
set -eu
if test "${NVCC:-no}" = no; then
    echo "producer_code.sh: skipped, configure found no nvcc"
    exit 77
fi
top=${top_srcdir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "producer_code.sh: $*"; exit 1; }

# has FILE PATTERN N -- the PTX has the pattern at least N times.
has() {
    n=$(grep -c -e "$2" "$work/$1.ptx" || true)
    test "$n" -ge "$3" || fail "$1.cu has '$2' $n times, expected at least $3"
    echo "$1.cu: $n x $2"
}

# FILE:KERNELS, five types times the shapes of producer_pass.cuh; producers.cu has the first rung's six.
for pair in layernorm:25 rmsnorm:25 relu:15 gelu:15 gelu_tanh:15 silu:15 producers:6; do
    file=${pair%:*} expected=${pair#*:}
    # shellcheck disable=SC2086 # flags are words
    "$NVCC" ${KBIT_NVCCFLAGS:?} -gencode arch=compute_80,code=sm_80 -Xptxas=-v -I"$top/reference" \
        --keep --keep-dir "$work" -cubin -o "$work/$file.cubin" "$top/cuda/$file.cu" \
        >"$work/$file.log" 2>&1 || { cat "$work/$file.log"; fail "$file.cu does not compile"; }
    kernels=$(grep -c 'Compiling entry function' "$work/$file.log" || true)
    clean=$(grep -c ' 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads' "$work/$file.log" || true)
    most=$(sed -n 's/.*Used \([0-9]*\) registers.*/\1/p' "$work/$file.log" | sort -n | tail -n 1)
    test "$kernels" -eq "$expected" || fail "$file.cu: $kernels kernels, not $expected"

    test "$clean" -eq "$kernels" || { cat "$work/$file.log"; fail "$file.cu: registers are spilled"; }
    test "$most" -le 128 || fail "$file.cu: $most registers, allowed 128"
    echo "$file.cu: $kernels kernels, none spills, at most $most registers"
done
for file in layernorm rmsnorm relu; do
    if grep -nE '\.approx|\.ftz' "$work/$file.ptx"; then
        fail "$file.cu: approximate arithmetic"
    fi
done
# One root, and the quotients: 1 / root and the means; squares are fused on purpose, nothing else is.
for file in layernorm rmsnorm; do
    has $file 'sqrt.rn.f32' 25
    has $file 'div.rn.f32' 50
    has $file 'fma.rn.f32' 25
    has $file 'shfl.sync.bfly.b32' 125
done
if grep -n 'fma.rn.f32' "$work/relu.ptx"; then
    fail "relu.cu: a product and a sum are contracted"
fi
for file in layernorm rmsnorm relu gelu gelu_tanh silu; do
    has $file 'redux.sync.max' 15
    has $file 'ld.global.v4.u32' 15
done
