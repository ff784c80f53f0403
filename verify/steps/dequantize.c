/* dequantize -- ENCLOSED: C a s / 16129 within the relative error that is proved for the declared
 * operation sequence. */
#include "step.h"

#include <math.h>
#include <stdio.h>

#include "enclosure.h"
#include "numbers.h"

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data, *d = call->out[0].data;
    int dequant = judging->declared->dequant;
    (void)error;
    verdict->kind = KBIT_ENCLOSED;
    bool all_fp16 = true;
    verdict->elements = call->M * call->N;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            const bool fp16 = kbit_has_fp16_value(a[i]) && kbit_has_fp16_value(s[j]);
            const double relative = kbit_dequantize_error(dequant, fp16);
            all_fp16 &= fp16;
            double observed = (double)d[i * call->N + j];
            const kbit_overflows overflows =
                kbit_dequantize_may_overflow(judging->declared, c[i * call->N + j], a[i], s[j]);
            if (overflows == KBIT_OVERFLOW_ANYTHING) {
                verdict->undecided++;
                if (!verdict->note[0])
                    snprintf(verdict->note, sizeof verdict->note,
                             "row %zu, column %zu: some order of these factors overflows, and what "
                             "it meets may be zero: no theorem says what then comes out",
                             judging->first_row + i, j);
                continue;
            }
            verdict->checked++;
            kbit_sum exact = {0};
            kbit_sum_add(&exact,
                         (double)c[i * call->N + j] * (double)a[i] * (double)s[j] / 16129.0);
            double radius =
                exact.magnitude * relative + kbit_dequantize_underflow(judging->declared, fp16,
                                                                       (double)c[i * call->N + j],
                                                                       (double)a[i], (double)s[j]);
            kbit_admissible set = kbit_admissible_within(&exact, radius);
            /* A machine that flushes reads a subnormal statistic as zero, too. */
            if (judging->declared->ftz32 == FTZ_FLUSH &&
                (fabsf(a[i]) < 0x1p-126f || fabsf(s[j]) < 0x1p-126f)) {
                set.lo = fmin(set.lo, 0);
                set.hi = fmax(set.hi, 0);
            }
            set.plus_inf = overflows == KBIT_OVERFLOW_INF && c[i * call->N + j] > 0;
            set.minus_inf = overflows == KBIT_OVERFLOW_INF && c[i * call->N + j] < 0;
            if (radius > 0 && isfinite(observed))
                verdict->ratio = fmax(verdict->ratio, fabs(observed - exact.value) / radius);
            bool right = kbit_admits(&set, observed);
            if (right && !kbit_shown(judging, i, j))
                continue;
            kbit_mismatch *m =
                right ? kbit_show(verdict, "d", i, j) : kbit_reject(verdict, "d", i, j);
            kbit_print_value(m->observed, sizeof m->observed, observed, KBIT_F32);
            kbit_print_admissible(m->admissible, sizeof m->admissible, &set, KBIT_F32);
            snprintf(m->inputs, sizeof m->inputs, "c %d, absmax %a, w_absmax %a",
                     c[i * call->N + j], (double)a[i], (double)s[j]);
        }
    verdict->theorem = kbit_dequantize_theorem(dequant, all_fp16);
    return KBIT_OK;
}

const kbit_step kbit_step_dequantize = {
    .stem = "dequantize",
    .in = {{"c", "MN", 1u << KBIT_I32},
           {"absmax", "M", 1u << KBIT_F32},
           {"w_absmax", "N", 1u << KBIT_F32}},
    .n_in = 3,
    .out = {"d", "MN", 1u << KBIT_F32},
    .judge = judge,
};
