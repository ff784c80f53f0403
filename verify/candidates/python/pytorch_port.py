#!/usr/bin/env python3
"""PyTorch on the CPU: its int8 product and its quantizer.

int8_matmul    torch._int_mm(q, w.t()); the transpose is a view, which it takes.
quantize_rows  torch.quantize_per_channel(x, absmax/127, 0, axis 0, qint8), int_repr(), on x widened to
               float; an absmax of 0 gets the scale 1. It rounds x times the inverse of the scale and
               knows no outliers.

Variant noncontiguous: torch._int_mm on operands that are every second row and column of larger ones.
"""
import kbit_port
from kbit_port import widened

torch = kbit_port.needs("torch")
np = kbit_port.np
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


STEPS = {"int8_matmul": int8_matmul}
if not variant:
    STEPS["quantize_rows"] = quantize_rows
kbit_port.main(f"torch-{torch.__version__}", "quant=any", STEPS)
