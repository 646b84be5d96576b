"""What search engines, those who share, feed readers and programs meet: titles, cards, sitemap, structured data, Markdown, feed."""

import io
import json
import re
import uuid
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urljoin, urlparse

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from PIL import Image

from snippets.measurement import ROOT, Bad
from snippets.weave import publish
from snippets.weave.check.numerals import find_formulas
from snippets.weave.numbers.book import Book, load, strip_marks
from snippets.weave.pages import video
from snippets.weave.publish import feed, head, outline, social, structured
from snippets.weave.publish import plain as copies
from snippets.weave.site import frames
from tests.support.pages import Visit

ENTRIES = outline.read_entries(ROOT)
PLACES = {entry.uri: copies.directory(entry.uri) for entry in ENTRIES}
every_page = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.uri)


@pytest.fixture(scope="module")
def parsed(published):
    """Every page of the published site, read once."""
    return {
        uri: BeautifulSoup(published.read(place), "html.parser") for uri, place in PLACES.items()
    }


def words(element) -> str:
    """What a reader sees of an element, without the sign that links a heading to itself."""
    strings = (
        s
        for s in element.strings
        if not (s.parent.name == "a" and "headerlink" in s.parent.get("class", []))
    )
    return " ".join("".join(strings).split())


# ---------- titles ----------


def test_every_page_is_in_the_outline():
    every = {
        p.relative_to(ROOT / "docs").as_posix()
        for kind in ("*.md", "*.ipynb")
        for p in (ROOT / "docs").rglob(kind)
    }
    assert {entry.uri for entry in ENTRIES} == every


def test_titles_and_descriptions_are_distinct():
    for said in (
        [e.title for e in ENTRIES],
        [e.description for e in ENTRIES],
        [e.description[:60] for e in ENTRIES],
    ):
        assert [one for one in said if said.count(one) > 1] == []


@every_page
def test_a_title_fits_the_tab(entry, parsed, published):
    title = parsed[entry.uri].title.string
    assert len(title) <= 60, (
        f"{entry.uri}: the title has {len(title)} characters; expected 60 at most"
    )
    assert title.removesuffix(f" - {outline.SITE}") == entry.title
    assert title.endswith(outline.SITE) == (len(entry.title) + len(outline.SITE) + 3 <= 60)
    assert [
        m["content"] for m in parsed[entry.uri].find_all("meta", attrs={"name": "description"})
    ] == [entry.description]


def test_what_the_pages_say_of_the_site_is_what_the_configuration_says():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert (
        f"site_name: {outline.SITE}\n" in text and f"site_description: {outline.SUMMARY}\n" in text
    )


# ---------- cards ----------


@every_page
def test_a_page_has_a_card_and_the_tags_that_show_it(entry, parsed, published):
    tags = {
        m.get("property") or m.get("name"): m["content"]
        for m in parsed[entry.uri].find_all("meta", content=True)
    }
    assert tags["og:title"] == tags["twitter:title"] == entry.title
    assert tags["og:description"] == tags["twitter:description"] == entry.description
    assert (
        tags["og:image"]
        == tags["twitter:image"]
        == urljoin(published.url, social.path_of(entry.uri))
    )
    assert tags["og:image:alt"] == tags["twitter:image:alt"] and entry.title in tags["og:image:alt"]
    assert tags["twitter:card"] == "summary_large_image" and tags["og:site_name"] == outline.SITE
    assert tags["og:type"] == ("article" if entry.section else "website")
    card = Image.open(published.folder / social.path_of(entry.uri))
    assert (
        (card.format, card.size)
        == ("PNG", (int(tags["og:image:width"]), int(tags["og:image:height"])))
        == ("PNG", (1200, 630))
    )
    assert (published.folder / social.path_of(entry.uri)).stat().st_size < 60_000


@every_page
def test_a_title_stands_on_its_card_in_two_lines_and_in_our_face(entry):
    serif = ROOT / "docs/assets/fonts/WG-Serif.woff2"
    assert len(social._wrapped(entry.title, social._face(serif, 68, 600))) <= 2
    assert set(entry.title) <= set(map(chr, TTFont(serif).getBestCmap()))


