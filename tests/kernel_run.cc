/* One call of each production kernel against the reference: prints RIGHT, or what is wrong. The
 * script kernel_mutants.sh compiles it with edited copies of the kernels' headers. Data are such that
 * every sum of outliers is exact, so that no theorem is needed. */
#include "linear_stream.cuh"

#include "kbit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <vector>

namespace
{

uint64_t state = 5;
int below(int n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state >> 33) % static_cast<uint64_t>(n));
}

/* X: eighths below the threshold 16, outliers of 16 to 64. Rows have the absmax 127/8, or, uneven,
 * each its own, of which the half is a tie. */
struct Problem {
    size_t M, N, K;
    std::vector<float> x, absmax, s, bias, want;
    std::vector<uint16_t> half;
    std::vector<int8_t> q, w;
    std::vector<int32_t> c, o;
    size_t n;

    Problem(size_t m, size_t nn, size_t k, bool uneven = false)
        : M(m), N(nn), K(k), x(m * k), absmax(m), s(nn), bias(nn), want(m * nn), half(m * k),
          q(m * k), w(nn * k), c(m * nn), o(k), n(0)
    {
        for (size_t i = 0; i < M * K; ++i)
            if (uneven) {
                const int top = static_cast<int>(i / K * 37 % 60 + 1) * 2;
                x[i] = static_cast<float>(i % K == 0 ? top : below(2 * top + 1) - top) / 8;
            } else {
                x[i] = static_cast<float>(below(255) - 127) / 8;
            }
        for (size_t at = 3; at < K; at += 7) /* some rows of every seventh column */
            for (size_t i = at % 3; i < M; i += 2)
                x[i * K + at] = static_cast<float>(128 + below(384)) / 8;
        for (int8_t &v : w)
            v = static_cast<int8_t>(below(255) - 127);
        for (size_t j = 0; j < N; ++j) {
            s[j] = ldexpf(127.0f, below(3) - 8);
            bias[j] = static_cast<float>(below(64));
        }
        kbit_round(M * K, x.data(), KBIT_F16, half.data());
        kbit_outlier_columns(M, K, x.data(), 16.0f, o.data(), &n);
        kbit_absmax_rows(M, K, x.data(), 0, nullptr, 16.0f, absmax.data());
        kbit_quantize_rows(M, K, x.data(), absmax.data(), n, o.data(), 16.0f, q.data());
        kbit_int8_matmul(M, N, K, q.data(), w.data(), c.data());
        kbit_llmint8_linear_bnb(M, N, K, x.data(), w.data(), s.data(), bias.data(), 16.0f, KBIT_F32,
                                want.data());
    }

    kbit::Int8Matrices matrices() const
    {
        return {q.data(),           w.data(), K, K, static_cast<int>(M), static_cast<int>(N),
                static_cast<int>(K)};
    }
    kbit::LinearCall call(void *out) const
    {
        return {M, N,        K,           KBIT_F16, half.data(), K,   w.data(),
                K, s.data(), bias.data(), 16.0f,    KBIT_F32,    out, N};
    }
};

void wrong(const char *what, size_t at)
{
    printf("WRONG: %s, element %zu\n", what, at);
    exit(1);
}

/* Scales and constants round: eight roundings, 2^-20 of the size of a sum of this many terms. An
 * error of a lost element or column is 2^-9 of it or more. */
void compare(const char *what, const Problem &p, const std::vector<float> &got)
{
    for (size_t at = 0; at < got.size(); ++at) {
        double size = 64;
        for (size_t k = 0; k < p.K; ++k)
            size += fabs(static_cast<double>(p.x[at / p.N * p.K + k])) *
                    abs(p.w[at % p.N * p.K + k]) * static_cast<double>(p.s[at % p.N]) / 127;
        if (!(fabs(static_cast<double>(got[at]) - static_cast<double>(p.want[at])) <=
              size * 0x1p-20))
            wrong(what, at);
    }
}

template <class T> struct Memory { /* 16-byte aligned and full of rubbish */
    explicit Memory(size_t n)
        : at(static_cast<T *>(aligned_alloc(64, (n * sizeof(T) / 64 + 1) * 64)))
    {
        memset(static_cast<void *>(at), 0x5b, n * sizeof(T));
    }
    ~Memory() { free(at); }
    T *at;
};

