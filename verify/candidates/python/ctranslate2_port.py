#!/usr/bin/env python3
"""CTranslate2's kernels on the CPU, by their C++ symbols: its Python module does not offer them.

quantize_rows  cpu::quantize_s8<ISA>, rounding before the cast, on x widened to float, where its scale
               is RN(127/absmax) of the absmax that is given; it knows no outliers
dequantize     cpu::dequantize_gemm_output<ISA> with the scales RN(127/absmax), 1 where that is 0, as
               quantize_s8 leaves them
int8_matmul    primitives<CPU>::gemm<int8_t, int32_t> with B transposed: the library's own choice
               between oneDNN and MKL. The layer shifts A to uint8 before it; here it does that itself.
layernorm      cpu::layer_norm<ISA>, which takes the mean of x^2 less the mean's square
rmsnorm        cpu::rms_norm<ISA>, without residual
gelu, silu,    cpu::gelu<ISA>, gelu_tanh<ISA>, swish<ISA>. These five take and give float: where h is
gelu_tanh      float they are asked, x widened.

Variant: generic, avx, avx2 or avx512, which kernels run beside the product; avx2 if none is named.
shift: the avx2 quantizer as an x86 layer calls it, to uint8 with 128 added; 128 is taken off again here.
"""
import ctypes
import glob
import importlib.metadata
import importlib.util
import os

import kbit_port
from kbit_port import Unsupported, widened

np = kbit_port.np
ISAS = {"generic": 0, "avx": 1, "avx2": 2, "avx512": 3, "shift": 2}
variant = kbit_port.variant()
if variant not in ISAS and variant:
    raise SystemExit(f"no variant '{variant}': {', '.join(ISAS)}, or none")
kbit_port.needs("ctranslate2")
package = os.path.dirname(importlib.util.find_spec("ctranslate2").origin)
found = glob.glob(os.path.join(os.path.dirname(package), "ctranslate2.libs", "libctranslate2*.so*"))
if not found:
    raise SystemExit("skipped: ctranslate2 has no libctranslate2 beside it")
library = ctypes.CDLL(found[0])
version = importlib.metadata.version("ctranslate2")


def symbol(name, *types):
    try:
        function = getattr(library, name)
    except AttributeError:
        raise SystemExit(f"skipped: this CTranslate2 has no {name}") from None
    function.argtypes, function.restype = types, None
    return function


PTR, LONG, BOOL, FLOAT = ctypes.c_void_p, ctypes.c_long, ctypes.c_bool, ctypes.c_float
ISA = ISAS[variant or "avx2"]
quantize_s8 = symbol(f"_ZN11ctranslate23cpu11quantize_s8ILNS0_6CpuIsaE{ISA}EEEvPKfPaPfllbb",
                     PTR, PTR, PTR, LONG, LONG, BOOL, BOOL)
dequantize_gemm_output = symbol(
    f"_ZN11ctranslate23cpu22dequantize_gemm_outputILNS0_6CpuIsaE{ISA}EEEvPKiPKfS6_llPfS6_"
    "PKNS_3ops14ActivationTypeE", PTR, PTR, PTR, LONG, LONG, PTR, PTR, PTR)
gemm = symbol("_ZN11ctranslate210primitivesILNS_6DeviceE0EE4gemmIaiEEvbbbblllfPKT_lS6_lfPT0_lPKS7_",
              BOOL, BOOL, BOOL, BOOL, LONG, LONG, LONG, FLOAT, PTR, LONG, PTR, LONG, FLOAT, PTR, LONG, PTR)


def scales(absmax):
    with np.errstate(divide="ignore"):
        return np.where(absmax == 0, np.float32(1), np.float32(127) / absmax)


def quantize_rows(call, x, absmax, outliers):
    kbit_port.nothing_masked(call, x, outliers)
    x, own = widened(x), np.empty(call.M, "f4")
    codes = np.empty((call.M, call.K), "i1")
    quantize_s8(x.ctypes.data, codes.ctypes.data, own.ctypes.data, call.M, call.K, variant == "shift",
                True)
    if not np.array_equal(own, scales(absmax)):
        raise Unsupported("its own scale is not 127 over the given absmax")
    return (codes.view("u1").astype("i2") - 128).astype("i1") if variant == "shift" else codes


def dequantize(call, c, absmax, w_absmax):
    rows, columns = scales(absmax), scales(w_absmax)
    out = np.empty((call.M, call.N), "f4")
    dequantize_gemm_output(c.ctypes.data, rows.ctypes.data, columns.ctypes.data, call.M, call.N,
                           out.ctypes.data, None, None)
    return out


def int8_matmul(call, q, w):
    if 0 in (call.M, call.N, call.K):
        raise Unsupported("its product is not called for an empty tensor")
    c = np.empty((call.M, call.N), "i4")
    gemm(False, False, False, True, call.M, call.N, call.K, 1.0, q.ctypes.data, call.K, w.ctypes.data,
         call.K, 0.0, c.ctypes.data, call.N, None)
    return c


def kernel(name, parameters, *types):
    return symbol(f"_ZN11ctranslate23cpu{len(name)}{name}ILNS0_6CpuIsaE{ISA}EEEv{parameters}", *types)


def float_output(call, *arrays):
    """The arrays as float, and room for h."""
    if call.out_type != "f32":
        raise Unsupported("it gives float")
    return (*map(widened, arrays), np.empty((call.M, call.K), "f4"))


def layernorm(call, x, gamma, beta, eps):
    x, gamma, beta, h = float_output(call, x, gamma, beta if beta.size else np.zeros(call.K, "f4"))
    layer_norm(x.ctypes.data, gamma.ctypes.data, beta.ctypes.data, h.ctypes.data, call.M, call.K, eps[0])
    return h


def rmsnorm(call, x, gamma, eps):
    x, gamma, h = float_output(call, x, gamma)
    rms_norm(x.ctypes.data, gamma.ctypes.data, h.ctypes.data, call.M, call.K, eps[0], False)
    return h


def activation(name):
    function = kernel(name, "PKfPfl", PTR, PTR, LONG)

    def step(call, x):
        x, h = float_output(call, x)
        function(x.ctypes.data, h.ctypes.data, x.size)
        return h
    return step


layer_norm = kernel("layer_norm", "PKfS4_S4_Pfllf", PTR, PTR, PTR, PTR, LONG, LONG, FLOAT)
rms_norm = kernel("rms_norm", "PKfS4_Pfllfb", PTR, PTR, PTR, LONG, LONG, FLOAT, BOOL)
STEPS = {"quantize_rows": quantize_rows}
if variant != "shift":
    STEPS.update(dequantize=dequantize, int8_matmul=int8_matmul, layernorm=layernorm, rmsnorm=rmsnorm,
                 gelu=activation("gelu"), gelu_tanh=activation("gelu_tanh"), silu=activation("swish"))
if __name__ == "__main__":
    kbit_port.main(f"ctranslate2-{version}", "quant=any dequant=any variance=one-pass", STEPS)
