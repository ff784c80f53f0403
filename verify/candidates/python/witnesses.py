#!/usr/bin/env python3
"""Small computations beside the referee: each finding that needs one is predicted here from a formula, or
shown by the library alone, without kbit. Prints a list for verify/results/software.md.

A library that is not there is skipped, with the reason. The exit status is 1 where a prediction fails,
which means that the explanation in software_notes.txt is wrong or the library has changed.
"""
import ctypes
import logging
import math
import os
import sys

import kbit_port
import numpy as np

f4, f2 = np.float32, np.float16
rng = np.random.Generator(np.random.PCG64(1))


class Skip(Exception):
    """A library is not there."""


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


def port(name, variant=""):
    """A port as a module."""
    os.environ["KBIT_PORT_VARIANT"] = variant
    try:
        return __import__(name)
    except SystemExit as why:
        raise Skip(str(why).replace("skipped: ", "")) from None


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def torch_strides():
    torch = module("torch")
    q, w = (torch.full((rows, 1041), 127, dtype=torch.int8) for rows in (8, 9))
    wide = torch.zeros(8, 2 * 1041, dtype=torch.int8)
    wide[:, ::2] = q
    sums = [int(torch._int_mm(operand, w.t())[0, 0]) for operand in (q, wide[:, ::2])]
    with torch.backends.mkldnn.flags(enabled=False):
        sums.append(int(torch._int_mm(wide[:, ::2], w.t())[0, 0]))
    right = 1041 * 127**2
    yield sums == [right, int(f4(right)), right], (
        f"torch {torch.__version__}, _int_mm, 1041 products of 127 and 127: {sums[0]} where the "
        f"operands are contiguous; {sums[1]}, which is float({right}), where the first is every "
        f"second column of a tensor; and {sums[2]} for that without oneDNN.")


def erf_of(gelu, x):
    """The error of the erf from which 0.5 x (1 + erf) was made, in units of 2^-24."""
    erf = np.array([math.erf(value / math.sqrt(2)) for value in x])
    return float(np.abs(2 * gelu.astype("f8") / x - 1 - erf).max() * 2**24)


def torch_gelu():
    torch = module("torch")
    gelu, infinity = torch.nn.functional.gelu, torch.full((16,), math.inf)
    x = torch.linspace(-6, 6, 100000)
    onednn = gelu(x.to_mkldnn()).to_dense()
    made = {name: gelu(infinity.to(getattr(torch, name)))[0].item() for name in ("float", "bfloat16", "half")}
    tiny = gelu(torch.full((64,), -3 * 2.0**-24, dtype=torch.half))[0].item()
    strided = gelu(torch.stack([x, x], 1)[:, 0])
    with torch.backends.mkldnn.flags(enabled=False):
        vector = gelu(x)
    numbers = x.numpy().astype("f8")
    yield (torch.equal(gelu(x), onednn) and math.isnan(made["float"]) and made["half"] == math.inf
           and tiny == -(2.0**-23)), (
        f"torch {torch.__version__}, gelu of contiguous floats is oneDNN's, in all of {len(x)} elements; from 2 h / x - 1 "
        f"its erf errs by up to {erf_of(onednn.numpy(), numbers):.1f} x 2^-24; without oneDNN by "
        f"{erf_of(vector.numpy(), numbers):.1f}, and by {erf_of(strided.numpy(), numbers):.1f} where the tensor is strided. "
        f"Of +infinity it makes "
        f"{made['float']} in float, {made['bfloat16']} in bfloat16 and {made['half']} in fp16; of -3 x 2^-24 in fp16 "
        f"{tiny * 2**24:g} x 2^-24, where {0.5 * -3 * (1 - 1.4e-7):.8g} is to be rounded.")


def bitsandbytes_constant():
    torch, bnb = module("torch"), module("bitsandbytes")
    got = torch.ops.bitsandbytes.int8_mm_dequant(
        torch.tensor([[16129, 1 << 20]], dtype=torch.int32), torch.ones(1), torch.ones(2),
        dtype=torch.float32).numpy()[0]
    told = np.array([16129, 1 << 20], f4) * f4(6.200124e-05)
    yield np.array_equal(got, told), (
        f"bitsandbytes {bnb.__version__}, int8_mm_dequant of C = 16129 = 127^2 with both "
        f"statistics 1 is {got[0]:.9g}, not 1: its constant 6.200124e-05 is "
        f"{6.200124e-05 * 16129 - 1:.2e} (relative) away from 1/16129 = 6.2000124e-05.")


