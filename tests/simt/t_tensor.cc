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

/* The model once more, from its statement: truncate at 2^(largest - F), add, truncate to fp32. All
 * in double, where every step is exact: terms have at most F + 3 bits, and there are 17. */
static double significand(double x, int least, int *exponent)
{
    if (x == 0)
        return *exponent = least, 0.0;
    int e = ilogb(x);
    *exponent = e < least ? least : e;
    return ldexp(x, -*exponent);
}

static float model_step(float c, const float *a, const float *b, int terms, int least, int F,
                        int e_zero)
{
    double s[17];
    int e[17], largest = -10000;
    for (int i = 0; i < terms; i++) {
        int ea, eb;
        s[i] = significand(a[i], least, &ea) * significand(b[i], least, &eb);
        e[i] = ea + eb;
    }
    s[terms] = significand(c, -126, &e[terms]);
    for (int i = 0; i <= terms; i++) {
        if (s[i] == 0)
            e[i] = e_zero;
        largest = e[i] > largest ? e[i] : largest;
    }
    double sum = 0;
    for (int i = 0; i <= terms; i++)
        sum += ldexp(trunc(ldexp(s[i], e[i] - largest + F)), -F);
    double value = ldexp(sum, largest);
    if (value == 0)
        return 0.0f;
    int last = ilogb(value) - 23 < -149 ? -149 : ilogb(value) - 23;
    return (float)ldexp(trunc(ldexp(value, -last)), last) + 0.0f;
}

static float model(float c, const float *a, const float *b, int least, simt::Mma which)
{
    bool hopper = which == simt::Mma::Hopper;
    for (int k = 0; k < 16 && !isinf(c); k += hopper ? 16 : 8)
        c = model_step(c, a + k, b + k, hopper ? 16 : 8, least, hopper ? 25 : 24,
                       hopper ? -133 : -132);
    return c;
}

struct Half {
    static constexpr int least = -14;
    static float widen(uint16_t bits) { return simt::half_bits_to_float(bits); }
    static cudaError_t run(const unsigned *a, const unsigned *b, float *d)
    {
        return run_mma_f16(a, b, d);
    }
};
struct Bfloat16 {
    static constexpr int least = -126;
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
            float a[16], b[16];
            for (int k = 0; k < 16; k++) {
                a[k] = Format::widen(f.a[row_of(lane, i)][k]);
                b[k] = Format::widen(f.b[column_of(lane, i)][k]);
            }
            float expected = model(start[lane][i], a, b, Format::least, which);
            ck_assert_msg(simt::float_bits(d[lane][i]) == simt::float_bits(expected),
                          "lane %d, d[%d]: %a, by the model %a", lane, i, (double)d[lane][i],
                          (double)expected);
        }
}

START_TEST(mma_float_follows_the_model)
{
    simt::Mma which = _i % 2 ? simt::Mma::Hopper : simt::Mma::Ampere;
    check_mma_float<Half>((uint64_t)_i / 2, which, 0x3c00, 0x7c00);
    check_mma_float<Bfloat16>((uint64_t)_i / 2 + 1000, which, 0x3f80, 0x7f80);
}
END_TEST

/* One dot product: a[k] b[k] for the first terms, and c. */
static float dot(float c, std::vector<float> a, std::vector<float> b, simt::Mma which)
{
    simt::Operand fa[16] = {}, fb[16] = {};
    for (size_t k = 0; k < a.size(); k++) {
        fa[k] = simt::decode_f16(simt::float_to_half_bits(a[k]));
        fb[k] = simt::decode_f16(simt::float_to_half_bits(b[k]));
    }
    return simt::fused_dot(c, fa, fb, 10, which);
}