def test_the_strip_of_a_card_is_the_measurement():
    book = load(ROOT)
    values = book.results["deep_stack"].measurements["relu.default.signal_profile"].value
    entry = next(e for e in ENTRIES if e.strip == "deep_stack.relu.default.signal_profile")
    card = Image.open(io.BytesIO(social.draw_picture(entry, book))).convert("RGB")
    paper = card.getpixel((5, 5))
    row = [card.getpixel((x, social.BASE - 5)) for x in range(social.LEFT, social.RIGHT)]
    starts = [
        i
        for i, (a, b) in enumerate(zip([paper, *row], row, strict=False))
        if a == paper and b != paper
    ]
    widths = [next(n for n, b in enumerate([*row[i:], paper]) if b == paper) for i in starts]
    assert len(starts) == len(values)
    assert sorted(widths) == widths and widths[-1] > 2 * widths[0], (
        "a signal that fades toward the input thins toward the left"
    )


def test_a_card_is_drawn_again_only_when_what_it_shows_changed(monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(social, "SCRATCH", tmp_path)
    monkeypatch.setattr(social, "draw", lambda title, *_: drawn.append(title) or title.encode())
    first, strip = ENTRIES[0], "deep_stack.sigmoid.default.signal_profile"
    for entry in (first, first, replace(first, title="another"), replace(first, strip=strip)):
        assert social.draw_picture(entry, load(ROOT)) == entry.title.encode()
    assert drawn == [first.title, "another", first.title]


def test_no_card_is_made_while_someone_edits():
    made = [path for path, _ in publish.files(Book(ROOT, drafting=True), "")]
    assert made == [feed.PATH]


# ---------- addresses ----------


def test_the_sitemap_lists_every_page_and_nothing_else(published):
    spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    urls = ET.fromstring(published.read("sitemap.xml")).findall("s:url", spaces)
    listed = [url.find("s:loc", spaces).text for url in urls]
    assert sorted(listed) == sorted(
        urljoin(published.url, place.removesuffix("index.html")) for place in PLACES.values()
    )
    assert {url.find("s:lastmod", spaces).text for url in urls} == {feed.find_last_change(ROOT)}
    assert f"Sitemap: {published.url}sitemap.xml" in published.read("robots.txt").splitlines()


@every_page
def test_a_page_names_its_one_address(entry, parsed, published):
    links = parsed[entry.uri].find_all("link", rel="canonical")
    assert [link["href"] for link in links] == [
        urljoin(published.url, PLACES[entry.uri].removesuffix("index.html"))
    ]


def test_what_is_no_page_of_its_own_asks_not_to_be_listed(published):
    others = (
        {p.relative_to(published.folder).as_posix() for p in published.folder.rglob("*.html")}
        - set(PLACES.values())
        - {"404.html"}
    )
    assert others >= set(map(frames.path_of, frames.LABS))
    assert all('<meta name="robots" content="noindex">' in published.read(name) for name in others)


def test_links_to_the_repository_are_there_where_it_is_known(published, site):
    link = "https://example.org/authors/gradient/edit/main/docs/understand/index.md"
    assert link in published.read("understand/index.html")
    assert "/edit/" not in (site / "understand/index.html").read_text(encoding="utf-8")


def test_shown_embed_code_names_this_site_where_it_is_known(published):
    text = published.read("practice/teachers/index.html")
    assert f"{published.url}embed/gradient-lab.html" in text and frames.PLACE not in text


def test_a_lost_address_finds_style_and_doors(published):
    inside = re.findall(
        r'<(?:link|script|a)\b[^>]*\s(?:href|src)="(/[^"]*)"', published.read("404.html")
    )
    assert len(inside) > 20 and [link for link in inside if not link.startswith("/gradient/")] == []


def test_without_an_address_nothing_pretends_to_know_it(site):
    for place in PLACES.values():
        text = (site / place).read_text(encoding="utf-8")
        assert (
            "og:" not in text.partition("<body")[0]
            and "ld+json" not in text
            and 'rel="canonical"' not in text
        )
    assert not (site / "robots.txt").exists()
    assert (site / "llms.txt").read_text(encoding="utf-8").count("](understand/") == sum(
        e.uri.startswith("understand/") for e in ENTRIES
    )


# ---------- structured data ----------

NEEDED = {
    "WebSite": {"name", "url", "description", "license"},
    "VideoObject": {
        "name",
        "description",
        "thumbnailUrl",
        "uploadDate",
        "contentUrl",
        "duration",
        "transcript",
    },
    "TechArticle": {
        "headline",
        "description",
        "image",
        "dateModified",
        "author",
        "license",
        "mainEntityOfPage",
    },
    "Article": {
        "headline",
        "description",
        "image",
        "dateModified",
        "author",
        "license",
        "mainEntityOfPage",
    },
    "Dataset": {"name", "description", "license", "creator", "distribution"},
    "BreadcrumbList": {"itemListElement"},
}


def said(page) -> list[dict]:
    """What the structured data of a page hold, one object for each thing."""
    [script] = page.find_all("script", type="application/ld+json")
    assert script.parent.name == "head"
    return json.loads(script.string)["@graph"]


@every_page
def test_structured_data_have_what_they_need(entry, parsed, published):
    things = {thing["@type"]: thing for thing in said(parsed[entry.uri])}
    for kind, thing in things.items():
        assert NEEDED[kind] <= thing.keys() and all(thing.values()), kind
    if not entry.section:
        assert things.keys() == {"WebSite", "VideoObject"}
        return
    kind = "Article" if entry.section == "About" else "TechArticle"
    assert things.keys() == {kind, "BreadcrumbList"} | (
        {"Dataset"} if entry.uri == structured.CLAIMS else set()
    )
    article, way = things[kind], things["BreadcrumbList"]["itemListElement"]
    assert (
        article["headline"] == words(parsed[entry.uri].h1)
        and article["description"] == entry.description
    )
    assert (
        article["dateModified"] == feed.find_last_change(ROOT)
        and article["author"]["@type"] == "Organization"
    )
    assert [step["position"] for step in way] == list(range(1, len(way) + 1)) and len(way) in (2, 3)
    assert (
        way[0]["item"] == published.url
        and way[-1]["item"]
        == article["url"]
        == parsed[entry.uri].find("link", rel="canonical")["href"]
    )
    addresses = [step["item"] for step in way] + [
        f["contentUrl"] for f in things.get("Dataset", {}).get("distribution", [])
    ]
    for url in addresses:
        file = published.folder / url.removeprefix(published.url)
        assert (file / "index.html" if file.is_dir() else file).is_file(), url


def test_the_video_is_described_as_it_is(parsed, published):
    shown = next(thing for thing in said(parsed["index.md"]) if thing["@type"] == "VideoObject")
    made = video.read_manifest(load(ROOT))
    assert all(
        (published.folder / shown[k].removeprefix(published.url)).is_file()
        for k in ("thumbnailUrl", "contentUrl")
    )
    assert shown["duration"] == "PT60S" and made["seconds"] == pytest.approx(60, abs=0.5)
    assert shown["name"] in published.read("index.html") and shown["transcript"] in words(
        parsed["index.md"].find("article")
    )
    datetime.fromisoformat(shown["uploadDate"])


def test_nothing_that_a_page_says_ends_the_script():
    entry = outline.Entry(
        "fix/index.md",
        "Fix",
        "t",
        "a </script><script>alert(1)</script> & <!-- b",
        ENTRIES[0].strip,
    )
    shown = structured.Shown(
        entry,
        "https://example.org/",
        "h",
        "https://example.org/c.png",
        [("Home", "https://example.org/")],
    )
    made = structured.write_script(shown, "https://example.org/", "2026-01-01", load(ROOT))
    assert made.count("<") == 2 and "&" not in made
    assert (
        json.loads(made.partition(">")[2].rpartition("<")[0])["@graph"][0]["description"]
        == entry.description
    )


def test_a_strict_policy_on_scripts_is_not_broken_by_data(browser, published):
    script = re.search(
        r'<script type="application/ld\+json">.*?</script>',
        published.read("reference/faq/index.html"),
    )[0]
    page = browser.new_page()
    broken = []
    page.on(
        "console",
        lambda message: (
            broken.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    try:
        for body, expected in ((script, False), (script + "<script>1</script>", True)):
            policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
            page.set_content(f"<!doctype html><head>{policy}{body}</head>")
            assert bool(broken) == expected, broken
    finally:
        page.close()


def test_data_and_tags_follow_the_page_under_instant_navigation(browser, published):
    read = "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)['@graph'][0]"
    with Visit(browser, published.url, "understand/") as visit:
        visit.page.evaluate("window.kept = true")
        visit.page.locator('main a[href$="the-whisper-game/"]').first.click()
        visit.page.wait_for_url(re.compile("whisper"))
        visit.page.wait_for_function("document.title.includes('calculus')")
        assert visit.page.evaluate("window.kept"), "the page was loaded anew"
        assert visit.page.evaluate(read)["headline"] == "The whisper game"
        image = visit.page.locator('meta[property="og:image"]')
        assert image.count() == 1 and image.get_attribute("content").endswith(
            "the-whisper-game.png"
        )
        assert visit.wrong == []


def test_a_head_that_has_no_end_is_named():
    heads = head.Heads(load(ROOT), ENTRIES, PLACES, "")
    with pytest.raises(Bad, match="docs/index.md:1: the built page has no </head>"):
        heads.completed("index.md", "<html>")


# ---------- plain Markdown ----------


def fences(text: str) -> list[str]:
    """The fenced blocks of a page, without the indents of the boxes that they stand in."""
    found = re.findall(r"^( *)(`{3,})([^\n`]*)\n(.*?)^ *\2 *$", text, re.DOTALL | re.MULTILINE)
    return [
        info + "\n" + re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)
        for indent, _, info, body in found
    ]


def bare(text: str) -> str:
    """Letters and digits alone."""
    return "".join(filter(str.isalnum, text))


def without_code(text: str) -> str:
    text = re.sub(r"^ *(`{3,}).*?^ *\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


@every_page
def test_the_markdown_beside_a_page_is_plain(entry, published):
    text = published.read(copies.beside(PLACES[entry.uri]))
    for mark in (
        r"</?[a-z]",
        "<!--",
        r"\{[.#:]",
        "markdown=",
        "^---\ntitle",
        r"^\?\?\?",
        "^!!!",
        "strips/",
    ):
        assert (
            re.findall(f".*{mark}.*", re.sub(r"\$[^$]*\$", "", without_code(text)), re.MULTILINE)
            == []
        )
    assert (
        "CC BY 4.0" in text.splitlines()[-1]
        and urljoin(published.url, PLACES[entry.uri].removesuffix("index.html")) in text
    )


@every_page
def test_the_markdown_beside_a_page_says_what_the_page_says(entry, parsed, published):
    text, page = published.read(copies.beside(PLACES[entry.uri])), parsed[entry.uri].find("article")
    woven = copies.source(ROOT / "docs", entry.uri)
    assert fences(text) == fences(woven)
    assert [f[1:] for f in find_formulas(text)] == [f[1:] for f in find_formulas(woven)]
    assert [
        " ".join(strip_marks(h).split()) for h in copies.find_headings(text) if "$" not in h
    ] == [words(h) for h in page.find_all(re.compile("^h[1-6]$")) if not h.math]
    have = bare(re.sub(r"\]\([^)\s]*\)", "", text))
    assert [d.get_text() for d in page.find_all("data") if bare(d.get_text()) not in have] == []
    paragraphs = [
        p
        for p in page.find_all(["p", "li"])
        if not p.find(["math", "svg", "p", "ul", "ol", "button", "select", "table"])
        and "headpiece__note" not in p.get("class", [])
        and "page-source" not in p.get("class", [])
        and "claims-count" not in p.get("class", [])
    ]
    assert [p.get_text() for p in paragraphs if bare(p.get_text()) not in have] == []


@every_page
def test_links_of_the_markdown_lead_somewhere(entry, published):
    name = copies.beside(PLACES[entry.uri])
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(published.read(name))):
        url = urlparse(urljoin(published.url + name, target))
        if url.netloc != urlparse(published.url).netloc:
            continue
        file = published.folder / unquote(url.path).removeprefix("/gradient/")
        assert (file / "index.html" if file.is_dir() else file).is_file(), target
        html = file.with_suffix(".html")
        if url.fragment and file.suffix in (".md", ".html"):
            assert f'id="{unquote(url.fragment)}"' in html.read_text(encoding="utf-8"), target


def test_a_copy_leaves_code_and_formulas_alone():
    text = (
        '---\ntitle: x\n---\n\n# A {#a}\n\n??? hint "Look"\n    `<b>` and $x^{.5} <y$ and [p](../fix/index.md#q){.c}\n\n    ```text\n'
        '    <data value="k">1</data>\n    ```\n\n<data value="k">2</data> <!-- c -->\n'
    )
    made = copies.as_plain(text, "understand/training.md", PLACES)
    assert made == (
        "# A\n\n**Look**\n\n`<b>` and $x^{.5} <y$ and [p](../../fix/index.md#q)\n\n```text\n"
        '<data value="k">1</data>\n```\n\n2\n'
    )


def test_every_widget_is_named_in_the_copy(published):
    for title, anchor, home in frames.LABS.values():
        assert (
            f"{title[0].lower()}{title[1:]}, at [#{anchor}](index.html#{anchor})"
            in published.read(f"{home}index.md")
        )


def test_the_list_for_programs_has_the_form_of_its_kind(published):
    lines = [line for line in published.read("llms.txt").splitlines() if line]
    assert lines[0] == f"# {outline.SITE}" and lines[1].startswith(f"> {outline.SUMMARY}")
    body = lines[next(i for i, line in enumerate(lines) if line.startswith("## ")) :]
    links = [
        re.fullmatch(r"- \[([^\]]+)\]\((\S+)\): (.+)", line)
        for line in body
        if not line.startswith("## ")
    ]
    assert [(m[1], m[3]) for m in links] == [(e.title, e.description) for e in ENTRIES]
    assert all((published.folder / m[2].removeprefix(published.url)).is_file() for m in links)
    assert body[0] == "## Start" and "## Optional" in body


@every_page
def test_a_page_names_its_other_forms(entry, parsed, published):
    links = {
        link["type"]: urljoin(published.url + PLACES[entry.uri], link["href"])
        for link in parsed[entry.uri].find_all("link", rel="alternate")
    }
    assert links == {
        "application/atom+xml": published.url + feed.PATH,
        "text/markdown": published.url + copies.beside(PLACES[entry.uri]),
    }
    assert all(
        (published.folder / url.removeprefix(published.url)).is_file() for url in links.values()
    )


# ---------- the feed ----------

ATOM = {"a": feed.ATOM}


@pytest.mark.parametrize("url", ["https://example.org/gradient/", ""])
def test_the_feed_is_valid(url):
    root = ET.fromstring(feed.write_feed(ROOT, url))
    assert root.tag == f"{{{feed.ATOM}}}feed"
    entries = root.findall("a:entry", ATOM)
    for element in (root, *entries):
        for needed in ("id", "title", "updated"):
            assert len(element.findall(f"a:{needed}", ATOM)) == 1, needed
        assert datetime.fromisoformat(element.find("a:updated", ATOM).text).tzinfo
        uuid.UUID(element.find("a:id", ATOM).text.removeprefix("urn:uuid:"))
        assert len(element.findall("a:link[@rel='alternate']", ATOM)) == 1
    assert root.find("a:author/a:name", ATOM).text, "without it each entry needs an author"
    assert root.find("a:updated", ATOM).text == max(e.find("a:updated", ATOM).text for e in entries)
    assert len({e.find("a:id", ATOM).text for e in (root, *entries)}) == len(entries) + 1
    assert len(root.findall("a:link[@rel='self']", ATOM)) == bool(url)
    for entry, version in zip(entries, feed.read_versions(ROOT), strict=True):
        assert entry.find("a:link", ATOM).get("href") == f"{url}about/changelog/#{version.anchor}"


def test_the_feed_leads_to_the_changelog_and_the_changelog_to_the_feed(parsed, published):
    page = parsed[feed.SOURCE]
    assert page.find("article").find("a", href=re.compile(r"feed\.xml$"))
    assert all(page.find(id=version.anchor) for version in feed.read_versions(ROOT))
    assert published.read(feed.PATH).count(published.url) >= 3


def changelog(root: Path, text: str) -> Path:
    (root / "docs/about").mkdir(parents=True)
    (root / "docs" / feed.SOURCE).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "text, message",
    [
        ("## Version 2, 2026-13-01 {#v2}\n", "changelog.md:1: 2026-13-01 is no date"),
        ("\n## Version 2, 2026-12-01\n", "changelog.md:2: the version has no anchor"),
        ("# Changelog\n", "changelog.md:1: no dated version"),
    ],
)
def test_a_version_that_no_feed_can_show_is_named(tmp_path, text, message):
    with pytest.raises(Bad, match=re.escape(message)):
        feed.read_versions(changelog(tmp_path, text))
