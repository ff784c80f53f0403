"""What every port in Python needs: the steps' inputs as NumPy arrays, by files or by pipes.

A port is a script that calls main() with its name, what it declares, and a function for each step:

    def int8_matmul(call, q, w):
        return q.astype("i4") @ w.astype("i4").T

    kbit_port.main("mine-1.0", "", {"int8_matmul": int8_matmul})

It then serves in two ways:

    kbit verify --candidate python:mine.py[:VARIANT]        all cases, through the plug-in `python`
    kbit gen STEP -o DIR; mine.py DIR...; kbit judge DIR    files, as any language can

A function gets the call (step, M, N, K, threshold or None for off, out_type) and the inputs in the order
of kbit_candidate.h. bf16 comes and goes as u2, the upper half of a binary32; the other types are
NumPy's. It returns the output, or raises Unsupported(why) for a legal request that the library does
not serve, which is counted as absent, or Refused(why) where the step's precondition is broken. The
steps with several outputs (layernorm_quantize and its kin) go by files alone: numpy_port.py shows how.

Over the pipes go lines of text and the tensors' bytes. First the port writes four lines: "kbit-port 1",
its name, what it declares, its steps. Then for each call it reads "call STEP M N K THRESHOLD", a line
"in TYPE SIZE..." for each input, "out TYPE SIZE...", "end", and the inputs' bytes; and it writes "ok"
and the output's bytes ("ok LENGTH" for a list), or "unsupported WHY", "range WHY" or "error WHY".
"""
import json
import os
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("skipped: NumPy is not there (Debian: python3-numpy)")

TYPES = {"f32": "<f4", "f16": "<f2", "bf16": "<u2", "i8": "|i1", "i32": "<i4"}


class Unsupported(Exception):
    """A legal request that this implementation does not serve."""


class Refused(Exception):
    """The inputs break the step's precondition."""


class Call:
    """What a step is asked, beside its inputs."""

    def __init__(self, step, sizes, threshold, in_types, out_type):
        self.step = step
        self.M, self.N, self.K = sizes
        self.threshold = None if threshold == "off" else float.fromhex(threshold)
        self.in_types = in_types
        self.out_type = out_type


def needs(module, package=None):
    """Imports a module that the port is about; ends the port, saying why, where it is not there."""
    try:
        return __import__(module, fromlist=["*"])
    except (ImportError, OSError) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        sys.exit(f"skipped: {package or module} is not there ({reason})")


def widened(x):
    """A float tensor as f4, without rounding."""
    return (x.astype("<u4") << 16).view("<f4") if x.dtype == np.dtype("<u2") else x.astype("<f4")


def nothing_masked(call, x, outliers):
    """For a library that knows no outliers: serves only what has none."""
    x = widened(x)
    if outliers.size or not np.isfinite(x).all():
        raise Unsupported("it knows no outlier columns and no non-finite elements")
    if call.threshold is not None and not (np.abs(x) < call.threshold).all():
        raise Unsupported("it knows no threshold, and an element reaches it")


def sums_in_float(q, w):
    """For a product that gives float: serves only what has sums that float holds."""
    worst = np.abs(q.astype(int)).sum(1).max(initial=0) * np.abs(w.astype(int)).max(initial=0)
    if worst > 2**24:
        raise Unsupported("it gives float, which may not hold the sum")


def as_torch(torch, x):
    """An array as a torch tensor, bf16 included."""
    if x.dtype == np.dtype("<u2"):
        return torch.from_numpy(x.view("<i2")).view(torch.bfloat16)
    return torch.from_numpy(x)


def from_torch(torch, x):
    """And back."""
    x = x.detach().contiguous()
    return x.view(torch.int16).numpy().view("<u2") if x.dtype == torch.bfloat16 else x.numpy()


def output(call, array):
    """The function's result as the bytes' array, or an error: the type and the order are its job."""
    array = np.ascontiguousarray(array)
    if array.dtype != np.dtype(TYPES[call.out_type]):
        raise TypeError(f"{call.step} gave {array.dtype}, not {call.out_type}")
    return array


def one_line(error):
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def answer(function, call, inputs):
    """(verb, text or None, array or None) of one call."""
    try:
        return "ok", None, output(call, function(call, *inputs))
    except Unsupported as why:
        return "unsupported", str(why), None
    except Refused as why:
        return "range", str(why), None
    except Exception as error:  # whatever the library raises, the referee counts and shows
        return "error", one_line(error), None


def serve(name, declares, steps):
    """Calls over stdin and stdout. What the library prints goes to stderr."""
    calls = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answers.write(f"kbit-port 1\n{name}\n{declares}\n{' '.join(steps)}\n".encode())
    answers.flush()
    while True:
        words = calls.readline().decode().split()
        if not words:
            return
        tensors = []
        while (line := calls.readline().decode().split()) != ["end"]:
            tensors.append((line[1], tuple(int(size) for size in line[2:])))
        inputs = []
        for kind, shape in tensors[:-1]:
            array = np.empty(shape, TYPES[kind])
            if calls.readinto(memoryview(array).cast("B") if array.size else bytearray()) != array.nbytes:
                return
            inputs.append(array)
        call = Call(words[1], [int(size) for size in words[2:5]], words[5],
                    [kind for kind, _ in tensors[:-1]], tensors[-1][0])
        verb, text, array = answer(steps[call.step], call, inputs)
        if verb == "ok" and call.step == "outlier_columns":
            verb, text = "ok", str(array.size)
        elif verb == "ok" and array.shape != tensors[-1][1]:
            verb, text, array = "error", f"its shape is {array.shape}, not {tensors[-1][1]}", None
        answers.write((verb + (f" {text}" if text is not None else "") + "\n").encode())
        answers.write(array.tobytes() if array is not None else b"")
        answers.flush()


def port_folder(folder, declares, steps):
    """One folder of kbit gen: adds the output, and what the port declares to the manifest."""
    path = os.path.join(folder, "manifest.json")
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    if case["step"] not in steps:
        raise Unsupported(f"this port has no step {case['step']}")
    inputs = [np.load(os.path.join(folder, tensor["file"]), allow_pickle=False)
              for tensor in case["inputs"]]
    call = Call(case["step"], (case["M"], case["N"], case["K"]), case["threshold"],
                [tensor["dtype"] for tensor in case["inputs"]], case["outputs"][0]["dtype"])
    result = output(call, steps[call.step](call, *inputs))
    np.save(os.path.join(folder, case["outputs"][0]["file"]), result)
    case["declares"] = declares
    with open(path, "w", encoding="utf-8") as file:
        json.dump(case, file, indent=1)


def main(name, declares, steps):
    name += ":" + variant() if variant() else ""
    if sys.argv[1:2] == ["--serve"]:
        serve(name, declares, steps)
        return
    status = 0
    for folder in sys.argv[1:]:
        try:
            port_folder(folder, declares, steps)
        except Unsupported as why:
            print(f"{folder}: absent: {why}", file=sys.stderr)
            status = 77
        except Exception as error:
            sys.exit(f"{folder}: {one_line(error)}")
    sys.exit(status)


def variant():
    """What stood behind SCRIPT.py: on kbit's command line, or in KBIT_PORT_VARIANT for files."""
    return sys.argv[2] if sys.argv[1:2] == ["--serve"] else os.environ.get("KBIT_PORT_VARIANT", "")
