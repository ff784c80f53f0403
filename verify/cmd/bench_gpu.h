/* bench_gpu.h -- `kbit bench gpu`: another program, since kbit links no CUDA runtime. */
#ifndef KBIT_VERIFY_CMD_BENCH_GPU_H
#define KBIT_VERIFY_CMD_BENCH_GPU_H

/* argv[0] is "gpu"; the rest goes to kbit-gpu-bench, or with --backend=simt to the same program for the
 * CPU layer. Returns only if it could not be started: an exit status. */
int kbit_bench_gpu(int argc, char **argv);

#endif
