"""Runs shown programs, blocks and notebooks, each alone, and tells what they printed and which numbers they rounded for it.

A process imports PyTorch and scikit-learn once, and each program runs in a fork of it: fresh interpreters would spend most of their time
on those imports. Where there is no fork, or none that is safe once PyTorch is loaded, each program gets a process of its own.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from snippets import ipynb
from snippets.measurement import ROOT, Bad, shown

BLOCKS = ROOT / "snippets" / "blocks"
RECIPES = ROOT / "snippets" / "recipes"
FORKS = hasattr(os, "fork") and sys.platform != "darwin"
LONGEST = 600  # seconds for a JavaScript block
UNANSWERED = {"line": 1, "error": "the process ended without an answer"}


@dataclass(frozen=True)
class Ran:
    """What a program printed, and each floating-point number that it rounded in an f-string, with the format that rounded it."""

    printed: str
    rounded: list[tuple[float, str]]


def programs() -> dict[str, Path]:
    """Every shown program by its name: blocks/understand/usual_demo, notebooks/gradient-flow."""
    found = {f"blocks/{p.relative_to(BLOCKS).with_suffix('').as_posix()}": p for p in blocks()}
    return found | {f"notebooks/{p.stem}": p for p in ipynb.list_notebooks(ROOT)}


def blocks() -> list[Path]:
    """Paths of all shown blocks."""
    return sorted(p for p in BLOCKS.rglob("*") if p.suffix in (".py", ".js"))


def source(path: Path) -> str:
    """A sum over a program's source: of a block's file, of a notebook's code and what it put out."""
    return (
        ipynb.fingerprint(ipynb.read(path))
        if path.suffix == ".ipynb"
        else hashlib.sha256(path.read_bytes()).hexdigest()
    )


def node() -> str:
    """A Node.js: the system's, else the one inside Playwright's wheel."""
    found = shutil.which("node")
    if found:
        return found
    from playwright._impl._driver import compute_driver_executable

    return str(compute_driver_executable()[0])


# ---------- how a number is rounded ----------

FORMAT = re.compile(r"(?:.?[<>=^])?[-+ ]?z?#?0?\d*[,_]?(?:\.(\d+))([efgEFG%]?)")


def distance(value: float, spec: str) -> float:
    """How far a value lies from the nearest one that would print another digit, in units of the last printed place: half at most."""
    places, kind = FORMAT.fullmatch(spec).groups()
    size, places = abs(value), int(places)
    if kind in ("f", "%"):
        scaled = size * 10.0 ** (places + 2 * (kind == "%"))
        return abs(scaled % 1 - 0.5)
    if size == 0:
        return 0.5
    places = max(places - 1, 0) if kind in ("g", "") else places
    scaled = size / 10.0 ** (math.floor(math.log10(size)) - places)
    below = scaled - 10.0**places + 0.05  # below a power of ten the last place is a tenth as large
    return min(abs(scaled % 1 - 0.5), abs(below))


def share(old: float, new: float, spec: str) -> float:
    """How far a number moved, as a share of the way to the nearest value that prints another digit."""
    way = distance(old, spec) * _unit(old, spec)
    return 0.0 if new == old else abs(new - old) / way if way else math.inf


def _unit(value: float, spec: str) -> float:
    places, kind = FORMAT.fullmatch(spec).groups()
    if kind in ("f", "%") or value == 0:
        return 10.0 ** -(int(places) + 2 * (kind == "%"))
    return 10.0 ** (math.floor(math.log10(abs(value))) - max(int(places) - (kind in ("g", "")), 0))


# ---------- in the process of a program ----------


class _Noting(ast.NodeTransformer):
    """Lets each value that an f-string formats pass through `_note`."""

    def visit_FormattedValue(self, field):
        self.generic_visit(field)
        spec = field.format_spec or ast.JoinedStr([])
        field.value = ast.Call(ast.Name("__note_rounded__", ast.Load()), [field.value, spec], [])
        return field


_rounded: list[tuple[float, str]] = []


def _note(value, spec: str):
    """Keep a number that is about to be rounded; returns it as it is."""
    if FORMAT.fullmatch(spec):
        number = value.item() if hasattr(value, "item") else value
        if isinstance(number, float) and math.isfinite(number):
            _rounded.append((float(f"{number:.9g}"), spec))
    return value


def _compiled(source: str, name: str):
    return compile(
        ast.fix_missing_locations(_Noting().visit(ast.parse(source, name))), name, "exec"
    )


class _Recipes(importlib.abc.MetaPathFinder):
    """Imports recipes, which print for a block, so that their numbers are noted, too."""

    class Loader(importlib.machinery.SourceFileLoader):
        """Compiles anew each time, for a cached file would not note anything."""

        def get_code(self, name):
            return _compiled(self.get_data(self.path).decode("utf-8"), self.path)

        def exec_module(self, module):
            module.__note_rounded__ = _note
            super().exec_module(module)

    def find_spec(self, name, path, target=None):
        """The recipe of that name, if there is one."""
        file = RECIPES / f"{name}.py"
        return (
            importlib.util.spec_from_file_location(name, file, loader=self.Loader(name, str(file)))
            if file.exists()
            else None
        )


