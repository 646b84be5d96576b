"""The lab of recurrent nets: its matrices, its norms against PyTorch, what the page says of it, and how it behaves in a browser."""

import csv
import io
import random
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from snippets.experiments._lab import ask, run
from snippets.measurement import ROOT, read
from tests.support.pages import FRAMES, SHIFT, Mounted, Visit

PAGE = "understand/recurrent/"
LAB = ROOT / "docs" / "assets" / "javascripts" / "lab"
NETS, PLAIN = 16, 14
CLOSE, CHAOS = (
    1e-9,
    100,
)  # relative distance from autograd; times what a change in the sixteenth digit makes
LEAST = 1e-290  # below, autograd's numbers have lost digits
TABLE = 'import { SETTINGS } from "./lab/recurrent-settings.js"; tell(SETTINGS);'
DEFAULTS = 'import { SETTINGS } from "./lab/recurrent-settings.js"; import { defaults } from "./lab/settings.js"; tell(defaults(SETTINGS));'
PRESETS = (
    'import { PRESETS, SETTINGS } from "./lab/recurrent-settings.js"; import { defaults } from "./lab/settings.js";'
    "tell(Object.fromEntries(Object.entries(PRESETS).map(([key, it]) => [key, "
    "{ ...it, settings: { ...defaults(SETTINGS), ...it.settings } }])));"
)
RUN = """
import { Recurrence } from "./lab/recurrence.js";
import { pytorch } from "./lab/recurrent-script.js";
import { reachable, SETTINGS } from "./lab/recurrent-settings.js";
import { alternative, asCsv, sentence, stepped, warnings } from "./lab/recurrent-wording.js";
import { admit } from "./lab/settings.js";
const lab = new Recurrence();
tell(GIVEN.map((given) => {
  const [admitted, notes] = admit(given, SETTINGS), [settings] = reachable(admitted);
  if (notes.length) throw new Error(notes.join());
  lab.configure(settings);
  const found = lab.run(), line = found.lines.true ?? found.lines.cell;
  const values = Object.fromEntries(Object.entries(found.lines).map(([key, it]) => [key, it.values]));
  const words = [sentence(found, settings), stepped(line, 0, "x"), alternative("x", line, 0), ...warnings(found, settings)];
  return { settings, lines: values, powers: line.powers, a: found.a, errors: found.errors, words, program: pytorch(settings, found.a) };
}));
"""


def at_random(n: int, seed: int) -> list[dict]:
    """Settings drawn over all options and the whole range of each; half of the real ones stand where they start."""
    draw = random.Random(seed)

    def value(it):
        if it["kind"] == "choice":
            return draw.choice(list(it["options"]))
        if it["kind"] == "whole":
            return draw.randint(it["low"], it["high"])
        return draw.choice([it["start"], draw.uniform(it["low"], it["high"])])

    table = ask(TABLE)
    return [{key: value(it) for key, it in table.items()} for _ in range(n)]


def numbers(values) -> list[float]:
    return [float(v) for v in values]


def apart(ours, theirs) -> float:
    """The largest relative distance of two profiles."""
    a, b = np.maximum(ours, LEAST), np.maximum(theirs, LEAST)
    return float(np.max(np.abs(a - b) / np.maximum(a, b)))


# ---------- matrices ----------


def hard_matrices() -> list[np.ndarray]:
    """Normal, orthogonal, of rank one, with two equal singular values, nearly zero, of one row."""
    draw = np.random.default_rng(0)
    found = []
    for n in (1, 2, 3, 7, 32, 64):
        A = draw.normal(size=(n, n))
        Q = np.linalg.qr(A)[0]
        twins = np.diag([1.0, 1.0][:n] + [0.5] * (n - 2)) @ Q
        found += [
            A,
            Q,
            np.outer(A[0], A[-1]),
            twins,
            1e-200 * A,
            1e200 * A,
            np.diag(A[0]),
            np.zeros((n, n)),
        ]
    return found


def test_the_largest_singular_value_is_that_of_lapack():
    given = [[len(A), A.ravel().tolist()] for A in hard_matrices()]
    found = ask(
        'import { spectralNorm } from "./lab/recurrence.js";'
        "tell(GIVEN.map(([n, A]) => spectralNorm(Float64Array.from(A), n)));",
        given,
    )
    assert found == pytest.approx([np.linalg.norm(A, 2) for A in hard_matrices()], rel=1e-12, abs=0)


