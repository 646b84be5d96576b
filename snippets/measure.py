"""Re-runs experiments, blocks and notebooks, and writes what they measured: python -m snippets.measure [NAME ...]

A NAME is an experiment (deep_stack), a page's blocks (blocks/understand) or a notebook (notebooks/recurrent). Without names: everything.
MEASURE_BACKEND names a joblib backend (default: loky, the cores of this machine); with 'dask',
MEASURE_SCHEDULER is the address of the scheduler. MEASURE_THREADS is the number of threads of each run (default: one).

An experiment may need packages that nothing else needs: REQUIREMENTS = "field" in its module names their list, requirements/field.txt.
It is measured in an environment of that list, .cache/field, which is made when it is needed and made anew when the list changes.
MEASURE_IN is the list of the environment that measures here (empty: the usual one).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
import re
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

from joblib import cpu_count, parallel_config

from snippets import ipynb
from snippets.experiments._runs import limited, threads
from snippets.measurement import (
    OUTPUTS,
    RESULTS,
    ROOT,
    ROUNDED,
    SCRATCH,
    Bad,
    Measurement,
    Results,
    formatted,
    read,
    shown,
    write,
    write_sealed,
)
from snippets.programs import BLOCKS, Runner, blocks, source

EXPERIMENTS = ROOT / "snippets" / "experiments"
PACKAGES = ("torch", "numpy", "scikit-learn")


def requirements() -> dict[str, str]:
    """Every experiment, and the list of packages that it names for itself; empty for the usual one."""
    said = {
        p.stem: re.search(r'^REQUIREMENTS = "(\w+)"$', p.read_text(encoding="utf-8"), re.M)
        for p in sorted(EXPERIMENTS.glob("[!_]*.py"))
    }
    return {name: found[1] if found else "" for name, found in said.items()}


def experiments() -> list[str]:
    """Names of all experiments that the usual environment measures."""
    return [name for name, own in requirements().items() if not own]


def environment(name: str) -> str:
    """The Python of an environment with one list of packages; it is made where there is none yet."""
    wanted = ROOT / "requirements" / f"{name}.txt"
    folder = SCRATCH / name
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    made = folder / "made.txt"
    packages = wanted.read_text(encoding="utf-8")
    if not made.exists() or made.read_text(encoding="utf-8") != packages:
        print(f"an environment of {shown(wanted)} is made in {shown(folder)}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", "--requirement", wanted]
        if subprocess.run(install).returncode:
            raise Bad(f"{shown(wanted)} can't be installed; what pip said stands above")
        made.write_text(packages, encoding="utf-8")
    return str(python)


def versions() -> dict[str, str]:
    """Versions a result depends on."""
    own = os.environ.get("MEASURE_IN")
    chosen = (ROOT / "requirements" / f"{own}.in").read_text(encoding="utf-8") if own else ""
    packages = dict.fromkeys([*PACKAGES, *re.findall(r"^([\w.-]+)==", chosen, re.M)])
    return {"python": platform.python_version()} | {
        name: version(name).partition("+")[0] for name in packages
    }


@contextlib.contextmanager
def workers(backend: str | None = None, scheduler: str | None = None):
    """Where the runs of an experiment are carried out; the environment decides unless told otherwise."""
    backend = backend or os.environ.get("MEASURE_BACKEND", "loky")
    if backend == "dask":
        try:
            from distributed import Client
        except ImportError as error:
            raise Bad(
                "MEASURE_BACKEND=dask needs the package `distributed`: pip install distributed"
            ) from error
        address = scheduler or os.environ.get("MEASURE_SCHEDULER")
        if not address:
            raise Bad("MEASURE_BACKEND=dask needs MEASURE_SCHEDULER, such as tcp://127.0.0.1:8786")
        with Client(address), parallel_config(backend="dask"):
            yield
    else:
        with parallel_config(
            backend=backend,
            n_jobs=max(1, cpu_count() // threads()),
            inner_max_num_threads=threads(),
        ):
            yield


def measure(name: str) -> Results:
    """Run one experiment in full, and its spot check if it declares one."""
    module = importlib.import_module(f"snippets.experiments.{name}")
    with limited(threads()):
        spot = module.measure(module.SPOT) if hasattr(module, "SPOT") else {}
        return Results(name, module.measure(), versions(), spot)


def remeasure(name: str) -> dict[str, Measurement]:
    """What the tests run again: the spot check where an experiment declares one, all of it elsewhere."""
    module = importlib.import_module(f"snippets.experiments.{name}")
    with limited(threads()):
        return module.measure(module.SPOT) if hasattr(module, "SPOT") else module.measure()


def report(old: dict[str, Measurement], new: dict[str, Measurement]) -> list[str]:
    """Lines that say which values changed, from what to what, and by how much."""
    lines = []
    for key in sorted(old.keys() | new.keys()):
        if key not in old or key not in new:
            lines.append(f"  {key}: {'new' if key in new else 'gone'}")
        elif isinstance(new[key].value, list) or isinstance(old[key].value, list):
            if old[key].differs(new[key]):
                lines.append(f"  {key}: the profile changed")
        elif old[key].value != new[key].value:
            was, now = old[key].value, new[key].value
            change = f"{(now - was) / abs(was):+.1e}" if was else "was 0"
            lines.append(f"  {key}: {formatted(was, '6')} -> {formatted(now, '6')} ({change})")
    return lines


def record_block(path: Path, runner: Runner) -> str:
    """Run a block and keep what it printed and rounded; returns 'new', 'changed' or ''."""
    target = (OUTPUTS / path.relative_to(BLOCKS)).with_suffix(".json")
    ran = runner.run(path)
    name = path.relative_to(BLOCKS).as_posix()
    return _keep(
        target,
        {
            "block": name,
            "source": source(path),
            "stdout": ran.printed.splitlines(),
            "versions": versions(),
            "rounded": ran.rounded,
        },
    )


def record_notebook(path: Path, runner: Runner) -> str:
    """Run a notebook in a kernel and keep it with its outputs, and beside it what it rounded for them; returns 'new', 'changed' or ''."""
    ran = ipynb.run(path)
    verdict = ipynb.write(path, ran, versions())
    content = {"notebook": path.stem, "source": source(path), "rounded": runner.run(path).rounded}
    return _keep(ROUNDED / f"{path.stem}.json", content) or verdict


def _keep(target: Path, content: dict) -> str:
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    write_sealed(target, content)
    return "" if before == target.read_text(encoding="utf-8") else "changed" if before else "new"


def main(names: list[str]) -> int:
    """Measure what is named, or everything, and say what changed and which sentences quote it."""
    known = requirements()
    pages = sorted({p.parent.relative_to(ROOT / "snippets").as_posix() for p in blocks()})
    notebooks = {f"notebooks/{path.stem}": path for path in ipynb.list_notebooks(ROOT)}
    for name in names:
        if name not in known and name not in pages and name not in notebooks:
            there = ", ".join([*known, *pages, *notebooks])
            print(
                f"no experiment, page of blocks or notebook called {name!r}; there are: {there}",
                file=sys.stderr,
            )
            return 2
    changed: set[str] = set()
    try:
        with workers():
            for name, own in known.items():
                if names and name not in names:
                    continue
                if own == os.environ.get("MEASURE_IN", ""):
                    changed |= _measure_one(name)
                else:
                    _measure_apart(name, own)
        with Runner() as runner:
            for path in blocks():
                if not names or path.parent.relative_to(ROOT / "snippets").as_posix() in names:
                    print(
                        f"{shown(path)}: {record_block(path, runner) or 'prints the same'}",
                        flush=True,
                    )
            for name, path in notebooks.items():
                if not names or name in names:
                    print(
                        f"{shown(path)}: {record_notebook(path, runner) or 'prints the same'}",
                        flush=True,
                    )
    except Bad as fault:
        print(fault, file=sys.stderr)
        return 1
    for place in quoting(changed):
        print(place)
    return 0


def _measure_one(name: str) -> set[str]:
    target = RESULTS / f"{name}.json"
    try:
        old = read(target).measurements if target.exists() else {}
    except Bad as fault:
        print(f"{fault} — measured afresh")
        old = {}
    new = measure(name)
    write(target, new)
    lines = report(old, read(target).measurements)
    print(f"{name}: {len(lines)} of {len(new.measurements)} results changed", *lines, sep="\n")
    return {f"{name}.{line.strip().partition(':')[0]}" for line in lines}


def _measure_apart(name: str, own: str) -> None:
    """Measure in an environment of its own, which says what changed."""
    command = [environment(own), "-m", "snippets.measure", name]
    given = {"MEASURE_IN": own, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    status = subprocess.run(command, cwd=ROOT, env=os.environ | given).returncode
    if status:
        raise Bad(f"{name}: its measurement ended with {status}; what it said stands above")


def quoting(keys: set[str]) -> list[str]:
    """file:line of every sentence that quotes one of the keys; an example in a fence quotes nothing."""
    found = []
    for page in sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]):
        fence = ""
        for number, line in enumerate(
            page.read_text(encoding="utf-8").splitlines() if page.exists() else [], 1
        ):
            mark = re.match(r"\s*(`{3,}|~{3,})", line)
            if mark and (not fence or mark[1].startswith(fence)):
                fence = "" if fence else mark[1]
            if fence:
                continue
            found += [
                f"{shown(page)}:{number}: quotes {key}"
                for key in sorted(keys)
                if re.search(rf'value="{re.escape(key)}["@]', line)
            ]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
