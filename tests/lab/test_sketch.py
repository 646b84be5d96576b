"""The sketch pad: how a curve is drawn and judged, in Node; pen, sliders and the measured curves, in a real browser."""

import math
import random
import re

import pytest

from snippets.experiments._lab import ask
from snippets.measurement import RESULTS, read
from tests.support.pages import SHIFT, Mounted, Visit, is_collected_when_removed, stops_when_left

PAGE = "practice/sketch/"
PAD = "sketch-pad"
NETS = ("sigmoid", "relu")
DEPTH = 30


@pytest.fixture(scope="module")
def found():
    return read(RESULTS / "deep_stack.json").measurements


@pytest.fixture(scope="module")
def csv(site):
    return (site / "figures" / "two_curves.csv").read_text(encoding="utf-8")


def line(factor: float) -> list[float]:
    """Powers of ten of a curve with one factor for every layer."""
    return [(DEPTH - layer) * math.log10(factor) for layer in range(1, DEPTH + 1)]


def judged(csv: str, cases: list) -> list[dict]:
    """How each (net, curve) is scored, and in which words."""
    return ask(
        """
        import { measured, scored, verdict } from "./lab/sketching.js";
        const ours = measured(GIVEN.csv);
        tell(GIVEN.cases.map(([net, curve]) => { const score = scored(net, curve, ours[net]);
            return { ...score, drawn: score !== null, said: verdict(net, score, ours[net]) }; }));
    """,
        {"csv": csv, "cases": cases},
    )


# ---------- the curve ----------


def test_the_measured_curves_are_those_of_the_results(csv, found):
    ours = ask('import { measured } from "./lab/sketching.js"; tell(measured(GIVEN));', csv)
    for net in NETS:
        profile = found[f"{net}.default.signal_profile"]
        for part, values in (
            ("value", profile.value),
            ("low", profile.band[0]),
            ("high", profile.band[1]),
        ):
            assert ours[net][part] == pytest.approx([math.log10(v) for v in values], rel=1e-6)


@pytest.mark.parametrize(
    "broken", ["", "<!doctype html>", "line,layer\nsigmoid,1", "sigmoid,1,x,y,z\n" * 30]
)
def test_other_data_is_refused(broken):
    program = 'import { measured } from "./lab/sketching.js"; try { measured(GIVEN); tell(""); } catch (error) { tell(error.message); }'
    assert "no curve of 30 layers" in ask(program, broken)


def test_a_stroke_reaches_every_layer_that_it_passes():
    quick, slow, dot, wild = ask("""
        import { blank, stroked } from "./lab/sketching.js";
        const at = (layer, power) => ({ layer, power });
        const through = (...places) => places.reduce(([curve, pen], to) => [stroked(curve, pen, to), to], [blank(), null])[0];
        tell([through(at(30, 0), at(1, -29)), through(...Array.from({ length: 59 }, (_, i) => at(30 - i / 2, -i / 2))),
            through(at(12.3, -5)), through(at(33, 90), at(-4, -900))]);
    """)
    assert quick == pytest.approx([layer - 30 for layer in range(1, 31)])
    assert slow == pytest.approx(quick, abs=0.5)
    assert [i + 1 for i, power in enumerate(dot) if power is not None] == [12, 30] and dot[11] == -5
    assert wild[29] == 0 and None not in wild and all(-30 <= power <= 5 for power in wild)


def test_gaps_are_filled_and_what_lies_left_of_all_stays_open():
    filled = ask("""
        import { blank, filled } from "./lab/sketching.js";
        const curve = blank(); curve[9] = -20; curve[19] = -4; tell([filled(curve), filled(blank())]);
    """)
    assert filled[0][:9] == [None] * 9 and filled[0][9:20] == pytest.approx(
        [-20 + 1.6 * i for i in range(11)]
    )
    assert filled[0][19:] == pytest.approx([-4 + 0.4 * i for i in range(11)])
    assert filled[1] == [None] * 29 + [0]


