/* Every rung of int8_matmul on the CPU layer against the reference, sum for sum. */
#include "cuda_test.h"
#include "int8_tile.cuh"

using namespace kbit_test;

/* Codes at an offset from a 16-byte boundary; extreme: only -128, -127, 127. */
struct Codes {
    Guarded<int8_t> at;
    Codes(size_t n, size_t offset, bool extreme = false) : at(n, offset)
    {
        const int8_t ends[] = {-128, -127, 127, 127};
        for (size_t i = 0; i < n; ++i)
            at[i] = extreme ? ends[random_bits() % 4] : random_code();
    }
};

/* The rungs that are for few rows only, or for more and aligned operands. */
static bool for_some_shapes(const kbit::Rung<kbit::Int8Matmul> &rung)
{
    return strcmp(rung.name, "v3") == 0 || strcmp(rung.name, "v5") == 0 ||
           strncmp(rung.name, "hopper", 6) == 0;
}

static kbit_status compare(const kbit::Rung<kbit::Int8Matmul> &rung, size_t M, size_t N, size_t K,
                           size_t offset, bool extreme)
{
    const Codes q(M * K, offset, extreme), w(N * K, offset * 3 % 16, extreme);
    Guarded<int32_t> c(M * N, offset % 4);
    const kbit_status status = rung.run(M, N, K, q.at.data(), w.at.data(), c.data(), nullptr);
    if (status != KBIT_OK)
        return status;
    std::vector<int32_t> want(M * N);
    ck_assert_int_eq(kbit_int8_matmul(M, N, K, q.at.data(), w.at.data(), want.data()), KBIT_OK);
    char what[96];
    snprintf(what, sizeof what, "%s, %zu x %zu x %zu, offset %zu", rung.name, M, N, K, offset);
    check_integers(c.data(), want.data(), want.size(), what);
    return KBIT_OK;
}

START_TEST(as_the_reference)
{
    const size_t n = sizeof kSizes / sizeof *kSizes;
    unsigned call = 0;
    for (const auto &rung : kbit::ladders.int8_matmul.rung) {
        if (!rung.run)
            continue;
        unsigned served = 0;
        const kbit::HopperTileChoice wide(kbit::kHopperWide); /* the model gives it larger shapes */
        for (size_t s = 0; s < n; ++s)
            for (size_t turn = 0; turn < 4; ++turn) {
                const size_t M = kSizes[s], N = kSizes[(s * 4 + turn * 7 + 1) % n];
                const size_t K = turn % 2 ? kSizes[(s + turn * 3) % n] : (s + turn) % 9 * 16;
                schedule(call++);
                const kbit_status status = compare(rung, M, N, K, turn == 2 ? 5 : 0, turn == 3);
                served += status == KBIT_OK;
                ck_assert(status == KBIT_OK || status == KBIT_ERR_UNSUPPORTED);
                if (!for_some_shapes(rung))
                    ck_assert_int_eq(status, KBIT_OK);
            }
        ck_assert_msg(served >= 4, "%s served %u shapes", rung.name, served);
    }
}
END_TEST

START_TEST(few_rows)
{
    const kbit::Rung<kbit::Int8Matmul> &v3 = kbit::ladders.int8_matmul.rung[2];
    ck_assert_str_eq(v3.name, "v3");
    for (size_t M = 1; M <= 9; ++M) {
        schedule(static_cast<unsigned>(M));
        ck_assert_int_eq(compare(v3, M, 37, 16 * M * M, 0, M == 8),
                         M <= 8 ? KBIT_OK : KBIT_ERR_UNSUPPORTED);
        ck_assert_int_eq(compare(v3, M, 37, 16 * M + 4, 0, false), KBIT_ERR_UNSUPPORTED);
        ck_assert_int_eq(compare(v3, M, 37, 16, 1, false), KBIT_ERR_UNSUPPORTED);
    }
}
END_TEST

