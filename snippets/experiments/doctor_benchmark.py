"""The gradient doctor and four published rule sets judge the same labelled nets.

The nets stand in `_doctor_zoo`, what confirms their labels in `_doctor_labels`, the rule sets in `_doctor_rules`. Every label is
confirmed anew each time; one that isn't stops the measurement. The tuning half is there to tune the doctor on, the reporting half
to say how good it is. The reporting half is not unseen, though: a change to the doctor, made after the nets existed, turned its
verdict on one of those nets, too, from 'inconclusive' to the label.
What is frozen by intent, or never used, is a note to the doctor, not a diagnosis: for these two labels, a diagnosis of `healthy` with
that note is right.
Recall of a class: the share of its nets for which its own label is the verdict; macro recall is the mean over all classes, healthy
included. A false alarm is a verdict on a healthy net that names any fault; 'inconclusive' is none, and counted apart. Rule sets are
also asked for the mean over the faults alone that they have a rule for.
Invariance: the loss times FACTOR, without an optimizer, and where it is plain SGD with the rate divided by FACTOR; asked of nets
whose numbers stay in range. Harm: anything of `_doctor_harm` that is not bit for bit as before. Crashes: calls that raised.
Nets between the limits carry no label: they count for invariance, harm and crashes alone.

Labels are far from every limit, so verdicts don't hang on last places; what is trained (the rule sets train for a while, and so do
some nets) may: the slack is two nets of a class.
"""

import warnings

import torch

from snippets.experiments._doctor_harm import changes, snapshot
from snippets.experiments._doctor_labels import CLASSES, confirm, look
from snippets.experiments._doctor_rules import FAULTS, STEPS, TOOLS, judged
from snippets.experiments._doctor_zoo import BETWEEN, BY_NAME, FAMILIES, HALVES, ZOO, spot
from snippets.experiments._doctor_zoo_parts import Patient, times
from snippets.experiments._runs import each
from snippets.measurement import Measurement, setting
from snippets.recipes.gradient_doctor import examine

FACTOR = 1e9
JUDGES = {"doctor": "the gradient doctor", **TOOLS}
VERDICTS = (*CLASSES, "inconclusive")
FULL, SPOT = [case.name for case in ZOO], spot()
CRASH = "raised"
EDGE = 2  # nets of one class that may fall on the other side of a limit on another processor


def ask(patient: Patient, optimizer: bool = True):
    """The doctor's report."""
    with patient.surroundings():
        return examine(
            patient.model,
            patient.loss_fn,
            patient.inputs,
            patient.targets,
            optimizer=patient.optimizer if optimizer else None,
            call=patient.call,
        )


NOTED = {"frozen_layers": "frozen_layers", "disconnected_layers": "unused_parameters"}


def verdict(patient: Patient, optimizer: bool = True, label: str = "") -> str:
    """The doctor's diagnosis, the label where its note is beside a healthy one, or CRASH with what it raised."""
    try:
        report = ask(patient, optimizer)
        noted = {finding.code for finding in report.findings if finding.note}
        return (
            label
            if report.diagnosis == "healthy" and NOTED.get(label) in noted
            else report.diagnosis
        )
    except Exception as error:  # whatever it is, it counts as a crash
        return f"{CRASH} {type(error).__name__}: {error}"


def louder(patient: Patient, factor: float = FACTOR) -> Patient:
    """A copy with the loss times factor, and for SGD the rate divided by it; momentum is scaled along."""
    it = patient.copy()
    it.loss_fn = times(factor, patient.loss_fn)
    for group in it.optimizer.param_groups:
        group["lr"] /= factor
    for state in it.optimizer.state.values():
        if state.get("momentum_buffer") is not None:
            state["momentum_buffer"] *= factor
    return it


def in_range(patient: Patient) -> bool:
    """Whether the louder net's numbers are finite if the net's own are, in a precision that holds the factor."""
    dtypes = {p.dtype for p in patient.model.parameters()} | {patient.autocast}
    return torch.float16 not in dtypes and look(louder(patient)).finite == look(patient).finite


def plain_sgd(patient: Patient) -> bool:
    """Whether a step is proportional to gradient times rate."""
    return type(patient.optimizer) is torch.optim.SGD and not any(
        g["weight_decay"] for g in patient.optimizer.param_groups
    )


