/* hopper_run.cc -- runs the Hopper rungs once, as the options in the environment say, and says RIGHT
 * or WRONG; a fault of the CPU layer speaks for itself. For hopper_mutants.sh, which links it with
 * kernels that it has broken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vector>

#include "../cuda/rungs.h"

#include "kbit.h"

static uint32_t random_bits()
{
    static uint64_t state = 20220815;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

/* 16-byte aligned, as the rungs want their operands. */
template <class T> static T *array(size_t n)
{
    T *memory;
    if (cudaMalloc(&memory, n * sizeof(T)) != cudaSuccess)
        exit(99);
    return memory;
}

static int8_t *codes(size_t n)
{
    int8_t *c = array<int8_t>(n);
    for (size_t i = 0; i < n; i++)
        c[i] = (int8_t)(random_bits() % 255) - 127;
    return c;
}

/* Three tiles for two blocks, more steps of k than stages, tails everywhere. */
static bool tap_is_right()
{
    const size_t M = 100, N = 300, K = 9 * 128 - 16;
    const int8_t *q = codes(M * K), *w = codes(N * K);
    int32_t *c = array<int32_t>(M * N);
    std::vector<int32_t> want(M * N);
    return kbit::int8_matmul_hopper(M, N, K, q, w, c, nullptr) == KBIT_OK &&
           kbit_int8_matmul(M, N, K, q, w, want.data()) == KBIT_OK &&
           memcmp(c, want.data(), want.size() * sizeof *c) == 0;
}

/* 83 outlier columns, more than the slots hold, of small integers: exact in any order. */
static bool layer_is_right()
{
    const size_t M = 40, N = 300, K = 272, outliers = 83;
    std::vector<float> wide(M * K), want(M * N), got(M * N);
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < K; k++)
            wide[i * K + k] = k < outliers ? (i == 0 ? 8.0f : (float)(random_bits() % 16) - 8.0f)
                                           : (float)(random_bits() % 512) * 0x1p-7f - 2.0f;
    uint16_t *x = array<uint16_t>(M * K), *out = array<uint16_t>(M * N);
    const int8_t *w = codes(N * K);
    float *w_absmax = array<float>(N);
    for (size_t j = 0; j < N; j++)
        w_absmax[j] = (float)(j % 13 + 1) * 0.125f;
    void *workspace = array<unsigned char>(kbit::llmint8_linear_bnb_v3_workspace(M, N, K));
    return kbit_round(M * K, wide.data(), KBIT_F16, x) == KBIT_OK &&
           kbit::llmint8_linear_bnb_hopper(M, N, K, KBIT_F16, x, w, w_absmax, nullptr, 6.0f,
                                           KBIT_F16, out, workspace, nullptr) == KBIT_OK &&
           kbit_llmint8_linear_bnb(M, N, K, wide.data(), w, w_absmax, nullptr, 6.0f, KBIT_F16,
                                   want.data()) == KBIT_OK &&
           memcmp(out, want.data(), M * N * sizeof *out) == 0;
}

int main()
{
    const bool tap = tap_is_right();
    const bool layer = layer_is_right();
    puts(tap && layer ? "RIGHT" : "WRONG");
    return !(tap && layer);
}
