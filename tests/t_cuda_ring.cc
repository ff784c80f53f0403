/* The ring product on the CPU layer: every tile, with and without a split of K, aligned or not, with
 * its int32 tap (against the reference, sum for sum) and with its epilogue (bit for bit where its
 * header promises that, within the truncating theorem where it does not). */
#include "cuda_test.h"
#include "linear_stream.cuh"

using namespace kbit_test;

static const char *const kTiles[] = {"32 x 128", "64 x 128", "128 x 128", "128 x 256"};

static void compare_tap(const kbit::Int8Plan &plan, size_t M, size_t N, size_t K, size_t pad,
                        size_t offset)
{
    const size_t q_ld = K + pad, w_ld = K + 2 * pad;
    Guarded<int8_t> q(M * q_ld, offset), w(N * w_ld, offset);
    std::vector<int8_t> q_tight(M * K), w_tight(N * K);
    for (size_t i = 0; i < q.size(); ++i)
        q[i] = random_code();
    for (size_t i = 0; i < w.size(); ++i)
        w[i] = random_code();
    for (size_t i = 0; i < M; ++i)
        memcpy(q_tight.data() + i * K, q.data() + i * q_ld, K);
    for (size_t j = 0; j < N; ++j)
        memcpy(w_tight.data() + j * K, w.data() + j * w_ld, K);
    std::vector<int32_t> want(M * N);
    ck_assert_int_eq(kbit_int8_matmul(M, N, K, q_tight.data(), w_tight.data(), want.data()),
                     KBIT_OK);
    Guarded<int32_t> c(M * N);
    if (plan.splits > 1)
        memset(c.data(), 0, M * N * sizeof(int32_t));
    const kbit::Int8Matrices in = {
        q.data(),           w.data(), q_ld, w_ld, static_cast<int>(M), static_cast<int>(N),
        static_cast<int>(K)};
    ck_assert_int_eq(kbit::int8_ring(in, plan, kbit::int8_aligned(in), nullptr, nullptr,
                                     kbit::Int32Tap{c.data()}, false, nullptr),
                     KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "tile %s, %d splits, %zu x %zu x %zu, pad %zu, offset %zu",
             kTiles[plan.tile], plan.splits, M, N, K, pad, offset);
    check_integers(c.data(), want.data(), M * N, what);
}

START_TEST(each_tile_and_split_is_exact)
{
    const size_t shapes[][3] = {{1, 1, 16}, {3, 129, 80}, {33, 40, 1008}, {130, 257, 208}};
    unsigned call = 0;
    for (int tile = 0; tile < kbit::kInt8Tiles; ++tile)
        for (const auto &s : shapes)
            for (int splits : {1, 2, 5}) {
                schedule(call++);
                compare_tap(kbit::int8_plan_of(static_cast<kbit::Int8TileName>(tile), splits, s[0],
                                               s[1], s[2]),
                            s[0], s[1], s[2], call % 2 * 16, 0);
            }
}
END_TEST

START_TEST(unaligned_operands_take_the_slow_copies)
{
    unsigned call = 0;
    for (size_t s = 0; s < kNumberOfSizes; ++s) {
        const size_t M = kSizes[(s * 7 + 3) % 9], N = kSizes[(s * 2) % kNumberOfSizes];
        schedule(call++);
        compare_tap(kbit::int8_plan_of(kbit::kTile64, 1, M, N, kSizes[s]), M, N, kSizes[s],
                    call % 3, call % 4);
    }
}
END_TEST

START_TEST(the_ring_under_every_schedule)
{
    for (unsigned i = 0; i < kSchedules; ++i) {
        schedule(i);
        const kbit::Int8TileName tile = static_cast<kbit::Int8TileName>(i % kbit::kInt8Tiles);
        compare_tap(kbit::int8_plan_of(tile, i / 4 % 2 ? 3 : 1, 40, 72, 832), 40, 72, 832, 0, 0);
    }
}
END_TEST

