/* Through the public functions only: each kernel that dispatch can choose is chosen by some call, is
 * right there, and what no fast kernel is made for takes a slower one or is refused. */
#include "cuda_test.h"
#include "linear_stream.cuh"

#include <set>

namespace kbit
{
void clear_columns_kernel(QuantizePass);
}

using namespace kbit_test;

typedef void (*Kernel)();

static std::set<Kernel> ran;

static void note(Kernel kernel)
{
    ran.insert(kernel);
}

template <class... Parameter> static void expect_ran(void (*kernel)(Parameter...), const char *name)
{
    ck_assert_msg(ran.count(reinterpret_cast<Kernel>(kernel)), "no call took %s", name);
}
#define EXPECT_RAN(...) expect_ran(__VA_ARGS__, #__VA_ARGS__)

/* How the operands lie. */
struct Layout {
    size_t x_offset, w_offset, out_offset; /* in elements from a 16-byte boundary */
    size_t x_pad, w_pad, out_pad;          /* between rows, in elements */
};
static const Layout kTight = {};

/* One call of the layer, with rows apart or not, against the reference, bit for bit. So the data have
 * no outliers where 16-bit X would take them through the tensor cores. */
static void call_layer(size_t M, size_t N, size_t K, kbit_dtype type, Kind kind, float threshold,
                       const Layout &at, bool ld, kbit_dtype out_type)
{
    const Activations x(kind, M, K, type);
    const size_t x_ld = K + at.x_pad, w_ld = K + at.w_pad, out_ld = N + at.out_pad;
    const size_t size = kbit_dtype_size(type), out_size = kbit_dtype_size(out_type);
    Guarded<unsigned char> rows(M * x_ld * size, at.x_offset * size, 0x7f);
    for (size_t i = 0; i < M; ++i)
        memcpy(rows.data() + i * x_ld * size,
               static_cast<const unsigned char *>(x.data()) + i * K * size, K * size);
    std::vector<int8_t> tight(N * K);
    Guarded<int8_t> w(N * w_ld, at.w_offset, 0x7f);
    for (size_t i = 0; i < N * K; ++i)
        tight[i] = w[i / K * w_ld + i % K] = static_cast<int8_t>(random_code() | 1);
    Guarded<float> s(N);
    for (size_t j = 0; j < N; ++j)
        s[j] = 0.5f + static_cast<float>(random_bits() % 512) * 0x1p-10f;
    std::vector<float> want(M * N);
    ck_assert_int_eq(kbit_llmint8_linear_bnb(M, N, K, x.wide.data(), tight.data(), s.data(),
                                             nullptr, threshold, out_type, want.data()),
                     KBIT_OK);
    Guarded<unsigned char> out(M * out_ld * out_size, at.out_offset * out_size);
    const size_t bytes = ld ? kbit_cuda_llmint8_linear_bnb_ld_workspace(M, N, K)
                            : kbit_cuda_llmint8_linear_bnb_workspace(M, N, K);
    Guarded<unsigned char> workspace(bytes);
    const kbit_status status =
        ld ? kbit_cuda_llmint8_linear_bnb_ld(M, N, K, type, rows.data(), x_ld, w.data(), w_ld,
                                             s.data(), nullptr, threshold, out_type, out.data(),
                                             out_ld, workspace.data(), bytes, nullptr)
           : kbit_cuda_llmint8_linear_bnb(M, N, K, type, rows.data(), w.data(), s.data(), nullptr,
                                          threshold, out_type, out.data(), workspace.data(), bytes,
                                          nullptr);
    ck_assert_int_eq(status, KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "%zu x %zu x %zu, %s, threshold %a%s", M, N, K,
             kbit_dtype_name(type), threshold, ld ? ", rows apart" : "");
    for (size_t i = 0; i < M; ++i)
        check_typed(out_type, out.data() + i * out_ld * out_size,
                    reinterpret_cast<const unsigned char *>(want.data()) + i * N * out_size, N,
                    what);
    check_between(out.data(), M, N * out_size, out_ld * out_size, what);
}

