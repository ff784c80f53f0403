/* outlier_matmul and outlier_matmul_w16 -- ENCLOSED: D plus the outlier columns' product, n = |O| +
 * 1 terms accumulated in any order. With a single term per element, or terms that are multiples of
 * a common power of two with a small sum, the interval is a point: column indexing is judged
 * exactly. */
#include "outlier_matmul.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "enclosure.h"
#include "numbers.h"

kbit_status kbit_judge_outlier_matmul(const kbit_judging *judging, bool w16, kbit_verdict *verdict,
                                      kbit_error *error)
{
    const kbit_call *call = judging->call;
    size_t M = call->M, N = call->N, K = call->K, n = call->in[1].dim[0];
    const int32_t *outliers = call->in[1].data;
    const int8_t *w = w16 ? NULL : call->in[2].data;
    const float *s = w16 ? NULL : call->in[3].data;
    const float *d = call->in[w16 ? 3 : 4].data, *y = call->out[0].data;
    float *x = kbit_widened(&call->in[0]), *weights = w16 ? kbit_widened(&call->in[2]) : NULL;
    if (!x || (w16 && !weights)) {
        free(x);
        free(weights);
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", call->step);
    }
    kbit_summation how = kbit_summation_of(judging->declared, (kbit_dtype)call->in[0].dtype,
                                           w16 ? (kbit_dtype)call->in[2].dtype : KBIT_I8, n, 0);
    double term_growth =
        kbit_growth(how.product_error + (w16 ? 0 : KBIT_OUTLIER_SCALE_ERROR), 1, how.term_loss);
    double d_growth = kbit_growth(0, 1, how.loss);

    verdict->kind = KBIT_ENCLOSED;
    verdict->theorem = how.theorem;
    verdict->elements = verdict->checked = M * N;
    for (size_t i = 0; i < M; i++) {
        double largest = 0;
        for (size_t o = 0; o < n; o++)
            if (isfinite(x[i * K + (size_t)outliers[o]]))
                largest = fmax(largest, fabs((double)x[i * K + (size_t)outliers[o]]));
        for (size_t j = 0; j < N; j++) {
            double observed = (double)y[i * N + j], start = (double)d[i * N + j];
            kbit_sum terms = {0};
            if (w16)
                kbit_outlier_terms_w16(&how, &terms, n, outliers, x + i * K, weights + j * K);
            else
                kbit_outlier_terms(&how, &terms, n, outliers, x + i * K, w + j * K, s[j],
                                   kbit_subb_type(judging->declared, call));
            double scale = w16 ? 1 : (double)s[j];
            double radius = terms.encoded * term_growth +
                            terms.doubt * (1 + kbit_growth(0, 1, how.term_loss)) +
                            kbit_summation_underflow(&how, terms.terms, largest, scale);
            radius += fabs(start) * d_growth;
            kbit_sum products = terms;
            kbit_sum_add(&terms, start);
            if (kbit_outlier_sum_is_exact(&how, &products, &terms, w16, w16 ? 1 : s[j]))
                radius = 0;
            kbit_admissible set = kbit_admissible_within(&terms, radius);
            if (radius > 0 && isfinite(observed))
                verdict->ratio = fmax(verdict->ratio, fabs(observed - terms.value) / radius);
            kbit_summation_overflow(&how, &products, scale, &set);
            kbit_summation_overflow_f32(&how, &products, &terms, largest, scale, &set);
            bool right = kbit_admits(&set, observed);
            if (right && !kbit_shown(judging, i, j))
                continue;
            kbit_mismatch *m =
                right ? kbit_show(verdict, "y", i, j) : kbit_reject(verdict, "y", i, j);
            kbit_print_value(m->observed, sizeof m->observed, observed, KBIT_F32);
            kbit_print_admissible(m->admissible, sizeof m->admissible, &set, KBIT_F32);
            snprintf(m->inputs, sizeof m->inputs,
                     "%zu outlier columns, d %a, sum of terms %.9g, "
                     "sum of magnitudes %.9g",
                     n, start, terms.value - start, terms.magnitude);
        }
    }
    free(x);
    free(weights);
    return KBIT_OK;
}

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_outlier_matmul(judging, false, verdict, error);
}

const kbit_step kbit_step_outlier_matmul = {
    .stem = "outlier_matmul",
    .in = {{"x", "MK", KBIT_TYPES_FLOAT},
           {"outliers", "O", 1u << KBIT_I32},
           {"w", "NK", 1u << KBIT_I8},
           {"w_absmax", "N", 1u << KBIT_F32},
           {"d", "MN", 1u << KBIT_F32}},
    .n_in = 5,
    .out = {"y", "MN", 1u << KBIT_F32},
    .judge = judge,
};