/* A layer whose sums are at hand. */
struct Layer {
    Activations x;
    size_t M, N, K;
    Guarded<int8_t> w;
    Guarded<float> s, bias;
    std::vector<int8_t> q;
    std::vector<int32_t> o, c;
    std::vector<float> a;
    size_t n;

    Layer(Kind kind, size_t m, size_t nn, size_t k, kbit_dtype type, float threshold, size_t offset)
        : x(kind, m, k, type, offset), M(m), N(nn), K(k), w(nn * k, offset), s(nn), bias(nn),
          q(m * k), o(k), c(m * nn), a(m)
    {
        for (size_t i = 0; i < N * K; ++i)
            w[i] = static_cast<int8_t>(random_code() | 1);
        for (size_t j = 0; j < N; ++j) {
            s[j] = kbit_f16_to_f32(kbit_f16_from_f32(fabsf(random_value()) + 0.01f));
            bias[j] = random_value();
        }
        ck_assert_int_eq(kbit_outlier_columns(M, K, x.wide.data(), threshold, o.data(), &n),
                         KBIT_OK);
        ck_assert_int_eq(kbit_absmax_rows(M, K, x.wide.data(), 0, nullptr, threshold, a.data()),
                         KBIT_OK);
        ck_assert_int_eq(
            kbit_quantize_rows(M, K, x.wide.data(), a.data(), n, o.data(), threshold, q.data()),
            KBIT_OK);
        ck_assert_int_eq(kbit_int8_matmul(M, N, K, q.data(), w.data(), c.data()), KBIT_OK);
    }

    /* |y - exact| is within what epilogue.cuh allows: accumulate.md's truncating theorem for |O|
     * products and the running value, and seven roundings to nearest of the running value's scales,
     * the last scales, the bias. Everything in double, whose own error is far below. */
    void check(const float *y, size_t ld, const char *what) const
    {
        const double u = 0x1p-24;
        for (size_t i = 0; i < M; ++i)
            for (size_t j = 0; j < N; ++j) {
                const double d = static_cast<double>(c[i * N + j]) * a[i] * s.data()[j] / 16129;
                double exact = d + static_cast<double>(bias.data()[j]), sum = fabs(d);
                for (size_t e = 0; e < n; ++e) {
                    const size_t k = static_cast<size_t>(o[e]);
                    const double term = static_cast<double>(x.wide[i * K + k]) *
                                        w.data()[j * K + k] * s.data()[j] / 127;
                    exact += term;
                    sum += fabs(term);
                }
                sum += fabs(static_cast<double>(bias.data()[j]));
                const double terms = static_cast<double>(n) + 1;
                const double bound = sum * (terms * 4 * u + 8 * u) * (1 + terms * 5 * u);
                const double got = static_cast<double>(y[i * ld + j]);
                ck_assert_msg(fabs(got - exact) <= bound,
                              "%s: element (%zu, %zu) is %a, exact %a, bound %a", what, i, j, got,
                              exact, bound);
            }
    }
};

/* Rows of `out` against the reference, output bit for output bit, and nothing between them. */
static void compare_bits(const Layer &l, float threshold, kbit_dtype out_type,
                         const unsigned char *out, size_t ld, const char *what)
{
    const size_t bytes = kbit_dtype_size(out_type);
    std::vector<float> want(l.M * l.N);
    ck_assert_int_eq(kbit_llmint8_linear_bnb(l.M, l.N, l.K, l.x.wide.data(), l.w.data(), l.s.data(),
                                             l.bias.data(), threshold, out_type, want.data()),
                     KBIT_OK);
    for (size_t i = 0; i < l.M; ++i)
        check_typed(out_type, out + i * ld * bytes,
                    reinterpret_cast<const unsigned char *>(want.data()) + i * l.N * bytes, l.N,
                    what);
}

