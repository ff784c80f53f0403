/* t_outlier_features.c -- the paper's criteria, with features planted just inside and just outside.
 */
#include "baselines.h"

enum { LAYERS = 100, POSITIONS = 100, DIMS = 8 };

static const kbit_outlier_criteria PAPER = KBIT_OUTLIER_CRITERIA_OF_THE_PAPER;

static float state[LAYERS][POSITIONS][DIMS];
static const float *hidden[LAYERS];
static kbit_outlier_feature feature[DIMS];

static void clear(void)
{
    uint64_t seed = 19;

    fill_f16(&seed, LAYERS * POSITIONS * DIMS, 0.5f, 0, &state[0][0][0]);
    for (size_t l = 0; l < LAYERS; l++)
        hidden[l] = &state[l][0][0];
}

static void plant(size_t dim, size_t layers, size_t positions, float value)
{
    for (size_t l = 0; l < layers; l++)
        for (size_t s = 0; s < positions; s++)
            state[(l * 7 + 3) % LAYERS][(s * 11 + l) % POSITIONS][dim] = value;
}

START_TEST(planted_at_the_limits)
{
    size_t n;

    clear();
    plant(0, 25, 6, 6.0f);                /* in: exactly at all three limits */
    plant(1, 24, 6, 6.0f);                /* out: 24% of layers */
    plant(2, 25, 5, 6.0f);                /* out: 5% of positions */
    plant(3, 25, 6, nextafterf(6.0f, 0)); /* out: below 6 */
    plant(4, 25, 6, 5.99f);               /* out */
    plant(5, 100, 75, -40);               /* in: what the paper reports at 6.7B parameters */
    OK(kbit_outlier_features(LAYERS, POSITIONS, DIMS, hidden, PAPER, feature, &n));
    ck_assert_uint_eq(n, 2);
    for (int d = 0; d < DIMS; d++)
        ck_assert_int_eq(feature[d].is_outlier, d == 0 || d == 5);
    ck_assert_uint_eq(feature[0].layers, 25);
    ck_assert_uint_eq(feature[0].positions, 25 * 6);
    ck_assert_int_eq(feature[0].sign, 1);
    ck_assert_uint_eq(feature[1].layers, 24);
    ck_assert_uint_eq(feature[3].layers, 0);
    ck_assert_uint_eq(feature[5].positions, 100 * 75);
    ck_assert_int_eq(feature[5].sign, -1);
    ck_assert(feature[5].quartile[0] == -40 && feature[5].quartile[2] == -40);
    ck_assert(feature[6].layers == 0 && feature[6].sign == 0 && feature[6].quartile[1] == 0);
}
END_TEST

/* One value less in one of 25 layers: 149 of 2500 is below 6%. Other criteria, other answer. */
START_TEST(shares_are_exact)
{
    kbit_outlier_criteria looser = PAPER, stricter = PAPER;
    size_t n;

    clear();
    plant(0, 25, 6, 6);
    state[3][0][0] = 0; /* layer 3, position 0 was planted */
    OK(kbit_outlier_features(LAYERS, POSITIONS, DIMS, hidden, PAPER, feature, &n));
    ck_assert_uint_eq(feature[0].positions, 149);
    ck_assert_uint_eq(n, 0);
    looser.positions_percent = 5;
    OK(kbit_outlier_features(LAYERS, POSITIONS, DIMS, hidden, looser, feature, &n));
    ck_assert_uint_eq(n, 1);
    looser.magnitude = 6.5f;
    OK(kbit_outlier_features(LAYERS, POSITIONS, DIMS, hidden, looser, feature, &n));
    ck_assert_uint_eq(n, 0);
    stricter.layers_percent = 26;
    stricter.positions_percent = 5;
    OK(kbit_outlier_features(LAYERS, POSITIONS, DIMS, hidden, stricter, feature, &n));
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(quartiles_and_sides)
{
    static float layer[6][2] = {{-8, 7}, {10, 9}, {-6, 8}, {7, 6}, {5, 0}, {-7, 10}};
    const float *one[1] = {&layer[0][0]};
    size_t n;

    OK(kbit_outlier_features(1, 6, 2, one, PAPER, feature, &n));
    ck_assert_uint_eq(n, 2);
    /* -8 -7 -6 7 10 */
    ck_assert_uint_eq(feature[0].positions, 5);
    ck_assert_int_eq(feature[0].sign, 0);
    ck_assert(feature[0].quartile[0] == -7 && feature[0].quartile[1] == -6 &&
              feature[0].quartile[2] == 7);
    /* 6 7 8 9 10 */
    ck_assert_int_eq(feature[1].sign, 1);
    ck_assert(feature[1].quartile[0] == 7 && feature[1].quartile[1] == 8);
    layer[3][1] = 0; /* 7 8 9 10: quartiles between values */
    OK(kbit_outlier_features(1, 6, 2, one, PAPER, feature, &n));
    ck_assert(feature[1].quartile[0] == 7.75f && feature[1].quartile[1] == 8.5f &&
              feature[1].quartile[2] == 9.25f);
}
END_TEST

START_TEST(arguments)
{
    kbit_outlier_criteria bad = PAPER;
    size_t n = 9;

    clear();
    OK(kbit_outlier_features(0, 5, DIMS, NULL, PAPER, feature, &n));
    ck_assert_uint_eq(n, 0);
    OK(kbit_outlier_features(LAYERS, 0, DIMS, hidden, PAPER, feature, &n));
    ck_assert_uint_eq(n, 0);
    ck_assert_int_eq(kbit_outlier_features(1, 1, 1, NULL, PAPER, feature, &n), KBIT_ERR_NULL);
    ck_assert_int_eq(kbit_outlier_features(1, 1, 1, hidden, PAPER, feature, NULL), KBIT_ERR_NULL);
    ck_assert_int_eq(kbit_outlier_features(1, SIZE_MAX, 2, hidden, PAPER, feature, &n),
                     KBIT_ERR_SHAPE);
    bad.magnitude = NAN;
    ck_assert_int_eq(kbit_outlier_features(1, 1, 1, hidden, bad, feature, &n), KBIT_ERR_RANGE);
    bad = PAPER;
    bad.layers_percent = 101;
    ck_assert_int_eq(kbit_outlier_features(1, 1, 1, hidden, bad, feature, &n), KBIT_ERR_RANGE);
    state[0][0][0] = NAN;
    ck_assert_int_eq(kbit_outlier_features(1, 1, 1, hidden, PAPER, feature, &n), KBIT_ERR_RANGE);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {planted_at_the_limits, shares_are_exact, quartiles_and_sides,
                            arguments};

    return run_tests("outlier_features", sizeof tests / sizeof *tests, tests);
}
