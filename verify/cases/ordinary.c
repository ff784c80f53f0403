/* ordinary.c -- ordinary activations and weights, and shapes at the edges of every tile. */
#include "family.h"

void kbit_case_fill_weights(kbit_problem *p)
{
    kbit_fill_weights(p->seed, ID_W, p->N, p->K, p->x_type, p->w16);
    kbit_fill_normal(p->seed, ID_BIAS, p->N, p->bias);
    for (size_t j = 0; j < p->N; j++)
        p->bias[j] = (float)kbit_nearest((double)p->bias[j], KBIT_F16);
}

void kbit_case_fill_random(kbit_problem *p)
{
    kbit_case_fill_weights(p);
    kbit_fill_activations(p->of->preset, p->seed, ID_X, p->M, p->K, p->x_type, p->x);
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"random-f16", "ordinary activations, threshold on, no outlier", 33, 48, 256, F16, F16, 6, true,
     NULL, true, QUICK, NULL, kbit_case_fill_random, 0},
    {"random-bf16", "the same in bfloat16", 33, 48, 256, BF16, BF16, 6, true, NULL, true, DEFAULT,
     NULL, kbit_case_fill_random, 0},
    {"random-f32", "the same in float: one or two codes are admissible", 33, 48, 256, F32, F32, 6,
     true, NULL, true, DEFAULT, NULL, kbit_case_fill_random, 0},
    {"threshold-off", "no outlier handling at all", 31, 40, 192, F16, F16, OFF, true, NULL, true,
     QUICK, NULL, kbit_case_fill_random, 0},
    {"no-bias", "bias absent", 16, 24, 64, F16, F32, 6, false, NULL, true, DEFAULT, NULL,
     kbit_case_fill_random, 0},
    {"shape-1x1x1", "the smallest product", 1, 1, 1, F16, F16, 6, true, NULL, true, DEFAULT, NULL,
     kbit_case_fill_random, 0},
    {"shape-1x3x17", "one token", 1, 3, 17, F16, F16, 6, true, NULL, true, DEFAULT, NULL,
     kbit_case_fill_random, 0},
    {"shape-2x129x15", "K below every vector width", 2, 129, 15, F16, F16, 6, true, NULL, true,
     DEFAULT, NULL, kbit_case_fill_random, 0},
    {"shape-129x2x65", "one row more than a tile", 129, 2, 65, F16, F16, 6, true, NULL, true,
     DEFAULT, NULL, kbit_case_fill_random, 0},
    {"shape-65x127x1023", "ragged everywhere", 65, 127, 1023, F16, F16, 6, true, NULL, true,
     DEFAULT, NULL, kbit_case_fill_random, 0},
    {"shape-0xNxK", "no token", 0, 5, 16, F16, F16, 6, true, NULL, true, DEFAULT, NULL,
     kbit_case_fill_random, 0},
    {"shape-Mx0xK", "no output feature", 5, 0, 16, F16, F16, 6, true, NULL, true, DEFAULT, NULL,
     kbit_case_fill_random, 0},
    {"shape-MxNx0", "nothing to sum: the output is the bias", 3, 5, 0, F16, F16, 6, true, NULL,
     true, DEFAULT, NULL, kbit_case_fill_random, 0},
    {"blocks-32", "rows of 32 elements, as a block of ggml's Q8_0", 300, 8, 32, F16, F16, OFF,
     false, NULL, false, KBIT_LEVEL_NAMED, NULL, kbit_case_fill_random, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_ordinary = FAMILY(CASES);
