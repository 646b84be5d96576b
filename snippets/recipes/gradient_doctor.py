"""The gradient doctor: why doesn't this net learn? One file, PyTorch alone; copy it beside your code.

    from gradient_doctor import examine
    print(examine(model, loss_fn, inputs, targets, optimizer=optimizer))

`examine` makes one forward and one backward pass in the model's own mode and precision. With an optimizer it also takes one
trial step, on a copy, and looks at the loss once more. It leaves parameters, buffers, `.grad`, optimizer state, modes, hooks
and random-number states bit for bit as they were. `watch` reads the passes of a training loop instead of making its own.

The signal is ∂L/∂h, the gradient by a layer's output after its activation; every norm is taken in float64. A verdict rests on
ratios, so that a loss multiplied by anything is judged the same. Causes are tried in this order; the first that holds is the
diagnosis. Every limit stands here and in `LIMITS`:

    nonfinite_input          the loss or a gradient is not finite, and the inputs or targets were not
    nonfinite_layer          the loss or a gradient is not finite; the first operation that made it so is named
    disconnected_layers      a trainable parameter gets no gradient at all: the loss was never reached from it
    symmetric_init           in a hidden layer all units compute the same and get the same gradient
    underflow                half of some layer's weight gradient is lost, or 90 % of its entries round to zero, and float64 (else a scaled
                             loss) shows a sound profile with neither dead nor saturated units
    dead_units               in some layer more than 90 % of units are inactive on the whole batch
    saturated_units          in some layer more than 90 % of units are pinned, where the slope is below 2 % of its largest, on more
                             than 90 % of samples; a last layer only if it also misses more than 25 % of its targets
    vanishing, exploding     first over last signal is beyond 1e-6 or 1e6, and falls steadily over depth or time: the fit of its
                             logarithm has r² of 0.7 or more and no single step takes over 70 %. Within 1e-2 to 1e2 it is sound.
                             Between, the first layers' relative updates decide: below 1e-3 of the last layers' they starve, above
                             1e-1 they are fed, else it stays inconclusive
    learning_rate_too_small  no weight matrix moves by 1e-8 of its size, the loss by less than 1e-6 of its own, and the net has
                             neither learned (its loss is above 1e-3 of that with answers shuffled) nor come to rest (the
                             gradient times the weights is above 1e-3 of the loss)
    learning_rate_too_large  more than 50 % of the weight matrices move by more than 1 times their size, and the loss rises
    frozen_layers            a parameter can't change: requires_grad is off, or the optimizer does not hold it
    inconclusive             the evidence does not suffice; the report says what would settle it

Works with Python 3.10 and PyTorch 2.2 or newer. From "Where the Gradient Goes", MIT license.
"""

from __future__ import annotations

import contextlib
import copy
import json
import math
import random
import sys
import traceback
import weakref
from dataclasses import asdict, dataclass, field
from operator import mul

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

__all__ = ["Finding", "Layer", "Report", "examine", "watch", "judge", "LIMITS"]

SITE = ""  # the address of the site; when set, reports print the guide's full address
SCHEMA = "gradient-doctor/1"
LIMITS = {
    "dead": 0.9,
    "saturated": 0.9,
    "pinned_samples": 0.9,
    "flat": 0.02,
    "vanishing": 1e-6,
    "exploding": 1e6,
    "sound_low": 1e-2,
    "sound_high": 1e2,
    "steady": 0.7,
    "cliff": 0.7,
    "starved": 1e-3,
    "fed": 1e-1,
    "missed": 0.25,
    "rate_too_small": 1e-8,
    "still": 1e-6,
    "learned": 1e-3,
    "at_rest": 1e-3,
    "rate_too_large": 1.0,
    "most": 0.5,
    "lost": 0.5,
    "gone": 0.9,
}
GUIDE = {
    "healthy": "loss-wont-fall",
    "vanishing": "weights-hardly-move",
    "exploding": "gradients-explode",
    "dead_units": "relu-units-are-zero",
    "saturated_units": "units-are-saturated",
    "learning_rate_too_small": "weights-hardly-move",
    "learning_rate_too_large": "loss-jumps",
    "frozen_layers": "grad-is-none",
    "disconnected_layers": "grad-is-none",
    "nonfinite_input": "loss-is-nan",
    "nonfinite_layer": "loss-is-nan",
    "underflow": "grad-norm-is-zero",
    "symmetric_init": "units-are-all-alike",
    "inconclusive": "what-is-printed",
}
REMEDY = {
    "healthy": "The gradient is not the problem. If the loss won't fall, train on twenty examples until it is zero: if that works, look "
    "at data and rate; if not, at labels, at the pairing of loss and last activation, and at shapes.",
    "vanishing": "Change the factor per layer before anything else: an initialization that fits the activation (He for ReLU, Xavier for "
    "tanh), then skips or normalization; in a recurrent net a gated cell or a shorter span. It worked if the first signal "
    "comes to more than a hundredth of the last.",
    "exploding": "Shrink the initial weights to what fits the activation, or scale each branch of a skip by 1/√depth; in a recurrent net "
    "also clip by global norm. It worked if the first signal is within a hundred times the last.",
    "dead_units": "Start again at a rate three to ten times smaller, or with leaky ReLU, and look at biases that are far below zero. It "
    "worked if fewer than half of the units of that layer are off on the whole batch.",
    "saturated_units": "Scale the inputs to unit variance and the initial weights to Xavier's; as the last layer, give raw outputs to a "
    "loss that applies the sigmoid itself. It worked if less than half of the units are pinned.",
    "learning_rate_too_small": "Multiply the rate by ten until the largest relative update is near 1e-3; if this is the first step of a "
    "warm-up, examine again at its end. It worked if the loss moves within a hundred steps.",
    "learning_rate_too_large": "Divide the rate by ten until most relative updates are below 1e-2. It worked if one step lowers the loss "
    "on the same batch.",
    "frozen_layers": "If it was meant, all is well. Otherwise set requires_grad to True and give the parameters to the optimizer. It "
    "worked if they differ after one step.",
    "disconnected_layers": "Look in forward() for detach(), .data, .item(), argmax, a new tensor built from values, or a layer that is "
    "never called. It worked if no parameter's gradient is None.",
    "nonfinite_input": "Find the rows that hold it and repair or drop them; clipping only spreads it. It worked if "
    "torch.isfinite(batch).all() is True for every batch.",
    "nonfinite_layer": "Mend this operation first: a log or root needs an argument above zero, a softmax one place that is not masked, a "
    "half-precision value a smaller scale. Clip only afterwards. It worked if this report names no operation.",
    "underflow": "Scale the loss (torch.amp.GradScaler), or use bfloat16 or float32 for this part. It worked if the gradients agree with "
    "those of the same pass in float64.",
    "symmetric_init": "Draw the initial weights at random: a constant gives every unit the same gradient for ever. It worked if the rows "
    "of this layer's gradient differ.",
    "inconclusive": "",
}


# ---------- the report ----------


@dataclass
class Layer:
    """One application of weights, in order of execution; None where a number could not be had.

    name: the module or parameter; kind: the function that applied the weights.
    depth: how many layers lie between here and the loss, this one counted, on the longest way; 0 where the loss is not reached.
    signal, weight_grad: norms of ∂L/∂h and ∂L/∂W; *_ratio: over the last layer's.
    weight: norm of the weights; update: norm of the trial step over it.
    activation, mean, spread: what follows, and mean and standard deviation of the output after it.
    dead, saturated: share of units inactive on the whole batch, or pinned on nearly all of it.
    times: signal at each time step, for fused recurrent modules.
    """

    name: str
    kind: str
    depth: int = 0
    signal: float | None = None
    signal_ratio: float | None = None
    weight_grad: float | None = None
    weight_grad_ratio: float | None = None
    weight: float | None = None
    update: float | None = None
    activation: str | None = None
    mean: float | None = None
    spread: float | None = None
    dead: float | None = None
    saturated: float | None = None
    times: list[float] | None = None


@dataclass
class Finding:
    """One cause that holds: code, guilty layers, the numbers in words, what to try first, the guide's anchor."""

    code: str
    layers: list[str]
    evidence: str
    remedy: str
    guide: str


@dataclass
class Facts:
    """What is known besides the layers; `judge` reads nothing else.

    loss, loss_after: before and after the trial step (None: not known). finite: loss and all gradients are.
    bad_inputs: inputs and targets that hold NaN or inf. first_bad: the first operation that made one, and bad_layers where.
    disconnected, frozen: parameters. alike: layers whose units are all the same. lost: layers whose gradient underflows
    although the profile is sound in higher precision. zero_starts: zero weights that receive a gradient, so that what lies
    behind them waits. updates: relative trial update of each weight matrix. learned: loss over the loss with answers
    shuffled. stiffness: norm of gradient times norm of weights over the loss.
    """

    loss: float | None = None
    loss_after: float | None = None
    finite: bool = True
    bad_inputs: list[str] = field(default_factory=list)
    first_bad: str = ""
    bad_layers: list[str] = field(default_factory=list)
    disconnected: list[str] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    zero_starts: list[str] = field(default_factory=list)
    updates: dict[str, float] = field(default_factory=dict)
    learned: float | None = None
    stiffness: float | None = None


