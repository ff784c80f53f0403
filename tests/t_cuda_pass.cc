/* Quantize with detection on the CPU layer, every rung and every kernel of the one-read pass,
 * against the reference: absmax, codes and list bit for bit. */
#include "cuda_test.h"
#include "quantize_pass.cuh"

using namespace kbit_test;

/* X in rows of x_ld elements; what lies between them would be outliers, if read. */
struct Spread {
    Guarded<unsigned char> bytes;
    Spread(const Activations &x, size_t ld, size_t offset)
        : bytes(x.M * ld * kbit_dtype_size(x.type), offset * kbit_dtype_size(x.type), 0x7f)
    {
        const size_t size = kbit_dtype_size(x.type);
        for (size_t i = 0; i < x.M; ++i)
            memcpy(bytes.data() + i * ld * size,
                   static_cast<const unsigned char *>(x.data()) + i * x.K * size, x.K * size);
    }
};

static void compare(const kbit::Rung<kbit::QuantizeWithOutliers> &rung, const Activations &x,
                    float threshold, size_t pad, size_t offset)
{
    const size_t M = x.M, K = x.K, x_ld = K + pad, q_ld = K + (pad < 65536 ? pad % 7 : pad);
    std::vector<int32_t> o(K);
    size_t n;
    ck_assert_int_eq(kbit_outlier_columns(M, K, x.wide.data(), threshold, o.data(), &n), KBIT_OK);
    std::vector<float> a(M);
    ck_assert_int_eq(kbit_absmax_rows(M, K, x.wide.data(), 0, nullptr, threshold, a.data()),
                     KBIT_OK);
    std::vector<int8_t> q(M * K);
    ck_assert_int_eq(
        kbit_quantize_rows(M, K, x.wide.data(), a.data(), n, o.data(), threshold, q.data()),
        KBIT_OK);

    const Spread spread(x, x_ld, offset);
    Guarded<int32_t> count(1), list(K);
    Guarded<float> absmax(M);
    Guarded<int8_t> codes(M * q_ld, offset);
    Guarded<unsigned char> workspace(kbit_cuda_quantize_with_outliers_workspace(M, K));
    memset(workspace.data(), 0, workspace.size());
    const kbit_status status =
        rung.run(M, K, x.type, spread.bytes.data(), x_ld, threshold, count.data(), list.data(),
                 absmax.data(), codes.data(), q_ld, workspace.data(), nullptr);
    ck_assert_int_eq(status, KBIT_OK);
    char what[160];
    snprintf(what, sizeof what, "%s, %zu x %zu, %s, threshold %a, ld %zu", rung.name, M, K,
             kbit_dtype_name(x.type), threshold, x_ld);
    ck_assert_msg(count[0] == static_cast<int32_t>(n), "%s: %d outlier columns, not %zu", what,
                  count[0], n);
    check_integers(list.data(), o.data(), n, what);
    check_floats(absmax.data(), a.data(), M, what);
    for (size_t i = 0; i < M; ++i)
        check_integers(codes.data() + i * q_ld, q.data() + i * K, K, what);
    check_between(codes.data(), M, K, q_ld, what);
}

START_TEST(as_the_reference)
{
    const float thresholds[] = {6.0f, kOff, 0.0f, 0x1.804p2f, 0x1p-149f, 65504.0f, 0x1p127f};
    unsigned call = 0;
    for (const auto &rung : kbit::ladders.quantize_with_outliers.rung)
        for (size_t s = 0; rung.run && s < kNumberOfSizes; ++s)
            for (kbit_dtype type : kTypes)
                for (int kind = s % 2; kind < kKinds; kind += 2) {
                    const Activations x(static_cast<Kind>(kind), kSizes[(s + 5) % 9], kSizes[s],
                                        type);
                    schedule(++call);
                    compare(rung, x, thresholds[call % 7], call % 3 * 8, call % 2);
                }
}
END_TEST

/* Rows of 1, 2, 4 and 8 vectors by a warp and by a block, longer ones, and the widths around where
 * one kernel ends and the next begins; aligned and not. */