def test_sliders_draw_straight_between_each_other():
    curve = ask("""
        import { blank, handled } from "./lab/sketching.js";
        tell([[24, -6], [1, -29], [12, -9]].reduce((curve, [layer, power]) => handled(curve, layer, power), blank()));
    """)
    assert curve[23:] == pytest.approx([-6, -5, -4, -3, -2, -1, 0])
    assert curve[17:24] == pytest.approx(
        [-12 + i for i in range(7)]
    )  # as before: its neighbors hold
    assert curve[11:18] == pytest.approx([-9 - 0.5 * i for i in range(7)])
    assert curve[:6] == pytest.approx([-29 + i for i in range(6)])
    assert curve[5:12] == pytest.approx([-24 + 2.5 * i for i in range(7)])


# ---------- the verdict ----------


@pytest.mark.parametrize(
    ("net", "factor", "story", "words"),
    [
        ("sigmoid", 0.25, "quarter", "a quarter per layer|the quarter per layer"),
        ("sigmoid", 1, "level", "nearly level"),
        ("sigmoid", 0.5, "half", "halves"),
        ("sigmoid", 0.14, "ours", "a real net"),
        ("sigmoid", 0.05, "other", r"Its factor is 0\.05 per layer"),
        ("sigmoid", 1.4, "grows", "grows"),
        ("relu", 1, "level", "level at one"),
        ("relu", 0.5, "half", "halves"),
        ("relu", 0.707, "silent", "the silent half"),
        ("relu", 0.25, "quarter", "the sigmoid's story"),
        ("relu", 0.4, "ours", "a real net"),
    ],
)
def test_which_story_a_sketch_tells(csv, net, factor, story, words):
    curve = [max(-30, min(5, power)) for power in line(factor)]
    [it] = judged(csv, [[net, curve]])
    assert it["story"] == story and re.search(words, it["said"])


def test_a_shaky_hand_tells_the_same_story(csv):
    draw = random.Random(0)
    cases = [
        [net, [power + draw.uniform(-1, 1) for power in line(factor)[:-1]] + [0]]
        for net, factor in (("sigmoid", 0.25), ("sigmoid", 0.14), ("relu", 1), ("relu", 0.41))
        for _ in range(20)
    ]
    stories = [it["story"] for it in judged(csv, cases)]
    assert stories == ["quarter"] * 20 + ["ours"] * 20 + ["level"] * 20 + ["ours"] * 20


def test_how_far_off(csv, found):
    value = [math.log10(v) for v in found["sigmoid.default.signal_profile"].value]
    curves = (
        value,
        [v + 3 for v in value[:-1]] + [0],
        [v - 1 for v in value[:-1]] + [0],
        [None] * 11 + value[11:],
        [-30] * 29 + [0],
        [None] * 29 + [0],
    )
    exact, above, below, part, cliff, nothing = judged(
        csv, [["sigmoid", curve] for curve in curves]
    )
    assert exact["distance"] == pytest.approx(0, abs=1e-6) and exact["within"] == exact["of"] == 29
    assert exact["said"].startswith(
        "You have it: at the median layer your line lies on the measured one; 29 of 29 layers lie within"
    )
    assert above["distance"] == pytest.approx(3) and above["above"] and above["within"] == 0
    assert (
        "Off: at the median layer your line lies 3 powers of ten above" in above["said"]
        and "none of 29 layers" in above["said"]
    )
    assert below["distance"] == pytest.approx(1) and not below["above"]
    assert below["said"].startswith("Close") and "1 power of ten below" in below["said"]
    assert (
        part["from"] == 12
        and part["of"] == 18
        and "You drew layers 12 to 30; only these were compared." in part["said"]
    )
    assert cliff["story"] == "bent" and "It bends" in cliff["said"]
    assert not nothing["drawn"]
    assert (
        nothing["said"]
        == "You did not draw it. Measured: 0.14 per layer, 2.0\u00a0×\u00a010⁻²⁵ at layer 1."
    )


# ---------- the element ----------


