#!/usr/bin/env python3
"""ggml's (llama.cpp's) normalizations and activations on the CPU, each in a graph of its own.

layernorm      ggml_norm, ggml_mul by gamma, ggml_add of beta
rmsnorm        ggml_rms_norm, ggml_mul by gamma
relu, silu     ggml_relu, ggml_silu
gelu           ggml_gelu_erf
gelu_tanh      ggml_gelu, which looks the result up in a table of fp16
All of them take and give float: where h is float they are asked, x widened, and no tensor is empty.

The library is $KBIT_GGML, or libggml-cpu.so where the loader finds it. Its int8 steps are those of the
candidate ggml.
"""
import ctypes
import os

import kbit_port
from kbit_port import Unsupported, widened

np = kbit_port.np
PTR, LONG, FLOAT = ctypes.c_void_p, ctypes.c_int64, ctypes.c_float
F32, SPARE = 0, 1 << 20
try:
    library = ctypes.CDLL(os.environ.get("KBIT_GGML") or "libggml-cpu.so")
except OSError as error:
    raise SystemExit(f"skipped: {error} ($KBIT_GGML says where it is)") from None


class Parameters(ctypes.Structure):
    """ggml.h's struct ggml_init_params."""
    _fields_ = [("size", ctypes.c_size_t), ("buffer", PTR), ("no_alloc", ctypes.c_bool)]


def symbol(name, result, *types):
    try:
        function = getattr(library, name)
    except AttributeError:
        raise SystemExit(f"skipped: this ggml has no {name}") from None
    function.restype, function.argtypes = result, types
    return function


init, free = symbol("ggml_init", PTR, Parameters), symbol("ggml_free", None, PTR)
new_tensor = symbol("ggml_new_tensor_2d", PTR, PTR, ctypes.c_int, LONG, LONG)
get_data = symbol("ggml_get_data", PTR, PTR)
new_graph = symbol("ggml_new_graph", PTR, PTR)
expand = symbol("ggml_build_forward_expand", None, PTR, PTR)
compute = symbol("ggml_graph_compute_with_ctx", ctypes.c_int, PTR, PTR, ctypes.c_int)
mul, add = (symbol(f"ggml_{name}", PTR, PTR, PTR, PTR) for name in ("mul", "add"))
version = symbol("ggml_version", ctypes.c_char_p)().decode()
symbol("ggml_cpu_init", None)()


def normalization(name):
    norm = symbol(name, PTR, PTR, PTR, FLOAT)

    def build(context, x, gamma, *beta_and_eps):
        *beta, eps = beta_and_eps
        h = mul(context, norm(context, x, eps), gamma)
        return add(context, h, beta[0]) if beta else h
    return step_of(build)


def activation(name):
    return step_of(symbol(name, PTR, PTR, PTR))


def step_of(build):
    """The step that build(context, tensors ..., eps) says; eps only where there is one."""
    def step(call, x, *parameters):
        if call.out_type != "f32" or not x.size:
            raise Unsupported("it gives float, of tensors that are not empty")
        arrays = [widened(array) for array in (x, *parameters[:-1]) if array.size]
        context = init(Parameters(sum(array.nbytes for array in arrays) * 8 + SPARE, None, False))
        tensors = [new_tensor(context, F32, call.K, array.size // call.K) for array in arrays]
        for tensor, array in zip(tensors, arrays):
            ctypes.memmove(get_data(tensor), array.ctypes.data, array.nbytes)
        out, graph = build(context, *tensors, *(eps[0] for eps in parameters[-1:])), new_graph(context)
        expand(graph, out)
        failed, h = compute(context, graph, 1), np.empty((call.M, call.K), "f4")
        ctypes.memmove(h.ctypes.data, get_data(out), h.nbytes)
        free(context)
        if failed:
            raise RuntimeError("ggml_graph_compute_with_ctx failed")
        return h
    return step


STEPS = {"layernorm": normalization("ggml_norm"), "rmsnorm": normalization("ggml_rms_norm"),
         "relu": activation("ggml_relu"), "silu": activation("ggml_silu"),
         "gelu": activation("ggml_gelu_erf"), "gelu_tanh": activation("ggml_gelu")}
if __name__ == "__main__":
    kbit_port.main(f"ggml-{version}", "", STEPS)
