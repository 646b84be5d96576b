"""The gradient lab in a real browser: what a reader presses, drags, types and pastes, on both widths and in both schemes."""

import csv
import io
import json
import random
import re
import time

import pytest

from snippets.experiments._lab import presets, run
from tests.support.pages import LONGEST, Mounted, Visit

LAB = "gradient-lab"
SCRIPT = "async lab => (await import(new URL('../assets/javascripts/lab/script.js', location.href.split('#')[0]))).pytorch(lab.net())"
PAGE = "understand/"


class Lab(Mounted):
    """A page with the lab mounted and in sight."""

    def __init__(self, browser, address, path=PAGE, **more):
        super().__init__(browser, address, path, LAB, **more)

    def press(self, name: str) -> None:
        self.page.locator(f"{LAB} button:visible:has-text('{name}')").first.click()
        self.settle()

    def choose(self, label: str, value: str) -> None:
        self.page.locator(LAB).first.get_by_label(label, exact=True).first.select_option(value)
        self.settle()

    def slide(self, label: str, value: float) -> None:
        slider = (
            self.page.locator(LAB)
            .first.locator(
                f".lab__field:has(label > span:text-matches('^{label}')) input[type=range]"
            )
            .first
        )
        slider.evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }",
            value,
        )
        self.settle()

    def net(self) -> dict:
        return self.page.locator(LAB).first.evaluate("lab => lab.net()")

    def found(self) -> dict:
        text = self.page.locator(
            LAB
        ).first.evaluate("""lab => JSON.stringify(lab.found,
            (k, v) => ArrayBuffer.isView(v) ? [...v] : typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)""")
        return json.loads(text)

    def said(self) -> str:
        return self.page.locator(f"{LAB} .lab__said").first.inner_text()

    def line(self) -> str:
        """The path of the signal's curve."""
        return self.page.locator(LAB).first.evaluate(
            "lab => lab.charts.signal.lines[1].path.getAttribute('d')"
        )


@pytest.fixture(scope="module")
def opened(browser, address):
    """The page, loaded once for the tests of its lab."""
    with Lab(browser, address, permissions=["clipboard-read", "clipboard-write"]) as visit:
        yield visit


@pytest.fixture
def lab(opened):
    """A lab as it comes, in that page."""
    opened.anew()
    yield opened
    assert opened.wrong == []


# ---------- mounting ----------


def test_nothing_is_loaded_until_it_comes_near(browser, address):
    loaded = "performance.getEntriesByType('resource').filter(r => r.name.includes('/lab/') || r.name.includes('lab.css')).length"
    with Visit(browser, address, PAGE) as visit:
        assert visit.page.evaluate(loaded) == 0
        visit.page.locator(LAB).scroll_into_view_if_needed()
        visit.page.locator(f"{LAB}[data-ready]").wait_for()
        assert visit.page.evaluate(loaded) > 5


def test_without_a_script_a_drawn_figure_and_its_table_stand_there(browser, address):
    with Visit(browser, address, "", java_script_enabled=False) as visit:
        assert visit.page.locator(f"{LAB} figure svg").count() == 1
        assert visit.page.locator(f"{LAB} table tbody tr").count() == len(presets())


def test_it_is_right_at_twice_the_size(lab):
    """A window as wide as others, zoomed to 200 %."""
    session = lab.page.context.new_cdp_session(lab.page)
    session.send(
        "Emulation.setDeviceMetricsOverride",
        {"width": 640, "height": 900, "deviceScaleFactor": 2, "mobile": False},
    )
    lab.page.wait_for_function("innerWidth === 640 && devicePixelRatio === 2")
    lab.settle()
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= 640
    boxes = lab.page.locator(
        f"{LAB} button:visible, {LAB} select:visible, {LAB} input:visible"
    ).evaluate_all("all => all.map(e => e.getBoundingClientRect()).map(r => [r.left, r.right])")
    session.detach()
    lab.view(1280, "light")
    assert len(boxes) > 10 and all(left >= 0 and right <= 640 for left, right in boxes)


# ---------- the net ----------


