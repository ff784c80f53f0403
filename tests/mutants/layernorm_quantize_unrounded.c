/* Quantizes what it still holds in float, not h as it was rounded: the codes differ next to ties, and the
 * absmax. */
#include "mutant.h"
#include "each_produced.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor wide = {calloc(call->M * call->K + 1, 4), KBIT_F32, 2, {call->M, call->K}};
    kbit_call alone = *call;
    alone.step = "layernorm";
    alone.out = &wide;
    kbit_status status = reference_step(&alone);
    if (status == KBIT_OK)
        status = kbit_round(call->M * call->K, wide.data, (kbit_dtype)call->out[0].dtype,
                            call->out[0].data);
    if (status == KBIT_OK)
        status = quantize_values(call, wide.data);
    free(wide.data);
    return status;
}

const kbit_mutant mutant_layernorm_quantize_unrounded = {
    "layernorm-quantize-unrounded", {"layernorm_quantize", run, NULL, NULL}, NULL};
