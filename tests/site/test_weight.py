"""What makes the site quick, as far as it can be told without a clock: bytes, what is fetched and when, what waits with its style."""

import gzip
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import material
import pytest
import tinycss2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snippets.measurement import ROOT, Bad
from snippets.weave.figures.thinning import shorten
from snippets.weave.site import style_sheets
from snippets.weave.site.spans import COLOR, merge_spans
from tests.support.pages import PAGES, ROOM, SCHEMES, Held, Visit, path_of, there

TEXT, WITH_NET, FONTS, MATH, INDEX = (
    150_000,
    200_000,
    60_000,
    40_000,
    225_000,
)  # bytes over the wire; a page counts with its fonts
HEAVY = {
    "reference/checked-claims.md": 170_000
}  # all claims on one page, so that one filter goes over all
NETS = ("gradient-lab", "recurrent-lab", "phase-map", "sketch-pad")
PARTS = {
    'class="reader"': "doctor/reader.js",
    'class="differential"': "differential/page.js",
    'class="questions"': "questions.js",
}
LINKED = re.compile(
    r'<link (?=[^>]*?rel="(?:stylesheet|preload|icon|modulepreload)")[^>]*?href="([^"]+)"'
    r'|<(?:script|img)\b[^>]*?\ssrc="([^"]+)"|data-poster="([^"]+)"|"search": "([^"?]+)'
)
NEEDED = re.compile(
    r"""(?:\bfrom|\bimport|\bimport\(|new URL\()\s*["'](\.[^"']+\.(?:js|css))["']"""
)
PACKED = (".woff2", ".png", ".webp")


@cache
def weight(path: Path) -> int:
    """Bytes of a file as a server sends it."""
    return len(path.read_bytes() if path.suffix in PACKED else gzip.compress(path.read_bytes(), 6))


def needed(site: Path, page: str) -> set[Path]:
    """The page and every file that it makes a browser fetch, at once or as its reader scrolls; the video is not, it waits for a press."""
    place = path_of(page)
    html = (site / place / "index.html").read_text(encoding="utf-8")
    scripts = [f"assets/javascripts/lab/{net}.js" for net in NETS if f"<{net}" in html]
    scripts += [f"assets/javascripts/{script}" for mark, script in PARTS.items() if mark in html]
    linked = ["".join(found) for found in LINKED.findall(html)]
    found, waiting = (
        set(),
        [
            *scripts,
            *(link if link.startswith("assets/video") else urljoin(place, link) for link in linked),
        ],
    )
    while waiting:
        url = waiting.pop().partition("?")[0]
        file = site / url
        if url.startswith("data:") or file in found:
            continue
        found.add(file)
        if file.suffix == ".js" and "material" not in url and "bundle" not in url:
            waiting += [
                urljoin(url, other) for other in NEEDED.findall(file.read_text(encoding="utf-8"))
            ]
    return found | {site / place / "index.html", site / "search/search_index.json"}


@pytest.mark.parametrize("page", PAGES)
def test_no_script_holds_up_the_text(site, page):
    """The three stand behind it, and it waits for none of them."""
    text, end, rest = (
        (site / path_of(page) / "index.html").read_text(encoding="utf-8").partition("</main>")
    )
    assert (
        end
        and re.findall(
            r"<script[^>]*\ssrc=[^>]*>|<link[^>]*(?:modulepreload|as=.?script)[^>]*>", text
        )
        == []
    )
    assert re.findall(r"<script (\w+) src=[^>]*/(bundle|site|numbers)\.", rest) == [
        ("async", it) for it in ("bundle", "site", "numbers")
    ]


FETCHED = """() => ({
  painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
  files: performance.getEntriesByType("resource").map(({ name, responseEnd }) => [name.split("/").at(-1), responseEnd]),
})"""


def test_text_is_painted_with_its_styles_and_faces_without_scripts_and_each_file_comes_once(
    browser, address
):
    with browser.new_context() as context:
        page = context.new_page()
        scripts = Held(page, re.compile(r"\.js(\?|$)"))
        page.goto(f"{address}/understand/", wait_until="commit")
        page.wait_for_function(f"({FETCHED})().painted")
        scripts.let_go()
        page.locator(".md-header__button[data-for=__drawer]").wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        fetched = page.evaluate(FETCHED)
    names = [name for name, *_ in fetched["files"]]
    before = [name for name, end in fetched["files"] if end <= fetched["painted"]]
    assert len(names) == len(set(names)), names
    assert {"site.css", "WG-Serif.woff2", "WG-Sans.woff2"} <= set(before) and sum(
        name.endswith(".css") for name in before
    ) == 3, fetched