def matrices(nets: list[dict]) -> list[tuple[dict, dict]]:
    """(settings, the names that the program leaves) of plain nets."""
    return [
        (found["settings"], run(found["program"]))
        for found in ask(RUN, [net | {"net": "rnn", "steps": 1} for net in nets])
    ]


def test_radius_and_singular_value_are_what_was_asked():
    """The radius stands on the diagonal of the triangle, to the last bit; rotating it back shows that W is that triangle."""
    for settings, names in matrices([net | {"phi": "tanh"} for net in at_random(24, seed=1)]):
        T, Q, W = torch.from_numpy(names["T"]), torch.from_numpy(names["Q"]), names["W"]
        assert torch.linalg.matrix_norm(W, 2).item() == pytest.approx(settings["sigma"], rel=1e-12)
        assert T.diag().abs().max().item() == settings["rho"] and T.tril(-1).abs().max() == 0
        assert (Q.T @ W @ Q - T).abs().max() < 1e-12


def test_the_radius_by_torch_where_eigenvalues_can_be_computed():
    """Far from a normal matrix, or of eigenvalues that meet, numerical ones mean little; elsewhere they must be what was asked."""
    nets = [
        {"width": n, "rho": rho, "sigma": stretch * rho, "eigen": eigen, "seed": n}
        for n in (2, 5, 16)
        for rho in (0.3, 1, 3)
        for eigen, stretch in (("spread", 1.05), ("equal", 1))
    ]
    for settings, names in matrices(nets):
        assert torch.linalg.eigvals(names["W"]).abs().max().item() == pytest.approx(
            settings["rho"], rel=1e-6
        )


def test_an_orthogonal_and_a_nilpotent_matrix():
    ((_, orthogonal),) = matrices([{"rho": 1, "sigma": 1, "eigen": "equal"}])
    assert (orthogonal["W"] @ orthogonal["W"].T - torch.eye(32)).abs().max() < 1e-12
    ((_, nilpotent),) = matrices([{"rho": 0, "sigma": 6.76, "phi": "linear"}])
    assert (
        torch.linalg.matrix_power(nilpotent["W"], 32).abs().max()
        == 0
        < torch.linalg.matrix_power(nilpotent["W"], 20).abs().max()
    )


def test_a_singular_value_below_the_radius_is_moved_and_told():
    found = ask(
        'import { reachable } from "./lab/recurrent-settings.js"; tell(GIVEN.map((it) => reachable(it)));',
        [
            {"net": "rnn", "rho": 2, "sigma": 1},
            {"net": "rnn", "rho": 2, "sigma": 2},
            {"net": "lstm", "rho": 2, "sigma": 1},
        ],
    )
    assert [s["sigma"] for s, _ in found] == [2, 2, 1]
    assert "σ_max is 2 instead of 1" in found[0][1] and found[1][1] == found[2][1] == ""


# ---------- against PyTorch ----------


