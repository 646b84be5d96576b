"""MkDocs hook: pages are woven in memory at each build, and the files a page links to are put beside it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from mkdocs.exceptions import Abort
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.utils.meta import get_data

from snippets.measurement import ROOT, Bad
from snippets.weave import book as books
from snippets.weave import drawing, ledger
from snippets.weave.lint import check_formulas
from snippets.weave.pages import read_page, weave

log = logging.getLogger("mkdocs.hooks.weave")
serving = False
COPIED = ("blocks", "recipes", "experiments", "figures", "tables", "measurement.py", "measure.py")


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether a person is editing."""
    global serving
    serving = command == "serve"


def on_config(config):
    """Take the addresses from the environment when they are given there."""
    if not config.repo_url:
        config.edit_uri = ""
    return config


def on_files(files, config):
    """Add what the pages link to: code, drawn figures, data."""
    try:
        book = books.load(ROOT, drafting=serving)
        figures = sorted(p.stem for p in (ROOT / "snippets" / "figures").glob("[!_]*.py"))
        drawing.draw_changed(figures, book)
        for name in figures:
            for kind in ("svg", "png", "csv"):
                files.append(_generated(config, f"figures/{name}.{kind}", drawing.drawn(name, kind, book)))
        for name in sorted(p.stem for p in (ROOT / "snippets" / "tables").glob("[!_]*.py")):
            files.append(_generated(config, f"tables/{name}.csv", drawing.table_csv(name, book).encode()))
        files.append(_generated(config, ledger.PATHS["json"], ledger.as_json(book)))
        files.append(_generated(config, ledger.PATHS["csv"], ledger.as_csv(book)))
    except Bad as bad:
        raise Abort(str(bad)) from bad
    for part in COPIED:
        place = ROOT / "snippets" / part
        for path in sorted([place] if place.is_file() else place.rglob("*")):
            if path.suffix in (".py", ".js") and path.name != "__init__.py":
                files.append(_generated(config, f"code/{path.relative_to(ROOT / 'snippets').as_posix()}", path.read_bytes()))
    return files


def _generated(config, uri: str, content: bytes) -> File:
    return File.generated(config, uri, content=content, inclusion=InclusionLevel.NOT_IN_NAV)


def on_page_markdown(markdown: str, page, config, files) -> str:
    """Weave the page as the sources stand now; say so when the file on disk is older."""
    path = Path(page.file.abs_src_path)
    text = read_page(path)
    try:
        woven = weave(path, text, books.current(ROOT))
        faults = woven.faults + check_formulas(path, woven.text)
    except Bad as bad:
        raise Abort(str(bad)) from bad
    if faults:
        raise Abort("\n".join(map(str, faults)))
    if woven.text != text:
        (log.info if serving else log.warning)(f"{page.file.src_uri} on disk is older than its sources: run `make weave`")
    return get_data(woven.text)[0]


def on_serve(server, config, builder):
    """Watch what pages are made of, besides docs/."""
    for part in ("results", "figures", "tables", "blocks", "recipes"):
        if (ROOT / "snippets" / part).exists():
            server.watch(os.fspath(ROOT / "snippets" / part))
    return server
