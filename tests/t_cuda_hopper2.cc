/* The wide Hopper rungs on the CPU layer: the int32 tap sum for sum; the layer bit for bit against the
 * sequence that linear_hopper2.cuh says, with the accumulation model that the layer's wgmma follows;
 * under many schedules and on many grids; the model that chooses among the Hopper kernels. */
#include "cuda_test.h"
#include "hopper2.cuh"
#include "hopper2_sequence.h"

using namespace kbit_test;

static const char *const kTileNames[] = {"128 x 128", "128 x 256", "pairs of 128 x 256"};

/* The grid of a plan with so many multiprocessors, whatever the model prefers. */
static kbit::HopperPlan plan_of(kbit::HopperTile tile, size_t M, size_t N, int multiprocessors)
{
    return {tile, kbit::hopper_blocks(tile, M, N, multiprocessors)};
}

static void check_tap(const kbit::HopperPlan &plan, size_t M, size_t N, size_t K, bool extreme,
                      size_t offset)
{
    Guarded<int8_t> q(M * K), w(N * K);
    for (Guarded<int8_t> *codes : {&q, &w})
        for (size_t i = 0; i < codes->size(); ++i)
            (*codes)[i] = extreme ? (random_bits() & 1 ? -128 : 127) : random_code();
    Guarded<int32_t> c(M * N, offset);
    ck_assert_int_eq(kbit::int8_hopper2(kbit::int8_operands(M, N, K, q.data(), w.data()), c.data(),
                                        plan, nullptr),
                     KBIT_OK);
    std::vector<int32_t> want(M * N);
    ck_assert_int_eq(kbit_int8_matmul(M, N, K, q.data(), w.data(), want.data()), KBIT_OK);
    char what[96];
    snprintf(what, sizeof what, "%s, %u blocks, %zu x %zu x %zu", kTileNames[plan.tile],
             plan.blocks, M, N, K);
    if (memcmp(c.data(), want.data(), want.size() * sizeof(int32_t)) != 0)
        check_integers(c.data(), want.data(), want.size(), what);
}

static const kbit::HopperTile kWideTiles[] = {kbit::kHopperWide, kbit::kHopperPair};

/* Tails of every kind; one tile, more tiles than blocks, odd numbers of rows of tiles. */
START_TEST(tap_at_all_edges)
{
    static const size_t shape[][3] = {{17, 8, 16},     {128, 256, 128},  {129, 258, 144},
                                      {64, 600, 112},  {127, 9, 256},    {300, 257, 16},
                                      {65, 511, 400},  {257, 128, 1040}, {390, 255, 80},
                                      {130, 11, 2048}, {641, 300, 32}};
    unsigned call = 0;
    for (kbit::HopperTile tile : kWideTiles)
        for (const auto &s : shape) {
            schedule(call);
            check_tap(plan_of(tile, s[0], s[1], 2 + static_cast<int>(call % 3)), s[0], s[1], s[2],
                      call % 3 == 2, call % 2);
            ++call;
        }
}
END_TEST

/* Nine steps of K in three tiles a block: each stage of the ring is filled many times. */
START_TEST(tap_under_every_schedule)
{
    for (kbit::HopperTile tile : kWideTiles)
        for (unsigned i = 0; i < kSchedules; ++i) {
            const size_t M = i % 2 ? 140 : 300, N = i % 2 ? 600 : 264;
            schedule(i);
            check_tap(plan_of(tile, M, N, 2), M, N, 9 * 128 - 16, false, 0);
        }
}
END_TEST

/* ---- the layer ---- */

struct Weights {
    size_t N, K;
    Guarded<int8_t> codes;
    Guarded<float> absmax, bias;
    Weights(size_t n, size_t k, size_t offset)
        : N(n), K(k), codes(n * k), absmax(n, offset), bias(n, offset)
    {
        for (size_t i = 0; i < N * K; ++i)
            codes[i] = static_cast<int8_t>(random_code() | 1);
        for (size_t j = 0; j < N; ++j) {
            absmax[j] = kbit_f16_to_f32(kbit_f16_from_f32(fabsf(random_value()) + 0.01f));
            bias[j] = random_value();
        }
    }
};

/* The codes and the scales of X, as the reference has them. */
struct Quantized {
    Guarded<int8_t> q;
    Guarded<float> absmax;
    std::vector<int32_t> outliers;

    Quantized(const Activations &x, float threshold) : q(x.M * x.K), absmax(x.M), outliers(x.K)
    {
        size_t n = 0;
        const float *wide = x.wide.data();
        ck_assert_int_eq(kbit_outlier_columns(x.M, x.K, wide, threshold, outliers.data(), &n),
                         KBIT_OK);
        outliers.resize(n);
        ck_assert_int_eq(kbit_absmax_rows(x.M, x.K, wide, 0, nullptr, threshold, absmax.data()),
                         KBIT_OK);
        ck_assert_int_eq(kbit_quantize_rows(x.M, x.K, wide, absmax.data(), n, outliers.data(),
                                            threshold, q.data()),
                         KBIT_OK);
    }
};

