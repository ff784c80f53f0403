/* t_certificate.c -- a right product always passes, a wrong one is found and located. */
#include "certificate_parts.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kbit_certificate_residuals_baseline(const kbit_claimed_product *product, const uint64_t *r,
                                         uint64_t *y, uint64_t *residual);

/* A fixed stream of well-mixed words (Steele, Lea and Flood's splitmix64); the seed is printed. */
#define SEED 20220815
static uint64_t state = SEED;

static uint64_t next_word(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static size_t below(size_t n)
{
    return (size_t)(next_word() % n);
}

static const uint8_t KEY[KBIT_KEY_BYTES] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};

typedef struct {
    size_t M, N, K;
    int8_t *q, *w;
    int32_t *c;
} product;

static void *room(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    ck_assert_ptr_nonnull(p);
    return p;
}

static void multiply(product *p)
{
    for (size_t i = 0; i < p->M; i++)
        for (size_t j = 0; j < p->N; j++) {
            int64_t sum = 0;
            for (size_t k = 0; k < p->K; k++)
                sum += p->q[i * p->K + k] * p->w[j * p->K + k];
            p->c[i * p->N + j] = (int32_t)sum;
        }
}

/* Codes over all of [-128, 127], and their product. */
static product make(size_t M, size_t N, size_t K)
{
    product p = {M, N, K, room(M * K, 1), room(N * K, 1), room(M * N, sizeof(int32_t))};
    for (size_t e = 0; e < M * K; e++)
        p.q[e] = (int8_t)(next_word() >> 56);
    for (size_t e = 0; e < N * K; e++)
        p.w[e] = (int8_t)(next_word() >> 56);
    multiply(&p);
    return p;
}

static void drop(product *p)
{
    free(p->q);
    free(p->w);
    free(p->c);
}

static kbit_certificate certify(const product *p, const uint8_t *key)
{
    kbit_certificate certificate;
    kbit_error error = {KBIT_OK, ""};
    kbit_status status =
        kbit_certify_int8_matmul(p->M, p->N, p->K, p->q, p->w, p->c, key, &certificate, &error);
    ck_assert_msg(status == KBIT_OK, "%zu x %zu x %zu: %s", p->M, p->N, p->K, error.text);
    return certificate;
}

/* The certificate against the plain comparison of p's C with the right one. */
static void check_located(const product *p, const int32_t *right)
{
    const kbit_certificate certificate = certify(p, NULL);
    size_t wrong = 0, rows = 0, last_row = SIZE_MAX;
    for (size_t e = 0; e < p->M * p->N; e++) {
        if (p->c[e] == right[e])
            continue;
        const size_t row = e / p->N;
        rows += row != last_row;
        last_row = row;
        if (wrong < KBIT_WRONG_KEPT) {
            const kbit_wrong_element *kept = &certificate.kept[wrong];
            ck_assert_uint_eq(kept->row, row);
            ck_assert_uint_eq(kept->column, e % p->N);
            ck_assert_int_eq(kept->expected, right[e]);
            ck_assert_int_eq(kept->observed, p->c[e]);
        }
        wrong++;
    }
    ck_assert_uint_eq(certificate.flagged_rows, rows);
    ck_assert_uint_eq(certificate.wrong, wrong);
    ck_assert_uint_eq(certificate.n_kept, wrong < KBIT_WRONG_KEPT ? wrong : KBIT_WRONG_KEPT);
}

/* The proof's counting step with the words cut from 64 bits to 8 and |D| < 2^4 for |D| < 2^32, over
 * every row D of two elements and every r: misses are exactly 2^(16 - (8 - v)). */
START_TEST(theorem_in_eight_bits)
{
    for (int d0 = -15; d0 <= 15; d0++)
        for (int d1 = -15; d1 <= 15; d1++) {
            if (d0 == 0 && d1 == 0)
                continue;
            int v = 0;
            while (((d0 | d1) >> v & 1) == 0)
                v++;
            unsigned long misses = 0;
            for (unsigned r0 = 0; r0 < 256; r0++)
                for (unsigned r1 = 0; r1 < 256; r1++)
                    misses += (uint8_t)((unsigned)d0 * r0 + (unsigned)d1 * r1) == 0;
            ck_assert_int_le(v, 3);
            ck_assert_uint_eq(misses, 1ul << (16 - (8 - v)));
        }
}
END_TEST

