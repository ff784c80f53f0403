# quantize_rows_zero.g -- small elements: where 127 x / a <= 1/4 the computed quotient is below 1/2.
#
# So its code is 0, as it must be, even where the quotient is subnormal and has no small relative
# error. fp32 x and a, subnormals included; bf16 and fp16 are among them. Sequences and ranges of a
# are those of quantize_rows_f32.g.

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

#: KBIT_BOUND_QUANT_EXACT_ZERO: t_exact
#:   the computed RN(127 x) / a where 127 x / a <= 1/4
#: KBIT_BOUND_QUANT_MUL_ZERO: t_mul
#:   the computed x * RN(127 / a) where 127 x / a <= 1/4
#: KBIT_BOUND_QUANT_RDIV_ZERO: t_rdiv
#:   the computed x / RN(a / 127) where 127 x / a <= 1/4
{ x_exact in [0, 1b121] /\ a_exact in [1b-149, 1b121] /\ E_exact in [0, 1b-2] /\
  x_mul in [0, 16777215b104] /\ a_mul in [1b-120, 16777215b104] /\ E_mul in [0, 1b-2] /\
  x_rdiv in [0, 16777215b104] /\ a_rdiv in [1b-119, 16777215b104] /\ E_rdiv in [0, 1b-2] ->
  t_exact in ? /\ t_mul in ? /\ t_rdiv in ? }
