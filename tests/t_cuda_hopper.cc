/* The Hopper rungs on the CPU layer: the int32 tap sum for sum, the layer bit for bit where the tensor
 * core's order cannot matter, under many schedules; what they refuse; what dispatch does then. */
#include "cuda_test.h"

using namespace kbit_test;

/* The rung of that name. */
template <class F> static const kbit::Rung<F> &rung(const kbit::Ladder<F> &ladder)
{
    for (const kbit::Rung<F> &r : ladder.rung)
        if (r.run && strcmp(r.name, "hopper") == 0)
            return r;
    ck_abort_msg("no rung named hopper");
}

static void check_tap(size_t M, size_t N, size_t K, bool extreme, size_t offset)
{
    Guarded<int8_t> q(M * K), w(N * K);
    for (Guarded<int8_t> *codes : {&q, &w})
        for (size_t i = 0; i < codes->size(); ++i)
            (*codes)[i] = extreme ? (random_bits() & 1 ? -128 : 127) : random_code();
    Guarded<int32_t> c(M * N, offset);
    ck_assert_int_eq(
        rung(kbit::ladders.int8_matmul).run(M, N, K, q.data(), w.data(), c.data(), nullptr),
        KBIT_OK);
    std::vector<int32_t> want(M * N);
    ck_assert_int_eq(kbit_int8_matmul(M, N, K, q.data(), w.data(), want.data()), KBIT_OK);
    char what[96];
    snprintf(what, sizeof what, "%zu x %zu x %zu", M, N, K);
    check_integers(c.data(), want.data(), want.size(), what);
}

/* Tails of every kind; more tiles than blocks, so that the ring goes on from tile to tile. */
START_TEST(tap_at_all_edges)
{
    static const size_t shape[][3] = {{17, 8, 16},    {128, 128, 128}, {129, 130, 144},
                                      {64, 200, 112}, {127, 9, 256},   {300, 129, 16},
                                      {65, 257, 400}, {17, 128, 1040}, {257, 255, 80},
                                      {18, 11, 2048}, {18, 9, 64}};
    unsigned call = 0;
    for (const auto &s : shape) {
        schedule(call);
        check_tap(s[0], s[1], s[2], call % 3 == 2, call % 2);
        ++call;
    }
}
END_TEST

/* Nine steps of K in two tiles a block: each stage of the ring is filled three times. */
START_TEST(tap_under_every_schedule)
{
    for (unsigned i = 0; i < kSchedules; ++i) {
        schedule(i);
        check_tap(i % 2 ? 140 : 30, i % 2 ? 136 : 400, 9 * 128 - 16, false, 0);
    }
}
END_TEST

/* ---- the layer ---- */

struct Weights {
    size_t N, K;
    Guarded<int8_t> codes;
    Guarded<float> absmax, bias;
    Weights(size_t n, size_t k) : N(n), K(k), codes(n * k), absmax(n), bias(n)
    {
        for (size_t i = 0; i < N * K; ++i)
            codes[i] = static_cast<int8_t>(random_code() | 1);
        for (size_t j = 0; j < N; ++j) {
            absmax[j] = kbit_f16_to_f32(kbit_f16_from_f32(fabsf(random_value()) + 0.01f));
            bias[j] = random_value();
        }
    }
};

/* Activations with `outliers` columns of small integers at or above the threshold of 6: their sums
 * are exact in any order. Other elements are random. */
static void with_integer_outliers(Activations &x, size_t outliers)
{
    for (size_t o = 0; o < outliers; ++o)
        for (size_t i = 0; i < x.M; ++i) {
            const int v = static_cast<int>(random_bits() % 16) - 8;
            x.wide[i * x.K + (o * 7 + 3) % x.K] = static_cast<float>(i == 0 ? 8 : v);
        }
    ck_assert_int_eq(kbit_round(x.M * x.K, x.wide.data(), x.type, x.bytes.data()), KBIT_OK);
}

