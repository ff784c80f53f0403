/* normalized.c -- the lemmas of reference/proofs/producers.md, in its order: sum, mean, variance, root,
 * element. The letters are that page's. */
#include "normalized.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "enclosure.h"
#include "numbers.h"

#define LARGEST 0x1.fffffep127
#define MERGES  16 /* on the way from an element to the result (welford) */

/* What underflow may take from one operation. */
static double eta(const kbit_declared *declared)
{
    return declared->ftz32 == FTZ_FLUSH ? 0x1p-126 : 0x1p-150;
}

static kbit_interval f32(const kbit_declared *declared, kbit_interval a)
{
    return kbit_interval_f32(a, declared->ftz32 == FTZ_FLUSH);
}

/* No partial sum is rounded, or flushed. */
static bool is_exact(const kbit_declared *declared, const kbit_sum *sum)
{
    return kbit_sum_is_exact(sum) &&
           (declared->ftz32 == FTZ_KEEP || sum->terms == 0 || sum->quantum >= 0x1p-126);
}

/* Lemma 1. The terms of *sum added in any order, each of them formed with relative error e. */
static kbit_interval any_order(const kbit_declared *declared, const kbit_sum *sum, size_t K,
                               double e)
{
    if (is_exact(declared, sum))
        return kbit_point(sum->value);
    double growth = kbit_growth(e, (double)K - 1, KBIT_U);
    return kbit_interval_around(sum->value, growth * sum->magnitude + kbit_sum_error(sum) +
                                                2 * (double)K * eta(declared));
}

/* Lemma 2. s / K, or s times RN(1/K). */
static kbit_interval divided(const kbit_declared *declared, kbit_interval s, size_t K)
{
    kbit_interval inverse = kbit_interval_div(kbit_point(1), kbit_point((double)K));
    inverse = kbit_interval_hull(inverse, kbit_point((double)(1.0f / (float)K)));
    return f32(declared, kbit_interval_mul(s, inverse));
}

/* Q = sum of (x - c)^2 and R = sum of (x - c) with bounds on what double has lost. */
typedef struct {
    double c, Q, R, magnitude, largest;
} moments;

static moments moments_of(size_t K, const float *x, double c)
{
    moments m = {.c = c};
    for (size_t k = 0; k < K; k++) {
        double d = (double)x[k] - c;
        m.Q += d * d;
        m.R += d;
        m.magnitude += fabs(d);
        m.largest = fmax(m.largest, fabs((double)x[k]));
    }
    m.R = fabs(m.R) + ((double)K + 4) * 0x1p-52 * m.magnitude;
    return m;
}

/* Lemma 3, the exact case: the mean is a point, so is every difference, and the squares sum exactly. */
static bool squares_are_exact(const kbit_declared *declared, size_t K, const float *x, double mean,
                              double *sum)
{
    kbit_sum squares = {0};
    for (size_t k = 0; k < K; k++) {
        float d = (float)((double)x[k] - mean);
        kbit_interval difference = kbit_interval_sub(kbit_point((double)x[k]), kbit_point(mean));
        if (difference.lo != difference.hi || difference.lo != (double)d)
            return false;
        kbit_sum_add(&squares, (double)d * (double)d);
    }
    *sum = squares.value;
    return is_exact(declared, &squares);
}

/* Lemma 3. The sum of the squares of x - mu, mu anywhere in mean. */
static kbit_interval two_pass(const kbit_declared *declared, size_t K, const float *x, double c,
                              kbit_interval mean)
{
    double exact, w = fmax(fabs(mean.lo - c), fabs(mean.hi - c));
    if (mean.lo == mean.hi && squares_are_exact(declared, K, x, mean.lo, &exact))
        return kbit_point(exact);
    moments m = moments_of(K, x, c);
    double lost = ((double)K + 8) * 0x1p-52 * m.Q + 0x1p-1000;
    double low = m.Q - 2 * w * m.R - lost, high = m.Q + 2 * w * m.R + (double)K * w * w + lost;
    double growth = kbit_growth(3 * KBIT_U, (double)K - 1, KBIT_U) + 0x1p-48;
    double underflow = 4 * (double)K * eta(declared);
    return (kbit_interval){fmax(0, low * (1 - growth) - underflow),
                           high * (1 + growth) + underflow};
}

/* Lemma 4. E bounds the error of every mean on the way, by the largest |x|. */
static double welford_mean(size_t K, double largest)
{
    double factor = ((double)K / 2 + 7 + 7.1 * MERGES) * KBIT_U;
    return factor / (1 - factor) * largest * (1 + 0x1p-40);
}

