/* linear.c -- FUSED: only X, W and Y are visible.
 *
 * The declared quantize sequence makes every code unique, so the referee computes and certifies the
 * accumulators itself; Y must lie in the rounding of an enclosure around
 *     C a s / 16129 + sum_{k in O} X_k w_k s / 127 + bias.
 * With quant=any an exact tie is one choice for a whole row of X, shared by its N outputs, and in the paper's
 * profile one for a whole row of W, shared by M outputs: ties.c looks for choices that explain all of them
 * jointly. Where it finds none and has not tried all, the outputs are undecided, counted and shown.
 */
#include "linear.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "enclosure.h"
#include "kbit_exact.h"
#include "numbers.h"
#include "product.h"
#include "ties.h"

typedef struct {
    const kbit_judging *judging;
    const kbit_linear_part *part;
    bool paper;
    size_t M, N, K;
    float *x, *weights;  /* weights: paper only */
    const float *w_stat; /* s_j */
    float *own_w_stat;
    const int8_t *w;
    int8_t *own_w;
    bool *in_outliers;
    int32_t *outliers;
    size_t n_outliers;
    float *absmax;
    double *largest; /* [M]: of the finite |x| in the outlier columns */
    int8_t *q;
    int32_t *c;
    kbit_tied_layer ties;
    bool *no_codes; /* [M + N]: rows of X, then of W, for which the declared sequence gives none */
} linear_judge;

static void release(linear_judge *l)
{
    free(l->x);
    free(l->weights);
    free(l->own_w_stat);
    free(l->own_w);
    free(l->in_outliers);
    free(l->outliers);
    free(l->absmax);
    free(l->largest);
    free(l->q);
    free(l->c);
    free(l->no_codes);
    kbit_ties_free(l->M, l->ties.rows);
    kbit_ties_free(l->N, l->ties.columns);
}

static void *room(size_t count, size_t size)
{
    return calloc(count ? count : 1, size);
}

/* Numbers within the whole output. */
static size_t row_number(const linear_judge *l, size_t i)
{
    return l->part->rows ? l->part->rows[i] : i;
}

static size_t column_number(const linear_judge *l, size_t j)
{
    return l->part->columns ? l->part->columns[j] : j;
}

static void find_outliers(linear_judge *l)
{
    if (l->part->outliers)
        memcpy(l->in_outliers, l->part->outliers, l->K * sizeof *l->in_outliers);
    for (size_t i = 0; i < l->M && !l->part->outliers; i++)
        for (size_t k = 0; k < l->K; k++)
            l->in_outliers[k] |=
                kbit_exact_is_outlier(l->x[i * l->K + k], l->judging->call->threshold);
    for (size_t k = 0; k < l->K; k++)
        if (l->in_outliers[k])
            l->outliers[l->n_outliers++] = (int32_t)k;
    for (size_t i = 0; i < l->M; i++)
        for (size_t o = 0; o < l->n_outliers; o++)
            if (isfinite(l->x[i * l->K + (size_t)l->outliers[o]]))
                l->largest[i] =
                    fmax(l->largest[i], fabs((double)l->x[i * l->K + (size_t)l->outliers[o]]));
}

/* Whether another code of the row may be 0 on a machine that flushes: then the accumulators are not
 * determined. */
static bool may_flush(const linear_judge *l, const float *row, float absmax, float t,
                      const int8_t *codes)
{
    for (size_t k = 0; k < l->K; k++) {
        bool none = false;
        if (codes[k] == 0)
            continue;
        if (kbit_codes_flush(row[k], absmax, t, l->judging->declared->quant, &none) || none)
            return true;
    }
    return false;
}

/* The codes of one row and its ties; a part of an output (torn) does not say which choice its rest was made
 * with. *none: the declared sequence gives no code. */
