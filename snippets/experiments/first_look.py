"""What a thirty-layer net shows at its first batch and over its first steps: healthy, vanishing, exploding, saturated.

Data and nets are those of `training` (handwritten digits, thirty hidden layers of 64 units, a linear output), in float64.
First batch, before any step, per hidden layer: norms of ∂L/∂W, of ∂L/∂b (the sum over the batch of ∂L/∂z) and of ∂L/∂h;
how far the outputs differ from digit to digit (standard deviation over the batch, root mean square over units); the share
of units that are zero for the whole batch, and of outputs where the slope is below a twentieth of its largest value.
First steps: the update-to-weight ratio ‖ΔW‖ / ‖W‖ of every layer at every step, with SGD and momentum at the rate that
`training` found best for the net, and with Adam on a net of ADAM_DEPTH sigmoid layers.
"""

import statistics
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, float64, gradients, norm
from snippets.experiments.training import BATCH, DEPTH, MOMENTUM, WIDTH, Classifier, digits
from snippets.measurement import Measurement, over_seeds, setting

FLAT, WIDE = 0.05, 4.0
ADAM_DEPTH, ADAM_RATE = 8, 1e-3
EPOCHS, LATE = 2, 23  # LATE steps at the end are averaged: one epoch
# Between AVX2 and plain instructions all of this agrees to 1e-7, save BatchNorm's course: it doubles a difference in the last
# place at every other step, and after the first steps its values had come apart by up to half of this; a single step's ratio by
# a whole multiple, so that of it only an order of magnitude upward is compared.
SLACK, CHAOTIC, STEPWISE = 1e-5, {"bn": 0.9}, {"bn": 2.5}
LINE = 1e-3  # the ratio that CS231n's notes advise


def wide_tanh() -> Stack:
    """A tanh stack whose weights are WIDE times Xavier's."""
    stack = Stack(DEPTH, WIDTH, "tanh", "xavier")
    for layer in stack.layers:
        layer.weight.data.mul_(WIDE)
    return stack


LOOKS = {
    "healthy": ("ReLU, He initialization", lambda: Stack(DEPTH, WIDTH, "relu", "he")),
    "vanishing": (
        "sigmoid, nn.Linear's default initialization",
        lambda: Stack(DEPTH, WIDTH, "sigmoid"),
    ),
    "exploding": (
        "residual ReLU with unscaled branches, He initialization",
        lambda: Stack(DEPTH, WIDTH, "relu", "he", skip=1.0),
    ),
    "saturated": ("tanh, four times Xavier's weights", wide_tanh),
}
# net -> (what it is, how it is built, learning rate): the rates are those that `training` chooses
STEPS = {
    "sigmoid": (*LOOKS["vanishing"], 0.3),
    "tanh": ("tanh, Xavier initialization", lambda: Stack(DEPTH, WIDTH, "tanh", "xavier"), 0.01),
    "relu_he": (*LOOKS["healthy"], 0.001),
    "bn": (
        "ReLU with BatchNorm, He initialization",
        lambda: Stack(DEPTH, WIDTH, "relu", "he", norm=nn.BatchNorm1d),
        0.01,
    ),
    "res_scaled": (
        "residual ReLU with branches scaled by 1/√depth, He initialization",
        lambda: Stack(DEPTH, WIDTH, "relu", "he", skip=DEPTH**-0.5),
        0.1,
    ),
    "adam": (
        f"{ADAM_DEPTH} sigmoid layers with Xavier initialization, under Adam",
        lambda: Stack(ADAM_DEPTH, WIDTH, "sigmoid", "xavier"),
        ADAM_RATE,
    ),
}


@dataclass(frozen=True)
class Plan:
    """Seeds of the first batch and of the first steps."""

    looks: tuple = tuple(range(40))
    steps: tuple = tuple(range(5))


FULL, SPOT = Plan(), Plan(looks=tuple(range(4)), steps=(0,))