def test_what_it_shows_is_what_autograd_gives(lab):
    lab.choose("Activation", "gelu")
    lab.choose("Initialization", "orthogonal")
    lab.slide("Depth", 12)
    names = run(lab.page.locator(LAB).evaluate(SCRIPT))
    assert lab.found()["signal"] == pytest.approx(names["signal"], rel=1e-9)
    assert lab.found()["weight"] == pytest.approx(names["weight"], rel=1e-9)


def test_a_moved_control_moves_the_curve_and_the_sentence(lab):
    line, said = lab.line(), lab.said()
    lab.slide("Gain", 250)
    assert lab.line() != line and lab.said() != said
    assert "Layer 1 receives" in lab.said()
    assert lab.page.locator(f"{LAB} .lab__top select").input_value() == ""  # no preset any more
    lab.choose("Net", "relu")
    lab.press("Just show it")
    assert (lab.line(), lab.said()) == (line, said)


def test_the_sentence_is_announced_once_it_has_settled(lab):
    lab.page.evaluate("""() => { window.heard = [];
        const announced = document.querySelector('gradient-lab .lab__hidden[role=status]');
        const hear = () => { if (announced.textContent) heard.push(announced.textContent); };
        new MutationObserver(hear).observe(announced, {childList: true}); }""")
    lab.page.evaluate("""() => { const slider = document.querySelector('gradient-lab input[type=range]');
        for (const depth of [20, 15, 10]) { slider.value = depth; slider.dispatchEvent(new Event('input', {bubbles: true})); } }""")
    lab.page.wait_for_function("heard.length > 0")
    lab.settle()
    assert lab.net()["depth"] == 10 and lab.page.evaluate("heard") == [lab.said()]
    lab.page.wait_for_function(
        f"!document.querySelector('{LAB} .lab__hidden[role=status]').textContent"
    )  # nobody reads it twice


def test_weights_are_drawn_once_for_a_seed(lab):
    kept = lab.page.locator(LAB).evaluate(
        "lab => { lab.draws = lab.engine.net.draws.kept.get('W1'); return lab.draws.length; }"
    )
    assert kept == 64 * 64
    lab.slide("Gain", 240)
    lab.slide("Depth", 40)
    assert lab.page.locator(LAB).evaluate(
        "lab => lab.engine.net.draws.kept.get('W1') === lab.draws"
    )
    lab.press("Another seed")
    assert lab.page.locator(LAB).evaluate(
        "lab => lab.engine.net.draws.kept.get('W1') !== lab.draws"
    )
    assert lab.net()["seed"] == 1


def test_many_weights_go_to_a_worker_and_it_says_so(lab):
    lab.page.locator(f"{LAB} summary:has-text('More settings')").click()
    lab.slide("Depth", 12)
    lab.slide("Width", 256)
    lab.page.wait_for_function(
        f"document.querySelector('{LAB}').engine.net.settings === null", timeout=60000
    )
    lab.slide("Depth", 11)
    lab.page.wait_for_function(
        f"document.querySelector('{LAB}').found.signal.length === 11", timeout=60000
    )
    lab.settle()
    assert "in a worker" in lab.page.locator(f"{LAB} .lab__notes").inner_text()
    assert lab.page.locator(LAB).evaluate("lab => lab.engine.net.settings === null")
    lab.slide("Width", 32)
    assert lab.page.locator(LAB).evaluate(
        "lab => lab.engine.worker === null && lab.found.signal.length === 11"
    )


def test_what_is_still_being_computed_is_neither_described_nor_saved(lab):
    lab.page.evaluate(
        "window.posted = Worker.prototype.postMessage; Worker.prototype.postMessage = () => {}; 0"
    )  # it never answers
    lab.page.locator(f"{LAB} summary:has-text('More settings')").click()
    lab.slide("Width", 256)
    assert lab.said() == "The curves still show the net before this one."
    for name in ("Save as CSV", "Save as SVG"):
        lab.press(name)
        assert (
            "This net is still being computed."
            in lab.page.locator(f"{LAB} .lab__take").inner_text()
        )
    lab.page.evaluate("Worker.prototype.postMessage = posted; 0")
    lab.slide("Width", 32)
    assert lab.said().startswith("Layer 1 receives")


