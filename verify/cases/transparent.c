/* transparent.c -- outputs with one admissible value each, so that a flipped bit shows in a fused kernel. */
#include "family.h"

#include <math.h>

/* Transparent: every code is a small integer times the step, the +-127 that fixes the statistic
 * meets a 0 in the other operand, and the whole sum is an integer below 2^11 times one power of
 * two, so that the only admissible fp16 output is that number. argument: largest |code|. */
static void fill_transparent(kbit_problem *p)
{
    int largest = p->of->argument;
    size_t outlier[2] = {p->K / 3, p->K - 2};
    bool on = p->threshold >= 0;
    for (size_t i = 0; i < p->M; i++) {
        double step = ldexp(1, -5 - (int)(i % 3));
        for (size_t k = 0; k < p->K; k++) {
            int64_t code =
                (int64_t)(draw(p, ID_X, i * p->K + k) % (unsigned)(2 * largest + 1)) - largest;
            double x = (double)code * step;
            if (k == 0)
                x = (i % 2 ? -127 : 127) * step;
            else if (k == 1)
                x = 0;
            else if (on && (k == outlier[0] || k == outlier[1]))
                x = draw(p, ID_EXTRA, i * p->K + k) % 3 ? (k == outlier[0] ? 8.0 : -8.0) : 0;
            p->x[i * p->K + k] = (float)x;
        }
    }
    for (size_t j = 0; j < p->N; j++) {
        double step = ldexp(1, -9 - (int)(j % 4));
        for (size_t k = 0; k < p->K; k++) {
            int64_t code =
                (int64_t)(draw(p, ID_W, j * p->K + k) % (unsigned)(2 * largest + 1)) - largest;
            bool apart = on && (k == outlier[0] || k == outlier[1]);
            if (apart && code)
                code = code > 0 ? 1 : -1;
            double w = (double)code * step;
            if (k == 0)
                w = 0;
            else if (k == 1)
                w = (j % 2 ? -127 : 127) * step;
            p->w16[j * p->K + k] = (float)w;
        }
        p->bias[j] = 0;
    }
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"transparent", "fused outputs with one admissible value each: a flipped bit shows", 48, 80,
     128, F16, F16, 6, false, NULL, true, QUICK, NULL, fill_transparent, 2},
    {"transparent-ragged", "the same at odd sizes", 37, 53, 129, F16, F16, 6, false, NULL, true,
     QUICK, NULL, fill_transparent, 2},
    {"transparent-off", "the same without outliers", 65, 67, 130, F16, F16, OFF, false, NULL, true,
     DEFAULT, NULL, fill_transparent, 3},
    {"transparent-wide", "the same over many tiles", 130, 140, 512, F16, F16, 6, false, NULL, false,
     DEFAULT, NULL, fill_transparent, 1},
    {"transparent-f32", "the same with a float output", 20, 28, 96, F16, F32, 6, false, NULL, false,
     DEFAULT, NULL, fill_transparent, 2},
};
/* clang-format on */

const kbit_case_family kbit_cases_transparent = FAMILY(CASES);
