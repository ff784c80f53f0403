"""What `make mutate` changes, and which questions can tell.

A part is a plug-in with its sources. Its units are what the compiler takes; a changed file changes the
units that include it, and each unit names the questions that reach its code: a step, a variant of the
plug-in (the kernels' ladders: v1 is the plainest), and settings of the CPU layer.
"""
import collections

# One run of kbit verify: step "" is all of them.
question_t = collections.namedtuple("question_t", "step variant settings")
# A source that is compiled, and the unit tests that know its code.
unit_t = collections.namedtuple("unit_t", "source questions tests")

LINEAR = "llmint8_linear_bnb"
STEPS = ["outlier_columns", "absmax_rows", "quantize_rows", "int8_matmul", "dequantize", "outlier_matmul",
         "outlier_matmul_w16", "store", LINEAR, "llmint8_linear_paper"]
ACTIVATIONS = ["relu", "gelu", "gelu_tanh", "silu"]
PRODUCERS = ACTIVATIONS + ["layernorm", "rmsnorm"]


def ask(step, *variants, **settings):
    return [question_t(step, variant, tuple(sorted(settings.items()))) for variant in variants or ("",)]


def of_reference(stem):
    layers = [] if stem.startswith("llmint8") else ask(LINEAR) + ask("llmint8_linear_paper")
    return unit_t("reference/llmint8/%s.c" % stem, ask(stem) + layers, [stem, "refusals"])


def of_format(stem):
    return unit_t("reference/formats/%s.c" % stem, ask("store") + ask(""), [stem, "refusals"])


def of_producer(stem):
    used = [] if stem.endswith("_quantize") else ask(stem + "_quantize")
    return unit_t("reference/producers/%s.c" % stem, ask(stem) + used, [stem, "refusals"])


def of_kernel(stem, questions, *tests):
    return unit_t("cuda/simt/%s.cc" % stem, questions, ["cuda_" + t for t in tests])


HOPPER = {"KBIT_SIMT_CAPABILITY": "90"}
# The cheaper to compile and to ask come first: most mutants of a shared header are killed there.
KERNELS = [
    of_kernel("store", ask("store", "", "v1"), "epilogue", "calls"),
    of_kernel("dequantize", ask("dequantize", "", "v1"), "epilogue", "calls"),
    of_kernel("outlier_columns", ask("outlier_columns", "", "v1") + ask(LINEAR), "statistics", "calls"),
    of_kernel("absmax_rows", ask("absmax_rows", "", "v1") + ask(LINEAR, "v2"), "statistics", "calls"),
    of_kernel("outlier_matmul", ask("outlier_matmul", "", "v1") + ask("outlier_matmul_w16", "", "v1"), "epilogue",
              "int8_matmul", "calls"),
    of_kernel("outlier_matmul_w16", ask("outlier_matmul_w16", "", "v1"), "epilogue", "calls"),
    of_kernel("quantize_rows", ask("quantize_rows", "", "v1") + ask(LINEAR, "", "v1", "v2", "v3"),
              "quantize_rows", "pass", "calls"),
    of_kernel("int8_matmul", ask("int8_matmul", "", "v1", "v2", "v3", "v4"), "int8_matmul", "ring", "dispatch",
              "calls"),
    of_kernel("producers", ask("relu", "", "v1") + ask("layernorm", "", "v1"), "producers"),
    *[of_kernel(s, ask(s, "", "v1") + ask(s + "_quantize", "", "v1"), "producers") for s in PRODUCERS],
    of_kernel("hopper", ask("int8_matmul", **HOPPER) + ask(LINEAR, **HOPPER), "hopper", "dispatch"),
    of_kernel("hopper2", ask("int8_matmul", **HOPPER) + ask(LINEAR, **HOPPER), "hopper2", "dispatch"),
    of_kernel("llmint8_linear_bnb", ask(LINEAR, "", "v1", "v2", "v3") + ask(LINEAR, **HOPPER), "linear", "ring",
              "dispatch", "int8_matmul", "calls", "hopper", "hopper2"),
    of_kernel("dispatch", ask("", "", "v1") + ask("int8_matmul", **HOPPER), "dispatch", "calls", "hopper", "hopper2"),
    of_kernel("candidate", ask("", "", "v1"), "calls"),
]

