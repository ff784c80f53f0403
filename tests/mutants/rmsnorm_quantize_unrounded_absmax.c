/* The absmax is that of the values before they were rounded, codes are of h. */
#include "mutant.h"
#include "each_produced.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor wide = {calloc(call->M * call->K + 1, 4), KBIT_F32, 2, {call->M, call->K}};
    kbit_call alone = *call;
    alone.step = "rmsnorm";
    alone.out = &wide;
    kbit_status status = reference_step(call);
    if (status == KBIT_OK)
        status = reference_step(&alone);
    if (status == KBIT_OK)
        status = kbit_absmax_rows(call->M, call->K, wide.data, 0, NULL, call->threshold,
                                  call->out[2].data);
    free(wide.data);
    return status;
}

const kbit_mutant mutant_rmsnorm_quantize_unrounded_absmax = {
    "rmsnorm-quantize-unrounded-absmax", {"rmsnorm_quantize", run, NULL, NULL}, NULL};
