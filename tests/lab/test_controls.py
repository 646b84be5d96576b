"""Every control of every lab, used as a reader uses it: what is chosen is computed, shown, copied as a program and kept in the address."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from snippets.weave.pages.labs import LABS
from tests.support.pages import Mounted

NAMED = """lab => {
  const words = (it) => [...it.childNodes].filter((n) => !n.classList?.contains('lab__value')).map((n) => n.textContent).join('').trim();
  const label = (it) => [...(it.closest('fieldset')?.querySelectorAll('legend') ?? []), it.labels[0]].map(words).join(' / ');
  const name = (it) => it.localName === 'svg' ? 'drawing'
    : it.labels?.length ? label(it) : it.closest('.lab__question .lab__bar') && words(it) !== 'Just show it' ? 'an answer'
    : it.getAttribute('aria-label') ?? words(it);
  return [...lab.querySelectorAll('button, input, select, textarea, summary, a[href], [tabindex], [contenteditable], svg')]
    .filter((it) => it.localName !== 'svg' || getComputedStyle(it).cursor === 'crosshair').map(name);
}"""

ASKED = """async ([chosen, walked]) => {
  const lab = document.querySelector(TAG), wrong = [];
  const load = (name) => import(new URL(`../assets/javascripts/${name}.js`, location.href.split('#')[0]));
  const same = (what, is, should) => {
    [is, should] = [is, should].map((it) => JSON.stringify(it));
    if (is !== should) wrong.push(`${what}: ${is} instead of ${should}`);
  };
  const drawn = (svg) => [...svg.querySelectorAll('path')].map((it) => it.getAttribute('d'));
  const text = (selector) => lab.querySelector(selector).textContent;
  const [{ written }, { inWords }] = [await load('lab/settings'), await load('drawing')];
  same('the settings', Object.entries(lab.settings).sort(), Object.entries(chosen).sort());
  SHOWN
  return { wrong, hash: `#${lab.place}?${written(chosen, lab.constructor.table)}`, program };
}"""
# the curves and sentences of a net that is computed here from what was chosen
LINES = """
  const same_lines = (chart, data) => {
    const again = new Chart(chart);
    again.resize(chart.width);
    again.update({ axis: '', said: '', ...data });
    same(chart.title, drawn(chart.svg), drawn(again.svg));
  };
  const { Chart } = await load('lab/chart');
"""
SHOWN = {
    "gradient-lab": LINES
    + """
  const [{ Net }, { SETTINGS }, { sentence, stepped }, { predicted }, { pytorch }] = await Promise.all(
    ['net', 'settings', 'wording', 'theory', 'script'].map((name) => load(`lab/${name}`)));
  const settings = Object.fromEntries(Object.keys(SETTINGS).map((key) => [key, chosen[key]])), net = new Net();
  net.configure(settings);
  const found = net.run(), values = { ...found, predicted: predicted(settings).map((t) => t * found.signal.at(-1)) };
  Object.values(lab.charts).forEach((chart) => same_lines(chart, { values, from: (walked ?? 1) - 1, at: (walked ?? 0) - 1 }));
  same('the sentence', text('.lab__said'), sentence(found, chosen.rate));
  if (walked) same('the step', text('.lab__walk .lab__factor'), stepped(found, walked));
  const program = pytorch(settings, lab.address());
""",
    "recurrent-lab": LINES
    + """
  const [{ Recurrence }, { sentence, stepped }, { pytorch }] = await Promise.all(
    ['recurrence', 'recurrent-wording', 'recurrent-script'].map((name) => load(`lab/${name}`)));
  const net = new Recurrence(), plain = chosen.net === 'rnn';
  net.configure(chosen);
  const found = net.run(), values = Object.fromEntries(Object.entries(found.lines).map(([key, line]) => [key, line.values]));
  same_lines(lab.charts[chosen.net], { values, from: walked ?? 0, at: walked ?? -1 });
  same('which chart is there', Object.values(lab.charts).map(({ figure }) => figure.hidden), [!plain, plain]);
  const flat = (words) => words.replace(/_(\\w)/g, '$1'); // indices are lowered
  same('the sentence', flat(text('.lab__said')), flat(sentence(found, chosen)));
  if (walked !== null) same('the step', flat(text('.lab__walk .lab__factor')),
    flat(stepped(found.lines[plain ? 'true' : 'cell'], walked, plain ? '‖∂h_T/∂h_t‖' : '‖∂c_T/∂c_t‖')));
  const program = pytorch(chosen, found.a, lab.address());
