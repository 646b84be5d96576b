"""Every widget in each of its states, in both schemes, at both widths by turns: axe finds nothing to mend, nothing scrolls sideways."""

import re

import pytest

from snippets.experiments._lab import presets
from snippets.weave.pages.labs import LABS
from tests.support.pages import DRAWN, SCHEMES, VIEWS, Visit, barriers

ALONE = """selector => {
  let part = document.querySelector(selector);
  while (!part.parentElement.matches('article')) part = part.parentElement;
  [...part.parentElement.children].forEach((other) => other === part || other.matches('h1') || other.remove());
}"""

LOG = "\n".join(f"layer{i}.weight: {10.0 ** (i - 12):.1e}" for i in range(12))


class Looked(Visit):
    """A visit that can be looked at from all sides, by a reader who wants less motion."""

    looks = 0

    def __init__(self, *place, **more):
        super().__init__(*place, reduced_motion="reduce", **more)

    def all_clear(self, state: str, where: str | None = None, width: int | None = None) -> None:
        """Look at the page, or at `where`, as it stands, in both schemes, on the phone and the desk by turns.

        It ends on the phone, in light.
        """
        width = width or (390, 1280)[self.looks % 2]
        self.looks += 1
        for scheme in SCHEMES:
            self.view(width, scheme)
            report = barriers(self.page, where, colors=scheme != "light")
            assert report.violations_count == 0, (
                f"{state}, {width} px, {scheme}: {report.generate_report()}"
            )
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{state}: at {width} px the page scrolls sideways: {wide} px"
        self.view(*VIEWS[0])

    def alone(self, selector: str) -> None:
        """Only a widget and the frame are left of the page; the rest was looked at before, and would be laid out at each turn."""
        self.page.evaluate(ALONE, selector)

    def mounted(self, tag: str) -> None:
        """Bring a lab into sight and wait for it."""
        self.page.locator(tag).first.scroll_into_view_if_needed()
        self.page.locator(f"{tag}[data-ready]").first.wait_for()
        self.page.wait_for_function(DRAWN, arg=tag)


@pytest.fixture
def visit(browser, address):
    """Opens pages as on a phone, in light; at the end nothing may have gone wrong."""
    opened = []

    def opening(path: str, **more) -> Looked:
        opened.append(Looked(browser, address, path, *VIEWS[0], **more))
        return opened[-1]

    yield opening
    for it in opened:
        wrong = [w for w in it.wrong if "404" not in w]
        it.leave()
        assert wrong == []


# ---------- the frame ----------


def test_number_cards_open(visit):
    it = visit("fix/residual/")
    it.mounted("gradient-lab")
    it.page.locator("p data.num").first.press("Enter")
    it.all_clear("a measured number", ".numcard")
    it.page.keyboard.press("Escape")
    it.page.locator('data.num[data-key="he2015.depth"]').first.press("Enter")
    it.all_clear("a cited number", ".numcard")
    it.page.keyboard.press("Escape")
    it.page.get_by_role("button", name=re.compile("^How these")).first.press("Enter")
    it.all_clear("a table's numbers", "article :has(> .num[aria-expanded])")
    it.all_clear("a card of a table", ".numcard", width=390)


def test_search_open_with_results(visit):
    it = visit("about/changelog/")
    for width, scheme in VIEWS:
        it.view(width, scheme)
        it.page.keyboard.press("/")
        it.page.wait_for_function("document.activeElement.matches('.md-search__input')")
        it.page.locator(".md-search__input").press("ControlOrMeta+a")
        it.page.keyboard.type("clipping")
        it.page.locator(".md-search-result__item").first.wait_for()
        it.page.evaluate(
            "Promise.all(document.getAnimations().map(a => a.finished.catch(() => 0)))"
        )
        report = barriers(it.page)
        assert report.violations_count == 0, (
            f"search, {width} px, {scheme}: {report.generate_report()}"
        )
        it.page.keyboard.press("Escape")


def test_the_drawer_open(visit):
    it = visit("about/changelog/")
    it.page.locator(".md-header__button[data-for=__drawer]").click()
    it.all_clear("drawer", width=390)
    it.page.locator(".md-nav--primary .md-nav__title[data-for^=__nav]:visible").first.click()
    it.all_clear("drawer, one level up", width=390)


def test_each_palette_chosen_by_hand(visit):
    it = visit("about/")
    for _ in range(2):
        it.page.locator(".md-header .palette").click()
        it.page.evaluate(
            "Promise.all(document.getAnimations().map(fade => fade.finished.catch(() => 0))).then(() => 0)"
        )
        report = barriers(it.page)
        assert report.violations_count == 0, report.generate_report()


def test_details_open_and_copied(visit):
    it = visit("understand/")
    it.page.evaluate(
        "document.querySelectorAll('article details').forEach(fold => { fold.open = true; })"
    )
    it.page.locator("article .highlight").first.scroll_into_view_if_needed()
    it.page.locator(".md-clipboard, .md-code__button[data-clipboard-target]").first.evaluate(
        "button => button.click()"
    )
    it.all_clear("all folds open", "article")


