/* theorems.c -- what the verdicts rest on. */
#include "kbit_verify.h"

static const kbit_theorem THEOREMS[] = {
    {"quantize-gap",
     "for x and a of one format with p bits, 0 < |x| <= a: 127x/a is an exact half-integer or at "
     "least 1/(254 (2^p - 1)) (relative) away from one, p = 11 for fp16, 8 for bf16; a sequence "
     "with "
     "a smaller error gives RNE(127x/a) except at ties",
     "reference/proofs/quantize_gap.md, coq/gap.v (every pair was run, too); the sequences' "
     "errors: quantize_rows.g, quantize_rows_reciprocal.g",
     KBIT_PROVED},
    {"quantize-f32",
     "for fp32 x or absmax the fp32 quotient lies within the sequence's proved relative error of "
     "127x/a: one "
     "or two integers",
     "reference/proofs/quantize_rows.md, quantize_rows_f32.g, quantize_rows_any.g", KBIT_PROVED},
    {"product-certificate",
     "if C differs from Q W^T, two random 64-bit vectors leave every residual zero with "
     "probability at most 2^-66",
     "reference/proofs/product_certificate.md, coq/freivalds.v; Freivalds 1977, here in wrapping "
     "64-bit integers",
     KBIT_PROVED},
    {"transparent-certificate",
     "where X, W and their statistics are integers times powers of two, the layer is an integer "
     "product times powers of two, and the product's certificate holds for its output",
     "reference/proofs/product_certificate.md, coq/transparent.v", KBIT_PROVED},
    {"dequantize-bnb",
     "((C*a)*s)*RN(1/16129) in fp32 lies within [-2.57e-7, 2.20e-7] (relative) of C a s/16129 for "
     "every int32 C and fp16-valued a, s",
     "reference/proofs/dequantize.md, dequantize_bnb.g", KBIT_PROVED},
    {"dequantize-bnb-f32",
     "the same sequence for fp32 a, s where |C a s| >= 2^-112; below, within 1.1 2^-148 of it; "
     "neither |C a| nor |C a s| above 2^127",
     "reference/proofs/dequantize.md, dequantize_bnb_f32.g; flushed results: coq/judged.v",
     KBIT_PROVED},
    {"dequantize-any",
     "at most 6 fp32 roundings and 2 rounded constants, in any order; for fp32 a, s plus "
     "7 2^-150 max(1, |C|) max(1, a) max(1, s), which is what underflow can add (7 2^-126 where "
     "ftz32=flush)",
     "reference/proofs/dequantize.md, dequantize_any.g, coq/judged.v", KBIT_PROVED},
    {"accumulate-any-order",
     "n terms added in fp32 to nearest, in any order, fused or not: "
     "|error| <= sum |t| ((1+e)(1+u)^n - 1), u = 2^-24, e the error of forming a term",
     "reference/proofs/accumulate.md, coq/growth.v, coq/judged.v (Higham, Accuracy and Stability "
     "of Numerical "
     "Algorithms, 2nd ed., sec. 3.1 and 4.2)",
     KBIT_PROVED},
    {"accumulate-faithful", "the same with u = 2^-23: each addition may take either neighbour",
     "reference/proofs/accumulate.md, coq/growth.v", KBIT_PROVED},
    {"accumulate-truncating",
     "a tree of fp32 additions and of fused steps that truncate with at least 23 fraction bits: "
     "the same with u = 2^-22; a subnormal operand weighs as the smallest normal number",
     "reference/proofs/accumulate.md, coq/truncating.v, for a model of the hardware (Fasi, Higham, "
     "Mikaitis, Pranesh, PeerJ CS 7:e330, 2021)",
     KBIT_MODEL},
    {"accumulate-v100",
     "n products in m = 4 ceil(n/16) steps at most: |error| <= S (e^b - 1), "
     "b = n 2^-23 + m 2^-23 + u, S as accumulate-truncating weighs it, D included",
     "reference/proofs/accumulate_fused.md, coq/nvidia.v, for row v100 of reference/accumulation",
     KBIT_MODEL},
    {"accumulate-turing", "the same with m = 2 ceil(n/16), b = n 2^-24 + m 2^-23 + u",
     "reference/proofs/accumulate_fused.md, coq/nvidia.v, for row turing of reference/accumulation",
     KBIT_MODEL},
    {"accumulate-a100", "the same with m = 2 ceil(n/16), b = n 2^-24 + m 2^-23 + u",
     "reference/proofs/accumulate_fused.md, coq/nvidia.v, for row a100 of reference/accumulation",
     KBIT_MODEL},
    {"accumulate-h100", "the same with m = ceil(n/16), b = n 2^-25 + m 2^-23 + u",
     "reference/proofs/accumulate_fused.md, coq/nvidia.v, for row h100 of reference/accumulation",
     KBIT_MODEL},
    {"accumulate-cdna2",
     "the same with m = 4 ceil(n/16), b = (m + 3) u, and 2^-126 for each result that may be "
     "flushed; subnormal operands are zero",
     "reference/proofs/accumulate_fused.md, coq/amd.v, for row cdna2 of reference/accumulation",
     KBIT_MODEL},
    {"accumulate-cdna3", "the same with m = 2 ceil(n/16), b = n 2^-24 + m (1.5 2^-31 + u) + u",
     "reference/proofs/accumulate_fused.md, coq/amd.v, for row cdna3 of reference/accumulation",
     KBIT_MODEL},
    {"accumulate-split-f32",
     "the same where a part may be a single product: m = n, and n u more for adding the parts",
     "reference/proofs/accumulate_fused.md, coq/run.v", KBIT_MODEL},
    {"accumulate-split-f16",
     "2^-11 S and 2^-25 a part more, and an infinity where a sum of terms of one sign may pass "
     "65520",
     "reference/proofs/accumulate_fused.md, coq/run.v", KBIT_MODEL},
    {"linear-bnb",
     "codes as declared are unique, so is each accumulator; the output rounds an enclosure of "
     "C a s/16129 + sum over O of x w s/127 + bias made of the theorems above",
     "reference/proofs/linear_enclosure.md, coq/growth.v; an acc= that is a model stays one",
     KBIT_PROVED},
    {"linear-paper", "the same with 16-bit outlier weights and both operands quantized without O",
     "reference/proofs/linear_enclosure.md", KBIT_PROVED},
    {"rmsnorm",
     "each operation rounded to fp32 or not, the sum of squares in any order: an interval for the "
     "row's "
     "1/sqrt, and one for each element; a point where the operations are exact",
     "reference/proofs/producers.md, coq/producers.v, coq/growth.v", KBIT_PROVED},
    {"layernorm-two-pass",
     "the same with a mean summed in any order, and sum (x - m)^2 = Q - 2 (m - c) R + K (m - c)^2",
     "reference/proofs/producers.md, coq/producers.v, coq/growth.v", KBIT_PROVED},
    {"layernorm-welford",
     "the same with running means, merged at most 16 times: each errs by F/(1 - F) max |x|, "
     "F = (K/2 + 121) u, and the variance by what that makes of it",
     "reference/proofs/producers.md, coq/producers.v; Welford 1962, Chan, Golub and LeVeque 1983",
     KBIT_CITED},
    {"layernorm-one-pass",
     "the same with the mean of x^2 less the mean's square: the interval shows what cancels",
     "reference/proofs/producers.md, coq/growth.v", KBIT_PROVED},
    {"norm-rsqrt",
     "the theorem of the declared variance with 1/sqrt within 2 ulp, as rsqrtf has it",
     "reference/proofs/producers.md; CUDA C++ Programming Guide, table of mathematical functions",
     KBIT_CITED},
    {"gelu",
     "x (1 + erf(x/sqrt 2))/2 by operations rounded to fp32 or not, erf within 2 ulp: an interval "
     "for each x",
     "reference/proofs/producers.md; CUDA C++ Programming Guide and the GNU C library's manual",
     KBIT_CITED},
    {"gelu-tanh", "the same for x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))/2, tanh within 2 ulp",
     "reference/proofs/producers.md; as gelu", KBIT_CITED},
    {"silu", "the same for x/(1 + exp(-x)), exp within 2 ulp; exp=fast: exp2 and quotients too",
     "reference/proofs/producers.md; as gelu", KBIT_CITED},
};

size_t kbit_theorems(const kbit_theorem **theorems)
{
    *theorems = THEOREMS;
    return sizeof THEOREMS / sizeof *THEOREMS;
}