static void check_layer(const kbit::HopperPlan &plan, const Activations &x, const Weights &w,
                        bool with_bias, float threshold, kbit_dtype out_type, size_t out_offset)
{
    const size_t M = x.M, N = w.N, K = x.K, bytes = kbit_dtype_size(out_type);
    const Quantized codes(x, threshold);
    const float *bias = with_bias ? w.bias.data() : nullptr;
    const WideLayer wide = {M,
                            N,
                            K,
                            x.type,
                            reinterpret_cast<const uint16_t *>(x.data()),
                            codes.q.data(),
                            w.codes.data(),
                            codes.absmax.data(),
                            w.absmax.data(),
                            codes.outliers};
    std::vector<unsigned char> stored(M * N * bytes);
    if (codes.outliers.empty()) {
        ck_assert_int_eq(kbit_llmint8_linear_bnb(M, N, K, x.wide.data(), w.codes.data(),
                                                 w.absmax.data(), bias, threshold, out_type,
                                                 stored.data()),
                         KBIT_OK);
    } else {
        ck_assert_int_eq(kbit_store(M, N, wide_outputs(wide).data(), bias, out_type, stored.data()),
                         KBIT_OK);
    }
    const List list(codes.outliers, K);
    Guarded<unsigned char> out(M * N * bytes, out_offset * bytes);
    const kbit::LinearEpilogue epilogue = {
        kbit::outlier_operands(M, N, K, x.type, x.data(),
                               threshold >= 0.0f ? list.count() : nullptr, list.data(), KBIT_I8,
                               w.codes.data()),
        codes.absmax.data(),
        w.absmax.data(),
        bias,
        out_type,
        out.data()};
    ck_assert_int_eq(
        kbit::linear_hopper2(kbit::int8_operands(M, N, K, codes.q.data(), w.codes.data()), epilogue,
                             plan, nullptr),
        KBIT_OK);
    char what[200];
    snprintf(what, sizeof what, "%s, %u blocks, %zu x %zu x %zu, %s to %s, %zu outliers%s",
             kTileNames[plan.tile], plan.blocks, M, N, K, kbit_dtype_name(x.type),
             kbit_dtype_name(out_type), codes.outliers.size(), with_bias ? ", bias" : "");
    if (memcmp(out.data(), stored.data(), stored.size()) != 0) /* NaNs are one */
        check_typed(out_type, out.data(), stored.data(), M * N, what);
}

/* No outlier: the reference itself, whatever the data. */
START_TEST(without_outliers_the_reference_bit_for_bit)
{
    unsigned call = 0;
    for (kbit_dtype type : {KBIT_F16, KBIT_BF16})
        for (kbit_dtype out : kTypes)
            for (size_t N : {size_t{9}, size_t{264}}) {
                const Activations x(call % 2 ? Plain : ZeroRows, 17 + 23 * call, 144 + 16 * call,
                                    type);
                const Weights w(N, x.K, call % 5 == 3);
                const kbit::HopperTile tile = kWideTiles[call % (sizeof kWideTiles / 4)];
                schedule(call);
                check_layer(plan_of(tile, x.M, N, 4), x, w, call % 3, call % 4 ? 100.0f : kOff, out,
                            call % 5 == 0);
                ++call;
            }
}
END_TEST

/* Biases halfway between two outputs, products far below their last bit: the product decides, once. */
START_TEST(products_decide_between_two_outputs)
{
    for (kbit_dtype out : {KBIT_F16, KBIT_BF16})
        for (size_t N : {size_t{9}, size_t{264}}) {
            const Activations x(Plain, 40, 144, KBIT_F16);
            Weights w(N, x.K, 0);
            for (size_t j = 0; j < N; ++j) {
                const int odd = 2 * static_cast<int>(j % 60) + 1;
                w.absmax[j] = 0x1p-40f;
                w.bias[j] = 1.0f + ldexpf(static_cast<float>(odd), out == KBIT_F16 ? -11 : -8);
            }
            schedule(static_cast<unsigned>(N));
            check_layer(plan_of(kbit::kHopperWide, x.M, N, 2), x, w, true, 100.0f, out, 0);
        }
}
END_TEST

/* Every column a multiple of `apart` is in O. */
static void with_outliers(Activations &x, size_t outliers, size_t apart)
{
    for (size_t o = 0; o < outliers; ++o)
        for (size_t i = 0; i < x.M; ++i)
            if (i % 3 != 1)
                x.wide[i * x.K + o * apart % x.K] += 9.0f;
    ck_assert_int_eq(kbit_round(x.M * x.K, x.wide.data(), x.type, x.bytes.data()), KBIT_OK);
    ck_assert_int_eq(kbit_widen(x.M * x.K, x.type, x.bytes.data(), x.wide.data()), KBIT_OK);
}

