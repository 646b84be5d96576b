"""Runs the independent parts of an experiment, one thread each, wherever joblib was told to."""

from joblib import Parallel, delayed


def each(run, cases) -> list:
    """Return [run(case) for case in cases], in order, through joblib's current backend."""
    return Parallel()(delayed(_on_one_thread)(run, case) for case in cases)


def _on_one_thread(run, case):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return run(case)
    finally:
        torch.set_num_threads(before)
