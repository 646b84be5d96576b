"""Every page in each width and scheme, and for readers who enlarge, space out, narrow, print, or set colors of their own; what is said."""

import re

import pytest

from tests.support.pages import (
    BROKEN,
    CORNERS,
    EVERYWHERE,
    LOST,
    ROOM,
    SETTLED,
    SHIFT,
    VIEWS,
    Mounted,
    Visit,
    barriers,
)

SPACED = """*:not(svg *) { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""  # WCAG 2.2, criterion 1.4.12
STYLED = "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }"
A4 = 703  # px of the text on the narrower of the two papers, margins of 12 mm off
TYPICAL = ("", "fix/clipping/", LOST)  # judged in every corner: each kind of frame is among them
NAMED = "const named = e => `${e.localName}.${e.getAttribute('class')} ${e.textContent.trim().slice(0, 40)}`;"
CUT = f"""() => {{ {NAMED}
  return [...document.querySelectorAll('body *:not(svg *)')].filter(e => {{
    const {{ overflowX, overflowY, clipPath, textOverflow }} = getComputedStyle(e);
    const seen = e.checkVisibility({{ visibilityProperty: true, opacityProperty: true }}) && clipPath === 'none';
    if (!seen || e.clientWidth < 3 || e.clientHeight < 3) return false;
    if (e.getBoundingClientRect().right <= 0) return false; // the drawer, closed
    return /hidden|clip/.test(overflowX) && e.scrollWidth > e.clientWidth + 2 && textOverflow !== 'ellipsis'
      || /hidden|clip/.test(overflowY) && e.scrollHeight > e.clientHeight + 4;
  }}).map(named);
}}"""
PRINTED_WIDE = f"""() => {{ {NAMED}
  return [...document.querySelectorAll('article :is(pre > code, .eq, table, svg, math, img)')].filter(e => e.checkVisibility()
    && (e.getBoundingClientRect().right > innerWidth + 1 || e.localName === 'code' && e.scrollWidth > e.clientWidth + 1)).map(named);
}}"""
FRAME = f"""() => {{ {NAMED}
  const parts = 'header, nav, footer, button, input, select, textarea, video, .md-sidebar, .md-search, .headerlink';
  return [...document.querySelectorAll(parts)].filter(e => e.checkVisibility() && e.getBoundingClientRect().height > 0
    && !e.matches('th button, .lab select, .lab [type=number], .reader textarea')).map(named);
}}"""


class Seen(Visit):
    """A page that is looked at under conditions, each of which may find fault with it."""

    def faults(self) -> dict:
        """Condition: what is wrong under it."""
        page, found = self.page, {}

        def size(width: int, height: int = 900) -> None:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(SETTLED, [width, None])

        def fits(condition: str, width: int) -> None:
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found[condition] = f"{wide} px in {width}"

        def whole(condition: str) -> None:
            if cut := page.evaluate(CUT):
                found[f"{condition}, cut off"] = cut[:4]

        size(1280)
        page.evaluate("document.documentElement.style.fontSize = '250%'")  # twice the theme's own
        fits("text twice as large", 1280)
        whole("text twice as large")
        page.evaluate("document.documentElement.style.fontSize = ''")
        size(320)
        fits("320 px, as at 400 %", 320)
        page.evaluate(STYLED, SPACED)
        fits("320 px, spaced out", 320)
        whole("320 px, spaced out")
        page.evaluate("document.adoptedStyleSheets = []")
        page.emulate_media(media="print")
        size(A4, 1000)
        fits("printed on A4", A4)
        if wide := page.evaluate(PRINTED_WIDE):
            found["printed on A4, cut off"] = wide[:4]
        if frame := page.evaluate(FRAME):
            found["printed with its frame"] = frame[:6]
        page.emulate_media(media="screen")
        return found


@pytest.fixture(scope="module", params=EVERYWHERE)
def opened(request, browser, address):
    """Every page in turn, opened once as on a phone; the tests of a page follow one another, from one view to the next."""
    with Seen(browser, address, request.param, *VIEWS[0]) as visit:
        visit.path = request.param
        yield visit


def test_a_page_comes_and_nothing_moves(opened):
    assert opened.page.evaluate(SHIFT) <= 0.001, "the layout shifts while the page loads"
    assert opened.page.evaluate(ROOM)[1] == [], (
        "what waits far from the window is not as high as the room set aside"
    )
    assert opened.page.evaluate(
        "[document.documentElement.lang, document.documentElement.dir]"
    ) == ["en", "ltr"]


def test_a_page_at_both_widths_in_both_schemes(opened):
    found, opened.motion = {}, "reduce"
    for width, scheme in VIEWS if opened.path not in TYPICAL else CORNERS:
        opened.view(width, scheme)
        if (wide := opened.page.evaluate("document.documentElement.scrollWidth")) > width:
            found[width, scheme] = f"the page scrolls sideways: {wide} px"
        if (
            axe := barriers(
                opened.page, colors=(width, scheme) != VIEWS[0] and opened.path not in TYPICAL
            )
        ).violations_count:
            found[width, scheme, "axe"] = axe.generate_report()
    assert found == {}


def test_a_page_enlarged_spaced_and_printed(opened):
    assert opened.faults() == {}


def test_a_page_has_all_its_parts_and_says_nothing_wrong(opened):
    assert opened.page.evaluate(BROKEN) == []
    assert opened.wrong == [] or opened.page.url.endswith(LOST)


# ---------- on paper ----------


def sheets(visit, paper: str) -> int:
    """How many sheets a page takes."""
    return len(
        re.findall(rb"/Type\s*/Page\b", visit.page.pdf(format=paper, prefer_css_page_size=True))
    )


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 6),
        ("understand/", 15),
        ("diagnose/what-is-wrong/", 11),
        ("practice/self-check/", 18),
        (LOST, 1),
    ],
)
def test_a_page_takes_the_paper_that_it_needs(browser, address, path, most):
    """Text, figures and open answers, and nothing of the frame, the menus or the labs' buttons around them."""
    with Visit(browser, address, path) as visit:
        assert 1 <= sheets(visit, "A4") <= most and sheets(visit, "Letter") <= most + 1