def bitsandbytes_reciprocal():
    torch = module("torch")
    a = np.arange(1, 0x7c00, dtype="<u2").view(f2).astype(f4)
    got = (127.0 / torch.from_numpy(a)).numpy()
    apart = int((got != f4(127) / a).sum())
    yield np.array_equal(got, f4(127) * (f4(1) / a)), (
        f"torch {torch.__version__}: `127.0 / statistic` is 127 times the rounded reciprocal, two "
        f"roundings; it differs from the rounded quotient for {apart} of the {a.size} positive "
        "finite fp16 statistics. bitsandbytes' default int8_vectorwise_quant takes it, so its codes "
        "at exact ties are not those of `quant=mul`; away from ties they are right.")


def bitsandbytes_threshold():
    torch, functional = module("torch"), module("bitsandbytes.functional")
    x = torch.tensor([[float.fromhex("0x1.998p+2"), 1.0]], dtype=torch.float16)
    yield functional.int8_vectorwise_quant(x, threshold=6.4)[2].tolist() == [0], (
        "bitsandbytes, threshold 6.4: x = 0x1.998p+2 = 6.3984375 in fp16 is taken for an outlier, "
        "since torch rounds the threshold to fp16 before it compares. No fp16 number lies between "
        "the two, so one value is affected.")


def bitsandbytes_layer(x, w, threshold=0.0):
    torch, bnb = module("torch"), module("bitsandbytes")
    state = bnb.MatmulLtState()
    state.is_training = state.has_fp16_weights = False
    state.CB, state.SCB, state.threshold = w, torch.ones(len(w)), threshold
    return bnb.matmul(x, state.CB, state=state)


def bitsandbytes_half():
    torch = module("torch")
    logging.disable(logging.WARNING)
    torch.manual_seed(1)
    w = torch.randint(-127, 128, (32, 256), dtype=torch.int8)
    x = (torch.randn(64, 256) * 2.0**-17).bfloat16()
    out, from_half, shifted = (bitsandbytes_layer(t, w) for t in (x, x.half().bfloat16(), 1024 * x))
    apart = int((1024 * out != shifted).sum())
    x[0, 0] = 70000
    large = bitsandbytes_layer(x, w)[0]
    yield torch.equal(out, from_half) and apart > 0 and bool(large.isnan().all()), (
        f"bitsandbytes, bfloat16 activations near 2^-17: 1024 times the input is not 1024 times the output in "
        f"{apart} of {out.numel()} elements, and the layer gives the same bits for the input rounded to "
        "fp16, whose subnormals these are. With the threshold off, one activation of 70000 makes its "
        "row NaN: it is infinite in fp16.")


def bitsandbytes_empty():
    torch = module("torch")
    w, seen = torch.zeros(64, 0, dtype=torch.int8), set()
    for value in range(1, 9):
        old = torch.full((64, 64), float(value), dtype=torch.float16)
        del old
        seen |= set(bitsandbytes_layer(torch.zeros(64, 0, dtype=torch.float16), w).numpy().ravel().tolist())
    right = torch.nn.functional.linear(torch.zeros(64, 0), torch.zeros(64, 0)).abs().max().item()
    yield bool(seen - {0.0}), (
        "bitsandbytes, K = 0: matmul returns memory that nothing wrote; tensors of 1, 2, ... 8 that "
        f"were freed before the calls come back{'' if seen & set(range(1, 9)) else ', overwritten'}"
        f". nn.Linear gives {right:g}.")


