"""What only a notebook can have wrong: an old or failed run, an output that no page can show, text that no check would read."""

from __future__ import annotations

import re
from pathlib import Path

from snippets import ipynb
from snippets.ipynb import joined, outputs
from snippets.weave.check.numerals import find_numerals
from snippets.weave.numbers.marks import FENCE
from snippets.weave.pages.notebooks import TEXTS, place_lines
from snippets.weave.pages.weaving import Fault


def check(path: Path, notebook: dict) -> list[Fault]:
    """Faults that only a notebook can have: an old or failed run, an output that no page can show, text that no check would read."""
    where = Lines(path, notebook)
    faults = [
        fault
        for at, cell in enumerate(notebook["cells"])
        for fault in _cell_faults(cell, at, where)
    ]
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if notebook["metadata"].get("ran", {}).get("seal") != ipynb.fingerprint(notebook):
        faults.append(
            Fault(
                path,
                1,
                f"the code or an output changed since it ran; run `make measure ONLY=notebooks/{path.stem}`",
            )
        )
    elif counts != list(range(1, len(counts) + 1)):
        faults.append(
            Fault(
                path,
                1,
                f"the cells ran in the order {counts}; run `make measure ONLY=notebooks/{path.stem}`",
            )
        )
    return faults


def _cell_faults(cell: dict, at: int, where: Lines) -> list[Fault]:
    faults = []
    if extra := sorted(set(cell["metadata"]) - set(ipynb.CELL_METADATA)):
        faults.append(
            where.fault(
                at,
                0,
                f"keeps {', '.join(extra)} in its metadata; run the notebook again, or remove it",
            )
        )
    if cell["cell_type"] == "markdown":
        for number, line in enumerate(joined(cell["source"]).split("\n")):
            if (fence := FENCE.match(line)) and fence["info"].strip() == "python":
                faults.append(
                    where.fault(at, number, "shows Python that is not run; make it a cell of code")
                )
            if "<data" in line:
                faults.append(
                    where.fault(
                        at,
                        number,
                        "quotes a number; a notebook's text quotes no results, its outputs hold them",
                    )
                )
        return faults
    for output in outputs(cell):
        kind = next((k for k in (*TEXTS, "image/png") if k in output), "")
        if not kind:
            said = next(iter(output.values())).strip().splitlines()[-1:] or [""]
            faults.append(
                where.fault(
                    at, 0, f"puts out {', '.join(output)}, which a page can't show: {said[0]}"
                )
            )
        alt = cell["metadata"].get("alt", "")
        if kind == "image/png" and (not alt.strip() or find_numerals(alt)):
            faults.append(
                where.fault(
                    at,
                    0,
                    "draws a picture; say what it shows in the cell's metadata, as `alt`, without numbers",
                )
            )
    return faults


class Lines:
    """Where the lines of a notebook's page stand in the notebook's file."""

    def __init__(self, path: Path, notebook: dict):
        self.path, self.notebook = path, notebook
        rows = path.read_text(encoding="utf-8").splitlines()
        self.starts = [
            i + 2 for i, row in enumerate(rows) if re.fullmatch(r'\s*"source": \[\]?,?', row)
        ]
        self.places = [place for _, place in place_lines(notebook, path.stem)]

    def fault(self, at: int, line: int, message: str) -> Fault:
        """A fault on one line of one cell."""
        start = self.starts[at] if len(self.starts) == len(self.notebook["cells"]) else 1
        return Fault(
            self.path, start + line, f"the cell `{self.notebook['cells'][at]['id']}`: {message}"
        )

    def moved(self, fault: Fault) -> Fault:
        """A fault found on the page's Markdown, with the line and the cell to mend."""
        place = self.places[fault.line - 1] if fault.line <= len(self.places) else None
        return self.fault(*place, fault.message) if place else Fault(self.path, 1, fault.message)
