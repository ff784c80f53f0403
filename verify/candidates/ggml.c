/* ggml.c -- candidate: Q8_0 of ggml (llama.cpp), blocks of 32 codes with one scale.
 *
 * Variants: none: what ggml itself uses on this processor (ggml_get_type_traits_cpu); ref: its portable
 * code. Beside it, or alone, the path of libggml-cpu.so, which $KBIT_GGML may hold as well:
 * ggml:ref:/usr/lib/libggml-cpu.so.
 *
 *   quantize_rows  the codes of from_float (ref: quantize_row_q8_0_ref). A block has its own absmax, so
 *                  a row is asked only where each of its blocks holds the row's: always where K = 32.
 *   int8_matmul    vec_dot on blocks whose scale is 1. It sums in int32 within a block and in float over
 *                  blocks, so K is a multiple of 32 up to 1024, where float holds every sum.
 * Its scale, absmax/127 rounded to fp16, is another method's and not judged.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "foreign.h"

enum { Q8_0 = 8, BLOCK = 32, MOST = 1024, ONE_IN_F16 = 0x3c00 };

typedef struct {
    uint16_t scale;
    int8_t code[BLOCK];
} block;

typedef void from_float(const float *x, void *y, int64_t k);
typedef void vec_dot(int n, float *s, size_t bs, const void *x, size_t bx, const void *y, size_t by,
                     int nrc);

static from_float *quantizer;
static vec_dot *dot;

/* Whether each block of each row reaches the row's absmax. */
static bool blocks_are_rows(const kbit_call *call, const float *x)
{
    const float *absmax = call->in[1].data;
    bool same = call->K % BLOCK == 0;
    for (size_t b = 0; same && b < call->M * call->K / BLOCK; b++) {
        float most = 0;
        for (size_t k = 0; k < BLOCK; k++)
            most = fmaxf(most, fabsf(x[b * BLOCK + k]));
        same = most == absmax[b * BLOCK / call->K];
    }
    return same;
}

static kbit_status quantize_rows(void *bound, const kbit_call *call)
{
    (void)bound;
    int8_t *q = call->out[0].data;
    size_t n = call->M * call->K;
    float *x = kbit_foreign_widened(call);
    block *blocks = malloc((n / BLOCK + 1) * sizeof *blocks);
    kbit_status status = x && blocks ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK &&
        (!kbit_foreign_unmasked(call, &call->in[2], x) || !blocks_are_rows(call, x)))
        status = KBIT_ERR_UNSUPPORTED;
    if (status == KBIT_OK && n)
        quantizer(x, blocks, (int64_t)n);
    for (size_t e = 0; status == KBIT_OK && e < n; e++)
        q[e] = blocks[e / BLOCK].code[e % BLOCK];
    free(blocks);
    free(x);
    return status;
}

static block *as_blocks(const int8_t *codes, size_t n)
{
    block *blocks = malloc((n / BLOCK + 1) * sizeof *blocks);
    for (size_t e = 0; blocks && e < n; e++) {
        blocks[e / BLOCK].scale = ONE_IN_F16;
        blocks[e / BLOCK].code[e % BLOCK] = codes[e];
    }
    return blocks;
}

static kbit_status int8_matmul(void *bound, const kbit_call *call)
{
    (void)bound;
    size_t M = call->M, N = call->N, K = call->K;
    int32_t *c = call->out[0].data;
    if (K == 0 || K % BLOCK || K > MOST)
        return KBIT_ERR_UNSUPPORTED;
    block *q = as_blocks(call->in[0].data, M * K), *w = as_blocks(call->in[1].data, N * K);
    for (size_t i = 0; q && w && i < M; i++)
        for (size_t j = 0; j < N; j++) {
            float sum;
            dot((int)K, &sum, 0, q + i * K / BLOCK, 0, w + j * K / BLOCK, 0, 1);
            c[i * N + j] = (int32_t)sum;
        }
    kbit_status status = q && w ? KBIT_OK : KBIT_ERR_MEMORY;
    free(q);
    free(w);
    return status;
}

/* The beginning of ggml.h's struct ggml_type_traits_cpu. */
typedef struct {
    from_float *from_float;
    vec_dot *vec_dot;
} traits;

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static const kbit_op ops[] = {{.step = "quantize_rows", .run = quantize_rows},
                                  {.step = "int8_matmul", .run = int8_matmul}};
    static char name[80], rest[32];
    static const kbit_candidate_v1 candidate = {
        KBIT_CANDIDATE_ABI, sizeof candidate, name, "quant=any", ops, 2};
    const traits *(*traits_of)(int type);
    const char *(*version)(void);
    void (*initialize)(void);
    void *library = kbit_foreign_open(variant, "KBIT_GGML", "libggml-cpu.so", rest);
    if (!library || (rest[0] && strcmp(rest, "ref") != 0) ||
        !kbit_foreign_symbol(library, "ggml_cpu_init", &initialize) ||
        !kbit_foreign_symbol(library, "ggml_get_type_traits_cpu", &traits_of) ||
        !kbit_foreign_symbol(library, "ggml_version", &version))
        return NULL;
    initialize();
    quantizer = traits_of(Q8_0)->from_float;
    dot = traits_of(Q8_0)->vec_dot;
    if (rest[0] && (!kbit_foreign_symbol(library, "quantize_row_q8_0_ref", &quantizer) ||
                    !kbit_foreign_symbol(library, "ggml_vec_dot_q8_0_q8_0_generic", &dot)))
        return NULL;
    snprintf(name, sizeof name, "ggml-%.32s%s%s", version(), rest[0] ? ":" : "", rest);
    return &candidate;
}
