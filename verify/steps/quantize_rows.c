/* quantize_rows -- EXACT where the declared sequence determines the code, SET{k, k+1} at exact ties
 * where it does not (quant=any). The gap theorem says that nothing else may vary, but with ftz32=flush
 * a code may be 0 where a number below 2^-126 counts as zero. */
#include "step.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "codes.h"

static kbit_status refuses(const kbit_call *call, const kbit_declared *declared, kbit_error *why)
{
    size_t M = call->M, K = call->K;
    const float *absmax = call->in[1].data;
    const int32_t *outliers = call->in[2].data;
    float *x = kbit_widened(&call->in[0]);
    bool *excluded = calloc(K ? K : 1, sizeof *excluded);
    kbit_status status = x && excluded ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK && declared->nan == NAN_LAUNDER)
        kbit_launder(M * K, x);
    for (size_t o = 0; status == KBIT_OK && o < call->in[2].dim[0]; o++)
        excluded[outliers[o]] = true;
    for (size_t i = 0; status == KBIT_OK && i < M; i++)
        for (size_t k = 0; k < K && isfinite(absmax[i]); k++) {
            float v = fabsf(x[i * K + k]);
            bool masked = excluded[k] || (call->threshold >= 0 && !(v < call->threshold));
            if (declared->ftz32 == FTZ_FLUSH && v < KBIT_LEAST_NORMAL)
                v = 0;
            if (!masked && !(v <= absmax[i]) && status == KBIT_OK)
                status = kbit_fail(why, KBIT_ERR_RANGE,
                                   "x(%zu,%zu) = %a is not masked and exceeds absmax(%zu) = %a", i,
                                   k, (double)x[i * K + k], i, (double)absmax[i]);
        }
    free(x);
    free(excluded);
    return status;
}

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
    size_t M = call->M, K = call->K;
    const float *absmax = call->in[1].data;
    const int32_t *outliers = call->in[2].data;
    const int8_t *q = call->out[0].data;
    int quant = judging->declared->quant;
    const bool flush = judging->declared->ftz32 == FTZ_FLUSH;
    float *x = kbit_widened(&call->in[0]);
    bool *excluded = calloc(K ? K : 1, sizeof *excluded);
    if (!x || !excluded) {
        free(x);
        free(excluded);
        return kbit_fail(error, KBIT_ERR_MEMORY, "quantize_rows: out of memory");
    }
    if (judging->declared->nan == NAN_LAUNDER)
        kbit_launder(M * K, x);
    for (size_t o = 0; o < call->in[2].dim[0]; o++)
        excluded[outliers[o]] = true;

    bool f32 = false; /* the gap theorem does not hold throughout */
    for (size_t i = 0; i < M && !f32; i++)
        f32 =
            isfinite(absmax[i]) && !kbit_codes_one_format(absmax[i], (kbit_dtype)call->in[0].dtype);
    verdict->kind = quant == QUANT_ANY || f32 || flush ? KBIT_SET : KBIT_EXACT;
    verdict->theorem = f32 ? "quantize-f32" : quant == QUANT_ANY ? "quantize-gap" : "";
    verdict->elements = M * K;
    for (size_t i = 0; i < M; i++) {
        if (!isfinite(absmax[i]))
            continue; /* the row is NaN downstream; its codes mean nothing (semantics, section 5) */
        verdict->checked += K;
        for (size_t k = 0; k < K; k++) {
            kbit_codes c = {0, 0, false};
            bool zero = false, no_scale = false;
            if (!excluded[k])
                c = kbit_codes_of(x[i * K + k], absmax[i], call->threshold, quant,
                                  (kbit_dtype)call->in[0].dtype);
            if (!excluded[k] && flush)
                zero = kbit_codes_flush(x[i * K + k], absmax[i], call->threshold, quant, &no_scale);
            c.none = (c.none || no_scale) && !(zero && q[i * K + k] == 0);
            if (c.none) { /* UNDECIDED: the declared sequence overflows */
                verdict->checked--;
                verdict->undecided++;
                if (!verdict->note[0])
                    snprintf(verdict->note, sizeof verdict->note,
                             "row %zu: the declared sequence gives no code for absmax %a",
                             judging->first_row + i, (double)absmax[i]);
                continue;
            }
            int observed = q[i * K + k];
            verdict->single += c.code == c.other && (!zero || c.code == 0);
            bool right = observed == c.code || observed == c.other || (zero && observed == 0);
            if (right && !kbit_shown(judging, i, k))
                continue;
            kbit_mismatch *m =
                right ? kbit_show(verdict, "q", i, k) : kbit_reject(verdict, "q", i, k);
            snprintf(m->observed, sizeof m->observed, "%d", observed);
            if (c.code == c.other)
                snprintf(m->admissible, sizeof m->admissible, "{%d}%s", c.code,
                         zero ? " or 0" : "");
            else
                snprintf(m->admissible, sizeof m->admissible, "{%d, %d}%s", c.code, c.other,
                         zero ? " or 0" : "");
            snprintf(m->inputs, sizeof m->inputs, "x %a, absmax %a, 127x/absmax %.9g%s",
                     (double)x[i * K + k], (double)absmax[i],
                     127.0 * (double)x[i * K + k] / (double)absmax[i],
                     excluded[k] ? ", outlier column" : "");
        }
    }
    free(x);
    free(excluded);
    return KBIT_OK;
}

const kbit_step kbit_step_quantize_rows = {
    .stem = "quantize_rows",
    .in = {{"x", "MK", KBIT_TYPES_FLOAT},
           {"absmax", "M", 1u << KBIT_F32},
           {"outliers", "O", 1u << KBIT_I32}},
    .n_in = 3,
    .out = {"q", "MK", 1u << KBIT_I8},
    .precondition = "an element that is not masked exceeds its row's absmax",
    .refuses = refuses,
    .judge = judge,
};
