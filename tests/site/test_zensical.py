"""The site by Zensical beside the site by MkDocs: what differs is on the list of differences, and what is on the list differs."""

import inspect
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

import material.templates
import pytest
from bs4 import BeautifulSoup

from snippets.measurement import ROOT, Bad
from snippets.weave import zensical
from snippets.weave.pages.differences import DIFFERENCES
from tests.conftest import REPO

HOME = "https://example.org/gradient/"
PAGE = "understand/chain-rule/index.html"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
URLS = ("href", "src", "data-poster")
# Files that only one of them has, or that differ, by the difference that they belong to.
FILES = {
    "theme": r"assets/javascripts/(bundle\.|lunr/|workers/|LICENSE)|assets/stylesheets/(main|palette|classic/|modern/)",
    "search": r"search/(?:search_index|whole)\.json|search\.json",
    "sitemap": r"sitemap\.xml(\.gz)?",
}


# ---------- what a page loses before it is compared: one function for each difference in pages, which returns what it took ----------


def cut(found) -> list[str]:
    """Take elements out."""
    return [str(element.extract()) for element in list(found)]


def theme(page, url):
    """Scripts and styles of the theme: by their address, or by what stands in them."""

    def its_own(element) -> bool:
        place = element.get("href") or element.get("src")
        return bool(
            re.search(FILES["theme"], place)
            if place
            else re.search("__md_|__tabbed_|__config|__palette", str(element))
        )

    return cut(
        element for element in page.find_all(["link", "script"]) if its_own(element)
    ) + hashes(page)


def hashes(page) -> list[str]:
    """What the page's policy says of inline scripts, which are the theme's and ours."""
    found = []
    for policy in page.find_all("meta", attrs={"http-equiv": "Content-Security-Policy"}):
        found += re.findall(r"'sha256-[^']*'", policy["content"])
        policy["content"] = re.sub(r" 'sha256-[^']*'", "", policy["content"])
    return found


def search_marks(page, url):
    """The attribute, not its element."""
    found = page.find_all(attrs={"data-search-exclude": True})
    for element in found:
        del element["data-search-exclude"]
    return [element.name for element in found]


def contents(page, url):
    """The titles of the lists of headings, and the spans that their entries are set in."""
    lists = page.find_all("nav", class_="md-nav--secondary")
    spans = [span for nav in lists for span in nav.find_all("span", class_="md-typeset")]
    for span in spans:
        span.unwrap()
    titles = [nav.attrs.pop("aria-label") for nav in lists] + cut(
        title for nav in lists for title in nav("label", class_="md-nav__title")
    )
    return titles + [span.name for span in spans]


def notebooks(page, url):
    """The links to the source of a notebook's page."""
    return (
        cut(a for p in page.find_all("p", class_="page-source") for a in p("a"))
        if "/notebooks/" in url
        else []
    )


PAGES = {
    "theme": theme,
    "generator": lambda page, url: cut(page.head.find_all("meta", attrs={"name": "generator"})),
    "search": lambda page, url: cut(
        box
        for d in page.find_all(attrs={"data-md-component": "search"})
        for box in d(True, recursive=False)
    ),
    "search-marks": search_marks,
    "skip": lambda page, url: cut(
        page.find_all("a", class_="md-skip") + page.find_all(id="__skip")
    ),
    "contents": contents,
    "notebooks": notebooks,
}


# ---------- what is compared ----------


def words(element) -> str:
    """Text with its white space evened."""
    return " ".join(element.get_text().split())


def resolved(element, url: str) -> dict:
    """The attributes of an element, with addresses made whole."""
    return {
        name: urljoin(url, value)
        if name in URLS
        else " ".join(value)
        if isinstance(value, list)
        else value
        for name, value in element.attrs.items()
    }


def facets(page, url: str) -> dict[str, list[str]]:
    """Everything of a page that must be the same, in the order in which it stands there."""
    article = page.find("article") or page.body
    links = {a: urljoin(url, a["href"]) for a in page.find_all("a", href=True)}
    return {
        "title": [page.title.string.strip()],
        "head": sorted(
            f"{e.name} {sorted(resolved(e, url).items())}"
            for e in page.head.find_all(["meta", "link"])
        ),
        "scripts": [
            urljoin(url, e["src"]) if e.get("src") else re.sub(r"\s", "", e.string)
            for e in page.find_all("script")
        ],
        "headings": [f"{h.name} #{h.get('id')} {words(h)}" for h in article.find_all(HEADINGS)],
        "formulas": [str(e) for e in article.find_all("math")],
        "figures": [str(e) for e in article.find_all("svg")],
        "numbers": [f"{e['data-key']} {e['value']} {e.string}" for e in article.find_all("data")],
        "cards": [e.decode_contents() for e in article.find_all("template")],
        "code": [f"{e.parent.get('class')} {e.get_text()}" for e in article.find_all("pre")],
        "tables": [
            " | ".join(words(cell) for cell in row.find_all(["td", "th"]))
            for row in article.find_all("tr")
        ],
        "links": [f"{target} {words(a)}" for a, target in links.items()],
        "anchors": [e["id"] for e in article.find_all(id=True)],
        "elements": [
            f"{e.name} {sorted(resolved(e, url).items())}" for e in article.find_all(True)
        ],
        "text": [
            text for text in (" ".join(t.split()) for t in article.find_all(string=True)) if text
        ],
    }


