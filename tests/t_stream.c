/* t_stream.c -- a streamed certificate is the certificate, whatever the blocks; a C that changes
 * between its two passes is found out. */
#include "stream.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate_parts.h"
#include "kbit_data.h"

#define SEED 20220815

static const uint8_t KEY[KBIT_KEY_BYTES] = {2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4};

/* A product in memory that is handed out in blocks: each a copy, overwritten by the next one. */
typedef struct {
    size_t M, N, K;
    int8_t *q, *w;
    int32_t *c;
    char *copy[3];
    size_t largest;   /* bytes of a block so far */
    size_t c_rows;    /* handed out so far */
    bool early;       /* W or Q was asked for before all of C had been */
    size_t change_at; /* c[0] changes once so many rows of C were handed out; SIZE_MAX: never */
    int fail;         /* operand that fails, or -1 */
} product;

static void *room(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    ck_assert_ptr_nonnull(p);
    return p;
}

/* Random codes over all of int8 and their product. */
static product make(size_t M, size_t N, size_t K)
{
    product p = {.M = M,
                 .N = N,
                 .K = K,
                 .q = room(M * K, 1),
                 .w = room(N * K, 1),
                 .c = room(M * N, sizeof(int32_t)),
                 .change_at = SIZE_MAX,
                 .fail = -1};
    for (size_t e = 0; e < M * K; e++)
        p.q[e] = (int8_t)(kbit_hash(SEED, 1, e) >> 56);
    for (size_t e = 0; e < N * K; e++)
        p.w[e] = (int8_t)(kbit_hash(SEED, 2, e) >> 56);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            int64_t sum = 0;
            for (size_t k = 0; k < K; k++)
                sum += p.q[i * K + k] * p.w[j * K + k];
            p.c[i * N + j] = (int32_t)sum;
        }
    return p;
}

static void drop(product *p)
{
    for (int o = 0; o < 3; o++)
        free(p->copy[o]);
    free(p->q);
    free(p->w);
    free(p->c);
}

static kbit_status hand_out(void *context, kbit_operand operand, size_t first, size_t n,
                            const void **rows, kbit_error *error)
{
    product *p = context;
    const size_t total = operand == KBIT_OPERAND_W ? p->N : p->M;
    const size_t bytes = operand == KBIT_OPERAND_C ? p->N * sizeof(int32_t) : p->K;
    const char *from = operand == KBIT_OPERAND_Q   ? (const char *)p->q
                       : operand == KBIT_OPERAND_W ? (const char *)p->w
                                                   : (const char *)p->c;
    ck_assert_uint_gt(n, 0);
    ck_assert_uint_le(first + n, total);
    if (p->fail == (int)operand)
        return kbit_fail(error, KBIT_ERR_IO, "operand %d cannot be read", (int)operand);
    p->early |= operand != KBIT_OPERAND_C && p->c_rows < p->M;
    p->largest = n * bytes > p->largest ? n * bytes : p->largest;
    free(p->copy[operand]);
    p->copy[operand] = room(n * bytes, 1);
    memcpy(p->copy[operand], from + first * bytes, n * bytes);
    *rows = p->copy[operand];
    if (operand == KBIT_OPERAND_C) {
        p->c_rows += n;
        if (p->c_rows >= p->change_at)
            p->c[0] ^= 1, p->change_at = SIZE_MAX;
    }
    return KBIT_OK;
}

static kbit_status stream(product *p, size_t block, const uint8_t *key,
                          kbit_certificate *certificate, kbit_error *error)
{
    const kbit_product_stream source = {
        .M = p->M, .N = p->N, .K = p->K, .block = block, .rows = hand_out, .context = p};
    p->c_rows = p->largest = 0;
    p->early = false;
    return kbit_certify_stream(&source, key, certificate, error);
}

/* The streamed certificate of p against the one in memory, for several block sizes. */
static void compare(product *p)
{
    static const size_t BLOCKS[] = {0, 1, 2, 3, 5, 64, 1000000};
    kbit_certificate whole, streamed;
    kbit_error error = {KBIT_OK, ""};
    ck_assert_int_eq(
        kbit_certify_int8_matmul(p->M, p->N, p->K, p->q, p->w, p->c, KEY, &whole, &error), KBIT_OK);
    for (size_t b = 0; b < sizeof BLOCKS / sizeof *BLOCKS; b++) {
        kbit_status status = stream(p, BLOCKS[b], KEY, &streamed, &error);
        ck_assert_msg(status == KBIT_OK, "%zu x %zu x %zu by %zu: %s", p->M, p->N, p->K, BLOCKS[b],
                      error.text);
        ck_assert_mem_eq(streamed.commitment, whole.commitment, sizeof whole.commitment);
        ck_assert_mem_eq(streamed.key, whole.key, sizeof whole.key);
        ck_assert_uint_eq(streamed.flagged_rows, whole.flagged_rows);
        ck_assert_uint_eq(streamed.wrong, whole.wrong);
        ck_assert_uint_eq(streamed.n_kept, whole.n_kept);
        for (size_t e = 0; e < whole.n_kept; e++) {
            ck_assert_uint_eq(streamed.kept[e].row, whole.kept[e].row);
            ck_assert_uint_eq(streamed.kept[e].column, whole.kept[e].column);
            ck_assert_int_eq(streamed.kept[e].expected, whole.kept[e].expected);
            ck_assert_int_eq(streamed.kept[e].observed, whole.kept[e].observed);
        }
        ck_assert(!p->early);
    }
}

