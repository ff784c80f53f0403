/* Every rung of the layer on the CPU layer against the reference, output bit for output bit. The
 * one exception is v3 with outliers in 16 bits, whose sums have another order: t_cuda_ring.cc holds it
 * to its theorem, here it is only to have its NaNs where the reference has them. */
#include "cuda_test.h"

using namespace kbit_test;

/* Hopper's adds the outlier columns in another order: t_cuda_hopper.cc, t_cuda_hopper2.cc. */
static bool as_the_reference_adds(const kbit::Rung<kbit::LinearBnb> &rung)
{
    return rung.run && strncmp(rung.name, "hopper", 6) != 0;
}

struct Weights {
    size_t N, K;
    Guarded<int8_t> codes;
    Guarded<float> absmax, bias;
    Weights(size_t n, size_t k, size_t offset)
        : N(n), K(k), codes(n * k, offset), absmax(n), bias(n)
    {
        for (size_t i = 0; i < N * K; ++i)
            codes[i] = static_cast<int8_t>(random_code() | 1); /* no -128 */
        for (size_t j = 0; j < N; ++j) {
            absmax[j] = kbit_f16_to_f32(kbit_f16_from_f32(fabsf(random_value()) + 0.01f));
            bias[j] = random_value();
        }
    }
};

static size_t workspace_bytes(const char *rung, size_t M, size_t N, size_t K)
{
    kbit::LinearWorkspace *const bytes[] = {
        kbit::llmint8_linear_bnb_v1_workspace, kbit::llmint8_linear_bnb_v2_workspace,
        kbit::llmint8_linear_bnb_v3_workspace, kbit::llmint8_linear_bnb_v4_workspace};
    return bytes[rung[1] - '1'](M, N, K);
}

/* The number of NaNs, or kNotServed. */
static const size_t kNotServed = SIZE_MAX;

static size_t compare(const kbit::Rung<kbit::LinearBnb> &rung, const Activations &x,
                      const Weights &w, bool with_bias, float threshold, kbit_dtype out_type)
{
    const size_t M = x.M, N = w.N, K = x.K;
    const float *bias = with_bias ? w.bias.data() : nullptr;
    std::vector<float> want(M * N);
    ck_assert_int_eq(kbit_llmint8_linear_bnb(M, N, K, x.wide.data(), w.codes.data(),
                                             w.absmax.data(), bias, threshold, out_type,
                                             want.data()),
                     KBIT_OK);
    Guarded<unsigned char> out(M * N * kbit_dtype_size(out_type));
    Guarded<unsigned char> workspace(workspace_bytes(rung.name, M, N, K));
    const kbit_status status =
        rung.run(M, N, K, x.type, x.data(), w.codes.data(), w.absmax.data(), bias, threshold,
                 out_type, out.data(), workspace.data(), nullptr);
    if (status == KBIT_ERR_UNSUPPORTED && strcmp(rung.name, "v4") == 0) {
        ck_assert(M > 16 || K == 0 || K % 16 != 0 ||
                  reinterpret_cast<uintptr_t>(w.codes.data()) % 16 != 0);
        return kNotServed;
    }
    ck_assert_int_eq(status, KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "%s, %zu x %zu x %zu, %s to %s, threshold %a%s", rung.name, M, N, K,
             kbit_dtype_name(x.type), kbit_dtype_name(out_type), threshold,
             with_bias ? ", bias" : "");
    std::vector<int32_t> o(K);
    size_t n, nans = 0;
    ck_assert_int_eq(kbit_outlier_columns(M, K, x.wide.data(), threshold, o.data(), &n), KBIT_OK);
    std::vector<float> wide(M * N), wanted(M * N);
    ck_assert_int_eq(kbit_widen(M * N, out_type, out.data(), wide.data()), KBIT_OK);
    ck_assert_int_eq(kbit_widen(M * N, out_type, want.data(), wanted.data()), KBIT_OK);
    bool huge = false; /* sums may overflow in one order and not in another */
    for (float v : x.wide)
        huge |= isfinite(v) && fabsf(v) > 0x1p100f;
    for (size_t i = 0; i < M * N; ++i) {
        nans += isnan(wide[i]);
        if (!huge && isnan(wide[i]) != isnan(wanted[i]))
            ck_abort_msg("%s: element %zu is %a, not %a", what, i, wide[i], wanted[i]);
    }
    if (strcmp(rung.name, "v3") != 0 || n == 0 || x.type == KBIT_F32)
        check_typed(out_type, out.data(), want.data(), M * N, what);
    return nans;
}

