"""MkDocs hook: pages are woven in memory at each build, and the files a page links to are put beside it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from mkdocs.exceptions import Abort
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils.meta import get_data
from mkdocs_jupyter.config import settings

from snippets import notebook as labs
from snippets.measurement import ROOT, Bad
from snippets.weave import book as books
from snippets.weave import digits, drawing, embed, ledger, notebooks
from snippets.weave.lint import check_formulas
from snippets.weave.pages import read_page, weave
from snippets.weave.rules import SCRIPT, rules_script

log = logging.getLogger("mkdocs.hooks.weave")
serving = False
COPIED = ("blocks", "recipes", "experiments", "figures", "tables", "video", "measurement.py", "measure.py")


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether a person is editing."""
    global serving
    serving = command == "serve"


def on_config(config):
    """Take the addresses from the environment when they are given there; tell mkdocs-jupyter how this site's pages are made."""
    if not config.repo_url:
        config.edit_uri = ""
    os.environ["JUPYTER_NO_CONFIG"] = "1"  # what is set up in someone's home decides nothing here
    settings.templates_dir = os.fspath(notebooks.TEMPLATES)
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
        files.append(_generated(config, SCRIPT, rules_script(ROOT / "snippets")))
        files.append(_generated(config, digits.SCRIPT, digits.digits_script(book)))
        for path, content in embed.pages().items():
            files.append(_generated(config, path, content))
        for path in labs.labs(ROOT):
            _add_lab(path, files, config)
    except Bad as bad:
        raise Abort(str(bad)) from bad
    for part in COPIED:
        place = ROOT / "snippets" / part
        for path in sorted([place] if place.is_file() else place.rglob("*")):
            if path.suffix in (".py", ".js") and path.name != "__init__.py":
                files.append(_generated(config, f"code/{path.relative_to(ROOT / 'snippets').as_posix()}", _published(path, config)))
    return files


def _published(path: Path, config) -> bytes:
    """A file to download; a recipe knows the address of the site it comes from, where that is set."""
    if path.parent.name != "recipes":
        return path.read_bytes()
    return path.read_text(encoding="utf-8").replace('\nSITE = ""', f'\nSITE = "{config.site_url or ""}"').encode()


def _add_lab(path: Path, files, config) -> None:
    """The downloads and pictures of a lab."""
    lab = labs.read(path)
    files.append(_generated(config, f"{notebooks.DOWNLOADS}/{path.name}", path.read_bytes()))
    files.append(_generated(config, f"{notebooks.DOWNLOADS}/{path.stem}.py", notebooks.as_script(lab).encode()))
    for name, picture in notebooks.images(lab).items():
        files.append(_generated(config, f"labs/{path.stem}/{name}", picture))


def _generated(config, uri: str, content: bytes) -> File:
    return File.generated(config, uri, content=content, inclusion=InclusionLevel.NOT_IN_NAV)


def on_page_markdown(markdown: str, page, config, files) -> str:
    """Weave the page as the sources stand now; say so when the file on disk is older."""
    path = Path(page.file.abs_src_path)
    if path.suffix == ".ipynb":
        return _lab(path, page)
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
    return get_data(woven.text)[0].replace(embed.PLACE, config.site_url or embed.PLACE)


def _lab(path: Path, page) -> str:
    """A lab's own title and description, and its faults; mkdocs-jupyter reads the notebook again to render it."""
    try:
        lab = labs.read(path)
        text = notebooks.as_markdown(lab, path.stem)
        faults = notebooks.check(path, lab) + check_formulas(path, text)
    except Bad as bad:
        raise Abort(str(bad)) from bad
    for fault in faults:
        (log.info if serving else log.warning)(str(fault))
    page.meta = get_data(text)[1]
    return text


def on_page_content(html: str, page, config, files) -> str:
    """A notebook's page is Markdown: render it as any other page, and let MkDocs check its links.

    What mkdocs-jupyter hands over is not used: nbconvert has read it as HTML, and a > in code has become an entity.
    """
    if not page.file.src_uri.endswith(".ipynb"):
        return html
    path = Path(page.file.abs_src_path)
    page.markdown = get_data(notebooks.as_markdown(labs.read(path), path.stem))[0]
    Page.render(page, config, files)
    return page.content


def on_serve(server, config, builder):
    """Watch what pages are made of, besides docs/."""
    for part in ("results", "figures", "tables", "blocks", "recipes"):
        if (ROOT / "snippets" / part).exists():
            server.watch(os.fspath(ROOT / "snippets" / part))
    return server
