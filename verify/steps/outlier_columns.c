/* outlier_columns -- EXACT: the ascending list of columns with an outlier. */
#include "step.h"

#include <stdio.h>
#include <stdlib.h>

#include "numbers.h"

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
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

    verdict->kind = KBIT_EXACT;
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
        if (listed == (witness[k] != 0) && !kbit_shown(judging, k, 0))
            continue;
        kbit_mismatch *m = listed == (witness[k] != 0) ? kbit_show(verdict, "outliers", k, 0)
                                                       : kbit_reject(verdict, "outliers", k, 0);
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