static void call_matmul(size_t M, size_t N, size_t K, size_t offset)
{
    Guarded<int8_t> q(M * K, offset), w(N * K, offset);
    for (size_t i = 0; i < M * K; ++i)
        q[i] = random_code();
    for (size_t i = 0; i < N * K; ++i)
        w[i] = random_code();
    std::vector<int32_t> want(M * N);
    ck_assert_int_eq(kbit_int8_matmul(M, N, K, q.data(), w.data(), want.data()), KBIT_OK);
    Guarded<int32_t> c(M * N);
    ck_assert_int_eq(kbit_cuda_int8_matmul(M, N, K, q.data(), w.data(), c.data(), nullptr),
                     KBIT_OK);
    char what[96];
    snprintf(what, sizeof what, "int8_matmul, %zu x %zu x %zu", M, N, K);
    check_integers(c.data(), want.data(), M * N, what);
}

/* Under the schedule that finds most: tests/launches.sh counts on it. */
static void start(int capability)
{
    simt::Options o = simt::options();
    o.capability = capability;
    o.order = simt::Order::Priority;
    o.async = simt::Async::Random;
    simt::set_options(o);
    ran.clear();
    simt::on_launch = note;
}

/* Shapes for which the plan of a device with 108 multiprocessors is each of the tiles. */
static const size_t kShapes[][3] = {{40, 40, 64},    {40, 200, 1024}, {130, 3000, 64},
                                    {300, 3000, 32}, {600, 3000, 16}, {20, 33, 19}};

START_TEST(each_tile_is_chosen)
{
    start(80);
    for (const auto &s : kShapes) {
        call_layer(s[0], s[1], s[2], KBIT_F16, Plain, 6.0f, kTight, false, KBIT_F16);
        call_matmul(s[0], s[1], s[2], 0);
    }
    call_layer(20, 40, 64, KBIT_BF16, Plain, 6.0f, {0, 5, 0, 0, 0, 0}, false, KBIT_BF16);
    using namespace kbit;
    EXPECT_RAN(int8_ring_kernel<Tile32, true, Epilogue>);
    EXPECT_RAN(int8_ring_kernel<Tile64, true, Epilogue>);
    EXPECT_RAN(int8_ring_kernel<Tile128, true, Epilogue>);
    EXPECT_RAN(int8_ring_kernel<Tile256, true, Epilogue>);
    EXPECT_RAN(int8_ring_kernel<Tile64, false, Epilogue>);
    EXPECT_RAN(int8_ring_kernel<Tile32, true, Int32Tap>);
    EXPECT_RAN(int8_ring_kernel<Tile64, true, Int32Tap>);
    EXPECT_RAN(int8_ring_kernel<Tile128, true, Int32Tap>);
    EXPECT_RAN(int8_ring_kernel<Tile256, true, Int32Tap>);
    EXPECT_RAN(int8_ring_kernel<Tile64, false, Int32Tap>);
    EXPECT_RAN(clear_columns_kernel);
    ck_assert_int_gt(int8_plan(40, 200, 1024, device_multiprocessors()).splits, 1);
    ck_assert_int_eq(int8_plan(40, 40, 64, device_multiprocessors()).splits, 1);
}
END_TEST

