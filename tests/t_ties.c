/* t_ties.c -- choices of ties against brute force: what is said to be right has a choice that explains it,
 * what is said to be wrong has none. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "kbit_data.h"
#include "ties.h"

enum { MOST = 4, SEED = 5 };

/* A layer of which only the ties are known: whether output (i, j) is right is drawn for each pair of
 * choices. */
typedef struct {
    kbit_tied_layer layer;
    uint64_t round;
    unsigned percent; /* of the pairs that are right */
    size_t calls;
    unsigned planted[2][MOST]; /* choices that explain everything, where `is_planted` */
    bool is_planted;
} drawn;

static unsigned bits_of(const kbit_ties *ties)
{
    unsigned bits = 0;
    for (size_t t = 0; t < ties->n; t++)
        bits |= (unsigned)(ties->taken[t] != 0) << t;
    return bits;
}

static bool right(const drawn *d, size_t i, size_t j, unsigned row, unsigned column)
{
    const uint64_t at = (((i * MOST + j) << 17 | row) << 17) | column;
    if (d->is_planted && d->planted[0][i] == row && d->planted[1][j] == column)
        return true;
    return kbit_hash(SEED, d->round, at) % 100 < d->percent;
}

static bool admits(void *context, size_t i, size_t j)
{
    drawn *d = context;
    d->calls++;
    return right(d, i, j, bits_of(&d->layer.rows[i]), bits_of(&d->layer.columns[j]));
}

/* Ties of a row of 127, x: halves between two codes. */
static void draw_ties(drawn *d, size_t side, size_t i, size_t n, kbit_ties *ties)
{
    float x[17];
    int8_t codes[17];
    size_t at[17];
    int others[17];
    kbit_error error;
    for (size_t t = 0; t < n; t++) {
        const int below =
            (int)(kbit_hash(SEED + 1, d->round, (side * MOST + i) * 32 + t) % 200) - 100;
        x[t] = (float)below + 0.5f;
        codes[t] = (int8_t)(below % 2 ? below + 1 : below);
        others[t] = 2 * below + 1 - codes[t];
        at[t] = t;
    }
    ck_assert_int_eq(kbit_ties_keep(ties, x, 127, codes, n, at, others, &error), KBIT_OK);
}

static bool explained(const drawn *d, const unsigned choice[2][MOST])
{
    for (size_t i = 0; i < d->layer.M; i++)
        for (size_t j = 0; j < d->layer.N; j++)
            if (!right(d, i, j, choice[0][i], choice[1][j]))
                return false;
    return true;
}

/* Whether any choice explains all outputs. */
static bool can_be_explained(const drawn *d)
{
    size_t total = 0;
    for (size_t i = 0; i < d->layer.M; i++)
        total += d->layer.rows[i].n;
    for (size_t j = 0; j < d->layer.N; j++)
        total += d->layer.columns[j].n;
    for (size_t all = 0; all < (size_t)1 << total; all++) {
        unsigned choice[2][MOST] = {{0}};
        size_t rest = all;
        for (size_t i = 0; i < d->layer.M; i++) {
            choice[0][i] = (unsigned)(rest & (((size_t)1 << d->layer.rows[i].n) - 1));
            rest >>= d->layer.rows[i].n;
        }
        for (size_t j = 0; j < d->layer.N; j++) {
            choice[1][j] = (unsigned)(rest & (((size_t)1 << d->layer.columns[j].n) - 1));
            rest >>= d->layer.columns[j].n;
        }
        if (explained(d, choice))
            return true;
    }
    return false;
}