class Pad(Mounted):
    def __init__(self, browser, address, path=PAGE, **more):
        super().__init__(browser, address, path, PAD, **more)

    def mounted(self) -> None:
        super().mounted()
        self.element().locator(".sketch__pad").scroll_into_view_if_needed()
        self.settle()

    def place(self, layer: float, power: float) -> list:
        """Where a layer's power of ten stands in the window."""
        return self.element().evaluate(
            """(it, [l, p]) => { const c = it.chart, box = c.svg.getBoundingClientRect();
            return [box.left + c.x(l) * box.width / c.width, box.top + c.y(p) * box.height / c.height]; }""",
            [layer, power],
        )

    def stroke(self, *points) -> None:
        mouse = self.page.mouse
        mouse.move(*self.place(*points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.place(*point), steps=8)
        mouse.up()
        self.settle()

    def curve(self, net: str) -> list:
        return self.element().evaluate("(it, net) => it.curves[net]", net)

    def choose(self, name: str) -> None:
        self.element().get_by_role("radio", name=name).check()
        self.settle()

    def results(self) -> str:
        return self.element().locator(".sketch__results").inner_text()


@pytest.fixture(scope="module")
def opened(browser, address):
    """The page, loaded once for the tests of its pad."""
    with Pad(browser, address) as visit:
        yield visit


@pytest.fixture
def pad(opened):
    """A pad as it comes, in that page."""
    opened.anew()
    yield opened
    assert opened.wrong == []


def test_without_a_script_it_is_drawn_on_paper(browser, address):
    with Visit(browser, address, PAGE, java_script_enabled=False) as visit:
        assert visit.page.get_by_text("Draw it on paper").is_visible()
        assert visit.page.locator(f"{PAD} figure svg").is_hidden()
        visit.page.locator(f"{PAD} summary").click()
        assert visit.page.locator(f"{PAD} figure svg").is_visible()
        assert visit.page.locator(f"{PAD} table tbody tr").count() == 2


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_shifts_when_the_pad_mounts(browser, address, width):
    with Visit(browser, address, PAGE, width) as visit:
        visit.page.locator(f"{PAD}[data-ready]").wait_for()
        assert visit.page.evaluate(SHIFT) <= 0.001
        room = visit.page.locator(PAD).evaluate(
            "it => it.clientHeight - it.querySelector('.lab').clientHeight"
        )
        assert 0 <= room < 60


def test_the_curves_are_fetched_only_when_they_are_asked_for(pad):
    asked = []

    def hear(request):
        if "/assets/images/" not in request.url:
            asked.append(request.url)

    pad.page.on("request", hear)
    pad.stroke((30, 0), (1, -17.5))
    pad.choose("ReLU")
    pad.stroke((30, 0), (1, 0))
    assert asked == []
    pad.press("Show ours")
    pad.settle(300)
    pad.page.remove_listener("request", hear)
    assert len(asked) == 1 and asked[0].endswith("/figures/two_curves.csv")
    sigmoid, relu = pad.element().locator(".sketch__results p").all_inner_texts()
    assert (
        sigmoid.startswith("Sigmoid. Off")
        and "quarter per layer" in sigmoid
        and "2.0\u00a0×\u00a010⁻²⁵ at layer 1" in sigmoid
    )
    assert (
        relu.startswith("ReLU. Far off")
        and "level at one" in relu
        and "4.7\u00a0×\u00a010⁻¹² at layer 1" in relu
    )
    assert "kept or sent" in pad.element().inner_text()
    first = pad.element().locator("table tbody tr").first.locator("td").all_inner_texts()
    assert first == ["10⁻¹⁸", "10⁻²⁵", "10⁰", "10⁻¹¹"]
    drawn = (
        pad.element()
        .locator(".sketch__pad path[fill-opacity]")
        .evaluate_all("all => all.map(e => e.getAttribute('d').length)")
    )
    assert min(drawn) > 300
    pad.press("Hide ours")
    assert pad.results() == "" and pad.element().locator("table").count() == 0
    assert pad.element().locator(".sketch__pad path[fill-opacity]").evaluate_all(
        "all => all.map(e => e.getAttribute('d'))"
    ) == ["", ""]


def test_where_the_curves_cannot_be_had_it_is_said(pad):
    pad.page.route("**/two_curves.csv", lambda route: route.fulfill(status=503, body="no"))
    pad.stroke((30, 0), (1, -10))
    pad.press("Show ours")
    pad.page.get_by_text("could not be fetched").wait_for()
    assert pad.curve("sigmoid")[0] is not None
    pad.page.unroute("**/two_curves.csv")
    pad.press("Show ours")
    pad.settle(300)
    assert pad.results().startswith("Sigmoid.")
    pad.wrong.clear()


def test_finger_and_pen_draw_and_the_page_scrolls_beside_the_pad(browser, address):
    with Pad(browser, address, width=390, has_touch=True) as pad:
        assert (
            pad.element().locator(".sketch__pad").evaluate("e => getComputedStyle(e).touchAction")
            == "none"
        )
        assert (
            pad.element().locator(".sketch").evaluate("e => getComputedStyle(e).touchAction")
            == "auto"
        )

        def drawn() -> None:
            pad.settle()
            curve = pad.curve("sigmoid")
            assert (
                None not in curve
                and curve[0] == pytest.approx(-20, abs=1)
                and curve[14] == pytest.approx(-10, abs=1)
            )

        session = pad.page.context.new_cdp_session(pad.page)
        before = pad.page.evaluate("scrollY")
        for name, place in (
            ("touchStart", (30, 0)),
            ("touchMove", (15, -10)),
            ("touchMove", (1, -20)),
            ("touchEnd", None),
        ):
            touches = [dict(zip("xy", pad.place(*place), strict=True))] if place else []
            session.send("Input.dispatchTouchEvent", {"type": name, "touchPoints": touches})
        assert pad.page.evaluate("scrollY") == before
        drawn()
        pad.press("Clear this curve")
        pad.element().locator(".sketch__pad").scroll_into_view_if_needed()
        pad.element().locator(".sketch__pad").evaluate(
            """(pad, places) => {
            pad.setPointerCapture = () => {}; pad.hasPointerCapture = () => true;
            places.forEach(([x, y], i) => pad.dispatchEvent(new PointerEvent(i ? 'pointermove' : 'pointerdown',
                { pointerType: 'pen', pointerId: 7, clientX: x, clientY: y, button: 0, bubbles: true })));
            pad.dispatchEvent(new PointerEvent('pointerup', { pointerId: 7, bubbles: true }));
        }""",
            [pad.place(30, 0), pad.place(15, -10), pad.place(1, -20)],
        )
        drawn()


def test_undo_clear_and_start_again(pad):
    undo = pad.element().get_by_role("button", name="Undo")
    assert undo.is_disabled()
    empty = pad.curve("sigmoid")
    pad.stroke((30, 0), (1, -10))
    first = pad.curve("sigmoid")
    pad.stroke((20, -20), (5, -25))
    pad.press("Undo")
    assert pad.curve("sigmoid") == first
    pad.choose("ReLU")
    pad.stroke((30, 0), (1, -3))
    pad.press("Clear this curve")
    assert pad.curve("relu") == empty and pad.curve("sigmoid") == first
    pad.press("Undo")
    assert pad.curve("relu")[0] is not None
    pad.press("Undo")
    pad.press("Undo")
    assert pad.curve("sigmoid") == empty and undo.is_disabled()
    pad.stroke((30, 0), (1, -10))
    pad.press("Show ours")
    pad.press("Start again")
    assert (
        pad.curve("relu") == empty
        and pad.results() == ""
        and pad.element().get_by_role("button", name="Show ours").is_visible()
    )


def test_all_of_it_by_keyboard(pad):
    page, keys = pad.page, pad.page.keyboard
    pad.element().get_by_role("radio", name="sigmoid").focus()
    keys.press("ArrowRight")
    assert pad.state()["curve"] == "relu"
    pad.element().locator("summary").focus()
    keys.press("Enter")
    pad.settle()
    keys.press("Tab")
    seen = []
    for _ in range(10):
        seen.append(
            page.evaluate(
                "(e => `${e.labels[0].textContent.trim()} ${e.getAttribute('aria-valuetext')}`)(document.activeElement)"
            )
        )
        keys.press("ArrowLeft")
        keys.press("ArrowLeft")
        pad.settle(50)
        keys.press("Tab")
    assert [re.match(r"layer (\d+)", it)[1] for it in seen] == ["1", "6", "12", "18", "24"] * 2
    assert seen[0].endswith("not drawn not drawn")
    for net in NETS:
        curve = pad.curve(net)
        assert None not in curve and curve[0] == curve[23] == -2
    assert (
        page.get_by_role("slider", name=re.compile("^layer 24")).first.get_attribute(
            "aria-valuetext"
        )
        == "10 to the -2"
    )
    pad.press("Undo")
    assert pad.curve("relu")[23] != -2 or pad.curve("relu")[17] != -2
    pad.element().get_by_role("button", name="Show ours").focus()
    keys.press("Enter")
    pad.settle(300)
    assert "Sigmoid." in pad.results()
    assert page.evaluate("document.activeElement.textContent") == "Hide ours"


def test_a_slider_shows_what_was_drawn_by_hand(pad):
    pad.stroke((30, 0), (1, -29))
    pad.element().locator("summary").click()
    values = (
        pad.element().get_by_role("slider").evaluate_all("all => all.map(e => Number(e.value))")
    )
    assert values[:5] == pytest.approx([-29, -24, -18, -12, -6], abs=1) and values[5:] == [0] * 5


def test_the_address_holds_which_curve_is_drawn_and_no_sketch(browser, address, pad):
    pad.stroke((30, 0), (1, -10))
    pad.choose("ReLU")
    pad.settle(600)
    assert pad.page.url.endswith("#sketch-pad?v=1&curve=relu")
    stored = pad.page.evaluate(
        "Object.keys(localStorage).concat(Object.keys(sessionStorage)).filter(key => /sketch|curve/.test(key))"
    )
    assert stored == []
    with Pad(browser, address, pad.page.url) as other:
        assert (
            other.state() == {"curve": "relu"}
            and other.curve("sigmoid")[:29] == [None] * 29
            and other.notes() == ""
        )


def test_any_fragment_yields_a_pad_and_a_note(pad):
    draw = random.Random(1)
    junk = ["NaN", "-1", "%E0%A4%A", "<img src=x onerror=alert(1)>", "", "9" * 500, "tanh", "💥"]
    for _ in range(8):
        text = "&".join(
            f"{draw.choice(['curve', 'v', '__proto__', 'x'])}={draw.choice(junk)}"
            for _ in range(draw.randint(1, 4))
        )
        pad.follow(f"#sketch-pad?{text}", 50)
        assert pad.state() == {"curve": "sigmoid"}
    pad.follow("#sketch-pad?v=0&curve=tanh")
    assert "another version" in pad.notes() and "tanh" in pad.notes()


def test_leaving_and_returning(browser, address):
    with Pad(browser, address) as visit:
        stops_when_left(visit, "#sketch-pad?v=1&curve=relu")


def test_a_pad_that_is_gone_leaves_memory(pad):
    is_collected_when_removed(pad, "it.change({ curve: 'relu' }); it.reveal();")


def test_ten_pads_on_a_page(pad):
    pad.follow("#sketch-pad?v=1")
    pad.page.evaluate(f"""() => {{
        const first = document.querySelector('{PAD}');
        for (let i = 0; i < 9; i++) {{ const copy = document.createElement('{PAD}'); copy.id = `pad-${{i}}`; first.after(copy); }}
    }}""")
    pad.page.wait_for_function(f"document.querySelectorAll('{PAD}[data-ready]').length === 10")
    ids = pad.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    pad.choose("ReLU")
    pad.stroke((30, 0), (1, -10))
    drawn = pad.page.locator(PAD).evaluate_all(
        "all => all.map(it => [it.settings.curve, it.curves.relu[0] !== null])"
    )
    assert drawn == [["relu", True]] + [["sigmoid", False]] * 9
