/* exhaust_codes.c -- what each common way to compute 127 x / absmax gets wrong, over all pairs
 * 0 <= x <= absmax of fp16 or of bf16, and the other small spaces. Prints lines of a table.
 *
 * For a fixed absmax each formula is monotone in x: it is a chain of correctly rounded operations
 * that are. So its codes are a staircase with 127 steps, and only where these lie is searched, from
 * where the right ones lie. brute_force() holds the counts against a plain loop on some rows. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbit.h"
#include "proofs/bounds.h"
#include "threads.h"

enum { STEPS = 128, MOST_FINITE = 0x7f80, RANGES = 3 };

/* Encodings 0 .. finite - 1 are the numbers >= 0. */
typedef struct {
    const char *name;
    int finite;
    float (*widen)(uint16_t encoding);
    uint16_t (*narrow)(float x);
    unsigned long long pairs, ties; /* as counted elsewhere: t_quantize_rows.c, or 0 */
    float low, high;                /* ranges of absmax: below low, up to high, above */
    const char *range[RANGES];
} format;

static float widen_f16(uint16_t encoding)
{
    return kbit_f16_to_f32((kbit_f16){encoding});
}
static uint16_t narrow_f16(float x)
{
    return kbit_f16_from_f32(x).bits;
}
static float widen_bf16(uint16_t encoding)
{
    return kbit_bf16_to_f32((kbit_bf16){encoding});
}
static uint16_t narrow_bf16(float x)
{
    return kbit_bf16_from_f32(x).bits;
}

static const format FORMATS[] = {
    {"fp16", 0x7c00, widen_f16, narrow_f16, 503856639, 56493, 0, INFINITY, {"", "any", ""}},
    {"bf16",
     0x7f80,
     widen_bf16,
     narrow_bf16,
     532701119,
     0,
     (float)KBIT_RANGE_QUANT_BF16_LO,
     (float)KBIT_RANGE_QUANT_BF16_HI,
     {"below 2^-100", "2^-100 .. 2^100", "above 2^100"}},
};
static const format *of_rows; /* the format at hand, and its numbers */
static float value[MOST_FINITE];

static void use(const format *f)
{
    of_rows = f;
    for (int i = 0; i < f->finite; i++)
        value[i] = f->widen((uint16_t)i);
}

/* Rounded to the format's 16 bits. */
static float h(float x)
{
    return of_rows->widen(of_rows->narrow(x));
}

static float exact(float x, float a)
{
    return 127.0f * x / a;
}
static float mul(float x, float a)
{
    return x * (127.0f / a);
}
static float rdiv(float x, float a)
{
    return x / (a / 127.0f);
}
static float normalized(float x, float a)
{
    return 127.0f * (x / a);
}
static float half_scale(float x, float a)
{
    return x * h(127.0f / a);
}
static float half_step(float x, float a)
{
    return x / h(a / 127.0f);
}
static float half_mul(float x, float a)
{
    return h(x * h(127.0f / a));
}
static float half_columns(float x, float a)
{
    return h(h(127.0f * x) / a);
}

static const struct {
    const char *name;
    float (*of)(float x, float a);
} FORMULAS[] = {
    {"`(127x)/a` in fp32 (quant=exact)", exact},
    {"`x(127/a)` in fp32 (quant=mul)", mul},
    {"`x/(a/127)` in fp32 (quant=rdiv)", rdiv},
    {"`127(x/a)` in fp32", normalized},
    {"`x*s` in fp32, s = 127/a rounded to 16 bits", half_scale},
    {"`x/s` in fp32, s = a/127 rounded to 16 bits", half_step},
    {"`x(127/a)`, each operation in 16 bits", half_mul},
    {"`(127x)/a`, each operation in 16 bits (bitsandbytes, columns)", half_columns},
};
enum { N_FORMULAS = sizeof FORMULAS / sizeof *FORMULAS };

typedef struct {
    unsigned long long pairs, wrong, at_ties, far, outside;
} count;

/* Where the right code reaches k: the least i with 254 x_i > (2k-1) a, or = and k even. Both sides
 * are exact doubles. */
static int reached(int i, int k, float a)
{
    double twice = 254.0 * value[i], edge = (2 * k - 1) * (double)a;
    return twice > edge || (twice == edge && k % 2 == 0);
}

static int right_step(int k, int m)
{
    float a = value[m];
    int i = of_rows->narrow((float)((2 * k - 1) * (double)a / 254.0));
    while (i > 0 && reached(i - 1, k, a))
        i--;
    while (!reached(i, k, a))
        i++;
    return i;
}

static int at_least(float t, int k)
{
    return nearbyintf(t) >= (float)k;
}