static kbit_status codes_of(const linear_judge *l, const float *row, float absmax, float t,
                            const kbit_tensor *type, bool torn, int8_t *codes, kbit_ties *ties,
                            bool *none, kbit_error *error)
{
    size_t *at = room(l->K, sizeof *at), n = 0;
    int *others = room(l->K, sizeof *others);
    kbit_status status = KBIT_OK;
    if (at && others) {
        n = kbit_codes_row(l->K, row, absmax, l->in_outliers, t, l->judging->declared->quant,
                           (kbit_dtype)type->dtype, codes, l->K, at, others);
        *none = n == KBIT_NO_CODES ||
                (l->judging->declared->ftz32 == FTZ_FLUSH && may_flush(l, row, absmax, t, codes));
        status = kbit_ties_keep(ties, row, absmax, codes, *none ? 0 : n, at, others, error);
        ties->undecided = *none || (torn && n);
    } else
        status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", l->judging->call->step);
    free(at);
    free(others);
    return status;
}

/* The codes of X, and in paper mode of W: everything that the declared sequence determines. */
static kbit_status quantize(linear_judge *l, kbit_error *error)
{
    const kbit_call *call = l->judging->call;
    const bool off = call->threshold < 0;
    kbit_status status = KBIT_OK;
    /* bitsandbytes: elements are left out of the statistic; the paper: whole columns. */
    float t = off ? KBIT_THRESHOLD_OFF : l->paper ? INFINITY : call->threshold;
    for (size_t i = 0; i < l->M && status == KBIT_OK; i++) {
        const float *row = l->x + i * l->K;
        l->absmax[i] = kbit_exact_absmax(l->K, row, l->paper ? l->in_outliers : NULL, t);
        status = codes_of(l, row, l->absmax[i], t, &call->in[0], l->part->columns, l->q + i * l->K,
                          &l->ties.rows[i], &l->no_codes[i], error);
    }
    for (size_t j = 0; l->paper && j < l->N && status == KBIT_OK; j++) {
        const float *row = l->weights + j * l->K;
        l->own_w_stat[j] = kbit_exact_absmax(l->K, row, l->in_outliers, KBIT_THRESHOLD_OFF);
        status = codes_of(l, row, l->own_w_stat[j], KBIT_THRESHOLD_OFF, &call->in[1], l->part->rows,
                          l->own_w + j * l->K, &l->ties.columns[j], &l->no_codes[l->M + j], error);
    }
    return status;
}

static bool launders(const linear_judge *l)
{
    return !l->paper && l->judging->declared->nan == NAN_LAUNDER;
}

static kbit_status prepare(linear_judge *l, kbit_error *error)
{
    const kbit_call *call = l->judging->call;
    size_t MK = l->M * l->K, NK = l->N * l->K;
    l->x = kbit_widened(&call->in[0]);
    l->in_outliers = room(l->K, sizeof *l->in_outliers);
    l->outliers = room(l->K, sizeof *l->outliers);
    l->absmax = room(l->M, sizeof *l->absmax);
    l->largest = room(l->M, sizeof *l->largest);
    l->q = room(MK, 1);
    l->c = room(l->M * l->N, sizeof *l->c);
    l->no_codes = room(l->M + l->N, sizeof *l->no_codes);
    l->ties.rows = room(l->M, sizeof *l->ties.rows);
    l->ties.columns = room(l->N, sizeof *l->ties.columns);
    bool complete = l->x && l->in_outliers && l->outliers && l->absmax && l->largest && l->q &&
                    l->c && l->no_codes && l->ties.rows && l->ties.columns;
    if (l->paper) {
        l->weights = kbit_widened(&call->in[1]);
        l->own_w_stat = room(l->N, sizeof *l->own_w_stat);
        l->own_w = room(NK, 1);
        complete = complete && l->weights && l->own_w_stat && l->own_w;
        l->w = l->own_w;
        l->w_stat = l->own_w_stat;
    } else {
        l->w = call->in[1].data;
        l->w_stat = call->in[2].data;
    }
    if (!complete)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", call->step);
    if (launders(l))
        kbit_launder(MK, l->x);
    find_outliers(l);
    const kbit_status status = quantize(l, error);
    if (status != KBIT_OK)
        return status;
    return kbit_product(l->M, l->N, l->K, l->q, l->w, l->c, error);
}

/* The set of an output that ftz-out16 may flush. */
static kbit_admissible flushed(const linear_judge *l, kbit_admissible set)
{
    kbit_dtype type = (kbit_dtype)l->judging->call->out[0].dtype;
    bool flush = l->judging->declared->ftz_out16 == FTZ_FLUSH && type != KBIT_F32;
    return flush ? kbit_admissible_flushed(set, type) : set;
}

