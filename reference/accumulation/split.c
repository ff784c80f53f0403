/* split.c -- split-K: parts of a dot product summed apart. */
#include "kbit_accumulation.h"

/* Computes: S_p, the products of part p summed from +0 as kbit_accumulate does; each stored as
 *   `partials`, to nearest; c + S_1 + S_2 + ..., each addition in fp32 to nearest.
 * Error bound: that of the parts, plus u |sum| for each addition, u = 2^-24; for fp16 partials also
 *   2^-11 |S_p| or 2^-25 each, and an overflow beyond 65504 (proofs/accumulate_fused.md).
 * Assumptions: part > 0.
 * Errors: KBIT_ERR_RANGE for part 0; KBIT_ERR_UNSUPPORTED for partials that are neither KBIT_F32 nor
 *   KBIT_F16; those of kbit_accumulate.
 * Deviations: libraries add the partials in orders of their own, or at random by atomic additions;
 *   first to last is one of them. */
kbit_status kbit_accumulate_split(const kbit_accumulation *row, kbit_dtype type, size_t n,
                                  const uint16_t *a, const uint16_t *b, float c, size_t part,
                                  kbit_dtype partials, float *result)
{
    if (!result || (n != 0 && (!a || !b)))
        return KBIT_ERR_NULL;
    if (part == 0)
        return KBIT_ERR_RANGE;
    if (partials != KBIT_F32 && partials != KBIT_F16)
        return KBIT_ERR_UNSUPPORTED;

    for (size_t start = 0; start < n; start += part) {
        size_t count = n - start < part ? n - start : part;
        float sum;
        kbit_status status = kbit_accumulate(row, type, count, a + start, b + start, 0, &sum);

        if (status != KBIT_OK)
            return status;
        c += partials == KBIT_F16 ? kbit_f16_to_f32(kbit_f16_from_f32(sum)) : sum;
    }
    *result = c;
    return KBIT_OK;
}