/* k = 1, 15, 16, 17, ...: part of a slot, more than the slots of the ring, all of K. */
START_TEST(any_number_of_outliers)
{
    unsigned call = 0;
    for (size_t k : {1, 15, 16, 17, 32, 70, 144}) {
        const kbit_dtype type = call % 2 ? KBIT_BF16 : KBIT_F16;
        Activations x(Plain, 20 + 50 * call, 144, type);
        with_outliers(x, k, 7); /* 7 and 144 have no common factor */
        const Weights w(call % 2 ? 133 : 520, 144, 0);
        for (kbit::HopperTile tile : kWideTiles) {
            schedule(call * 5 + 3);
            check_layer(plan_of(tile, x.M, w.N, 2), x, w, call % 3, 6.0f, kTypes[call % 3], 0);
        }
        ++call;
    }
}
END_TEST

START_TEST(the_layer_under_every_schedule)
{
    Activations x(Plain, 140, 272, KBIT_F16);
    with_outliers(x, 70, 3);
    const Weights w(320, 272, 0);
    for (unsigned i = 0; i < kSchedules; ++i) {
        schedule(i);
        check_layer(plan_of(kWideTiles[i / 12 % (sizeof kWideTiles / 4)], x.M, w.N, 2), x, w, i % 2,
                    6.0f, KBIT_F16, 0);
    }
}
END_TEST

/* inf and NaN in X and in the scales come out as the sequence has them. */
START_TEST(not_finite)
{
    unsigned call = 0;
    for (float bad : {NAN, INFINITY, -INFINITY})
        for (kbit_dtype type : {KBIT_F16, KBIT_BF16}) {
            Activations x(Plain, 20, 32, type);
            x.wide[32 + 7] = bad;
            ck_assert_int_eq(kbit_round(x.M * x.K, x.wide.data(), x.type, x.bytes.data()), KBIT_OK);
            Weights w(16, 32, 0);
            w.codes[5 * 32 + 7] = 0;
            w.absmax[3] = INFINITY;
            schedule(call++);
            check_layer(plan_of(kWideTiles[call % (sizeof kWideTiles / 4)], x.M, w.N, 2), x, w,
                        true, 6.0f, KBIT_F16, 0);
            check_layer(plan_of(kWideTiles[call % (sizeof kWideTiles / 4)], x.M, w.N, 2), x, w,
                        true, kOff, KBIT_F32, 0);
        }
}
END_TEST

/* ---- who is taken ---- */

/* On 132 multiprocessors: a choice for each side of each reason. */
START_TEST(the_model_chooses)
{
    static const struct {
        size_t M, N, K;
        kbit::HopperTile tile;
        unsigned blocks;
        const char *why;
    } cases[] = {
        {4096, 4096, 4096, kbit::kHopperPair, 132, "many rounds"},
        {8192, 16384, 4096, kbit::kHopperPair, 132, "more of them"},
        {32768, 32768, 4096, kbit::kHopperPair, 132, "65,536 tiles of the narrow"},
        {128, 16384, 4096, kbit::kHopperWide, 64,
         "one row of tiles: a pair's second would be empty"},
        {17, 16384, 4096, kbit::kHopperWide, 64, "the same"},
        {256, 4096, 4096, kbit::kHopperNarrow, 64, "fewer tiles than multiprocessors"},
        {1024, 1024, 4096, kbit::kHopperNarrow, 64, "the same"},
        {2048, 128, 4096, kbit::kHopperNarrow, 16, "half of a wide tile would be empty"},
    };
    for (const auto &c : cases) {
        const kbit::HopperPlan plan = kbit::hopper_plan(c.M, c.N, c.K, 132);
        ck_assert_msg(plan.tile == c.tile && plan.blocks == c.blocks,
                      "%zu x %zu x %zu: %s on %u blocks, not %s on %u (%s)", c.M, c.N, c.K,
                      kTileNames[plan.tile], plan.blocks, kTileNames[c.tile], c.blocks, c.why);
    }
}
END_TEST

/* Tiles are counted in more than 16 bits. */
START_TEST(large_products_have_many_tiles)
{
    ck_assert_uint_eq(kbit::hopper_units(kbit::kHopperNarrow, 32768, 32768), 65536);
    ck_assert_uint_eq(kbit::hopper_units(kbit::kHopperWide, 65535, 32768), 65536);
    ck_assert_uint_eq(kbit::hopper_units(kbit::kHopperPair, 65537, 65536), 257 * 256);
    for (kbit::HopperTile tile : {kbit::kHopperNarrow, kbit::kHopperWide, kbit::kHopperPair})
        ck_assert_uint_eq(kbit::hopper_blocks(tile, 65536, 65536, 132), 132);
}
END_TEST

