# quantize_rows.g -- fp16 rows: how far the computed fp32 quotient is from 127 x / a.
#
# x is an element, a the absmax of its row; both are fp16 values held in fp32. The sign of x changes
# nothing, so x > 0. Three sequences of operations are in use; E_* are their exact values, all of
# them 127 x / a. The gap is the distance that separates 127 x / a from a wrong code: see
# quantize_rows.md.

@rn = float<ieee_32, ne>;
@h = float<11, -24, ne>;
x = h(x_);
a = h(a_);

# quant=exact: the reference
p rn= 127 * x;
t_exact rn= p / a;
E_exact = 127 * x / a;

# quant=mul: multiply by a rounded reciprocal
s_mul rn= 127 / a;
t_mul rn= x * s_mul;
E_mul = x * (127 / a);

# quant=rdiv: divide by a rounded scale
s_rdiv rn= a / 127;
t_rdiv rn= x / s_rdiv;
E_rdiv = x / (a / 127);

gap = 1 / (254 * 2047);

#: KBIT_BOUND_QUANT_EXACT_F16: t_exact -/ E_exact
#:   relative error of RN(127 x) / a in fp32, for all fp16 x, a > 0 with x <= a
#: KBIT_BOUND_QUANT_MUL_F16: t_mul -/ E_mul
#:   relative error of x * RN(127 / a) in fp32, for all fp16 x, a > 0 with x <= a
#: KBIT_BOUND_QUANT_RDIV_F16: t_rdiv -/ E_rdiv
#:   relative error of x / RN(a / 127) in fp32, for all fp16 x, a > 0 with x <= a
#: KBIT_GAP_F16: constant gap
#:   1 / (254 * 2047), the gap theorem's distance for fp16: a smaller relative error leaves the code
{ x in [1b-24, 65504] /\ a in [1b-24, 65504] ->
  t_exact -/ E_exact in ? /\ t_mul -/ E_mul in ? /\ t_rdiv -/ E_rdiv in ? /\ gap in ? }