static kbit_interval welford(const kbit_declared *declared, size_t K, const float *x, double c,
                             double E)
{
    moments m = moments_of(K, x, c);
    /* c is the mean but for R / K. */
    double lost = ((double)K + 8) * 0x1p-52 * m.Q + m.R * m.R / (double)K + 0x1p-1000;
    double M2 = m.Q + lost;
    double change = (2 * sqrt(2.0) + 4 * sqrt(MERGES / 2.0)) * E * sqrt((double)K * M2) +
                    (1 + 4 * MERGES / 2.0) * (double)K * E * E;
    double growth = kbit_growth(8 * KBIT_U, (double)K + MERGES, KBIT_U);
    double radius =
        (1 + 0x1p-40) * (change + growth * (M2 + change)) + lost + 8 * (double)K * eta(declared);
    return (kbit_interval){fmax(0, m.Q - radius), m.Q + radius};
}

/* Lemma 5. */
static kbit_interval one_pass(const kbit_declared *declared, size_t K, const float *x,
                              kbit_interval mean)
{
    kbit_sum squares = {0};
    for (size_t k = 0; k < K; k++)
        kbit_sum_add(&squares, (double)x[k] * (double)x[k]);
    kbit_interval of_squares = divided(declared, any_order(declared, &squares, K, KBIT_U), K);
    kbit_interval of_mean = f32(declared, kbit_interval_mul(mean, mean));
    kbit_interval variance = f32(declared, kbit_interval_sub(of_squares, of_mean));
    if (variance.lo < 0) /* who cuts it off at 0 has 0 */
        variance.hi = fmax(variance.hi, 0);
    return variance;
}

/* Lemma 6. v + eps, its root and the root's reciprocal. */
static void rooted(const kbit_declared *declared, kbit_interval v, float eps,
                   kbit_normalized_row *row)
{
    kbit_interval sum = f32(declared, kbit_interval_add(v, f32(declared, kbit_point((double)eps))));
    if (sum.lo == 0 && sum.hi == 0) { /* 1 / 0 is infinite: 0 times it, or 0 / 0 */
        row->nan = true;
        return;
    }
    if (!(sum.lo > 0) || !(sum.hi <= LARGEST)) {
        row->undecided = true;
        row->cancels = !(sum.lo > 0) && sum.hi <= LARGEST;
        return;
    }
    kbit_interval exact = kbit_interval_sqrt(sum);
    row->root = f32(declared, exact);
    row->r = f32(declared, kbit_interval_div(kbit_point(1), row->root));
    if (declared->rsqrt == RSQRT_CUDA) {
        kbit_interval two_ulps = {1 - 4 * KBIT_U, 1 + 4 * KBIT_U};
        exact = kbit_interval_div(kbit_point(1), exact);
        row->r = kbit_interval_hull(row->r, kbit_interval_mul(exact, two_ulps));
    }
}

kbit_normalized_row kbit_normalize_row(const kbit_declared *declared, bool centred, size_t K,
                                       const float *x, float eps)
{
    kbit_normalized_row row = {0};
    kbit_sum sum = {0}, squares = {0};
    for (size_t k = 0; k < K; k++) {
        kbit_sum_add(&sum, (double)x[k]);
        kbit_sum_add(&squares, (double)x[k] * (double)x[k]);
    }
    bool infinite = sum.plus_inf || sum.minus_inf;
    row.nan = sum.nan || (centred && infinite);
    row.zero = !centred && infinite;
    /* No sum of any part of the terms leaves fp32; K is exact in it. */
    double room = LARGEST / (1 + 2 * kbit_growth(4 * KBIT_U, (double)K, KBIT_U));
    row.undecided =
        K > (size_t)1 << 24 || !(sum.magnitude < room) || !(4 * squares.magnitude < room);
    if (K == 0 || row.nan || row.zero || row.undecided)
        return row;
    row.real_mean = centred ? sum.value / (double)K : 0;
    row.real_r = 1 / sqrt(moments_of(K, x, row.real_mean).Q / (double)K + (double)eps);
    if (!centred) {
        rooted(declared, divided(declared, any_order(declared, &squares, K, KBIT_U), K), eps, &row);
        return row;
    }
    double c = sum.value / (double)K;
    if (declared->variance == VARIANCE_WELFORD) {
        double E = welford_mean(K, moments_of(K, x, c).largest) + 4 * (double)K * eta(declared);
        row.mean = kbit_interval_around(c, E + 2 * kbit_sum_error(&sum) / (double)K);
        rooted(declared, divided(declared, welford(declared, K, x, c, E), K), eps, &row);
        return row;
    }
    row.mean = divided(declared, any_order(declared, &sum, K, 0), K);
    if (declared->variance == VARIANCE_ONE_PASS)
        rooted(declared, one_pass(declared, K, x, row.mean), eps, &row);
    else
        rooted(declared, divided(declared, two_pass(declared, K, x, c, row.mean), K), eps, &row);
    return row;
}

