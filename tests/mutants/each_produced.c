#include "each_produced.h"

static float *floats_of(const kbit_tensor *t)
{
    size_t n = t->rank == 2 ? t->dim[0] * t->dim[1] : t->dim[0];
    float *x = calloc(n + 1, sizeof *x);
    for (size_t i = 0; i < n; i++)
        x[i] = x_at(t, i);
    return x;
}

float *produced_x(const kbit_call *call)
{
    return floats_of(&call->in[0]);
}

float norm_mean(const norm_row *row)
{
    float sum = 0;
    for (size_t k = 0; row->centred && k < row->K; k++)
        sum += row->x[k];
    return row->centred ? sum / (float)row->K : 0;
}

float norm_variance(const norm_row *row, float mean)
{
    float sum = 0;
    for (size_t k = 0; k < row->K; k++)
        sum += (row->x[k] - mean) * (row->x[k] - mean);
    return sum / (float)row->K;
}

void norm_apply(const norm_row *row, float mean, float r, float *y)
{
    for (size_t k = 0; k < row->K; k++) {
        y[k] = (row->x[k] - mean) * r * row->gamma[k];
        if (row->beta)
            y[k] += row->beta[k];
    }
}

kbit_status quantize_values(const kbit_call *call, const float *values)
{
    kbit_tensor *out = call->out;
    kbit_status status = kbit_outlier_columns(call->M, call->K, values, call->threshold,
                                              out[1].data, &out[1].dim[0]);
    if (status == KBIT_OK)
        status = kbit_absmax_rows(call->M, call->K, values, 0, NULL, call->threshold, out[2].data);
    if (status == KBIT_OK)
        status = kbit_quantize_rows(call->M, call->K, values, out[2].data, out[1].dim[0],
                                    out[1].data, call->threshold, out[3].data);
    return status;
}

kbit_status put_produced(const kbit_call *call, const float *values)
{
    const kbit_dtype type = (kbit_dtype)call->out[0].dtype;
    kbit_status status = kbit_round(call->M * call->K, values, type, call->out[0].data);
    if (status == KBIT_OK && strstr(call->step, "_quantize")) {
        float *h = floats_of(&call->out[0]);
        status = quantize_values(call, h);
        free(h);
    }
    return status;
}

kbit_status each_normalized(const kbit_call *call, each_norm *norm)
{
    const bool centred = strncmp(call->step, "layernorm", 9) == 0;
    float *x = produced_x(call), *gamma = floats_of(&call->in[1]);
    float *beta = centred && call->in[2].dim[0] ? floats_of(&call->in[2]) : NULL;
    float *y = calloc(call->M * call->K + 1, sizeof *y);
    norm_row row = {call->K, x, gamma, beta, *(const float *)call->in[centred ? 3 : 2].data,
                    centred};
    for (size_t i = 0; i < call->M; i++, row.x += call->K)
        norm(&row, y + i * call->K);
    kbit_status status = put_produced(call, y);
    free(x);
    free(gamma);
    free(beta);
    free(y);
    return status;
}

kbit_status each_activated(const kbit_call *call, each_activation *f)
{
    float *y = produced_x(call);
    for (size_t at = 0; at < call->M * call->K; at++)
        y[at] = f(y[at]);
    kbit_status status = put_produced(call, y);
    free(y);
    return status;
}