static const size_t SHAPES[][3] = {{0, 0, 0},    {0, 5, 7},    {5, 0, 7},      {5, 7, 0},
                                   {1, 1, 1},    {1, 9, 300},  {9, 1, 300},    {2, 3, 4},
                                   {17, 31, 63}, {64, 64, 64}, {65, 127, 40},  {33, 65, 129},
                                   {5, 4097, 5}, {5, 3, 4097}, {3, 8200, 300}, {150, 90, 700}};
#define N_SHAPES (sizeof SHAPES / sizeof *SHAPES)

START_TEST(blocks_do_not_matter)
{
    product p = make(SHAPES[_i][0], SHAPES[_i][1], SHAPES[_i][2]);
    compare(&p);
    const size_t n = p.M * p.N;
    for (size_t wrong = 1; n && wrong <= 64; wrong *= 4) { /* elements anywhere */
        for (size_t e = 0; e < wrong; e++)
            p.c[kbit_hash(SEED, 3, e) % n] ^= 1 << (e % 31);
        compare(&p);
    }
    for (size_t e = 0; e < n; e++)
        p.c[e] = (int32_t)kbit_hash(SEED, 4, e); /* all rows flagged, beyond one batch */
    compare(&p);
    drop(&p);
}
END_TEST

/* One element each in the last row of a block, and in the first of the next. */
START_TEST(block_edges_are_found)
{
    product p = make(40, 50, 60);
    kbit_certificate certificate;
    kbit_error error;
    for (size_t row = 0; row < p.M; row++) {
        p.c[row * p.N + (row * 7) % p.N] += 1 << (row % 30);
        ck_assert_int_eq(stream(&p, 8, NULL, &certificate, &error), KBIT_OK);
        ck_assert_uint_eq(certificate.wrong, 1);
        ck_assert_uint_eq(certificate.kept[0].row, row);
        ck_assert_uint_eq(certificate.kept[0].column, (row * 7) % p.N);
        p.c[row * p.N + (row * 7) % p.N] -= 1 << (row % 30);
    }
    drop(&p);
}
END_TEST

/* Between its two passes, and while the second is under way. */
START_TEST(a_changing_product_is_refused)
{
    static const size_t AT[] = {12, 15};
    for (size_t a = 0; a < 2; a++) {
        product p = make(12, 20, 30);
        kbit_certificate certificate;
        kbit_error error = {KBIT_OK, ""};
        p.change_at = AT[a];
        /* By 3 rows, 15 have gone out when the row that changes has passed for the second time. */
        kbit_status status = stream(&p, 3, KEY, &certificate, &error);
        if (AT[a] == 12) {
            ck_assert_int_eq(status, KBIT_ERR_IO);
            ck_assert_ptr_nonnull(strstr(error.text, "changed while it was judged"));
        } else {
            ck_assert_int_eq(status, KBIT_OK); /* what was judged is what was committed to */
            ck_assert_uint_eq(certificate.wrong, 0);
        }
        drop(&p);
    }
}
END_TEST

/* A row that was wrong when its residual was taken, and is right when it is recomputed. */
START_TEST(a_row_that_is_mended_is_refused)
{
    product p = make(12, 20, 30);
    kbit_certificate certificate;
    kbit_error error = {KBIT_OK, ""};
    p.c[0] ^= 1;
    p.change_at = 24;
    ck_assert_int_eq(stream(&p, 3, KEY, &certificate, &error), KBIT_ERR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "row 0 changed"));
    drop(&p);
}
END_TEST

START_TEST(failures_to_read_are_handed_on)
{
    product p = make(6, 7, 8);
    kbit_certificate certificate;
    for (p.fail = 0; p.fail < 3; p.fail++) {
        kbit_error error = {KBIT_OK, ""};
        ck_assert_int_eq(stream(&p, 2, KEY, &certificate, &error), KBIT_ERR_IO);
        ck_assert_ptr_nonnull(strstr(error.text, "cannot be read"));
    }
    drop(&p);
}
END_TEST

