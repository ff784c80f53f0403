"""A workbench: a copy of the sources in which one line is changed, compiled, linked, asked and tested."""
import collections
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import threading

from parts import OF_HEADER, QUICKEST

TOP, BUILD = os.environ["top_srcdir"], os.environ["top_builddir"]
CALL_LIMIT, RUN_LIMIT = "10", 300  # seconds that a call, a run of kbit verify or of a unit test, may take
FEW = ("random-f16", "one-token-outliers")  # small cases, for what is slow
FEW_PRODUCED = ("produced-17-columns", "produced-one-row")
# What the compiler can see at run time, as a trap: no other library, and the CPU layer's stacks stay as they are.
SANITIZED = ["-fsanitize=undefined", "-fno-sanitize=vptr", "-fsanitize-undefined-trap-on-error"]
lock = threading.Lock()


def few(step):
    """The small cases that this step has."""
    produced = step.split("_")[0] in ("relu", "gelu", "silu", "layernorm", "rmsnorm")
    return FEW_PRODUCED if produced else FEW if step else FEW + FEW_PRODUCED


def hash_of(path):
    with open(path, "rb") as made:
        return hashlib.sha256(made.read()).hexdigest()


class Bench:
    def __init__(self, part, sources, scratch):
        """sources: a snapshot of the tree, so that a tree that changes meanwhile changes no bench."""
        self.part, self.at = part, scratch
        shutil.copytree(sources, scratch)
        self.common = shlex.split(os.environ["KBIT_CFLAGS" if part.compile == "CC" else "KBIT_CXXFLAGS"]) + [
            "-w", "-fPIC", "-DHAVE_CONFIG_H", "-I" + BUILD, "-Ireference"]
        self.served = {q.step for unit in part.units for q in unit.questions} - {""}
        self.compiler = shlex.split(os.environ[part.compile])
        self.original, self.users, self.used_by_test = {}, collections.defaultdict(list), {}
        for unit in part.units:
            for used in self.used(self.compiler + part.flags + self.common, unit.source):
                self.users[used].append(unit)
            self.original[unit.source] = self.compiled(unit)
            assert self.original[unit.source], "%s does not compile as it is" % unit.source

    def used(self, compiler, source):
        """The files that the compiler reads for it."""
        rule = subprocess.run(compiler + ["-MM", source], cwd=self.at, check=True, capture_output=True, text=True).stdout
        return {os.path.normpath(path) for path in rule.replace("\\\n", " ").split(":", 1)[1].split()}

    def object_of(self, source):
        return os.path.join(self.at, source.replace("/", "_") + ".o")

    def compiled(self, unit, *flags):
        """The hash of its object, or None."""
        out = self.object_of(unit.source)
        done = subprocess.run(self.compiler + self.part.flags + self.common + [*flags, "-c", unit.source, "-o", out],
                              cwd=self.at, capture_output=True, timeout=RUN_LIMIT)
        return hash_of(out) if done.returncode == 0 else None

    def linked(self, units, rest, name, extra=()):
        out = os.path.join(self.at, name)
        libraries = [f if f.startswith("-") or os.path.isabs(f) else os.path.join(BUILD, f) for f in rest]
        done = subprocess.run(self.compiler + [*extra, "-o", out] + [self.object_of(u.source) for u in units] + libraries,
                              cwd=self.at, capture_output=True, text=True)
        return out if done.returncode == 0 else None

    def rejected(self, plugin, question, level, settings=(), *selection):
        """None where all is admissible or undecided, else (means, what was not). A single call may be refused
        for good reason, all calls of a step may not."""
        command = [os.path.join(BUILD, "verify", "kbit"), "verify", "-q", "--fail-fast", "--format", "json",
                   "-c", plugin + (":" + question.variant if question.variant else ""), "--level", level,
                   "--timeout", CALL_LIMIT, "--memory", "8192", *selection]
        if question.step:
            command += ["--step", question.step]
        settings = dict(question.settings) | dict(settings)
        where = " ".join([question.variant] + ["%s" % v for v in settings.values()]).strip()
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=RUN_LIMIT,
                                  env=os.environ | {"KBIT_SIMT_WORKERS": "1", "KBIT_JOBS": "1"} | settings)
        except subprocess.TimeoutExpired:
            return "referee", "HUNG in kbit verify: longer than %d s" % RUN_LIMIT
        if "kbit verify --help" in done.stderr:  # that was the question's fault
            raise RuntimeError(done.stderr.strip())
        if done.returncode == 2:
            return "referee", "refused to load"
        if done.returncode not in (0, 1):
            return "referee", "kbit verify: exit %d" % done.returncode
        judgements = json.loads(done.stdout)["judgements"]
        for step in self.served & {j["step"] for j in judgements}:
            if all(j["result"] == "ABSENT" for j in judgements if j["step"] == step):
                return "referee", "%s ABSENT in all%s" % (step, " [%s]" % where if where else "")
        for j in judgements:
            if j["result"] not in ("admissible", "UNDECIDED", "ABSENT"):
                means = "CPU layer" if "simt:" in j["note"] else "referee"
                fault = re.search(r"simt: *([^|]*)", j["note"])
                return means, "%s %s in %s%s%s" % (j["step"], j["result"], j["case"], " [%s]" % where if where else "",
                                                   ": " + fault.group(1)[:90] if fault else "")
        return None

    def test_object(self, stem, file):
        """The unit test, compiled with the headers as they are now; None if it does not compile."""
        compiler, ending, *own = self.part.test_compile
        source = "tests/%st_%s.%s" % (*re.fullmatch("(.*/)?(.*)", stem).groups(""), ending)
        compile_ = shlex.split(os.environ[compiler]) + own + self.common + shlex.split(os.environ["TEST_CFLAGS"])
        if stem not in self.used_by_test:
            self.used_by_test[stem] = self.used(compile_, source)
        anew = file in self.used_by_test[stem]
        out = os.path.join(self.at, "t_%s%s.o" % (stem.replace("/", "_"), ".changed" if anew else ""))
        if anew or not os.path.exists(out):
            done = subprocess.run(compile_ + SANITIZED + ["-c", source, "-o", out], cwd=self.at, capture_output=True,
                                  text=True, timeout=RUN_LIMIT)
            if done.returncode != 0:
                return None
        return out

    def failing_test(self, tests, units, file):
        """(means, which test of which program), or None. A name or type that a test knows and the mutant has
        changed is what a compiler finds. An access off its alignment or outside its array, an overflow or a
        shift too far stops the program with a signal of its own."""
        for unit in units:
            _ = self.compiled(unit, *SANITIZED) or self.compiled(unit)
        for stem in tests:
            test = self.test_object(stem, file)
            if not test:
                return "does not compile", "t_%s" % stem
            rest = [test] + self.part.test_link + shlex.split(os.environ["TEST_LIBS"]) + ["-lm"]
            if stem == "cuda_calls" and not any(u.source.endswith("candidate.cc") for u in units):
                rest = [test, self.part.link[0]] + rest[1:]
            program = self.linked(units, rest, "test")
            if not program:
                return "does not compile", "t_%s does not link" % stem
            try:
                done = subprocess.run([program], cwd=self.at, capture_output=True, text=True, errors="replace",
                                      timeout=RUN_LIMIT, env=os.environ | {"CK_TAP_LOG_FILE_NAME": "-",
                                                                           "CK_DEFAULT_TIMEOUT": "100"})
            except subprocess.TimeoutExpired:
                return "unit test", "t_%s: HUNG" % stem
            failed = re.search(r"^not ok \d+ - [^:]*:[^:]*:(\w+)(.*)", done.stdout, re.M)
            if failed:
                means = "sanitizer" if "Illegal instruction" in failed.group(2) else "unit test"
                return means, "t_%s %s" % (stem, failed.group(1))
            if done.returncode != 0:
                return "unit test", "t_%s exit %d" % (stem, done.returncode)
        return None

    def race(self, units, questions):
        """The race runtime on each question, where the part has one."""
        if not self.part.race:
            return None
        for unit in units:
            if not self.compiled(unit, "-O0", "-g", "-fsanitize=thread"):
                return None
        plugin = self.linked([u for u in units if not u.source.endswith("candidate.cc")],
                             self.part.race, "race.so", ["-shared"])
        if not plugin:
            return None
        for question in questions:
            for case in few(question.step):
                said = self.rejected(plugin, question, "quick", (), "--case", case)
                if said:
                    return "race runtime", said[1]
        return None

    def plugin(self, units):
        """The plug-in with these objects; a new name each time, or the loader may keep the old one."""
        rest = self.part.link
        if any(u.source.endswith("candidate.cc") for u in units):
            rest = rest[1:]
        return self.linked(units, rest, "plugin.so", ["-shared", "-Wl,-z,defs"])

    def fate(self, m, text, seen, is_accounted):
        """(fate, detail) of one mutant; seen: objects met before, and by which mutant."""
        lines = text.split("\n")
        lines[m.line - 1] = m.new
        path = os.path.join(self.at, m.file)
        try:
            with open(path, "w") as changed:
                changed.write("\n".join(lines))
            return self.judged(m, seen, is_accounted)
        finally:
            with open(path, "w") as original:
                original.write(text)

    def baseline(self):
        """What is said of the sources as they are: None, or this bench tells nothing."""
        units = self.part.units
        for unit in units:
            self.compiled(unit)
        plugin = self.plugin(units)
        for question in dict.fromkeys(q for u in units for q in u.questions):
            said = self.rejected(plugin, question, "quick")
            if said:
                return said
        return self.scrutinized("", units, plugin, False)

    def judged(self, m, seen, is_accounted):
        units, hashes, plugin = [], [], None
        for unit in self.users[m.file]:
            made = self.compiled(unit)
            if not made:
                return "does not compile", ""
            if made == self.original[unit.source]:
                continue
            units.append(unit)
            hashes.append((unit.source, made))
            with lock:
                if hashes[-1] in seen:  # that object was rejected already
                    return "duplicate", seen[hashes[-1]]
            plugin = self.plugin(units)
            if not plugin:
                return "does not compile", "does not link"
            for question in unit.questions:
                said = self.rejected(plugin, question, "quick")
                if said:
                    with lock:
                        seen[hashes[-1]] = m.key
                    return said
        if not units:
            return "same code", ""
        with lock:
            first = seen.setdefault(tuple(hashes), m.key)
        if first != m.key:
            return "duplicate", first
        return self.scrutinized(m.file, units, plugin, is_accounted) or ("survived", "")

    def scrutinized(self, file, units, plugin, is_accounted):
        """What level quick admits: other schedules, unit tests under the sanitizer of undefined behaviour, higher
        levels, the race runtime."""
        questions = list(dict.fromkeys(q for u in units for q in u.questions))
        for settings in self.part.schedules:
            for question in questions:
                for case in few(question.step):
                    said = self.rejected(plugin, question, "quick", settings.items(), "--case", case)
                    if said:
                        return said
        tests = OF_HEADER.get(file, []) + sorted(dict.fromkeys(t for u in units for t in u.tests),
                                                 key=lambda t: QUICKEST.index(t) if t in QUICKEST else 0)
        failed = self.failing_test(tests, units, file)
        if failed or is_accounted:
            return failed
        for level in self.part.levels:
            for question in questions:
                said = self.rejected(plugin, question, level)
                if said:
                    return said
        return self.race(units, questions)
