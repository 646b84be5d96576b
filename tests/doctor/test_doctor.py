"""The gradient doctor: right on every kind of net, harmless, plain about bad input."""

import ast
import contextlib
import copy
import dataclasses
import json
import math
import random
import re

import numpy as np
import pytest
import torch
import yaml
from gradient_doctor import (
    ACTIVATIONS,
    CAUSES,
    LIMITS,
    MOST_LINES,
    SCHEMA,
    Facts,
    Finding,
    Layer,
    Report,
    examine,
    judge,
    watch,
)
from torch import nn, optim
from torch.nn import functional as F

from snippets.measurement import ROOT
from snippets.weave.numbers.marks import FAST
from tests.support.patients import (
    CE,
    VERDICTS,
    X,
    Y,
    cnn,
    mlp,
    of_dtype,
    on_x,
    scaled_twin,
    trained,
)

RECIPE = ROOT / "snippets" / "recipes" / "gradient_doctor.py"


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def patient(name: str):
    return VERDICTS[name][1]()


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict(name):
    args, more = patient(name)
    report = examine(*args, **more)
    assert report.diagnosis == VERDICTS[name][0], f"\n{report}"
    first = report.findings[0]
    assert (
        (first.code, first.guide) == (report.diagnosis, f"doctor={report.diagnosis}")
        and first.evidence
        and first.remedy
    )
    assert report.diagnosis == "healthy" or first.layers
    assert not first.note and max(map(len, str(report).splitlines())) <= 79
    assert len(str(report).splitlines()) <= MOST_LINES
    parsed = json.loads(report.to_json(), parse_constant=pytest.fail)
    assert (
        parsed["schema"] == SCHEMA
        and parsed["diagnosis"] == report.diagnosis
        and len(parsed["layers"]) == len(report.layers)
    )


# ---------- first, do no harm ----------


def state(model, optimizer) -> dict:
    """Everything that an examination must leave bit for bit as it was."""
    kept = {
        n: (id(p), p.clone(), p.requires_grad, p.grad, None if p.grad is None else p.grad.clone())
        for n, p in model.named_parameters()
    }
    return {
        "parameters": kept,
        "buffers": {n: (id(b), b.clone()) for n, b in model.named_buffers()},
        "modes": [m.training for m in model.modules()],
        "grad mode": torch.is_grad_enabled(),
        "hooks": {
            n: {k: list(v) for k, v in m.__dict__.items() if "hooks" in k}
            for n, m in model.named_modules()
        },
        "global hooks": len(nn.modules.module._global_forward_hooks),
        "rng": torch.get_rng_state(),
        "numpy": np.random.get_state()[1].tolist(),
        "python": random.getstate(),
        "optimizer": copy.deepcopy(optimizer.state_dict()) if optimizer else None,
    }


def same(a, b) -> bool:
    if isinstance(a, torch.Tensor):
        a, b = (t.to_dense() if t.is_sparse else t for t in (a, b))
        return (
            isinstance(b, torch.Tensor)
            and torch.equal(a.isnan(), b.isnan())
            and torch.equal(a.nan_to_num(), b.nan_to_num())
        )
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


@pytest.mark.parametrize("name", VERDICTS)
def test_no_harm(name):
    args, more = patient(name)
    model = args[0]
    with contextlib.suppress(RuntimeError):
        if any(p.requires_grad for p in model.parameters()):
            loss = args[1](
                more["call"](model, args[2]) if "call" in more else model(args[2]), args[3]
            )
            loss.backward()
    before = state(model, more.get("optimizer"))
    examine(*args, **more)
    assert same(before, state(model, more.get("optimizer")))


class Moody(nn.Module):
    """Changes itself whenever it is called, and raises when told to."""

    def __init__(self, raises: bool):
        super().__init__()
        self.net, self.raises, self.calls = mlp(), raises, 0
        self.register_buffer("mean", torch.zeros(3))

    def forward(self, x):
        self.calls += 1
        self.mean = self.mean + random.random() + np.random.rand()
        self.net[0].weight.data.mul_(1.5)
        self.net[0].requires_grad_(False)
        self.eval()
        if self.raises:
            raise KeyError("moody")
        return self.net(x)