""",
    "phase-map": """
  const { point, sentence, forward, labAddress, levels, factorInWords, COLORS, SETTINGS } = await load('lab/phases');
  const { PhaseChart } = await load('lab/phase-chart'), again = new PhaseChart({ ...SETTINGS, colors: COLORS });
  const found = point(chosen), place = (svg) => svg.lastElementChild.getAttribute('transform');
  again.update(chosen.activation, levels(chosen.activation), lab.chart.width);
  again.mark(chosen, '');
  same('the map', drawn(lab.chart.svg), drawn(again.svg));
  same('the point', place(lab.chart.svg), place(again.svg));
  same('the sentences', [text('.lab__said'), text('.lab__look')], [sentence(found), forward(found)]);
  const row = (name) => [...lab.querySelectorAll('tbody tr')].find((it) => it.cells[0].textContent.startsWith(name)).cells[1].textContent;
  same('the table', [row('Activation'), row('Factor')], [SETTINGS.activation.options[chosen.activation], factorInWords(found.factor)]);
  same('the link', lab.querySelector('a.btn').href, new URL(`../${labAddress(chosen)}`, location.href).href);
  const program = '';
""",
    "sketch-pad": """
  const { NETS } = await load('lab/sketching');
  same('the pen', lab.querySelector('input[type=radio]:checked').value, chosen.curve);
  const program = '';
