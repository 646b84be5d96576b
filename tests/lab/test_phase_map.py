"""The map of the phases: its numbers against the experiment's and against closed forms, its element in a real browser."""

import functools
import http.server
import math
import random
import re
import threading

import numpy as np
import pytest

from snippets.experiments import mean_field
from snippets.experiments._lab import ask
from snippets.measurement import RESULTS, read
from tests.conftest import _Quiet
from tests.support.pages import SHIFT, Mounted, Visit, is_collected_when_removed, stops_when_left

PAGE = "understand/signal-propagation/"
MAP = "phase-map"
POINT = 'import { point } from "./lab/phases.js"; tell(GIVEN.map(([activation, weight, bias]) => point({ activation, weight, bias })));'
NODES = np.linspace(-12, 12, 20001)


@pytest.fixture(scope="module")
def found():
    return read(RESULTS / "mean_field.json").measurements


def points(activation: str, count: int = 40, seed: int = 0) -> list:
    draw = random.Random(seed)
    return [[activation, draw.uniform(0.1, 4), draw.uniform(0, 2)] for _ in range(count)]


def mean(f, q: float) -> float:
    """E f(√q x), x standard normal, by another rule than the page's."""
    return float(
        np.trapezoid(f(math.sqrt(q) * NODES) * np.exp(-(NODES**2) / 2), NODES)
    ) / math.sqrt(2 * math.pi)


# ---------- numbers ----------


def test_the_measured_nets_are_predicted_alike(found):
    nets = list(mean_field.POINTS.items())
    for (name, _), it in zip(
        nets, ask(POINT, [["tanh", *where] for _, where in nets]), strict=True
    ):
        assert it["factor"] == pytest.approx(found[f"{name}.predicted"].value, rel=1e-6)
        assert it["q"] == pytest.approx(found[f"{name}.fixed_point"].value, rel=1e-6)
        assert it["depth"] == pytest.approx(found[f"{name}.reach"].value, rel=1e-5)
        assert it["phase"] == ("ordered" if found[f"{name}.predicted"].value < 1 else "chaotic")


def test_anywhere_it_is_what_the_experiment_computes():
    for (_, weight, bias), it in zip(points("tanh"), ask(POINT, points("tanh")), strict=True):
        assert it["q"] == pytest.approx(mean_field.fixed_point(weight, bias), rel=1e-4)
        assert it["factor"] == pytest.approx(math.sqrt(mean_field.chi(weight, bias)), rel=1e-4)


def test_the_edge_is_where_the_experiment_finds_it(found):
    biases = [0.05, 0.3, 0.7, 1.2, 2]
    program = (
        'import { edgeAt } from "./lab/phases.js"; tell(GIVEN.map((bias) => edgeAt("tanh", bias)));'
    )
    assert ask(program, biases) == pytest.approx([mean_field.edge_at(b) for b in biases], rel=1e-6)
    assert ask(program, [0.3]) == pytest.approx([found["pair.edge.weight"].value], rel=1e-6)
    assert ask(program, [0]) == [1]


def test_the_level_lines_are_those_of_the_figure(found):
    lines = ask('import { levels } from "./lab/phases.js"; tell(levels("tanh"));')
    compared = 0
    for it in lines:
        key = f"level.{10 * it['factor']:.0f}"
        weights, biases = zip(*it["line"], strict=True)
        assert list(biases) == sorted(biases) and list(weights) == sorted(weights)
        if key in found:
            high = [
                i for i, height in enumerate(found["map.heights"].value) if height > 0.15
            ]  # below, the figure's own lines are coarser
            heights, expected = ([found[k].value[i] for i in high] for k in ("map.heights", key))
            assert np.interp(heights, biases, weights) == pytest.approx(expected, rel=1e-3)
            compared += 1
    assert compared == 8


