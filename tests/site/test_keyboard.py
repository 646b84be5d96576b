"""Everything by keys alone: the ways into and through a page, each widget from its start to its end, and where the focus is to be seen."""

import csv
import itertools
import re

import pytest

from tests.support.pages import DRAWN, FRAMES, Mounted, Visit

STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  (window.stops ??= []).push(e);
  const box = e.getBoundingClientRect(), { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(e);
  return { name: (e.labels?.[0]?.textContent || e.getAttribute('aria-label') || e.textContent).trim().replace(/\\s+/g, ' '),
    article: Boolean(e.closest('article')),
    there: e.checkVisibility({ visibilityProperty: true }) && (e.matches('.md-search__input') || box.width * box.height > 0
      && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight),
    ring: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 && !/rgba.*, 0\\)$/.test(outlineColor) };
}"""
PLACES = "stops.filter(e => e.closest('article')).map(e => e.getBoundingClientRect().toJSON())"


def walked(visit) -> list[dict]:
    """Every stop of the Tab key from the start of the page until it leaves it."""
    stops = []
    for _ in range(500):
        visit.page.keyboard.press("Tab")
        stop = visit.page.evaluate(STOP)
        if stop is None:
            return stops
        stops.append(stop)
    raise AssertionError(
        f"Tab never leaves the page; the last stops: {[s['name'] for s in stops[-3:]]}"
    )


def tab_to(visit, name: str, most: int = 120) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(most):
        visit.page.keyboard.press("Tab")
        stop = visit.page.evaluate(STOP)
        if stop and f"{stop['name']} ".startswith(f"{name} "):
            return
    raise AssertionError(f"no Tab leads to {name!r}")


MANY = {
    "": "gradient-lab",
    "practice/sketch/": "sketch-pad",
    "diagnose/read-my-gradients/": None,
    "fix/gating/": None,
}
FORCED = {"forced_colors": "active"}


@pytest.mark.parametrize(
    ("path", "width", "scheme", "more"),
    [
        *((path, 390, "light", {}) for path in MANY),
        ("", 1280, "light", FORCED),
        ("diagnose/read-my-gradients/", 1280, "dark", {}),
    ],
)
def test_the_focus_is_seen_at_every_stop_and_is_never_caught(
    browser, address, path, width, scheme, more
):
    """On the phone, with one column, it goes down the page as one reads."""
    with Visit(browser, address, path, width, scheme, **more) as visit:
        if MANY[path]:
            visit.page.locator(MANY[path]).first.scroll_into_view_if_needed()
            visit.page.wait_for_function(DRAWN, arg=MANY[path])
            visit.page.evaluate("scrollTo(0, 0)")
        stops = walked(visit)
        assert len(stops) > 15 and stops[0]["name"] == "Skip to content"
        assert [s["name"] for s in stops if not s["there"] or not s["ring"]] == []
        inside = [s for s in stops if s["article"]]
        if width == 390:
            places = visit.page.evaluate(PLACES)
            back = [b["bottom"] < a["top"] for a, b in itertools.pairwise(places)]
            assert [stop["name"] for stop, up in zip(inside[1:], back, strict=True) if up] == []


def test_the_skip_link_leads_into_the_page(browser, address):
    with Visit(browser, address, "fix/clipping/") as visit:
        visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_function("document.activeElement.closest('article')")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate(STOP)["article"]


def test_tabs_and_search(browser, address):
    with Visit(browser, address, "") as visit:
        tab_to(visit, "Fix")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url(re.compile("/fix/$"))
        visit.loaded()
        visit.page.keyboard.press("/")
        visit.page.wait_for_function("document.getElementById('__search').checked")
        visit.page.keyboard.press("Escape")
        visit.page.wait_for_function("!document.getElementById('__search').checked")
        visit.page.wait_for_timeout(200)  # the theme closes it in steps, and no hand is quicker
        visit.page.keyboard.press("/")
        visit.page.keyboard.type("clipping")
        visit.page.locator(".md-search-result__item").first.wait_for()
        visit.page.keyboard.press("ArrowDown")
        visit.page.wait_for_function("document.activeElement.matches('.md-search-result__link')")
        leads = visit.page.evaluate("document.activeElement.pathname")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_function("path => location.pathname === path", arg=leads)


def test_the_drawer_of_a_narrow_window(browser, address):
    with Visit(browser, address, "fix/gating/", 390) as visit:
        tab_to(visit, "Pages", 4)
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_function("document.activeElement.closest('.md-sidebar--primary')")
        assert visit.page.evaluate(STOP)["name"] == "Back from Fix"
        tab_to(visit, "Clipping", 12)
        visit.page.keyboard.press("Escape")
        assert visit.page.evaluate(STOP)["name"] == "Pages" and not visit.page.is_checked(
            "#__drawer"
        )
        visit.page.keyboard.press(" ")
        visit.page.wait_for_function("document.activeElement.closest('.md-sidebar--primary')")
        visit.page.keyboard.press("Enter")  # back to all parts
        visit.page.wait_for_function("document.activeElement === document.body")
        tab_to(visit, "Diagnose", 6)
        tab_to(visit, "Pages of Practice", 6)
        tab_to(visit, "SVG", 30)  # on into the page, and the drawer closes behind
        assert not visit.page.is_checked("#__drawer")


def test_colors_are_chosen(browser, address):
    with Visit(browser, address, "about/") as visit:
        tab_to(visit, "Switch to dark colors", 4)
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
        assert visit.page.evaluate(STOP)["name"].startswith("Switch to light colors")


# ---------- the widgets, from start to end ----------


def saved(visit, name: str) -> list[list[str]]:
    """The rows of a table that a button saves, pressed by key."""
    tab_to(visit, name)
    with visit.page.expect_download() as file:
        visit.page.keyboard.press("Enter")
    return list(csv.reader(file.value.path().read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("path", "tag", "choice"),
    [("understand/", "gradient-lab", "Net"), ("understand/recurrent/", "recurrent-lab", "Show")],
)
def test_a_lab_from_its_question_to_its_numbers(browser, address, path, tag, choice):
    """Choose, predict, read, walk, take away; the focus is back at the choice once the answer is judged."""
    with Mounted(browser, address, path, tag) as lab:
        page = lab.page
        page.locator(f"{tag} select").first.focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowDown")
        page.locator(f"{tag} .lab__question:visible").wait_for()
        tab_to(lab, page.locator(f"{tag} .lab__question button").first.inner_text())
        page.keyboard.press("Enter")
        page.locator(f"{tag} .lab__verdict:has-text(':')").wait_for()
        assert page.evaluate(STOP)["name"].startswith(choice)
        tab_to(lab, "Step")
        page.keyboard.press("Enter")
        page.keyboard.press(" ")
        page.evaluate(FRAMES)
        assert "From" in page.locator(f"{tag} .lab__walk .lab__factor").inner_text()
        assert len(saved(lab, "Save as CSV")) > 20 and lab.wrong == []


def test_the_map_to_the_lab(browser, address):
    with Mounted(browser, address, "understand/signal-propagation/", "phase-map") as it:
        page = it.page
        page.locator("phase-map select").first.focus()
        tab_to(it, "Weights")
        page.keyboard.press("PageUp")
        tab_to(it, "To the edge of chaos")
        page.keyboard.press("Enter")
        page.evaluate(FRAMES)
        assert page.locator("phase-map .lab__said").inner_text().startswith("On the edge of chaos")
        tab_to(it, "Open this net in the lab")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/understand/#lab\?"))


def test_read_my_gradients(browser, address):
    with Visit(browser, address, "diagnose/read-my-gradients/") as visit:
        page = visit.page
        page.focus("gradient-reader textarea")
        page.keyboard.insert_text(
            "\n".join(f"layer{i}.weight: {10.0 ** (i - 12):.1e}" for i in range(12))
        )
        page.wait_for_selector(".reader__plot")
        assert "vanishing" in page.locator(".reader__said[role=status]").inner_text()
        assert len(saved(visit, "Numbers as CSV")) == 13 and visit.wrong == []


def test_the_ledger(browser, address):
    with Visit(browser, address, "reference/checked-claims/") as visit:
        page = visit.page
        page.locator("[data-filter]").first.focus()
        page.keyboard.press("Tab")
        page.keyboard.press(" ")
        count = page.locator(".claims-count")
        some = count.inner_text()
        assert " of " in some
        page.locator(".claims-bar select").focus()
        page.keyboard.press("ArrowDown")
        page.wait_for_function(
            "some => document.querySelector('.claims-count').textContent !== some", arg=some
        )
