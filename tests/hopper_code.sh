#!/bin/sh
# What nvcc makes of the Hopper kernel for sm_90a: no register goes to memory, products stay
# asynchronous, registers are moved between the roles, the copy engine and the tensor cores are used
# in every instance. Skips without nvcc; looks at the machine code where a disassembler is at hand.
set -eu
if test "${NVCC:-no}" = no; then
    echo "hopper_code.sh: skipped, configure found no nvcc"
    exit 77
fi
top=${top_srcdir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "hopper_code.sh: $*"; exit 1; }

# shellcheck disable=SC2086 # flags are words
"$NVCC" ${KBIT_NVCCFLAGS:?} -DKBIT_SM90A -gencode arch=compute_90a,code=sm_90a -Xptxas=-v -I"$top/reference" \
    --keep --keep-dir "$work" -cubin -o "$work/hopper.cubin" "$top/cuda/hopper.cu" \
    >"$work/log" 2>&1 || { cat "$work/log"; fail "hopper.cu does not compile"; }

# ptxas on each kernel: the tap, and the layer for two types of x and three of y.
kernels=7
awk -v want=$kernels '
    /Compiling entry function/ { name = $7; n++ }
    /bytes spill/ && !/ 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads/ { print "spills: " name; bad = 1 }
    /Used [0-9]+ registers/ {
        for (i = 1; i < NF; i++) if ($i == "Used") registers = $(i + 1)
        print name ": " registers " registers"
        # 384 threads of 168 are all that a multiprocessor has.
        if (registers > 168) { print "too many registers: " name; bad = 1 }
    }
    END { if (n != want) { print n " kernels, expected " want; bad = 1 } exit bad }
' "$work/log" || fail "see above"
# C7510: products run one after another, each waited for. C7508: setmaxnreg has no effect.
if grep -iE 'serializ|C7510|C7508|setmaxnreg' "$work/log"; then
    fail "ptxas gives up what the kernel is made for"
fi

# counts PATTERN LEAST KERNELS -- so many kernels have the pattern in their PTX at least LEAST times.
counts() {
    n=$(awk -v pattern="$1" -v least="$2" '
        /\.entry/ { k++ }
        index($0, pattern) { n[k]++ }
        END { for (i in n) if (n[i] >= least) found++; print found + 0 }' "$work/hopper.ptx")
    test "$n" -eq "$3" || fail "'$1': $n kernels have it at least $2 times, expected $3"
    echo "PTX: $n kernels x $1"
}
counts wgmma.mma_async.sync.aligned.m64n128k32.s32.s8.s8 4 $kernels
counts wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16 1 3
counts wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 1 3
counts cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier 2 $kernels
counts setmaxnreg.dec 1 $kernels
counts setmaxnreg.inc 1 $kernels
counts fence.proxy.async.shared::cta 1 6
if grep -nE '\.approx|\.ftz' "$work/hopper.ptx"; then
    fail "approximate arithmetic"
fi

cuobjdump=$(dirname "$NVCC")/cuobjdump
test -x "$cuobjdump" || cuobjdump=$(command -v cuobjdump || true)
if test -z "$cuobjdump"; then
    echo "hopper_code.sh: the machine code is not looked at, there is no cuobjdump"
    exit 0
fi
"$cuobjdump" -sass "$work/hopper.cubin" >"$work/sass"
awk -v want=$kernels '
    /Function :/ { f = $3; seen[f] }
    /IGMMA/ { igmma[f]++ }
    /HGMMA/ { hgmma[f]++ }
    /UTMALDG/ { load[f]++ }
    /USETMAXREG/ { registers[f]++ }
    / (LDL|STL)/ { print "local memory: " f; bad = 1 }
    END {
        for (f in seen) {
            n++
            print "SASS: " f ": IGMMA " igmma[f] + 0 ", HGMMA " hgmma[f] + 0 ", UTMALDG " load[f] + 0 ", USETMAXREG " registers[f] + 0
            if (igmma[f] < 4 || load[f] < 2 || registers[f] < 2) bad = 1
            layers += hgmma[f] > 0
        }
        if (n != want || layers != want - 1) { print n " kernels, " layers " with HGMMA"; bad = 1 }
        exit bad
    }
' "$work/sass" || fail "see above"
