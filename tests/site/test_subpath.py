"""The built site at /some/deep/path/ of a server that has nothing else: what a page asks for lies below that path."""

import re

import pytest

from tests.conftest import served
from tests.support.pages import Visit

KINDS = [
    "",
    "understand/",
    "reference/tables/",
    "reference/checked-claims/",
    "diagnose/what-is-wrong/",
    "diagnose/read-my-gradients/",
    "practice/self-check/",
    "practice/exercise-sheet/",
    "notebooks/gradient-flow/",
    "embed/phase-map.html",
]


def refused(visit: Visit) -> list[str]:
    """What went wrong on the way through several pages, without the requests that leaving a page cuts off.

    What is not found is listed with its address; the console repeats it, and adds the icon that a browser looks for beside a bare script.
    """
    return [
        wrong
        for wrong in visit.wrong
        if not wrong.startswith(("failed: ", "console: Failed to load resource"))
    ]


@pytest.fixture(scope="module")
def below(site) -> str:
    """The address of the site in a sub-path."""
    with served(site, "/some/deep/path/") as address:
        yield address


def test_every_kind_of_page_finds_what_it_needs(browser, below):
    with Visit(browser, below, "") as visit:
        for kind in KINDS:
            visit.go(f"{below}/{kind}")
            assert visit.page.locator("h1").count() == 1 and visit.page.evaluate(
                "document.fonts.check('1em \"WG Serif\"')"
            ), kind
        assert refused(visit) == []


def test_what_leaves_the_path_would_be_found(browser, below):
    with Visit(browser, below, "about/") as visit:
        visit.page.evaluate("fetch('/assets/javascripts/site.js').catch(() => {})")
        visit.page.wait_for_load_state("networkidle")
        assert any("third party" in wrong for wrong in visit.wrong) and any(
            "404" in wrong for wrong in visit.wrong
        )


def test_links_lead_on_and_labs_start(browser, below):
    with Visit(browser, below, "") as visit:
        visit.page.locator("gradient-lab").scroll_into_view_if_needed()
        visit.page.locator("gradient-lab[data-ready] svg").first.wait_for()
        visit.page.locator('.md-tabs a[href$="understand/"]').click()
        visit.page.wait_for_url(f"{below}/understand/")
        visit.page.locator(
            'p data.num[role=button][data-key="deep_stack.sigmoid.default.first"]'
        ).first.click()
        visit.page.locator(".numcard a").first.click()
        visit.page.wait_for_url(
            re.compile(rf"^{re.escape(below)}/code/experiments/deep_stack\.py$")
        )
        visit.page.goto(f"{below}/practice/sketch/")
        visit.page.locator("sketch-pad[data-ready]").wait_for()
        assert refused(visit) == []


def test_search_leads_on(browser, below):
    with Visit(browser, below, "fix/clipping/") as visit:
        visit.page.keyboard.press("/")
        visit.page.keyboard.type("whisper")
        visit.page.locator(".md-search-result__link").first.click()
        visit.page.wait_for_url(re.compile(rf"^{re.escape(below)}/[\w/-]+/\?h="))
        assert refused(visit) == []


def test_a_lost_address_is_told_in_words(browser, below):
    """Where the site doesn't know its own address, the page for lost ones can't find its style: its words must do."""
    with Visit(browser, below, "about/") as visit:
        visit.page.goto(f"{below}/no/such/page/")
        visit.page.locator("html:not(.page-on-its-way)").wait_for()
        assert visit.page.get_by_role("heading", name="Nothing arrives here").is_visible()
        assert visit.page.locator("main a").count() >= 3
