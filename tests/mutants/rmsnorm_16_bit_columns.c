/* Counts columns in 16 bits: those beyond 65535 are not summed. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    norm_row less = *row;
    less.K = row->K % 65536 && row->K > 65536 ? row->K % 65536 : row->K;
    norm_apply(row, 0, 1 / sqrtf(norm_variance(&less, 0) + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_16_bit_columns = {
    "rmsnorm-16-bit-columns", {"rmsnorm", run, NULL, NULL}, NULL};
