"""Notebooks as pages: a lab becomes Markdown of this site, so that the same extensions, checks and styles serve it.

mkdocs-jupyter makes a page of each notebook, through the empty templates in lab/; the hook gives it what `as_markdown` returns.
"""

from __future__ import annotations

import base64
import io
import re
import struct
from pathlib import Path

import yaml
from PIL import Image

from snippets import notebook as notebooks
from snippets.notebook import FOLD, joined, outputs
from snippets.weave.check.numerals import numerals
from snippets.weave.numbers.marks import FENCE
from snippets.weave.pages.weaving import Fault

TEMPLATES = Path(__file__).parent / "lab"
TEXTS = ("stdout", "text/plain")
COLORS = 32
DOWNLOADS = "code/labs"
KINDS = (("Notebook", "ipynb"), ("Script", "py"))
Place = tuple[int, int]  # index of a cell, line of its source


def as_markdown(notebook: dict, name: str) -> str:
    """The page of a lab in this site's Markdown, front matter first."""
    return "\n".join(text for text, _ in _lines(notebook, name)) + "\n"


def _lines(notebook: dict, name: str) -> list[tuple[str, Place | None]]:
    """Every line of the page, with the place it was written in."""
    front = {k: notebook["metadata"][k] for k in ("title", "description", "given") if k in notebook["metadata"]}
    head = yaml.safe_dump(dict(front), allow_unicode=True, width=9999).splitlines()
    lines: list[tuple[str, Place | None]] = [(row, None) for row in ("---", *head, "---", "")]
    for at, cell in enumerate(notebook["cells"]):
        source = list(enumerate(joined(cell["source"]).split("\n")))
        if cell["cell_type"] == "markdown":
            lines += _prose(source, at, name)
        elif cell["cell_type"] == "code":
            lines += _code(cell, source, at, name)
    return lines


def _prose(source: list[tuple[int, str]], at: int, name: str) -> list[tuple[str, Place | None]]:
    """A cell of text as it stands; under the title, its first paragraph leads and the downloads follow."""
    lines: list[tuple[str, Place | None]] = [(text, (at, number)) for number, text in source] + [("", None)]
    if not source[0][1].startswith("# "):
        return lines
    end = next(i for i, (text, _) in enumerate(lines) if i > 1 and lines[i - 1][0] and not text)
    offered = " ".join(f'[{label}](../{DOWNLOADS}/{name}.{kind}){{download="{name}.{kind}"}}' for label, kind in KINDS)
    return [*lines[:end], ("{.lead}", None), ("", None), (offered, None), ("{.block__get}", None), *lines[end:]]


def _code(cell: dict, source: list[tuple[int, str]], at: int, name: str) -> list[tuple[str, Place | None]]:
    """A cell of code with what it put out, folded where it is a solution."""
    shown = [(text, (at, number)) for number, text in source]
    lines: list[tuple[str, Place | None]] = [("```python", None), *shown, ("```", None), ("", None)]
    drawn = 0
    for output in outputs(cell):
        text = next((output[kind] for kind in TEXTS if kind in output), None)
        if text is not None:
            lines += [(row, None) for row in ("```text", *text.rstrip("\n").split("\n"), "```", "")]
        elif "image/png" in output:
            width, height = _size(output["image/png"])
            alt, picture = cell["metadata"].get("alt", ""), _image(cell, drawn)
            lines += [(f"![{alt}]({name}/{picture}){{.lab-plot loading=lazy width={width} height={height}}}", (at, 0)), ("", None)]
            drawn += 1
    if FOLD not in cell["metadata"].get("tags", []):
        return lines
    return [('??? question "Solution"', None), *((f"    {text}" if text else "", place) for text, place in lines)]


def _image(cell: dict, number: int) -> str:
    return f"{cell['id']}{f'-{number + 1}' if number else ''}.png"


def _size(encoded: str) -> tuple[int, int]:
    """Width and height of a PNG as its head gives them."""
    return struct.unpack(">II", base64.b64decode(encoded)[16:24])


