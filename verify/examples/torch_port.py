#!/usr/bin/env python3
"""A port in PyTorch: steps of LLM.int8(), on the folders that kbit gen writes.

    kbit gen int8_matmul --case codes-int8 -o case
    torch_port.py case
    kbit judge case

Each step reads its inputs from the folder's .npy files and adds its output; manifest.json says which
step it is, which files there are, and the threshold. Start your own port from this, on whatever
device your tensors live; numpy_port.py is the same in NumPy. Variations from the definition are declared
in the manifest: here 127 x / absmax is computed as it stands, and nothing is to be declared.
"""
import json
import os
import sys

try:
    import numpy as np
    import torch
except ImportError as error:
    print(f"torch_port.py: skipped: {error.name} is not there", file=sys.stderr)
    sys.exit(77)

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def masked(x, outliers, threshold):
    """What takes no part in the int8 product: outlier columns, outlier and non-finite elements."""
    mask = torch.zeros(x.shape, dtype=torch.bool, device=x.device)
    mask[:, outliers.long()] = True
    if threshold is not None:
        # As float: torch would round the threshold to the type of x before it compares.
        mask |= ~(x.abs() < torch.tensor(threshold, device=x.device))
    return mask


def outlier_columns(threshold, x):
    if threshold is None:
        return torch.zeros(0, dtype=torch.int32)
    none = torch.zeros(0, dtype=torch.int32, device=x.device)
    return masked(x, none, threshold).any(0).nonzero().flatten().int()


def absmax_rows(threshold, x, outliers):
    kept = torch.where(masked(x, outliers, threshold), 0.0, x.abs())
    return torch.cat([kept, kept.new_zeros(len(kept), 1)], 1).amax(1)  # the 0: K may be 0


def quantize_rows(threshold, x, absmax, outliers):
    codes = torch.round(127 * x / absmax[:, None])
    skip = masked(x, outliers, threshold) | (absmax[:, None] == 0) | ~codes.isfinite()
    return torch.where(skip, 0.0, codes).to(torch.int8)


def int8_matmul(threshold, q, w):
    if device.type == "cpu" and q.shape[1]:
        return torch._int_mm(q, w.t())
    # In double every sum that int32 holds is exact; CUDA's _int_mm wants sizes of 8.
    return (q.double() @ w.double().t()).int()


def dequantize(threshold, c, absmax, w_absmax):
    return c.float() * absmax[:, None] * w_absmax[None, :] * torch.tensor(1 / 16129, device=c.device)


def outlier_matmul(threshold, x, outliers, w, w_absmax, d):
    columns = outliers.long()
    return d + x[:, columns] @ (w[:, columns].float() * w_absmax[:, None] / 127).t()


STEPS = (outlier_columns, absmax_rows, quantize_rows, int8_matmul, dequantize, outlier_matmul)


def read(folder, tensor):
    array = np.load(os.path.join(folder, tensor["file"]), allow_pickle=False)
    if tensor["dtype"] == "bf16":  # stored as u2: the upper half of a binary32
        return torch.from_numpy(array.view("<i2")).view(torch.bfloat16).float().to(device)
    x = torch.from_numpy(array)
    return (x.float() if tensor["dtype"] == "f16" else x).to(device)


def port(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        case = json.load(file)
    steps = {step.__name__: step for step in STEPS}
    if case["step"] not in steps:
        raise ValueError(f"{folder}: this port has no step {case['step']}")
    threshold = None if case["threshold"] == "off" else float.fromhex(case["threshold"])
    output = steps[case["step"]](threshold, *(read(folder, tensor) for tensor in case["inputs"]))
    np.save(os.path.join(folder, case["outputs"][0]["file"]), output.cpu().numpy())


if __name__ == "__main__":
    try:
        for argument in sys.argv[1:]:
            port(argument)
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        print(f"torch_port.py: {error}", file=sys.stderr)
        sys.exit(2)
