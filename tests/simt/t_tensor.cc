/* t_tensor.cc -- each PTX wrapper against its definition, element by element. */
#include "testing.h"
#include "wrappers.h"

#include "../../cuda/simt/mma_float.h"
#include "../../cuda/simt/mma_s8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <vector>

/* Element e (16 bits) of row r of matrix m, as it lies in memory. */
static uint16_t element(const unsigned char *memory, int m, int r, int e)
{
    uint16_t value;
    memcpy(&value, memory + (m * 8 + r) * 16 + e * 2, 2);
    return value;
}

START_TEST(ldmatrix_gives_each_lane_its_elements)
{
    static const struct {
        Load load;
        int matrices;
        bool transpose;
    } variant[] = {{LDMATRIX_X1, 1, false},
                   {LDMATRIX_X2, 2, false},
                   {LDMATRIX_X4, 4, false},
                   {LDMATRIX_X2_TRANS, 2, true},
                   {LDMATRIX_X4_TRANS, 4, true}};
    Data data(1);
    unsigned char memory[512];
    for (unsigned char &byte : memory)
        byte = (unsigned char)data.word();
    const auto &v = variant[_i];
    unsigned out[32][4];
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    ck_assert_int_eq(run_ldmatrix(v.load, memory, out[0]), cudaSuccess);
    for (int lane = 0; lane < 32; lane++)
        for (int m = 0; m < 4; m++) {
            int g = lane / 4, t = lane % 4;
            unsigned expected = 0;
            if (m < v.matrices && v.transpose)
                expected = element(memory, m, 2 * t, g) | (unsigned)element(memory, m, 2 * t + 1, g)
                                                              << 16;
            else if (m < v.matrices)
                expected = element(memory, m, g, 2 * t) | (unsigned)element(memory, m, g, 2 * t + 1)
                                                              << 16;
            ck_assert_uint_eq(out[lane][m], expected);
        }
}
END_TEST

/* Matrices to fragments and back, from the tables of the PTX manual: for an operand of `width`
 * elements a register, a[i] of lane l holds row l / 4 + 8 (i % 2), columns from
 * (l % 4) width + 4 width (i / 2). */
template <class T, int width> struct Fragments {
    static constexpr int depth = 8 * width; /* k */
    T a[16][depth], b[8][depth];            /* b by columns */
    unsigned fa[32][4], fb[32][2];

    void pack()
    {
        for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < 4; i++)
                memcpy(&fa[lane][i],
                       &a[lane / 4 + 8 * (i % 2)][lane % 4 * width + 4 * width * (i / 2)], 4);
            for (int i = 0; i < 2; i++)
                memcpy(&fb[lane][i], &b[lane / 4][lane % 4 * width + 4 * width * i], 4);
        }
    }
};
static int row_of(int lane, int i)
{
    return lane / 4 + 8 * (i / 2);
}
static int column_of(int lane, int i)
{
    return lane % 4 * 2 + i % 2;
}

START_TEST(mma_s8_is_the_integer_product)
{
    Data data((uint64_t)_i);
    Fragments<int8_t, 4> f;
    /* Every third case holds extremes only: the largest sums, and -128 times -128. */
    for (int k = 0; k < 32; k++) {
        for (auto &row : f.a)
            row[k] = _i % 3 ? (int8_t)data.word() : (data.word() & 1 ? -128 : 127);
        for (auto &column : f.b)
            column[k] = _i % 3 ? (int8_t)data.word() : (data.word() & 1 ? -128 : 127);
    }
    f.pack();
    int d[32][4], start[32][4];
    for (auto &lane : start)
        for (int &element : lane)
            element = _i % 2 ? (int)data.word() : INT32_MAX - (int)(data.word() % 1000);
    memcpy(d, start, sizeof d);
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    ck_assert_int_eq(run_mma_s8(f.fa[0], f.fb[0], d[0]), cudaSuccess);
    for (int lane = 0; lane < 32; lane++)
        for (int i = 0; i < 4; i++) {
            int64_t sum = start[lane][i];
            for (int k = 0; k < 32; k++)
                sum += f.a[row_of(lane, i)][k] * f.b[column_of(lane, i)][k];
            ck_assert_int_eq(d[lane][i], (int32_t)(uint32_t)(uint64_t)sum);
        }
}
END_TEST

