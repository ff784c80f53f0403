# quantize_rows_f32.g -- fp32 rows: how far the computed fp32 quotient is from 127 x / a.
#
# As quantize_rows.g, for any fp32 x, subnormals included. The range of a is the one in which no
# operation overflows and no reciprocal or scale is subnormal. Below a quotient of 1/4 the code
# is 0: quantize_rows_zero.g.

@rn = float<ieee_32, ne>;

# quant=exact
x_exact = rn(x_exact_);
a_exact = rn(a_exact_);
p rn= 127 * x_exact;
t_exact rn= p / a_exact;
E_exact = 127 * x_exact / a_exact;

# quant=mul
x_mul = rn(x_mul_);
a_mul = rn(a_mul_);
s_mul rn= 127 / a_mul;
t_mul rn= x_mul * s_mul;
E_mul = x_mul * (127 / a_mul);

# quant=rdiv
x_rdiv = rn(x_rdiv_);
a_rdiv = rn(a_rdiv_);
s_rdiv rn= a_rdiv / 127;
t_rdiv rn= x_rdiv / s_rdiv;
E_rdiv = x_rdiv / (a_rdiv / 127);

gap = 1 / (254 * 16777215);

#: KBIT_BOUND_QUANT_EXACT_F32: t_exact -/ E_exact
#:   relative error of RN(127 x) / a in fp32, for fp32 x <= a with 127 x / a >= 1/4
#: KBIT_BOUND_QUANT_MUL_F32: t_mul -/ E_mul
#:   relative error of x * RN(127 / a) in fp32, for fp32 x <= a with 127 x / a >= 1/4
#: KBIT_BOUND_QUANT_RDIV_F32: t_rdiv -/ E_rdiv
#:   relative error of x / RN(a / 127) in fp32, for fp32 x <= a with 127 x / a >= 1/4
#: KBIT_GAP_F32: constant gap
#:   1 / (254 * (2^24 - 1)), the gap theorem's distance for fp32: below the bounds above, so a code
#:   near a half-integer is one of two
#: KBIT_RANGE_QUANT_EXACT_F32: hypothesis a_exact
#:   the absmax for which KBIT_BOUND_QUANT_EXACT_F32 is proved
#: KBIT_RANGE_QUANT_MUL_F32: hypothesis a_mul
#:   the absmax for which KBIT_BOUND_QUANT_MUL_F32 is proved
#: KBIT_RANGE_QUANT_RDIV_F32: hypothesis a_rdiv
#:   the absmax for which KBIT_BOUND_QUANT_RDIV_F32 is proved
{ x_exact in [1b-149, 1b121] /\ a_exact in [1b-149, 1b121] /\ E_exact in [1b-2, 127] /\
  x_mul in [1b-149, 16777215b104] /\ a_mul in [1b-120, 16777215b104] /\ E_mul in [1b-2, 127] /\
  x_rdiv in [1b-149, 16777215b104] /\ a_rdiv in [1b-119, 16777215b104] /\ E_rdiv in [1b-2, 127] ->
  t_exact -/ E_exact in ? /\ t_mul -/ E_mul in ? /\ t_rdiv -/ E_rdiv in ? /\ gap in ? }
