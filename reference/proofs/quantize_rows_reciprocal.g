# quantize_rows_reciprocal.g -- quant=reciprocal: how far x * (127 * RN(1 / a)) is from 127 x / a.
#
# What `x * (127.0 / a)` is in torch, where a number divided by a tensor is the tensor's reciprocal
# times the number: one rounding more than quant=mul. Formats, ranges and the quotient from 1/4 on as
# in quantize_rows.g, quantize_rows_bf16.g, quantize_rows_f32.g and quantize_rows_zero.g. For fp32
# the reciprocal must be normal, too: a <= 2^125.

@rn = float<ieee_32, ne>;
@h = float<11, -24, ne>;
@b = float<8, -133, ne>;

x_h = h(x_h_);
a_h = h(a_h_);
i_h rn= 1 / a_h;
s_h rn= 127 * i_h;
t_h rn= x_h * s_h;
E_h = x_h * (127 * (1 / a_h));

x_b = b(x_b_);
a_b = b(a_b_);
i_b rn= 1 / a_b;
s_b rn= 127 * i_b;
t_b rn= x_b * s_b;
E_b = x_b * (127 * (1 / a_b));

x_f = rn(x_f_);
a_f = rn(a_f_);
i_f rn= 1 / a_f;
s_f rn= 127 * i_f;
t_f rn= x_f * s_f;
E_f = x_f * (127 * (1 / a_f));

x_z = rn(x_z_);
a_z = rn(a_z_);
i_z rn= 1 / a_z;
s_z rn= 127 * i_z;
t_z rn= x_z * s_z;
E_z = x_z * (127 * (1 / a_z));

#: KBIT_BOUND_QUANT_RECIPROCAL_F16: t_h -/ E_h
#:   relative error of x * (127 * RN(1 / a)) in fp32, for all fp16 x, a > 0 with x <= a
#: KBIT_BOUND_QUANT_RECIPROCAL_BF16: t_b -/ E_b
#:   relative error of x * (127 * RN(1 / a)) in fp32, for bf16 x <= a with 127 x / a >= 1/4, a in
#:   KBIT_RANGE_QUANT_BF16
#: KBIT_BOUND_QUANT_RECIPROCAL_F32: t_f -/ E_f
#:   relative error of x * (127 * RN(1 / a)) in fp32, for fp32 x <= a with 127 x / a >= 1/4
#: KBIT_BOUND_QUANT_RECIPROCAL_ZERO: t_z
#:   the computed x * (127 * RN(1 / a)) where 127 x / a <= 1/4
#: KBIT_RANGE_QUANT_RECIPROCAL_F32: hypothesis a_f
#:   the absmax for which the fp32 bounds of quant=reciprocal are proved
{ x_h in [1b-24, 65504] /\ a_h in [1b-24, 65504] /\
  x_b in [1b-133, 1b100] /\ a_b in [1b-100, 1b100] /\ E_b in [1b-2, 127] /\
  x_f in [1b-149, 1b125] /\ a_f in [1b-120, 1b125] /\ E_f in [1b-2, 127] /\
  x_z in [0, 1b125] /\ a_z in [1b-120, 1b125] /\ E_z in [0, 1b-2] ->
  t_h -/ E_h in ? /\ t_b -/ E_b in ? /\ t_f -/ E_f in ? /\ t_z in ? }
