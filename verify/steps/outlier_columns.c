/* outlier_columns -- EXACT: the ascending list of columns with an outlier. SET where ftz32=flush and the
 * threshold is below 2^-126: it may count as zero, and so may elements. */
#include "step.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "numbers.h"

/* Whether zeros in place of what is below 2^-126 can change the comparison: against 0 every element is an
 * outlier, and against a threshold below 2^-126 a larger one still is. */
static bool may_turn(const kbit_call *call, size_t k)
{
    if (!(call->threshold > 0 && call->threshold < KBIT_LEAST_NORMAL))
        return false;
    for (size_t i = 0; i < call->M; i++)
        if (!(fabs(kbit_element(&call->in[0], i * call->K + k)) < KBIT_LEAST_NORMAL))
            return false;
    return true;
}

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
    const bool flush = judging->declared->ftz32 == FTZ_FLUSH;
    const kbit_tensor *x = &call->in[0], *out = &call->out[0];
    const int32_t *list = out->data;
    size_t M = call->M, K = call->K, n = out->dim[0];
    /* row of the first outlier of each column, plus 1; 0: none */
    size_t *witness = calloc(K ? K : 1, sizeof *witness);
    if (!witness)
        return kbit_fail(error, KBIT_ERR_MEMORY, "outlier_columns: out of memory");
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < K; k++)
            if (!witness[k] && kbit_is_outlier(judging->declared, (float)kbit_element(x, i * K + k),
                                               call->threshold))
                witness[k] = i + 1;

    verdict->kind = flush ? KBIT_SET : KBIT_EXACT;
    verdict->elements = verdict->checked = K;
    for (size_t i = 0; i < n; i++)
        if (list[i] < 0 || (size_t)list[i] >= K || (i > 0 && list[i] <= list[i - 1])) {
            kbit_mismatch *m = kbit_reject(verdict, "outliers", i, 0);
            snprintf(m->observed, sizeof m->observed, "%d", list[i]);
            snprintf(m->admissible, sizeof m->admissible, "ascending, in [0, %zu)", K);
            free(witness);
            return KBIT_OK;
        }
    for (size_t k = 0, i = 0; k < K; k++) {
        bool listed = i < n && (size_t)list[i] == k;
        i += listed;
        const bool right = listed == (witness[k] != 0) || (flush && may_turn(call, k));
        if (right && !kbit_shown(judging, k, 0))
            continue;
        kbit_mismatch *m =
            right ? kbit_show(verdict, "outliers", k, 0) : kbit_reject(verdict, "outliers", k, 0);
        snprintf(m->observed, sizeof m->observed, "column %zu %s", k,
                 listed ? "listed" : "not listed");
        if (witness[k])
            snprintf(m->admissible, sizeof m->admissible, "listed: |x[%zu,%zu]| = |%a| >= %a",
                     witness[k] - 1, k, kbit_element(x, (witness[k] - 1) * K + k),
                     (double)call->threshold);
        else
            snprintf(m->admissible, sizeof m->admissible, "not listed: every |x| < %a",
                     (double)call->threshold);
    }
    free(witness);
    return KBIT_OK;
}

const kbit_step kbit_step_outlier_columns = {
    .stem = "outlier_columns",
    .in = {{"x", "MK", KBIT_TYPES_FLOAT}},
    .n_in = 1,
    .out = {"outliers", "O", 1u << KBIT_I32},
    .judge = judge,
};
