"""What a reader sees and presses, measured in the browser: nothing of the theme's own look, fields that look sound, tabs and colors
in order, numbers in one piece, cards with all their headings, and a sheet that fills its page."""

import re

import pytest

from snippets.measurement import ROOT
from tests.support.pages import PAGES, VIEWS, Mounted, Visit, path_of

READ = [path_of(page) for page in PAGES]
FOLDED = {
    "practice/interview/": "question",
    "practice/self-check/": "question",
    "practice/exercises/": "hint",
    "fix/clipping/": "question",
}
STYLE = "(e, [name, pseudo]) => getComputedStyle(e, pseudo)[name]"


def style(locator, name: str, pseudo: str | None = None) -> str:
    return locator.evaluate(STYLE, [name, pseudo])


def color(visit, token: str) -> str:
    """A color of the site as the browser computes it now."""
    return visit.page.evaluate(
        """token => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = `var(--${token})`;
        const found = getComputedStyle(probe).color;
        probe.remove();
        return found;
    }""",
        token,
    )


# ---------- folded questions ----------


@pytest.mark.parametrize(
    "paths",
    [("practice/interview/", "practice/exercises/"), ("practice/self-check/", "fix/clipping/")],
)
def test_an_opened_question_has_no_halo_and_keeps_its_color(browser, address, paths):
    width, scheme = VIEWS["fix/clipping/" in paths]
    with Visit(browser, address, paths[0], width, scheme) as visit:
        for path in paths:
            if path != paths[0]:
                visit.go(f"{address}/{path}")
            fold = visit.page.locator(f"article details.{FOLDED[path]}:visible").first
            title = fold.locator("summary").first
            before = style(title, "color")
            title.click()
            assert fold.evaluate(
                "e => e.open && e.contains(document.activeElement) && e.matches(':hover')"
            ), path
            assert style(fold, "boxShadow") == "none" and style(title, "color") == before == color(
                visit, "ink"
            ), path
            assert style(title, "color", "::after") == color(visit, "flare"), (
                f"{path}: its sign says that it can be pressed"
            )


def test_what_people_get_wrong_has_no_halo(browser, address):
    with Visit(browser, address, "fix/clipping/") as visit:
        link = visit.page.locator("article .admonition a").first
        link.focus()
        assert style(visit.page.locator("article .admonition:focus-within"), "boxShadow") == "none"


# ---------- fields ----------

FIELDS = {
    "diagnose/read-my-gradients/": ("gradient-reader textarea", "gradient-reader select"),
    "reference/checked-claims/": (".claims-bar select",),
    "practice/self-check/": (".questions input",),
}


def test_a_sound_field_with_the_focus_does_not_look_wrong(browser, address):
    with Visit(browser, address, "about/") as visit:
        for i, (path, fields) in enumerate(FIELDS.items()):
            visit.page.emulate_media(color_scheme=("light", "dark")[i % 2])
            visit.go(f"{address}/{path}")
            for field in fields:
                it = visit.page.locator(field).first
                it.scroll_into_view_if_needed()
                it.focus()
                visit.page.keyboard.press("Shift+Tab")
                visit.page.keyboard.press("Tab")
                assert (
                    it.evaluate("e => e === document.activeElement")
                    and style(it, "outlineStyle") == "solid"
                ), field
                assert style(it, "outlineColor") == color(visit, "s0") != color(visit, "flare"), (
                    field
                )


@pytest.mark.parametrize(
    ("path", "tag"), [("understand/", "gradient-lab"), ("practice/sketch/", "sketch-pad")]
)
def test_the_controls_of_a_lab_do_not_look_wrong(browser, address, path, tag):
    with Mounted(browser, address, path, tag) as lab:
        lab.page.locator(f"{tag} summary").evaluate_all(
            "all => all.forEach(summary => { summary.parentElement.open = true; })"
        )
        lab.page.keyboard.press("Tab")  # the focus is seen where keys move it
        found = lab.page.locator(f"{tag} :is(select, input):enabled:visible").evaluate_all("""all => all.map(e => {
            e.focus();
            const { outlineStyle, outlineColor } = getComputedStyle(e);
            return [e.type, outlineStyle, outlineColor];
        })""")
        assert [it for it in found if it[1] == "none" or it[2] != color(lab, "s0")] == []
        kinds = {kind for kind, *_ in found}
        assert kinds >= (
            {"radio", "range"} if tag == "sketch-pad" else {"select-one", "range", "number"}
        )


# ---------- tabs ----------

BANDS = """() => {
  const box = (e) => e.getBoundingClientRect();
  const header = box(document.querySelector('.md-header'));
  const seen = [...document.querySelectorAll('.md-tabs__link')].map(link => {
    const { left, right, top, bottom } = box(link), { opacity } = getComputedStyle(link);
    const at = document.elementFromPoint((left + right) / 2, bottom - 2);
    return { on: at === link || link.contains(at), opacity: Number(opacity), covered: bottom - 2 <= header.bottom };
  });
  return { seen, below: box(document.querySelector('.md-tabs')).bottom > header.bottom };
}"""