START_TEST(each_stream_is_chosen)
{
    start(90); /* where Hopper's rung is on the ladder, too: few rows do not go there */
    for (kbit_dtype type : kTypes)
        for (size_t M : {size_t{1}, size_t{3}, size_t{12}}) {
            call_layer(M, 300, 320, type, Outliers, 6.0f, kTight, false, KBIT_F16);
            call_layer(M, 20, 1040, type, Outliers, 6.0f, kTight, false, KBIT_F32);
        }
    call_matmul(3, 40, 320, 0);
    call_matmul(12, 40, 1040, 0);
    using namespace kbit;
    EXPECT_RAN(int8_stream_kernel<FromX<__half>, 1, Epilogue>);
    EXPECT_RAN(int8_stream_kernel<FromX<__half>, 2, Epilogue>);
    EXPECT_RAN(int8_stream_kernel<FromX<__nv_bfloat16>, 1, Epilogue>);
    EXPECT_RAN(int8_stream_kernel<FromX<__nv_bfloat16>, 2, Epilogue>);
    EXPECT_RAN(int8_stream_kernel<FromX<float>, 1, Epilogue>);
    EXPECT_RAN(int8_stream_kernel<FromX<float>, 2, Epilogue>);
    EXPECT_RAN(int8_stream_kernel<FromCodes, 1, Epilogue>);
    EXPECT_RAN(int8_stream_kernel<FromCodes, 2, Epilogue>);
    EXPECT_RAN(int8_stream_kernel<FromCodes, 1, Int32Tap>);
    EXPECT_RAN(int8_stream_kernel<FromCodes, 2, Int32Tap>);
    ck_assert_msg(!ran.count(reinterpret_cast<Kernel>(int8_ring_kernel<Tile32, true, Epilogue>)),
                  "few rows went to the tiles");
    for (bool ld : {false, true}) {
        start(80);
        call_layer(16, 40, 320, KBIT_F16, Plain, 6.0f, kTight, ld, KBIT_F16);
        EXPECT_RAN(int8_stream_kernel<FromCodes, 2, Epilogue>);
        start(80);
        call_layer(17, 40, 320, KBIT_F16, Plain, 6.0f, kTight, ld, KBIT_F16);
        EXPECT_RAN(int8_ring_kernel<Tile32, true, Epilogue>);
    }
}
END_TEST

template <class T> static void expect_passes()
{
    using kbit::quantize_pass_kernel;
    EXPECT_RAN(quantize_pass_kernel<T, 1, 4>);
    EXPECT_RAN(quantize_pass_kernel<T, 1, 8>);
    EXPECT_RAN(quantize_pass_kernel<T, 8, 2>);
    EXPECT_RAN(quantize_pass_kernel<T, 8, 4>);
    EXPECT_RAN(quantize_pass_kernel<T, 8, 8>);
    EXPECT_RAN(quantize_pass_kernel<T, 8, 0>);
}

START_TEST(each_pass_is_chosen)
{
    start(80);
    for (kbit_dtype type : kTypes)
        for (size_t K : {1000, 2000, 4000, 8000, 16000, 17000}) {
            const Activations x(Plain, 2, K, type);
            Guarded<int32_t> count(1), list(K);
            Guarded<float> a(2);
            Guarded<int8_t> q(2 * K);
            Guarded<unsigned char> workspace(kbit_cuda_quantize_with_outliers_workspace(2, K));
            ck_assert_int_eq(kbit_cuda_quantize_with_outliers(
                                 2, K, type, x.data(), K, 6.0f, count.data(), list.data(), a.data(),
                                 q.data(), K, workspace.data(), workspace.size(), nullptr),
                             KBIT_OK);
            ck_assert_int_eq(count[0], 0);
        }
    expect_passes<float>();
    expect_passes<__half>();
    expect_passes<__nv_bfloat16>();
}
END_TEST

/* Hopper's kernel, for each type of x that it serves and each of the output, and as the tap. f32 X
 * goes to the rung below. */
START_TEST(each_hopper_kernel_is_chosen)
{
    std::set<Kernel> of_8_0;
    for (int capability : {80, 90}) {
        start(capability);
        for (kbit_dtype type : kTypes)
            for (kbit_dtype out_type : kTypes)
                call_layer(20, 40, 64, type, Plain, 6.0f, kTight, false, out_type);
        call_matmul(20, 40, 64, 0);
        if (capability == 80)
            of_8_0 = ran;
    }
    size_t hopper = 0;
    for (Kernel kernel : ran)
        hopper += !of_8_0.count(kernel);
    ck_assert_uint_eq(hopper, 2 * 3 + 1);
}
END_TEST

/* The same for the wide tiles, alone and in pairs: the CPU layer's two multiprocessors have one round
 * of either where there are two of the narrow. */
