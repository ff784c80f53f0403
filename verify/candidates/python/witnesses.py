#!/usr/bin/env python3
"""Small computations beside the referee: each finding that needs one is predicted here from a formula, or
shown by the library alone, without kbit. Prints a list for verify/results/software.md.

A library that is not there is skipped, with the reason. The exit status is 1 where a prediction fails,
which means that the explanation in software_notes.txt is wrong or the library has changed.
"""
import ctypes
import os
import sys

import numpy as np

f4, f2 = np.float32, np.float16
rng = np.random.Generator(np.random.PCG64(1))


class Skip(Exception):
    pass


def module(name):
    try:
        return __import__(name, fromlist=["*"])
    except (ImportError, OSError) as error:
        raise Skip(f"{name} is not there ({str(error).splitlines()[0]})") from None


def clibrary(variable):
    try:
        return ctypes.CDLL(os.environ.get(variable) or f"${variable} is not set")
    except OSError as error:
        raise Skip(str(error).rsplit("/", maxsplit=1)[-1]) from None


def bits(x):
    return np.ascontiguousarray(x).view("u1")


def same(a, b):
    return np.array_equal(bits(a), bits(b))


def bitsandbytes_constant():
    torch, bnb = module("torch"), module("bitsandbytes")
    c = torch.tensor([[16129, 1 << 20]], dtype=torch.int32)
    one = torch.ones(1), torch.ones(2)
    got = torch.ops.bitsandbytes.int8_mm_dequant(c, *one, dtype=torch.float32).numpy()[0]
    told = np.array([f4(16129) * f4(6.200124e-05), f4(1 << 20) * f4(6.200124e-05)], f4)
    yield same(got, told), (f"bitsandbytes {bnb.__version__}, int8_mm_dequant of C = 16129 = 127^2 with both statistics 1 "
                            f"is {float(got[0]).hex()} = {got[0]:.9g}, not 1: its constant 6.200124e-05 is "
                            f"{6.200124e-05 * 16129 - 1:.3e} (relative) away from 1/16129 = 6.2000124e-05.")


def bitsandbytes_reciprocal():
    torch = module("torch")
    a = np.arange(1, 0x7c00, dtype="<u2").view(f2).astype(f4)
    got = (127.0 / torch.from_numpy(a)).numpy()
    told = f4(127) * (f4(1) / a)
    divided = f4(127) / a
    yield same(got, told), (f"torch {torch.__version__}: `127.0 / statistic` is 127 times the rounded reciprocal, two roundings; "
                            f"it differs from the correctly rounded quotient for {int((got != divided).sum())} of the {a.size} "
                            "positive finite fp16 statistics. bitsandbytes' default int8_vectorwise_quant takes it, so its codes at exact "
                            "ties are not those of `quant=mul`; away from ties they are right.")


def bitsandbytes_threshold():
    torch, functional = module("torch"), module("bitsandbytes.functional")
    x = torch.tensor([[float.fromhex("0x1.998p+2"), 1.0]], dtype=torch.float16)
    found = functional.int8_vectorwise_quant(x, threshold=6.4)[2].tolist()
    yield found == [0], ("bitsandbytes, threshold 6.4: x = 0x1.998p+2 = 6.3984375 in fp16 is taken for an outlier, since torch rounds the "
                         "threshold to fp16 before it compares. No fp16 number lies between 6.3984375 and 6.4, so one value is affected.")


def bitsandbytes_empty():
    torch, bnb = module("torch"), module("bitsandbytes")
    state = bnb.MatmulLtState()
    state.is_training = state.has_fp16_weights = False
    state.CB, state.SCB = torch.zeros(64, 0, dtype=torch.int8), torch.zeros(64)
    seen = set()
    for value in range(1, 9):
        old = torch.full((64, 64), float(value), dtype=torch.float16)
        del old
        out = bnb.matmul(torch.zeros(64, 0, dtype=torch.float16), state.CB, state=state)
        seen |= set(out.numpy().ravel().tolist())
    right = torch.nn.functional.linear(torch.zeros(64, 0), torch.zeros(64, 0)).abs().max().item()
    yield bool(seen - {0.0}), (f"bitsandbytes, K = 0: matmul returns memory that nothing wrote; tensors of 1, 2, ... 8 that were freed before the calls "
                               f"come back{'' if seen & set(range(1, 9)) else ', overwritten'}. nn.Linear gives {right:g}.")