def test_tabs_leave_with_the_page_and_leave_no_bar(browser, address):
    """As long as one pixel of their row is seen they are, and can be pressed; then the header has a line of its own."""
    with Visit(browser, address, "understand/jacobians/") as visit:
        visit.page.mouse.move(640, 500)
        there = 0
        for _ in range(24):
            at = visit.page.evaluate("scrollY")
            visit.page.mouse.wheel(0, 5)
            visit.page.wait_for_function("at => scrollY > at", arg=at)
            visit.page.evaluate(
                "Promise.all(document.getAnimations().map(a => a.finished.catch(() => 0))).then(() => 0)"
            )
            found = visit.page.evaluate(BANDS)
            assert all(
                tab["opacity"] == 1 and (tab["on"] or tab["covered"]) for tab in found["seen"]
            ), f"after {at} px"
            there += any(tab["on"] for tab in found["seen"])
        assert there >= 4 and not found["below"]
        visit.page.wait_for_function(
            "() => !/, 0\\)$/.test(getComputedStyle(document.querySelector('.md-header')).borderBottomColor)"
        )
        visit.page.evaluate("scrollTo(0, 20)")
        visit.page.wait_for_function("() => document.querySelector('.md-tabs').hidden")
        visit.page.locator(".md-tabs__link", has_text="Diagnose").click()
        visit.page.wait_for_url(re.compile("/diagnose/$"))


def test_the_header_of_a_narrow_window_has_its_line(browser, address):
    with Visit(browser, address, "understand/jacobians/", 390) as visit:
        assert style(visit.page.locator(".md-header"), "borderBottomColor") == color(visit, "line")


def test_with_forced_colors_only_what_lies_over_the_page_is_framed(browser, address):
    with Visit(browser, address, "fix/gating/", forced_colors="active") as visit:
        for width, framed in ((1280, False), (390, True)):
            visit.view(width, "light")
            assert (
                style(visit.page.locator(".md-sidebar--primary"), "outlineStyle") != "none"
            ) == framed, width


@pytest.mark.parametrize("width", [1280, 390])
def test_a_part_that_an_address_names_stands_below_the_header(browser, address, width):
    with Visit(browser, address, "reference/faq/", width) as visit:
        for at in (1, 3):
            link = visit.page.locator("article h2[id], article h3[id]").nth(at).get_attribute("id")
            visit.page.evaluate("id => { location.hash = id; }", link)
            visit.page.wait_for_function(
                """id => {
                const { top } = document.getElementById(id).getBoundingClientRect();
                return top >= document.querySelector('.md-header').getBoundingClientRect().bottom && top < innerHeight / 2;
            }""",
                arg=link,
            )


def test_a_tab_that_has_the_focus_is_not_under_the_header(browser, address):
    with Visit(browser, address, "understand/jacobians/") as visit:
        visit.page.evaluate("scrollTo(0, 400)")
        visit.page.locator(".md-search__input").focus()
        visit.page.keyboard.press("Tab")
        while not visit.page.evaluate("document.activeElement.matches('.md-tabs__link')"):
            visit.page.keyboard.press("Tab")
        visit.page.wait_for_function("""() => document.activeElement.getBoundingClientRect().top
            >= document.querySelector('.md-header').getBoundingClientRect().bottom""")


# ---------- colors ----------

PAPER = "getComputedStyle(document.body).backgroundColor"
BUTTON = ".md-header button.palette"


@pytest.mark.parametrize("system", ["light", "dark"])
def test_every_press_changes_the_colors_and_says_so_before(browser, address, system):
    with Visit(browser, address, "about/", 1280, system) as visit:
        button, follows = visit.page.locator(BUTTON), ", as your system has them"
        for press, how in enumerate(("press", "Enter", " ", "press", "Enter", " ")):
            shown, said = visit.page.evaluate(PAPER), button.get_attribute("aria-label")
            other = {"light": "dark", "dark": "light"}[system] if press % 2 == 0 else system
            assert (
                said
                == button.get_attribute("title")
                == f"Switch to {other} colors{follows if press % 2 else ''}"
            )
            button.click() if how == "press" else button.press(how)
            assert (
                visit.page.evaluate(PAPER) != shown and button.locator("svg:visible").count() == 1
            ), how
            assert (
                visit.page.evaluate("document.body.dataset.mdColorScheme")
                == {"light": "default", "dark": "slate"}[other]
            )


