/* theorems.c -- what the verdicts rest on. */
#include "kbit_verify.h"

static const kbit_theorem THEOREMS[] = {
    {"quantize-gap",
     "for fp16 x and a, 0 < |x| <= a: 127x/a is an exact half-integer or at least 1/(254*2047) "
     "(relative) away from one; a sequence with a smaller error gives RNE(127x/a) except at ties",
     "reference/proofs/quantize_gap.md (Coq, any format; every pair was run); the sequences' "
     "errors: quantize_rows.g",
     KBIT_PROVED},
    {"quantize-f32",
     "for fp32 x the fp32 quotient lies within the sequence's proved relative error of 127x/a: one "
     "or two integers",
     "reference/proofs/quantize_rows.md, quantize_rows_f32.g", KBIT_PROVED},
    {"product-certificate",
     "if C differs from Q W^T, two random 64-bit vectors leave every residual zero with "
     "probability at most 2^-66",
     "reference/proofs/product_certificate.md; Freivalds 1977, here in wrapping 64-bit integers",
     KBIT_PROVED},
    {"dequantize-bnb",
     "((C*a)*s)*RN(1/16129) in fp32 lies within [-2.57e-7, 2.20e-7] (relative) of C a s/16129 for "
     "every int32 C and fp16-valued a, s",
     "reference/proofs/dequantize.md, dequantize_bnb.g", KBIT_PROVED},
    {"dequantize-bnb-f32",
     "the same sequence for fp32 a, s while the partial products stay normal; else plus the "
     "underflow of each product",
     "reference/proofs/dequantize.md, dequantize_bnb_f32.g", KBIT_PROVED},
    {"dequantize-any",
     "at most 6 fp32 roundings and 2 rounded constants, in any order; for fp32 a, s plus "
     "7 2^-150 max(1, |C|) max(1, a) max(1, s), which is what underflow can add",
     "reference/proofs/dequantize.md, dequantize_any.g, coq/product.v", KBIT_PROVED},
    {"accumulate-any-order",
     "n terms added in fp32 to nearest, in any order, fused or not: "
     "|error| <= sum |t| ((1+e)(1+u)^n - 1), u = 2^-24, e the error of forming a term",
     "reference/proofs/accumulate.md, coq/growth.v (Higham, Accuracy and Stability of Numerical "
     "Algorithms, 2nd ed., sec. 3.1 and 4.2)",
     KBIT_PROVED},
    {"accumulate-faithful", "the same with u = 2^-23: each addition may take either neighbour",
     "reference/proofs/accumulate.md, coq/growth.v", KBIT_PROVED},
    {"accumulate-truncating",
     "a tree of fp32 additions and of fused steps that truncate with at least 23 fraction bits: "
     "the same with u = 2^-22, for operands that are not subnormal",
     "reference/proofs/accumulate.md, coq/truncating.v, for a model of the hardware (Fasi, Higham, "
     "Mikaitis, Pranesh, PeerJ CS 7:e330, 2021)",
     KBIT_MODEL},
    {"linear-bnb",
     "codes as declared are unique, so is each accumulator; the output rounds an enclosure of "
     "C a s/16129 + sum over O of x w s/127 + bias made of the theorems above",
     "reference/proofs/linear_enclosure.md, coq/growth.v; an acc= that is a model stays one",
     KBIT_PROVED},
    {"linear-paper", "the same with 16-bit outlier weights and both operands quantized without O",
     "reference/proofs/linear_enclosure.md", KBIT_PROVED},
};

size_t kbit_theorems(const kbit_theorem **theorems)
{
    *theorems = THEOREMS;
    return sizeof THEOREMS / sizeof *THEOREMS;
}
