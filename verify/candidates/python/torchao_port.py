#!/usr/bin/env python3
"""torchao's int8 steps on the CPU.

int8_matmul    kernel.intmm.safe_int_mm(q, w.t()), which gives int32. Variant scaled: int_scaled_matmul with
               scales of 1, what the layer calls; it gives float, so only sums that float holds are asked.
quantize_rows  quantize_affine(x, scale absmax/127, zero point 0) to [-128, 127]; an absmax of 0 gets
               the scale 1. It knows no outliers. Its own choose_qparams_affine takes absmax/127.5, which is another
               method and not judged.

Variant layer, llmint8_linear_bnb: torch.nn.functional.linear on an Int8Tensor of w and w_absmax/127 whose
activations are quantized with the row scales absmax/127 that are given to it (its static quantization), so
that the codes are LLM.int8()'s. It knows no outliers; the output has the type of x.
"""
import kbit_port
from kbit_port import Unsupported, as_torch

torch = kbit_port.needs("torch")
torchao = kbit_port.needs("torchao")
intmm = kbit_port.needs("torchao.kernel.intmm", "torchao")
primitives = kbit_port.needs("torchao.quantization.quant_primitives", "torchao")
np = kbit_port.np
variant = kbit_port.variant()
if variant not in ("", "scaled", "layer"):
    raise SystemExit(f"no variant '{variant}': scaled, layer, or none")


def int8_matmul(call, q, w):
    if not variant:
        return intmm.safe_int_mm(torch.from_numpy(q), torch.from_numpy(w).t()).numpy()
    kbit_port.sums_in_float(q, w)
    ones = torch.ones(call.M, 1)
    scaled = intmm.int_scaled_matmul(torch.from_numpy(q), torch.from_numpy(w).t(), ones)
    return scaled.numpy().astype("<i4")


def row_scales(absmax):
    return torch.from_numpy(np.where(absmax == 0, np.float32(1), absmax / np.float32(127)))


def quantize_rows(call, x, absmax, outliers):
    kbit_port.nothing_masked(call, x, outliers)
    scale = row_scales(absmax)
    codes = primitives.quantize_affine(as_torch(torch, x), (1, call.K), scale,
                                       torch.zeros(call.M, dtype=torch.int32), torch.int8)
    return codes.numpy()


def llmint8_linear_bnb(call, x, w, w_absmax, bias):
    if call.out_type != call.in_types[0]:
        raise Unsupported("the layer's output has the type of x")
    kbit_port.nothing_masked(call, x, np.zeros(0))
    int8 = kbit_port.needs("torchao.quantization.quantize_.workflows.int8.int8_tensor", "torchao")
    absmax = np.abs(kbit_port.widened(x)).max(1, initial=0)
    x = as_torch(torch, x)
    weight = int8.Int8Tensor(
        torch.from_numpy(w), row_scales(w_absmax).view(-1, 1), [1, call.K], x.dtype,
        act_quant_scale=row_scales(absmax).view(-1, 1),
        act_quant_kwargs=int8.QuantizeTensorToInt8Kwargs(granularity=int8.PerRow()))
    bias = torch.from_numpy(bias) if bias.size else None
    return kbit_port.from_torch(torch, torch.nn.functional.linear(x, weight, bias))


STEPS = {"llmint8_linear_bnb": llmint8_linear_bnb} if variant == "layer" else {"int8_matmul": int8_matmul}
if not variant:
    STEPS["quantize_rows"] = quantize_rows
kbit_port.main(f"torchao-{torchao.__version__}",
               "quant=any dequant=any store=twice" if variant == "layer" else "quant=any", STEPS)
