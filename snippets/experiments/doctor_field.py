"""The gradient doctor on models, faults and bug reports that nobody made for it.

Models: as other people's libraries draw them, with their own constructors and initializations; sizes alone are made small. Whether
one is sound is found without the doctor (`_field_truth`). Of a sound model the doctor is right to say `healthy`; notes are no
diagnoses; `inconclusive` is counted apart; any other verdict is a false alarm. Models that are not sound by that are counted apart.
Breakages: realistic faults put into such models. Reports: public bug reports and faults met on library models, as code of our own.
Right means that the diagnosis is among those that fit and that a guilty part is named; partly, that one of these is so, or that the
cause is found but stands second.
Changed: anything of `_doctor_harm` that is not bit for bit as before, or a next call of the user that gives anything else than that
of an untouched twin. Crashes: calls that raised.

It needs libraries that nothing else here needs, so it runs in an environment of its own: requirements/field.txt.
From a shell, one line for each case: python -m snippets.experiments.doctor_field [--quick] [--recipe FILE] [PART OF A NAME ...]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import sys
import warnings

import torch

from snippets.experiments import _field_verdicts
from snippets.experiments._field_broken import BROKEN, WATCHED
from snippets.experiments._field_densities import DENSITIES
from snippets.experiments._field_graphs import GRAPHS
from snippets.experiments._field_parts import Case
from snippets.experiments._field_pictures import PICTURES
from snippets.experiments._field_reports import REPORTS
from snippets.experiments._field_tables import TABLES
from snippets.experiments._field_text import TEXT
from snippets.experiments._field_truth import FALLS, STEPS, truth
from snippets.experiments._field_verdicts import (
    CRASH,
    FALSE,
    PARTLY,
    RIGHT,
    UNSURE,
    WRONG,
    ask,
    is_note,
    judge,
)
from snippets.experiments._runs import each
from snippets.measurement import Measurement, setting

REQUIREMENTS = "field"
MODELS = [*TEXT, *PICTURES, *GRAPHS, *DENSITIES, *TABLES]
KINDS = {"model": MODELS, "loop": WATCHED, "breakage": BROKEN, "report": REPORTS}
KIND = {case.name: kind for kind, these in KINDS.items() for case in these}
BY_NAME = {case.name: case for these in KINDS.values() for case in these}
FULL = list(BY_NAME)
EDGE = 2  # cases that may fall on the other side of a limit on another processor


@contextlib.contextmanager
def hushed():
    """Nothing that a library prints or warns of; nothing that it would fetch."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    said = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        warnings.simplefilter("ignore")
        yield


def study(name: str, quick: bool = False) -> dict:
    """Hear the doctor on one case, look for harm, and find the truth of a model without him."""
    with hushed():
        return _study(BY_NAME[name], quick)


def _study(case: Case, quick: bool) -> dict:
    patient = case.build()
    answer = ask(case, patient)
    report = answer.report(case.codes)
    found = {
        "name": case.name,
        "said": answer.diagnosis(case.codes),
        "error": answer.error,
        "verdict": judge(case, answer),
        "changed": answer.changed,
        "findings": [
            (f.code, is_note(f), f.layers[:3]) for f in (report.findings if report else [])
        ],
        "seconds": answer.seconds,
    }
    if KIND[case.name] == "model" and not quick:
        found["truth"] = truth(case)
    return found


def sound(found: dict) -> bool:
    """Whether a model is sound by its own truth."""
    return not found["truth"].faults


# ---------- scores ----------


def counted(value: int, what: str) -> Measurement:
    """A count of cases."""
    return Measurement(value, what, rtol=0, atol=EDGE)


def scores(key: str, where: str, models: list[dict]) -> dict[str, Measurement]:
    """Counts of verdicts on some models."""
    good = [f for f in models if sound(f)]
    kept = {f"{key}.models": setting(len(models), f"models{where}")}
    for name, verdict, what in (
        ("healthy", RIGHT, "called healthy"),
        ("unsure", UNSURE, "left inconclusive"),
        ("false", FALSE, "of which a fault is named"),
    ):
        kept[f"{key}.{name}"] = counted(
            sum(f["verdict"] == verdict for f in good), f"sound models{where} {what}"
        )
    kept[f"{key}.sound"] = counted(len(good), f"models{where} that are sound by their own truth")
    kept[f"{key}.crashes"] = Measurement(
        sum(bool(f["error"]) for f in models), f"models{where} on which the doctor raised", rtol=0
    )
    kept[f"{key}.changed"] = Measurement(
        sum(bool(f["changed"]) for f in models),
        f"models{where} that were changed in any bit",
        rtol=0,
    )
    return kept


