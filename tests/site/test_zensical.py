"""The site by Zensical beside the site by MkDocs: each page has the same headings, numbers, formulas and code."""

import inspect
import re
from pathlib import Path

import material.templates
import pytest
from bs4 import BeautifulSoup

from snippets.measurement import ROOT, Bad
from snippets.weave import zensical
from tests.conftest import REPO

PAGE = "understand/chain-rule/index.html"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def read_parts(html: str) -> dict[str, list[str]]:
    """What must be the same in a page, in the order in which it stands there."""
    page = BeautifulSoup(html, "html.parser")
    article = page.find("article") or page.body
    return {
        "headings": [f"{h.name} #{h.get('id')} {h.get_text()}" for h in article.find_all(HEADINGS)],
        "numbers": [f"{e['data-key']} {e['value']} {e.string}" for e in article.find_all("data")],
        "cards": [e.decode_contents() for e in article.find_all("template")],
        "formulas": [str(e) for e in article.find_all("math")],
        "code": [e.get_text() for e in article.find_all("pre")],
    }


def compare(ours: Path, theirs: Path) -> list[str]:
    """The pages that only one of them has, and the parts that differ."""
    pages = [{p.relative_to(s).as_posix(): p for p in s.rglob("*.html")} for s in (ours, theirs)]
    found = [f"{name}: only in one" for name in sorted(pages[0].keys() ^ pages[1].keys())]
    for name in sorted(pages[0].keys() & pages[1].keys()):
        before, after = (read_parts(site[name].read_text(encoding="utf-8")) for site in pages)
        found += [f"{name}: {part}" for part in before if before[part] != after[part]]
    return found


@pytest.fixture(scope="module")
def built(published, tmp_path_factory):
    """The site by Zensical as it would be published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", published.url)
        patch.setenv("REPO_URL", REPO)
        return zensical.build(ROOT, tmp_path_factory.mktemp("both") / "zensical")


def test_both_build_the_same_pages(built, published):
    assert compare(published.folder, built) == []


CHANGES = {
    "headings": ('<h2 id="', '<h2 id="x'),
    "numbers": ('data-key="deep_stack', 'data-key="deep_stock'),
    "cards": ('"kind":"measured"', '"kind":"cited"'),
    "formulas": ("<mi>W</mi>", "<mi>V</mi>"),
    "code": ("</code></pre>", "x</code></pre>"),
}


def test_a_changed_page_is_seen(built, tmp_path):
    text = (built / PAGE).read_text(encoding="utf-8")
    for site in ("ours", "theirs"):
        (tmp_path / site).mkdir()
    for part, (before, after) in CHANGES.items():
        assert before in text, part
        (tmp_path / "ours" / "x.html").write_text(text, encoding="utf-8")
        changed = text.replace(before, after, 1)
        (tmp_path / "theirs" / "x.html").write_text(changed, encoding="utf-8")
        assert f"x.html: {part}" in compare(tmp_path / "ours", tmp_path / "theirs")
    (tmp_path / "theirs" / "y.html").write_text(text, encoding="utf-8")
    assert "y.html: only in one" in compare(tmp_path / "ours", tmp_path / "theirs")


def test_a_plugin_that_would_be_left_out_is_refused(tmp_path):
    config = (
        (ROOT / "mkdocs.yml")
        .read_text(encoding="utf-8")
        .replace("plugins:\n", "plugins:\n  - unheard-of: {some: option}\n")
    )
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    with pytest.raises(
        Bad, match=r"mkdocs\.yml:\d+: Zensical would leave out the plugin unheard-of; "
    ):
        zensical.configuration(tmp_path)


def test_why_it_was_not_built_is_told(monkeypatch, capsys):
    def build(root, folder):
        raise Bad("the page is bad")

    monkeypatch.setattr(zensical, "build", build)
    assert zensical.main() == 1 and capsys.readouterr().err == "the page is bad\n"


def test_without_addresses_there_are_none(monkeypatch):
    for name in ("SITE_URL", "REPO_URL"):
        monkeypatch.delenv(name, raising=False)
    assert (
        zensical.configuration(ROOT)
        .keys()
        .isdisjoint({"site_url", "repo_url", "edit_uri", "hooks"})
    )


def test_a_stale_page_is_not_staged(checkout, tmp_path_factory):
    page = checkout / "docs/understand/index.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(
        text.replace('value="deep_stack.deep">100<', 'value="deep_stack.deep">101<'),
        encoding="utf-8",
    )
    with pytest.raises(Bad, match=r"understand/index\.md:1: on disk is older than its sources"):
        zensical.stage(checkout, tmp_path_factory.mktemp("stage"))


def test_the_day_that_the_theme_names_is_the_day_on_the_page():
    day = re.search(r"end of life on (\w+ \d+, \d{4})", inspect.getsource(material.templates))[1]
    assert day in (ROOT / "docs/about/maintaining.md").read_text(encoding="utf-8")