@pytest.mark.parametrize("activation", ["tanh", "erf", "relu"])
def test_on_a_line_the_factor_is_the_lines(activation):
    lines = ask('import { levels } from "./lab/phases.js"; tell(levels(GIVEN));', activation)
    places = [(it["factor"], w, b) for it in lines for w, b in it["line"][::7]]
    for (factor, *_), it in zip(
        places, ask(POINT, [[activation, w, b] for _, w, b in places]), strict=True
    ):
        assert it["factor"] == pytest.approx(factor, rel=1e-4)


def test_erf_in_closed_form():
    for (_, weight, bias), it in zip(points("erf"), ask(POINT, points("erf")), strict=True):
        q = it["q"]
        assert weight**2 * mean(
            lambda z: np.vectorize(math.erf)(z) ** 2, q
        ) + bias**2 == pytest.approx(q, rel=1e-7)
        slope = 4 / math.pi * mean(lambda z: np.exp(-2 * z**2), q)
        assert it["chi"] == pytest.approx(weight**2 * slope, rel=1e-7)


def test_relu_in_closed_form(found):
    for (_, weight, bias), it in zip(points("relu"), ask(POINT, points("relu")), strict=True):
        assert it["factor"] == pytest.approx(weight / math.sqrt(2), rel=1e-12)
        if weight < math.sqrt(2):
            assert it["q"] == pytest.approx(bias**2 / (1 - weight**2 / 2), rel=1e-12)
        else:
            assert it["q"] == "Infinity"
    root = math.sqrt(2)
    below, edge, edge_biased, above = ask(
        POINT, [["relu", 1, 0], ["relu", root, 0], ["relu", root, 0.1], ["relu", 2, 0]]
    )
    assert below["factor"] == pytest.approx(found["relu.at1.predicted"].value) and below["q"] == 0
    assert (
        above["factor"] == pytest.approx(found["relu.at2.predicted"].value)
        and above["q"] == "Infinity"
    )
    assert (edge["phase"], edge["depth"], edge["q"], edge_biased["q"]) == (
        "edge",
        "Infinity",
        "NaN",
        "Infinity",
    )


def test_without_biases_small_weights_fall_silent():
    silent, edge, awake = ask(POINT, [["tanh", 0.7, 0], ["tanh", 1, 0], ["tanh", 1.2, 0]])
    assert silent["q"] == 0 and silent["factor"] == pytest.approx(0.7)
    assert edge["q"] == 0 and edge["phase"] == "edge"
    assert (
        awake["q"] == pytest.approx(mean_field.fixed_point(1.2, 0), rel=1e-6)
        and awake["phase"] == "chaotic"
    )


def test_the_table_on_the_page_names_the_phases(found):
    from snippets.tables.phase_map import POINTS, rows

    cells = rows(lambda key, *_: key)[1]
    assert len(cells) == sum(map(len, POINTS.values()))
    for _, _, phase, predicted, *_ in cells:
        assert phase == (
            "ordered" if found[predicted.removeprefix("mean_field.")].value < 1 else "chaotic"
        )


@pytest.mark.parametrize(
    ("activation", "weight", "bias"),
    [("tanh", 1, 0.5), ("tanh", 2.5, 0.5), ("erf", 1.2, 0.3), ("relu", 1.8, 0)],
)
def test_the_lab_is_opened_with_the_same_net(activation, weight, bias):
    """What the lab predicts for the address, near the loss where the variance has settled, is the map's factor."""
    query, profile = ask(
        """
        import { labAddress } from "./lab/phases.js";
        import { admit } from "./lab/settings.js";
        import { predicted } from "./lab/theory.js";
        const address = labAddress(GIVEN), [settings, notes] = admit(new URLSearchParams(address.split("?")[1]));
        tell([{ address, settings, notes }, predicted({ ...settings, width: 256 })]);
    """,
        {"activation": activation, "weight": weight, "bias": bias},
    )
    assert query["notes"] == [] and query["address"].startswith(
        "understand/#lab?v=1&depth=30&width=128&"
    )
    assert [
        query["settings"][key] for key in ("activation", "init", "gain", "bias", "depth", "width")
    ] == [activation, "lecun", weight, bias, 30, 128]
    [it] = ask(POINT, [[activation, weight, bias]])
    assert profile[14] / profile[15] == pytest.approx(it["factor"], rel=1e-2)