def quantize_blockwise(library, code, x, blocksize):
    """bitsandbytes' (indices, absmax) of x."""
    x = np.ascontiguousarray(x, f4)
    absmax, out = np.zeros(-(-x.size // blocksize), f4), np.zeros(x.size, "u1")
    library.cquantize_blockwise_cpu_fp32(*map(pointer, (code, x, absmax, out)),
                                         ctypes.c_longlong(blocksize), ctypes.c_longlong(x.size))
    return out, absmax


codebooks = []  # kept: a codebook at an address that was one's before gets that one's table


def linear_codebook():
    codebooks.append((np.minimum(np.arange(256), 254) - 127).astype(f4) / f4(127))
    return codebooks[-1]


def bitsandbytes_cpu_table():
    library, linear = clibrary("KBIT_BITSANDBYTES"), linear_codebook()
    x = rng.standard_normal(1 << 16).astype(f4)
    got, absmax = quantize_blockwise(library, linear, x, 256)
    rows = x.reshape(-1, 256)
    scaled = (rows * (f4(1) / absmax)[:, None]).ravel()
    place = ((scaled + f4(1)) * f4(0.5) * f4(65535) + f4(0.5)).astype("u2")
    middle = f4(0.5) * (linear[:-1] + linear[1:])
    bins = f4(-1) + f4(2) * np.arange(65536, dtype=f4) / f4(65535)
    unlike = int((got != np.searchsorted(middle, bins, side="left")[place]).sum())
    right = np.rint(127.0 * rows.astype("f8") / absmax[:, None]).ravel() + 127
    yield unlike == 0, (
        f"bitsandbytes-cpu: a table of 65,536 bins over [-1, 1] predicts all {x.size} codes of "
        f"normal data; {int((got != right).sum())} are not the nearest.")


def bitsandbytes_cpu_specials():
    library, linear = clibrary("KBIT_BITSANDBYTES"), linear_codebook()

    def read_back(values):
        index, absmax = quantize_blockwise(library, linear, np.array(values, f4), len(values))
        return linear[index] * absmax[0], absmax[0]

    back, absmax = read_back([np.nan, 1, 2, -2])
    yield back[0] == -2, (
        f"bitsandbytes-cpu: of [NaN, 1, 2, -2] it stores the absmax {absmax:g} and reads back "
        f"{back[0]:g} for the NaN.")
    back, _ = read_back([np.inf, 1, 2, -2])
    yield back[0] == -np.inf, f"bitsandbytes-cpu: +inf in a block comes back as {back[0]:g}."
    back, _ = read_back([1e-40, 5e-41, -1e-40, 0])
    yield back[1] == back[0] and back[3] == -back[0], (
        "bitsandbytes-cpu: where the absmax is below 2^-128 its reciprocal is infinite: of [1e-40, "
        f"5e-41, -1e-40, 0] it reads back {', '.join(f'{v:.3g}' for v in back)}.")


def bitsandbytes_cpu_cache():
    library, first = clibrary("KBIT_BITSANDBYTES"), linear_codebook()
    probe, second = np.array([0.5, 1, -1, 0.25], f4), linear_codebook()
    second[2:127] = np.linspace(-0.9, -0.001, 125)
    second[128:255] = np.linspace(0.9, 0.95, 127)
    fresh = quantize_blockwise(library, second, probe, 4)[0]
    quantize_blockwise(library, first, probe, 4)
    first[:] = second
    stale = quantize_blockwise(library, first, probe, 4)[0]
    yield not np.array_equal(fresh, stale), (
        "bitsandbytes-cpu: it keeps its table by the codebook's address and four of its 256 "
        "entries. A codebook that differs in the other 252, changed in place or put where a freed one "
        f"was, is quantized to with the old table: 0.25 becomes {second[stale[3]]:.3g} instead of "
        f"{second[fresh[3]]:.3g}.")


def torchao_overflow():
    torch, quantization = module("torch"), module("torchao.quantization")
    torch.manual_seed(1)
    layer = torch.nn.Linear(4096, 64, bias=False, dtype=torch.float16)
    torch.nn.init.normal_(layer.weight, std=0.02)
    x = (torch.randn(32, 4096) * 30).half()
    exact = x.double() @ layer.weight.detach().double().t()
    quantization.quantize_(layer, quantization.Int8DynamicActivationInt8WeightConfig())
    with torch.no_grad():
        infinite = torch.isinf(layer(x))
    yield bool(infinite.any()), (
        f"torchao {module('torchao').__version__}, Int8DynamicActivationInt8WeightConfig on an fp16 "
        "nn.Linear(4096, 64), weights of deviation 0.02, activations of 30: "
        f"{int(infinite.sum())} of {infinite.numel()} outputs are infinite, where the largest exact "
        f"one is {exact.abs().max():.0f}. The accumulator times the activation's scale is cast to "
        "fp16 before the weight's scale.")


def onnxruntime_empty():
    ort, seen = port("onnxruntime_port"), {}
    for operator, dtype, out in (("MatMulInteger", "i1", "i4"), ("MatMul", "f4", "f4")):
        seen[operator] = []
        for value in (1, 2, 3):
            full = {"a": np.full((3, 7), value, dtype), "b": np.full((7, 5), 3, dtype)}
            ort.run(operator, full, out)
            empty = {"a": np.zeros((3, 0), dtype), "b": np.zeros((0, 5), dtype)}
            seen[operator].append(ort.run(operator, empty, out)[0, 0])
    yield seen["MatMulInteger"] != [0, 0, 0] and seen["MatMul"] == [0, 0, 0], (
        f"onnxruntime {ort.ort.__version__}, K = 0: after products whose elements are 21, 42 and 63, "
        "MatMulInteger of [3,0] and [0,5] gives "
        f"{', '.join(str(v) for v in seen['MatMulInteger'])}: what was in the buffer. MatMul gives "
        f"{', '.join(f'{v:g}' for v in seen['MatMul'])}.")


def onnxruntime_sigmoid():
    ort = port("onnxruntime_port")
    x = np.linspace(-20, 20, 400001, dtype=f4)[None, :]
    swish = ort.run("Swish", {"x": x}, "f4", 24)
    sigmoid = ort.run("Sigmoid", {"x": x}, "f4")
    right = 1 / (1 + np.exp(-x.astype("f8")))
    error = np.abs(sigmoid - right)
    at12 = np.abs(x + 12).argmin()
    yield np.array_equal(swish, x * sigmoid) and error.max() > 2**-23 and not sigmoid[x < -18].any(), (
        f"onnxruntime, Swish is x times its Sigmoid in all of {x.size} elements; and its Sigmoid errs by up to "
        f"2^{math.log2(error.max()):.1f}, also where that is much: by {error.flat[at12] / right.flat[at12]:.2g} "
        "(relative) at -12, and below -18 it is 0.")


def onnxruntime_tanh():
    ort = port("onnxruntime_port")
    x = np.linspace(-6, -4, 200001, dtype=f4)[None, :]
    gelu = ort.run("Gelu", {"x": x}, "f4", 20, approximate="tanh")
    z = x * (f4(0.044715 * math.sqrt(2 / math.pi)) * x * x + f4(math.sqrt(2 / math.pi)))
    tanh = ort.run("Tanh", {"x": z}, "f4")
    yield np.array_equal(gelu, f4(0.5) * x * (1 + tanh)) and tanh.min() < -1, (
        f"onnxruntime, Gelu with approximate=tanh is 0.5 x (1 + its Tanh) in all of {x.size} elements from -6 to -4; its "
        f"Tanh goes down to {float(tanh.min()).hex()}, so that {int((gelu > 0).sum())} of these are positive.")


def ctranslate2_shift():
    ct2 = port("ctranslate2_port")
    total = wrong = unlike = 0
    for step in range(64):
        a = f4(f2(1 + step / 64))
        x = np.append((float(a) * np.arange(1, 254, 2) / 254).astype(f2), f2(a)).astype(f4)
        codes, scale = np.empty(x.size, "u1"), np.empty(1, f4)
        ct2.quantize_s8(x.ctypes.data, codes.ctypes.data, scale.ctypes.data, 1, x.size, True, True)
        ties = 254 * x.astype("f8") / float(a) % 2 == 1
        right = np.rint(127.0 * x.astype("f8") / float(a))
        unlike += int((codes != np.rint(x * (f4(127) / a) + f4(128))).sum())
        wrong += int(((codes.astype(int) - 128 != right) & ~ties).sum())
        total += x.size
    yield unlike == 0 and wrong > 0, (
        f"CTranslate2 {ct2.version}: rint(x * scale + 128) in float, two roundings, predicts all "
        f"{total} codes of its uint8 quantizer over 64 fp16 statistics, x next to each tie; {wrong} "
        "of them are not RNE(127x/absmax), none of these at a tie.")


def ctranslate2_zeros():
    ct2 = port("ctranslate2_port")
    x, codes, scale = np.zeros(8, f4), np.empty(8, "i1"), np.empty(1, f4)
    ct2.quantize_s8(x.ctypes.data, codes.ctypes.data, scale.ctypes.data, 1, 8, False, True)
    yield scale[0] == 1 and not codes.any(), (
        f"CTranslate2, a row of zeros gets the scale {scale[0]:g} and the codes 0: no other sum than 0 comes "
        "with that scale.")


def ctranslate2_layernorm():
    ct2 = port("ctranslate2_port")
    x = (10000 + rng.integers(0, 8, (64, 512)) / 2).astype(f4)
    gamma, beta, h = np.ones(512, f4), np.zeros(512, f4), np.empty_like(x)
    ct2.layer_norm(x.ctypes.data, gamma.ctypes.data, beta.ctypes.data, h.ctypes.data, *x.shape, 1e-5)
    wide = x.astype("f8")
    right = (wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + 1e-5)
    yield np.abs(h).max() > 2 * np.abs(right).max(), (
        f"CTranslate2, layer_norm of {len(x)} rows of 10000, 10000.5, ... 10003.5: up to {np.abs(h).max():.0f}, where the "
        f"largest element is {np.abs(right).max():.2f}. Its variance is the mean of the squares less the "
        "mean's square, cut off at 0, so that nothing but eps is left.")


def ctranslate2_activations():
    ct2 = port("ctranslate2_port")

    def made(name, x):
        h = np.empty_like(x)
        ct2.kernel(name, "PKfPfl", ct2.PTR, ct2.PTR, ct2.LONG)(x.ctypes.data, h.ctypes.data, x.size)
        return h

    x = -np.append(np.geomspace(89, 3e38, 4095), np.inf).astype(f4)
    silu, gelu_tanh = made("swish", x), made("gelu_tanh", x)
    end = f4(math.exp(f4(88.3762626647949)))
    tails = np.linspace(-6, 6, 100000, dtype=f4)
    error = erf_of(made("gelu", tails), tails.astype("f8"))
    yield np.array_equal(silu, x / end) and silu[-1] == gelu_tanh[-1] == -np.inf and error > 4, (
        f"CTranslate2, swish (avx2) is x / {end:.3g} for all {x.size} x below -89, and so {silu[-2]:.3g} for {x[-2]:.3g} "
        f"and {silu[-1]:g} for -infinity: its exp ends at exp(88.376). gelu_tanh gives {gelu_tanh[-1]:g} for "
        f"-infinity, too. The erf of its gelu errs by up to {error:.1f} x 2^-24.")


def ggml_negative():
    library = clibrary("KBIT_GGML")
    library.ggml_cpu_init()
    block = np.dtype([("scale", f2), ("code", "i1", 32)])
    x, y, out = np.ones(1, block), np.ones(1, block), np.zeros(1, f4)
    none = ctypes.c_size_t(0)
    total, unlike, wrong = 2000, 0, 0
    for _ in range(total):
        x["code"], y["code"] = rng.integers(-128, 128, (2, 1, 32))
        library.ggml_vec_dot_q8_0_q8_0(32, pointer(out), none, pointer(x), none, pointer(y), none, 1)
        q, w = x["code"][0].astype(int), y["code"][0].astype(int)
        told = np.where((q < 0) & (w == -128), -q * w, q * w)
        unlike += int(out[0]) != told.sum()
        wrong += int(out[0]) != (q * w).sum()
    yield unlike == 0 and wrong > 0, (
        f"ggml, one block of Q8_0 with codes in all of int8: {wrong} of {total} sums are wrong, and "
        "each is what it is if -(-128) is -128 (vpsignb) where the other code is negative. ggml's "
        "own quantizer gives no -128.")


def ggml_table():
    ggml = port("ggml_port")

    def made(step, x):
        return ggml.STEPS[step](kbit_port.Call(step, (1, 0, x.size), "off", ["f32"], "f32"), x[None, :])[0]

    x = np.linspace(-9, 9, 100000, dtype=f4)
    half = x.astype(f2).astype(f4)
    gelu, zeros = made("gelu_tanh", x), made("relu", np.full(40, np.nan, f4))
    as_told = np.array_equal(gelu, made("gelu_tanh", half)) and np.array_equal(gelu, gelu.astype(f2))
    yield as_told and not zeros.any(), (
        f"ggml {ggml.version}, ggml_gelu of {x.size} floats from -9 to 9, of which fp16 holds {int((x == half).sum())}: each "
        f"result is one of fp16's, and that of x rounded to fp16. ggml_relu of NaN is {zeros[0]:g}.")


def quanto_scale():
    torch, quanto = module("torch"), module("optimum.quanto")
    x = torch.from_numpy(rng.standard_normal((64, 256)).astype(f2))
    scale = quanto.AbsmaxOptimizer()(x, quanto.qint8, 0)
    got = torch.ops.quanto.quantize_symmetric(x, torch.int8, 0, scale).numpy()
    wide = x.numpy().astype(f4)
    a = np.abs(wide).max(1, keepdims=True)
    s = (a / f4(127)).astype(f2).astype(f4)
    told = np.clip(np.rint((wide / s).astype(f2).astype(f4)), -128, 127)
    wrong = int((got != np.rint(127.0 * wide.astype("f8") / a)).sum())
    yield np.array_equal(got, told), (
        f"optimum-quanto {quanto.__version__}: its scale absmax/127 rounded to fp16, and the "
        f"quotient rounded to fp16, predict all {got.size} codes; {wrong} are not RNE(127x/absmax).")


WITNESSES = (torch_strides, torch_gelu, bitsandbytes_constant, bitsandbytes_reciprocal,
             bitsandbytes_threshold, bitsandbytes_half, bitsandbytes_empty, bitsandbytes_cpu_table,
             bitsandbytes_cpu_specials, bitsandbytes_cpu_cache, torchao_overflow, onnxruntime_empty,
             onnxruntime_sigmoid, onnxruntime_tanh, ctranslate2_shift, ctranslate2_zeros,
             ctranslate2_layernorm, ctranslate2_activations, ggml_negative, ggml_table, quanto_scale)


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
