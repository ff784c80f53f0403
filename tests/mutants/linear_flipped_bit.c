/* The lowest bit of one accumulator is flipped inside the fused kernel: one code of W changes by
 * one for one element. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[4] = {call->in[0], call->in[1], call->in[2], call->in[3]}, row = call->out[0];
    kbit_call one = *call;
    kbit_status status = reference_step(call);
    size_t type = kbit_dtype_size((kbit_dtype)call->out[0].dtype), i = call->M / 2, j = call->N / 2;
    size_t k = call->K > 4 ? 4 : 0;
    float x = call->M && call->K ? x_at(&call->in[0], i * call->K + k) : 0;
    if (status != KBIT_OK || call->M * call->N * call->K == 0 || x == 0)
        return status;
    int8_t *w = malloc(call->N * call->K);
    memcpy(w, call->in[1].data, call->N * call->K);
    w[j * call->K + k] = (int8_t)(w[j * call->K + k] + (w[j * call->K + k] > 0 ? -1 : 1));
    char *out = calloc(call->M * call->N, type);
    in[1].data = w;
    row.data = out;
    one.in = in;
    one.out = &row;
    status = reference_step(&one);
    memcpy((char *)call->out[0].data + (i * call->N + j) * type, out + (i * call->N + j) * type,
           type);
    free(w);
    free(out);
    return status;
}

const kbit_mutant mutant_linear_flipped_bit = {
    "linear-flipped-bit", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
