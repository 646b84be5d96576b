"""What the benchmark claims: the doctor right, harmless and unmoved by scale; the published rules far behind; labels as stated."""

import hashlib

import pytest
from gradient_doctor import CAUSES

from snippets.experiments import doctor_benchmark as benchmark
from snippets.experiments._doctor_labels import CLASSES, Unconfirmed, confirm
from snippets.experiments._doctor_zoo import (
    BETWEEN,
    BY_NAME,
    CASES,
    FAMILIES,
    HALVES,
    ZOO,
    Case,
    spot,
)
from snippets.measurement import RESULTS, read


@pytest.fixture(scope="module")
def stored():
    found = read(RESULTS / "doctor_benchmark.json").measurements
    return lambda key: found[key].value


def test_the_doctor_is_right(stored):
    assert stored("doctor.reporting.recall") >= 0.95 and stored("doctor.reporting.false") <= 0.02
    assert all(stored(f"doctor.reporting.recall.{label}") >= 0.8 for label in CLASSES)


def test_the_doctor_does_no_harm_and_does_not_hang_on_scale(stored):
    assert stored("harm") == 0 and stored("crashes") == 0
    assert stored("invariance.bare") == 1 and stored("invariance.sgd") == 1
    assert (
        stored("invariance.bare.nets") > 0.9 * stored("nets")
        and stored("invariance.sgd.nets") > 100
    )


@pytest.mark.parametrize("tool", benchmark.TOOLS)
def test_the_published_rules_are_far_behind(stored, tool):
    for half in HALVES:
        assert stored(f"{tool}.{half}.recall") < 0.6 < 0.9 < stored(f"doctor.{half}.recall")
        assert (
            stored(f"{tool}.{half}.recall.own")
            < 0.8
            < 0.9
            < stored(f"doctor.{half}.recall.own.{tool}")
        )
        assert stored(f"{tool}.{half}.false") > 0.1 > stored(f"doctor.{half}.false")


def test_the_nets_are_many_and_of_every_kind():
    assert len(CASES) >= 300 and len({case.name for case in ZOO}) == len(ZOO)
    assert set(CLASSES) < set(CAUSES)
    for half in HALVES:
        these = [case for case in CASES if case.half == half]
        assert {case.label for case in these} == set(CLASSES) and {
            case.family for case in these
        } == set(FAMILIES)
        assert all(sum(case.label == label for case in these) >= 5 for label in CLASSES)
        assert sum(case.label == "healthy" for case in these) >= 50


def test_the_halves_follow_the_stated_rule():
    for case in ZOO:
        assert case.half == HALVES[hashlib.sha256(case.name.encode()).digest()[0] % 2]


def test_the_spot_part_is_a_tenth_of_everything():
    part = [BY_NAME[name] for name in spot()]
    assert len(part) >= len(ZOO) / 10
    assert {(case.label, case.half) for case in part} == {
        (label, half) for label in (*CLASSES, BETWEEN) for half in HALVES
    }


@pytest.mark.parametrize(
    "name, wrong",
    [
        ("healthy", "vanishing"),
        ("vanishing", "healthy"),
        ("frozen_layers", "healthy"),
        ("dead_units", "saturated_units"),
    ],
)
def test_a_wrong_label_is_not_confirmed(name, wrong):
    case = next(c for c in CASES if c.label == name)
    confirm(case, case.build())
    with pytest.raises(Unconfirmed):
        confirm(Case(case.name, case.family, wrong, case.make), case.build())
