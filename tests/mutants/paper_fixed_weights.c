/* Quantizes W once, with all of its columns, as bitsandbytes does. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    size_t n = call->N * call->K;
    float *w = calloc(n + 1, sizeof *w), *s = calloc(call->N + 1, sizeof *s);
    int8_t *codes = calloc(n + 1, 1);
    for (size_t i = 0; i < n; i++)
        w[i] = x_at(&call->in[1], i);
    kbit_absmax_rows(call->N, call->K, w, 0, NULL, KBIT_THRESHOLD_OFF, s);
    kbit_quantize_rows(call->N, call->K, w, s, 0, NULL, KBIT_THRESHOLD_OFF, codes);
    kbit_tensor in[4] = {call->in[0],
                         {codes, KBIT_I8, 2, {call->N, call->K}},
                         {s, KBIT_F32, 1, {call->N, 0}},
                         call->in[2]};
    kbit_call bnb = *call;
    bnb.in = in;
    bnb.step = "llmint8_linear_bnb";
    kbit_status status = reference_step(&bnb);
    free(w);
    free(s);
    free(codes);
    return status;
}

const kbit_mutant mutant_paper_fixed_weights = {
    "paper-fixed-weights", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