/* What an element's parts are: C a s / 16129, the bias and the outlier product, each with what its own
 * forming may lose; how: what adding them does. */
typedef struct {
    kbit_summation how;
    kbit_sum dequantized, bias, terms;
    double b; /* the bias */
    double of_dequantized, of_bias, of_terms;
    double scale;
    kbit_dtype type; /* of the output */
    bool saturate;
} element_parts;

static element_parts parts_of(const linear_judge *l, size_t i, size_t j, int64_t c)
{
    const kbit_call *call = l->judging->call;
    const kbit_declared *declared = l->judging->declared;
    const kbit_tensor *bias = &call->in[l->paper ? 2 : 3];
    double s = (double)l->w_stat[j];
    double b = bias->dim[0] ? (double)((const float *)bias->data)[j] : 0;
    const bool fp16 = kbit_has_fp16_value(l->absmax[i]) && kbit_has_fp16_value(l->w_stat[j]);
    element_parts p = {.b = b,
                       .scale = l->paper ? 1 : s,
                       .type = (kbit_dtype)call->out[0].dtype,
                       .saturate = declared->overflow == OVERFLOW_SAT};
    /* |O| products and D; later the bias. The store rounds once, in the output's type. */
    p.how = kbit_summation_of(declared, (kbit_dtype)call->in[0].dtype,
                              l->paper ? (kbit_dtype)call->in[1].dtype : KBIT_I8, l->n_outliers, 1);
    kbit_sum_add(&p.dequantized, (double)c * (double)l->absmax[i] * s / 16129.0);
    kbit_sum_add(&p.bias, b);
    if (l->paper)
        kbit_outlier_terms_w16(&p.how, &p.terms, l->n_outliers, l->outliers, l->x + i * l->K,
                               l->weights + j * l->K);
    else
        kbit_outlier_terms(&p.how, &p.terms, l->n_outliers, l->outliers, l->x + i * l->K,
                           l->w + j * l->K, l->w_stat[j], kbit_subb_type(declared, call));
    p.of_dequantized =
        p.dequantized.magnitude *
            kbit_growth(kbit_dequantize_error(declared->dequant, fp16), 1, p.how.loss) +
        kbit_dequantize_underflow(declared, fp16, (double)c, (double)l->absmax[i], s) *
            (1 + kbit_growth(0, 1, p.how.loss));
    p.of_bias = fabs(b) * kbit_growth(0, 1, p.how.loss);
    p.of_terms = p.terms.encoded *
                     kbit_growth(p.how.product_error + (l->paper ? 0 : KBIT_OUTLIER_SCALE_ERROR), 1,
                                 p.how.term_loss) +
                 p.terms.doubt * (1 + kbit_growth(0, 1, p.how.term_loss));
    if (!fp16 || call->in[0].dtype != KBIT_F16 || p.how.flush_results || p.how.half_partials)
        p.of_terms += kbit_summation_underflow(&p.how, p.terms.terms + 1, l->largest[i], p.scale);
    return p;
}

/* The sum of two of the parts: no shortcut, since one is rounded before it is added. */
static void join(kbit_sum *sum, const kbit_sum *part)
{
    sum->value += part->value;
    sum->magnitude += part->magnitude;
    sum->terms += part->terms;
    sum->quantum = 0;
    sum->nan |= part->nan;
    sum->plus_inf |= part->plus_inf;
    sum->minus_inf |= part->minus_inf;
}

/* What was rounded to `first`, plus a part, rounded to type. */
static kbit_admissible add_rounded(const element_parts *p, kbit_admissible first,
                                   const kbit_sum *part, double radius, kbit_dtype type)
{
    kbit_sum low = *part, high = *part;
    kbit_sum_add(&low, first.nan ? NAN : first.lo);
    kbit_sum_add(&high, first.nan ? NAN : first.hi);
    radius += fmax(fabs(first.lo), fabs(first.hi)) * kbit_growth(0, 1, p->how.loss);
    kbit_admissible lo = kbit_admissible_round(&low, radius, type, p->saturate);
    kbit_admissible hi = kbit_admissible_round(&high, radius, type, p->saturate);
    return (kbit_admissible){.lo = lo.lo, .hi = hi.hi, .nan = lo.nan || hi.nan};
}

