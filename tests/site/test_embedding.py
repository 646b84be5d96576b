"""What teachers take away: the labs alone in a frame, every figure at its address, sheets that print."""

import html
import re

import pytest

from snippets.measurement import ROOT
from snippets.weave.site import frames
from tests.conftest import served
from tests.support.pages import DRAWN, FRAMES, SCHEMES, Mounted, Visit

LABS = list(frames.LABS)
PAGE = ROOT / "docs" / "practice" / "teachers.md"
HOST = """<!doctype html><title>A course</title><body style="margin: 0"><p style="height: 3000px">Much text.</p>
<iframe src="{source}" style="border: 0; width: {width}px; height: {height}px" {allow}></iframe><p style="height: 3000px">More text.</p>"""


def test_every_figure_is_listed_with_files_that_exist(site):
    text = PAGE.read_text(encoding="utf-8")
    figures = sorted(p.stem for p in (ROOT / "snippets" / "figures").glob("[!_]*.py"))
    assert re.findall(r"\[SVG\]\(\.\./figures/(\w+)\.svg\)", text) == figures
    assert all(
        (site / "figures" / f"{name}.{kind}").is_file()
        for name in figures
        for kind in ("svg", "png", "csv")
    )
    assert all("| [" in row for row in text.splitlines() if "[SVG]" in row), "a figure has no page"


def test_a_lab_stands_alone(browser, address):
    for tags, width, scheme in ((LABS[::2], 390, "dark"), (LABS[1::2], 1000, "light")):
        with Visit(browser, address, f"embed/{tags[0]}.html", width, scheme) as visit:
            for tag in tags:
                visit.go(f"{address}/embed/{tag}.html")
                visit.page.wait_for_function(DRAWN, arg=tag)
                assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, tag
                dark = (
                    visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
                    == "rgb(20, 23, 28)"
                )
                assert dark == (scheme == "dark"), tag
            assert [
                w for w in visit.wrong if not w.startswith("failed")
            ] == []  # to go on cancels what was still on its way


def test_a_frame_takes_its_settings_from_the_address(browser, address):
    with Visit(browser, address, "embed/gradient-lab.html#lab?v=1&init=he&depth=50") as visit:
        visit.page.locator("gradient-lab[data-ready]").wait_for()
        assert visit.page.evaluate(
            "(lab => [lab.settings.init, lab.settings.depth])(document.querySelector('gradient-lab'))"
        ) == ["he", 50]


def test_without_a_script_a_frame_says_where_to_go(browser, address):
    with Visit(browser, address, "embed/phase-map.html", java_script_enabled=False) as visit:
        assert "needs JavaScript" in visit.page.locator("phase-map").inner_text()
        assert visit.page.locator("phase-map figure svg").is_visible()
        visit.page.locator("phase-map a").click()
        assert visit.page.url.endswith("understand/signal-propagation/")


# ---------- in a page of others ----------


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Another site, with an empty page."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "host.html").write_text("<!doctype html><title>A course</title>", encoding="utf-8")
    with served(folder) as place:
        yield place.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def course(browser):
    """A tab in which pages of a course are opened one after the other."""
    page = browser.new_page(reduced_motion="reduce")
    yield page
    page.context.close()


def hosted(
    page,
    address,
    host,
    source,
    width=1000,
    height=1250,
    allow='allow="clipboard-write; fullscreen"',
    window=700,
):
    """The frame of a page on `host`, with a lab of this site below three thousand pixels of text."""
    page.set_viewport_size({"width": width, "height": window})
    page.goto(f"{host}/host.html" if host != address else f"{address}/llms.txt")
    page.set_content(
        HOST.format(source=f"{address}/{source}", width=width, height=height, allow=allow)
    )
    frame = page.frames[1]
    frame.locator("[data-ready] .lab").wait_for(state="attached")
    page.evaluate(FRAMES)
    return frame


@pytest.mark.parametrize("tag", LABS)
def test_a_frame_never_scrolls_the_page_around_it(browser, course, address, elsewhere, tag):
    """Each lab is opened with every kind of address, each of these on a page of this site and on one of another, by turns."""
    identity, page = frames.LABS[tag][1], course
    for i, fragment in enumerate((f"#{identity}?v=1", f"#{identity}", ""), start=LABS.index(tag)):
        host = (address, elsewhere)[i % 2]
        frame = hosted(page, address, host, f"embed/{tag}.html{fragment}")
        assert page.evaluate("scrollY") == 0, (fragment, host)
        for changed in (f"#{identity}?v=1&x=1", f"#{identity}?v=1"):
            frame.evaluate("hash => { location.hash = hash; }", changed)
            page.evaluate(FRAMES)
            page.evaluate(
                "src => { document.querySelector('iframe').src = src; }",
                f"{address}/embed/{tag}.html{changed}&y=2",
            )
            page.evaluate(FRAMES)
        frame.evaluate(
            "all => document.querySelectorAll('.lab button').forEach(button => button.click())"
        )
        page.evaluate(FRAMES)
        assert page.evaluate("scrollY") == 0, (fragment, host)


