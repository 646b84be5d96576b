"""Measures again and runs shown programs under other conditions, and keeps how far each number moved.

    python -m snippets.spread [NAME ...] [--under CONDITION] [--with PYTHON]

A NAME is an experiment, a program that a page shows (blocks/understand/usual_demo, notebooks/recurrent), or the folder of some (blocks);
without names, all of them, experiments as far as the tests measure them. A CONDITION is one of CONDITIONS; without one, every condition
that this environment can meet. PYTHON is the interpreter of another environment, with another PyTorch or for another processor: it runs
alone, as the condition `torch` or `arm`. What was found is kept in snippets/results/spread/, one file a condition.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path

from snippets import ipynb
from snippets.measure import experiments, remeasure, versions, workers
from snippets.measurement import (
    OUTPUTS,
    RESULTS,
    ROOT,
    ROUNDED,
    Bad,
    Measurement,
    read,
    read_sealed,
    write_sealed,
)
from snippets.programs import Ran, Runner, distance, programs, share, source

SPREAD = RESULTS / "spread"
NEEDED = ("torch", "numpy", "sklearn", "joblib", "matplotlib")
EXACT = 1024  # parts of a whole: a number of such parts that moves nowhere is exact


@dataclass(frozen=True)
class Condition:
    """What is changed: the threads of a run, the processor's instructions, the packages, or the last places of what PyTorch computes.

    `said` is its name for readers.
    """

    said: str
    threads: int = 1
    instructions: str = ""  # as PyTorch names them; empty for the best that the processor has
    environment: tuple[tuple[str, str], ...] = ()
    elsewhere: bool = False  # run by another environment's Python
    nudges: int = 0  # how many times with other errors in the last place; programs alone

    def variables(self) -> dict[str, str]:
        """The environment that brings it about."""
        limits = dict.fromkeys(
            ("MEASURE_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
            str(self.threads),
        )
        return limits | dict(self.environment)


CONDITIONS = {
    "again": Condition("one thread"),
    "threads": Condition(
        "two threads", threads=2, environment=(("OMP_WAIT_POLICY", "PASSIVE"),)
    ),  # to wait for each other costs no time
    "avx2": Condition(
        "one thread, AVX2 instructions",
        instructions="AVX2",
        environment=(
            ("ATEN_CPU_CAPABILITY", "avx2"),
            ("MKL_CBWR", "AVX2"),
            ("ONEDNN_MAX_CPU_ISA", "AVX2"),
            ("OPENBLAS_CORETYPE", "Haswell"),
            ("NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL"),
        ),
    ),
    "plain": Condition(
        "one thread, no vector instructions beyond SSE",
        instructions="DEFAULT",
        environment=(
            ("ATEN_CPU_CAPABILITY", "default"),
            ("MKL_CBWR", "COMPATIBLE"),
            ("ONEDNN_MAX_CPU_ISA", "SSE41"),
            ("OPENBLAS_CORETYPE", "Nehalem"),
            ("NPY_DISABLE_CPU_FEATURES", "X86_V3 X86_V4 AVX512_ICL"),
        ),
    ),
    "nudged": Condition("one thread, errors in the last place", nudges=3),
    "torch": Condition("one thread, another PyTorch", elsewhere=True),
    "arm": Condition("one thread, an ARM processor", elsewhere=True),
}


# ---------- in the process of a condition ----------


def answer(names: list[str]) -> None:
    """Measure each experiment and print what it gave, one JSON object a line; the first line says under what conditions."""
    import torch

    torch.set_num_threads(int(os.environ["MEASURE_THREADS"]))
    print(
        json.dumps(
            {
                "versions": versions(),
                "machine": {
                    "system": platform.system(),
                    "machine": platform.machine(),
                    "instructions": torch.backends.cpu.get_cpu_capability(),
                    "threads": torch.get_num_threads(),
                },
            }
        ),
        flush=True,
    )
    with workers():
        for name in names:
            print(
                json.dumps(
                    {
                        "experiment": name,
                        "found": {k: asdict(m) for k, m in remeasure(name).items()},
                    }
                ),
                flush=True,
            )


# ---------- in the process that compares ----------


def measured(condition: Condition, names: list[str], python: str = sys.executable):
    """Start a condition's process; yields what it runs under, and then (name, measurements) of each experiment.

    Raises Bad when the process fails or the condition is not met.
    """
    given = condition.variables() | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "MEASURE_BACKEND": "loky",
    }
    command = [python, "-m", "snippets.spread", "--answer", *names]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | given,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
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
        raise Bad(
            f"{condition.said}: PyTorch runs {machine['threads']} threads; expected {condition.threads}"
        )
    if condition.instructions and machine["instructions"] != condition.instructions:
        raise Bad(
            f"{condition.said}: PyTorch uses {machine['instructions']}; this processor or this PyTorch can't be held to "
            f"{condition.instructions}. Name other conditions with --under"
        )


def other(python: str) -> str:
    """The path of another environment's interpreter; Bad when it is none or lacks a package."""
    path = Path(python).expanduser()
    if not path.is_file():
        raise Bad(
            f"--with: there is no file {python}; expected the Python of another environment, such as /somewhere/bin/python"
        )
    check = f"import importlib.util as u; print(*[n for n in {NEEDED!r} if not u.find_spec(n)])"
    try:
        done = subprocess.run(
            [str(path.absolute()), "-c", check],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )
    except OSError as error:
        raise Bad(f"--with: {python} can't be started ({error.strerror})") from error
    lacking = done.stdout.split()
    if done.returncode or lacking:
        raise Bad(
            f"--with: {python} has no {', '.join(lacking) or 'working Python'}; "
            f"install it there: {python} -m pip install torch numpy scikit-learn joblib matplotlib"
        )
    return str(path.absolute())  # not resolved: a link into another environment is that environment


