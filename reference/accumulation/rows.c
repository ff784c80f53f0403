/* rows.c -- the rows of the model: one a machine.
 *
 * Sources, which agree where they treat the same machine:
 *   [S] Xie et al., MMA-Sim, arXiv 2511.10909 (2025), version 2.1.1 of the program
 *   [K] Khattak, Mikaitis, Accurate Models of NVIDIA Tensor Cores, arXiv 2512.07004 (2025)
 *   [F] Fasi, Higham, Mikaitis, Pranesh, PeerJ Computer Science 7:e330 (2021)
 * The exponents of zero terms are from [S] and [K] and matter only where a bf16 sum is near 2^-126.
 *
 * Turing is the exception: [S] has L = 8 for its own instructions (m16n8k8) and Volta's row for
 * Volta's (m8n8k4), which it also runs; other accounts give L = 4 with F = 24. Both are here.
 */
#include <string.h>

#include "accumulation/alignments.h"

#define IEEE "IEEE 754-2019, section 5.4.1"

static const kbit_accumulation ROWS[] = {
    {"ieee", "left to right, products and sums rounded to nearest", IEEE, false, KBIT_ALIGN_PAIRS,
     1, 0, 0, 0, false},
    {"fma", "left to right by fused multiply-add", IEEE, false, KBIT_ALIGN_NOTHING, 1, 0, 0, 0,
     false},
    {"pairwise", "products rounded and added as one balanced tree, then onto c", IEEE, false,
     KBIT_ALIGN_PAIRS, 0, 0, 0, 0, false},
    {"v100", "NVIDIA Volta, mma.m8n8k4", "[S] [K] [F]", true, KBIT_ALIGN_ALL, 4, 23, 0, -131,
     false},
    {"turing", "NVIDIA Turing, mma.m16n8k8", "[S]", true, KBIT_ALIGN_ALL, 8, 24, 0, -132, false},
    {"turing-4", "NVIDIA Turing, in other accounts", "see above", true, KBIT_ALIGN_ALL, 4, 24, 0,
     -132, false},
    {"a100", "NVIDIA Ampere and Ada, mma: k16 is two steps", "[S] [K] [F]", true, KBIT_ALIGN_ALL, 8,
     24, 0, -132, false},
    {"h100", "NVIDIA Hopper mma and wgmma, Blackwell mma", "[S] [K]", true, KBIT_ALIGN_ALL, 16, 25,
     0, -133, false},
    {"cdna1", "AMD CDNA1 (MI100), f16", "[S]", true, KBIT_ALIGN_NOTHING, 4, 0, 0, 0, false},
    {"cdna1-bf16", "AMD CDNA1 (MI100), bf16", "[S]", true, KBIT_ALIGN_NOTHING, 2, 0, 0, 0, false},
    {"cdna2", "AMD CDNA2 (MI200), f16 and bf16_1k", "[S] [K]", true, KBIT_ALIGN_PAIRS, 4, 0, 0, 0,
     true},
    {"cdna2-bf16", "AMD CDNA2 (MI200), bf16 without _1k", "[S] [K]", true, KBIT_ALIGN_PAIRS, 2, 0,
     0, 0, true},
    {"cdna3", "AMD CDNA3 (MI300), f16 and bf16", "[S] [K]", true, KBIT_ALIGN_TWICE, 8, 24, 31, 0,
     false},
};

size_t kbit_accumulations(const kbit_accumulation **rows)
{
    *rows = ROWS;
    return sizeof ROWS / sizeof *ROWS;
}

const kbit_accumulation *kbit_accumulation_find(const char *name)
{
    for (size_t r = 0; r < sizeof ROWS / sizeof *ROWS; r++)
        if (strcmp(ROWS[r].name, name) == 0)
            return &ROWS[r];
    return NULL;
}