START_TEST(all_bodies_of_mma_s8_agree)
{
    static const struct {
        const char *name;
        simt::ProductS8 product;
    } body[] = {{"avx2", simt::product_s8_avx2()}, {"avx512", simt::product_s8_avx512()}};
    for (const auto &fast : body) {
        if (!fast.product) {
            printf("# mma_s8: no %s on this machine, not compared\n", fast.name);
            continue;
        }
        Data data(7);
        for (int trial = 0; trial < 300; trial++) {
            simt::WarpRegisters plain, other;
            unsigned *word = plain.a[0];
            for (size_t i = 0; i < sizeof plain / 4; i++)
                word[i] = trial % 4 ? data.word() : 0x80808080u;
            other = plain;
            simt::product_s8_plain(plain);
            fast.product(other);
            ck_assert_msg(memcmp(plain.d, other.d, sizeof plain.d) == 0, "%s, trial %d", fast.name,
                          trial);
        }
    }
}
END_TEST

struct Half {
    static constexpr kbit_dtype type = KBIT_F16;
    static float widen(uint16_t bits) { return simt::half_bits_to_float(bits); }
    static cudaError_t run(const unsigned *a, const unsigned *b, float *d)
    {
        return run_mma_f16(a, b, d);
    }
};
struct Bfloat16 {
    static constexpr kbit_dtype type = KBIT_BF16;
    static float widen(uint16_t bits) { return simt::bfloat16_bits_to_float(bits); }
    static cudaError_t run(const unsigned *a, const unsigned *b, float *d)
    {
        return run_mma_bf16(a, b, d);
    }
};

/* Finite encodings: all of them alike, or of similar size, so that alignment cuts few bits. */
static uint16_t finite(Data &data, bool wide, uint16_t one, uint16_t infinity)
{
    for (;;) {
        uint16_t bits = (uint16_t)data.word();
        if (!wide)
            bits = (uint16_t)((bits & 0x8000u) | (one + (bits & 0x7fffu) % (infinity / 8)));
        if (data.word() % 16 == 0)
            bits &= 0x8000u;
        if ((bits & infinity) != infinity)
            return bits;
    }
}

template <class Format>
static void check_mma_float(uint64_t seed, simt::Mma which, uint16_t one, uint16_t infinity)
{
    Data data(seed);
    bool wide = seed % 2 == 0;
    Fragments<uint16_t, 2> f;
    for (int k = 0; k < 16; k++) {
        for (auto &row : f.a)
            row[k] = finite(data, wide, one, infinity);
        for (auto &column : f.b)
            column[k] = finite(data, wide, one, infinity);
    }
    f.pack();
    float d[32][4], start[32][4];
    for (auto &lane : start)
        for (float &element : lane)
            element =
                data.word() % 4 ? Format::widen(finite(data, wide, one, infinity)) * 1.2345f : 0.0f;
    memcpy(d, start, sizeof d);
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    simt::Options o = simt::options();
    o.mma = which;
    simt::set_options(o);
    ck_assert_int_eq(Format::run(f.fa[0], f.fb[0], d[0]), cudaSuccess);
    for (int lane = 0; lane < 32; lane++)
        for (int i = 0; i < 4; i++) {
            float expected;
            ck_assert_int_eq(kbit_accumulate(which, Format::type, 16, f.a[row_of(lane, i)],
                                             f.b[column_of(lane, i)], start[lane][i], &expected),
                             KBIT_OK);
            ck_assert_msg(simt::float_bits(d[lane][i]) == simt::float_bits(expected),
                          "%s, lane %d, d[%d]: %a, by the model %a", which->name, lane, i,
                          (double)d[lane][i], (double)expected);
        }
}