START_TEST(as_the_reference)
{
    const float thresholds[] = {6.0f, 0.0f, 2.0f, kOff};
    unsigned call = 0;
    for (const auto &rung : kbit::ladders.llmint8_linear_bnb.rung)
        for (size_t s = 0; as_the_reference_adds(rung) && s < kNumberOfSizes; ++s)
            for (kbit_dtype type : kTypes)
                for (int turn = 0; turn < 2; ++turn) {
                    const size_t M = kSizes[(s * 2 + 5) % kNumberOfSizes];
                    const size_t N = kSizes[(s + turn * 8) % kNumberOfSizes];
                    const size_t K = turn ? (s + 1) * 16 : kSizes[s]; /* aligned or ragged */
                    const Activations x(static_cast<Kind>(call % kKinds), M, K, type, call % 2);
                    const Weights w(N, K, call % 5 == 4 ? 3 : 0);
                    schedule(call++);
                    compare(rung, x, w, call % 3, thresholds[call % 4], kTypes[call % 3]);
                }
}
END_TEST

/* Decoding: up to 8 rows go by another kernel. */
START_TEST(few_rows)
{
    for (const auto &rung : kbit::ladders.llmint8_linear_bnb.rung)
        for (size_t M = 1; as_the_reference_adds(rung) && M <= 9; ++M) {
            const Activations x(Outliers, M, 64 * M, KBIT_F16);
            const Weights w(50, 64 * M, 0);
            schedule(static_cast<unsigned>(M));
            compare(rung, x, w, true, 6.0f, KBIT_F16);
        }
}
END_TEST

START_TEST(every_schedule)
{
    const Activations x(Outliers, 20, 416, KBIT_F16);
    const Weights w(24, 416, 0);
    for (const auto &rung : kbit::ladders.llmint8_linear_bnb.rung)
        for (unsigned i = 0; as_the_reference_adds(rung) && i < kSchedules; ++i) {
            schedule(i);
            compare(rung, x, w, i % 2, i % 5 ? 6.0f : 1.0f, KBIT_F16);
        }
}
END_TEST

/* Rows or columns whose number has more than 16 bits. */
START_TEST(long_sides)
{
    const Activations tall(Outliers, 65600, 4, KBIT_F32), low(Outliers, 1, 16, KBIT_F32);
    const Weights narrow(1, 4, 0), broad(65600, 16, 0);
    for (const auto &rung : kbit::ladders.llmint8_linear_bnb.rung)
        if (as_the_reference_adds(rung)) {
            if (strcmp(rung.name, "v2") != 0) /* takes seconds; its parts are tested alone */
                compare(rung, tall, narrow, true, 6.0f, KBIT_F16);
            ck_assert_uint_ne(compare(rung, low, broad, true, 6.0f, KBIT_F16), kNotServed);
        }
}
END_TEST

/* A NaN or inf with the threshold off: the whole row of the output is NaN, no other is touched. */
START_TEST(not_finite_without_a_threshold_takes_its_row)
{
    for (float bad : {NAN, INFINITY, -INFINITY})
        for (size_t M : {size_t{3}, size_t{20}}) {
            Activations x(Plain, M, 32, KBIT_F32);
            x.wide[32 + 7] = bad;
            memcpy(x.bytes.data(), x.wide.data(), M * 32 * sizeof(float));
            const Weights w(10, 32, 0);
            for (const auto &rung : kbit::ladders.llmint8_linear_bnb.rung)
                if (as_the_reference_adds(rung) && (M <= 16 || strcmp(rung.name, "v4") != 0)) {
                    ck_assert_uint_eq(compare(rung, x, w, true, kOff, KBIT_F16), 10);
                    ck_assert_uint_ge(compare(rung, x, w, true, 6.0f, KBIT_F16),
                                      isnan(bad) ? 10 : 0);
                }
        }
}
END_TEST

START_TEST(no_features_leave_the_bias)
{
    const Activations x(Plain, 5, 0, KBIT_BF16);
    const Weights w(6, 0, 0);
    for (const auto &rung : kbit::ladders.llmint8_linear_bnb.rung)
        if (as_the_reference_adds(rung)) {
            compare(rung, x, w, true, 6.0f, KBIT_BF16);
            compare(rung, x, w, false, kOff, KBIT_F32);
        }
}
END_TEST

int main()
{
    return run_suite("cuda_linear",
                     {as_the_reference, few_rows, every_schedule, long_sides,
                      not_finite_without_a_threshold_takes_its_row, no_features_leave_the_bias});
}