def test_in_words():
    said = ask(
        """
        import { forward, point, sentence } from "./lab/phases.js";
        const places = GIVEN.map(([activation, weight, bias]) => point({ activation, weight, bias }));
        tell(places.map((it) => [sentence(it), forward(it)]));
    """,
        [["tanh", 1, 0.5], ["tanh", 1, 0], ["relu", 1.5, 0.1], ["relu", 1.413, 0]],
    )
    assert said[0][0] == (
        "Ordered: each layer multiplies the signal ∂L/∂h by 0.762. The depth scale is 1.8 layers, and after 30 layers "
        "2.8\u00a0×\u00a010⁻⁴ of it is left."
    )
    assert said[1][0].startswith("On the edge of chaos") and "sink to zero" in said[1][1]
    assert "5.9 times as large" in said[2][0] and "without a fixed point" in said[2][1]
    assert "by 0.99914" in said[3][0]  # not by 1


# ---------- the element ----------


class Map(Mounted):
    def __init__(self, browser, address, path=PAGE, **more):
        super().__init__(browser, address, path, MAP, **more)

    def said(self) -> str:
        return self.element().locator(".lab__said").inner_text()

    def place(self, weight: float, bias: float) -> list:
        """Where a point of the plane stands in the window."""
        return self.element().evaluate(
            """(it, [w, b]) => { const c = it.chart, box = c.svg.getBoundingClientRect();
            return [box.left + c.x(w) * box.width / c.width, box.top + c.y(b) * box.height / c.height]; }""",
            [weight, bias],
        )

    def slider(self, name: str):
        return self.element().get_by_role("slider", name=re.compile(name))


@pytest.fixture(scope="module")
def opened(browser, address):
    """The page, loaded once for the tests of its map."""
    with Map(browser, address) as visit:
        yield visit


@pytest.fixture
def the_map(opened):
    """A map as it comes, in that page."""
    opened.anew()
    yield opened
    assert opened.wrong == []


def test_without_a_script_figure_and_table_stand_there(browser, address):
    with Visit(browser, address, PAGE, java_script_enabled=False) as visit:
        assert visit.page.locator(f"{MAP} figure svg").is_visible()
        assert visit.page.locator(f"{MAP} table tbody tr").count() == 8
        assert visit.page.locator("p.needs-script", has_text="sliders").is_hidden()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_shifts_when_the_map_mounts(browser, address, width):
    with Visit(browser, address, f"{PAGE}#phase-map?v=1", width) as visit:
        visit.page.locator(f"{MAP}[data-ready]").wait_for()
        assert visit.page.evaluate(SHIFT) <= 0.001
        room = visit.page.locator(MAP).evaluate(
            "it => it.clientHeight - it.querySelector('.lab').clientHeight"
        )
        assert 0 <= room < 60


def test_the_phases_are_named_and_their_colors_are_the_signals(the_map):
    words = the_map.element().locator(".phase__map text").all_text_contents()
    assert {"ordered", "chaotic", "edge of chaos", "1", "0.5", "1.3", "factor"} <= set(words)
    fills = (
        the_map.element()
        .locator(".phase__map g[clip-path] path[style]")
        .evaluate_all("all => all.map(e => e.getAttribute('style'))")
    )
    assert [re.search(r"--(\w+)", fill)[1] for fill in fills] == [
        "f5",
        "f4",
        "f3",
        "f2",
        "f1",
        "v1",
        "v2",
        "v3",
        "v4",
        "v5",
        "v6",
    ]
    assert "The edge runs from a σ_w of 1 without biases to 2.33" in the_map.element().locator(
        ".phase__map"
    ).get_attribute("aria-label")


