"""Which checks look at a mutation, in what order: those that take a second first, the browser last."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from snippets.measure import experiments
from snippets.measurement import ROOT
from tests.mutations.makers import Mutation

LIMIT = 2400.0  # seconds for one step of one mutation
MEASURED = "tests/numbers/test_measurements.py::test_measured_again"
WEAVER = [
    "check",
    "weave",
    "notebooks",
    "claims_page",
    "figures",
    "exercises",
    "differential",
    "question_cards",
    "video",
    "embedding",
    "about",
    "style",
    "prose",
    "blocks",
    "measurements",
    "addresses",
    "doctor",
    "reader",
    "serve",
    "weight",
    "publishing",
    "zensical",
    "site",
    "numbers",
]
LAB = {
    "doctor": ["reader"],
    "rec": ["recurrent_lab", "parity"],
    "pha": ["phase_map"],
    "ske": ["sketch"],
    "": ["parity", "training", "recurrent_lab", "phase_map", "gradient_lab", "exercises"],
}


@dataclass(frozen=True)
class Verdict:
    """What became of a mutation: `by` is check, test, or nothing; `what` is the first message or test that failed."""

    by: str
    what: str
    sort: str = ""  # of the step that noticed


Step = tuple[str, list[str]]  # check, quick (no browser, no built site) or site; the tests to run


def steps(mutation: Mutation) -> Iterator[Step]:
    """The steps that could notice, in order."""
    file, stem = mutation.file, Path(mutation.file).stem
    if not file.startswith("tests/"):
        yield "check", [file] if file.endswith(".md") else []
    if file.startswith("tests/"):
        test = f"{file}::{_function(mutation)}"
        yield from (("quick", [test]), ("site", [test]))
    elif file.startswith("snippets/experiments/"):
        yield from (("quick", [f"{MEASURED}[{name}]"]) for name in _measuring(stem))
        yield "quick", _mentioning(stem)
    elif file.startswith("snippets/results/"):
        yield "quick", [f"{MEASURED}[{stem}]"]
        yield (
            "quick",
            ["tests/claims/test_claims.py", "tests/pages/test_figures.py", *_mentioning(stem)],
        )
    elif file.startswith("snippets/recipes/"):
        yield (
            "quick",
            [
                "tests/doctor/test_doctor.py",
                "tests/doctor/test_reader.py",
                "tests/doctor/test_doctor_benchmark.py",
            ],
        )
        yield from (
            ("quick", [f"{MEASURED}[{name}]"]) for name in ("doctor_limits", "doctor_benchmark")
        )
        yield "site", ["tests/doctor/test_reader.py"]
    elif file.startswith("docs/assets/javascripts/"):
        named = next(
            tests
            for start, tests in LAB.items()
            if f"{'doctor' if '/doctor/' in file else stem}".startswith(start)
        )
        yield from (("quick", [_find(name)]) for name in named if name != "gradient_lab")
        if "/doctor/" not in file:
            yield from (
                ("quick", [f"{MEASURED}[{name}]"])
                for name in ("lab_presets", "recurrent_lab", "lab_parity")
            )
        yield "site", list(map(_find, named))
    elif file.startswith("snippets/weave/"):
        near = _mentioning(stem)  # those that name the module first
        names = sorted(map(_find, WEAVER), key=lambda name: name not in near)
        yield from (("quick", [name]) for name in names)
        yield "site", names
    else:
        yield (
            "quick",
            [
                "tests/pages/test_prose.py",
                "tests/pages/test_about.py",
                "tests/numbers/test_coverage.py",
                file,
            ],
        )


def _find(name: str) -> str:
    """The file of the tests called so, whatever room it is in."""
    return next((ROOT / "tests").rglob(f"test_{name}.py")).relative_to(ROOT).as_posix()


def _function(mutation: Mutation) -> str:
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    return next(
        n.name
        for n in ast.parse(text).body
        if isinstance(n, ast.FunctionDef) and n.lineno <= mutation.line <= n.end_lineno
    )


def _measuring(stem: str) -> list[str]:
    """The experiments that use a module of theirs, itself among them."""
    found, before = {stem}, set()
    folder = ROOT / "snippets" / "experiments"
    while found != before:
        before = set(found)
        for path in folder.glob("*.py"):
            if any(
                re.search(
                    rf"\b(?:experiments\.{name}|experiments import [^\n]*\b{name})\b",
                    path.read_text(encoding="utf-8"),
                )
                for name in before
                if name.startswith("_") or name == stem
            ):
                found.add(path.stem)
    return [name for name in experiments() if name in found]


def _mentioning(stem: str) -> list[str]:
    tests = sorted((ROOT / "tests").rglob("test_*.py"))
    named = [
        p.relative_to(ROOT).as_posix()
        for p in tests
        if re.search(rf"\b{stem}\b", p.read_text(encoding="utf-8"))
    ]
    return [name for name in named if name != "tests/numbers/test_measurements.py"]


class Copy:
    """A copy of the checkout in which one thing at a time is broken; a context manager."""

    def __enter__(self) -> Copy:
        self.folder = tempfile.TemporaryDirectory(prefix="mutations-")
        self.root = Path(self.folder.name) / "copy"
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        for name in (n for n in listed.stdout.decode().split("\0") if n and (ROOT / n).exists()):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.root / name)
        if (ROOT / ".cache" / "figures").exists():
            shutil.copytree(ROOT / ".cache" / "figures", self.root / ".cache" / "figures")
        self.fresh, self.warm = self._host(), self._host(str(self.root))
        return self

    def _host(self, *roots: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("host.py")), *roots],
            cwd=self.root,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __exit__(self, *_) -> None:
        for host in (self.fresh, self.warm):
            host.stdin.close()
            host.wait(timeout=60)
            host.stdout.close()
        self.folder.cleanup()

    def run(self, what: str, names: list[str], warm: bool = False) -> dict:
        """One step: what failed first, or nothing. `warm` where what is changed is read, not run, by the weaver."""
        host = self.warm if warm else self.fresh
        print(
            json.dumps({"root": str(self.root), "what": what, "names": names, "seconds": LIMIT}),
            file=host.stdin,
            flush=True,
        )
        return json.loads(host.stdout.readline())

    def refuse(self, verdicts: list[Verdict]) -> str:
        """What fails without any mutation: then nothing it noticed would count."""
        tests = {
            sort: sorted({v.what for v in verdicts if v.sort == sort and "::" in v.what})
            for sort in ("quick", "site")
        }
        rounds = [("check", []), *((sort, names) for sort, names in tests.items() if names)]
        return next(filter(None, (self.run(what, names)["failed"] for what, names in rounds)), "")

    def judge(self, mutation: Mutation) -> Verdict:
        """Make the change, take the steps until one notices, and put the file back."""
        path = self.root / mutation.file
        read = path.suffix != ".py" or path.is_relative_to(self.root / "snippets" / "blocks")
        kept = path.read_bytes()
        path.write_bytes(mutation.apply(kept.decode("utf-8")).encode("utf-8"))
        try:
            for what, names in steps(mutation):
                failed = self.run(what, names, warm=read and what == "check")["failed"]
                if failed:
                    return Verdict(
                        "check" if what == "check" else "test",
                        failed.replace(f"{self.root}/", ""),
                        what,
                    )
            return Verdict("", "")
        finally:
            path.write_bytes(kept)
