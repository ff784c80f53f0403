#!/usr/bin/env python3
"""torchao's int8 steps on the CPU.

int8_matmul    kernel.intmm.safe_int_mm(q, w.t()), which gives int32. Variant scaled: int_scaled_matmul with
               scales of 1, what the layer calls; it gives float, so only sums that float holds are asked.
quantize_rows  quantize_affine(x, scale absmax/127, zero point 0) to [-128, 127]; an absmax of 0 gets the scale
               1. It knows no outliers. Its own choose_qparams_affine takes absmax/127.5, which is another
               method and not judged.
"""
import kbit_port
from kbit_port import Unsupported, as_torch

torch = kbit_port.needs("torch")
torchao = kbit_port.needs("torchao")
intmm = kbit_port.needs("torchao.kernel.intmm", "torchao")
primitives = kbit_port.needs("torchao.quantization.quant_primitives", "torchao")
np = kbit_port.np
variant = kbit_port.variant()
if variant not in ("", "scaled"):
    raise SystemExit(f"no variant '{variant}': scaled, or none")


def int8_matmul(call, q, w):
    if not variant:
        return intmm.safe_int_mm(torch.from_numpy(q), torch.from_numpy(w).t()).numpy()
    if call.K and np.abs(q.astype(int)).sum(1).max(initial=0) * np.abs(w.astype(int)).max(initial=0) > 2**24:
        raise Unsupported("it gives float, which may not hold the sum")
    ones = torch.ones(call.M, 1)
    scaled = intmm.int_scaled_matmul(torch.from_numpy(q), torch.from_numpy(w).t(), ones)
    return scaled.numpy().astype("<i4")


def quantize_rows(call, x, absmax, outliers):
    kbit_port.nothing_masked(call, x, outliers)
    scale = torch.from_numpy(np.where(absmax == 0, np.float32(1), absmax / np.float32(127)))
    codes = primitives.quantize_affine(as_torch(torch, x), (1, call.K), scale,
                                       torch.zeros(call.M, dtype=torch.int32), torch.int8)
    return codes.numpy()


STEPS = {"int8_matmul": int8_matmul}
if not variant:
    STEPS["quantize_rows"] = quantize_rows
kbit_port.main(f"torchao-{torchao.__version__}" + (":" if variant else "") + variant, "quant=any", STEPS)
