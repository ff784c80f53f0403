/* t_bounds_quantize.c -- the quantize bounds against what fp32 does; fp16 and bf16 exhaustively.
 *
 * Multiplying x and a by one power of two changes neither 127 x / a nor, in range, any rounding. So
 * all pairs fall into classes x / a = X / (M 2^d) with p-bit significands X and M, and one computed
 * pair decides its class. From d = 9 on 127 x / a < 1/2: the code is 0.
 */
#include <check.h>
#include <stdlib.h>

#include "attained.h"
#include "proofs/bounds.h"

enum { EXACT, MUL, RDIV, RECIPROCAL, SEQUENCES };

static void quotients(float x, float a, float t[SEQUENCES])
{
    volatile float product = 127.0f * x;
    volatile float reciprocal = 127.0f / a;
    volatile float scale = a / 127.0f;
    volatile float inverse = 1.0f / a;
    volatile float times_127 = 127.0f * inverse;

    t[EXACT] = product / a;
    t[MUL] = x * reciprocal;
    t[RDIV] = x / scale;
    t[RECIPROCAL] = x * times_127;
}

/* (t a - 127 x) / (127 x): both terms are exact in double, their difference too; one rounding,
 * which is monotone, so that a value within a bound stays within it. */
static double relative(float t, float x, float a)
{
    return ((double)t * a - 127.0 * x) / (127.0 * x);
}

typedef struct {
    attained error[SEQUENCES];
    uint64_t pairs, ties, differ[SEQUENCES]; /* counted in pairs */
    uint64_t wrong;                          /* classes with a code that no theorem allows */
    double gap;                              /* least distance to a half-integer but 0 */
} census;

/* A p-bit format: significands up to 2^p - 1 times 2^e, e >= e_min; a = M 2^e with e up to e_last.
 */
typedef struct {
    int p, e_min, e_first, e_last;
} format;

/* How many pairs are in the class: exponents e with M 2^e and X 2^(e-d) in the format. A
 * significand with trailing zeros also stands among the subnormals. */
static uint64_t pairs_of(const format *f, uint32_t X, uint32_t M, int d)
{
    int zeros_x = __builtin_ctz(X) < f->p - 1 ? __builtin_ctz(X) : f->p - 1;
    int zeros_m = __builtin_ctz(M) < f->p - 1 ? __builtin_ctz(M) : f->p - 1;
    int least = f->e_min - zeros_m;

    if (least < f->e_min - zeros_x + d)
        least = f->e_min - zeros_x + d;
    if (least < f->e_first)
        least = f->e_first;
    return least > f->e_last ? 0 : (uint64_t)(f->e_last - least + 1);
}

/* One class, computed at a = M 2^e. */
static void count_class(census *all, uint32_t X, uint32_t M, int d, int e, uint64_t pairs)
{
    int64_t twice = 2 * 127 * (int64_t)X, unit = (int64_t)M << d; /* 127 x / a = twice / (2 unit) */
    int64_t below = twice / (2 * unit), rest = twice - 2 * unit * below;
    int tie = rest == unit;
    int64_t rne = rest > unit || (tie && below % 2 != 0) ? below + 1 : below;
    float x = ldexpf((float)X, e - d), a = ldexpf((float)M, e), t[SEQUENCES];

    quotients(x, a, t);
    all->pairs += pairs;
    all->ties += tie ? pairs : 0;
    if (!tie)
        all->gap = fmin(all->gap, (double)llabs(rest - unit) / (double)twice);
    for (int s = 0; s < SEQUENCES; s++) {
        int64_t code = (int64_t)nearbyintf(t[s]);

        attained_note(&all->error[s], relative(t[s], x, a));
        all->differ[s] += code != rne ? pairs : 0;
        all->wrong += code != rne && !(tie && (code == below || code == below + 1));
    }
}

