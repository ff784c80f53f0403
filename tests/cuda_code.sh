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

# registers FILE NAME MOST -- no kernel whose mangled name contains NAME has more, and there is one.
registers() {
    awk -v name="$2" -v most="$3" '
        /Compiling entry function/ { inside = index($0, name) }
        inside && /Used [0-9]+ registers/ {
            for (i = 1; i < NF; i++) if ($i == "Used") { n++; if ($(i + 1) > top) top = $(i + 1) }
        }
        END { print n " x " name ": at most " top " registers, allowed " most; exit !(n && top <= most) }
    ' "$work/$1.log" || fail "$1.cu: too many registers, or no kernel: $2"
}
# The bounds are those of the blocks a multiprocessor that each kernel was made for.
registers quantize_rows quantize_pass_kernelI6__half 64
registers quantize_rows quantize_pass_kernelI13__nv_bfloat16 64
for file in int8_matmul llmint8_linear_bnb; do
    registers $file 'int8_ring_kernelINS_10SquareTileILi32E' 128
    registers $file 'int8_ring_kernelINS_10SquareTileILi64E' 168
    registers $file 'int8_ring_kernelINS_10SquareTileILi128E' 255
    registers $file int8_stream_kernel 128
done

# Each production kernel: its products, its loads from shared memory and its asynchronous copies. Of
# the ring's tiles, 4 x 8 fragments and two halves of a stage make 64 int8 products.
mma_s8='mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32'
for shape in 32ELi128ELi32ELi32E:16 64ELi128ELi32ELi64E:32 128ELi128ELi64ELi64E:64 128ELi256ELi64ELi64E:64; do
    tile=int8_ring_kernelINS_10SquareTileILi${shape%:*}
    products=${shape#*:}
    for file in int8_matmul llmint8_linear_bnb; do
        counts $file "$tile" "$mma_s8" "$products"
        counts $file "$tile" 'ldmatrix.sync.aligned.m8n8.x4.shared.b16' 4
        counts $file "$tile" 'cp.async.cg.shared.global' 6
    done
    counts llmint8_linear_bnb "$tile" 'mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32' $((products / 2))
    counts llmint8_linear_bnb "$tile" 'mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32' $((products / 2))
done
# Eight kernels that stream, of one or two groups of tokens: two products a group, twelve copies first.
counts llmint8_linear_bnb int8_stream_kernel "$mma_s8" 24
counts llmint8_linear_bnb int8_stream_kernel 'cp.async.cg.shared.global.L2::cache_hint' 96
counts int8_matmul int8_stream_kernel createpolicy.fractional.L2::evict_first 1
counts int8_matmul int8_stream_kernel "$mma_s8" 6
counts quantize_rows quantize_pass_kernel 'redux.sync.max' 18

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

# The machine code itself, where the toolkit or PATH has the program that prints it. Each kernel with
# the name on the left has each of the instructions on the right.
cuobjdump=$(dirname "$NVCC")/cuobjdump
test -x "$cuobjdump" || cuobjdump=$(command -v cuobjdump) || cuobjdump=
if test -z "$cuobjdump"; then
    echo "cuda_code.sh: the machine code is not looked at, there is no cuobjdump"
    exit 0
fi
# machine FILE NAME INSTRUCTION... -- of every kernel named so; an L1::local access is a spill.
machine() {
    file=$1 name=$2
    shift 2
    "$cuobjdump" -sass "$work/$file.cubin" | awk -v name="$name" -v wanted="$*" '
        /Function :/ { f = index($3, name) ? $3 : ""; if (f) seen[f] = 1; next }
        f && $2 ~ /^[A-Z@]/ { for (i = 2; i <= 3; i++) { split($i, part, "."); have[f, part[1]]++ } }
        END {
            n = split(wanted, want, " ")
            for (f in seen) {
                kernels++
                line = f ":"
                for (i = 1; i <= n; i++) { line = line " " have[f, want[i]] + 0 " x " want[i]; if (!have[f, want[i]]) bad = 1 }
                if (have[f, "STL"] || have[f, "LDL"]) { line = line " and local memory"; bad = 1 }
                print substr(line, 1, 160)
            }
            exit bad || !kernels
        }' || fail "$file.cu: the machine code of $name lacks something"
}
machine int8_matmul int8_matmul_kernel_v2 IMMA LDSM
machine int8_matmul int8_ring_kernel IMMA LDSM
machine int8_matmul int8_stream_kernel IMMA LDGSTS
machine llmint8_linear_bnb int8_ring_kernel IMMA HMMA LDSM
machine llmint8_linear_bnb int8_stream_kernel IMMA LDGSTS
machine quantize_rows quantize_pass_kernel REDUX