/* The infinities that C a s / 16129, or a term or a partial sum of any of the parts, may become in fp32;
 * false: anything may come of it. */
static bool overflows(const linear_judge *l, size_t i, size_t j, int64_t c, const element_parts *p,
                      kbit_admissible *infinities)
{
    const kbit_overflows may =
        kbit_dequantize_may_overflow(l->judging->declared, c, l->absmax[i], l->w_stat[j]);
    kbit_sum all = p->dequantized;
    join(&all, &p->bias);
    join(&all, &p->terms);
    const double radius = p->of_dequantized + p->of_bias + p->of_terms;
    all.magnitude +=
        isfinite(radius) ? 2 * radius : 0; /* on either side; of what is infinite, none */
    *infinities = (kbit_admissible){.plus_inf = may == KBIT_OVERFLOW_INF && c > 0,
                                    .minus_inf = may == KBIT_OVERFLOW_INF && c < 0};
    kbit_summation_overflow_f32(&p->how, &p->terms, &all, l->largest[i], p->scale, infinities);
    return may != KBIT_OVERFLOW_ANYTHING;
}

/* Whether the set has what these infinities saturate to: no theorem says which finite numbers one is added
 * to that saturates before the end, and beside a set that ends below it the largest number is not kept. */
static bool has_saturated(const kbit_admissible *infinities, const kbit_admissible *set,
                          bool before_the_end, kbit_dtype type)
{
    const double largest = kbit_largest(type);
    if (!infinities->plus_inf && !infinities->minus_inf)
        return true;
    if (before_the_end || (infinities->plus_inf && infinities->minus_inf))
        return false;
    return infinities->plus_inf ? set->hi >= largest : set->lo <= -largest;
}

/* The sum of the bias and of the terms, one left out where it is added later, if nothing is lost in it
 * whatever the order: accumulate_fused.md, "Exact sums", with the bias for D. C a s / 16129 is 0 there, which
 * every order of its factors gives. */
static bool exact_sum(const element_parts *p, bool with_bias, bool with_terms, bool w16,
                      kbit_sum *sum)
{
    const kbit_sum *zero = &p->dequantized;
    kbit_sum products = {0};
    if (zero->magnitude != 0 || zero->nan || zero->plus_inf || zero->minus_inf)
        return false;
    if (with_terms)
        products = p->terms;
    *sum = products;
    if (with_bias)
        kbit_sum_add(sum, p->b);
    return kbit_outlier_sum_is_exact(&p->how, &products, sum, w16, (float)p->scale);
}

/* The admissible outputs of element (i, j) if its accumulator is c, or that nothing is known of them; *exact
 * is for the report. The int8 part is rounded, where anything is rounded before the end, by itself or with
 * the bias. */
static bool element_set(const linear_judge *l, size_t i, size_t j, int64_t c, kbit_sum *exact,
                        kbit_admissible *result)
{
    const kbit_declared *declared = l->judging->declared;
    const element_parts p = parts_of(l, i, j, c);
    kbit_admissible infinities;
    if (!overflows(l, i, j, c, &p, &infinities))
        return false;
    const bool apart = declared->combine == COMBINE_ROUND_TWICE;
    const bool after = declared->bias == BIAS_AFTER_ROUND;
    const kbit_dtype via = declared->via == VIA_F16 ? KBIT_F16 : p.type;
    double radius = p.of_dequantized;
    kbit_sum first = p.dequantized;
    if (!after) {
        kbit_sum_add(&first, p.b);
        radius += p.of_bias;
    }
    if (!apart) {
        join(&first, &p.terms);
        radius += p.of_terms;
    }
    kbit_sum lossless;
    if (exact_sum(&p, !after, !apart, l->paper, &lossless)) {
        first = lossless;
        radius = 0;
    }
    *exact = p.dequantized;
    join(exact, &p.bias);
    join(exact, &p.terms);
    kbit_admissible set = kbit_admissible_round(&first, radius, via, p.saturate);
    if (p.saturate && !has_saturated(&infinities, &set, apart || after || via != p.type, p.type))
        return false;
    set = kbit_admissible_kept(infinities, set); /* a store that saturates may leave an infinity */
    if (!apart)
        kbit_summation_overflow(&p.how, &p.terms, p.scale, &set);
    if (after)
        set = kbit_admissible_kept(set, add_rounded(&p, set, &p.bias, p.of_bias, via));
    if (via != p.type)
        set = kbit_admissible_through_f16(set, p.type, p.saturate);
    set = flushed(l, set);
    if (apart) {
        set = kbit_admissible_kept(set, add_rounded(&p, set, &p.terms, p.of_terms, p.type));
        kbit_summation_overflow(&p.how, &p.terms, p.scale, &set);
        set = flushed(l, set);
    }
    *result = set;
    return true;
}

