# dequantize_any.g -- dequant=any: C a s / 16129 by any sequence of at most six rounded operations.
#
# Every intermediate result is normal. Then a rounding to nearest multiplies by 1 + e with
# |e| <= u / (1 + u), u = 2^-24, and so does a constant rounded to fp32. A factor that ends up in a
# denominator divides by 1 + e, which is a factor 1 + e' with |e'| <= u. So the result is
# C a s / 16129 times eight factors within [1 - u, 1 + u]: six operations, the conversion of C among
# them, and at most two rounded constants (1/127 twice, or 1/16129).

F = f1 * f2 * f3 * f4 * f5 * f6 * c1 * c2;

#: KBIT_BOUND_DEQUANT_ANY: F - 1
#:   relative error of C a s / 16129 by at most six fp32 operations, each rounded to nearest, with
#:   at most two rounded constants, every intermediate result normal
{ f1 - 1 in [-1b-24, 1b-24] /\ f2 - 1 in [-1b-24, 1b-24] /\ f3 - 1 in [-1b-24, 1b-24] /\
  f4 - 1 in [-1b-24, 1b-24] /\ f5 - 1 in [-1b-24, 1b-24] /\ f6 - 1 in [-1b-24, 1b-24] /\
  c1 - 1 in [-1b-24, 1b-24] /\ c2 - 1 in [-1b-24, 1b-24] ->
  F - 1 in ? }
