#include "produced.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activated.h"
#include "normalized.h"
#include "numbers.h"

/* The inputs as floats. */
typedef struct {
    float *x, *gamma, *beta; /* beta NULL: none */
    float eps;
} inputs;

static void forget(inputs *in)
{
    free(in->x);
    free(in->gamma);
    free(in->beta);
}

static bool read_inputs(const kbit_call *call, kbit_producer producer, inputs *in)
{
    const size_t eps = producer == BY_LAYERNORM ? 3 : 2;
    *in = (inputs){0};
    in->x = kbit_widened(&call->in[0]);
    if (producer > BY_LAYERNORM)
        return in->x;
    in->gamma = kbit_widened(&call->in[1]);
    in->eps = *(const float *)call->in[eps].data;
    if (producer == BY_LAYERNORM && call->in[2].dim[0] && !(in->beta = kbit_widened(&call->in[2])))
        return false;
    return in->x && in->gamma;
}

/* What one element may show. */
typedef struct {
    kbit_admissible set;
    kbit_interval exact; /* before the final rounding */
    double real;         /* without any; of fp32 outputs, whose use of the interval is reported */
    bool or_nan, undecided;
} element;

/* The values that the interval is rounded to: rounding is monotone. */
static element from_interval(kbit_interval y, kbit_dtype type)
{
    element e = {.exact = y, .undecided = isnan(y.lo) || isnan(y.hi)};
    e.set.lo = kbit_nearest(y.lo, type);
    e.set.hi = kbit_nearest(y.hi, type);
    return e;
}

static element only_nan(void)
{
    return (element){.set = {.nan = true}};
}

static element activated(const kbit_declared *declared, kbit_producer producer, float x,
                         kbit_dtype type)
{
    const bool flush = declared->ftz32 == FTZ_FLUSH;
    if (isnan(x))
        return only_nan();
    if (producer == BY_RELU) {
        element e =
            from_interval(kbit_interval_f32(kbit_point(x > 0 ? (double)x : 0), flush), type);
        e.set.least = e.set.hi; /* that or 0 */
        return e;
    }
    if (x == INFINITY)
        return from_interval(kbit_point(INFINITY), type);
    if (x == -INFINITY) { /* infinity times 0; the limit is 0 */
        element e = from_interval(kbit_point(0), type);
        e.or_nan = true;
        return e;
    }
    element e = from_interval(producer == BY_GELU        ? kbit_gelu_of(declared, x)
                              : producer == BY_GELU_TANH ? kbit_gelu_tanh_of(declared, x)
                                                         : kbit_silu_of(declared, x),
                              type);
    if (type == KBIT_F32)
        e.real = producer == BY_GELU        ? kbit_gelu_real(x)
                 : producer == BY_GELU_TANH ? kbit_gelu_tanh_real(x)
                                            : kbit_silu_real(x);
    return e;
}

static element normalized(const kbit_declared *declared, const kbit_normalized_row *row, float x,
                          float gamma, const float *beta, kbit_dtype type)
{
    bool undecided;
    if (row->nan || isnan(gamma) || (beta && isnan(*beta)))
        return only_nan();
    if (row->undecided)
        return (element){.undecided = true};
    if (row->zero && isfinite(gamma))
        return isfinite(x) ? from_interval(kbit_point(0), type) : only_nan();
    kbit_interval y = kbit_normalized(declared, row, x, gamma, beta, type, &undecided);
    element e = from_interval(y, type);
    e.undecided |= undecided || row->zero;
    if (type == KBIT_F32)
        e.real = kbit_normalized_real(row, x, gamma, beta);
    return e;
}

/* The error of an fp32 value, beside its own rounding, over the largest that the interval admits; -1 where
 * there is no interval. The real value is not the interval's middle: where erf is -1 to all digits, gelu is 0
 * and the interval ends there. */
static double share_of(const element *e, double observed)
{
    const double most = fmax(e->exact.hi - e->real, e->real - e->exact.lo);
    if (!(e->exact.hi > e->exact.lo) || !isfinite(most) || !isfinite(observed))
        return -1;
    float magnitude = fabsf((float)observed);
    double rounding = ((double)nextafterf(magnitude, INFINITY) - (double)magnitude) / 2;
    return fmax(0, fabs(observed - e->real) - rounding) / most;
}

/* One element of h into the verdict; NULL, or a mismatch that lacks its inputs. */
static kbit_mismatch *judge_element(const kbit_judging *judging, const element *e, size_t i,
                                    size_t k, kbit_verdict *verdict)
{
    const kbit_tensor *h = &judging->call->out[0];
    const kbit_dtype type = (kbit_dtype)h->dtype;
    const double observed = kbit_element(h, i * judging->call->K + k);
    verdict->elements++;
    if (e->undecided) {
        verdict->undecided++;
        return NULL;
    }
    verdict->checked++;
    if (type == KBIT_F32)
        verdict->ratio = fmax(verdict->ratio, share_of(e, observed));
    bool right = kbit_admits(&e->set, observed) || (e->or_nan && isnan(observed));
    if (right && !kbit_shown(judging, i, k))
        return NULL;
    kbit_mismatch *m = right ? kbit_show(verdict, "h", i, k) : kbit_reject(verdict, "h", i, k);
    kbit_print_value(m->observed, sizeof m->observed, observed, type);
    kbit_print_admissible(m->admissible, sizeof m->admissible, &e->set, type);
    return m;
}