def test_after_instant_navigation(visit):
    it = visit("understand/")
    urls = "".join(
        f"<url><loc>{it.page.url.replace('understand/', path)}</loc></url>"
        for path in ("understand/", "understand/jacobians/")
    )
    it.page.route(
        "**/sitemap.xml",
        lambda route: route.fulfill(
            body=f"<urlset>{urls}</urlset>", content_type="application/xml"
        ),
    )
    it.again()
    it.page.evaluate("window.same = true")
    title = it.page.text_content("h1")
    it.page.locator("article a[href$='jacobians/']").first.evaluate("link => link.click()")
    it.page.wait_for_url(re.compile("jacobians/$"))
    it.page.wait_for_function(
        "title => document.querySelector('h1').textContent !== title", arg=title
    )
    it.loaded()
    assert it.page.evaluate("window.same")
    it.all_clear("another page without a load")


def test_the_video_with_its_captions(visit):
    it = visit("")
    it.alone(".video")
    video = it.page.locator(".video video")
    video.scroll_into_view_if_needed()
    video.evaluate("v => { v.muted = true; v.textTracks[0].mode = 'showing'; return v.play(); }")
    it.page.wait_for_function("document.querySelector('.video video').currentTime > 0.1")
    it.page.locator(".video summary").click()
    it.all_clear("video", ".video")


# ---------- the labs ----------


def test_the_gradient_lab(visit):
    tag, it = "gradient-lab", visit("understand/")
    it.mounted(tag)
    it.alone(tag)
    lab = it.page.locator(tag)

    def press(name: str) -> None:
        lab.get_by_role("button", name=name, exact=True).first.click()

    it.all_clear("at rest", tag)
    lab.get_by_label("Net", exact=True).select_option("sigmoid")
    it.all_clear("a question", tag)
    lab.locator(".lab__question button").first.click()
    it.all_clear("answered", tag)
    press("Step")
    press("Step")
    it.all_clear("the walk back", tag)
    press("Reset")
    for key in presets():
        lab.get_by_label("Net", exact=True).select_option(key)
        press("Just show it")
        report = barriers(it.page, tag, colors=True)
        assert report.violations_count == 0, f"{key}: {report.generate_report()}"
    it.page.evaluate("navigator.clipboard.writeText = () => Promise.reject(); 0")
    press("Copy as PyTorch")
    lab.get_by_label("Text to copy").wait_for()
    it.page.evaluate("location.hash = '#lab?v=0&depth=7000&activation=swish'")
    it.page.wait_for_function(
        f"document.querySelector('{tag} .lab__notes').textContent.includes('swish')"
    )
    it.all_clear("nothing copied, a net that cannot be", tag)
    it.page.evaluate("location.hash = '#lab?v=1&depth=3&width=8&data=spirals&activation=tanh'")
    it.page.wait_for_function(f"document.querySelector('{tag}').settings.depth === 3")
    lab.locator("summary").evaluate_all(
        "all => all.forEach(summary => summary.parentElement.open || summary.click())"
    )
    press("Train")
    it.page.wait_for_function(f"document.querySelector('{tag}').trainer.report?.step > 0")
    it.all_clear("training", tag)
    it.page.evaluate(
        """tag => { const { trainer } = document.querySelector(tag);
        trainer.receive({ ...trainer.report, token: trainer.token, kind: 'report', finished: 'learned' }); }""",
        tag,
    )
    it.all_clear("trained", tag)
    it.page.evaluate(
        """tag => { const { trainer } = document.querySelector(tag);
        trainer.receive({ kind: 'failed', token: trainer.token, message: 'the worker could not be started' }); }""",
        tag,
    )
    assert "The training stopped" in lab.inner_text()
    it.all_clear("a worker that fails", tag)


def test_the_gradient_lab_in_full_screen(visit):
    it = visit("understand/")
    it.mounted("gradient-lab")
    it.alone("gradient-lab")
    it.page.locator("gradient-lab").get_by_role("button", name="Fullscreen").click()
    it.page.wait_for_function("document.fullscreenElement")
    it.all_clear("full screen", "gradient-lab")
    it.page.locator("gradient-lab").get_by_role("button", name="Leave fullscreen").click()
    it.page.wait_for_function("!document.fullscreenElement")


def test_the_recurrent_lab(visit):
    tag, it = "recurrent-lab", visit("understand/recurrent/")
    it.mounted(tag)
    it.alone(tag)
    lab = it.page.locator(tag)
    it.all_clear("at rest", tag)
    lab.get_by_label("Show", exact=True).select_option("hump")
    it.all_clear("a question", tag)
    lab.locator(".lab__question button").first.click()
    lab.get_by_role("button", name="Step", exact=True).click()
    it.all_clear("answered, the walk back", tag)
    lab.get_by_label("Show", exact=True).select_option("holds")
    lab.get_by_role("button", name="Just show it").click()
    lab.locator("summary").first.click()
    it.all_clear("an LSTM, more settings", tag)
    it.page.evaluate("location.hash = '#recurrent-lab?v=1&rho=3&sigma=1&steps=9e9&color=red'")
    it.page.wait_for_function(
        f"document.querySelector('{tag} .lab__notes').textContent.includes('color')"
    )
    it.all_clear("a net that cannot be", tag)


