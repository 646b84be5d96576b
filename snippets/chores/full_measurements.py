"""What `make test` only spot-checks, measured in full: pytest snippets/chores/full_measurements.py

It takes long, so its name keeps it out of `make test`; remeasure.yml runs it every week.
"""

import importlib

import pytest

from snippets.measure import experiments, workers
from snippets.measurement import RESULTS, read


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
