/* dtype.c -- element types by name and size, and whole arrays to float and back. */
#include <string.h>

#include "kbit.h"

size_t kbit_dtype_size(kbit_dtype type)
{
    switch (type) {
    case KBIT_F32:
    case KBIT_I32:
        return 4;
    case KBIT_F16:
    case KBIT_BF16:
        return 2;
    case KBIT_I8:
        return 1;
    }
    return 0;
}

const char *kbit_dtype_name(kbit_dtype type)
{
    switch (type) {
    case KBIT_F32:
        return "f32";
    case KBIT_F16:
        return "f16";
    case KBIT_BF16:
        return "bf16";
    case KBIT_I8:
        return "i8";
    case KBIT_I32:
        return "i32";
    }
    return NULL;
}

static kbit_status check_array(size_t n, kbit_dtype type, const void *in, const void *out)
{
    if (type != KBIT_F32 && type != KBIT_F16 && type != KBIT_BF16)
        return KBIT_ERR_UNSUPPORTED;
    if (n > SIZE_MAX / sizeof(float))
        return KBIT_ERR_SHAPE;
    if (n != 0 && (in == NULL || out == NULL))
        return KBIT_ERR_NULL;
    return KBIT_OK;
}

/* Computes: out[i] = in[i], for n elements of type f32, f16 or bf16.
 * Error bound: exact.
 * Errors: KBIT_ERR_UNSUPPORTED for an integer or unknown type, _SHAPE, _NULL.
 */
kbit_status kbit_widen(size_t n, kbit_dtype type, const void *in, float *out)
{
    kbit_status status = check_array(n, type, in, out);

    if (status != KBIT_OK || n == 0)
        return status;
    if (type == KBIT_F32)
        memcpy(out, in, n * sizeof(float));
    for (size_t i = 0; type == KBIT_F16 && i < n; i++)
        out[i] = kbit_f16_to_f32(((const kbit_f16 *)in)[i]);
    for (size_t i = 0; type == KBIT_BF16 && i < n; i++)
        out[i] = kbit_bf16_to_f32(((const kbit_bf16 *)in)[i]);
    return KBIT_OK;
}

/* Computes: out[i] = in[i] rounded to type (f32: copied), to nearest, ties to even.
 * Error bound: one rounding. Overflow gives infinity, NaN stays NaN.
 * Errors: KBIT_ERR_UNSUPPORTED for an integer or unknown type, _SHAPE, _NULL.
 */
kbit_status kbit_round(size_t n, const float *in, kbit_dtype type, void *out)
{
    kbit_status status = check_array(n, type, in, out);

    if (status != KBIT_OK || n == 0)
        return status;
    if (type == KBIT_F32)
        memcpy(out, in, n * sizeof(float));
    for (size_t i = 0; type == KBIT_F16 && i < n; i++)
        ((kbit_f16 *)out)[i] = kbit_f16_from_f32(in[i]);
    for (size_t i = 0; type == KBIT_BF16 && i < n; i++)
        ((kbit_bf16 *)out)[i] = kbit_bf16_from_f32(in[i]);
    return KBIT_OK;
}
