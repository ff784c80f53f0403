/* hopper2_sequence.h -- the layer's arithmetic with outliers on the wide Hopper tiles, output by output, as
 * cuda/linear_hopper2.cuh says it, with the accumulation model that the CPU layer's wgmma follows.
 * Shared by a test and by the program of hopper_mutants.sh. */
#ifndef KBIT_TESTS_HOPPER2_SEQUENCE_H
#define KBIT_TESTS_HOPPER2_SEQUENCE_H

#include "../cuda/simt/mma_float.h"

#include "kbit.h"

#include <vector>

namespace kbit_test
{

/* A layer's operands with the codes made: x of 16 bits, outliers ascending. */
struct WideLayer {
    size_t M, N, K;
    kbit_dtype x_type;
    const uint16_t *x;
    const int8_t *q, *w;
    const float *absmax, *w_absmax;
    std::vector<int32_t> outliers;
};

/* A code as an element of that type. */
inline uint16_t code_bits(kbit_dtype type, int8_t code)
{
    const float value = code;
    uint16_t bits = 0xffff;
    (void)kbit_round(1, &value, type, &bits);
    return bits;
}

/* f, after each group of 16 outlier columns. */
inline float with_groups(const WideLayer &layer, float f, size_t i, size_t j)
{
    const auto decode = layer.x_type == KBIT_F16 ? simt::decode_f16 : simt::decode_bf16;
    const simt::Mma hopper = kbit_accumulation_find("h100");
    const size_t n = layer.outliers.size();
    for (size_t first = 0; first < n; first += 16) {
        simt::Operand a[16], b[16];
        for (size_t o = 0; o < 16; ++o) {
            const bool real = first + o < n;
            const size_t k = real ? static_cast<size_t>(layer.outliers[first + o]) : 0;
            a[o] = decode(real ? layer.x[i * layer.K + k] : uint16_t{0});
            b[o] = decode(real ? code_bits(layer.x_type, layer.w[j * layer.K + k]) : uint16_t{0});
        }
        f = simt::accumulate_dot(hopper, f, a, b, 16);
    }
    return f;
}

/* Y before the bias and the rounding to the output's type. */
inline std::vector<float> wide_outputs(const WideLayer &layer)
{
    std::vector<int32_t> c(layer.M * layer.N);
    std::vector<float> y(layer.M * layer.N);
    if (kbit_int8_matmul(layer.M, layer.N, layer.K, layer.q, layer.w, c.data()) != KBIT_OK)
        return {};
    for (size_t at = 0; at < y.size(); ++at) {
        const size_t i = at / layer.N, j = at % layer.N;
        const volatile float times_a = static_cast<float>(c[at]) * layer.absmax[i];
        const volatile float f = times_a * 0x1.020408p-7f;
        const volatile float times_s = with_groups(layer, f, i, j) * layer.w_absmax[j];
        y[at] = times_s * 0x1.020408p-7f;
    }
    return y;
}

} // namespace kbit_test

#endif
