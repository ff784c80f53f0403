/* examples.c -- the worked example of each page beside it: examples PAGE. The pages' blocks are woven
 * from its output. All of it is arithmetic that a pocket calculator with fp32 could do; exact values are
 * in double, which holds them or errs by less than is printed. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kbit_accumulation.h"
#include "proofs/bounds.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define U        KBIT_U

static void quantize_gap(void)
{
    double least = 1, x = 0, a = 0;

    for (int X = 1024; X < 2048;
         X++) /* significands; scaling both by a power of two changes nothing */
        for (int A = 1024; A < 2048; A++)
            for (int d = X > A; d < 9; d++) {
                double e = 127.0 * X / ldexp(A, d), half = floor(e) + 0.5, off = fabs(e - half) / e;
                if (127.0 * X != half * ldexp(A, d) && off < least) {
                    least = off;
                    x = X;
                    a = ldexp(A, d);
                }
            }
    printf("x = 1, a = 1.5: 127 x / a = %.4f, from 84.5 %.4f; the theorem says at least %.4f\n",
           127 / 1.5, 127 / 1.5 - 84.5, 127 / 1.5 * KBIT_GAP_F16_LO);
    printf("the closest pair of fp16: x = %g, a = %g, 127 x / a = %.6f\n", x, a, 127 * x / a);
    printf("relative distance %.4e, the theorem's %.4e, largest error of a sequence %.4e\n", least,
           KBIT_GAP_F16_LO, KBIT_BOUND_QUANT_RDIV_F16_HI);
}

static void quantize_rows(void)
{
    static const float PAIRS[][2] = {{1, 1.5f}, {1154, 2308}, {1024, 0x1.966666p+15f}};

    for (size_t p = 0; p < COUNT(PAIRS); p++) {
        float x = PAIRS[p][0], a = PAIRS[p][1];
        float t[] = {127 * x / a, x * (127 / a), x / (a / 127)};
        double e = 127.0 * (double)x / (double)a;
        static const char *const NAME[] = {"exact", "mul", "rdiv"};

        printf("x = %g, a = %g: 127 x / a = %.9g\n", (double)x, (double)a, e);
        for (size_t i = 0; i < COUNT(t); i++)
            printf("  quant=%-5s  t = %.9g, error %+.2f u, code %g\n", NAME[i], (double)t[i],
                   ((double)t[i] / e - 1) / U, (double)rintf(t[i]));
    }
}

static void dequantize(void)
{
    float a = 0x1.a68p1f, s = 0x1.668p-1f; /* fp16 numbers */
    int32_t C = 123457;
    double M = (double)C * (double)a * (double)s / 16129;
    float d = (float)C * a * s * 0x1.040c2p-14f, typo = (float)C * a * s * 6.200124e-05f;

    printf("C = %d, a = %g, s = %g: M = C a s / 16129 = %.9g\n", C, (double)a, (double)s, M);
    printf("((C a) s) k = %.9g, error %+.3f u; proved [%.3f u, %+.3f u]\n", (double)d,
           ((double)d / M - 1) / U, KBIT_BOUND_DEQUANT_BNB_LO / U, KBIT_BOUND_DEQUANT_BNB_HI / U);
    printf("with 6.200124e-05 for k: %.9g, error %+.1f u: outside\n", (double)typo,
           ((double)typo / M - 1) / U);
}

static void accumulate(void)
{
    float t[] = {1, 0x1p-24f, 0x1p-24f, 0x1p-24f}, left = 0, right = 0;
    const int n = COUNT(t);

    for (int i = 0; i < n; i++)
        left += t[i];
    for (int i = n; i-- > 0;)
        right += t[i];
    double exact = 1 + 3 * 0x1p-24;
    printf("1 + 2^-24 + 2^-24 + 2^-24, exactly 1 + 3 u\n");
    printf("from the left:  1 + %g u, error %+.2f u\n", ((double)left - 1) / U,
           ((double)left - exact) / U);
    printf("from the right: 1 + %g u, error %+.2f u\n", ((double)right - 1) / U,
           ((double)right - exact) / U);
    printf("the theorem: (n - 1) u S = %.2f u\n", (n - 1) * exact);
}

