/* absmax_tensor.c -- quantizes the numbers on its command line with one absmax for all of them,
 * and shows what that costs each. Without numbers it takes the example of the chapter. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "kbit_baselines.h"
#include "example.h"

/* ANCHOR: error */
/* How far the code q is from x, in half steps: |x - a q / 127| / (a / 254) = 2 |127 x - a q| / a.
 * x and a are floats, so 127 x and a q have 31 bits each, and double holds them and, as |x| <= a
 * and q is near 127 x / a, their difference without rounding. */
static double error_in_half_steps(float x, float a, int8_t q)
{
    if (a == 0)
        return 0; /* a tensor of zeros is kept exactly */
    return 2 * fabs(127 * (double)x - (double)a * q) / a;
}
/* ANCHOR_END: error */

/* ANCHOR: table */
static bool print_table(size_t n, const float *x, float a, const int8_t *q, const float *back)
{
    double worst = 0;
    size_t kept = 0;

    if (!isfinite(a)) {
        printf("absmax a = %s: no code says anything, every value comes back as NaN\n",
               isnan(a) ? "NaN" : "inf");
        return false;
    }
    printf("%12s %12s %5s %13s %12s %11s\n", "x", "127 x / a", "q", "a q / 127", "error",
           "half steps");
    for (size_t k = 0; k < n; k++) {
        double error = error_in_half_steps(x[k], a, q[k]);

        printf("%12.7g %12.7g %5d %13.7g %12.4g %11.7g\n", x[k],
               a == 0 ? 0 : 127 * (double)x[k] / a, q[k], back[k], error * a / 254, error);
        if (!(error <= worst))
            worst = error;
        kept += q[k] != 0;
    }
    printf("absmax a = %.7g, half a step = a / 254 = %.4g, codes other than 0: %zu of %zu\n", a,
           a / 254, kept, n);
    printf("largest error: %.7g half steps; at most 1: %s\n", worst, worst <= 1 ? "yes" : "NO");
    return worst <= 1;
}
/* ANCHOR_END: table */

static bool parse(const char *word, float *x)
{
    char *end;

    *x = strtof(word, &end);
    return end != word && *end == '\0';
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? (size_t)argc - 1 : EXAMPLE_SIZE;
    float *x = calloc(n, sizeof *x);
    float *back = calloc(n, sizeof *back);
    int8_t *q = calloc(n, sizeof *q);
    bool within = false;

    if (!x || !back || !q) {
        fprintf(stderr, "absmax_tensor: out of memory\n");
        return 2;
    }
    for (size_t k = 0; k < n; k++) {
        if (argc == 1) {
            x[k] = example[k];
        } else if (!parse(argv[k + 1], &x[k])) {
            fprintf(stderr, "absmax_tensor: '%s' is not a number\n", argv[k + 1]);
            return 2;
        }
    }
    /* ANCHOR: steps */
    float a;
    kbit_status status = kbit_absmax_tensor(1, n, x, &a);
    if (status == KBIT_OK)
        status = kbit_quantize_rows(1, n, x, &a, 0, NULL, KBIT_THRESHOLD_OFF, q);
    for (size_t k = 0; k < n; k++)
        back[k] = a * q[k] / 127;
    /* ANCHOR_END: steps */
    if (status != KBIT_OK)
        fprintf(stderr, "absmax_tensor: %s\n", kbit_status_string(status));
    else
        within = print_table(n, x, a, q, back);
    free(x);
    free(back);
    free(q);
    return status != KBIT_OK ? 2 : !within;
}