def shaken(x: torch.Tensor) -> torch.Tensor:
    signs = (
        torch.randint(2, x.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        * 2
        - 1
    )
    return (x * (1 + 2.0**-52 * signs)).detach()


def again(names: dict, x, h, W) -> float:
    """How far PyTorch's own norms move when inputs, first state or weights do."""
    torch.set_default_dtype(torch.float64)
    try:
        kept, names["W"] = names["W"], W
        states = names["run"](x, h.requires_grad_())
        return apart(names["true"], names["norms"](states[-1], states))
    finally:
        names["W"] = kept
        torch.set_default_dtype(torch.float32)


def distance(found: dict) -> tuple[float, float]:
    """(distance from autograd, distance allowed): CLOSE, or more where the sixteenth digit of inputs or weights decides."""
    names, lines = (
        run(found["program"]),
        {key: numbers(values) for key, values in found["lines"].items()},
    )
    if found["settings"]["net"] == "lstm":
        return max(
            apart(lines["hidden"], names["hidden"]), apart(lines["cell"], names["carried"])
        ), CLOSE
    away = apart(lines["true"], names["true"])
    if away <= CLOSE:
        return away, CLOSE
    x, h, W = names["x"], names["states"][0].detach(), names["W"]
    return away, max(
        CLOSE, CHAOS * max(again(names, shaken(x), shaken(h), W), again(names, x, h, shaken(W)))
    )


def test_random_nets_have_the_norms_of_autograd():
    found = [(*distance(net), net["settings"]) for net in ask(RUN, at_random(NETS, seed=0))]
    assert [it for it in found if it[0] > it[1]] == []
    assert sum(away <= CLOSE for away, *_ in found) >= PLAIN


@pytest.mark.parametrize(
    "net, wrong",
    [
        (
            {"net": "rnn"},
            (
                "scaleColumns(P, slopes[t], n)",
                "scaleColumns(P, slopes[t].map((s) => s * (1 + 1e-8)), n)",
            ),
        ),
        (
            {"net": "lstm"},
            ("byNew = open * (1 - g * g)", "byNew = open * (1 - g * g * (1 + 1e-6))"),
        ),
        ({"net": "lstm", "forget": 3}, ("byH[at] * leak[j]", "byH[at] * leak[j] * (1 + 1e-6)")),
    ],
)
def test_a_wrong_step_would_be_seen(tmp_path, monkeypatch, net, wrong):
    import shutil

    import snippets.experiments._lab as asked

    shutil.copytree(asked.SCRIPTS, tmp_path / "scripts")
    module = tmp_path / "scripts" / "lab" / "recurrence.js"
    text = module.read_text(encoding="utf-8")
    assert text.count(wrong[0]) == 1
    module.write_text(text.replace(*wrong), encoding="utf-8")
    monkeypatch.setattr(asked, "SCRIPTS", tmp_path / "scripts")
    away, allowed = distance(ask(RUN, [net])[0])
    assert away > allowed


def test_no_norm_exceeds_its_bound_and_a_linear_one_stays_above_its_radius():
    for found in ask(RUN, [net | {"net": "rnn"} for net in at_random(30, seed=2)]):
        true, bound, radius = (numbers(found["lines"][key]) for key in ("true", "bound", "radius"))
        assert all(t <= b * (1 + 1e-9) for t, b in zip(true, bound, strict=True)), found["settings"]
        if found["settings"]["phi"] == "linear":
            assert all(t >= r * (1 - 1e-9) for t, r in zip(true, radius, strict=True)), found[
                "settings"
            ]


def test_the_gates_line_is_the_product_of_the_mean_gates():
    (found,) = ask(RUN, [{"net": "lstm", "width": 7, "steps": 9, "forget": 1.5}])
    gates = run(found["program"])["gates"]
    assert numbers(found["lines"]["gates"]) == pytest.approx(
        [np.prod(gates[t:]) for t in range(10)], rel=1e-12
    )


def test_programs_print_what_they_measure_and_pass_the_style(tmp_path, capsys):
    for i, found in enumerate(
        ask(
            RUN,
            [
                *(
                    {"net": net, "phi": phi, "width": 3, "steps": 4}
                    for net in ("rnn", "lstm")
                    for phi in ("linear", "tanh", "relu", "sigmoid")
                ),
                {"inputs": "off", "eigen": "equal"},
            ],
        )
    ):
        assert max(map(len, found["program"].splitlines())) <= 130
        (tmp_path / f"net{i}.py").write_text(found["program"], encoding="utf-8")
    exec(compile(ask(RUN, [{"width": 3, "steps": 4}])[0]["program"], "<program>", "exec"), {})
    torch.set_default_dtype(torch.float32)
    lines = capsys.readouterr().out.splitlines()
    true = numbers(ask(RUN, [{"width": 3, "steps": 4}])[0]["lines"]["true"])
    assert [line.split()[:2] for line in lines[1:]] == [
        [str(t), f"{true[t]:.3e}"] for t in (4, 3, 2, 1, 0)
    ]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E9,F", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


# ---------- what it says ----------


def test_what_no_double_holds_is_called_by_its_name():
    small, zero, large = ask(
        RUN,
        [
            {"phi": "sigmoid", "rho": 0.01, "sigma": 0.01, "steps": 200},
            {"phi": "linear", "rho": 0, "sigma": 4, "steps": 60},
            {"phi": "linear", "rho": 4, "sigma": 8, "steps": 200, "eigen": "equal"},
        ],
    )
    assert (
        "is below 10⁻³⁰⁸ over 200 steps" in small["words"][0]
        and small["lines"]["true"][0] == 0
        and numbers(small["powers"])[0] < -400
    )
    assert (
        "‖∂h_T/∂h_0‖ is 0 over 60 steps" in zero["words"][0]
        and "nothing was left" in zero["words"][1]
    )
    assert 1e120 < large["lines"]["true"][0] < float(large["lines"]["bound"][0])
    (tiny,) = ask(
        RUN, [{"phi": "linear", "rho": 1e-305, "sigma": 1e-305, "steps": 3, "eigen": "equal"}]
    )
    assert numbers(tiny["powers"]) == pytest.approx([-915, -610, -305, 0])
    for found in ask(RUN, at_random(30, seed=4)):
        assert not any(
            re.search("NaN|undefined|Infinity|not a number", text) for text in found["words"]
        ), found["words"]


def test_a_net_that_rounding_decides_is_known_as_one():
    chaotic, calm = ask(RUN, [{"rho": 4, "sigma": 8, "scale": 0.5, "steps": 200}, {}])
    assert chaotic["errors"] > 9 and "Rounding decides" in chaotic["words"][-1]
    assert calm["errors"] < 2 and len(calm["words"]) == 3


def test_presets_do_what_the_page_says_in_every_seed():
    results = read(ROOT / "snippets" / "results" / "recurrent_lab.json").measurements
    seeds = results["seeds"].value
    every = (
        "above.vanishes",
        "hump.vanishes",
        "nilpotent.grows",
        "below.grows",
        "flattened.vanishes",
        "forgets.vanishes",
        "holds.grows",
    )
    assert seeds >= 20 and {key: results[key].value for key in every} == dict.fromkeys(every, seeds)
    assert (
        results["above.radius"].value > 1 > results["below.radius"].value
        and results["nilpotent.radius"].value == 0
    )
    assert (
        results["quiet.higher"].value > 0.9 * seeds
        and results["quiet.left"].value > results["above.left"].value
    )
    assert results["hump.left"].band == [0, 0] and results["hump.peak"].band[0] > 100
    assert results["orthogonal.left"].band == pytest.approx([1, 1], rel=1e-12)
    assert results["holds.left"].band[0] > 1e9 * results["forgets.left"].band[1]


def test_the_page_draws_what_the_lab_computes():
    results = read(ROOT / "snippets" / "results" / "recurrent_lab.json").spot
    for key, preset in ask(PRESETS).items():
        (found,) = ask(RUN, [preset["settings"]])
        line = found["lines"].get("true") or found["lines"]["cell"]
        assert numbers(line) == pytest.approx(results[f"{key}.profile"].seeds[0], rel=1e-7), key


def test_questions_have_answers():
    found = ask("""
        import { Recurrence } from "./lab/recurrence.js";
        import { PRESETS, SETTINGS } from "./lab/recurrent-settings.js";
        import { defaults } from "./lab/settings.js";
        const lab = new Recurrence();
        tell(Object.fromEntries(Object.entries(PRESETS).map(([key, { settings, ask, answers, truth }]) => {
          lab.configure({ ...defaults(SETTINGS), ...settings });
          return [key, [ask, answers[truth(lab.run())]]];
        })));""")
    assert all(asked.endswith("?") for asked, _ in found.values())
    assert {key: answer for key, (_, answer) in found.items()} == {
        "above": "far below one",
        "quiet": "far above one",
        "hump": "it climbs first",
        "nilpotent": "far above one",
        "below": "far above one",
        "orthogonal": "near one",
        "flattened": "far below one",
        "forgets": "far below one",
        "holds": "above",
    }


def test_numerics_know_no_document():
    for name in ("recurrence", "recurrent-settings", "recurrent-script", "recurrent-wording"):
        assert not re.search(
            r"\b(document|window|location|fetch|Worker)\b[.(]\w",
            (LAB / f"{name}.js").read_text(encoding="utf-8"),
        ), name


# ---------- in the browser ----------

SIGHT = "recurrent-lab[data-ready] .lab__said:has-text('‖∂')"


class Opened(Mounted):
    """The page at its lab, drawn."""

    def __init__(self, browser, address, query="v=1", width=1280, scheme="light", **more):
        super().__init__(
            browser,
            address,
            f"{PAGE}#recurrent-lab?{query}",
            "recurrent-lab",
            width,
            scheme,
            **more,
        )

    def mounted(self) -> None:
        super().mounted()
        self.page.wait_for_selector(SIGHT)

    def settings(self) -> dict:
        return self.page.evaluate("document.querySelector('recurrent-lab').settings")

    def said(self) -> str:
        return self.page.locator(".lab__said").inner_text()

    def control(self, label: str):
        return self.page.locator("recurrent-lab").get_by_label(label)

    def press(self, name: str) -> None:
        self.page.locator("recurrent-lab").get_by_role("button", name=name, exact=True).click()

    def frame(self) -> None:
        self.page.evaluate(FRAMES)


@pytest.fixture(scope="module")
def opened(browser, address):
    """The page, loaded once for the tests of its lab."""
    with Opened(browser, address, permissions=["clipboard-read", "clipboard-write"]) as visit:
        yield visit


@pytest.fixture
def lab(opened):
    """A lab as it comes, in that page."""
    opened.anew()
    yield opened
    assert opened.wrong == []


def test_controls_by_keyboard_and_the_address(lab, browser, address):
    before = lab.said()
    lab.control("Spectral radius ρ").focus()
    lab.page.keyboard.press("End")
    lab.frame()
    assert lab.settings()["rho"] == 4 == lab.settings()["sigma"] and lab.said() != before
    assert "σmax is 4 instead of 2.74" in lab.page.locator(".lab__notes").inner_text()
    lab.page.keyboard.press("Home")
    lab.control("Steps T").press("ArrowRight")
    lab.control("Nonlinearity φ").select_option("relu")
    lab.page.locator(".lab__panel summary").first.press("Enter")
    lab.control("Eigenvalues").select_option("equal")
    lab.control("Seed").fill("7")
    lab.control("Seed").press("Enter")
    lab.page.wait_for_function("location.hash.includes('seed=7')")
    expected = lab.settings()
    assert (
        expected | {"rho": 0, "sigma": 4, "steps": 51, "phi": "relu", "eigen": "equal", "seed": 7}
        == expected
    )
    with Opened(browser, address, lab.page.evaluate("location.hash").partition("?")[2]) as other:
        assert (
            other.settings() == expected
            and other.page.locator(".lab__notes").inner_text() == ""
            and other.said() == lab.said()
        )


def test_every_control_is_reached_by_tab(lab):
    there = lab.page.evaluate("""(all = [...document.querySelectorAll('recurrent-lab :is(button, input, select, summary, textarea)')]
        .filter(it => it.checkVisibility() && !it.disabled)).length""")
    lab.page.locator("recurrent-lab select").first.focus()
    seen = []
    for _ in range(there):
        seen.append(lab.page.evaluate("all.indexOf(document.activeElement)"))
        assert (
            lab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        ), seen
        lab.page.keyboard.press("Tab")
    assert there > 12 and sorted(seen) == list(range(there))


def test_the_walk_back(lab):
    lab.press("Step")
    lab.frame()
    walked = lab.page.locator(".lab__factor")
    assert walked.inner_text() == "At step 50: the last state itself, 1."
    lab.press("Step")
    lab.frame()
    assert walked.inner_text().startswith("From step 50 to 49: × 1.96.")
    lab.press("Back")
    lab.frame()
    assert walked.inner_text().startswith("At step 50")
    lab.control("Steps walked back").fill("50")
    lab.frame()
    assert (
        walked.inner_text().startswith("From step 1 to 0: × ")
        and "5.6\u00a0×\u00a010⁻⁴" in walked.inner_text()
    )
    lab.press("Play the way back")
    lab.page.wait_for_function("document.querySelector('recurrent-lab').walked < 48")
    lab.press("Pause")
    at = lab.page.evaluate("document.querySelector('recurrent-lab').walked")
    lab.page.wait_for_timeout(400)
    assert lab.page.evaluate("document.querySelector('recurrent-lab').walked") == at
    lab.press("Reset")
    assert lab.page.evaluate("document.querySelector('recurrent-lab').walked") is None


def test_play_jumps_to_the_end_where_motion_is_unwanted(lab):
    lab.page.emulate_media(reduced_motion="reduce")
    lab.press("Play the way back")
    lab.page.emulate_media(reduced_motion="no-preference")
    lab.frame()
    assert lab.page.locator(".lab__factor").inner_text().startswith("From step 1 to 0")


def test_presets_ask_first(lab):
    """Every other one on a phone, in dark."""
    choice, every = lab.page.locator("recurrent-lab select").first, list(ask(PRESETS).items())
    for width, scheme, some in ((390, "dark", every[1::2]), (1280, "light", every[::2])):
        lab.view(width, scheme)
        lab.element().scroll_into_view_if_needed()
        for key, preset in some:
            choice.select_option(key)
            lab.frame()
            assert (
                lab.settings() == preset["settings"]
                and lab.said() == "The curves are hidden until you answer."
            )
            lowered = {
                part: preset[part].replace("_", "") for part in ("ask", "look")
            }  # an index stands below the line
            assert lowered["ask"] in lab.page.locator(".lab__question").inner_text()
            assert (
                lab.page.locator(".chart:not([hidden]) text").filter(has_text="10²⁰").count() == 0
            )
            lab.press(preset["answers"][0])
            lab.frame()
            assert (
                lab.page.locator(".lab__verdict").inner_text().startswith(("Right: ", "No: "))
                and "‖∂" in lab.said()
            )
            assert (
                lab.page.locator(".lab__look").inner_text() == lowered["look"]
                and choice.input_value() == key
            )
            assert lab.page.evaluate("document.documentElement.scrollWidth") <= width, key
    lab.page.wait_for_function("document.querySelector('.lab__hidden').textContent.includes('∂cT')")


def test_one_may_look_at_once(lab):
    lab.control("predict first").uncheck()
    lab.page.locator("recurrent-lab select").first.select_option("below")
    lab.frame()
    assert "‖∂hT" in lab.said()


def test_any_fragment_is_a_valid_state(lab):
    draw = random.Random(0)
    table = ask(TABLE)
    junk = [
        "",
        "NaN",
        "Infinity",
        "-1e999",
        "1e999",
        "0x10",
        "<b>",
        "null",
        "__proto__",
        "💥" * 40,
        "1,5",
        "-0",
        "%",
        "&=&",
        "200",
        "lstm",
        "off",
    ]
    for i in range(12):
        query = "&".join(
            f"{draw.choice([*table, 'v', 'constructor', 'x'])}={draw.choice(junk)}"
            for _ in range(draw.randint(1, 6))
        )
        lab.page.evaluate(
            "query => { location.hash = '#recurrent-lab?' + query; }", f"v={i % 2 + 1}&{query}"
        )
        lab.frame()
        settings = lab.settings()
        for key, it in table.items():
            value = settings[key]
            assert (
                value in it["options"]
                if it["kind"] == "choice"
                else it["low"] <= value <= it["high"]
            ), query
        assert not re.search(
            "NaN|undefined|Infinity", lab.page.locator("recurrent-lab .lab").inner_text()
        ), query
    lab.page.evaluate("location.hash = '#recurrent-lab?v=1&rho=3&sigma=1&steps=9e9&color=red'")
    lab.frame()
    notes = lab.page.locator(".lab__notes").inner_text()
    assert (
        all(word in notes for word in ("σmax is 3 instead of 1", "steps T 9e9", "color"))
        and lab.settings()["steps"] == 200
    )


def test_what_is_taken_away(lab):
    lab.follow("#recurrent-lab?v=1&net=lstm&width=4&steps=6&forget=2")
    lab.press("Copy as PyTorch")
    lab.page.wait_for_selector("text=The program is copied.")
    program = lab.page.evaluate("navigator.clipboard.readText()")
    assert "#recurrent-lab?v=1&net=lstm&width=4&steps=6&forget=2" in program
    carried = run(program)["carried"]
    with lab.page.expect_download() as saved:
        lab.press("Save as CSV")
    rows = list(csv.reader(io.StringIO(saved.value.path().read_text())))
    assert rows[0][:3] == ["step", "steps back", "norm of dc_T/dc_t"]
    assert numbers(r[2] for r in rows[1:]) == pytest.approx(carried, rel=1e-9)
    with lab.page.expect_download() as saved:
        lab.press("Save as SVG")
    text = saved.value.path().read_text()
    assert (
        text.startswith("<svg")
        and "an LSTM of 4 units over 6 steps" in text
        and "var(--" not in text
    )
    lab.press("Copy link")
    lab.page.wait_for_selector("text=The link is copied.")
    assert lab.page.evaluate("navigator.clipboard.readText()").endswith(
        "#recurrent-lab?v=1&net=lstm&width=4&steps=6&forget=2"
    )


def test_without_a_clipboard_the_program_stands_in_the_page(lab):
    lab.page.evaluate("navigator.clipboard.writeText = () => Promise.reject(); 0")
    lab.press("Copy as PyTorch")
    lab.page.wait_for_selector("recurrent-lab textarea:not([hidden])")
    assert "torch.tanh(W @ h + x_t)" in lab.page.locator("recurrent-lab textarea").input_value()
    lab.page.evaluate("delete navigator.clipboard.writeText; 0")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_shifts_and_nothing_scrolls_sideways(browser, address, width):
    with Opened(browser, address, "v=1", width) as visit:
        assert visit.page.evaluate(SHIFT) <= 0.001
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        lowest = visit.page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('recurrent-lab')).minHeight)"
        )
        assert (
            lowest > 600
            and visit.page.evaluate("document.querySelector('recurrent-lab').offsetHeight")
            < 1.06 * lowest
        )


