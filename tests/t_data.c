/* t_data -- the generator against its test vectors, and what its specification promises. */
#include "kbit_check.h"
#include "kbit_data.h"
#include "data/vectors.h"

START_TEST(test_vectors)
{
    float x[1000];
    int8_t q[1000];

    for (size_t v = 0; v < COUNT(KBIT_HASH_VECTORS); v++)
        ck_assert_uint_eq(kbit_hash(KBIT_HASH_VECTORS[v].seed, KBIT_HASH_VECTORS[v].tensor,
                                    KBIT_HASH_VECTORS[v].index),
                          KBIT_HASH_VECTORS[v].hash);
    for (size_t v = 0; v < COUNT(KBIT_NORMAL_VECTORS); v++) {
        kbit_value_vector vector = KBIT_NORMAL_VECTORS[v];

        kbit_fill_normal(vector.seed, vector.tensor, 1000, x);
        require_same(x[vector.index], (float)vector.value * 0x1p-16f, "normal vector %zu", v);
    }
    for (size_t v = 0; v < COUNT(KBIT_CODE_VECTORS); v++) {
        kbit_value_vector vector = KBIT_CODE_VECTORS[v];

        kbit_fill_codes(vector.seed, vector.tensor, 1000, q);
        ck_assert_int_eq(q[vector.index], vector.value);
    }

    require_status(kbit_fill_activations(kbit_outlier_preset_find("13b"), 1, 2, 4, 8, KBIT_F16, x),
                   KBIT_OK);
    for (size_t i = 0; i < COUNT(KBIT_ACTIVATIONS_13B_F16); i++)
        require_same(x[i], (float)KBIT_ACTIVATIONS_13B_F16[i] * 0x1p-16f, "13b, element %zu", i);
    require_status(
        kbit_fill_activations(kbit_outlier_preset_find("gpt2-762m"), 1, 2, 4, 4, KBIT_BF16, x),
        KBIT_OK);
    for (size_t i = 0; i < COUNT(KBIT_ACTIVATIONS_GPT2_762M_BF16); i++)
        require_same(x[i], (float)KBIT_ACTIVATIONS_GPT2_762M_BF16[i] * 0x1p-16f,
                     "gpt2-762m, element %zu", i);
}
END_TEST

/* Every bit takes both values, and flipping one bit of the index flips half of the output's. */
START_TEST(test_hash_spreads)
{
    uint64_t all_or = 0, all_and = UINT64_MAX;
    long flipped = 0;

    for (uint64_t i = 0; i < 4096; i++) {
        uint64_t h = kbit_hash(1, 2, i);
        all_or |= h;
        all_and &= h;
        flipped += __builtin_popcountll(h ^ kbit_hash(1, 2, i ^ UINT64_C(1) << (i % 64)));
        ck_assert_uint_ne(h, kbit_hash(2, 1, i));
    }
    ck_assert(all_or == UINT64_MAX && all_and == 0);
    require(labs(flipped - 32 * 4096) < 4 * 4 * 64, "%ld of %d bits flipped", flipped,
            64 * 4096); /* four standard deviations: sqrt(4096 64) / 2 = 256 each */
}
END_TEST

/* Mean 0, variance 1 - 2^-32, kurtosis 2.9 (twelve uniforms), each within four standard deviations
 * of the estimate; and never 6 or more. */
START_TEST(test_normal)
{
    enum { N = 1 << 20 };
    float *x = malloc(N * sizeof *x);
    double sum = 0, squares = 0, fourths = 0;

    kbit_fill_normal(3, 5, N, x);
    for (size_t i = 0; i < N; i++) {
        require(fabsf(x[i]) < 6, "element %zu: %a", i, x[i]);
        sum += x[i];
        squares += (double)x[i] * x[i];
        fourths += pow(x[i], 4);
    }
    require(fabs(sum / N) < 4 * 0x1p-10, "mean %g", sum / N);
    require(fabs(squares / N - 1) < 4 * sqrt(1.9) * 0x1p-10, "variance %g", squares / N);
    require(fabs(fourths / N - 2.9) < 4 * sqrt(90) * 0x1p-10, "fourth moment %g", fourths / N);
    free(x);
}
END_TEST