""",
}

POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def read(shown: str) -> float:
    """A number as it stands beside a slider."""
    return float(
        re.sub(r"\s×\s10(.+)", lambda m: "e" + m[1].translate(POWERS), shown).translate(POWERS)
    )


def shown(slider) -> float:
    return read(slider.evaluate("it => it.labels[0].querySelector('.lab__value').textContent"))


class Reader(Mounted):
    """A lab in its own page, and what its reader has chosen in it."""

    def __init__(self, browser, address, tag, fragment="", **more):
        super().__init__(
            browser,
            address,
            f"embed/{tag}.html{fragment}",
            tag,
            width=1280,
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
            **more,
        )
        self.table = self.element().evaluate("it => it.constructor.table")
        self.chosen = {
            **{key: it["start"] for key, it in self.table.items()},
            **(self.state() if fragment else {}),
        }
        self.walked = None

    def labelled(self, name: str):
        """The control whose label begins so; an index in it reads as its letters do."""
        return self.element().get_by_label(re.compile(f"^{re.escape(name)}")).first

    def button(self, name: str):
        return self.element().get_by_role("button", name=name, exact=True).first

    def press(self, name: str) -> None:
        self.button(name).click()
        self.settle()

    def fold(self, name: str):
        """A disclosure, open."""
        row = self.element().locator(f"details:has(> summary:text-is({name!r}))").first
        if row.get_attribute("open") is None:
            row.locator("summary").click()
        return row

    def clipboard(self) -> str:
        return self.page.evaluate("navigator.clipboard.readText()")

    def asked(self) -> dict:
        return self.page.evaluate(
            ASKED.replace("TAG", repr(self.tag)).replace("SHOWN", SHOWN[self.tag]),
            [self.chosen, self.walked],
        )

    def agrees(self) -> None:
        """What was chosen is what is computed and shown."""
        self.settle()
        assert self.asked()["wrong"] == []

    def keeps(self) -> None:
        """And what stands in the address, where anything was chosen, and in the program."""
        start, asked = (
            all(self.chosen[key] == it["start"] for key, it in self.table.items()),
            self.asked(),
        )
        self.page.wait_for_function(
            "([hash, start]) => location.hash === hash || start && !location.hash",
            arg=[asked["hash"], start],
        )
        if asked["program"]:
            self.press("Copy as PyTorch")
            assert self.clipboard() == asked["program"]

    def shows(self) -> list:
        """What stands in the controls of the settings."""
        return self.element().evaluate("""it => [...it.querySelectorAll('.lab__field :is(select, input), input[type=radio]')]
            .map((e) => [e.labels[0].textContent, e.type === 'radio' ? e.checked : e.value])""")


# ---------- kinds of controls ----------


@dataclass(frozen=True)
class Choice:
    """A list; every option is chosen, one that is not the start last."""

    key: str
    before: Callable = lambda lab: None

    def __call__(self, lab: Reader, name: str) -> None:
        self.before(lab)
        start = lab.table[self.key]["start"]
        for value in sorted(lab.table[self.key]["options"], key=lambda value: value != start):
            lab.labelled(name).select_option(value)
            lab.chosen[self.key] = value
            lab.agrees()


@dataclass(frozen=True)
class Slider:
    """A slider: keys to both ends and a step from the first, then the pointer to a share of its length, where it stays."""

    key: str
    rest: float = 0.3
    before: Callable = lambda lab: None
    also: Callable = lambda lab: None

    def __call__(self, lab: Reader, name: str) -> None:
        self.before(lab)
        slider, it = lab.labelled(name), lab.table[self.key]
        for key, end in (("End", it["high"]), ("Home", it["low"]), ("ArrowRight", None)):
            slider.press(key)
            self.moved(lab, slider, end)
        box = slider.bounding_box()
        lab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        lab.page.mouse.down()
        lab.page.mouse.move(
            box["x"] + box["width"] * self.rest, box["y"] + box["height"] / 2, steps=3
        )
        lab.page.mouse.up()
        self.moved(lab, slider)
        assert lab.chosen[self.key] not in (it["low"], it["high"], it["start"])

    def moved(self, lab: Reader, slider, to: float | None = None) -> None:
        """It stands at `to`, or where it says."""
        lab.chosen[self.key] = shown(slider) if to is None else to
        self.also(lab)
        assert shown(slider) == lab.chosen[self.key]
        lab.agrees()


def seed(lab: Reader, name: str) -> None:
    for typed, taken in (("7", 7), ("-3", 0), ("4294967296", 2**32 - 1), ("12", 12)):
        lab.labelled(name).fill(typed)
        lab.labelled(name).press("Enter")
        lab.chosen["seed"] = taken
        lab.agrees()


def another_seed(lab: Reader, name: str) -> None:
    lab.press(name)
    lab.chosen["seed"] += 1
    lab.agrees()


def folds(lab: Reader, name: str) -> None:
    row = lab.fold(name)
    assert row.get_attribute("open") is not None
    row.locator("summary").first.press("Enter")
    assert row.get_attribute("open") is None
    row.locator("summary").first.click()


# ---------- presets, questions, the walk, what is taken away ----------


def presets(module: str):
    """The list of presets: each sets all of the net, and nothing else."""

    def chooses(lab: Reader, name: str) -> None:
        lab.element().get_by_label("predict first").uncheck()
        known = lab.page.evaluate(
            """async ([module, tag]) => {
            const load = (name) => import(new URL(`../assets/javascripts/lab/${name}.js`, location.href.split('#')[0]));
            const { PRESETS, SETTINGS = (await load('settings')).SETTINGS } = await load(module);
            const { defaults } = await load('settings');
            return Object.entries(PRESETS).map(([key, { settings }]) => [key, { ...defaults(SETTINGS), ...settings }]);
        }""",
            [module, lab.tag],
        )
        for key, settings in known:
            lab.labelled(name).select_option(key)
            lab.chosen |= settings
            lab.agrees()
            assert lab.labelled(name).input_value() == key
        lab.labelled(name).select_option("")
        lab.agrees()
        assert lab.labelled(name).input_value() == key, "it still is that preset"
        lab.keeps()

    return chooses


def predict_first(list_name: str):
    def checks(lab: Reader, name: str) -> None:
        for checked in (False, True):
            lab.element().get_by_label(name).set_checked(checked)
            for value in (
                lab.labelled(list_name)
                .locator("option")
                .evaluate_all("all => all.slice(1, 3).map(it => it.value)")
            ):
                lab.labelled(list_name).select_option(value)
            assert lab.element().locator("fieldset.lab__question").is_visible() == checked
        lab.chosen = lab.state()
        lab.press("Just show it")
        lab.agrees()

    return checks


def answers(list_name: str):
    """Each answer is judged, one of them right, and then all is shown."""

    def answered(lab: Reader, name: str) -> None:
        lab.element().get_by_label("predict first").check()
        other, value = (
            lab.labelled(list_name)
            .locator("option")
            .evaluate_all("all => all.slice(1, 3).map(it => it.value)")
        )
        verdicts = []
        for i in range(3):
            lab.labelled(list_name).select_option(other)
            lab.labelled(list_name).select_option(value)
            lab.element().locator(".lab__question button").nth(i).click()
            verdicts.append(lab.element().locator(".lab__verdict").inner_text().partition(":")[0])
            lab.agrees()
        assert sorted(verdicts) == ["No", "No", "Right"]

    return answered


def just_show(list_name: str):
    def shows(lab: Reader, name: str) -> None:
        for value in (
            lab.labelled(list_name)
            .locator("option")
            .evaluate_all("all => all.slice(1, 3).map(it => it.value)")
        ):
            lab.labelled(list_name).select_option(value)
        assert (
            lab.element().locator(".lab__said").inner_text()
            == "The curves are hidden until you answer."
        )
        lab.press(name)
        assert lab.element().locator(".lab__verdict").inner_text() == ""
        lab.agrees()

    return shows


def walk(*moves: tuple[str, int]):
    """Buttons of the walk and how far from the last layer, or the end of all, they lead; after a reset nothing is walked."""

    def walks(lab: Reader, name: str) -> None:
        first, last = (
            (1, lab.chosen["depth"]) if "depth" in lab.chosen else (0, lab.chosen["steps"])
        )
        lab.press("Reset")
        for button, back in moves:
            lab.press(button)
            lab.walked = first if back is None else last - back
            lab.agrees()
        lab.press("Reset")
        lab.walked = None
        lab.agrees()

    return walks


def walk_slider(lab: Reader, name: str) -> None:
    first, last = (1, lab.chosen["depth"]) if "depth" in lab.chosen else (0, lab.chosen["steps"])
    for key, lab.walked in (("Home", last), ("ArrowRight", last - 1), ("End", first)):
        lab.labelled(name).press(key)
        lab.agrees()
    lab.press("Reset")
    lab.walked = None
    lab.agrees()


def copies_program(lab: Reader, name: str) -> None:
    lab.press(name)
    assert "import torch" in lab.clipboard() and lab.clipboard() == lab.asked()["program"]


def copies_link(lab: Reader, name: str) -> None:
    lab.press(name)
    assert lab.clipboard() == lab.page.url.split("#")[0] + lab.asked()["hash"]


def saves(kind: str, holds: str):
    def saved(lab: Reader, name: str) -> None:
        with lab.page.expect_download() as file:
            lab.press(name)
        assert (
            file.value.suggested_filename == f"{lab.tag}.{kind}"
            and holds in file.value.path().read_text(encoding="utf-8")
        )

    return saved


def text_to_copy(lab: Reader, name: str) -> None:
    lab.page.evaluate(
        "window.writes = navigator.clipboard.writeText; navigator.clipboard.writeText = () => Promise.reject(); 0"
    )
    lab.press("Copy as PyTorch")
    assert lab.element().get_by_label(name).input_value() == lab.asked()["program"]
    lab.page.evaluate("navigator.clipboard.writeText = writes; 0")
    lab.press("Copy as PyTorch")
    assert lab.element().get_by_label(name).is_hidden()


def fullscreen(lab: Reader, name: str) -> None:
    for button, filled in ((name, True), ("Leave fullscreen", False)):
        lab.press(button)
        lab.page.wait_for_function(
            "filled => Boolean(document.fullscreenElement) === filled", arg=filled
        )


def leads(path: str):
    def link(lab: Reader, name: str) -> None:
        assert (
            lab.element()
            .get_by_role("link", name=name)
            .evaluate("it => it.href")
            .partition("#")[0]
            .endswith(path)
        )

    return link


# ---------- the training ----------

TRAINED = """async ([{ data, rate, ...settings }, rates]) => {
  const load = (name) => import(new URL(`../assets/javascripts/${name}.js`, location.href.split('#')[0]));
  const [{ Training }, { dataset }, { inWords }] = [await load('lab/training'), await load('lab/datasets'), await load('drawing')];
  const training = new Training(settings, await dataset(data, settings.seed), rate);
  for (const now of rates) { training.rate = now; training.step(); }
  const { step, epoch, loss, accuracy, moved } = training.report(), last = moved.length;
  return `Step ${step}, epoch ${epoch}: loss ${inWords(loss)}, ${Math.round(100 * accuracy)}% right. `
    + `Layer 1 has moved by ${inWords(moved[0])} of its norm, layer ${last} by ${inWords(moved[last - 1])}.`;
}"""
READY = "Plain SGD on batches of 32, in a worker of its own. It stops by itself."


class Training:
    """The fold of the lab in which it trains, and the rates of the steps made in it by hand."""

    def __init__(self, lab: Reader):
        self.lab, self.rates = lab, []
        self.fold = lab.fold("Train this net")

    def said(self) -> str:
        return self.fold.locator(".lab__factor").inner_text().strip()

    def step(self, times: int = 1) -> str:
        """Press One step; the net of the page has then made the same steps."""
        for _ in range(times):
            self.lab.press("One step")
            self.rates.append(self.lab.chosen["rate"])
            self.until(f"Step {len(self.rates)},")
        assert self.said() == self.lab.page.evaluate(TRAINED, [self.lab.chosen, self.rates])
        return self.said()

    def until(self, words: str) -> None:
        self.lab.page.wait_for_function(
            "([tag, words]) => document.querySelector(`${tag} details .lab__bar + .lab__factor`)"
            ".textContent.startsWith(words)",
            arg=[self.lab.tag, words],
        )

    def again(self) -> None:
        self.lab.press("Start again")
        assert self.said() == READY
        self.rates = []

    def slide(self, key: str) -> None:
        slider = self.lab.labelled("Learning rate")
        slider.press(key)
        self.lab.chosen["rate"] = shown(slider)
        self.lab.agrees()


def trains_on_data(lab: Reader, name: str) -> None:
    training, seen = Training(lab), []
    for data in ("spirals", "digits", "spirals", "digits"):
        lab.labelled(name).select_option(data)
        lab.chosen["data"] = data
        lab.agrees()
        assert not seen or training.said().startswith(
            "The net or its data changed, so this training has ended."
        ), training.said()
        training.rates = []
        seen.append(training.step(3))
    assert seen[:2] == seen[2:] and seen[0] != seen[1]


def trains_at_a_rate(lab: Reader, name: str) -> None:
    Slider("rate", rest=0.7)(lab, name)
    training = Training(lab)
    training.again()
    fast = training.step(2)
    training.slide("ArrowLeft")
    training.slide("ArrowLeft")
    training.step(1)
    training.again()
    assert training.step(2) != fast, "another rate, another outcome"
    training.again()


def one_step(lab: Reader, name: str) -> None:
    training = Training(lab)
    training.again()
    training.step(3)


def start_again(lab: Reader, name: str) -> None:
    training = Training(lab)
    training.again()
    first = training.step(1)
    training.again()
    assert training.step(1) == first
    training.again()


def train(lab: Reader, name: str) -> None:
    steps = "document.querySelector('gradient-lab').trainer.report?.step ?? 0"
    training = Training(lab)
    training.again()
    training.slide("Home")  # so that it does not end by itself
    lab.press(name)
    lab.page.wait_for_function(f"{steps} > 3")
    lab.press("Pause")
    lab.rests(steps)
    at = lab.page.evaluate(steps)
    lab.press(name)
    lab.page.wait_for_function(f"{steps} > {at}")
    training.again()


# ---------- the map and the pad ----------


def raises_sigma(lab: Reader) -> None:
    """No matrix has a largest singular value below its radius."""
    if lab.chosen["net"] == "rnn":
        lab.chosen["sigma"] = max(lab.chosen["sigma"], lab.chosen["rho"])


def to_the_edge(lab: Reader, name: str) -> None:
    lab.press(name)
    lab.chosen["weight"] = lab.page.evaluate(
        """async ({ activation, bias }) => (await import(new URL('../assets/javascripts/lab/phases.js',
        location.href.split('#')[0]))).edgeAt(activation, bias)""",
        lab.chosen,
    )
    lab.agrees()
    assert lab.element().locator(".lab__said").inner_text().startswith("On the edge of chaos")


def picks(lab: Reader, name: str) -> None:
    for weight, bias in ((3, 1.5), (0.7, 0.3)):
        place = lab.element().evaluate(
            """(it, [w, b]) => { const c = it.chart, box = c.svg.getBoundingClientRect();
            return [box.left + c.x(w) * box.width / c.width, box.top + c.y(b) * box.height / c.height]; }""",
            [weight, bias],
        )
        lab.page.mouse.click(*place)
        lab.settle()
        lab.chosen |= {
            key: round(value, 2) for key, value in lab.state().items() if key != "activation"
        }
        assert abs(lab.chosen["weight"] - weight) < 0.02 and abs(lab.chosen["bias"] - bias) < 0.02
        lab.agrees()


CURVES = """async ([net, layer, power]) => {
  const { handled } = await import(new URL('../assets/javascripts/lab/sketching.js', location.href.split('#')[0]));
  return handled(document.querySelector('sketch-pad').curves[net], layer, power);
}"""


def curve(lab: Reader, net: str) -> list:
    return lab.element().evaluate("(it, net) => it.curves[net]", net)


def sketch_slider(net: str, layer: int, at: int):
    """The slider of one layer: keys move that layer of that curve, as the numerics do, and the line on the pad."""

    def slides(lab: Reader, name: str) -> None:
        lab.fold("Draw with sliders")
        slider = lab.element().get_by_role("slider").nth(at)
        other = curve(lab, "relu" if net == "sigmoid" else "sigmoid")
        for key in ("Home", "ArrowRight"):
            before = float(slider.input_value())
            power = -30 if key == "Home" else before + 1
            expected = lab.page.evaluate(CURVES, [net, layer, power])
            line = lab.element().evaluate(
                "(it, net) => it.chart.lines[net].yours.getAttribute('d')", net
            )
            slider.press(key)
            lab.settle()
            assert curve(lab, net) == expected and curve(lab, net)[layer - 1] == power
            assert (
                lab.element().evaluate(
                    "(it, net) => it.chart.lines[net].yours.getAttribute('d')", net
                )
                != line
            )
        assert curve(lab, "relu" if net == "sigmoid" else "sigmoid") == other

    return slides


def radio(net: str, name_of: str):
    def chooses(lab: Reader, name: str) -> None:
        lab.element().get_by_role("radio", name=name_of).check()
        lab.chosen["curve"] = net
        lab.agrees()

    return chooses


def stroke(lab: Reader, net: str) -> None:
    """Draw a line on the pad."""
    places = lab.element().evaluate("""it => [[30, 0], [1, -20]].map(([l, p]) => { const c = it.chart, box = c.svg.getBoundingClientRect();
        return [box.left + c.x(l) * box.width / c.width, box.top + c.y(p) * box.height / c.height]; })""")
    lab.page.mouse.move(*places[0])
    lab.page.mouse.down()
    lab.page.mouse.move(*places[1], steps=6)
    lab.page.mouse.up()
    lab.settle()
    assert curve(lab, net)[0] == pytest.approx(-20, abs=0.5) and curve(lab, net)[
        14
    ] == pytest.approx(-20 * 15 / 29, abs=1)


def draws(lab: Reader, name: str) -> None:
    stroke(lab, lab.chosen["curve"])


def undoes(lab: Reader, name: str) -> None:
    net = lab.chosen["curve"]
    before = curve(lab, net)
    lab.press("Clear this curve")
    assert curve(lab, net) != before
    lab.press(name)
    assert curve(lab, net) == before


def clears(lab: Reader, name: str) -> None:
    stroke(lab, lab.chosen["curve"])
    lab.press(name)
    assert curve(lab, lab.chosen["curve"]) == [None] * 29 + [0]


def starts_again(lab: Reader, name: str) -> None:
    stroke(lab, lab.chosen["curve"])
    lab.press(name)
    assert [curve(lab, net) for net in ("sigmoid", "relu")] == [
        [None] * 29 + [0]
    ] * 2 and lab.button("Undo").is_disabled()


def shows_ours(lab: Reader, name: str) -> None:
    stroke(lab, lab.chosen["curve"])
    lab.press(name)
    lab.button("Hide ours").wait_for()
    said = lab.page.evaluate("""async () => {
        const at = (path) => new URL(path, location.href.split('#')[0]);
        const { measured, scored, verdict, NETS } = await import(at('../assets/javascripts/lab/sketching.js'));
        const ours = measured(await (await fetch(at('../figures/two_curves.csv'))).text());
        const { curves } = document.querySelector('sketch-pad');
        return Object.keys(NETS).map((net) => verdict(net, scored(net, curves[net], ours[net]), ours[net]));
    }""")
    shown = lab.element().locator(".sketch__results p").all_text_contents()
    assert [it.partition(". ")[2] for it in shown] == said
    lab.press("Hide ours")
    assert lab.element().locator(".sketch__results p").count() == 0


# ---------- every control and its case ----------

SKETCHED = {
    f"{legend}: the signal after layer … / layer {layer}": sketch_slider(net, layer, 5 * i + j)
    for i, (net, legend) in enumerate((("sigmoid", "Sigmoid"), ("relu", "ReLU")))
    for j, layer in enumerate((1, 6, 12, 18, 24))
}
TAKEN = {"Copy as PyTorch": copies_program, "Copy link": copies_link, "Text to copy": text_to_copy}
WALKED = {
    "Back": walk(("Step", 0), ("Step", 1), ("Back", 0), ("Back", 0)),
    "Step": walk(("Step", 0), ("Step", 1), ("Step", 2)),
    "Reset": walk(("Step", 0)),
}

CASES = {
    "gradient-lab": {
        "Net": presets("presets"),
        "predict first": predict_first("Net"),
        "an answer": answers("Net"),
        "Just show it": just_show("Net"),
        "More settings": folds,
        "Train this net": folds,
        "Fullscreen": fullscreen,
        "Depth": Slider("depth", rest=0.05),
        "Width": Slider("width", rest=0.1),
        "Inputs": Slider("batch"),
        "Activation": Choice("activation"),
        "Initialization": Choice("init"),
        "Gain": Slider("gain", rest=0.6),
        "Bias spread σb": Slider("bias"),
        "Skips": Choice("skip"),
        "Order": Choice("order"),
        "Loss": Choice("loss"),
        "Normalization": Choice("norm"),
        "Place of the norm": Choice("place"),
        "Seed": seed,
        "Another seed": another_seed,
        **WALKED,
        "Play": walk(("Play", None)),
        "Layers walked back": walk_slider,
        **TAKEN,
        "Save as SVG": saves("svg", "<svg"),
        "Save as CSV": saves("csv", "layer,norm of dL/dh"),
        "What it computes": leads("/reference/the-lab/"),
        "Data": trains_on_data,
        "Learning rate": trains_at_a_rate,
        "One step": one_step,
        "Start again": start_again,
        "Train": train,
    },
    "recurrent-lab": {
        "Show": presets("recurrent-settings"),
        "predict first": predict_first("Show"),
        "an answer": answers("Show"),
        "Just show it": just_show("Show"),
        "More settings": folds,
        "Nonlinearity φ": Choice(
            "phi",
            before=lambda lab: (
                lab.labelled("Show").select_option("above"),
                lab.chosen.update(lab.state()),
            ),
        ),
        "Width": Slider("width", rest=0.1),
        "Steps T": Slider("steps", rest=0.1),
        "Spectral radius ρ": Slider("rho", also=raises_sigma),
        "Singular value σmax": Slider("sigma", also=raises_sigma),
        "Size of the inputs": Slider("scale", rest=0.4),
        "Inputs": Choice("inputs"),
        "Eigenvalues": Choice("eigen"),
        "Seed": seed,
        "Another seed": another_seed,
        **WALKED,
        "Play the way back": walk(("Play the way back", None)),
        "Steps walked back": walk_slider,
        **TAKEN,
        "Save as SVG": saves("svg", "<svg"),
        "Save as CSV": saves("csv", "step,steps back"),
        "Net": Choice("net"),
        "Forget gate's bias": Slider("forget"),
    },
    "phase-map": {
        "Activation": Choice("activation"),
        "drawing": picks,
        "Weights σw": Slider("weight"),
        "Biases σb": Slider("bias", rest=0.6),
        "This point as a table": folds,
        "Nets that were built and measured": folds,
        "To the edge of chaos": to_the_edge,
        "Open this net in the lab": leads("/understand/"),
    },
    "sketch-pad": {
        "drawing": draws,
        "Draw with sliders": folds,
        "Draw the signal of / sigmoid": radio("sigmoid", "sigmoid"),
        **SKETCHED,
        "Draw the signal of / ReLU": radio("relu", "ReLU"),
        "Undo": undoes,
        "Clear this curve": clears,
        "Show ours": shows_ours,
        "Start again": starts_again,
    },
}
ASKING = {"gradient-lab": "Net", "recurrent-lab": "Show"}


def controls(lab: Reader) -> set[str]:
    """The names of all controls, those of a question as well."""
    asking = ASKING.get(lab.tag)
    if asking:
        lab.labelled(asking).select_option(index=2)
    found = set(lab.element().evaluate(NAMED))
    if asking:
        lab.press("Just show it")
        lab.chosen = lab.state()
    return found


@pytest.mark.parametrize("tag", LABS)
def test_each_control_does_what_it_says(browser, address, tag):
    with Reader(browser, address, tag) as lab:
        assert controls(lab) == set(CASES[tag])
        for row in ("More settings", "Train this net"):
            if row in CASES[tag]:
                lab.fold(row)
        for name, case in CASES[tag].items():
            case(lab, name)
            lab.keeps()
        with Reader(browser, address, tag, lab.page.url.partition(".html")[2]) as again:
            assert (
                again.chosen == lab.chosen == again.state()
                and again.shows() == lab.shows()
                and again.notes() == ""
            )
            again.agrees()
        assert lab.wrong == []


def test_a_control_without_a_case_would_be_seen(browser, address):
    with Reader(browser, address, "phase-map") as lab:
        for made in (
            "<button>More</button>",
            "<input aria-label=More>",
            "<a href=#>More</a>",
            "<div tabindex=0>More</div>",
        ):
            lab.element().locator(".lab__panel").evaluate(
                "(panel, made) => panel.insertAdjacentHTML('beforeend', made)", made
            )
            assert controls(lab) - set(CASES["phase-map"]) == {"More"}, made
            lab.element().locator(".lab__panel > :last-child").evaluate("it => it.remove()")
            assert controls(lab) == set(CASES["phase-map"])


# ---------- words ----------

RAISED = """lab => {
  const walker = document.createTreeWalker(lab, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) if (/(?<!\\p{L})\\p{L}_\\w/u.test(walker.currentNode.data)) found.push(walker.currentNode.data);
  return found;
}"""
APART = """lab => [...lab.querySelectorAll('sub, text tspan')].filter((it) => it.getClientRects().length).map((it) => {
  const before = it.previousSibling, letter = document.createRange();
  letter.setStart(before, before.length - 1);
  letter.setEnd(before, before.length);
  const [a, b] = [letter.getBoundingClientRect(), it.getBoundingClientRect()];
  return [it.textContent, b.left - a.right, b.bottom - a.bottom, b.height / a.height];
})"""


@pytest.mark.parametrize("tag", LABS)
def test_indices_are_lowered_and_stand_at_their_letter(browser, address, tag):
    with Reader(browser, address, tag) as lab:
        lab.element().evaluate(
            "lab => lab.querySelectorAll('details').forEach((row) => { row.open = true; })"
        )
        for value in [0, 1, 2] if tag in ASKING else [0]:
            if value:
                lab.labelled(ASKING[tag]).select_option(index=value)
            for width in (390, 1280):
                lab.page.set_viewport_size({"width": width, "height": 900})
                lab.settle()
                assert lab.element().evaluate(RAISED) == []
                indices = lab.element().evaluate(APART)
                assert indices or tag == "sketch-pad"
                assert [
                    it for it in indices if not (-1 < it[1] < 3 and it[2] > 0 and it[3] < 1)
                ] == [], f"{value} at {width} px"


# ---------- a training that is running ----------

RUNNING = "document.querySelector('gradient-lab').trainer.report?.step > 2"


@pytest.fixture(scope="module")
def opened(browser, address):
    """A lab's own page, loaded once for the trainings."""
    with Reader(browser, address, "gradient-lab") as lab:
        yield lab


