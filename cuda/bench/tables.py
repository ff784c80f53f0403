#!/usr/bin/env python3
"""Tables of measured times, from the result files in cuda/bench/results/: tables.py [--check] [TOP]

Rewrites what lies between <!-- measured: NAME --> and <!-- /measured --> in cuda/bench/README.md, and the
last column of cuda/ladders.md. Without a result file a cell says "not measured on hardware". --check writes
nothing and fails where something would change. A file that is no measurement has no place there: refused.
"""
import argparse
import difflib
import glob
import math
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import results  # noqa: E402
from results import SHAPES  # noqa: E402

NOTHING = "not measured on hardware"
LADDER_TOKENS = (1, 8, 64, 128, 512, 4096)


def spread(values):
    """The worst and the geometric mean."""
    values = [v for v in values if v is not None]
    return (min(values), math.exp(sum(map(math.log, values)) / len(values)), len(values)) if values else None


def times(values):
    found = spread(values)
    return f"{found[0]:.2f} at worst, {found[1]:.2f} on average of {found[2]}" if found else None


def percent(values):
    found = spread(values)
    return f"{100 * found[0]:.0f} % at worst, {100 * found[1]:.0f} % on average of {found[2]}" if found else None


def rate(values):
    """Of bytes that must be moved, in TB/s."""
    found = spread(values)
    return f"{found[0]:.2f} TB/s at worst, {found[1]:.2f} on average of {found[2]}" if found else None


def dearer(r, k, than):
    """How much more the layer costs with k outlier columns than with `than`."""
    ratios = [
        with_k / without
        for s in SHAPES
        for M in r.tokens(s, k=k)
        if (with_k := r.us("layer", s, M, k=k)) and (without := r.us("layer", s, M, k=than))
    ]  # fmt: skip
    return f"{100 * (max(ratios) - 1):.1f} % at worst, of {len(ratios)}" if ratios else None


def speedups(r, least, most):
    return [r.speedup("layer", s, M) for s in SHAPES for M in r.tokens(s) if least <= M <= most]


def streaming(r, least):
    sizes = {s: r.sizes(s) for s in SHAPES}
    return [r.tb_s("layer", s, 1) for s in SHAPES if sizes[s] and sizes[s][0] * sizes[s][1] >= least]


def tops(r, shape, M, k):
    found = r.tops("int8_matmul", shape, M, k=k)
    return f"{found:.0f} Tops" if found else None


def over_bitsandbytes(r, least, most):
    """Eager calls, L2 warm, both; host time in bitsandbytes' alone, which only adds to it."""
    return times([
        them / ours
        for (shape, M), them in r.bitsandbytes.items()
        if least <= M <= most and (ours := r.us("layer", shape, M, mode="eager", l2="warm"))
    ])  # fmt: skip


# What, the bar, the goal, how it is read from a result file.
TARGETS = (
    ("layer over fp16, M 1..16", "1.6", "1.85", lambda r: times(speedups(r, 1, 16))),
    ("layer over fp16, M 17..256", "1.3", "1.6", lambda r: times(speedups(r, 17, 256))),
    ("layer over fp16, M 512", "1.2", "1.45", lambda r: times(speedups(r, 512, 512))),
    ("layer over fp16, M 2048, 4096", "1.4", "1.7", lambda r: times(speedups(r, 2048, 4096))),
    ("layer over fp16, every cell of the grid", "1.0", "", lambda r: times(r.all_speedups("layer"))),
    ("int8 product, 4096 x 4096 x 4096", "1150 Tops", "1250 Tops", lambda r: tops(r, "6.7b.o", 4096, 8)),
    ("int8 product, 8192 x 8192 x 8192", "1300 Tops", "1400 Tops", lambda r: tops(r, "square.8192", 8192, 0)),
    ("layer, M 1, 16 M weights and more", "2.55 TB/s", "2.85 TB/s", lambda r: rate(streaming(r, 16e6))),
    ("layer, M 1, 64 M weights and more", "2.8 TB/s", "2.85 TB/s", lambda r: rate(streaming(r, 64e6))),
    ("layer, k = 16 against k = 0", "5 %", "3 %", lambda r: dearer(r, 16, 0)),
    ("layer over bitsandbytes, eager, M 1..32", "8", "10", lambda r: over_bitsandbytes(r, 1, 32)),
    ("layer over bitsandbytes, eager, M 512", "2", "2.5", lambda r: over_bitsandbytes(r, 512, 512)),
    ("layer over bitsandbytes, eager, M 4096", "1.5", "2", lambda r: over_bitsandbytes(r, 4096, 4096)),
)  # fmt: skip


def targets(files):
    head = ["", "| | bar | goal |" + "".join(f" {r.device}, [{r.name}](results/{r.name}) |" for r in files)]
    head[1] += " measured |" if not files else ""
    head.append("|---|---|---|" + "---|" * max(1, len(files)))
    rows = []
    for what, bar, goal, read in TARGETS:
        cells = [read(r) or NOTHING for r in files] or [NOTHING]
        rows.append(f"| {what} | {bar} | {goal} |" + "".join(f" {c} |" for c in cells))
    return "\n".join(head + rows) + "\n\n"