def look(case: tuple[str, int]) -> dict:
    """What one net shows at its first batch, for one (net, seed): a list over hidden layers for each reading."""
    name, seed = case
    x, y, _, _ = digits()
    with float64():
        torch.manual_seed(seed)
        net = Classifier(LOOKS[name][1]())
        rows = torch.randperm(len(x))[:BATCH]
        loss, signal, weights = gradients(
            net, x[rows].double(), lambda logits: F.cross_entropy(logits, y[rows])
        )
        with torch.no_grad():
            states = net.stack(x[rows].double())
    flat = {"sigmoid": lambda h: 4 * h * (1 - h), "tanh": lambda h: 1 - h.square()}.get(
        net.stack.phi.__name__
    )
    return {
        "loss": loss,
        "weights": weights,
        "signal": signal[:-1],
        "biases": [norm(layer.bias.grad) for layer in net.layers],
        "differs": [h.std(0).square().mean().sqrt().item() for h in states],
        "dead": [(h == 0).all(0).double().mean().item() for h in states],
        "flat": [(flat(h) < FLAT).double().mean().item() if flat else 0.0 for h in states],
    }


def steps(case: tuple[str, int]) -> dict:
    """Update-to-weight ratio per step and hidden layer, and training accuracy after EPOCHS, for one (net, seed)."""
    name, seed = case
    x, y, _, _ = digits()
    x = x.double()
    with float64():
        torch.manual_seed(seed)
        net = Classifier(STEPS[name][1]())
        order = [torch.randperm(len(x)) for _ in range(EPOCHS)]
    rate = STEPS[name][2]
    optimizer = (
        torch.optim.Adam(net.parameters(), rate)
        if name == "adam"
        else torch.optim.SGD(net.parameters(), rate, MOMENTUM)
    )
    ratios = []
    for rows in [rows for epoch in order for rows in epoch.split(BATCH)]:
        optimizer.zero_grad()
        F.cross_entropy(net(x[rows])[-1], y[rows]).backward()
        old = [layer.weight.detach().clone() for layer in net.layers]
        optimizer.step()
        ratios.append(
            [
                norm(layer.weight.detach() - w) / norm(w)
                for layer, w in zip(net.layers, old, strict=True)
            ]
        )
    net.eval()
    with torch.no_grad():
        logits = net(x)[-1]
    return {
        "ratios": ratios,
        "loss": F.cross_entropy(logits, y).item(),
        "accuracy": (logits.argmax(1) == y).double().mean().item(),
    }


def departs(found: dict) -> float:
    """By which factor ‖∂L/∂b‖ leaves ‖∂L/∂h‖ at most, over layers; both are one in the last layer."""
    ratios = [
        (b / found["biases"][-1]) / (s / found["signal"][-1])
        for b, s in zip(found["biases"], found["signal"], strict=True)
    ]
    return max(max(r, 1 / r) for r in ratios)


def readings(name: str, seeds: tuple) -> dict[str, Measurement]:
    """The readings of one net at its first batch."""
    runs, label = each(look, [(name, seed) for seed in seeds]), LOOKS[name][0]
    norms = {"weights": "∂L/∂W", "biases": "∂L/∂b", "signal": "∂L/∂h"}
    kept = {
        f"{name}.loss": over_seeds([r["loss"] for r in runs], f"loss of the first batch: {label}")
    }
    for part, named in norms.items():
        kept[f"{name}.{part}"] = over_seeds(
            [r[part] for r in runs],
            f"norm of {named} in each hidden layer at the first batch: {label}",
        )
        kept[f"{name}.{part}.first"] = over_seeds(
            [r[part][0] for r in runs],
            f"norm of {named} in the first hidden layer at the first batch: {label}",
        )
        kept[f"{name}.{part}.over_last"] = over_seeds(
            [r[part][0] / r[part][-1] for r in runs],
            f"norm of {named} in the first hidden layer over that in the last at the first batch: {label}",
        )
    kept[f"{name}.departs"] = over_seeds(
        [departs(r) for r in runs],
        f"largest factor between the profiles of ∂L/∂b and ∂L/∂h, both one in the last layer: {label}",
    )
    for place, layer in {"first": 0, "tenth": 9, "last": -1}.items():
        kept[f"{name}.differs.{place}"] = (
            over_seeds(  # below 1e-14 the outputs differ by rounding alone
                [r["differs"][layer] for r in runs],
                f"standard deviation over digits of the {place} layer's outputs: {label}",
                atol=1e-14,
            )
        )
    for part, named in {
        "dead": "units that are zero for the whole first batch",
        "flat": "outputs where the slope is nearly zero",
    }.items():
        kept[f"{name}.{part}"] = over_seeds(
            [statistics.fmean(r[part]) for r in runs],
            f"share of {named}, mean over layers: {label}",
            show=".0%",
        )
    return kept


