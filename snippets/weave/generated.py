"""The files that a builder finds beside the pages: code, drawn figures, data, and what labs offer; the same for every builder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from snippets import notebook as labs
from snippets.measurement import ROOT
from snippets.weave import addresses, digits, drawing, embed, ledger, notebooks, publish
from snippets.weave.book import Book
from snippets.weave.rules import SCRIPT, rules_script

COPIED = ("blocks", "recipes", "experiments", "figures", "tables", "video", "measurement.py", "measure.py")


def files(book: Book, site_url: str) -> Iterator[tuple[str, bytes]]:
    """Path under the site and content of each; figures whose sources changed are drawn again."""
    made = dict(_made(book, site_url))
    yield from made.items()
    yield from addresses.redirects(book.docs, made)


def _made(book: Book, site_url: str) -> Iterator[tuple[str, bytes]]:
    yield from _drawn(book)
    yield ledger.PATHS["json"], ledger.as_json(book)
    yield ledger.PATHS["csv"], ledger.as_csv(book)
    yield SCRIPT, rules_script(ROOT / "snippets")
    yield digits.SCRIPT, digits.digits_script(book)
    yield from embed.pages(book).items()
    yield from publish.files(book, site_url)
    for path in labs.labs(ROOT):
        yield from _of_lab(path)
    yield from _code(site_url)


def _drawn(book: Book) -> Iterator[tuple[str, bytes]]:
    figures = sorted(p.stem for p in (ROOT / "snippets" / "figures").glob("[!_]*.py"))
    drawing.draw_changed(figures, book)
    for name in figures:
        for kind in ("svg", "png", "csv"):
            yield f"figures/{name}.{kind}", drawing.drawn(name, kind, book)
    for name in sorted(p.stem for p in (ROOT / "snippets" / "tables").glob("[!_]*.py")):
        yield f"tables/{name}.csv", drawing.table_csv(name, book).encode()


def _of_lab(path: Path) -> Iterator[tuple[str, bytes]]:
    """The downloads and pictures of a lab."""
    lab = labs.read(path)
    yield f"{notebooks.DOWNLOADS}/{path.name}", path.read_bytes()
    yield f"{notebooks.DOWNLOADS}/{path.stem}.py", notebooks.as_script(lab).encode()
    for name, picture in notebooks.images(lab).items():
        yield f"labs/{path.stem}/{name}", picture


def _code(site_url: str) -> Iterator[tuple[str, bytes]]:
    for part in COPIED:
        place = ROOT / "snippets" / part
        for path in sorted([place] if place.is_file() else place.rglob("*")):
            if path.suffix in (".py", ".js") and path.name != "__init__.py":
                yield f"code/{path.relative_to(ROOT / 'snippets').as_posix()}", _published(path, site_url)


def _published(path: Path, site_url: str) -> bytes:
    """A file to download; a recipe knows the address of the site it comes from, where that is set."""
    if path.parent.name != "recipes":
        return path.read_bytes()
    return path.read_text(encoding="utf-8").replace('\nSITE = ""', f'\nSITE = "{site_url}"').encode()
