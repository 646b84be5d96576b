"""The reader in the page: the doctor's rules in JavaScript judge as in Python; whatever is pasted is read, or named by line."""

import dataclasses
import json
import math
import random
import re
import subprocess

import pytest
import torch
from gradient_doctor import CAUSES, LIMITS, Facts, Finding, Layer, examine, judge

from snippets.measurement import ROOT, Bad
from snippets.programs import node
from snippets.weave.site.doctor_rules import RECIPE, write_rules
from tests.support.pages import Visit
from tests.support.pasted import CASES as PASTED
from tests.support.patients import VERDICTS
from tests.support.verdicts import CASES

SCRIPTS = ROOT / "docs" / "assets" / "javascripts" / "doctor"
PAGE = "diagnose/read-my-gradients/"
LOG = "\n".join(f"layer{i}.weight: {10.0 ** (i - 12):.1e}" for i in range(12))


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """The page's modules as Node can load them, the generated rules among them."""
    folder = tmp_path_factory.mktemp("doctor")
    for path in SCRIPTS.glob("*.js"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "rules.js").write_bytes(write_rules(ROOT / "snippets"))
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def run(modules, program: str, given):
    """What a program of Node, given `given` as the constant GIVEN, logs as JSON."""
    (modules / "given.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    head = (
        'import { readFileSync } from "node:fs"; import { judge } from "./judge.js"; import { decide, parse } from "./parse.js";\n'
        'const GIVEN = JSON.parse(readFileSync("./given.json", "utf8"), '
        '(k, v) => v === "nan" ? NaN : v === "inf" ? Infinity : v === "-inf" ? -Infinity : v);\n'
    )
    (modules / "main.js").write_text(head + program, encoding="utf-8")
    done = subprocess.run(
        [node(), "main.js"],
        cwd=modules,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def real(value):
    """Strings of the JSON as numbers that are not finite."""
    if isinstance(value, dict):
        return {k: real(v) for k, v in value.items()}
    if isinstance(value, list):
        return [real(v) for v in value]
    return float(value) if value in ("nan", "inf", "-inf") else value


def in_python(layers: list[dict], facts: dict) -> list[dict]:
    facts = real(facts) | {"told": [Finding(**f) for f in facts.get("told", ())]}
    return [
        dataclasses.asdict(f) for f in judge([Layer(**real(x)) for x in layers], Facts(**facts))
    ]


@pytest.fixture(scope="module")
def in_the_page(modules):
    given = [[layers, facts] for layers, facts, _ in CASES.values()]
    return dict(
        zip(
            CASES,
            run(modules, "console.log(JSON.stringify(GIVEN.map(([l, f]) => judge(l, f))))", given),
            strict=True,
        )
    )


@pytest.mark.parametrize("name", CASES)
def test_a_case(name, in_the_page):
    layers, facts, expected = CASES[name]
    ours = in_python(layers, facts)
    assert [f["code"] for f in ours] == expected
    assert in_the_page[name] == ours


def test_the_cases_reach_every_verdict_and_every_limit():
    assert {code for *_, codes in CASES.values() for code in codes} == set(CAUSES)
    text = (ROOT / "tests" / "support" / "verdicts.py").read_text(encoding="utf-8")
    otherwise = {
        "pinned_samples",
        "flat",
        "missed",
        "lost",
        "gone",
        "still",
        "steady",
        "cliff",
        "most",
        "rate_too_large",
        "growth",
        "gate",
        "rounded",
        "large_data",
        "small_data",
    }
    assert {name for name in LIMITS if f'just("{name}"' not in text} == otherwise


def test_real_reports_are_judged_alike(modules):
    reports = []
    for name in VERDICTS:
        torch.manual_seed(0)
        args, more = VERDICTS[name][1]()
        reports.append(examine(*args, **more).to_json())
    program = "console.log(JSON.stringify(GIVEN.map((t) => { const r = parse(t); return [judge(r.layers, r.facts), r.errors]; })))"
    read = run(modules, program, reports)
    for text, (findings, errors) in zip(reports, read, strict=True):
        assert errors == [] and findings == json.loads(text)["findings"]


def test_a_changed_limit_reaches_the_page(checkout):
    recipe = checkout / "snippets" / RECIPE
    assert b'"dead": 0.9,' in write_rules(checkout / "snippets")
    recipe.write_text(recipe.read_text().replace('"dead": 0.9,', '"dead": 0.8,', 1))
    assert b'"dead": 0.8,' in write_rules(checkout / "snippets")
    exported = dict(
        re.findall(
            r"^export const (\w+) = (.*);$", write_rules(ROOT / "snippets").decode(), re.MULTILINE
        )
    )
    assert {k: json.loads(v) for k, v in exported.items()} == {
        "LIMITS": LIMITS,
        "CAUSES": CAUSES,
    }


def test_a_limit_that_is_no_literal_is_named(checkout):
    recipe = checkout / "snippets" / RECIPE
    recipe.write_text(recipe.read_text().replace('"dead": 0.9,', '"dead": 1 - rest,', 1))
    with pytest.raises(
        Bad, match=r"gradient_doctor\.py:\d+: LIMITS is read without running the file"
    ):
        write_rules(checkout / "snippets")


# ---------- what is pasted ----------

READ = {  # text: (names, signals, what they are, lines not understood)
    "log": (
        "layer1.weight: 1.2e-09\nlayer2.weight: 0.5",
        ["layer1", "layer2"],
        [1.2e-9, 0.5],
        "weight",
        [],
    ),
    "grad norm =": (
        "fc1.weight grad norm = 1.2e-09\nfc2.weight grad norm = 1",
        ["fc1", "fc2"],
        [1.2e-9, 1.0],
        "weight",
        [],
    ),
    "logging's prefix": (
        "INFO:root:fc1.weight: 1e-3\nINFO:root:fc2.weight: 1e-2",
        ["fc1", "fc2"],
        [1e-3, 1e-2],
        "weight",
        [],
    ),
    "timestamps": (
        "[2024-01-01 12:00:00] epoch 3 step 100 Layer 1 | grad 1e-4\n2024-01-01 12:00:01,123 - INFO - Layer 2 | grad 1e-3",
        ["Layer 1", "Layer 2"],
        [1e-4, 1e-3],
        "weight",
        [],
    ),
    "tensors": (
        "a.weight tensor(1.5e-3)\nb.weight tensor(2., device='cuda:0')",
        ["a", "b"],
        [1.5e-3, 2.0],
        "weight",
        [],
    ),
    "a list": (
        "[1e-3, 2e-3,\n 4e-3]",
        ["entry 1", "entry 2", "entry 3"],
        [1e-3, 2e-3, 4e-3],
        "weight",
        [],
    ),
    "an assigned list": ("norms = [1e-3, 2e-3]", None, [1e-3, 2e-3], "weight", []),
    "a dict": (
        "{'fc1.weight': 1e-9, 'fc2.weight': tensor(0.5),\n'fc3.weight': np.float64(2.0)}",
        ["fc1", "fc2", "fc3"],
        [1e-9, 0.5, 2.0],
        "weight",
        [],
    ),
    "biases stand in": (
        "a.weight: 1\na.bias: 1e-5\nb.weight: 1\nb.bias: 1e-2",
        ["a", "b"],
        [1e-5, 1e-2],
        "bias",
        [],
    ),
    "csv": ("name,signal,weight_grad\na,1e-3,5\nb,1,6", ["a", "b"], [1e-3, 1.0], "signal", []),
    "semicolons": ("layer;grad\na;1e-3\nb;1", ["a", "b"], [1e-3, 1.0], "weight", []),
    "tabs": ("layer\tnorm\na\t1e-3\nb\t1", ["a", "b"], [1e-3, 1.0], "weight", []),
    "our own table": (
        "weights      dL/dW zeros   dL/db  step/W\n0.weight   4.7e-10   20% 1.1e-10 7.9e-13\n"
        "2.weight   2.9e-09    0% 7.3e-10 5.1e-12",
        ["0", "2"],
        [1.1e-10, 7.3e-10],
        "bias",
        [],
    ),
    "bare numbers": (
        "0.5\n0.25\n1.0",
        ["line 1", "line 2", "line 3"],
        [0.5, 0.25, 1.0],
        "weight",
        [],
    ),
    "several steps": (
        "a.weight: 1\nb.weight: 1\na.weight: 3\nb.weight: 4",
        ["a", "b"],
        [3.0, 4.0],
        "weight",
        [],
    ),
    "normalization left out": (
        "a.weight: 1\nbn1.weight: 9\nb.weight: 2",
        ["a", "b"],
        [1.0, 2.0],
        "weight",
        [],
    ),
    "a decimal comma": ("layer;grad\na;1,5\nb;2", ["a", "b"], [1.5, 2.0], "weight", []),
    "a word among numbers": (
        "a.weight: 1\nhello there\nb.weight: 2",
        ["a", "b"],
        [1.0, 2.0],
        "weight",
        [2],
    ),
    "a hole in the csv": ("name,signal\na,1\nb,oops\nc,2", ["a", "c"], [1.0, 2.0], "signal", [3]),
    "a bad entry": ("[1e-3,\n x,\n 2e-3]", ["entry 1", "entry 3"], [1e-3, 2e-3], "weight", [2]),
    "only words": ("nothing\nhere", [], [], None, [1, 2]),
    "broken JSON": ('{"schema": "gradient-doctor/2",\n"layers": [}', [], [], None, [2]),
    "another schema": ('{"schema": "other/1"}', [], [], None, [1]),
    "a report with a wrong field": (
        '{"schema": "gradient-doctor/2", "layers": [{"name": 3}], "facts": {}}',
        [],
        [],
        None,
        [1],
    ),
}


@pytest.fixture(scope="module")
def read(modules):
    return dict(
        zip(
            READ,
            run(
                modules,
                "console.log(JSON.stringify(GIVEN.map((t) => parse(t))))",
                [case[0] for case in READ.values()],
            ),
            strict=True,
        )
    )


@pytest.mark.parametrize("name", READ)
def test_what_is_pasted(name, read):
    _, names, signals, by, bad = READ[name]
    found = read[name]
    assert [x["signal"] for x in found["layers"]] == signals and [
        e["line"] for e in found["errors"]
    ] == bad
    if names is not None:
        assert [x["name"] for x in found["layers"]] == names
    assert by is None or found["by"] == by
    assert all(e["found"] and e["expected"] for e in found["errors"])


def test_a_printed_report_is_read_back(modules):
    torch.manual_seed(0)
    args, more = VERDICTS["thirty sigmoid layers under Adam"][1]()
    report = examine(*args, **more)
    found = run(modules, "console.log(JSON.stringify(parse(GIVEN)))", str(report))
    shown = [x for x in report.layers if x.name in {y["name"] for y in found["layers"]}]
    printed = str(report).partition("\n\n")[0].splitlines()[1:]
    rows = [line for line in printed if not line.startswith("…")]
    assert len(shown) == len(rows) > 20 and found["errors"] == [] and found["by"] == "signal"
    assert [y["signal"] for y in found["layers"]] == pytest.approx(
        [x.signal for x in shown], rel=0.05
    )


def test_none_nan_and_inf(modules):
    program = "console.log(JSON.stringify(GIVEN.map((t) => { const r = parse(t); return judge(r.layers, r.facts)[0]; })))"
    none, nan, inf = run(
        modules,
        program,
        [
            "a.weight: None\nb.weight: 1\nc.weight: 1",
            "a.weight: 1\nb.weight: nan\nc.weight: 1",
            "a.weight: inf\nb.weight: -inf\nc.weight: 1",
        ],
    )
    assert (none["code"], none["layers"]) == ("disconnected_layers", ["a"])
    assert (nan["code"], nan["layers"]) == ("nonfinite_layer", ["b"])
    assert (inf["code"], inf["layers"]) == ("nonfinite_layer", ["b"]), "the first going backward"


def test_nothing_that_is_pasted_raises(modules):
    draw = random.Random(1)
    pieces = [
        "layer1.weight",
        ": ",
        "1e-3",
        "nan",
        "None",
        "{",
        "}",
        "[",
        "]",
        ",",
        ";",
        "\t",
        "\n",
        "'",
        '"',
        "tensor(",
        ")",
        "∂L/∂h",
        "\x00",
        "schema",
        "name,signal\n",
        "🦊",
        " ",
        "-",
        "e99999",
        "1" * 400,
        "<script>",
        "__proto__",
        "constructor",
        "((((",
    ]
    texts = ["".join(draw.choices(pieces, k=draw.randint(1, 40))) for _ in range(800)] + [
        "x" * 2_100_000,
        "1\n" * 20_001,
        "[" * 5000,
    ]
    texts = [
        text for text in texts if text not in ("nan", "inf", "-inf")
    ]  # which `run` would turn into numbers
    program = (
        "console.log(JSON.stringify(GIVEN.map((t) => { const r = parse(t); const f = decide(r); "
        "return f.length || r.asks.length || r.series || r.hint ? 1 : r.errors.length || !t.trim() ? 2 : 3; })))"
    )
    swallowed = [
        text for text, how in zip(texts, run(modules, program, texts), strict=True) if how == 3
    ]
    assert swallowed == [], "swallowed without a word"


# ---------- the formats of the world ----------

READING = """
const words = { NaN: "nan", Infinity: "inf", "-Infinity": "-inf" };
const plain = (key, value) => (value instanceof Set ? undefined : typeof value === "number" ? words[value] ?? value : value);
console.log(JSON.stringify(GIVEN.map((text) => {
  const paste = parse(text);
  return { code: decide(paste)[0]?.code ?? null, ...paste };
}), plain));"""


def is_same(found, expected) -> bool:
    found = float(found) if isinstance(found, str) else found
    if expected is None or found is None:
        return found is expected
    return found == pytest.approx(expected, rel=1e-9, nan_ok=True)


def said(paste) -> str | None:
    """What the page says of a text, in one word."""
    if paste["kind"] == "other":
        return paste["hint"]["code"]
    return paste["series"]["code"] if paste["kind"] == "series" else paste["code"]


@pytest.fixture(scope="module")
def pasted(modules):
    return dict(
        zip(PASTED, run(modules, READING, [text for text, *_ in PASTED.values()]), strict=True)
    )


@pytest.mark.parametrize("name", PASTED)
def test_a_format(name, pasted):
    _, kind, code, expected = PASTED[name]
    found = pasted[name]
    assert (found["kind"], said(found)) == (kind, code), found["asks"]
    if expected is None:
        return
    if kind == "layers":
        read = {x["name"]: x["signal"] for x in found["layers"]}
        assert list(read) == list(expected)
        assert all(is_same(read[n], expected[n]) for n in expected), read
    else:
        values = [x["value"] for x in found["read"]]
        assert len(values) == len(expected) and all(map(is_same, values, expected)), values
    assert all(x["word"] is not None for x in found["read"])


def scale(text: str) -> str:
    return re.sub(
        r"(?<![\w.,:/-])(\d+\.\d+|\d\.?\d*e-\d+)(?![\w.:%/,])",
        lambda m: f"{float(m[1]) * 1024:.8g}",
        text,
    )


def mutate(text: str, draw: random.Random) -> dict[str, str]:
    """Texts that hold the same numbers, or fewer, under the same names."""
    lines = text.split("\n")
    some = [line for line in lines if draw.random() < 0.7]
    shuffled = draw.sample(lines, len(lines))
    at = draw.randrange(len(lines) + 1)
    return {
        "lines dropped": "\n".join(some),
        "cut off": "\n".join(lines[: len(lines) * 2 // 3])
        if lines[2:]
        else text.rpartition(",")[0] or text,
        "shuffled": "\n".join(shuffled),
        "turned over": "\n".join(reversed(lines)),
        "with times": "\n".join(f"2024-05-01 12:00:{i % 60:02} {x}" for i, x in enumerate(lines)),
        "of a logger": "\n".join(
            f"[2024-05-01 12:00:00,123] [INFO] [train.py:{i}] {x}" for i, x in enumerate(lines)
        ),
        "with other lines": "\n".join(
            [*lines[:at], "loss: 2.31  lr: 3e-4  step 100/2000", *lines[at:]]
        ),
        "indented": "\n".join("    " + x for x in lines),
        "twice": f"{text}\n{text}",
        "scaled": scale(text),
    }


STEPS = {name for name in PASTED if re.search(r"two|step|epoch|long CSV|part for", name)}
APART = {
    "numbers cut by the window's edge",
    "name and grad on two lines",
    *STEPS,
}  # lines that belong together


def test_a_changed_format_is_read_alike_or_not_judged(modules):
    """A verdict comes only from numbers that stand in the text under those names, and never says the opposite."""
    draw = random.Random(16)
    tried = [
        (name, how, text)
        for name, (given, *_) in PASTED.items()
        for how, text in mutate(given, draw).items()
        if not (name in APART and how in ("shuffled", "turned over"))
        and not (
            name in STEPS and how in ("cut off", "lines dropped")
        )  # another step is then the last
        and not (name == "a tree of Flax" and how == "lines dropped")  # brackets that close others
        and not (name == "shuffled" and how == "lines dropped")  # the rest may be in order
    ]
    found = run(modules, READING, [text for *_, text in tried])
    wrong = {}
    for (name, how, _), paste in zip(tried, found, strict=True):
        _, kind, code, expected = PASTED[name]
        if paste["code"] is None:
            continue
        if kind != "layers" or (code is None and expected is None):
            wrong[name, how] = paste["code"]
            continue
        read = {x["name"]: x["signal"] for x in paste["layers"]}
        factor = 1024 if how == "scaled" else 1
        astray = [
            n
            for n, value in read.items()
            if n not in expected
            or not (is_same(value, expected[n]) or is_same(value, expected[n] * factor))
        ]
        opposite = {"vanishing": "exploding", "exploding": "vanishing"}.get(code, "healthy")
        if (astray and not all(n.startswith(("entry", "line")) for n in astray)) or (
            paste["code"] in (opposite, "healthy")
            and code != paste["code"]
            and how != "turned over"
        ):
            wrong[name, how] = (paste["code"], astray)
    assert wrong == {}


# ---------- in the browser ----------


@pytest.fixture
def reader(browser, address):
    with Visit(browser, address, PAGE) as visit:
        yield visit
        assert visit.wrong == []


def verdict(page) -> str:
    return page.locator(".reader__code").first.inner_text()


def title(page) -> str:
    return page.locator(":is(.reader__code, .reader__title)").first.inner_text()


def test_paste_plot_and_verdict(reader):
    page = reader.page
    page.fill("gradient-reader textarea", LOG)
    page.wait_for_selector(".reader__plot")
    assert verdict(page) == "vanishing" and page.locator(".reader__verdict a").get_attribute(
        "href"
    ).endswith("#doctor=vanishing")
    page.select_option("gradient-reader select", "1")
    assert verdict(page) == "exploding"


def test_the_examples_and_errors_by_keyboard(reader):
    page = reader.page
    page.focus("gradient-reader textarea")
    for expected in ("vanishing", "A jump at epoch 0.6", "nan comes from Sqrt"):
        while "Example" not in page.evaluate("document.activeElement.textContent") or page.evaluate(
            "document.activeElement.dataset.seen"
        ):
            page.keyboard.press("Tab")
        page.evaluate("document.activeElement.dataset.seen = 1")
        page.keyboard.press("Enter")
        page.wait_for_selector(f":is(.reader__code, .reader__title):has-text('{expected}')")
        assert title(page) == expected
    page.fill("gradient-reader textarea", "oops\nfc1.weight: 1.5\nfc2.weight: 2.5\nfc3.weight: 2")
    page.wait_for_selector(".reader__faults")
    assert (
        "Line 1: found “oops”" in page.locator(".reader__faults").inner_text()
        and verdict(page) == "healthy"
    )
    page.fill("gradient-reader textarea", "oops")
    page.wait_for_selector("text=No gradient norms in it")


SHOWN = {  # of a paste: what the table says, the title below it, and words that must stand there
    "mean, max and norm": (
        ["encoder.conv1.weight 3.1e-09 1", "head.fc.weight 5.2e-01 4"],
        "vanishing",
        ["from “Norm”", "Mean, Max (beside the number that was taken)"],
    ),
    "HF Trainer in a log": (
        ["epoch 0.1 1.1e+00 3", "epoch 0.8 9.5e-01 10"],
        "A jump at epoch 0.6",
        ["One norm over time: 8 numbers, from “grad_norm”", "loss (losses)", "named_parameters()"],
    ),
    "Megatron": (
        ["step 5426 2.3e-01 1", "step 5427 nan 2"],
        "nan from step 5427 on",
        ["It can't tell where a gradient fades"],
    ),
    "TensorBoard": (["step 0 1.1e+00 2"], "A jump at step 50", ["Nothing says what “Value” is"]),
    "two layers": (["fc1.weight 1.0e-09 1"], "No verdict yet", ["at least three"]),
    "shuffled": (["layer 2 1.0e-05 1"], "No verdict yet", ["at which end the input is"]),
    "whole tensors, elided": ([], "Whole tensors", ["named_parameters()", "whole tensors"]),
    "an error of the anomaly mode": ([], "nan comes from Sqrt", ["the square root of zero"]),
    "nothing": ([], None, []),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_the_page_shows_of_a_paste(reader, name):
    page, (rows, shown, words) = reader.page, SHOWN[name]
    page.fill("gradient-reader textarea", LOG)
    page.wait_for_selector(".reader__code")
    page.fill("gradient-reader textarea", "")
    page.wait_for_selector(".reader__code", state="detached")
    page.fill("gradient-reader textarea", PASTED[name][0])
    if shown is None:
        assert page.locator(".reader__said > *, .reader__taken > *").count() == 0
        return
    page.wait_for_selector(f":is(.reader__code, .reader__title):has-text('{shown}')")
    _, kind, code, _ = PASTED[name]
    assert page.locator(".reader__code").count() == (kind == "layers" and code is not None)
    table = [
        " ".join(row.split()) for row in page.locator(".reader__taken tbody tr").all_inner_texts()
    ]
    assert not rows or (table[0], table[-1]) == (rows[0], rows[-1]) or rows[0] in table
    said = page.locator("gradient-reader").inner_text()
    assert all(word in said for word in words), said


def test_the_order_is_asked_and_told(reader):
    page = reader.page
    page.fill("gradient-reader textarea", PASTED["shuffled"][0])
    page.wait_for_selector("text=No verdict yet")
    page.select_option("gradient-reader select", "0")
    page.wait_for_selector(".reader__code")
    assert page.locator(".reader__ask").count() == 0


def test_a_dropped_and_a_chosen_file(reader, tmp_path):
    page = reader.page
    page.evaluate(
        """text => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'run.log'));
        const drop = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
        document.querySelector('gradient-reader').dispatchEvent(drop);
    }""",
        LOG,
    )
    page.wait_for_selector(".reader__plot")
    assert verdict(page) == "vanishing"
    (tmp_path / "big.log").write_text("x" * 2_100_000)
    page.set_input_files("gradient-reader input[type=file]", tmp_path / "big.log")
    page.wait_for_selector("text=big.log has 2,100,000 bytes")


def test_a_shared_view(browser, address):
    with Visit(browser, address, PAGE) as visit:
        visit.page.fill("gradient-reader textarea", LOG)
        visit.page.wait_for_selector(".reader__plot")
        visit.page.click("button:has-text('Copy link')")
        visit.page.wait_for_selector(".reader__linked")
        link = visit.page.evaluate("location.href")
        assert len(link) < 400
    with Visit(browser, address, link.partition(address + "/")[2]) as visit:
        visit.page.wait_for_selector(".reader__plot")
        assert (
            visit.page.input_value("gradient-reader textarea") == LOG
            and verdict(visit.page) == "vanishing"
        )


def test_a_garbled_address_says_so(reader, address):
    for fragment in ("AAAA", "____", "x" * 5000):
        reader.page.goto("about:blank")
        reader.go(f"{address}/{PAGE}#numbers={fragment}")
        reader.page.wait_for_selector(".reader__said:has-text('no numbers that can be read')")
        reader.page.wait_for_load_state("networkidle")


def test_pasted_markup_stays_text(reader):
    page = reader.page
    page.fill(
        "gradient-reader textarea",
        "<img/src=x/onerror=alert(1)>.weight: 1e-9\n<b>x</b>: 1\n<img src=x>",
    )
    page.wait_for_selector(".reader__said *")
    assert page.locator("gradient-reader :is(img, b, script)").count() == 0


def test_a_thousand_layers(reader):
    page = reader.page
    page.fill(
        "gradient-reader textarea",
        "\n".join(f"layers.{i}.weight: {math.exp(0.02 * (i - 1000)):.3e}" for i in range(1000)),
    )
    page.wait_for_selector(".reader__plot")
    assert (
        verdict(page) in ("healthy", "vanishing") and page.locator(".reader__plot *").count() < 250
    )
    assert page.locator(".reader__taken tbody tr").count() == 10
    page.click("gradient-reader summary")
    assert page.locator("gradient-reader details tbody tr").count() == 1000


def test_nothing_leaves_the_browser(browser, address):
    with Visit(browser, address, PAGE, own=True) as visit:
        visit.page.fill("gradient-reader textarea", "a")  # its program comes once
        visit.page.wait_for_selector(".reader__title")
        asked = []
        visit.page.on("request", lambda request: asked.append(request.url))
        visit.page.fill("gradient-reader textarea", LOG)
        visit.page.wait_for_selector(".reader__plot")
        visit.page.click("button:has-text('Copy link')")
        visit.page.wait_for_selector(".reader__linked")
        with visit.page.expect_download() as saved:
            visit.page.click("text=Numbers as CSV")
        assert saved.value.path().read_text().startswith("layer,signal,weight_grad\nlayer0,")
        assert [
            u for u in asked if not u.startswith(("blob:", f"{address}/assets/images/"))
        ] == []  # the icon, asked for anew


def test_it_is_fetched_where_it_stands_and_leaves_nothing(browser, address):
    with Visit(browser, address, "diagnose/gradient-doctor/") as visit:
        page = visit.page
        loaded = "performance.getEntriesByType('resource').filter(r => r.name.includes('/doctor/')).length"
        assert page.evaluate(loaded) == 0
        page.click("article a[href$='read-my-gradients/'] >> nth=0")
        page.wait_for_selector("gradient-reader textarea")
        assert page.evaluate(loaded) == 1
        page.fill("gradient-reader textarea", LOG)
        page.wait_for_selector(".reader__plot")
        assert page.evaluate(loaded) == 13, "the rest when something is pasted"
        page.evaluate(
            "reader = document.querySelector('gradient-reader'); place = reader.parentNode; reader.remove(); 0"
        )
        page.evaluate("location.hash = '#numbers=AAAA'")
        assert page.evaluate("reader.said.textContent.includes('cut off')") is False, (
            "it listens after it is gone"
        )
        page.evaluate("place.append(reader); 0")
        page.wait_for_selector("text=it may have been cut off")
        assert page.locator("gradient-reader textarea").count() == 1 and visit.wrong == []


def test_without_javascript_the_rules_are_there(browser, address):
    with Visit(browser, address, PAGE, java_script_enabled=False) as visit:
        assert "needs JavaScript" in visit.page.locator(".reader").text_content()