WRITTEN = """() => [
  [...document.documentElement.classList].sort().join(" "),
  document.querySelectorAll(".md-typeset table:not([class])").length,
  document.querySelectorAll(":is(link[rel=stylesheet], link[rel=preload]):not([href^=http])").length,
]"""


def test_what_the_theme_s_script_would_write_stands_there_without_it(browser, address):
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/*.js", lambda route: route.abort())
        page.goto(f"{address}/understand/")
        page.locator("html:not(.page-on-its-way)").wait_for()
        assert page.evaluate(WRITTEN) == ["js js-focus-visible", 0, 0]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light(site, page):
    sizes = {file.relative_to(site).as_posix(): weight(file) for file in needed(site, page)}
    sizes.pop("assets/javascripts/lab/digits.js", None)  # comes when a reader trains on the digits
    for file in [f for f in sizes if f.startswith("assets/javascripts/doctor/")]:
        if not file.endswith("/reader.js"):
            sizes.pop(file)  # comes when something is pasted
    mathematics = sizes.pop("assets/fonts/WG-Math.woff2", 0)
    fonts = sum(size for file, size in sizes.items() if file.endswith(".woff2"))
    most = WITH_NET if any("/lab/" in file for file in sizes) else HEAVY.get(page, TEXT)
    assert len(sizes) >= 8 and 0 < fonts <= FONTS and mathematics <= MATH
    assert sum(sizes.values()) <= most, (
        sum(sizes.values()),
        sorted(sizes.items(), key=lambda item: -item[1])[:8],
    )


# ---------- the theme's style sheets ----------

STYLES = (
    Path(material.__file__).parent / "templates" / "assets" / "stylesheets"
)  # as the theme has them
GONE = """async ([whole, here]) => {
  const rules = (sheet) => [...sheet.cssRules].filter(rule => !(rule instanceof CSSKeyframesRule))
    .flatMap(rule => rule.selectorText ? [rule] : rule.cssRules ? rules(rule) : []);
  const parts = (rule) => rule.selectorText.split(/,(?![^()]*\\))/).map(it => it.trim());
  const selectors = async (text) => rules(await new CSSStyleSheet().replace(text)).flatMap(parts);
  const kept = new Set(await selectors(here));
  const gone = [...new Set(await selectors(whole))].filter(it => !kept.has(it));
  const plain = (it) => it.replace(/::?(?!is|where|not|has|root|first-|last-|only-|nth-)[\\w-]+(\\([^()]*\\))?/g, ":is(*)");
  return [gone.length, gone.filter(it => !it.includes("color-switching") && document.querySelector(plain(it)))];
}"""


def test_a_rule_of_the_theme_that_is_gone_matches_nothing(browser, address, site):
    """Also not what the theme and the labs make while the page is used."""
    with Visit(browser, address, "about/", 390) as visit:
        page = visit.page
        for path in (
            "",
            "understand/",
            "diagnose/read-my-gradients/",
            "reference/tables/",
            "about/contributing/",
        ):
            visit.go(f"{address}/{path}")
            for part in page.locator(", ".join(["article .highlight", *NETS])).all()[:8]:
                part.scroll_into_view_if_needed()
            page.locator(".md-header__button[data-for=__drawer]").click()
            page.keyboard.press("Escape")
            if path in ("", "understand/"):  # the search is the same everywhere
                page.keyboard.press("/")
                page.keyboard.type("gradient")
                page.locator(".md-search-result__item").first.wait_for()
            for sheet in style_sheets.THEME:
                both = [
                    next(folder.glob(Path(sheet).name))
                    for folder in (STYLES, site / Path(sheet).parent)
                ]
                count, missed = page.evaluate(
                    GONE, [file.read_text(encoding="utf-8") for file in both]
                )
                assert count > 50 and missed == [], path


def test_a_rule_stays_while_a_page_or_a_script_has_its_names():
    fixed = {name: {"ltr"} for name in style_sheets.FIXED}
    names = style_sheets.Names(
        words={"p", "a", "lab", "dir"}, made={"md-made", "tabbed"}, values=fixed
    )
    sheet = (
        "p>a.lab:hover{a:b}.md-made{a:b}.md-not{a:b}.tabbed{a:b}:is(.x,.lab) p{a:b}:is(.x,.y) p{a:b}p:not(.x){a:b}"
        "[dir=rtl] p{a:b}[dir=ltr] .lab,.x{a:b}@media print{.x{a:b}}@media screen{.x{a:b}p{a:b}}"
    )
    assert style_sheets.keep_needed(sheet, names) == (
        "p>a.lab:hover{a:b}.md-made{a:b}:is(.x,.lab) p{a:b}p:not(.x){a:b}"
        "[dir=ltr] .lab{a:b}@media screen{p{a:b}}"
    )


def test_what_nothing_reads_is_not_declared():
    assert (
        style_sheets.drop_unread(":root{--a:1;--b:url(x;y);c:d}.e{--f:1}", {"--a"})
        == ":root{--a:1;c:d}"
    )


def test_a_theme_without_its_sheets_is_an_error(tmp_path):
    with pytest.raises(Bad, match=r"brings 0 sheets called assets/stylesheets/main"):
        style_sheets.trim(tmp_path)


# ---------- the search ----------


def test_the_index_comes_with_the_focus_and_not_before(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    context.on("request", lambda request: asked.append(request.url.removeprefix(address)))
    page.goto(address)
    there(page)
    page.wait_for_load_state("networkidle")
    page.locator("a.md-tabs__link").nth(1).click()  # instant navigation keeps the worker
    page.wait_for_url("**/understand/")
    there(page)
    page.wait_for_load_state("networkidle")
    early = [url for url in asked if "whole.json" in url or "/workers/" in url]
    with context.expect_event("request", lambda request: "whole.json" in request.url):
        page.keyboard.press("/")
    page.keyboard.type("clipping")
    page.locator(".md-search-result__item").first.wait_for()
    context.close()
    assert early == []


