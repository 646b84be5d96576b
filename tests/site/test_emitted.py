"""What the build puts on the site: all that is declared, nothing besides, and no link to anything else."""

import re
from pathlib import Path

from snippets.measurement import ROOT
from snippets.weave.check import checking
from snippets.weave.numbers.book import load
from snippets.weave.publish import outline, plain
from snippets.weave.site import addresses, emitted

# files of the theme and of the plugins, which they name themselves
THEIRS = re.compile(
    r"assets/(images/favicon\.png|javascripts/(bundle\.|lunr/|workers/)|stylesheets/(main|palette)\.)"
    r"|search/|sitemap\.xml|404\.html"
)


def test_the_site_holds_what_is_declared_and_nothing_else(site):
    """Pages with their Markdown beside them, what stands under docs/, what `declare` names, and what leads on."""
    pages = {plain.directory(uri) for uri in outline.list_pages(ROOT)}
    ours = {
        path.relative_to(ROOT / "docs").as_posix()
        for path in outline.list_published(ROOT)
        if path.suffix not in (".md", ".ipynb")
    }
    made = emitted.declare(load(ROOT))
    expected = {
        *pages,
        *map(plain.beside, pages),
        plain.LLMS,
        *ours,
        *made,
        *addresses.lead_on(ROOT / "docs", made),
    }
    there = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert (
        sorted(expected - there) == []
        and sorted(name for name in there - expected if not THEIRS.match(name)) == []
    )


def test_to_declare_a_file_draws_none(monkeypatch):
    """The checks need the names alone."""
    monkeypatch.setattr(Path, "write_bytes", None)
    monkeypatch.setattr("snippets.weave.figures.drawing._draw", None)
    assert len(emitted.declare(load(ROOT))) > 400


def test_what_is_declared_is_what_links_may_lead_to(tmp_path):
    """A file that the build would no longer make is missed by the check of every page that links to it."""
    page = ROOT / "docs/fix/clipping.md"
    made = set(emitted.declare(load(ROOT)))
    woven = {page: checking.check_page(page, load(ROOT))[0]}
    linked = re.findall(r"\]\(\.\./(code/\S+?\.py)\)", woven[page].text)
    assert linked and checking._links(ROOT, woven, made) == []
    told = [fault.message for fault in checking._links(ROOT, woven, made - {linked[0]})]
    assert told and all(f"`../{linked[0]}` leads nowhere" in message for message in told)
