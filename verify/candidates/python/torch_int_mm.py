#!/usr/bin/env python3
"""PyTorch's int8 product on the CPU, torch._int_mm.

It wants both operands as 2-D int8 and the second one as [K,N]; W^T is a view, which it takes.
"""
import kbit_port

torch = kbit_port.needs("torch")


def int8_matmul(call, q, w):
    return torch._int_mm(torch.from_numpy(q), torch.from_numpy(w).t()).numpy()


kbit_port.main(f"torch-{torch.__version__}", "", {"int8_matmul": int8_matmul})