/* Up to 3 x 3 outputs with 3 ties a row, or 2 x 2 with 4. */
static void draw_layer(drawn *d, uint64_t round)
{
    const uint64_t h = kbit_hash(SEED + 2, round, 0);
    const size_t most_ties = round % 4 ? 3 : 4, most_rows = 6 - most_ties;
    memset(d, 0, sizeof *d);
    d->round = round;
    d->layer.M = 1 + h % most_rows;
    d->layer.N = 1 + (h >> 8) % most_rows;
    d->percent = 10 + (unsigned)(h >> 16) % 80;
    d->is_planted = h >> 32 & 1;
    d->layer.admits = admits;
    d->layer.context = d;
    d->layer.rows = calloc(d->layer.M, sizeof *d->layer.rows);
    d->layer.columns = calloc(d->layer.N, sizeof *d->layer.columns);
    for (size_t i = 0; i < d->layer.M; i++) {
        const size_t n = kbit_hash(SEED + 3, round, i) % (most_ties + 1);
        draw_ties(d, 0, i, n, &d->layer.rows[i]);
        d->planted[0][i] = (unsigned)(kbit_hash(SEED + 4, round, i) & ((1u << n) - 1));
    }
    for (size_t j = 0; j < d->layer.N; j++) {
        const size_t n = kbit_hash(SEED + 3, round, MOST + j) % (most_ties + 1);
        draw_ties(d, 1, j, n, &d->layer.columns[j]);
        d->planted[1][j] = (unsigned)(kbit_hash(SEED + 4, round, MOST + j) & ((1u << n) - 1));
    }
}

static void release(drawn *d)
{
    kbit_ties_free(d->layer.M, d->layer.rows);
    kbit_ties_free(d->layer.N, d->layer.columns);
}

typedef enum { RIGHT, WRONG, OPEN } answer;

/* What the layer says after kbit_ties_choose(). */
static answer answer_of(const drawn *d)
{
    answer a = RIGHT;
    bool refuted = d->layer.contradiction;
    for (size_t i = 0; i < d->layer.M; i++) {
        refuted |= d->layer.rows[i].refuted;
        if (d->layer.rows[i].undecided || d->layer.rows[i].unresolved)
            a = OPEN;
    }
    for (size_t j = 0; j < d->layer.N; j++) {
        refuted |= d->layer.columns[j].refuted;
        if (d->layer.columns[j].undecided || d->layer.columns[j].unresolved)
            a = OPEN;
    }
    return refuted ? WRONG : a;
}

/* What is right is right by the choices taken; outputs of two rows
 * without ties are for the judge to compare. */
START_TEST(choices_are_proofs)
{
    size_t answers[3] = {0}, wrong_without_contradiction = 0;
    for (uint64_t round = 0; round < 4000; round++) {
        drawn d;
        draw_layer(&d, round);
        const bool possible = can_be_explained(&d);
        kbit_ties_choose(&d.layer);
        answer a = answer_of(&d);
        unsigned choice[2][MOST] = {{0}};
        for (size_t i = 0; i < d.layer.M; i++)
            choice[0][i] = bits_of(&d.layer.rows[i]);
        for (size_t j = 0; j < d.layer.N; j++)
            choice[1][j] = bits_of(&d.layer.columns[j]);
        bool untied_wrong = false;
        for (size_t i = 0; i < d.layer.M; i++)
            for (size_t j = 0; j < d.layer.N; j++)
                untied_wrong |=
                    d.layer.rows[i].n == 0 && d.layer.columns[j].n == 0 && !right(&d, i, j, 0, 0);
        if (a == RIGHT && !untied_wrong)
            ck_assert_msg(explained(&d, choice), "round %zu: not explained", (size_t)round);
        if (a == WRONG)
            ck_assert_msg(!possible, "round %zu: a choice explains all of it", (size_t)round);
        wrong_without_contradiction += a == WRONG && !d.layer.contradiction;
        answers[a] += !untied_wrong;
        release(&d);
    }
    ck_assert_uint_gt(answers[RIGHT], 1000);
    ck_assert_uint_gt(answers[WRONG], 300);
    ck_assert_uint_gt(wrong_without_contradiction, 100);
    ck_assert_uint_gt(answers[WRONG], wrong_without_contradiction);
    ck_assert_uint_lt(answers[OPEN], 50);
}
END_TEST

