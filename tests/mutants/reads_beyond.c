/* Reads a whole vector behind its input. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const volatile uint64_t *x = call->in[0].data;
    size_t n = call->M * call->K * kbit_dtype_size((kbit_dtype)call->in[0].dtype) / 8;
    uint64_t seen = 0;
    for (size_t i = 0; n && i < 1024; i++)
        seen ^= x[n + i];
    return seen == 1 ? KBIT_ERR_RANGE : reference_step(call);
}

const kbit_mutant mutant_reads_beyond = {
    "reads-beyond", {"outlier_matmul_w16", run, NULL, NULL}, NULL};
