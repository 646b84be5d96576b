"""What `make test` only spot-checks or leaves out, measured in full: pytest snippets/chores/full_measurements.py

It takes long, so its name keeps it out of `make test`; remeasure.yml runs it every week.
"""

import importlib
from dataclasses import replace

import pytest

from snippets.measure import environment, experiments, requirements, workers
from snippets.measurement import RESULTS, read
from snippets.spread import CONDITIONS, measured


@pytest.fixture(scope="module")
def cores():
    with workers():
        yield


def spot_checked() -> list[str]:
    """Experiments that are too long for every test run."""
    return [
        name
        for name in experiments()
        if hasattr(importlib.import_module(f"snippets.experiments.{name}"), "SPOT")
    ]


@pytest.mark.parametrize("name", spot_checked())
def test_measured_again_in_full(name, cores):
    stored = read(RESULTS / f"{name}.json").measurements
    again = importlib.import_module(f"snippets.experiments.{name}").measure()
    assert stored.keys() == again.keys()
    gone = {key: old.differs(again[key]) for key, old in stored.items() if old.differs(again[key])}
    assert not gone, "\n".join(f"{name}.{key}: {how}" for key, how in gone.items())


@pytest.mark.parametrize("name", [name for name, own in requirements().items() if own])
def test_measured_again_apart(name):
    """In the environment that the experiment names; the packages are those of its list, not the newest."""
    own = requirements()[name]
    stored = read(RESULTS / f"{name}.json").measurements
    there = replace(CONDITIONS["again"], environment=(("MEASURE_IN", own),))
    _, (_, again) = measured(there, [name], environment(own))
    assert stored.keys() == again.keys()
    gone = {key: old.differs(again[key]) for key, old in stored.items() if old.differs(again[key])}
    assert not gone, "\n".join(f"{name}.{key}: {how}" for key, how in gone.items())