def test_a_chaotic_net_is_called_one(lab):
    lab.choose("Activation", "tanh")
    lab.choose("Initialization", "lecun")
    lab.slide("Depth", 100)
    lab.slide("Gain", 300)
    lab.settle(900)
    assert "chaotic" in lab.page.locator(f"{LAB} .lab__notes").inner_text()
    lab.choose("Activation", "relu")
    assert lab.page.locator(f"{LAB} .lab__notes").inner_text() == ""


# ---------- predict first ----------

JUDGED = {
    "sigmoid": ("Far less", "Right: it fades"),
    "explodes": ("Far less", "No: it grows"),
    "he": ("About the same", "Right: it stays"),
}


def test_every_preset_asks_first_and_a_prediction_is_judged(lab):
    for key, it in presets().items():
        lab.choose("Net", key)
        asked = lab.page.locator(f"{LAB} fieldset legend").inner_text()
        assert it["ask"] in asked and "hidden" in lab.said(), key
        assert lab.line().count("L") == 0 and lab.page.locator(f"{LAB} .lab__look").is_hidden(), (
            key
        )  # a point at most
        answer, verdict = JUDGED.get(key, ("Just show it", ""))
        lab.press(answer)
        assert "hidden" not in lab.said() and lab.line().count("L") > 20, key
        assert (
            lab.page.locator(f"{LAB} .lab__verdict")
            .inner_text()
            .partition(",")[0]
            .startswith(verdict)
        ), key
        assert lab.page.evaluate("document.activeElement.id").endswith("preset")


def test_one_may_look_at_once(lab):
    lab.page.get_by_label("predict first").uncheck()
    lab.choose("Net", "he")
    assert lab.page.locator(f"{LAB} fieldset").first.is_hidden() and lab.line().count("L") > 20


# ---------- the walk back ----------


def test_the_walk_back_by_steps(lab):
    signal = lab.found()["signal"]
    lab.press("Step")
    assert lab.page.locator(f"{LAB} .lab__walk .lab__factor").inner_text().startswith("At layer 30")
    lab.press("Step")
    text = lab.page.locator(f"{LAB} .lab__walk .lab__factor").inner_text()
    factor = float(re.search(r"From layer 30 to 29: × ([\d.]+)\.", text)[1])
    assert factor == pytest.approx(signal[28] / signal[29], rel=1e-2)
    assert lab.line().count("L") == 1
    lab.press("Back")
    assert lab.page.locator(f"{LAB} .lab__walk .lab__factor").inner_text().startswith("At layer 30")
    lab.press("Reset")
    assert lab.line().count("L") == 29


def test_the_walk_plays_pauses_and_ends(lab):
    lab.slide("Depth", 100)  # so that it still walks when Pause is pressed, on a busy machine too
    lab.press("Play")
    lab.page.wait_for_function(f"document.querySelector('{LAB}').walked < 100")
    lab.press("Pause")
    reached = lab.page.locator(LAB).evaluate("lab => lab.walked")
    assert 1 < reached < 100
    lab.settle(500)
    assert lab.page.locator(LAB).evaluate("lab => lab.walked") == reached
    lab.page.get_by_label("Layers walked back").fill("97")
    lab.press("Play")
    lab.page.wait_for_function(
        f"document.querySelector('{LAB}').walked === 1 && !document.querySelector('{LAB}').playing",
        timeout=10000,
    )


def test_with_less_motion_it_goes_there_at_once(lab):
    lab.page.emulate_media(reduced_motion="reduce")
    lab.press("Play")
    lab.page.emulate_media(reduced_motion="no-preference")
    assert lab.page.locator(LAB).evaluate("lab => lab.walked") == 1
    assert "From layer 2 to 1" in lab.page.locator(f"{LAB} .lab__walk").inner_text()