/* Every row in turn, and operands of both kinds for each. */
START_TEST(mma_float_follows_the_model)
{
    const kbit_accumulation *rows;
    size_t n = kbit_accumulations(&rows);
    for (size_t r = 0; r < n; r++) {
        check_mma_float<Half>((uint64_t)_i, &rows[r], 0x3c00, 0x7c00);
        check_mma_float<Bfloat16>((uint64_t)_i + 1000, &rows[r], 0x3f80, 0x7f80);
    }
}
END_TEST

/* 1 - 2^-25 in one product each: what is kept tells the rows apart. */
START_TEST(the_option_selects_the_row)
{
    const uint16_t a[2] = {0x3c00, 0x8c00}, b[2] = {0x3c00, 0x0800}; /* 1, -2^-12; 1, 2^-13 */
    simt::Operand x[2], w[2];
    for (int k = 0; k < 2; k++) {
        x[k] = simt::decode_f16(a[k]);
        w[k] = simt::decode_f16(b[k]);
    }
    simt::Options o = simt::options();
    ck_assert_str_eq(simt::Options().mma->name, "a100");
    ck_assert(simt::accumulate_dot(o.mma, 0.0f, x, w, 2) == 1.0f);
    o.mma = kbit_accumulation_find("h100");
    ck_assert(simt::accumulate_dot(o.mma, 0.0f, x, w, 2) == 1.0f - 0x1p-24f);
}
END_TEST

START_TEST(cp_async_waits_for_no_more_than_it_says)
{
    const uint4 in[3] = {{1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3}};
    unsigned seen[4][3];
    choose(simt::Order::Forward, simt::Async::Late, 1);
    ck_assert_int_eq(run_cp_async_groups(in, seen[0]), cudaSuccess);
    const unsigned poison = 0x7b7b7b7bu;
    const unsigned expected[4][3] = {{poison, poison, poison}, /* three groups issued */
                                     {1, poison, poison},      /* wait<2> */
                                     {1, 2, poison},           /* wait<1> */
                                     {1, 2, 3}};               /* wait<0> */
    for (int step = 0; step < 4; step++)
        for (int group = 0; group < 3; group++)
            ck_assert_uint_eq(seen[step][group], expected[step][group]);
}
END_TEST

START_TEST(cp_async_copies_and_fills_zeros)
{
    const int threads = 64 * 7;
    Data data(3);
    std::vector<uint4> in((size_t)threads), out((size_t)threads);
    std::vector<int> valid((size_t)threads);
    for (uint4 &v : in)
        v = {data.word(), data.word(), data.word(), data.word()};
    for (int &v : valid)
        v = data.word() % 4 != 0;
    static const simt::Async when[] = {simt::Async::Issue, simt::Async::Late, simt::Async::Random};
    choose(simt::Order::Priority, when[_i], 5);
    ck_assert_int_eq(run_cp_async(in.data(), valid.data(), out.data(), threads), cudaSuccess);
    for (size_t i = 0; i < in.size(); i++) {
        uint4 expected = valid[i] ? in[i] : uint4{0, 0, 0, 0};
        ck_assert(memcmp(&out[i], &expected, sizeof expected) == 0);
    }
}
END_TEST

int main()
{
    TCase *tests = tcase_create("tensor");
    tcase_add_loop_test(tests, ldmatrix_gives_each_lane_its_elements, 0, 5);
    tcase_add_loop_test(tests, mma_s8_is_the_integer_product, 0, 12);
    tcase_add_test(tests, all_bodies_of_mma_s8_agree);
    tcase_add_loop_test(tests, mma_float_follows_the_model, 0, 20);
    tcase_add_test(tests, the_option_selects_the_row);
    tcase_add_test(tests, cp_async_waits_for_no_more_than_it_says);
    tcase_add_loop_test(tests, cp_async_copies_and_fills_zeros, 0, 3);
    return run_suite("simt tensor wrappers", tests);
}