def test_the_map(visit):
    tag, it = "phase-map", visit("understand/signal-propagation/")
    it.mounted(tag)
    it.alone(tag)
    for activation in ("relu", "erf", "tanh"):
        it.page.locator(tag).get_by_label("Activation").select_option(activation)
        it.all_clear(activation, tag)
    it.page.locator(f"{tag} summary").evaluate_all("all => all.forEach(summary => summary.click())")
    it.all_clear("folds open", tag)


def test_the_pad(visit):
    tag, it = "sketch-pad", visit("practice/sketch/")
    it.mounted(tag)
    it.alone(tag)
    it.page.locator(f"{tag} summary").click()
    it.all_clear("empty", tag)
    it.page.get_by_role("slider", name=re.compile("^layer 1 |^layer 1$")).first.press("ArrowLeft")
    it.page.locator(tag).get_by_role("button", name="Show ours").click()
    it.page.locator(f"{tag} table").first.wait_for()
    it.all_clear("compared", tag)
    it.page.locator(tag).get_by_role("button", name="Hide ours").click()
    it.page.route("**/two_curves.csv", lambda route: route.abort())
    it.page.locator(tag).get_by_role("button", name="Show ours").click()
    it.page.get_by_text("could not be fetched").wait_for()
    it.all_clear("no curves to be had", tag)
    it.wrong.clear()


def test_the_frames_of_all_labs_are_looked_at():
    assert set(LABS) == {"gradient-lab", "recurrent-lab", "phase-map", "sketch-pad"}


# ---------- guides, questions, readers, claims ----------


def test_the_self_check(visit):
    it = visit("practice/self-check/")
    page = it.page
    it.all_clear("every question", "article")
    page.get_by_label("one at a time").check()
    it.all_clear("one question", "article")
    page.locator(".questions summary:visible").click()
    it.all_clear("its answer", "article")
    page.get_by_role("button", name="Not yet").first.click()
    it.all_clear("a marked answer", "article")
    page.evaluate(
        """() => { for (const mark of document.querySelectorAll('.questions__mark button:first-child')) mark.click(); }"""
    )
    page.get_by_label("only what I don't know yet").check()
    assert "Nothing is left here." in page.locator(".questions__said").inner_text()
    it.all_clear("nothing left", "article")


def test_the_differential_open_answered_and_with_tried_causes(visit):
    it = visit("diagnose/what-is-wrong/")
    it.all_clear("nothing ticked")
    it.page.get_by_label("my loss").fill("0.693")
    it.all_clear("a known number", ".guesses")
    it.alone(".differential")
    it.page.evaluate(
        """() => {
        for (const fold of document.querySelectorAll('.differential__question')) fold.open = true;
        location.hash = 'saw=loss_nan+half&not=loss_flat&doctor=vanishing&tests=exploding-else+underflow-tried';
    }"""
    )
    it.page.locator(".differential__out li").nth(1).wait_for()
    it.page.evaluate(
        "document.querySelectorAll('.differential__cause').forEach(fold => { fold.open = true; })"
    )
    it.all_clear("everything open", ".differential")


def test_read_my_gradients(visit, tmp_path):
    it = visit("diagnose/read-my-gradients/")
    page = it.page
    it.alone(".reader")
    it.all_clear("empty", ".reader")
    page.fill("gradient-reader textarea", LOG)
    page.wait_for_selector(".reader__plot")
    page.click("gradient-reader summary")
    page.click("button:has-text('Copy link')")
    page.wait_for_selector(".reader__linked")
    it.all_clear("pasted", ".reader")
    page.fill("gradient-reader textarea", "oops\nfc1.weight: 1\nfc2.weight: 2")
    page.wait_for_selector(".reader__faults")
    it.all_clear("a line that is not understood", ".reader")
    (tmp_path / "run.log").write_text(LOG, encoding="utf-8")
    page.set_input_files("gradient-reader input[type=file]", tmp_path / "run.log")
    page.wait_for_function(
        "text => document.querySelector('gradient-reader textarea').value === text", arg=LOG
    )
    it.all_clear("a file", ".reader")
    (tmp_path / "big.log").write_text("x" * 2_100_000)
    page.set_input_files("gradient-reader input[type=file]", tmp_path / "big.log")
    page.wait_for_selector("text=big.log has")
    it.all_clear("a file that is too large", ".reader")


def test_the_ledger_filtered(visit):
    it = visit("reference/checked-claims/")
    it.page.locator("[data-filter]").last.click()
    it.all_clear("one verdict", ".claims-bar")
    it.page.locator(".claims-bar select").select_option(index=2)
    it.all_clear("one topic", "article")


def test_a_table_sorted(visit):
    it = visit("reference/tables/")
    it.page.locator(".tab__sort select").first.select_option(index=1)
    it.all_clear("sorted", "article")