def torchao_overflow():
    torch, ao = module("torch"), module("torchao.quantization")
    torch.manual_seed(1)
    layer = torch.nn.Linear(4096, 64, bias=False, dtype=torch.float16)
    torch.nn.init.normal_(layer.weight, std=0.02)
    x = (torch.randn(32, 4096) * 30).half()
    exact = x.double() @ layer.weight.detach().double().t()
    ao.quantize_(layer, ao.Int8DynamicActivationInt8WeightConfig())
    with torch.no_grad():
        y = layer(x)
    yield bool(torch.isinf(y).any()), (f"torchao {module('torchao').__version__}, Int8DynamicActivationInt8WeightConfig on an fp16 nn.Linear(4096, 64), weights "
                                       f"of deviation 0.02, activations of 30: {int(torch.isinf(y).sum())} of {y.numel()} outputs are infinite, where the largest exact one is "
                                       f"{exact.abs().max():.0f}. The accumulator times the activation's scale is cast to fp16 before the weight's scale. With bfloat16 none is.")


def onnxruntime_empty():
    ort, onnx = module("onnxruntime"), module("onnx")
    helper, types = onnx.helper, onnx.TensorProto

    def session(operator, kind, out):
        graph = helper.make_graph(
            [helper.make_node(operator, ["a", "b"], ["y"])], "g",
            [helper.make_tensor_value_info(name, kind, [None, None]) for name in "ab"],
            [helper.make_tensor_value_info("y", out, [None, None])])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

    seen = {}
    for operator, kind, out, dtype in (("MatMulInteger", types.INT8, types.INT32, "i1"), ("MatMul", types.FLOAT, types.FLOAT, "f4")):
        run = session(operator, kind, out).run
        seen[operator] = []
        for value in (1, 2, 3):
            run(None, {"a": np.full((3, 7), value, dtype), "b": np.full((7, 5), 3, dtype)})
            seen[operator].append(run(None, {"a": np.zeros((3, 0), dtype), "b": np.zeros((0, 5), dtype)})[0][0, 0])
    yield seen["MatMulInteger"] != [0, 0, 0] and seen["MatMul"] == [0, 0, 0], (
        f"onnxruntime {ort.__version__}, K = 0: after products whose elements are 21, 42 and 63, MatMulInteger of [3,0] and [0,5] gives "
        f"{', '.join(str(v) for v in seen['MatMulInteger'])}: what was in the buffer. MatMul gives {', '.join(f'{v:g}' for v in seen['MatMul'])}.")


def ctranslate2_shift():
    os.environ["KBIT_PORT_VARIANT"] = "shift"
    try:
        import ctranslate2_port as port
    except SystemExit as why:
        raise Skip(str(why).replace("skipped: ", "")) from None
    total = wrong = unlike = 0
    for step in range(64):
        a = f4(f2(1 + step / 64))
        x = np.append((float(a) * np.arange(1, 254, 2) / 254).astype(f2), f2(a)).astype(f4)
        codes, scale = np.empty(x.size, "u1"), np.empty(1, f4)
        port.quantize_s8(x.ctypes.data, codes.ctypes.data, scale.ctypes.data, 1, x.size, True, True)
        told = np.rint(x * (f4(127) / a) + f4(128))
        right = np.rint(127.0 * x.astype("f8") / float(a))
        ties = 254 * x.astype("f8") / float(a) % 2 == 1
        unlike += int((codes != told).sum())
        wrong += int(((codes.astype(int) - 128 != right) & ~ties).sum())
        total += x.size
    yield unlike == 0 and wrong > 0, (f"CTranslate2 {port.version}: rint(x * scale + 128) in float, two roundings, predicts all {total} codes of its uint8 quantizer "
                                      f"over 64 fp16 statistics, x next to each tie; {wrong} of them are not RNE(127x/absmax), none of these at a tie.")