def parsed(text: str, url: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The facets of a page, and what was taken from it first for each difference."""
    page = BeautifulSoup(text, "html.parser")
    taken = {difference: take(page, url) for difference, take in PAGES.items()}
    return facets(page, url), taken


def compared(sites: dict[str, Path], home: str = HOME) -> tuple[list[str], set[str]]:
    """What differs and is not on the list, in words; and which of the list was met."""
    ours, theirs = (
        {p.relative_to(s).as_posix(): p.read_bytes() for p in s.rglob("*") if p.is_file()}
        for s in sites.values()
    )
    found, met = [], set()
    for name in sorted(ours.keys() | theirs.keys()):
        if (
            name in ours
            and name in theirs
            and name.endswith(".html")
            and ours[name] != theirs[name]
        ):
            url = home + name.removesuffix("index.html")
            (before, cut_before), (after, cut_after) = (
                parsed(site[name].decode(), url) for site in (ours, theirs)
            )
            met |= {
                difference
                for difference in PAGES
                if cut_before[difference] != cut_after[difference]
            }
            found += [
                f"{name}: {facet}: {line}"
                for facet in before
                for line in unequal(before[facet], after[facet])
            ]
        elif ours.get(name) != theirs.get(name):
            known = {difference for difference, pattern in FILES.items() if re.match(pattern, name)}
            met |= known
            found += [] if known else [f"{name}: {who(name in ours, name in theirs)}"]
    return found, met


def who(ours: bool, theirs: bool) -> str:
    """Which of the two has a file."""
    return (
        "another content" if ours and theirs else "by MkDocs only" if ours else "by Zensical only"
    )


def unequal(before: list[str], after: list[str]) -> list[str]:
    """What one list has and the other has not; the same things in another order are one difference."""
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    lines = [
        f"by {by} only: {item[:300]}"
        for by, items in (("MkDocs", gone), ("Zensical", come))
        for item in items
    ]
    return lines or ([] if before == after else ["another order"])


# ---------- tests ----------


@pytest.fixture(scope="module")
def sites(published, tmp_path_factory):
    """Both sites as they would be published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", published.url)
        patch.setenv("REPO_URL", REPO)
        return {
            "MkDocs": published.folder,
            "Zensical": zensical.build(ROOT, tmp_path_factory.mktemp("both") / "zensical"),
        }


def test_both_build_the_same_site_but_for_the_listed_differences(sites, published):
    found, met = compared(sites, published.url)
    assert found == []
    assert {difference.name for difference in DIFFERENCES} - met == set(), (
        "no longer differs; take it from the list"
    )


def test_every_listed_difference_is_looked_for():
    assert {difference.name for difference in DIFFERENCES} == PAGES.keys() | FILES.keys()


CHANGES = {
    "title": ("<title>", "<title>x"),
    "head": ('rel="canonical" href="', 'rel="canonical" href="x'),
    "scripts": ("numbers.js", "number.js"),
    "headings": ('<h2 id="', '<h2 id="x'),
    "formulas": ("<mi>W</mi>", "<mi>V</mi>"),
    "figures": ("<svg ", '<svg data-x="" '),
    "numbers": ('data-key="deep_stack', 'data-key="deep_stock'),
    "cards": ('"kind":"measured"', '"kind":"cited"'),
    "code": ("torch", "porch"),
    "tables": ("</td>", "x</td>"),
    "links": ('href="../', 'href="../x'),
    "anchors": ("id=", "data-id="),
    "elements": ('class="', 'class="x'),
    "text": ("</p>", "x</p>"),
}


@pytest.fixture(scope="module")
def page(sites):
    """One page by Zensical, and its facets."""
    text = (sites["Zensical"] / PAGE).read_text(encoding="utf-8")
    return text, parsed(text, f"{HOME}{PAGE}")[0]


@pytest.mark.parametrize("facet", CHANGES)
def test_a_changed_page_is_seen(page, facet):
    text, whole = page
    before, after = CHANGES[facet]
    start = text.index(
        before, 0 if facet in ("title", "head", "scripts", "cards") else text.index("<h1")
    )
    changed = text[:start] + after + text[start + len(before) :]
    assert unequal(whole[facet], parsed(changed, f"{HOME}{PAGE}")[0][facet]) != []


def test_a_difference_that_has_gone_is_seen(sites, tmp_path):
    text = (sites["Zensical"] / PAGE).read_text(encoding="utf-8")
    for site, page in (("a", text), ("b", f"{text} ")):
        (tmp_path / site).mkdir()
        (tmp_path / site / "index.html").write_text(page, encoding="utf-8")
    assert compared({"MkDocs": tmp_path / "a", "Zensical": tmp_path / "b"}) == ([], set())


def test_a_file_too_many_or_too_few_or_another_is_seen(tmp_path):
    for site, files in (
        ("a", {"x.csv": "1", "same": "1", "ours": "1"}),
        ("b", {"x.csv": "2", "same": "1", "theirs": "1"}),
    ):
        (tmp_path / site).mkdir()
        for name, text in files.items():
            (tmp_path / site / name).write_text(text)
    found, met = compared({"MkDocs": tmp_path / "a", "Zensical": tmp_path / "b"})
    assert (
        found == ["ours: by MkDocs only", "theirs: by Zensical only", "x.csv: another content"]
        and met == set()
    )


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
