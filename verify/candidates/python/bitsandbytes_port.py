#!/usr/bin/env python3
"""bitsandbytes through torch, on the CPU or on a CUDA device: LLM.int8() as its users call it.

outlier_columns     the third result of functional.int8_vectorwise_quant(x, threshold)
absmax_rows         the second, where no list of columns is given: it takes none
quantize_rows       the first, where its own statistic and columns are the ones that are given
int8_matmul         functional.int8_linear_matmul(q, w)
dequantize          functional.int8_mm_dequant(c, absmax, w_absmax), to float
llmint8_linear_bnb  matmul() on a state with CB = w, SCB = w_absmax, as Linear8bitLt.eval() does; the output
                    has the type of x

Its threshold 0 means off, so that our threshold 0 is not served. Its 127.0 / statistic is a reciprocal
times 127 in torch, two roundings: quant=reciprocal. Outlier weights are rounded to the type of x.

Variant default: the product of the "default" backend, which every device without a kernel of its own
gets (and a CPU without AVX-512). Variant constant: with the constant of int8_mm_dequant put right, which
shows what else is left to explain. Variant cuda: its CUDA library, on the current device; it takes fp16
alone, writes fp16 alone (so that dequantize, whose output is fp32, is not asked for), divides by an
approximation, makes 0 of a NaN, and leaves the outliers' product to the device's tensor cores.
"""
import logging

import kbit_port
from kbit_port import Unsupported, as_torch, from_torch

logging.disable(logging.WARNING)
torch = kbit_port.needs("torch")
bnb = kbit_port.needs("bitsandbytes")
functional = kbit_port.needs("bitsandbytes.functional", "bitsandbytes")
np = kbit_port.np
variant = kbit_port.variant()
if variant not in ("", "default", "constant", "cuda"):
    raise SystemExit(f"no variant '{variant}': default, constant, cuda, or none")
if variant == "cuda" and not torch.cuda.is_available():
    raise SystemExit("skipped: torch finds no CUDA device")
device = "cuda" if variant == "cuda" else "cpu"


def tensor(array):
    return as_torch(torch, array).to(device)


def array(result):
    return result.cpu().numpy()


def threshold_of(call):
    if call.threshold == 0:
        raise Unsupported("threshold 0 means off to bitsandbytes")
    return call.threshold or 0.0


def vectorwise_quant(call, x):
    if device == "cuda" and call.in_types[0] != "f16":
        raise Unsupported("its CUDA library quantizes fp16 alone")
    return functional.int8_vectorwise_quant(tensor(x), threshold=threshold_of(call))


def columns(found):
    return np.zeros(0, "<i4") if found is None else array(found).astype("<i4")


def outlier_columns(call, x):
    return columns(vectorwise_quant(call, x)[2])


def absmax_rows(call, x, outliers):
    if outliers.size:
        raise Unsupported("bitsandbytes leaves out elements and takes no list of columns")
    return array(vectorwise_quant(call, x)[1])


def quantize_rows(call, x, absmax, outliers):
    codes, own, found = vectorwise_quant(call, x)
    if not np.array_equal(array(own), absmax) or not np.array_equal(columns(found), outliers):
        raise Unsupported("bitsandbytes computes statistic and columns itself, and its are others")
    return array(codes)


def int8_matmul(call, q, w):
    q, w = tensor(q), tensor(w)
    if variant == "default":
        ops = kbit_port.needs("bitsandbytes.backends.default.ops", "bitsandbytes")
        return ops._int8_linear_matmul_impl(q, w).numpy()
    return array(functional.int8_linear_matmul(q, w))


def dequantize(call, c, absmax, w_absmax):
    out = torch.ops.bitsandbytes.int8_mm_dequant(torch.from_numpy(c), torch.from_numpy(absmax),
                                                 torch.from_numpy(w_absmax), dtype=torch.float32)
    return out.numpy()


def llmint8_linear_bnb(call, x, w, w_absmax, bias):
    if call.out_type != call.in_types[0]:
        raise Unsupported("the layer's output has the type of x")
    if device == "cuda" and call.in_types[0] != "f16":
        raise Unsupported("its CUDA library takes fp16 alone")
    x = tensor(x)
    state = bnb.MatmulLtState()
    state.is_training = state.has_fp16_weights = False
    state.CB, state.SCB = tensor(w), tensor(w_absmax)
    state.threshold = threshold_of(call)
    bias = tensor(bias) if bias.size else None
    return from_torch(torch, bnb.matmul(x, state.CB, bias=bias, state=state).cpu())


def right_constant(c, row_stats, col_stats, dtype=None, bias=None):
    """Its int8_mm_dequant but for the digit that its constant lost."""
    out = c.view(-1, c.shape[-1]) * (row_stats.reshape(-1, 1) * col_stats.reshape(1, -1)) * (1 / 16129)
    return (out if bias is None else out + bias).to(dtype or torch.float16)


if variant == "constant":
    patch = torch.library.Library("bitsandbytes", "IMPL")
    patch.impl("int8_mm_dequant", right_constant, "CPU")

STEPS = {"int8_matmul": int8_matmul}
if variant != "default":
    STEPS.update(outlier_columns=outlier_columns, absmax_rows=absmax_rows,
                 quantize_rows=quantize_rows, llmint8_linear_bnb=llmint8_linear_bnb)
DECLARES = "quant=reciprocal dequant=any llmint8_linear_bnb:combine=round-twice store=twice subB=x"
if variant in ("", "constant"):
    STEPS.update(dequantize=dequantize)
if variant == "cuda":
    DECLARES = ("quant=any dequant=any nan=launder ftz32=flush store=twice subB=f16 "
                "llmint8_linear_bnb:combine=round-twice llmint8_linear_bnb:acc=tc-trunc")
kbit_port.main(f"bitsandbytes-{bnb.__version__}", DECLARES, STEPS)
