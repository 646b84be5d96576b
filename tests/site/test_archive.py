"""The offline edition: every link names a file of it, it reads from disk, and the same archive runs the labs from a server."""

import json
import re
import zipfile
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from snippets.chores.archive import edition
from snippets.measurement import Bad
from tests.conftest import served
from tests.site.test_subpath import refused
from tests.support.pages import BROKEN, EMBEDS, Visit

NAME = "where-the-gradient-goes-0.0.0"
TAGS = re.compile(r"<(\w[\w-]*)((?:\s[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*)?)/?>")
TARGETS = re.compile(r'\s(href|src|poster|data-poster|data-guide)="([^"]*)"')
IDENTITY = re.compile(r'<[a-z][^<>]*?\sid="([^"]+)"')
URL = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)")
READ = [
    "index.html",
    "understand/index.html",
    "understand/signal-propagation/index.html",
    "reference/tables/index.html",
    "practice/sketch/index.html",
    "notebooks/gradient-flow/index.html",
    *EMBEDS,
]
LABS = "gradient-lab, recurrent-lab, phase-map, sketch-pad"


@pytest.fixture(scope="session")
def archive(site, tmp_path_factory) -> Path:
    """The archive of the built site."""
    place = tmp_path_factory.mktemp("offline")
    edition.make(site, place / NAME, "0.0.0")
    edition.pack(place / NAME, place / f"{NAME}.zip", "2026-11-22")
    return place / f"{NAME}.zip"


@pytest.fixture(scope="session")
def unpacked(archive, tmp_path_factory) -> Path:
    """What a reader has on disk: the archive, unpacked."""
    place = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(place)
    return place / NAME


def targets(path: Path, text: str) -> list[tuple[str, str]]:
    """Tag and target of everything that a page or a style sheet refers to."""
    if path.suffix == ".css":
        return [("url", target) for target in URL.findall(text)]
    text = re.sub(r"(<script\b[^>]*>).*?</script>", r"\1", text, flags=re.DOTALL)
    return [
        (tag, target.replace("&amp;", "&"))
        for tag, more in TAGS.findall(text)
        for _, target in TARGETS.findall(more)
    ]


@cache
def known(root: Path) -> tuple[dict[Path, str], dict[Path, set[str]]]:
    """Every page and style sheet of a folder, and the names of its parts."""
    texts = {
        p: p.read_text(encoding="utf-8")
        for p in sorted(root.rglob("*"))
        if p.suffix in (".html", ".css")
    }
    return texts, {p: set(IDENTITY.findall(text)) for p, text in texts.items()}


def faults(root: Path, changed: dict[str, str] | None = None) -> list[str]:
    """Every reference of every page and style sheet that names no file of this folder, or none of its anchors, or another host."""
    texts, identities = known(root)
    found = []
    for path, text in (
        {root / name: text for name, text in changed.items()} if changed else texts
    ).items():
        for tag, target in targets(path, text):
            if target.startswith(("data:", "mailto:")) or (
                tag == "a" and re.match(r"https?://", target)
            ):
                continue
            link, anchor = urldefrag(target)
            base = (
                root if target.endswith("sixty-seconds.webp") else path.parent
            )  # a poster's address counts from the site's root
            file = (base / unquote(link.partition("?")[0])).resolve() if link else path
            if not file.is_file() or not file.is_relative_to(root):
                found.append(f"{path.relative_to(root)}: {target}")
            elif (
                anchor
                and file in identities
                and unquote(anchor).partition("?")[0] not in identities[file]
            ):
                found.append(f"{path.relative_to(root)}: {target} (no such anchor)")
    return found


def test_everything_that_a_page_refers_to_is_in_the_archive(unpacked):
    assert len(list(unpacked.rglob("*.html"))) > 50
    assert faults(unpacked) == []


@pytest.mark.parametrize(
    "old, new",
    [
        ('href="../index.html"', 'href="../"'),
        ('href="../fix/', 'href="../fixed/'),
        ('rel="stylesheet" href="../', 'rel="stylesheet" href="https://x.org/'),
        ('src="../assets', 'src="/assets'),
        ('href="#the-signal', 'href="#a-signal'),
        ("</main>", '<img src="https://x.org/x.png"></main>'),
    ],
)
def test_a_reference_that_leaves_the_archive_would_be_found(unpacked, old, new):
    text = (unpacked / "understand/index.html").read_text(encoding="utf-8")
    assert old in text and faults(unpacked, {"understand/index.html": text}) == []
    assert faults(unpacked, {"understand/index.html": text.replace(old, new, 1)}) != []


