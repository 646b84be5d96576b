"""A link into a page lands on what it names, however late the parts of the page come, and stays there until the reader moves on."""

import contextlib
import functools
import http.server
import re
import threading

import pytest

from tests.conftest import _Quiet
from tests.support.pages import Held, Visit, there

PARTS = [
    "reference/faq/#stuck-loss",
    "reference/glossary/#he-initialization",
    "diagnose/misdiagnosis/#loss-is-nan",
]
LANDED = """id => {
  const it = document.getElementById(id), header = document.querySelector('.md-header').getBoundingClientRect().bottom;
  const { top } = it.getBoundingClientRect(), end = document.documentElement.scrollHeight - innerHeight;
  return it.checkVisibility() && top >= header - 1 && (top < header + 60 || top < innerHeight && (scrollY === 0 || scrollY > end - 2));
}"""
PLACE = "id => Math.round(document.getElementById(id).getBoundingClientRect().top)"
# a face takes long to be made from its file, as on a busy machine: until all files were there
SLOW_FACES = """const load = FontFaceSet.prototype.load, files = new Promise(done => addEventListener('load', () => setTimeout(done, 100)));
FontFaceSet.prototype.load = function (...face) { return files.then(() => load.apply(this, face)); };"""


def landed(page, part: str) -> None:
    """Wait until the page is shown and what is named stands below the header."""
    name = part.partition("#")[2]
    page.locator("html:not(.page-on-its-way)").wait_for()
    page.wait_for_function(f"!!document.getElementById({name!r}) && ({LANDED})({name!r})")


