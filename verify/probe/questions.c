/* questions.c -- the questions: those of sums.c, and one or two for each other key. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "probe.h"

kbit_tensor kbit_question_tensor(kbit_dtype type, uint32_t rank, size_t rows, size_t columns)
{
    size_t n = rank == 2 ? rows * columns : rows;
    return (kbit_tensor){
        calloc(n ? n : 1, kbit_dtype_size(type)), type, rank, {rows, rank == 2 ? columns : 0}};
}

void kbit_question_free(kbit_question *p)
{
    for (size_t i = 0; i < KBIT_MAX_INPUTS; i++)
        free(p->in[i].data);
    free(p->out.data);
}

static void fill_f32(kbit_tensor *t, float value)
{
    for (size_t i = 0, n = kbit_tensor_elements(t); i < n; i++)
        ((float *)t->data)[i] = value;
}

static kbit_f16 *f16(kbit_tensor *t)
{
    return t->data;
}

/* A tie 127 x / a, by number; false when there are no more. */
static bool tie(int number, float *x, float *a)
{
    /* a = 127 m 2^-10 and x = (2k + 1) m 2^-11 */
    const int few = 16 * 127, m = 1 + number / 127, k = number % 127;
    *a = 127 * (float)m * 0x1p-10f;
    *x = (float)((2 * k + 1) * m) * 0x1p-11f;
    if (number >= few) { /* any a, and x = a/2 */
        *a = (float)(1024 + number - few) * 0x1p-10f;
        *x = *a / 2;
    }
    return number < few + 1024;
}

static int code(float x, float a, kbit_quant quant)
{
    return kbit_codes_of(x, a, KBIT_THRESHOLD_OFF, quant, KBIT_F16).code;
}

/* Rows whose second element is an exact tie 127 x / a that two of the sequences round apart, each pair of
 * sequences in turn. */
static void ask_quant(kbit_question *p)
{
    static const kbit_quant PAIRS[][2] = {
        {QUANT_EXACT, QUANT_MUL},      {QUANT_EXACT, QUANT_RDIV},
        {QUANT_MUL, QUANT_RDIV},       {QUANT_EXACT, QUANT_RECIPROCAL},
        {QUANT_MUL, QUANT_RECIPROCAL}, {QUANT_RDIV, QUANT_RECIPROCAL}};
    enum { KINDS = sizeof PAIRS / sizeof *PAIRS };
    int next[KINDS] = {0};
    for (size_t row = 0; row < p->M; row++) {
        const kbit_quant *apart = PAIRS[row % KINDS];
        float x, a;
        bool found = false;
        while (!found && tie(next[row % KINDS]++, &x, &a))
            found = kbit_f16_to_f32(kbit_f16_from_f32(x)) == x &&
                    code(x, a, apart[0]) != code(x, a, apart[1]);
        if (!found)
            continue; /* a row of zeros */
        f16(&p->in[0])[row * p->K] = kbit_f16_from_f32(a);
        f16(&p->in[0])[row * p->K + 1] = kbit_f16_from_f32(x);
        ((float *)p->in[1].data)[row] = a;
    }
    snprintf(p->operands, sizeof p->operands,
             "rows (a, x, 0, ...) with 127x/a an exact tie, the first a %a, x %a",
             (double)((float *)p->in[1].data)[0], (double)kbit_f16_to_f32(f16(&p->in[0])[1]));
}

/* Accumulators and statistics with all their bits, so that each order of operations rounds apart. */
static void ask_dequant(kbit_question *p)
{
    int32_t *c = p->in[0].data;
    for (size_t i = 0; i < p->M * p->N; i++)
        c[i] = (int32_t)(0x155555 + 7919 * (i % 65536));
    for (size_t i = 0; i < p->M; i++)
        ((float *)p->in[1].data)[i] = 1 + (float)(2 * (i % 500) + 1) * 0x1p-10f;
    for (size_t j = 0; j < p->N; j++)
        ((float *)p->in[2].data)[j] = 1 + (float)((2 * (j % 500) + 511) % 1024) * 0x1p-10f;
    snprintf(p->operands, sizeof p->operands,
             "c 0x155555 + 7919 (i N + j), absmax 1 + (2i + 1)/1024");
}

static void ask_store(kbit_question *p, float y, float bias)
{
    fill_f32(&p->in[0], y);
    fill_f32(&p->in[1], bias);
    snprintf(p->operands, sizeof p->operands, "f16: y %a, bias %a", (double)y, (double)bias);
}

static void ask_store_rule(kbit_question *p)
{
    ask_store(p, 1 + 0x1p-11f, 0x1p-40f); /* just above a tie of fp16 that fp32 rounds to */
}

/* y is 1 + 2^-11 + 2^-14: fp16 lifts it to 1 + 2^-10, and what is then added to that shows. */
static void ask_bias(kbit_question *p)
{
    ask_store(p, 1 + 0x1p-11f + 0x1p-14f, -0x1p-13f);
}