static void check_layer(const Activations &x, const Weights &w, bool with_bias, float threshold,
                        kbit_dtype out_type, size_t out_offset)
{
    const size_t M = x.M, N = w.N, K = x.K;
    const float *bias = with_bias ? w.bias.data() : nullptr;
    std::vector<float> want(M * N);
    ck_assert_int_eq(kbit_llmint8_linear_bnb(M, N, K, x.wide.data(), w.codes.data(),
                                             w.absmax.data(), bias, threshold, out_type,
                                             want.data()),
                     KBIT_OK);
    const size_t bytes = kbit_dtype_size(out_type);
    Guarded<unsigned char> out(M * N * bytes, out_offset * bytes);
    Guarded<unsigned char> workspace(kbit::llmint8_linear_bnb_v3_workspace(M, N, K));
    ck_assert_int_eq(rung(kbit::ladders.llmint8_linear_bnb)
                         .run(M, N, K, x.type, x.data(), w.codes.data(), w.absmax.data(), bias,
                              threshold, out_type, out.data(), workspace.data(), nullptr),
                     KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "%zu x %zu x %zu, %s to %s, threshold %a%s", M, N, K,
             kbit_dtype_name(x.type), kbit_dtype_name(out_type), threshold,
             with_bias ? ", bias" : "");
    check_typed(out_type, out.data(), want.data(), M * N, what);
}

/* No outlier: the sequence is the reference's, whatever the data. */
START_TEST(without_outliers_the_reference_bit_for_bit)
{
    unsigned call = 0;
    for (kbit_dtype type : {KBIT_F16, KBIT_BF16})
        for (kbit_dtype out : kTypes)
            for (size_t N : {size_t{9}, size_t{136}}) {
                const Activations x(call % 2 ? Plain : ZeroRows, 17 + 13 * call, 144 + 16 * call,
                                    type);
                const Weights w(N, x.K);
                schedule(call);
                check_layer(x, w, call % 3, call % 4 ? 100.0f : kOff, out, call % 5 == 0);
                ++call;
            }
}
END_TEST

/* k = 1, 15, 16, 17, ...: part of a slot, more than the slots of the ring, all of K. */
START_TEST(any_number_of_outliers)
{
    unsigned call = 0;
    for (size_t k : {1, 15, 16, 17, 32, 70, 100, 144}) {
        const kbit_dtype type = call % 2 ? KBIT_BF16 : KBIT_F16;
        Activations x(Plain, 20 + 30 * call, 144, type);
        with_integer_outliers(x, k);
        const Weights w(call % 2 ? 133 : 264, 144);
        schedule(call * 5 + 3);
        check_layer(x, w, call % 3, 6.0f, kTypes[call % 3], 0);
        ++call;
    }
}
END_TEST

START_TEST(the_layer_under_every_schedule)
{
    Activations x(Plain, 40, 272, KBIT_F16);
    with_integer_outliers(x, 83);
    const Weights w(384, 272); /* three tiles for two blocks */
    for (unsigned i = 0; i < kSchedules; ++i) {
        schedule(i);
        check_layer(x, w, i % 2, 6.0f, KBIT_F16, 0);
    }
}
END_TEST

/* inf and NaN come out as the reference has them: 0 times inf is NaN, others' rows are untouched. */
START_TEST(not_finite)
{
    unsigned call = 0;
    for (float bad : {NAN, INFINITY, -INFINITY})
        for (float threshold : {6.0f, kOff}) {
            Activations x(Plain, 20, 32, call % 2 ? KBIT_BF16 : KBIT_F16);
            x.wide[32 + 7] = bad;
            ck_assert_int_eq(kbit_round(x.M * x.K, x.wide.data(), x.type, x.bytes.data()), KBIT_OK);
            Weights w(16, 32);
            w.codes[5 * 32 + 7] = 0;
            for (size_t i = 0; i < x.M; ++i)
                if (i != 1) { /* the column's other elements: sums that are exact in any order */
                    x.wide[i * 32 + 7] = 1.0f;
                    ck_assert_int_eq(kbit_round(x.M * x.K, x.wide.data(), x.type, x.bytes.data()),
                                     KBIT_OK);
                }
            schedule(call++);
            check_layer(x, w, true, threshold, KBIT_F16, 0);
        }
}
END_TEST

/* ---- what they do not serve ---- */