START_TEST(each_wide_hopper_kernel_is_chosen)
{
    std::set<Kernel> of_8_0;
    for (int capability : {80, 90}) {
        start(capability);
        for (size_t N : {400, 200}) {
            const size_t M = N == 400 ? 20 : 140;
            for (kbit_dtype type : kTypes)
                for (kbit_dtype out_type : kTypes)
                    call_layer(M, N, 64, type, Plain, 6.0f, kTight, false, out_type);
            call_matmul(M, N, 64, 0);
        }
        if (capability == 80)
            of_8_0 = ran;
    }
    size_t wide = 0;
    for (Kernel kernel : ran)
        wide += !of_8_0.count(kernel);
    ck_assert_uint_eq(wide, 2 * (2 * 3 + 1));
}
END_TEST

/* The rungs below the production kernels, which serve what those do not. */
START_TEST(lower_rungs_are_chosen_under_a_limit)
{
    start(80);
    {
        const kbit::RungLimit limit(2);
        call_layer(3, 40, 64, KBIT_F16, Plain, 6.0f, kTight, false, KBIT_F16);
        call_layer(20, 40, 64, KBIT_F16, Plain, 6.0f, kTight, false, KBIT_F16);
        call_layer(20, 40, 63, KBIT_F16, Plain, 6.0f, kTight, false, KBIT_F16);
    }
    const kbit::RungLimit limit(1);
    const size_t M = 3, K = 40;
    const Activations x(Outliers, M, K, KBIT_F16);
    Guarded<int32_t> count(1), list(K);
    Guarded<float> a(M);
    Guarded<int8_t> q(M * K);
    Guarded<unsigned char> workspace(kbit_cuda_quantize_with_outliers_workspace(M, K));
    ck_assert_int_eq(kbit_cuda_quantize_with_outliers(
                         M, K, KBIT_F16, x.data(), K, 6.0f, count.data(), list.data(), a.data(),
                         q.data(), K, workspace.data(), workspace.size(), nullptr),
                     KBIT_OK);
    std::vector<int32_t> want_list(K);
    std::vector<float> want_a(M);
    std::vector<int8_t> want_q(M * K);
    size_t n = 0;
    ck_assert_int_eq(kbit_outlier_columns(M, K, x.wide.data(), 6.0f, want_list.data(), &n),
                     KBIT_OK);
    ck_assert_int_eq(kbit_absmax_rows(M, K, x.wide.data(), 0, nullptr, 6.0f, want_a.data()),
                     KBIT_OK);
    ck_assert_int_eq(kbit_quantize_rows(M, K, x.wide.data(), want_a.data(), n, want_list.data(),
                                        6.0f, want_q.data()),
                     KBIT_OK);
    ck_assert_int_eq(count[0], static_cast<int32_t>(n));
    check_integers(list.data(), want_list.data(), n, "outliers");
    check_floats(a.data(), want_a.data(), M, "absmax");
    check_integers(q.data(), want_q.data(), M * K, "codes");
}
END_TEST

/* Nothing here is what a fast kernel is made for: each operand off its alignment, rows apart by any
 * number, N and M of 1, N of 3, odd K. The stream, as everywhere in these tests, is NULL. */
START_TEST(bad_shapes_and_alignments_are_right_or_slower)
{
    start(80);
    const Layout layouts[] = {kTight,
                              {1, 0, 0, 0, 0, 0},
                              {0, 1, 0, 0, 0, 0},
                              {0, 0, 1, 0, 0, 0},
                              {0, 0, 0, 3, 0, 0},
                              {0, 0, 0, 0, 5, 0},
                              {0, 0, 0, 0, 0, 7},
                              {0, 0, 0, 8, 16, 8},
                              {3, 7, 1, 1, 1, 1}};
    const size_t shapes[][3] = {{1, 1, 1},   {1, 3, 17},  {2, 3, 48},  {17, 1, 33},
                                {33, 3, 64}, {20, 5, 80}, {16, 40, 96}};
    unsigned call = 0;
    for (const auto &s : shapes)
        for (const Layout &l : layouts) {
            const kbit_dtype type = kTypes[call % 3];
            schedule(call);
            /* in f32 with outliers, in 16 bits without: the reference's bits either way */
            call_layer(s[0], s[1], s[2], type, type == KBIT_F32 ? Outliers : Plain, 6.0f, l, true,
                       kTypes[call / 3 % 3]);
            if (!l.x_pad && !l.w_pad && !l.out_pad)
                call_layer(s[0], s[1], s[2], type, type == KBIT_F32 ? Outliers : Plain, 6.0f, l,
                           false, kTypes[call / 3 % 3]);
            ++call;
        }
}
END_TEST