def test_all_of_it_by_keyboard(lab):
    page = lab.page
    page.locator(f"{LAB} select").first.focus()
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(f"""(() => {{ const e = document.activeElement; if (!e.closest('{LAB}')) return 'left';
            return (e.labels?.[0] ?? e).textContent.trim() + ' ' + (getComputedStyle(e).outlineStyle !== 'none'); }})()""")
        )
        if seen[-1] == "left":
            break
    assert seen[-1] == "left" and all(entry.endswith("true") for entry in seen[:-1]), seen
    names = " ".join(seen)
    for word in (
        "predict first",
        "Depth",
        "Activation",
        "Gain",
        "Seed",
        "Play",
        "Step",
        "Copy as PyTorch",
        "Train",
    ):
        assert word in names
    page.locator(LAB).get_by_label(re.compile("^Depth")).focus()
    page.keyboard.press("ArrowLeft")
    lab.settle()
    assert lab.net()["depth"] == 29
    page.locator(f"{LAB} .lab__walk button:has-text('Step')").focus()
    page.keyboard.press("Enter")
    lab.settle()
    assert lab.page.locator(LAB).evaluate("lab => lab.walked") == 29


# ---------- addresses ----------


def test_the_address_holds_all_of_it(browser, address, lab):
    lab.choose("Activation", "tanh")
    lab.choose("Normalization", "batch")
    lab.slide("Gain", 230)
    lab.press("Another seed")
    lab.settle(700)
    before, line = lab.net(), lab.line()
    with Lab(browser, address, lab.page.url) as other:
        assert other.net() == before and other.line() == line
        assert other.page.locator(f"{LAB} .lab__notes").inner_text() == ""
        assert 0 <= other.page.locator(LAB).bounding_box()["y"] < 300  # scrolled to


def test_any_fragment_yields_a_valid_state_and_a_note(lab):
    draw = random.Random(1)
    junk = [
        "NaN",
        "-1",
        "1e999",
        "%E0%A4%A",
        "<img src=x onerror=alert(1)>",
        "",
        "0x1F",
        "9" * 500,
        "relu",
        "depth",
        "💥",
    ]
    keys = ["depth", "gain", "activation", "norm", "seed", "v", "nonsense", "__proto__", "batch"]
    for _ in range(10):
        text = "&".join(
            f"{draw.choice(keys)}={draw.choice(junk)}" for _ in range(draw.randint(1, 5))
        )
        lab.follow(f"#lab?{text}", 50)
        state = lab.net()
        assert (
            1 <= state["depth"] <= 100
            and 0.01 <= state["gain"] <= 100
            and state["activation"] == "relu"
        ), text
    lab.follow("#lab?v=0&depth=7000&activation=swish")
    notes = lab.page.locator(f"{LAB} .lab__notes").inner_text()
    assert "another version" in notes and "depth 7000" in notes and "swish" in notes
    assert lab.net()["depth"] == 100 and "NaN" not in lab.page.locator(LAB).inner_text()


def test_overflow_and_nothing_are_called_by_their_names(lab):
    lab.follow("#lab?v=1&activation=linear&init=he&gain=100&depth=100&loss=square")
    assert "overflows" in lab.said() and "10³⁰⁸" in lab.said()
    assert (
        lab.page.locator(LAB).evaluate(
            "lab => lab.charts.signal.lines[1].outside.getAttribute('d').length"
        )
        > 0
    )
    lab.follow("#lab?v=1&width=2&depth=100")
    assert "exactly nothing" in lab.said() and "NaN" not in lab.page.locator(LAB).inner_text()


# ---------- taken away ----------


def test_the_program_is_copied_and_prints_the_same_norms(lab, capsys):
    lab.choose("Net", "narrow")
    lab.press("Just show it")
    lab.press("Copy as PyTorch")
    assert "copied" in lab.page.locator(f"{LAB} .lab__take").inner_text()
    program = lab.page.evaluate("navigator.clipboard.readText()")
    exec(compile(program, "<copied>", "exec"), {})
    rows = capsys.readouterr().out.splitlines()[1:]
    found = lab.found()
    norms = zip(found["signal"], found["weight"], strict=True)
    assert [row.split()[1:] for row in rows] == [[f"{s:.3e}", f"{w:.3e}"] for s, w in norms]
    assert "#lab?v=1" in program
    lab.press("Copy link")
    assert lab.page.evaluate("navigator.clipboard.readText()").endswith(
        "#lab?v=1&depth=100&width=8&init=he"
    )