@dataclass
class Report:
    """What the doctor found. `diagnosis` is the primary cause; print it for a table, the verdict and the next step."""

    diagnosis: str
    findings: list[Finding]
    layers: list[Layer]
    facts: Facts

    def to_json(self) -> str:
        """Strict JSON: schema, diagnosis, findings, layers, facts. A number that is not finite is the string "nan", "inf" or "-inf"."""
        content = {
            "schema": SCHEMA,
            "diagnosis": self.diagnosis,
            "findings": [asdict(f) for f in self.findings],
            "layers": [asdict(layer) for layer in self.layers],
            "facts": asdict(self.facts),
        }
        return json.dumps(_strict(content), ensure_ascii=False, allow_nan=False)

    def plot(self, ax=None):
        """Draw signal and weight gradient by layer on one logarithmic axis; returns the Matplotlib axes."""
        if ax is None:
            from matplotlib import pyplot

            ax = pyplot.subplots()[1]
        for name, label, marker in (
            ("signal", "∂L/∂h, the signal", "o"),
            ("weight_grad", "∂L/∂W", "x"),
        ):
            points = [(i, getattr(layer, name)) for i, layer in enumerate(self.layers, 1)]
            points = [(i, y) for i, y in points if y is not None and 0 < y < math.inf]
            ax.plot([i for i, _ in points], [y for _, y in points], marker=marker, label=label)
        ax.set(
            yscale="log",
            xlabel="layer, in order of execution",
            ylabel="norm",
            title=self.diagnosis.replace("_", " "),
        )
        ax.legend()
        return ax

    def __str__(self) -> str:
        lines = _table(self.layers)
        for i, finding in enumerate(self.findings):
            lines += ["", f"{'Diagnosis' if i == 0 else 'Also'}: {finding.code.replace('_', ' ')}"]
            lines += _wrapped("Evidence: " + finding.evidence)
            if i == 0:
                lines += _wrapped("Next: " + finding.remedy) + [
                    f"  Guide: {_address(finding.guide)}"
                ]
        return "\n".join(lines)


def _address(anchor: str) -> str:
    return (
        f"{SITE.rstrip('/')}/diagnose/misdiagnosis/#{anchor}"
        if SITE
        else f"misdiagnosis guide, #{anchor}"
    )


