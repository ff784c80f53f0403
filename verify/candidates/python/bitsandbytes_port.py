#!/usr/bin/env python3
"""bitsandbytes on the CPU, through torch: LLM.int8() as its users call it.

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
shows what else is left to explain.
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
if variant not in ("", "default", "constant"):
    raise SystemExit(f"no variant '{variant}': default, constant, or none")


def threshold_of(call):
    if call.threshold == 0:
        raise Unsupported("threshold 0 means off to bitsandbytes")
    return call.threshold or 0.0


def vectorwise_quant(call, x):
    return functional.int8_vectorwise_quant(as_torch(torch, x), threshold=threshold_of(call))


def columns(found):
    return np.zeros(0, "<i4") if found is None else found.numpy().astype("<i4")


def outlier_columns(call, x):
    return columns(vectorwise_quant(call, x)[2])


def absmax_rows(call, x, outliers):
    if outliers.size:
        raise Unsupported("bitsandbytes leaves out elements and takes no list of columns")
    return vectorwise_quant(call, x)[1].numpy()


def quantize_rows(call, x, absmax, outliers):
    codes, own, found = vectorwise_quant(call, x)
    if not np.array_equal(own.numpy(), absmax) or not np.array_equal(columns(found), outliers):
        raise Unsupported("bitsandbytes computes statistic and columns itself, and its are others")
    return codes.numpy()


def int8_matmul(call, q, w):
    q, w = torch.from_numpy(q), torch.from_numpy(w)
    if variant == "default":
        ops = kbit_port.needs("bitsandbytes.backends.default.ops", "bitsandbytes")
        return ops._int8_linear_matmul_impl(q, w).numpy()
    return functional.int8_linear_matmul(q, w).numpy()


def dequantize(call, c, absmax, w_absmax):
    out = torch.ops.bitsandbytes.int8_mm_dequant(torch.from_numpy(c), torch.from_numpy(absmax),
                                                 torch.from_numpy(w_absmax), dtype=torch.float32)
    return out.numpy()


def llmint8_linear_bnb(call, x, w, w_absmax, bias):
    if call.out_type != call.in_types[0]:
        raise Unsupported("the layer's output has the type of x")
    x = as_torch(torch, x)
    state = bnb.MatmulLtState()
    state.is_training = state.has_fp16_weights = False
    state.CB, state.SCB = torch.from_numpy(w), torch.from_numpy(w_absmax)
    state.threshold = threshold_of(call)
    bias = torch.from_numpy(bias) if bias.size else None
    return from_torch(torch, bnb.matmul(x, state.CB, bias=bias, state=state))


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
                 quantize_rows=quantize_rows, dequantize=dequantize,
                 llmint8_linear_bnb=llmint8_linear_bnb)
kbit_port.main(f"bitsandbytes-{bnb.__version__}",
               "quant=reciprocal dequant=any llmint8_linear_bnb:combine=round-twice store=twice subB=x", STEPS)