START_TEST(test_codes)
{
    enum { N = 255 * 400 };
    int8_t *q = malloc(N);
    long count[256] = {0};

    kbit_fill_codes(3, 5, N, q);
    for (size_t i = 0; i < N; i++)
        count[q[i] + 128]++;
    ck_assert_int_eq(count[0], 0); /* -128 */
    for (int v = 1; v < 256; v++)  /* six standard deviations of 20 */
        require(labs(count[v] - 400) < 120, "code %d: %ld times", v - 128, count[v]);
    free(q);
}
END_TEST

/* Rows do not depend on how many follow, nor values on anything but their index. */
START_TEST(test_parts_agree_with_the_whole)
{
    const kbit_outlier_preset *preset = kbit_outlier_preset_find("6.7b");
    float whole[20 * 64], part[7 * 64], normal[20 * 64];

    require_status(kbit_fill_activations(preset, 9, 1, 20, 64, KBIT_F16, whole), KBIT_OK);
    require_status(kbit_fill_activations(preset, 9, 1, 7, 64, KBIT_F16, part), KBIT_OK);
    ck_assert_int_eq(memcmp(whole, part, sizeof part), 0);
    kbit_fill_normal(9, 1, 20 * 64, normal);
    require_status(kbit_fill_activations(NULL, 9, 1, 20, 64, KBIT_F32, whole), KBIT_OK);
    ck_assert_int_eq(memcmp(whole, normal, sizeof whole), 0);
}
END_TEST

/* Every preset: so many columns, in about so many rows, of the promised size and sign, with
 * quartiles where the table has them; everything representable. */
START_TEST(test_presets)
{
    enum { M = 4000, K = 40 };
    const kbit_outlier_preset *presets;
    size_t n = kbit_outlier_presets(&presets);
    float *x = malloc(M * K * sizeof *x), *plain = malloc(M * K * sizeof *plain);

    ck_assert_uint_eq(n, 12);
    require_status(kbit_fill_activations(NULL, 1, 1, M, K, KBIT_BF16, plain), KBIT_OK);
    for (size_t p = 0; p < n; p++) {
        size_t dims = 0, two_signs = 0;

        ck_assert_ptr_eq(kbit_outlier_preset_find(presets[p].name), &presets[p]);
        ck_assert(strlen(presets[p].source) > 0 && presets[p].one_sided <= presets[p].dims);
        require_status(kbit_fill_activations(&presets[p], 1, 1, M, K, KBIT_BF16, x), KBIT_OK);
        for (size_t k = 0; k < K; k++) {
            size_t touched = 0, positive = 0, below[3] = {0};

            for (size_t i = 0; i < M; i++) {
                float value = x[i * K + k];

                require(same(value, kbit_bf16_to_f32(kbit_bf16_from_f32(value))), "%a is no bf16",
                        value);
                if (encoding(value) == encoding(plain[i * K + k]))
                    continue;
                touched++;
                require(fabsf(value) >= 6, "%s: %a is no outlier", presets[p].name, value);
                positive += value > 0;
                for (int c = 0; c < 3; c++)
                    below[c] += value < (float)presets[p].quartile[c];
            }
            if (touched == 0)
                continue;
            dims++;
            two_signs += positive != 0 && positive != touched;
            double share = presets[p].positions_per_mille / 1000.0;
            require(fabs((double)touched - share * M) < 5 * sqrt(share * (1 - share) * M),
                    "%s: %zu rows", presets[p].name, touched);
            if (presets[p].one_sided == presets[p].dims)
                for (int c = 0; c < 3; c++)
                    require(fabs((double)below[c] - (double)touched * (c + 1) / 4) <
                                5 * sqrt((double)touched / 4),
                            "%s, column %zu: %zu of %zu below quartile %d", presets[p].name, k,
                            below[c], touched, c + 1);
        }
        require(dims == presets[p].dims, "%s: %zu columns", presets[p].name, dims);
        require(two_signs == presets[p].dims - presets[p].one_sided, "%s: %zu with two signs",
                presets[p].name, two_signs);
    }
    ck_assert_ptr_null(kbit_outlier_preset_find("1b"));
    ck_assert_ptr_null(kbit_outlier_preset_find(NULL));
    free(plain);
    free(x);
}
END_TEST