/* Every class, computed at a = M 2^e where the code may differ from 0, else only counted. */
static census count_format(const format *f, int e)
{
    uint32_t least = 1u << (f->p - 1), end = 1u << f->p;
    census all = {.gap = INFINITY};

    for (uint32_t M = least; M < end; M++)
        for (uint32_t X = least; X < end; X++)
            for (int d = X > M; d <= f->e_last - f->e_min + f->p; d++) {
                uint64_t pairs = pairs_of(f, X, M, d);

                if (d <= 8)
                    count_class(&all, X, M, d, e, pairs);
                else
                    all.pairs += pairs;
            }
    return all;
}

START_TEST(fp16_exhausted)
{
    static const format fp16 = {.p = 11, .e_min = -24, .e_first = -34, .e_last = 5};
    census all = count_format(&fp16, -10);
    uint64_t finite = 31743; /* positive fp16 numbers; pairs 0 < x <= a */

    printf("# fp16: %llu pairs, %llu ties; codes other than RNE: exact %llu, mul %llu, rdiv %llu, "
           "reciprocal %llu; least gap %.4g of %.4g\n",
           (unsigned long long)all.pairs, (unsigned long long)all.ties,
           (unsigned long long)all.differ[EXACT], (unsigned long long)all.differ[MUL],
           (unsigned long long)all.differ[RDIV], (unsigned long long)all.differ[RECIPROCAL],
           all.gap, KBIT_GAP_F16_LO);
    ck_assert_uint_eq(all.pairs, finite * (finite + 1) / 2);
    ck_assert_uint_eq(all.ties, 56493);
    ck_assert_uint_eq(all.differ[EXACT], 0);
    ck_assert_uint_eq(all.differ[MUL], 6941);
    ck_assert_uint_eq(all.differ[RDIV], 3950);
    ck_assert_uint_eq(all.differ[RECIPROCAL], 10858);
    ck_assert_uint_eq(all.wrong, 0);
    ck_assert(all.gap >= KBIT_GAP_F16_LO);
    ck_assert(attained_within("QUANT_EXACT_F16", &all.error[EXACT], KBIT_BOUND_QUANT_EXACT_F16_LO,
                              KBIT_BOUND_QUANT_EXACT_F16_HI));
    ck_assert(attained_within("QUANT_MUL_F16", &all.error[MUL], KBIT_BOUND_QUANT_MUL_F16_LO,
                              KBIT_BOUND_QUANT_MUL_F16_HI));
    ck_assert(attained_within("QUANT_RDIV_F16", &all.error[RDIV], KBIT_BOUND_QUANT_RDIV_F16_LO,
                              KBIT_BOUND_QUANT_RDIV_F16_HI));
    ck_assert(attained_within("QUANT_RECIPROCAL_F16", &all.error[RECIPROCAL],
                              KBIT_BOUND_QUANT_RECIPROCAL_F16_LO,
                              KBIT_BOUND_QUANT_RECIPROCAL_F16_HI));
}
END_TEST

/* 2^-100 <= a < 2^100, computed at both ends and in the middle: the same classes and results. */
START_TEST(bf16_exhausted)
{
    static const format bf16 = {.p = 8, .e_min = -133, .e_first = -107, .e_last = 92};
    static const int exponent[] = {-107, -7, 92};    /* a = M 2^e with 128 <= M < 256 */
    uint64_t first = 27 * 128, last = 227 * 128 - 1; /* the encodings of those a */

    for (int i = 0; i < 3; i++) {
        census all = count_format(&bf16, exponent[i]);

        printf(
            "# bf16, computed near 2^%d: %llu pairs, %llu ties; codes other than RNE: exact %llu, "
            "mul %llu, rdiv %llu, reciprocal %llu; least gap %.4g of %.4g\n",
            exponent[i] + 7, (unsigned long long)all.pairs, (unsigned long long)all.ties,
            (unsigned long long)all.differ[EXACT], (unsigned long long)all.differ[MUL],
            (unsigned long long)all.differ[RDIV], (unsigned long long)all.differ[RECIPROCAL],
            all.gap, KBIT_GAP_BF16_LO);
        ck_assert_uint_eq(all.pairs, (last * (last + 1) - (first - 1) * first) / 2);
        ck_assert_uint_eq(all.differ[EXACT], 0);
        ck_assert_uint_eq(all.wrong, 0);
        ck_assert(all.gap >= KBIT_GAP_BF16_LO);
        ck_assert(attained_within("QUANT_EXACT_BF16", &all.error[EXACT],
                                  KBIT_BOUND_QUANT_EXACT_BF16_LO, KBIT_BOUND_QUANT_EXACT_BF16_HI));
        ck_assert(attained_within("QUANT_MUL_BF16", &all.error[MUL], KBIT_BOUND_QUANT_MUL_BF16_LO,
                                  KBIT_BOUND_QUANT_MUL_BF16_HI));
        ck_assert(attained_within("QUANT_RDIV_BF16", &all.error[RDIV],
                                  KBIT_BOUND_QUANT_RDIV_BF16_LO, KBIT_BOUND_QUANT_RDIV_BF16_HI));
        ck_assert(attained_within("QUANT_RECIPROCAL_BF16", &all.error[RECIPROCAL],
                                  KBIT_BOUND_QUANT_RECIPROCAL_BF16_LO,
                                  KBIT_BOUND_QUANT_RECIPROCAL_BF16_HI));
    }
}
END_TEST