static const size_t SHAPES[][3] = {
    {0, 0, 0},     {0, 5, 7},    {5, 0, 7},    {5, 7, 0},    {1, 1, 1},       {1, 1, 300},
    {1, 9, 1},     {9, 1, 1},    {2, 3, 4},    {3, 4, 5},    {17, 31, 63},    {64, 64, 64},
    {33, 65, 129}, {4, 4095, 5}, {5, 3, 4097}, {3, 8200, 3}, {2, 4097, 8195}, {130, 67, 1041}};
#define N_SHAPES (sizeof SHAPES / sizeof *SHAPES)

static void compare_versions(const product *p)
{
    const kbit_claimed_product claim = {p->M, p->N, p->K, p->q, p->w, p->c};
    const size_t n = KBIT_TRIALS * p->M;
    uint64_t *r = room(KBIT_TRIALS * p->N, sizeof *r), *y = room(KBIT_TRIALS * p->K, sizeof *y);
    uint64_t *plain = room(n, sizeof *plain), *fast = room(n, sizeof *fast);
    kbit_certificate_vectors(KEY, p->N, r);
    kbit_certificate_residuals_plain(&claim, r, y, plain);
    static const char *const jobs[] = {"1", "2", "3", "7"};
    for (size_t t = 0; t < sizeof jobs / sizeof *jobs; t++) {
        setenv("KBIT_JOBS", jobs[t], 1);
        memset(fast, 0xa5, n * sizeof *fast);
        kbit_certificate_residuals(&claim, r, y, fast);
        ck_assert_mem_eq(plain, fast, n * sizeof *fast);
        memset(fast, 0xa5, n * sizeof *fast);
        kbit_certificate_residuals_baseline(&claim, r, y, fast);
        ck_assert_mem_eq(plain, fast, n * sizeof *fast);
    }
    unsetenv("KBIT_JOBS");
    free(fast);
    free(plain);
    free(y);
    free(r);
}

/* C is random, so that no residual is 0 and every term of it matters. */
START_TEST(versions_agree)
{
    product p = make(SHAPES[_i][0], SHAPES[_i][1], SHAPES[_i][2]);
    for (size_t e = 0; e < p.M * p.N; e++)
        p.c[e] = (int32_t)next_word();
    compare_versions(&p);
    drop(&p);
}
END_TEST

START_TEST(versions_agree_where_threads_run)
{
    product p = make(301, 517, 700); /* above the size below which one thread does it all */
    for (size_t e = 0; e < p.M * p.N; e++)
        p.c[e] = (int32_t)next_word();
    compare_versions(&p);
    drop(&p);
}
END_TEST

START_TEST(right_products_pass)
{
    product p = make(SHAPES[_i][0], SHAPES[_i][1], SHAPES[_i][2]);
    for (int again = 0; again < 3; again++) {
        const kbit_certificate certificate = certify(&p, NULL);
        ck_assert_uint_eq(certificate.flagged_rows, 0);
        ck_assert_uint_eq(certificate.wrong, 0);
        ck_assert_uint_eq(certificate.n_kept, 0);
    }
    drop(&p);
}
END_TEST

START_TEST(each_bit_is_found_and_located)
{
    product p = make(37, 53, 211);
    for (int place = 0; place < 8; place++) {
        const size_t row = below(p.M), column = below(p.N);
        int32_t *element = &p.c[row * p.N + column];
        const int32_t right = *element;
        *element = (int32_t)((uint32_t)right ^ (uint32_t)1 << _i);
        const kbit_certificate certificate = certify(&p, NULL);
        ck_assert_uint_eq(certificate.flagged_rows, 1);
        ck_assert_uint_eq(certificate.wrong, 1);
        ck_assert_uint_eq(certificate.n_kept, 1);
        ck_assert_uint_eq(certificate.kept[0].row, row);
        ck_assert_uint_eq(certificate.kept[0].column, column);
        ck_assert_int_eq(certificate.kept[0].expected, right);
        ck_assert_int_eq(certificate.kept[0].observed, *element);
        *element = right;
    }
    ck_assert_uint_eq(certify(&p, NULL).flagged_rows, 0);
    drop(&p);
}
END_TEST