def test_cards_and_search_name_files(unpacked):
    listed = [
        json.loads(found)
        for path in unpacked.rglob("*.html")
        for found in re.findall(
            r'<template class="numbers"[^>]*>(.*?)</template>', path.read_text(encoding="utf-8")
        )
    ]
    places = [
        card[kind]
        for cards in listed
        for card in cards.values()
        for kind in ("script", "reference")
        if card.get(kind)
    ]
    index = (unpacked / "search/search_index.js").read_text(encoding="utf-8")
    places += [
        entry["location"] for entry in json.loads(index.removeprefix("var __index = "))["docs"]
    ]
    assert (
        len(places) > 500
        and [place for place in places if not (unpacked / place.partition("#")[0]).is_file()] == []
    )


def test_no_page_holds_what_a_browser_refuses_from_disk(unpacked):
    for path in unpacked.rglob("*.html"):
        head = path.read_text(encoding="utf-8")
        assert not re.search(
            r'type="module"|rel="(module)?preload"|http-equiv="Content-Security-Policy"|navigation\.instant',
            head,
        ), path


# ---------- the archive ----------


def test_the_archive_says_how_to_start_it(archive):
    with zipfile.ZipFile(archive) as packed:
        text = packed.read(f"{NAME}/README.txt").decode()
        names = packed.namelist()
        dates = {entry.date_time for entry in packed.infolist()}
    assert (
        "version 0.0.0" in text
        and "Open index.html" in text
        and re.search(r"^ +python -m http\.server$", text, re.MULTILINE)
    )
    assert (
        names == sorted(names)
        and all(name.startswith(f"{NAME}/") for name in names)
        and dates == {(2026, 11, 22, 0, 0, 0)}
    )


def test_the_same_files_give_the_same_archive(archive, unpacked, tmp_path):
    edition.pack(unpacked, tmp_path / "again.zip", "2026-11-22")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_a_release_without_a_day_is_refused(unpacked, tmp_path):
    with pytest.raises(Bad, match=r"CITATION\.cff:1: date-released is 'soon', expected a day"):
        edition.pack(unpacked, tmp_path / "again.zip", "soon")


def test_modules_come_after_those_they_import():
    sources = {
        "a.js": 'import { b } from "./d/b.js"',
        "c.js": "",
        "d/b.js": 'import { c } from "../c.js"',
    }
    assert edition.in_order(sources) == ["c.js", "d/b.js", "a.js"]
    with pytest.raises(
        Bad, match=r"javascripts/a\.js:1: imports lab/x\.js, which does not run from disk"
    ):
        edition.in_order({"a.js": 'import { x } from "./lab/x.js"'})
    with pytest.raises(Bad, match="imports itself in the end"):
        edition.in_order(
            {"a.js": 'import { b } from "./b.js"', "b.js": 'import { a } from "./a.js"'}
        )


# ---------- from disk ----------

SEEN = """async () => {
  const tall = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility())
    .every((e) => e.getBoundingClientRect().height > 5);
  await document.fonts.ready;
  return {formulas: tall("math"), figures: tall("figure .svg"), tables: tall("table"), serif: document.fonts.check("1em 'WG Serif'"),
    wide: document.documentElement.scrollWidth};
}"""


def opened(browser, unpacked: Path, path: str, **more) -> Visit:
    """A page opened from disk."""
    return Visit(browser, unpacked.as_uri(), path, **more)


def test_a_page_reads_from_disk(browser, unpacked):
    with opened(browser, unpacked, READ[0]) as visit:
        for path in READ:
            visit.go(f"{unpacked.as_uri()}/{path}")
            for width in (1280, 390):
                visit.page.set_viewport_size({"width": width, "height": 900})
                seen = visit.page.evaluate(SEEN)
                assert all(seen.values()) and seen["wide"] <= width, f"{path} at {width} px: {seen}"
            assert visit.page.evaluate(BROKEN) == [], path
            for lab in visit.page.locator(LABS).all():
                said = lab.locator(".from-disk")
                assert (
                    said.is_visible()
                    and "python -m http.server" in said.inner_text()
                    and "README.txt" in said.inner_text()
                )
                assert (
                    said.locator("a")
                    .get_attribute("href")
                    .startswith(f"http://127.0.0.1:8000/{path}#")
                )
            assert visit.page.locator(".from-disk").count() == visit.page.locator(LABS).count(), (
                path
            )
            if path in EMBEDS:
                stands_alone(visit)
            assert visit.wrong == [], path