SOUGHT = {
    "loss stuck": "diagnose/what-is-wrong/",
    "forget bias": "fix/gating/",
    "gradient norm 0.0": "diagnose/misdiagnosis/",
    "nan loss": "diagnose/nan/",
    "dead relu": "reference/faq/",
    "xavier": "fix/initialization/",
    "kaiming initialization": "fix/initialization/",
    "lstm forget gate": "fix/gating/",
    "clip_grad_norm_": "fix/clipping/",
}
FOUND = "() => [...new Set([...document.querySelectorAll('.md-search-result__item > a')].map(a => a.pathname))]"


def test_what_people_type_finds_its_page(browser, address):
    with Visit(browser, address, "?q=vanishing", 390) as visit:  # a shared link asks at once
        field, results = (
            visit.page.locator("[data-md-component=search-query]"),
            visit.page.locator(".md-search-result__item"),
        )
        results.first.wait_for()
        for words, page in SOUGHT.items():
            field.fill("")
            field.press("Shift")
            results.first.wait_for(state="detached")
            field.fill(words)
            field.press("Shift")
            results.first.wait_for()
            found = visit.page.evaluate(FOUND)
            assert "/" + page in found[:3], (words, found[:6])
        assert visit.wrong == []


def test_the_site_s_sheet_goes_out_with_all_its_rules_and_no_comment(site):
    source = (ROOT / "docs" / style_sheets.SITE).read_text(encoding="utf-8")
    sent = (site / style_sheets.SITE).read_text(encoding="utf-8")
    rules = [tinycss2.parse_stylesheet(t, True, True) for t in (source, sent)]
    bare = ["".join(tinycss2.serialize(part).split()) for part in rules]
    assert bare[0] == bare[1]
    assert "/*" in source and "/*" not in sent


def test_a_failed_index_is_asked_for_again(browser, address):
    context = browser.new_context()
    page, failed = context.new_page(), []
    context.route(
        "**/whole.json",
        lambda route: (
            route.continue_() if failed else (failed.append(1), route.fulfill(status=503))
        ),
    )
    page.goto(address)
    there(page)
    page.wait_for_load_state("networkidle")
    with page.expect_console_message(lambda message: "503" in message.text):
        page.keyboard.press("/")
    page.keyboard.type("clipping")
    page.locator(".md-search-result__item").first.wait_for()
    context.close()


def test_the_index_is_small_and_holds_sentences(site):
    whole = site / "search" / "whole.json"
    texts = [doc["text"] for doc in json.loads(whole.read_text(encoding="utf-8"))["docs"]]
    assert (
        len(texts) > 500
        and weight(whole) <= INDEX
        and weight(site / "search" / "search_index.json") < 300
    )
    lines = {
        line.strip()
        for path in (ROOT / "snippets/blocks").rglob("*.py")
        for line in path.read_text().splitlines()
        if len(line) > 60
    }
    assert (
        len(lines) > 150
        and not [(line, text) for text in texts for line in lines if line in text][:3]
    )
    assert not [text for text in texts if "<pre" in text or "</svg" in text]


def test_a_site_to_open_from_disk_keeps_the_theme_s_worker():
    from mkdocs.config.defaults import MkDocsConfig

    from snippets.weave.site import search

    class Offline:
        config = {"enabled": True}

    config = MkDocsConfig()
    config.plugins = {"material/offline": Offline()}
    assert not search.waits_for_search(config)
    Offline.config["enabled"] = False
    assert search.waits_for_search(config)


# ---------- what waits with its style ----------