START_TEST(each_width)
{
    const size_t widths[] = {1023, 1024, 1025, 1032, 2048,  2049,  2056,  4096,
                             4097, 8192, 8193, 8200, 16384, 16385, 16392, 33000};
    unsigned call = 0;
    for (size_t K : widths)
        for (kbit_dtype type : kTypes) {
            const Activations x(Outliers, call % 4 == 3 ? 1 : 3, K, type);
            schedule(++call);
            compare(kbit::ladders.quantize_with_outliers.rung[1], x, 6.0f, call % 4 ? 0 : 3,
                    call % 5 == 4);
        }
}
END_TEST

/* Rows that begin at multiples of 16 bytes and end anywhere: what follows is read by nobody. Without a
 * threshold it would be the absmax. */
START_TEST(aligned_rows_of_any_length)
{
    unsigned call = 0;
    for (size_t K : {1, 2, 3, 4, 5, 6, 7, 9, 12, 15, 17, 23})
        for (kbit_dtype type : kTypes) {
            const Activations x(Plain, 3, K, type);
            for (const auto &rung : kbit::ladders.quantize_with_outliers.rung)
                if (rung.run) {
                    schedule(++call);
                    compare(rung, x, call % 4 ? kOff : 0.5f, (K + 7) / 8 * 8 - K, 0);
                    compare(rung, x, kOff, (K + 7) / 8 * 8 - K + 8, 0);
                }
        }
}
END_TEST

/* Rows of whole eights whose first address and distance are all but aligned. UBSan sees an access of
 * several elements that should not be; here it gives the right bits. */
START_TEST(whole_eights_at_any_address)
{
    const kbit::Rung<kbit::QuantizeWithOutliers> &rung =
        kbit::ladders.quantize_with_outliers.rung[1];
    for (kbit_dtype type : kTypes) {
        const Activations x(Outliers, 3, 24, type);
        for (size_t offset = 0; offset < 16; ++offset)
            for (size_t pad : {0, 1, 2, 4, 8, 9}) {
                schedule(static_cast<unsigned>(offset + pad));
                compare(rung, x, 6.0f, pad, offset);
            }
    }
}
END_TEST

/* Columns whose number has more than 16 bits. */
START_TEST(very_long_rows)
{
    const Activations x(Outliers, 1, 65600, KBIT_F16);
    for (const auto &rung : kbit::ladders.quantize_with_outliers.rung)
        if (rung.run)
            compare(rung, x, 6.0f, 0, 0);
}
END_TEST

/* The second rung as a device of one multiprocessor runs it: eight blocks. */
static kbit_status on_eight_blocks(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                   size_t x_ld, float threshold, int32_t *n_outliers,
                                   int32_t *outliers, float *absmax, int8_t *q, size_t q_ld,
                                   void *zeroed, cudaStream_t stream)
{
    kbit::QuantizePass p = {};
    p.M = M;
    p.K = p.width = K;
    p.x = x;
    p.x_ld = x_ld;
    p.absmax = absmax;
    p.q = q;
    p.q_ld = q_ld;
    p.n_outliers = n_outliers;
    p.outliers = outliers;
    return kbit::quantize_with_outliers(p, x_type, threshold, zeroed, 1, stream);
}

/* More rows than the grid has room for: each block takes several, one after the other. */
START_TEST(blocks_of_many_rows)
{
    const kbit::Rung<kbit::QuantizeWithOutliers> narrow = {"v2 on eight blocks", 80,
                                                           on_eight_blocks};
    const Activations warps(Outliers, 200, 40, KBIT_F16), blocks(Outliers, 27, 2100, KBIT_BF16);
    for (unsigned i = 0; i < kSchedules; ++i) {
        schedule(i);
        compare(narrow, warps, 6.0f, 0, 0);
        compare(narrow, blocks, 6.0f, 0, 0);
    }
    compare(narrow, Activations(Outliers, 19, 16500, KBIT_F16), 6.0f, 0, 0);
}
END_TEST

/* Distances that do not fit into 16 bits. */
START_TEST(rows_far_apart)
{
    for (const auto &rung : kbit::ladders.quantize_with_outliers.rung)
        if (rung.run)
            for (kbit_dtype type : kTypes)
                compare(rung, Activations(Outliers, 3, 72, type), 6.0f, 7 * 65536 + 9, 0);
}
END_TEST