def at(lab: Reader, fragment: str) -> Training:
    """A lab as it comes, led to a fragment, and its training."""
    lab.anew()
    lab.follow(fragment)
    lab.chosen, lab.walked = lab.state(), None
    return Training(lab)


@pytest.fixture
def running(opened):
    """A net in training, at a rate at which it neither learns nor diverges."""
    training = at(opened, "#lab?v=1&width=64&depth=30&init=he&skip=scaled&data=spirals&rate=0.0001")
    opened.press("Train")
    opened.page.wait_for_function(RUNNING)
    yield training
    assert opened.wrong == []


def test_a_rate_moved_while_it_trains_acts_at_once(running):
    running.lab.labelled("Learning rate").press("End")
    running.lab.page.wait_for_function(
        "document.querySelector('gradient-lab').trainer.report?.finished === 'diverged'"
    )
    assert "Lower the rate" in running.said()


@pytest.mark.parametrize("by", ["control", "address", "another net"])
def test_other_data_or_another_net_end_it_and_it_says_so(running, by):
    lab = running.lab
    if by == "control":
        lab.labelled("Data").select_option("digits")
    elif by == "address":
        lab.page.evaluate("location.hash = location.hash.replace('data=spirals', 'data=digits')")
    else:
        lab.labelled("Depth").press("ArrowLeft")
    lab.page.wait_for_function("!document.querySelector('gradient-lab').trainer.worker")
    assert running.said() == f"The net or its data changed, so this training has ended. {READY}"
    assert (
        running.fold.locator("[role=status]").inner_text()
        == "The net or its data changed, so this training has ended."
    )
    assert lab.button("Train").is_enabled()
    lab.chosen = lab.state()
    running.step(2)


def test_a_rate_in_the_address_reaches_the_training(opened):
    training = at(opened, "#lab?v=1&depth=4&width=16&init=he&rate=0.1")
    training.step(2)
    opened.page.evaluate("location.hash = location.hash.replace('rate=0.1', 'rate=2')")
    opened.page.wait_for_function("document.querySelector('gradient-lab').settings.rate === 2")
    opened.chosen = opened.state()
    training.step(2)
    assert training.rates == [0.1, 0.1, 2, 2] and opened.wrong == []
