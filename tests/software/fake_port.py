#!/usr/bin/env python3
"""A port for the tests: right without a variant, and with one it does what the variant says."""
import os

import kbit_port

np = kbit_port.np
variant = kbit_port.variant()
if variant == "missing":
    kbit_port.needs("no_such_module", "a library that nobody has")


def int8_matmul(call, q, w):
    c = q.astype("i4") @ w.astype("i4").T
    if variant == "wrong" and c.size:
        c[-1, -1] += 1
    if variant == "raises":
        raise RuntimeError("no int8\nin this library")
    if variant == "unsupported":
        raise kbit_port.Unsupported("not today")
    if variant == "dies":
        os._exit(3)
    if variant == "prints":
        print("chatter on stdout")
        os.write(1, b"and below stdio\n")
    if variant == "type":
        return c.astype("i8")
    if variant == "shape":
        return c.ravel()
    if np.abs(q.astype("i8")).sum(1).max(initial=0) * np.abs(w.astype("i8")).max(initial=0) > 2**31 - 1:
        raise kbit_port.Refused("int32 may not hold the sum")
    return c


def outlier_columns(call, x):
    threshold = np.inf if call.threshold is None else call.threshold
    below = (np.abs(kbit_port.widened(x)) < threshold) | (call.threshold is None)
    return np.flatnonzero(~below.all(0)).astype("i4")


kbit_port.main("fake", "", {"int8_matmul": int8_matmul, "outlier_columns": outlier_columns})
