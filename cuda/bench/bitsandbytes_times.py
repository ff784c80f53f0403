"""bitsandbytes' LLM.int8() layer at the shapes of the coarse grid: bitsandbytes_times.py RESULT.json

For who has torch and bitsandbytes on the machine. Eager calls of bitsandbytes.matmul with threshold 6 and 0,
as its users make them, host time included; and, for scale, torch's own fp16 product in the same process,
interleaved. Medians of synchronized batches. Outliers as in data.cu: k columns of magnitude 35 to 44."""
import json
import statistics
import sys
import time

import bitsandbytes
import torch
from bitsandbytes.functional import int8_vectorwise_quant

HIDDEN = {"6.7b": 4096, "13b": 5120, "66b": 9216, "175b": 12288}
TOKENS, OUTLIERS, SAMPLES, CALLS = (1, 16, 128, 512, 4096), 8, 15, 10


def shapes():
    for model, d in HIDDEN.items():
        yield from ((f"{model}.qkv", 3 * d, d), (f"{model}.o", d, d), (f"{model}.fc1", 4 * d, d), (f"{model}.fc2", d, 4 * d))


def sample_us(call):
    torch.cuda.synchronize()
    begin = time.perf_counter()
    for _ in range(CALLS):
        call()
    torch.cuda.synchronize()
    return (time.perf_counter() - begin) / CALLS * 1e6


def cell(name, M, N, K):
    generator = torch.Generator(device="cuda").manual_seed(1)
    w = torch.randn(N, K, device="cuda", generator=generator).mul_(0.5 / K**0.5).half()
    x = torch.randn(M, K, device="cuda", generator=generator).clamp_(-5.9, 5.9).half()
    columns = torch.arange(OUTLIERS, device="cuda") * (K // OUTLIERS)
    x[:, columns] = -(35 + 9 * torch.rand(M, OUTLIERS, device="cuda", generator=generator)).half()
    codes, statistic, _ = int8_vectorwise_quant(w)

    def layer(threshold):
        state = bitsandbytes.MatmulLtState()
        state.has_fp16_weights = False
        state.threshold = threshold
        state.CB, state.SCB = codes, statistic
        return lambda: bitsandbytes.matmul(x, w, state=state)

    candidates = {
        "bitsandbytes-t6": layer(6.0),
        "bitsandbytes-t0": layer(0.0),
        "torch-f16": lambda: torch.nn.functional.linear(x, w),
    }
    samples = {name: [] for name in candidates}
    with torch.no_grad():
        exact = candidates["torch-f16"]().float()
        for candidate, call in candidates.items():
            y = call().float()
            if not torch.isfinite(y).all() or (y - exact).norm() > 0.5 * exact.norm():
                raise SystemExit(f"{name} M={M}: {candidate} is not the layer")  # plumbing only; no judge
        for _ in range(SAMPLES):
            for candidate, call in candidates.items():
                samples[candidate].append(sample_us(call))
    return {
        "shape": name, "M": M, "N": N, "K": K, "k": OUTLIERS, "mode": "eager", "l2": "warm",
        "candidates": [
            {"name": c, "state": "timed", "samples": len(us),
             "us": {"median": statistics.median(us), "min": min(us), "q1": statistics.quantiles(us, n=4)[0],
                    "q3": statistics.quantiles(us, n=4)[2]}} for c, us in samples.items()
        ],
    }  # fmt: skip


def main():
    report = {
        "schema": "kbit-gpu-bench-bitsandbytes", "schema_version": 1, "measurement": True,
        "device": torch.cuda.get_device_name(), "torch": torch.__version__, "bitsandbytes": bitsandbytes.__version__,
        "timing": f"host clock around {CALLS} eager calls and a synchronization; L2 warm",
        "cells": [],
    }  # fmt: skip
    for name, N, K in shapes():
        for M in TOKENS:
            report["cells"].append(cell(name, M, N, K))
            with open(sys.argv[1], "w") as file:
                json.dump(report, file, indent=1)


if __name__ == "__main__":
    main()