def committed(name: str) -> dict[str, Measurement]:
    """What a re-measurement of an experiment is compared with, its settings left out."""
    stored = read(RESULTS / f"{name}.json")
    return {
        key: m for key, m in (stored.spot or stored.measurements).items() if m.kind != "setting"
    }


def compare(
    kept: dict[str, Measurement], again: dict[str, Measurement]
) -> dict[str, tuple[float, float]]:
    """{key: (committed value, new value)} of all that moved; Bad when a number is gone."""
    gone = sorted(kept.keys() - again.keys())
    if gone:
        raise Bad(f"a re-measurement lacks {', '.join(gone)}; run `make measure` first")
    moves = {key: m.moved(again[key]) for key, m in kept.items()}
    return {key: pair for key, pair in moves.items() if pair}


def shown_before(name: str) -> Ran:
    """What a program printed and rounded when it was kept."""
    kind, _, rest = name.partition("/")
    if kind == "blocks":
        kept = read_sealed(OUTPUTS / f"{rest}.json")
        return Ran("\n".join(kept["stdout"]) + "\n", kept["rounded"])
    cells = ipynb.read(programs()[name])["cells"]
    printed = (
        one.get("stdout", "")
        for cell in cells
        if cell["cell_type"] == "code"
        for one in ipynb.outputs(cell)
    )
    return Ran("".join(printed), read_sealed(ROUNDED / f"{rest}.json")["rounded"])


def differing(before: str, again: str) -> list[list[str]]:
    """[committed line, new line] of each that prints something else; a line that only one has stands beside an empty one."""
    return [
        list(pair)
        for pair in zip_longest(before.splitlines(), again.splitlines(), fillvalue="")
        if pair[0] != pair[1]
    ]


def compared(before: Ran, again: list[Ran]) -> dict:
    """What is kept of a program that ran again: lines that print something else, and how near its rounded numbers came to that.

    farthest: the largest move, as a share of the way to another digit; nearest: the smallest distance to one that was seen, in units of
    the last printed place. A number that was formatted and never printed says nothing, nor does an exact one, such as a count over 64.
    """
    pairs = {
        place: [(old, ran.rounded[place][0], spec) for ran in again if place < len(ran.rounded)]
        for place, (old, spec) in enumerate(before.rounded)
        if f"{old:{spec}}".strip() in before.printed
    }
    moved = [place for place, tries in pairs.items() if any(old != new for old, new, _ in tries)]
    inexact = [
        pair
        for place, tries in pairs.items()
        for pair in tries
        if place in moved or pair[0] * EXACT % 1
    ]
    return {
        "lines": len(before.printed.splitlines()),
        "printed": [line for ran in again for line in differing(before.printed, ran.printed)],
        "rounded": len(pairs),
        "moved": len(moved),
        "farthest": round(max((share(*pair) for pair in inexact), default=0.0), 6),
        "nearest": min(
            (round(distance(value, spec), 6) for old, new, spec in inexact for value in (old, new)),
            default=0.5,
        ),
    }