static void accumulate_fused(void)
{
    static const char *const ROWS[] = {"v100", "a100", "h100"};
    uint16_t x[16], w[16];

    printf("D = 1 and 16 products just below 2^-F: each step has its L products cut off\n");
    for (size_t r = 0; r < COUNT(ROWS); r++) {
        const kbit_accumulation *row = kbit_accumulation_find(ROWS[r]);
        double m = 16.0 / (double)row->products, F = row->fraction_bits;
        double product = ldexp(1 - 0x1p-10, -row->fraction_bits), S = 1 + 16 * product;
        double b = 16 * exp2(-F) + m * KBIT_CUT + U;
        float y;

        for (int k = 0; k < 16; k++) {
            x[k] = kbit_f16_from_f32(0x1p-12f).bits;
            w[k] = kbit_f16_from_f32((float)ldexp(product, 12)).bits;
        }
        if (kbit_accumulate(row, KBIT_F16, 16, x, w, 1, &y) != KBIT_OK)
            return;
        printf("%s: L = %zu, F = %d: Y = 1 + %g u, error %+.2f u; S b = %.2f u\n", ROWS[r],
               row->products, row->fraction_bits, ((double)y - 1) / U, ((double)y - S) / U,
               S * b / U);
    }
}

static void outlier_matmul(void)
{
    const float x[] = {61.25f, -45.5f, 8.0625f}, s = 0x1.668p-1f, D = 3.3f;
    const int w[] = {3, -127, 90}, n = COUNT(x);
    double E = 0, S = 0;
    float A = 0;

    for (int k = 0; k < n; k++) {
        A += x[k] * (float)w[k];
        E += (double)x[k] * w[k] * (double)s / 127;
        S += fabs((double)x[k] * w[k]) * (double)s / 127;
    }
    float Y = D + A * s * 0x1.020408p-7f;
    double g = (1 + (n - 1) * U) * (1 - KBIT_BOUND_OUTLIER_SCALE_LO) - 1;
    printf("x = (61.25, -45.5, 8.0625), w = (3, -127, 90), s = %g, D = %.9g\n", (double)s,
           (double)D);
    printf("D + E = %.9g, S = %.6g\n", (double)D + E, S);
    printf("Y = %.9g, error %.2e; Theorem 2: %.2e\n", (double)Y, (double)Y - ((double)D + E),
           U * fabs((double)D + E) + (1 + U) * g * S);
}

static void linear_enclosure(void)
{
    const double C = 123457, a = 0x1.a68p1, s = 0x1.668p-1, b = 0x1.8p-3, x = 61.25, w = -87;
    const double M = C * a * s / 16129, E = x * w * s / 127, V = M + E + b;
    const int n = 1, m = n + 1;
    double r = -KBIT_BOUND_DEQUANT_BNB_LO, e = U + KBIT_OUTLIER_SCALE_ERROR, grown = pow(1 + U, m);
    double R =
        fabs(M) * ((1 + r) * grown - 1) + fabs(b) * (grown - 1) + fabs(E) * ((1 + e) * grown - 1);
    double ulp = exp2(floor(log2(fabs(V))) - 10);

    printf("M = %.9g, E = %.9g (one outlier column), b = %g: V = %.9g, m = %d\n", M, E, b, V, m);
    printf("R = %.3e = %.4f ulp of fp16 there\n", R, R / ulp);
    printf("V in ulps: %.4f, so V - R and V + R round to %.0f and %.0f ulps: one output, %g\n",
           V / ulp, nearbyint((V - R) / ulp), nearbyint((V + R) / ulp), nearbyint(V / ulp) * ulp);
}

