# quantize_rows_bf16.g -- bf16 rows: how far the computed fp32 quotient is from 127 x / a.
#
# As quantize_rows.g, for any bf16 x, subnormals included, and a in [2^-100, 2^100]: outside, a
# reciprocal may overflow or be subnormal. Below a quotient of 1/4 the code is 0:
# quantize_rows_zero.g.

@rn = float<ieee_32, ne>;
@b = float<8, -133, ne>;
x = b(x_);
a = b(a_);

# quant=exact
p rn= 127 * x;
t_exact rn= p / a;
E_exact = 127 * x / a;

# quant=mul
s_mul rn= 127 / a;
t_mul rn= x * s_mul;
E_mul = x * (127 / a);

# quant=rdiv
s_rdiv rn= a / 127;
t_rdiv rn= x / s_rdiv;
E_rdiv = x / (a / 127);

gap = 1 / (254 * 255);

#: KBIT_BOUND_QUANT_EXACT_BF16: t_exact -/ E_exact
#:   relative error of RN(127 x) / a in fp32, for bf16 x <= a with 127 x / a >= 1/4
#: KBIT_BOUND_QUANT_MUL_BF16: t_mul -/ E_mul
#:   relative error of x * RN(127 / a) in fp32, for bf16 x <= a with 127 x / a >= 1/4
#: KBIT_BOUND_QUANT_RDIV_BF16: t_rdiv -/ E_rdiv
#:   relative error of x / RN(a / 127) in fp32, for bf16 x <= a with 127 x / a >= 1/4
#: KBIT_GAP_BF16: constant gap
#:   1 / (254 * 255), the gap theorem's distance for bf16: a smaller relative error leaves the code
#: KBIT_RANGE_QUANT_BF16: hypothesis a
#:   the absmax for which the three bf16 bounds are proved
{ x in [1b-133, 1b100] /\ a in [1b-100, 1b100] /\
  E_exact in [1b-2, 127] /\ E_mul in [1b-2, 127] /\ E_rdiv in [1b-2, 127] ->
  t_exact -/ E_exact in ? /\ t_mul -/ E_mul in ? /\ t_rdiv -/ E_rdiv in ? /\ gap in ? }