def ggml_negative():
    library = clibrary("KBIT_GGML")
    library.ggml_cpu_init()
    block = np.dtype([("d", f2), ("q", "i1", 32)])
    dot = library.ggml_vec_dot_q8_0_q8_0
    total = unlike = wrong = 0
    x, y, out = np.ones(1, block), np.ones(1, block), np.zeros(1, f4)
    for _ in range(2000):
        x["q"], y["q"] = rng.integers(-128, 128, (1, 32)), rng.integers(-128, 128, (1, 32))
        dot(32, ctypes.c_void_p(out.ctypes.data), ctypes.c_size_t(0), ctypes.c_void_p(x.ctypes.data), ctypes.c_size_t(0),
            ctypes.c_void_p(y.ctypes.data), ctypes.c_size_t(0), 1)
        q, w = x["q"][0].astype(int), y["q"][0].astype(int)
        right = int((q * w).sum())
        told = int(np.where((q < 0) & (w == -128), -q * -128, q * w).sum())
        total += 1
        wrong += int(out[0]) != right
        unlike += int(out[0]) != told
    yield unlike == 0 and wrong > 0, (f"ggml, one block of Q8_0 with codes in all of int8: {wrong} of {total} sums are wrong, and each is what it is if -(-128) is -128 "
                                      "(vpsignb) where the other code is negative. ggml's own quantizer gives no -128.")


def torch_strides():
    torch = module("torch")
    q, w = torch.full((8, 1041), 127, dtype=torch.int8), torch.full((9, 1041), 127, dtype=torch.int8)
    wide = torch.zeros(8, 2 * 1041, dtype=torch.int8)
    wide[:, ::2] = q
    sums = [int(torch._int_mm(operand, w.t())[0, 0]) for operand in (q, wide[:, ::2])]
    with torch.backends.mkldnn.flags(enabled=False):
        sums.append(int(torch._int_mm(wide[:, ::2], w.t())[0, 0]))
    yield sums == [1041 * 127**2, int(f4(1041 * 127**2)), 1041 * 127**2], (
        f"torch {torch.__version__}, _int_mm, 1041 products of 127 and 127: {sums[0]} where the operands are contiguous, {sums[1]} = float({sums[0]}) where the "
        f"first is every second column of a tensor, and {sums[2]} for that without oneDNN.")