/* Runs a plan; with outliers in 16 bits within the theorem, else the reference's bits. */
static void compare_layer(const Layer &l, const kbit::Int8Plan &plan, float threshold,
                          kbit_dtype out_type, size_t out_pad)
{
    const size_t ld = l.N + out_pad;
    Guarded<unsigned char> out(l.M * ld * kbit_dtype_size(out_type));
    kbit::Workspace size(nullptr);
    const kbit::RingParts parts(size, plan, l.M, l.K);
    Guarded<unsigned char> workspace(size.used()); /* full of rubbish */
    const kbit::LinearCall call = {l.M,       l.N,        l.K,        l.x.type,   l.x.data(),
                                   l.K,       l.w.data(), l.K,        l.s.data(), l.bias.data(),
                                   threshold, out_type,   out.data(), ld};
    ck_assert_int_eq(kbit::linear_ring(call, plan, workspace.data(), 4, nullptr), KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "tile %s, %d splits, %zu x %zu x %zu, %s to %s, |O| %zu",
             kTiles[plan.tile], plan.splits, l.M, l.N, l.K, kbit_dtype_name(l.x.type),
             kbit_dtype_name(out_type), l.n);
    const size_t bytes = kbit_dtype_size(out_type);
    check_between(out.data(), l.M, l.N * bytes, ld * bytes, what);
    if (l.n > 0 && l.x.type != KBIT_F32) {
        ck_assert_int_eq(out_type, KBIT_F32);
        l.check(reinterpret_cast<const float *>(out.data()), ld, what);
        return;
    }
    compare_bits(l, threshold, out_type, out.data(), ld, what);
}

START_TEST(each_tile_and_split_with_its_epilogue)
{
    unsigned call = 0;
    for (int tile = 0; tile < kbit::kInt8Tiles; ++tile)
        for (int splits : {1, 3})
            for (kbit_dtype type : kTypes)
                for (bool outliers : {false, true}) {
                    const size_t M = call % 3 ? 37 : 130, N = call % 2 ? 67 : 264;
                    const Layer l(outliers ? Outliers : Plain, M, N, 208 + call % 2 * 16, type,
                                  6.0f, 0);
                    schedule(call++);
                    compare_layer(l,
                                  kbit::int8_plan_of(static_cast<kbit::Int8TileName>(tile), splits,
                                                     M, N, l.K),
                                  6.0f, outliers ? KBIT_F32 : kTypes[call % 3], call % 3 * 5);
                }
}
END_TEST

/* |O| from 0 to K, at and around the groups of 16; N and M of 1; N of 3; odd K. */
START_TEST(any_number_of_outliers_and_any_shape)
{
    const size_t ks[] = {1, 15, 16, 17, 32, 33, 48, 100};
    unsigned call = 0;
    for (size_t K : ks)
        for (size_t N : {size_t{1}, size_t{3}, size_t{40}})
            for (kbit_dtype type : {KBIT_F16, KBIT_BF16}) {
                const size_t M = call % 4 == 3 ? 1 : 20;
                const float threshold = call % 2 ? 0.0f : 1.0f; /* 0: all of K */
                const Layer l(Outliers, M, N, K, type, threshold, call % 3 == 2);
                schedule(call++);
                compare_layer(
                    l, kbit::int8_plan_of(kbit::kTile32, 1 + call % 2, M, N, (K + 15) / 16 * 16),
                    threshold, KBIT_F32, call % 2);
            }
}
END_TEST

START_TEST(the_layer_under_every_schedule)
{
    const Layer l(Outliers, 40, 72, 320, KBIT_F16, 6.0f, 0);
    for (unsigned i = 0; i < kSchedules; ++i) {
        schedule(i);
        const kbit::Int8TileName tile = static_cast<kbit::Int8TileName>(i % kbit::kInt8Tiles);
        compare_layer(l, kbit::int8_plan_of(tile, i % 3 + 1, 40, 72, 320), 6.0f, KBIT_F32, 0);
    }
}
END_TEST