def _sources(path: Path) -> list[tuple[str, str]]:
    """(name, source) of each part of a program: a block has one, a notebook one a code cell."""
    if path.suffix == ".py":
        return [(str(path), path.read_text(encoding="utf-8"))]
    cells = ipynb.read(path)["cells"]
    return [
        (f"{path}, cell {c['id']}", ipynb.joined(c["source"]))
        for c in cells
        if c["cell_type"] == "code"
    ]


def _perform(path: Path, nudge: int | None) -> dict:
    """Run a program in this process, which ends afterwards; what it printed and rounded, or how it failed."""
    os.environ["MPLBACKEND"] = "Agg"
    sys.meta_path.insert(0, _Recipes())
    if path.suffix == ".ipynb":
        os.chdir(path.parent)
    space, said = (
        {"__name__": "__main__", "__file__": str(path), "__note_rounded__": _note},
        io.StringIO(),
    )
    noise = contextlib.nullcontext() if nudge is None else _nudged(nudge)
    try:
        with contextlib.redirect_stdout(said), noise:
            for name, source in _sources(path):
                exec(_compiled(source, name), space)
    except BaseException as error:
        lines = [
            f.lineno
            for f in traceback.extract_tb(error.__traceback__)
            if f.filename.startswith(str(path))
        ]
        return {
            "line": lines[-1] if lines else 1,
            "error": traceback.format_exception_only(error)[-1].strip(),
        }
    return {"printed": said.getvalue(), "rounded": _rounded}


def _nudged(seed: int):
    from snippets.nudge import Nudged  # only here, for it takes PyTorch

    return Nudged(seed)


def ready(source: str) -> None:
    """Import what the forks of this process will share, if a program needs it: an optimizer and a data set trigger two of these later."""
    if "torch" in source:
        import sklearn.datasets  # noqa: F401
        import torch._dynamo  # noqa: F401


def _serve() -> None:
    """Answer each line of standard input, a job as JSON, with what `_perform` returns."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library writes past Python is no answer
    for line in sys.stdin:
        job = json.loads(line)
        print(
            _apart(job) if FORKS else json.dumps(_perform(Path(job["path"]), job["nudge"])),
            file=answers,
            flush=True,
        )


def _apart(job: dict) -> str:
    path = Path(job["path"])
    ready(path.read_text(encoding="utf-8"))
    return forked(_perform, path, job["nudge"]) or json.dumps(UNANSWERED)


def forked(function, *arguments) -> str:
    """What a function returns in a fork of this process, as JSON; empty when the fork ended without."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, "w", encoding="utf-8") as out:
            json.dump(function(*arguments), out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as told:
        text = told.read()
    os.waitpid(child, 0)
    return text


# ---------- in the process that asks ----------


class Runner:
    """A context manager that runs programs: `python` is the interpreter, of this environment or another; `environment` adds variables."""

    def __init__(self, python: str = sys.executable, **environment: str):
        beside = os.pathsep.join(
            filter(None, (str(ROOT), str(RECIPES), os.environ.get("PYTHONPATH")))
        )
        self.command = [python, "-m", "snippets.programs"]
        self.environment = (
            os.environ
            | {"OMP_NUM_THREADS": "1", "PYTHONUTF8": "1", "PYTHONPATH": beside}
            | environment
        )

    def __enter__(self):
        self.process = None  # none is started before there is a program to run
        return self

    def __exit__(self, *_):
        if self.process:
            self._end(self.process)

    def _start(self) -> subprocess.Popen:
        return subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def _end(self, process: subprocess.Popen) -> None:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()

    def run(self, path: Path, nudge: int | None = None) -> Ran:
        """Run one program; Bad, with its file and line, when it fails or prints nothing.

        nudge: a seed for errors in the last place of what PyTorch computes, as in `snippets.nudge`; none without one.
        """
        told = (
            self._javascript(path)
            if path.suffix == ".js"
            else self._ask({"path": str(path), "nudge": nudge})
        )
        if "error" in told:
            raise Bad(f"{shown(path)}:{told['line']}: the program fails: {told['error']}")
        if not told["printed"].strip():
            raise Bad(
                f"{shown(path)}:1: the program prints nothing; expected at least one line of output"
            )
        return Ran(told["printed"], [(value, spec) for value, spec in told["rounded"]])

    def _ask(self, job: dict) -> dict:
        process = self.process or self._start()
        self.process = process if FORKS else None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not self.process:
            self._end(process)
        return json.loads(answer or json.dumps(UNANSWERED))

    def _javascript(self, path: Path) -> dict:
        done = subprocess.run(
            [node(), str(path)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            timeout=LONGEST,
        )
        if done.returncode:
            lines = re.findall(rf"{re.escape(path.name)}:(\d+)", done.stderr)
            return {
                "line": lines[-1] if lines else 1,
                "error": done.stderr.strip().splitlines()[-1],
            }
        return {"printed": done.stdout, "rounded": []}


if __name__ == "__main__":
    _serve()
