/* Without a threshold a float row with an infinity gives numbers. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && call->threshold < 0 && i < call->M; i++) {
        bool infinite = false;
        for (size_t k = 0; k < call->K; k++)
            infinite |= !isfinite(x_at(&call->in[0], i * call->K + k));
        for (size_t j = 0; call->in[0].dtype != KBIT_F16 && infinite && j < call->N; j++)
            put_rounded(&call->out[0], i * call->N + j, 0);
    }
    return status;
}

const kbit_mutant mutant_linear_infinite_row = {
    "linear-infinite-row", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
