/* t_gpu_bench.cc -- the GPU benchmarks' data and checks, on the CPU layer: the generator gives the
 * reference's tensors, and each check sees a planted mistake. */
#include "cuda_test.h"

#include <set>

#include "bench/candidates.h"
#include "bench/check.h"
#include "bench/data.h"
#include "bench/runtime.h"
#include "kbit_data.h"

using namespace kbit_test;

namespace
{

constexpr uint64_t kSeed = 7;

bench::Device device()
{
    bench::Device d;
    std::string why;
    ck_assert(bench::open_device(&d, &why) == KBIT_OK);
    return d;
}

bench::Cell cell_of(size_t M, size_t N, size_t K, size_t k)
{
    return {{"test", N, K}, M, k, bench::Mode::eager, bench::L2::warm, true, 0};
}

START_TEST(data_are_the_references)
{
    constexpr size_t M = 9, N = 11, K = 70;
    std::vector<float> x(M * K), w(N * K);
    std::vector<__half> have(N * K);
    const std::vector<int32_t> none(K, -1);
    ck_assert(kbit_fill_activations(nullptr, kSeed, 20, M, K, KBIT_F16, x.data()) == KBIT_OK);
    ck_assert(bench::fill_x(kSeed, M, K, none.data(), have.data()) == KBIT_OK);
    for (size_t i = 0; i < M * K; ++i)
        ck_assert_int_eq(__half_as_ushort(have[i]), __half_as_ushort(__float2half_rn(x[i])));
    ck_assert(kbit_fill_weights(kSeed, 21, N, K, KBIT_F16, w.data()) == KBIT_OK);
    ck_assert(bench::fill_w(kSeed, N, K, have.data()) == KBIT_OK);
    for (size_t i = 0; i < N * K; ++i)
        ck_assert_int_eq(__half_as_ushort(have[i]), __half_as_ushort(__float2half_rn(w[i])));
}
END_TEST

/* O is the columns that were asked for, one in each k-th of K, for any number of them and one token. */
START_TEST(outlier_columns_are_those_asked_for)
{
    constexpr size_t K = 70;
    for (size_t M : {1, 6})
        for (size_t k : {0, 1, 8, 17, 70}) {
            const std::vector<int32_t> columns = bench::outlier_columns_of(kSeed, K, k);
            ck_assert_uint_eq(columns.size(), k);
            std::vector<int32_t> place(K, -1), found(K);
            for (size_t r = 0; r < k; ++r) {
                ck_assert(r == 0 || columns[r] > columns[r - 1]);
                place[columns[r]] = static_cast<int32_t>(r);
            }
            std::vector<__half> half(M * K);
            std::vector<float> x(M * K);
            ck_assert(bench::fill_x(kSeed, M, K, place.data(), half.data()) == KBIT_OK);
            for (size_t i = 0; i < M * K; ++i)
                x[i] = __half2float(half[i]);
            size_t n = 0;
            ck_assert(kbit_outlier_columns(M, K, x.data(), bench::kThreshold, found.data(), &n) ==
                      KBIT_OK);
            ck_assert_uint_eq(n, k);
            ck_assert(memcmp(found.data(), columns.data(), k * sizeof(int32_t)) == 0);
        }
}
END_TEST

/* The right product passes; one low bit anywhere does not. */
START_TEST(the_certificate_sees_one_bit)
{
    constexpr size_t M = 5, N = 1030, K = 33; /* two chunks of rows of w */
    std::vector<int8_t> q(M * K), w(N * K);
    std::vector<int32_t> c(M * N);
    kbit_fill_codes(kSeed, 1, q.size(), q.data());
    kbit_fill_codes(kSeed, 2, w.size(), w.data());
    q[3] = -128;
    ck_assert(kbit_int8_matmul(M, N, K, q.data(), w.data(), c.data()) == KBIT_OK);
    uint64_t rows = 99;
    ck_assert(bench::certify(M, N, K, q.data(), w.data(), c.data(), &rows) == KBIT_OK);
    ck_assert_uint_eq(rows, 0);
    for (size_t at : {size_t{0}, 2 * N + 1025, M * N - 1}) {
        c[at] ^= 1;
        ck_assert(bench::certify(M, N, K, q.data(), w.data(), c.data(), &rows) == KBIT_OK);
        ck_assert_uint_eq(rows, 1);
        c[at] ^= 1;
    }
    std::swap(c[0], c[1]);
    ck_assert(bench::certify(M, N, K, q.data(), w.data(), c.data(), &rows) == KBIT_OK);
    ck_assert_uint_eq(rows, 1);
}
END_TEST

/* The reference's own layer is admissible; an output that is two steps away, NaN or infinite is not. */
START_TEST(the_layers_check_sees_one_output)
{
    for (size_t k : {0, 5}) {
        const bench::Device d = device();
        bench::Problem p(kSeed, d, false);
        std::string why;
        ck_assert(p.open(cell_of(6, 20, 96, k), &why) == KBIT_OK);
        ck_assert_uint_eq(p.n_outliers, k);
        auto wrong_of = [&](const void *out) {
            uint64_t wrong = 99;
            ck_assert(bench::check_layer(p.M, p.N, p.K, p.x.as<void>(), p.w(0),
                                         p.w_absmax.as<float>(), p.n_outliers,
                                         p.outliers.as<int32_t>(), p.absmax.as<float>(),
                                         p.c.as<int32_t>(), out, &wrong) == KBIT_OK);
            return wrong;
        };
        /* By libkbit, which shares nothing with the kernels. */
        std::vector<float> x(p.M * p.K);
        std::vector<uint16_t> y(p.M * p.N);
        for (size_t i = 0; i < x.size(); ++i)
            x[i] = __half2float(p.x.as<__half>()[i]);
        ck_assert(kbit_llmint8_linear_bnb(p.M, p.N, p.K, x.data(), p.w(0), p.w_absmax.as<float>(),
                                          nullptr, bench::kThreshold, KBIT_F16,
                                          y.data()) == KBIT_OK);
        ck_assert_uint_eq(wrong_of(y.data()), 0);
        ck_assert(memcmp(y.data(), p.y.as<void>(), 2 * y.size()) == 0);
        const uint16_t was = y[7];
        for (uint16_t changed : {uint16_t(was + 2), uint16_t(was - 2), uint16_t(0x7e00),
                                 uint16_t(0x7c00), uint16_t(was ^ 0x8000)}) {
            y[7] = changed;
            ck_assert_uint_eq(wrong_of(y.data()), 1);
        }
        y[7] = was;
        /* A sum that lost a code, in all of a column. */
        for (size_t i = 0; i < p.M; ++i)
            p.c.as<int32_t>()[i * p.N + 3] += 127 * 40;
        ck_assert_uint_eq(wrong_of(y.data()), p.M);
    }
}
END_TEST

START_TEST(the_peers_check_sees_one_output)
{
    constexpr size_t M = 3, N = 10, K = 50;
    std::vector<__half> x(M * K), w(N * K), y(M * N);
    ck_assert(bench::fill_integers(kSeed, 40, x.size(), KBIT_F16, x.data()) == KBIT_OK);
    ck_assert(bench::fill_integers(kSeed, 41, w.size(), KBIT_F16, w.data()) == KBIT_OK);
    std::set<float> seen;
    for (size_t i = 0; i < M; ++i)
        for (size_t j = 0; j < N; ++j) {
            float sum = 0;
            for (size_t kk = 0; kk < K; ++kk)
                sum += __half2float(x[i * K + kk]) * __half2float(w[j * K + kk]);
            y[i * N + j] = __float2half_rn(sum);
        }
    for (__half value : x)
        seen.insert(__half2float(value));
    ck_assert_uint_eq(seen.size(), 5);
    bench::Sample sample = {99, 0};
    ck_assert(bench::check_integers(kSeed, M, N, K, KBIT_F16, x.data(), w.data(), y.data(),
                                    &sample) == KBIT_OK);
    ck_assert_uint_eq(sample.checked, M * N);
    ck_assert_uint_eq(sample.wrong, 0);
    std::swap(y[0], y[1]);
    ck_assert(__half2float(y[0]) != __half2float(y[1]));
    ck_assert(bench::check_integers(kSeed, M, N, K, KBIT_F16, x.data(), w.data(), y.data(),
                                    &sample) == KBIT_OK);
    ck_assert_uint_eq(sample.wrong, 2);
}
END_TEST

START_TEST(a_digest_sees_each_byte)
{
    std::vector<uint32_t> words(300);
    std::set<uint64_t> seen;
    uint64_t value = 0;
    auto note = [&] {
        ck_assert(bench::digest(words.data(), 4 * words.size() - 1, &value) == KBIT_OK);
        return seen.insert(value).second;
    };
    ck_assert(note());
    for (size_t byte = 0; byte < 4 * words.size() - 1; byte += 37) {
        reinterpret_cast<unsigned char *>(words.data())[byte] ^= 1;
        ck_assert(note());
    }
    std::swap(words[0], words[1]);
    ck_assert(words[0] == words[1] || note());
    words[299] ^= 0xff000000; /* beyond the end */
    ck_assert(!note());
    uint64_t count = 0;
    std::vector<uint32_t> other = words;
    ck_assert(bench::count_different(words.data(), other.data(), 4 * words.size(), &count) ==
              KBIT_OK);
    ck_assert_uint_eq(count, 0);
    other[5] ^= 0x01000001;
    ck_assert(bench::count_different(words.data(), other.data(), 4 * words.size(), &count) ==
              KBIT_OK);
    ck_assert_uint_eq(count, 2);
}
END_TEST

/* Each candidate of a cell is right, and is called wrong once its reference is changed under it. */
START_TEST(each_candidates_check_can_fail)
{
    const bench::Device d = device();
    bench::Problem p(kSeed, d, false);
    std::string why;
    ck_assert(p.open(cell_of(5, 40, 64, 3), &why) == KBIT_OK);
    std::vector<bench::Candidate> all;
    bench::add_own(p, d, true, &all);
    ck_assert_uint_ge(all.size(), 20);
    for (bench::Candidate &c : all) {
        bench::Verdict verdict;
        const kbit_status status = c.check(&verdict);
        if (status == KBIT_ERR_UNSUPPORTED)
            continue;
        ck_assert_msg(status == KBIT_OK && verdict.right, "%s: %s", c.name.c_str(),
                      verdict.why.c_str());
        /* One element of every reference, and of the weights' codes for products. */
        p.q.as<int8_t>()[1] ^= 1;
        p.c.as<int32_t>()[1] += 1 << 20;
        p.absmax.as<uint32_t>()[1] ^= 1 << 20;
        p.outliers.as<int32_t>()[1] ^= 1;
        p.d.as<uint32_t>()[1] ^= 1 << 22;
        p.sum.as<uint32_t>()[1] ^= 1 << 22;
        p.stored_d.as<uint16_t>()[1] ^= 1;
        if (c.name.rfind("int8_matmul", 0) == 0) {
            /* It reads the codes itself, so that changed ones have another right answer. */
            uint64_t rows = 0;
            ck_assert(c.call(0) == KBIT_OK);
            static_cast<int32_t *>(c.out)[4] ^= 4;
            ck_assert(bench::certify(p.M, p.N, p.K, p.q.as<int8_t>(), p.w(0),
                                     static_cast<int32_t *>(c.out), &rows) == KBIT_OK);
            ck_assert_uint_eq(rows, 1);
        } else if (c.name != "copy") {
            bench::Verdict changed;
            ck_assert(c.check(&changed) == KBIT_OK);
            ck_assert_msg(!changed.right && !changed.why.empty(), "%s: the change was not seen",
                          c.name.c_str());
        }
        p.q.as<int8_t>()[1] ^= 1;
        p.c.as<int32_t>()[1] -= 1 << 20;
        p.absmax.as<uint32_t>()[1] ^= 1 << 20;
        p.outliers.as<int32_t>()[1] ^= 1;
        p.d.as<uint32_t>()[1] ^= 1 << 22;
        p.sum.as<uint32_t>()[1] ^= 1 << 22;
        p.stored_d.as<uint16_t>()[1] ^= 1;
    }
}
END_TEST

} // namespace

int main()
{
    return run_suite("gpu_bench", {data_are_the_references, outlier_columns_are_those_asked_for,
                                   the_certificate_sees_one_bit, the_layers_check_sees_one_output,
                                   the_peers_check_sees_one_output, a_digest_sees_each_byte,
                                   each_candidates_check_can_fail});
}
