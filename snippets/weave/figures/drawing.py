"""Draws figures and strips from committed results, once for every change of script, style or results."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import os
import re
import xml.etree.ElementTree as ET
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from snippets.measurement import SCRATCH, Bad, write_atomically
from snippets.weave.figures.loading import (
    CITED,
    describe_strip,
    fill,
    import_fresh,
    load_figure,
    load_table,
)
from snippets.weave.figures.thinning import shorten, thin
from snippets.weave.numbers.book import Book, load, strip_marks

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
KINDS = ("inline", "svg", "png", "csv")
KEPT = {
    "stroke-width",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
    "text-anchor",
    "font-size",
    "font-weight",
    "font-style",
}
FEW = 3  # figures; to draw as many takes as long as to start a process that draws
FADE = ("s0", "v1", "v2", "v3", "v4", "v5", "v6")  # from full signal to paper, two decades apart
FLARE = ("s0", "f1", "f2", "f3", "f4", "f5", "f6")  # one decade apart


class Measured(dict):
    """The measurements of one experiment, by key; a missing key names the nearest."""

    def __init__(self, name: str, book: Book):
        super().__init__(book.results[name].measurements)
        self.name, self.book = name, book

    def __missing__(self, key):
        self.book.number(f"{self.name}.{key}")
        raise Bad(f"unknown key `{self.name}.{key}`")


def draw_figure(name: str, kind: str, book: Book) -> bytes:
    """A figure as 'inline' SVG (follows the page's scheme), 'svg', 'png' or 'csv'; from the cache when nothing changed."""
    module = load_figure(name, book)
    kept = _kept(name, kind, module, book)
    if not kept.exists():
        made = _csv(module, book).encode() if kind == "csv" else _draw(name, kind, module, book)
        write_atomically(kept, made)
    return kept.read_bytes()


def draw_changed(names: list[str], book: Book) -> None:
    """Put every kind of the figures that changed into the cache, on all cores when there are many."""
    due = [
        name
        for name in names
        if not all(_kept(name, kind, load_figure(name, book), book).exists() for kind in KINDS)
    ]
    if len(due) > FEW:
        with ProcessPoolExecutor(min(len(due), os.cpu_count() or 1), get_context("spawn")) as pool:
            list(pool.map(_draw_kinds, due, repeat(book.root), repeat(book.drafting), chunksize=4))


def _draw_kinds(name: str, root: Path, drafting: bool) -> None:
    for kind in KINDS:
        draw_figure(name, kind, load(root, drafting))


def _kept(name: str, kind: str, module, book: Book) -> Path:
    return SCRATCH / "figures" / f"{name}-{_state(module, book)}.{kind}"


def _state(module, book: Book) -> str:
    style = [p for p in sorted((book.snippets / "figures" / "style").iterdir()) if p.is_file()]
    ours = (Path(__file__), Path(__file__).with_name("thinning.py"))
    files = [
        Path(module.__file__),
        *ours,
        *style,
        *(book.snippets / "results" / f"{r}.json" for r in module.RESULTS),
    ]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _draw(name: str, kind: str, module, book: Book) -> bytes:
    os.environ.setdefault("MPLCONFIGDIR", str(SCRATCH / "matplotlib"))
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    style = import_fresh("snippets.figures.style")
    with plt.rc_context():
        style.use()
        plt.rcParams["svg.fonttype"] = "none" if kind == "inline" else "path"
        plt.rcParams["svg.hashsalt"] = name
        figure, axes = plt.subplots()
        try:
            module.draw(_results(module, book), axes)
            buffer = io.BytesIO()
            if kind == "png":
                figure.savefig(buffer, format="png", metadata={"Software": None})
            else:
                figure.savefig(
                    buffer,
                    format="svg",
                    transparent=kind == "inline",
                    metadata={"Date": None, "Creator": None},
                )
        finally:
            plt.close(figure)
    return (
        _inlined(buffer.getvalue(), name, style.TOKENS) if kind == "inline" else buffer.getvalue()
    )


def _results(module, book: Book) -> dict[str, Measured]:
    missing = [r for r in module.RESULTS if r not in book.results]
    if missing:
        raise Bad(
            f"{module.__name__.replace('.', '/')}.py:1: there are no results {', '.join(missing)}; run `make measure`"
        )
    return {r: Measured(r, book) for r in module.RESULTS}


def _csv(module, book: Book) -> str:
    header, rows = module.data(_results(module, book))
    return _rows_as_csv(header, rows)


def write_table(name: str, book: Book) -> bytes:
    """A table as CSV, each cell its plain words."""
    _, header, rows = load_table(name, book)
    cited = [[CITED.sub(lambda m: book.short(m[1]), cell) for cell in row] for row in rows]
    return _rows_as_csv(
        [strip_marks(cell) for cell in header],
        [[strip_marks(cell) for cell in row] for row in cited],
    ).encode()


def _rows_as_csv(header, rows) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


# ---------- one SVG for both schemes ----------


def _inlined(svg: bytes, name: str, tokens: dict[str, str]) -> bytes:
    """Turn Matplotlib's SVG into one that takes its colors and its face from the page's style sheet."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(svg)
    for defs in root.findall(f"{{{SVG}}}defs"):
        if defs.find(f"{{{SVG}}}style") is not None:
            root.remove(defs)
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    ids = {
        e.get("id"): f"{name}-{i}"
        for i, e in enumerate(root.iter())
        if e.get("id") and _is_used(e.get("id"), svg)
    }
    for element in root.iter():
        _restyle(element, name, ids, tokens)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    root.set("class", "fig__svg")
    thin(root)
    text = ET.tostring(root, encoding="unicode")
    text = re.sub(
        r'(?<=[\s"ML,(])(-?\d+\.\d{2,})(?=[\s"LQCMz,)])',
        lambda m: f"{float(m[1]):.1f}".removesuffix(".0"),
        text,
    )
    text = re.sub(r">\s+<", "><", shorten(text))
    return re.sub(r"\s*\n\s*", " ", text).strip().encode()


def _is_used(identity: str, svg: bytes) -> bool:
    return f"#{identity})".encode() in svg or f'"#{identity}"'.encode() in svg


def _restyle(element, name: str, ids: dict[str, str], tokens: dict[str, str]) -> None:
    identity = element.attrib.pop("id", None)
    if identity in ids:
        element.set("id", ids[identity])
    if f"{{{XLINK}}}href" in element.attrib:
        element.set(
            f"{{{XLINK}}}href", "#" + ids[element.get(f"{{{XLINK}}}href")[1:]]
        )  # Material's instant navigation writes to href
    if "clip-path" in element.attrib:
        element.set(
            "clip-path", re.sub(r"#(\w+)", lambda m: "#" + ids[m[1]], element.get("clip-path"))
        )
    classes = []
    for prop, value in _declarations(element.attrib.pop("style", "")):
        if prop in ("fill", "stroke"):
            if value == "none":
                element.set(prop, "none")
            else:
                classes.append(f"{prop[0]}-{_token(value, name, tokens)}")
        elif prop == "font":
            element.set("font-size", re.search(r"([\d.]+)px", value)[1])
            if "600" in value or "bold" in value:
                element.set("font-weight", "600")
        elif prop in KEPT:
            element.set(prop, value)
    if element.tag == f"{{{SVG}}}text" and not any(c.startswith("f-") for c in classes):
        classes.append("f-ink")
    if classes:
        element.set("class", " ".join(classes))


def _declarations(style: str) -> list[tuple[str, str]]:
    return [
        (p.strip(), v.strip())
        for p, _, v in (d.partition(":") for d in style.split(";") if d.strip())
    ]


def _token(color: str, name: str, tokens: dict[str, str]) -> str:
    by_hex = {k.lower().lstrip("#"): v.removeprefix("--") for k, v in tokens.items()}
    if color.lower().lstrip("#") not in by_hex:
        raise Bad(
            f"snippets/figures/{name}.py:1: draws in {color}, none of the site's colors; take one from snippets.figures.style"
        )
    return by_hex[color.lower().lstrip("#")]


def inline_figure(name: str, alternative: str, book: Book) -> str:
    """The inline SVG of a figure with its text alternative."""
    svg = draw_figure(name, "inline", book).decode()
    return svg.replace(
        "<svg ",
        f'<svg role="img" aria-label="{_attribute(alternative)}" data-search-exclude="" ',
        1,
    )


def describe_figure(name: str, book: Book) -> str:
    """The text alternative of a figure with its numbers filled in."""
    return fill(load_figure(name, book).ALT, book, tagged=False)


# ---------- strips ----------


def draw_strip(key: str, alternative: str, book: Book) -> str:
    """A strip of measured layers: one column per layer, paler and thinner as the signal fades, taller and hotter as it grows."""
    describe_strip(key, book)
    source, _, name = key.partition(".")
    values = book.results[source].measurements[name].value
    columns = []
    for i, value in enumerate(values):
        decades = math.log10(value / values[-1]) if value > 0 else -99.0
        share, height, color = _column(decades)
        x, y = 10 * i + 5 - share * 3.6, 20 - height
        columns.append(
            f'<rect x="{x:.2f}" y="{y:.1f}" width="{share * 7.2:.2f}" height="{height:.1f}" '
            f'style="fill:{color};--i:{len(values) - 1 - i}"/>'
        )
    width = 10 * len(values)
    return (
        f'<svg class="strip" role="img" aria-label="{_attribute(alternative)}" viewBox="0 0 {width} 20" preserveAspectRatio="none" '
        f'data-search-exclude=""><g>{"".join(columns)}</g><path class="base" d="M0 20H{width}"/></svg>'
    )


def _column(decades: float) -> tuple[float, float, str]:
    """Width share, height and color of a column that holds 10^decades of the signal at the loss."""
    if decades < 0:
        faded = max(decades, -12.0)
        return (0.16 + 0.84 * (1 + faded / 12)), 20.0, _between(FADE, -faded / 2)
    grown = min(decades, 6.0)
    return 1.0, 20.0 * (1 + min(grown, 5.0) / 5), _between(FLARE, grown)


def _between(stops: tuple[str, ...], place: float) -> str:
    low = min(int(place), len(stops) - 1)
    rest = place - low
    if rest < 0.005 or low == len(stops) - 1:
        return f"var(--{stops[low]})"
    return (
        f"color-mix(in oklab,var(--{stops[low]}) {100 * (1 - rest):.0f}%,var(--{stops[low + 1]}))"
    )


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