/* A plan never has more blocks than multiprocessors, half a cluster, or no block; a device of one
 * multiprocessor has no room for a pair. */
START_TEST(grids_are_whole)
{
    for (int multiprocessors : {1, 2, 3, 114, 131, 132})
        for (size_t M : {17, 128, 129, 257, 5000})
            for (size_t N : {8, 256, 257, 5000}) {
                const kbit::HopperPlan plan = kbit::hopper_plan(M, N, 1024, multiprocessors);
                const unsigned cluster =
                    static_cast<unsigned>(kbit::hopper_shape(plan.tile).cluster);
                ck_assert_uint_gt(plan.blocks, 0);
                ck_assert_uint_eq(plan.blocks % cluster, 0);
                ck_assert_uint_le(plan.blocks, static_cast<unsigned>(multiprocessors));
                ck_assert_uint_le(plan.blocks, kbit::hopper_units(plan.tile, M, N) * cluster);
            }
}
END_TEST

/* The rung of that name. */
template <class F> static const kbit::Rung<F> &rung(const kbit::Ladder<F> &ladder)
{
    for (const kbit::Rung<F> &r : ladder.rung)
        if (r.run && strcmp(r.name, "hopper2") == 0)
            return r;
    ck_abort_msg("no rung named hopper2");
}

/* As the model says for the CPU's two multiprocessors: served, or refused with nothing written. */
START_TEST(rungs_serve_what_the_model_gives_them)
{
    unsigned served = 0, refused = 0;
    for (const auto &s : {std::vector<size_t>{300, 600, 2048},
                          {256, 512, 1024},
                          {70, 100, 144},
                          {16, 520, 64},
                          {260, 520, 72}}) {
        const size_t M = s[0], N = s[1], K = s[2];
        kbit::HopperPlan plan;
        Guarded<int8_t> q(M * K);
        for (size_t i = 0; i < q.size(); ++i)
            q[i] = random_code();
        Activations x(Plain, M, K, KBIT_F16);
        const Weights w(N, K, 0);
        Guarded<int32_t> c(M * N);
        std::vector<int32_t> want(c.data(), c.data() + c.size());
        Guarded<unsigned char> out(M * N * 2),
            workspace(kbit::llmint8_linear_bnb_v3_workspace(M, N, K));
        std::vector<unsigned char> linear(out.data(), out.data() + out.size());
        const bool serves =
            kbit::hopper2_serves(kbit::int8_operands(M, N, K, q.data(), w.codes.data()), plan);
        (serves ? served : refused)++;
        if (serves) {
            ck_assert_int_eq(kbit_int8_matmul(M, N, K, q.data(), w.codes.data(), want.data()),
                             KBIT_OK);
            ck_assert_int_eq(kbit_llmint8_linear_bnb(M, N, K, x.wide.data(), w.codes.data(),
                                                     w.absmax.data(), nullptr, 100.0f, KBIT_F16,
                                                     linear.data()),
                             KBIT_OK);
        }
        const kbit_status status = serves ? KBIT_OK : KBIT_ERR_UNSUPPORTED;
        schedule(served);
        ck_assert_int_eq(rung(kbit::ladders.int8_matmul)
                             .run(M, N, K, q.data(), w.codes.data(), c.data(), nullptr),
                         status);
        check_integers(c.data(), want.data(), want.size(), "tap");
        ck_assert_int_eq(rung(kbit::ladders.llmint8_linear_bnb)
                             .run(M, N, K, KBIT_F16, x.data(), w.codes.data(), w.absmax.data(),
                                  nullptr, 100.0f, KBIT_F16, out.data(), workspace.data(), nullptr),
                         status);
        ck_assert_int_eq(memcmp(out.data(), linear.data(), linear.size()), 0);
        ck_assert_int_eq(rung(kbit::ladders.llmint8_linear_bnb)
                             .run(M, N, K, KBIT_F32, x.wide.data(), w.codes.data(), w.absmax.data(),
                                  nullptr, 100.0f, KBIT_F16, out.data(), workspace.data(), nullptr),
                         KBIT_ERR_UNSUPPORTED);
    }
    ck_assert_uint_eq(served, 2);
    ck_assert_uint_eq(refused, 3);
}
END_TEST

int main()
{
    return run_suite("cuda_hopper2", {tap_at_all_edges, tap_under_every_schedule,
                                      without_outliers_the_reference_bit_for_bit,
                                      products_decide_between_two_outputs, any_number_of_outliers,
                                      the_layer_under_every_schedule, not_finite, the_model_chooses,
                                      large_products_have_many_tiles, grids_are_whole,
                                      rungs_serve_what_the_model_gives_them});
}