def test_where_copying_is_not_allowed_the_text_is_there(lab):
    lab.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }"
    )
    lab.press("Copy as PyTorch")
    assert "import torch" in lab.page.get_by_label("Text to copy").input_value()
    lab.page.evaluate("delete navigator.clipboard.writeText; 0")


def test_figure_and_numbers_are_saved(lab):
    with lab.page.expect_download() as saved:
        lab.press("Save as CSV")
    rows = list(csv.reader(io.StringIO(saved.value.path().read_text())))
    assert rows[0][:3] == ["layer", "norm of dL/dh", "mean field"] and len(rows) == 31
    assert [float(row[1]) for row in rows[1:]] == lab.found()["signal"]
    with lab.page.expect_download() as saved:
        lab.press("Save as SVG")
    import xml.etree.ElementTree as ET

    text = saved.value.path().read_text()
    root = ET.fromstring(text)
    assert (
        root.tag.endswith("svg") and "var(" not in text and "class=" not in text and "ReLU" in text
    )


# ---------- training ----------


def test_it_trains_to_a_falling_loss_and_stops_by_itself(lab):
    lab.follow("#lab?v=1&depth=6&width=32&init=he&skip=scaled&data=digits&rate=0.1")
    lab.page.locator(f"{LAB} summary:has-text('Train this net')").click()
    lab.press("One step")
    lab.page.wait_for_function(
        f"document.querySelector('{LAB}').trainer.report?.step === 1", timeout=20000
    )
    first = lab.page.locator(LAB).evaluate("lab => lab.trainer.report.loss")
    lab.press("Train")
    lab.page.wait_for_function(
        f"document.querySelector('{LAB}').trainer.report?.finished", timeout=60000
    )
    report = lab.page.locator(LAB).evaluate(
        "lab => ({...lab.trainer.report, moved: [...lab.trainer.report.moved]})"
    )
    assert (
        report["finished"] == "learned"
        and report["accuracy"] >= 0.99
        and report["loss"] < first / 2
    )
    assert len(report["moved"]) == 6 and min(report["moved"]) > 1e-3
    assert (
        "It stopped by itself"
        in lab.page.locator(f"{LAB} .lab__more >> text=It stopped").first.inner_text()
    )
    lab.press("Start again")
    assert lab.page.locator(LAB).evaluate(
        "lab => lab.trainer.worker === null && lab.trainer.report === null"
    )


def test_a_training_that_diverges_says_so(lab):
    lab.follow("#lab?v=1&depth=30&width=32&init=he&skip=plain&data=spirals&rate=10")
    lab.page.locator(f"{LAB} summary:has-text('Train this net')").click()
    lab.press("Train")
    lab.page.wait_for_function(
        f"document.querySelector('{LAB}').trainer.report?.finished === 'diverged'", timeout=60000
    )
    assert (
        "Lower the rate" in lab.page.locator(LAB).inner_text()
        and "NaN" not in lab.page.locator(LAB).inner_text()
    )


def test_a_training_out_of_sight_pauses_and_goes_on(lab):
    lab.follow("#lab?v=1&depth=30&width=64&activation=sigmoid&data=digits")
    lab.page.locator(f"{LAB} summary:has-text('Train this net')").click()
    lab.press("Train")
    step = f"document.querySelector('{LAB}').trainer.report?.step ?? 0"
    lab.page.wait_for_function(f"({step}) > 3", timeout=20000)
    lab.page.evaluate("scrollTo(0, 0)")
    lab.page.wait_for_function(f"!document.querySelector('{LAB}').trainer.running", timeout=5000)
    lab.rests(step)
    reached = lab.page.evaluate(step)
    lab.page.locator(LAB).scroll_into_view_if_needed()
    lab.page.wait_for_function(f"({step}) > {reached}", timeout=20000)
    lab.press("Pause")
    lab.slide("Learning rate", 300)
    assert lab.page.locator(LAB).evaluate("lab => lab.settings.rate") > 0.5
    lab.press("One step")
    lab.slide("Depth", 5)
    assert lab.page.locator(LAB).evaluate("lab => lab.trainer.worker === null")


