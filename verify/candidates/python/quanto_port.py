#!/usr/bin/env python3
"""optimum-quanto's steps on the CPU.

quantize_rows  AbsmaxOptimizer (absmax/127 in the type of x) and quanto::quantize_symmetric along
               axis 0, as it quantizes weights, where the absmax that is given is x's own. It knows no
               outliers. One row is a tensor to it, which is the same.
int8_matmul    quanto::qbytes_mm with scales of 1; it gives float, so only sums that float holds are
               asked.
"""
import kbit_port
from kbit_port import Unsupported, as_torch, widened

np = kbit_port.np
torch = kbit_port.needs("torch")
quanto = kbit_port.needs("optimum.quanto", "optimum-quanto")


def quantize_rows(call, x, absmax, outliers):
    kbit_port.nothing_masked(call, x, outliers)
    if not np.array_equal(np.abs(widened(x)).max(1, initial=0), absmax):
        raise Unsupported("it computes the statistic itself, and its is another")
    x = as_torch(torch, x)
    axis = 0 if call.M > 1 else None
    scale = quanto.AbsmaxOptimizer()(x, quanto.qint8, axis)
    return torch.ops.quanto.quantize_symmetric(x, torch.int8, axis, scale).numpy()


def int8_matmul(call, q, w):
    kbit_port.sums_in_float(q, w)
    product = torch.ops.quanto.qbytes_mm(torch.from_numpy(q), torch.from_numpy(w), torch.ones(call.N, 1))
    return product.numpy().astype("<i4")


kbit_port.main(f"quanto-{quanto.__version__}", "quant=any",
               {"quantize_rows": quantize_rows, "int8_matmul": int8_matmul})
