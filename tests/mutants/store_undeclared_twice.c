/* Rounds to fp32 and then to fp16 without declaring it. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const float *y = call->in[0].data, *bias = call->in[1].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M && call->in[1].dim[0]; i++)
        for (size_t j = 0; j < call->N; j++) {
            float sum = y[i * call->N + j] + bias[j];
            size_t at = i * call->N + j;
            status = kbit_round(1, &sum, (kbit_dtype)call->out[0].dtype,
                                (char *)call->out[0].data +
                                    at * kbit_dtype_size((kbit_dtype)call->out[0].dtype));
        }
    return status;
}

const kbit_mutant mutant_store_undeclared_twice = {
    "store-undeclared-twice", {"store", run, NULL, NULL}, NULL};