def stands_alone(visit) -> None:
    """A lab alone is its figure, at once, and not after the time that a page from a server waits for its lab."""
    folded = visit.page.locator("details:has(figure) > summary")
    if folded.count():  # who sketches has not seen it
        folded.click()
    assert (
        visit.page.locator("figure svg[role=img]").is_visible()
        and visit.page.locator(".fig__title").is_visible()
    )
    assert visit.page.evaluate("document.getAnimations().length") == 0, "nothing waits to be shown"
    home = visit.page.locator(".embed__foot a").evaluate("link => link.href")
    assert Path(unquote(home.removeprefix("file://"))).is_file()


def test_a_number_opens_from_disk_and_its_links_are_files(browser, unpacked):
    with opened(browser, unpacked, "understand/index.html") as visit:
        for key in ("deep_stack.sigmoid.default.first", "he2015.depth"):
            visit.page.locator(f'p data.num[data-key="{key}"][role=button]').first.click()
            links = visit.page.locator(".numcard a").evaluate_all(
                "all => all.map(a => a.href).filter(to => to.startsWith('file:'))"
            )
            assert links and all(
                Path(unquote(to.partition("#")[0].removeprefix("file://"))).is_file()
                for to in links
            )


def test_the_ledger_filters_from_disk(browser, unpacked):
    with opened(browser, unpacked, "reference/checked-claims/index.html") as visit:
        visit.page.locator('.claims-bar[data-ready] [data-filter="fails"]').click()
        assert visit.page.locator('.claim:visible:not([data-verdict="fails"])').count() == 0
        assert visit.page.locator(".claim:visible").count() > 0 and visit.wrong == []


def test_the_guide_the_cards_and_the_reader_work_from_disk(browser, unpacked):
    with opened(browser, unpacked, "diagnose/what-is-wrong/index.html") as visit:
        visit.page.locator(".differential[data-ready] input").first.check()
        link = visit.page.locator(".differential__cause a").first.evaluate("link => link.href")
        assert Path(unquote(link.partition("#")[0].removeprefix("file://"))).is_file()
        visit.page.goto((unpacked / "practice/self-check/index.html").as_uri())
        visit.page.get_by_label("one at a time").check()
        assert visit.page.locator("details.question:visible").count() == 1
        visit.page.goto((unpacked / "diagnose/read-my-gradients/index.html").as_uri())
        visit.page.get_by_role("button", name=re.compile("Example")).first.click()
        guide = visit.page.locator(".reader__verdict a").first
        guide.wait_for()
        assert visit.page.locator(".reader__figure svg").count() == 1
        guide.click()
        visit.page.wait_for_url(re.compile(r"what-is-wrong/index\.html#"))
        assert refused(visit) == []


def test_search_works_from_disk(browser, unpacked):
    with opened(browser, unpacked, "understand/training/index.html") as visit:
        visit.page.keyboard.press("/")
        visit.page.keyboard.type("clipping")
        visit.page.locator(".md-search-result__link").first.click()
        visit.page.wait_for_url(re.compile(r"/index\.html"))
        assert visit.page.locator("h1").count() == 1 and refused(visit) == []


def test_where_nothing_runs_from_disk_each_part_says_so(browser, unpacked):
    with opened(browser, unpacked, "index.html", own=True) as visit:
        visit.page.add_init_script("URL.createObjectURL = undefined")
        for path, part in [
            ("diagnose/what-is-wrong", ".differential"),
            ("practice/self-check", ".questions"),
            ("diagnose/read-my-gradients", ".reader"),
            ("reference/checked-claims", ".claims-bar"),
            ("practice/sketch", "sketch-pad"),
        ]:
            visit.page.goto((unpacked / path / "index.html").as_uri())
            assert "python -m http.server" in visit.page.locator(".from-disk").inner_text(), path
            assert visit.page.locator(part).count() == 1
        visit.page.goto((unpacked / "reference/tables/index.html").as_uri())
        assert (
            visit.page.locator(".stack").count() == 0
            and visit.page.locator("table").count() > 5
            and refused(visit) == []
        )


# ---------- from a server ----------


def test_the_same_archive_runs_the_labs_from_a_server(browser, unpacked):
    with (
        served(unpacked, "/some/deep/path/") as address,
        Visit(browser, address, "practice/sketch/index.html") as visit,
    ):
        visit.page.locator("sketch-pad[data-ready]").wait_for()
        visit.page.goto(f"{address}/index.html")
        visit.page.locator("gradient-lab").scroll_into_view_if_needed()
        visit.page.locator("gradient-lab[data-ready] svg").first.wait_for()
        visit.page.goto(f"{address}/embed/recurrent-lab.html")
        visit.page.locator("recurrent-lab[data-ready]").wait_for()
        assert visit.page.locator(".from-disk").count() == 0 and refused(visit) == []
