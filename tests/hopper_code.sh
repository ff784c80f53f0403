#!/bin/sh
# What nvcc makes of the Hopper kernels for sm_90a: no register goes to memory, products stay
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

# compile FILE KERNELS -- that many of them, none of which spills, in the registers that there are.
compile() {
    file=$1 kernels=$2
    # shellcheck disable=SC2086 # flags are words
    "$NVCC" ${KBIT_NVCCFLAGS:?} -DKBIT_SM90A -gencode arch=compute_90a,code=sm_90a -Xptxas=-v -I"$top/reference" \
        --keep --keep-dir "$work" -cubin -o "$work/$file.cubin" "$top/cuda/$file.cu" \
        >"$work/log" 2>&1 || { cat "$work/log"; fail "$file.cu does not compile"; }
    awk -v want="$kernels" '
        /Compiling entry function/ { name = $7; n++ }
        /bytes spill/ && !/ 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads/ { print "spills: " name; bad = 1 }
        /Used [0-9]+ registers/ {
            for (i = 1; i < NF; i++) if ($i == "Used") registers = $(i + 1)
            print name ": " registers " registers"
            # 384 threads of 168 are all that a multiprocessor has.
            if (registers > 168) { print "too many registers: " name; bad = 1 }
        }
        END { if (n != want) { print n " kernels, expected " want; bad = 1 } exit bad }
    ' "$work/log" || fail "$file.cu: see above"
    # C7510: products run one after another, each waited for. C7508: setmaxnreg has no effect.
    if grep -iE 'serializ|C7510|C7508|setmaxnreg' "$work/log"; then
        fail "$file.cu: ptxas gives up what the kernel is made for"
    fi
    if grep -nE '\.approx|\.ftz' "$work/$file.ptx"; then
        fail "$file.cu: approximate arithmetic"
    fi
}
# counts PATTERN LEAST KERNELS -- so many kernels have the pattern in their PTX at least LEAST times.
counts() {
    n=$(awk -v pattern="$1" -v least="$2" '
        /\.entry/ { k++ }
        index($0, pattern) { n[k]++ }
        END { for (i in n) if (n[i] >= least) found++; print found + 0 }' "$work/$file.ptx")
    test "$n" -eq "$3" || fail "$file.cu: '$1': $n kernels have it at least $2 times, expected $3"
    echo "$file.ptx: $n kernels x $1"
}
# both COLUMNS LAYERS -- what a kernel of either file has; LAYERS of them have an epilogue.
both() {
    counts "wgmma.mma_async.sync.aligned.m64n$1k32.s32.s8.s8" 4 "$kernels"
    counts "wgmma.mma_async.sync.aligned.m64n$1k16.f32.f16.f16" 1 $(($2 / 2))
    counts "wgmma.mma_async.sync.aligned.m64n$1k16.f32.bf16.bf16" 1 $(($2 / 2))
    counts setmaxnreg.dec 1 "$kernels"
    counts setmaxnreg.inc 1 "$kernels"
    counts fence.proxy.async.shared::cta 1 "$2"
    counts griddepcontrol.wait 2 "$kernels"
    counts griddepcontrol.launch_dependents 1 "$kernels"
    counts prefetch.tensormap 2 "$kernels"
}

# The tap, and the layer for two types of x and three of y.
compile hopper 7
both 128 6
counts cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier 2 7

# The same, without and with clusters. With, q goes to the own block and w to both; one arrival in each of two blocks.
compile hopper2 14
both 256 12
counts cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier 2 14
counts .multicast::cluster 2 7
counts mapa.shared::cluster 2 7
counts barrier.cluster.arrive.release 2 7
# A release or an acquire of the cluster in the ring's loop would be a fence of the device, or empty the L1 cache.
counts mbarrier.arrive.release.cluster 1 0
counts acquire.cluster 1 0
counts barrier.cluster.wait.acquire 2 7
# Outputs of 16 bits in pieces of 16 bytes.
counts st.global.v4.u32 8 8

cuobjdump=$(dirname "$NVCC")/cuobjdump
test -x "$cuobjdump" || cuobjdump=$(command -v cuobjdump || true)
if test -z "$cuobjdump"; then
    echo "hopper_code.sh: the machine code is not looked at, there is no cuobjdump"
    exit 0
fi
for file in hopper:7 hopper2:14; do
    "$cuobjdump" -sass "$work/${file%:*}.cubin" >"$work/sass"
    awk -v want="${file#*:}" '
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
            if (n != want || layers != want / 7 * 6) { print n " kernels, " layers " with HGMMA"; bad = 1 }
            exit bad
        }
    ' "$work/sass" || fail "${file%:*}.cu: see above"
done
