/* accumulate.c -- a whole dot product, step by step, by any row of the model. */
#include <stdlib.h>

#include "accumulation/alignments.h"

/* Computes: one step of the row; kbit_accumulation.h says what each alignment does, and the file of
 *   each alignment its bound. Exact by definition for IEEE rows, MODEL for the others. */
float kbit_accumulate_step(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                           const kbit_operand *b, float c)
{
    switch (row->alignment) {
    case KBIT_ALIGN_PAIRS:
        return accumulation_pairs(row, count, a, b, c);
    case KBIT_ALIGN_NOTHING:
        return accumulation_nothing(row, count, a, b, c);
    case KBIT_ALIGN_ALL:
        return accumulation_all(row, count, a, b, c);
    case KBIT_ALIGN_TWICE:
        return accumulation_twice(row, count, a, b, c);
    }
    return c;
}

static bool is_16_bit(kbit_dtype type)
{
    return type == KBIT_F16 || type == KBIT_BF16;
}

/* Computes: c, then products 1 to L, then L + 1 to 2 L and so on, each step starting from the fp32
 *   result of the one before. A last step with fewer products is filled up with zeros, as kernels fill
 *   their tiles. n = 0 gives c.
 * Shapes: a, b [n] encodings of type fp16 or bf16; may be NULL if n is 0.
 * Error bound: proofs/accumulate.md and proofs/accumulate_fused.md.
 * Errors: KBIT_ERR_NULL; KBIT_ERR_UNSUPPORTED for another type; KBIT_ERR_MEMORY.
 * Source: reference/accumulation/rows.c names one for each row. */
kbit_status kbit_accumulate(const kbit_accumulation *row, kbit_dtype type, size_t n,
                            const uint16_t *a, const uint16_t *b, float c, float *result)
{
    if (!row || !result || (n != 0 && (!a || !b)))
        return KBIT_ERR_NULL;
    if (!is_16_bit(type))
        return KBIT_ERR_UNSUPPORTED;
    size_t step = row->products != 0 ? row->products : n;
    kbit_operand *operands = step < SIZE_MAX / 2 / sizeof *operands
                                 ? malloc((step != 0 ? step : 1) * 2 * sizeof *operands)
                                 : NULL;
    if (!operands)
        return KBIT_ERR_MEMORY;

    for (size_t start = 0; start < n; start += step) {
        size_t count = n - start < step ? n - start : step;

        for (size_t k = 0; k < count; k++) {
            operands[k] = kbit_operand_of(type, a[start + k]);
            operands[step + k] = kbit_operand_of(type, b[start + k]);
        }
        c = kbit_accumulate_step(row, count, operands, operands + step, c);
    }
    free(operands);
    *result = c;
    return KBIT_OK;
}