double kbit_normalized_real(const kbit_normalized_row *row, float x, float gamma, const float *beta)
{
    return ((double)x - row->real_mean) * row->real_r * (double)gamma + (beta ? (double)*beta : 0);
}

static kbit_interval plus(const kbit_declared *declared, kbit_interval y, float beta)
{
    return f32(declared, kbit_interval_add(y, f32(declared, kbit_point((double)beta))));
}

/* Lemma 7, centre=last: x r - m r, and x (r gamma) + (beta - m (r gamma)). */
static kbit_interval centred_last(const kbit_declared *declared, const kbit_normalized_row *row,
                                  float x, kbit_interval gamma, const float *beta)
{
    const kbit_interval at = f32(declared, kbit_point((double)x));
    kbit_interval product = f32(declared, kbit_interval_mul(at, row->r));
    kbit_interval shift = f32(declared, kbit_interval_mul(row->mean, row->r));
    kbit_interval y = f32(declared, kbit_interval_sub(product, shift));
    y = f32(declared, kbit_interval_mul(y, gamma));
    if (beta)
        y = plus(declared, y, *beta);
    const kbit_interval scale = f32(declared, kbit_interval_mul(row->r, gamma));
    product = f32(declared, kbit_interval_mul(at, scale));
    shift = f32(declared, kbit_interval_mul(row->mean, scale));
    if (beta)
        shift = f32(declared, kbit_interval_sub(shift, f32(declared, kbit_point((double)*beta))));
    return kbit_interval_hull(y, f32(declared, kbit_interval_sub(product, shift)));
}

/* Lemma 7. */
kbit_interval kbit_normalized(const kbit_declared *declared, const kbit_normalized_row *row,
                              float x, float gamma, const float *beta, kbit_dtype type,
                              bool *undecided)
{
    const kbit_interval scale = f32(declared, kbit_point((double)gamma));
    *undecided = isinf(gamma) || (beta && isinf(*beta));
    kbit_interval d = f32(declared, kbit_interval_sub(kbit_point((double)x), row->mean));
    if (declared->gamma == GAMMA_AFTER_ROUND) {
        kbit_interval y = kbit_interval_hull(f32(declared, kbit_interval_mul(d, row->r)),
                                             f32(declared, kbit_interval_div(d, row->root)));
        y.lo = kbit_nearest(y.lo, type);
        y.hi = kbit_nearest(y.hi, type);
        *undecided |= isinf(y.lo) || isinf(y.hi);
        y = f32(declared, kbit_interval_mul(y, scale));
        return beta ? plus(declared, y, *beta) : y;
    }
    if (declared->centre == CENTRE_LAST)
        return centred_last(declared, row, x, scale, beta);
    kbit_interval by_gamma = f32(declared, kbit_interval_mul(d, scale));
    const kbit_interval orders[] = {
        kbit_interval_mul(f32(declared, kbit_interval_mul(d, row->r)), scale),
        kbit_interval_mul(d, f32(declared, kbit_interval_mul(row->r, scale))),
        kbit_interval_mul(by_gamma, row->r),
        kbit_interval_mul(f32(declared, kbit_interval_div(d, row->root)), scale),
        kbit_interval_div(by_gamma, row->root),
    };
    kbit_interval scaled = f32(declared, orders[0]);
    for (size_t order = 1; order < sizeof orders / sizeof *orders; order++)
        scaled = kbit_interval_hull(scaled, f32(declared, orders[order]));
    return beta ? plus(declared, scaled, *beta) : scaled;
}

void kbit_normalized_note(const kbit_declared *declared, bool centred, size_t number,
                          const kbit_normalized_row *row, char *note, size_t size)
{
    static const char *const VARIANCE[] = {"two-pass", "welford", "one-pass"};
    static const int LEMMA[] = {3, 4, 5};
    const int v = declared->variance;
    if (!row->cancels)
        snprintf(
            note, size,
            "row %zu: in some order a sum of squares leaves fp32, and no theorem says what then "
            "comes out",
            number);
    else if (!centred)
        snprintf(note, size, "row %zu: the mean of x^2, with eps, may be 0, or not", number);
    else
        snprintf(note, size,
                 "row %zu: v + eps may be 0 or less, or not, by what %s (lemma %d of producers.md) "
                 "allows "
                 "variance=%s%s",
                 number, kbit_normalized_theorem(declared, true), LEMMA[v], VARIANCE[v],
                 v == VARIANCE_ONE_PASS ? ": the mean of x^2 and the mean's square cancel" : "");
}

const char *kbit_normalized_theorem(const kbit_declared *declared, bool centred)
{
    static const char *const LAYERNORM[] = {"layernorm-two-pass", "layernorm-welford",
                                            "layernorm-one-pass"};
    if (declared->rsqrt == RSQRT_CUDA)
        return "norm-rsqrt";
    return centred ? LAYERNORM[declared->variance] : "rmsnorm";
}
