/* boundaries.c -- values on and beside the places where a rounding turns, for single steps. */
#include "family.h"

#include <math.h>

/* A number of the output's type from all its binades, subnormal ones included, and its successor. */
static double neighbours(const kbit_problem *p, uint64_t h, double *next)
{
    int precision = p->out_type == F16 ? 11 : 8, top = p->out_type == F16 ? 15 : 127;
    int bottom = p->out_type == F16 ? -14 : -126; /* smallest normal exponent */
    int exponent = bottom - 1 + (int)(h % (unsigned)(top - bottom + 2));
    bool subnormal = exponent < bottom;
    double ulp = ldexp(1, (subnormal ? bottom : exponent) - precision + 1);
    double least = subnormal ? 0 : ldexp(1, exponent);
    uint64_t steps = (uint64_t)1 << (precision - 1);
    /* The ends of a binade, where the ulp changes, in one draw of four. */
    uint64_t step = h >> 62 ? (h >> 32) % steps : h >> 61 & 1 ? steps - 1 : 0;
    double value = least + (double)step * ulp;
    *next = value + ulp;
    return value;
}

/* y + bias on the midpoint of two outputs, one float ulp beside it, and so near that rounding the sum
 * to float first lands on it. The midpoint beyond the largest finite number is one of them. */
void kbit_case_fill_store(kbit_problem *p)
{
    for (size_t j = 0; j < p->N; j++) {
        uint64_t h = draw(p, ID_BIAS, j);
        double tiny = ldexp(h >> 63 ? -1 : 1, -40 - (int)(h % 20));
        p->bias[j] = j % 4 == 0   ? 0
                     : j % 4 == 3 ? (float)kbit_nearest((double)(int)(h % 8191) / 1024 - 4, F16)
                                  : (float)tiny;
    }
    for (size_t i = 0; i < p->M; i++)
        for (size_t j = 0; j < p->N; j++) {
            uint64_t h = draw(p, ID_X, i * p->N + j);
            double next, value = neighbours(p, h, &next), middle = (value + next) / 2;
            float y = (float)(j % 4 == 3 ? middle - (double)p->bias[j] : middle);
            if (h >> 40 & 1)
                y = nextafterf(y, h >> 41 & 1 ? INFINITY : 0);
            p->y[i * p->N + j] = h >> 42 & 1 ? -y : y;
        }
}

/* Accumulators and statistics whose products fall beside powers of two, where a rounding is
 * relatively largest: each factor a power of two, one unit above or one below, or anything. */
void kbit_case_fill_dequantize(kbit_problem *p)
{
    for (size_t i = 0; i < p->M * p->N; i++) {
        uint64_t h = draw(p, ID_Q, i);
        int64_t c = ((int64_t)1 << (h % 31)) + (int)(h >> 8 & 3) - 1;
        if (h >> 16 & 1)
            c = (int64_t)(h >> 20 & 0x7fffffff);
        c = c > INT32_MAX ? INT32_MAX : c;
        p->c[i] = (int32_t)(h >> 63 ? -c : c);
    }
    p->c[0] = INT32_MIN;
    for (int operand = 0; operand < 2; operand++)
        for (size_t i = 0; i < (operand ? p->N : p->M); i++) {
            uint64_t h = draw(p, operand ? ID_W : ID_X, i);
            double v = ldexp(1 + (h & 1   ? 0x1p-10
                                  : h & 2 ? 1 - 0x1p-10
                                          : (double)(h >> 8 & 1023) / 1024),
                             (int)(h >> 20 & 15) - 12);
            (operand ? p->w_absmax : p->absmax)[i] =
                (float)kbit_nearest(h >> 30 & 7 ? v : v * 0x1p-14, F16);
        }
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"store-f16",
     "sums with bias on the midpoints of fp16 numbers, and so near that two roundings show", 48, 64,
     1, F16, F16, OFF, true, "store", false, QUICK, NULL, kbit_case_fill_store, 0},
    {"store-bf16", "the same in bfloat16", 48, 64, 1, BF16, BF16, OFF, true, "store", false,
     DEFAULT, NULL, kbit_case_fill_store, 0},
    {"dequantize-edges", "accumulators up to -2^31 and statistics beside powers of two", 48, 64, 1,
     F16, F32, OFF, false, "dequantize", false, QUICK, NULL, kbit_case_fill_dequantize, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_boundaries = FAMILY(CASES);