def judge(name: str) -> dict:
    """Confirm the label of one net, then hear the doctor and the rule sets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _judge(BY_NAME[name])


def _judge(case) -> dict:
    if case.label != BETWEEN:
        confirm(case, case.build())
    patient = case.build()
    before = snapshot(patient)
    found = {"name": case.name, "doctor": verdict(patient, label=case.label)}
    found["harm"] = changes(before, snapshot(patient))
    found["same"] = {}
    if case.label != "underflow" and in_range(patient):
        found["same"]["bare"] = verdict(case.build(), optimizer=False) == verdict(
            louder(case.build()), optimizer=False
        )
        if plain_sgd(patient):
            found["same"]["sgd"] = found["doctor"] == verdict(
                louder(case.build()), label=case.label
            )
    return found | (judged(case.build()) if case.label != BETWEEN else {})


# ---------- scores ----------


def confusion(found: list[dict], who: str, half: str) -> list[list[int]]:
    """Counts of verdicts: a row for each label, a column for each of VERDICTS."""
    rows = {label: [0] * len(VERDICTS) for label in CLASSES}
    for f in found:
        case = BY_NAME[f["name"]]
        if case.half == half and case.label in rows and f[who] in VERDICTS:
            rows[case.label][VERDICTS.index(f[who])] += 1
    return list(rows.values())


def recalls(found: list[dict], who: str, half: str) -> dict[str, float]:
    """The recall of every class; a crash is a miss."""
    kept = {}
    for label in CLASSES:
        these = [
            f
            for f in found
            if BY_NAME[f["name"]].half == half and BY_NAME[f["name"]].label == label
        ]
        kept[label] = sum(f[who] == label for f in these) / len(these)
    return kept


def mean(values) -> float:
    """The mean of some numbers."""
    values = list(values)
    return sum(values) / len(values)


def counts(names: list[str]) -> dict[str, Measurement]:
    """How many nets there are, of which kinds."""
    cases = [BY_NAME[name] for name in names]
    labelled = [c for c in cases if c.label in CLASSES]
    kept = {
        "nets": setting(len(labelled), "labelled nets"),
        "between": setting(len(cases) - len(labelled), "nets between the limits, without a label"),
        "healthy": setting(sum(c.label == "healthy" for c in labelled), "healthy nets"),
        "broken": setting(sum(c.label != "healthy" for c in labelled), "broken or frozen nets"),
        "classes": setting(len(CLASSES), "labels, healthy included"),
        "families": setting(len(FAMILIES), "families of nets"),
        "factor": setting(FACTOR, "factor on the loss when invariance is measured", show="e1"),
        "rules.steps": setting(STEPS, "training steps that the rule sets watch"),
    }
    for half in HALVES:
        kept[f"nets.{half}"] = setting(
            sum(c.half == half for c in labelled), f"labelled nets in the {half} half"
        )
    for label in CLASSES:
        kept[f"nets.{label}"] = setting(
            sum(c.label == label for c in labelled), f"nets labelled {label}"
        )
    for family, what in FAMILIES.items():
        kept[f"nets.{family}"] = setting(
            sum(c.family == family for c in labelled), f"labelled nets: {what}"
        )
    return kept


def scores(found: list[dict], who: str, half: str) -> dict[str, Measurement]:
    """Recall, false alarms and confusion of one judge on one half."""
    table, each_class = confusion(found, who, half), recalls(found, who, half)
    sizes = {
        label: sum(
            BY_NAME[f["name"]].label == label and BY_NAME[f["name"]].half == half for f in found
        )
        for label in CLASSES
    }
    healthy, unsure = table[CLASSES.index("healthy")], VERDICTS.index("inconclusive")
    where, edge = f"{JUDGES[who]}, {half} half", EDGE / min(sizes.values())
    alarms = (
        sizes["healthy"] - healthy[CLASSES.index("healthy")] - healthy[unsure]
    )  # whatever its code
    n, key = sizes["healthy"], f"{who}.{half}"
    kept = {
        f"{key}.recall": Measurement(
            mean(each_class.values()),
            f"mean recall over all classes: {where}",
            rtol=0,
            atol=2 * edge / len(CLASSES),
            show=".2f",
        ),
        f"{key}.false": Measurement(
            alarms / n,
            f"share of healthy nets for which a fault is named: {where}",
            rtol=0,
            atol=EDGE / n,
            show=".1%",
        ),
        f"{key}.false.nets": Measurement(
            alarms, f"healthy nets for which a fault is named: {where}", rtol=0, atol=EDGE
        ),
        f"{key}.unsure": Measurement(
            healthy[unsure] / n,
            f"share of healthy nets left inconclusive: {where}",
            rtol=0,
            atol=EDGE / n,
            show=".1%",
        ),
        f"{key}.right": Measurement(
            sum(table[i][i] for i in range(len(CLASSES))),
            f"nets judged right: {where}",
            rtol=0,
            atol=2 * EDGE,
        ),
        f"{key}.confusion": Measurement(
            table,
            f"verdicts (columns: the labels in order, then inconclusive) for each label (rows): {where}",
            rtol=0,
            atol=EDGE,
        ),
    }
    for tool, faults in FAULTS.items():
        if who in ("doctor", tool):
            on = "" if who == tool else f".{tool}"
            kept[f"{key}.recall.own{on}"] = Measurement(
                mean(each_class[label] for label in faults),
                f"mean recall over the faults that {TOOLS[tool]} has a rule for: {where}",
                rtol=0,
                atol=2 * edge / len(faults),
                show=".2f",
            )
    for label in CLASSES:
        kept[f"{key}.recall.{label}"] = Measurement(
            each_class[label],
            f"recall of {label}: {where}",
            rtol=0,
            atol=EDGE / sizes[label],
            show=".2f",
        )
    return kept


def measure(part: list[str] = FULL) -> dict[str, Measurement]:
    """Judge the nets named in part; every label is confirmed on the way."""
    found = each(judge, part)
    kept = counts(part)
    labelled = [f for f in found if BY_NAME[f["name"]].label in CLASSES]
    for who in JUDGES:
        for half in HALVES:
            kept |= scores(labelled, who, half)
    for kind, what in {
        "bare": "without an optimizer",
        "sgd": "with SGD's rate divided by it",
    }.items():
        same = [f["same"][kind] for f in found if kind in f["same"]]
        kept[f"invariance.{kind}.nets"] = Measurement(
            len(same),
            f"nets that could be judged with the loss times the factor, {what}",
            rtol=0,
            atol=EDGE,
        )
        kept[f"invariance.{kind}"] = Measurement(
            sum(same) / len(same),
            f"share of nets with the same verdict when the loss is multiplied, {what}",
            rtol=0,
            show="%",
        )
    kept["harm"] = Measurement(
        sum(bool(f["harm"]) for f in found),
        "nets that the doctor's examination changed in any bit",
        rtol=0,
    )
    kept["crashes"] = Measurement(
        sum(f["doctor"].startswith(CRASH) for f in found),
        "nets on which the doctor raised an error",
        rtol=0,
    )
    return kept