START_TEST(compensating_errors_are_found)
{
    product p = make(24, 24, 100);
    int32_t *right = room(p.M * p.N, sizeof *right);
    const size_t bytes = p.M * p.N * sizeof *right;
    memcpy(right, p.c, bytes);

    p.c[3 * p.N + 4]++; /* a row whose sum is right */
    p.c[3 * p.N + 9]--;
    check_located(&p, right);
    p.c[7 * p.N + 4]--; /* and column sums that are right */
    p.c[7 * p.N + 9]++;
    check_located(&p, right);

    memcpy(p.c, right + p.N, p.N * sizeof *right); /* rows 0 and 1 swapped */
    memcpy(p.c + p.N, right, p.N * sizeof *right);
    check_located(&p, right);

    memcpy(p.c, right, bytes);
    for (size_t i = 0; i < p.M; i++) { /* columns 5 and 6 swapped */
        p.c[i * p.N + 5] = right[i * p.N + 6];
        p.c[i * p.N + 6] = right[i * p.N + 5];
    }
    check_located(&p, right);

    for (size_t i = 0; i < p.M; i++) /* rotated by one column */
        for (size_t j = 0; j < p.N; j++)
            p.c[i * p.N + j] = right[i * p.N + (j + 1) % p.N];
    check_located(&p, right);

    for (size_t i = 0; i < p.M; i++) /* transposed */
        for (size_t j = 0; j < p.N; j++)
            p.c[i * p.N + j] = right[j * p.N + i];
    check_located(&p, right);

    memset(p.c, 0, bytes); /* never written */
    check_located(&p, right);
    for (size_t e = 0; e < p.M * p.N; e++) /* off by the largest difference there is */
        p.c[e] = right[e] < 0 ? INT32_MAX : INT32_MIN;
    check_located(&p, right);
    free(right);
    drop(&p);
}
END_TEST

/* 48 wrong elements in rows that different threads take: the first 20 in row-major order. */
START_TEST(kept_elements_are_the_first)
{
    product p = make(40, 50, 60);
    int32_t *right = room(p.M * p.N, sizeof *right);
    memcpy(right, p.c, p.M * p.N * sizeof *right);
    for (size_t row = 2; row < p.M; row += 3)
        for (size_t j = 0; j <= row % 7; j++)
            p.c[row * p.N + 7 * j]++;
    static const char *const jobs[] = {"1", "2", "5", "13"};
    for (size_t t = 0; t < sizeof jobs / sizeof *jobs; t++) {
        setenv("KBIT_JOBS", jobs[t], 1);
        check_located(&p, right);
    }
    unsetenv("KBIT_JOBS");
    free(right);
    drop(&p);
}
END_TEST

START_TEST(minus_128_at_the_largest_size)
{
    const size_t K = 131071;
    product p = {2, 2, K, room(2 * K, 1), room(2 * K, 1), room(4, sizeof(int32_t))};
    memset(p.q, -128, 2 * K);
    memset(p.w, -128, 2 * K);
    multiply(&p);
    ck_assert_int_eq(p.c[0], 2147467264);
    ck_assert_uint_eq(certify(&p, NULL).flagged_rows, 0);
    p.c[3] = INT32_MIN; /* D = -(2^31 + 2147467264), nearly -2^32 */
    const kbit_certificate certificate = certify(&p, NULL);
    ck_assert_uint_eq(certificate.wrong, 1);
    ck_assert_int_eq(certificate.kept[0].expected, 2147467264);
    ck_assert_int_eq(certificate.kept[0].observed, INT32_MIN);
    drop(&p);
}
END_TEST

START_TEST(products_beyond_int32_are_refused)
{
    const size_t K = 140000;
    kbit_certificate certificate;
    kbit_error error = {KBIT_OK, ""};
    product p = {2, 1, K, room(2 * K, 1), room(K, 1), room(2, sizeof(int32_t))};
    memset(p.q, 1, 2 * K);
    memset(p.w, 127, K);
    multiply(&p);
    ck_assert_uint_eq(certify(&p, NULL).flagged_rows, 0); /* long, and yet far inside */

    memset(p.q + K, 127, K);
    ck_assert_int_eq(kbit_certify_int8_matmul(2, 1, K, p.q, p.w, p.c, NULL, &certificate, &error),
                     KBIT_ERR_RANGE);
    ck_assert_int_eq(error.status, KBIT_ERR_RANGE);
    ck_assert_msg(strstr(error.text, "q: row 1 ") != NULL, "%s", error.text);

    /* 127 * 127 * 133,144 is the last that fits. */
    ck_assert_int_eq(
        kbit_certify_int8_matmul(1, 1, 133144, p.q + K, p.w, p.c, NULL, &certificate, &error),
        KBIT_OK);
    ck_assert_int_eq(
        kbit_certify_int8_matmul(1, 1, 133145, p.q + K, p.w, p.c, NULL, &certificate, &error),
        KBIT_ERR_RANGE);
    drop(&p);
}
END_TEST