# Tests that know a header and no unit: of what the CPU layer says of an instruction that is misused.
OF_HEADER = {"cuda/ptx.cuh": ["simt/faults"], "cuda/ptx_hopper.cuh": ["simt/hopper_faults"],
             "cuda/ptx_wgmma.cuh": ["simt/hopper_faults"], "cuda/tensor_map.cuh": ["simt/hopper_faults"]}
# The unit tests of the kernels, the quickest first: from a tenth of a second to ten.
QUICKEST = ["cuda_" + t for t in ("calls", "quantize_rows", "epilogue", "pass", "dispatch", "statistics", "ring",
                                  "int8_matmul", "linear", "hopper", "producers", "hopper2")]

part_t = collections.namedtuple(
    "part_t", "files units compile flags link test_compile test_link levels schedules race")

# Under these a kernel that needs an order that nothing gives it goes wrong where it went right before.
SCHEDULES = [{"KBIT_SIMT_ORDER": "reverse", "KBIT_SIMT_ASYNC": "late"}] + [
    {"KBIT_SIMT_ORDER": "priority", "KBIT_SIMT_ASYNC": "random", "KBIT_SIMT_SEED": str(seed)} for seed in (1, 2, 3)]

PARTS = {
    "reference": part_t(
        files=["reference/llmint8/%s.c" % s for s in STEPS]
        + ["reference/llmint8/checks.h", "reference/formats/bits.h", "reference/formats/fp16.c",
           "reference/formats/bf16.c", "reference/formats/dtype.c"]
        + ["reference/producers/%s.c" % s for s in PRODUCERS + [p + "_quantize" for p in PRODUCERS]]
        + ["reference/producers/producer.h"],
        units=[of_reference(s) for s in STEPS] + [of_format(s) for s in ("fp16", "bf16", "dtype")]
        + [of_producer(s) for s in PRODUCERS + [p + "_quantize" for p in PRODUCERS]],
        compile="CC", flags=["-O2"],
        link=["verify/candidates/.libs/reference.o", "verify/candidates/.libs/reference_ops.o",
              ".libs/libkbitref.a", "-lm"],
        test_compile=["CC", "c"],
        test_link=[".libs/libkbitref.a", ".libs/libkbitexact.a"],
        levels=["default", "full"], schedules=[], race=None),
    "kernels": part_t(
        files=["cuda/" + f for f in (
            "int8_matmul.cu", "quantize_rows.cu", "outlier_columns.cu", "absmax_rows.cu", "int8_tile.cuh",
            "int8_few.cuh", "int8_ring.cuh", "int8_plan.cuh", "int8_stream.cuh", "quantize_pass.cuh",
            "epilogue.cuh", "element.cuh", "row.cuh", "dequantize.cu", "store.cu", "outlier_matmul.cu",
            "outlier_matmul_w16.cu", "outlier_tile.cuh", "llmint8_linear_bnb.cu", "linear_product.cuh",
            "linear_epilogue.cuh", "linear_ring.cuh", "linear_stream.cuh", "hopper.cu", "int8_hopper.cuh",
            "linear_hopper.cuh", "hopper2.cu", "hopper2.cuh", "hopper_output.cuh", "hopper_plan.cuh", "int8_hopper2.cuh",
            "linear_hopper2.cuh", "tensor_map.cuh", "producers.cu", "producer_pass.cuh", "production.h", "relu.cu",
            "gelu.cu", "gelu_tanh.cu", "silu.cu", "layernorm.cu", "rmsnorm.cu", "dispatch.cu", "rungs.h", "arguments.h", "launch.cuh", "last_block.cuh",
            "workspace.cuh", "ptx.cuh", "ptx_hopper.cuh", "ptx_wgmma.cuh", "prelude.cuh", "candidate.cu",
            "candidate_steps.cuh")],
        units=KERNELS, compile="CXX", flags=["-O1", "-fvisibility=hidden"],
        link=["cuda/simt/.libs/verify_candidates_simt_la-candidate.o", ".libs/libkernels_simt.a",
              "-Wl,--exclude-libs,ALL", "-lpthread"],
        test_compile=["CXX", "cc", "-O1", "-Icuda", "-Iverify"],
        test_link=[".libs/libkernels_simt.a", ".libs/libkbitjudge.a", ".libs/libkbitref.a", "-lpthread"],
        levels=["default"], schedules=SCHEDULES,
        race=["cuda/simt/.libs/verify_candidates_simt_race_la-candidate.o", ".libs/libkernels_race.a",
              "-Wl,--exclude-libs,ALL", "-lpthread"]),
}