/* The errors are those of the certificate in memory. */
START_TEST(products_beyond_int32_are_refused)
{
    const size_t K = 16909321; /* 127 K, less 119, is 2^31 - 1: W is 1 */
    product p = {.M = 2, .N = 3, .K = K, .q = room(2 * K, 1), .w = room(3 * K, 1)};
    p.c = room(6, sizeof *p.c);
    p.change_at = SIZE_MAX;
    p.fail = -1;
    memset(p.q, 127, 2 * K);
    memset(p.w, 1, 3 * K);
    p.q[K - 1] = p.q[2 * K - 1] = 7;
    for (int e = 0; e < 6; e++)
        p.c[e] = INT32_MAX;
    kbit_certificate certificate;
    kbit_error whole = {KBIT_OK, ""}, streamed = {KBIT_OK, ""};
    ck_assert_int_eq(stream(&p, 1, KEY, &certificate, &streamed), KBIT_OK);
    ck_assert_uint_eq(certificate.flagged_rows, 0);
    p.q[2 * K - 1] = 8;
    ck_assert_int_eq(kbit_certify_int8_matmul(2, 3, K, p.q, p.w, p.c, KEY, &certificate, &whole),
                     KBIT_ERR_RANGE);
    ck_assert_int_eq(stream(&p, 1, KEY, &certificate, &streamed), KBIT_ERR_RANGE);
    ck_assert_str_eq(streamed.text, whole.text);
    ck_assert_ptr_nonnull(strstr(streamed.text, "row 1 "));
    drop(&p);
}
END_TEST

/* No block is larger than 8 MiB unless one row is. */
START_TEST(blocks_are_bounded)
{
    product p = {.M = 2, .N = 3000, .K = 12288, .q = room(2 * 12288, 1), .w = room(3000, 12288)};
    p.c = room(6000, sizeof *p.c);
    p.change_at = SIZE_MAX;
    p.fail = -1;
    kbit_certificate certificate;
    kbit_error error;
    ck_assert_int_eq(stream(&p, 0, NULL, &certificate, &error), KBIT_OK);
    ck_assert_uint_eq(certificate.flagged_rows, 0);
    ck_assert_uint_gt(p.largest, 4 << 20);
    ck_assert_uint_le(p.largest, 8 << 20);
    const kbit_product_stream wide = {.K = 1};
    ck_assert_uint_eq(kbit_stream_block(&wide, 9 << 20), 1);
    drop(&p);
}
END_TEST

START_TEST(bad_arguments_are_named)
{
    product p = make(1, 1, 1);
    kbit_certificate certificate;
    kbit_error error;
    kbit_product_stream source = {.M = 1, .N = 1, .K = 1, .context = &p};
    ck_assert_int_eq(kbit_certify_stream(&source, KEY, &certificate, &error), KBIT_ERR_NULL);
    ck_assert_int_eq(kbit_certify_stream(NULL, KEY, &certificate, &error), KBIT_ERR_NULL);
    source.rows = hand_out;
    ck_assert_int_eq(kbit_certify_stream(&source, KEY, NULL, &error), KBIT_ERR_NULL);
    source.K = SIZE_MAX;
    ck_assert_int_eq(kbit_certify_stream(&source, KEY, &certificate, &error), KBIT_ERR_SHAPE);
    ck_assert_ptr_nonnull(strstr(error.text, "K = "));
    drop(&p);
}
END_TEST

START_TEST(keys_are_drawn)
{
    product p = make(3, 4, 5);
    kbit_certificate first, second;
    kbit_error error;
    ck_assert_int_eq(stream(&p, 0, NULL, &first, &error), KBIT_OK);
    ck_assert_int_eq(stream(&p, 0, NULL, &second, &error), KBIT_OK);
    ck_assert_mem_ne(first.key, second.key, sizeof first.key);
    drop(&p);
}
END_TEST

int main(void)
{
    printf("# seed %d\n", SEED);
    fflush(stdout);
    TCase *tests = tcase_create("stream");
    tcase_add_loop_test(tests, blocks_do_not_matter, 0, N_SHAPES);
    tcase_add_test(tests, block_edges_are_found);
    tcase_add_test(tests, a_changing_product_is_refused);
    tcase_add_test(tests, a_row_that_is_mended_is_refused);
    tcase_add_test(tests, failures_to_read_are_handed_on);
    tcase_add_test(tests, products_beyond_int32_are_refused);
    tcase_add_test(tests, blocks_are_bounded);
    tcase_add_test(tests, bad_arguments_are_named);
    tcase_add_test(tests, keys_are_drawn);
    Suite *suite = suite_create("stream");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
