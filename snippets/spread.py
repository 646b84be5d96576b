"""Measures again under other conditions and keeps how far each number moved.

    python -m snippets.spread [NAME ...] [--under CONDITION] [--with PYTHON]

A NAME is an experiment; without names, all of them, each as far as the tests measure it. A CONDITION is one of CONDITIONS; without one,
every condition that this environment can meet. PYTHON is the interpreter of another environment, with another PyTorch: it measures alone,
as the condition `torch`. What was found is kept in snippets/results/spread/, one file a condition.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from snippets.measure import experiments, remeasure, versions, workers
from snippets.measurement import RESULTS, ROOT, Bad, Measurement, read, read_sealed, write_sealed

SPREAD = RESULTS / "spread"
NEEDED = ("torch", "numpy", "sklearn", "joblib")


@dataclass(frozen=True)
class Condition:
    """What is changed: the threads of a run, the processor's instructions, or the packages; `said` is its name for readers."""

    said: str
    threads: int = 1
    instructions: str = ""  # as PyTorch names them; empty for the best that the processor has
    environment: tuple[tuple[str, str], ...] = ()
    elsewhere: bool = False  # measured by another environment's Python


CONDITIONS = {
    "again": Condition("one thread"),
    "threads": Condition("two threads", threads=2, environment=(("OMP_WAIT_POLICY", "PASSIVE"),)),  # to wait for each other costs no time
    "avx2": Condition("one thread, AVX2 instructions", instructions="AVX2", environment=(
        ("ATEN_CPU_CAPABILITY", "avx2"), ("MKL_CBWR", "AVX2"), ("ONEDNN_MAX_CPU_ISA", "AVX2"), ("OPENBLAS_CORETYPE", "Haswell"),
        ("NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL"))),
    "plain": Condition("one thread, no vector instructions beyond SSE", instructions="DEFAULT", environment=(
        ("ATEN_CPU_CAPABILITY", "default"), ("MKL_CBWR", "COMPATIBLE"), ("ONEDNN_MAX_CPU_ISA", "SSE41"), ("OPENBLAS_CORETYPE", "Nehalem"),
        ("NPY_DISABLE_CPU_FEATURES", "X86_V3 X86_V4 AVX512_ICL"))),
    "torch": Condition("one thread, another PyTorch", elsewhere=True),
}


# ---------- in the process of a condition ----------

def answer(names: list[str]) -> None:
    """Measure each experiment and print what it gave, one JSON object a line; the first line says under what conditions."""
    import torch

    torch.set_num_threads(int(os.environ["MEASURE_THREADS"]))
    print(json.dumps({"versions": versions(), "machine": {
        "system": platform.system(), "machine": platform.machine(),
        "instructions": torch.backends.cpu.get_cpu_capability(), "threads": torch.get_num_threads()}}), flush=True)
    with workers():
        for name in names:
            print(json.dumps({"experiment": name, "found": {k: asdict(m) for k, m in remeasure(name).items()}}), flush=True)


# ---------- in the process that compares ----------