START_TEST(mma_float_by_hand)
{
    const simt::Mma ampere = simt::Mma::Ampere, hopper = simt::Mma::Hopper;
    /* 1 + 2^-24 k: kept below 1 by F bits, then cut at 2^-23 */
    ck_assert(dot(1.0f, {0x1p-12f}, {0x1p-12f}, ampere) == 1.0f);
    ck_assert(dot(1.0f, {0x1p-12f, 0x1p-12f}, {0x1p-12f, 0x1p-12f}, ampere) == 1.0f + 0x1p-23f);
    ck_assert(dot(-1.0f, {0x1p-12f, 0x1p-12f}, {-0x1p-12f, -0x1p-12f}, ampere) == -1.0f - 0x1p-23f);
    /* 4 * 2^-25 makes 2^-23: seen with 25 bits, lost with 24 */
    std::vector<float> small(4, 0x1p-12f), smaller(4, 0x1p-13f);
    ck_assert(dot(1.0f, small, smaller, ampere) == 1.0f);
    ck_assert(dot(1.0f, small, smaller, hopper) == 1.0f + 0x1p-23f);
    /* 2^15 + 1 - 2^15, one step or two: the two large terms cancel before or after the cut */
    std::vector<float> a(9, 0.0f), b(9, 1.0f);
    a[0] = 0x1p15f, b[0] = 0x1p15f, a[1] = 1.0f, a[8] = -0x1p15f, b[8] = 0x1p15f;
    ck_assert(dot(0.0f, a, b, ampere) == 0.0f);
    ck_assert(dot(0.0f, a, b, hopper) == 0.0f);
    a[1] = 64.0f;                               /* 2^6: among the 24 bits below 2^30 */
    ck_assert(dot(0.0f, a, b, ampere) == 0.0f); /* lost when the first step ends in fp32 */
    ck_assert(dot(0.0f, a, b, hopper) == 64.0f);
    /* specials */
    ck_assert(dot(INFINITY, {1.0f}, {1.0f}, ampere) == INFINITY);
    ck_assert(dot(0.0f, {-INFINITY}, {2.0f}, hopper) == -INFINITY);
    ck_assert(dot(3.4e38f, {65504.0f}, {65504.0f}, ampere) == 3.4e38f);
    ck_assert(simt::float_bits(dot(INFINITY, {-INFINITY}, {1.0f}, ampere)) == 0x7fffffffu);
    ck_assert(simt::float_bits(dot(0.0f, {INFINITY}, {0.0f}, hopper)) == 0x7fffffffu);
    ck_assert(simt::float_bits(dot(-0.0f, {0.0f}, {-1.0f}, hopper)) == 0u);
    /* subnormals count in full */
    ck_assert(dot(0.0f, {0x1p-24f}, {0x1p-24f}, ampere) == 0x1p-48f);
}
END_TEST

/* Terms 387 and 637 times 2^(exponent - 8), and zeros: whether their last bit counts depends on the
 * exponent that a zero term has. */
static float tiny_bfloat16_dot(int exponent, simt::Mma which)
{
    auto operand = [](float x) { return simt::decode_bf16(simt::float_to_bfloat16_bits(x)); };
    simt::Operand a[16], b[16];
    for (int k = 0; k < 16; k++)
        a[k] = b[k] = operand(0.0f);
    float scale = ldexpf(1.0f, exponent / 2), rest = ldexpf(1.0f, exponent - exponent / 2);
    a[0] = operand(129.0f / 128 * scale), b[0] = operand(1.5f * rest);
    a[1] = operand(91.0f / 64 * scale), b[1] = operand(1.75f * rest);
    return simt::fused_dot(0.0f, a, b, 7, which);
}

START_TEST(zero_terms_have_an_exponent)
{
    ck_assert(tiny_bfloat16_dot(-148, simt::Mma::Ampere) == 0x1p-146f);
    ck_assert(tiny_bfloat16_dot(-149, simt::Mma::Ampere) == 3 * 0x1p-149f);
    ck_assert(tiny_bfloat16_dot(-150, simt::Mma::Hopper) == 0x1p-148f);
    ck_assert(tiny_bfloat16_dot(-151, simt::Mma::Hopper) == 0.0f);
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
    tcase_add_loop_test(tests, mma_float_follows_the_model, 0, 40);
    tcase_add_test(tests, mma_float_by_hand);
    tcase_add_test(tests, zero_terms_have_an_exponent);
    tcase_add_test(tests, cp_async_waits_for_no_more_than_it_says);
    tcase_add_loop_test(tests, cp_async_copies_and_fills_zeros, 0, 3);
    return run_suite("simt tensor wrappers", tests);
}
