"""Result files of kbit-gpu-bench, as plot.py and tables.py read them."""
import json
import os

SCHEMA, VERSION = "kbit-gpu-bench", 1
MODELS, LAYERS = ("6.7b", "13b", "66b", "175b"), ("qkv", "o", "fc1", "fc2")
SHAPES = [f"{model}.{layer}" for model in MODELS for layer in LAYERS]
BASELINES = ("cublas-f16", "cublaslt-f16")  # the faster of the two is what we compare with

# Dense int8 operations a second by the data sheet, for roofs.
DATA_SHEET_TOPS = {"H100 PCIe": 1513, "H100": 1979, "H200": 1979, "A100": 624, "L40S": 733}


class Bad(Exception):
    """Not a result file; says why."""


class Results:
    """One file: medians in microseconds by cell and candidate."""

    def __init__(self, path, measurements_only=True):
        self.path = path
        try:
            with open(path) as file:
                data = json.load(file)
        except (OSError, ValueError) as error:
            raise Bad(f"{path}: {error}") from error
        if data.get("schema") != SCHEMA or data.get("schema_version") != VERSION:
            raise Bad(f"{path}: not a result file of kbit-gpu-bench, version {VERSION}")
        self.data, self.measurement, self.label = data, data["measurement"] is True, data["label"]
        if measurements_only and not self.measurement:
            raise Bad(f"{path}: {self.label}")
        self.name = os.path.basename(path)
        self.device, self.copy_gb_s = data["run"]["device"], data.get("copy_gb_s")
        self.bitsandbytes = self._read_bitsandbytes()
        self._cells = {
            (c["shape"], c["M"], c["k"], c["mode"], c["l2"], c.get("rungs", False)): {
                x["name"]: x for x in c["candidates"] if x["state"] == "timed" and "us" in x
            }
            for c in data["cells"]
        }

    def _read_bitsandbytes(self):
        """Medians by shape and M from NAME-bitsandbytes.json beside NAME.json, of the same device."""
        path = self.path[: -len(".json")] + "-bitsandbytes.json"
        if not os.path.exists(path):
            return {}
        with open(path) as file:
            data = json.load(file)
        if data.get("schema") != SCHEMA + "-bitsandbytes" or data.get("device") != self.device:
            raise Bad(f"{path}: not bitsandbytes' times on {self.device}")
        return {(c["shape"], c["M"]): x["us"]["median"] for c in data["cells"] for x in c["candidates"] if x["name"] == "bitsandbytes-t6"}

    def cell(self, shape, M, k=8, mode="graph", l2="cold", rungs=False):
        return self._cells.get((shape, M, k, mode, l2, rungs), {})

    def us(self, candidate, *cell, **how):
        found = self.cell(*cell, **how).get(candidate)
        return found["us"]["median"] if found else None

    def tops(self, candidate, *cell, **how):
        found = self.cell(*cell, **how).get(candidate)
        return found["tops"] if found else None

    def tb_s(self, candidate, *cell, **how):
        found = self.cell(*cell, **how).get(candidate)
        return found["gb_s"] / 1000 if found else None

    def share(self, candidate, *cell, **how):
        """Of the measured copy's rate."""
        found = self.cell(*cell, **how).get(candidate)
        return found["gb_s"] / self.copy_gb_s if found and self.copy_gb_s else None

    def baseline_us(self, *cell, **how):
        times = [t for t in (self.us(b, *cell, **how) for b in BASELINES) if t]
        return min(times) if times else None

    def speedup(self, candidate, *cell, **how):
        ours, theirs = self.us(candidate, *cell, **how), self.baseline_us(*cell, **how)
        return theirs / ours if ours and theirs else None

    def all_speedups(self, candidate):
        """Of every cell of the OPT layers where both were timed."""
        cells = [c for c in self._cells if c[0] in SHAPES and not c[5]]
        return [self.speedup(candidate, *c[:3], mode=c[3], l2=c[4]) for c in cells]

    def tokens(self, shape, k=8, mode="graph", l2="cold"):
        return sorted(c[1] for c in self._cells if (c[0], *c[2:]) == (shape, k, mode, l2, False) and self._cells[c])

    def outliers(self, shape, M, mode="graph", l2="cold"):
        return sorted(c[2] for c in self._cells if (c[0], c[1], *c[3:]) == (shape, M, mode, l2, False) and self._cells[c])

    def sizes(self, shape):
        for c in self.data["cells"]:
            if c["shape"] == shape:
                return c["N"], c["K"]
        return None

    def peak_tops(self):
        for name in sorted(DATA_SHEET_TOPS, key=len, reverse=True):
            if all(word in self.device for word in name.split()):
                return DATA_SHEET_TOPS[name]
        return None
