#!/usr/bin/env python3
"""A SYNTHETIC result file in the form of kbit-gpu-bench's, for tests of plot.py and tables.py.

No number in it was measured: times are a formula. bench_fixture.py [--as-measurement] >FILE; with the option
it claims to be a measurement, as a forged file would, for tests of what reads measurements.
"""
import json
import sys

HIDDEN = {"6.7b": 4096, "13b": 5120, "66b": 9216, "175b": 12288}
SHAPES = {f"{m}.{n}": (a * d, b * d) for m, d in HIDDEN.items() for n, a, b in (("qkv", 3, 1), ("o", 1, 1), ("fc1", 4, 1), ("fc2", 1, 4))}
TABLE5 = {f"table5.{d}": (4 * d, d) for d in (768, 1024, 1536, 2048, 2560, 4096, 5140, 12288)}
LADDERS = {
    "int8_matmul": ("v1", "v2", "v3", "v4", "v5", "hopper", "hopper2"),
    "llmint8_linear_bnb": ("v1", "v2", "v3", "v4", "hopper", "hopper2"), "produce": ("v1", "v2"),
    "quantize_with_outliers": ("v1", "v2"), "outlier_columns": ("v1", "v2"), "absmax_rows": ("v1", "v2"),
    "quantize_rows": ("v1", "v2"), "dequantize": ("v1", "v2"), "outlier_matmul": ("v1", "v2"), "store": ("v1", "v2"),
}  # fmt: skip
COPY = 1000.0  # GB/s, of a device that does not exist


def candidate(name, us, operations, size):
    return {
        "name": name, "state": "timed", "checked": "SYNTHETIC", "operations": operations, "bytes": size, "calls_a_sample": 1,
        "samples": 7, "us": {"median": us, "min": 0.9 * us, "q1": 0.95 * us, "q3": 1.1 * us},
        "tops": operations / us * 1e-6, "gb_s": size / us * 1e-3, "share_of_copy": size / us * 1e-3 / COPY,
    }  # fmt: skip


def cell(shape, N, K, M, k, mode="graph", rungs=False):
    operations, bytes_f16 = 2.0 * M * N * K, 2.0 * (M * K + N * K + M * N)
    bytes_i8 = 1.0 * (2 * M * K + N * K + 2 * M * N)
    eager = 20 if mode == "eager" else 0

    def time(size, tops, fixed):
        return max(size / (0.85 * COPY) * 1e-3, operations / tops * 1e-6) + fixed + eager

    candidates = [
        candidate("layer", time(bytes_i8, 400, 3 + 0.02 * k), operations, bytes_i8),
        candidate("int8_matmul", time(M * K + N * K + 4.0 * M * N, 420, 2), operations, M * K + N * K + 4.0 * M * N),
        candidate("quantize", 3.0 * M * K / COPY * 1e-3 + 2, 0, 3.0 * M * K),
        candidate("cublas-f16", time(bytes_f16, 230, 3), operations, bytes_f16),
        candidate("cublaslt-f16", time(bytes_f16, 240, 3), operations, bytes_f16),
        candidate("cublaslt-i8", time(M * K + N * K + 4.0 * M * N, 410, 3), operations, M * K + N * K + 4.0 * M * N),
        {"name": "cublas-bf16", "state": "absent", "why": "SYNTHETIC"},
    ]
    if rungs:
        candidates += [
            candidate(f"{step}:{rung}", time(bytes_i8, 100 * (i + 1), 3), operations, bytes_i8)
            for step, names in LADDERS.items() for i, rung in enumerate(names)
        ]  # fmt: skip
    return {
        "cell": f"{shape} M={M} k={k} {mode} cold", "shape": shape, "M": M, "N": N, "K": K, "k": k, "mode": mode, "l2": "cold",
        "rungs": rungs, "rank": 0, "weight_copies": 2, "candidates": candidates,
    }  # fmt: skip


def main():
    measurement = sys.argv[1:] == ["--as-measurement"]
    label = "SYNTHETIC, not a measurement"
    cells = [cell(s, N, K, M, 8) for s, (N, K) in SHAPES.items() for M in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)]
    cells += [cell(s, N, K, M, k) for s, (N, K) in SHAPES.items() for M in (1, 128, 4096) for k in (0, 1, 16, 64, 512)]
    cells += [cell("square.8192", 8192, 8192, 8192, 0)]
    cells += [cell(s, N, K, M, 8, "eager") for s, (N, K) in SHAPES.items() for M in (1, 16, 512, 4096)]
    cells += [cell(s, N, K, 2048, 8) for s, (N, K) in TABLE5.items()]
    cells += [cell("6.7b.o", 4096, 4096, M, 8, rungs=True) for M in (1, 8, 64, 128, 512, 4096)]
    json.dump({
        "schema": "kbit-gpu-bench", "schema_version": 1, "measurement": measurement, "label": label,
        "run": {"device": "SYNTHETIC device", "label": label, "kbit_version": "0.1.0", "measurement": measurement},
        "cells_asked": len(cells), "cells_done": len(cells), "complete": True, "copy_gb_s": COPY, "events": [], "lost": [],
        "cells": cells,
    }, sys.stdout, indent=1)  # fmt: skip


if __name__ == "__main__":
    main()