/* The accumulator of output (i, j) with the choices that were taken. */
static int64_t accumulator(const linear_judge *l, size_t i, size_t j)
{
    return l->c[i * l->N + j] + kbit_ties_change(&l->ties.rows[i], &l->ties.columns[j],
                                                 l->q + i * l->K, l->w + j * l->K);
}

static bool admits(void *context, size_t i, size_t j)
{
    const linear_judge *l = context;
    const int64_t c = accumulator(l, i, j);
    kbit_sum exact;
    kbit_admissible set;
    return !element_set(l, i, j, c, &exact, &set) ||
           kbit_admits(&set, kbit_element(&l->judging->call->out[0], i * l->N + j));
}

/* Whether the ties leave open what output (i, j) is made of. */
static bool left_open(const linear_judge *l, size_t i, size_t j)
{
    const kbit_ties *row = &l->ties.rows[i], *column = &l->ties.columns[j];
    return row->undecided || column->undecided ||
           (row->n && column->n &&
            (row->refuted || column->refuted || row->unresolved || column->unresolved));
}

/* No choice explains this output that goes with the others of its row of X and of W. */
static void reject_contradiction(const linear_judge *l, kbit_verdict *verdict)
{
    const kbit_tensor *out = &l->judging->call->out[0];
    const size_t i = l->ties.row, j = l->ties.column;
    kbit_mismatch *m = kbit_reject(verdict, "out", row_number(l, i), column_number(l, j));
    kbit_print_value(m->observed, sizeof m->observed, kbit_element(out, i * l->N + j),
                     (kbit_dtype)out->dtype);
    snprintf(m->admissible, sizeof m->admissible, "nothing that goes with the other outputs");
    snprintf(m->inputs, sizeof m->inputs,
             "%zu exact ties in the row of x, %zu in that of w: no choice explains them all",
             l->ties.rows[i].n, l->ties.columns[j].n);
    verdict->checked++;
    verdict->undecided--;
}

static void judge_row(const linear_judge *l, size_t i, kbit_verdict *verdict)
{
    const kbit_call *call = l->judging->call;
    kbit_dtype type = (kbit_dtype)call->out[0].dtype;
    for (size_t j = 0; j < l->N; j++) {
        const int64_t c = accumulator(l, i, j);
        kbit_sum exact;
        kbit_admissible set;
        const bool open = left_open(l, i, j);
        if (open || !element_set(l, i, j, c, &exact, &set)) {
            verdict->undecided++;
            if (!open && !verdict->note[0])
                snprintf(verdict->note, sizeof verdict->note,
                         "row %zu, column %zu: in some order a product or sum leaves fp32, and no "
                         "theorem says what then comes out",
                         row_number(l, i), column_number(l, j));
            continue;
        }
        verdict->checked++;
        double observed = kbit_element(&call->out[0], i * l->N + j);
        double bound = fmax(fabs(exact.value - set.lo), fabs(set.hi - exact.value));
        if (verdict->kind == KBIT_ENCLOSED && !set.nan && isfinite(observed) && isfinite(bound) &&
            bound > 0)
            verdict->ratio = fmax(verdict->ratio, fabs(observed - exact.value) / bound);
        verdict->single += set.nan || set.lo == set.hi;
        bool right = kbit_admits(&set, observed);
        const size_t row_is = row_number(l, i), column_is = column_number(l, j);
        if (right && !kbit_shown(l->judging, row_is, column_is))
            continue;
        kbit_mismatch *m = right ? kbit_show(verdict, "out", row_is, column_is)
                                 : kbit_reject(verdict, "out", row_is, column_is);
        kbit_print_value(m->observed, sizeof m->observed, observed, type);
        kbit_print_admissible(m->admissible, sizeof m->admissible, &set, type);
        snprintf(m->inputs, sizeof m->inputs,
                 "accumulator %lld, absmax %a, w_absmax %a, %zu outlier columns, exact sum %.9g",
                 (long long)c, (double)l->absmax[i], (double)l->w_stat[j], l->n_outliers,
                 exact.value);
    }
}

