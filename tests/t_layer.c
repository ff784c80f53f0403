/* t_layer.c -- a streamed layer is judged as the layer is: whole where all of it is asked or it is
 * transparent, on the sampled rows and columns elsewhere; an output that changes between the passes
 * is found out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "candidates/reference_ops.h"
#include "cases.h"
#include "certificate.h"
#include "kbit_check.h"
#include "linear_stream.h"

enum { SEED = 3 };

static const uint8_t KEY[KBIT_KEY_BYTES] = {3, 1, 4, 1, 5, 9, 2, 6};

/* A layer in memory that is handed out in blocks: each a copy that the next one overwrites. */
typedef struct {
    kbit_problem p;
    bool paper;
    kbit_tensor in[KBIT_MAX_INPUTS], out;
    kbit_declared declared;
    const uint8_t *key;
    char *copy[3];
    size_t y_rows; /* handed out so far */
    bool early;    /* W was asked for before all of Y had been */
    size_t change; /* a byte of the output changes once so many rows of Y were handed out */
} layer;

static const kbit_step *step_of(const layer *l)
{
    return l->paper ? &kbit_step_llmint8_linear_paper : &kbit_step_llmint8_linear_bnb;
}

static void make(layer *l, const char *name, bool paper)
{
    size_t n;
    const kbit_case *cases = kbit_cases(&n), *of = NULL;
    kbit_error error;
    memset(l, 0, sizeof *l);
    for (size_t i = 0; i < n; i++)
        if (strcmp(cases[i].name, name) == 0)
            of = &cases[i];
    require(of, "no case %s", name);
    require(kbit_problem_make(of, SEED, &l->p, &error) == KBIT_OK, "%s", error.text);
    l->paper = paper;
    l->key = KEY;
    l->change = SIZE_MAX;
    for (size_t i = 0; i < step_of(l)->n_in; i++)
        l->in[i] = kbit_problem_tensor(&l->p, &step_of(l)->in[i]);
    l->out = kbit_problem_output(&l->p, step_of(l));
    l->out.data = calloc(l->p.M * l->p.N + 1, 4);
    kbit_call call = {step_of(l)->stem, l->p.M, l->p.N, l->p.K, l->p.threshold, l->in, &l->out};
    for (size_t o = 0; o < kbit_n_reference_ops; o++)
        if (strcmp(kbit_reference_ops[o].step, call.step) == 0)
            require_status(kbit_reference_ops[o].run(NULL, &call), KBIT_OK);
}

static void drop(layer *l)
{
    for (int i = 0; i < 3; i++)
        free(l->copy[i]);
    free(l->out.data);
    kbit_problem_free(&l->p);
}

static size_t element_size(const layer *l)
{
    return kbit_dtype_size((kbit_dtype)l->out.dtype);
}

/* Another finite number: the lowest byte's bits change. */
static void spoil(layer *l, size_t row, size_t column, unsigned char bits)
{
    ((unsigned char *)l->out.data)[(row * l->p.N + column) * element_size(l)] ^= bits;
}

static kbit_status hand_out(void *context, kbit_layer_operand operand, size_t first, size_t n,
                            const void **rows, kbit_error *error)
{
    layer *l = context;
    const kbit_tensor *t = operand == KBIT_LAYER_X   ? &l->in[0]
                           : operand == KBIT_LAYER_W ? &l->in[1]
                                                     : &l->out;
    const size_t bytes = t->dim[1] * kbit_dtype_size((kbit_dtype)t->dtype);
    (void)error;
    require(n > 0 && first + n <= t->dim[0], "rows [%zu, %zu)", first, first + n);
    l->early |= operand == KBIT_LAYER_W && l->y_rows < l->p.M;
    free(l->copy[operand]);
    l->copy[operand] = malloc(n * bytes + 1);
    memcpy(l->copy[operand], (const char *)t->data + first * bytes, n * bytes);
    *rows = l->copy[operand];
    if (operand == KBIT_LAYER_Y) {
        l->y_rows += n;
        if (l->y_rows >= l->change)
            *(char *)l->out.data ^= 1, l->change = SIZE_MAX;
    }
    return KBIT_OK;
}

