"""The numerics of the network in the page, in Node: its draws, its norms against PyTorch, its prediction, its settings, its presets."""

import math
import random
import re

import numpy as np
import pytest

from snippets.experiments import lab_parity
from snippets.experiments._lab import ask, presets, programs, run
from snippets.experiments.lab_parity import settings_at_random
from snippets.measurement import ROOT, read

DEFAULTS = 'import { defaults } from "./lab/settings.js"; tell(defaults());'
MEASURE = """
import { Net } from "./lab/net.js";
import { defaults } from "./lab/settings.js";
const net = new Net();
tell(GIVEN.map((given) => {
  net.configure({ ...defaults(), ...given });
  return net.run();
}));
"""
SENSITIVITY = MEASURE.replace(
    "return net.run();",
    "const found = net.run(); return { ...found, sensitivity: net.sensitivity(found) };",
)
PREDICT = (
    'import { predicted } from "./lab/theory.js"; import { defaults } from "./lab/settings.js";'
    "tell(GIVEN.map((given) => predicted({ ...defaults(), ...given })));"
)


def share(found: dict) -> float:
    return float(found["signal"][0]) / float(found["signal"][-1])


# ---------- random numbers and functions ----------


def test_the_generator_is_philox():
    """Known answers of the Random123 library: counter, key, and the two words."""
    found = ask(
        'import { words } from "./lab/random.js"; const [a, b] = words(0, 0, 1); tell([a[0], b[0]]);'
    )
    assert found == [0xFF1DAE59, 0x6CD10DF2]
    program = programs([ask(DEFAULTS)])[0]
    names = run(program.replace("seed = 30, 64, 8, 0", "seed = 2, 2, 4, 0x13198A2E"))
    text = 'import { words } from "./lab/random.js"; const [a, b] = words(GIVEN.seed, 7, 50); tell([a, b]);'
    assert ask(text, {"seed": 0x13198A2E}) == [w.tolist() for w in names["words"](7, 50)]


def test_both_languages_draw_the_same_bits():
    nets = [
        ask(DEFAULTS) | {"seed": 12345, "width": 32, "init": init}
        for init in ("default", "orthogonal")
    ]
    uniform, orthogonal = (run(program) for program in programs(nets))
    found = ask(
        'import { normals, uniforms } from "./lab/random.js"; import { orthonormal } from "./lab/linear.js";'
        "tell([normals(12345, 9, 100001), uniforms(12345, 9, 100001), orthonormal(normals(12345, 3, 1024), 32)]);"
    )
    assert np.array_equal(found[0], uniform["normals"](9, 100001))
    assert np.array_equal(found[1], uniform["uniforms"](9, 100001))
    Q = orthogonal["orthogonal"](orthogonal["normals"](3, 1024).reshape(32, 32))
    assert np.array_equal(np.reshape(found[2], (32, 32)), Q)
    assert np.abs(Q.T @ Q - np.eye(32)).max() < 1e-12
    assert (np.diag(Q.T @ orthogonal["normals"](3, 1024).reshape(32, 32)) > 0).all()


def test_the_normals_are_normal():
    drawn = np.array(ask('import { normals } from "./lab/random.js"; tell(normals(1, 3, 200000));'))
    assert abs(drawn.mean()) < 0.01 and abs(drawn.std() - 1) < 0.01
    assert abs((drawn**4).mean() - 3) < 0.1 and abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.01


def test_erf_has_the_digits_of_a_double():
    draw = random.Random(0)
    places = (
        [draw.uniform(-7, 7) for _ in range(4000)]
        + [10.0**-k for k in range(1, 300, 7)]
        + [0.0, 2.0, 6.0, 1.9999999999999998]
    )
    found = ask('import { erf } from "./lab/activations.js"; tell(GIVEN.map(erf));', places)
    worst = max(
        abs(a - math.erf(x)) / max(math.ulp(math.erf(x)), 5e-324)
        for a, x in zip(found, places, strict=True)
    )
    assert worst <= 4
    assert ask(
        'import { erf } from "./lab/activations.js"; tell([erf(Infinity), erf(-Infinity), erf(NaN)]);'
    ) == [1, -1, "NaN"]


