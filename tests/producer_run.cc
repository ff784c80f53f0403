/* A LayerNorm with quantization behind it, at each width's kernel, on rows on which every operation is
 * exact: prints RIGHT, or the first thing that is wrong. tests/producer_mutants.sh builds it around
 * edited sources. */
#include "producer_pass.cuh"

#include "kbit.h"
#include "kbit_producers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vector>

/* Each four neighbours are -3, 3, 1 and -1 in some order, all shifted by an integer that depends on the row;
 * eps = 11 makes 16 of the variance. */
static bool right(size_t M, size_t K, size_t pad)
{
    static const int pattern[4] = {-3, 3, 1, -1};
    const size_t ld = K + pad;
    std::vector<uint16_t> x(M * ld, 0x7bff), h(M * ld), want(M * K), gamma(K), beta(K);
    std::vector<float> wide(M * K), g(K), b(K), absmax(M), want_absmax(M);
    std::vector<int8_t> q(M * K), want_q(M * K);
    std::vector<int32_t> list(K), want_list(K);
    int32_t count = -1;
    size_t n = 0;
    for (size_t k = 0; k < K; ++k) {
        g[k] = static_cast<float>(static_cast<int>(k * 7 % 61) - 30);
        b[k] = static_cast<float>(static_cast<int>(k * 5 % 17) - 8);
        if (k == 3) { /* the absmax of every row */
            g[k] = 60;
            b[k] = 0;
        }
        if (k == 10 || k + 2 == K) /* outliers where x is 3 or -3 */
            g[k] = 100;
        gamma[k] = kbit_f16_from_f32(g[k]).bits;
        beta[k] = kbit_f16_from_f32(b[k]).bits;
    }
    for (size_t i = 0; i < M; ++i)
        for (size_t k = 0; k < K; ++k) {
            const size_t turn = (i * 13 + k / 4 * 5) / 3 % 4;
            wide[i * K + k] =
                static_cast<float>(pattern[(k + turn) % 4] + static_cast<int>(i * 5 % 33) - 16);
            x[i * ld + k] = kbit_f16_from_f32(wide[i * K + k]).bits;
        }
    std::vector<unsigned char> zeroed(kbit::quantize_zeroed_bytes(K) + 16);
    void *aligned = zeroed.data() + (16 - reinterpret_cast<uintptr_t>(zeroed.data()) % 16) % 16;
    kbit::Production call = {};
    call.producer = kbit::Producer::LayerNorm;
    call.M = M;
    call.K = K;
    call.x_type = call.h_type = call.parameter_type = KBIT_F16;
    call.x = x.data();
    call.x_ld = call.h_ld = ld;
    call.gamma = gamma.data();
    call.beta = beta.data();
    call.eps = 11;
    call.h = h.data();
    call.quantized = true;
    call.threshold = 50;
    call.n_outliers = &count;
    call.outliers = list.data();
    call.absmax = absmax.data();
    call.q = q.data();
    call.q_ld = K;
    call.zeroed = aligned;
    if (kbit::producer_pass<kbit::Producer::LayerNorm, __half, __half>(call, nullptr) != KBIT_OK) {
        printf("K = %zu: the call fails\n", K);
        return false;
    }
    if (kbit_layernorm_quantize(M, K, wide.data(), g.data(), b.data(), 11, 50, KBIT_F16,
                                want.data(), want_list.data(), &n, want_absmax.data(),
                                want_q.data()) != KBIT_OK)
        abort();
    for (size_t i = 0; i < M; ++i)
        if (memcmp(&h[i * ld], &want[i * K], 2 * K) != 0) {
            printf("K = %zu: row %zu of h\n", K, i);
            return false;
        }
    const char *wrong = count != static_cast<int32_t>(n) ||
                                memcmp(list.data(), want_list.data(), n * sizeof(int32_t)) != 0
                            ? "the list"
                        : absmax != want_absmax ? "absmax"
                        : q != want_q           ? "codes"
                                                : nullptr;
    if (wrong)
        printf("K = %zu: %s\n", K, wrong);
    return !wrong;
}

/* RMSNorm alone, where a block's rows have one barrier each: more rows than blocks. */
static bool many_rows(size_t M, size_t K)
{
    std::vector<float> x(M * K), h(M * K), want(M * K), gamma(K, 4.0f);
    for (size_t i = 0; i < M * K; ++i) /* the mean square of row i is (1 + i % 5)^2 */
        x[i] = static_cast<float>((i % 2 ? 1 : -1) * static_cast<int>(1 + i / K % 5));
    kbit::Production call = {};
    call.producer = kbit::Producer::RmsNorm;
    call.M = M;
    call.K = call.x_ld = call.h_ld = K;
    call.x_type = call.h_type = call.parameter_type = KBIT_F32;
    call.x = x.data();
    call.gamma = gamma.data();
    call.h = h.data();
    if (kbit::producer_pass<kbit::Producer::RmsNorm, float, float>(call, nullptr) != KBIT_OK ||
        kbit_rmsnorm(M, K, x.data(), gamma.data(), 0, KBIT_F32, want.data()) != KBIT_OK)
        abort();
    if (h != want)
        printf("%zu x %zu: h of RMSNorm\n", M, K);
    return h == want;
}

int main()
{
    if (right(21, 20, 0) && right(19, 200, 8) && right(9, 2100, 4) && right(5, 5000, 0) &&
        right(4, 9000, 3) && right(4, 12400, 0) && many_rows(2000, 516))
        puts("RIGHT");
    return 0;
}