def test_chosen_colors_stay_until_the_system_is_followed_again(browser, address):
    """A choice outlasts a load and the system's own change; a press that offers what the system has gives the choice back to it."""
    with Visit(browser, address, "about/", 1280, "light") as visit:
        scheme = "document.body.dataset.mdColorScheme"
        visit.page.locator(BUTTON).click()
        visit.again()
        assert visit.page.evaluate(scheme) == "slate"
        visit.page.emulate_media(color_scheme="dark")
        visit.page.emulate_media(color_scheme="light")
        assert visit.page.evaluate(scheme) == "slate"
        visit.page.locator(BUTTON).click()
        visit.again()
        visit.page.emulate_media(color_scheme="dark")
        visit.page.wait_for_function(f"{scheme} === 'slate'")


def test_what_the_theme_once_kept_is_understood(browser, address):
    with Visit(browser, address, "about/", 1280, "dark") as visit:
        for index, media, kept, worn in (
            (0, "(prefers-color-scheme)", "default", "slate"),
            (1, "(prefers-color-scheme: light)", "default", "default"),
            (2, "(prefers-color-scheme: dark)", "slate", "slate"),
        ):
            visit.page.evaluate("localStorage.clear()")
            visit.page.evaluate(
                "([index, media, scheme]) => __md_set('__palette', {index, color: {media, scheme}})",
                [index, media, kept],
            )
            visit.again()
            assert visit.page.evaluate("document.body.dataset.mdColorScheme") == worn, media


def test_chosen_colors_are_worn_before_anything_is_shown(browser, address):
    """Without the theme's scripts and before the page's own: the header is all that has been read."""
    with Visit(browser, address, "about/", 1280, "light", own=True) as visit:
        visit.page.locator(BUTTON).click()
        visit.page.route("**/*.js", lambda route: route.abort())
        visit.page.add_init_script("""new MutationObserver((_, watch) => {
            if (!document.querySelector('main')) return;
            window.first = document.body.dataset.mdColorScheme;
            watch.disconnect();
        }).observe(document, {childList: true, subtree: true})""")
        visit.page.reload()
        assert visit.page.evaluate("first") == "slate"


def test_colors_are_changed_after_instant_navigation(browser, address):
    with Visit(browser, address, "about/", 1280, "light") as visit:
        urls = "".join(
            f"<url><loc>{address}/{path}</loc></url>" for path in ("about/", "about/changelog/")
        )
        visit.page.route(
            "**/sitemap.xml",
            lambda route: route.fulfill(
                body=f"<urlset>{urls}</urlset>", content_type="application/xml"
            ),
        )
        visit.again()
        visit.page.evaluate("window.same = true")
        visit.page.locator(BUTTON).click()
        visit.page.locator(".md-sidebar--primary a[href$='changelog/']").click()
        visit.page.wait_for_url(re.compile("changelog/$"))
        visit.page.locator("h1", has_text="Changelog").wait_for()
        assert visit.page.evaluate("same && document.body.dataset.mdColorScheme") == "slate"
        visit.page.locator(BUTTON).click()
        assert visit.page.evaluate("document.body.dataset.mdColorScheme") == "default"


def test_without_scripts_no_button_offers_colors(browser, address):
    with Visit(browser, address, "about/", 1280, "dark", java_script_enabled=False) as visit:
        assert (
            not visit.page.locator(BUTTON).is_visible()
            and visit.page.evaluate(PAPER) == "rgb(20, 23, 28)"
        )


# ---------- numbers ----------

PARTED = r"""() => {
  document.querySelectorAll('article details').forEach(fold => { fold.open = true; });
  const parted = [], number = /\d[\d.,]*(?:\s×\s10[⁻⁰¹²³⁴-⁹]+|\s?%)|\d[\d.,]*\d/g;
  for (const block of document.querySelectorAll('article :is(p, li, td, th, dt, dd, h1, h2, h3, summary, figcaption)')) {
    if (block.querySelector('p, li, td, dd') || !block.checkVisibility()) continue;
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT), nodes = [];
    let text = '';
    for (let node; (node = walker.nextNode());) {
      const aside = node.parentElement.closest('svg, math, code, template');
      for (let i = 0; i < node.length; i++) nodes.push([node, i]);
      text += aside ? 'x'.repeat(node.length) : node.data;
    }
    const middle = (place) => {
      const range = document.createRange(), [node, at] = nodes[place];
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = [...range.getClientRects()].at(-1);
      return box ? (box.top + box.bottom) / 2 : null;
    };
    for (const { 0: found, index } of text.matchAll(number)) {
      const [a, b] = [middle(index), middle(index + found.length - 1)];
      if (a !== null && b !== null && Math.abs(a - b) > 8) parted.push(text.slice(Math.max(0, index - 20), index + found.length + 5));
    }
  }
  return [parted, document.documentElement.scrollWidth];
}"""
CODE = re.compile(r"<(pre|code|script)\b.*?</\1>", re.DOTALL)
WIDTHS = (320, 390, 1280)


