/* Output features from 65536 on are those from 0 on. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    size_t size = kbit_dtype_size((kbit_dtype)call->out[0].dtype);
    char *out = call->out[0].data;
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t j = 65536; j < call->N; j++)
            memcpy(out + (i * call->N + j) * size, out + (i * call->N + j - 65536) * size, size);
    return status;
}

const kbit_mutant mutant_linear_16_bit_features = {
    "linear-16-bit-features", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