START_TEST(refusals_launch_nothing)
{
    static const struct {
        size_t M, N, K, q_offset, w_offset;
    } refused[] = {{16, 64, 64, 0, 0}, {1, 64, 64, 0, 0},  {64, 7, 64, 0, 0},  {64, 1, 64, 0, 0},
                   {64, 3, 64, 0, 0},  {64, 64, 72, 0, 0}, {64, 64, 15, 0, 0}, {64, 64, 64, 4, 0},
                   {64, 64, 64, 0, 8}, {64, 64, 0, 0, 0}};
    for (const auto &r : refused) {
        Guarded<int8_t> q(r.M * r.K, r.q_offset), w(r.N * r.K, r.w_offset);
        Guarded<int32_t> c(r.M * r.N);
        const std::vector<int32_t> before(c.data(), c.data() + c.size());
        ck_assert_int_eq(rung(kbit::ladders.int8_matmul)
                             .run(r.M, r.N, r.K, q.data(), w.data(), c.data(), nullptr),
                         KBIT_ERR_UNSUPPORTED);
        check_integers(c.data(), before.data(), before.size(), "refused");
        if (r.q_offset)
            continue; /* the layer makes its own codes */
        const Activations x(Plain, r.M, r.K, KBIT_F16);
        Guarded<unsigned char> out(r.M * r.N * 2);
        Guarded<float> absmax(r.N);
        Guarded<unsigned char> workspace(kbit::llmint8_linear_bnb_v3_workspace(r.M, r.N, r.K));
        ck_assert_int_eq(rung(kbit::ladders.llmint8_linear_bnb)
                             .run(r.M, r.N, r.K, KBIT_F16, x.data(), w.data(), absmax.data(),
                                  nullptr, 6.0f, KBIT_F16, out.data(), workspace.data(), nullptr),
                         KBIT_ERR_UNSUPPORTED);
    }
    const Activations x(Plain, 64, 64, KBIT_F32);
    Guarded<int8_t> w(64 * 64);
    Guarded<unsigned char> out(64 * 64 * 2),
        workspace(kbit::llmint8_linear_bnb_v3_workspace(64, 64, 64));
    Guarded<float> absmax(64);
    ck_assert_int_eq(rung(kbit::ladders.llmint8_linear_bnb)
                         .run(64, 64, 64, KBIT_F32, x.data(), w.data(), absmax.data(), nullptr,
                              6.0f, KBIT_F16, out.data(), workspace.data(), nullptr),
                     KBIT_ERR_UNSUPPORTED);
}
END_TEST

/* The public call on either device, every shape of the list: always the right sums. */
START_TEST(dispatch_on_either_device)
{
    for (int capability : {80, 90})
        for (const auto &s : {std::vector<size_t>{64, 64, 72},
                              {8, 64, 64},
                              {64, 3, 64},
                              {1, 1, 16},
                              {70, 130, 144},
                              {33, 64, 64}}) {
            const size_t M = s[0], N = s[1], K = s[2], offset = M == 33 ? 4 : 0;
            simt::Options o = simt::options();
            o.capability = capability;
            simt::set_options(o);
            ck_assert_int_eq(kbit::device_capability(), capability);
            Guarded<int8_t> q(M * K, offset), w(N * K);
            for (Guarded<int8_t> *codes : {&q, &w})
                for (size_t i = 0; i < codes->size(); ++i)
                    (*codes)[i] = random_code();
            Guarded<int32_t> c(M * N);
            ck_assert_int_eq(kbit_cuda_int8_matmul(M, N, K, q.data(), w.data(), c.data(), nullptr),
                             KBIT_OK);
            std::vector<int32_t> want(M * N);
            ck_assert_int_eq(kbit_int8_matmul(M, N, K, q.data(), w.data(), want.data()), KBIT_OK);
            check_integers(c.data(), want.data(), want.size(), "dispatch");
        }
}
END_TEST

int main()
{
    return run_suite("cuda_hopper",
                     {tap_at_all_edges, tap_under_every_schedule,
                      without_outliers_the_reference_bit_for_bit, any_number_of_outliers,
                      the_layer_under_every_schedule, not_finite, refusals_launch_nothing,
                      dispatch_on_either_device});
}
