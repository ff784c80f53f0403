/* numbers.h -- the judges' arithmetic: real values in double with a rigorous radius, and the set of
 * encodings that a rounded real may take.
 *
 * A double carries 29 bits more than the fp32 values that are judged. Each helper's radius covers
 * its own double rounding errors (u = 2^-53), so enclosures are outward: too wide by parts in
 * 2^-45, never too narrow. tests/t_numbers.c holds them against MPFR. */
#ifndef KBIT_VERIFY_NUMBERS_H
#define KBIT_VERIFY_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kbit.h"

/* A sum of terms, with what its enclosure needs. */
typedef struct {
    double value;     /* the sum in double */
    double magnitude; /* sum |term| */
    double encoded; /* the same, each as large as its encoding may be taken for; see summation.h */
    double quantum; /* smallest power of two that divides every term; 0: no term but zeros */
    size_t terms;   /* that are not zero */
    double doubt;   /* by how much the sum may be off for terms that were rounded either way */
    bool nan, plus_inf, minus_inf;
} kbit_sum;

void kbit_sum_add(kbit_sum *sum, double term);

/* True where every partial sum, in any order, split or truncation, is exact in fp32: the terms are
 * multiples of one power of two and their magnitudes, as encoded, sum to at most 2^24 of it. */
bool kbit_sum_is_exact(const kbit_sum *sum);

/* The values that an output may show. lo and hi are representable in the output's type, or
 * infinite; nan says that only a NaN is admissible. */
typedef struct {
    double lo, hi;
    bool nan;
    double least;     /* a finite value is 0 or at least that large: subnormals are flushed */
    bool through_f16; /* a value is one of fp16, rounded to the output's type */
    bool plus_inf, minus_inf; /* admitted beside [lo, hi]; a NaN where both are */
} kbit_admissible;

/* v rounded to nearest even in type (f32, f16, bf16), with subnormals, and inf beyond. */
double kbit_nearest(double v, kbit_dtype type);
double kbit_largest(kbit_dtype type); /* finite */

/* Every encoding between RN(exact - radius) and RN(exact + radius): rounding is monotone, so this
 * is the image of the interval. double_error bounds |sum->value - exact| (see kbit_sum_error). */
kbit_admissible kbit_admissible_round(const kbit_sum *sum, double radius, kbit_dtype type,
                                      bool saturate);
/* The floats within exact +- radius, for a theorem whose radius is that of the float itself, its last
 * rounding included; infinity where a number next to the enclosure rounds to it. */
kbit_admissible kbit_admissible_within(const kbit_sum *sum, double radius);
bool kbit_admits(const kbit_admissible *set, double observed);

/* The set behind a further rounding: of fp16 values to the type. */
kbit_admissible kbit_admissible_through_f16(kbit_admissible set, kbit_dtype type, bool saturate);

/* later, with the infinities that stand beside the interval of the set that it was made of. */
kbit_admissible kbit_admissible_kept(kbit_admissible set, kbit_admissible later);

/* The same set on a machine whose results below the type's normal numbers become zero. */
kbit_admissible kbit_admissible_flushed(kbit_admissible set, kbit_dtype type);

/* Bounds the double rounding errors in sum->value: n + 3 roundings a term, classic forward bound.
 */
double kbit_sum_error(const kbit_sum *sum);

/* An upper bound on (1 + a)(1 + u)^m - 1, and on e^s - 1 with s = a + m u: s + s^2 while s is small, a
 * power of 3 beyond. reference/proofs/coq/judged.v, growth_judged. */
double kbit_growth(double a, double m, double u);

/* fp32 value, or the 16-bit one, as text: "-0x1.9p+5" with %a and the encoding. */
void kbit_print_value(char *text, size_t size, double value, kbit_dtype type);
void kbit_print_admissible(char *text, size_t size, const kbit_admissible *set, kbit_dtype type);

/* Element i of a tensor, exactly. */
double kbit_element(const kbit_tensor *tensor, size_t i);

#endif