def measured(condition: Condition, names: list[str], python: str = sys.executable):
    """Start a condition's process; yields what it runs under, and then (name, measurements) of each experiment.

    Raises Bad when the process fails or the condition is not met.
    """
    limit = str(condition.threads)
    given = dict.fromkeys(("MEASURE_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), limit)
    given |= dict(condition.environment) | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "MEASURE_BACKEND": "loky"}
    command = [python, "-m", "snippets.spread", "--answer", *names]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | given, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        heard = 0
        for line in process.stdout:
            told = json.loads(line)
            if heard == 0:
                _met(condition, told["machine"])
                yield told
            else:
                yield told["experiment"], {k: Measurement(**m) for k, m in told["found"].items()}
            heard += 1
    if process.returncode or heard != len(names) + 1:
        last = f"after {names[heard - 2]}" if heard > 1 else "before the first experiment"
        raise Bad(f"the measurement with {condition.said} ended {last}; what it said stands above")


def _met(condition: Condition, machine: dict) -> None:
    """Raise Bad when the process does not run under its condition."""
    if machine["threads"] != condition.threads:
        raise Bad(f"{condition.said}: PyTorch runs {machine['threads']} threads; expected {condition.threads}")
    if condition.instructions and machine["instructions"] != condition.instructions:
        raise Bad(f"{condition.said}: PyTorch uses {machine['instructions']}; this processor or this PyTorch can't be held to "
                  f"{condition.instructions}. Name other conditions with --under")


def other(python: str) -> str:
    """The path of another environment's interpreter; Bad when it is none or lacks a package."""
    path = Path(python).expanduser()
    if not path.is_file():
        raise Bad(f"--with: there is no file {python}; expected the Python of another environment, such as /somewhere/bin/python")
    check = f"import importlib.util as u; print(*[n for n in {NEEDED!r} if not u.find_spec(n)])"
    try:
        done = subprocess.run([str(path.absolute()), "-c", check], capture_output=True, text=True, encoding="utf-8", timeout=60)
    except OSError as error:
        raise Bad(f"--with: {python} can't be started ({error.strerror})") from error
    lacking = done.stdout.split()
    if done.returncode or lacking:
        raise Bad(f"--with: {python} has no {', '.join(lacking) or 'working Python'}; "
                  f"install it there: {python} -m pip install torch numpy scikit-learn joblib")
    return str(path.absolute())  # not resolved: a link into another environment is that environment


def committed(name: str) -> dict[str, Measurement]:
    """What a re-measurement of an experiment is compared with, its settings left out."""
    stored = read(RESULTS / f"{name}.json")
    return {key: m for key, m in (stored.spot or stored.measurements).items() if m.kind != "setting"}


def compare(kept: dict[str, Measurement], again: dict[str, Measurement]) -> dict[str, tuple[float, float]]:
    """{key: (committed value, new value)} of all that moved; Bad when a number is gone."""
    gone = sorted(kept.keys() - again.keys())
    if gone:
        raise Bad(f"a re-measurement lacks {', '.join(gone)}; run `make measure` first")
    moves = {key: m.moved(again[key]) for key, m in kept.items()}
    return {key: pair for key, pair in moves.items() if pair}


def keep(path: Path, said: str, under: dict, name: str, numbers: int, moved: dict) -> None:
    """Add one experiment to a condition's file; what other versions or another machine measured is dropped from it."""
    before = read_sealed(path) if path.exists() else {}
    if any(before.get(part) != under[part] for part in under):
        before = {}
    write_sealed(path, under | {
        "said": said, "numbers": before.get("numbers", {}) | {name: numbers}, "moved": before.get("moved", {}) | {name: moved}})


def spread(key: str, names: list[str], python: str = sys.executable) -> list[str]:
    """Measure under one condition, keep what moved, and return a line for each number that left its tolerance."""
    condition, left = CONDITIONS[key], []
    running = measured(condition, names, python)
    under = next(running)
    for name, again in running:
        kept = committed(name)
        moved = compare(kept, again)
        keep(SPREAD / f"{key}.json", condition.said, under, name, len(kept), moved)
        worst = max((kept[k].share(*pair) for k, pair in moved.items()), default=0.0)
        print(f"{condition.said}: {name}: {len(moved)} of {len(kept)} moved, by {worst:.2g} of a tolerance at most", flush=True)
        left += [f"LEFT {condition.said}: {name}.{k}: {kept[k].differs(again[k])}" for k in moved if kept[k].differs(again[k])]
    return left


def main(arguments: list[str]) -> int:
    """Measure as the arguments say; one when a number left its tolerance, two for bad arguments."""
    parser = argparse.ArgumentParser(prog="python -m snippets.spread", description="Measure again under other conditions.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments; without any, all of them")
    parser.add_argument("--under", action="append", choices=[k for k, c in CONDITIONS.items() if not c.elsewhere])
    parser.add_argument("--with", dest="python", metavar="PYTHON", help="the Python of another environment")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in experiments()]
    names = given.names or experiments()
    left: list[str] = []
    try:
        if unknown:
            raise Bad(f"no experiment called {', '.join(unknown)}; there are: {', '.join(experiments())}")
        if given.answer:
            answer(names)
        elif given.python:
            left = spread("torch", names, other(given.python))
        else:
            for key in given.under or [k for k, c in CONDITIONS.items() if not c.elsewhere]:
                left += spread(key, names)
    except Bad as fault:
        print(fault, file=sys.stderr)
        return 2
    print(*left, sep="\n", end="\n" if left else "")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
