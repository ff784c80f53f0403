/* shapes.c -- producers at the shapes and types that a fused kernel takes a path of its own for. One fill asks
 * all that shows in one of the four outputs, of normalizations and of activations alike. */
#include "family.h"
#include "produced.h"

#include <math.h>

enum { ID_GAMMA = ID_EXTRA + 2, ID_BETA };

/* What a case's argument adds up. */
enum {
    OTHER_PARAMETERS = 1, /* gamma and beta are float, or bfloat16 where x is */
    NONFINITE = 2         /* a NaN and infinities in the last rows */
};

/* gamma between 1/2 and 3/2 with all the digits that its type holds; 1/2 where the absmax is, and in column 2 so
 * small that h is subnormal there. */
static void fill_parameters(kbit_problem *p, size_t first, size_t last)
{
    const kbit_dtype other = p->x_type == F32 ? BF16 : F32;
    p->eps = 0x1.4f8b58p-17f; /* RN(1e-5) */
    p->parameter_type = p->of->argument & OTHER_PARAMETERS ? other : p->x_type;
    const double least = p->out_type == F16 || p->parameter_type == F16 ? 0x1.8p-20 : 0x1.8p-128;
    for (size_t k = 0; k < p->K; k++) {
        const uint64_t h = draw(p, ID_GAMMA, k), b = draw(p, ID_BETA, k);
        const double gamma = 0.5 + ldexp((double)(h >> 11), -53),
                     beta = ldexp((double)(b >> 11), -55);
        const bool plain = k == first || k == last, small = k == 2 && !plain;
        p->gamma[k] = (float)kbit_nearest(plain   ? 0.5
                                          : small ? least
                                          : h & 1 ? gamma
                                                  : -gamma,
                                          p->parameter_type);
        p->beta[k] = small ? 0 : (float)kbit_nearest(b & 1 ? beta : -beta, p->parameter_type);
    }
}

/* Most elements are at most 1; the absmax of a row is near 4, in the first or the last column that is no
 * outlier's, positive in three rows of four. In every second row it is 127/32, so that half of the elements are
 * ties of the codes where nothing but relu comes before. One row of four is so small that eps counts. Outliers are
 * alone in their columns, in the last row, the first or the middle one. */
static void fill_shape(kbit_problem *p)
{
    const size_t M = p->M, K = p->K, last = K - 1 - M % 2 * (K > 6), first = K > 6;
    fill_parameters(p, first, last);
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < K; k++) {
            const uint64_t h = draw(p, ID_X, i * K + k);
            const double any = ldexp((double)(h >> 11), -53), tie = ((double)(h % 31) + 0.5) / 32;
            const bool greatest = k == (i % 2 ? first : last);
            double x = greatest ? (i % 2 ? 4 - any / 8 : 127.0 / 32) : k % 2 ? tie : any;
            if (k == 2 && K > 6)
                x = p->x_type == F16 ? 0x1.8p-22 : 0x1.8p-130;
            if (i % 4 == 2)
                x *= 0x1p-9;
            p->x[i * K + k] = in_type(p, i % 4 != 3 && (greatest || h & 3) ? x : -x);
        }
    if (K > 6 && p->threshold > 0) {
        p->x[(M - 1) * K] = 9;
        p->x[3] = 6;
        p->x[M / 2 * K + 5] = -9;
        p->x[K / 2 + 3] = p->x_type != F16 && p->out_type == F16 ? 70144.0f : 9;
        if (M % 2)
            p->x[M / 2 * K + K - 1] = 9;
    }
    if (p->of->argument & NONFINITE) {
        p->x[(M - 1) * K + K - 2] = NAN;
        p->x[(M > 1 ? M - 2 : 0) * K + K / 2] = INFINITY;
        p->x[(M > 2 ? M - 3 : 0) * K + K / 2 + 1] = -INFINITY;
    }
}