@pytest.mark.parametrize("raises", [False, True])
def test_no_harm_by_a_model_that_changes_itself(raises):
    model = Moody(raises)
    adam = optim.Adam(model.parameters())
    CE(model.net(X), Y).backward()
    adam.step()
    before, calls = state(model, adam), model.calls
    with (
        pytest.raises(ValueError, match="the model raised KeyError: 'moody'")
        if raises
        else contextlib.nullcontext()
    ):
        examine(model, CE, X, Y, optimizer=adam)
    assert same(before, state(model, adam)) and model.calls == calls


def test_no_harm_when_the_loss_or_the_step_raises():
    model = mlp()
    sgd = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    before = state(model, sgd)
    with pytest.raises(ValueError, match="the loss function raised ZeroDivisionError"):
        examine(model, lambda o, t: 1 / 0, X, Y, optimizer=sgd)
    broken = type("Broken", (optim.SGD,), {"step": lambda self, closure: None})(
        model.parameters(), lr=0.1
    )
    with pytest.raises(ValueError, match="needs a closure"):
        examine(model, CE, X, Y, optimizer=broken)
    assert same(before, state(model, sgd))


def test_no_harm_to_what_the_loop_is_in_the_middle_of():
    """A graph made before the examination, the inputs, a scheduler's count, an optimizer's own hooks."""
    model, x, steps = mlp(), X.clone(), []
    adam = optim.Adam(model.parameters())
    adam.register_step_post_hook(lambda *_: steps.append(1))
    scheduler = optim.lr_scheduler.StepLR(adam, 5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = CE(model(x), Y)
        examine(model, lambda o, t: CE(o.relu_(), t), x, Y, optimizer=adam)
        CE(model(x), Y).backward()
    loss.backward()
    assert torch.equal(x, X) and steps == [] and scheduler.last_epoch == 0 and adam.state == {}


def test_training_goes_on_exactly_as_without():
    weights = []
    for look in (False, True):
        torch.manual_seed(0)
        (model, _, x, y), more = cnn()
        for step in range(4):
            if look:
                examine(model, CE, x, y, optimizer=more["optimizer"])
            more["optimizer"].zero_grad()
            CE(model(x), y).backward()
            more["optimizer"].step()
        weights.append([p.clone() for p in model.parameters()])
    assert same(*weights)


# ---------- the same whatever the scale ----------


@pytest.mark.parametrize(
    "act, init, depth, rate",
    [
        (nn.ReLU, None, 4, 0.01),
        (nn.Sigmoid, lambda w: None, 30, 0.01),
        (nn.ReLU, lambda w: nn.init.normal_(w, std=0.7), 20, 1e-25),
        (nn.ReLU, None, 4, 1e6),
        (nn.ReLU, None, 4, 1e-12),
    ],
)
def test_the_scale_of_the_loss_changes_nothing(act, init, depth, rate):
    verdicts = []
    for factor in (1.0, 1e9, 1e-9):
        args, more = scaled_twin(factor, depth, act, init, rate)
        verdicts.append((examine(*args, **more).diagnosis, examine(*args).diagnosis))
    assert len(set(verdicts)) == 1


# ---------- bad input ----------


def compiled(model):
    return torch.compile(model, backend="eager")


class NoGradient(torch.autograd.Function):
    """A function whose author forgot the way back."""

    @staticmethod
    def forward(ctx, x):
        return x * 2


BAD = {
    "no module": (
        lambda: examine(lambda x: x, CE, X, Y),
        TypeError,
        "model is of type function; expected a torch.nn.Module",
    ),
    "no parameters": (lambda: examine(nn.ReLU(), CE, X, Y), ValueError, "model has no parameters"),
    "no loss": (
        lambda: examine(mlp(), None, X, Y),
        TypeError,
        "loss_fn is None; expected a function",
    ),
    "empty batch": (
        lambda: examine(mlp(), CE, X[:0], Y[:0]),
        ValueError,
        r"inputs hold an empty tensor of shape \(0, 32\)",
    ),
    "a loader": (
        lambda: examine(mlp(), CE, torch.utils.data.DataLoader([1]), Y),
        TypeError,
        "expected one batch",
    ),
    "loss not scalar": (
        lambda: examine(mlp(), lambda o, t: CE(o, t, reduction="none"), X, Y),
        ValueError,
        r"shape \(64,\).*take \.mean\(\)",
    ),
    "loss a float": (
        lambda: examine(mlp(), lambda o, t: CE(o, t).item(), X, Y),
        TypeError,
        r"loss_fn returned .*float.*no \.item\(\)",
    ),
    "loss forgets to return": (
        lambda: examine(mlp(), lambda o, t: None, X, Y),
        TypeError,
        "loss_fn returned None",
    ),
    "wrong shapes": (
        lambda: examine(mlp(), CE, X[:, :3], Y),
        ValueError,
        "the model raised RuntimeError: mat1 and mat2.*check the shapes",
    ),
    "integer inputs": (
        lambda: examine(mlp(), CE, X.long(), Y),
        ValueError,
        "the model raised RuntimeError.*check the dtype",
    ),
    "labels beyond the classes": (
        lambda: examine(mlp(), CE, X, Y + 50),
        ValueError,
        "the loss function raised IndexError.*class labels",
    ),
    "several arguments": (
        lambda: examine(nn.Bilinear(32, 32, 10), CE, (X, X), Y),
        ValueError,
        r"pass call=lambda model, batch: model\(\*\*batch\)",
    ),
    "meta": (lambda: examine(mlp().to("meta"), CE, X, Y), ValueError, "on the meta device"),
    "lazy": (lambda: examine(nn.LazyLinear(10), CE, X, Y), ValueError, "is lazy.*run one batch"),
    "complex": (
        lambda: examine(nn.Linear(32, 10, dtype=torch.cfloat), CE, X, Y),
        ValueError,
        "is complex",
    ),
    "TorchScript": (
        lambda: examine(torch.jit.script(nn.Linear(32, 10)), CE, X, Y),
        ValueError,
        "TorchScript",
    ),
    "loss an integer": (
        lambda: examine(mlp(), lambda o, t: (o.argmax(1) != t).sum(), X, Y),
        ValueError,
        "loss_fn returned a int64, which has no gradient",
    ),
    "inputs without dimensions": (
        lambda: examine(mlp(), CE, torch.tensor(1.0), Y),
        ValueError,
        "inputs is a tensor without dimensions; expected a batch",
    ),
    "a function without a gradient": (
        lambda: examine(mlp(), lambda o, t: NoGradient.apply(o).mean(), X, Y),
        ValueError,
        r"the backward pass raised NotImplementedError.*give your autograd\.Function a backward\(\)",
    ),
    "no optimizer": (
        lambda: examine(mlp(), CE, X, Y, optimizer=0.1),
        TypeError,
        "optimizer is of type float",
    ),
    "another's optimizer": (
        lambda: examine(mlp(), CE, X, Y, optimizer=optim.SGD(mlp().parameters(), lr=1)),
        ValueError,
        "none of this model's",
    ),
    "closure": (
        lambda: examine(m := mlp(), CE, X, Y, optimizer=optim.LBFGS(m.parameters())),
        ValueError,
        "needs a closure",
    ),
    "call not callable": (
        lambda: examine(mlp(), CE, X, Y, call=3),
        TypeError,
        "call is of type int",
    ),
    "batch of one under BatchNorm": (
        lambda: examine(nn.Sequential(nn.Linear(32, 10), nn.BatchNorm1d(10)), CE, X[:1], Y[:1]),
        ValueError,
        "Expected more than 1 value per channel",
    ),
    "watch every zero": (
        lambda: watch(mlp(), every=0),
        ValueError,
        "every is 0; expected a whole number from 1 on",
    ),
    "watch compiled": (lambda: watch(compiled(mlp())), ValueError, "before torch.compile"),
    "watch no module": (lambda: watch(None), TypeError, "model is None"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    call, kind, words = BAD[name]
    with pytest.raises(kind, match=words) as raised:
        call()
    assert (
        raised.value.__cause__ is None
        and raised.value.__suppress_context__
        or raised.traceback[-1].path == RECIPE
    )


@pytest.mark.parametrize(
    "name",
    ["float16, loss too small", "float32, loss far too small", "float16, thirty sigmoid layers"],
)
def test_where_there_is_no_float64_twin_the_loss_is_scaled(name, monkeypatch):
    import gradient_doctor

    monkeypatch.setattr(gradient_doctor._Visit, "in_double", lambda self: None)
    args, more = patient(name)
    assert examine(*args, **more).diagnosis == VERDICTS[name][0]


# ---------- the report ----------


def test_the_guilty_layer_is_named():
    args, more = patient("biases far below zero")
    assert examine(*args, **more).findings[0].layers[0] == "2"
    args, more = patient("a layer never called")
    finding = examine(*args, **more).findings[-1]
    assert (finding.code, finding.layers, finding.note) == ("unused_parameters", ["never"], True)
    args, more = patient("root of zero")
    assert "`sqrt`" in examine(*args, **more).findings[0].evidence
    args, more = patient("mask over everything")
    finding = examine(*args, **more).findings[0]
    assert finding.evidence.startswith("`softmax` after query gives nan")
    assert "a row is masked whole" in finding.evidence and "not masked" in finding.remedy


def test_signals_are_those_of_autograd():
    net = mlp(5)
    h, states = X, []
    for layer in net:
        h = layer(h)
        if isinstance(layer, nn.ReLU) or layer is net[-1]:
            h.retain_grad()
            states.append(h)
    CE(h, Y).backward()
    report = examine(net, CE, X, Y)
    assert [x.signal for x in report.layers] == pytest.approx(
        [s.grad.double().norm().item() for s in states], rel=1e-6
    )
    assert [x.weight_grad for x in report.layers] == pytest.approx(
        [m.weight.grad.double().norm().item() for m in net[::2]], rel=1e-6
    )
    assert [x.depth for x in report.layers] == [6, 5, 4, 3, 2, 1]
    assert [x.spread for x in report.layers] == pytest.approx(
        [s.std(correction=0).item() for s in states], rel=1e-5
    )


# where the slope of an activation ends, from the left: the last input of it, and the first that has one again
OFF = {
    "relu": (F.relu, -0.05, 0.05),
    "relu6": (F.relu6, -0.05, 0.05),
    "clamp": (lambda x: x.clamp(0), -0.05, 0.05),
    "clamp_min": (lambda x: x.clamp_min(0), -0.05, 0.05),
    "clip": (lambda x: x.clip(min=0, max=9), -0.05, 0.05),
    "threshold": (lambda x: F.threshold(x, 0, 0), -0.05, 0.05),
    "hardswish": (F.hardswish, -3.05, -2.95),
    "gelu": (F.gelu, -4.05, -3.5),
    "silu": (F.silu, -10.05, -9),
    "mish": (F.mish, -10.05, -9),
    "softplus": (F.softplus, -7.05, -6),
    "elu": (F.elu, -7.05, -6),
    "selu": (F.selu, -7.05, -6),
    "celu": (F.celu, -7.05, -6),
}
ENDS = {
    "tanh": (torch.tanh, 2.65),
    "sigmoid": (torch.sigmoid, 5.29),
    "softsign": (F.softsign, 6.07),
    "hardtanh": (F.hardtanh, 1),
    "hardsigmoid": (F.hardsigmoid, 3),
}


def activated(activation, inputs):
    """The first layer's row of a net whose units stand at these inputs, whatever the batch, and the slope at each."""
    z = torch.tensor(inputs, requires_grad=True)
    (slopes,) = torch.autograd.grad(activation(z).sum(), z)
    net = nn.ModuleList([nn.Linear(6, len(inputs)), nn.Linear(len(inputs), 3)])
    net.forward = lambda x: net[1](activation(net[0](x)))
    with torch.no_grad():
        net[0].weight.mul_(1e-3)
        net[0].bias.copy_(z)
    return examine(net, CE, torch.randn(16, 6), torch.arange(16) % 3).layers[0], slopes.abs()


@pytest.mark.parametrize("name", OFF)
def test_a_unit_is_off_where_the_slope_has_ended(name):
    activation, off, on = OFF[name]
    layer, slopes = activated(activation, [off - 2, off, on, on + 1])
    assert ACTIVATIONS[name].off is not None and layer.dead == 0.5 and layer.saturated is None
    assert slopes[:2].max() < 2e-3 and slopes[2] > slopes[:2].max()


@pytest.mark.parametrize("name", ENDS)
def test_a_unit_is_pinned_where_the_slope_is_a_fiftieth_of_the_largest(name):
    activation, end = ENDS[name]
    layer, slopes = activated(activation, [-1.05 * end, -0.95 * end, 0.0, 0.95 * end, 1.05 * end])
    pinned = slopes < LIMITS["flat"] * slopes[2]
    assert ACTIVATIONS[name].slope and layer.saturated == 0.4 and layer.dead is None
    assert pinned.tolist() == [True, False, False, False, True]


def test_every_activation_with_a_flat_part_is_tried():
    assert set(OFF) == {name for name, kind in ACTIVATIONS.items() if kind.off is not None}
    assert set(ENDS) == {name for name, kind in ACTIVATIONS.items() if kind.slope}


def test_time_in_a_fused_module_is_that_of_its_states():
    """For a hand-made copy of nn.RNN the gradient by each input is the one reported for its step."""
    args, more = patient("RNN over 100 steps")
    layer = examine(*args, **more).layers[0]
    model, x = args[0], args[2].clone().requires_grad_()
    CE(model(x), Y).backward()
    assert layer.times == pytest.approx(
        [x.grad[:, t].double().norm().item() for t in range(100)], rel=1e-6
    )
    assert layer.depth == 101


def test_updates_are_those_of_a_real_step():
    for optimizer in (
        lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
        lambda p: optim.AdamW(p, lr=1e-2),
        lambda p: optim.RMSprop(p, lr=1e-3),
    ):
        args, more = trained(m := mlp(), optimizer(m.parameters()), 3)
        told = [x.update for x in examine(*args, **more).layers]
        old = [layer.weight.detach().clone() for layer in m[::2]]
        trained(m, more["optimizer"], 1)
        assert told == pytest.approx(
            [((b.weight - a).norm() / a.norm()).item() for a, b in zip(old, m[::2], strict=True)],
            rel=1e-4,
        )


@pytest.mark.parametrize(
    "answers, shift",
    [([0, 1] * 6, 1), ([0] * 4 + [1] * 4 + [2] * 4, 4), ([0] * 6 + [1] * 6, 6), ([0, 1], 1)],
)
def test_a_net_has_learned_where_shuffled_answers_cost_it_dearly(answers, shift):
    """Whatever the order of the batch: alternating, in thirds or in halves; and for two rows."""
    x, y = torch.eye(len(answers)), torch.tensor(answers)
    net = nn.Linear(len(answers), 3)
    with torch.no_grad():
        net.weight.copy_(9 * F.one_hot(y, 3).T)
        net.bias.zero_()
    facts = examine(net, CE, x, y, optimizer=optim.SGD(net.parameters(), lr=1e-12)).facts
    assert facts.learned == pytest.approx(
        (CE(net(x), y) / CE(net(x), y.roll(shift))).item(), rel=1e-6
    )
    assert facts.learned < LIMITS["learned"]


@pytest.mark.parametrize(
    "act, rate, code",
    [
        (nn.Tanh, 1e-4, "healthy"),
        (nn.Tanh, 1e-9, "learning_rate_too_small"),
        (nn.Sigmoid, 1e-4, "vanishing"),
    ],
)
def test_a_rate_is_too_small_only_where_hardly_anything_moves(act, rate, code):
    """As the misdiagnosis guide says of two nets that look alike."""
    net = nn.Sequential()
    for _ in range(8):
        net.extend([nn.Linear(64, 64), act()])
        nn.init.xavier_normal_(net[-2].weight)
    net.append(nn.Linear(64, 10))
    x, y = torch.rand(200, 64), torch.arange(200) % 10
    assert (
        examine(
            net.double(), CE, x.double(), y, optimizer=optim.SGD(net.parameters(), lr=rate)
        ).diagnosis
        == code
    )


def test_a_plot_is_one_plot():
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    report = examine(mlp(), CE, X, Y)
    ax = report.plot()
    assert [list(line.get_ydata()) for line in ax.lines] == [
        [x.signal for x in report.layers],
        [x.weight_grad for x in report.layers],
    ]
    assert len(ax.figure.axes) == 1 and len(ax.lines) == 2 and ax.get_yscale() == "log"
    assert examine(mlp(), CE, X, Y).plot(ax) is ax
    pyplot.close("all")


def test_json_is_strict_where_numbers_are_not_finite():
    args, more = patient("NaN in the batch")
    text = examine(*args, **more).to_json()
    assert (
        '"nan"' in text and json.loads(text, parse_constant=pytest.fail)["facts"]["finite"] is False
    )


def test_the_guide_s_address_is_printed_where_it_is_set(monkeypatch):
    import gradient_doctor

    report = examine(mlp(), CE, X, Y)
    assert "Guide: what-is-wrong/#doctor=healthy" in str(report)
    monkeypatch.setattr(gradient_doctor, "SITE", "https://example.org/gradients/")
    assert "Guide: https://example.org/gradients/diagnose/what-is-wrong/#doctor=healthy" in str(
        report
    )


def test_a_published_recipe_knows_its_site():
    from snippets.weave.site.emitted import _published

    assert b'\nSITE = "https://example.org/"  #' in _published(RECIPE, "https://example.org/")
    assert _published(RECIPE, "") == RECIPE.read_bytes()


def test_every_verdict_is_evidence_for_a_cause():
    """The page that the report leads to knows the code: what is healthy and what is open aside, some cause is seen by it."""
    data = yaml.load((ROOT / "docs" / "differential.yml").read_text(encoding="utf-8"), FAST)
    known = {code for cause in data["causes"].values() for code in cause.get("doctor", ())}
    assert known == set(CAUSES) - {"healthy", "inconclusive"}


def test_every_field_of_the_json_stands_on_the_page():
    page = (ROOT / "docs" / "diagnose" / "gradient-doctor.md").read_text(encoding="utf-8")
    fields = {"schema", "diagnosis", "findings", "layers", "facts"}
    for kind in (Layer, Facts, Finding):
        fields |= {f.name for f in dataclasses.fields(kind)}
    assert {
        f for f in fields if f"`{f}`" not in page.partition("## Its JSON")[2].partition("\n## ")[0]
    } == set() and f"`{SCHEMA}`" in page


def test_every_limit_stands_in_the_docstring():
    text = " ".join(ast.get_docstring(ast.parse(RECIPE.read_text(encoding="utf-8"))).split())
    for name, limit in LIMITS.items():
        written = {
            f"{limit:g}",
            f"{limit:.0e}".replace("e-0", "e-").replace("e+0", "e"),
            f"{100 * limit:g} %",
        }
        written |= {"half"} if limit == 0.5 else set()
        assert any(re.search(rf"(?<![\d.]){re.escape(w)}(?![\d])", text) for w in written), (
            f"{name} = {limit} does not stand there"
        )


def test_one_file_that_needs_torch_alone():
    tree = ast.parse(RECIPE.read_text(encoding="utf-8"), feature_version=(3, 10))
    top = {
        (n.module if isinstance(n, ast.ImportFrom) else n.names[0].name).partition(".")[0]
        for n in tree.body
        if isinstance(n, (ast.Import, ast.ImportFrom))
    }
    import sys

    assert top - set(sys.stdlib_module_names) == {"torch"}


# ---------- watch ----------


def loop(model, optimizer, steps: int, patient=None, loss_fn=CE, x=X, y=Y):
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        if patient is not None:
            patient.loss(loss)
        loss.backward()
        optimizer.step()


def test_watching_changes_nothing_and_leaves_nothing():
    weights = []
    for watched in (False, True):
        torch.manual_seed(0)
        (model, *_, x, y), more = cnn()
        calls = []
        model.register_forward_hook(lambda *_, calls=calls: calls.append(1))
        hooks = state(model, None)["hooks"]
        with (
            watch(model, more["optimizer"], every=3, on_change=None)
            if watched
            else contextlib.nullcontext() as seen
        ):
            loop(model, more["optimizer"], 10, seen, x=x, y=y)
        weights.append([p.clone() for p in model.parameters()])
        assert len(calls) == 10 and state(model, None)["hooks"] == hooks
        assert (
            not more["optimizer"]._optimizer_step_pre_hooks
            and not more["optimizer"]._optimizer_step_post_hooks
        )
        assert not any(p._backward_hooks for p in model.parameters())
    assert (
        same(*weights)
        and [n for n, _ in seen.history] == [1, 4, 7, 10]
        and isinstance(seen.report, Report)
    )


def test_watching_reads_what_examining_finds():
    for name in (
        "ReLU with He weights",
        "thirty sigmoid layers",
        "biases far below zero",
        "a layer never called",
        "frozen on purpose",
        "LSTM over 100 steps",
        "NaN in the batch",
        "Adam at rate 5",
        "rate 1e-12",
        "log of zero",
        "all weights equal",
    ):
        args, more = patient(name)
        optimizer = more.get("optimizer") or optim.SGD(args[0].parameters(), lr=1e-3)
        before = examine(*args, optimizer=optimizer)
        signals = []
        with watch(
            args[0],
            optimizer,
            every=1,
            on_change=lambda text: signals.append(seen.report.layers),  # noqa: B023
        ) as seen:
            loop(args[0], optimizer, 2, seen, args[1], args[2], args[3])
        assert seen.history[0] == (1, before.diagnosis), name
        assert [x.signal or 0.0 for x in signals[0]] == pytest.approx(
            [x.signal or 0.0 for x in before.layers], nan_ok=True, rel=1e-5
        ), name


def test_watching_says_when_the_verdict_changes():
    said, net = [], mlp()
    sgd = optim.SGD(net.parameters(), lr=0.01)
    with watch(net, sgd, every=1, on_change=said.append) as seen:
        loop(net, sgd, 3)
        with torch.no_grad():
            net[2].bias.fill_(-50)
            net(X)  # not a training pass
        loop(net, sgd, 2)
    assert [code for _, code in seen.history] == ["healthy"] * 3 + ["dead_units"] * 2
    assert [line.split(":")[0] for line in said] == [
        "pass 1",
        "pass 4",
    ] and "dead units (2)" in said[1]


def test_every_hundredth_pass_is_read_unless_asked_otherwise():
    net = mlp(2)
    with watch(net, on_change=None) as seen:
        loop(net, optim.SGD(net.parameters(), lr=0.01), 201)
    assert [n for n, _ in seen.history] == [1, 101, 201]


def test_watching_without_an_optimizer_and_with_accumulation():
    net = mlp(30, nn.Sigmoid, lambda w: None)
    with watch(net, every=2, on_change=None) as seen:
        for _ in range(4):
            CE(net(X), Y).backward()
    assert seen.history == [(1, "vanishing"), (3, "vanishing")]


def test_of_the_layers_that_are_not_finite_the_first_is_named_alone():
    net = mlp()
    with torch.no_grad():
        net[2].weight.fill_(float("inf"))
    with watch(net, every=1, on_change=None) as seen:
        CE(net(X), Y).backward()
    finding = seen.report.findings[0]
    assert (
        sum(
            layer.spread is not None and not math.isfinite(layer.spread)
            for layer in seen.report.layers
        )
        > 1
    )
    assert (finding.code, finding.layers) == (
        "nonfinite_layer",
        ["2"],
    ) and "2 is the first layer that is not finite" in finding.evidence


def test_the_updates_of_the_first_third_are_compared_with_those_of_the_last():
    layers = [
        Layer(
            str(i),
            "linear",
            depth=12 - i,
            signal=2.0 ** (i - 30),
            weight=1.0,
            update=2.0**i / 2**20,
        )
        for i in range(12)
    ]
    first, last = (2**1 + 2**2) / 2, (2**9 + 2**10) / 2
    assert (
        f"relative updates are {first / last:.1e} of the last layers'"
        in judge(layers, Facts(loss=2.3))[0].evidence
    )


def test_watching_divides_out_the_scaler():
    net = mlp()
    sgd, scaler = (
        optim.SGD(net.parameters(), lr=0.01),
        torch.amp.GradScaler("cpu", init_scale=1024.0),
    )
    plain = examine(net, CE, X, Y)
    with watch(net, sgd, every=1, scaler=scaler, on_change=None) as seen:
        scaler.scale(CE(net(X), Y)).backward()
        scaler.step(sgd)
        scaler.update()
    assert [x.signal for x in seen.report.layers] == pytest.approx(
        [x.signal for x in plain.layers], rel=1e-5
    )
    assert [x.weight_grad for x in seen.report.layers] == pytest.approx(
        [x.weight_grad for x in plain.layers], rel=1e-5
    )


def test_watching_ends_clean_after_an_error():
    net = mlp()
    sgd = optim.SGD(net.parameters(), lr=0.01)
    with pytest.raises(RuntimeError, match="mat1"), watch(net, sgd, every=1, on_change=None):
        net(X[:, :3])
    assert (
        not net._forward_hooks and not net._forward_pre_hooks and not sgd._optimizer_step_pre_hooks
    )
    assert torch.overrides._get_current_function_mode_stack() == []
    assert examine(net, CE, X, Y).diagnosis == "healthy"


def test_half_precision_is_watched_too():
    (net, loss, x, y), _ = of_dtype(torch.bfloat16)
    with watch(net, every=1, on_change=None) as seen:
        loss(net(x), y).backward()
    assert seen.report.diagnosis == "healthy"


def test_autocast_is_examined_as_it_is():
    net = mlp(10)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = examine(net, CE, X, Y)
    full = examine(net, CE, X, Y)
    assert (
        half.diagnosis == full.diagnosis == "healthy"
        and half.layers[0].signal != full.layers[0].signal
    )


def test_on_x_is_examined_without_targets():
    net = mlp()
    assert examine(net, lambda o: CE(o, Y), X).diagnosis == examine(*on_x(net)[0]).diagnosis
