#!/usr/bin/env python3
"""ONNX Runtime's operators on the CPU, each as a model of one node.

int8_matmul    MatMulInteger on int8 and int8. Variant u8s8: the activations as uint8 with zero point 128,
               which is the same product.
quantize_rows  QuantizeLinear along axis 0, scale absmax/127, zero point 0 of int8, on x widened to
               float; an absmax of 0 gets the scale 1. It divides, and knows no outliers.
layernorm      LayerNormalization (opset 17)
rmsnorm        RMSNormalization (23)
relu, gelu,    Relu, Gelu (20), Gelu with approximate="tanh", and Swish (24), all in the type of x,
gelu_tanh,     float or fp16: on a CPU it has no bfloat16.
silu

Not judged, being other methods: DynamicQuantizeLinear (one asymmetric uint8 scale for a tensor) and
QLinearMatMul (its output is requantized to 8 bits).
"""
import kbit_port
from kbit_port import Unsupported, widened

ort = kbit_port.needs("onnxruntime")
onnx = kbit_port.needs("onnx")
np = kbit_port.np
variant = kbit_port.variant()
if variant not in ("", "u8s8"):
    raise SystemExit(f"no variant '{variant}': u8s8, or none")
sessions = {}


def run(operator, inputs, out_type, opset=13, **attributes):
    """The node on inputs {name: array}; the model is made once for each operator and its types."""
    key = (operator, out_type, *inputs, *attributes.items())
    if key not in sessions:
        helper, types = onnx.helper, onnx.helper.np_dtype_to_tensor_dtype
        node = helper.make_node(operator, list(inputs), ["out"], **attributes)
        graph = helper.make_graph(
            [node], operator,
            [helper.make_tensor_value_info(name, types(array.dtype), [None] * array.ndim)
             for name, array in inputs.items()],
            [helper.make_tensor_value_info("out", types(np.dtype(out_type)), [None, None])])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        sessions[key] = ort.InferenceSession(model.SerializeToString(),
                                             providers=["CPUExecutionProvider"])
    return sessions[key].run(None, inputs)[0]


def int8_matmul(call, q, w):
    inputs = {"a": q, "b": np.ascontiguousarray(w.T)}
    if variant:
        inputs["a"] = (q.astype("i2") + 128).astype("u1")
        inputs["zero"] = np.array(128, "u1")
    return run("MatMulInteger", inputs, "i4")


def quantize_rows(call, x, absmax, outliers):
    kbit_port.nothing_masked(call, x, outliers)
    scale = np.where(absmax == 0, np.float32(1), absmax / np.float32(127))
    inputs = {"x": widened(x), "scale": scale, "zero": np.zeros(call.M, "i1")}
    return run("QuantizeLinear", inputs, "i1", axis=0)


def producer(operator, opset, **attributes):
    """The step that is this operator; eps, where there is one, is an attribute."""
    def step(call, x, *parameters):
        if call.out_type != call.in_types[0] or call.out_type == "bf16":
            raise Unsupported("its output has the type of x, which is not bfloat16")
        if any(type_ != call.in_types[0] for type_ in call.in_types[1:-1]):
            raise Unsupported("its parameters have the type of x")
        inputs = {f"in{i}": array for i, array in enumerate((x, *parameters[:-1])) if i < 2 or array.size}
        if parameters:
            attributes["epsilon"] = float(parameters[-1][0])
        return run(operator, inputs, x.dtype.str, opset, **attributes)
    return step


STEPS = {"int8_matmul": int8_matmul}
if not variant:
    STEPS.update(quantize_rows=quantize_rows, layernorm=producer("LayerNormalization", 17),
                 rmsnorm=producer("RMSNormalization", 23), relu=producer("Relu", 13),
                 gelu=producer("Gelu", 20), gelu_tanh=producer("Gelu", 20, approximate="tanh"),
                 silu=producer("Swish", 24))
if __name__ == "__main__":
    kbit_port.main(f"onnxruntime-{ort.__version__}", "quant=any", STEPS)
