/* Every rung of outlier_columns and absmax_rows on the CPU layer against the reference. */
#include "cuda_test.h"

using namespace kbit_test;

static void compare_columns(const kbit::Rung<kbit::OutlierColumns> &rung, const Activations &x,
                            float threshold)
{
    std::vector<int32_t> want(x.K + 1);
    size_t n = 0;
    ck_assert_int_eq(kbit_outlier_columns(x.M, x.K, x.wide.data(), threshold, want.data(), &n),
                     KBIT_OK);
    Guarded<int32_t> count(1), list(x.K);
    Guarded<unsigned char> workspace(kbit_cuda_outlier_columns_workspace(x.M, x.K));
    ck_assert_int_eq(rung.run(x.M, x.K, x.type, x.data(), threshold, count.data(), list.data(),
                              workspace.data(), nullptr),
                     KBIT_OK);
    char what[128];
    snprintf(what, sizeof what, "%s, M %zu, K %zu, %s, threshold %a", rung.name, x.M, x.K,
             kbit_dtype_name(x.type), threshold);
    ck_assert_msg(count[0] >= 0 && static_cast<size_t>(count[0]) == n, "%s: |O| is %d, not %zu",
                  what, count[0], n);
    check_integers(list.data(), want.data(), n, what);
}

START_TEST(columns_as_the_reference)
{
    const float thresholds[] = {6.0f, 0.0f, 1.5f, 0x1.fffffep127f, kOff};
    unsigned call = 0;
    size_t none = 0, all = 0;
    for (const auto &rung : kbit::ladders.outlier_columns.rung)
        for (size_t s = 0; rung.run && s < kNumberOfSizes; ++s)
            for (kbit_dtype type : kTypes) {
                const size_t M = kSizes[(s * 7 + 3) % kNumberOfSizes], K = kSizes[s];
                const Activations x(static_cast<Kind>(call % kKinds), M, K, type, call % 3);
                schedule(call++);
                compare_columns(rung, x, thresholds[call % 5]);
                compare_columns(rung, x, thresholds[(call + 1) % 5]);
                none += thresholds[call % 5] == kOff;
                all += thresholds[call % 5] == 0.0f;
            }
    ck_assert(none > 0 && all > 0);
}
END_TEST

/* More rows than a strip, more columns than a block, words of the mask that no warp completes. */
START_TEST(columns_under_every_schedule)
{
    const Activations x(Outliers, 130, 300, KBIT_BF16);
    for (const auto &rung : kbit::ladders.outlier_columns.rung)
        for (unsigned i = 0; rung.run && i < kSchedules; i += 2) {
            schedule(i);
            compare_columns(rung, x, 6.0f);
        }
}
END_TEST

/* Enough columns that a thread of the last kernel lists more than one word. */
START_TEST(many_columns)
{
    const Activations x(Outliers, 2, 20011, KBIT_F16);
    for (const auto &rung : kbit::ladders.outlier_columns.rung)
        for (float threshold : {6.0f, 0.0f})
            if (rung.run)
                compare_columns(rung, x, threshold);
}
END_TEST

/* The words of the mask are more than 16 bits count. */
START_TEST(very_many_columns)
{
    const Activations x(Outliers, 1, 65536 * 32 + 40, KBIT_F16);
    compare_columns(kbit::ladders.outlier_columns.rung[1], x, 6.0f);
}
END_TEST

START_TEST(no_rows_or_no_columns_make_an_empty_list)
{
    for (const auto &rung : kbit::ladders.outlier_columns.rung)
        if (rung.run) {
            compare_columns(rung, Activations(Plain, 0, 40, KBIT_F16), 0.0f);
            compare_columns(rung, Activations(Plain, 4, 0, KBIT_F16), 0.0f);
        }
}
END_TEST

static void compare_absmax(const kbit::Rung<kbit::AbsmaxRows> &rung, const Activations &x,
                           const std::vector<int32_t> &o, bool null_list, float threshold)
{
    std::vector<float> want(x.M);
    ck_assert_int_eq(
        kbit_absmax_rows(x.M, x.K, x.wide.data(), o.size(), o.data(), threshold, want.data()),
        KBIT_OK);
    const List list(o, x.K);
    Guarded<float> absmax(x.M);
    ck_assert_int_eq(rung.run(x.M, x.K, x.type, x.data(), null_list ? nullptr : list.count(),
                              null_list ? nullptr : list.data(), threshold, absmax.data(), nullptr),
                     KBIT_OK);
    char what[128];
    snprintf(what, sizeof what, "%s, M %zu, K %zu, %s, |O| %zu, threshold %a", rung.name, x.M, x.K,
             kbit_dtype_name(x.type), o.size(), threshold);
    check_floats(absmax.data(), want.data(), x.M, what);
}

START_TEST(absmax_as_the_reference)
{
    const float thresholds[] = {6.0f, INFINITY, kOff, 0.0f};
    unsigned call = 0;
    for (const auto &rung : kbit::ladders.absmax_rows.rung)
        for (size_t s = 0; rung.run && s < kNumberOfSizes; ++s)
            for (kbit_dtype type : kTypes) {
                const Activations x(static_cast<Kind>(call % kKinds), kSizes[(s + 4) % 7],
                                    kSizes[s], type, call % 3);
                schedule(call++);
                for (const auto &o : lists(x.K)) {
                    compare_absmax(rung, x, o, o.empty() && call % 2, thresholds[call % 4]);
                    ++call;
                }
            }
}
END_TEST

START_TEST(absmax_under_every_schedule)
{
    const Activations x(NotFinite, 3, 2064, KBIT_F32);
    const std::vector<int32_t> o = lists(x.K)[2];
    for (const auto &rung : kbit::ladders.absmax_rows.rung)
        for (unsigned i = 0; rung.run && i < kSchedules; ++i) {
            schedule(i);
            compare_absmax(rung, x, o, false, i % 2 ? INFINITY : kOff);
        }
}
END_TEST

START_TEST(absmax_of_nothing_is_plus_0)
{
    for (const auto &rung : kbit::ladders.absmax_rows.rung) {
        if (!rung.run)
            continue;
        Guarded<float> absmax(3);
        const Activations x(Plain, 3, 0, KBIT_F16);
        ck_assert_int_eq(
            rung.run(3, 0, KBIT_F16, x.data(), nullptr, nullptr, 6.0f, absmax.data(), nullptr),
            KBIT_OK);
        for (size_t i = 0; i < 3; ++i)
            ck_assert(absmax[i] == 0.0f && !signbit(absmax[i]));
        compare_absmax(rung, Activations(ZeroRows, 3, 17, KBIT_F32), {}, true, kOff);
    }
}
END_TEST

int main()
{
    return run_suite("cuda_statistics",
                     {columns_as_the_reference, columns_under_every_schedule, many_columns,
                      very_many_columns, no_rows_or_no_columns_make_an_empty_list,
                      absmax_as_the_reference, absmax_under_every_schedule,
                      absmax_of_nothing_is_plus_0});
}
