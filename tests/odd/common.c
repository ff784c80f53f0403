/* common.c -- the plug-in, and what its ports share. */
#include "odd.h"

double odd_get(const kbit_tensor *t, size_t i)
{
    if (t->dtype == KBIT_F32)
        return (double)((const float *)t->data)[i];
    const unsigned bits = ((const uint16_t *)t->data)[i];
    const int f16 = t->dtype == KBIT_F16, width = f16 ? 10 : 7, bias = f16 ? 15 : 127;
    const int exponent = (int)(bits >> width) & (f16 ? 31 : 255);
    const int fraction = (int)(bits & ((1u << width) - 1));
    double v = exponent == 0 ? ldexp(fraction, 1 - bias - width)
                             : ldexp(fraction + (1 << width), exponent - bias - width);
    if (exponent == (f16 ? 31 : 255))
        v = fraction ? NAN : INFINITY;
    return bits >> 15 ? -v : v;
}

void odd_put(const kbit_tensor *t, size_t i, double v)
{
    if (t->dtype == KBIT_F32) {
        ((float *)t->data)[i] = (float)v;
        return;
    }
    const int f16 = t->dtype == KBIT_F16, width = f16 ? 10 : 7, bias = f16 ? 15 : 127;
    const unsigned sign = signbit(v) ? 0x8000u : 0, infinite = (f16 ? 31u : 255u) << width;
    unsigned bits;
    if (isnan(v)) {
        bits = infinite | 1u << (width - 1);
    } else if (isinf(v)) {
        bits = infinite;
    } else {
        int e = v == 0 ? 1 - bias : ilogb(v);
        e = e < 1 - bias ? 1 - bias : e;
        const double units = rint(ldexp(fabs(v), width - e)); /* of the last bit */
        /* A carry out of the fraction is one into the exponent. */
        const double encoding = (double)(e + bias - 1) * (1 << width) + units;
        bits = encoding < infinite ? (unsigned)encoding : infinite;
    }
    ((uint16_t *)t->data)[i] = (uint16_t)(sign | bits);
}

int odd_code(double x, double a)
{
    const double t = fabs(x);
    int k = (int)floor(127 * t / a);
    while (254 * t > (2 * k + 1) * a || (254 * t == (2 * k + 1) * a && k % 2))
        k++;
    return x < 0 ? -k : k;
}

int odd_outlier(const kbit_call *call, size_t k)
{
    for (size_t i = 0; i < call->M && call->threshold >= 0; i++)
        if (!(fabs(odd_get(&call->in[0], i * call->K + k)) < (double)call->threshold))
            return 1;
    return 0;
}

static int is_out(const kbit_call *call, const odd_layer *how, size_t k)
{
    for (size_t i = how->last_row_list && call->M > 1; i < call->M && call->threshold >= 0; i++) {
        const double v = fabs(odd_get(&call->in[0], i * call->K + k)), t = (double)call->threshold;
        if (how->greater_only ? !(v <= t) : !(v < t))
            return 1;
    }
    return 0;
}

kbit_status odd_run_layer(const kbit_call *call, const odd_layer *how)
{
    const size_t M = call->M, N = call->N, K = call->K;
    const int8_t *w = call->in[1].data;
    const float *s = call->in[2].data, *bias = call->in[3].dim[0] ? call->in[3].data : NULL;
    char *out = malloc(K + 1);
    int *q = malloc((K + 1) * sizeof *q);
    size_t outliers = 0;
    if (!out || !q)
        return KBIT_ERR_MEMORY;
    for (size_t k = 0; k < K; k++)
        outliers += (size_t)(out[k] = (char)is_out(call, how, k));
    for (size_t i = 0; i < M; i++) {
        double a = 0;
        int bad = 0;
        for (size_t k = 0; k < K; k++) {
            const double v = fabs(odd_get(&call->in[0], i * K + k));
            const int masked = call->threshold >= 0 && !(v < (double)call->threshold);
            bad |= !masked && !isfinite(v);
            if (!masked && !(how->columns_off && out[k]))
                a = v > a || isnan(v) ? v : a;
        }
        for (size_t k = 0; k < K; k++) {
            const double x = odd_get(&call->in[0], i * K + k);
            q[k] = out[k] || bad || a == 0 || !(fabs(x) <= a) ? 0 : odd_code(x, a);
        }
        for (size_t j = 0; j < N; j++) {
            int64_t c = 0;
            double d = 0, y;
            for (size_t k = 0; k < K;) {
                float part = 0; /* exact below 2^24 */
                const size_t end =
                    how->block && k + (size_t)how->block < K ? k + (size_t)how->block : K;
                int64_t exact = 0;
                for (; k < end; k++) {
                    part += (float)(q[k] * w[j * K + k]);
                    exact += q[k] * w[j * K + k];
                }
                c += how->block ? (int64_t)part : exact;
            }
            for (size_t k = 0; k < K; k++)
                if (out[k])
                    d += odd_get(&call->in[0], i * K + k) * (w[j * K + k] * (double)s[j] / 127);
            y = (bad ? (double)NAN : (double)c * a) * (double)s[j] / 16129;
            const size_t at = i * N + j;
            if (how->round_before_bias) {
                odd_put(&call->out[0], at, y + d);
                y = odd_get(&call->out[0], at), d = 0;
            }
            const double b = bias ? (double)bias[j] : 0;
            odd_put(&call->out[0], at, y + d + b + (how->bias_without_list && !outliers ? b : 0));
        }
    }
    free(out);
    free(q);
    return KBIT_OK;
}

KBIT_CANDIDATE_EXPORT const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static kbit_op op;
    static kbit_candidate_v1 me = {KBIT_CANDIDATE_ABI, sizeof me, NULL, "", &op, 1};
    const odd_port *const tables[] = {odd_legal, odd_bugs};
    for (int t = 0; variant && t < 2; t++)
        for (const odd_port *p = tables[t]; p->name; p++)
            if (strcmp(p->name, variant) == 0) {
                me.name = p->name;
                me.declares = p->declares;
                op.step = p->step;
                op.run = p->run;
                return &me;
            }
    return NULL;
}
