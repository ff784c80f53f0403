/* hopper_run.cc -- runs one of the Hopper kernels, narrow, wide or pair, as the options in the environment
 * say, and says RIGHT or WRONG; a fault of the CPU layer speaks for itself. For hopper_mutants.sh,
 * which links it with kernels that it has broken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vector>

#include "../cuda/hopper2.cuh"
#include "hopper2_sequence.h"

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

/* ---- the wide tiles ---- */

/* Two columns and, with the pair's second block below M, three rows of tiles: more than the blocks. */
static bool wide_tap_is_right(kbit::HopperTile tile)
{
    const size_t M = 300, N = 300, K = 9 * 128 - 16;
    const int8_t *q = codes(M * K), *w = codes(N * K);
    int32_t *c = array<int32_t>(M * N);
    std::vector<int32_t> want(M * N);
    const kbit::HopperPlan plan = {tile, kbit::hopper_blocks(tile, M, N, 2)};
    return kbit::int8_hopper2(kbit::int8_operands(M, N, K, q, w), c, plan, nullptr) == KBIT_OK &&
           kbit_int8_matmul(M, N, K, q, w, want.data()) == KBIT_OK &&
           memcmp(c, want.data(), want.size() * sizeof *c) == 0;
}

static bool wide_layer_is_right(kbit::HopperTile tile)
{
    const size_t M = 140, N = 280, K = 144, outliers = 50;
    uint16_t *x = array<uint16_t>(M * K), *out = array<uint16_t>(M * N);
    std::vector<float> wide(M * K);
    for (size_t i = 0; i < M * K; i++)
        wide[i] = (float)(random_bits() % 512) * 0x1p-7f - 2.0f + (i % K < outliers ? 9.0f : 0.0f);
    float *absmax = array<float>(M), *w_absmax = array<float>(N);
    for (size_t j = 0; j < N; j++)
        w_absmax[j] = (float)(j % 13 + 1) * 0.125f;
    int32_t *list = array<int32_t>(K), *count = array<int32_t>(1);
    int8_t *q = array<int8_t>(M * K);
    const int8_t *w = codes(N * K);
    size_t n = 0;
    if (kbit_round(M * K, wide.data(), KBIT_F16, x) != KBIT_OK ||
        kbit_widen(M * K, KBIT_F16, x, wide.data()) != KBIT_OK ||
        kbit_outlier_columns(M, K, wide.data(), 6.0f, list, &n) != KBIT_OK || n != outliers ||
        kbit_absmax_rows(M, K, wide.data(), 0, nullptr, 6.0f, absmax) != KBIT_OK ||
        kbit_quantize_rows(M, K, wide.data(), absmax, n, list, 6.0f, q) != KBIT_OK)
        exit(99);
    *count = (int32_t)n;
    const kbit_test::WideLayer layer = {M, N, K,      KBIT_F16, x,
                                        q, w, absmax, w_absmax, {list, list + n}};
    std::vector<uint16_t> want(M * N);
    const std::vector<float> y = kbit_test::wide_outputs(layer);
    if (kbit_store(M, N, y.data(), nullptr, KBIT_F16, want.data()) != KBIT_OK)
        exit(99);
    const kbit::LinearEpilogue epilogue = {
        kbit::outlier_operands(M, N, K, KBIT_F16, x, count, list, KBIT_I8, w),
        absmax,
        w_absmax,
        nullptr,
        KBIT_F16,
        out};
    const kbit::HopperPlan plan = {tile, kbit::hopper_blocks(tile, M, N, 2)};
    return kbit::linear_hopper2(kbit::int8_operands(M, N, K, q, w), epilogue, plan, nullptr) ==
               KBIT_OK &&
           memcmp(out, want.data(), M * N * sizeof *out) == 0;
}

int main(int argc, char **argv)
{
    const char *kernel = argc == 2 ? argv[1] : "";
    bool right = false;
    if (strcmp(kernel, "narrow") == 0) {
        right = tap_is_right();
        right &= layer_is_right();
    } else if (strcmp(kernel, "wide") == 0 || strcmp(kernel, "pair") == 0) {
        const kbit::HopperTile tile = kernel[0] == 'w' ? kbit::kHopperWide : kbit::kHopperPair;
        right = wide_tap_is_right(tile);
        right &= wide_layer_is_right(tile);
    } else {
        fputs("hopper_run: narrow, wide or pair\n", stderr);
        return 99;
    }
    puts(right ? "RIGHT" : "WRONG");
    return !right;
}