void check_pass(const Problem &p)
{
    const size_t words = (p.K + 31) / 32;
    std::vector<uint32_t> mask(words, 0);
    std::vector<int32_t> list(p.K, -1);
    std::vector<float> absmax(p.M);
    Memory<int8_t> q(p.M * p.K);
    int arrivals = 0;
    int32_t n = -1;
    kbit::QuantizePass pass = {};
    pass.M = p.M;
    pass.K = pass.x_ld = pass.q_ld = pass.width = p.K;
    pass.x = p.half.data();
    pass.absmax = absmax.data();
    pass.q = q.at;
    pass.limit = kbit::limit_of<__half>(16.0f);
    pass.mask = mask.data();
    pass.arrivals = &arrivals;
    pass.n_outliers = &n;
    pass.outliers = list.data();
    pass.wide_q = p.K % 8 == 0;
    const size_t bytes = sizeof(kbit::QuantizeShared) + words * sizeof(uint32_t);
    if (p.K <= 1024)
        KBIT_LAUNCH((kbit::quantize_pass_kernel<__half, 1, 4>), dim3(2), dim3(256), bytes, nullptr,
                    pass);
    else
        KBIT_LAUNCH((kbit::quantize_pass_kernel<__half, 8, 2>), dim3(2), dim3(256), bytes, nullptr,
                    pass);
    if (n != static_cast<int32_t>(p.n))
        wrong("pass, number of columns", 0);
    for (size_t i = 0; i < p.n; ++i)
        if (list[i] != p.o[i])
            wrong("pass, list", i);
    for (size_t i = 0; i < p.M; ++i)
        if (absmax[i] != p.absmax[i])
            wrong("pass, absmax", i);
    for (size_t at = 0; at < p.M * p.K; ++at) {
        bool cleared_later = false;
        for (size_t i = 0; i < p.n; ++i)
            cleared_later |= static_cast<size_t>(p.o[i]) == at % p.K;
        if (!cleared_later && q.at[at] != p.q[at])
            wrong("pass, codes", at);
    }
}

void check_ring(const Problem &p, int splits)
{
    const kbit::Int8Plan plan = kbit::int8_plan_of(kbit::kTile32, splits, p.M, p.N, p.K);
    Memory<int> sums(plan.sums_bytes / sizeof(int));
    std::vector<int> arrivals(plan.tiles, 0);
    const kbit::Int8Split split = {plan.splits, plan.steps, sums.at, arrivals.data()};
    std::vector<float> out(p.M * p.N, NAN);
    const int32_t n = static_cast<int32_t>(p.n);
    kbit::launch_ring<kbit::Tile32, true>(
        p.matrices(), plan, split,
        kbit::linear_epilogue(p.call(out.data()), &n, p.o.data(), p.absmax.data()), true, nullptr);
    compare(splits > 1 ? "ring, split" : "ring", p, out);
}

void check_stream(const Problem &p, int splits)
{
    const kbit::StreamPlan plan = kbit::stream_plan_of(p.M, p.N, p.K, splits, true);
    Memory<int> sums(plan.sums_bytes / sizeof(int));
    std::vector<int> arrivals(plan.tiles, 0);
    const kbit::StreamCut cut = {plan.slice, plan.splits, sums.at, arrivals.data()};
    std::vector<float> out(p.M * p.N, NAN);
    const kbit::FromX<__half> source = {kbit::limit_of<__half>(16.0f), false};
    kbit::launch_stream<kbit::FromX<__half>, 1>(
        p.matrices(), plan, cut, source,
        kbit::linear_epilogue(p.call(out.data()), nullptr, nullptr, nullptr), false, nullptr);
    compare(splits > 1 ? "stream, split" : "stream", p, out);
}

} // namespace

int main()
{
    check_pass(Problem(60, 1, 336, true));
    check_pass(Problem(7, 1, 2112, true));
    const Problem many(37, 70, 704), few(5, 150, 1024);
    for (int splits : {1, 3}) {
        check_ring(many, splits);
        check_stream(few, splits);
    }
    puts("RIGHT");
}