/* The streaming kernel with the codes given: its sums. */
static void compare_stream_tap(const kbit::StreamPlan &plan, size_t M, size_t N, size_t K)
{
    Guarded<int8_t> q(M * K), w(N * K);
    for (size_t i = 0; i < q.size(); ++i)
        q[i] = random_code();
    for (size_t i = 0; i < w.size(); ++i)
        w[i] = random_code();
    std::vector<int32_t> want(M * N);
    ck_assert_int_eq(kbit_int8_matmul(M, N, K, q.data(), w.data(), want.data()), KBIT_OK);
    Guarded<int32_t> c(M * N);
    if (plan.splits > 1)
        memset(c.data(), 0, M * N * sizeof(int32_t));
    const kbit::Int8Matrices in = {
        q.data(), w.data(), K, K, static_cast<int>(M), static_cast<int>(N), static_cast<int>(K)};
    ck_assert(kbit::stream_serves(in));
    ck_assert_int_eq(kbit::int8_stream(in, plan, kbit::FromCodes{q.data(), K}, nullptr, nullptr,
                                       kbit::Int32Tap{c.data()}, false, nullptr),
                     KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "stream, %d splits, %zu x %zu x %zu", plan.splits, M, N, K);
    check_integers(c.data(), want.data(), M * N, what);
}

static void compare_stream(const Layer &l, const kbit::StreamPlan &plan, float threshold,
                           kbit_dtype out_type, size_t out_pad)
{
    const size_t ld = l.N + out_pad, bytes = kbit_dtype_size(out_type);
    Guarded<unsigned char> out(l.M * ld * bytes);
    Guarded<unsigned char> workspace(kbit::linear_stream_workspace(plan, l.M, l.K));
    const kbit::LinearCall call = {l.M,       l.N,        l.K,        l.x.type,   l.x.data(),
                                   l.K,       l.w.data(), l.K,        l.s.data(), l.bias.data(),
                                   threshold, out_type,   out.data(), ld};
    ck_assert_int_eq(kbit::linear_stream(call, plan, workspace.data(), 4, nullptr), KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "stream %s, %d splits, %zu x %zu x %zu, %s to %s, |O| %zu",
             plan.from_x ? "from X" : "from codes", plan.splits, l.M, l.N, l.K,
             kbit_dtype_name(l.x.type), kbit_dtype_name(out_type), l.n);
    check_between(out.data(), l.M, l.N * bytes, ld * bytes, what);
    compare_bits(l, threshold, out_type, out.data(), ld, what);
}

START_TEST(streamed_sums_are_exact)
{
    unsigned call = 0;
    for (size_t M = 1; M <= 16; ++M)
        for (int splits : {1, 2, 4}) {
            const size_t N = kSizes[(call * 4 + 5) % kNumberOfSizes], K = 16 * (call % 70 + 1);
            schedule(call++);
            compare_stream_tap(kbit::stream_plan_of(M, N, K, splits, false), M, N, K);
        }
}
END_TEST

/* Every number of rows, split or not, either source, each type, |O| from none to all of K: the
 * reference's bits. */
START_TEST(streamed_layers_are_the_reference_to_the_bit)
{
    const float thresholds[] = {6.0f, kOff, 1.0f, 0.0f};
    unsigned call = 0;
    for (size_t M = 1; M <= 16; ++M)
        for (bool from_x : {true, false})
            for (kbit_dtype type : kTypes) {
                const size_t N = kSizes[(call * 4 + 5) % kNumberOfSizes];
                const size_t K = call % 5 ? 16 * (call % 23 + 1) : 1040;
                const float threshold = thresholds[call % 4];
                const Layer l(static_cast<Kind>(call % kKinds), M, N, K, type, threshold, 0);
                schedule(call);
                compare_stream(l, kbit::stream_plan_of(M, N, K, call % 3 + 1, from_x), threshold,
                               kTypes[call / 3 % 3], call % 2 * 3);
                ++call;
            }
}
END_TEST