def test_a_printed_lab_shows_its_state_without_its_buttons(browser, address):
    with Mounted(browser, address, "understand/", "gradient-lab") as lab:
        lab.page.emulate_media(media="print")
        assert (
            lab.page.locator(
                "gradient-lab button:visible, gradient-lab input[type=range]:visible"
            ).count()
            == 0
        )
        assert (
            lab.page.locator("gradient-lab .lab__said").is_visible()
            and lab.page.locator("gradient-lab .chart svg").first.is_visible()
        )
        assert "30" in lab.page.locator("gradient-lab .lab__value").first.inner_text()
        assert lab.element().evaluate("e => getComputedStyle(e).minHeight") == "0px"


def test_printed_links_to_elsewhere_say_where_they_lead(browser, address):
    with Visit(browser, address, "reference/references/") as visit:
        visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        visit.page.emulate_media(media="print")
        told = visit.page.locator("article a[data-leads]").evaluate_all(
            "all => all.map(a => getComputedStyle(a, '::after').content)"
        )
        assert len(told) > 10 and all("http" in words for words in told)
        assert visit.page.locator(f"article a[data-leads^='{address}']").count() == 0


# ---------- colors of the reader's own ----------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colors_everything_is_told_apart(browser, address, scheme):
    """Icons, verdicts and what is pressed do not vanish into the ground, and curves keep colors and dashes of their own."""
    with Visit(
        browser, address, "reference/checked-claims/", 1280, scheme, forced_colors="active"
    ) as visit:
        assert visit.page.evaluate("matchMedia('(forced-colors: active)').matches")
        ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        style = "([selector, part]) => getComputedStyle(document.querySelector(selector), part).backgroundColor"
        assert visit.page.evaluate(style, [".verdict", "::before"]) != ground
        assert visit.page.evaluate(style, [".btn[aria-pressed=true]", None]) != ground
        visit.go(f"{address}/understand/")
        visit.page.locator("article .highlight").first.scroll_into_view_if_needed()
        visit.page.locator(".md-clipboard, .md-code__button").first.wait_for()
        assert visit.page.evaluate(style, [".md-clipboard, .md-code__button", "::after"]) != ground
        lines = (
            "all => all.map(e => getComputedStyle(e).stroke + getComputedStyle(e).strokeDasharray)"
        )
        strokes = visit.page.locator(
            ".fig__svg .s-c-sigmoid, .fig__svg .s-c-relu, .fig__svg .s-c-bn"
        ).evaluate_all(lines)
        assert len(set(strokes)) >= 3 and ground not in {s.partition(")")[0] + ")" for s in strokes}


def test_more_contrast_is_given_where_it_is_asked_for(browser, address):
    quiet = "getComputedStyle(document.querySelector('.headpiece__note')).color === getComputedStyle(document.body).color"
    for contrast, same in (("no-preference", False), ("more", True)):
        with Visit(browser, address, "understand/", contrast=contrast) as visit:
            assert visit.page.evaluate(quiet) == same


def test_less_motion_is_kept_to(browser, address):
    with Visit(browser, address, "", reduced_motion="reduce") as visit:
        assert visit.page.evaluate("document.getAnimations().length") == 0
