/* Every rung of quantize_rows on the CPU layer against the reference, code for code. */
#include "cuda_test.h"

using namespace kbit_test;

static void compare(const kbit::Rung<kbit::QuantizeRows> &rung, const Activations &x,
                    const std::vector<float> &absmax, const std::vector<int32_t> &o, bool null_list,
                    float threshold)
{
    const List list(o, x.K);
    std::vector<int8_t> want(x.M * x.K);
    ck_assert_int_eq(kbit_quantize_rows(x.M, x.K, x.wide.data(), absmax.data(), o.size(), o.data(),
                                        threshold, want.data()),
                     KBIT_OK);
    Guarded<float> a(x.M);
    memcpy(a.data(), absmax.data(), x.M * sizeof(float));
    Guarded<int8_t> q(x.M * x.K);
    Guarded<int32_t> violation(1);
    violation[0] = 0;
    ck_assert_int_eq(rung.run(x.M, x.K, x.type, x.data(), a.data(),
                              null_list ? nullptr : list.count(), null_list ? nullptr : list.data(),
                              threshold, q.data(), violation.data(), nullptr),
                     KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "%s, M %zu, K %zu, %s, |O| %zu, threshold %a", rung.name, x.M, x.K,
             kbit_dtype_name(x.type), o.size(), threshold);
    check_integers(q.data(), want.data(), want.size(), what);
    ck_assert_msg(violation[0] == 0, "%s: a violation is reported", what);
}

static std::vector<float> absmax_of(const Activations &x, const std::vector<int32_t> &o,
                                    float threshold)
{
    std::vector<float> a(x.M);
    ck_assert_int_eq(
        kbit_absmax_rows(x.M, x.K, x.wide.data(), o.size(), o.data(), threshold, a.data()),
        KBIT_OK);
    return a;
}

START_TEST(as_the_reference)
{
    unsigned call = 0;
    for (const auto &rung : kbit::ladders.quantize_rows.rung)
        for (size_t s = 0; rung.run && s < sizeof kSizes / sizeof *kSizes; ++s)
            for (kbit_dtype type : kTypes) {
                const size_t M = kSizes[(s + 4) % 7], K = kSizes[s];
                const Kind kind = static_cast<Kind>(call % kKinds);
                const Activations x(kind, M, K, type, call % 3);
                for (const auto &o : lists(K)) {
                    if (++call % 2) /* the next type or size takes the other lists */
                        continue;
                    schedule(call / 2);
                    if (call / 2 % 3 == 0) /* bitsandbytes masks elements, */
                        compare(rung, x, absmax_of(x, {}, 6.0f), o, false, 6.0f);
                    else if (call / 2 % 3 == 1) /* the paper columns, */
                        compare(rung, x, absmax_of(x, o, INFINITY), o, false, INFINITY);
                    else /* weights have no threshold. */
                        compare(rung, x, absmax_of(x, o, kOff), o, false, kOff);
                }
                compare(rung, x, absmax_of(x, {}, 6.0f), {}, true, 6.0f);
                ++call; /* four lists a turn would give each list one parity */
            }
}
END_TEST

START_TEST(wide_rows_under_every_schedule)
{
    const Activations x(Outliers, 3, 2064, KBIT_F16);
    const std::vector<int32_t> o = lists(x.K)[2];
    for (const auto &rung : kbit::ladders.quantize_rows.rung)
        for (unsigned i = 0; rung.run && i < kSchedules; ++i) {
            schedule(i);
            compare(rung, x, absmax_of(x, {}, 6.0f), o, false, 6.0f);
        }
}
END_TEST

/* 127 x would overflow, or a is subnormal. */
START_TEST(both_ends_of_the_range_of_float)
{
    for (int exponent : {127, 126, 121, 120, 119, -120, -126, -140, -149})
        for (kbit_dtype type : {KBIT_F32, KBIT_BF16}) {
            Activations x(Plain, 2, 40, type);
            for (size_t i = 0; i < 80; ++i)
                x.wide[i] = ldexpf(0.45f * random_value(), exponent);
            ck_assert_int_eq(kbit_round(80, x.wide.data(), type, x.bytes.data()), KBIT_OK);
            ck_assert_int_eq(kbit_widen(80, type, x.data(), x.wide.data()), KBIT_OK);
            for (const auto &rung : kbit::ladders.quantize_rows.rung)
                if (rung.run)
                    compare(rung, x, absmax_of(x, {}, INFINITY), {}, true, INFINITY);
        }
}
END_TEST

/* Each row holds every number up to its absmax: ties and near-ties of this absmax all occur. */
START_TEST(every_half_below_an_absmax)
{
    const uint16_t tops[] = {0x0001, 0x0201, 0x03ff, 0x2e66, 0x3c00, 0x4500, 0x57f0, 0x7bff};
    for (uint16_t top : tops) {
        Activations x(Plain, 2, top + 1u, KBIT_F16);
        for (size_t i = 0; i < x.M * x.K; ++i) {
            const uint16_t bits =
                static_cast<uint16_t>(i % x.K) | static_cast<uint16_t>(i / x.K << 15);
            memcpy(x.bytes.data() + 2 * i, &bits, 2);
        }
        ck_assert_int_eq(kbit_widen(x.M * x.K, KBIT_F16, x.data(), x.wide.data()), KBIT_OK);
        for (const auto &rung : kbit::ladders.quantize_rows.rung)
            if (rung.run)
                compare(rung, x, absmax_of(x, {}, kOff), {}, true, kOff);
    }
}
END_TEST

