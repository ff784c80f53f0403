#!/bin/sh
# The bodies of ptx_hopper.cuh and ptx_wgmma.cuh that the CPU never sees: nvcc compiles and assembles
# every one of them, wgmma with each of its N.
if test "${NVCC:-no}" = no; then
    echo "hopper_nvcc.sh: skipped, configure found no nvcc"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
set -e
"$NVCC" -std=c++17 -gencode arch=compute_90a,code=sm_90a -Werror all-warnings \
    -Xptxas -warn-spills,-Werror --keep --keep-dir "$work" -cubin \
    -o "$work/hopper_wrappers.cubin" "$top_srcdir/tests/simt/hopper_wrappers.cu"
"$NVCC" -std=c++17 -gencode arch=compute_90a,code=sm_90a -Werror all-warnings \
    -Xptxas -warn-spills,-Werror --keep --keep-dir "$work" -cubin \
    -o "$work/cluster_kernels.cubin" "$top_srcdir/tests/simt/cluster_kernels.cu"
for instruction in %cluster_ctarank mapa.shared::cluster mbarrier.arrive.shared::cluster \
    barrier.cluster.arrive.release barrier.cluster.wait.acquire .multicast::cluster; do
    grep -q -F "$instruction" "$work/cluster_kernels.ptx"
done
products=$(grep -c 'wgmma.mma_async' "$work/hopper_wrappers.ptx")
echo "hopper_nvcc.sh: $products wgmma instructions assembled"
test "$products" -eq $((18 + 32 + 32))