/* The least i in [1, m + 1] at which the formula's code reaches k, from a guess. */
static int step_of(float (*of)(float, float), int k, int m, int guess)
{
    float a = value[m];
    int below = guess - 1, reach = 1, above = guess; /* below: not reached; above: reached */
    if (above <= m && !at_least(of(value[above], a), k)) {
        do {
            below = above;
            above = above + reach <= m ? above + reach : m + 1;
            reach *= 2;
        } while (above <= m && !at_least(of(value[above], a), k));
    } else {
        while (below > 0 && at_least(of(value[below], a), k)) {
            above = below;
            below = below - reach > 0 ? below - reach : 0;
            reach *= 2;
        }
    }
    while (above - below > 1) {
        int middle = below + (above - below) / 2;
        if (at_least(of(value[middle], a), k))
            above = middle;
        else
            below = middle;
    }
    return above;
}

/* Two staircases of one row, walked together. */
static void compare(const int right[STEPS + 1], const int found[STEPS + 1], int m, count *n)
{
    int r = 0, f = 0; /* the codes of the stretch at hand */
    for (int at = 0; at <= m;) {
        while (r < STEPS - 1 && right[r + 1] <= at)
            r++;
        while (f < STEPS && found[f + 1] <= at)
            f++;
        int end = m + 1;
        if (r < STEPS - 1 && right[r + 1] < end)
            end = right[r + 1];
        if (f < STEPS && found[f + 1] < end)
            end = found[f + 1];
        unsigned long long length = (unsigned long long)(end - at);
        n->wrong += r != f ? length : 0;
        n->far += abs(r - f) > 1 ? length : 0;
        n->outside += f == STEPS ? length : 0;
        at = end;
    }
}

static void count_row(int m, count n[N_FORMULAS], unsigned long long *row_ties)
{
    float a = value[m];
    int right[STEPS + 1] = {0}, found[STEPS + 1] = {0}, tie[STEPS], even[STEPS], n_ties = 0;
    for (int k = 1; k < STEPS; k++) {
        right[k] = right_step(k, m);
        int i = k % 2 == 0 ? right[k] : right[k] - 1;
        if (254.0 * value[i] == (2 * k - 1) * (double)a) {
            tie[n_ties] = i;
            even[n_ties++] = k % 2 == 0 ? k : k - 1;
        }
    }
    right[STEPS] = m + 1;
    *row_ties += (unsigned long long)n_ties;
    for (int s = 0; s < N_FORMULAS; s++) {
        int differs = 0;
        for (int k = 1; k <= STEPS; k++) {
            found[k] = step_of(FORMULAS[s].of, k, m, right[k]);
            differs |= found[k] != right[k];
        }
        n[s].pairs += (unsigned long long)m + 1;
        if (differs)
            compare(right, found, m, &n[s]);
        for (int t = 0; t < n_ties && differs; t++)
            n[s].at_ties += nearbyintf(FORMULAS[s].of(value[tie[t]], a)) != (float)even[t];
        if (isnan(FORMULAS[s].of(0, a))) { /* 0 inf or 0 / 0: no code at all */
            n[s].wrong++;
            n[s].outside++;
        }
    }
}

/* The same counts by asking every x of the row. */
static int brute_force(int m)
{
    count fast[N_FORMULAS] = {{0}}, slow[N_FORMULAS] = {{0}};
    unsigned long long row_ties = 0;
    count_row(m, fast, &row_ties);
    for (int s = 0; s < N_FORMULAS; s++) {
        for (int i = 0; i <= m; i++) {
            int right = 0;
            float t = nearbyintf(FORMULAS[s].of(value[i], value[m]));
            while (right < STEPS - 1 && reached(i, right + 1, value[m]))
                right++;
            double twice = fmod(254.0 * value[i], 2.0 * (double)value[m]);
            int code = isnan(t) ? STEPS : t > STEPS ? STEPS : (int)t;
            slow[s].pairs++;
            slow[s].wrong += code != right;
            slow[s].outside += code == STEPS;
            slow[s].far += !isnan(t) && abs(code - right) > 1;
            slow[s].at_ties += twice == (double)value[m] && t != (float)right;
        }
        if (memcmp(&slow[s], &fast[s], sizeof *slow) != 0) {
            fprintf(stderr,
                    "absmax %a, %s: the search counts %llu wrong, %llu at ties, %llu far, %llu "
                    "outside, the loop %llu, %llu, %llu, %llu\n",
                    (double)value[m], FORMULAS[s].name, fast[s].wrong, fast[s].at_ties, fast[s].far,
                    fast[s].outside, slow[s].wrong, slow[s].at_ties, slow[s].far, slow[s].outside);
            return 1;
        }
    }
    return 0;
}

