#!/usr/bin/env python3
"""A port in another language: steps of LLM.int8() in NumPy, on the folders that kbit gen writes.

    kbit gen quantize_rows --case ties -o case
    numpy_port.py case
    kbit judge case

Each step reads its inputs from the folder's .npy files and adds its output; manifest.json says which
step it is, which files there are, and the threshold. Start your own port from this: replace a
function by a call of your kernel.
"""
import json
import os
import sys

try:
    import numpy as np
except ImportError:
    print("numpy_port.py: skipped: NumPy is not there (Debian: python3-numpy)", file=sys.stderr)
    sys.exit(77)

f32 = np.float32
np.seterr(invalid="ignore", divide="ignore", over="ignore")  # infinite and NaN inputs are legal


def masked(x, outliers, threshold):
    """What takes no part in the int8 product: outlier columns, outlier and non-finite elements."""
    mask = np.zeros(x.shape, bool)
    mask[:, outliers] = True
    if threshold is not None:
        mask |= ~(np.abs(x) < threshold)
    return mask


def outlier_columns(threshold, x):
    if threshold is None:
        return np.zeros(0, "<i4")
    return np.flatnonzero((~(np.abs(x) < threshold)).any(0)).astype("<i4")


def absmax_rows(threshold, x, outliers):
    return np.where(masked(x, outliers, threshold), f32(0), np.abs(x)).max(1, initial=f32(0))


def quantize_rows(threshold, x, absmax, outliers):
    skip = masked(x, outliers, threshold) | (absmax[:, None] == 0)
    codes = np.rint(f32(127) * x / absmax[:, None])
    return np.where(skip, f32(0), codes).astype("|i1")


def int8_matmul(threshold, q, w):
    return q.astype("<i4") @ w.astype("<i4").T


def dequantize(threshold, c, absmax, w_absmax):
    return c.astype("<f4") * absmax[:, None] * w_absmax[None, :] * f32(1 / 16129)


def outlier_matmul(threshold, x, outliers, w, w_absmax, d):
    weights = w[:, outliers].astype("<f4") * w_absmax[:, None] / f32(127)
    return d + x[:, outliers] @ weights.T


def mean(x):
    return x.sum(1, keepdims=True, dtype=f32) / f32(x.shape[1])


def rmsnorm(threshold, x, gamma, eps):
    return x / np.sqrt(mean(x * x) + eps) * gamma


def layernorm(threshold, x, gamma, beta, eps):
    centred = x - mean(x)
    scaled = centred / np.sqrt(mean(centred * centred) + eps) * gamma
    return scaled + beta if beta.size else scaled


def relu(threshold, x):
    return np.where(x < 0, f32(0), x)


STEPS = (outlier_columns, absmax_rows, quantize_rows, int8_matmul, dequantize, outlier_matmul,
         rmsnorm, layernorm, relu)


def widened(array, dtype):
    """A 16-bit array as float; bf16 is stored as u2, the upper half of a binary32."""
    if dtype == "bf16":
        return (array.astype("<u4") << 16).view("<f4")
    return array.astype("<f4") if dtype == "f16" else array


def rounded(array, dtype):
    """A float array in dtype, rounded to nearest even."""
    if dtype == "f16":
        return array.astype("<f2")
    if dtype != "bf16":
        return array
    bits = array.astype("<f4").view("<u4")
    even = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
    return np.where(np.isnan(array), 0x7FC0, even).astype("<u2")


def quantized(threshold, h):
    """The outputs behind h: O, absmax and codes of h as it was rounded."""
    outliers = outlier_columns(threshold, h)
    absmax = absmax_rows(threshold, h, np.zeros(0, int))
    return [outliers, absmax, quantize_rows(threshold, h, absmax, outliers)]


def read(folder, tensor):
    array = np.load(os.path.join(folder, tensor["file"]), allow_pickle=False)
    return widened(array, tensor["dtype"])


def port(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        case = json.load(file)
    steps = {step.__name__: step for step in STEPS}
    stem = case["step"].removesuffix("_quantize")
    if stem not in steps:
        raise ValueError(f"{folder}: this port has no step {stem}")
    off = case["threshold"] == "off"
    threshold = None if off else f32(float.fromhex(case["threshold"]))
    inputs = [read(folder, tensor) for tensor in case["inputs"]]
    dtype = case["outputs"][0]["dtype"]
    outputs = [rounded(steps[stem](threshold, *inputs), dtype)]
    if stem != case["step"]:
        outputs += quantized(threshold, widened(outputs[0], dtype))
    for tensor, output in zip(case["outputs"], outputs):
        np.save(os.path.join(folder, tensor["file"]), output)


if __name__ == "__main__":
    try:
        for argument in sys.argv[1:]:
            port(argument)
    except (OSError, KeyError, ValueError) as error:
        print(f"numpy_port.py: {error}", file=sys.stderr)
        sys.exit(2)