/* Where long sums of few outputs are split, the workspace holds the parts: not a byte less. The last shape
 * would be split if its K were its N. */
START_TEST(the_workspace_is_that_of_the_shape)
{
    const size_t shapes[][3] = {{40, 64, 1000}, {40, 1000, 64}, {17, 7176, 16}};
    for (int capability : {80, 90})
        for (const auto &s : shapes) {
            start(capability);
            const size_t M = s[0], N = s[1], K = s[2];
            const size_t enough = kbit_cuda_llmint8_linear_bnb_ld_workspace(M, N, K);
            Guarded<uint16_t> x(M * K), out(M * N);
            Guarded<float> scale(N);
            Guarded<int8_t> w(N * K);
            Guarded<unsigned char> workspace(enough);
            memset(x.data(), 0, x.size() * sizeof(uint16_t));
            memset(w.data(), 0, w.size());
            memset(scale.data(), 0, scale.size() * sizeof(float));
            const auto call = [&](size_t bytes) {
                return kbit_cuda_llmint8_linear_bnb(M, N, K, KBIT_F16, x.data(), w.data(),
                                                    scale.data(), nullptr, 6.0f, KBIT_F16,
                                                    out.data(), workspace.data(), bytes, nullptr);
            };
            const auto call_ld = [&](size_t bytes) {
                return kbit_cuda_llmint8_linear_bnb_ld(
                    M, N, K, KBIT_F16, x.data(), K, w.data(), K, scale.data(), nullptr, 6.0f,
                    KBIT_F16, out.data(), N, workspace.data(), bytes, nullptr);
            };
            ck_assert_uint_eq(kbit_cuda_llmint8_linear_bnb_workspace(M, N, K), enough);
            ck_assert_int_eq(call(enough), KBIT_OK);
            ck_assert_int_eq(call(enough - 1), KBIT_ERR_WORKSPACE);
            ck_assert_int_eq(call_ld(enough), KBIT_OK);
            ck_assert_int_eq(call_ld(enough - 1), KBIT_ERR_WORKSPACE);
        }
}
END_TEST

