# Inline assembly stands in cuda/ptx.cuh only: a kernel that has its own does not run on the CPU.
found=$(grep -nE '(^|[^A-Za-z0-9_])(asm|__asm__|__asm)([^A-Za-z0-9_]|$)' \
    "$top_srcdir"/cuda/*.cu "$top_srcdir"/cuda/*.cuh "$top_srcdir"/tests/simt/*.cu 2>/dev/null |
    grep -v "^$top_srcdir/cuda/ptx.cuh:")
if test -n "$found"; then
    echo "inline assembly outside cuda/ptx.cuh:"
    echo "$found"
    exit 1
fi
grep -q 'asm volatile' "$top_srcdir/cuda/ptx.cuh" || { echo "cuda/ptx.cuh has none: is this the right tree?"; exit 1; }
