/* The two halves of a 32-bit store are in the wrong order. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    size_t size = kbit_dtype_size((kbit_dtype)call->out[0].dtype);
    char *out = call->out[0].data, kept[4];
    for (size_t i = 0; i + 1 < call->M * call->N; i += 2, out += 2 * size) {
        memcpy(kept, out, size);
        memcpy(out, out + size, size);
        memcpy(out + size, kept, size);
    }
    return KBIT_OK;
}

const kbit_mutant mutant_store_swapped_pairs = {
    "store-swapped-pairs", {"store", run, NULL, NULL}, NULL};