def test_a_norm_neither_underflows_nor_overflows():
    found = ask(
        'import { norm } from "./lab/linear.js"; tell([[3e-200, 4e-200], [3e200, 4e200], [0, 0], [Infinity, 1], [NaN, 1], [3, -4]]'
        ".map((x) => norm(Float64Array.from(x), 2)));"
    )
    assert [found[0] * 1e200, found[1] * 1e-200, found[2], found[5]] == pytest.approx(
        [5, 5, 0, 5]
    ) and found[3:5] == ["Infinity", "NaN"]


# ---------- the net against PyTorch ----------


def test_nearly_all_random_nets_have_the_norms_of_autograd_to_nine_digits():
    """Every option and the whole range of each; the tests compare a tenth of them again, the weekly workflow all."""
    found = read(ROOT / "snippets" / "results" / "lab_parity.json").measurements
    assert found["nets"].value >= 200 and found["held"].value == found["nets"].value
    assert found["plain"].value >= 0.75 * found["nets"].value


def test_a_wrong_slope_would_be_seen(monkeypatch):
    monkeypatch.setattr(
        lab_parity,
        "NORMS",
        'import { ACTIVATIONS } from "./lab/activations.js";\n'
        + lab_parity.NORMS.replace(
            "tell(GIVEN",
            "const { apply } = ACTIVATIONS.tanh; ACTIVATIONS.tanh.apply = (z, out, slope, n) => "
            "{ apply(z, out, slope, n); for (let i = 0; i < n; i++) slope[i] *= 1 + 1e-8; };\ntell(GIVEN",
            1,
        ),
    )
    ((distance, allowed),) = lab_parity.compare(
        [ask(DEFAULTS) | {"activation": "tanh", "depth": 5}]
    )
    assert distance > allowed


