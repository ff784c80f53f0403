#!/usr/bin/env python3
"""PyTorch on the CPU: its int8 product, its quantizer, and what stands in front of a product.

int8_matmul    torch._int_mm(q, w.t()); the transpose is a view, which it takes.
quantize_rows  torch.quantize_per_channel(x, absmax/127, 0, axis 0, qint8), int_repr(), on x widened to
               float; an absmax of 0 gets the scale 1. It rounds x times the inverse of the scale and
               knows no outliers.
layernorm      torch.nn.functional.layer_norm: Welford's method in 8 lanes, which are merged. Rows of up to
               16,400 elements are asked: from 16,401 on some element's sum is merged more than 16
               times, which no theorem takes.
rmsnorm        torch.nn.functional.rms_norm
relu, gelu,    torch.nn.functional.relu, gelu, gelu with approximate="tanh", silu. All of these have the
gelu_tanh,     type of x in h, and compute in float within.
silu

Variant noncontiguous: torch._int_mm on operands that are every second row and column of larger ones,
and gelu of such a tensor, for which PyTorch has another kernel.
"""
import kbit_port
from kbit_port import Unsupported, as_torch, from_torch, widened

torch = kbit_port.needs("torch")
np = kbit_port.np
nn = torch.nn.functional
variant = kbit_port.variant()
if variant not in ("", "noncontiguous"):
    raise SystemExit(f"no variant '{variant}': noncontiguous, or none")


def strided(x):
    wide = torch.full((2 * x.shape[0], 2 * x.shape[1]), 77, dtype=x.dtype)
    wide[::2, ::2] = x
    return wide[::2, ::2]


def int8_matmul(call, q, w):
    q, w = torch.from_numpy(q), torch.from_numpy(w)
    if variant:
        q, w = strided(q), strided(w)
    return torch._int_mm(q, w.t()).numpy()


def quantize_rows(call, x, absmax, outliers):
    kbit_port.nothing_masked(call, x, outliers)
    scale = torch.from_numpy(np.where(absmax == 0, np.float32(1), absmax / np.float32(127)))
    codes = torch.quantize_per_channel(torch.from_numpy(widened(x)), scale,
                                       torch.zeros(call.M, dtype=torch.int64), 0, torch.qint8)
    return codes.int_repr().numpy()


def producer(function):
    """The step that calls function on tensors, the last of them eps where there is one."""
    def step(call, x, *parameters):
        if call.out_type != call.in_types[0]:
            raise Unsupported("its output has the type of x")
        x = as_torch(torch, x)
        return from_torch(torch, function(strided(x) if variant else x, *parameters))
    return step


def layer_norm(x, gamma, beta, eps):
    if x.shape[1] > 16400:
        raise Unsupported("it merges the sums of such a row more than 16 times")
    beta = as_torch(torch, beta) if beta.size else None
    return nn.layer_norm(x, x.shape[1:], as_torch(torch, gamma), beta, float(eps[0]))


def rms_norm(x, gamma, eps):
    return nn.rms_norm(x, x.shape[1:], as_torch(torch, gamma), float(eps[0]))


STEPS = {"int8_matmul": int8_matmul, "gelu": producer(nn.gelu)}
if not variant:
    STEPS.update(quantize_rows=quantize_rows, layernorm=producer(layer_norm), rmsnorm=producer(rms_norm),
                 relu=producer(nn.relu), silu=producer(nn.silu),
                 gelu_tanh=producer(lambda x: nn.gelu(x, approximate="tanh")))
kbit_port.main(f"torch-{torch.__version__}", "quant=any variance=welford", STEPS)