static kbit_status stream(layer *l, size_t rows, size_t columns, size_t block, kbit_verdict *v)
{
    const kbit_tensor *bias = &l->in[l->paper ? 2 : 3];
    const kbit_layer_stream s = {.paper = l->paper,
                                 .M = l->p.M,
                                 .N = l->p.N,
                                 .K = l->p.K,
                                 .threshold = l->p.threshold,
                                 .x_type = (kbit_dtype)l->in[0].dtype,
                                 .w_type = (kbit_dtype)l->in[1].dtype,
                                 .y_type = (kbit_dtype)l->out.dtype,
                                 .w_absmax = l->paper ? NULL : l->in[2].data,
                                 .bias = bias->dim[0] ? bias->data : NULL,
                                 .sample_rows = rows,
                                 .sample_columns = columns,
                                 .block_bytes = block,
                                 .rows = hand_out,
                                 .context = l};
    const kbit_judging judging = {.declared = &l->declared, .key = l->key};
    kbit_error error = {KBIT_OK, ""};
    l->y_rows = 0;
    l->early = false;
    memset(v, 0, sizeof *v);
    v->mode = KBIT_FUSED;
    return kbit_judge_layer_stream(&s, &judging, v, &error);
}

static kbit_verdict judged(layer *l, size_t rows, size_t columns, size_t block)
{
    kbit_verdict v;
    require_status(stream(l, rows, columns, block, &v), KBIT_OK);
    ck_assert(!l->early);
    ck_assert_uint_eq(v.elements, l->p.M * l->p.N);
    ck_assert_int_eq(v.mode, KBIT_FUSED);
    return v;
}

static bool holds(const kbit_verdict *v, size_t row, size_t column)
{
    for (size_t m = 0; m < v->n_kept; m++)
        if (v->kept[m].row == row && v->kept[m].column == column)
            return true;
    return false;
}

static const struct {
    const char *name;
    bool transparent;
} CASES[] = {{"random-f16", false},
             {"random-bf16", false},
             {"random-f32", false},
             {"threshold-off", false},
             {"no-bias", false},
             {"outliers-6.7b", false},
             {"lone-outliers", false},
             {"degenerate", false},
             {"nan", false},
             {"underflow-f32", false},
             {"shape-1x1x1", false},
             {"shape-0xNxK", false},
             {"shape-MxNx0", false},
             {"transparent", true},
             {"transparent-ragged", true},
             {"transparent-off", true},
             {"transparent-f32", true},
             {"transparent-bf16", true},
             {"transparent-o33", true},
             {"transparent-subnormal", true},
             {"transparent-small", true},
             {"fused-midpoints", true}};

/* Asked for all of it, in any blocks, the verdict is that of the layer in memory: the same elements
 * are wrong. */
static void compare(layer *l, bool transparent)
{
    static const size_t BLOCKS[] = {0, 300, 5000};
    kbit_verdict whole;
    kbit_call call = {step_of(l)->stem, l->p.M, l->p.N, l->p.K, l->p.threshold, l->in, &l->out};
    require_status(kbit_judge(&call, "", &whole), KBIT_OK);
    for (size_t b = 0; b < COUNT(BLOCKS); b++) {
        kbit_verdict v = judged(l, SIZE_MAX, SIZE_MAX, BLOCKS[b]);
        require(v.kind == (transparent && !l->paper ? KBIT_CERTIFIED : whole.kind), "%s: a %s",
                l->p.of->name, kbit_kind_name(v.kind));
        require(v.result == whole.result && v.rejected == whole.rejected &&
                    v.checked == whole.checked && v.undecided == whole.undecided,
                "%s by %zu: %s, %zu rejected of %zu and %zu undecided; in memory %s, %zu, %zu, %zu",
                l->p.of->name, BLOCKS[b], kbit_result_name(v.result), v.rejected, v.checked,
                v.undecided, kbit_result_name(whole.result), whole.rejected, whole.checked,
                whole.undecided);
        ck_assert_uint_eq(v.of_rows, 0);
        for (size_t m = 0; m < whole.n_kept && whole.rejected <= KBIT_MISMATCHES_KEPT; m++)
            require(holds(&v, whole.kept[m].row, whole.kept[m].column), "%s: (%zu,%zu) is missed",
                    l->p.of->name, whole.kept[m].row, whole.kept[m].column);
    }
}

START_TEST(all_of_it_is_judged_as_in_memory)
{
    for (int paper = 0; paper < 2; paper++) {
        layer l;
        make(&l, CASES[_i].name, paper);
        compare(&l, CASES[_i].transparent);
        const size_t n = l.p.M * l.p.N;
        for (size_t e = 0; n && e < 12; e++) {
            size_t at = kbit_hash(SEED, 9, e) % n;
            spoil(&l, at / l.p.N, at % l.p.N, (unsigned char)(1 << e % 8));
        }
        compare(&l, CASES[_i].transparent);
        drop(&l);
    }
}
END_TEST