@pytest.fixture
def page(browser):
    """A page that has nothing from before."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


@pytest.mark.parametrize("part", PARTS[:2])
def test_it_lands_when_faces_are_slow(page, address, part):
    page.add_init_script(SLOW_FACES)
    page.goto(f"{address}/{part}")
    landed(page, part)
    there(page)
    landed(page, part)


@pytest.mark.parametrize("part", PARTS[1:])
def test_it_lands_before_the_scripts_are_there(page, address, part):
    """It stays there while they add what they add above it."""
    scripts = Held(page, re.compile(r"\.js(\?|$)"))
    page.goto(f"{address}/{part}", wait_until="commit")
    landed(page, part)
    name = part.partition("#")[2]
    before = page.evaluate(PLACE, name)
    scripts.let_go()
    there(page)
    page.wait_for_load_state("networkidle")
    assert abs(page.evaluate(PLACE, name) - before) <= 2


def test_who_has_moved_on_is_not_called_back(page, address):
    scripts = Held(page, re.compile(r"\.js(\?|$)"))
    page.goto(f"{address}/{PARTS[0]}", wait_until="commit")
    landed(page, PARTS[0])
    page.mouse.move(600, 400)
    page.mouse.wheel(0, 3000)
    page.wait_for_function(
        "id => document.getElementById(id).getBoundingClientRect().top < -1000", arg="stuck-loss"
    )
    scripts.let_go()
    there(page)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(PLACE, "stuck-loss") < -1000


def test_it_lands_on_a_slow_machine(page, address):
    part = PARTS[2]
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{address}/{part}", wait_until="commit")
    there(page)
    landed(page, part)


@contextlib.contextmanager
def in_pieces(folder):
    """The site served so that each page stops before its last tenth, until the rest is let go."""
    rest = threading.Event()

    class Pieces(_Quiet):
        def copyfile(self, source, outputfile):
            whole = source.read()
            cut = len(whole) * 9 // 10 if self.path.endswith("/") else len(whole)
            outputfile.write(whole[:cut])
            outputfile.flush()
            if cut < len(whole):
                rest.wait(60)
                outputfile.write(whole[cut:])

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Pieces, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", rest
    server.shutdown()


@pytest.mark.parametrize(
    "part",
    ["reference/faq/#stuck-loss", "reference/faq/#are-vanishing-gradients-the-same-as-overfitting"],
)
def test_it_lands_when_the_text_comes_in_pieces(page, site, part):
    """Also on what is not here yet when the page is shown."""
    last = page.locator("#__config")
    with in_pieces(site) as (place, rest):
        page.goto(f"{place}/{part}", wait_until="commit")
        page.locator("html:not(.page-on-its-way)").wait_for()
        assert last.count() == 0
        rest.set()
        there(page)
        landed(page, part)


# ---------- every kind of part ----------

EACH = """async (ids) => {
  const landed = LANDED, missed = [], frame = () => new Promise(done => { requestAnimationFrame(done); setTimeout(done, 200); });
  for (const id of ids) {
    const heard = new Promise(done => addEventListener('hashchange', done, { once: true }));
    location.hash = id;
    await heard;
    await frame();
    if (!landed(id)) missed.push(id);
  }
  return missed;
}""".replace("LANDED", LANDED)


@pytest.mark.parametrize(
    ("path", "width"),
    [
        ("diagnose/misdiagnosis/", 390),
        ("practice/self-check/", 1280),
        ("reference/references/", 390),
    ],
)
def test_it_lands_within_a_page_on_steps_that_hide_folds_and_bare_places(
    browser, address, path, width
):
    with Visit(browser, address, path, width) as visit:
        names = visit.page.locator("article [id]:is(section, details, span, h2, h3)").evaluate_all(
            "all => all.map(it => it.id)"
        )
        assert len(names) > 20 and visit.page.evaluate(EACH, names[::3]) == []


def test_it_lands_on_them_from_outside(browser, address):
    with Visit(browser, address, "about/") as visit:
        for part in (
            "diagnose/misdiagnosis/#relu-units-are-zero",
            "practice/self-check/#card-fix-activations-1",
            "reference/references/#bengio1994",
            "understand/#lab?v=1&depth=12",
        ):
            visit.go(f"{address}/{part}")
            landed(visit.page, part.partition("?")[0])


# ---------- within a page, and between pages that are exchanged ----------


@pytest.fixture
def instant(browser, address):
    """A page with a map of the site, which the theme needs to exchange pages."""
    with Visit(browser, address, "about/") as visit:
        paths = (
            "diagnose/read-my-gradients/",
            "diagnose/gradient-doctor/",
            "understand/jacobians/",
            "reference/glossary/",
        )
        urls = "".join(f"<url><loc>{address}/{path}</loc></url>" for path in paths)
        visit.page.route(
            "**/sitemap.xml",
            lambda route: route.fulfill(
                body=f"<urlset>{urls}</urlset>", content_type="application/xml"
            ),
        )
        yield visit


def test_a_step_within_a_page_leaves_it_as_it_is(instant, address):
    """At once, whether the page was loaded or exchanged; back and forward lead to where one was."""
    page = instant.page
    instant.go(f"{address}/diagnose/read-my-gradients/")
    for exchanged in (False, True):
        if exchanged:
            page.evaluate("window.before = document.querySelector('article')")
            page.locator(".md-sidebar--primary a[href$='gradient-doctor/']").click()
            page.wait_for_function("!before.isConnected")
            page.go_back()
            page.wait_for_function("document.querySelector('gradient-reader textarea')")
        page.locator("gradient-reader textarea").fill("layer1.weight: 1e-9")
        page.evaluate("window.before = document.querySelector('article')")
        start = page.evaluate("scrollY")
        page.locator(".md-sidebar--secondary a[href$='#formats']").click()
        landed(page, "#formats")
        page.wait_for_function("history.state?.y === scrollY")  # the theme notes it a moment later
        page.go_back()
        page.wait_for_function("start => Math.abs(scrollY - start) < 2", arg=start)
        page.go_forward()
        landed(page, "#formats")
        page.wait_for_load_state("networkidle")
        assert (
            page.evaluate("before.isConnected")
            and page.locator("gradient-reader textarea").input_value() == "layer1.weight: 1e-9"
        )
        page.evaluate("history.back()")
        page.wait_for_function("start => Math.abs(scrollY - start) < 2", arg=start)


def test_a_link_to_a_part_of_another_page_lands_though_its_faces_are_late(instant, address):
    page = instant.page
    instant.go(f"{address}/understand/jacobians/")
    link = page.locator("article a[href*='reference/glossary/#']").first
    name = link.get_attribute("href").partition("#")[2]
    link.scroll_into_view_if_needed()
    start = page.evaluate("scrollY")
    page.wait_for_function("history.state?.y === scrollY")
    page.evaluate("window.before = document.querySelector('article')")
    link.click()
    page.wait_for_function("!before.isConnected")
    landed(page, f"#{name}")
    page.go_back()
    page.wait_for_function(
        "start => location.pathname.endsWith('/jacobians/') && Math.abs(scrollY - start) < 2",
        arg=start,
    )
