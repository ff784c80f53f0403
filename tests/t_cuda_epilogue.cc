/* Every rung of dequantize, outlier_matmul (both weights) and store on the CPU layer against the
 * reference, bit for bit. */
#include "cuda_test.h"

using namespace kbit_test;

static int32_t random_sum()
{
    return static_cast<int32_t>(random_bits()) >> random_bits() % 31;
}

/* Any float: numbers of all sizes, now and then a zero, a NaN or an infinity. */
static float random_float()
{
    float x;
    const uint32_t bits = random_bits();
    memcpy(&x, &bits, sizeof x);
    return random_bits() % 3 ? random_value() : x;
}

static void fill(Guarded<float> &to, float (*value)())
{
    for (size_t i = 0; i < to.size(); ++i)
        to[i] = value();
}

START_TEST(dequantize_as_the_reference)
{
    unsigned call = 0;
    for (const auto &rung : kbit::ladders.dequantize.rung) {
        unsigned served = 0;
        for (size_t s = 0; rung.run && s < kNumberOfSizes; ++s)
            for (size_t N : {kSizes[(s * 4) % kNumberOfSizes], size_t{64}}) {
                const size_t M = kSizes[s], offset = call % 5 == 4;
                Guarded<int32_t> c(M * N, offset);
                Guarded<float> a(M), w(N), d(M * N);
                for (size_t i = 0; i < M * N; ++i)
                    c[i] = random_sum();
                fill(a, call % 2 ? random_float : random_value);
                fill(w, call % 3 ? random_value : random_float);
                schedule(call++);
                const kbit_status status =
                    rung.run(M, N, c.data(), a.data(), w.data(), d.data(), nullptr);
                if (status == KBIT_ERR_UNSUPPORTED && &rung != kbit::ladders.dequantize.rung)
                    continue;
                ck_assert_int_eq(status, KBIT_OK);
                ++served;
                std::vector<float> want(M * N);
                ck_assert_int_eq(kbit_dequantize(M, N, c.data(), a.data(), w.data(), want.data()),
                                 KBIT_OK);
                check_floats(d.data(), want.data(), M * N, rung.name);
            }
        ck_assert(!rung.run || served >= 8);
    }
}
END_TEST

/* A float beside, at and around the midpoints of a 16-bit type, so that the second of two roundings
 * would decide wrongly. */
static void near_a_midpoint(kbit_dtype type, float *y, float *bias)
{
    const int bits = type == KBIT_F16 ? 11 : 8;
    const uint32_t n = 1u << (bits - 1) | random_bits() % (1u << (bits - 1));
    const int exponent = static_cast<int>(random_bits() % 40) - 20;
    const float midpoint = ldexpf(static_cast<float>(2 * n + 1), exponent - bits - 1);
    const int below = 20 + static_cast<int>(random_bits() % 30);
    *y = random_bits() % 2 ? midpoint : -midpoint;
    *bias = random_bits() % 3 ? ldexpf(random_value(), exponent - below) : 0.0f;
    if (random_bits() % 2) { /* the same sum from parts of the same size */
        const float half = *y * 0.75f;
        *bias += *y - half;
        *y = half;
    }
}

START_TEST(store_as_the_reference)
{
    unsigned call = 0;
    for (const auto &rung : kbit::ladders.store.rung) {
        unsigned served = 0;
        for (size_t s = 0; rung.run && s < kNumberOfSizes; ++s)
            for (kbit_dtype type : kTypes)
                for (size_t N : {kSizes[(s * 4) % kNumberOfSizes], size_t{36}}) {
                    const size_t M = kSizes[s], bytes = kbit_dtype_size(type);
                    Guarded<float> y(M * N), bias(N);
                    Guarded<unsigned char> out(M * N * bytes, call % 7 == 6 ? bytes : 0);
                    fill(y, random_float);
                    fill(bias, call % 2 ? random_float : random_value);
                    for (size_t j = 0; j < N; ++j)
                        near_a_midpoint(type, &y[M / 2 * N + j], &bias[j]);
                    const float *b = call % 3 == 2 ? nullptr : bias.data();
                    schedule(call++);
                    const kbit_status status =
                        rung.run(M, N, y.data(), b, type, out.data(), nullptr);
                    if (status == KBIT_ERR_UNSUPPORTED && &rung != kbit::ladders.store.rung)
                        continue;
                    ck_assert_int_eq(status, KBIT_OK);
                    ++served;
                    std::vector<float> want(M * N);
                    ck_assert_int_eq(kbit_store(M, N, y.data(), b, type, want.data()), KBIT_OK);
                    check_typed(type, out.data(), want.data(), M * N, rung.name);
                }
        ck_assert(!rung.run || served >= 8);
    }
}
END_TEST

/* The sums on which one rounding and two differ are in the data: else the test above shows little.
 */
START_TEST(midpoints_tell_one_rounding_from_two)
{
    unsigned differ = 0;
    for (int i = 0; i < 1000; ++i) {
        float y, bias;
        near_a_midpoint(KBIT_F16, &y, &bias);
        kbit_f16 once;
        ck_assert_int_eq(kbit_store(1, 1, &y, &bias, KBIT_F16, &once), KBIT_OK);
        differ += once.bits != kbit_f16_from_f32(y + bias).bits;
    }
    ck_assert_uint_gt(differ, 50);
}
END_TEST