def test_without_javascript_figure_and_table_stand_there(browser, address):
    with Visit(browser, address, PAGE, java_script_enabled=False) as visit:
        assert (
            visit.page.locator("recurrent-lab figure svg").count() == 1
            and visit.page.locator("recurrent-lab table").count() == 1
        )
        assert visit.page.locator("recurrent-lab tbody tr").count() == len(ask(PRESETS))


def test_leaving_and_returning(browser, address):
    with Visit(browser, address, "about/") as visit:
        page = visit.page
        urls = "".join(
            f"<url><loc>{address}/understand/{name}/</loc></url>"
            for name in ("recurrent", "jacobians")
        )
        page.route(
            "**/sitemap.xml",
            lambda route: route.fulfill(
                body=f"<urlset>{urls}</urlset>", content_type="application/xml"
            ),
        )
        visit.go(f"{address}/{PAGE}#recurrent-lab?v=1")
        page.wait_for_selector(SIGHT)
        page.evaluate("old = document.querySelector('recurrent-lab'); 0")
        page.get_by_role("button", name="Play the way back", exact=True).click()
        page.locator(".md-nav a[href$='jacobians/']").first.click()
        page.wait_for_function("!old.isConnected")
        assert page.evaluate("[old.recurrence.kept.size, old.leaving, old.playing]") == [
            0,
            None,
            None,
        ]
        page.evaluate("location.hash = '#recurrent-lab?v=1&steps=3'")
        page.evaluate(FRAMES)
        assert page.evaluate("old.settings.steps") == 50
        page.go_back()
        page.go_back()
        page.wait_for_selector(SIGHT)
        assert (
            page.evaluate("old !== document.querySelector('recurrent-lab')")
            and page.locator("recurrent-lab .lab").count() == 1
        )
        page.locator("recurrent-lab").get_by_role("button", name="Step", exact=True).click()
        assert [
            w for w in visit.wrong if not w.startswith("failed")
        ] == []  # to load again cancels what was still on its way


def test_out_of_sight_it_frees_its_arrays_and_comes_back(lab):
    lab.press("Play the way back")
    lab.page.evaluate("scrollTo(0, 0)")
    lab.page.wait_for_function("document.querySelector('recurrent-lab').recurrence.kept.size === 0")
    assert lab.page.evaluate("document.querySelector('recurrent-lab').playing") is None
    lab.page.locator("recurrent-lab .lab__said").scroll_into_view_if_needed()
    lab.page.wait_for_function("document.querySelector('recurrent-lab').recurrence.kept.size > 0")


def test_ten_copies_on_one_page(lab):
    lab.page.evaluate("""() => { const one = document.querySelector('recurrent-lab');
        for (let i = 0; i < 9; i++) { const it = document.createElement('recurrent-lab'); it.id = `copy-${i}`; one.after(it); } }""")
    for i in range(9):
        lab.page.locator(f"#copy-{i}").scroll_into_view_if_needed()
        lab.page.wait_for_selector(f"#copy-{i} .lab__said:has-text('‖∂hT')")
    ids = lab.page.evaluate("[...document.querySelectorAll('recurrent-lab [id]')].map(it => it.id)")
    assert len(ids) == len(set(ids))