def test_what_is_far_waits_and_keeps_its_room(browser, address):
    """On a phone every page is asked for its room in test_open."""
    with Visit(browser, address, "about/") as visit:
        for path in ("understand/", "diagnose/misdiagnosis/", "notebooks/gradient-flow/"):
            visit.go(f"{address}/{path}")
            waits, wrong = visit.page.evaluate(ROOM)
            assert waits >= 4 and wrong == [], path


def test_a_closed_drawer_waits_and_an_open_one_shows(browser, address):
    with Visit(browser, address, "understand/", 390) as visit:
        link = visit.page.locator(".md-sidebar--primary a.md-nav__link").first
        seen = (
            "e => e.checkVisibility({contentVisibilityProperty: true, contentVisibilityAuto: true})"
        )
        assert not link.evaluate(f"e => ({seen})(e.closest('.md-nav'))")
        visit.page.locator(".md-header__button[data-for=__drawer]").click()
        visit.page.wait_for_function(
            f"({seen})(document.querySelector('.md-sidebar--primary .md-nav'))"
        )


# ---------- fewer elements ----------


def test_merged_tokens_had_the_same_color(browser, address, site):
    """By the whole sheets of the theme: those of the site have lost the rules for what was merged."""
    whole = [
        next(STYLES.glob(Path(sheet).name)).read_text(encoding="utf-8")
        for sheet in style_sheets.THEME
    ]
    own = (site / "assets" / "stylesheets" / "site.css").read_text(encoding="utf-8")
    with Visit(browser, address, "fix/clipping/") as visit:
        for scheme in SCHEMES:
            visit.view(1280, scheme)
            colors = visit.page.evaluate(
                """async ([classes, texts]) => {
              document.adoptedStyleSheets = await Promise.all(texts.map(text => new CSSStyleSheet().replace(text)));
              const code = document.querySelector(".highlight code");
              return classes.map(name => {
                const span = document.createElement("span");
                if (name !== "plain") span.className = name;
                code.append(span);
                const { color, fontWeight, fontStyle, backgroundColor } = getComputedStyle(span);
                return [color, fontWeight, fontStyle, backgroundColor].join();
              });
            }""",
                [[*COLOR, *COLOR.values()], [*whole, own]],
            )
            assert colors[: len(COLOR)] == colors[len(COLOR) :], scheme


SAMPLE = """<div class="language-python highlight"><pre><span></span><code><span class="n">a</span> <span class="o">=</span>
<span class="s2">&quot;x</span><span class="si">{</span><span class="n">b</span>\
<span class="p">)</span> <span class="p">(</span><span class="k">if</span>
</code></pre></div>"""


def test_merging_changes_no_letter():
    words = lambda html: re.sub("<[^>]*>", "", html)  # noqa: E731
    made = merge_spans(SAMPLE)
    assert (
        words(made) == words(SAMPLE)
        and 'style="--lines:2"' in made
        and '<span class="p">) (</span>' in made
    )
    assert made.count("<span") < SAMPLE.count("<span") - 3 and merge_spans(words(SAMPLE)) == words(
        SAMPLE
    )


tenth = st.integers(-5000, 5000).map(lambda n: n / 10)
part = st.sampled_from(["L", "C", "Q", "z"]).flatmap(
    lambda c: st.tuples(
        st.just(c), st.lists(tenth, min_size=(n := {"L": 2, "C": 6, "Q": 4, "z": 0}[c]), max_size=n)
    )
)


def corners(data: str) -> list[tuple[int, int]]:
    """Where each step of relative path data ends, in tenths."""
    at, start, ends = (0, 0), (0, 0), []
    for command, written in re.findall(r"([Mlcqz])([^Mlcqz]*)", data):
        numbers = [round(10 * float(n)) for n in re.findall(r"-?(?:\d+(?:\.\d+)?|\.\d+)", written)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        for x, y in points[{"c": 2, "q": 1}.get(command, 0) :: {"c": 3, "q": 2}.get(command, 1)]:
            at = (x, y) if command == "M" else (at[0] + x, at[1] + y)
            start = at if command == "M" else start
            ends.append(at)
        if command == "z":
            at = start
    return ends


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no clock decides
@given(tenth, tenth, st.lists(part, max_size=12))
def test_short_paths_pass_the_same_points(x, y, parts):
    long = f"M {x} {y} " + " ".join(
        f"{command} {' '.join(map(str, numbers))}" for command, numbers in parts
    )
    ends = [
        (round(10 * x), round(10 * y)),
        *((round(10 * n[-2]), round(10 * n[-1])) for c, n in parts if c != "z"),
    ]
    made = shorten(f'<path d="{long}"/>')[9:-3]
    once = lambda points: [p for i, p in enumerate(points) if not i or p != points[i - 1]]  # noqa: E731
    assert once(corners(made)) == once(ends) or "z" in made
