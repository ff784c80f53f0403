# dequantize_bnb_f32.g -- dequant=bnb with any fp32 statistics: how far fp32 is from C a s / 16129.
#
# As dequantize_bnb.g; a and s are positive fp32 numbers, subnormals included. Nothing overflows
# where |C a| and |C a s| are at most 2^127. (float)C * a needs no lower limit: it is a multiple of
# 2^-149, so what is subnormal is exact. The last two products may be subnormal, which splits the
# theorem: a relative error where |C a s| >= 2^-112, an absolute one below.

@rn = float<ieee_32, ne>;
k = 1065154b-34; # 0x1.040c2p-14

C = int<ne>(C_);
a = rn(a_);
s = rn(s_);
f = rn(C);
p rn= f * a;
q rn= p * s;
d rn= q * k;
Ca = C * a;
Cas = C * a * s;
M = C * a * s * (1 / 16129);

C24 = int<ne>(C24_);
f24 = rn(C24);
p24 rn= f24 * a;
q24 rn= p24 * s;
d24 rn= q24 * k;
Ca24 = C24 * a;
Cas24 = C24 * a * s;
M24 = C24 * a * s * (1 / 16129);

small_s = rn(small_s_);
small_q rn= p * small_s;
small_d rn= small_q * k;
small_Cas = C * a * small_s;
small_M = C * a * small_s * (1 / 16129);

#: KBIT_BOUND_DEQUANT_BNB_F32: d -/ M
#:   relative error of ((float)C * a) * s * k in fp32, for int32 C and fp32 a, s with |C a s| in
#:   KBIT_RANGE_DEQUANT_BNB_F32 and |C a| <= 2^127
#: KBIT_BOUND_DEQUANT_BNB24_F32: d24 -/ M24
#:   relative error of ((float)C * a) * s * k in fp32, for 0 < |C| <= 2^24 and fp32 a, s with
#:   |C a s| in KBIT_RANGE_DEQUANT_BNB_F32 and |C a| <= 2^127
#: KBIT_BOUND_DEQUANT_BNB_F32_SMALL: small_d - small_M
#:   absolute error of ((float)C * a) * s * k in fp32, for int32 C and fp32 a, s with |C a s| below
#:   KBIT_RANGE_DEQUANT_BNB_F32 and |C a| <= 2^127; the sign of C turns the interval round
#: KBIT_RANGE_DEQUANT_BNB_F32: hypothesis Cas
#:   the |C a s| for which KBIT_BOUND_DEQUANT_BNB_F32 is proved
{ C in [1, 2147483648] /\ C24 in [1, 16777216] /\
  a in [1b-149, 16777215b104] /\ s in [1b-149, 16777215b104] /\
  small_s in [1b-149, 16777215b104] /\
  Ca in [1b-149, 1b127] /\ Cas in [1b-112, 1b127] /\
  Ca24 in [1b-149, 1b127] /\ Cas24 in [1b-112, 1b127] /\ small_Cas in [0, 1b-112] ->
  d -/ M in ? /\ d24 -/ M24 in ? /\ small_d - small_M in ? }
