"""Not in every run: the lab's nets against PyTorch on many random settings, `python -m pytest tests/full_parity.py`."""

from tests.parity import CLOSE, compare, settings_at_random

NETS, PLAIN = 400, 300


def test_four_hundred_random_nets_have_the_norms_of_autograd():
    found = compare(settings_at_random(NETS, seed=1))
    assert [(d, a, s) for d, a, s in found if d > a] == []
    assert sum(d <= CLOSE for d, _, _ in found) >= PLAIN