def _strict(value):
    if isinstance(value, dict):
        return {str(k): _strict(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(v) for v in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _wrapped(text: str, width: int = 74) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return ["  " + line for line in lines]


def _table(layers: list[Layer], most: int = 28, bar: int = 9) -> list[str]:
    ratios = [x.signal_ratio for layer in layers for x in (layer, *_first_step(layer))]
    logs = [math.log10(r) for r in ratios if r and math.isfinite(r)]
    low, high = math.floor(min([*logs, -3])), math.ceil(max([*logs, 0]))
    axis = f"1e{low}" + f"1e{high}".rjust(bar - len(f"1e{low}"))
    lines = [
        f"{'layer':<15}{'signal':>8}{'dL/dW':>8}{'step/W':>8}{'spread':>8}{'dead':>5}{'sat.':>5}  {axis} of last"
    ]
    rows = [row for layer in layers for row in (layer, *_first_step(layer))]
    half = most // 2
    for i, row in enumerate(rows):
        if len(rows) <= most or i < half or i >= len(rows) - half:
            lines.append(_row(row, low, high, bar))
        elif i == half:
            lines.append(f"… {len(rows) - 2 * half} rows more")
    return lines


def _first_step(layer: Layer) -> list[Layer]:
    """A row of its own for the first time step of a fused recurrent module."""
    if not layer.times or not layer.signal or not layer.signal_ratio:
        return []
    last = layer.signal / layer.signal_ratio
    return [
        Layer(
            f"  step 1 of {len(layer.times)}",
            "",
            signal=layer.times[0],
            signal_ratio=layer.times[0] / last,
        )
    ]


def _row(layer: Layer, low: int, high: int, bar: int) -> str:
    name = layer.name if len(layer.name) <= 14 else "…" + layer.name[-13:]
    filled = ""
    if layer.signal_ratio and math.isfinite(layer.signal_ratio):
        share = (math.log10(layer.signal_ratio) - low) / (high - low)
        filled = "#" * max(1, round(bar * share))
    shares = "".join(
        f"{'-' if x is None else f'{x:.0%}':>5}" for x in (layer.dead, layer.saturated)
    )
    numbers = "".join(
        f"{_short(x):>8}" for x in (layer.signal, layer.weight_grad, layer.update, layer.spread)
    )
    return f"{name:<15}{numbers}{shares}  {filled:<{bar}} {_short(layer.signal_ratio)}".rstrip()


def _short(value: float | None) -> str:
    return "-" if value is None else "0" if value == 0 else f"{value:.1e}"


def _names(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


# ---------- the rules ----------


def judge(layers: list[Layer], facts: Facts) -> list[Finding]:
    """Every cause that holds, the primary one first; one finding 'healthy' or 'inconclusive' when none does."""
    if not facts.finite:
        return [_nonfinite(facts)]
    flow = _flow(layers, facts)
    tried = (
        _disconnected(facts),
        _alike(facts),
        _underflow(facts),
        _dead(layers),
        _saturated(layers),
    )
    found = [finding for finding in tried if finding]
    explained = bool(found)  # behind any of these the flow is no cause of its own
    found += [flow] if flow.code in ("vanishing", "exploding") and not explained else []
    found += [finding for finding in (_rate(facts), _frozen(facts)) if finding]
    found += [flow] if flow.code == "inconclusive" and not explained else []
    return found or [flow]


def _finding(code: str, layers, evidence: str, remedy: str = "") -> Finding:
    return Finding(code, list(dict.fromkeys(layers)), evidence, remedy or REMEDY[code], GUIDE[code])


def _nonfinite(facts: Facts) -> Finding:
    if facts.bad_inputs:
        return _finding(
            "nonfinite_input",
            facts.bad_inputs,
            f"{_names(facts.bad_inputs)} hold NaN or inf before the net sees them.",
        )
    where = (
        facts.first_bad
        or "the loss or a gradient is not finite; it could not be traced to one operation"
    )
    return _finding(
        "nonfinite_layer",
        facts.bad_layers or ["loss"],
        f"{where}.{_at_loss(facts, ' The loss is {}.')}",
    )


def _at_loss(facts: Facts, words: str) -> str:
    return "" if facts.loss is None else words.format(_short(facts.loss))


def _disconnected(facts: Facts) -> Finding | None:
    names = facts.disconnected
    return (
        _finding(
            "disconnected_layers",
            map(_module, names),
            f"no gradient reaches {_names(names)}, although requires_grad is on: "
            "the loss does not depend on them through the graph.",
        )
        if names
        else None
    )


def _alike(facts: Facts) -> Finding | None:
    return (
        _finding(
            "symmetric_init",
            facts.alike,
            f"in {_names(facts.alike)} all units compute the same on this batch and get the same "
            "gradient, so they stay copies of one unit.",
        )
        if facts.alike
        else None
    )


def _underflow(facts: Facts) -> Finding | None:
    return (
        _finding(
            "underflow",
            facts.lost,
            f"in {_names(facts.lost)} half of the weight gradient or nearly all of its entries round "
            "to zero; in higher precision, or with the loss scaled up, the same pass is sound.",
        )
        if facts.lost
        else None
    )


def _dead(layers: list[Layer]) -> Finding | None:
    guilty = [x for x in layers if x.dead is not None and x.dead > LIMITS["dead"]]
    return (
        _finding(
            "dead_units",
            [x.name for x in guilty],
            f"{guilty[0].dead:.0%} of the units of {guilty[0].name} are inactive on "
            f"the whole batch ({guilty[0].activation or 'zeros'}); nothing reaches their weights.",
        )
        if guilty
        else None
    )


def _saturated(layers: list[Layer]) -> Finding | None:
    guilty = [x for x in layers if x.saturated is not None and x.saturated > LIMITS["saturated"]]
    return (
        _finding(
            "saturated_units",
            [x.name for x in guilty],
            f"{guilty[0].saturated:.0%} of the units of {guilty[0].name} are pinned "
            f"at an end of {guilty[0].activation} on nearly every sample, where it is almost flat.",
        )
        if guilty
        else None
    )


def _points(layers: list[Layer], facts: Facts) -> list[tuple[int, float, str, str]]:
    """(depth, signal, layer, place) from the input to the loss: the largest signal at each depth; a fused module's time is depth."""
    best: dict[int, tuple[float, str, str]] = {}
    for layer in layers:
        waits = layer.signal == 0 and (
            facts.zero_starts or layer.weight_grad
        )  # its weights learn from another place or a later step
        if layer.depth == 0 or layer.signal is None or waits:
            continue
        places = [(layer.depth, layer.signal, layer.name)]
        if layer.times:
            end, steps = layer.depth - len(layer.times), len(layer.times)
            places = [
                (end + steps - i, s, f"{layer.name}, step {i + 1} of {steps}")
                for i, s in enumerate(layer.times)
            ]
        for depth, signal, place in places:
            if depth not in best or signal > best[depth][0]:
                best[depth] = (signal, layer.name, place)
    return [(d, *best[d]) for d in sorted(best, reverse=True)]


def _flow(layers: list[Layer], facts: Facts) -> Finding:
    """What the signal does over depth and time: vanishing, exploding, healthy or inconclusive."""
    points = _points(layers, facts)
    if not any(p[1] for p in points):
        return _nothing_seen(points, facts)
    if points[-1][1] == 0:
        return _finding(
            "inconclusive",
            [points[-1][2]],
            "the last layer's signal is exactly zero and others are not.",
            "Examine another batch, and each term of the loss alone.",
        )
    first, last = points[0], points[-1]
    if first[1] == 0:
        zeros = [p[2] for p in points if p[1] == 0]
        return _finding(
            "vanishing",
            zeros,
            f"the signal is exactly zero in {_names(zeros)} and {last[1]:.1e} at {last[2]}.",
        )
    ratio = first[1] / last[1]
    said = f"the signal at the first layer ({first[3]}) is {ratio:.1e} of the last ({last[3]})"
    if LIMITS["sound_low"] <= ratio <= LIMITS["sound_high"]:
        return _finding("healthy", [], f"{said}: within a hundredth to a hundred times.")
    code = "vanishing" if ratio < 1 else "exploding"
    fit, cliff, at = _steadiness(points)
    steady = fit >= LIMITS["steady"] and cliff <= LIMITS["cliff"]
    guilty = [
        p[2] for p in points if not LIMITS["sound_low"] <= p[1] / last[1] <= LIMITS["sound_high"]
    ]
    factor = ratio ** (1 / max(1, first[0] - last[0]))
    said += f", a factor of {factor:.2g} per layer or time step"
    if steady and not LIMITS["vanishing"] <= ratio <= LIMITS["exploding"]:
        return _finding(code, guilty, f"{said}, steadily (r² {fit:.2f}).")
    if not LIMITS["vanishing"] <= ratio <= LIMITS["exploding"]:
        return _finding(
            "inconclusive",
            [at],
            f"{said}, but not steadily: the step at {at} takes {cliff:.0%} of it (r² {fit:.2f}).",
            f"Look at what {at} does to the gradient: a factor, a mask or a detached part. Examine the parts before and after "
            "it alone.",
        )
    fed = _fed(layers)
    if fed is None:
        return _finding(
            "inconclusive",
            guilty,
            f"{said}, and no relative updates to compare.",
            "Examine with the optimizer.",
        )
    starves = fed < LIMITS["starved"] if ratio < 1 else fed > 1 / LIMITS["starved"]
    if starves and steady:
        return _finding(
            code,
            guilty,
            f"{said}; the first layers' relative updates are {fed:.1e} of the last layers'.",
        )
    if LIMITS["fed"] <= fed <= 1 / LIMITS["fed"] or not steady and not starves:
        return _finding(
            "healthy",
            [],
            f"{said}; the first layers' relative updates are {fed:.1e} of the last layers': they are fed.",
        )
    return _finding(
        "inconclusive",
        guilty,
        f"{said}; the first layers' relative updates are {fed:.1e} of the last layers'.",
        "Train a hundred steps and compare how far the first and the last layer moved, relative to their size; below a "
        "thousandth it is vanishing.",
    )


def _nothing_seen(points, facts: Facts) -> Finding:
    if points:
        return _finding(
            "inconclusive",
            [points[-1][2]],
            f"every gradient is exactly zero{_at_loss(facts, ' at a loss of {}')}: the net "
            "has nothing left to learn from this batch, or the loss does not react to it.",
            "Examine a batch that the net gets wrong, and multiply the loss's terms by a thousand one at a time: one that "
            "changes nothing is dead.",
        )
    if facts.stiffness:
        return _finding(
            "healthy",
            [],
            "nothing is wrong with the weights' gradients; no layer's signal could be seen.",
        )
    return _finding(
        "inconclusive",
        ["model"],
        "no layer's signal could be seen.",
        "Examine the model before it is compiled, scripted or wrapped, and with the optimizer.",
    )


def _steadiness(points: list[tuple[int, float, str, str]]) -> tuple[float, float, str]:
    """(r² of log signal over depth, share of the largest single step in the whole, where that step is)."""
    if len(points) < 3:
        return 0.0, 1.0, points[0][2]
    xs, ys = [p[0] for p in points], [math.log(max(p[1], 1e-320)) for p in points]
    dx, dy = ([v - sum(vs) / len(vs) for v in vs] for vs in (xs, ys))
    sxy, sxx, syy = (sum(map(mul, a, b)) for a, b in ((dx, dy), (dx, dx), (dy, dy)))
    largest, at = max((abs(ys[i + 1] - ys[i]), points[i][2]) for i in range(len(ys) - 1))
    return (sxy * sxy / (sxx * syy) if syy else 0.0), largest / abs(ys[-1] - ys[0]), at


def _fed(layers: list[Layer]) -> float | None:
    """Relative update (or, without an optimizer, relative gradient) of the first third of the layers over that of the last third."""
    moved = []
    for layer in sorted((x for x in layers if x.depth), key=lambda x: -x.depth):
        relative = layer.update
        if relative is None and layer.weight_grad and layer.weight:
            relative = layer.weight_grad / layer.weight
        if relative and math.isfinite(relative):
            moved.append(relative)
    if len(moved) < 2:
        return None
    third = max(1, len(moved) // 3)
    return _median(moved[:third]) / _median(moved[-third:])


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _rate(facts: Facts) -> Finding | None:
    if not facts.updates or facts.loss is None or facts.loss_after is None:
        return None
    change = facts.loss_after - facts.loss
    name, largest = max(facts.updates.items(), key=lambda item: item[1])
    still = abs(change) <= LIMITS["still"] * abs(facts.loss)
    at_rest = facts.stiffness is not None and facts.stiffness <= LIMITS["at_rest"]
    learned = facts.learned is not None and facts.learned <= LIMITS["learned"]
    if largest < LIMITS["rate_too_small"] and still and not at_rest and not learned:
        return _finding(
            "learning_rate_too_small",
            [_module(name)],
            f"the weights that move most, {name}, move by {_short(largest)} of "
            f"their size, and the loss by {_short(change)} of {facts.loss:.3g}.",
        )
    big = [
        n for n, u in facts.updates.items() if u > LIMITS["rate_too_large"] or not math.isfinite(u)
    ]
    if len(big) > LIMITS["most"] * len(facts.updates) and not change <= 0:
        return _finding(
            "learning_rate_too_large",
            map(_module, big),
            f"one step moves {len(big)} of {len(facts.updates)} weight matrices "
            f"by more than their own size (most: {name}, {_short(largest)} times), and the loss goes from {facts.loss:.3g} "
            f"to {facts.loss_after:.3g}.",
        )
    return None


def _frozen(facts: Facts) -> Finding | None:
    return (
        _finding(
            "frozen_layers",
            map(_module, facts.frozen),
            f"{_names(facts.frozen)} can't change: requires_grad is off, or the "
            "optimizer does not hold it.",
        )
        if facts.frozen
        else None
    )


def _module(parameter: str) -> str:
    """The module that owns a parameter; the parameter itself at the top."""
    owner = parameter.partition(".parametrizations.")[0]
    return owner if owner != parameter else parameter.rpartition(".")[0] or parameter


# ---------- what a pass shows ----------

RECURRENT = {"lstm", "gru", "rnn_tanh", "rnn_relu"}
WEIGHTED = RECURRENT | {
    "linear",
    "bilinear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "conv_tbc",
    "matmul",
    "mm",
    "bmm",
    "mv",
    "addmm",
    "baddbmm",
    "addbmm",
    "addmv",
    "einsum",
    "tensordot",
    "dot",
    "inner",
    "embedding",
    "embedding_bag",
    "lstm_cell",
    "gru_cell",
    "rnn_tanh_cell",
    "rnn_relu_cell",
    "multi_head_attention_forward",
}
# An activation is inactive where its input is at or below the bound: there its slope is (nearly) zero.
INACTIVE = {
    "relu": 0.0,
    "relu6": 0.0,
    "clamp": 0.0,
    "clamp_min": 0.0,
    "clip": 0.0,
    "threshold": 0.0,
    "gelu": -4.0,
    "silu": -10.0,
    "mish": -10.0,
    "hardswish": -3.0,
    "softplus": -7.0,
    "elu": -7.0,
    "selu": -7.0,
    "celu": -7.0,
}
# It is pinned where the slope, written by its output, is below `flat` of the largest.
PINNED = {
    "tanh": lambda h: 1 - h * h,
    "sigmoid": lambda h: 4 * h * (1 - h),
    "softsign": lambda h: (1 - h.abs()) ** 2,
    "hardtanh": lambda h: (h.abs() < 1).to(h.dtype),
    "hardsigmoid": lambda h: ((h > 0) & (h < 1)).to(h.dtype),
}
INSIDE = {
    "rnn_relu": "relu",
    "rnn_relu_cell": "relu",
    "rnn_tanh": "tanh",
    "rnn_tanh_cell": "tanh",
}  # activations of fused recurrences
OTHERS = {"leaky_relu", "prelu", "rrelu", "logsigmoid", "tanhshrink"}
MASKS = {
    "masked_fill",
    "fill",
    "full",
    "full_like",
    "new_full",
    "where",
    "triu",
    "tril",
    "tensor",
    "nan_to_num",
    "pad",
}


class _Call:
    """One application of weights while the pass runs."""

    def __init__(self, name: str, kind: str, weights: list[str], outs: list[torch.Tensor]):
        out, *self.states = outs  # a recurrent module gives its last states as well
        self.name, self.kind, self.weights, self.out = name, kind, weights, out
        self.width, self.activation = out.numel(), None
        self.units = self.inactive = self.pinned = 0
        self.inputs = self.lengths = self.signal = self.times = self.tiny = None
        self.nodes: list = []
        self.alike, self.equal = _same_units(out.detach().movedim(self.axis(out), -1)), False

    def axis(self, tensor: torch.Tensor) -> int:
        """Along which axis of a tensor after this layer its units lie."""
        return (
            1
            if self.kind.startswith("conv") and tensor.dim() > 2 and tensor.dim() == self.out.dim()
            else tensor.dim() - 1
        )

    def see(
        self,
        activation: str,
        inactive: torch.Tensor | None,
        pinned: torch.Tensor | None,
        out: torch.Tensor,
    ) -> None:
        """Count the units of an activation that follows this layer; its output becomes the layer's."""
        some = inactive if inactive is not None else pinned
        axis = self.axis(some) if some is not None else 0
        if (
            some is not None
            and self.units + some.shape[axis] <= self.out.shape[self.axis(self.out)]
        ):
            others = [d for d in range(some.dim()) if d != axis]
            self.units += some.shape[axis]
            if inactive is not None:
                self.inactive += int((_share(inactive, others) == 1).sum())
            else:
                self.pinned += int((_share(pinned, others) > LIMITS["pinned_samples"]).sum())
        if self.activation is None and out.numel() == self.width:
            self.out = out
        self.activation = self.activation or activation

    def dead(self) -> float | None:
        """Share of inactive units; None where the activation has no such thing."""
        return self.inactive / self.units if self.units and self.activation not in PINNED else None

    def saturated(self) -> float | None:
        """Share of pinned units; None where the activation has no such thing."""
        return self.pinned / self.units if self.units and self.activation in PINNED else None

    def misses(self, targets) -> bool:
        """Whether an output pinned at its ends is far from its targets, which are of its shape; else it may have learned."""
        same = isinstance(targets, torch.Tensor) and targets.shape == self.out.shape
        return same and bool(
            ((self.out.detach() - targets).abs() > 0.5).double().mean() > LIMITS["missed"]
        )


class _Recorder(TorchFunctionMode):
    """Sees every function a forward pass calls: which apply weights, which activate, and where each tensor comes from.

    Names come from parameters alone, so that it needs no hook on any module, and sees activations applied as functions.
    """

    def __init__(self, model: nn.Module):
        super().__init__()
        self.parameters = dict(model.named_parameters())
        self.names = {id(p): name for name, p in self.parameters.items()}
        self.matrices = {name for name, p in self.parameters.items() if p.dim() > 1}
        self.siblings: dict[str, int] = {}
        for name in self.matrices:
            self.siblings[_module(name)] = self.siblings.get(_module(name), 0) + 1
        self.calls: list[_Call] = []
        self.origins: dict[int, tuple] = {}
        self.gates: set[str] = set()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "").strip("_")
        tensors = _tensors((args, kwargs))
        if not tensors or name in (
            "size",
            "dim",
            "backward",
            "register_hook",
            "requires_grad",
            "set",
        ):
            return func(*args, **kwargs)
        made = [self._weights_of(t) for t in tensors]
        weights = list(dict.fromkeys(n for names in made if names for n in names))
        data = [t for t, names in zip(tensors, made, strict=True) if names is None]
        if weights and not data:
            out = func(*args, **kwargs)
            self._mark(out, tuple(weights))
            return out
        if weights and (
            name in WEIGHTED
            or name in ("getitem", "index_select")
            and not any(t.is_floating_point() for t in data)
        ):
            return self._apply(func, name, args, kwargs, weights, data)
        return self._follow(func, name, args, kwargs, weights, data)

    def _apply(self, func, name, args, kwargs, weights, data):
        source = self._latest(data)
        if source is not None:
            self._zero_columns(self.calls[source], data)
        probe = None
        if name in RECURRENT and torch.is_grad_enabled() and isinstance(args[0], torch.Tensor):
            probe = args[0] if args[0].requires_grad else args[0].detach().requires_grad_()
            args = (probe, *args[1:])
        out = func(*args, **kwargs)
        outs = [t for t in _tensors(out) if t.is_floating_point()]
        if not outs:
            return out
        call = _Call(
            self._name(weights), name, [n for n in weights if n in self.matrices] or weights, outs
        )
        if name in INSIDE:
            state = outs[0].detach()
            call.see(
                INSIDE[name],
                state <= 0 if INSIDE[name] == "relu" else None,
                PINNED["tanh"](state) < LIMITS["flat"] if INSIDE[name] == "tanh" else None,
                outs[0],
            )
        if call.alike and not any(bool(t.detach().any()) for t in data):
            call.alike = None  # zeros in, equal outputs: no fault of this layer
        if probe is not None:
            call.inputs, call.lengths = probe, _steps(args)
        self.gates.update(n for n in call.weights)
        self.calls.append(call)
        self._mark(out, len(self.calls) - 1)
        return out

    def _follow(self, func, name, args, kwargs, weights, data):
        source = self._latest(data)
        if name in (
            "mul",
            "imul",
            "rmul",
            "batch_norm",
            "layer_norm",
            "group_norm",
            "rms_norm",
            "instance_norm",
        ):
            self.gates.update(n for n in weights if not n.endswith("bias"))
        before = pinned = None
        name = (
            "relu6"
            if name == "hardtanh" and (args[1:2] or [kwargs.get("min_val")])[0] == 0
            else name
        )
        active = (
            source is not None
            and data
            and data[0].is_floating_point()
            and self._activates(name, args, kwargs)
        )
        if active and name in INACTIVE:
            before = data[0].detach() <= INACTIVE[name]
        out = func(*args, **kwargs)
        if source is not None:
            self._mark(out, source)
        if active and isinstance(out, torch.Tensor):
            if name in PINNED:
                pinned = PINNED[name](out.detach()) < LIMITS["flat"]
            self.calls[source].see(name, before, pinned, out)
        return out

    @staticmethod
    def _activates(name: str, args, kwargs) -> bool:
        if name in ("clamp", "clip", "clamp_min", "threshold"):
            lower = args[1] if len(args) > 1 else kwargs.get("min", kwargs.get("threshold"))
            return not isinstance(lower, torch.Tensor) and lower == 0
        return name in INACTIVE or name in PINNED or name in OTHERS

    def _name(self, weights: list[str]) -> str:
        matrices = [n for n in weights if n in self.matrices] or weights
        owner = _module(matrices[0])
        return owner if len(matrices) > 1 or self.siblings.get(owner, 1) < 2 else matrices[0]

    def _zero_columns(self, call: _Call, data) -> None:
        """Count units that reach the next layer as exact zeros, whatever made them so."""
        tensor = data[0]
        if (
            call.activation is None
            and tensor.is_floating_point()
            and tensor is not call.out
            and bool(call.out.detach().any())
        ):
            zero = tensor.detach() == 0
            if bool(zero.flatten(0, max(0, zero.dim() - 2)).all(0).any()):
                call.see("zeros", zero, None, tensor)

    # where a tensor comes from: a tuple of parameter names, or the index of the latest layer

    def _mark(self, out, origin) -> None:
        for tensor in _tensors(out):
            if id(tensor) not in self.names:
                self.origins[id(tensor)] = (weakref.ref(tensor), origin)

    def _origin(self, tensor):
        kept = self.origins.get(id(tensor))
        return kept[1] if kept and kept[0]() is tensor else None

    def _weights_of(self, tensor) -> tuple | None:
        if id(tensor) in self.names:
            return (self.names[id(tensor)],)
        origin = self._origin(tensor)
        return origin if isinstance(origin, tuple) else None

    def _latest(self, data) -> int | None:
        return max((o for o in map(self._origin, data) if isinstance(o, int)), default=None)

    # after the pass

    def attach(self) -> None:
        """Ask each layer's output for its gradient."""
        for call in self.calls:
            for i, tensor in enumerate((call.out, *call.states)):
                if tensor.requires_grad:
                    call.nodes.append(tensor.grad_fn)
                    tensor.register_hook(_listener(call, i == 0))
            if call.inputs is not None and call.inputs.requires_grad:
                call.inputs.register_hook(_timekeeper(call))

    def divide(self, scale: float) -> None:
        """Take the scale of a loss out of the signals."""
        for call in self.calls:
            call.signal = call.signal / scale if call.signal is not None else None
            call.times = [t / scale for t in call.times] if call.times else None


class _Tracer(_Recorder):
    """Finds the first operation whose result is not finite, and, going backward, the first whose gradient is not."""

    def __init__(self, model: nn.Module):
        super().__init__(model)
        self.bad: tuple[str, str] | None = None  # what happened, and after which layer
        self.users: dict[int, tuple[str, str]] = {}
        self.kept: list[
            torch.Tensor
        ] = []  # so that no other tensor gets the id of one that is gone

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name, given = getattr(func, "__name__", "").strip("_"), _tensors((args, kwargs))
        had_nan, had_inf = (
            any(_any(test, t) for t in given) for test in (torch.isnan, torch.isinf)
        )
        out = super().__torch_function__(func, types, args, kwargs)
        made = [t for t in _tensors(out) if t.is_floating_point() and id(t) not in self.names]
        source = self._latest([*given, *made])
        layer = self.calls[source].name if source is not None else "the input"
        self.kept += given
        for tensor in given:
            self.users.setdefault(id(tensor), (name, layer))
        for tensor in made:
            nan = _any(torch.isnan, tensor) and not had_nan
            inf = _any(torch.isinf, tensor) and not had_inf and name not in MASKS
            if (nan or inf) and not self.bad:
                known = "not nan" if had_inf else "finite"
                self.bad = (
                    f"`{name}` after {layer} gives {'nan' if nan else 'inf'} from values that are {known}",
                    layer,
                )
            if tensor.requires_grad:
                tensor.register_hook(self._looking_at(tensor))
        return out

    def _looking_at(self, tensor):
        def look(gradient):
            user, layer = self.users.get(id(tensor), ("the loss", "loss"))
            if not self.bad and not math.isfinite(_norm(gradient)):
                self.bad = (
                    f"going backward, `{user}` after {layer} is the first to give a gradient that is not finite",
                    layer,
                )

        return look


def _listener(call: _Call, main: bool):
    def listen(gradient):
        call.signal = math.hypot(call.signal or 0.0, _norm(gradient))
        call.tiny = call.signal / math.sqrt(max(1, gradient.numel())), gradient.dtype
        call.equal = (
            main
            and call.alike is not None
            and call.signal == call.signal
            and _equal_units(gradient.movedim(call.axis(gradient), -1).flatten(0, -2), call.alike)
        )

    return listen


def _timekeeper(call: _Call):
    def listen(gradient):
        axis, sizes = call.lengths
        parts = gradient.split(sizes) if sizes else gradient.unbind(axis)
        call.times = [_norm(part) for part in parts]

    return listen


def _steps(args) -> tuple[int, list[int] | None]:
    """(time axis, sizes of the steps of a packed batch) of a fused recurrent call."""
    if isinstance(args[1], torch.Tensor) and not args[1].is_floating_point():
        return 0, args[1].tolist()
    batch_first = args[-1] if isinstance(args[-1], bool) else False
    return (1 if batch_first and args[0].dim() == 3 else 0), None


def _share(flags: torch.Tensor, over: list[int]) -> torch.Tensor:
    """Along the axis that is left, how often a flag is set."""
    return flags.float().mean(over) if over else flags.float()


def _same_units(out: torch.Tensor) -> str | None:
    """'exactly' or 'but for a constant' when all units (the last axis) of an output agree on the batch; None otherwise."""
    if out.dim() < 2 or out.shape[-1] < 2 or not out.numel():
        return None
    one, other = (out[(i,) * (out.dim() - 1)][:2].tolist() for i in (0, -1))
    if abs((one[0] - one[1]) - (other[0] - other[1])) > 1e-3 * max(map(abs, one + other)):
        return None  # as nearly always: two units differ by more than a constant
    units = out.flatten(0, -2)
    few = units[:: max(1, len(units) // 64)].double()
    if not bool(torch.isfinite(few).all()):
        return None
    size = float(few.abs().max())
    if float((few - few[:, :1]).abs().max()) <= 1e-5 * size:
        return "exactly"
    centered = few - few.mean(0)
    size = float(centered.abs().max())
    return (
        "but for a constant"
        if size > 0 and float((centered - centered[:, :1]).abs().max()) <= 1e-4 * size
        else None
    )


def _equal_units(gradient: torch.Tensor, alike: str) -> bool:
    gradient = gradient.double()
    size = float(gradient.abs().max())
    if size == 0:
        return alike == "exactly"
    return float((gradient - gradient[:, :1]).abs().max()) <= 1e-4 * size


def _tensors(tree, found: list | None = None) -> list[torch.Tensor]:
    found = [] if found is None else found
    kind = type(tree)
    if kind in (torch.Tensor, nn.Parameter):
        found.append(tree)
    elif kind in (int, float, bool, str, type(None), torch.dtype, torch.device):
        pass
    elif isinstance(tree, torch.Tensor):
        found.append(tree)
    elif isinstance(tree, (list, tuple)):
        for part in tree:
            _tensors(part, found)
    elif isinstance(tree, dict) or hasattr(tree, "values") and hasattr(tree, "keys"):
        for part in tree.values():
            _tensors(part, found)
    return found


def _values(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor without its graph; of a sparse one the entries that it holds."""
    tensor = tensor.detach()
    if tensor.layout == torch.strided:
        return tensor
    return tensor.coalesce().values() if tensor.is_sparse else tensor.values()


def _any(test, tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() and bool(test(_values(tensor)).any())


def _norm(tensor: torch.Tensor) -> float:
    """Euclidean norm in float64, without under- or overflow."""
    tensor = _values(tensor)
    if not tensor.numel():
        return 0.0
    if tensor.dtype != torch.float64:
        return float(torch.linalg.vector_norm(tensor, dtype=torch.float64))
    largest = float(tensor.abs().max())
    return (
        largest
        if largest == 0 or not math.isfinite(largest)
        else largest * float(torch.linalg.vector_norm(tensor / largest))
    )


def _depths(roots, nodes: dict) -> dict:
    """For each autograd node how many layers lie on the longest way from it to the loss. nodes: layers' nodes and their steps."""
    waiting, children, stack = {}, {}, [r for r in roots if r is not None]
    seen = set(stack)
    while stack:
        node = stack.pop()
        children[node] = [n for n, _ in node.next_functions if n is not None]
        for child in children[node]:
            waiting[child] = waiting.get(child, 0) + 1
            if child not in seen:
                seen.add(child)
                stack.append(child)
    ready = [n for n in seen if not waiting.get(n)]
    depth = {n: 0 for n in seen}
    while ready:
        node = ready.pop()
        depth[node] += nodes.get(node, 0)
        for child in children[node]:
            depth[child] = max(depth[child], depth[node])
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return depth


def _layers(
    recorder: _Recorder,
    roots,
    gradients: dict[str, float],
    sizes: dict[str, float],
    facts: Facts,
    targets=None,
) -> list[Layer]:
    """The layers of a recorded pass; notes those whose units are all alike. gradients, sizes: norms by parameter."""
    nodes: dict = {}
    for call in recorder.calls:
        for node in call.nodes:
            nodes[node] = max(nodes.get(node, 0), len(call.times or [1]))
    depths = _depths(roots, nodes)
    made = []
    for call in recorder.calls:
        known = [gradients[n] for n in call.weights if n in gradients]
        moved = [facts.updates[n] for n in call.weights if n in facts.updates]
        depth = (
            max((depths.get(n, 0) for n in call.nodes), default=0) if call.signal is not None else 0
        )
        mean, spread = _moments(call.out)
        made.append(
            Layer(
                call.name,
                call.kind,
                depth,
                call.signal,
                weight_grad=math.hypot(*known) if known else None,
                weight=math.hypot(*(sizes[n] for n in call.weights)),
                update=max(moved, default=None),
                activation=call.activation,
                mean=mean,
                spread=spread,
                dead=call.dead(),
                saturated=call.saturated() if depth != 1 or call.misses(targets) else None,
                times=call.times,
            )
        )
    facts.alike = [
        c.name for c, x in zip(recorder.calls, made, strict=True) if c.equal and x.depth > 1
    ]
    seen = {n for call in recorder.calls for n in call.weights}
    for name in (n for n in recorder.parameters if n in recorder.matrices and n not in seen):
        made.append(
            Layer(
                _module(name),
                "not seen",
                weight_grad=gradients.get(name),
                weight=sizes[name],
                update=facts.updates.get(name),
            )
        )
    _compare_with_last(made)
    return made


def _compare_with_last(layers: list[Layer]) -> None:
    last = min((x for x in layers if x.depth and x.signal), key=lambda x: x.depth, default=None)
    graded = [x for x in layers if x.weight_grad]
    for layer in layers:
        if last and layer.signal is not None and math.isfinite(last.signal):
            layer.signal_ratio = layer.signal / last.signal
        if graded and layer.weight_grad is not None and math.isfinite(graded[-1].weight_grad):
            layer.weight_grad_ratio = layer.weight_grad / graded[-1].weight_grad


def _moments(tensor: torch.Tensor) -> tuple[float, float]:
    tensor = tensor.detach()
    if not tensor.numel():
        return 0.0, 0.0
    mean = float(tensor.mean(dtype=torch.float64))
    square = _norm(tensor) ** 2 / tensor.numel()
    return mean, math.sqrt(max(0.0, square - mean * mean)) if math.isfinite(square) else square


# ---------- one examination ----------


def examine(model, loss_fn, inputs, targets=None, *, optimizer=None, call=None) -> Report:
    """Say why this model does, or does not, learn from this batch; changes nothing.

    model: an nn.Module, in the mode it trains in. inputs, targets: one batch, as the training loop has it (tensors, tuples, dicts).
    loss_fn: called as loss_fn(output, targets), or loss_fn(output) without targets; returns a scalar tensor.
    optimizer: the one in use; only with it can there be a verdict on the learning rate.
    call: how to call a model with several arguments, such as `lambda model, batch: model(**batch)`.
    Raises TypeError or ValueError that names the problem and the mend; the model is unchanged then, too.
    """
    model = _plain(model)
    _check(model, loss_fn, inputs, optimizer, call)
    modules = [m for m in (model, loss_fn, optimizer) if isinstance(m, nn.Module)]
    with _unharmed(modules) as rewind, torch.inference_mode(False), torch.enable_grad(), _eager():
        visit = _Visit(model, loss_fn, inputs, targets, optimizer, call, rewind)
        return visit.report()


class _Visit:
    """One examination: the passes it makes and what they show."""

    def __init__(self, model, loss_fn, inputs, targets, optimizer, call, rewind):
        self.model, self.loss_fn, self.optimizer, self.rewind = model, loss_fn, optimizer, rewind
        self.inputs, self.targets, self.call = inputs, targets, call
        self.parameters = dict(model.named_parameters())
        self.trained = {n: p for n, p in self.parameters.items() if p.requires_grad}
        self.held = _held(optimizer)

    def report(self) -> Report:
        recorder = _Recorder(self.model)
        with recorder:
            output, loss = self.forward()
        facts = Facts(loss=float(loss.detach()), frozen=_frozen_names(self.parameters, self.held))
        facts.bad_inputs = [*_bad("inputs", self.inputs), *_bad("targets", self.targets)]
        recorder.attach()
        gradients = self.backward(loss, recorder)
        norms = {n: _norm(g) for n, g in gradients.items() if g is not None}
        sizes = {n: _norm(p) for n, p in self.parameters.items()}
        facts.disconnected = [n for n in self.trained if n not in norms]
        _note(facts, recorder, norms, sizes)
        if facts.finite and self.optimizer is not None and norms:
            facts.updates, facts.loss_after = self.trial(gradients, recorder.matrices)
            if max(facts.updates.values(), default=1) < LIMITS["rate_too_small"]:
                facts.learned = self.learned(output, facts.loss)
        layers = _layers(recorder, [loss.grad_fn], norms, sizes, facts, self.targets)
        alive = _alive(gradients) if _suspicious(recorder, norms, self.parameters) else {}
        del output, loss, gradients
        if not facts.finite:
            facts.first_bad, facts.bad_layers = self.trace()
        elif alive:
            self.compare(facts, layers, alive)
        findings = judge(layers, facts)
        return Report(findings[0].code, findings, layers, facts)

    def forward(self, model=None, change=None):
        """(output, loss) of one pass from the state and the random numbers that the model came with."""
        self.rewind()
        model, again = model or self.model, change or (lambda t: t)
        inputs, targets = (
            _map(lambda t: again(_copied(t)), tree) for tree in (self.inputs, self.targets)
        )
        output = _named(
            "the model", lambda: self.call(model, inputs) if self.call else model(inputs), self.call
        )
        loss = _named(
            "the loss function",
            lambda: self.loss_fn(output) if targets is None else self.loss_fn(output, targets),
        )
        return output, _scalar(loss)

    def backward(self, loss, recorder) -> dict:
        """The gradient of each trained parameter, None where the graph does not reach it; .grad is not touched."""
        if not loss.requires_grad or not self.trained:
            return dict.fromkeys(self.trained)
        return _named("the backward pass", lambda: _gradients(loss, self.trained, recorder))

    def trial(self, gradients, matrices) -> tuple[dict[str, float], float]:
        """Relative update of each weight matrix by one step of a copy of the optimizer, and the loss after it."""
        given = {id(p): gradients.get(n) for n, p in self.parameters.items()}
        new = _named("the optimizer's step", lambda: _stepped(self.optimizer, given))
        updates, old = {}, {}
        for name, p in self.trained.items():
            if id(p) in new and name in matrices and gradients.get(name) is not None:
                size = _norm(p) or math.sqrt(p.shape[0] / 3)
                updates[name] = _norm(new[id(p)] - p.detach()) / size
        torch.clear_autocast_cache()
        try:
            for p in self.parameters.values():
                if id(p) in new:
                    old[p], p.data = p.data, new[id(p)]
            with torch.no_grad():
                after = float(self.forward()[1])
        finally:
            for p, data in old.items():
                p.data = data
            torch.clear_autocast_cache()
        return updates, after

    def learned(self, output, loss: float) -> float | None:
        """The loss over the largest loss with the answers shuffled along the batch; None where that can't be had."""
        rows = min((t.shape[0] for t in _tensors(output) if t.dim()), default=0)
        if self.targets is None or rows < 2:
            return None
        worst = 0.0
        with torch.no_grad(), contextlib.suppress(Exception):
            for shift in {1, rows // 3, rows // 2}:
                moved = _map(
                    lambda t, by=shift: t.roll(by, 0) if t.dim() and t.shape[0] == rows else t,
                    output,
                )
                worst = max(worst, float(self.loss_fn(moved, self.targets)))
        return loss / worst if worst > 0 else None

    def trace(self) -> tuple[str, list[str]]:
        """The first operation whose result, or whose gradient, is not finite, and the layer it follows."""
        for name, p in self.parameters.items():
            if not bool(torch.isfinite(p).all()):
                return f"the parameter {name} itself holds nan or inf", [_module(name)]
        tracer = _Tracer(self.model)
        with tracer:
            loss = self.forward()[1]
        gradients = self.backward(loss, tracer) if not tracer.bad else {}
        if tracer.bad:
            return tracer.bad[0], [tracer.bad[1]]
        names = [n for n, g in gradients.items() if g is not None and not math.isfinite(_norm(g))]
        return (
            f"every operation is finite, and the gradient of {_names(names)} is not"
            if names
            else ""
        ), [_module(n) for n in names]

    def compare(self, facts: Facts, layers: list[Layer], alive: dict[str, int]) -> None:
        """Make the pass again in float64, else with the loss scaled up: what was lost there, and is the profile sound?"""
        again = self.in_double() or self.scaled()
        if again is None:
            return
        theirs, all_alive = again
        faint = {
            x.name
            for x, y in zip(layers, theirs, strict=False)
            if y.weight_grad
            and x.weight_grad is not None
            and x.weight_grad < LIMITS["lost"] * y.weight_grad
        }
        gone = {_module(n) for n in alive if alive[n] < (1 - LIMITS["gone"]) * all_alive.get(n, 0)}
        sick = (
            _dead(theirs)
            or _saturated(theirs)
            or _flow(theirs, facts).code in ("vanishing", "exploding")
        )
        if not sick:
            facts.lost = [
                name for name in dict.fromkeys(x.name for x in layers) if name in faint | gone
            ]
        for x, y in zip(layers, theirs, strict=False):
            if x.signal == 0 and y.signal and not facts.lost:
                x.signal, x.signal_ratio, x.weight_grad = y.signal, y.signal_ratio, y.weight_grad

    def in_double(self):
        """Layers and living entries of a float64 twin, without autocast; None where the model has no such twin."""
        with contextlib.suppress(Exception):
            twin = copy.deepcopy(self.model).double()
            recorder = _Recorder(twin)
            with torch.autocast(next(twin.parameters()).device.type, enabled=False), recorder:
                loss = self.forward(twin, lambda t: t.double() if t.is_floating_point() else t)[1]
            return _seen_again(recorder, loss)
        return None

    def scaled(self):
        """The same of the model itself, its loss scaled up as far as its precision allows."""
        for scale in (2.0**power for power in (24, 15, 10)):
            with contextlib.suppress(Exception):
                recorder = _Recorder(self.model)
                with recorder:
                    loss = self.forward()[1]
                layers, alive = _seen_again(recorder, loss.float() * scale, scale)
                if all(math.isfinite(x.weight_grad) for x in layers if x.weight_grad is not None):
                    return layers, alive
        return None


def _seen_again(
    recorder: _Recorder, loss, scale: float = 1.0
) -> tuple[list[Layer], dict[str, int]]:
    """The layers of a pass made again, the loss's scale divided out, and how many entries of each gradient are not zero."""
    recorder.attach()
    gradients = _gradients(loss, recorder.parameters, recorder)
    norms = {n: _norm(g) / scale for n, g in gradients.items() if g is not None}
    recorder.divide(scale)
    sizes = {n: _norm(p) for n, p in recorder.parameters.items()}
    return _layers(recorder, [loss.grad_fn], norms, sizes, Facts()), _alive(gradients)


def _alive(gradients: dict) -> dict[str, int]:
    """How many entries of each matrix's gradient are not zero."""
    return {
        n: int(_values(g).count_nonzero())
        for n, g in gradients.items()
        if g is not None and g.dim() > 1
    }


def _gradients(loss, parameters: dict, recorder: _Recorder) -> dict:
    """By name; the inputs of fused recurrent modules are asked for too, so that their gradient is worked out."""
    parameters = {n: p for n, p in parameters.items() if p.requires_grad}
    asked = [
        *parameters.values(),
        *(c.inputs for c in recorder.calls if c.inputs is not None and c.inputs.is_leaf),
    ]
    return dict(zip(parameters, torch.autograd.grad(loss, asked, allow_unused=True), strict=False))


def _held(optimizer) -> set[int] | None:
    """Ids of the parameters that an optimizer moves; None without one. A group at rate zero beside others is not moved."""
    if optimizer is None:
        return None
    moving = [g for g in optimizer.param_groups if g.get("lr", 1) != 0] or optimizer.param_groups
    return {id(p) for g in moving for p in g["params"]}


def _frozen_names(parameters, held) -> list[str]:
    return [
        n
        for n, p in parameters.items()
        if not p.requires_grad or held is not None and id(p) not in held
    ]


def _note(
    facts: Facts, recorder: _Recorder, norms: dict[str, float], sizes: dict[str, float]
) -> None:
    """Write down whether all is finite, and what the norms of gradients and weights alone tell."""
    signals = [c.signal for c in recorder.calls if c.signal is not None]
    facts.finite = all(map(math.isfinite, [*norms.values(), *signals, facts.loss or 0.0]))
    if facts.finite:
        grown = math.hypot(*norms.values()) * math.hypot(*(sizes[n] for n in norms))
        facts.stiffness = grown / abs(facts.loss) if facts.loss and math.isfinite(grown) else None
        facts.zero_starts = [n for n in recorder.gates if sizes[n] == 0 and norms.get(n, 0) > 0]


def _suspicious(recorder: _Recorder, norms: dict[str, float], parameters) -> bool:
    """Whether anything is so small that its precision may have lost it."""
    seen = [c.tiny for c in recorder.calls if c.tiny]
    seen += [
        (norms[n] / math.sqrt(parameters[n].numel()), parameters[n].dtype)
        for n in norms
        if parameters[n].dim() > 1
    ]
    return any(
        size < (1e-5 if dtype == torch.float16 else 1e-35 if dtype != torch.float64 else 1e-300)
        for size, dtype in seen
    )


def _stepped(optimizer, gradients: dict[int, torch.Tensor | None]) -> dict[int, torch.Tensor]:
    """New values, by id, of the optimizer's parameters after one step of a copy of it with these gradients."""
    held = [p for group in optimizer.param_groups for p in group["params"]]
    memo = {id(p): nn.Parameter(p.detach().clone(), requires_grad=p.requires_grad) for p in held}
    trial = object.__new__(type(optimizer))
    for key, value in optimizer.__dict__.items():
        if key == "step":
            continue  # a scheduler's wrapper counts calls
        try:
            trial.__dict__[key] = type(value)() if "hooks" in key else copy.deepcopy(value, memo)
        except Exception:
            trial.__dict__[key] = value
    for p in held:
        memo[id(p)].grad = gradients.get(id(p))
    step = type(optimizer).step
    step = step.__wrapped__ if getattr(step, "hooked", False) else step
    with torch.no_grad():
        step(trial)
    return {id(p): memo[id(p)].detach() for p in held}


# ---------- first, do no harm ----------


@contextlib.contextmanager
def _unharmed(modules):
    """Put everything back as it was, whatever happens; yields a function that rewinds random numbers and buffers."""
    parts = list({id(m): m for top in modules for m in top.modules()}.values())
    tables = ("_parameters", "_buffers", "_modules")
    states = [(m, dict(m.__dict__), [dict(m.__dict__[t]) for t in tables]) for m in parts]
    buffers = _clones(b for m in parts for b in m._buffers.values())
    parameters = _clones(p for m in parts for p in m._parameters.values())
    grads = [(t, t.grad, t.requires_grad) for t, _ in buffers + parameters if t.is_leaf]
    clock = _random_state(parts)

    def rewind(everything: bool = False):
        for m, attributes, inner in states:
            for key in m.__dict__.keys() - attributes.keys():
                del m.__dict__[key]
            m.__dict__.update(attributes)
            for name, table in zip(tables, inner, strict=True):
                if _changed(m.__dict__[name], table):
                    m.__dict__[name].clear()
                    m.__dict__[name].update(table)
        for tensor, value in buffers + parameters if everything else buffers:
            if not torch.equal(tensor, value):
                tensor.data.copy_(value)  # through .data: graphs made before stay valid
        _set_random_state(clock)

    try:
        yield rewind
    finally:
        rewind(everything=True)
        torch.clear_autocast_cache()
        for t, grad, required in grads:
            t.requires_grad_(required)
            if t.grad is not grad:
                t.grad = grad


def _clones(tensors) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Each tensor once, beside a copy of its values."""
    once = {id(t): t for t in tensors if t is not None}
    return [(t, t.detach().clone()) for t in once.values()]


def _changed(table, before) -> bool:
    return list(table) != list(before) or any(table[k] is not before[k] for k in before)


def _random_state(modules):
    numpy = sys.modules.get("numpy")
    own = {id(g): g for m in modules for g in m.__dict__.values() if type(g) is torch.Generator}
    return (
        random.getstate(),
        numpy.random.get_state() if numpy else None,
        torch.get_rng_state(),
        torch.cuda.get_rng_state_all()
        if torch.cuda.is_available() and torch.cuda.is_initialized()
        else None,
        [(g, g.get_state()) for g in own.values()],
    )


def _set_random_state(clock) -> None:
    python, numpy, cpu, cuda, own = clock
    random.setstate(python)
    if numpy is not None:
        sys.modules["numpy"].random.set_state(numpy)
    torch.set_rng_state(cpu)
    if cuda is not None:
        torch.cuda.set_rng_state_all(cuda)
    for generator, state in own:
        generator.set_state(state)


def _eager():
    """Compiled parts run as they were written: only then can they be seen."""
    stance = getattr(torch.compiler, "set_stance", None)
    return stance("force_eager") if stance else contextlib.nullcontext()


def _copied(tensor: torch.Tensor) -> torch.Tensor:
    made = tensor.detach().clone()
    return made.requires_grad_() if tensor.requires_grad else made


def _map(change, tree):
    if isinstance(tree, torch.Tensor):
        return change(tree)
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(_map(change, part) for part in tree))
    if type(tree) in (list, tuple):
        return type(tree)(_map(change, part) for part in tree)
    if isinstance(tree, dict):
        made = copy.copy(tree)
        for key, part in tree.items():
            made[key] = _map(change, part)
        return made
    return tree


# ---------- bad input ----------


def _plain(model):
    """The model inside a wrapper that only distributes or compiles it."""
    while isinstance(model, nn.Module):
        if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            model = model.module
        elif "_orig_mod" in getattr(model, "_modules", {}):
            model = model._orig_mod
        else:
            break
    return model


def _check(model, loss_fn, inputs, optimizer, call) -> None:
    if not isinstance(model, nn.Module):
        raise TypeError(f"model is {_a(model)}; expected a torch.nn.Module")
    if not callable(loss_fn):
        raise TypeError(
            f"loss_fn is {_a(loss_fn)}; expected a function such as torch.nn.functional.cross_entropy"
        )
    if call is not None and not callable(call):
        raise TypeError(
            f"call is {_a(call)}; expected a function such as lambda model, batch: model(**batch)"
        )
    if isinstance(model, torch.jit.ScriptModule):
        raise ValueError(
            "model is a TorchScript module, which hides its layers; examine the Python module it was made from"
        )
    if type(model).__name__ in ("FullyShardedDataParallel", "FSDPModule"):
        raise ValueError(
            "model is sharded (FSDP): no process holds all of it; examine it before wrapping, on one device"
        )
    named = list(model.named_parameters())
    if not named:
        raise ValueError(
            "model has no parameters: there is nothing to train; is this the right module?"
        )
    for name, p in named:
        if isinstance(p, nn.parameter.UninitializedParameter):
            raise ValueError(
                f"the parameter {name} is lazy and has no shape yet; run one batch through the model first"
            )
        if p.is_meta:
            raise ValueError(
                f"the parameter {name} is on the meta device and holds no numbers; load or initialize the model first"
            )
        if p.is_inference():
            raise ValueError(
                f"the parameter {name} was made under torch.inference_mode; make the model outside of it"
            )
        if p.is_complex():
            raise ValueError(
                f"the parameter {name} is complex; the doctor judges real parameters only: examine the real parts of the net"
            )
    if isinstance(inputs, torch.utils.data.DataLoader):
        raise TypeError(
            "inputs is a DataLoader; expected one batch: inputs, targets = next(iter(loader))"
        )
    for tensor in _tensors(inputs):
        if not tensor.numel():
            raise ValueError(
                f"inputs hold an empty tensor of shape {tuple(tensor.shape)}; expected a batch with at least one sample"
            )
        if tensor.is_meta:
            raise ValueError("inputs hold a tensor on the meta device; expected one with numbers")
    if optimizer is not None:
        _check_optimizer(optimizer, named)


def _check_optimizer(optimizer, named) -> None:
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer is {_a(optimizer)}; expected a torch.optim.Optimizer")
    if isinstance(optimizer, torch.optim.LBFGS):
        raise ValueError(
            "the optimizer needs a closure (LBFGS) and evaluates the loss on its own; examine without it"
        )
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    if not any(id(p) in held for _, p in named):
        raise ValueError(
            "the optimizer holds none of this model's parameters: it was made for another model, or before they were "
            "replaced; make it anew from model.parameters()"
        )


def _a(thing) -> str:
    return "None" if thing is None else f"of type {type(thing).__name__}"


def _bad(name: str, tree) -> list[str]:
    """Names of the tensors in a batch that hold NaN or inf."""
    if isinstance(tree, torch.Tensor):
        return [name] if _any(torch.isnan, tree) or _any(torch.isinf, tree) else []
    parts = (
        enumerate(tree)
        if isinstance(tree, (list, tuple))
        else tree.items()
        if hasattr(tree, "items")
        else ()
    )
    return [found for key, part in parts for found in _bad(f"{name}[{key!r}]", part)]


def _named(who: str, action, call=True):
    """Do it; an error comes out as one ValueError that says who raised what, where, and what may mend it."""
    try:
        return action()
    except Exception as error:
        said = str(error).strip().splitlines() or ["no message"]
        raise ValueError(
            f"{who} raised {type(error).__name__}: {said[0]}{_place(error)}{_hint(error, who, call)}"
        ) from None


def _place(error: Exception) -> str:
    """The innermost line that is neither PyTorch's nor ours."""
    ours = (__file__, torch.__path__[0])
    own = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(ours)]
    return f" (at {own[-1].filename}:{own[-1].lineno})" if own else ""


def _hint(error: Exception, who: str, call) -> str:
    text = str(error)
    if who == "the model" and isinstance(error, TypeError) and not call:
        return "; if the model takes several arguments, pass call=lambda model, batch: model(**batch) or model(*batch)"
    if "closure" in text:
        return "; the optimizer needs a closure: examine without it"
    if "dtype" in text or "scalar type" in text or "must be tensor" in text or "Long" in text:
        return (
            "; check the dtype: inputs are usually float32, class labels int64, token numbers int64"
        )
    if "shape" in text or "size" in text or "dimension" in text:
        return "; check the shapes of inputs and targets against what the model and the loss expect"
    if "out of bounds" in text or "out of range" in text:
        return "; check the numbers: class labels must be below the number of outputs, token numbers below that of the embedding"
    if "device" in text:
        return "; put model, inputs and targets on one device"
    if "heckpoint" in text:
        return "; pass use_reentrant=False to torch.utils.checkpoint"
    return "; call it once yourself with the same batch to see the whole trace"


def _scalar(loss):
    if not isinstance(loss, torch.Tensor):
        raise TypeError(
            f"loss_fn returned {_a(loss)}; expected a scalar tensor (no .item(), no NumPy)"
        )
    if loss.numel() != 1:
        raise ValueError(
            f"loss_fn returned a tensor of shape {tuple(loss.shape)}; expected a scalar: take .mean() or .sum()"
        )
    if loss.is_complex():
        raise ValueError("loss_fn returned a complex number; expected a real one")
    return loss.reshape(())


# ---------- beside a training loop ----------


class watch:
    """Read every `every`-th pass of a training loop, judge it, and say when the verdict changes.

        with watch(model, optimizer, every=100) as patient:
            for inputs, targets in loader:
                loss = loss_fn(model(inputs), targets)
                patient.loss(loss)      # optional: only with it can there be a verdict on the learning rate
                ...

    It runs no pass of its own. A pass counts when the model is called with gradients on. scaler: a GradScaler, whose scale is
    divided out. on_change: called with one line of text whenever the verdict is another than before. `report` is the last
    report (None before the first), `history` a list of (pass, diagnosis). All hooks are gone when the block is left, by an
    error too. Raises TypeError or ValueError as `examine` does.
    """

    def __init__(self, model, optimizer=None, *, every: int = 100, scaler=None, on_change=print):
        if "_orig_mod" in getattr(model, "_modules", {}):
            raise ValueError(
                "model is compiled: its passes can't be read; watch the model as it was before torch.compile"
            )
        self.model = _plain(model)
        _check(self.model, len, (), optimizer, None)
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"every is {every!r}; expected a whole number from 1 on")
        if on_change is not None and not callable(on_change):
            raise TypeError(
                f"on_change is {_a(on_change)}; expected a function of one text, or None"
            )
        self.optimizer, self.every, self.scaler, self.on_change = (
            optimizer,
            every,
            scaler,
            on_change,
        )
        self.report: Report | None = None
        self.history: list[tuple[int, str]] = []
        self.passes = 0
        self._recorder: _Recorder | None = None
        self._read: _Pending | None = (
            None  # a pass that was read and whose backward pass or step may still come
        )
        self._stepped: _Pending | None = (
            None  # one whose step is done and whose next loss may still be told
        )
        self._handles: list = []

    def __enter__(self):
        self._handles = [
            self.model.register_forward_pre_hook(self._before),
            self.model.register_forward_hook(self._after, always_call=True),
        ]
        if self.optimizer is not None:
            self._handles += [
                self.optimizer.register_step_pre_hook(self._before_step),
                self.optimizer.register_step_post_hook(self._after_step),
            ]
        return self

    def __exit__(self, *error):
        for handle in self._handles:
            handle.remove()
        self._handles = []
        if self._recorder is not None:
            self._recorder.__exit__(None, None, None)
            self._recorder = None
        self._close_stepped()
        self._close_read()

    def loss(self, value) -> None:
        """Tell the loss of a pass, after the pass; a tensor or a number."""
        if self._stepped is None and self._read is None:
            return
        value = float(value.detach() if isinstance(value, torch.Tensor) else value)
        if self._stepped is not None:
            self._stepped.after = value
            self._close_stepped()
        if self._read is not None and self._read.told is None:
            self._read.told = value

    def _before(self, module, args) -> None:
        if not torch.is_grad_enabled() or self._recorder is not None:
            return
        self.passes += 1
        self._close_stepped()
        if self._read is not None and self._read.stepped and self._read.told is not None:
            self._stepped, self._read = self._read, None
        elif (self.passes - 1) % self.every == 0 or self.optimizer is None:
            self._close_read()
        if (self.passes - 1) % self.every == 0:
            self._recorder = _Recorder(self.model)
            self._recorder.__enter__()

    def _after(self, module, args, output) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        recorder.__exit__(None, None, None)
        if output is not None:
            ends = _tensors(output) or [call.out for call in recorder.calls]
            self._read = _Pending(recorder, self.passes, [t.grad_fn for t in ends], args)

    def _before_step(self, optimizer, args, kwargs) -> None:
        if self._read is not None and not self._read.stepped:
            self._read.before_step(self.scaler)

    def _after_step(self, optimizer, args, kwargs) -> None:
        if self._read is not None and self._read.old is not None:
            self._read.after_step()
            if self._read.told is None:
                self._close_read()

    def _close_read(self) -> None:
        read, self._read = self._read, None
        self._judge(read)

    def _close_stepped(self) -> None:
        stepped, self._stepped = self._stepped, None
        self._judge(stepped)

    def _judge(self, pending: _Pending | None) -> None:
        report = pending.report(self.scaler, _held(self.optimizer)) if pending is not None else None
        if report is None:
            return
        changed = not self.history or self.history[-1][1] != report.diagnosis
        self.report = report
        self.history.append((pending.number, report.diagnosis))
        if changed and self.on_change is not None:
            finding = report.findings[0]
            self.on_change(
                f"pass {pending.number}: {report.diagnosis.replace('_', ' ')} ({_names(finding.layers) or 'all layers'}): "
                f"{finding.evidence} {finding.remedy}"
            )


class _Pending:
    """A pass that was read, until its backward pass and its step are over."""

    def __init__(self, recorder: _Recorder, number: int, roots, inputs):
        self.recorder, self.number, self.roots = recorder, number, roots
        self.bad_inputs = _bad("inputs", inputs[0] if len(inputs) == 1 else inputs)
        self.norms: dict[str, float] = {}
        self.told = self.after = self.old = self.scale = None
        self.updates: dict[str, float] = {}
        self.stepped = False
        recorder.attach()
        self.handles = [
            p.register_hook(self._keeper(n))
            for n, p in recorder.parameters.items()
            if p.requires_grad
        ]

    def _keeper(self, name: str):
        def keep(gradient):
            self.norms[name] = _norm(gradient)

        return keep

    def before_step(self, scaler) -> None:
        """The weights before the step, and the scale that this pass's gradients had."""
        self.scale = _scale(scaler)
        self.old = {
            n: self.recorder.parameters[n].detach().clone()
            for n in self.recorder.matrices
            if n in self.norms
        }

    def after_step(self) -> None:
        """How far the step moved each weight matrix."""
        for name, old in self.old.items():
            size = _norm(old) or math.sqrt(old.shape[0] / 3)
            self.updates[name] = _norm(self.recorder.parameters[name].detach() - old) / size
        self.old, self.stepped = None, True

    def report(self, scaler, held) -> Report | None:
        """What the pass showed; None where no backward pass came."""
        for handle in self.handles:
            handle.remove()
        if not self.norms:
            return None
        scale, recorder = self.scale or _scale(scaler), self.recorder
        norms = {n: g / scale for n, g in self.norms.items()}
        recorder.divide(scale)
        sizes = {n: _norm(p) for n, p in recorder.parameters.items()}
        facts = Facts(
            loss=self.told,
            loss_after=self.after,
            bad_inputs=self.bad_inputs,
            updates=self.updates,
            frozen=_frozen_names(recorder.parameters, held),
            disconnected=[
                n for n, p in recorder.parameters.items() if p.requires_grad and n not in norms
            ],
        )
        _note(facts, recorder, norms, sizes)
        layers = _layers(recorder, self.roots, norms, sizes, facts)
        if not facts.finite:
            bad = [
                x.name for x in layers if x.spread is not None and not math.isfinite(x.spread)
            ] or [
                c.name
                for c in reversed(recorder.calls)
                if c.signal is not None and not math.isfinite(c.signal)
            ]
            facts.bad_layers, facts.first_bad = (
                bad[:1],
                f"{bad[0]} is the first layer that is not finite" if bad else "",
            )
        findings = judge(layers, facts)
        return Report(findings[0].code, findings, layers, facts)


def _scale(scaler) -> float:
    return float(scaler.get_scale()) if scaler is not None and scaler.is_enabled() else 1.0
