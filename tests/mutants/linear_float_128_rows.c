/* A grid of floats is one block of 128 rows, which repeat. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    const size_t row = call->N * kbit_dtype_size((kbit_dtype)call->out[0].dtype);
    char *out = call->out[0].data;
    for (size_t i = 128; call->in[0].dtype == KBIT_F32 && status == KBIT_OK && i < call->M; i++)
        memcpy(out + i * row, out + (i - 128) * row, row);
    return status;
}

const kbit_mutant mutant_linear_float_128_rows = {
    "linear-float-128-rows", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