/* More columns of O than one window of the mask lists, on a slice longer than the codes' room. */
START_TEST(streams_with_many_outliers)
{
    const Layer l(Plain, 2, 130, 4624, KBIT_F16, 0.5f, 0);
    ck_assert_uint_gt(l.n, 1000);
    for (bool from_x : {true, false}) {
        schedule(from_x);
        const kbit::StreamPlan plan = kbit::stream_plan_of(2, 130, 4624, 1, from_x);
        ck_assert_int_eq(plan.splits, 2);
        compare_stream(l, plan, 0.5f, KBIT_F16, 0);
    }
}
END_TEST

/* A product that is not split leaves no sums. */
START_TEST(sums_are_kept_for_splits_only)
{
    for (size_t M : {1, 16}) {
        const size_t groups = M > 8 ? 2 : 1;
        ck_assert_uint_eq(kbit::stream_plan_of(M, 300, 512, 1, false).sums_bytes, 0);
        const kbit::StreamPlan plan = kbit::stream_plan_of(M, 300, 512, 2, false);
        ck_assert_int_eq(plan.splits, 2);
        ck_assert_uint_eq(plan.sums_bytes, 3 * 2 * groups * 256 * 16);
    }
    ck_assert_uint_eq(kbit::int8_plan_of(kbit::kTile64, 1, 100, 300, 512).sums_bytes, 0);
    ck_assert_uint_eq(kbit::int8_plan_of(kbit::kTile64, 2, 100, 300, 512).sums_bytes,
                      2 * 3 * 2 * 64 * 128 * 4);
}
END_TEST

START_TEST(streams_under_every_schedule)
{
    const Layer few(Outliers, 3, 72, 1216, KBIT_F16, 6.0f, 0);
    const Layer more(Outliers, 11, 200, 640, KBIT_BF16, 6.0f, 0);
    for (unsigned i = 0; i < kSchedules; ++i) {
        schedule(i);
        const Layer &l = i % 2 ? few : more;
        compare_stream(l, kbit::stream_plan_of(l.M, l.N, l.K, i / 2 % 3 + 1, i / 4 % 2), 6.0f,
                       KBIT_F16, 0);
    }
}
END_TEST

/* On a device of 108 multiprocessors: many outputs take large tiles; sums are split where the
 * tiles are too few for it. */
START_TEST(the_model_chooses)
{
    const struct {
        size_t M, N, K;
        kbit::Int8TileName tile;
        int splits;
    } plans[] = {
        {4096, 4096, 4096, kbit::kTile256, 1}, {2048, 12288, 12288, kbit::kTile128, 1},
        {16, 4096, 4096, kbit::kTile32, 3},    {64, 4096, 4096, kbit::kTile64, 3},
        {128, 128, 8192, kbit::kTile32, 8},    {256, 1024, 1024, kbit::kTile32, 1},
        {1000, 1000, 100, kbit::kTile128, 1},  {512, 4096, 4096, kbit::kTile256, 3},
    };
    for (const auto &p : plans) {
        const kbit::Int8Plan plan = kbit::int8_plan(p.M, p.N, p.K, 108);
        ck_assert_msg(plan.tile == p.tile && plan.splits == p.splits,
                      "%zu x %zu x %zu: tile %s in %d splits, not %s in %d", p.M, p.N, p.K,
                      kTiles[plan.tile], plan.splits, kTiles[p.tile], p.splits);
    }
}
END_TEST

int main()
{
    return run_suite("cuda_ring",
                     {the_model_chooses, each_tile_and_split_is_exact,
                      unaligned_operands_take_the_slow_copies, the_ring_under_every_schedule,
                      each_tile_and_split_with_its_epilogue, any_number_of_outliers_and_any_shape,
                      the_layer_under_every_schedule, streamed_sums_are_exact,
                      streamed_layers_are_the_reference_to_the_bit, streams_with_many_outliers,
                      sums_are_kept_for_splits_only, streams_under_every_schedule});
}