def test_no_line_parts_a_number(browser, address):
    with Visit(browser, address, "about/", WIDTHS[0]) as visit:
        for i, path in enumerate(
            (
                "practice/exercises/",
                "diagnose/misdiagnosis/",
                "understand/training/",
                "reference/tables/",
            )
        ):
            visit.go(f"{address}/{path}")
            for width in WIDTHS[
                :: 1 if i % 2 == 0 else -1
            ]:  # the next page starts where this one ends
                visit.view(width, "light")
                parted, wide = visit.page.evaluate(PARTED)
                assert parted == [] and wide <= width, f"{path} at {width} px"


@pytest.mark.parametrize(
    ("path", "tag"),
    [("understand/", "gradient-lab"), ("understand/signal-propagation/", "phase-map")],
)
def test_no_line_parts_a_number_of_a_lab(browser, address, path, tag):
    with Mounted(browser, address, path, tag, 320) as lab:
        assert lab.page.evaluate(PARTED)[0] == []


def test_every_number_of_every_page_is_bound_and_no_code_is(site):
    """Its power of ten and its percent sign, in what is read, on its card and in the names of columns."""
    for path in READ:
        page = (site / path / "index.html").read_text(encoding="utf-8")
        code = [found[0] for found in CODE.finditer(page)]
        read = CODE.sub("", page)
        assert re.findall(r"\d × 10.|\d(?:</data>)? %", read) == [] and not any(
            "\u00a0" in text for text in code
        ), path


# ---------- tables as cards ----------

LABELS = """table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => {
  const { content, display } = getComputedStyle(cell, '::before');
  return display === 'none' ? null : content.slice(1, -1);
}))"""


def test_every_cell_of_a_card_has_the_name_of_its_column_without_any_script(browser, address):
    """The first, too, which heads the card."""
    seen = []
    with Visit(browser, address, "about/", 390, java_script_enabled=False) as visit:
        for path in ("understand/exploding/", "reference/tables/", "practice/teachers/"):
            visit.go(f"{address}/{path}")
            for table in visit.page.locator("article .stack table").all():
                heads = table.locator("thead th").evaluate_all(
                    "heads => heads.map(head => head.textContent.trim())"
                )
                assert [row for row in table.evaluate(LABELS) if row != heads] == []
                first = table.locator("tbody td").first
                assert style(first, "fontSize", "::before") != style(first, "fontSize")
                seen += heads
    assert len(seen) > 40 and "Rate 0.3, clipped at 1" in seen


# ---------- on paper ----------

MILLIMETER = 96 / 25.4
PAPERS = {"A4": (210, 297), "Letter": (215.9, 279.4)}
MARGIN = 12
SPLIT = """() => [...document.querySelectorAll('.sheet :is(p, li, h2, table, pre)')].filter(e => e.getClientRects().length > 1)
  .map(e => e.textContent)"""


def test_the_cheat_sheet_fills_its_page_and_splits_nothing(browser, address):
    with Visit(browser, address, "practice/cheat-sheet/") as visit:
        for paper, sides in PAPERS.items():
            width, height = ((side - 2 * MARGIN) * MILLIMETER for side in sides)
            visit.page.emulate_media(media="null")
            pages = re.findall(
                rb"/Type\s*/Page\b", visit.page.pdf(format=paper, prefer_css_page_size=True)
            )
            visit.page.emulate_media(media="print")
            visit.page.set_viewport_size({"width": round(width), "height": round(height)})
            assert visit.page.evaluate(SPLIT) == []
            filled = (
                visit.page.evaluate(
                    "document.querySelector('.sheet').getBoundingClientRect().bottom"
                )
                / height
            )
            assert len(pages) == 1 and 0.85 < filled < 0.97, paper
            code = visit.page.locator(".sheet pre code").first
            assert (
                code.evaluate(
                    "e => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)"
                )
                < len(code.inner_text().strip().splitlines()) + 1
            ), f"{paper}: no line of code is folded"


def test_on_paper_no_paragraph_goes_on_overleaf(browser, address):
    with Visit(browser, address, "about/") as visit:
        visit.page.emulate_media(media="print")
        for path in ("practice/exercise-sheet/", "practice/exercise-solutions/", "understand/"):
            visit.go(f"{address}/{path}")
            allowed = visit.page.eval_on_selector_all(
                "article p", "all => all.map(p => getComputedStyle(p).breakInside)"
            )
            assert set(allowed) == {"avoid"}, path


def test_the_page_margin_is_the_one_that_is_measured_with():
    assert f"@page {{ margin: {MARGIN}mm; }}" in (
        ROOT / "docs/assets/stylesheets/site.css"
    ).read_text(encoding="utf-8")