static void llmint8_linear(void)
{
    const double x[] = {0.5, -1.25, 0.75, 20, 1.5}, w[] = {0.25, 0.5, -0.375, 0.125, 0.3125};
    const int n = COUNT(x), outlier = 3;
    const double a = 1.5, s = 0.5; /* bitsandbytes: x without the outlier, all of w */
    double exact = 0, E = 0, I = 0;
    int C = 0;

    for (int k = 0; k < n; k++) {
        int v = (int)nearbyint(127 * w[k] / s), q = (int)nearbyint(127 * x[k] / a);

        exact += x[k] * w[k];
        if (k == outlier) {
            E += x[k] * v * s / 127;
            I += s / 254 * fabs(x[k]);
        } else {
            C += q * v;
            I += a / 254 * fabs(w[k]) + s / 254 * fabs(q * a / 127);
        }
    }
    double Q = C * a * s / 16129, r = -KBIT_BOUND_DEQUANT_BNB_LO, v = U / (1 + U);
    double B = r * fabs(Q) - KBIT_BOUND_OUTLIER_SCALE_LO * fabs(E),
           D = v * fabs(Q + E) + (1 + v) * B;
    double last = KBIT_U_F16 / (1 + KBIT_U_F16) * (fabs(Q + E) + D);
    float d = (float)C * (float)a * (float)s * 0x1.040c2p-14f;
    float p = 20.0f * (float)nearbyint(127 * w[outlier] / s) * (float)s * 0x1.020408p-7f;
    double y = (double)kbit_f16_to_f32(kbit_f16_from_f32(d + p));

    printf("x = (0.5, -1.25, 0.75, 20, 1.5), w = (0.25, 0.5, -0.375, 0.125, 0.3125): x . w = %g\n",
           exact);
    printf("O = {3}, a = %g, s = %g, C = %d: Q = %.6f, E = %.6f, output %.6f\n", a, s, C, Q, E, y);
    printf("error %+.6f; I = %.6f, D = %.2e, last rounding %.6f, together %.6f\n", y - exact, I, D,
           last, I + D + last);
}

static void product_certificate(void)
{
    const int64_t q[2][2] = {{3, -4}, {5, 6}}, w[2][2] = {{1, 2}, {-7, 0}};
    const uint64_t r[2] = {0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u};
    int64_t c[2][2] = {{-5, -21}, {17, -35}};

    c[1][0] += 1 << 20; /* one bit is wrong */
    uint64_t once[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        for (int j = 0; j < 2; j++)
            once[k] += (uint64_t)w[j][k] * r[j];
    for (int i = 0; i < 2; i++) {
        uint64_t left = (uint64_t)c[i][0] * r[0] + (uint64_t)c[i][1] * r[1];
        uint64_t right = (uint64_t)q[i][0] * once[0] + (uint64_t)q[i][1] * once[1];

        printf("row %d: C r = %016llx, Q (W^T r) = %016llx: %s\n", i, (unsigned long long)left,
               (unsigned long long)right, left == right ? "right" : "wrong");
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *page;
        void (*print)(void);
    } PAGES[] = {
        {"quantize_gap", quantize_gap},
        {"quantize_rows", quantize_rows},
        {"dequantize", dequantize},
        {"accumulate", accumulate},
        {"accumulate_fused", accumulate_fused},
        {"outlier_matmul", outlier_matmul},
        {"linear_enclosure", linear_enclosure},
        {"llmint8_linear", llmint8_linear},
        {"product_certificate", product_certificate},
    };

    for (size_t p = 0; argc == 2 && p < COUNT(PAGES); p++)
        if (strcmp(argv[1], PAGES[p].page) == 0) {
            PAGES[p].print();
            return 0;
        }
    fprintf(stderr, "usage: examples PAGE\nPAGE is one of");
    for (size_t p = 0; p < COUNT(PAGES); p++)
        fprintf(stderr, " %s", PAGES[p].page);
    fprintf(stderr, "\n");
    return 2;
}
