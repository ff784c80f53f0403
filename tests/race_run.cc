/* race_run.cc -- the layer through its public call, for few rows and for many: prints RIGHT, or WRONG if
 * it fails. For race_mutants.sh, which links it with kernels that it has broken: what they compute is
 * not looked at, the race runtime speaks for itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cuda/rungs.h"

static uint32_t random_bits()
{
    static uint64_t state = 20220815;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

template <class T> static T *array(size_t n)
{
    T *memory;
    if (cudaMalloc(&memory, n * sizeof(T)) != cudaSuccess)
        exit(99);
    memset(static_cast<void *>(memory), 0, n * sizeof(T));
    return memory;
}

/* fp16 between -2 and 2, and 8 in some columns. */
static bool layer_runs(size_t M, size_t N, size_t K)
{
    uint16_t *x = array<uint16_t>(M * K);
    int8_t *w = array<int8_t>(N * K);
    float *scale = array<float>(N), *out = array<float>(M * N);
    for (size_t i = 0; i < M * K; i++)
        x[i] = i % K % 9 == 3 ? 0x4800 : (uint16_t)(0x3800 | (random_bits() & 0x87ff));
    for (size_t i = 0; i < N * K; i++)
        w[i] = (int8_t)(random_bits() % 255) - 127;
    for (size_t j = 0; j < N; j++)
        scale[j] = 1.0f;
    const size_t bytes = kbit_cuda_llmint8_linear_bnb_workspace(M, N, K);
    return kbit_cuda_llmint8_linear_bnb(M, N, K, KBIT_F16, x, w, scale, nullptr, 6.0f, KBIT_F32,
                                        out, array<unsigned char>(bytes), bytes,
                                        nullptr) == KBIT_OK;
}

int main()
{
    /* tiles, on Hopper narrow ones and a pair; one kernel for all; the pass and the stream after it */
    const bool right = layer_runs(20, 40, 192) && layer_runs(140, 200, 192) &&
                       layer_runs(5, 300, 192) && layer_runs(16, 40, 1040);
    puts(right ? "RIGHT" : "WRONG");
    return !right;
}