/* Beside a tie of bf16, onto which fp16 rounds it. */
static void ask_via(kbit_question *p)
{
    ask_store(p, 1 + 0x1p-8f + 0x1p-13f, 0);
    snprintf(p->operands, sizeof p->operands, "bf16: y %a, bias 0",
             (double)(1 + 0x1p-8f + 0x1p-13f));
}

static void ask_overflow(kbit_question *p)
{
    ask_store(p, 0x1p20f, 0);
}

static void ask_ftz_out16(kbit_question *p)
{
    ask_store(p, 0x1p-20f, 0);
}

/* A row (1, NaN, 2, 0, ...) without a threshold. */
static void ask_nan(kbit_question *p)
{
    p->threshold = KBIT_THRESHOLD_OFF;
    for (size_t i = 0; i < p->M; i++) {
        f16(&p->in[0])[i * p->K] = (kbit_f16){0x3c00};
        f16(&p->in[0])[i * p->K + 1] = (kbit_f16){0x7e00};
        f16(&p->in[0])[i * p->K + 2] = (kbit_f16){0x4000};
    }
    snprintf(p->operands, sizeof p->operands, "rows (1, NaN, 2, 0, ...), no threshold");
}

static void ask_zero_stat(kbit_question *p)
{
    p->threshold = KBIT_THRESHOLD_OFF;
    snprintf(p->operands, sizeof p->operands, "rows of zeros");
}

/* One outlier column with x = 1 and the weight 1 * 1/127, which fp16 rounds. */
static void ask_subB(kbit_question *p)
{
    for (size_t i = 0; i < p->M; i++)
        f16(&p->in[0])[i * p->K] = (kbit_f16){0x4800}; /* 8 */
    for (size_t j = 0; j < p->N; j++)
        ((int8_t *)p->in[2].data)[j * p->K] = 1;
    fill_f32(&p->in[3], 1);
    snprintf(p->operands, sizeof p->operands, "one column: x 8, code 1, w_absmax 1, d 0");
}

/* The int8 part is 2049 2^-8, a tie of fp16, and the outlier part (6 + 2^-7) / 8 decides. */
static void ask_combine(kbit_question *p)
{
    for (size_t i = 0; i < p->M; i++) {
        kbit_f16 *x = f16(&p->in[0]) + i * p->K;
        x[0] = kbit_f16_from_f32(127 * 0x1p-5f);
        x[1] = kbit_f16_from_f32(17 * 0x1p-5f);
        x[2] = kbit_f16_from_f32(6 + 0x1p-7f);
    }
    for (size_t j = 0; j < p->N; j++) {
        int8_t *w = (int8_t *)p->in[1].data + j * p->K;
        w[0] = 16, w[1] = 1, w[2] = 1;
    }
    fill_f32(&p->in[2], 127 * 0x1p-3f);
    snprintf(p->operands, sizeof p->operands,
             "threshold 6, rows x (127/32, 17/32, 6 + 2^-7, 0, ...), codes (16, 1, 1, 0, ...), "
             "w_absmax 127/8, no bias");
}

static void fill_normalization(kbit_question *p, float (*element)(size_t i, size_t k))
{
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++)
            f16(&p->in[0])[i * p->K + k] = kbit_f16_from_f32(element(i, k));
    for (size_t k = 0; k < p->K; k++)
        f16(&p->in[1])[k] = (kbit_f16){0x3c00};
}

/* 30 to 32, with all bits of fp16: squares near 1000 of which a variance near 1/3 is left. */
static float far_from_zero(size_t i, size_t k)
{
    return 30 + (float)((37 * k + 11 * i) % 128) / 64;
}

static void ask_variance(kbit_question *p)
{
    fill_normalization(p, far_from_zero);
    snprintf(p->operands, sizeof p->operands,
             "x 30 + ((37 k + 11 i) mod 128)/64, gamma 1, no beta, eps 0");
}

static float ones_and_twos(size_t i, size_t k)
{
    return k % (i % 14 + 2) == 0 ? 2 : 1;
}

/* Squares are integers, so that their mean is exact where K is a power of two: an ulp of the reciprocal
 * root shows. */
static void ask_rsqrt(kbit_question *p)
{
    fill_normalization(p, ones_and_twos);
    snprintf(p->operands, sizeof p->operands,
             "x 2 where k is a multiple of i mod 14 + 2, else 1; gamma 1, eps 0");
}

/* Normalized values that fp16 rounds, and a gamma that rounds their products once more. */
static void ask_gamma(kbit_question *p)
{
    fill_normalization(p, far_from_zero);
    for (size_t k = 0; k < p->K; k++)
        f16(&p->in[1])[k] = (kbit_f16){0x3e00};
    snprintf(p->operands, sizeof p->operands,
             "x 30 + ((37 k + 11 i) mod 128)/64, gamma 1.5, eps 0");
}

static float near_1000(size_t i, size_t k)
{
    return 1000 + (float)((k + i) % 4);
}

