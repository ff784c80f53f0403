# outlier_matmul.g -- how far the outlier product's last scaling, (A * s) * k, is from A s / 127.
#
# A is the fp32 sum over the outlier columns, s the weight row's absmax, k the fp32 number nearest
# to 1/127. A > 0 by symmetry; A = 0 gives 0. The error that A itself carries is the accumulation
# theorem's: outlier_matmul.md. As in dequantize_bnb_f32.g, a relative error where
# |A s| >= 2^-119 and an absolute one below.

@rn = float<ieee_32, ne>;
k = 8454660b-30; # 0x1.020408p-7

A = rn(A_);
s = rn(s_);
p rn= A * s;
y rn= p * k;
As = A * s;
Y = A * s * (1 / 127);

small_s = rn(small_s_);
small_p rn= A * small_s;
small_y rn= small_p * k;
small_As = A * small_s;
small_Y = A * small_s * (1 / 127);

#: KBIT_BOUND_OUTLIER_SCALE: y -/ Y
#:   relative error of (A * s) * k in fp32, for fp32 A and s with |A s| in KBIT_RANGE_OUTLIER_SCALE
#: KBIT_BOUND_OUTLIER_SCALE_SMALL: small_y - small_Y
#:   absolute error of (A * s) * k in fp32, for fp32 A and s with |A s| below
#:   KBIT_RANGE_OUTLIER_SCALE; the sign of A turns the interval round
#: KBIT_RANGE_OUTLIER_SCALE: hypothesis As
#:   the |A s| for which KBIT_BOUND_OUTLIER_SCALE is proved
{ A in [1b-149, 16777215b104] /\ s in [1b-149, 16777215b104] /\ small_s in [1b-149, 16777215b104] /\
  As in [1b-119, 1b127] /\ small_As in [0, 1b-119] ->
  y -/ Y in ? /\ small_y - small_Y in ? }
