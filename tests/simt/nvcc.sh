# The bodies of ptx.cuh that the CPU never sees: nvcc compiles and assembles every one of them.
if test "$NVCC" = no || test -z "$NVCC"; then
    echo "skipped: no nvcc"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
set -e
for stem in wrappers kernels; do
    "$NVCC" -std=c++17 -arch=sm_80 -Werror all-warnings -Xptxas -warn-spills,-Werror -cubin \
        -o "$work/$stem.cubin" "$top_srcdir/tests/simt/$stem.cu"
    test -s "$work/$stem.cubin"
done
