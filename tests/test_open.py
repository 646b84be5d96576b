"""Every page for readers who enlarge, space out, narrow, print, or set colors of their own; what is said aloud; what keys reach."""

import pytest

from tests.pages import EVERYWHERE, LOST, SETTLED, Visit

SPACED = """*:not(svg *) { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""  # WCAG 2.2, criterion 1.4.12
STYLED = "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }"
A4, LETTER = 703, 725  # px of the text on each paper, margins of 12 mm off
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

        fits("320 px, as at 400 %", 320)
        page.evaluate(STYLED, SPACED)
        fits("320 px, spaced out", 320)
        whole("320 px, spaced out")
        size(1280)
        fits("spaced out", 1280)
        whole("spaced out")
        page.evaluate("document.adoptedStyleSheets = []")
        page.evaluate("document.documentElement.style.fontSize = '250%'")  # twice the theme's own
        fits("text twice as large", 1280)
        whole("text twice as large")
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.emulate_media(media="print")
        for name, width in (("A4", A4), ("Letter", LETTER)):
            size(width, 1000)
            fits(f"printed on {name}", width)
            if wide := page.evaluate(PRINTED_WIDE):
                found[f"printed on {name}, cut off"] = wide[:4]
        if frame := page.evaluate(FRAME):
            found["printed with its frame"] = frame[:6]
        page.emulate_media(media="screen")
        return found


@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_page_enlarged_spaced_and_printed(browser, address, path):
    with Seen(browser, address, path, 320) as visit:
        assert visit.page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["en", "ltr"]
        assert visit.faults() == {}
        assert visit.wrong == [] or path == LOST
