"""How the doctor is asked in the field test, and whether its answer is right."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from snippets.experiments._doctor_harm import bits, changes, snapshot
from snippets.experiments._doctor_labels import tensors
from snippets.experiments._doctor_zoo_parts import Patient
from snippets.experiments._field_parts import Case, sow
from snippets.recipes import gradient_doctor as doctor

SOUND, UNSURE, CRASH, SILENT = "healthy", "inconclusive", "raised", "no report"
RIGHT, PARTLY, WRONG = "right", "partly", "wrong"
FALSE = "false alarm"
PASSES = 13


@dataclass
class Answer:
    """What the doctor said, of one examination or of a watched loop; what it changed, and the time of the process that it took."""

    reports: list = field(default_factory=list)
    error: str = ""
    changed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def report(self, codes: tuple[str, ...]):
        """The report that counts: one with a fitting verdict, else the first that isn't healthy, else the last; None without any."""
        for wanted in (lambda d: d in codes and codes != (SOUND,), lambda d: d != SOUND):
            for report in self.reports:
                if wanted(report.diagnosis):
                    return report
        return self.reports[-1] if self.reports else None

    def diagnosis(self, codes: tuple[str, ...] = (SOUND,)) -> str:
        """The verdict that counts."""
        if self.error:
            return CRASH
        report = self.report(codes)
        return report.diagnosis if report else SILENT


def is_note(finding) -> bool:
    """Whether a finding is no diagnosis."""
    return getattr(finding, "note", False)


def ask(case: Case, patient: Patient) -> Answer:
    """Ask as the case says; whatever is raised is kept as words, and whatever is changed by name. A loop trains, so it may change."""
    looks = case.ask is None
    if looks:
        for p in list(patient.model.parameters())[::2]:
            p.grad = torch.full_like(p, 0.5)  # what the user's last pass may have left
    before = snapshot(patient) if looks else None
    start, answer = time.process_time(), Answer()
    try:
        with patient.surroundings():
            answer.reports = (case.ask or examined)(patient)
    except Exception as error:
        answer.error = f"{type(error).__name__}: {error}"
    answer.seconds = time.process_time() - start
    if looks:
        answer.changed = changes(before, snapshot(patient))
        if _next_call(patient) != _next_call(_twin(case, patient)):
            answer.changed.append("next call")
    return answer


def _twin(case: Case, patient: Patient) -> Patient:
    """The same net, never examined; its parameters are copied, for not every library draws them alike to the last place."""
    twin = case.build()
    with torch.no_grad():
        for theirs, ours in zip(twin.model.parameters(), patient.model.parameters(), strict=True):
            theirs.copy_(ours)
    return twin


def _next_call(patient: Patient):
    """What the user's next call gives, bit for bit, or what it raises."""
    sow(1)
    try:
        return [bits(t) for t in tensors(patient.output())]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def examined(patient: Patient) -> list:
    """The report of one examination."""
    return [
        doctor.examine(
            patient.model,
            patient.loss_fn,
            patient.inputs,
            patient.targets,
            optimizer=patient.optimizer,
            call=patient.call,
        )
    ]


def without_optimizer(patient: Patient) -> list:
    """The report of an examination to which no optimizer is given."""
    return [doctor.examine(patient.model, patient.loss_fn, patient.inputs, patient.targets, call=patient.call)]  # fmt: skip


def usual(patient: Patient, loss, number: int) -> None:
    """One ordinary step of a training loop."""
    patient.optimizer.zero_grad()
    loss.backward()
    patient.optimizer.step()


def watched(step: Callable = usual, every: int = 3, passes: int = PASSES) -> Callable:
    """Ask by watching a loop of this step; gives every report in order."""

    def run(patient: Patient) -> list:
        sow(0)
        reports = []
        with doctor.watch(patient.model, patient.optimizer, every=every, on_change=None) as one:
            for number in range(passes):
                loss = patient.loss()
                one.loss(loss)
                step(patient, loss, number)
                _keep(one.report, reports)
        _keep(one.report, reports)
        return reports

    return run


def _keep(report, reports: list) -> None:
    if report is not None and (not reports or reports[-1] is not report):
        reports.append(report)


def judge(case: Case, answer: Answer) -> str:
    """Right, partly or wrong of a fault; right, inconclusive, false alarm or wrong (nothing said) of a sound net."""
    if case.codes == (CRASH,):  # an error with the reason is the right answer
        return RIGHT if answer.error and _named(case.guilty, [], answer.error) else WRONG
    if answer.error:
        return CRASH
    report = answer.report(case.codes)
    if report is None:
        return WRONG
    text = str(report) + "".join(f.evidence + f.remedy for f in report.findings)
    said = re.search(case.says, text, re.S) is not None
    if case.codes == (SOUND,):
        if report.diagnosis == SOUND:
            return RIGHT if said else PARTLY
        return UNSURE if report.diagnosis == UNSURE else FALSE
    found = [f for f in report.findings if not is_note(f) and f.code in case.codes]
    found += [f for f in report.findings if is_note(f) and f.code in case.notes]
    named = any(_named(case.guilty, f.layers, f.evidence) for f in found)
    first = report.diagnosis in case.codes or any(is_note(f) for f in found)
    if first and named and said:
        return RIGHT
    return PARTLY if found else WRONG


def _named(guilty: tuple[str, ...], layers: list[str], words: str) -> bool:
    """Whether one of the guilty is among the layers, or stands as a word of its own."""
    return not guilty or any(
        any(name == g or name.startswith(f"{g}.") for name in layers)
        or re.search(rf"(?<![\w.]){re.escape(g)}(?!\w)", words)
        for g in guilty
    )