/* Means near 1000 times r, of which differences near 1 are left. */
static void ask_centre(kbit_question *p)
{
    fill_normalization(p, near_1000);
    snprintf(p->operands, sizeof p->operands, "x 1000 + (k + i) mod 4, gamma 1, no beta, eps 0");
}

static void ask_gelu(kbit_question *p)
{
    for (size_t i = 0; i < p->M * p->K; i++)
        f16(&p->in[0])[i] = kbit_f16_from_f32((float)(i % 64 + 1) / 64);
    snprintf(p->operands, sizeof p->operands, "x (n mod 64 + 1)/64 in element n");
}

static void ask_exp(kbit_question *p)
{
    for (size_t i = 0; i < p->M * p->K; i++)
        f16(&p->in[0])[i] = kbit_f16_from_f32(-(float)(i % 64 + 1) / 2);
    snprintf(p->operands, sizeof p->operands, "x -(n mod 64 + 1)/2 in element n");
}

static const struct {
    const char *key, *name;
    const kbit_step *step;
    kbit_dtype out;
    void (*fill)(kbit_question *p);
} OTHERS[] = {
    {"quant", "ties that the sequences round apart", &kbit_step_quantize_rows, KBIT_I8, ask_quant},
    {"dequant", "the bits of the sequence", &kbit_step_dequantize, KBIT_F32, ask_dequant},
    {"store", "a tie after the first rounding", &kbit_step_store, KBIT_F16, ask_store_rule},
    {"bias", "a sum that an earlier rounding changes", &kbit_step_store, KBIT_F16, ask_bias},
    {"via", "a number beside a tie of bf16", &kbit_step_store, KBIT_BF16, ask_via},
    {"combine", "a tie in the int8 part", &kbit_step_llmint8_linear_bnb, KBIT_F16, ask_combine},
    {"subB", "a weight that fp16 rounds", &kbit_step_outlier_matmul, KBIT_F32, ask_subB},
    {"nan", "a NaN activation", &kbit_step_absmax_rows, KBIT_F32, ask_nan},
    {"zero-stat", "the sign of an empty row's absmax", &kbit_step_absmax_rows, KBIT_F32,
     ask_zero_stat},
    {"variance", "rows far from zero", &kbit_step_layernorm, KBIT_F32, ask_variance},
    {"rsqrt", "rows of ones and twos", &kbit_step_rmsnorm, KBIT_F32, ask_rsqrt},
    {"gamma", "normalized values that fp16 rounds", &kbit_step_rmsnorm, KBIT_F16, ask_gamma},
    {"centre", "a mean of a thousand deviations", &kbit_step_layernorm, KBIT_F32, ask_centre},
    {"gelu", "x from 0 to 1", &kbit_step_gelu, KBIT_F32, ask_gelu},
    {"exp", "x from -32 to 0", &kbit_step_silu, KBIT_F32, ask_exp},
    {"overflow", "2^20 as fp16", &kbit_step_store, KBIT_F16, ask_overflow},
    {"ftz-out16", "2^-20 as fp16", &kbit_step_store, KBIT_F16, ask_ftz_out16},
};

/* One outlier column where the step takes a list and the question is about it, else none. */
static size_t extent(const kbit_question *p, char letter)
{
    bool bias = p->step == &kbit_step_store;
    return kbit_extent(letter, p->M, p->N, p->K, p->step == &kbit_step_outlier_matmul,
                       bias ? p->N : 0);
}

static kbit_tensor tensor_of(const kbit_question *p, const kbit_slot *slot, kbit_dtype type)
{
    if (!(slot->types >> type & 1))
        for (type = KBIT_F32; !(slot->types >> type & 1);)
            type++;
    uint32_t rank = (uint32_t)strlen(slot->dims);
    return kbit_question_tensor(type, rank, extent(p, slot->dims[0]),
                                rank == 2 ? extent(p, slot->dims[1]) : 0);
}

bool kbit_question_make(size_t number, kbit_question *p, bool *made)
{
    size_t M = p->M, N = p->N, K = p->K, sums = kbit_sum_questions();
    *p = (kbit_question){.M = M, .N = N, .K = K, .threshold = 6};
    *made = true;
    if (number < sums) {
        *made = kbit_sum_question(number, p);
        return true;
    }
    number -= sums;
    if (number >= sizeof OTHERS / sizeof *OTHERS)
        return false;
    p->key = OTHERS[number].key;
    p->name = OTHERS[number].name;
    p->step = OTHERS[number].step;
    if (p->step == &kbit_step_quantize_rows)
        p->threshold = KBIT_THRESHOLD_OFF;
    for (size_t i = 0; i < p->step->n_in; i++) {
        p->in[i] = tensor_of(p, &p->step->in[i], KBIT_F16);
        *made = *made && p->in[i].data;
    }
    p->out = tensor_of(p, &p->step->out, OTHERS[number].out);
    *made = *made && p->out.data;
    if (*made)
        OTHERS[number].fill(p);
    return true;
}
