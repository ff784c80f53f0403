# dequantize_bnb.g -- dequant=bnb with fp16-valued statistics: how far fp32 is from C a s / 16129.
#
# The sequence is ((float)C * a) * s * k, each operation rounded to nearest even. C is an int32
# accumulator (negative C by symmetry), a and s are row absmaxes that hold fp16 values, and k is
# the fp32 number nearest to 1/127^2. Where a bias follows in one fused multiply-add, the last
# product is not rounded: e.
#
# "f rn= C" would round nothing: Gappa rounds the operators of the right-hand side. Hence rn(C).

@rn = float<ieee_32, ne>;
@h = float<11, -24, ne>;
k = 1065154b-34; # 0x1.040c2p-14
a = h(a_);
s = h(s_);

C = int<ne>(C_);
f = rn(C);
p rn= f * a;
q rn= p * s;
d rn= q * k;
e = q * k;
M = C * a * s * (1 / 16129);

C24 = int<ne>(C24_);
f24 = rn(C24);
p24 rn= f24 * a;
q24 rn= p24 * s;
d24 rn= q24 * k;
e24 = q24 * k;
M24 = C24 * a * s * (1 / 16129);

#: KBIT_BOUND_DEQUANT_BNB: d -/ M
#:   relative error of ((float)C * a) * s * k in fp32, for all int32 C != 0, fp16-valued a, s > 0
#: KBIT_BOUND_DEQUANT_BNB24: d24 -/ M24
#:   relative error of ((float)C * a) * s * k in fp32, for 0 < |C| <= 2^24, fp16-valued a, s > 0
#: KBIT_BOUND_DEQUANT_BNB_FMA: e -/ M
#:   relative error of the unrounded product in fma(((float)C * a) * s, k, bias), for all int32
#:   C != 0, fp16-valued a, s > 0
#: KBIT_BOUND_DEQUANT_BNB24_FMA: e24 -/ M24
#:   relative error of the unrounded product in fma(((float)C * a) * s, k, bias), for
#:   0 < |C| <= 2^24, fp16-valued a, s > 0
{ C in [1, 2147483648] /\ C24 in [1, 16777216] /\
  a in [1b-24, 65504] /\ s in [1b-24, 65504] ->
  d -/ M in ? /\ d24 -/ M24 in ? /\ e -/ M in ? /\ e24 -/ M24 in ? }