def pictures(notebook: dict) -> dict[str, str]:
    """The pictures of a lab by file name, as they stand in the notebook."""
    found = {}
    for cell in notebook["cells"]:
        pngs = [output["image/png"] for output in outputs(cell) if "image/png" in output]
        found |= {_image(cell, number): png for number, png in enumerate(pngs)}
    return found


def small(encoded: str) -> bytes:
    """A picture in as many colors as a chart needs: a third of the bytes."""
    image, scrap = Image.open(io.BytesIO(base64.b64decode(encoded))), io.BytesIO()
    image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(scrap, "PNG", optimize=True)
    return scrap.getvalue()


def as_script(notebook: dict) -> bytes:
    """The lab as one Python file; its text stands in comments, in the form that editors show as cells."""
    parts = []
    for cell in notebook["cells"]:
        source = joined(cell["source"])
        if cell["cell_type"] == "code":
            parts.append(f"# %%\n{source}\n")
        else:
            parts.append("# %% [markdown]\n" + "".join(f"# {line}".rstrip() + "\n" for line in source.split("\n")))
    return "\n".join(parts).encode()


# ---------- checks ----------

def check(path: Path, notebook: dict) -> list[Fault]:
    """Faults that only a notebook can have: an old or failed run, an output that no page can show, text that no check would read."""
    where = Lines(path, notebook)
    faults = [fault for at, cell in enumerate(notebook["cells"]) for fault in _cell_faults(cell, at, where)]
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if notebook["metadata"].get("ran", {}).get("seal") != notebooks.fingerprint(notebook):
        faults.append(Fault(path, 1, f"the code or an output changed since the lab ran; run `make measure ONLY=labs/{path.stem}`"))
    elif counts != list(range(1, len(counts) + 1)):
        faults.append(Fault(path, 1, f"the cells ran in the order {counts}; run `make measure ONLY=labs/{path.stem}`"))
    return faults


def _cell_faults(cell: dict, at: int, where: Lines) -> list[Fault]:
    faults = []
    if extra := sorted(set(cell["metadata"]) - set(notebooks.CELL_METADATA)):
        faults.append(where.fault(at, 0, f"keeps {', '.join(extra)} in its metadata; run the lab again, or remove it"))
    if cell["cell_type"] == "markdown":
        for number, line in enumerate(joined(cell["source"]).split("\n")):
            if (fence := FENCE.match(line)) and fence["info"].strip() == "python":
                faults.append(where.fault(at, number, "shows Python that is not run; make it a cell of code"))
            if "<data" in line:
                faults.append(where.fault(at, number, "quotes a number; a lab's text quotes no results, its outputs hold them"))
        return faults
    for output in outputs(cell):
        kind = next((k for k in (*TEXTS, "image/png") if k in output), "")
        if not kind:
            said = next(iter(output.values())).strip().splitlines()[-1:] or [""]
            faults.append(where.fault(at, 0, f"puts out {', '.join(output)}, which a page can't show: {said[0]}"))
        alt = cell["metadata"].get("alt", "")
        if kind == "image/png" and (not alt.strip() or numerals(alt)):
            faults.append(where.fault(at, 0, "draws a picture; say what it shows in the cell's metadata, as `alt`, without numbers"))
    return faults


class Lines:
    """Where the lines of a lab's page stand in the notebook's file."""

    def __init__(self, path: Path, notebook: dict):
        self.path, self.notebook = path, notebook
        rows = path.read_text(encoding="utf-8").splitlines()
        self.starts = [i + 2 for i, row in enumerate(rows) if re.fullmatch(r'\s*"source": \[\]?,?', row)]
        self.places = [place for _, place in _lines(notebook, path.stem)]

    def fault(self, at: int, line: int, message: str) -> Fault:
        """A fault on one line of one cell."""
        start = self.starts[at] if len(self.starts) == len(self.notebook["cells"]) else 1
        return Fault(self.path, start + line, f"the cell `{self.notebook['cells'][at]['id']}`: {message}")

    def moved(self, fault: Fault) -> Fault:
        """A fault found on the page's Markdown, with the line and the cell to mend."""
        place = self.places[fault.line - 1] if fault.line <= len(self.places) else None
        return self.fault(*place, fault.message) if place else Fault(self.path, 1, fault.message)
