# Inline assembly stands in cuda/ptx.cuh, ptx_hopper.cuh and ptx_wgmma.cuh only: a kernel that has its own does not run on the CPU.
found=$(grep -nE '(^|[^A-Za-z0-9_])(asm|__asm__|__asm)([^A-Za-z0-9_]|$)' \
    "$top_srcdir"/cuda/*.cu "$top_srcdir"/cuda/*.cuh "$top_srcdir"/tests/simt/*.cu 2>/dev/null |
    grep -vE "^$top_srcdir/cuda/ptx(_hopper|_wgmma)?\.cuh:")
if test -n "$found"; then
    echo "inline assembly outside cuda/ptx*.cuh:"
    echo "$found"
    exit 1
fi
for file in ptx ptx_hopper ptx_wgmma; do
    grep -q 'asm volatile' "$top_srcdir/cuda/$file.cuh" || { echo "cuda/$file.cuh has none: is this the right tree?"; exit 1; }
done