/* Not one wrong bit of a transparent layer passes, wherever it is. */
START_TEST(every_element_of_a_transparent_layer_counts)
{
    layer l;
    make(&l, "transparent-ragged", false);
    for (size_t at = 0; at < l.p.M * l.p.N; at += 17) {
        size_t row = at / l.p.N, column = at % l.p.N;
        if (at % 2) /* what the operating system draws, too */
            l.key = NULL;
        spoil(&l, row, column, 1);
        kbit_verdict v = judged(&l, 1, 1, 0);
        ck_assert_uint_eq(v.rejected, 1);
        ck_assert_uint_eq(v.checked, l.p.M * l.p.N);
        ck_assert_uint_eq(v.of_rows, 0);
        ck_assert_uint_eq(v.kept[0].row, row);
        ck_assert_uint_eq(v.kept[0].column, column);
        spoil(&l, row, column, 1);
    }
    drop(&l);
}
END_TEST

/* Beyond the rows that are judged one by one the others are undecided, not passed. */
START_TEST(very_wrong_layers_are_not_recomputed_whole)
{
    layer l;
    make(&l, "transparent-wide", false);
    for (size_t i = 0; i < l.p.M; i++)
        spoil(&l, i, i % l.p.N, 1);
    kbit_verdict v = judged(&l, 1, 1, 0);
    ck_assert_uint_gt(l.p.M, 64);
    ck_assert_uint_eq(v.rejected, 64);
    ck_assert_uint_eq(v.undecided, (l.p.M - 64) * l.p.N);
    ck_assert_uint_eq(v.checked + v.undecided, v.elements);
    ck_assert_int_eq(v.result, KBIT_MISMATCH);
    char rows[32];
    snprintf(rows, sizeof rows, "%zu rows", l.p.M);
    require(strstr(v.note, rows), "the note is '%s'", v.note);
    drop(&l);
}
END_TEST

/* A sample has the rows and columns that it says, whole ones; all wrong, each of them is rejected. */
START_TEST(samples_are_rows_and_columns)
{
    static const size_t SAMPLES[][2] = {{1, 1}, {5, 7}, {32, 3}, {33, 47}};
    for (int paper = 0; paper < 2; paper++)
        for (size_t s = 0; s < COUNT(SAMPLES); s++) {
            layer l;
            make(&l, "random-f32", paper);
            const size_t M = l.p.M, N = l.p.N, m = SAMPLES[s][0], n = SAMPLES[s][1];
            kbit_verdict v = judged(&l, m, n, 900);
            ck_assert_uint_eq(v.checked, m * N + (M - m) * n);
            ck_assert_int_eq(v.result, KBIT_ADMISSIBLE);
            ck_assert_uint_eq(v.sampled_rows, m < M ? m : 0);
            ck_assert_uint_eq(v.of_rows, m < M ? M : 0);
            ck_assert_uint_eq(v.sampled_columns, m < M ? n : 0);
            ck_assert_uint_eq(v.of_columns, m < M ? N : 0);
            for (size_t i = 0; i < M * N; i++)
                ((float *)l.out.data)[i] += 100;
            v = judged(&l, m, n, 900);
            ck_assert_uint_eq(v.rejected, m * N + (M - m) * n);
            drop(&l);
        }
}
END_TEST

/* One wrong row is seen by any sampled column, one wrong column by any row; the number says where. */
START_TEST(a_wrong_row_or_column_is_seen)
{
    layer l;
    make(&l, "random-f32", false);
    for (size_t row = 0; row < l.p.M; row += 5) {
        for (size_t j = 0; j < l.p.N; j++)
            ((float *)l.out.data)[row * l.p.N + j] += 1;
        kbit_verdict v = judged(&l, 1, 2, 0);
        ck_assert_uint_ge(v.rejected, 2);
        ck_assert_uint_eq(v.kept[0].row, row);
        for (size_t j = 0; j < l.p.N; j++)
            ((float *)l.out.data)[row * l.p.N + j] -= 1;
    }
    drop(&l);
    make(&l, "random-f32", false);
    for (size_t i = 0; i < l.p.M; i++)
        ((float *)l.out.data)[i * l.p.N + 11] += 1;
    kbit_verdict v = judged(&l, 2, 1, 0);
    ck_assert_uint_ge(v.rejected, 2);
    ck_assert_uint_eq(v.kept[0].column, 11);
    drop(&l);
}
END_TEST

