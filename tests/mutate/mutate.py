#!/usr/bin/env python3
"""Mutates the sources of the reference and of the kernels, one line at a time, and judges each mutant.

make mutate runs it. A mutant is one line changed by one rule of operators.rules, the work of the package
universalmutator. It is compiled, linked before the other objects into a plug-in, and judged: by `kbit
verify --fail-fast` at level quick, on the steps that its units can reach (parts.py), and what that admits
under other schedules of the CPU layer, by the unit tests with the sanitizer of undefined behaviour, at the
higher levels, and by the race runtime (bench.py). What is left must stand in accounted.txt with the reason,
or it is a survivor and the run fails.

Mutants are taken in 64 passes over all files, of every 64th mutant each, first from 0, then from 32, 16, 48,
8 and so on, so that a run that --minutes ends has taken the same share of every file, evenly spread. The ledger in the build tree makes the next run go on where
this one stopped; survivors that nothing accounts for are judged anew, and so is all of a file that changed.
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
import shutil
import subprocess
import sys
import tempfile
import time

try:
    from universalmutator import mutator
except ImportError:
    print("SKIP: universalmutator is not installed (pip install universalmutator, for the same python3)")
    sys.exit(77)

from bench import BUILD, TOP, Bench, lock
from parts import PARTS

HERE = os.path.join(TOP, "tests", "mutate")
PASSES = 64  # a power of two
KILLED = ("referee", "CPU layer", "unit test", "sanitizer", "race runtime")

mutant_t = collections.namedtuple("mutant_t", "file line old new key turn")


def without_comments(text):
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)


def mutants_of(sources, file):
    """Its mutants, and its text without comments. A key holds for this text of the file alone."""
    with open(os.path.join(sources, file)) as source:
        lines = [line.rstrip() + "\n" for line in without_comments(source.read()).split("\n")]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        made = mutator.mutants_regexp(lines, [os.path.join(HERE, "operators.rules")], ignorePatterns=[])
    complaint = re.search(r"COULD NOT FIND.*|FAILED TO COMPILE.*|WARNING.*", said.getvalue())
    if complaint:
        sys.exit("mutate.py: " + complaint.group(0))
    text = "".join(lines)
    version = hashlib.sha256(text.encode()).hexdigest()[:8]
    result, seen = [], set()
    for line, new, _, _ in made:
        old = lines[line - 1].rstrip()
        key = "\t".join([file, str(line), old.strip(), new.strip(), version])
        if key not in seen:
            turn = int(format(len(seen) % PASSES + PASSES, "b")[:0:-1], 2)  # its bits reversed
            seen.add(key)
            result.append(mutant_t(file, line, old, new.rstrip(), key, turn))
    return result, text


def accounted():
    """accounted.txt: {(file, old line, new line): (class, reason)}."""
    result = {}
    file = old = None
    news = []
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
                    result[file, old, new] = tuple(line.split(": ", 1))
                news = []
            elif " " not in line:
                file = line
            else:
                sys.exit("accounted.txt:%d: not understood: %s" % (number, line))
    return result


def why_admitted(key, list_):
    file, _, old, new, _ = key.split("\t")
    return list_.get((file, old, new))


def resolve(fates, list_):
    """The final class of each mutant: a survivor that is accounted for is that."""
    for key, (fate, detail) in fates.items():
        if fate == "survived":
            fate, detail = why_admitted(key, list_) or (fate, detail)
        yield key, fate, detail


def commit():
    done = subprocess.run(["git", "-C", TOP, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def write_report(out, part_names, fates, made, list_):
    columns = ["does not compile", "same code", "duplicate", *KILLED, "equivalent", "legal", "resources", "survived"]
    final = list(resolve(fates, list_))
    out.write("<!-- written by `make mutate`; do not edit -->\n# Systematic mutants\n\n")
    with open(os.path.join(HERE, "report.md")) as text:
        out.write(text.read())
    out.write("\nSources of commit %s.\n" % commit())
    total = collections.Counter()
    out.write("\n| file | mutants | taken | judged | %s |\n|---%s|\n" % (" | ".join(columns), "|---" * (3 + len(columns))))
    for name in part_names:
        sums = collections.Counter()
        for file in PARTS[name].files:
            count = collections.Counter(f for k, f, _ in final if k.split("\t")[0] == file)
            count["taken"] = sum(count[c] for c in columns)
            count["judged"] = sum(count[c] for c in columns[3:])
            count["mutants"] = made[file]
            sums += count
            out.write("| %s | %s |\n" % (file, " | ".join(str(count[c]) for c in ["mutants", "taken", "judged"] + columns)))
        total += sums
        out.write("| **%s** | %s |\n" % (name, " | ".join(str(sums[c]) for c in ["mutants", "taken", "judged"] + columns)))
    if len(part_names) > 1:
        out.write("| **all** | %s |\n" % " | ".join(str(total[c]) for c in ["mutants", "taken", "judged"] + columns))
    killers = collections.Counter((f, re.split(r":? " if f in ("unit test", "sanitizer") else " in ", d)[0])
                                  for _, f, d in final if f in KILLED)
    out.write("\n| killed by | first said | mutants |\n|---|---|---|\n")
    for (means, killer), n in sorted(killers.items(), key=lambda item: (-item[1], item[0])):
        out.write("| %s | %s | %d |\n" % (means, killer, n))
    for kind in ("legal", "resources", "equivalent"):
        reasons = collections.Counter((k.split("\t")[0], d) for k, f, d in final if f == kind)
        if reasons:
            out.write("\n## %s\n\n| file | mutants | why |\n|---|---|---|\n" % kind.capitalize())
        for (file, why), n in sorted(reasons.items()):
            out.write("| %s | %d | %s |\n" % (file, n, why))
    survivors = [k.split("\t") for k, f, _ in final if f == "survived"]
    if survivors:
        out.write("\n## Survivors\n\n")
    for file, line, old, new, _ in survivors:
        out.write("- %s:%s\n  - `%s`\n  + `%s`\n" % (file, line, old, new))
    return len(survivors)


def judge_all(name, todo, sources, texts, list_, options, record):
    """Judges on as many benches as there are jobs, until all are or the time is over."""
    seen, began = {}, time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        benches = [Bench(PARTS[name], sources, os.path.join(scratch, str(j))) for j in range(options.jobs)]
        wrong = None if options.no_baseline else benches[0].baseline()
        if wrong:
            sys.exit("mutate.py: %s as it is: %s" % (name, wrong))

        def one(m):
            if options.minutes and time.monotonic() - began > 60 * options.minutes:
                return m, None
            with lock:
                bench = benches.pop()
            try:
                return m, bench.fate(m, texts[m.file], seen, why_admitted(m.key, list_) is not None)
            except Exception as trouble:  # one mutant must not end the run
                return m, ("survived", "the bench broke down: %r" % trouble)
            finally:
                with lock:
                    benches.append(bench)

        done = 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for future in concurrent.futures.as_completed([pool.submit(one, m) for m in todo]):
                m, fate = future.result()
                if not fate:
                    continue
                record(m, fate)
                done += 1
                if fate[0] == "survived" and not why_admitted(m.key, list_):
                    print("survived  %s:%d\n    - %s\n    + %s  %s" % (m.file, m.line, m.old.strip(), m.new.strip(),
                                                                      fate[1]), flush=True)
                if done % 20 == 0:
                    print("%s: %d of %d" % (name, done, len(todo)), flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("parts", nargs="+", choices=sorted(PARTS))
    arguments.add_argument("--minutes", type=float, help="take no other mutant of a part after so many")
    arguments.add_argument("--passes", type=int, default=PASSES, help="how many of the 64 [64]")
    arguments.add_argument("--again", action="store_true", help="only those that survived and nothing accounts for")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--only", metavar="TEXT", help="only files with this in their name")
    arguments.add_argument("--line", type=int, help="only mutants of this line")
    arguments.add_argument("--report", metavar="FILE")
    arguments.add_argument("--known", action="store_true", help="judge nothing: report what the ledger has")
    arguments.add_argument("--no-baseline", action="store_true", help="do not ask about the sources as they are")
    options = arguments.parse_args()
    ledger = os.path.join(BUILD, "tests", "mutate.ledger")
    known = {}
    if os.path.exists(ledger):
        with open(ledger) as lines:
            for line in lines:
                key, fate, detail = json.loads(line)
                known[key] = (fate, detail)
    with tempfile.TemporaryDirectory() as sources:
        for folder in ("reference", "cuda", "verify", "tests"):
            shutil.copytree(os.path.join(TOP, folder), os.path.join(sources, folder))
        return run(options, sources, ledger, known)


def run(options, sources, ledger, known):
    list_, fates, made = accounted(), {}, {}
    for name in options.parts:
        texts, todo = {}, []
        for file in PARTS[name].files:
            all_, texts[file] = mutants_of(sources, file)
            made[file] = len(all_)
            for m in all_:
                fate = known.get(m.key)
                if fate and (fate[0] != "survived" or options.known or why_admitted(m.key, list_)):
                    fates[m.key] = fate
                elif (fate if options.again else m.turn < options.passes) and (options.only or "") in file and options.line in (None, m.line):
                    todo.append(m)
        todo.sort(key=lambda m: m.turn)
        print("%s: %d mutants, %d known, %d to judge" % (
            name, sum(made[f] for f in PARTS[name].files),
            sum(k.split("\t")[0] in PARTS[name].files for k in fates), len(todo)), flush=True)
        if options.known or not todo:
            continue
        with open(ledger, "a") as log:

            def record(m, fate):
                fates[m.key] = fate
                log.write(json.dumps([m.key, *fate]) + "\n")
                log.flush()

            judge_all(name, todo, sources, texts, list_, options, record)
    with open(options.report, "w") if options.report else contextlib.nullcontext(sys.stdout) as out:
        survivors = write_report(out, options.parts, fates, made, list_)
    print("%d mutants, %d survive and are not accounted for" % (len(fates), survivors))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
