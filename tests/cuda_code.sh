#!/bin/sh
# What nvcc makes of the kernels that carry the time: no register goes to memory, the int8 product is
# on the tensor cores, and the arithmetic that claims bits is not approximated. Skips without nvcc.
set -eu
if test "${NVCC:-no}" = no; then
    echo "cuda_code.sh: skipped, configure found no nvcc"
    exit 77
fi
top=${top_srcdir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "cuda_code.sh: $*"; exit 1; }

# entry FILE NAME -- the PTX of the kernels whose mangled name contains NAME; fails if there is none.
entry() {
    awk -v name="$2" '/\.entry/ { inside = index($0, name) } inside' "$work/$1.ptx" >"$work/entry"
    test -s "$work/entry" || fail "$1.cu: no kernel $2"
}
# counts FILE NAME PATTERN N -- each of them has the pattern at least N times altogether.
counts() {
    entry "$1" "$2"
    n=$(grep -c -e "$3" "$work/entry" || true)
    test "$n" -ge "$4" || fail "$1.cu: $2 has '$3' $n times, expected at least $4"
    echo "$1.cu: $2: $n x $3"
}

for kernel in quantize_rows int8_matmul llmint8_linear_bnb; do
    # shellcheck disable=SC2086 # flags are words
    "$NVCC" ${KBIT_NVCCFLAGS:?} -gencode arch=compute_80,code=sm_80 -Xptxas=-v -I"$top/reference" \
        --keep --keep-dir "$work" -cubin -o "$work/$kernel.cubin" "$top/cuda/$kernel.cu" \
        >"$work/$kernel.log" 2>&1 || { cat "$work/$kernel.log"; fail "$kernel.cu does not compile"; }
    kernels=$(grep -c 'Compiling entry function' "$work/$kernel.log" || true)
    clean=$(grep -c ' 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads' "$work/$kernel.log" || true)
    test "$kernels" -gt 0 || fail "$kernel.cu: ptxas -v names no kernel"
    test "$kernels" -eq "$clean" || { cat "$work/$kernel.log"; fail "$kernel.cu: registers are spilled"; }
    echo "$kernel.cu: $kernels kernels, none spills"
    if grep -nE '\.approx|\.ftz' "$work/$kernel.ptx"; then
        fail "$kernel.cu: approximate arithmetic"
    fi
done

# Two instances (aligned operands or not), 2 x 4 x 4 products a stage each.
counts int8_matmul int8_matmul_kernel_v2 'mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32' 64
counts int8_matmul int8_matmul_kernel_v2 'ldmatrix.sync.aligned.m8n8.x4.shared.b16' 24
counts int8_matmul int8_matmul_kernel_v2 'cp.async.cg.shared.global' 8
counts llmint8_linear_bnb linear_tile 'mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32' 64
counts int8_matmul int8_matmul_kernel_v3 'dp4a' 32
counts quantize_rows quantize_rows_kernel_v2 'div.rn.f32' 3
entry quantize_rows quantize_rows_kernel
if grep -n 'fma.rn.f32' "$work/entry"; then
    fail "quantize_rows.cu: a product and a sum are contracted"
fi

# The machine code itself, where the toolkit can print it.
cuobjdump=$(dirname "$NVCC")/cuobjdump
if test -x "$cuobjdump"; then
    "$cuobjdump" -sass "$work/int8_matmul.cubin" | awk '/Function :/ { f = $3 } /IMMA/ { n[f]++ } END { for (f in n) print f ": " n[f] " x IMMA"; exit length(n) < 2 }' ||
        fail "int8_matmul.cu: no IMMA in the machine code of the product kernels"
else
    echo "cuda_code.sh: the machine code is not looked at, $cuobjdump is not there"
fi
