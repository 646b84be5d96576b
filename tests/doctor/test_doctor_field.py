"""Public bug reports, and faults met on models of other people's libraries: what the doctor says of each, and that it does no harm.

The models themselves need libraries that nothing else here needs; the experiment doctor_field measures them.
"""

import pytest

from snippets.experiments import doctor_field
from snippets.experiments._field_parts import Case
from snippets.experiments._field_reports import ADDRESSES, REPORTS
from snippets.experiments._field_verdicts import (
    FALSE,
    PARTLY,
    RIGHT,
    UNSURE,
    WRONG,
    Answer,
    ask,
    judge,
)
from snippets.recipes.gradient_doctor import Facts, Finding, Report
from snippets.tables import doctor_field as table


@pytest.mark.parametrize("case", REPORTS, ids=lambda case: case.name)
def test_a_report_is_understood(case):
    answer = ask(case, case.build())
    said = [str(report) for report in answer.reports]
    assert judge(case, answer) == RIGHT, "\n".join([answer.error, *said])
    assert answer.changed == []


def test_the_field_is_wide_and_its_names_differ():
    assert len(doctor_field.BY_NAME) == sum(map(len, doctor_field.KINDS.values()))
    libraries = {case.library for case in doctor_field.MODELS}
    assert libraries == set(table.LIBRARIES)
    assert len(libraries) >= 15 and len(doctor_field.MODELS) >= 100
    assert len(doctor_field.BROKEN) >= 25


def test_every_public_report_is_retold():
    told = {case.name.partition("/")[2].partition(",")[0] for case in REPORTS}
    assert set(ADDRESSES) <= told


def report(code: str, layers=(), evidence: str = "", note: bool = False) -> Report:
    """A report with one finding, and for a note a sound verdict before it."""
    finding = Finding(code, list(layers), evidence, "", "")
    finding.note = note
    sound = Finding("healthy", [], "", "", "")
    return Report("healthy" if note else code, [sound, finding] if note else [finding], [], Facts())


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Answer([report("dead_units", ["body.fc1"])]), RIGHT),
        (Answer([report("dead_units", [], "fc1 is dead")]), PARTLY),
        (Answer([report("dead_units", [], "body is dead")]), RIGHT),
        (Answer([report("dead_units", ["body2"])]), PARTLY),
        (Answer([report("vanishing", ["body"])]), WRONG),
        (Answer([report("dead_units", ["body"], note=True)]), WRONG),
        (Answer([report("healthy"), report("dead_units", ["body"])]), RIGHT),
        (Answer([]), WRONG),
    ],
)
def test_a_verdict_on_a_fault_asks_for_code_and_part(answer, verdict):
    case = Case("reports/x", object, ("dead_units",), ("body",))
    assert judge(case, answer) == verdict


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Answer([report("healthy")]), RIGHT),
        (Answer([report("frozen_layers", ["a"], note=True)]), RIGHT),
        (Answer([report("inconclusive")]), UNSURE),
        (Answer([report("frozen_layers", ["a"])]), FALSE),
        (Answer([report("vanishing"), report("healthy")]), FALSE),
    ],
)
def test_a_verdict_on_a_sound_net_asks_for_healthy(answer, verdict):
    assert judge(Case("reports/x", object), answer) == verdict