def measure(part: list[str] = FULL) -> dict[str, Measurement]:
    """Ask the doctor of every case, and count."""
    found = each(study, part)
    of = {kind: [f for f in found if KIND[f["name"]] == kind] for kind in KINDS}
    libraries = sorted({BY_NAME[f["name"]].library for f in of["model"]})
    kept = {
        "libraries": setting(len(libraries), "libraries that the models come from"),
        "steps": setting(STEPS, "training steps in which a sound model's loss falls"),
        "falls": setting(
            FALLS, "share of its first value by which a sound model's loss falls", show="%"
        ),
        "seeds": setting(1, "seeds of each model, drawn from its name"),
    }
    kept |= scores("all", "", of["model"])
    healthy, good = kept["all.healthy"].value, kept["all.sound"].value
    kept["all.healthy.share"] = Measurement(
        healthy / good, "share of sound models called healthy", rtol=0, atol=EDGE / good, show="%"
    )
    kept["all.false.share"] = Measurement(
        kept["all.false"].value / good,
        "share of sound models of which a fault is named",
        rtol=0,
        atol=EDGE / good,
        show=".1%",
    )
    for library in libraries:
        these = [f for f in of["model"] if BY_NAME[f["name"]].library == library]
        kept |= scores(library, f" of {library}", these)
    for kind, what in (
        ("loop", "sound training loops"),
        ("breakage", "breakages"),
        ("report", "reports"),
    ):
        kept[f"{kind}.cases"] = setting(len(of[kind]), what)
        for verdict in (RIGHT, PARTLY):
            kept[f"{kind}.{verdict}"] = counted(
                sum(f["verdict"] == verdict for f in of[kind]), f"{what} judged {verdict}"
            )
        kept[f"{kind}.{WRONG}"] = counted(
            sum(f["verdict"] not in (RIGHT, PARTLY) for f in of[kind]), f"{what} judged wrong"
        )
        kept[f"{kind}.crashes"] = Measurement(
            sum(f["verdict"] == CRASH for f in of[kind]),
            f"{what} on which the doctor raised",
            rtol=0,
        )
        kept[f"{kind}.changed"] = Measurement(
            sum(bool(f["changed"]) for f in of[kind]), f"{what} changed in any bit", rtol=0
        )
    return kept


# ---------- for a shell ----------


def line(found: dict) -> str:
    """One case in one line: kind, name, truth, diagnosis, notes, verdict, harm."""
    case = BY_NAME[found["name"]]
    firm = [f"{code} {'/'.join(layers)}" for code, note, layers in found["findings"] if not note]
    notes = [f"{code} {'/'.join(layers)}" for code, note, layers in found["findings"] if note]
    parts = [
        f"{found['verdict'].upper() if found['verdict'] != RIGHT else 'right':12}",
        f"{KIND[case.name]:8} {case.name}",
        str(found.get("truth", "")) or f"fits: {', '.join(case.codes)}",
        found["error"] or "; ".join(firm),
        f"notes: {'; '.join(notes)}" if notes else "",
        f"CHANGED {', '.join(found['changed'])}" if found["changed"] else "",
        f"{found['seconds']:.2f} s",
    ]
    return " | ".join(part for part in parts if part).replace("\n", " ")


def another(path: str):
    """A copy of the recipe that stands elsewhere."""
    spec = importlib.util.spec_from_file_location("another_doctor", path)
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(arguments: list[str]) -> None:
    """Print a line for each case as the arguments say, then the counts."""
    parser = argparse.ArgumentParser(prog="python -m snippets.experiments.doctor_field")
    parser.add_argument("parts", nargs="*", metavar="PART", help="of a kind or name; without, all")
    parser.add_argument("--quick", action="store_true", help="ask the doctor alone, no truth")
    parser.add_argument("--recipe", metavar="FILE", help="another copy of the doctor")
    given = parser.parse_args(arguments)
    if given.recipe:
        _field_verdicts.doctor = another(given.recipe)
    torch.set_num_threads(1)
    quick, parts = given.quick, given.parts
    names = [n for n in FULL if not parts or any(p in f"{KIND[n]} {n}" for p in parts)]
    totals: dict[str, dict[str, int]] = {kind: {} for kind in (*KINDS, "model, not sound")}
    for name in names:
        try:
            found = study(name, quick)
        except Exception as error:  # the harness or a library, not the doctor
            print(f"FAILED       | {name} | {type(error).__name__}: {error}", flush=True)
            continue
        kind = KIND[name]
        if "truth" in found and not sound(found):
            kind = "model, not sound"
        keys = [found["verdict"], *(["changed"] if found["changed"] else [])]
        for key in keys:
            totals[kind][key] = totals[kind].get(key, 0) + 1
        print(line(found), flush=True)
    for kind, seen in totals.items():
        if seen:
            cases = sum(n for key, n in seen.items() if key != "changed")
            print(f"{kind}: {cases} cases,", ", ".join(f"{n} {key}" for key, n in seen.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