def quantize_blockwise(library, code, x, blocksize):
    x = np.ascontiguousarray(x, f4)
    absmax, out = np.zeros(-(-x.size // blocksize), f4), np.zeros(x.size, "u1")
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (code, x, absmax, out)]
    library.cquantize_blockwise_cpu_fp32(*pointers, ctypes.c_longlong(blocksize), ctypes.c_longlong(x.size))
    return out, absmax


def bitsandbytes_cpu():
    library = clibrary("KBIT_BITSANDBYTES")
    linear = (np.minimum(np.arange(256), 254) - 127).astype(f4) / f4(127)
    x = rng.standard_normal(1 << 16).astype(f4)
    got, absmax = quantize_blockwise(library, linear, x, 256)
    scaled = (x.reshape(-1, 256) * (f4(1) / absmax)[:, None]).ravel().astype(f4)
    place = ((scaled + f4(1)) * f4(0.5) * f4(65535) + f4(0.5)).astype("u2")
    middle, bins = f4(0.5) * (linear[:-1] + linear[1:]), f4(-1) + f4(2) * np.arange(65536, dtype=f4) / f4(65535)
    told = np.searchsorted(middle, bins, side="left")[place]
    right = np.rint(127.0 * x.reshape(-1, 256).astype("f8") / absmax[:, None]).ravel() + 127
    unlike = int((got != told).sum())
    yield unlike <= x.size // 10000, (
        f"bitsandbytes-cpu: a table of 65,536 bins over [-1, 1] predicts all but {unlike} of {x.size} codes of normal data; {int((got != right).sum())} are not the nearest.")
    values = np.array([np.nan, 1, 2, -2], f4)
    got, absmax = quantize_blockwise(library, linear, values, 4)
    yield got[0] == 0 and absmax[0] == 2, f"bitsandbytes-cpu: of [NaN, 1, 2, -2] it stores the absmax {absmax[0]:g} and reads back {linear[got[0]] * absmax[0]:g} for the NaN."
    got, absmax = quantize_blockwise(library, linear, np.array([np.inf, 1, 2, -2], f4), 4)
    yield got[0] == 0, f"bitsandbytes-cpu: +inf in a block comes back as {linear[got[0]] * absmax[0]:g}."
    got, absmax = quantize_blockwise(library, linear, np.array([1e-40, 5e-41, -1e-40, 0], f4), 4)
    yield list(got) == [254, 254, 0, 0], ("bitsandbytes-cpu: where the absmax is below 2^-128 its reciprocal is infinite: of [1e-40, 5e-41, -1e-40, 0] it reads back "
                                          f"{', '.join(f'{v:.3g}' for v in (linear[got] * absmax[0]))}.")
    dynamic, probe = linear.copy(), np.array([0.5, 1, -1, 0.25], f4)
    quantize_blockwise(library, dynamic, probe, 4)
    other = linear.copy()
    other[2:127], other[128:255] = np.linspace(-0.9, -0.001, 125), np.linspace(0.9, 0.95, 127)
    fresh = quantize_blockwise(library, other, probe, 4)[0]
    dynamic[:] = other
    stale = quantize_blockwise(library, dynamic, probe, 4)[0]
    yield not np.array_equal(fresh, stale), ("bitsandbytes-cpu: it keeps its table by the codebook's address and four of its 256 entries. A codebook changed in place in the "
                                             f"other 252 is quantized to with the old table: 0.25 becomes {other[stale[3]]:g}, not {other[fresh[3]]:g}.")


def quanto_scale():
    torch, quanto = module("torch"), module("optimum.quanto")
    x = torch.from_numpy(rng.standard_normal((64, 256)).astype(f2))
    scale = quanto.AbsmaxOptimizer()(x, quanto.qint8, 0)
    got = torch.ops.quanto.quantize_symmetric(x, torch.int8, 0, scale).numpy()
    wide = x.numpy().astype(f4)
    a = np.abs(wide).max(1, keepdims=True)
    s = (a / f4(127)).astype(f2)
    told = np.clip(np.rint((wide / s.astype(f4)).astype(f2).astype(f4)), -128, 127)
    right = np.rint(127.0 * wide.astype("f8") / a)
    yield np.array_equal(got, told), (f"optimum-quanto: its scale absmax/127 rounded to fp16, and the quotient rounded to fp16, predict all {got.size} codes; "
                                      f"{int((got != right).sum())} are not RNE(127x/absmax).")


WITNESSES = (torch_strides, bitsandbytes_constant, bitsandbytes_reciprocal, bitsandbytes_threshold, bitsandbytes_empty,
             bitsandbytes_cpu, torchao_overflow, onnxruntime_empty, ctranslate2_shift, ggml_negative, quanto_scale)


def main():
    failed = 0
    for witness in WITNESSES:
        try:
            for holds, text in witness():
                failed += not holds
                print(f"- {'' if holds else '**NOT SO ANY MORE** '}{text}")
        except Skip as why:
            print(f"- skipped, {witness.__name__.replace('_', ' ')}: {why}")
        sys.stdout.flush()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