/* Where the sample falls is drawn from the key, and evenly. */
START_TEST(positions_come_from_the_key)
{
    layer l;
    make(&l, "random-f32", false);
    size_t hit[64] = {0};
    for (size_t i = 0; i < l.p.M; i++)
        ((float *)l.out.data)[i * l.p.N] += 1; /* column 0: rejected once for each sampled row */
    for (uint8_t k = 0; k < 200; k++) {
        uint8_t key[KBIT_KEY_BYTES] = {k, 77};
        l.key = key;
        kbit_verdict v = judged(&l, 2, 1, 0), again = judged(&l, 2, 1, 0);
        ck_assert_mem_eq(v.kept, again.kept, sizeof v.kept);
        ck_assert_uint_ge(v.rejected, 2);
        ck_assert_uint_lt(v.kept[0].row, v.kept[1].row);
        hit[v.kept[0].row]++;
        hit[v.kept[1].row]++;
    }
    /* 400 draws over 33 rows: 12 each, and none below 2 or above 30 by chance. */
    for (size_t i = 0; i < l.p.M; i++)
        require(hit[i] >= 2 && hit[i] <= 30, "row %zu is drawn %zu times", i, hit[i]);
    l.key = NULL;
    kbit_verdict v = judged(&l, 1, 1, 0), other = judged(&l, 1, 1, 0);
    ck_assert_str_ne(v.evidence, other.evidence);
    ck_assert(strncmp(v.evidence, other.evidence, 7 + 64) == 0); /* the same output */
    drop(&l);
}
END_TEST

/* An outlier column that no sampled row shows is one all the same. */
START_TEST(outliers_are_those_of_all_rows)
{
    for (int paper = 0; paper < 2; paper++) {
        layer l;
        make(&l, "lone-outliers", paper);
        for (uint8_t k = 0; k < 30; k++) {
            uint8_t key[KBIT_KEY_BYTES] = {k};
            l.key = key;
            kbit_verdict v = judged(&l, 1, 1, 300);
            ck_assert_int_eq(v.result, KBIT_ADMISSIBLE);
        }
        drop(&l);
    }
}
END_TEST

/* With quant=any a tie is one choice for its whole row: a part of it decides nothing. */
START_TEST(ties_of_a_part_are_undecided)
{
    layer l;
    make(&l, "few-ties", false);
    l.declared.quant = QUANT_ANY;
    kbit_verdict v = judged(&l, 3, 4, 0);
    ck_assert_int_eq(v.result, KBIT_UNDECIDED);
    ck_assert_uint_gt(v.undecided, 0);
    ck_assert_ptr_nonnull(strstr(v.note, "ties"));
    drop(&l);
}
END_TEST

/* The declarations that the certificate does not cover are judged as ever. */
START_TEST(the_certificate_knows_its_limits)
{
    layer l;
    make(&l, "transparent", false);
    l.declared.combine = COMBINE_ROUND_TWICE;
    l.declared.store = STORE_TWICE;
    kbit_verdict v = judged(&l, 3, 4, 0);
    ck_assert_int_ne(v.kind, KBIT_CERTIFIED);
    ck_assert_uint_eq(v.of_rows, l.p.M);
    l.declared = (kbit_declared){.ftz_out16 = FTZ_FLUSH};
    v = judged(&l, 3, 4, 0);
    ck_assert_int_ne(v.kind, KBIT_CERTIFIED);
    l.declared = (kbit_declared){.subB = SUBB_F16};
    v = judged(&l, 3, 4, 0);
    ck_assert_int_eq(v.kind, KBIT_CERTIFIED);
    float *absmax = l.in[2].data;
    absmax[5] = nextafterf(absmax[5], 0); /* no 127 2^q any more */
    v = judged(&l, 3, 4, 0);
    ck_assert_int_ne(v.kind, KBIT_CERTIFIED);
    drop(&l);

    make(&l, "transparent", false); /* one element between two codes */
    ((uint16_t *)l.in[0].data)[200] = 0x0001;
    v = judged(&l, 3, 4, 0);
    ck_assert_int_ne(v.kind, KBIT_CERTIFIED);
    drop(&l);
}
END_TEST

START_TEST(a_changing_output_is_found_out)
{
    static const char *const NAMES[] = {"transparent", "random-f32"};
    for (size_t c = 0; c < COUNT(NAMES); c++) {
        layer l;
        kbit_verdict v;
        make(&l, NAMES[c], false);
        l.change = l.p.M;
        ck_assert_int_eq(stream(&l, 3, 3, 500, &v), KBIT_ERR_IO);
        drop(&l);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layer");
    TCase *core = tcase_create("core");
    tcase_add_loop_test(core, all_of_it_is_judged_as_in_memory, 0, (int)COUNT(CASES));
    tcase_add_test(core, every_element_of_a_transparent_layer_counts);
    tcase_add_test(core, very_wrong_layers_are_not_recomputed_whole);
    tcase_add_test(core, samples_are_rows_and_columns);
    tcase_add_test(core, a_wrong_row_or_column_is_seen);
    tcase_add_test(core, positions_come_from_the_key);
    tcase_add_test(core, outliers_are_those_of_all_rows);
    tcase_add_test(core, ties_of_a_part_are_undecided);
    tcase_add_test(core, the_certificate_knows_its_limits);
    tcase_add_test(core, a_changing_output_is_found_out);
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