START_TEST(what_cannot_be_served_is_refused)
{
    start(80);
    const size_t M = 20, N = 24, K = 32;
    Guarded<float> x(M * K), s(N), out(M * N);
    Guarded<int8_t> w(N * K);
    Guarded<unsigned char> workspace(kbit_cuda_llmint8_linear_bnb_ld_workspace(M, N, K) + 256);
    const auto call = [&](const void *from, size_t x_ld, size_t w_ld, size_t out_ld, float t,
                          size_t bytes, size_t features) {
        return kbit_cuda_llmint8_linear_bnb_ld(M, N, features, KBIT_F32, from, x_ld, w.data(), w_ld,
                                               s.data(), nullptr, t, KBIT_F32, out.data(), out_ld,
                                               workspace.data(), bytes, nullptr);
    };
    memset(x.data(), 0, M * K * 4);
    memset(w.data(), 0, N * K);
    memset(s.data(), 0, N * 4);
    const size_t enough = kbit_cuda_llmint8_linear_bnb_ld_workspace(M, N, K);
    ck_assert_int_eq(call(x.data(), K, K, N, 6.0f, enough, K), KBIT_OK);
    ck_assert_int_eq(call(nullptr, K, K, N, 6.0f, enough, K), KBIT_ERR_NULL);
    ck_assert_int_eq(call(x.data(), K - 1, K, N, 6.0f, enough, K), KBIT_ERR_SHAPE);
    ck_assert_int_eq(call(x.data(), K, K - 1, N, 6.0f, enough, K), KBIT_ERR_SHAPE);
    ck_assert_int_eq(call(x.data(), K, K, N - 1, 6.0f, enough, K), KBIT_ERR_SHAPE);
    ck_assert_int_eq(call(x.data(), size_t{1} << 31, K, N, 6.0f, enough, K), KBIT_ERR_SHAPE);
    ck_assert_int_eq(call(x.data(), K, K, N, NAN, enough, K), KBIT_ERR_RANGE);
    ck_assert_int_eq(call(x.data(), K, K, N, 6.0f, enough - 1, K), KBIT_ERR_WORKSPACE);
    ck_assert_int_eq(call(x.data(), 1 << 20, 1 << 20, N, 6.0f, enough, KBIT_CUDA_MAX_K + 1),
                     KBIT_ERR_UNSUPPORTED);
    ck_assert_int_eq(call(reinterpret_cast<const char *>(x.data()) + 1, K, K, N, 6.0f, enough, K),
                     KBIT_ERR_ALIGN);

    start(75); /* Turing has no cp.async, nor these products */
    memset(out.data(), 0x5a, M * N * 4);
    ck_assert_int_eq(call(x.data(), K, K, N, 6.0f, enough, K), KBIT_ERR_NO_DEVICE);
    ck_assert_int_eq(kbit_cuda_llmint8_linear_bnb(M, N, K, KBIT_F32, x.data(), w.data(), s.data(),
                                                  nullptr, 6.0f, KBIT_F32, out.data(),
                                                  workspace.data(), workspace.size(), nullptr),
                     KBIT_ERR_NO_DEVICE);
    ck_assert_int_eq(kbit_cuda_int8_matmul(M, N, K, w.data(), w.data(),
                                           reinterpret_cast<int32_t *>(out.data()), nullptr),
                     KBIT_ERR_NO_DEVICE);
    ck_assert(ran.empty());
    ck_assert_uint_eq(unchanged(out.data(), M * N * 4, 0x5a), M * N * 4);
    ck_assert_ptr_nonnull(kbit_status_string(KBIT_ERR_NO_DEVICE));
    ck_assert_str_ne(kbit_status_string(KBIT_ERR_NO_DEVICE), "");
}
END_TEST

template <class F> static void check_capabilities(const kbit::Ladder<F> &ladder)
{
    for (const auto &rung : ladder.rung)
        if (rung.run)
            ck_assert_msg(rung.capability == (strncmp(rung.name, "hopper", 6) == 0 ? 90 : 80),
                          "%s wants %d", rung.name, rung.capability);
}

START_TEST(each_rung_says_what_it_needs)
{
    check_capabilities(kbit::ladders.outlier_columns);
    check_capabilities(kbit::ladders.absmax_rows);
    check_capabilities(kbit::ladders.quantize_rows);
    check_capabilities(kbit::ladders.quantize_with_outliers);
    check_capabilities(kbit::ladders.produce);
    check_capabilities(kbit::ladders.int8_matmul);
    check_capabilities(kbit::ladders.dequantize);
    check_capabilities(kbit::ladders.outlier_matmul);
    check_capabilities(kbit::ladders.store);
    check_capabilities(kbit::ladders.llmint8_linear_bnb);
}
END_TEST

int main()
{
    return run_suite("cuda_dispatch",
                     {each_tile_is_chosen, each_stream_is_chosen, each_pass_is_chosen,
                      each_hopper_kernel_is_chosen, each_wide_hopper_kernel_is_chosen,
                      lower_rungs_are_chosen_under_a_limit,
                      bad_shapes_and_alignments_are_right_or_slower,
                      the_workspace_is_that_of_the_shape, what_cannot_be_served_is_refused,
                      each_rung_says_what_it_needs});
}
