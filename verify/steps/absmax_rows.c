/* absmax_rows -- EXACT: a maximum involves no rounding, so the encoding is determined. SET where
 * ftz32=flush: one below 2^-126 may be zero. */
#include "step.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbit_exact.h"
#include "numbers.h"

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
    size_t M = call->M, K = call->K;
    const float *observed = call->out[0].data;
    float *x = kbit_widened(&call->in[0]);
    bool *excluded = calloc(K ? K : 1, sizeof *excluded);
    if (!x || !excluded) {
        free(x);
        free(excluded);
        return kbit_fail(error, KBIT_ERR_MEMORY, "absmax_rows: out of memory");
    }
    if (judging->declared->nan == NAN_LAUNDER)
        kbit_launder(M * K, x);
    for (size_t o = 0; o < call->in[1].dim[0]; o++)
        excluded[((const int32_t *)call->in[1].data)[o]] = true;

    const bool flush = judging->declared->ftz32 == FTZ_FLUSH;
    verdict->kind = flush ? KBIT_SET : KBIT_EXACT;
    verdict->elements = verdict->checked = M;
    for (size_t i = 0; i < M; i++) {
        float expected = kbit_exact_absmax(K, x + i * K, excluded, call->threshold);
        bool same =
            isnan(expected) ? isnan(observed[i]) : bits_of(expected) == bits_of(observed[i]);
        const bool zero = expected == 0 || (flush && expected < (float)KBIT_LEAST_NORMAL);
        if (zero && flush)
            same = same || bits_of(observed[i]) == 0;
        if (zero && judging->declared->zero_stat == ZERO_STAT_MINUS)
            same = same || bits_of(observed[i]) == 0x80000000u;
        if (same && !kbit_shown(judging, i, 0))
            continue;
        kbit_mismatch *m =
            same ? kbit_show(verdict, "absmax", i, 0) : kbit_reject(verdict, "absmax", i, 0);
        kbit_print_value(m->observed, sizeof m->observed, (double)observed[i], KBIT_F32);
        kbit_print_value(m->admissible, sizeof m->admissible, (double)expected, KBIT_F32);
        snprintf(m->inputs, sizeof m->inputs, "row %zu of x, threshold %a, %zu columns left out",
                 judging->first_row + i, (double)call->threshold, call->in[1].dim[0]);
    }
    free(x);
    free(excluded);
    return KBIT_OK;
}

const kbit_step kbit_step_absmax_rows = {
    .stem = "absmax_rows",
    .in = {{"x", "MK", KBIT_TYPES_FLOAT}, {"outliers", "O", 1u << KBIT_I32}},
    .n_in = 2,
    .out = {"absmax", "M", 1u << KBIT_F32},
    .judge = judge,
};