/* Seven steps of K: each of the three stages is filled and emptied more than twice. */
START_TEST(the_ring_of_stages_under_every_schedule)
{
    for (const auto &rung : kbit::ladders.int8_matmul.rung)
        for (unsigned i = 0; rung.run && i < kSchedules; ++i) {
            schedule(i);
            if (compare(rung, i % 2 ? 8 : 33, 40, 448, 0, false) != KBIT_OK)
                ck_assert(for_some_shapes(rung));
        }
}
END_TEST

START_TEST(tiles_and_their_neighbours)
{
    for (const auto &rung : kbit::ladders.int8_matmul.rung)
        if (rung.run && !for_some_shapes(rung)) {
            schedule(3);
            ck_assert_int_eq(compare(rung, 257, 130, 80, 0, false), KBIT_OK);
            ck_assert_int_eq(compare(rung, 130, 257, 67, 0, false), KBIT_OK);
        }
}
END_TEST

/* Rows or columns whose number has more than 16 bits. */
START_TEST(long_sides)
{
    const kbit::HopperTileChoice wide(kbit::kHopperWide); /* the model gives it larger shapes */
    for (const auto &rung : kbit::ladders.int8_matmul.rung)
        if (rung.run) {
            const size_t least = strncmp(rung.name, "hopper", 6) == 0 ? 8 : 1; /* columns */
            const kbit_status tall = compare(rung, 65600, least, 16, 0, false);
            const kbit_status broad = compare(rung, 1, 65600, 16, 0, false);
            ck_assert_msg(for_some_shapes(rung) || (tall == KBIT_OK && broad == KBIT_OK), "%s",
                          rung.name);
            ck_assert(tall == KBIT_OK || broad == KBIT_OK);
        }
}
END_TEST

/* The longest product that cannot leave int32, at its worst: 131,071 times 2^14. */
START_TEST(the_largest_sum)
{
    const size_t K = KBIT_CUDA_MAX_K;
    Guarded<int8_t> q(K, 0, 0x80), w(K, 0, 0x80);
    for (const auto &rung : kbit::ladders.int8_matmul.rung) {
        Guarded<int32_t> c(1);
        if (!rung.run ||
            rung.run(1, 1, K, q.data(), w.data(), c.data(), nullptr) == KBIT_ERR_UNSUPPORTED)
            continue;
        ck_assert_int_eq(c[0], 2147467264);
    }
}
END_TEST

/* A grid has 65,535 rows of tiles and no more: beyond, the rung refuses and a lower one serves. */
START_TEST(rows_that_a_grid_cannot_hold)
{
    ck_assert_uint_eq(kbit::tile_grid(8388480, 300).x, (300 + kbit::kTileN - 1) / kbit::kTileN);
    ck_assert_uint_eq(kbit::tile_grid(8388480, 300).y, 65535);
    ck_assert_uint_eq(kbit::tile_grid(8388481, 300).x, 0);
    ck_assert_uint_eq(kbit::tile_grid(size_t{1} << 40, 300).x, 0);
    ck_assert_int_eq(kbit::int8_matmul_v2(8388481, 3, 16, nullptr, nullptr, nullptr, nullptr),
                     KBIT_ERR_UNSUPPORTED);
    ck_assert_int_eq(kbit::outlier_matmul_v2(8388481, 3, 16, KBIT_F16, nullptr, nullptr, nullptr,
                                             KBIT_I8, nullptr, nullptr, nullptr, nullptr, nullptr),
                     KBIT_ERR_UNSUPPORTED);
    ck_assert_int_eq(kbit::llmint8_linear_bnb_v2(8388481, 3, 16, KBIT_F16, nullptr, nullptr,
                                                 nullptr, nullptr, 6, KBIT_F16, nullptr, nullptr,
                                                 nullptr),
                     KBIT_ERR_UNSUPPORTED);
}
END_TEST

int main()
{
    return run_suite("cuda_int8_matmul",
                     {as_the_reference, few_rows, the_ring_of_stages_under_every_schedule,
                      tiles_and_their_neighbours, long_sides, the_largest_sum,
                      rows_that_a_grid_cannot_hold});
}