START_TEST(test_weights)
{
    enum { N = 64 };
    const size_t widths[] = {1, 3, 4, 5, 768, 4096, 12288};
    const kbit_dtype types[] = {KBIT_F32, KBIT_F16, KBIT_BF16};

    for (size_t c = 0; c < COUNT(widths); c++)
        for (size_t t = 0; t < COUNT(types); t++) {
            size_t K = widths[c];
            float *w = malloc(N * K * sizeof *w), *back = malloc(N * K * sizeof *back);
            char *stored = malloc(N * K * 4);
            double squares = 0, variance = 0.25;

            require_status(kbit_fill_weights(1, 2, N, K, types[t], w), KBIT_OK);
            for (size_t power = 1; power < K; power *= 4)
                variance /= 4;
            kbit_round(N * K, w, types[t], stored);
            kbit_widen(N * K, types[t], stored, back);
            ck_assert_int_eq(memcmp(w, back, N * K * sizeof *w), 0);
            for (size_t i = 0; i < N * K; i++)
                squares += (double)w[i] * w[i];
            double n = (double)(N * K);
            require(fabs(squares / n / variance - 1) < 5 * sqrt(2 / n), "K = %zu: %g of %g", K,
                    squares / n, variance);
            free(w);
            free(back);
            free(stored);
        }
}
END_TEST

START_TEST(test_refusals)
{
    kbit_outlier_preset mine = *kbit_outlier_preset_find("125m");
    float x[4];

    require_status(kbit_fill_activations(&mine, 1, 1, 2, 2, KBIT_I8, x), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_fill_activations(&mine, 1, 1, 2, 2, KBIT_F16, NULL), KBIT_ERR_NULL);
    require_status(kbit_fill_activations(&mine, 1, 1, SIZE_MAX / 4, 2, KBIT_F16, x),
                   KBIT_ERR_SHAPE);
    require_status(kbit_fill_activations(&mine, 1, 1, 2, 0, KBIT_F16, NULL), KBIT_OK);
    require_status(kbit_fill_activations(&mine, 1, 1, 2, 1, KBIT_F16, x), KBIT_OK); /* 1 < dims */
    mine.dims = 65;
    require_status(kbit_fill_activations(&mine, 1, 1, 2, 2, KBIT_F16, x), KBIT_ERR_RANGE);
    mine.dims = 1;
    mine.quartile[0] = -9000;
    require_status(kbit_fill_activations(&mine, 1, 1, 2, 2, KBIT_F16, x), KBIT_ERR_RANGE);
    require_status(kbit_fill_weights(1, 1, 2, 2, KBIT_I32, x), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_fill_weights(1, 1, 2, 2, KBIT_F32, NULL), KBIT_ERR_NULL);
    require_status(kbit_fill_weights(1, 1, 2, (size_t)INT32_MAX + 1, KBIT_F32, x), KBIT_ERR_SHAPE);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("data");

    tcase_add_test(tests, test_vectors);
    tcase_add_test(tests, test_hash_spreads);
    tcase_add_test(tests, test_normal);
    tcase_add_test(tests, test_codes);
    tcase_add_test(tests, test_parts_agree_with_the_whole);
    tcase_add_test(tests, test_presets);
    tcase_add_test(tests, test_weights);
    tcase_add_test(tests, test_refusals);
    return run_tests("data", tests);
}
