"""The pages that judge-software writes: the table, the findings, and what was asked of what."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
FEATURES = ["avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "avx512_bf16"]


def summary(found, undecided):
    """What became of a step's cases, in words."""
    kinds = [judgement.kind for judgement in found]
    wrong = sum(kind not in ("raises", "serves") for kind in kinds)
    rest = [text for text in (f"{kinds.count('raises')} raise" if "raises" in kinds else "",
                              f"{kinds.count('serves')} not refused" if "serves" in kinds else "",
                              "some undecided" if undecided else "") if text]
    begin = f"**{wrong} case{'s' * (wrong > 1)} rejected**" if wrong else "admissible"
    return begin + (f"; {', '.join(rest)}" if rest else "")


def table(results, notes, python_version, out):
    numbered = [note for note in notes if note.seen]
    out("| software | how | step | cases | elements | undecided | rejected | result | findings |")
    out("|---|---|---|--:|--:|--:|--:|---|---|")
    for (key, _, how, _), report, reason, rows in results:
        if not report:
            out(f"| {key} | {how} | - | - | - | - | - | skipped: {reason} | |")
            continue
        name = report["name"] + (f"-{python_version}" if key == "bitsandbytes-cpu" else "")
        for step, judged, found in rows:
            numbers = sorted({numbered.index(j.note) + 1 for j in found if j.note})
            unknown = " **unexplained**" if any(not j.note for j in found) else ""
            checked = sum(j["checked"] for j in judged)
            rejected = sum(j["rejected"] for j in judged if j["mismatches"])
            undecided = sum(j["undecided"] for j in judged)
            result = summary(found, undecided)
            refs = " ".join(f"[{n}](#finding-{n})" for n in numbers)
            out(f"| {name} | {how} | {step} | {len(judged)} | {checked} | {undecided} | {rejected} "
                f"| {result} | {refs}{unknown} |")


def finding(number, note, specs, out):
    first = next((j for j in note.seen if j.data["mismatches"]), note.seen[0])
    data, cases = first.data, sorted({j.data["case"] for j in note.seen})
    keys = list(dict.fromkeys(j.key for j in note.seen))
    out(f"### Finding {number}")
    out("")
    steps = ", ".join(dict.fromkeys(j.data["step"] for j in note.seen))
    out(f"**{', '.join(keys)}: {steps}. {note.what}.** {note.why}")
    out("")
    shown = ", ".join(cases[:4]) + (f" and {len(cases) - 4} more" if len(cases) > 4 else "")
    rejected = sum(j.data["rejected"] for j in note.seen if j.data["mismatches"])
    out(f"In {len(cases)} case{'s' * (len(cases) > 1)} ({shown})"
        + (f", {rejected} of {sum(j.data['checked'] for j in note.seen)} elements." if rejected else "."))
    where = f"kbit verify --candidate {specs[first.key]} --case {data['case']} --step {data['step']}"
    out("")
    out("```")
    if data["mismatches"]:
        m = data["mismatches"][0]
        column = f",{m['column']}" if data["step"] not in ("outlier_columns", "absmax_rows") else ""
        out(f"{m['tensor']}({m['row']}{column}) = {m['observed']}")
        out(f"    admissible: {m['admissible']}    {data['verdict']} {data['theorem']}".rstrip())
        if m["inputs"]:
            out(f"    from: {m['inputs']}")
        where += f" --element {m['row']},{m['column']}"
    else:
        out(f"{data['result']}: {data['note'].split('it printed: ')[-1]}")
    out(where)
    out("```")
    out("")


def mapping(out):
    """What is asked of each library, from the sources of the ports."""
    out("## What was asked of what")
    out("")
    for name in sorted(os.listdir(os.path.join(HERE, "python"))):
        if name.endswith("_port.py") and name != "kbit_port.py":
            with open(os.path.join(HERE, "python", name), encoding="utf-8") as file:
                text = file.read().split('"""')[1]
            out(f"`{name}`: {text.strip()}".replace("\n\n", "\n\n").split("\n")[0])
            out("")
            out("```")
            out("\n".join(text.strip().split("\n")[1:]).strip("\n"))
            out("```")
            out("")
    for name in ("ggml.c", "bitsandbytes.c", "onednn.c"):
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            lines = file.read().split("*/")[0].removeprefix("/*").split("\n")
        text = [re.sub(r"^ \* ?", "", line).rstrip() for line in lines]
        out(f"`{text[0].strip()}`".replace(" --", "`:", 1).rstrip("`"))
        out("")
        out("```")
        out("\n".join(text[1:]).strip("\n"))
        out("```")
        out("")


def features():
    try:
        with open("/proc/cpuinfo", encoding="ascii") as file:
            flags = next(line for line in file if line.startswith("flags")).split()
    except (OSError, StopIteration):
        return "unknown"
    return ", ".join((feature if feature in flags else f"no {feature}") for feature in FEATURES)