/* The bounds decide the code of fp16 and bf16, and do not decide it for fp32. */
START_TEST(bounds_and_gaps)
{
#define WITHIN(seq, format)                                                                        \
    (-KBIT_BOUND_QUANT_##seq##_##format##_LO < KBIT_GAP_##format##_LO &&                           \
     KBIT_BOUND_QUANT_##seq##_##format##_HI < KBIT_GAP_##format##_LO)
    ck_assert(WITHIN(EXACT, F16) && WITHIN(MUL, F16) && WITHIN(RDIV, F16));
    ck_assert(WITHIN(RECIPROCAL, F16) && WITHIN(RECIPROCAL, BF16) && !WITHIN(RECIPROCAL, F32));
    ck_assert(KBIT_BOUND_QUANT_RECIPROCAL_ZERO_HI < 0.5);
    ck_assert(WITHIN(EXACT, BF16) && WITHIN(MUL, BF16) && WITHIN(RDIV, BF16));
    ck_assert(!WITHIN(EXACT, F32) && !WITHIN(MUL, F32) && !WITHIN(RDIV, F32));
    ck_assert(KBIT_BOUND_QUANT_EXACT_ZERO_HI < 0.5 && KBIT_BOUND_QUANT_MUL_ZERO_HI < 0.5 &&
              KBIT_BOUND_QUANT_RDIV_ZERO_HI < 0.5);
}
END_TEST

/* A positive fp32 number with a random significand and exponent lo <= e <= hi (2^e <= v). */
static float random_f32(uint64_t *state, int lo, int hi)
{
    uint64_t bits = mix(state);

    return ldexpf((float)(0x800000u | (bits & 0x7fffffu)),
                  lo + (int)((bits >> 32) % (uint64_t)(hi - lo + 1)) - 23);
}

/* Half at random, half where roundings hurt most: scale and quotient just above powers of two. */
static void random_pair(uint64_t *state, int lo, int hi, float *x, float *a)
{
    uint64_t pick = mix(state);

    *a = random_f32(state, lo, hi);
    if (pick & 1) {
        int e;

        frexpf(*a, &e);
        *a = ldexpf(127.0f - (float)(pick >> 58) * 0x1p-17f, e - 7); /* 127 / a just above 2^k */
        if (pick & 2)
            *a = ldexpf(127.0f + (float)(pick >> 58) * 0x1p-17f, e - 7); /* a / 127 likewise */
        *x = ldexpf(*a, (int)(pick >> 2 & 7) - 7) * (1.0f - (float)(pick >> 40 & 63) * 0x1p-23f) /
             (pick & 4 ? 1.0f : 127.0f / 128.0f);
    } else {
        *x = ldexpf(random_f32(state, 0, 0), ilogbf(*a) - (int)(pick >> 2 & 7));
    }
}

START_TEST(fp32_sampled)
{
    static const int range[SEQUENCES][2] = {{-149, 120}, {-120, 127}, {-119, 127}, {-120, 124}};
    static const char *name[SEQUENCES] = {"QUANT_EXACT_F32", "QUANT_MUL_F32", "QUANT_RDIV_F32",
                                          "QUANT_RECIPROCAL_F32"};
    const double bound[SEQUENCES][2] = {
        {KBIT_BOUND_QUANT_EXACT_F32_LO, KBIT_BOUND_QUANT_EXACT_F32_HI},
        {KBIT_BOUND_QUANT_MUL_F32_LO, KBIT_BOUND_QUANT_MUL_F32_HI},
        {KBIT_BOUND_QUANT_RDIV_F32_LO, KBIT_BOUND_QUANT_RDIV_F32_HI},
        {KBIT_BOUND_QUANT_RECIPROCAL_F32_LO, KBIT_BOUND_QUANT_RECIPROCAL_F32_HI}};
    const double absmax[SEQUENCES][2] = {
        {KBIT_RANGE_QUANT_EXACT_F32_LO, KBIT_RANGE_QUANT_EXACT_F32_HI},
        {KBIT_RANGE_QUANT_MUL_F32_LO, KBIT_RANGE_QUANT_MUL_F32_HI},
        {KBIT_RANGE_QUANT_RDIV_F32_LO, KBIT_RANGE_QUANT_RDIV_F32_HI},
        {KBIT_RANGE_QUANT_RECIPROCAL_F32_LO, KBIT_RANGE_QUANT_RECIPROCAL_F32_HI}};

    for (int s = 0; s < SEQUENCES; s++) {
        uint64_t state = 20220815;
        attained seen = {0}, zero = {0};

        for (int i = 0; i < 1500000; i++) {
            float x, a, t[SEQUENCES];

            random_pair(&state, range[s][0], range[s][1], &x, &a);
            if (!(x <= a) || !(a >= absmax[s][0] && a <= absmax[s][1]) || x == 0)
                continue;
            quotients(x, a, t);
            if (508.0 * x >= a)
                attained_note(&seen, relative(t[s], x, a));
            x = ldexpf(x, -9 - i % 140);
            quotients(x, a, t);
            if (508.0 * x <= a)
                attained_note(&zero, t[s]);
        }
        ck_assert(attained_within(name[s], &seen, bound[s][0], bound[s][1]));
        ck_assert(attained_within("ZERO", &zero, 0, KBIT_BOUND_QUANT_RDIV_ZERO_HI));
        ck_assert_msg(seen.hi >= 0.8 * bound[s][1] && seen.lo <= 0.8 * bound[s][0],
                      "the search is too weak to say anything of %s", name[s]);
    }
}
END_TEST

/* quant=any: a reciprocal that is two ulps off the rounded one, and two operations. */
START_TEST(fp32_any_sampled)
{
    uint64_t state = 20261126;
    attained seen = {0};
    for (int i = 0; i < 1500000; i++) {
        float x, a, t[SEQUENCES];
        random_pair(&state, -119, 119, &x, &a);
        quotients(x, a, t);
        if (!(x <= a) || !(508.0 * x >= a))
            continue;
        float reciprocal = 1.0f / a, numerator = 127.0f * x;
        for (int ulps = 0; ulps < 2; ulps++)
            reciprocal = nextafterf(reciprocal, i % 2 ? INFINITY : 0);
        attained_note(&seen, relative(numerator * reciprocal, x, a));
    }
    ck_assert(attained_within("QUANT_ANY_F32", &seen, KBIT_BOUND_QUANT_ANY_F32_LO,
                              KBIT_BOUND_QUANT_ANY_F32_HI));
    ck_assert(seen.hi >= 0.8 * KBIT_BOUND_QUANT_ANY_F32_HI &&
              seen.lo <= 0.8 * KBIT_BOUND_QUANT_ANY_F32_LO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bounds_quantize");
    TCase *cases = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(cases, fp16_exhausted);
    tcase_add_test(cases, bf16_exhausted);
    tcase_add_test(cases, bounds_and_gaps);
    tcase_add_test(cases, fp32_sampled);
    tcase_add_test(cases, fp32_any_sampled);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