START_TEST(the_fused_kernel_finds_the_same_absmax_and_codes)
{
    unsigned call = 0;
    for (size_t s = 0; s < sizeof kSizes / sizeof *kSizes; ++s)
        for (kbit_dtype type : kTypes)
            for (int kind = s % 3; kind < kKinds; kind += 3) {
                const size_t M = kSizes[s] % 5 + 1, K = kSizes[s];
                const float threshold = call % 3 ? 6.0f : kOff;
                const Activations x(static_cast<Kind>(kind), M, K, type);
                const List o(lists(K)[call % 4], K);
                const std::vector<float> want = absmax_of(x, {}, threshold);
                std::vector<int8_t> codes(M * K);
                ck_assert_int_eq(kbit_quantize_rows(M, K, x.wide.data(), want.data(), o.size(),
                                                    o.host(), threshold, codes.data()),
                                 KBIT_OK);
                Guarded<float> absmax(M);
                Guarded<int8_t> q(M * K);
                schedule(call++);
                ck_assert_int_eq(kbit::absmax_quantize_rows(M, K, type, x.data(), o.count(),
                                                            o.data(), threshold, absmax.data(),
                                                            q.data(), nullptr),
                                 KBIT_OK);
                check_floats(absmax.data(), want.data(), M, "absmax of absmax_quantize_rows");
                check_integers(q.data(), codes.data(), M * K, "codes of absmax_quantize_rows");
            }
}
END_TEST

START_TEST(a_larger_element_is_reported_and_saturates)
{
    Activations x(Plain, 2, 40, KBIT_F32);
    std::vector<float> absmax = absmax_of(x, {}, kOff);
    absmax[1] *= 0.5f;
    Guarded<float> a(2);
    memcpy(a.data(), absmax.data(), 2 * sizeof(float));
    for (const auto &rung : kbit::ladders.quantize_rows.rung) {
        if (!rung.run)
            continue;
        Guarded<int8_t> q(80);
        Guarded<int32_t> violation(1);
        violation[0] = 0;
        ck_assert_int_eq(rung.run(2, 40, KBIT_F32, x.data(), a.data(), nullptr, nullptr, kOff,
                                  q.data(), violation.data(), nullptr),
                         KBIT_OK);
        ck_assert_int_eq(violation[0], 1);
        int largest = 0;
        for (size_t i = 40; i < 80; ++i) {
            ck_assert_int_ge(q[i], -127);
            largest = abs(q[i]) > largest ? abs(q[i]) : largest;
        }
        ck_assert_int_eq(largest, 127);
        /* Without a place for the report nothing is written anywhere. */
        ck_assert_int_eq(rung.run(2, 40, KBIT_F32, x.data(), a.data(), nullptr, nullptr, kOff,
                                  q.data(), nullptr, nullptr),
                         KBIT_OK);
    }
}
END_TEST

/* A row too long for the block's bit mask goes to v1 by way of dispatch. */
START_TEST(very_long_rows)
{
    const size_t K = 400001;
    const Activations x(Outliers, 1, K, KBIT_BF16);
    const std::vector<float> absmax = absmax_of(x, {}, 6.0f);
    const List o({0, 399999, 400000}, K);
    std::vector<int8_t> want(K);
    ck_assert_int_eq(
        kbit_quantize_rows(1, K, x.wide.data(), absmax.data(), 3, o.host(), 6.0f, want.data()),
        KBIT_OK);
    Guarded<int8_t> q(K);
    Guarded<float> a(1);
    a[0] = absmax[0];
    ck_assert_int_eq(kbit::quantize_rows_v2(1, K, KBIT_BF16, x.data(), a.data(), o.count(),
                                            o.data(), 6.0f, q.data(), nullptr, nullptr),
                     KBIT_ERR_UNSUPPORTED);
    ck_assert_int_eq(kbit_cuda_quantize_rows(1, K, KBIT_BF16, x.data(), a.data(), o.count(),
                                             o.data(), 6.0f, q.data(), nullptr, nullptr),
                     KBIT_OK);
    check_integers(q.data(), want.data(), K, "a row of 400001");
    for (size_t longer : {size_t{530001}, size_t{1} << 20, size_t{1} << 31}) {
        ck_assert_int_eq(kbit::quantize_rows_v2(1, longer, KBIT_BF16, nullptr, nullptr, nullptr,
                                                nullptr, 6.0f, nullptr, nullptr, nullptr),
                         KBIT_ERR_UNSUPPORTED);
        ck_assert_int_eq(kbit::absmax_rows_v2(1, longer, KBIT_BF16, nullptr, nullptr, nullptr, 6.0f,
                                              nullptr, nullptr),
                         KBIT_ERR_UNSUPPORTED);
    }
}
END_TEST

int main()
{
    return run_suite("cuda_quantize_rows",
                     {as_the_reference, both_ends_of_the_range_of_float,
                      wide_rows_under_every_schedule, every_half_below_an_absmax,
                      the_fused_kernel_finds_the_same_absmax_and_codes,
                      a_larger_element_is_reported_and_saturates, very_long_rows});
}
