"""Compares kbit's readers and writer with NumPy. argv[1]: the program io_copy."""
import io
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

IO_COPY = sys.argv[1]
RANDOM = np.random.RandomState(20220815)
failures = 0
checks = 0


def check(good, what):
    global failures, checks
    checks += 1
    if not good:
        failures += 1
        print("FAIL:", what)


def copy(source, target):
    done = subprocess.run([IO_COPY, source, target], stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stderr


def encodings(shape, dtype):
    """Every bit pattern is legal: NaN, infinities and subnormals are carried as they are."""
    n = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return np.frombuffer(RANDOM.bytes(n), dtype).reshape(shape)


def accepted():
    for dtype in ("<f4", "<f2", "<u2", "|i1", "<i4"):
        for shape in ((1,), (0,), (1000,), (3, 5), (0, 7), (7, 0), (129, 64)):
            for version in (None, (1, 0), (2, 0)):
                x = encodings(shape, dtype)
                with open("in.npy", "wb") as file:
                    np.lib.format.write_array(file, x, version=version)
                status, line = copy("in.npy", "out.npy")
                what = f"{dtype} {shape} version {version}: {line}"
                check(status == 0, what)
                y = np.load("out.npy", allow_pickle=False)
                check(y.dtype == x.dtype and y.shape == x.shape, what)
                check(y.tobytes() == x.tobytes(), what)
    x = np.arange(12, dtype="<f4").reshape(3, 4)
    np.save("in.npy", x[:, 1])  # a view is written contiguous
    check(copy("in.npy", "out.npy")[0] == 0 and (np.load("out.npy") == x[:, 1]).all(), "view")


def refused():
    x = np.arange(12, dtype="<f4").reshape(3, 4)
    cases = {
        "Fortran order": np.asfortranarray(x),
        "big-endian": x.astype(">f4"),
        "'<f8'": x.astype("<f8"),
        "'<i8'": x.astype("<i8"),
        "'|u1'": x.astype("|u1"),
        "'|b1'": x.astype("?"),
        "'<c8'": x.astype("<c8"),
        "'<U1'": np.array(["a", "b"]),
        "Python objects": np.array([None, 1], dtype=object),
        "records of several fields": np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]),
        "more than 2 dimensions": x.reshape(3, 2, 2),
        "is a scalar": np.float32(1.0),
    }
    for says, value in cases.items():
        np.save("in.npy", value, allow_pickle=True)
        status, line = copy("in.npy", "none.npy")
        check(status == 2 and says in line, f"{says}: {status} {line}")
        check(line.startswith("in.npy: ") and line.count("\n") == 1, f"one line: {line}")
    image = io.BytesIO()
    np.save(image, x)
    for edit, says in ((image.getvalue()[:-1], "truncated"), (image.getvalue() + b"\0", "trailing")):
        with open("in.npy", "wb") as file:
            file.write(edit)
        status, line = copy("in.npy", "none.npy")
        check(status == 2 and says in line, f"{says}: {status} {line}")
    check(not os.path.exists("none.npy"), "a refused file left an output")


def write_safetensors(path, tensors):
    header, elements = {"__metadata__": {"format": "np"}}, b""
    for name, (dtype, x) in tensors.items():
        end = len(elements) + x.nbytes
        header[name] = {"dtype": dtype, "shape": x.shape, "data_offsets": [len(elements), end]}
        elements += x.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + elements)


def weights():
    # fp32 near every fp16 that is finite, and near every tie between two of them
    half = np.arange(0x7C00, dtype="<u2").view("<f2").astype("<f4")
    tie = (half[:-1] + half[1:]) / 2
    around = [np.nextafter(v, s) for v in (half, tie) for s in (np.float32(-1e9), np.float32(1e9))]
    x = np.concatenate([half, tie] + around)
    x = np.concatenate([x, -x]).astype("<f4")
    x = x[np.abs(x) < 65520].reshape(1, -1)
    raw = encodings((5, 7), "<u2")
    write_safetensors(
        "m.safetensors", {"layer.f32": ("F32", x), "bf16": ("BF16", raw), "f16": ("F16", raw)}
    )
    check(copy("m.safetensors:layer.f32", "out.npy")[0] == 0, "f32 weights")
    y = np.load("out.npy")
    check(y.dtype == np.dtype("<f2") and y.shape == x.shape, "type of rounded weights")
    check(y.tobytes() == x.astype("<f2").tobytes(), "fp32 to fp16 as NumPy rounds")
    for name, dtype in (("bf16", "<u2"), ("f16", "<f2")):
        check(copy("m.safetensors:" + name, "out.npy")[0] == 0, name)
        y = np.load("out.npy")
        check(y.dtype == np.dtype(dtype) and y.tobytes() == raw.tobytes(), name + " as it is")
    status, line = copy("m.safetensors:layer.f23", "none.npy")
    check(status == 2 and "nearest: 'layer.f32'" in line, line)
    return x.size


with tempfile.TemporaryDirectory() as folder:
    IO_COPY = os.path.abspath(IO_COPY)
    os.chdir(folder)
    accepted()
    refused()
    rounded = weights()
    os.chdir("/")
print(f"numpy {np.__version__}: {checks} checks, {failures} failed; {rounded} weights rounded")
sys.exit(failures > 0)
