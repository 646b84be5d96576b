"""The files that a builder finds beside the pages: code, drawn figures, data, and what notebooks offer; the same for every builder.

Declared once: the build asks for the contents, the checks for the paths alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from snippets import ipynb
from snippets.weave import publish
from snippets.weave.figures import drawing
from snippets.weave.numbers.book import Book
from snippets.weave.pages import claims, differential, notebooks
from snippets.weave.site import addresses, digits, frames
from snippets.weave.site.doctor_rules import SCRIPT, write_rules

COPIED = (
    "blocks",
    "recipes",
    "experiments",
    "figures",
    "tables",
    "video",
    "measurement.py",
    "measure.py",
)
Made = tuple[str, Callable[[], bytes]]  # path under the site, and what makes the content


def list_files(book: Book, site_url: str) -> Iterator[tuple[str, bytes]]:
    """Path under the site and content of each; figures whose sources changed are drawn again."""
    made = declare(book, site_url)
    drawing.draw_changed(_named("figures", book), book)
    for path, make in {**made, **addresses.lead_on(book.docs, made)}.items():
        yield path, make()


def declare(book: Book, site_url: str = "") -> dict[str, Callable[[], bytes]]:
    """What stands beside the pages, by its path under the site; what has moved is not among it."""
    return dict(_declared(book, site_url))


def _declared(book: Book, site_url: str) -> Iterator[Made]:
    for name in _named("figures", book):
        for kind in ("svg", "png", "csv"):
            yield f"figures/{name}.{kind}", partial(drawing.draw_figure, name, kind, book)
    for name in _named("tables", book):
        yield f"tables/{name}.csv", partial(drawing.write_table, name, book)
    yield claims.PATHS["json"], partial(claims.as_json, book)
    yield claims.PATHS["csv"], partial(claims.as_csv, book)
    yield SCRIPT, partial(write_rules, book.snippets)
    yield differential.SCRIPT, partial(differential.write_script, book.differential)
    yield digits.SCRIPT, partial(digits.write_digits, book)
    for tag in frames.LABS:
        yield frames.path_of(tag), partial(frames.write_frame, tag, book)
    yield from publish.files(book, site_url)
    for path in ipynb.list_notebooks(book.root):
        yield from _of_notebook(path)
    yield from _code(book, site_url)


def _named(folder: str, book: Book) -> list[str]:
    return sorted(path.stem for path in (book.snippets / folder).glob("[!_]*.py"))


def _of_notebook(path: Path) -> Iterator[Made]:
    """The downloads and pictures of a notebook."""
    notebook = ipynb.read(path)
    yield f"{notebooks.DOWNLOADS}/{path.name}", path.read_bytes
    yield f"{notebooks.DOWNLOADS}/{path.stem}.py", partial(notebooks.as_script, notebook)
    for name, png in notebooks.read_pictures(notebook).items():
        yield f"notebooks/{path.stem}/{name}", partial(notebooks.shrink, png)


def _code(book: Book, site_url: str) -> Iterator[Made]:
    for part in COPIED:
        place = book.snippets / part
        for path in sorted([place] if place.is_file() else place.rglob("*")):
            if path.suffix in (".py", ".js") and path.name != "__init__.py":
                yield (
                    f"code/{path.relative_to(book.snippets).as_posix()}",
                    partial(_published, path, site_url),
                )


def _published(path: Path, site_url: str) -> bytes:
    """A file to download; a recipe knows the address of the site it comes from, where that is set."""
    if path.parent.name != "recipes":
        return path.read_bytes()
    return (
        path.read_text(encoding="utf-8").replace('\nSITE = ""', f'\nSITE = "{site_url}"').encode()
    )