@pytest.mark.parametrize("tag", LABS)
def test_a_press_in_a_frame_leaves_the_page_where_it_is(browser, course, address, elsewhere, tag):
    """In a low window, in which what a press leads to may be out of sight, and where copying is not allowed."""
    page, frame = (
        course,
        hosted(course, address, elsewhere, f"embed/{tag}.html", 390, 2400, allow="", window=160),
    )
    page.locator("iframe").evaluate("it => it.scrollIntoView()")
    frame.locator(".lab [role=img]").first.wait_for()
    for _ in range(2):  # the second round with a question asked
        for button in frame.locator(".lab button:visible:enabled").all():
            if not button.is_visible() or button.inner_text() == "Fullscreen":
                continue
            button.evaluate("it => it.scrollIntoView()")
            page.evaluate(FRAMES)
            before = page.evaluate("scrollY")
            assert before > 2000
            button.click()
            page.evaluate(FRAMES)
            assert page.evaluate("scrollY") == before, button
        if tag == "phase-map":
            break
        if tag != "sketch-pad":
            frame.locator(".lab__preset select").select_option(index=2)
            page.evaluate(FRAMES)


def heights() -> dict[str, dict[int, int]]:
    """The heights that the page recommends, by lab and width of the column."""
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `embed/") or line.startswith("| The frame's address")
    ]
    widths = [int(re.sub(r"\D", "", cell)) for cell in rows[0][1:]]
    return {
        row[0].removeprefix("embed/").removesuffix(".html"): dict(
            zip(widths, map(int, row[1:]), strict=True)
        )
        for row in rows[1:]
    }


DRAWN_AT = """width => {
  const svg = frames[0].document.querySelector('.lab svg.fig__svg'), [, , drawn] = svg.getAttribute('viewBox').split(' ');
  return frames[0].innerWidth === width && Number(drawn) === svg.parentElement.clientWidth;
}"""


@pytest.mark.parametrize("tag", LABS)
def test_the_recommended_height_holds_the_whole_lab(browser, course, address, tag):
    recommended = heights()[tag]
    assert list(recommended) == [390, 700, 1000]
    room = "document.documentElement.clientHeight - document.documentElement.scrollHeight"
    page, frame = course, hosted(course, address, address, f"embed/{tag}.html")
    page.locator("iframe").scroll_into_view_if_needed()
    for width in (390, 690, 700, 990, 1000, 1300):
        height = recommended[max(w for w in recommended if w <= width)]
        page.set_viewport_size({"width": max(width, 800), "height": 900})
        page.locator("iframe").evaluate(
            "(it, [w, h]) => { it.style.width = `${w}px`; it.style.height = `${h}px`; }",
            [width, height],
        )
        page.wait_for_function(DRAWN_AT, arg=width)
        page.evaluate(FRAMES)
        assert (
            frame.evaluate(room) == 0
            and frame.evaluate("document.documentElement.scrollWidth") <= width
        ), width
        used = frame.locator("main").evaluate("it => it.getBoundingClientRect().bottom")
        assert used > 0.6 * height, f"{height} px are too much at {width}"


def test_the_code_that_is_shown_has_the_recommended_height():
    shown = re.findall(r"<iframe.*?</iframe>", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(shown) == 2 and all(
        f'height="{heights()["gradient-lab"][1000]}"' in code for code in shown
    )
    assert all(
        html.unescape(code).count(frames.PLACE + "embed/gradient-lab.html") == 1 for code in shown
    )


LOOK = """lab => [...lab.querySelectorAll('a, button, summary, select, label')].filter((it) => !it.closest('.fig, .stack, .tab__get'))
  .map((it) => {
    const look = (part, ...names) => names.map((name) => getComputedStyle(it, part)[name]);
    return [it.localName, it.textContent.trim(), it.localName === 'summary' && getComputedStyle(it).display, // a list item has a marker
      ...look(null, 'color', 'textDecorationLine', 'textDecorationColor', 'fontSize', 'fontFamily', 'cursor', 'boxSizing', 'paddingTop'),
      ...look('::after', 'content', 'position', 'top', 'right', 'fontSize')];
  })"""


@pytest.mark.parametrize("tag", LABS)
def test_a_lab_alone_looks_as_it_does_on_its_page(browser, address, tag):
    _, identity, home = frames.LABS[tag]
    looks, scheme = [], [*SCHEMES][LABS.index(tag) % 2]
    for path in (f"{home}#{identity}?v=1", f"embed/{tag}.html"):
        with Mounted(browser, address, path, tag, 1280, scheme) as visit:
            looks.append(visit.element().locator(".lab").evaluate(LOOK))
    there, alone = looks
    if tag == "phase-map":  # on its page a table can be opened as well, with its own button
        there = [it for it in there if it in alone or not it[1].startswith("How")]
    assert alone == there
