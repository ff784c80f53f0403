/* bitsandbytes.c -- candidate: the block-wise quantizer of bitsandbytes' CPU library, without torch.
 *
 * Variant: none, or the path of libbitsandbytes_cpu.so, which $KBIT_BITSANDBYTES may hold as well.
 *
 * The library has no step of LLM.int8(); that is the Python port's. Its cquantize_blockwise_cpu_* with
 * blocks of K elements and the linear codebook k/127, k = -127 .. 127, asks for the nearest code of
 * x/absmax(row) and is thereby absmax_rows and quantize_rows, where nothing is an outlier:
 *   absmax_rows    its absmax output;
 *   quantize_rows  its index minus 127, where its own absmax is the one that is given.
 * The codebook has 256 places; the last repeats 1.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "foreign.h"

enum { CODES = 256, ZERO = 127 };

/* code, A, absmax, out, blocksize, n */
typedef void quantizer(float *, void *, float *, unsigned char *, long long, long long);
static quantizer *quantizers[4]; /* by kbit_dtype: f32, f16, bf16 */

/* The rows' absmax and indices; the caller frees both. */
static kbit_status quantize(const kbit_call *call, float **absmax, unsigned char **index)
{
    static float code[CODES];
    static const size_t SIZE[] = {0, 4, 2, 2};
    const kbit_tensor *x = &call->in[0];
    size_t n = call->M * call->K;
    float *wide = kbit_foreign_widened(call);
    *absmax = calloc(call->M + 1, sizeof **absmax);
    *index = malloc(n + 1);
    void *copy = malloc(n * SIZE[x->dtype] + 1); /* its input is not const */
    kbit_status status = wide && *absmax && *index && copy ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK &&
        (call->K == 0 ||
         !kbit_foreign_unmasked(call, &call->in[call->out->dtype == KBIT_I8 ? 2 : 1], wide)))
        status = KBIT_ERR_UNSUPPORTED;
    if (status == KBIT_OK && n) {
        for (int k = 0; k < CODES; k++)
            code[k] = (float)((k < CODES - 1 ? k : CODES - 2) - ZERO) / 127.0f;
        memcpy(copy, x->data, n * SIZE[x->dtype]);
        quantizers[x->dtype](code, copy, *absmax, *index, (long long)call->K, (long long)n);
    }
    free(copy);
    free(wide);
    return status;
}

static kbit_status absmax_rows(void *bound, const kbit_call *call)
{
    (void)bound;
    float *absmax;
    unsigned char *index;
    kbit_status status = quantize(call, &absmax, &index);
    if (status == KBIT_OK && call->M)
        memcpy(call->out[0].data, absmax, call->M * sizeof *absmax);
    free(absmax);
    free(index);
    return status;
}

static kbit_status quantize_rows(void *bound, const kbit_call *call)
{
    (void)bound;
    float *absmax;
    unsigned char *index;
    kbit_status status = quantize(call, &absmax, &index);
    const float *given = call->in[1].data;
    int8_t *q = call->out[0].data;
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        if (!(given[i] == absmax[i]) && isfinite(given[i]))
            status = KBIT_ERR_UNSUPPORTED;
    for (size_t e = 0; status == KBIT_OK && e < call->M * call->K; e++)
        q[e] = (int8_t)((index[e] < CODES - 1 ? index[e] : CODES - 2) - ZERO);
    free(absmax);
    free(index);
    return status;
}

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static const kbit_op ops[] = {{.step = "absmax_rows", .run = absmax_rows},
                                  {.step = "quantize_rows", .run = quantize_rows}};
    static const kbit_candidate_v1 candidate = {
        KBIT_CANDIDATE_ABI, sizeof candidate, "bitsandbytes-cpu", "quant=any nan=launder", ops, 2};
    char rest[32];
    void *library = kbit_foreign_open(variant, "KBIT_BITSANDBYTES", "libbitsandbytes_cpu.so", rest);
    if (!library || rest[0] ||
        !kbit_foreign_symbol(library, "cquantize_blockwise_cpu_fp32", &quantizers[KBIT_F32]) ||
        !kbit_foreign_symbol(library, "cquantize_blockwise_cpu_fp16", &quantizers[KBIT_F16]) ||
        !kbit_foreign_symbol(library, "cquantize_blockwise_cpu_bf16", &quantizers[KBIT_BF16]))
        return NULL;
    return &candidate;
}