# ---------- coming and going ----------


def test_it_fills_the_screen_and_comes_back(lab):
    lab.press("Fullscreen")
    lab.settle(300)
    assert lab.page.evaluate("document.fullscreenElement?.className") == "lab"
    lab.press("Leave fullscreen")
    lab.settle(300)
    assert lab.page.evaluate("document.fullscreenElement") is None


def test_out_of_sight_it_frees_its_arrays_and_comes_back(lab):
    line = lab.line()
    lab.page.evaluate("scrollTo(0, 0)")
    lab.page.wait_for_function(
        f"document.querySelector('{LAB}').engine.net.settings === null", timeout=5000
    )
    lab.page.locator(LAB).scroll_into_view_if_needed()
    lab.page.wait_for_function(
        f"document.querySelector('{LAB}').engine.net.settings !== null", timeout=5000
    )
    assert lab.line() == line


def test_leaving_and_returning_leaks_nothing(browser, address):
    """With a map of the site, which the theme needs to change pages without loading them anew.

    The theme itself keeps the elements of pages that were left, with or without a lab; so what counts is that these hold nothing.
    """
    with Visit(browser, address, "about/") as visit:
        page = visit.page
        urls = "".join(
            f"<url><loc>{address}/{name}</loc></url>" for name in (PAGE, "understand/jacobians/")
        )
        page.route(
            "**/sitemap.xml",
            lambda route: route.fulfill(
                body=f"<urlset>{urls}</urlset>", content_type="application/xml"
            ),
        )
        visit.go(f"{address}/{PAGE}")
        page.evaluate("window.kept = []; 0")
        for again in (False, True):
            if again:
                page.go_back()
                page.locator(LAB).wait_for(state="attached")
            page.locator(LAB).scroll_into_view_if_needed()
            page.locator(f"{LAB}[data-ready]").wait_for()
            page.wait_for_function(f"document.querySelector('{LAB} .lab__said').textContent")
            page.evaluate(f"""async () => {{
                const lab = document.querySelector('{LAB}');
                window.kept.push(lab);
                lab.querySelectorAll('details')[1].open = true;
                lab.trainer.toggle();
                lab.play();
            }}""")
            page.wait_for_function(
                f"document.querySelector('{LAB}').trainer.report?.step > 0", timeout=20000
            )
            assert len(page.workers) >= 1
            page.locator(".md-nav a[href$='jacobians/']").first.evaluate("link => link.click()")
            page.wait_for_function(f"!document.querySelector('{LAB}')")
        held = "[lab.engine.net.settings, lab.engine.net.stack, lab.engine.worker, lab.trainer.worker, lab.playing, lab.leaving]"
        assert page.evaluate(f"window.kept.map(lab => {held})") == [[None] * 6] * 2
        assert page.evaluate("window.kept.map(lab => lab.engine.net.draws.kept.size)") == [0, 0]
        assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
        until = time.monotonic() + LONGEST  # that a worker has ended is heard a moment later
        while (
            left := [it for it in page.workers if "lab/worker" in it.url]
        ) and time.monotonic() < until:
            page.wait_for_timeout(20)
        assert left == []
        assert [
            w for w in visit.wrong if not w.startswith("failed")
        ] == []  # to load again cancels what was still on its way


def test_ten_copies_on_a_page(lab):
    lab.follow("#lab?v=1")
    lab.page.evaluate(f"""() => {{
        const first = document.querySelector('{LAB}');
        for (let i = 0; i < 9; i++) {{
            const copy = document.createElement('{LAB}');
            copy.id = `lab-${{i}}`;
            copy.setAttribute('preset', i % 2 ? 'he' : 'sigmoid');
            first.after(copy);
        }}
    }}""")
    lab.page.wait_for_function(f"document.querySelectorAll('{LAB}[data-ready]').length === 10")
    ids = lab.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    lab.follow("#lab-3?v=1&depth=5")
    depths = lab.page.locator(LAB).evaluate_all(
        "labs => labs.map(lab => [lab.id, lab.settings.depth])"
    )
    assert all(depth == (5 if name == "lab-3" else 30) for name, depth in depths)
