#!/usr/bin/env python3
"""Mutates the sources of the reference and of the kernels, one line at a time, and judges each mutant.

make mutate runs it; see mutate.mk. A mutant is one line changed by one rule of operators.rules, the work
of the package universalmutator. It is compiled, linked before the other
objects into a plug-in, and judged by `kbit verify`: level quick first, then default and full. What the referee
admits the unit tests of the stem see, since refusals of NULL and of bad shapes are theirs. What is left
must stand in accounted.txt with the reason, or it is a survivor and the run fails.

Of each file every N-th mutant is taken (--every N --offset I), so that a sample is the same everywhere.
The ledger in the build tree makes a second run go on where the first stopped; survivors that nothing
accounts for are judged anew.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading

try:
    from universalmutator import mutator
except ImportError:
    print("SKIP: universalmutator is not installed (pip install universalmutator, for the same python3)")
    sys.exit(77)

TOP, BUILD = os.environ["top_srcdir"], os.environ["top_builddir"]
HERE = os.path.join(TOP, "tests", "mutate")
KERNELS = ["outlier_columns", "absmax_rows", "quantize_rows", "int8_matmul", "dequantize", "outlier_matmul",
           "outlier_matmul_w16", "store", "llmint8_linear_bnb"]
STEPS = KERNELS + ["llmint8_linear_paper"]
PARTS = {
    "reference": {
        "files": ["reference/llmint8/%s.c" % s for s in STEPS]
        + ["reference/llmint8/checks.h", "reference/formats/bits.h", "reference/formats/fp16.c",
           "reference/formats/bf16.c", "reference/formats/dtype.c"],
        "units": ["reference/llmint8/%s.c" % s for s in STEPS]
        + ["reference/formats/fp16.c", "reference/formats/bf16.c", "reference/formats/dtype.c"],
        "compile": ["CC", "-std=c11", "-O2"],
        "link": ["verify/candidates/.libs/reference.o", "verify/candidates/.libs/reference_ops.o",
                 ".libs/libkbitref.a", "-lm"],
        "test_object": "tests/t_%s_tap-t_%s.o",
        "test_link": [".libs/libkbitref.a", ".libs/libkbitexact.a"],
        "tests": {"llmint8/%s.c" % s: [s] for s in STEPS}
        | {"formats/fp16.c": ["fp16"], "formats/bf16.c": ["bf16"], "formats/dtype.c": ["dtype"],
           "formats/bits.h": ["fp16", "bf16"], "llmint8/checks.h": STEPS},
        "levels": ["quick", "default", "full"],
    },
    "kernels": {
        "files": ["cuda/%s.cu" % s for s in KERNELS + ["dispatch"]]
        + ["cuda/%s" % h for h in ("element.cuh", "int8_few.cuh", "int8_tile.cuh", "launch.cuh",
                                   "linear_product.cuh", "outlier_tile.cuh", "row.cuh", "workspace.cuh",
                                   "arguments.h", "rungs.h")],
        "units": ["cuda/simt/%s.cc" % s for s in KERNELS + ["dispatch"]] + ["cuda/simt/candidate.cc"],
        "compile": ["CXX", "-std=c++17", "-O1", "-fvisibility=hidden"],
        "link": ["cuda/simt/.libs/verify_candidates_simt_la-candidate.o", ".libs/libkernels_simt.a",
                 "-Wl,--exclude-libs,ALL", "-lpthread"],
        "test_object": "tests/t_%s_tap-t_%s.o",
        "test_link": [".libs/libkernels_simt.a", ".libs/libkbitref.a", "-lpthread"],
        "tests": {},
        "levels": ["quick"], # default runs for a minute on the CPU layer
    },
}
# Which step tells first about a file that is none; a mutant that hangs then costs one call.
FIRST_STEP = {"checks.h": "quantize_rows", "bits.h": "store", "fp16.c": "store", "bf16.c": "store",
              "dtype.c": "store", "element.cuh": "store", "row.cuh": "quantize_rows",
              "int8_tile.cuh": "int8_matmul", "int8_few.cuh": "int8_matmul", "outlier_tile.cuh": "outlier_matmul",
              "linear_product.cuh": "llmint8_linear_bnb", "dispatch.cu": "llmint8_linear_bnb"}
KERNEL_TESTS = ["cuda_quantize_rows", "cuda_int8_matmul", "cuda_statistics", "cuda_epilogue", "cuda_linear"]
FIRST_LIMIT, CALL_LIMIT, RUN_LIMIT = "10", "20", 900  # seconds

mutant_t = collections.namedtuple("mutant_t", "file line old new rule")
key_of = lambda m: "%s\t%d\t%s\t%s" % (m.file, m.line, m.old.strip(), m.new.strip())
print_lock = threading.Lock()


def without_comments(text):
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)


def mutants_of(file):
    with open(os.path.join(TOP, file)) as source:
        lines = [line.rstrip() + "\n" for line in without_comments(source.read()).split("\n")]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        made = mutator.mutants_regexp(lines, [os.path.join(HERE, "operators.rules")], ignorePatterns=[])
    complaint = re.search(r"COULD NOT FIND.*|FAILED TO COMPILE.*|WARNING.*", said.getvalue())
    if complaint:
        sys.exit("mutate.py: " + complaint.group(0))
    result, seen = [], set()
    for line, new, used, _ in made:
        m = mutant_t(file, line, lines[line - 1].rstrip(), new.rstrip(), used[0])
        if key_of(m) not in seen:
            seen.add(key_of(m))
            result.append(m)
    return result, "".join(lines)


class workbench:
    """A copy of the sources in which one file at a time is changed, and what was compiled of it."""

    def __init__(self, part, scratch):
        self.part, self.at = part, scratch
        for folder in ("reference", "cuda"):
            shutil.copytree(os.path.join(TOP, folder), os.path.join(scratch, folder))
        command = part["compile"]
        self.compiler = shlex.split(os.environ[command[0]]) + command[1:] + [
            "-w", "-fPIC", "-ffp-contract=off", "-fno-fast-math", "-DHAVE_CONFIG_H",
            "-I" + BUILD, "-Ireference"]
        self.original, self.users = {}, collections.defaultdict(list)
        for unit in part["units"]:
            rule = subprocess.run(self.compiler + ["-MM", unit], cwd=scratch, check=True,
                                  capture_output=True, text=True).stdout
            for used in rule.replace("\\\n", " ").split(":", 1)[1].split():
                self.users[os.path.normpath(used)].append(unit)
        for unit in part["units"]:
            self.original[unit] = self.compiled(unit)
            assert self.original[unit], "%s does not compile as it is" % unit

    def object_of(self, unit):
        return os.path.join(self.at, unit.replace("/", "_") + ".o")

    def compiled(self, unit):
        """The hash of its object, or None."""
        done = subprocess.run(self.compiler + ["-c", unit, "-o", self.object_of(unit)], cwd=self.at,
                              capture_output=True, timeout=RUN_LIMIT)
        if done.returncode != 0:
            return None
        with open(self.object_of(unit), "rb") as made:
            return hashlib.sha256(made.read()).hexdigest()

    def linked(self, objects, rest, extra):
        out = os.path.join(self.at, "program")
        libraries = [f if f.startswith("-") else os.path.join(BUILD, f) for f in rest]
        done = subprocess.run(self.compiler[:1] + extra + ["-o", out] + objects + libraries, cwd=self.at,
                              capture_output=True, text=True)
        return out if done.returncode == 0 else None

    def judge(self, plugin, level, limit, *selection):
        """None where all is admissible, else what was not."""
        command = [os.path.join(BUILD, "verify", "kbit"), "verify", "-q", "-c", plugin, "--format", "json",
                   "--level", level, "--timeout", limit, "--memory", "8192", *selection]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT)
        except subprocess.TimeoutExpired:
            return "HUNG in kbit verify: longer than %d s" % RUN_LIMIT
        if done.returncode not in (0, 1):
            return "refused to load" if done.returncode == 2 else "kbit verify: exit %d" % done.returncode
        report = json.loads(done.stdout)
        rejected = [j for j in report["judgements"]
                    if j["result"] not in ("admissible", "UNDECIDED", "ABSENT")]
        if rejected:
            return "%s %s in %s" % (rejected[0]["step"], rejected[0]["result"], rejected[0]["case"])
        return None

    def failing_test(self, tests, objects):
        for stem in tests:
            unit = os.path.join(BUILD, self.part["test_object"] % (stem, stem))
            rest = self.part["test_link"] + shlex.split(os.environ["TEST_LIBS"]) + ["-lm"]
            program = self.linked(objects + [unit], rest, [])
            if not program:
                return "t_%s: does not link" % stem
            try:
                done = subprocess.run([program], cwd=self.at, capture_output=True, text=True,
                                      errors="replace", timeout=RUN_LIMIT,
                                      env=os.environ | {"CK_TAP_LOG_FILE_NAME": "-"})
            except subprocess.TimeoutExpired:
                return "t_%s: HUNG" % stem
            failed = re.search(r"^not ok \d+ - [^:]*:[^:]*:(\w+)", done.stdout, re.M)
            if done.returncode != 0 or failed:
                return "t_%s %s" % (stem, failed.group(1) if failed else "exit %d" % done.returncode)
        return None

    def fate(self, m, text, seen, is_accounted):
        """(fate, detail) of one mutant; seen: object hashes met before, by which mutant."""
        lines = text.split("\n")
        lines[m.line - 1] = m.new
        path = os.path.join(self.at, m.file)
        try:
            with open(path, "w") as changed:
                changed.write("\n".join(lines))
            units = self.users[m.file]
            hashes = {}
            for unit in units:
                hashes[unit] = self.compiled(unit)
                if not hashes[unit]:
                    return "does not compile", ""
            units = [u for u in units if hashes[u] != self.original[u]]
            if not units:
                return "same code", ""
            objects = [self.object_of(u) for u in units]
            same = hashlib.sha256(json.dumps(sorted(hashes.items())).encode()).hexdigest()
            with print_lock:
                first = seen.setdefault(same, key_of(m))
            if first != key_of(m):
                return "duplicate", first
            plugin = self.linked(objects, self.part["link"], ["-shared"])
            if not plugin:
                return "does not compile", "does not link"
            shutil.copy(plugin, plugin + ".so")
            plugin += ".so"
            stem = os.path.basename(m.file)
            step = FIRST_STEP.get(stem, stem.split(".")[0])
            first = ["--case", "transparent"] + (["--step", step] if step in STEPS else [])
            rejected = self.judge(plugin, "quick", FIRST_LIMIT, *first)
            for level in self.part["levels"][:1 if is_accounted else None]:
                rejected = rejected or self.judge(plugin, level, CALL_LIMIT)
            if rejected:
                return "killed", rejected
            tests = next((t + ["refusals"] for f, t in self.part["tests"].items() if m.file.endswith(f)),
                         KERNEL_TESTS)
            failed = self.failing_test(tests, objects)
            return ("unit test", failed) if failed else ("survived", "")
        finally:
            with open(path, "w") as original:
                original.write(text)


def accounted():
    """accounted.txt: {(file, old line, new line): [class, reason]}."""
    result = {}
    file = old = None
    with open(os.path.join(HERE, "accounted.txt")) as listed:
        for number, line in enumerate(listed, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            if line.startswith("- "):
                old, news = line[2:].strip(), []
            elif line.startswith("+ "):
                news.append(line[2:].strip())
            elif re.match(r"(equivalent|legal|resources): ", line):
                for new in news:
                    result[file, old, new] = line.split(": ", 1)
                news = []
            elif " " not in line:
                file = line
            else:
                sys.exit("accounted.txt:%d: not understood: %s" % (number, line))
    return result


def why_admitted(key, list_):
    file, _, old, new = key.split("\t")
    return list_.get((file, old, new))


def resolve(fates, list_):
    """The final class of each mutant: a survivor that is accounted for, a duplicate as its first."""
    for key, (fate, detail) in fates.items():
        while fate == "duplicate" and detail in fates and fates[detail][0] == "duplicate":
            detail = fates[detail][1]
        if fate == "survived":
            fate, detail = why_admitted(key, list_) or (fate, detail)
        yield key, fate, detail


def write_report(out, part_names, fates, taken, made, every, list_):
    columns = ["does not compile", "same code", "duplicate", "killed", "unit test", "equivalent", "legal",
               "resources", "survived"]
    final = list(resolve(fates, list_))
    out.write("<!-- written by `make mutate`; do not edit -->\n# Systematic mutants\n\n")
    with open(os.path.join(HERE, "report.md")) as text:
        out.write(text.read())
    shown = ["made", "every", "taken", "judged"] + columns
    out.write("\n| file | mutants | every | taken | judged | %s |\n|---%s|\n" % (
        " | ".join(columns), "|---" * len(shown)))
    total = collections.Counter()
    for name in part_names:
        for file in PARTS[name]["files"]:
            count = collections.Counter(f for k, f, _ in final if k.split("\t")[0] == file)
            count["made"], count["taken"] = made[file], taken[file]
            count["judged"] = sum(count[c] for c in columns[3:])
            total += count
            count["every"] = every[name]
            out.write("| %s | %s |\n" % (file, " | ".join(str(count[c]) for c in shown)))
    total["every"] = "" if len(set(every.values())) > 1 else every[part_names[0]]
    out.write("| **all** | %s |\n\n" % " | ".join(str(total[c]) for c in shown))
    killers = collections.Counter(" ".join(d.split(" ")[:2]) for _, f, d in final if f == "killed")
    out.write("| killed first by | mutants |\n|---|---|\n")
    for killer, n in sorted(killers.items(), key=lambda item: (-item[1], item[0])):
        out.write("| %s | %d |\n" % (killer, n))
    for kind in ("legal", "resources", "equivalent"):
        reasons = collections.Counter((k.split("\t")[0], d) for k, f, d in final if f == kind)
        if reasons:
            out.write("\n## %s\n\n| file | mutants | why |\n|---|---|---|\n" % kind.capitalize())
        for (file, why), n in sorted(reasons.items()):
            out.write("| %s | %d | %s |\n" % (file, n, why))
    survivors = [k.split("\t") for k, f, _ in final if f == "survived"]
    if survivors:
        out.write("\n## Survivors\n\n")
    for file, line, old, new in survivors:
        out.write("- %s:%s\n  - `%s`\n  + `%s`\n" % (file, line, old, new))
    return len(survivors)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("parts", nargs="+", choices=sorted(PARTS))
    arguments.add_argument("--every", default="1", metavar="N[,N]", help="take every N-th mutant of a file; a number a part")
    arguments.add_argument("--offset", type=int, default=0)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--only", metavar="TEXT", help="only files with this in their name")
    arguments.add_argument("--report", metavar="FILE")
    arguments.add_argument("--known", action="store_true", help="judge nothing: report what the ledger has")
    arguments.add_argument("--count", action="store_true", help="only say how many there are")
    options = arguments.parse_args()
    every = dict(zip(options.parts, [int(n) for n in options.every.split(",")] * len(options.parts)))
    ledger = os.path.join(BUILD, "tests", "mutate.ledger")
    known = {}
    if os.path.exists(ledger):
        with open(ledger) as lines:
            for line in lines:
                key, fate, detail = json.loads(line)
                known[key] = (fate, detail)
    list_, fates, made, taken = accounted(), {}, {}, {}
    for name in options.parts:
        part, todo = PARTS[name], []
        for file in part["files"]:
            if options.only and options.only not in file:
                made[file] = taken[file] = 0
                continue
            all_, text = mutants_of(file)
            chosen = all_[options.offset::every[name]]
            made[file], taken[file] = len(all_), len(chosen)
            todo += [(m, text) for m in chosen]
        seen = {}
        for m, _ in todo:
            fate = known.get(key_of(m))
            if fate and (fate[0] != "survived" or options.known or why_admitted(key_of(m), list_)):
                fates[key_of(m)] = fate
        rest = [(m, text) for m, text in todo if key_of(m) not in fates]
        print("%s: %d mutants, %d taken (every %d from %d), %d known, %d to judge" % (
            name, sum(made[f] for f in part["files"]), len(todo), every[name], options.offset,
            len(todo) - len(rest), len(rest)), flush=True)
        if options.known:
            for m, _ in rest:
                taken[m.file] -= 1
        if options.count or options.known or not rest:
            continue
        with tempfile.TemporaryDirectory() as scratch, open(ledger, "a") as log:
            benches = []
            for j in range(options.jobs):
                at = os.path.join(scratch, str(j))
                os.mkdir(at)
                benches.append(workbench(part, at))
            free, done = list(benches), 0

            def one(item):
                m, text = item
                with print_lock:
                    bench = free.pop()
                try:
                    fate = bench.fate(m, text, seen, why_admitted(key_of(m), list_) is not None)
                finally:
                    with print_lock:
                        free.append(bench)
                return m, fate

            with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
                for future in concurrent.futures.as_completed([pool.submit(one, item) for item in rest]):
                    m, fate = future.result()
                    fates[key_of(m)] = fate
                    done += 1
                    log.write(json.dumps([key_of(m), *fate]) + "\n")
                    log.flush()
                    if fate[0] == "survived" and not why_admitted(key_of(m), list_):
                        print("survived  %s:%d\n    - %s\n    + %s" % (m.file, m.line, m.old.strip(),
                                                                  m.new.strip()), flush=True)
                    if done % 50 == 0:
                        print("%s: %d of %d" % (name, done, len(rest)), flush=True)
    if options.count:
        return 0
    with open(options.report, "w") if options.report else contextlib.nullcontext(sys.stdout) as out:
        survivors = write_report(out, options.parts, fates, taken, made, every, list_)
    print("%d mutants, %d survive and are not accounted for" % (len(fates), survivors))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
