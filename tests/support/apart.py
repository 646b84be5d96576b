"""Runs a page's block as pytest-codeblocks does, in a fork of a process in which none ran before, so that each is alone.

That process is started for the first block, imports PyTorch once, and computes nothing. Where there is no fork that is safe, blocks
run in the process of the tests, one after another, and tests/pages/test_blocks.py runs each once more in a process of its own.
"""

import json
import os
import subprocess
import sys
import traceback
from types import SimpleNamespace

from pytest_codeblocks.main import CodeBlock
from pytest_codeblocks.plugin import TestBlock as Block

from snippets.measurement import ROOT
from snippets.programs import forked, ready

SILENT = ["the process ended without an answer", "Failed", 0]


class Failed(Exception):
    """How a block failed in its fork: the message, and what `cause` says of it."""

    def __init__(self, message: str, kind: str, line: int):
        super().__init__(message)
        self.cause = kind, line


def cause(error: BaseException) -> tuple[str, int]:
    """The type of what a block raised, and the line of the block, counted from one; 0 where it ran to its end."""
    if isinstance(error, Failed):
        return error.cause
    error = error.__context__ or error
    inside = [
        f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == "<string>"
    ]
    return type(error).__name__, inside[-1] if inside else 0


class Apart:
    """The process whose forks run blocks."""

    def __init__(self):
        self.process = None

    def run(self, name: str, block: CodeBlock) -> None:
        """Run a block; Failed when it fails or prints something else."""
        if not self.process:
            beside = os.environ | {
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "PYTHONUTF8": "1",
            }
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.apart"],
                cwd=ROOT,
                env=beside,
                text=True,
                encoding="utf-8",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        self.process.stdin.write(json.dumps({"name": name, "block": vars(block)}) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline() or json.dumps(SILENT))
        if told:
            raise Failed(*told)

    def end(self) -> None:
        """Let the process end."""
        if self.process:
            self.process.stdin.close()
            self.process.wait(timeout=60)
            self.process.stdout.close()


def _outcome(job: dict) -> list:
    block = CodeBlock(**job["block"])
    try:
        Block.runtest(SimpleNamespace(name=job["name"], obj=block))
    except BaseException as error:
        return [str(error), *cause(error)]
    return []


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library writes past Python is no answer
    for line in sys.stdin:
        job = json.loads(line)
        ready(job["block"]["code"])
        print(forked(_outcome, job) or json.dumps(SILENT), file=answers, flush=True)


if __name__ == "__main__":
    _serve()