/* The largest int32 there is, 127 * 16,909,320 + 7 = 2^31 - 1, and one more. */
START_TEST(the_last_int32_is_accepted)
{
    const size_t K = 16909321;
    kbit_certificate certificate;
    kbit_error error = {KBIT_OK, ""};
    product p = {1, 1, K, room(K, 1), room(K, 1), room(1, sizeof(int32_t))};
    memset(p.q, 127, K);
    memset(p.w, 1, K);
    p.q[K - 1] = 7;
    p.c[0] = INT32_MAX;
    ck_assert_uint_eq(certify(&p, NULL).flagged_rows, 0);
    p.q[K - 1] = 8;
    ck_assert_int_eq(kbit_certify_int8_matmul(1, 1, K, p.q, p.w, p.c, NULL, &certificate, &error),
                     KBIT_ERR_RANGE);
    drop(&p);
}
END_TEST

/* What is recomputed is exact even where no int32 could hold it. */
START_TEST(recomputed_sums_exceed_int32)
{
    const size_t K = 300001;
    const int32_t c = 1;
    const size_t row = 0;
    kbit_certificate certificate;
    int8_t *codes = room(K, 1);
    memset(codes, -128, K);
    const kbit_claimed_product claim = {1, 1, K, codes, codes, &c};
    ck_assert_int_eq(kbit_certificate_recompute(&claim, 1, &row, &certificate, NULL), KBIT_OK);
    ck_assert_uint_eq(certificate.wrong, 1);
    ck_assert_int_eq(certificate.kept[0].expected, 16384 * (int64_t)K);
    free(codes);
}
END_TEST

START_TEST(a_fixed_key_replays)
{
    product p = make(30, 40, 50);
    p.c[77] ^= 1 << 30;
    const kbit_certificate first = certify(&p, NULL), again = certify(&p, first.key);
    ck_assert_mem_eq(&first, &again, sizeof first);
    drop(&p);
}
END_TEST

START_TEST(keys_differ_between_calls)
{
    product p = make(3, 4, 5);
    uint8_t keys[8][KBIT_KEY_BYTES];
    uint8_t commitment[32];
    kbit_certificate_commit(p.M * p.N, p.c, commitment);
    for (int n = 0; n < 8; n++) {
        const kbit_certificate certificate = certify(&p, NULL);
        memcpy(keys[n], certificate.key, KBIT_KEY_BYTES);
        ck_assert_mem_eq(certificate.commitment, commitment, 32);
        for (int m = 0; m < n; m++)
            ck_assert_mem_ne(keys[m], keys[n], KBIT_KEY_BYTES);
    }
    drop(&p);
}
END_TEST

/* ChaCha20 with a key of zeros and the nonces 0 and 1: the published key streams. */
START_TEST(vectors_are_chacha20)
{
    static const uint8_t zero[KBIT_KEY_BYTES] = {0};
    static const uint8_t stream[KBIT_TRIALS][16] = {
        {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd,
         0x28},
        {0xef, 0x3f, 0xdf, 0xd6, 0xc6, 0x15, 0x78, 0xfb, 0xf5, 0xcf, 0x35, 0xbd, 0x3d, 0xd3, 0x3b,
         0x80}};
    uint64_t r[2 * 2], longer[2 * 100];
    kbit_certificate_vectors(zero, 2, r);
    kbit_certificate_vectors(zero, 100, longer);
    for (size_t t = 0; t < KBIT_TRIALS; t++) {
        ck_assert_mem_eq(r + 2 * t, stream[t], 16);
        ck_assert_mem_eq(longer + 100 * t, stream[t], 16);
    }
    ck_assert_uint_eq(r[0], 0x903df1a0ade0b876);
}
END_TEST

START_TEST(commitment_is_sha256)
{
    static const uint8_t of_nothing[4] = {0xe3, 0xb0, 0xc4, 0x42};
    static const uint8_t of_abcd[8] = {0x88, 0xd4, 0x26, 0x6f, 0xd4, 0xe6, 0x33, 0x8d};
    const int32_t abcd = 0x64636261;
    uint8_t commitment[32];
    kbit_certificate_commit(0, NULL, commitment);
    ck_assert_mem_eq(commitment, of_nothing, sizeof of_nothing);
    kbit_certificate_commit(1, &abcd, commitment);
    ck_assert_mem_eq(commitment, of_abcd, sizeof of_abcd);
}
END_TEST

