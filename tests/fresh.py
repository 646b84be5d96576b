"""Runs Python blocks alone: each in a process of its own, forked from one that has only imported torch and scikit-learn.

A fresh interpreter for each block would spend most of its time on those imports. Where there is no fork, or none that is safe once
PyTorch is loaded, each block gets one all the same.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

from snippets.measure import RECIPES, run_block
from snippets.measurement import ROOT, Bad

FORKS = hasattr(os, "fork") and sys.platform != "darwin"


class Runner:
    """A context manager whose `run(path)` returns what the block printed; RuntimeError, with its trace, when it fails."""

    def __enter__(self):
        self.process = None
        if not FORKS:
            return self
        quiet = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": os.pathsep.join((str(ROOT), str(RECIPES)))}
        self.process = subprocess.Popen([sys.executable, "-m", "tests.fresh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        cwd=ROOT, env=quiet, text=True, encoding="utf-8")
        return self

    def __exit__(self, *_):
        if self.process is None:
            return
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def run(self, path: Path) -> str:
        """Run one block."""
        if self.process is None:
            try:
                return run_block(path)
            except Bad as fault:
                raise RuntimeError(f"{path}: {fault}") from fault
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer["failed"]:
            raise RuntimeError(f"{path}: {answer['printed']}")
        return answer["printed"]


def _serve() -> None:
    # all that the forked processes share: imports that take seconds, two of which an optimizer and a data set trigger later
    import sklearn.datasets  # noqa: F401
    import torch._dynamo  # noqa: F401

    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _run(line.rstrip("\n"), writer)
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as printed:
            text = printed.read()
        _, status = os.waitpid(child, 0)
        print(json.dumps({"failed": status != 0, "printed": text}), flush=True)


def _run(path: str, writer: int) -> None:
    """Run the block with its standard output in the pipe, and end this process."""
    import runpy
    import traceback

    status = 0
    with os.fdopen(writer, "w", encoding="utf-8") as out, contextlib.redirect_stdout(out):
        try:
            runpy.run_path(path, run_name="__main__")
        except BaseException:
            status = 1
            traceback.print_exc(file=out)
    os._exit(status)


if __name__ == "__main__":
    _serve()