static void compare_outliers(const kbit::Rung<kbit::OutlierMatmul> &rung, const Activations &x,
                             size_t N, const std::vector<int32_t> &o, kbit_dtype w_type,
                             bool in_place, const char *what)
{
    const size_t M = x.M, K = x.K;
    const List list(o, K);
    Guarded<float> d(M * N), s(N), y(M * N);
    fill(d, random_value);
    fill(s, random_value);
    std::vector<float> want(M * N);
    const void *w;
    const float *scale = nullptr;
    const Activations w16(static_cast<Kind>(N % kKinds), N, K,
                          w_type == KBIT_I8 ? KBIT_F32 : w_type);
    Guarded<int8_t> codes(N * K);
    if (w_type == KBIT_I8) {
        for (size_t i = 0; i < N * K; ++i)
            codes[i] = random_code();
        w = codes.data();
        scale = s.data();
        ck_assert_int_eq(kbit_outlier_matmul(M, N, K, x.wide.data(), o.size(), o.data(),
                                             codes.data(), scale, d.data(), want.data()),
                         KBIT_OK);
    } else {
        w = w16.data();
        ck_assert_int_eq(kbit_outlier_matmul_w16(M, N, K, x.wide.data(), o.size(), o.data(),
                                                 w16.wide.data(), d.data(), want.data()),
                         KBIT_OK);
    }
    float *out = in_place ? d.data() : y.data();
    ck_assert_int_eq(rung.run(M, N, K, x.type, x.data(), o.empty() ? nullptr : list.count(),
                              list.data(), w_type, w, scale, d.data(), out, nullptr),
                     KBIT_OK);
    char line[160];
    snprintf(line, sizeof line, "%s, %s, %zu x %zu x %zu, %s x %s, |O| %zu", what, rung.name, M, N,
             K, kbit_dtype_name(x.type), kbit_dtype_name(w_type), o.size());
    check_floats(out, want.data(), M * N, line);
}

START_TEST(outlier_products_as_the_reference)
{
    const kbit_dtype w_types[] = {KBIT_I8, KBIT_F16, KBIT_BF16, KBIT_F32};
    unsigned call = 0;
    for (const auto &rung : kbit::ladders.outlier_matmul.rung)
        for (size_t s = 0; rung.run && s < kNumberOfSizes; ++s)
            for (kbit_dtype type : kTypes) {
                const size_t M = kSizes[(s + 5) % kNumberOfSizes];
                const size_t N = kSizes[(s * 2 + 1) % kNumberOfSizes], K = kSizes[s];
                const Activations x(static_cast<Kind>(call % kKinds), M, K, type);
                schedule(call++);
                compare_outliers(rung, x, N, lists(K)[call % 4], w_types[call % 4], call % 2,
                                 "ragged");
            }
}
END_TEST

/* One group of outlier columns, exactly one, more than one, several. */
START_TEST(groups_of_outlier_columns_under_every_schedule)
{
    const size_t counts[] = {0, 1, 31, 32, 33, 96, 100};
    const Activations x(Outliers, 40, 101, KBIT_F16);
    for (const auto &rung : kbit::ladders.outlier_matmul.rung)
        for (unsigned i = 0; rung.run && i < kSchedules; ++i) {
            std::vector<int32_t> o;
            for (size_t k = 0; k < counts[i % 7]; ++k)
                o.push_back(static_cast<int32_t>(k + 1));
            schedule(i);
            compare_outliers(rung, x, 33, o, KBIT_I8, false, "groups");
        }
}
END_TEST

/* Rows or columns whose number has more than 16 bits. */
START_TEST(long_sides)
{
    for (bool tall : {true, false}) {
        const size_t M = tall ? 65700 : 2, N = tall ? 4 : 65700;
        const Activations x(Outliers, M, 3, KBIT_F16);
        for (const auto &rung : kbit::ladders.outlier_matmul.rung)
            if (rung.run)
                compare_outliers(rung, x, N, {0, 2}, KBIT_I8, false, "long");
        Guarded<int32_t> c(M * N);
        Guarded<float> a(M), w(N), d(M * N);
        for (size_t i = 0; i < M * N; ++i)
            c[i] = random_sum();
        fill(a, random_value);
        fill(w, random_value);
        std::vector<float> want(M * N);
        ck_assert_int_eq(kbit_dequantize(M, N, c.data(), a.data(), w.data(), want.data()), KBIT_OK);
        for (const auto &rung : kbit::ladders.dequantize.rung)
            if (rung.run) {
                ck_assert_int_eq(rung.run(M, N, c.data(), a.data(), w.data(), d.data(), nullptr),
                                 KBIT_OK);
                check_floats(d.data(), want.data(), M * N, rung.name);
            }
        Guarded<uint16_t> out(M * N);
        std::vector<uint16_t> stored(M * N);
        ck_assert_int_eq(kbit_store(M, N, want.data(), w.data(), KBIT_F16, stored.data()), KBIT_OK);
        for (const auto &rung : kbit::ladders.store.rung)
            if (rung.run) {
                ck_assert_int_eq(rung.run(M, N, d.data(), w.data(), KBIT_F16, out.data(), nullptr),
                                 KBIT_OK);
                check_typed(KBIT_F16, out.data(), stored.data(), M * N, rung.name);
            }
    }
}
END_TEST

int main()
{
    return run_suite("cuda_epilogue",
                     {dequantize_as_the_reference, store_as_the_reference,
                      midpoints_tell_one_rounding_from_two, outlier_products_as_the_reference,
                      groups_of_outlier_columns_under_every_schedule, long_sides});
}
