"""MkDocs hook: pages are woven in memory at each build, and the files a page links to are put beside it."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from mkdocs.exceptions import Abort
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.utils.meta import get_data

from snippets import ipynb
from snippets.measurement import ROOT, Bad
from snippets.weave import publish
from snippets.weave.check.notebooks import check as check_notebook
from snippets.weave.check.numerals import check_formulas
from snippets.weave.numbers import book as books
from snippets.weave.pages import notebooks
from snippets.weave.pages.weaving import read_page, weave
from snippets.weave.publish import feed
from snippets.weave.site import emitted, frames, policy, search, style_sheets

log = logging.getLogger("mkdocs.hooks.weave")
serving = False
places: dict[str, str] = {}  # of each page, from its file under docs/ to its HTML under the site


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether a person is editing."""
    global serving
    serving = command == "serve"
    if serving:  # what Python keeps of an edited figure would lie in a folder that is watched, and build again
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for the processes that draw


def on_config(config):
    """Take the addresses from the environment when they are given there; let the index wait for a search."""
    if not config.repo_url:
        config.edit_uri = ""
    config.extra["search_worker"] = search.WORKER if search.waits_for_search(config) else ""
    return config


def on_files(files, config):
    """Add what the pages link to: code, drawn figures, data."""
    global places
    try:
        for uri, content in emitted.list_files(
            books.load(ROOT, drafting=serving), config.site_url or ""
        ):
            files.append(
                File.generated(config, uri, content=content, inclusion=InclusionLevel.NOT_IN_NAV)
            )
        places = {file.src_uri: file.dest_uri for file in files.documentation_pages()}
    except Bad as bad:
        raise Abort(str(bad)) from bad
    return files


def on_pre_page(page, config, files):
    """Of a notebook mkdocs-jupyter makes a page; what stands on it is this site's Markdown, rendered as on any other."""
    page.__dict__.pop("render", None)
    return page


def on_page_markdown(markdown: str, page, config, files) -> str:
    """Weave the page as the sources stand now; say so when the file on disk is older."""
    page.update_date = feed.find_last_change(ROOT)  # for the sitemap
    page.meta.setdefault("search", search.rank(page.file.src_uri))
    path = Path(page.file.abs_src_path)
    if path.suffix == ".ipynb":
        return _notebook(path, page)
    text = read_page(path)
    try:
        woven = weave(path, text, books.get_loaded(ROOT))
        faults = woven.faults + check_formulas(path, woven.text)
    except Bad as bad:
        raise Abort(str(bad)) from bad
    if faults:
        raise Abort("\n".join(map(str, faults)))
    if woven.text != text:
        (log.info if serving else log.warning)(
            f"{page.file.src_uri} on disk is older than its sources: run `make weave`"
        )
    return get_data(frames.put_address(woven.text, config.site_url or ""))[0]


def _notebook(path: Path, page) -> str:
    """A notebook as Markdown, with its own title and description; its faults are told."""
    try:
        notebook = ipynb.read(path)
        text = notebooks.as_markdown(notebook, path.stem)
        faults = check_notebook(path, notebook) + check_formulas(path, text)
    except Bad as bad:
        raise Abort(str(bad)) from bad
    for fault in faults:
        (log.info if serving else log.warning)(str(fault))
    markdown, page.meta = get_data(text)
    page.meta.setdefault("search", search.rank(page.file.src_uri))
    return markdown


def on_page_content(html: str, page, config, files) -> str:
    """Keep code, pictures and formulas out of the search."""
    return search.leave_out(html)


def on_post_build(config) -> None:
    """Part the search index that the plugins wrote; complete the site for sharing, following and programs.

    The theme's sheets lose what no page needs, and every page gets its policy.
    """
    if config.extra["search_worker"]:
        search.split(Path(config.site_dir))
    if serving:  # and only edits
        return
    try:
        publish.finish(Path(config.site_dir), books.get_loaded(ROOT), places, config.site_url or "")
        style_sheets.trim(Path(config.site_dir))
        policy.apply(Path(config.site_dir))
    except Bad as bad:
        raise Abort(str(bad)) from bad


def on_post_page(output: str, page, config) -> str:
    """Material says the direction of its body alone."""
    return output.replace('<html lang="en"', '<html lang="en" dir="ltr"', 1)


def on_post_template(output_content: str, template_name: str, config) -> str:
    """The page of lost addresses is a page as well."""
    return (
        on_post_page(output_content, None, config)
        if template_name.endswith(".html")
        else output_content
    )


def on_serve(server, config, builder):
    """Watch what pages are made of, besides docs/."""
    for part in ("results", "figures", "tables", "blocks", "recipes"):
        if (ROOT / "snippets" / part).exists():
            server.watch(os.fspath(ROOT / "snippets" / part))
    return server
