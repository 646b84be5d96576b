"""Runs the independent parts of an experiment, one thread each, wherever joblib was told to."""

import contextlib
import os

from joblib import Parallel, delayed

from snippets.measurement import Bad


def threads() -> int:
    """Threads of one run: one, unless MEASURE_THREADS says otherwise, as `snippets.spread` does."""
    wanted = os.environ.get("MEASURE_THREADS", "1")
    if not wanted.isdecimal() or int(wanted) < 1:
        raise Bad(f"MEASURE_THREADS is {wanted!r}; expected a whole number from one on")
    return int(wanted)


@contextlib.contextmanager
def limited(limit: int):
    """So many threads of PyTorch, and then as many as before."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(limit)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def each(run, cases) -> list:
    """Return [run(case) for case in cases], in order, through joblib's current backend."""
    limit = threads()
    return Parallel()(delayed(_one)(run, case, limit) for case in cases)


def _one(run, case, limit):
    with limited(limit):
        return run(case)
