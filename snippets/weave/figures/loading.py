"""The scripts of figures and tables, loaded as they stand now, and their texts filled with numbers."""

from __future__ import annotations

import importlib
import re
import string
from pathlib import Path

from snippets.measurement import Bad
from snippets.weave.numbers.book import Book, name_nearest, strip_marks

CITED = re.compile(r"\[@([\w-]+)\]")  # how a table's script names a reference


def load_figure(name: str, book: Book):
    """The script of a figure, with its declared texts."""
    if not (book.snippets / "figures" / f"{name}.py").exists():
        raise Bad(
            f"unknown figure `{name}`; {name_nearest(name, (p.stem for p in (book.snippets / 'figures').glob('[!_]*.py')))}"
        )
    return import_fresh(f"snippets.figures.{name}", import_fresh("snippets.figures.style"))


def import_fresh(name: str, *bases):
    """Import a module, again when its file or one of its bases changed since: a served site follows its author's edits."""
    module = importlib.import_module(name)
    state = [Path(m.__file__).stat().st_mtime_ns for m in (module, *bases)]
    if getattr(module, "_state", state) != state:
        module = importlib.reload(module)
    module._state = state
    return module


def fill(template: str, book: Book, tagged: bool = True) -> str:
    """Replace {key} and {key:show} by quoted numbers, or by their bare text."""
    made = []
    for literal, key, show, _ in string.Formatter().parse(template):
        made.append(literal)
        if key is not None:
            number = book.number(key, show or "")
            made.append(number.tag(key, show or "") if tagged else number.text)
    return "".join(made)


def load_table(name: str, book: Book) -> tuple[str, list[str], list[list[str]]]:
    """Title, header and rows of a table, each cell Markdown with quoted numbers."""
    if not (book.snippets / "tables" / f"{name}.py").exists():
        raise Bad(
            f"unknown table `{name}`; {name_nearest(name, (p.stem for p in (book.snippets / 'tables').glob('[!_]*.py')))}"
        )
    module = import_fresh(f"snippets.tables.{name}")

    def quote(key: str, show: str = "") -> str:
        return book.number(key, show).tag(key, show)

    header, rows = module.rows(quote)
    for row in rows:
        if len(row) != len(header):
            raise Bad(
                f"snippets/tables/{name}.py:1: a row has {len(row)} cells, the header {len(header)}: {strip_marks(row[0])!r}"
            )
    return module.TITLE, header, rows


def describe_strip(key: str, book: Book) -> tuple[str, str]:
    """Text alternative and note of a strip of measured layers."""
    source, _, name = key.partition(".")
    found = book.results[source].measurements.get(name) if source in book.results else None
    if found is None or not isinstance(found.value, list):
        profiles = [
            f"{s}.{k}"
            for s, r in book.results.items()
            for k, m in r.measurements.items()
            if isinstance(m.value, list)
        ]
        raise Bad(f"unknown profile `{key}`; {name_nearest(key, profiles)}")
    return (
        f"A strip of {len(found.value)} layers, the loss on the right: {found.what}.",
        f"measured: {found.what}",
    )
