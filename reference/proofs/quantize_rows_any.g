# quantize_rows_any.g -- quant=any for fp32 x: 127 x / a by a division that need not be correctly rounded.
#
# Every intermediate result is normal. One division, or reciprocal, errs by at most 2.5 ulp: an ulp is at
# most 2^-23 of the result. Two more operations are rounded to nearest, each a factor 1 + e with
# |e| <= u / (1 + u), u = 2^-24; where one is in a denominator, 1 + e' with |e'| <= u.

F = d * f1 * f2;

#: KBIT_BOUND_QUANT_ANY_F32: F - 1
#:   relative error of 127 x / a by a division or reciprocal to 2.5 ulp and at most two more fp32
#:   operations, each rounded to nearest, every intermediate result normal
{ d - 1 in [-5b-24, 5b-24] /\ f1 - 1 in [-1b-24, 1b-24] /\ f2 - 1 in [-1b-24, 1b-24] ->
  F - 1 in ? }
