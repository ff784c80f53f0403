#include "by_row.h"

static uint16_t encoding_of(kbit_dtype type, float x)
{
    return type == KBIT_F16 ? kbit_f16_from_f32(x).bits : kbit_bf16_from_f32(x).bits;
}

static uint16_t operand(const by_row *how, kbit_dtype type, float x)
{
    float least = type == KBIT_F16 ? 0x1p-14f : 0x1p-126f;
    return encoding_of(type, how->flush_operands && fabsf(x) < least ? 0 : x);
}

/* Where product o of n lies among the operands. */
static size_t place(const by_row *how, size_t o, size_t n)
{
    if (how->reversed)
        return n - 1 - o;
    size_t in = o % 16, mirrored = (in & 1) << 3 | (in & 2) << 1 | (in & 4) >> 1 | (in & 8) >> 3;
    return how->spread ? o - in + mirrored : o;
}

kbit_status each_sum_by_row(const kbit_call *call, const by_row *how)
{
    bool w16 = strcmp(call->step, "outlier_matmul_w16") == 0;
    kbit_dtype type = (kbit_dtype)call->in[0].dtype;
    if (type == KBIT_F32 || (w16 && call->in[2].dtype != call->in[0].dtype))
        return reference_step(call);
    size_t n = call->in[1].dim[0], places = (n + 15) / 16 * 16;
    const int32_t *outliers = call->in[1].data;
    const float *d = call->in[w16 ? 3 : 4].data, *s = w16 ? NULL : call->in[3].data;
    uint16_t *x = calloc(places + 1, sizeof *x), *w = calloc(places + 1, sizeof *w);
    kbit_status status = x && w ? KBIT_OK : KBIT_ERR_MEMORY;
    size_t used = how->spread ? places : n;
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t j = 0; status == KBIT_OK && j < call->N; j++) {
            for (size_t o = 0; o < n; o++) {
                size_t k = (size_t)outliers[o], at = j * call->K + k, to = place(how, o, n);
                float weight =
                    w16 ? x_at(&call->in[2], at) : (float)((const int8_t *)call->in[2].data)[at];
                if (how->f16_weights)
                    weight = in_f16(weight * s[j] * INVERSE_127);
                x[to] = operand(how, type, x_at(&call->in[0], i * call->K + k));
                w[to] = operand(how, how->f16_weights ? KBIT_F16 : type, weight);
            }
            float start = d[i * call->N + j], sum, from = how->onto_d && w16 ? start : 0;
            if (how->part)
                status = kbit_accumulate_split(how->row, type, used, x, w, from, how->part,
                                               how->partials, &sum);
            else
                status = kbit_accumulate(how->row, type, used, x, w, from, &sum);
            if (!w16 && !how->f16_weights)
                sum = sum * s[j] * INVERSE_127;
            ((float *)call->out[0].data)[i * call->N + j] = how->onto_d && w16 ? sum : start + sum;
        }
    free(x);
    free(w);
    return status;
}