static int range_of(float a)
{
    return a < of_rows->low ? 0 : a <= of_rows->high ? 1 : 2;
}

static count total[RANGES][N_FORMULAS];
static unsigned long long ties[RANGES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void work(void *context, size_t first, size_t last)
{
    count n[RANGES][N_FORMULAS] = {{{0}}};
    unsigned long long row_ties[RANGES] = {0};
    (void)context;
    for (size_t m = first; m < last; m++) {
        int r = range_of(value[m + 1]);
        count_row((int)m + 1, n[r], &row_ties[r]);
    }
    pthread_mutex_lock(&lock);
    for (int r = 0; r < RANGES; r++) {
        for (int s = 0; s < N_FORMULAS; s++) {
            total[r][s].pairs += n[r][s].pairs;
            total[r][s].wrong += n[r][s].wrong;
            total[r][s].at_ties += n[r][s].at_ties;
            total[r][s].far += n[r][s].far;
            total[r][s].outside += n[r][s].outside;
        }
        ties[r] += row_ties[r];
    }
    pthread_mutex_unlock(&lock);
}

static int pairs(void)
{
    int failed = 0;
    unsigned long long all_pairs = 0, all_ties = 0;
    for (int m = 1; m < of_rows->finite; m += m < 64 ? 7 : 1237)
        failed |= brute_force(m);
    kbit_parallel_rows((size_t)of_rows->finite - 1, 0, work, NULL);
    printf("| formula | absmax a | codes other than RNE(127x/a) | of these at exact ties | off by "
           "more than 1 | above 127 or NaN |\n|---|---|--:|--:|--:|--:|\n");
    for (int s = 0; s < N_FORMULAS; s++)
        for (int r = 0; r < RANGES; r++)
            if (total[r][s].pairs > 0)
                printf("| %s | %s | %llu | %llu | %llu | %llu |\n", FORMULAS[s].name,
                       of_rows->range[r], total[r][s].wrong, total[r][s].at_ties, total[r][s].far,
                       total[r][s].outside);
    for (int r = 0; r < RANGES; r++) {
        all_pairs += total[r][0].pairs;
        all_ties += ties[r];
    }
    printf("\n%llu pairs, %llu of them exact ties", all_pairs, all_ties);
    if (ties[1] != all_ties)
        printf("; %llu and %llu where a is in the middle range", total[1][0].pairs, ties[1]);
    printf(".\n");
    return failed | (all_pairs != of_rows->pairs) | (total[1][0].wrong != 0) |
           (of_rows->ties != 0 && all_ties != of_rows->ties);
}

static int scaled_codes(void)
{
    unsigned long long size = 0, inexact32 = 0, inexact16 = 0;
    for (int q = -128; q < 128; q++)
        for (int i = 0; i < 2 * of_rows->finite; i++) {
            float s = i < of_rows->finite ? value[i] : -value[i - of_rows->finite];
            volatile float product = (float)q * s;
            size++;
            inexact32 += (double)product != (double)q * (double)s;
            inexact16 += h(product) != product;
        }
    printf("| int8 code x finite fp16 scale | %llu | %llu inexact in fp32, %llu in fp16 | "
           "tests/exhaust_codes.c |\n",
           size, inexact32, inexact16);
    return inexact32 != 0;
}

/* 127 / a: r a is exact in double, so that both neighbours can be asked who is nearer. */
static int reciprocals(void)
{
    unsigned long long wrong = 0, whole = 0, infinite = 0, subnormal = 0;
    for (int m = 1; m < of_rows->finite; m++) {
        volatile float r = 127.0f / value[m];
        double a = (double)value[m], off = fabs((double)r * a - 127.0);
        wrong += !(off <= fabs((double)nextafterf(r, 0) * a - 127.0) &&
                   off <= fabs((double)nextafterf(r, INFINITY) * a - 127.0));
        whole += off == 0;
        infinite += isinf(h(r));
        subnormal += h(r) < 0x1p-14f;
    }
    printf("| 127/absmax, absmax > 0 in fp16 | %d | %llu not the nearest fp32, %llu exact; in fp16 "
           "%llu infinite, %llu subnormal | tests/exhaust_codes.c |\n",
           of_rows->finite - 1, wrong, whole, infinite, subnormal);
    return wrong != 0;
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    for (size_t f = 0; f < sizeof FORMATS / sizeof *FORMATS; f++)
        if (strcmp(what, FORMATS[f].name) == 0) {
            use(&FORMATS[f]);
            return pairs();
        }
    if (strcmp(what, "small") == 0) {
        use(&FORMATS[0]);
        return scaled_codes() | reciprocals();
    }
    fprintf(stderr, "usage: %s fp16|bf16|small\n", argv[0]);
    return 2;
}