/* 16 ties on one side are enumerated, 17 are not, and no rule gives what is planted. */
START_TEST(sixteen_ties_are_enumerated)
{
    const size_t n = 16 + (size_t)_i % 2, side = (size_t)_i / 2 % 2;
    const bool is_right = _i / 4;
    const unsigned planted = 0x9a5d;
    drawn d = {.round = 1, .is_planted = is_right};
    d.layer = (kbit_tied_layer){.M = 1, .N = 1, .admits = admits, .context = &d};
    d.layer.rows = calloc(1, sizeof *d.layer.rows);
    d.layer.columns = calloc(1, sizeof *d.layer.columns);
    kbit_ties *tied = side ? d.layer.columns : d.layer.rows;
    d.planted[side][0] = planted;
    draw_ties(&d, side, 0, n, tied);
    kbit_ties_choose(&d.layer);
    ck_assert_int_eq(tied->undecided, n == 17);
    ck_assert_int_eq(tied->refuted, n == 16 && !is_right);
    if (n == 16 && is_right)
        ck_assert_uint_eq(bits_of(tied), planted);
    release(&d);
}
END_TEST

/* A row that has more choices than are kept refutes nothing on the other side. */
START_TEST(what_was_not_tried_refutes_nothing)
{
    const size_t n = _i / 2 ? 17 : 12, side = (size_t)_i % 2;
    drawn d = {.round = 1, .is_planted = true};
    d.layer = (kbit_tied_layer){.M = 1, .N = 1, .admits = admits, .context = &d};
    d.layer.rows = calloc(1, sizeof *d.layer.rows);
    d.layer.columns = calloc(1, sizeof *d.layer.columns);
    d.planted[side][0] = 0x9a5; /* neither a rule's nor among the first 256 */
    d.planted[!side][0] = 2;
    draw_ties(&d, 0, 0, side ? 2 : n, d.layer.rows);
    draw_ties(&d, 1, 0, side ? n : 2, d.layer.columns);
    kbit_ties_choose(&d.layer);
    ck_assert_int_eq(answer_of(&d), OPEN);
    release(&d);
}
END_TEST

/* The two changes of an accumulator, and that of both where they meet. */
START_TEST(the_change_is_that_of_the_product)
{
    enum { K = 5 };
    const int8_t q[K] = {3, -7, 127, 0, 50}, w[K] = {-2, 9, -127, 44, 1};
    size_t rows_at[3] = {0, 2, 4}, columns_at[3] = {1, 2, 4};
    int8_t rows_taken[3] = {1, -1, 0}, columns_taken[3] = {-1, 1, 1};
    const kbit_ties row = {.n = 3, .at = rows_at, .taken = rows_taken};
    const kbit_ties column = {.n = 3, .at = columns_at, .taken = columns_taken};
    int64_t before = 0, after = 0;
    int8_t q2[K], w2[K];
    memcpy(q2, q, K);
    memcpy(w2, w, K);
    for (size_t t = 0; t < 3; t++) {
        q2[rows_at[t]] = (int8_t)(q2[rows_at[t]] + rows_taken[t]);
        w2[columns_at[t]] = (int8_t)(w2[columns_at[t]] + columns_taken[t]);
    }
    for (size_t k = 0; k < K; k++) {
        before += q[k] * w[k];
        after += q2[k] * w2[k];
    }
    ck_assert_int_eq(kbit_ties_change(&row, &column, q, w), after - before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ties");
    TCase *core = tcase_create("core");
    tcase_add_test(core, choices_are_proofs);
    tcase_add_loop_test(core, sixteen_ties_are_enumerated, 0, 8);
    tcase_add_loop_test(core, what_was_not_tried_refutes_nothing, 0, 4);
    tcase_add_test(core, the_change_is_that_of_the_product);
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