def test_the_program_prints_what_it_measures(capsys):
    program = programs([ask(DEFAULTS) | {"depth": 3, "width": 5}])[0]
    exec(compile(program, "<program>", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    found = ask(MEASURE, [{"depth": 3, "width": 5}])[0]
    assert lines[0].split() == ["layer", "signal", "weights"]
    assert [line.split() for line in lines[1:]] == [
        [str(l + 1), f"{found['signal'][l]:.3e}", f"{found['weight'][l]:.3e}"] for l in range(3)
    ]


def test_programs_fit_a_page_and_pass_the_style(tmp_path):
    import subprocess
    import sys

    for i, net in enumerate(settings_at_random(range(12))):
        program = programs([net])[0]
        assert max(map(len, program.splitlines())) <= 130
        (tmp_path / f"net{i}.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E9,F", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


# ---------- overflow, underflow, chaos ----------


def test_what_a_double_cannot_hold_is_called_by_its_name():
    sentences = ask(
        """
        import { Net } from "./lab/net.js"; import { defaults } from "./lab/settings.js";
        import { sentence, stepped } from "./lab/wording.js";
        const net = new Net();
        tell(GIVEN.map((given) => {
          net.configure({ ...defaults(), ...given });
          const found = net.run();
          return [sentence(found, 0.1), stepped(found, 1)];
        }));""",
        [
            {"activation": "linear", "gain": 100, "depth": 100, "loss": "square", "init": "he"},
            {"activation": "sigmoid", "gain": 0.01, "depth": 100, "width": 256},
            {"activation": "relu", "width": 2, "depth": 100},
        ],
    )
    assert "overflows" in sentences[0][0] and "10³⁰⁸" in sentences[0][0]
    assert "×\u00a010⁻" in sentences[1][0] or "below 10⁻³⁰⁸" in sentences[1][0]
    assert "exactly nothing" in sentences[2][0]
    assert all("NaN" not in text for pair in sentences for text in pair)


def test_a_chaotic_net_is_known_as_one():
    chaotic, calm = ask(
        SENSITIVITY,
        [
            {"activation": "tanh", "gain": 5, "init": "lecun", "depth": 80},
            {"init": "he", "depth": 80},
        ],
    )
    assert chaotic["sensitivity"] > 1e-9 and calm["sensitivity"] < 1e-12


# ---------- the prediction ----------


def test_wide_nets_follow_the_mean_field():
    """The map of the page: √χ₁ of tanh nets at its fixed point, for weights and biases of several sizes."""
    results = read(ROOT / "snippets" / "results" / "mean_field.json").measurements
    biases = {"low": 0.1, "middle": 0.5, "high": 1.0}
    points = {
        f"{name}.at{10 * w:.0f}": (w, b)
        for name, b in biases.items()
        for w in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
    }
    nets = [
        {"activation": "tanh", "init": "lecun", "gain": w, "bias": b, "depth": 100, "width": 10**9}
        for w, b in points.values()
    ]
    for key, profile in zip(points, ask(PREDICT, nets), strict=True):
        assert profile[59] / profile[60] == pytest.approx(
            results[f"{key}.predicted"].value, rel=1e-3
        ), key


def test_the_prediction_holds_for_the_presets():
    """Within a factor of two, but for the narrow net, where failing is the point."""
    results = read(ROOT / "snippets" / "results" / "lab_presets.json").measurements
    for key in presets():
        ratio = results[f"{key}.share"].value / results[f"{key}.predicted"].value
        assert (ratio < 1e-6) if key == "narrow" else (0.5 < ratio < 2), key


@pytest.mark.parametrize("norm", ["none", "layer", "batch"])
def test_the_prediction_holds_for_other_nets(norm):
    """Median of three seeds, thirty layers of 128 units: the factor per layer within four percent."""
    draw = random.Random(norm)
    nets = [
        {
            "depth": 30,
            "width": 128,
            "batch": 32,
            "norm": norm,
            "init": draw.choice(["he", "lecun", "default"]),
            "activation": draw.choice(["linear", "tanh", "relu", "leaky", "elu", "sigmoid"]),
            "skip": draw.choice(["none", "plain", "scaled"]),
            "place": draw.choice(["before", "after"]),
            "order": draw.choice(["post", "pre"]),
        }
        for _ in range(8)
    ]
    theory = ask(PREDICT, nets)
    measured = ask(MEASURE, [net | {"seed": seed} for net in nets for seed in range(3)])
    for i, net in enumerate(nets):
        median = sorted(share(m) for m in measured[3 * i : 3 * i + 3])[1]
        assert (median / theory[i][0]) ** (1 / 29) == pytest.approx(1, abs=0.04), net


# ---------- presets ----------


def test_each_preset_does_what_it_says_in_every_seed():
    results = read(ROOT / "snippets" / "results" / "lab_presets.json").measurements
    assert {key: results[f"{key}.held"].value for key in presets()} == dict.fromkeys(
        presets(), results["seeds"].value
    )


def test_the_questions_have_one_answer_each():
    found = ask(
        """
        import { ANSWERS, PRESETS } from "./lab/presets.js";
        tell(GIVEN.map((share) => Object.keys(ANSWERS).filter((key) => ANSWERS[key].holds(share))));""",
        [1e-9, 1e-2, 1, 1e2, 1e5, 0],
    )
    assert found == [["fades"], ["stays"], ["stays"], ["stays"], ["grows"], ["fades"]]
    assert all(it["ask"].endswith("?") and it["look"].endswith(".") for it in presets().values())


def test_what_the_presets_say_to_look_for_is_there():
    nets = {key: it["settings"] for key, it in presets().items()}
    seeds = range(3)

    def all_seeds(key, **changes):
        return ask(MEASURE, [nets[key] | changes | {"seed": seed} for seed in seeds])

    for found in all_seeds("sigmoid"):
        assert max(found["saturated"]) == 0 and min(found["spread"]) > 0.01
    for found in all_seeds("relu"):
        assert (
            found["spread"][0] > 5 * found["spread"][9]
            and found["spread"][9] < 4 * found["spread"][29]
        )
    for found in all_seeds("explodes"):
        assert all(found["spread"][i] < found["spread"][i + 5] for i in range(25))
    assert all(share(found) > 10 for found in all_seeds("scaled", depth=100))
    for depth in (10, 30, 100):
        assert all(1 < share(found) < 3 for found in all_seeds("scaled", depth=depth, order="pre"))
    for one, other in zip(all_seeds("batchnorm"), all_seeds("batchnorm", gain=5), strict=True):
        assert 1 / 2 < share(one) / share(other) < 2
        assert max(one["spread"]) - min(one["spread"]) < 0.01
    dead = [max(found["dead"]) for found in all_seeds("narrow")]
    assert 1 in dead and min(dead) < 1
    for found in all_seeds("prenorm"):
        assert found["spread"][-1] > 3 * found["spread"][0] and share(found) > 2
    for found in all_seeds("postnorm"):
        assert max(found["spread"]) - min(found["spread"]) < 0.01


def test_pages_name_presets_that_exist():
    named = [
        name
        for path in (ROOT / "docs").rglob("*.md")
        for name in re.findall(r'<gradient-lab [^>]*preset="(\w+)"', path.read_text())
    ]
    assert len(named) >= 5 and set(named) <= set(presets())


def test_layernorm_takes_batchnorms_growth_away():
    net = presets()["batchnorm"]["settings"]
    for found in ask(MEASURE, [net | {"norm": "layer", "seed": seed} for seed in range(5)]):
        assert 0.05 < share(found) < 20


# ---------- settings and addresses ----------


def test_any_fragment_becomes_a_valid_state():
    table = ask('import { SETTINGS } from "./lab/settings.js"; tell(SETTINGS);')
    draw = random.Random(0)
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
        "12abc",
        " 7 ",
        "-0",
        "%",
        "&=&",
    ]
    keys = [*table, "v", "constructor", "toString", "nonsense", ""]
    texts = [
        "&".join(f"{draw.choice(keys)}={draw.choice(junk)}" for _ in range(draw.randint(0, 6)))
        for _ in range(400)
    ]
    found = ask(
        'import { admit } from "./lab/settings.js"; tell(GIVEN.map((text) => admit(new URLSearchParams(text))));',
        texts,
    )
    for text, (settings, notes) in zip(texts, found, strict=True):
        assert set(settings) == set(table), text
        for key, it in table.items():
            if it["kind"] == "choice":
                assert settings[key] in it["options"], text
            else:
                assert it["low"] <= settings[key] <= it["high"], text
        assert all(isinstance(note, str) and len(note) < 200 for note in notes)


def test_settings_survive_the_address_and_faults_are_told():
    nets = settings_at_random(range(30))
    back = ask(
        'import { admit, written } from "./lab/settings.js"; tell(GIVEN.map((s) => admit(new URLSearchParams(written(s)))));',
        nets,
    )
    assert back == [[net, []] for net in nets]
    ((_, notes),) = ask(
        'import { admit } from "./lab/settings.js"; tell([admit(new URLSearchParams("v=9&depth=1000&gain=x&color=red"))]);'
    )
    assert all(
        word in note
        for word, note in zip(["version", "1000", "not a number", "color"], notes, strict=True)
    )


def test_numerics_know_no_document():
    folder = ROOT / "docs" / "assets" / "javascripts" / "lab"
    numerics = [
        "random",
        "activations",
        "linear",
        "stack",
        "net",
        "theory",
        "settings",
        "script",
        "presets",
        "wording",
    ]
    for name in numerics:
        text = (folder / f"{name}.js").read_text(encoding="utf-8")
        assert not re.search(r"\b(document|window|location|fetch|Worker)\b[.(]\w", text), name
    assert (
        "net.js" not in (folder / "chart.js").read_text()
        and "chart.js" not in (folder / "net.js").read_text()
    )