START_TEST(every_schedule)
{
    const Activations warps(Outliers, 21, 200, KBIT_F16), blocks(Outliers, 5, 2100, KBIT_BF16);
    for (unsigned i = 0; i < kSchedules; ++i) {
        schedule(i);
        compare(kbit::ladders.quantize_with_outliers.rung[1], i % 2 ? warps : blocks, 6.0f, 0, 0);
    }
}
END_TEST

/* Each row holds every number up to its absmax: all ties and near-ties. The codes come from a product
 * with the reciprocal wherever that cannot matter. */
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
        compare(kbit::ladders.quantize_with_outliers.rung[1], x, kOff, 0, 0);
    }
}
END_TEST

/* Near a half of a code in f32, where quotient and product with the reciprocal differ most. */
START_TEST(neighbours_of_ties_in_f32)
{
    for (int e : {-140, -101, -99, 0, 99, 101, 126}) {
        Activations x(Plain, 3, 768, KBIT_F32);
        for (size_t i = 0; i < x.M; ++i) {
            const float a = ldexpf(1.0f + 0.37f * static_cast<float>(i), e);
            for (size_t k = 0; k < x.K; ++k) {
                float v = a / 127.0f * (static_cast<float>(k / 6) + 0.5f);
                for (size_t step = 0; step < k % 6; ++step)
                    v = nextafterf(v, step % 2 ? INFINITY : 0.0f);
                x.wide[i * x.K + k] = fminf(v, a);
            }
            x.wide[i * x.K] = a;
        }
        memcpy(x.bytes.data(), x.wide.data(), x.wide.size() * sizeof(float));
        compare(kbit::ladders.quantize_with_outliers.rung[1], x, kOff, 0, 0);
    }
}
END_TEST

START_TEST(the_public_function_checks_and_dispatches)
{
    const size_t M = 4, K = 24;
    const Activations x(Outliers, M, K, KBIT_F16);
    Guarded<int32_t> count(1), list(K);
    Guarded<float> a(M);
    Guarded<int8_t> q(M * K);
    const size_t bytes = kbit_cuda_quantize_with_outliers_workspace(M, K);
    Guarded<unsigned char> workspace(bytes); /* not zeroed: the call does that */
    const auto call = [&](size_t x_ld, size_t q_ld, size_t room) {
        return kbit_cuda_quantize_with_outliers(M, K, KBIT_F16, x.data(), x_ld, 6.0f, count.data(),
                                                list.data(), a.data(), q.data(), q_ld,
                                                workspace.data(), room, nullptr);
    };
    ck_assert_int_eq(call(K, K, bytes), KBIT_OK);
    ck_assert_int_eq(call(K - 1, K, bytes), KBIT_ERR_SHAPE);
    ck_assert_int_eq(call(K, K - 1, bytes), KBIT_ERR_SHAPE);
    ck_assert_int_eq(call(K, K, bytes - 1), KBIT_ERR_WORKSPACE);
    /* Any distance that an int holds; a single row has nothing at it. */
    const auto one_row = [&](size_t x_ld, size_t q_ld) {
        return kbit_cuda_quantize_with_outliers(1, K, KBIT_F16, x.data(), x_ld, 6.0f, count.data(),
                                                list.data(), a.data(), q.data(), q_ld,
                                                workspace.data(), bytes, nullptr);
    };
    ck_assert_int_eq(one_row(0x7fffffff, K), KBIT_OK);
    ck_assert_int_eq(one_row(K, 0x7fffffff), KBIT_OK);
    ck_assert_int_eq(one_row(0x80000000, K), KBIT_ERR_SHAPE);
    ck_assert_int_eq(one_row(K, 0x80000000), KBIT_ERR_SHAPE);
    count[0] = -1;
    ck_assert_int_eq(kbit_cuda_quantize_with_outliers(0, K, KBIT_F16, nullptr, K, 6.0f,
                                                      count.data(), list.data(), nullptr, nullptr,
                                                      K, workspace.data(), bytes, nullptr),
                     KBIT_OK);
    ck_assert_int_eq(count[0], 0);
}
END_TEST

int main()
{
    return run_suite("cuda_pass",
                     {as_the_reference, each_width, aligned_rows_of_any_length,
                      whole_eights_at_any_address, very_long_rows, blocks_of_many_rows,
                      rows_far_apart, every_schedule, every_half_below_an_absmax,
                      neighbours_of_ties_in_f32, the_public_function_checks_and_dispatches});
}