START_TEST(bad_arguments_are_named)
{
    const int8_t code = 1;
    const int32_t sum = 1;
    kbit_certificate certificate;
    kbit_error error;
    const struct {
        size_t M, N, K;
        const int8_t *q, *w;
        const int32_t *c;
        kbit_status status;
        const char *named;
    } cases[] = {
        {1, 1, 1, NULL, &code, &sum, KBIT_ERR_NULL, "q:"},
        {1, 1, 1, &code, NULL, &sum, KBIT_ERR_NULL, "w:"},
        {1, 1, 1, &code, &code, NULL, KBIT_ERR_NULL, "c:"},
        {SIZE_MAX, 2, 1, &code, &code, &sum, KBIT_ERR_SHAPE, "M = "},
        {1, SIZE_MAX / 2, 1, &code, &code, &sum, KBIT_ERR_SHAPE, "N = "},
        {1, 1, SIZE_MAX, &code, &code, &sum, KBIT_ERR_SHAPE, "K = "},
        {(size_t)1 << 32, (size_t)1 << 32, 1, &code, &code, &sum, KBIT_ERR_SHAPE, "M = "},
        {(size_t)1 << 31, (size_t)1 << 30, 1, &code, &code, &sum, KBIT_ERR_SHAPE, "N = "},
        {(size_t)1 << 32, 1, (size_t)1 << 32, &code, &code, &sum, KBIT_ERR_SHAPE, "K = "},
        {SIZE_MAX / 4, 0, 0, NULL, NULL, NULL, KBIT_ERR_SHAPE, "M = "},
        {0, SIZE_MAX / 4, 0, NULL, NULL, NULL, KBIT_ERR_SHAPE, "N = "},
        {0, 0, SIZE_MAX / 4, NULL, NULL, NULL, KBIT_ERR_SHAPE, "K = "},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        memset(&error, 0, sizeof error);
        const kbit_status status =
            kbit_certify_int8_matmul(cases[n].M, cases[n].N, cases[n].K, cases[n].q, cases[n].w,
                                     cases[n].c, NULL, &certificate, &error);
        ck_assert_msg(status == cases[n].status, "case %zu: %s", n, kbit_status_string(status));
        ck_assert_int_eq(error.status, status);
        ck_assert_msg(strstr(error.text, cases[n].named) != NULL, "case %zu: %s", n, error.text);
        ck_assert_int_eq(kbit_certify_int8_matmul(cases[n].M, cases[n].N, cases[n].K, cases[n].q,
                                                  cases[n].w, cases[n].c, NULL, &certificate, NULL),
                         status);
    }
    ck_assert_int_eq(kbit_certify_int8_matmul(1, 1, 1, &code, &code, &sum, NULL, NULL, &error),
                     KBIT_ERR_NULL);
    ck_assert_int_eq(
        kbit_certify_int8_matmul(1, 1, 1, &code, &code, &sum, NULL, &certificate, NULL), KBIT_OK);
}
END_TEST

int main(void)
{
    printf("# seed %d\n", SEED);
    fflush(stdout);
    TCase *tests = tcase_create("certificate");
    tcase_add_test(tests, theorem_in_eight_bits);
    tcase_add_loop_test(tests, versions_agree, 0, N_SHAPES);
    tcase_add_test(tests, versions_agree_where_threads_run);
    tcase_add_loop_test(tests, right_products_pass, 0, N_SHAPES);
    tcase_add_loop_test(tests, each_bit_is_found_and_located, 0, 32);
    tcase_add_test(tests, compensating_errors_are_found);
    tcase_add_test(tests, kept_elements_are_the_first);
    tcase_add_test(tests, minus_128_at_the_largest_size);
    tcase_add_test(tests, products_beyond_int32_are_refused);
    tcase_add_test(tests, the_last_int32_is_accepted);
    tcase_add_test(tests, recomputed_sums_exceed_int32);
    tcase_add_test(tests, a_fixed_key_replays);
    tcase_add_test(tests, keys_differ_between_calls);
    tcase_add_test(tests, vectors_are_chacha20);
    tcase_add_test(tests, commitment_is_sha256);
    tcase_add_test(tests, bad_arguments_are_named);
    Suite *suite = suite_create("certificate");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
