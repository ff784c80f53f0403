/* t_onednn.c -- the oneDNN candidate, compiled in: what the certificate says of it is what a plain
 * comparison says, whatever this processor makes of it. */
#include "certificate.h"
#include "kbit_candidate.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 717;

static int8_t code_within(int most)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int8_t)((int)(state >> 33) % (2 * most + 1) - most);
}

static void run(const kbit_candidate_v1 *candidate, size_t M, size_t N, size_t K, int8_t *q,
                int8_t *w, int32_t *c)
{
    const kbit_tensor in[2] = {{q, KBIT_I8, 2, {M, K}}, {w, KBIT_I8, 2, {N, K}}};
    kbit_tensor out = {c, KBIT_I32, 2, {M, N}};
    const kbit_call call = {"int8_matmul", M, N, K, KBIT_THRESHOLD_OFF, in, &out};
    ck_assert_uint_eq(candidate->abi, KBIT_CANDIDATE_ABI);
    ck_assert_uint_eq(candidate->size, sizeof *candidate);
    ck_assert_uint_eq(candidate->n_ops, 1);
    ck_assert_str_eq(candidate->ops[0].step, "int8_matmul");
    ck_assert_int_eq(candidate->ops[0].run(NULL, &call), KBIT_OK);
}

/* How many of M N outputs are wrong, by comparison; the certificate must agree on each count. */
static size_t wrong_outputs(const kbit_candidate_v1 *candidate, size_t M, size_t N, size_t K,
                            int most)
{
    int8_t *q = malloc(M * K), *w = malloc(N * K);
    int32_t *c = malloc(M * N * sizeof *c);
    size_t wrong = 0;
    int64_t largest = 0;
    kbit_certificate certificate;
    ck_assert(q && w && c);
    for (size_t e = 0; e < M * K; e++)
        q[e] = code_within(most);
    for (size_t e = 0; e < N * K; e++)
        w[e] = code_within(most);
    memset(c, 0x55, M * N * sizeof *c);
    run(candidate, M, N, K, q, w, c);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            int64_t sum = 0;
            for (size_t k = 0; k < K; k++)
                sum += q[i * K + k] * w[j * K + k];
            wrong += sum != c[i * N + j];
            if (llabs(sum - c[i * N + j]) > largest)
                largest = llabs(sum - c[i * N + j]);
        }
    ck_assert_int_eq(kbit_certify_int8_matmul(M, N, K, q, w, c, NULL, &certificate, NULL), KBIT_OK);
    ck_assert_uint_eq(certificate.wrong, wrong);
    printf("# %s, codes within %d, K = %zu: %zu of %zu wrong, largest error %lld\n",
           candidate->name, most, K, wrong, M * N, (long long)largest);
    fflush(stdout);
    free(c);
    free(w);
    free(q);
    return wrong;
}

static const char *const VARIANTS[] = {NULL, "avx2", "avx512_core"};

START_TEST(certificate_agrees_with_comparison)
{
    const kbit_candidate_v1 *candidate = kbit_candidate(VARIANTS[_i]);
    ck_assert_ptr_nonnull(candidate);
    wrong_outputs(candidate, 16, 16, 64, 127);
    wrong_outputs(candidate, 16, 16, 256, 127);
    wrong_outputs(candidate, 7, 13, 33, 127);
}
END_TEST

/* With |code| <= 63 two products fit in 16 bits, also after the library's offset of 128: nothing
 * saturates, so a wrong output here would be the adapter's (a transpose, an offset, a stride). */
START_TEST(small_codes_are_right_on_every_path)
{
    const kbit_candidate_v1 *candidate = kbit_candidate(VARIANTS[_i]);
    ck_assert_ptr_nonnull(candidate);
    ck_assert_uint_eq(wrong_outputs(candidate, 16, 16, 64, 63), 0);
    ck_assert_uint_eq(wrong_outputs(candidate, 5, 19, 301, 63), 0);
    ck_assert_uint_eq(wrong_outputs(candidate, 1, 9, 1, 63), 0);
    ck_assert_uint_eq(wrong_outputs(candidate, 9, 1, 17, 63), 0);
}
END_TEST

START_TEST(empty_products)
{
    const kbit_candidate_v1 *candidate = kbit_candidate(NULL);
    int8_t code = 1;
    int32_t c[4] = {9, 9, 9, 9};
    ck_assert_ptr_nonnull(candidate);
    run(candidate, 0, 3, 2, NULL, &code, NULL);
    run(candidate, 3, 0, 2, &code, NULL, NULL);
    run(candidate, 2, 2, 0, NULL, NULL, c);
    for (int e = 0; e < 4; e++)
        ck_assert_int_eq(c[e], 0);
}
END_TEST

START_TEST(unknown_variants_are_refused)
{
    ck_assert_ptr_null(kbit_candidate("avx3"));
    ck_assert_ptr_null(kbit_candidate(""));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("onednn");
    tcase_add_loop_test(tests, certificate_agrees_with_comparison, 0, 3);
    tcase_add_loop_test(tests, small_codes_are_right_on_every_path, 0, 3);
    tcase_add_test(tests, empty_products);
    tcase_add_test(tests, unknown_variants_are_refused);
    Suite *suite = suite_create("onednn");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK); /* the library takes its cap once a process */
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