def run_again(key: str, names: list[str], python: str) -> Iterator[tuple[str, dict]]:
    """Run programs under one condition; yields the name of each and what is kept of it."""
    condition, paths = CONDITIONS[key], programs()
    with Runner(python, **condition.variables()) as runner:
        for name in names:
            again = [
                runner.run(paths[name], nudge)
                for nudge in (range(condition.nudges) if condition.nudges else (None,))
            ]
            yield name, {"source": source(paths[name])} | compared(shown_before(name), again)


def keep(path: Path, said: str, under: dict, **found: dict) -> None:
    """Add what was found to a condition's file, by part and name; what other versions or another machine gave is dropped from it."""
    before = read_sealed(path) if path.exists() else {}
    if any(before.get(part) != under[part] for part in under):
        before = {}
    write_sealed(
        path,
        before
        | under
        | {"said": said}
        | {part: before.get(part, {}) | new for part, new in found.items()},
    )


def spread(key: str, names: list[str], python: str = sys.executable) -> list[str]:
    """Measure and run under one condition, keep what moved, and return a line for each number that left its tolerance or its digits."""
    condition, left, path = CONDITIONS[key], [], SPREAD / f"{key}.json"
    paths = programs()
    shown = [
        name
        for name in names
        if name in paths and not (condition.elsewhere and paths[name].suffix == ".js")
    ]
    running = measured(
        condition, [name for name in names if name not in paths and not condition.nudges], python
    )
    under = next(running)
    for name, again in running:
        kept = committed(name)
        moved = compare(kept, again)
        keep(path, condition.said, under, numbers={name: len(kept)}, moved={name: moved})
        worst = max((kept[k].share(*pair) for k, pair in moved.items()), default=0.0)
        print(
            f"{condition.said}: {name}: {len(moved)} of {len(kept)} moved, by {worst:.2g} of a tolerance at most",
            flush=True,
        )
        left += [
            f"LEFT {condition.said}: {name}.{k}: {kept[k].differs(again[k])}"
            for k in moved
            if kept[k].differs(again[k])
        ]
    for name, found in run_again(key, shown, python):
        keep(path, condition.said, under, programs={name: found})
        print(
            f"{condition.said}: {name}: {len(found['printed'])} of {found['lines']} lines print something else; {found['moved']} of "
            f"{found['rounded']} rounded numbers moved, by {found['farthest']:.2g} of the way to another digit at most",
            flush=True,
        )
        left += [
            f"LEFT {condition.said}: {name}: `{old}` is now `{new}`"
            for old, new in found["printed"]
        ]
    return left


def _elsewhere(python: str) -> str:
    """The condition that another environment's interpreter meets: another processor, or only another PyTorch."""
    done = subprocess.run(
        [python, "-c", "import platform; print(platform.machine())"],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return "arm" if done.stdout.strip() in ("aarch64", "arm64") else "torch"


def _named(given: list[str]) -> list[str]:
    """The experiments and programs that these names mean; all without any."""
    known = [*experiments(), *programs()]
    meant = {name: [k for k in known if k == name or k.startswith(f"{name}/")] for name in given}
    unknown = [name for name, found in meant.items() if not found]
    if unknown:
        raise Bad(
            f"no experiment, page of blocks or notebook called {', '.join(unknown)}; there are: {', '.join(known)}"
        )
    return [name for found in meant.values() for name in found] or known


def main(arguments: list[str]) -> int:
    """Measure as the arguments say; one when a number left its tolerance, two for bad arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m snippets.spread", description="Measure again under other conditions."
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="experiments, shown programs, folders of these; without any, all",
    )
    parser.add_argument(
        "--under", action="append", choices=[k for k, c in CONDITIONS.items() if not c.elsewhere]
    )
    parser.add_argument(
        "--with", dest="python", metavar="PYTHON", help="the Python of another environment"
    )
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    left: list[str] = []
    try:
        names = given.names if given.answer else _named(given.names)
        if given.answer:
            answer(names)
        elif given.python:
            left = spread(_elsewhere(python := other(given.python)), names, python)
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