def test_the_pointer_picks_a_point(the_map):
    the_map.page.mouse.click(*the_map.place(3, 1.5))
    the_map.settle()
    state = the_map.state()
    assert abs(state["weight"] - 3) < 0.02 and abs(state["bias"] - 1.5) < 0.02
    assert the_map.said().startswith("Chaotic")
    assert the_map.slider("σw").input_value() == str(state["weight"])
    the_map.page.mouse.move(*the_map.place(3, 1.5))
    the_map.page.mouse.down()
    the_map.page.mouse.move(*the_map.place(0.5, 0.2), steps=5)
    the_map.page.mouse.move(0, 0)
    the_map.page.mouse.up()
    the_map.settle()
    assert (
        the_map.said().startswith("Ordered")
        and the_map.state()["weight"] == 0.1
        and the_map.state()["bias"] == 2
    )


def test_the_keyboard_moves_the_point_and_it_is_announced_once_settled(the_map):
    the_map.slider("σw").focus()
    the_map.page.keyboard.press("ArrowRight")
    the_map.page.keyboard.press("ArrowRight")
    the_map.slider("σb").focus()
    the_map.page.keyboard.press("ArrowLeft")
    the_map.settle()
    assert the_map.state() == {"activation": "tanh", "weight": 1.02, "bias": 0.49}
    announced = the_map.element().locator("[role=status].lab__hidden")
    the_map.settle(600)
    assert announced.inner_text().startswith(the_map.said())
    order = []
    the_map.element().get_by_label("Activation").focus()
    for _ in range(7):
        order.append(
            the_map.page.evaluate("""(() => { const e = document.activeElement;
            return (e.labels?.[0] ?? e).textContent.trim() + ' ' + (getComputedStyle(e).outlineStyle !== 'none'); })()""")
        )
        the_map.page.keyboard.press("Tab")
    assert all(it.endswith("true") for it in order[1:])
    assert [it.split()[0] for it in order] == [
        "Activation",
        "Weights",
        "Biases",
        "To",
        "Open",
        "This",
        "Nets",
    ]


def test_to_the_edge(the_map):
    the_map.element().get_by_role("button", name="To the edge of chaos").click()
    the_map.settle()
    assert the_map.said().startswith("On the edge of chaos")
    assert the_map.state()["weight"] == pytest.approx(mean_field.edge_at(0.5), rel=1e-6)


def test_the_point_as_a_table(the_map, found):
    the_map.element().get_by_text("This point as a table").click()
    rows = dict(
        the_map.element()
        .locator("details table")
        .first.locator("tr")
        .evaluate_all("all => all.map(row => [...row.cells].map(cell => cell.textContent))")
    )
    assert rows["Factor per layer √χ₁"] == f"{found['middle.at10.predicted'].value:.3g}" == "0.762"
    assert rows["Depth scale ξ, in layers"] == f"{found['middle.at10.reach'].value:.2g}"
    assert rows["Phase"] == "ordered" and rows["σb"] == "0.5" and rows["Activation"] == "tanh"
    assert (
        rows["Fixed point of the pre-activations' variance"]
        == f"{found['middle.at10.fixed_point'].value:.3g}"
    )


def test_the_nets_that_were_measured_stay_at_hand(the_map):
    assert the_map.element().locator("figure svg").is_hidden()
    the_map.element().get_by_text("Nets that were built and measured").click()
    assert (
        the_map.element().locator("figure svg").is_visible()
        and the_map.element().locator(".stack tbody tr").count() == 8
    )


def test_the_address_holds_the_point(browser, address, the_map):
    the_map.element().get_by_label("Activation").select_option("erf")
    the_map.page.mouse.click(*the_map.place(2, 1))
    the_map.settle(700)
    with Map(browser, address, the_map.page.url) as other:
        assert (
            other.state() == the_map.state()
            and other.said() == the_map.said()
            and other.notes() == ""
        )