def course(name: str, seeds: tuple) -> dict[str, Measurement]:
    """The update-to-weight ratio of one net over its first steps, and what the net has learned by then."""
    runs, (label, _, rate) = each(steps, [(name, seed) for seed in seeds]), STEPS[name]
    late = [
        [
            statistics.fmean(step[layer] for step in r["ratios"][-LATE:])
            for layer in range(len(r["ratios"][0]))
        ]
        for r in runs
    ]
    ratio, kind, slack = (
        "update-to-weight ratio",
        f"{label}, rate {rate:g}",
        CHAOTIC.get(name, SLACK),
    )
    begun = [r["ratios"][0] for r in runs]
    return {
        f"{name}.rate": setting(rate, f"learning rate: {label}", show=f".{len(str(rate)) - 2}f"),
        f"{name}.accuracy": over_seeds(
            [r["accuracy"] for r in runs],
            f"training accuracy after the first steps: {kind}",
            show=".0%",
            rtol=slack,
        ),
        f"{name}.final": over_seeds(
            [r["loss"] for r in runs],
            f"training loss after the first steps: {kind}",
            rtol=slack,
            show="3",
        ),
        f"{name}.ratio.first": over_seeds(
            [[step[0] for step in r["ratios"]] for r in runs],
            f"{ratio} of layer 1 at each step: {kind}",
            rtol=STEPWISE.get(name, SLACK),
            atol=1e-15,
        ),
        f"{name}.ratio.layers": over_seeds(
            late,
            f"{ratio} of each layer, mean over the second epoch: {kind}",
            rtol=slack,
            atol=1e-15,
        ),
        f"{name}.ratio.begun": over_seeds(
            [statistics.median(layers) for layers in begun],
            f"{ratio} at the first step, median over layers: {kind}",
        ),
        f"{name}.ratio.largest": over_seeds(
            [max(layers) for layers in begun], f"{ratio} at the first step, largest layer: {kind}"
        ),
        f"{name}.ratio.least": over_seeds(
            [min(layers) for layers in late],
            f"{ratio} of the layer where it is smallest, mean over the second epoch: {kind}",
            rtol=slack,
            atol=1e-15,
        ),
        f"{name}.ratio.most": over_seeds(
            [max(layers) for layers in late],
            f"{ratio} of the layer where it is largest, mean over the second epoch: {kind}",
            rtol=slack,
        ),
    }


def measure(plan: Plan = FULL) -> dict[str, Measurement]:
    """All readings of the first batch, and the course of the update-to-weight ratio."""
    taken = EPOCHS * -(-len(digits()[0]) // BATCH)
    kept = {
        "depth": setting(DEPTH, "hidden layers"),
        "width": setting(WIDTH, "units in each hidden layer"),
        "batch": setting(BATCH, "digits in the first batch"),
        "seeds": setting(len(plan.looks), "seeds of the first batch"),
        "steps": setting(taken, "first steps of training"),
        "epochs": setting(EPOCHS, "epochs that the first steps make"),
        "steps.seeds": setting(len(plan.steps), "seeds of the first steps"),
        "flat.below": setting(
            FLAT, "share of its largest value below which a slope counts as flat", show=".0%"
        ),
        "wide": setting(WIDE, "times Xavier's weights in the saturated net", show=".0f"),
        "line": setting(LINE, "update-to-weight ratio that is advised", show=".3f"),
        "adam.depth": setting(ADAM_DEPTH, "sigmoid layers of the net under Adam"),
    }
    for name in LOOKS:
        kept |= readings(name, plan.looks)
    for name in STEPS:
        kept |= course(name, plan.steps)
    return kept