static kbit_status judge_h(const kbit_judging *judging, kbit_producer producer,
                           kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
    const size_t M = call->M, K = call->K;
    const kbit_dtype type = (kbit_dtype)call->out[0].dtype;
    inputs in;
    if (!read_inputs(call, producer, &in)) {
        forget(&in);
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", call->step);
    }
    for (size_t i = 0; i < M; i++) {
        kbit_normalized_row row = {0};
        if (producer <= BY_LAYERNORM)
            row = kbit_normalize_row(judging->declared, producer == BY_LAYERNORM, K, in.x + i * K,
                                     in.eps);
        if (row.undecided && !verdict->note[0])
            kbit_normalized_note(judging->declared, producer == BY_LAYERNORM,
                                 judging->first_row + i, &row, verdict->note, sizeof verdict->note);
        for (size_t k = 0; k < K; k++) {
            const float x = in.x[i * K + k], *beta = in.beta ? &in.beta[k] : NULL;
            element e = producer > BY_LAYERNORM
                            ? activated(judging->declared, producer, x, type)
                            : normalized(judging->declared, &row, x, in.gamma[k], beta, type);
            kbit_mismatch *m = judge_element(judging, &e, i, k, verdict);
            if (m && producer > BY_LAYERNORM)
                snprintf(m->inputs, sizeof m->inputs, "x %a", (double)x);
            else if (m)
                snprintf(m->inputs, sizeof m->inputs,
                         "x %a, gamma %a, beta %a, mean %.9g .. %.9g, 1/sqrt(v + eps) %.9g .. %.9g",
                         (double)x, (double)in.gamma[k], beta ? (double)*beta : 0.0, row.mean.lo,
                         row.mean.hi, row.r.lo, row.r.hi);
        }
    }
    forget(&in);
    return KBIT_OK;
}

/* One of the three steps behind h, on the candidate's own tensors, added to the verdict. */
static kbit_status judge_behind(const kbit_judging *judging, const kbit_step *step,
                                const kbit_tensor *in, kbit_tensor *out, kbit_verdict *room,
                                kbit_verdict *verdict, kbit_error *error)
{
    kbit_call call = *judging->call;
    kbit_judging on = *judging;
    call.step = step->stem;
    call.in = in;
    call.out = out;
    on.call = &call;
    on.one_element = false; /* that is one of h */
    kbit_status status = kbit_step_judge(step, &on, room, error);
    if (status != KBIT_OK)
        return status;
    verdict->elements += room->elements;
    verdict->checked += room->checked;
    verdict->rejected += room->rejected;
    verdict->undecided += room->undecided;
    for (size_t m = 0; m < room->n_kept && verdict->n_kept < KBIT_MISMATCHES_KEPT; m++)
        verdict->kept[verdict->n_kept++] = room->kept[m];
    return KBIT_OK;
}

static kbit_status judge_quantized(const kbit_judging *judging, kbit_verdict *verdict,
                                   kbit_error *error)
{
    kbit_tensor *out = judging->call->out;
    const kbit_tensor none = {.dtype = KBIT_I32, .rank = 1};
    const kbit_tensor for_absmax[] = {out[0], none}, for_codes[] = {out[0], out[2], out[1]};
    kbit_verdict *room = calloc(1, sizeof *room);
    if (!room)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", judging->call->step);
    const size_t before = verdict->rejected;
    kbit_status status =
        judge_behind(judging, &kbit_step_outlier_columns, &out[0], &out[1], room, verdict, error);
    if (status == KBIT_OK)
        status = judge_behind(judging, &kbit_step_absmax_rows, for_absmax, &out[2], room, verdict,
                              error);
    /* Codes have a meaning where the list and the absmax are right. */
    if (status == KBIT_OK && verdict->rejected == before)
        status = judge_behind(judging, &kbit_step_quantize_rows, for_codes, &out[3], room, verdict,
                              error);
    free(room);
    return status;
}

static const char *theorem_of(const kbit_declared *declared, kbit_producer producer)
{
    switch (producer) {
    case BY_RMSNORM:
    case BY_LAYERNORM:
        return kbit_normalized_theorem(declared, producer == BY_LAYERNORM);
    case BY_GELU:
        return "gelu";
    case BY_GELU_TANH:
        return "gelu-tanh";
    case BY_SILU:
        return "silu";
    case BY_RELU:
        break;
    }
    return "";
}

kbit_status kbit_judge_produced(const kbit_judging *judging, kbit_producer producer,
                                kbit_verdict *verdict, kbit_error *error)
{
    const kbit_step *step = kbit_step_find(judging->call->step);
    const bool flush = judging->declared->ftz32 == FTZ_FLUSH;
    verdict->kind = producer != BY_RELU ? KBIT_ENCLOSED : flush ? KBIT_SET : KBIT_EXACT;
    verdict->theorem = theorem_of(judging->declared, producer);
    kbit_status status = judge_h(judging, producer, verdict, error);
    if (status == KBIT_OK && step->n_more)
        status = judge_quantized(judging, verdict, error);
    return status;
}

kbit_status kbit_refuses_eps(const kbit_call *call, size_t input, kbit_error *why)
{
    const float eps = *(const float *)call->in[input].data;
    if (eps >= 0 && isfinite(eps))
        return KBIT_OK;
    return kbit_fail(why, KBIT_ERR_RANGE, "eps = %a is negative or not finite", (double)eps);
}