def test_any_fragment_yields_a_valid_point_and_a_note(the_map):
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
        "Infinity",
        "💥",
    ]
    for _ in range(8):
        text = "&".join(
            f"{draw.choice(['activation', 'weight', 'bias', 'v', '__proto__', 'x'])}={draw.choice(junk)}"
            for _ in range(draw.randint(1, 5))
        )
        the_map.follow(f"#phase-map?{text}", 50)
        state = the_map.state()
        assert (
            0.1 <= state["weight"] <= 4
            and 0 <= state["bias"] <= 2
            and state["activation"] in ("tanh", "relu", "erf")
        ), text
        assert "NaN" not in the_map.said() and "undefined" not in the_map.element().inner_text()
    the_map.follow("#phase-map?v=0&weight=70&activation=swish")
    assert (
        all(part in the_map.notes() for part in ("another version", "70", "swish"))
        and the_map.state()["weight"] == 4
    )


def test_the_lines_are_computed_once_and_drawn_once(the_map):
    again = the_map.element().evaluate("""async it => {
        const { levels } = await import(new URL('../../assets/javascripts/lab/phases.js', location.href.split('#')[0]));
        const before = it.chart.svg.children[1];
        it.change({ weight: 2 });
        await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame);
        return [levels('tanh') === levels('tanh'), it.chart.svg.children[1] === before];
    }""")
    assert again == [True, True]


def opened_lab(visit: Map) -> dict:
    """Press the link and read the settings of the lab that it opens."""
    visit.page.mouse.click(*visit.place(1.5, 0.5))
    visit.settle()
    picked = visit.state()
    visit.element().get_by_role("link", name="Open this net in the lab").click()
    visit.page.wait_for_url(re.compile(r"/understand/#lab\?"))
    visit.page.locator("gradient-lab[data-ready]").wait_for()
    lab = visit.page.locator("gradient-lab").evaluate("it => it.settings")
    assert (lab["gain"], lab["bias"]) == (picked["weight"], picked["bias"])
    assert visit.page.locator("gradient-lab > .lab__notes").inner_text() == ""
    return lab


def test_the_net_opens_in_the_lab(browser, site):
    """Also on a site that does not stand at its host's root."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site.parent))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        with Map(browser, address, f"{site.name}/{PAGE}") as visit:
            lab = opened_lab(visit)
            assert [
                lab[key] for key in ("activation", "init", "depth", "width", "norm", "skip")
            ] == ["tanh", "lecun", 30, 128, "none", "none"]
            assert f"{address}/{site.name}/understand/" in visit.page.url
    finally:
        server.shutdown()


def test_leaving_and_returning(browser, address):
    with Map(browser, address) as visit:
        stops_when_left(visit, "#phase-map?v=1&weight=3")


def test_a_map_that_is_gone_leaves_memory(the_map):
    is_collected_when_removed(the_map, "it.adjust({ weight: 2 }); it.goToEdge();")


def test_ten_maps_on_a_page(the_map):
    the_map.follow("#phase-map?v=1")
    the_map.page.evaluate(f"""() => {{
        const first = document.querySelector('{MAP}');
        for (let i = 0; i < 9; i++) {{ const copy = document.createElement('{MAP}'); copy.id = `map-${{i}}`; first.after(copy); }}
    }}""")
    the_map.page.wait_for_function(f"document.querySelectorAll('{MAP}[data-ready]').length === 10")
    ids = the_map.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    the_map.follow("#map-3?v=1&weight=2")
    states = the_map.page.locator(MAP).evaluate_all(
        "all => all.map(it => [it.id, it.settings.weight])"
    )
    assert all(weight == (2 if name == "map-3" else 1) for name, weight in states)