#define SHAPE(name_, what_, m, k, in, result, t, shift, only_, level_, arg)                        \
    {                                                                                              \
        .name = (name_), .what = (what_), .M = (m), .K = (k), .x_type = (in),                      \
        .out_type = (result), .threshold = (t), .bias = (shift), .only = (only_),                  \
        .level = (level_), .fill = fill_shape, .argument = (arg)                                   \
    }

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    SHAPE("produced-1x40", "one token in bf16", 1, 40, BF16, BF16, 6, true, KBIT_PRODUCERS, QUICK,
          0),
    SHAPE("produced-2x33", "two tokens, f32 in and f16 out", 2, 33, F32, F16, 6, true,
          KBIT_PRODUCERS, QUICK, 0),
    SHAPE("produced-3x24", "three tokens, bf16 in and f16 out", 3, 24, BF16, F16, 6, false,
          KBIT_PRODUCERS, QUICK, 0),
    SHAPE("produced-4x36", "four tokens", 4, 36, F16, F16, 6, true, KBIT_PRODUCERS, QUICK,
          OTHER_PARAMETERS),
    SHAPE("produced-5x56", "five tokens, f32 in and bf16 out", 5, 56, F32, BF16, 6, true,
          KBIT_PRODUCERS, QUICK, 0),
    SHAPE("produced-7x80", "seven tokens, f16 in and f32 out", 7, 80, F16, F32, 6, true,
          KBIT_PRODUCERS, QUICK, OTHER_PARAMETERS),
    SHAPE("produced-6x34", "six tokens, f16 in and bf16 out", 6, 34, F16, BF16, 6, true,
          KBIT_PRODUCERS, QUICK, 0),
    SHAPE("produced-12x20", "bf16 in and f32 out", 12, 20, BF16, F32, 6, false, KBIT_PRODUCERS,
          QUICK, OTHER_PARAMETERS),
    SHAPE("produced-9x41", "f32 in nine rows, parameters in bf16", 9, 41, F32, F32, 6, true,
          KBIT_PRODUCERS, QUICK, OTHER_PARAMETERS),
    SHAPE("produced-34x23", "more rows than a warp, f32", 34, 23, F32, F32, 6, false,
          KBIT_PRODUCERS, QUICK, 0),
    SHAPE("produced-35x48", "the same in bf16", 35, 48, BF16, BF16, 6, true, KBIT_PRODUCERS, QUICK,
          0),
    SHAPE("produced-1x50-off", "one token in f32, threshold off", 1, 50, F32, F32, OFF, true,
          KBIT_PRODUCERS, QUICK, 0),
    SHAPE("produced-8x64-off", "bf16 that is not finite in three rows, threshold off", 8, 64, BF16,
          BF16, OFF, true, KBIT_PRODUCERS, QUICK, NONFINITE),
    SHAPE("produced-10x45-off", "the same, f32 in and f16 out", 10, 45, F32, F16, OFF, false,
          KBIT_PRODUCERS, QUICK, NONFINITE),
    SHAPE("produced-36x39-off", "the same in f16", 36, 39, F16, F16, OFF, true, KBIT_PRODUCERS,
          QUICK, NONFINITE),
    SHAPE("produced-4x32-zero", "f32 at threshold 0", 4, 32, F32, F32, 0, true, KBIT_PRODUCERS,
          QUICK, 0),
    SHAPE("produced-6x72", "activations of f32 that is not finite in three rows", 6, 72, F32, F32,
          6, false, KBIT_ACTIVATIONS, QUICK, NONFINITE),
    SHAPE("produced-33x40", "the same in f16", 33, 40, F16, F16, 6, false, KBIT_ACTIVATIONS, QUICK,
          NONFINITE),
    SHAPE("produced-5x60", "the same in bf16", 5, 60, BF16, BF16, 6, false, KBIT_ACTIVATIONS, QUICK,
          NONFINITE),
    SHAPE("produced-1x1100", "normalizations of one long row of f32", 1, 1100, F32, F32, 6, true,
          KBIT_NORMALIZATIONS, QUICK, 0),
    SHAPE("produced-2x2056", "of two longer ones", 2, 2056, F16, F16, 6, true, KBIT_NORMALIZATIONS,
          QUICK, OTHER_PARAMETERS),
    SHAPE("produced-3x4200", "of three in bf16, without a shift", 3, 4200, BF16, BF16, 6, false,
          KBIT_NORMALIZATIONS, QUICK, 0),
    SHAPE("produced-2x8300-off", "f32 in and f16 out, threshold off", 2, 8300, F32, F16, OFF, true,
          KBIT_NORMALIZATIONS, QUICK, 0),
    SHAPE("produced-3x704-off", "rows of bf16 that are not finite, threshold off", 3, 704, BF16,
          BF16, OFF, true, KBIT_NORMALIZATIONS, QUICK, NONFINITE),
    SHAPE("produced-40x272", "many rows of f16", 40, 272, F16, F16, 6, true, KBIT_NORMALIZATIONS,
          QUICK, OTHER_PARAMETERS),
    SHAPE("produced-1031x18", "more than 1024 rows", 1031, 18, F16, F16, 6, true,
          KBIT_NORMALIZATIONS, QUICK, 0),
    SHAPE("produced-silu-1x1100", "silu of one long row", 1, 1100, F32, F32, 6, false,
          "silu_quantize", QUICK, 0),
    SHAPE("produced-silu-2x4200", "the same in bf16", 2, 4200, BF16, BF16, 6, false,
          "silu_quantize", QUICK, NONFINITE),
    SHAPE("produced-relu-3x1056", "relu of long rows of f16", 3, 1056, F16, F16, 6, false,
          "relu_quantize", QUICK, NONFINITE),
    SHAPE("produced-relu-2x4200", "the same in bf16", 2, 4200, BF16, BF16, 6, false,
          "relu_quantize", QUICK, 0),
    SHAPE("produced-relu-4x8320", "the same, f32 in and f16 out, threshold off", 4, 8320, F32, F16,
          OFF, false, "relu_quantize", QUICK, NONFINITE),
    SHAPE("produced-relu-1031x18", "relu of more than 1024 rows", 1031, 18, F16, F16, 6, false,
          "relu_quantize", QUICK, NONFINITE),
    SHAPE("produced-gelu-3x1056", "gelu of long rows", 3, 1056, F16, F16, 6, false, "gelu_quantize",
          DEFAULT, NONFINITE),
};
/* clang-format on */

const kbit_case_family kbit_cases_shapes = FAMILY(CASES);