/* Why the ties of a row of x or of w leave outputs open. */
static void note_ties(const char *which, size_t number, const kbit_ties *ties, bool torn,
                      kbit_verdict *verdict)
{
    if (!ties->n || !(ties->undecided || ties->unresolved))
        return;
    snprintf(verdict->note, sizeof verdict->note, "%s %zu has %zu exact ties: %s", which, number,
             ties->n,
             torn               ? "a part of its outputs does not decide them"
             : ties->unresolved ? "no choice was found that goes with the ties of the other side"
                                : "more than 16 are not enumerated, and no usual rule explains "
                                  "its outputs");
}

static void note_no_codes(const char *which, size_t number, float absmax, kbit_verdict *verdict)
{
    snprintf(verdict->note, sizeof verdict->note,
             "%s %zu: the declared sequence gives no code for absmax %a", which, number,
             (double)absmax);
}

static void note_row(const linear_judge *l, size_t i, kbit_verdict *verdict)
{
    if (l->no_codes[i])
        note_no_codes("row", row_number(l, i), l->absmax[i], verdict);
    else
        note_ties("row", row_number(l, i), &l->ties.rows[i], l->part->columns, verdict);
}

/* In front of the rows', so that parts of an output have the note of the whole. */
static void note_columns(const linear_judge *l, kbit_verdict *verdict)
{
    for (size_t j = 0; j < l->N && !verdict->note[0]; j++)
        if (l->no_codes[l->M + j])
            note_no_codes("row of w", column_number(l, j), l->w_stat[j], verdict);
        else
            note_ties("row of w", column_number(l, j), &l->ties.columns[j], l->part->rows, verdict);
}

void kbit_linear_kind(bool paper, kbit_dtype out, kbit_verdict *verdict)
{
    verdict->kind = out == KBIT_F32 ? KBIT_ENCLOSED : KBIT_SET;
    verdict->theorem = paper ? "linear-paper" : "linear-bnb";
}

kbit_status kbit_judge_linear_part(const kbit_judging *judging, bool paper,
                                   const kbit_linear_part *part, kbit_verdict *verdict,
                                   kbit_error *error)
{
    const kbit_call *call = judging->call;
    linear_judge l = {
        .judging = judging, .part = part, .paper = paper, .M = call->M, .N = call->N, .K = call->K};
    kbit_status status = prepare(&l, error);
    if (status == KBIT_OK) {
        l.ties.M = l.M;
        l.ties.N = l.N;
        l.ties.admits = admits;
        l.ties.context = &l;
        kbit_ties_choose(&l.ties);
        note_columns(&l, verdict);
        for (size_t i = 0; i < l.M; i++) {
            if (!verdict->note[0])
                note_row(&l, i, verdict);
            judge_row(&l, i, verdict);
        }
        if (l.ties.contradiction)
            reject_contradiction(&l, verdict);
    }
    release(&l);
    return status;
}

kbit_status kbit_judge_linear(const kbit_judging *judging, bool paper, kbit_verdict *verdict,
                              kbit_error *error)
{
    static const kbit_linear_part WHOLE = {NULL, NULL, NULL};
    kbit_linear_kind(paper, (kbit_dtype)judging->call->out[0].dtype, verdict);
    verdict->elements = judging->call->M * judging->call->N;
    return kbit_judge_linear_part(judging, paper, &WHOLE, verdict, error);
}
