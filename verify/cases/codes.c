/* codes.c -- int8 codes for the product alone. */
#include "family.h"

#include <string.h>

/* Codes for the product alone. argument 0: uniform in +-127; 1: +-127; 2: -128; 3: 127;
 * 4: uniform, all of int8; 5: uniform in 64..127, so that sums grow and do not cancel. */
static void fill_codes(kbit_problem *p)
{
    for (int operand = 0; operand < 2; operand++) {
        int8_t *codes = operand ? p->w : p->q;
        size_t n = (operand ? p->N : p->M) * p->K;
        for (size_t i = 0; i < n; i++) {
            uint64_t h = draw(p, operand ? ID_W : ID_Q, i);
            switch (p->of->argument) {
            case 0:
                codes[i] = (int8_t)((int)(h % 255) - 127);
                break;
            case 1:
                codes[i] = h & 1 ? 127 : -127;
                break;
            case 2:
                codes[i] = -128;
                break;
            case 3:
                codes[i] = 127;
                break;
            case 5:
                codes[i] = (int8_t)(64 + h % 64);
                break;
            default:
                codes[i] = (int8_t)(h & 0xff);
            }
        }
    }
}

/* 127 throughout but for one even change in most rows: from K = 1041 on every sum is odd and beyond
 * 2^24, where fp32 has no odd numbers. */
static void fill_odd_sums(kbit_problem *p)
{
    memset(p->q, 127, p->M * p->K);
    memset(p->w, 127, p->N * p->K);
    for (size_t j = 1; j < p->N && p->K; j++)
        p->w[j * p->K + j % p->K] = 125;
    for (size_t i = 1; i < p->M && p->K; i++)
        p->q[i * p->K + p->K - 1 - i % p->K] = 125;
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"codes-uniform", "uniform codes in +-127", 130, 140, 512, F16, F16, OFF, false, "int8_matmul",
     false, QUICK, NULL, fill_codes, 0},
    {"codes-127", "only +-127", 64, 64, 256, F16, F16, OFF, false, "int8_matmul", false, DEFAULT,
     NULL, fill_codes, 1},
    {"codes-int8", "all of int8, -128 included", 64, 72, 320, F16, F16, OFF, false, "int8_matmul",
     false, QUICK, NULL, fill_codes, 4},
    {"codes-positive", "codes in 64..127: the sums pass 2^24", 33, 34, 4097, F16, F16, OFF, false,
     "int8_matmul", false, QUICK, NULL, fill_codes, 5},
    {"codes-k1040", "the last K whose sums fp32 holds", 8, 9, 1040, F16, F16, OFF, false,
     "int8_matmul", false, QUICK, NULL, fill_odd_sums, 0},
    {"codes-k1041", "odd sums beyond 2^24: fp32 accumulation shows", 8, 9, 1041, F16, F16, OFF,
     false, "int8_matmul", false, QUICK, NULL, fill_odd_sums, 0},
    {"codes-k131071", "-128 throughout, the largest legal K", 2, 3, 131071, F16, F16, OFF, false,
     "int8_matmul", false, QUICK, NULL, fill_codes, 2},
    {"codes-k131072", "-128 throughout, K one too large: must be refused", 2, 3, 131072, F16, F16,
     OFF, false, "int8_matmul", false, QUICK, NULL, fill_codes, 2},
    {"codes-k133144", "127 throughout, the largest legal K", 2, 3, 133144, F16, F16, OFF, false,
     "int8_matmul", false, QUICK, NULL, fill_codes, 3},
    {"codes-k133145", "127 throughout, K one too large: must be refused", 2, 3, 133145, F16, F16,
     OFF, false, "int8_matmul", false, QUICK, NULL, fill_codes, 3},
    {"codes-1024", "1024^3, many tiles", 1024, 1024, 1024, F16, F16, OFF, false, "int8_matmul",
     false, FULL, NULL, fill_codes, 0},
    {"codes-fc1-175b", "the first feed-forward product of OPT-175B, 2048 tokens", 2048, 49152,
     12288, F16, F16, OFF, false, "int8_matmul", false, KBIT_LEVEL_NAMED, NULL, fill_codes, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_codes = FAMILY(CASES);
