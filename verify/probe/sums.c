/* sums.c -- questions about how products are added. Each tells rows of the accumulation model apart,
 * or flags, whatever order the candidate takes the columns in. */
#include <math.h>
#include <string.h>

#include "probe.h"

typedef struct {
    double a, b;
    size_t times;
} product;

static const struct {
    const char *key, *name;
    kbit_dtype type;
    product products[4];
    double d;
} QUESTIONS[] = {
    {"acc", "a bit 24 below 1, subtracted", KBIT_F16, {{1, 1, 1}, {-0x1p-12, 0x1p-12, 1}}, 0},
    {"acc", "a bit 25 below 1, subtracted", KBIT_F16, {{1, 1, 1}, {-0x1p-12, 0x1p-13, 1}}, 0},
    {"acc", "a bit 25 below -1, added", KBIT_F16, {{-1, 1, 1}, {0x1p-12, 0x1p-13, 1}}, 0},
    {"acc", "a bit 26 below 1, subtracted", KBIT_F16, {{1, 1, 1}, {-0x1p-13, 0x1p-13, 1}}, 0},
    {"acc",
     "three quarters of the last bit, added",
     KBIT_F16,
     {{1, 1, 1}, {0x1.8p-12, 0x1p-12, 1}},
     0},
    {"acc",
     "three quarters of the last bit, added to -1",
     KBIT_F16,
     {{-1, 1, 1}, {-0x1.8p-12, 0x1p-12, 1}},
     0},
    {"acc",
     "1 beside 2^30 and -2^30",
     KBIT_F16,
     {{0x1p15, 0x1p15, 1}, {-0x1p15, 0x1p15, 1}, {1, 1, 1}},
     0},
    {"acc",
     "fourteen ones beside 2^30 and -2^30",
     KBIT_F16,
     {{0x1p15, 0x1p15, 1}, {-0x1p15, 0x1p15, 1}, {1, 1, 14}},
     0},
    {"acc",
     "fifteen products below the last bit of 1",
     KBIT_F16,
     {{1, 1, 1}, {-0x1p-12, 0x1.ffcp-13, 15}},
     0},
    {"acc",
     "a subnormal operand, and one bit 15 below its product",
     KBIT_F16,
     {{0x1p-24, 1, 1}, {-0x1p-24, 0x1p-15, 1}},
     0},
    {"acc", "a product below D = 1, subtracted", KBIT_F16, {{-0x1p-12, 0x1p-13, 1}}, 1},
    {"ftz-in16", "a subnormal fp16 operand", KBIT_F16, {{0x1p-24, 2, 1}}, 0},
    {"ftz-in16", "a subnormal bf16 operand", KBIT_BF16, {{0x1p-130, 0x1p100, 1}}, 0},
    {"ftz32", "a subnormal product of bf16", KBIT_BF16, {{0x1p-70, 0x1p-70, 1}}, 0},
    {"ftz32", "a subnormal D", KBIT_F16, {{0, 1, 1}}, 0x1p-140},
    {"splitk", "2048 + 1, which fp16 has not", KBIT_F16, {{2048, 1, 1}, {1, 1, 1}}, 0},
    {"splitk", "twice 40000, beyond fp16", KBIT_F16, {{40000, 1, 2}}, 0},
};

size_t kbit_sum_questions(void)
{
    return sizeof QUESTIONS / sizeof *QUESTIONS;
}

static uint16_t encoded(kbit_dtype type, double value)
{
    return type == KBIT_F16 ? kbit_f16_from_f32((float)value).bits
                            : kbit_bf16_from_f32((float)value).bits;
}

static void fill(kbit_question *p)
{
    const kbit_products *in = &p->products;
    uint16_t *x = p->in[0].data, *w = p->in[2].data;
    int32_t *outliers = p->in[1].data;
    float *d = p->in[3].data;
    for (size_t o = 0; o < in->n; o++) {
        size_t k = o * p->K / in->n; /* spread over all of K */
        outliers[o] = (int32_t)k;
        for (size_t i = 0; i < p->M; i++)
            x[i * p->K + k] = in->a[o];
        for (size_t j = 0; j < p->N; j++)
            w[j * p->K + k] = in->b[o];
    }
    for (size_t i = 0; i < p->M * p->N; i++)
        d[i] = in->d;
}

bool kbit_sum_question(size_t number, kbit_question *p)
{
    kbit_products *in = &p->products;
    size_t used = 0, size = sizeof p->operands;
    p->key = QUESTIONS[number].key;
    p->name = QUESTIONS[number].name;
    p->step = &kbit_step_outlier_matmul_w16;
    p->sums = true;
    in->type = QUESTIONS[number].type;
    in->d = (float)QUESTIONS[number].d;
    used = (size_t)snprintf(p->operands, size, "%s: ", kbit_dtype_name(in->type));
    for (size_t c = 0; c < 4 && QUESTIONS[number].products[c].times; c++) {
        const product *q = &QUESTIONS[number].products[c];
        for (size_t t = 0; t < q->times; t++, in->n++) {
            in->a[in->n] = encoded(in->type, q->a);
            in->b[in->n] = encoded(in->type, q->b);
        }
        used += (size_t)snprintf(p->operands + used, size - used, "%s", c ? " + " : "");
        if (q->times > 1)
            used += (size_t)snprintf(p->operands + used, size - used, "%zu * ", q->times);
        used += (size_t)snprintf(p->operands + used, size - used, "%a * %a", q->a, q->b);
    }
    snprintf(p->operands + used, size - used, ", d %a", (double)in->d);
    p->in[0] = kbit_question_tensor(in->type, 2, p->M, p->K);
    p->in[1] = kbit_question_tensor(KBIT_I32, 1, in->n, 0);
    p->in[2] = kbit_question_tensor(in->type, 2, p->N, p->K);
    p->in[3] = kbit_question_tensor(KBIT_F32, 2, p->M, p->N);
    p->out = kbit_question_tensor(KBIT_F32, 2, p->M, p->N);
    if (!p->in[0].data || !p->in[1].data || !p->in[2].data || !p->in[3].data || !p->out.data)
        return false;
    fill(p);
    return true;
}
