"""What a reader does before the scripts are there: it works without them, or it is kept and done once they are."""

import re

import pytest

from tests.support.pages import LOST, Held, Visit, there

PHONE = 390


@pytest.fixture(scope="module")
def tabs(browser):
    """A tab for each width, by width."""
    contexts = {
        width: browser.new_context(viewport={"width": width, "height": 900})
        for width in (PHONE, 1280)
    }
    yield {width: context.new_page() for width, context in contexts.items()}
    for context in contexts.values():
        context.close()


def early(page, url: str) -> Held:
    """Open a page until its text is shown; its scripts wait until they are let go. Nothing is kept from the page before."""
    page.unroute_all(behavior="ignoreErrors")
    if page.url != "about:blank":
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.goto("about:blank")
    scripts = Held(page, re.compile(r"\.js(\?|$)"))
    page.goto(url, wait_until="commit")
    page.locator("html:not(.page-on-its-way) #__config").wait_for(state="attached")
    return scripts


# ---------- what a reader does ----------


def press(*selectors: str):
    return lambda page: [page.locator(selector).first.click() for selector in selectors]


def type_(*keys: str):
    return lambda page: [page.keyboard.press(key) for key in keys]


def choose(page) -> None:
    page.locator("select[data-topic]").select_option(index=2)


def both(*acts):
    return lambda page: [act(page) for act in acts]


# ---------- what must come of it ----------


def seen(selector: str):
    return lambda page: page.locator(selector).first.wait_for()


def found(page) -> None:
    """The word in the search field has its answers, in sight."""
    page.locator(".md-search-result__item").first.wait_for()
    assert page.locator(QUERY).input_value() == "".join(WORD) and page.is_checked("#__search")


def filtered(page) -> None:
    page.locator(".claims-count", has_text=re.compile(r"\d of \d")).wait_for()


def led(path: str):
    return lambda page: page.wait_for_url(f"**/{path}")


def inside(page) -> None:
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.closest('article')")


QUERY, WORD = "[data-md-component=search-query]", "clipping"
MENU, MAGNIFIER = "header [for=__drawer]", "header [for=__search].md-header__button"
NUMBER, NEXT = "article p data.num", "article p data.num:nth-of-type(2)"
FILTER = ".claims-bar button:nth-of-type(3)"
EXPLAINER, CLAIMS, PART = "understand/", "reference/checked-claims/", "understand/#when-it-bites"
ACTS = {
    "a number": (EXPLAINER, 1280, press(NUMBER), seen(".numcard")),
    "a number in a table": (EXPLAINER, 1280, press("article td data.num"), seen(".numcard")),
    "one number, then another": (
        EXPLAINER,
        1280,
        press(NUMBER, NEXT),
        seen(f"{NEXT}[aria-expanded=true]"),
    ),
    "a number twice": (EXPLAINER, 1280, press(NUMBER, NUMBER), seen(".numcard")),
    "a filter": (CLAIMS, 1280, press(FILTER), both(filtered, seen(f"{FILTER}[aria-pressed=true]"))),
    "a topic": (CLAIMS, 1280, choose, filtered),
    "a fold": (
        "practice/self-check/",
        1280,
        press("summary"),
        seen("details.question[open] .questions__mark"),
    ),
    "/": (EXPLAINER, 1280, type_("/", *WORD), found),
    "s": (EXPLAINER, PHONE, type_("s", *WORD), found),
    "f, on the way to a part": (PART, 1280, type_("f", *WORD), found),
    "the search field": (EXPLAINER, 1280, both(press(QUERY), type_(*WORD, "Enter")), found),
    "the magnifier": (EXPLAINER, PHONE, both(press(MAGNIFIER), type_(*WORD)), found),
    "the search of a lost page": (
        LOST,
        1280,
        both(press("[data-open-search]"), type_(*WORD)),
        found,
    ),
    "n": ("fix/clipping/", 1280, type_("n"), led("fix/optimizers/")),
    "p": ("fix/clipping/", 1280, type_("p"), led("fix/gating/")),
    "the drawer": (
        PART,
        PHONE,
        press(MENU),
        seen(".md-sidebar--primary a[href$='chain-rule/']:visible"),
    ),
    "a part in the drawer": (
        "",
        PHONE,
        press(MENU, ".md-sidebar--primary [for=__nav_3]:visible"),
        seen(".md-sidebar--primary a[href$='fix/clipping/']:visible"),
    ),
    "colors": (
        EXPLAINER,
        1280,
        press(".md-header .palette"),
        seen("body[data-md-color-scheme=slate]"),
    ),
    "the skip link": ("fix/clipping/", 1280, type_("Tab", "Enter"), inside),
}


@pytest.mark.parametrize("name", ACTS)
def test_nothing_is_lost(browser, tabs, address, name):
    path, width, act, effect = ACTS[name]
    page = tabs[width]
    scripts = early(page, f"{address}/{path}")
    act(page)
    scripts.let_go()
    there(page)
    page.wait_for_load_state("networkidle")
    effect(page)


def test_what_comes_late_on_an_exchanged_page_is_waited_for(browser, address):
    with Visit(browser, address, "about/") as visit:
        page = visit.page
        body = f"<urlset><url><loc>{address}/{CLAIMS}</loc></url></urlset>"
        page.route(
            "**/sitemap.xml", lambda route: route.fulfill(body=body, content_type="application/xml")
        )
        visit.again()
        filter_ = Held(page, "**/claims.js")
        page.evaluate("window.before = document.querySelector('article')")
        page.locator(f".md-nav a[href$='{CLAIMS}']").first.evaluate("link => link.click()")
        page.wait_for_function("!before.isConnected && document.querySelector('data.num[role]')")
        press(FILTER, "article data.num")(page)
        page.locator(".numcard").wait_for()
        filter_.let_go()
        filtered(page)


def test_a_lab_waits_while_its_drawn_table_is_read(browser, address):
    with Visit(browser, address, "about/") as visit:
        page = visit.page
        style = Held(page, "**/lab.css")
        page.goto(f"{address}/fix/residual/")
        opener = page.locator("gradient-lab .how button")
        opener.press("Enter")
        style.let_go()
        page.wait_for_function(
            "[...document.styleSheets].some(it => it.href?.endsWith('/lab.css'))"
        )
        page.wait_for_timeout(200)
        assert page.locator("gradient-lab td [aria-expanded]").is_visible()
        page.keyboard.press("Escape")
        page.locator("article h1").click()
        page.locator("gradient-lab[data-ready]").wait_for()
        assert opener.count() == 0


# by what its tag says: a control that is new belongs into ACTS, and into WAITS of overrides/main.html if it needs a script
KNOWN = (
    "<summary",
    "data-topic",
    "data-filter",
    "data-open-search",
    "md-toggle",
    "md-option",
    "search-query",
    '"reset"',
    ' palette"',
)
CONTROL = re.compile(r"<(?:button|input|select|textarea|summary)\b[^>]*>")


def test_every_control_that_stands_in_a_page_is_known(site):
    pages = (
        re.sub(r"<pre.*?</pre>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for page in site.rglob("index.html")
    )
    tags = {tag for page in pages for tag in CONTROL.findall(page)}
    assert len(tags) > 8 and [tag for tag in tags if not any(known in tag for known in KNOWN)] == []
