#!/usr/bin/env python3
"""Plots of a result file: plot.py gpu-bench.json [-o DIR] [--format svg|png]

Needs matplotlib. What is not in the file is not drawn, and is named. A file that is no measurement (the CPU
layer's, a synthetic one) is refused without --not-a-measurement; with it every plot says so across itself.
Exit status: 0 plotted, 1 not a result file, 2 usage, 77 no matplotlib.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import results  # noqa: E402
from results import LAYERS, MODELS, SHAPES  # noqa: E402

try:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
except ImportError:
    plt = None

# Okabe and Ito's colours: told apart by everybody. A candidate has its own in every plot.
COLOUR = {
    "layer": "#D55E00", "int8_matmul": "#0072B2", "quantize": "#009E73", "cublas-f16": "#000000",
    "cublaslt-f16": "#777777", "cublaslt-i8": "#CC79A7", "cublaslt-i8-scales": "#56B4E9",
}  # fmt: skip
MARK = {"layer": "o", "int8_matmul": "s", "cublas-f16": "^", "cublaslt-f16": "v", "cublaslt-i8": "D"}
TABLE5 = (768, 1024, 1536, 2048, 2560, 4096, 5140, 12288)
PAPER = {  # LLM.int8(), Table 5
    "paper: int8 without overhead": (0.99, 1.08, 1.43, 1.61, 1.63, 1.67, 2.13, 2.29),
    "paper: LLM.int8()": (0.14, 0.20, 0.36, 0.51, 0.64, 0.86, 1.22, 1.81),
}


def grid(title):
    figure, axes = plt.subplots(4, 4, figsize=(13, 11), sharex=True, sharey=True, layout="constrained")
    figure.suptitle(title)
    for row, model in enumerate(MODELS):
        for column, layer in enumerate(LAYERS):
            axes[row][column].set_title(f"OPT-{model} {layer}", fontsize=9)
    return figure, {f"{m}.{l}": axes[r][c] for r, m in enumerate(MODELS) for c, l in enumerate(LAYERS)}


def log2_tokens(axis, label=True):
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter("{x:.0f}")
    axis.grid(True, which="major", alpha=0.3)
    if label:
        axis.set_xlabel("tokens M")


def legend(figure, axis, **how):
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9, **how)


def series(xs, value):
    points = [(x, value(x)) for x in xs]
    return [p for p in points if p[1] is not None]


def draw(axis, points, name, **how):
    if points:
        style = {"color": COLOUR.get(name), "marker": MARK.get(name, "."), "markersize": 3, "linewidth": 1.2, "label": name}
        axis.plot(*zip(*points), **{**style, **how})
    return bool(points)


def speedup(r):
    figure, axes = grid(f"Speedup over the faster fp16 GEMM of cuBLAS and cuBLASLt, k = 8, CUDA graph where not said otherwise, L2 cold. {r.device}")
    drawn = False
    for shape, axis in axes.items():
        for name in ("layer", "int8_matmul"):
            drawn |= draw(axis, series(r.tokens(shape), lambda M: r.speedup(name, shape, M)), name)
        eager = series(r.tokens(shape, mode="eager"), lambda M: r.speedup("layer", shape, M, mode="eager"))
        drawn |= draw(axis, eager, "layer", linestyle=":", label="layer, eager calls (both)")
        axis.axhline(1, color="black", linewidth=0.8)
        log2_tokens(axis, shape.startswith("175b"))
        if shape.endswith("qkv"):
            axis.set_ylabel("times as fast")
    next(iter(axes.values())).set_ylim(bottom=0)
    legend(figure, axes[SHAPES[0]])
    return figure, drawn


def tops(r):
    figure, axes = grid(f"2MNK / time, k = 8, CUDA graph, L2 cold. {r.device}")
    peak, drawn = r.peak_tops(), False
    for shape, axis in axes.items():
        tokens = r.tokens(shape)
        for name in ("layer", "int8_matmul", "cublaslt-i8", "cublas-f16", "cublaslt-f16"):
            drawn |= draw(axis, series(tokens, lambda M: r.tops(name, shape, M)), name)
        if tokens and r.copy_gb_s and r.sizes(shape):
            N, K = r.sizes(shape)
            roof = [(M, 2 * M * N * K / (M * K * 2 + N * K + 2 * M * N) * r.copy_gb_s * 1e-3) for M in tokens]
            roof = [(M, min(t, peak) if peak else t) for M, t in roof]
            axis.plot(*zip(*roof), color="black", linewidth=0.9, linestyle="--",
                      label="roof of the layer: measured copy" + (f", {peak} Tops by the data sheet" if peak else ""))  # fmt: skip
        axis.set_yscale("log")
        log2_tokens(axis, shape.startswith("175b"))
        if shape.endswith("qkv"):
            axis.set_ylabel("Tops")
    legend(figure, axes[SHAPES[0]])
    return figure, drawn


def bandwidth(r):
    figure, axes = grid(f"Bytes that must be moved / time, as a share of the measured copy, k = 8, L2 cold. {r.device}")
    drawn = False
    for shape, axis in axes.items():
        tokens = [M for M in r.tokens(shape) if M <= 16]
        for name in ("layer", "int8_matmul", "cublas-f16", "cublaslt-f16"):
            drawn |= draw(axis, series(tokens, lambda M: r.share(name, shape, M)), name)
        axis.axhline(1, color="black", linewidth=0.8)
        log2_tokens(axis, shape.startswith("175b"))
        if shape.endswith("qkv"):
            axis.set_ylabel("share of the copy's rate")
    next(iter(axes.values())).set_ylim(bottom=0)
    legend(figure, axes[SHAPES[0]])
    return figure, drawn


def outliers(r):
    figure, axes = grid(f"The layer's time at k outlier columns over its time without, CUDA graph, L2 cold. {r.device}")
    drawn = False
    for shape, axis in axes.items():
        for M, colour in ((1, "#D55E00"), (128, "#0072B2"), (4096, "#009E73")):
            none = r.us("layer", shape, M, k=0)
            columns = [k for k in r.outliers(shape, M) if k > 0]
            points = series(columns, lambda k: r.us("layer", shape, M, k=k) / none if none and r.us("layer", shape, M, k=k) else None)
            drawn |= draw(axis, points, f"M = {M}", color=colour, marker="o")
        axis.axhline(1, color="black", linewidth=0.8)
        axis.set_xscale("log", base=2)
        axis.xaxis.set_major_formatter("{x:.0f}")
        axis.grid(True, alpha=0.3)
        if shape.startswith("175b"):
            axis.set_xlabel("outlier columns k")
        if shape.endswith("qkv"):
            axis.set_ylabel("times the time at k = 0")
    next(iter(axes.values())).set_ylim(bottom=0)
    legend(figure, axes[SHAPES[0]])
    return figure, drawn


def table5(r):
    figure, axis = plt.subplots(figsize=(8, 5), layout="constrained")
    axis.set_title(f"The paper's Table 5 again: first feed-forward layer, d to 4d\n{r.device}, 2048 tokens, k = 8", fontsize=10)
    for (name, values), colour in zip(PAPER.items(), ("#999999", "#444444")):
        axis.plot(TABLE5, values, linestyle=":", marker=".", color=colour, label=name + " (its GPU)")
    drawn = draw(axis, series(TABLE5, lambda d: r.speedup("layer", f"table5.{d}", 2048)), "layer", label="kbit: LLM.int8()")
    drawn |= draw(axis, series(TABLE5, lambda d: r.speedup("int8_matmul", f"table5.{d}", 2048)), "int8_matmul", label="kbit: int8 product alone")
    drawn |= draw(axis, series(TABLE5, lambda d: r.speedup("cublaslt-i8", f"table5.{d}", 2048)), "cublaslt-i8", label="cuBLASLt int8 product alone")
    axis.axhline(1, color="black", linewidth=0.8)
    axis.set_xscale("log", base=2)
    axis.set_xticks(TABLE5, [str(d) for d in TABLE5], rotation=45)
    axis.minorticks_off()
    axis.set_xlabel("hidden size d")
    axis.set_ylabel("times as fast as fp16")
    axis.set_ylim(bottom=0)
    axis.grid(True, alpha=0.3)
    axis.legend(fontsize=8)
    return figure, drawn


def parts(r):
    tokens = (1, 16, 128, 512, 4096)
    figure, axes = plt.subplots(1, len(tokens), figsize=(15, 7), layout="constrained", sharey=True)
    figure.suptitle(f"Kernel times over the layer's time, which stands at its bar, k = 8, CUDA graph, L2 cold. {r.device}\n"
                    "quantize and int8 product run by themselves; the layer hides part of one behind the other")  # fmt: skip
    drawn = False
    for axis, M in zip(axes, tokens):
        places = range(len(SHAPES))
        whole = [r.us("layer", s, M) for s in SHAPES]

        def share(us):
            return [(u or 0) / w if w else 0 for u, w in zip(us, whole)]

        q = share([r.us("quantize", s, M) for s in SHAPES])
        p = share([r.us("int8_matmul", s, M) for s in SHAPES])
        fp16 = share([r.baseline_us(s, M) for s in SHAPES])
        drawn |= any(whole)
        axis.barh([y - 0.25 for y in places], q, 0.25, color=COLOUR["quantize"], label="quantize")
        axis.barh([y - 0.25 for y in places], p, 0.25, left=q, color=COLOUR["int8_matmul"], label="int8 product")
        axis.barh(places, [1 if w else 0 for w in whole], 0.25, color=COLOUR["layer"], label="layer")
        axis.barh([y + 0.25 for y in places], fp16, 0.25, color="#BBBBBB", label="fp16 (cuBLAS or cuBLASLt)")
        for y, w in zip(places, whole):
            if w:
                axis.text(0.02, y, f"{w:.1f} us" if w < 1000 else f"{w:.0f} us", fontsize=7, color="white", va="center")
        axis.set_title(f"M = {M}", fontsize=10)
        axis.set_yticks(places, SHAPES, fontsize=8)
        axis.set_xlabel("time / layer's time")
        axis.grid(True, axis="x", alpha=0.3)
    axes[0].invert_yaxis()
    legend(figure, axes[0])
    return figure, drawn


PLOTS = {"speedup": speedup, "tops": tops, "bandwidth": bandwidth, "outliers": outliers, "table5": table5, "parts": parts}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("-o", "--output", default="plots", help="folder [plots]")
    parser.add_argument("--format", choices=("svg", "png"), default="svg")
    parser.add_argument("--not-a-measurement", action="store_true", help="plot a file that is none, and say so on it")
    options = parser.parse_args()
    if plt is None:
        print("plot.py: no matplotlib here", file=sys.stderr)
        return 77
    try:
        r = results.Results(options.file, not options.not_a_measurement)
        os.makedirs(options.output, exist_ok=True)
    except (results.Bad, OSError) as error:
        print(f"plot.py: {error}", file=sys.stderr)
        return 1
    matplotlib.rcParams["svg.hashsalt"] = "kbit"  # the same file gives the same plots
    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
    for name, plot in PLOTS.items():
        figure, drawn = plot(r)
        path = os.path.join(options.output, f"{name}.{options.format}")
        if drawn:
            if not r.measurement:
                figure.text(0.5, 0.5, r.label, fontsize=30, color="red", alpha=0.35, rotation=25, ha="center", va="center", zorder=10)
            metadata = {"Date": None} if options.format == "svg" else {}
            figure.savefig(path, metadata=metadata, dpi=110)
            print(path)
        else:
            print(f"plot.py: {name}: nothing in the file to draw", file=sys.stderr)
        plt.close(figure)
    return 0


if __name__ == "__main__":
    sys.exit(main())