def layer_times(files):
    """A row a shape: the layer's time and speedup, coarse M."""
    if not files:
        return f"\nNo result file in `results/`: {NOTHING}.\n\n"
    out = []
    tokens = (1, 16, 128, 512, 4096)
    for r in files:
        out += ["", f"{r.device}, `{r.name}`: microseconds (times as fast as the faster fp16 GEMM of cuBLAS and cuBLASLt)", ""]
        out += ["| layer, k = 8, graph, L2 cold |" + "".join(f" M = {M} |" for M in tokens), "|---|" + "---|" * len(tokens)]
        for s in SHAPES:
            cells = []
            for M in tokens:
                us, ratio = r.us("layer", s, M), r.speedup("layer", s, M)
                cells.append(f" {us:.1f}" + (f" ({ratio:.2f})" if ratio else "") if us else f" {NOTHING}")
            out.append(f"| {s} |" + "".join(c + " |" for c in cells))
    return "\n".join(out) + "\n\n"


def predicted(N, K, M, k=8):
    """Of an H100 SXM, in microseconds: fp16 and ours. README.md says what is assumed."""
    products = 2.0 * M * N * K
    fp16 = max(products / 0.75e15, 2.0 * (M * K + N * K + M * N) / 2.7e12) * 1e6 + 2
    groups = math.ceil(k / 16) * 16
    ours = max(products / 1.2e15 * (1 + 2 * groups / K), (2.0 * M * K + N * K + 2 * M * N) / 2.55e12) * 1e6 + 1
    if M > 16:
        ours += 3.0 * M * K / 3.0e12 * 1e6 + 1
    return fp16, ours


def predictions(_):
    hidden = {"6.7b": 4096, "13b": 5120, "66b": 9216, "175b": 12288}
    sizes = {"qkv": (3, 1), "o": (1, 1), "fc1": (4, 1), "fc2": (1, 4)}
    tokens = (1, 16, 128, 512, 4096)
    out = ["", "| predicted: us, k = 8 |" + "".join(f" M = {M} |" for M in tokens), "|---|" + "---|" * len(tokens)]
    for s in SHAPES:
        model, layer = s.rsplit(".", 1)
        N, K = (f * hidden[model] for f in sizes[layer])
        cells = [predicted(N, K, M) for M in tokens]
        out.append(f"| {s} |" + "".join(f" {ours:.0f} ({fp16 / ours:.2f}) |" for fp16, ours in cells))
    return "\n".join(out) + "\n\n"


BLOCKS = {"targets": targets, "layer": layer_times, "predictions": predictions}


def rewrite_blocks(text, files):
    def block(match):
        return match.group(1) + BLOCKS[match.group(2)](files) + match.group(4)

    return re.sub(r"(<!-- measured: (\w+) -->\n)(.*?)(<!-- /measured -->)", block, text, flags=re.S)


def rung_gain(files, rung):
    found = []
    for r in files:
        cells = [(M, r.cell("6.7b.o", M, rungs=True).get(rung)) for M in LADDER_TOKENS]
        timed = [(M, c) for M, c in cells if c]
        if timed:
            text = ", ".join(
                f"M = {M}: {c['us']['median']:.4g} us" + (f" ({c['tops']:.3g} Tops)" if c["operations"] and M >= 512 else "")
                for M, c in timed
            )
            found.append(f"{text}; [{r.device}](bench/results/{r.name})")
    return "; ".join(found) or NOTHING


def rewrite_ladders(text, files):
    step, lines = None, []
    for line in text.split("\n"):
        heading = re.match(r"## (\w+)", line)
        row = re.match(r"(\| (v\d+|hopper\d*) \|.*\|) [^|]* \|$", line)
        step = heading.group(1) if heading else step
        lines.append(f"{row.group(1)} {rung_gain(files, f'{step}:{row.group(2)}')} |" if row else line)
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("top", nargs="?", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    options = parser.parse_args()
    try:
        paths = sorted(glob.glob(os.path.join(options.top, "cuda/bench/results/*.json")))
        files = [results.Results(p) for p in paths if not p.endswith("-bitsandbytes.json")]
    except results.Bad as error:
        print(f"tables.py: {error}", file=sys.stderr)
        return 1
    different = False
    for name, rewrite in (("cuda/bench/README.md", rewrite_blocks), ("cuda/ladders.md", rewrite_ladders)):
        path = os.path.join(options.top, name)
        with open(path) as file:
            old = file.read()
        new = rewrite(old, files)
        if new == old:
            continue
        different = True
        if options.check:
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "results", n=0))
        else:
            with open(path, "w") as file:
                file.write(new)
            print(f"tables.py: wrote {name}")
    return int(different and options.check)


if __name__ == "__main__":
    sys.exit(main())
