"""The gradient doctor: why doesn't this net learn? One file, PyTorch alone; copy it beside your code.

    from gradient_doctor import examine
    print(examine(model, loss_fn, inputs, targets, optimizer=optimizer))

`examine` makes one forward and one backward pass in the model's own mode and precision. With an optimizer it also takes one
trial step, on a copy, and looks at the loss once more; where something looks wrong it makes a few passes more. It leaves
parameters, buffers, `.grad`, optimizer state, modes, hooks, the containers a model keeps and random-number states bit for bit as
they were. `watch` reads the passes of a training loop instead of making its own.

The signal is ∂L/∂h, the gradient by a layer's output after its activation; every norm is taken in float64. A verdict rests on
ratios, so that a loss multiplied by anything is judged the same. Causes rank in this order; the first that holds is the
diagnosis, the others follow it, and notes come last. Every limit stands here and in `LIMITS`:

    nonfinite_input          the loss or a gradient is not finite, and the inputs or targets were not
    nonfinite_layer          the loss or a gradient is not finite; the first operation that made it so is named, and why: sizes that
                             grew by 1000 or more over the layers before it, zero divided by zero, …
    disconnected_layers      a parameter gets no gradient although the loss changes with its values: the graph is cut
    unregistered_parameters  the forward pass reads leaves that require a gradient and are in no parameters() and no optimizer
    symmetric_init           in a hidden layer all units compute the same and get the same gradient
    underflow                half of some layer's weight gradient is lost, or 90 % of its entries round to zero, and float64 (else a scaled
                             loss) shows a sound profile with neither dead nor saturated units
    dead_units               in some layer more than 90 % of units are inactive on the whole batch
    saturated_units          in some layer more than 90 % of units are pinned, where the slope is below 2 % of its largest, on more
                             than 90 % of samples; a last layer only if the loss pulls more than 25 % of the pinned values back
    vanishing, exploding     first over last signal is beyond 1e-6 or 1e6, and falls steadily over depth or time: the fit of its
                             logarithm has r² of 0.7 or more and no single step takes over 70 %. Within 1e-2 to 1e2 it is sound.
                             Between, the first layers' relative updates decide: below 1e-3 of the last layers' they starve, above
                             1e-1 they are fed, else it stays inconclusive. No vanishing where ten of the optimizer's steps bring
                             a ratio below 1e-6 to 1e-4 or more. Exploding forward: the loss is above 10 times that of a constant guess, and
                             outputs have a size of 10 or more; else that is a note
    collapsed_activations    less than 1e-4 of the outputs of the last hidden layer differs between rows, where 1e-2 did before
    zero_gradient            a part that the forward pass uses has a gradient of exactly zero beside others that live, and a few
                             steps don't wake it; an expert only if its gate is below 1e-6 on every row
    nonfinite_update         gradients are finite, and the optimizer's step is not
    lost_updates             90 % of the entries of half-precision weights do not change by a step that would move them in float32
    learning_rate_too_small  no weight matrix moves by 1e-8 of its size, the loss by less than 1e-6 of its own, and the net has
                             neither learned (its loss is above 1e-3 of that with answers shuffled) nor come to rest (the
                             gradient times the weights is above 1e-3 of the loss)
    learning_rate_too_large  more than 50 % of the weight matrices move by more than 1 times their size, and the loss rises
    training_loop            from `watch`: zero_grad is missing or in the wrong place, no step is made or a scaler skips them, weight
                             decay outweighs the gradient, statistics of a norm are not finite
    frozen_layers            a gradient flows to parameters that no given optimizer moves, or nothing can change at all
    bad_targets              all targets are one class, or their shape does not fit the outputs
    bad_batch                all rows are alike or of integers fed as numbers, or a recurrent module runs along the batch
    unscaled_data            inputs of 30 or more standard deviations, or below 1e-3, meet the first layer; or targets of that size
    inconclusive             the evidence does not suffice; the report says what would settle it
    healthy                  the profile is sound; it is said only of what was seen

Works with Python 3.10 and PyTorch 2.2 or newer. From "Where the Gradient Goes", MIT license.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import functools
import graphlib
import json
import math
import operator
import random
import statistics
import sys
import textwrap
import traceback
import weakref
from dataclasses import asdict, dataclass, field

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

__all__ = ["Finding", "Layer", "Report", "examine", "watch", "judge", "LIMITS"]

SITE = ""  # the address of the site; when set, reports print the guide's full address
SCHEMA = "gradient-doctor/2"
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
    "healed": 1e-4,
    "missed": 0.25,
    "above_guess": 10.0,
    "large_output": 10.0,
    "growth": 1e3,
    "alike": 1e-4,
    "differing": 1e-2,
    "gate": 1e-6,
    "rounded": 0.9,
    "rate_too_small": 1e-8,
    "still": 1e-6,
    "learned": 1e-3,
    "at_rest": 1e-3,
    "rate_too_large": 1.0,
    "most": 0.5,
    "lost": 0.5,
    "gone": 0.9,
    "large_data": 30.0,
    "small_data": 1e-3,
}
# Causes in the order in which they explain each other, then what is only ever a note: what to do first.
CAUSES = {
    "nonfinite_input": (
        "Find the rows that hold it and repair or drop them; clipping only spreads it. It "
        "worked if torch.isfinite(batch).all() is True for every batch."
    ),
    "nonfinite_layer": (
        "Mend this operation first: a log or root needs an argument above zero, a softmax one "
        "place that is not masked, a half-precision value a smaller scale. Clip only "
        "afterwards. It worked if this report names no operation."
    ),
    "disconnected_layers": (
        "Look between these layers and the loss for detach(), .data, .item(), no_grad, argmax, "
        "NumPy, or a new tensor built from values. It worked if no parameter's gradient is "
        "None."
    ),
    "unregistered_parameters": (
        "Make each an nn.Parameter set as an attribute (after .to(), not before), and keep "
        "sub-networks in nn.ModuleList or nn.ModuleDict; then make the optimizer anew. It worked if "
        "model.named_parameters() lists them."
    ),
    "symmetric_init": (
        "Draw the initial weights at random: a constant gives every unit the same gradient for "
        "ever. It worked if the rows of this layer's gradient differ."
    ),
    "underflow": (
        "Scale the loss (torch.amp.GradScaler), or use bfloat16 or float32 for this part. It "
        "worked if the gradients agree with those of the same pass in float64."
    ),
    "dead_units": (
        "Start again at a rate three to ten times smaller, or with leaky ReLU, and look at "
        "biases that are far below zero. It worked if fewer than half of the units of that "
        "layer are off on the whole batch."
    ),
    "saturated_units": (
        "Scale the inputs to unit variance and the initial weights to Xavier's; as the last "
        "layer, give raw outputs to a loss that applies the sigmoid itself. It worked if less "
        "than half of the units are pinned."
    ),
    "vanishing": (
        "Change the factor per layer before anything else: an initialization that fits the "
        "activation (He for ReLU, Xavier for tanh), then skips or normalization; in a recurrent "
        "net a gated cell or a shorter span. It worked if the first signal comes to more than a "
        "hundredth of the last."
    ),
    "exploding": (
        "Shrink the initial weights to what fits the activation, or scale each branch of a skip "
        "by 1/√depth; in a recurrent net also clip by global norm. It worked if the first "
        "signal is within a hundred times the last."
    ),
    "collapsed_activations": (
        "Look at what stands before these layers: a norm over a single value gives a constant, "
        "attention without skips makes all places alike. It worked if the outputs differ from "
        "row to row."
    ),
    "zero_gradient": (
        "Change the operation that is named: a softmax needs more than one element, a clamp "
        "values inside its bounds, a term a factor that is not zero. It worked if this gradient "
        "is no longer exactly zero."
    ),
    "nonfinite_update": (
        "Keep weights and optimizer state in float32 (autocast), or raise Adam's eps to 1e-4 in "
        "float16, where 1e-8 is zero. It worked if all parameters are finite after one step."
    ),
    "lost_updates": (
        "Keep the weights in float32 and compute under torch.autocast, or use an optimizer with "
        "float32 master weights or stochastic rounding. It worked if most entries differ after "
        "one step."
    ),
    "learning_rate_too_small": (
        "Multiply the rate by ten until the largest relative update is near 1e-3; if this is "
        "the first step of a warm-up, examine again at its end. It worked if the loss moves "
        "within a hundred steps."
    ),
    "learning_rate_too_large": (
        "Divide the rate by ten until most relative updates are below 1e-2. It worked if one "
        "step lowers the loss on the same batch."
    ),
    "training_loop": (
        "Put the calls in this order: zero_grad(), forward, loss, backward(), step(). It worked "
        "if the weights differ after one step and each gradient is this pass's own."
    ),
    "frozen_layers": (
        "Set requires_grad to True and give the parameters to an optimizer. It worked if they "
        "differ after one step."
    ),
    "bad_targets": (
        "Print shape, dtype and the count of each class of the targets, beside the shape of the "
        "outputs. It worked if both shapes agree and every class is there."
    ),
    "bad_batch": (
        "Print shape, dtype, minimum, maximum and the number of different rows of one batch as "
        "the model gets it. It worked if rows differ and are floating point."
    ),
    "unscaled_data": (
        "Subtract the mean and divide by the standard deviation of the training set, of inputs "
        "and of numeric targets alike. It worked if both have a spread near one."
    ),
    "inconclusive": "",
    "healthy": (
        "The gradient is not the problem. If the loss won't fall, train on twenty examples "
        "until it is zero: if that works, look at data and rate; if not, at labels, at the "
        "pairing of loss and last activation, and at shapes."
    ),
    "unused_parameters": (
        "If it wasn't meant, look in forward() for a layer that is never called, or an output "
        "that the loss does not read."
    ),
    "large_outputs": (
        "If it wasn't meant, shrink the initial weights of the last layers, or of a tied "
        "embedding, until the first loss is near that of a constant guess."
    ),
    "detached_term": (
        "If it wasn't meant, look for a detach() or a torch.tensor(...) in the loss."
    ),
}
ORDER = list(CAUSES)


# ---------- the report ----------


@dataclass
class Layer:
    """One application of weights, in order of execution; None where a number could not be had.

    name: the module or parameter; kind: the function that applied the weights.
    depth: how many layers lie between here and the loss, this one counted, on the longest way; 0 where the loss is not reached.
    signal, weight_grad: norms of ∂L/∂h and ∂L/∂W; *_ratio: over the last layer's.
    weight: norm of the weights; update: norm of the trial step over it.
    activation, mean, spread: what follows, and mean and standard deviation of the output after it.
    differs: share of that output, by size, that differs between rows (or between the places of one row, if that is less).
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
    differs: float | None = None
    dead: float | None = None
    saturated: float | None = None
    times: list[float] | None = None


@dataclass
class Finding:
    """One cause that holds, or a note: code, guilty layers, the numbers in words, what to try first, and what opens the site's
    page *What is wrong with my net?* with this finding."""

    code: str
    layers: list[str]
    evidence: str
    remedy: str
    guide: str
    note: bool = False


@dataclass
class Facts:
    """What is known besides the layers; `judge` reads nothing else.

    loss, loss_after: before and after the trial step (None: not known). guess: the loss of a constant guess.
    output: size (root mean square) of the model's output. finite: loss and all gradients are.
    told: findings that stand on more than norms, such as a graph that is cut.
    zero_starts: zero weights that receive a gradient, so that what lies behind them waits.
    updates: relative trial update of each weight matrix. given: share of the inputs that differs between rows.
    healed: first over last signal after ten of the optimizer's steps. learned: loss over the loss with answers shuffled.
    stiffness: norm of gradient times norm of weights over the loss. seen, applications: of how many applications of
    weights that learn the signal was seen. compiled: the model was, and was examined eagerly.
    """

    loss: float | None = None
    loss_after: float | None = None
    guess: float | None = None
    output: float | None = None
    finite: bool = True
    told: list[Finding] = field(default_factory=list)
    zero_starts: list[str] = field(default_factory=list)
    updates: dict[str, float] = field(default_factory=dict)
    given: float | None = None
    healed: float | None = None
    learned: float | None = None
    stiffness: float | None = None
    seen: int = 0
    applications: int = 0
    compiled: bool = False

    def tell(self, code: str, layers, evidence: str, remedy: str = "", note: bool = False) -> None:
        """Keep a finding that stands on more than norms."""
        self.told.append(_finding(code, layers, evidence, remedy, note))

    def tell_of(self, code: str, names: list[str], said: str, remedy="", note=False) -> None:
        """The same of parameters, if there are any; {} stands for their names."""
        if names:
            self.tell(code, map(_module, names), said.format(_names(names)), remedy, note)

    def has_told(self, code: str) -> bool:
        return any(it.code == code for it in self.told)


@dataclass
class Report:
    """What the doctor found. `diagnosis` is the primary cause; print it for a table, the verdict and the next step."""

    diagnosis: str
    findings: list[Finding]
    layers: list[Layer]
    facts: Facts

    def to_json(self) -> str:
        """Strict JSON: schema, diagnosis, findings, layers, facts. A number that is not finite is the string "nan", "inf" or "-inf"."""
        whole = _strict({"schema": SCHEMA, **asdict(self)})
        return json.dumps(whole, ensure_ascii=False, allow_nan=False)

    def plot(self, ax=None):
        """Draw signal and weight gradient by layer on one logarithmic axis; returns the Matplotlib axes."""
        if ax is None:
            from matplotlib import pyplot

            ax = pyplot.subplots()[1]
        lines = ("signal", "∂L/∂h, the signal", "o"), ("weight_grad", "∂L/∂W", "x")
        for name, label, marker in lines:
            points = [(i, getattr(layer, name)) for i, layer in enumerate(self.layers, 1)]
            points = [(i, y) for i, y in points if y is not None and 0 < y < math.inf]
            ax.plot([i for i, _ in points], [y for _, y in points], marker=marker, label=label)
        ax.set(yscale="log", xlabel="layer, in order of execution", ylabel="norm")
        ax.set_title(_words(self.diagnosis))
        ax.legend()
        return ax

    def __str__(self) -> str:
        said: list[str] = []
        site = f"{SITE.rstrip('/')}/diagnose/" if SITE else ""
        for i, finding in enumerate(self.findings):
            head = "Diagnosis" if i == 0 else "Note" if finding.note else "Also"
            said += ["", f"{head}: {_words(finding.code)}"]
            said += _indented("Evidence: " + finding.evidence)
            if i == 0:
                said += _indented("Next: " + finding.remedy) + [
                    f"  Guide: {site}what-is-wrong/#{finding.guide}"
                ]
            elif finding.note and finding.remedy:
                said += _indented(finding.remedy)
            left = len(self.findings) - i - 1
            if left and len(said) > MOST_LINES - 12:
                said.append(f"… {left} findings more")
                break
        if self.facts.compiled:
            said += ["", "The model is compiled: it was examined eagerly."]
        guilty = {name for finding in self.findings if not finding.note for name in finding.layers}
        return "\n".join([*_table(self.layers, guilty, MOST_LINES - 1 - len(said)), *said])


MOST_LINES = 42
BAR = 9


def _words(code: str) -> str:
    return code.replace("_", " ")


def _strict(value):
    if isinstance(value, dict):
        return {str(k): _strict(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(v) for v in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _indented(text: str) -> list[str]:
    return ["  " + line for line in textwrap.wrap(text, 74, break_on_hyphens=False)]


def _table(layers: list[Layer], guilty: set[str], most: int) -> list[str]:
    """A heading and at most `most` rows: of a deep net one row for each block, and guilty rows before all others."""
    rows, left = _chosen(layers, guilty, min(28, most))
    labels, width = _labels([row.name for row in rows if row])
    bar = max(0, BAR + 14 - width)
    ratios = [row.signal_ratio for row in rows if row]
    logs = [math.log10(r) for r in ratios if r and math.isfinite(r)]
    low, high = math.floor(min([*logs, -3])), math.ceil(max([*logs, 0]))
    axis = f"1e{low}" + f"1e{high}".rjust(bar - len(f"1e{low}")) if bar else ""
    head = f"{'layer':<{width}} {'signal':>8}{'dL/dW':>8}{'step/W':>8}{'spread':>8}{'dead':>5}{'sat.':>5}"
    lines = [f"{head}  {axis} of last"]
    for row in rows:
        if row is None:
            lines.append(f"… {left} rows more")
            continue
        ratio, filled = row.signal_ratio, ""
        if bar and ratio and math.isfinite(ratio):
            filled = "#" * max(1, round(bar * ((math.log10(ratio) - low) / (high - low))))
        numbers = (row.signal, row.weight_grad, row.update, row.spread)
        line = f"{labels[row.name]:<{width}} " + "".join(f"{_short(x):>8}" for x in numbers)
        shares = ("-" if x is None else f"{x:.0%}" for x in (row.dead, row.saturated))
        line += "".join(f"{share:>5}" for share in shares)
        lines.append(f"{line}  {filled:<{bar}} {_short(ratio)}".rstrip())
    return lines


def _chosen(layers: list[Layer], guilty: set[str], most: int) -> tuple[list[Layer | None], int]:
    """(rows, how many are left out; None stands where they were)."""
    rows: list[Layer | None] = [row for x in layers for row in (x, *_first_step(x))]
    kept = list(range(len(rows)))
    if len(rows) > most:
        ends = {_block(row.name): i for i, row in enumerate(rows)}  # the last application of each
        kept = [i for i in kept if rows[i].name in guilty or ends[_block(rows[i].name)] == i]
    room = most - (len(kept) < len(rows) or len(kept) > most)
    while len(kept) > room:
        middle = len(kept) // 2
        others = [i for i in kept if rows[i].name not in guilty] or kept
        kept.remove(min(others, key=lambda i: abs(kept.index(i) - middle)))
    chosen, left = [rows[i] for i in kept], len(rows) - len(kept)
    if left:
        gap = next((place for place, i in enumerate(kept) if place != i), len(kept))
        chosen.insert(gap, None)
    return chosen, left


def _block(name: str) -> str:
    """A name up to its first number: encoder.layer.3.attention.query is in encoder.layer.3."""
    parts = name.split(".")
    return ".".join(parts[: next((i + 1 for i, p in enumerate(parts) if p.isdigit()), len(parts))])


def _labels(names: list[str]) -> tuple[dict[str, str], int]:
    """Short names, none like another, and the width of their column: without what all share, inner parts by their initials."""
    parts = {name: name.split(".") for name in names if not name.startswith(" ")}
    shared, shortest = 0, min(map(len, parts.values()), default=0)
    while shared + 1 < shortest and len({tuple(p[: shared + 1]) for p in parts.values()}) == 1:
        shared += 1
    for width in range(14, 14 + BAR + 1):
        short = {name: _cut(p[shared:], width) for name, p in parts.items()}
        if len(set(short.values())) == len(short):
            break
    used = collections.Counter()
    for name, label in short.items():
        used[label] += 1
        if used[label] > 1:
            short[name] = f"{label[: width - 3]}~{used[label]}"
    return short | {name: name for name in names if name.startswith(" ")}, width


def _cut(parts: list[str], width: int) -> str:
    for i in range(len(parts) - 1):
        if len(".".join(parts)) > width and not parts[i].isdigit():
            parts = [*parts[:i], parts[i][:1], *parts[i + 1 :]]
    text = ".".join(parts)
    half = width // 2
    return text if len(text) <= width else f"{text[:half]}…{text[half + 1 - width :]}"


def _first_step(layer: Layer) -> list[Layer]:
    """A row of its own for the first time step of a fused recurrent module."""
    if not layer.times or not layer.signal or not layer.signal_ratio:
        return []
    ratio = layer.times[0] / (layer.signal / layer.signal_ratio)
    name = f"  step 1 of {len(layer.times)}"
    return [Layer(name, "", signal=layer.times[0], signal_ratio=ratio)]


def _short(value: float | None) -> str:
    return "-" if value is None else "0" if value == 0 else f"{value:.1e}"


def _names(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


# ---------- the rules ----------


def judge(layers: list[Layer], facts: Facts) -> list[Finding]:
    """Every cause that holds, the primary one first, then notes; 'healthy' or 'inconclusive' leads where no cause does."""
    found = [it for it in facts.told if not it.note]
    notes = [it for it in facts.told if it.note]
    if facts.finite:
        found += [it for it in (_dead(layers), _saturated(layers)) if it]
        told = {it.code for it in found}
        # the flow is then no cause of its own
        explained = told & {"symmetric_init", "underflow", "dead_units", "saturated_units"}
        flow = _flow(layers, facts)
        vanishing, exploding = flow.code == "vanishing", flow.code == "exploding"
        named = "zero_gradient" in told and any(x.signal == 0 for x in layers)  # where it is cut
        if (exploding or vanishing and not named) and not explained:
            found.append(flow)
        growth = _growth(layers, facts)
        if growth and not exploding:
            (notes if growth.note else found).append(growth)
        collapsed = _collapsed(layers, facts)
        if collapsed and not explained and not vanishing:
            found.append(collapsed)
        found += [it for it in (_rate(facts),) if it]
        open_end = flow.code == "inconclusive" and not explained
        if not found or open_end and "disconnected_layers" not in told:
            found.append(flow)
    found.sort(key=lambda it: ORDER.index(it.code))
    return found + notes


def _finding(code: str, layers, evidence: str, remedy: str = "", note: bool = False) -> Finding:
    usual = CAUSES[code]
    if note and usual and not usual.startswith("If it wasn't meant"):
        usual = f"If it wasn't meant: {usual[0].lower()}{usual[1:]}"
    return Finding(
        code, list(dict.fromkeys(layers)), evidence, remedy or usual, f"doctor={code}", note
    )


def _dead(layers: list[Layer]) -> Finding | None:
    said = "inactive on the whole batch ({}); nothing reaches their weights."
    return _units("dead", "dead_units", layers, said)


def _saturated(layers: list[Layer]) -> Finding | None:
    said = "pinned at an end of {} on nearly every sample, where it is almost flat."
    return _units("saturated", "saturated_units", layers, said)


def _units(share: str, code: str, layers: list[Layer], said: str) -> Finding | None:
    guilty = [x for x in layers if (getattr(x, share) or 0) > LIMITS[share]]
    if not guilty:
        return None
    worst = f"{getattr(guilty[0], share):.0%} of the units of {guilty[0].name} are "
    after = guilty[0].activation or ("zeros" if share == "dead" else None)
    said = worst + said.format(after)
    return _finding(code, [x.name for x in guilty], said)


@dataclass
class _Point:
    """The largest signal at one depth; a fused module's time is depth. place: the layer, and its step."""

    depth: int
    signal: float
    name: str
    place: str


def _points(layers: list[Layer], facts: Facts) -> list[_Point]:
    """From the input to the loss."""
    best: dict[int, _Point] = {}
    for x in layers:
        # where its weights learn from another place or a later step
        waits = x.signal == 0 and (facts.zero_starts or x.weight_grad)
        if x.depth == 0 or x.signal is None or waits:
            continue
        for i, signal in enumerate(x.times or [x.signal]):
            place = f"{x.name}, step {i + 1} of {len(x.times)}" if x.times else x.name
            point = _Point(x.depth - i, signal, x.name, place)
            if point.depth not in best or signal > best[point.depth].signal:
                best[point.depth] = point
    return [best[depth] for depth in sorted(best, reverse=True)]


def _flow(layers: list[Layer], facts: Facts) -> Finding:
    """What the signal does over depth and time: vanishing, exploding, healthy or inconclusive."""
    points = _points(layers, facts)
    if not any(p.signal for p in points):
        return _nothing_seen(points, facts)
    first, last = points[0], points[-1]
    if last.signal == 0:
        said = "the last layer's signal is exactly zero and others are not."
        then = "Examine another batch, and each term of the loss alone."
        return _finding("inconclusive", [last.place], said, then)
    if first.signal == 0:
        zeros = [p.name for p in points if p.signal == 0]
        said = (
            f"the signal is exactly zero in {_names(zeros)} and {last.signal:.1e} at {last.name}."
        )
        return _finding("vanishing", zeros, said)
    ratio, low, high = first.signal / last.signal, LIMITS["sound_low"], LIMITS["sound_high"]
    said = (
        f"the signal at the first layer ({first.place}) is {ratio:.1e} of the last ({last.place})"
    )
    if low <= ratio <= high:
        return _healthy(facts, f"{said}: within a hundredth to a hundred times")
    code = "vanishing" if ratio < 1 else "exploding"
    fit, cliff, at = _steadiness([(p.depth, p.signal, p.name) for p in points])
    steady = fit >= LIMITS["steady"] and cliff <= LIMITS["cliff"]
    guilty = [p.name for p in points if not low <= p.signal / last.signal <= high]
    factor = ratio ** (1 / max(1, first.depth - last.depth))
    said += f", a factor of {factor:.2g} per layer or time step"
    if not LIMITS["vanishing"] <= ratio <= LIMITS["exploding"]:
        if code == "vanishing" and facts.healed is not None and facts.healed >= LIMITS["healed"]:
            said += f"; ten steps of the optimizer bring it to {facts.healed:.1e}"
            return _healthy(facts, said)
        if steady:
            return _finding(code, guilty, f"{said}, steadily (r² {fit:.2f}).")
        said += f", but not steadily: the step at {at} takes {cliff:.0%} of it (r² {fit:.2f})."
        then = f"Look at what {at} does to the gradient: a factor, a mask or a detached part."
        then += " Examine the parts before and after it alone."
        return _finding("inconclusive", [at], said, then)
    fed = _fed(layers)
    if fed is None:
        said += ", and no relative updates to compare."
        return _finding("inconclusive", guilty, said, "Examine with the optimizer.")
    starves = fed < LIMITS["starved"] if ratio < 1 else fed > 1 / LIMITS["starved"]
    said += f"; the first layers' relative updates are {fed:.1e} of the last layers'"
    if starves and steady:
        return _finding(code, guilty, f"{said}.")
    if LIMITS["fed"] <= fed <= 1 / LIMITS["fed"] or not steady and not starves:
        return _healthy(facts, f"{said}: they are fed")
    then = "Train a hundred steps and compare how far the first and the last layer moved, relative to their size; "
    then += "below a thousandth it is vanishing."
    return _finding("inconclusive", guilty, f"{said}.", then)


def _healthy(facts: Facts, evidence: str) -> Finding:
    """Healthy, of as much as was seen."""
    if _above_guess(facts):
        times = facts.loss / facts.guess
        evidence += f"; but the loss is {times:.3g} times that of a constant guess"
    if facts.seen < facts.applications:
        evidence += f"; signal seen in {facts.seen} of {facts.applications} applications of weights"
        if facts.seen < 2 and facts.seen < LIMITS["most"] * facts.applications:
            return _finding("inconclusive", ["model"], f"{evidence}.", UNSEEN)
    return _finding("healthy", [], f"{evidence}.")


UNSEEN = "Examine the model before it is compiled, scripted or wrapped, and with the optimizer."
UNMOVED = (
    "Examine a batch that the net gets wrong, and multiply the loss's terms by a thousand one at a time: "
    "one that changes nothing is dead."
)


def _nothing_seen(points: list[_Point], facts: Facts) -> Finding:
    if points:
        loss = "" if facts.loss is None else f" at a loss of {_short(facts.loss)}"
        said = f"every gradient is exactly zero{loss}: the net has nothing left to learn from this batch, "
        said += "or the loss does not react to it."
        return _finding("inconclusive", [points[-1].place], said, UNMOVED)
    if facts.stiffness and not facts.applications:
        said = "nothing is wrong with the weights' gradients; no layer applies a matrix."
        return _finding("healthy", [], said)
    said = f"signal seen in {facts.seen} of {facts.applications} applications of weights: nothing can be said of the flow."
    return _finding("inconclusive", ["model"], said, UNSEEN)


def _steadiness(points: list[tuple[int, float, str]]) -> tuple[float, float, str]:
    """(r² of the logarithm over depth, share of the largest single step in the whole, where that step is)."""
    if len(points) < 3:
        return 0.0, 1.0, points[0][2]
    xs, ys = [p[0] for p in points], [math.log(max(p[1], 1e-320)) for p in points]
    largest, at = max((abs(ys[i + 1] - ys[i]), points[i][2]) for i in range(len(ys) - 1))
    if len(set(ys)) == 1:
        return 0.0, 1.0, at
    return statistics.correlation(xs, ys) ** 2, largest / (abs(ys[-1] - ys[0]) or 1e-320), at


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
    return statistics.median(moved[:third]) / statistics.median(moved[-third:])


def _above_guess(facts: Facts) -> bool:
    known = facts.guess and facts.loss is not None
    return bool(known) and not facts.loss <= LIMITS["above_guess"] * facts.guess


def _growth(layers: list[Layer], facts: Facts) -> Finding | None:
    """The loss beside that of a constant guess: a note, or exploding where activations have grown steadily."""
    if not _above_guess(facts):
        return None
    sizes: dict[int, tuple[float, str]] = {}
    for x in layers:
        if x.depth and x.spread is not None:
            size = math.hypot(x.mean or 0.0, x.spread)
            sizes[x.depth] = max(sizes.get(x.depth, (0.0, "")), (size, x.name))
    if facts.output is not None and facts.output > sizes.get(1, (0.0, ""))[0]:
        sizes[0] = (facts.output, "the output")
    points, largest = [], 0.0
    for depth in sorted(sizes, reverse=True):  # a bottleneck between is no end of the growth
        largest = max(largest, sizes[depth][0])
        points += [(depth, largest, sizes[depth][1])] if largest else []
    if not points:
        return None
    (_, first, one), (_, last, other) = points[0], points[-1]
    said = f"the loss is {facts.loss:.3g}, and a constant guess would have {facts.guess:.3g}"
    said += f"; outputs have size {_short(first)} at {one} and {_short(last)} at {other}"
    fit, cliff, _ = _steadiness(points)
    grown = last > LIMITS["sound_high"] * first
    if grown and fit >= LIMITS["steady"] and cliff <= LIMITS["cliff"]:
        said += f", growing steadily (r² {fit:.2f})"
    large = (facts.output or 0.0) >= LIMITS["large_output"]
    if large and (grown or not facts.has_told("unscaled_data")):
        guilty = [name for _, size, name in points if size > LIMITS["sound_high"] * first]
        return _finding("exploding", guilty or [other], f"{said}.")
    return _finding("large_outputs", [other], f"{said}.", note=True)


def _collapsed(layers: list[Layer], facts: Facts) -> Finding | None:
    """From some layer to the last hidden one nothing differs between rows any more."""
    known = sorted((x for x in layers if x.depth and x.differs is not None), key=lambda x: -x.depth)
    hidden = [x for x in known if x.depth > 1] or known
    guilty = [x for x in hidden if x.differs < LIMITS["alike"]]
    if not guilty or any(x.depth == hidden[-1].depth and x not in guilty for x in hidden):
        return None
    first = guilty[0]
    before = [x.differs for x in hidden if x.depth > first.depth] or [facts.given or 0.0]
    if max(before) < LIMITS["differing"]:
        return None
    after = f" (after {first.activation})" if first.activation else ""
    said = f"{_short(first.differs)} of the output of {first.name}{after} differs between rows: whatever comes in, nearly the same goes on."
    return _finding("collapsed_activations", [x.name for x in guilty], said)


def _rate(facts: Facts) -> Finding | None:
    if not facts.updates:
        return None
    name, largest = max(facts.updates.items(), key=lambda item: item[1])
    change = None
    if facts.loss is not None and facts.loss_after is not None:
        change = facts.loss_after - facts.loss
    still = change is None or abs(change) <= LIMITS["still"] * abs(facts.loss)
    at_rest = facts.stiffness is not None and facts.stiffness <= LIMITS["at_rest"]
    learned = facts.learned is not None and facts.learned <= LIMITS["learned"]
    if largest < LIMITS["rate_too_small"] and still and not at_rest and not learned:
        said = f"the weights that move most, {name}, move by {_short(largest)} of their size"
        said += "" if change is None else f", and the loss by {_short(change)} of {facts.loss:.3g}"
        said += (
            "."
            if largest
            else ": the rate is zero or lost in rounding, or its schedule has not begun."
        )
        return _finding("learning_rate_too_small", [_module(name)], said)
    big = [n for n, u in facts.updates.items() if not u <= LIMITS["rate_too_large"]]
    if change is None or change <= 0 or len(big) <= LIMITS["most"] * len(facts.updates):
        return None
    said = f"one step moves {len(big)} of {len(facts.updates)} weight matrices by more than their own size (most: {name}, "
    said += f"{_short(largest)} times), and the loss goes from {facts.loss:.3g} to {facts.loss_after:.3g}."
    return _finding("learning_rate_too_large", map(_module, big), said)


def _module(parameter: str) -> str:
    """The module that owns a parameter; the parameter itself at the top."""
    owner = parameter.partition(".parametrizations.")[0]
    return owner if owner != parameter else parameter.rpartition(".")[0] or parameter


# ---------- what a pass shows ----------

RECURRENT = {"lstm", "gru", "rnn_tanh", "rnn_relu"}
CONVOLVING = {"conv_tbc"} | {f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3)}
CELLS = {"lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"}
PRODUCTS = {"matmul", "mm", "bmm", "mv", "addmm", "baddbmm", "addbmm", "addmv", "dot", "inner"}
OTHERS = {"linear", "bilinear", "einsum", "tensordot", "embedding", "embedding_bag"}
WEIGHTED = RECURRENT | CONVOLVING | CELLS | PRODUCTS | OTHERS | {"multi_head_attention_forward"}


@dataclass(frozen=True)
class _Activation:
    """off: inactive where the input is at or below it, since there the slope is (nearly) zero. slope: over the largest one,
    written by the output, for what is pinned at its ends; center: the output in the middle."""

    off: float | None = None
    slope: object = None
    center: float = 0.0

    def is_flat(self, out: torch.Tensor) -> torch.Tensor:
        return self.slope(out) < LIMITS["flat"]


ZEROING = ("relu", "relu6", "clamp", "clamp_min", "clip", "threshold")
ACTIVATIONS = {
    **dict.fromkeys(ZEROING, _Activation(off=0.0)),
    "hardswish": _Activation(off=-3.0),
    "gelu": _Activation(off=-4.0),
    **dict.fromkeys(("softplus", "elu", "selu", "celu"), _Activation(off=-7.0)),
    **dict.fromkeys(("silu", "mish"), _Activation(off=-10.0)),
    "tanh": _Activation(slope=lambda h: 1 - h * h),
    "sigmoid": _Activation(slope=lambda h: 4 * h * (1 - h), center=0.5),
    "softsign": _Activation(slope=lambda h: (1 - h.abs()) ** 2),
    "hardtanh": _Activation(slope=lambda h: (h.abs() < 1).to(h.dtype)),
    "hardsigmoid": _Activation(slope=lambda h: ((h > 0) & (h < 1)).to(h.dtype), center=0.5),
    **dict.fromkeys(("leaky_relu", "prelu", "rrelu", "logsigmoid", "tanhshrink"), _Activation()),
}
# Activations inside recurrences.
INSIDE = {f"rnn_{kind}{cell}": kind for kind in ("relu", "tanh") for cell in ("", "_cell")}
NORMS = {"batch_norm", "layer_norm", "group_norm", "rms_norm", "instance_norm", "normalize"}
SCALES = NORMS | {"mul", "imul", "rmul"}
PASSIVE = {"size", "dim", "register_hook", "requires_grad", "set", "backward"}
INPUT = -1  # the origin of what the model was given
ROWS = 64  # rows that are looked at when units or rows are compared


class _Call:
    """One application of weights while the pass runs.

    off: which units are, where that is known for all of them. wanted: how many outputs are off on the whole batch although the
    loss pulls them up. pulled_back: share of the pinned outputs that the loss pulls back inside. passed: what comes of the
    output after a norm, where the next layer takes it. feeds, gives: whether another layer takes it, or the model gives it away.
    """

    def __init__(self, name: str, kind: str, weights: list[str], outs: list[torch.Tensor]):
        self.name, self.kind, self.weights = name, kind, weights
        self.raw = self.out = outs[0]
        self.width, self.activation = self.out.numel(), None
        self.units = self.inactive = self.pinned = self.wanted = 0
        self.inputs = self.lengths = self.signal = self.times = self.tiny = self.before = None
        self.main = _spot(outs[0])
        self.states = [_spot(t) for t in outs[1:] if t.grad_fn is not None]
        self.moments: tuple[float, float, float | None] | None = None
        self.alike, self.equal = _same_units(self.by_unit(self.out)), False
        self.pulled_back = 1.0
        self.passed = self.off = None
        self.feeds = self.gives = False

    def axis(self, tensor: torch.Tensor) -> int:
        """Along which axis of a tensor after this layer its units lie."""
        conv = self.kind.startswith("conv") and tensor.dim() > 2 and tensor.dim() == self.raw.dim()
        return 1 if conv else tensor.dim() - 1

    def by_unit(self, tensor: torch.Tensor) -> torch.Tensor:
        """Its values with the units along the last axis."""
        return tensor.detach().movedim(self.axis(tensor), -1)

    def see(self, name: str, inactive, pinned, out: torch.Tensor) -> None:
        """Count the units of an activation that follows this layer; its output becomes the layer's."""
        if self.before is None:
            counted = (self.activation, self.units, self.inactive, self.pinned)
            self.before = (*counted, self.main, self.out, self.moments)
        some = inactive if inactive is not None else pinned
        units = self.raw.shape[self.axis(self.raw)] if some is not None else 0
        if some is not None and self.units + some.shape[self.axis(some)] <= units:
            others = [d for d in range(some.dim()) if d != self.axis(some)]
            share = some.float().mean(others) if others else some.float()
            self.units += some.shape[self.axis(some)]
            if inactive is not None:
                self.off = share == 1
                self.inactive += int(self.off.sum())
            else:
                self.pinned += int((share > LIMITS["pinned_samples"]).sum())
        if self.activation is None and out.numel() == self.width:
            self.out, self.moments = out, None
            self.main = _spot(out) if out.grad_fn is not None else self.main
        self.activation = self.activation or name

    def disown(self) -> None:
        """Take back what `see` counted: its input is read elsewhere too, so it belongs to what comes next."""
        if self.before is not None:
            self.activation, self.units, self.inactive, self.pinned, *last = self.before
            self.main, self.out, self.moments = last
            self.before = None

    def settle(self) -> tuple[float, float, float | None]:
        """Mean, standard deviation and the share that differs of the output as it is now."""
        if self.moments is None:
            out = self.by_unit(self.out)
            differs = _differing(out, None if self.out is self.raw else self.by_unit(self.raw))
            if differs is not None and self.passed is not None and self.passed.dim() > 1:
                differs = min(differs, _differing(self.by_unit(self.passed), out) or 0.0)
            self.moments = (*_moments(self.out.detach()), differs)
        return self.moments

    def slope(self):
        kind = ACTIVATIONS.get(self.activation)
        return kind.slope if kind else None

    def dead(self) -> float | None:
        """Share of inactive units; None where the activation has no such thing."""
        return self.inactive / self.units if self.units and not self.slope() else None

    def saturated(self) -> float | None:
        """Share of pinned units; None where the activation has no such thing."""
        return self.pinned / self.units if self.units and self.slope() else None

    def places(self) -> list[tuple]:
        return [self.main, *self.states]

    def hear_all(self, outs: list[tuple[int, bool]], gradients) -> None:
        for index, main in outs:
            if gradients[index] is not None:
                self.hear(gradients[index], main)

    def hear(self, gradient: torch.Tensor, main: bool) -> None:
        """Take the gradient by the output, or by a state beside it."""
        self.signal = math.hypot(self.signal or 0.0, _norm(gradient))
        self.tiny = self.signal / math.sqrt(max(1, gradient.numel())), gradient.dtype
        if not main:
            return
        if self.alike is not None and self.signal == self.signal:
            self.equal = _equal_units(self.by_unit(gradient).flatten(0, -2), self.alike)
        if gradient.shape != self.out.shape or not (self.inactive or self.pinned):
            return
        large = 1e-3 * gradient.abs().max()
        if self.inactive and not self.feeds and self.off is not None:
            up = self.by_unit(gradient < -large).flatten(0, -2).any(0)
            self.wanted = int((up & self.off).sum()) if up.shape == self.off.shape else 0
        if self.units and self.slope() and self.pinned > LIMITS["saturated"] * self.units:
            kind, h = ACTIVATIONS[self.activation], self.out.detach()
            back = (gradient * (h - kind.center) > 0) & (gradient.abs() > large)
            pinned = kind.is_flat(h)
            self.pulled_back = float((back & pinned).sum() / pinned.sum().clamp(min=1))

    def hear_steps(self, gradient: torch.Tensor) -> None:
        """Take the gradient by the input of a fused recurrence: one signal for each step of time."""
        axis, sizes = self.lengths
        self.times = [_norm(t) for t in (gradient.split(sizes) if sizes else gradient.unbind(axis))]


def _spot(tensor: torch.Tensor):
    """Where in the graph a tensor is made: a later change in place moves the tensor on, and this stays."""
    return tensor.grad_fn, tensor.output_nr


class _Mark:
    """What is known of a tensor of the pass: where it comes from (a tuple of parameter names, or the index of the latest layer),
    the marks on its way from that layer, how often it is read, and the layers whose activation was read through it."""

    __slots__ = ("ref", "origin", "line", "reads", "claims", "normed")

    def __init__(self, tensor, origin, line=(), normed=False):
        self.ref, self.origin, self.line = weakref.ref(tensor), origin, (*line, self)
        self.reads, self.claims, self.normed = 0, [], normed


class _Recorder(TorchFunctionMode):
    """Sees every function a forward pass calls: which apply weights, which activate, and where each tensor comes from.

    Names come from parameters alone, so that it needs no hook on any module, and sees activations applied as functions.
    rows: numbers that no layer made and that weights are applied to. guesses: cross entropies of classes, and those of a guess.
    broadcasts: shapes that the loss spreads over each other. detached: how many values the loss reads without a gradient.
    """

    def __init__(self, model: nn.Module):
        super().__init__()
        self.parameters = dict(model.named_parameters())
        self.names = {id(p): name for name, p in self.parameters.items()}
        self.matrices = {name for name, p in self.parameters.items() if p.dim() > 1}
        self.siblings = collections.Counter(_module(name) for name in self.matrices)
        self.constants = {id(b) for b in model.buffers()}
        self.calls: list[_Call] = []
        self.marks: dict[int, _Mark] = {}
        self.gates, self.used = set(), set()
        self.rows, self.guesses, self.broadcasts = [], [], []
        self.in_loss, self.detached = False, 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        raw = getattr(func, "__name__", "")
        name = raw.strip("_")
        tensors = _tensors((args, kwargs))
        if not tensors or name in PASSIVE:
            return func(*args, **kwargs)
        made = [self._weights_of(t) for t in tensors]
        weights = list(dict.fromkeys(n for names in made if names for n in names))
        data = [t for t, names in zip(tensors, made, strict=True) if names is None]
        self.used.update(weights)
        if raw.endswith("_"):
            self._settle(tensors[0], raw)
        fixed = self._buffers if name in WEIGHTED else self._unmarked
        if weights and all(map(fixed, data)):  # weights made of weights and constants
            out = func(*args, **kwargs)
            self.mark(out, tuple(weights))
            return out
        looks_up = name in ("getitem", "index_select")
        looks_up = looks_up and not any(t.is_floating_point() for t in data)
        applies = weights and (name in WEIGHTED or looks_up)
        return (self._apply if applies else self._follow)(func, name, args, kwargs, weights, data)

    def _settle(self, tensor, raw: str) -> None:
        """Before a layer's output is changed in place, look at it."""
        changes = not raw.startswith("__") or raw == "__setitem__" or raw.startswith("__i")
        origin = self._origin(tensor)
        if changes and _by_layer(origin) and self.calls[origin].out is tensor:
            self.calls[origin].settle()

    def _apply(self, func, name, args, kwargs, weights, data):
        source = self._latest(data)
        if source is not None:
            call = self.calls[source]
            self._zero_columns(call, data)
            if self._is_normed(data[0]) and data[0] is not call.out:
                call.passed = data[0].detach()
            for call in self._layers_of(data):
                call.feeds = True
        else:
            self.rows += [t for t in data if t.dim() and not any(t is seen for seen in self.rows)]
        probe = None
        if name in RECURRENT and torch.is_grad_enabled() and isinstance(args[0], torch.Tensor):
            probe = args[0] if args[0].requires_grad else args[0].detach().requires_grad_()
            args = (probe, *args[1:])
        out = func(*args, **kwargs)
        outs = [t for t in _tensors(out) if t.is_floating_point()]
        if not outs:
            return out
        call = _Call(self._name(weights), name, self._matrices(weights), outs)
        if name in INSIDE:
            state, kind = outs[0].detach(), ACTIVATIONS[INSIDE[name]]
            off = state <= kind.off if kind.off is not None else None
            call.see(INSIDE[name], off, kind.is_flat(state) if kind.slope else None, outs[0])
            call.before = None
        if call.alike and not any(bool(t.detach().any()) for t in data):
            call.alike = None  # zeros in, equal outputs: no fault of this layer
        if probe is not None:
            call.inputs, call.lengths = probe, _steps(args)
        self.gates.update(call.weights)
        self.calls.append(call)
        self._reads(data, out)
        self.mark(out, len(self.calls) - 1)
        return out

    def _follow(self, func, name, args, kwargs, weights, data):
        source, kind, inactive, pinned = self._latest(data), None, None, None
        if name in SCALES:
            self.gates.update(n for n in weights if not n.endswith("bias"))
        if name == "hardtanh" and (args[1:2] or [kwargs.get("min_val")])[0] == 0:
            name = "relu6"
        follows = source is not None and data and data[0].is_floating_point()
        if follows and _activates(name, args, kwargs):
            kind = ACTIVATIONS[name]
        entering = getattr(self._mark_of(data[0]), "line", ()) if data else ()
        if kind and kind.off is not None:
            inactive = data[0].detach() <= kind.off
            if bool(inactive.all()) and self._made_constant(self.calls[source], data[0]):
                inactive = None  # a norm has made it so
        out = func(*args, **kwargs)
        self._reads(data, out)
        if self.in_loss:
            self._look_at_loss(func, name, data, source)
        if source is not None:
            layers = self._layers_of(data)
            alone = len(layers) == 1
            same = isinstance(out, torch.Tensor) and out.numel() == data[0].numel()
            line = entering if alone and same and kind is None else ()
            self.mark(out, source, line, name in NORMS or alone and self._is_normed(data[0]))
            if len(layers) > 1 and name in ("mul", "imul", "einsum", "matmul", "bmm"):
                # the narrower is a gate: copies among gates are no copies of units
                gate = min(layers, key=lambda call: call.width)
                if gate.width < max(call.width for call in layers):
                    gate.alike = None
        elif INPUT in map(self._origin, data):
            self.mark(out, INPUT)
        of_classes = name == "cross_entropy" and len(data) == 2 and not data[1].is_floating_point()
        if of_classes and not out.dim():
            classes = data[0].shape[1 if data[0].dim() > 1 else 0]
            self.guesses.append((float(out.detach()), math.log(classes)))
        if kind and isinstance(out, torch.Tensor) and all(mark.reads <= 1 for mark in entering):
            if kind.slope:
                pinned = kind.is_flat(out.detach())
            self.calls[source].see(name, inactive, pinned, out)
            for mark in entering:
                mark.claims.append(self.calls[source])
        return out

    def _look_at_loss(self, func, name, data, source) -> None:
        """Does the loss spread shapes over each other, or detach what the model gave?"""
        wide = [t for t in data if t.dim()]
        if len(wide) == 2:
            one, other = wide
            spread = one.shape != other.shape and one.numel() == other.numel() > 1
            if spread and one.squeeze().shape == other.squeeze().shape:
                # a column beside a row: (N, 1) and (N,) give (N, N)
                self.broadcasts.append((tuple(one.shape), tuple(other.shape)))
        if source is not None and (name == "detach" or func == torch.Tensor.data.__get__):
            self.detached += 1

    def _made_constant(self, call: _Call, entering: torch.Tensor) -> bool:
        if entering is call.raw or not bool((call.raw.detach() > 0).any()):
            return False
        here, there = (_differing(call.by_unit(t)) for t in (entering, call.raw))
        known = here is not None and there is not None
        return known and here < LIMITS["alike"] < LIMITS["differing"] < there

    def _matrices(self, weights: list[str]) -> list[str]:
        return [n for n in weights if n in self.matrices] or weights

    def _name(self, weights: list[str]) -> str:
        matrices = self._matrices(weights)
        owner = _module(matrices[0])
        return owner if len(matrices) > 1 or self.siblings.get(owner, 1) < 2 else matrices[0]

    def _zero_columns(self, call: _Call, data) -> None:
        """Count units that reach the next layer as exact zeros, whatever made them so."""
        tensor = data[0]
        if call.activation is not None or tensor is call.out or not tensor.is_floating_point():
            return
        zero = tensor.detach() == 0
        some = bool(zero.flatten(0, max(0, zero.dim() - 2)).all(0).any())
        if not some or not bool(call.out.detach().any()):
            return
        if not (bool(zero.all()) and self._made_constant(call, tensor)):
            call.see("zeros", zero, None, tensor)

    # marks

    def mark(self, out, origin, line=(), normed=False) -> None:
        """Remember where what is in `out` comes from."""
        for tensor in _tensors(out):
            if id(tensor) not in self.names:
                self.marks[id(tensor)] = _Mark(tensor, origin, line, normed)

    def _mark_of(self, tensor) -> _Mark | None:
        mark = self.marks.get(id(tensor))
        return mark if mark is not None and mark.ref() is tensor else None

    def _origin(self, tensor):
        return getattr(self._mark_of(tensor), "origin", None)

    def _is_normed(self, tensor) -> bool:
        return getattr(self._mark_of(tensor), "normed", False)

    def _layers_of(self, data) -> list[_Call]:
        """The layers that tensors come from."""
        return [self.calls[o] for o in map(self._origin, data) if _by_layer(o)]

    def _reads(self, data, out) -> None:
        """Count who reads a tensor and passes it on; a second reader takes back the activation that followed it."""
        marks = [mark for t in data if (mark := self._mark_of(t)) is not None]
        largest = (
            max((t.numel() for t in _tensors(out) if t.requires_grad), default=0) if marks else 0
        )
        for mark in marks:
            if largest < mark.ref().numel():
                continue
            mark.reads += 1
            if mark.reads > 1:
                for call in mark.claims:
                    call.disown()
                mark.claims.clear()

    def _weights_of(self, tensor) -> tuple | None:
        if id(tensor) in self.names:
            return (self.names[id(tensor)],)
        origin = self._origin(tensor)
        return origin if isinstance(origin, tuple) else None

    def _latest(self, data) -> int | None:
        return max((o for o in map(self._origin, data) if _by_layer(o)), default=None)

    def _unmarked(self, tensor) -> bool:
        """Whether neither a layer nor the batch is behind a tensor."""
        return self._mark_of(tensor) is None

    def _buffers(self, tensor) -> bool:
        return id(tensor) in self.constants and tensor.is_floating_point()

    def variety(self) -> float | None:
        """The largest share of what weights are applied to first that differs between rows."""
        rows = [t for t in self.rows if t.dim() > 1 and len(t) > 1 and not t.is_complex()]
        shares = [_differing(t.detach().flatten(1)) for t in rows]
        return max((share for share in shares if share is not None), default=None)

    # after the pass

    def attach(self, first: int = 0) -> list:
        """Ask the outputs of layers, from the first on, for their gradients; returns the handles."""
        handles = []
        for call in self.calls[first:]:
            by_node = collections.defaultdict(list)
            for i, (node, index) in enumerate(call.places()):
                if node is not None:
                    by_node[node].append((index, i == 0))
            for node, outs in by_node.items():
                handles.append(node.register_prehook(functools.partial(call.hear_all, outs)))
            if call.inputs is not None and call.inputs.requires_grad:
                handles.append(call.inputs.register_hook(call.hear_steps))
        return handles

    def nodes(self) -> dict:
        """Each layer's places in the graph, and how many steps of time lie in it."""
        found: dict = {}
        for call in self.calls:
            for node, _ in call.places():
                if node is not None:
                    found[node] = max(found.get(node, 0), len(call.times or [1]))
        return found

    def divide(self, scale: float) -> None:
        """Take the scale of a loss out of the signals."""
        for call in self.calls:
            call.signal = call.signal / scale if call.signal is not None else None
            call.times = [t / scale for t in call.times] if call.times else None


def _by_layer(origin) -> bool:
    return isinstance(origin, int) and origin != INPUT


def _activates(name: str, args, kwargs) -> bool:
    if name in ("clamp", "clip", "clamp_min", "threshold"):
        lower = args[1] if len(args) > 1 else kwargs.get("min", kwargs.get("threshold"))
        return not isinstance(lower, torch.Tensor) and lower == 0
    return name in ACTIVATIONS


def _steps(args) -> tuple[int, list[int] | None]:
    """(time axis, sizes of the steps of a packed batch) of a fused recurrent call."""
    if isinstance(args[1], torch.Tensor) and not args[1].is_floating_point():
        return 0, args[1].tolist()
    batch_first = args[-1] if isinstance(args[-1], bool) else False
    return (1 if batch_first and args[0].dim() == 3 else 0), None


def _same_units(out: torch.Tensor) -> str | None:
    """'exactly' or 'but for a constant' when all units (the last axis) of an output agree on the batch; None otherwise."""
    if out.dim() < 2 or out.shape[-1] < 2 or not out.numel():
        return None
    one, other = (out[(i,) * (out.dim() - 1)][:2].tolist() for i in (0, -1))
    if abs((one[0] - one[1]) - (other[0] - other[1])) > 1e-3 * max(map(abs, one + other)):
        return None  # as nearly always: two units differ by more than a constant
    few = _sampled(out).flatten(0, -2)
    if not math.isfinite(_largest(few)):
        return None
    if _unlike(few) <= 1e-5 * _largest(few):
        return "exactly"
    centered = few - few.mean(0)
    size = _largest(centered)
    return "but for a constant" if size > 0 and _unlike(centered) <= 1e-4 * size else None


def _equal_units(gradient: torch.Tensor, alike: str) -> bool:
    gradient = gradient.double()
    size = _largest(gradient)
    return alike == "exactly" if size == 0 else _unlike(gradient) <= 1e-4 * size


def _largest(values: torch.Tensor) -> float:
    return float(values.abs().max())


def _unlike(rows: torch.Tensor) -> float:
    """By how much a unit differs from the first one at most."""
    return _largest(rows - rows[:, :1])


def _square(values: torch.Tensor) -> float:
    return float(values.square().mean())


def _differing(out: torch.Tensor, before: torch.Tensor | None = None) -> float | None:
    """Which share of an output, by size, differs between rows, or between the places of one row if that is less.

    out: units along the last axis; before: the same before norm and activation, if it was larger. None where there is a single row.
    """
    few = _sampled(out)
    if few is None or few.shape[:-1].numel() < 2:
        return None
    size = _square(few)
    if before is not None and (larger := _sampled(before)) is not None:
        size = max(size, _square(larger))
    if not size or not math.isfinite(size):
        return 0.0 if size == 0 else None
    flat = few.flatten(0, -2)
    apart = _square(flat - flat.mean(0))
    if few.dim() == 3 and few.shape[1] > 1:
        apart = min(apart, float((few - few.mean(1, keepdim=True)).square().mean((1, 2)).max()))
    return math.sqrt(apart / size)


def _sampled(out: torch.Tensor) -> torch.Tensor | None:
    """About ROWS rows, evenly spread, of an output whose units lie along the last axis, in float64."""
    if out.dim() < 2 or not out.numel():
        return None
    per = max(2, round(ROWS ** (1 / (out.dim() - 1))))
    return out[tuple(slice(None, None, max(1, size // per)) for size in out.shape[:-1])].double()


def _tensors(tree, found: list | None = None) -> list[torch.Tensor]:
    found = [] if found is None else found
    kind = type(tree)
    if kind in (int, float, bool, str, type(None), torch.dtype, torch.device):
        return found
    if kind in (torch.Tensor, nn.Parameter) or isinstance(tree, torch.Tensor):
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


def _finite(tensor: torch.Tensor | None) -> bool:
    return tensor is None or bool(torch.isfinite(_values(tensor)).all())


def _lives(tensor: torch.Tensor | None) -> bool:
    """Whether there is anything in it but zeros."""
    return tensor is not None and bool(_values(tensor).any())


def _norm(tensor: torch.Tensor) -> float:
    """Euclidean norm in float64, without under- or overflow."""
    tensor = _values(tensor)
    if not tensor.numel():
        return 0.0
    if tensor.dtype != torch.float64:
        return float(torch.linalg.vector_norm(tensor, dtype=torch.float64))
    largest = _largest(tensor)
    if largest == 0 or not math.isfinite(largest):
        return largest
    return largest * float(torch.linalg.vector_norm(tensor / largest))


def _moved(new: torch.Tensor, old: torch.Tensor) -> float:
    """How far a weight matrix moved, over its size; over a usual size where it was zero."""
    return _norm(new - old) / (_norm(old) or math.sqrt(old.shape[0] / 3))


def _moments(tensor: torch.Tensor) -> tuple[float, float]:
    if not tensor.numel():
        return 0.0, 0.0
    mean = float(tensor.mean(dtype=torch.float64))
    square = _norm(tensor) ** 2 / tensor.numel()
    return mean, math.sqrt(max(0.0, square - mean * mean)) if math.isfinite(square) else square


class _Graph:
    """The nodes behind a loss: who leads to whom, and the leaves."""

    def __init__(self, roots):
        self.parents: dict = {root: [] for root in roots if root is not None}
        self.leaves: list[torch.Tensor] = []
        stack = list(self.parents)
        while stack:
            node = stack.pop()
            variable = getattr(node, "variable", None)
            if variable is not None:
                self.leaves.append(variable)
            for child in (n for n, _ in node.next_functions if n is not None):
                if child not in self.parents:
                    self.parents[child] = []
                    stack.append(child)
                self.parents[child].append(node)

    def order(self):
        """The nodes, from the loss to the leaves."""
        return graphlib.TopologicalSorter(self.parents).static_order()

    def depths(self, nodes: dict) -> dict:
        """For each node how many layers lie on the longest way from it to the loss. nodes: layers' nodes and their steps."""
        depth: dict = {}
        for node in self.order():
            above = max((depth[p] for p in self.parents[node]), default=0)
            depth[node] = above + nodes.get(node, 0)
        return depth


@dataclass
class _Pass:
    """A forward and a backward pass: what was recorded, the graph, and norms of gradients and parameters by name."""

    recorder: _Recorder
    graph: _Graph
    norms: dict[str, float]
    sizes: dict[str, float]

    def __post_init__(self):
        self.calls = self.recorder.calls
        self.applied = {n for call in self.calls for n in call.weights}

    def finite(self) -> bool:
        """Whether all gradients are."""
        signals = [c.signal for c in self.calls if c.signal is not None]
        return all(map(math.isfinite, [*self.norms.values(), *signals]))

    def zero_starts(self) -> list[str]:
        """Zero weights that receive a gradient."""
        gates = sorted(self.recorder.gates)
        return [n for n in gates if self.sizes[n] == 0 and self.norms.get(n, 0) > 0]

    def stiffness(self, loss: float | None) -> float | None:
        """Norm of the gradient times norm of the weights over the loss."""
        grown = math.hypot(*self.norms.values()) * math.hypot(*(self.sizes[n] for n in self.norms))
        return grown / abs(loss) if loss and math.isfinite(grown) else None

    def fill(self, facts: Facts) -> None:
        """Put down what the pass alone shows; `facts.loss` is known."""
        facts.finite = math.isfinite(facts.loss or 0.0) and self.finite()
        learning = [c for c in self.calls if any(n in self.norms for n in c.weights)]
        known = {n for c in learning for n in c.weights} | self.recorder.used
        unseen = [n for n in self.norms if n in self.recorder.matrices and n not in known]
        facts.seen = sum(c.signal is not None for c in learning)
        facts.applications = len(learning) + len(unseen)
        facts.given = self.recorder.variety()
        if facts.finite:
            facts.stiffness, facts.zero_starts = self.stiffness(facts.loss), self.zero_starts()

    def layers(self, updates: dict[str, float]) -> list[Layer]:
        """One for each application of weights; then matrices that were not seen to be applied."""
        depths = self.graph.depths(self.recorder.nodes())
        made = [self._layer(call, depths, updates) for call in self.calls]
        if not any(x.depth for x in made):
            # a graph of its own behind the loss: then the order of execution is all there is
            for i, x in enumerate(reversed([x for x in made if x.signal is not None]), 1):
                x.depth = i
        for n in self.recorder.parameters:
            if n in self.recorder.matrices and n not in self.applied:
                x = Layer(_module(n), "elsewhere" if n in self.recorder.used else "not seen")
                x.weight_grad, x.weight, x.update = self.norms.get(n), self.sizes[n], updates.get(n)
                made.append(x)
        _compare_with_last(made)
        return made

    def _layer(self, call: _Call, depths: dict, updates: dict[str, float]) -> Layer:
        x = Layer(call.name, call.kind, signal=call.signal, times=call.times)
        if x.signal is not None:
            x.depth = max((depths.get(n, 0) for n, _ in call.places()), default=0)
        known = [self.norms[n] for n in call.weights if n in self.norms]
        x.weight_grad = math.hypot(*known) if known else None
        x.weight = math.hypot(*(self.sizes[n] for n in call.weights))
        x.update = max((updates[n] for n in call.weights if n in updates), default=None)
        x.activation, x.dead = call.activation, call.dead()
        x.mean, x.spread, x.differs = call.settle()
        last = x.depth == 1 and call.pulled_back <= LIMITS["missed"]
        x.saturated = None if last else call.saturated()
        return x

    def tell_of_off_outputs(self, layers: list[Layer], facts: Facts) -> None:
        """Last layers some of whose outputs are off on the whole batch although the loss pulls them up."""
        for call, x in zip(self.calls, layers, strict=False):
            if x.depth != 1 or not call.wanted or (x.dead or 0) > LIMITS["dead"]:
                continue
            said = f"{call.wanted} outputs of {x.name} are off on the whole batch ({x.activation}), and the loss pulls them up: "
            then = f"Take the {x.activation} after {x.name} away: a loss wants raw outputs. "
            then += "It worked if every output is above zero for some sample."
            facts.tell("dead_units", [x.name], f"{said}no gradient passes.", then)

    def alike(self, layers: list[Layer]) -> list[str]:
        """Hidden layers whose units are all the same and get the same gradient."""
        pairs = zip(self.calls, layers, strict=False)
        return list(dict.fromkeys(c.name for c, x in pairs if c.equal and x.depth > 1))


def _compare_with_last(layers: list[Layer]) -> None:
    last = min((x for x in layers if x.depth and x.signal), key=lambda x: x.depth, default=None)
    graded = [x for x in layers if x.weight_grad]
    for layer in layers:
        if last and layer.signal is not None and math.isfinite(last.signal):
            layer.signal_ratio = layer.signal / last.signal
        if graded and layer.weight_grad is not None and math.isfinite(graded[-1].weight_grad):
            layer.weight_grad_ratio = layer.weight_grad / graded[-1].weight_grad


# ---------- where it goes wrong ----------

MASKS = {"masked_fill", "fill", "full", "full_like", "new_full", "where", "triu", "tril"}
MASKS |= {"tensor", "nan_to_num", "pad"}
UNFILLED = {"empty", "empty_like", "empty_strided", "empty_permuted", "new_empty"}
UNFILLED |= {"new_empty_strided"}
ROUNDING = {"round", "floor", "ceil", "trunc", "fix", "sign", "sgn", "heaviside", "frac"}
BOUNDS = {"clamp", "clip", "clamp_min", "clamp_max", "minimum", "maximum", "hardtanh", "relu6"}
CHOICES = {"where", "masked_fill", "getitem", "gather", "index_select", "take", "max", "min"}
CHOICES |= {"amax", "amin", "topk", "sort", "scatter", "index_add"}
DIVISIONS = {"div", "truediv", "true_divide", "rdiv", "rtruediv", "divide", "reciprocal"}
# Why an operation gives nan or inf, what to do, and the operations to which it happens, going forward.
REASONS = {
    "log": (
        "its argument is zero or below",
        "Keep the argument of a log above zero: add 1e-8, or use log1p, logsigmoid or log_softmax.",
        ("log", "log2", "log10", "log1p", "logit"),
    ),
    "sqrt": (
        "its argument is below zero",
        "Keep the argument of a root above zero: clamp it, or add 1e-8.",
        ("sqrt", "rsqrt", "asin", "acos", "acosh", "atanh"),
    ),
    "exp": (
        "its argument is too large",
        "Bound the argument of exp, or subtract its maximum first (logsumexp, softmax).",
        ("exp", "exp2", "expm1", "sinh", "cosh", "pow", "rpow", "square"),
    ),
    "attention": (
        "a row is masked whole",
        "Leave every query one place that is not masked, or set such rows to zero afterwards.",
        ("softmax", "log_softmax", "multi_head_attention_forward", "scaled_dot_product_attention"),
    ),
    "nothing": (
        "a mean over nothing",
        "Leave such batches out, or divide by max(1, count): here no target counts, since all are left out.",
        ("mean", "nanmean", "cross_entropy", "nll_loss"),
    ),
    "single": (
        "a deviation of a single value",
        "Ask for unbiased=False, or for more than one value.",
        ("std", "var", "std_mean", "var_mean"),
    ),
    "ctc": (
        "an input is shorter than its labels",
        "Make inputs at least as long as their labels, or pass zero_infinity=True to CTC.",
        ("ctc_loss",),
    ),
    "0/0": (
        "zero is divided by zero",
        "Add 1e-8 to the divisor, or leave out what is zero.",
        ("weight_norm", "normalize", "cosine_similarity"),
    ),
    "1/0": ("it divides by zero", "Add 1e-8 to the divisor, or leave out what is zero.", ()),
    "half": (
        "half precision holds no number above 65504",
        "Use bfloat16 or float32 for this part, or scale its inputs down.",
        (),
    ),
    "memory": (
        "it reads memory that was never filled",
        "Use torch.zeros in place of torch.empty, or fill all of it first.",
        (),
    ),
}
BOUND = "Keep sizes from growing with depth: normalize, bound or scale each layer's output. Clipping gradients doesn't help."


@dataclass
class _Tag:
    """An operation of a pass: what it is called, after which layer or parameter it comes, whether in the loss, what it was given."""

    op: str
    layer: str
    weights: tuple[str, ...] = ()
    hint: str = ""

    def __str__(self):
        return f"`{self.op}` {'in the loss' if self.layer == 'loss' else f'after {self.layer}'}"


class _Tracer(_Recorder):
    """Finds the first operation whose result, or whose gradient, is not finite, and those that cut a gradient to exactly zero.

    bad: what happened, after which layer, what to do. softmaxes: the largest probability in each column.
    kept: so that no other tensor gets the id of one that is gone.
    """

    def __init__(self, model: nn.Module):
        super().__init__(model)
        self.bad: tuple[str, str, str] | None = None
        self.tags: dict = {}
        self.live: dict = {}
        self.softmaxes: list[torch.Tensor] = []
        self.unfilled: dict[int, torch.Tensor] = {}
        self.kept: list[torch.Tensor] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        raw = getattr(func, "__name__", "")
        name, given = raw.strip("_"), _tensors((args, kwargs or {}))
        if given and raw.endswith("_") and (not raw.startswith("__") or raw == "__setitem__"):
            self.unfilled.pop(id(given[0]), None)  # it is written
        read = [t for t in given if id(t) not in self.unfilled]
        had_nan, had_inf = (any(_any(test, t) for t in read) for test in (torch.isnan, torch.isinf))
        raw_memory = len(read) < len(given) and name not in PASSIVE | UNFILLED
        out = super().__torch_function__(func, types, args, kwargs)
        made = [t for t in _tensors(out) if t.is_floating_point() and id(t) not in self.names]
        self.kept += [*given, *made]
        if name in UNFILLED:
            self.unfilled |= {id(t): t for t in made}
            return out
        tag = self._tag(name, args, kwargs or {}, given)
        for tensor in made:
            if tensor.grad_fn is not None:
                self.tags.setdefault(tensor.grad_fn, tag)
            nan = _any(torch.isnan, tensor) and not had_nan
            inf = _any(torch.isinf, tensor) and not had_inf and name not in MASKS
            if (nan or inf) and not self.bad:
                kind = "memory" if raw_memory else _kind(name, kwargs or {}, given, tensor)
                gives, values = "nan" if nan else "inf", "not nan" if had_inf else "finite"
                self._blame(f"{tag} gives {gives} from values that are {values}", tag.layer, kind)
        if (had_nan or had_inf) and not self.bad:
            for tensor in read:
                own = _own_function(tensor.grad_fn)
                if own and tensor.is_floating_point() and not _finite(tensor):
                    said = f"`{own}`, an autograd.Function of your own, gives nan or inf"
                    self._blame(said, own, None)
        if name == "softmax" and made and made[0].dim() and made[0].shape[-1] > 1:
            self.softmaxes.append(made[0].detach().flatten(0, -2).amax(0))
        return out

    def _fixed(self, tensor) -> bool:
        """Whether a tensor is a buffer, made of frozen parameters alone, or a constant of more than one number."""
        names = self._weights_of(tensor)
        if names is not None:
            return not any(self.parameters[n].requires_grad for n in names)
        return id(tensor) in self.constants or tensor.numel() > 1 and self._unmarked(tensor)

    def _blame(self, said: str, layer: str, kind: str | None) -> None:
        frame, own = sys._getframe(), ""
        while frame and not own:
            own = next(filter(None, map(_own_function, frame.f_locals.values())), "")
            frame = frame.f_back
        if own:  # inside a function of the user's own
            said, layer = f"`{own}`, an autograd.Function of your own: {said}", own
        why, remedy, _ = REASONS.get(kind, ("", "", ()))
        sizes = [math.hypot(*c.settle()[:2]) for c in self.calls]
        sizes = [s for s in sizes if math.isfinite(s) and s > 0]
        grown = len(sizes) > 2 and sizes[-1] > LIMITS["growth"] * sizes[0]
        if grown and kind in (None, "exp", "half", "0/0"):
            why = f"sizes grow from {sizes[0]:.1e} to {sizes[-1]:.1e} over the layers before it"
            remedy = BOUND
        self.bad = (f"{said}{': ' * bool(why)}{why}", layer, remedy)

    def _tag(self, name: str, args, kwargs, given) -> _Tag:
        source = self._latest(given)
        weights = tuple(n for t in given for n in self._weights_of(t) or ())
        layer = weights[0] if weights else "the input"
        if self.in_loss:
            layer = "loss"
        elif name in WEIGHTED and weights:
            layer = _module(weights[0])
        elif source is not None:
            layer = self.calls[source].name
        return _Tag(name, layer, weights, self._hint(name, args, kwargs, given, source))

    def _hint(self, name: str, args, kwargs, given, source) -> str:
        """What was peculiar about the arguments of an operation."""
        if given and name in WEIGHTED:
            data = [t for t in given if self._weights_of(t) is None and t.is_floating_point()]
            if any(not t.numel() for t in data):
                return "no rows"
            return "" if all(map(_lives, data)) else "zeros"
        if name in ("mul", "imul", "rmul"):
            off = [t for t in given if not _lives(t)]
            if any(map(self._fixed, off)):
                return "masked"
            return "zero" if off or 0 in [a for a in args if isinstance(a, (int, float))] else ""
        if name == "softmax" and given[0].dim():
            dim = args[1] if len(args) > 1 and isinstance(args[1], int) else -1
            dim = kwargs.get("dim", dim) % given[0].dim()
            if given[0].shape[dim] == 1:
                last = source is not None and dim == given[0].dim() - 1
                return "one" if last and self.calls[source].raw.shape[-1] == 1 else "one place"
        return ""

    # going backward

    def listen(self, graph: _Graph) -> None:
        """Let every operation of the graph know which it is, and look at what it is given and gives."""
        for node in graph.order():
            if node not in self.tags:
                own = _own_function(node)
                above = (self.tags[p] for p in graph.parents[node] if p in self.tags)
                self.tags[node] = _Tag(own, own) if own else next(above, _Tag("loss", "loss"))
            node.register_hook(self._looking_at(node))

    def _looking_at(self, node):
        def look(gives, given):
            self.live[node] = any(map(_lives, given))
            if self.bad or not all(map(_finite, given)) or all(map(_finite, gives)):
                return
            tag, own = self.tags[node], _own_function(node)
            who = f"`{own}`, an autograd.Function of your own," if own else str(tag)
            said = f"going backward, {who} is the first to give a gradient that is not finite"
            name = next((name for name, (*_, ops) in REASONS.items() if tag.op in ops), "")
            remedy = REASONS[name][1] if name else ""
            if name in ("sqrt", "0/0", "log", "exp") or "norm" in tag.op:
                said += f": the gradient of {tag.op} has no value at zero"
                remedy = remedy or "Add 1e-8 before a root, a norm or a division."
            self.bad = (said, tag.layer, remedy)

        return look

    def cuts(self, graph: _Graph, parameter: torch.Tensor) -> list[_Tag]:
        """The operations that get a gradient and give a parameter none."""
        found, stack = {}, [n for n in graph.parents if getattr(n, "variable", None) is parameter]
        seen = set(stack)
        while stack:
            for parent in graph.parents[stack.pop()]:
                if self.live.get(parent):
                    found[id(self.tags[parent])] = self.tags[parent]
                elif parent not in seen:
                    seen.add(parent)
                    stack.append(parent)
        return list(found.values())


class _Nudger(_Recorder):
    """Changes the result of one of the detach() calls in a loss that read what the model gave."""

    def __init__(self, model: nn.Module, which: int):
        super().__init__(model)
        self.which, self.layer = which, ""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        before = self.detached
        out = super().__torch_function__(func, types, args, kwargs)
        if self.detached > before and before == self.which and out.is_floating_point():
            self.layer = self.calls[self._origin(out)].name
            out = out + 0.5 * (out.abs().mean() + 1e-3)
            self.mark(out, INPUT)
        return out


def _own_function(node) -> str:
    """The name of a user's autograd.Function; empty for PyTorch's own nodes."""
    own = isinstance(node, torch.autograd.function.BackwardCFunction)
    return type(node).__name__.removesuffix("Backward") if own else ""


def _kind(name: str, kwargs, given, out: torch.Tensor) -> str | None:
    """Which of REASONS made an operation's result nan or inf."""
    numbers = [t for t in given if t.is_floating_point()]
    of_classes = len(given) > 1 and not given[1].is_floating_point()
    if name in ("cross_entropy", "nll_loss") and of_classes:
        left_out = given[1] == kwargs.get("ignore_index", -100)
        return "nothing" if bool(left_out.all()) else None
    if name in ("mean", "nanmean"):
        return "nothing" if any(not t.numel() for t in numbers) else None
    if out.dtype == torch.float16 and _any(torch.isinf, out):
        return "half"
    if name in DIVISIONS:
        by_zero = numbers and bool((numbers[-1] == 0).any())
        return None if not by_zero else "0/0" if _any(torch.isnan, out) else "1/0"
    return next((kind for kind, (*_, ops) in REASONS.items() if name in ops), None)


# ---------- one examination ----------


def examine(model, loss_fn, inputs, targets=None, *, optimizer=None, call=None) -> Report:
    """Say why this model does, or does not, learn from this batch; changes nothing.

    model: an nn.Module, in the mode it trains in. inputs, targets: one batch, as the training loop has it (tensors, tuples, dicts).
    loss_fn: called as loss_fn(output, targets), or loss_fn(output) without targets; returns a scalar tensor.
    optimizer: the one in use, or a list of several; only with it can there be a verdict on the learning rate.
    call: how to call a model with several arguments, such as `lambda model, batch: model(**batch)`.
    Raises TypeError or ValueError that names the problem and the mend; the model is unchanged then, too.
    """
    whole, model = model, _plain(model)
    optimizers = _listed(optimizer)
    _check(model, loss_fn, inputs, optimizers, call)
    modules = [m for m in (model, loss_fn, *optimizers) if isinstance(m, nn.Module)]
    compiled = whole is not model and "_orig_mod" in getattr(whole, "_modules", {})
    # compiled parts run as they were written: only then can they be seen
    stance = getattr(torch.compiler, "set_stance", contextlib.nullcontext)
    plain = torch.inference_mode(False)
    with _unharmed(modules) as rewind, plain, torch.enable_grad(), stance("force_eager"):
        visit = _Visit(model, loss_fn, inputs, targets, optimizers, call, rewind)
        visit.facts.compiled = compiled
        return visit.report()


def _listed(optimizer) -> list:
    if optimizer is None:
        return []
    return list(optimizer) if isinstance(optimizer, (list, tuple)) else [optimizer]


WAKING = 3  # steps that are given to parts behind a zero start
HEALING = 10  # steps that the optimizer is given to bring a signal up
SICK = {"dead_units", "saturated_units", "vanishing", "collapsed_activations", "inconclusive"}


class _Visit:
    """One examination: the passes it makes and what they show.

    given: what the passes were given, so that it is not taken for weights. turns: how often other random numbers were drawn.
    """

    def __init__(self, model, loss_fn, inputs, targets, optimizers, call, rewind):
        self.model, self.loss_fn, self.optimizers, self.rewind = model, loss_fn, optimizers, rewind
        self.inputs, self.targets, self.call = inputs, targets, call
        self.parameters = dict(model.named_parameters())
        self.trained = {n: p for n, p in self.parameters.items() if p.requires_grad}
        self.held = _held(optimizers)
        self.facts = Facts()
        self.tell = self.facts.tell
        self.given: list[torch.Tensor] = []
        self.turns = self.passes = 0

    def report(self) -> Report:
        facts = self.facts
        one, output, loss, gradients = self.run()
        facts.loss = float(loss.detach())
        one.fill(facts)
        if facts.finite:
            self.look_at_parameters(one, output, facts.loss)
            if self.optimizers and one.norms:
                self.look_at_step(one, output, gradients)
        layers = one.layers(facts.updates)
        if not facts.finite:
            self.look_at_what_is_not_finite()
        else:
            self.look_again(one, layers, gradients)
            facts.guess, facts.output = self.guess(one.recorder, output)
            before = len(facts.told)
            self.look_at_batch(one.recorder, output)
            if (
                len(facts.told) > before
                and (self.learned(output, facts.loss) or 1.0) <= LIMITS["learned"]
            ):
                del facts.told[before:]
        return _concluded(layers, facts)

    # passes

    def run(self, kind=_Recorder, model=None, change=None, scale=None, anew=False):
        """One pass with a recorder of this kind: (_Pass, output, loss, gradients by name)."""
        model = model or self.model
        parameters = {n: p for n, p in model.named_parameters() if p.requires_grad}
        recorder = kind(model)
        output, loss = self.forward(recorder, model, change, anew)
        if not loss.requires_grad or not parameters:
            gradients, graph = dict.fromkeys(parameters), _Graph([])
        else:
            try:
                gradients, graph = self.backward(loss, recorder, parameters, scale)
            except RuntimeError:
                # refused, as by reentrant checkpoints: a plain backward pass, anew
                recorder = kind(model)
                output, loss = self.forward(recorder, model, change)
                again = (loss, recorder, parameters, scale, True)
                gradients, graph = _named("the backward pass", lambda: self.backward(*again))
        norms = {n: _norm(g) / (scale or 1.0) for n, g in gradients.items() if g is not None}
        if scale:
            recorder.divide(scale)
        sizes = {n: _norm(p) for n, p in recorder.parameters.items()}
        return _Pass(recorder, graph, norms, sizes), output, loss, gradients

    def forward(self, recorder=None, model=None, change=None, anew=False):
        """(output, loss) of one pass from the state and the random numbers that the model came with; anew: with other ones."""
        if self.passes:
            self.rewind()
        self.passes += 1
        if anew:
            self.turns += 1
            torch.rand(self.turns)
        model, again = model or self.model, change or (lambda t: t)
        batch = _map(
            lambda t: again(t.detach().clone().requires_grad_(t.requires_grad)),
            [self.inputs, self.targets],
        )
        inputs, targets = batch
        self.given += _tensors(batch)
        call, asked = self.call or (lambda model, inputs: model(inputs)), self.call
        if recorder is not None:
            recorder.mark(batch, INPUT)
        with recorder or contextlib.nullcontext():
            output = _named("the model", lambda: call(model, inputs), asked)
            if recorder is not None:
                recorder.in_loss = True
            given = (output,) if targets is None else (output, targets)
            loss = _named("the loss function", lambda: self.loss_fn(*given))
        return output, _scalar(loss)

    def backward(self, loss, recorder, parameters, scale=None, plain=False):
        """(gradients by name, None where the graph does not reach; the graph). `.grad` of all leaves is set aside meanwhile."""
        graph = _Graph([loss.grad_fn])
        recorder.attach()
        if isinstance(recorder, _Tracer):
            recorder.listen(graph)
        loss = loss if scale is None else loss.float() * scale
        probes = [c.inputs for c in recorder.calls if c.inputs is not None and c.inputs.is_leaf]
        asked = [*parameters.values(), *probes]
        with _set_aside([*graph.leaves, *self.model.parameters(), *asked]):
            if plain:
                loss.backward()
                found = [None] * len(asked)
            else:
                found = torch.autograd.grad(loss, asked, allow_unused=True)
            # a backward pass inside leaves its part in .grad
            gradients = {}
            for (name, p), g in zip(parameters.items(), found, strict=False):
                gradients[name] = g if p.grad is None else p.grad if g is None else g + p.grad
            return gradients, graph

    def loss_of(self, values: dict) -> float:
        """The loss with other values, by parameter."""
        with _swapped(values):
            return float(self.forward()[1].detach())

    # what is looked at

    def look_at_parameters(self, one: _Pass, output, loss: float) -> None:
        """Parameters without a gradient, without an optimizer, and leaves that are no parameters."""
        off = [n for n, p in self.parameters.items() if not p.requires_grad]
        missing = [n for n in self.trained if n not in one.norms]
        held = {n for n, p in self.trained.items() if self.held is None or id(p) in self.held}
        cut = self.cut_off([n for n in missing if n in held], loss)
        unused = [n for n in missing if n not in cut]
        said = "no gradient reaches {}, although requires_grad is on and the loss changes with their values: "
        said += "between them and the loss the graph is cut."
        self.facts.tell_of("disconnected_layers", cut, said)
        then = "If another optimizer does, pass all of them as a list. Otherwise give these parameters to the optimizer. "
        then += "It worked if they differ after one step."
        forgotten = [n for n in one.norms if n not in held]
        said = "a gradient flows to {}, and no given optimizer moves them."
        self.facts.tell_of("frozen_layers", forgotten, said, then)
        said = "{}" if self.trained else "all parameters: nothing can change"
        said = f"requires_grad is off for {said}."
        self.facts.tell_of("frozen_layers", off, said, note=bool(self.trained))
        said = "the loss does not depend on {} in this pass."
        self.facts.tell_of("unused_parameters", unused, said, note=True)
        if not one.norms and self.trained and not cut:
            said = "the loss depends on no parameter at all: it reaches none through the graph, and does not change with their values."
            self.tell("disconnected_layers", map(_module, unused), said)
        self.look_for_strangers(one)

    def cut_off(self, names: list[str], loss: float) -> list[str]:
        """Those parameters whose values the loss depends on: it moves when they are changed, under the same random numbers."""
        if not names:
            return []
        shaky = abs(self.loss_of({}) - loss)

        def moves(some: list[str]) -> bool:
            values = {self.parameters[n]: _shaken(self.parameters[n]) for n in some}
            return abs(self.loss_of(values) - loss) > 10 * shaky + 1e-7 * abs(loss)

        if not moves(names):
            return []
        modules: dict[str, list[str]] = {}
        for name in names:
            modules.setdefault(_module(name), []).append(name)
        return [n for some in modules.values() if len(modules) == 1 or moves(some) for n in some]

    def look_for_strangers(self, one: _Pass) -> None:
        """Leaves of the graph that are in no parameters(): made before the pass, reached through the model or from the loss alone."""
        known = {id(t) for t in (*self.parameters.values(), *self.given, *self.model.buffers())}
        known |= {id(c.inputs) for c in one.calls} | (self.held or set())
        if all(id(t) in known for t in one.graph.leaves):
            return
        later, again = self.forward()
        known |= {id(t) for t in self.given}
        lasting = {id(t) for t in _Graph([again.grad_fn]).leaves} - known
        found = [t for t in one.graph.leaves if id(t) in lasting]
        ends = _tensors(later)
        through = {id(t) for t in _Graph([t.grad_fn for t in ends]).leaves} if ends else lasting
        inside = [_named_in(self.model, t) for t in found if id(t) in through]
        outside = [t for t in found if id(t) not in through]
        if inside:
            said = "which model.parameters() does not list, so no optimizer moves them."
            said = f"the forward pass learns through {_names(inside)}, {said}"
            self.tell("unregistered_parameters", inside, said)
        if outside:
            shapes = ", ".join(str(tuple(t.shape)) for t in outside[:3])
            said = f"{len(outside)} leaves that require a gradient (shapes {shapes}) are reached from the loss function alone, "
            said += "not through the model."
            then = "If it wasn't meant that they stay as they are, give them to an optimizer."
            self.tell("unregistered_parameters", ["loss"], said, then, note=True)

    def step(self, trial: _Trial, gradients: dict) -> dict:
        """New values after one step of a copy of the optimizers, by parameter."""
        by_id = {id(p): gradients.get(n) for n, p in self.parameters.items()}
        new = trial.step(by_id)
        return {p: new[id(p)] for p in self.parameters.values() if id(p) in new}

    def look_at_step(self, one: _Pass, output, gradients: dict) -> None:
        """One step of a copy of the optimizers: relative updates, whether they are finite or rounded away, the loss afterwards."""
        facts, who = self.facts, "the optimizer's step"
        new = _named(who, lambda: self.step(_Trial(self.optimizers), gradients))
        graded = {n: p for n, p in self.trained.items() if gradients.get(n) is not None}
        moving = {n: p for n, p in graded.items() if p in new}
        matrices = {n: p for n, p in moving.items() if n in one.recorder.matrices}
        facts.updates = {n: _moved(new[p], p.detach()) for n, p in matrices.items()}
        self.look_at_rounding(moving, new, gradients)
        facts.loss_after = self.loss_of(new)
        if max(facts.updates.values(), default=1) < LIMITS["rate_too_small"]:
            facts.learned = self.learned(output, facts.loss)

    def look_at_rounding(self, moving: dict, new: dict, gradients: dict) -> None:
        """Compare the step with the same one in float64, where there is reason to."""
        bad = [n for n, p in moving.items() if not _finite(new[p])]
        half = {n: p for n, p in moving.items() if p.dtype in (torch.float16, torch.bfloat16)}
        if not bad and not half:
            return
        doubled = {n: g.double() for n, g in gradients.items() if g is not None}
        exact = self.step(_Trial(self.optimizers, torch.float64), doubled)
        steps = {p: exact[p] - p.detach().double() for p in moving.values()}
        far = max(_norm(step) / (_norm(p) or 1.0) for p, step in steps.items())
        if bad:
            said = "all gradients are finite, and one step of the optimizer makes {} nan or inf; the same step in float64 is finite."
            self.facts.tell_of(
                "nonfinite_update", [] if far > LIMITS["rate_too_large"] else bad, said
            )
            return
        alive = {n: gradients[n] != 0 for n in half}
        total = sum(int(flags.sum()) for flags in alive.values())
        still = sum(int(((new[p] == p) & alive[n]).sum()) for n, p in half.items())
        if still > LIMITS["rounded"] * total and far > LIMITS["rate_too_small"]:
            dtype = str(next(iter(half.values())).dtype).removeprefix("torch.")
            said = f"{still / total:.0%} of the entries of the {dtype} weights that get a gradient are the same after one step, "
            said += f"which would move them by up to {far:.1e} of their size."
            self.tell("lost_updates", map(_module, half), said)

    def learned(self, output, loss: float) -> float | None:
        """The loss over the largest loss with the answers shuffled along the batch; None where that can't be had."""
        rows = min((t.shape[0] for t in _tensors(output) if t.dim()), default=0)
        if self.targets is None or rows < 2:
            return None

        def shuffle(by: int, t: torch.Tensor) -> torch.Tensor:
            return t.roll(by, 0) if t.dim() and t.shape[0] == rows else t

        turns = [functools.partial(shuffle, by) for by in {1, rows // 3, rows // 2}]
        worst = max(self.loss_with(output, turn) or 0.0 for turn in turns)
        return loss / worst if worst > 0 else None

    def loss_with(self, output, change) -> float | None:
        """The loss of a changed output; None where the loss function refuses it."""
        try:
            return float(self.loss_fn(_map(lambda t: change(t.detach()), output), self.targets))
        except Exception:  # an output that the loss was never meant for
            return None

    def guess(self, recorder: _Recorder, output) -> tuple[float | None, float | None]:
        """(the smaller loss of an output of zeros and of the batch's mean output, size of the output); None where it has no meaning."""
        outputs, loss = _tensors(output), self.facts.loss
        if len(recorder.guesses) == 1 and abs(recorder.guesses[0][0] - loss) <= 1e-5 * abs(loss):
            ends = [c.settle() for c in recorder.calls if c.signal is not None]
            return recorder.guesses[0][1], math.hypot(*ends[-1][:2]) if ends else None
        if self.targets is None or len(outputs) != 1 or not outputs[0].is_floating_point():
            return None, None
        out = outputs[0].detach()
        if not out.dim() or bool((out <= 0).all()) and _largest(out.logsumexp(-1)) < 1e-2:
            return None, None  # log-probabilities
        makes = (torch.zeros_like, lambda t: t.mean(0, keepdim=True).expand_as(t))
        losses = [self.loss_with(output, make) for make in makes]
        known = [loss for loss in losses if loss is not None and math.isfinite(loss)]
        return min(known, default=None), _norm(out) / math.sqrt(out.numel() or 1)

    def look_at_what_is_not_finite(self) -> None:
        """Inputs and targets first, then parameters, then the first operation that makes it so."""
        bad = [*_bad("inputs", self.inputs), *_bad("targets", self.targets)]
        if bad:
            said = f"{_names(bad)} hold NaN or inf before the net sees them."
            self.tell("nonfinite_input", bad, said)
            return
        bad = next((n for n, p in self.parameters.items() if not _finite(p)), "")
        if bad:
            said, layer, remedy = f"the parameter {bad} itself holds nan or inf", _module(bad), ""
        else:
            said, layer, remedy = self.trace()
        remedy += " It worked if this report names no operation." if remedy else ""
        said += f". The loss is {_short(self.facts.loss)}."
        self.tell("nonfinite_layer", [layer], said, remedy)

    def trace(self) -> tuple[str, str, str]:
        """(what made the pass not finite, after which layer, what to do)."""
        one, *_ = self.run(_Tracer)
        if one.recorder.bad:
            return one.recorder.bad
        names = [n for n, g in one.norms.items() if not math.isfinite(g)]
        if names:
            said = f"every operation is finite, and the gradient of {_names(names)} is not"
            return said, _module(names[0]), ""
        said = "the loss or a gradient is not finite; it could not be traced to one operation"
        return said, "loss", ""

    def look_again(self, one: _Pass, layers: list[Layer], gradients: dict) -> None:
        """What looks wrong at first is looked at once more: does it wake after a few steps, is it sound in higher precision?"""
        facts, alike = self.facts, one.alike(layers)
        zeros = [n for n, g in one.norms.items() if g == 0 and n in one.recorder.used]
        silent = not any(one.norms.values())
        first = judge(layers, facts)[0].code
        asleep = facts.zero_starts or zeros or first == "collapsed_activations"
        if (alike or zeros or first in SICK) and asleep and not silent:
            alike, zeros = self.wake(one, layers, gradients, alike, zeros)
        if alike:
            said = "all units compute the same on this batch and get the same gradient, so they stay copies of one unit."
            self.tell("symmetric_init", alike, f"in {_names(alike)} {said}")
        self.look_at_applications(one, layers)
        if one.norms and (silent or _suspicious(one, self.parameters)):
            self.compare(one, layers, gradients)
        if zeros and not facts.has_told("underflow"):
            self.look_at_zeros(zeros, layers, silent)
        worst = judge(layers, facts)[0].code
        if worst in ("vanishing", "collapsed_activations") and self.optimizers:
            self.heal(layers, gradients)

    def look_at_applications(self, one: _Pass, layers: list[Layer]) -> None:
        """One of several applications of a layer that gets no gradient, outputs that are off, terms without a gradient."""
        one.tell_of_off_outputs(layers, self.facts)
        turns, counted = collections.defaultdict(list), collections.Counter()
        for x in layers:
            counted[x.name] += 1
            turns[counted[x.name]].append(x)
        ends = {x.name for x in layers if x.depth == 1}
        still: list[str] = []
        for turn in turns.values():
            if not any(x.signal for x in turn) and ends & {x.name for x in turn}:
                still += [x.name for x in turn if x.signal == 0 and x.weight_grad]
        if still and not self.facts.zero_starts:
            said = f"one application of {_names(list(dict.fromkeys(still)))} gets a signal of exactly zero, and another does not: "
            said += "a term of the loss has no gradient."
            then = "Compute the gradient of each term of the loss alone, and change the one that gives zero: "
            then += "a ReLU net, for instance, has no second derivative. It worked if every term moves the weights."
            self.tell("zero_gradient", still, said, then)
        if one.recorder.detached:
            self.look_for_detached_terms(one.recorder.detached)

    def look_for_detached_terms(self, n: int) -> None:
        """Change each value that the loss reads through a detach(): does the loss depend on it?"""
        loss = float(self.forward()[1].detach())
        for i in range(min(n, 4)):
            nudger = _Nudger(self.model, i)
            if abs(float(self.forward(nudger)[1].detach()) - loss) > 1e-6 * abs(loss):
                said = f"the loss reads the output through `detach` after {nudger.layer}: "
                said += "that part of it moves the loss and gives no gradient."
                self.tell("detached_term", ["loss"], said, note=True)
                return

    def wake(self, one: _Pass, layers, gradients, alike, zeros) -> tuple[list[str], list[str]]:
        """A few even steps of all weights, other random numbers each time: what is alike, zero or dead still is so by itself."""
        facts, values = self.facts, {n: p.detach().clone() for n, p in self.trained.items()}
        for _ in range(WAKING):
            for name, g in gradients.items():
                if g is not None and (size := _norm(g)) > 0:
                    value, g = values[name], g.to_dense() if g.is_sparse else g
                    step = 0.02 * (_norm(value) or math.sqrt(value.numel()))
                    values[name] = value - (g * (step / size)).to(value.dtype)
            with _swapped({self.parameters[n]: v for n, v in values.items()}):
                later, _, loss, gradients = self.run(anew=True)
                if not (math.isfinite(float(loss.detach())) and later.finite()):
                    return alike, zeros
                theirs = later.layers({})
                zeros = [n for n in zeros if later.norms.get(n, 0) == 0]
        _keep_differing(layers, theirs)
        if [x.name for x in layers] == [x.name for x in theirs]:
            for x, y in zip(layers, theirs, strict=True):
                if facts.zero_starts and x.dead is not None and y.dead is not None:
                    x.dead = min(x.dead, y.dead)
                if x.signal == 0 and y.signal and not x.weight_grad and not facts.zero_starts:
                    facts.zero_starts = ["weights that a step wakes"]
        return [n for n in alike if n in later.alike(theirs)], zeros

    def heal(self, layers: list[Layer], gradients: dict) -> None:
        """A few steps of a copy of the optimizers: where is the ratio then, and what differs between rows by then?"""
        trial = _Trial(self.optimizers)
        for _ in range(HEALING):
            with _swapped(self.step(trial, gradients)):
                later, *_, gradients = self.run()
                theirs = later.layers({})
            if not later.finite():
                return
        points = _points(theirs, Facts(zero_starts=later.zero_starts()))
        if points and points[-1].signal:
            self.facts.healed = points[0].signal / points[-1].signal
        _keep_differing(layers, theirs)

    def compare(self, one: _Pass, layers: list[Layer], gradients: dict) -> None:
        """Make the pass again in float64, else with the loss scaled up: what was lost there, and is the profile sound?"""
        later, their_gradients, scale = self.in_double() or self.scaled() or (None, {}, 1.0)
        if later is None:
            return
        theirs = later.layers({})
        pairs = list(zip(layers, theirs, strict=False))
        dtypes = {c.name: c.tiny[1] for c in one.calls if c.tiny}
        faint = set()
        for x, y in pairs:
            less = y.weight_grad and x.weight_grad is not None
            if less and x.weight_grad < LIMITS["lost"] * y.weight_grad:
                faint |= {x.name} if self.tiny(y.weight_grad, x.name, dtypes) else set()
        alive, all_alive = _alive(gradients), _alive(their_gradients)
        for n, count in alive.items():
            if count < (1 - LIMITS["gone"]) * all_alive.get(n, 0):
                size = _norm(their_gradients[n]) / scale
                faint |= {_module(n)} if self.tiny(size, _module(n), dtypes) else set()
        flow = _flow(theirs, self.facts).code
        sick = _dead(theirs) or _saturated(theirs) or flow in ("vanishing", "exploding")
        lost = [name for name in dict.fromkeys(x.name for x in layers) if name in faint]
        if lost and not sick:
            said = f"in {_names(lost)} half of the weight gradient or nearly all of its entries round to zero; "
            said += "in higher precision, or with the loss scaled up, the same pass is sound."
            self.tell("underflow", lost, said)
            return
        for x, y in pairs:
            if x.signal == 0 and y.signal:
                x.signal, x.signal_ratio, x.weight_grad = y.signal, y.signal_ratio, y.weight_grad

    def tiny(self, norm: float, module: str, dtypes: dict) -> bool:
        """Whether a gradient's entries are so small that the precision may have lost them, not merely their sum."""
        found = [p for n, p in self.parameters.items() if _module(n) == module and p.dim() > 1]
        least = [1e2 * _smallest(dtypes.get(module, p.dtype)) for p in found]
        return any(norm / math.sqrt(p.numel()) < x for p, x in zip(found, least, strict=True))

    def in_double(self):
        """(pass, gradients, scale) of a float64 twin, without autocast; None where the model has no such twin."""
        try:
            twin = copy.deepcopy(self.model).double()
            with torch.autocast(next(twin.parameters()).device.type, enabled=False):
                one, _, _, gradients = self.run(
                    _Recorder, twin, lambda t: t.double() if t.is_floating_point() else t
                )
        except Exception:  # a model that can't be copied, or holds its precision
            return None
        return one, gradients, 1.0

    def scaled(self):
        """The same of the model itself, its loss scaled up as far as its precision allows."""
        for scale in (2.0**power for power in (24, 15, 10)):
            one, _, _, gradients = self.run(scale=scale)
            if one.finite():
                return one, gradients, scale
        return None

    def look_at_zeros(self, zeros: list[str], layers: list[Layer], silent: bool) -> None:
        """Name the operation at which each gradient becomes exactly zero, and say what that means."""
        traced, *_ = self.run(_Tracer)
        told: dict[tuple, list[str]] = {}
        siblings = _siblings(self.parameters)
        for name in zeros:
            tags = traced.recorder.cuts(traced.graph, self.parameters[name])
            verdicts = {_meaning(tag, name, siblings, traced) for tag in tags}
            for verdict in verdicts or {("zero_gradient", CANCEL, True)}:
                told.setdefault(verdict, []).append(name)
        behind = _dead(layers) or _saturated(layers) or self.facts.has_told("symmetric_init")
        loss = self.facts.loss
        learned = self.learned(self.forward()[0], loss) or 1.0 if silent and loss else 0.0
        if silent and learned <= LIMITS["learned"]:
            return
        for (code, why, note), names in told.items():
            cancels = "cancel" in why and all(self.parameters[n].dim() < 2 for n in names)
            if not code or behind or cancels:
                continue
            which = "every gradient" if silent else f"the gradient of {_names(names)}"
            self.tell(code, map(_module, names), f"{which} is exactly zero: {why}.", note=note)

    def look_at_batch(self, recorder: _Recorder, output) -> None:
        """Inputs that are constant, of integers or far from unit scale; targets that don't fit; time taken for the batch."""
        outputs = [t for t in _tensors(output) if t.is_floating_point()]
        targets = _tensors(self.targets)
        if len(outputs) == 1 and len(targets) == 1:
            self.look_at_targets(recorder, outputs[0].detach(), targets[0])
        for tensor in recorder.rows:
            self.look_at_inputs(tensor.detach())
        for t in _tensors(self.inputs):
            if t.is_floating_point() or t.dtype == torch.bool or t.is_complex() or t.dim() < 2:
                continue
            fed = [r for r in recorder.rows if r.shape == t.shape and r.is_floating_point()]
            if any(bool((r == t).all()) for r in fed) and len(t.unique()) > 2:
                said = f"integers from {int(t.min())} to {int(t.max())} are fed as numbers."
                self.tell("bad_batch", ["inputs"], said)
        if len(targets) == 1 and targets[0].dim() in (1, 2):
            for call in recorder.calls:
                self.look_at_time(call, *targets[0].shape)

    def look_at_time(self, call: _Call, batch: int, *places: int) -> None:
        """Does a recurrent module run along the batch?"""
        if call.kind not in RECURRENT or not batch or not call.lengths or call.inputs.dim() != 3:
            return
        shape, (axis, sizes) = tuple(call.inputs.shape), call.lengths
        other = shape[1 - axis]
        if sizes is None and shape[axis] == batch != other and other not in places:
            said = f"{call.name} runs along axis {axis} of its input {shape}, which has the length of the batch: "
            said += "each sample is taken for a step of time."
            then = f"Set batch_first={axis == 0} in {call.name}, or transpose its input. "
            then += "It worked if the axis of time is the one it runs along."
            self.tell("bad_batch", [call.name], said, then)

    def look_at_inputs(self, tensor: torch.Tensor) -> None:
        several = tensor.dim() > 1 and len(tensor) > 1 and tensor.numel()
        if not several or not tensor.is_floating_point():
            return
        shape, flat = f"an input of shape {tuple(tensor.shape)}", tensor.flatten(1).double()
        same = flat == flat[:1]
        if not bool(flat.any()):
            return  # a state that starts at zero
        if bool(same.all()):
            self.tell("bad_batch", ["inputs"], f"all {len(flat)} rows of {shape} are the same.")
            return
        constant = float(same.all(0).double().mean())
        if constant > LIMITS["gone"] and flat.shape[1] > 1:
            said = f"{constant:.0%} of the columns of {shape} hold one value each."
            self.tell("bad_batch", ["inputs"], said)
        self.look_at_scale("inputs", f"{shape} meets the first layer with values of", flat)

    def look_at_scale(self, which: str, said: str, values: torch.Tensor) -> None:
        size = math.sqrt(_square(values)) if values.numel() else 0.0
        if size > LIMITS["large_data"] or 0 < size < LIMITS["small_data"]:
            ends = f"from {float(values.min()):.3g} to {float(values.max()):.3g}"
            self.tell("unscaled_data", [which], f"{said} size {size:.1e}, {ends}.")

    def look_at_targets(self, recorder: _Recorder, out: torch.Tensor, t: torch.Tensor) -> None:
        said = ""
        if t.is_floating_point() and not recorder.broadcasts:
            self.look_at_scale("targets", "the targets have", t.double())
        elif t.is_floating_point():
            one, other = recorder.broadcasts[0]
            said = f"the loss takes shapes {one} and {other} together, which spread over each other: each output meets every target."
        elif t.dtype != torch.bool and t.numel() > 7 and int(t.min()) == int(t.max()):
            said = f"all {t.numel()} targets are {int(t.min())}: there is one class alone."
        elif out.dim() > 1 and out.shape[1] == 1 and t.dim() == 1 and self.facts.loss == 0:
            said = f"there is one output per sample and targets go up to {int(t.max())}: a softmax over one output is always one."
        if said:
            self.tell("bad_targets", ["targets"], said)


def _concluded(layers: list[Layer], facts: Facts) -> Report:
    findings = judge(layers, facts)
    return Report(findings[0].code, findings, layers, facts)


def _keep_differing(layers: list[Layer], later: list[Layer]) -> None:
    """What differs between rows at one of two times is not collapsed."""
    for x, y in zip(layers, later, strict=False):
        if x.differs is not None and y.differs is not None and x.name == y.name:
            x.differs = max(x.differs, y.differs)


def _siblings(parameters) -> dict[str, list[list[str]]]:
    """For each parameter in a numbered list (experts.3.fc) the same places in its siblings; outer lists first."""
    found, groups, places = collections.defaultdict(list), collections.defaultdict(list), []
    for name in parameters:
        parts = name.split(".")
        for i, part in enumerate(parts):
            place = (*parts[:i], None, *parts[i + 1 :])
            groups[place].append(name)
            places += [(name, place)] if part.isdigit() else []
    for name, place in places:
        if len(groups[place]) > 1:
            found[name].append(groups[place])
    return found


CANCEL = "the parts of its gradient cancel"


def _meaning(tag: _Tag, name: str, siblings, one: _Pass) -> tuple[str, str, bool]:
    """(code, why, whether a note) of a gradient that is cut to zero at an operation; no code where that is as it should be."""
    op, hint, zero, flat = tag.op, tag.hint, "zero_gradient", "where its slope is zero"
    groups = [g for g in siblings.get(name, ()) if any(one.norms.get(n, 0) > 0 for n in g)]
    if groups and (op in CHOICES or hint in ("no rows", "zero", "zeros")):
        index, size = groups[0].index(name), len(groups[0])
        gates = [float(p[index]) for p in one.recorder.softmaxes if len(p) == size]
        if any(gate < LIMITS["gate"] for gate in gates):
            return zero, f"its gate is below {LIMITS['gate']:.0e} on every row", False
        return zero, "no row of this batch was given to it", True
    kind = ACTIVATIONS.get(op, _Activation())
    single, blind = op == "softmax", NORMS | {"softmax", "log_softmax", "sub", "cross_entropy"}
    meanings = (
        (single and hint == "one", zero, "is over one element, so it is always one", False),
        (single and hint == "one place", zero, "is over a single place in this batch", True),
        (op in WEIGHTED and hint, zero, f"is fed {hint} in this batch", True),
        (op in ROUNDING, zero, "has slope zero everywhere", False),
        (op in BOUNDS, zero, f"holds every value at its bounds, {flat}", False),
        (kind.slope, "saturated_units", f"is pinned at its ends for every value, {flat}", False),
        (kind.off is not None, "dead_units", f"is off for every value, {flat}", False),
        (hint == "zero", zero, "is by zero", False),
        (hint == "masked", zero, "is by a mask that is zero", True),
        (op in blind, "", "takes no notice of a shift", True),
        (op in CHOICES, zero, "chose none of its values in this batch", True),
        (op in WEIGHTED | {"add", "iadd", "radd"}, "", "takes its sum, which cancels", True),
        (True, zero, "gets a gradient and passes none on", True),
    )
    return next((code, f"{tag} {why}", note) for holds, code, why, note in meanings if holds)


def _shaken(p: torch.Tensor) -> torch.Tensor:
    """Other values of the same size."""
    size = _norm(p) / math.sqrt(max(1, p.numel())) or 1 / math.sqrt(p.shape[-1] if p.dim() else 1)
    noise = torch.randn(p.shape, generator=torch.Generator().manual_seed(0))
    return p.detach() + (size * noise).to(p.device, p.dtype)


def _named_in(model, tensor) -> str:
    """Where a tensor that is no parameter hangs in a model: its attribute, through lists, dicts and plain modules."""
    stack, seen = list(model.named_modules()), set()
    while stack:
        path, thing = stack.pop(0)
        made = isinstance(thing, torch.Tensor) and thing.grad_fn is not None
        if thing is tensor or made and any(t is tensor for t in _Graph([thing.grad_fn]).leaves):
            return path  # it, or a copy of it
        if id(thing) in seen or isinstance(thing, torch.Tensor):
            continue
        seen.add(id(thing))
        if isinstance(thing, nn.Module):
            parts = {**thing.__dict__, **thing._parameters, **thing._modules}
            for key in ("_parameters", "_modules", "_buffers"):
                parts.pop(key, None)
            stack += [(f"{path}.{k}".strip("."), v) for k, v in parts.items()]
        elif isinstance(thing, dict):
            stack += [(f"{path}[{k!r}]", v) for k, v in thing.items()]
        elif isinstance(thing, (list, tuple, set)):
            stack += [(f"{path}[{i}]", v) for i, v in enumerate(thing)]
    return f"a leaf of shape {tuple(tensor.shape)}"


def _alive(gradients: dict) -> dict[str, int]:
    """How many entries of each matrix's gradient are not zero."""
    matrices = {n: g for n, g in gradients.items() if g is not None and g.dim() > 1}
    return {n: int(_values(g).count_nonzero()) for n, g in matrices.items()}


def _held(optimizers) -> set[int] | None:
    """Ids of the parameters that optimizers move; None without one. A group at rate zero beside others is not moved."""
    if not optimizers:
        return None
    groups = [g for optimizer in optimizers for g in optimizer.param_groups]
    moving = [g for g in groups if g.get("lr", 1) != 0] or groups
    return {id(p) for g in moving for p in g["params"]}


def _smallest(dtype) -> float:
    """A size of entries below which a gradient may be lost to its precision."""
    return 1e-5 if dtype == torch.float16 else 1e-300 if dtype == torch.float64 else 1e-35


def _suspicious(one: _Pass, parameters: dict) -> bool:
    """Whether anything that is not exactly zero is so small that its precision may have lost it, or half of it is zero in float16."""
    seen = [c.tiny for c in one.calls if c.tiny]
    matrices = {n: p for n, p in parameters.items() if p.dim() > 1 and n in one.norms}
    seen += [(one.norms[n] / math.sqrt(p.numel()), p.dtype) for n, p in matrices.items()]
    low = [(size, dtype) for size, dtype in seen if size < _smallest(dtype)]
    return any(size > 0 or dtype == torch.float16 for size, dtype in low)


class _Trial:
    """Copies of optimizers that hold copies of their parameters."""

    def __init__(self, optimizers, dtype=None):
        held = [p for o in optimizers for group in o.param_groups for p in group["params"]]
        self.copies = {}
        for p in held:
            values = p.detach().clone().to(dtype or p.dtype)
            self.copies[id(p)] = nn.Parameter(values, requires_grad=p.requires_grad)
        memo = dict(self.copies)
        self.optimizers = [_copied_optimizer(o, memo) for o in optimizers]
        states = [state for o in self.optimizers for state in o.state.values()] if dtype else []
        for state in states:
            for key, value in state.items():
                if isinstance(value, torch.Tensor) and value.is_floating_point():
                    state[key] = value.to(dtype)

    def step(self, gradients: dict[int, torch.Tensor | None]) -> dict[int, torch.Tensor]:
        """New values of the parameters, by id of the originals, after one step with these gradients."""
        for key, copied in self.copies.items():
            copied.grad = gradients.get(key)
        for optimizer in self.optimizers:
            step = type(optimizer).step
            step = step.__wrapped__ if getattr(step, "hooked", False) else step
            with torch.no_grad():
                step(optimizer)
        return {key: copied.detach() for key, copied in self.copies.items()}


def _copied_optimizer(optimizer, memo: dict):
    trial = object.__new__(type(optimizer))
    for key, value in optimizer.__dict__.items():
        if key == "step":
            continue  # a scheduler's wrapper counts calls
        try:
            trial.__dict__[key] = type(value)() if "hooks" in key else copy.deepcopy(value, memo)
        except Exception:  # something of the user's that can't be copied
            trial.__dict__[key] = value
    return trial


# ---------- first, do no harm ----------


@contextlib.contextmanager
def _swapped(values: dict):
    """Other values in parameters for a while."""
    old = {p: p.data for p in values}
    torch.clear_autocast_cache()
    try:
        for p, value in values.items():
            p.data = value.to(p.dtype)
        yield
    finally:
        for p, data in old.items():
            p.data = data
        torch.clear_autocast_cache()


@contextlib.contextmanager
def _set_aside(leaves):
    """No `.grad` and no accumulation hooks (an optimizer may hang there) while a backward pass runs; then those there were."""
    once = {id(t): t for t in leaves}
    kept = [(t, t.grad, getattr(t, "_post_accumulate_grad_hooks", None)) for t in once.values()]
    hooks = [(table, dict(table)) for _, _, table in kept if table]
    try:
        for t, _, _ in kept:
            t.grad = None
        for table, _ in hooks:
            table.clear()
        yield
    finally:
        for t, grad, _ in kept:
            t.grad = grad
        for table, content in hooks:
            table.update(content)


PLAIN = {
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    type,
    torch.dtype,
    torch.device,
    torch.Size,
    type(len),
    type(_set_aside),
}
PRIVATE = (
    "torch",
    "builtins",
    "functools",
    "threading",
    "weakref",
    "types",
)  # modules whose objects are not looked into
DEEP = 20_000  # containers that are looked into at most


def _containers(modules) -> tuple[list, list, list[torch.Tensor]]:
    """Every list, dict, set and plain object that hangs on modules: (it, its content), those that are empty, the tensors in them."""
    kept, empty, tensors = [], [], []
    stack, seen = [m.__dict__ for m in modules], {id(m) for m in modules}
    while stack and len(kept) < DEEP:
        thing = stack.pop()
        kind = type(thing)
        if kind in PLAIN or id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, (dict, list, set)) and not thing:
            empty.append(thing)
        elif isinstance(thing, dict):
            kept.append((thing, dict(thing)))
            stack += thing.values()
        elif isinstance(thing, torch.Tensor):
            tensors.append(thing)
        elif isinstance(thing, (list, set, collections.deque)):
            kept.append((thing, list(thing)))
            stack += thing
        elif isinstance(thing, tuple):
            stack += [part for part in tuple.__iter__(thing)]
        elif kind.__module__.partition(".")[0] not in PRIVATE and not callable(thing):
            stack.append(getattr(thing, "__dict__", None))
    return kept, empty, tensors


def _put_back(container, content) -> None:
    """The same things in the same order."""
    same = len(container) == len(content) and all(map(operator.is_, container, content))
    if same and isinstance(container, dict):
        same = all(map(operator.is_, container.values(), content.values()))
    if not same:
        container.clear()
        (container.extend if hasattr(container, "extend") else container.update)(content)


@contextlib.contextmanager
def _unharmed(modules):
    """Put everything back as it was, whatever happens; yields a function that rewinds random numbers, buffers and containers."""
    parts = list({id(m): m for top in modules for m in top.modules()}.values())
    containers, empty, tensors = _containers(parts)
    parameters = [p for m in parts for p in m._parameters.values() if p is not None]
    buffers = [b for m in parts for b in m._buffers.values() if b is not None]
    saved, trained = _clones([*tensors, *buffers], parameters), _clones(parameters, ())
    grads = [(t, t.grad, t.requires_grad) for t, _ in saved + trained if t.is_leaf]
    clock = _random_state(parts)

    def rewind(everything: bool = False):
        for container, content in containers:
            _put_back(container, content)
        for container in filter(None, empty):
            container.clear()
        for tensor, value in saved + trained if everything else saved:
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


def _clones(tensors, without) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Each tensor once, beside a copy of its values."""
    left_out = {id(t) for t in without}
    once = {id(t): t for t in tensors if id(t) not in left_out and not t.is_meta}
    return [(t, t.detach().clone()) for t in once.values()]


def _random_state(modules):
    numpy = sys.modules.get("numpy")
    cuda = torch.cuda.is_available() and torch.cuda.is_initialized()
    own = {id(g): g for m in modules for g in m.__dict__.values() if type(g) is torch.Generator}
    return (
        random.getstate(),
        numpy.random.get_state() if numpy else None,
        torch.get_rng_state(),
        torch.cuda.get_rng_state_all() if cuda else None,
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


def _map(change, tree):
    if isinstance(tree, torch.Tensor):
        return change(tree)
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(_map(change, part) for part in tree))
    if type(tree) in (list, tuple):
        return type(tree)(_map(change, part) for part in tree)
    if not isinstance(tree, dict):
        return tree
    made = copy.copy(tree)
    for key, part in tree.items():
        made[key] = _map(change, part)
    return made


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


def _check(model, loss_fn, inputs, optimizers, call) -> None:
    """Refuse what can't be examined, by a TypeError or ValueError that says what was expected."""
    if not isinstance(model, nn.Module):
        raise _unfit("model", model, "a torch.nn.Module")
    if not callable(loss_fn):
        raise _unfit("loss_fn", loss_fn, "a function such as torch.nn.functional.cross_entropy")
    if call is not None and not callable(call):
        raise _unfit("call", call, "a function such as lambda model, batch: model(**batch)")
    _refuse(_fault_of_model(model))
    for name, p in model.named_parameters():
        fault = _fault_of_parameter(p)
        _refuse(fault and f"the parameter {name} {fault}")
    if isinstance(inputs, torch.utils.data.DataLoader):
        said = "inputs is a DataLoader; expected one batch: inputs, targets = next(iter(loader))"
        raise TypeError(said)
    _refuse(_fault_of_inputs(inputs))
    for optimizer in optimizers:
        if not isinstance(optimizer, torch.optim.Optimizer):
            raise _unfit("optimizer", optimizer, "a torch.optim.Optimizer, or a list of them")
        if isinstance(optimizer, torch.optim.LBFGS):
            _refuse(
                "the optimizer needs a closure (LBFGS) and evaluates the loss on its own; examine without it"
            )
    held = {id(p) for o in optimizers for group in o.param_groups for p in group["params"]}
    if optimizers and not any(id(p) in held for p in model.parameters()):
        said = (
            "the optimizer holds none of this model's parameters: it was made for another model, "
        )
        _refuse(f"{said}or before they were replaced; make it anew from model.parameters()")


def _refuse(fault: str) -> None:
    if fault:
        raise ValueError(fault)


def _unfit(what: str, thing, expected: str) -> TypeError:
    return TypeError(f"{what} is {_a(thing)}; expected {expected}")


def _fault_of_model(model) -> str:
    if isinstance(model, torch.jit.ScriptModule):
        return "model is a TorchScript module, which hides its layers; examine the Python module it was made from"
    if type(model).__name__ in ("FullyShardedDataParallel", "FSDPModule"):
        return "model is sharded (FSDP): no process holds all of it; examine it before wrapping, on one device"
    if next(model.parameters(), None) is None:
        return "model has no parameters: there is nothing to train; is this the right module?"
    return ""


def _fault_of_parameter(p) -> str:
    if isinstance(p, nn.parameter.UninitializedParameter):
        return "is lazy and has no shape yet; run one batch through the model first"
    if p.is_meta:
        return "is on the meta device and holds no numbers; load or initialize the model first"
    if p.is_inference():
        return "was made under torch.inference_mode; make the model outside of it"
    if p.is_complex():
        return (
            "is complex; the doctor judges real parameters only: examine the real parts of the net"
        )
    return ""


def _fault_of_inputs(inputs) -> str:
    if isinstance(inputs, torch.Tensor) and not inputs.dim():
        return "inputs is a tensor without dimensions; expected a batch of samples"
    for t in _tensors(inputs):
        if not t.numel():
            return f"inputs hold an empty tensor of shape {tuple(t.shape)}; expected a batch with at least one sample"
        if t.is_meta:
            return "inputs hold a tensor on the meta device; expected one with numbers"
    return ""


def _a(thing) -> str:
    return "None" if thing is None else f"of type {type(thing).__name__}"


def _bad(name: str, tree) -> list[str]:
    """Names of the tensors in a batch that hold NaN or inf."""
    if isinstance(tree, torch.Tensor):
        if _any(torch.isnan, tree):
            return [name]
        mask = {0.0, -math.inf}
        return [name] if _any(torch.isinf, tree) and set(tree.unique().tolist()) != mask else []
    parts = tree.items() if hasattr(tree, "items") else ()
    parts = enumerate(tree) if isinstance(tree, (list, tuple)) else parts
    return [found for key, part in parts for found in _bad(f"{name}[{key!r}]", part)]


def _named(who: str, action, call=True):
    """Do it; an error comes out as one ValueError that says who raised what, where, and what may mend it."""
    try:
        return action()
    except Exception as error:
        said = (str(error).strip().splitlines() or ["no message"])[0]
        said = f"{who} raised {type(error).__name__}: {said}{_place(error)}"
        raise ValueError(f"{said}; {_hint(error, who, call)}") from None


def _place(error: Exception) -> str:
    """The innermost line that is neither PyTorch's nor ours."""
    ours = (__file__, torch.__path__[0])
    own = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(ours)]
    return f" (at {own[-1].filename}:{own[-1].lineno})" if own else ""


def _hint(error: Exception, who: str, call) -> str:
    """What may mend an error, by what it says."""
    text = str(error)

    def says(*words: str) -> bool:
        return any(word in text for word in words)

    if who == "the model" and isinstance(error, TypeError) and not call:
        return "if the model takes several arguments, pass call=lambda model, batch: model(**batch) or model(*batch)"
    if says("closure"):
        return "the optimizer needs a closure: examine without it"
    if says("custom autograd.Function"):
        return "give your autograd.Function a backward() that returns one gradient for each input of its forward()"
    if says("dtype", "scalar type", "must be tensor", "Long"):
        return (
            "check the dtype: inputs are usually float32, class labels int64, token numbers int64"
        )
    if says("shape", "size", "dimension"):
        return "check the shapes of inputs and targets against what the model and the loss expect"
    if says("out of bounds", "out of range"):
        return "check the numbers: class labels must be below the number of outputs, token numbers below that of the embedding"
    if says("device"):
        return "put model, inputs and targets on one device"
    return "call it once yourself with the same batch to see the whole trace"


def _scalar(loss):
    if not isinstance(loss, torch.Tensor):
        said = f"loss_fn returned {_a(loss)}; expected a scalar tensor (no .item(), no NumPy)"
        raise TypeError(said)
    fault = _fault_of_loss(loss)
    _refuse(fault and f"loss_fn returned {fault}")
    return loss.reshape(())


def _fault_of_loss(loss: torch.Tensor) -> str:
    if loss.numel() != 1:
        return f"a tensor of shape {tuple(loss.shape)}; expected a scalar: take .mean() or .sum()"
    if loss.is_complex():
        return "a complex number; expected a real one"
    if not loss.is_floating_point():
        dtype = str(loss.dtype).removeprefix("torch.")
        return f"a {dtype}, which has no gradient; expected a float (a count of errors can't be trained on)"
    return ""


# ---------- beside a training loop ----------


class watch:
    """Read every `every`-th pass of a training loop, judge it, and say when the verdict changes.

        with watch(model, optimizer, every=100) as patient:
            for inputs, targets in loader:
                loss = loss_fn(model(inputs), targets)
                patient.loss(loss)      # optional: only with it can there be a verdict on a rate that is too large
                ...

    It runs no pass of its own. A pass counts when the model, or a part of it, is called with gradients on. optimizer: one, or a
    list. scaler: a GradScaler, whose scale is divided out. on_change: called with one line of text whenever the verdict is
    another than before, and at the end if no pass was seen. `report` is the last report (None before the first), `history` a
    list of (pass, diagnosis). All hooks are gone when the block is left, by an error too. Raises TypeError or ValueError as
    `examine` does.
    """

    def __init__(self, model, optimizer=None, *, every: int = 100, scaler=None, on_change=print):
        if "_orig_mod" in getattr(model, "_modules", {}):
            _refuse(
                "model is compiled: its passes can't be read; watch the model as it was before torch.compile"
            )
        self.model, self.optimizers = _plain(model), _listed(optimizer)
        _check(self.model, len, (), self.optimizers, None)
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"every is {every!r}; expected a whole number from 1 on")
        if on_change is not None and not callable(on_change):
            raise _unfit("on_change", on_change, "a function of one text, or None")
        self.every, self.scaler, self.on_change = every, scaler, on_change
        self.report: Report | None = None
        self.history: list[tuple[int, str]] = []
        self.passes = 0
        self._depth = 0  # calls of modules inside each other
        self._open = False  # a pass made of several calls goes on until its backward pass
        self._reading: _Reading | None = None  # a pass whose backward pass or step may still come
        # one whose step is done and whose next loss may still be told
        self._stepped: _Reading | None = None
        self._loop = _Loop(self.optimizers, scaler)
        self._handles: list = []

    def __enter__(self):
        keep = self._handles.append
        for module in self.model.modules():
            keep(module.register_forward_pre_hook(self._before, with_kwargs=True))
            keep(module.register_forward_hook(self._after, always_call=True))
        for optimizer in self.optimizers:
            keep(optimizer.register_step_pre_hook(self._before_step))
            keep(optimizer.register_step_post_hook(self._after_step))
        for name, p in self.model.named_parameters():
            if p.requires_grad:
                keep(p.register_hook(self._hearing(name, p)))
        return self

    def __exit__(self, *error):
        for handle in self._handles:
            handle.remove()
        self._handles = []
        if self._reading is not None:
            self._reading.leave()
        for reading in (self._stepped, self._reading):
            self._judge(reading)
        self._stepped = self._reading = None
        if self.report is None and self.on_change is not None and not any(error):
            said = "watch saw no training pass: neither the model nor a part of it was called with gradients on and followed by backward()"
            if self.passes:
                said = f"watch read none of {self.passes} passes to its end: no backward pass reached the model's parameters"
            self.on_change(said)

    def loss(self, value) -> None:
        """Tell the loss of a pass, after the pass; a tensor or a number."""
        value = float(value.detach() if isinstance(value, torch.Tensor) else value)
        self._loop.losses.append(value)
        if self._stepped is not None:
            self._stepped.after = value
        self._judge_stepped()
        if self._reading is not None and self._reading.told is None:
            self._reading.told = value

    def _before(self, module, args, kwargs) -> None:
        self._depth += 1
        if self._depth > 1 or not torch.is_grad_enabled():
            return
        if module is self.model or not self._open:
            self._begin()
            self._open = module is not self.model
        if self._reading is not None and self._reading.number == self.passes:
            self._reading.enter(args, kwargs)

    def _begin(self) -> None:
        self.passes += 1
        read, due = self._reading, (self.passes - 1) % self.every == 0
        self._judge_stepped()
        if read is not None and read.stepped and read.told is not None:
            self._stepped, self._reading = read, None
        elif due or not self.optimizers:
            self._judge(read)
            self._reading = None
        if due:
            self._reading = _Reading(self.model, self.passes)

    def _after(self, module, args, output) -> None:
        self._depth = max(0, self._depth - 1)
        if self._depth == 0 and self._reading is not None:
            self._reading.leave(output)

    def _hearing(self, name: str, parameter):
        def hear(gradient):
            if not self._open and self._depth:
                return
            self._open = False
            reading = self._reading
            if reading is not None and not reading.stepped and reading.number == self.passes:
                if not reading.norms:
                    self._loop.first_gradient(parameter, self.passes)
                reading.hear(name, gradient)

        return hear

    def _before_step(self, optimizer, args, kwargs) -> None:
        reading = self._reading
        if reading is not None and not reading.stepped and reading.norms:
            reading.before_step(self.scaler)
            self._loop.before_step(optimizer, reading.norms, reading.recorder.parameters)

    def _after_step(self, optimizer, args, kwargs) -> None:
        loop, reading, self._open = self._loop, self._reading, False
        loop.steps, loop.last_step = loop.steps + 1, self.passes
        if reading is not None and reading.old is not None:
            reading.after_step()
            if reading.told is None:
                self._judge(reading)
                self._reading = None

    def _judge_stepped(self) -> None:
        self._judge(self._stepped)
        self._stepped = None

    def _judge(self, reading: _Reading | None) -> None:
        if reading is None:
            return
        faults = self._loop.faults(self.model, self.passes)
        report = reading.report(self.scaler, self.optimizers, faults)
        if report is None:
            return
        changed = not self.history or self.history[-1][1] != report.diagnosis
        self.report = report
        self.history.append((reading.number, report.diagnosis))
        if changed and self.on_change is not None:
            finding = report.findings[0]
            where = _names(finding.layers) or "all layers"
            said = f"pass {reading.number}: {_words(report.diagnosis)} ({where}): "
            self.on_change(f"{said}{finding.evidence} {finding.remedy}")


class _Loop:
    """What goes on around the passes: who zeroes gradients when, whether steps are made, where weight decay leads."""

    def __init__(self, optimizers, scaler):
        self.optimizers, self.scaler = optimizers, scaler
        self.steps = self.last_step = self.stale = self.fresh = self.zeroed = 0
        self.scales, self.sizes, self.losses, self.decayed = [], [], [], 0.0

    def first_gradient(self, parameter, passes: int) -> None:
        """At the first gradient of a pass that follows a step: is there still one from before?"""
        if self.scaler is not None:
            self.scales.append(_scale(self.scaler))
        if self.steps and self.last_step == passes - 1:
            left = _lives(parameter.grad)
            self.stale, self.fresh = self.stale + left, self.fresh + (not left)

    def before_step(self, optimizer, norms: dict[str, float], parameters: dict) -> None:
        """Is a gradient that was heard still there when the step comes? And is the decay larger than it?"""
        held = {id(p): group for group in optimizer.param_groups for p in group["params"]}
        names = [n for n in norms if id(parameters[n]) in held]
        heard = [n for n in names if norms[n] > 0]
        self.zeroed += bool(heard) and not any(_lives(parameters[n].grad) for n in heard)
        mine = [(parameters[n], held[id(parameters[n])]) for n in names]
        self.sizes.append(math.hypot(*(_norm(p) for p, _ in mine)))
        self.decayed = max(self.decayed, _decay_share(optimizer, mine))

    def faults(self, model, passes: int) -> list[Finding]:
        """What is wrong with the loop as seen so far."""
        said, remedy = [], ""
        if self.zeroed:
            said += [
                "zero_grad() stands between backward() and step(): the optimizer finds no gradient"
            ]
        if self.stale > 1 and not self.fresh:
            seen = f"at {self.stale} of {self.stale} passes that were looked at"
            said += [f"zero_grad() is missing: {seen}, the one of the step before was still there"]
        since = passes - self.last_step
        if self.optimizers and _falls(self.scales, 2, 1.0) and since > 4:
            fell = f"its scale fell from {self.scales[0]:g} to {self.scales[-1]:g}"
            said.append(f"the scaler has skipped the steps of the last {since} passes; {fell}")
        elif self.optimizers and not self.steps and passes > 9:
            said.append(f"no step() in {passes} passes")
        risen = len(self.losses) > 2 and self.losses[-1] > 0.9 * self.losses[0]
        if _falls(self.sizes, 3, 0.9) and risen and self.decayed > 1:
            shrank = f"the weights shrank from {self.sizes[0]:.3g} to {self.sizes[-1]:.3g}"
            pulls = f"weight decay pulls {self.decayed:.2g} times as far as the gradient"
            said.append(f"{pulls}; {shrank}, and the loss does not fall")
            remedy = "Lower weight_decay a hundredfold. It worked if the loss falls."
        bad = [n for n, b in model.named_buffers() if "running_" in n and not _finite(b)]
        if bad:
            said.append(f"the statistics {_names(bad)} are not finite")
        return [_finding("training_loop", ["loop"], f"{text}.", remedy) for text in said]


def _falls(values: list[float], least: int, share: float) -> bool:
    return len(values) >= least and values[-1] < share * values[0]


def _decay_share(optimizer, mine) -> float:
    """How far weight decay pulls the weights by one step, over how far the gradient does."""
    decay = math.hypot(*(g.get("weight_decay", 0) * _norm(p) for p, g in mine))
    if not decay:
        return 0.0
    adaptive = any("exp_avg_sq" in optimizer.state.get(p, {}) for p, _ in mine)
    if adaptive and isinstance(optimizer, torch.optim.AdamW):
        pull = math.hypot(*(math.sqrt(p.numel()) for p, _ in mine))
    else:
        pull = math.hypot(*(_norm(p.grad) for p, _ in mine if p.grad is not None))
    return decay / pull if pull else math.inf


class _Reading:
    """A pass that is read, until its backward pass and its step are over."""

    def __init__(self, model, number: int):
        self.model, self.recorder, self.number = model, _Recorder(model), number
        self.norms: dict[str, float] = {}
        self.sizes: dict[str, float] = {}
        self.updates: dict[str, float] = {}
        self.bad_inputs, self.lost, self.bad_updates = [], [], []
        self.told = self.after = self.old = self.scale = None
        self.stepped = self.entered = False
        self.attached, self.roots, self.handles = 0, [], []

    def enter(self, args, kwargs) -> None:
        self.bad_inputs += _bad("inputs", args[0] if len(args) == 1 else args)
        self.bad_inputs += _bad("inputs", kwargs)
        self.recorder.mark((args, kwargs), INPUT)
        self.recorder.__enter__()
        self.entered = True

    def leave(self, output=None) -> None:
        """The call is over: ask for the gradients of what it made."""
        if not self.entered:
            return
        self.recorder.__exit__(None, None, None)
        self.entered = False
        ends = _tensors(output) or [call.out for call in self.recorder.calls]
        for call in self.recorder._layers_of(ends):
            call.gives = True
        self.roots += [t.grad_fn for t in ends if t.grad_fn is not None]
        self.handles += self.recorder.attach(self.attached)
        self.attached = len(self.recorder.calls)
        self.sizes = self.sizes or {n: _norm(p) for n, p in self.recorder.parameters.items()}

    def hear(self, name: str, gradient) -> None:
        self.norms[name] = _norm(gradient)
        half = gradient.dtype == torch.float16 and gradient.dim() > 1 and not gradient.is_sparse
        if half and int(gradient.count_nonzero()) < (1 - LIMITS["gone"]) * gradient.numel():
            self.lost.append(name)

    def before_step(self, scaler) -> None:
        """The weights before the step, and the scale that this pass's gradients had."""
        self.scale = _scale(scaler)
        self.old = {n: self.recorder.parameters[n].detach().clone() for n in self.norms}

    def after_step(self) -> None:
        """How far the step moved each weight matrix."""
        for name, old in self.old.items():
            new = self.recorder.parameters[name].detach()
            if _finite(old) and not _finite(new):
                self.bad_updates.append(name)
            if name in self.recorder.matrices:
                self.updates[name] = _moved(new, old)
        self.old, self.stepped = None, True

    def report(self, scaler, optimizers, faults: list[Finding]) -> Report | None:
        """What the pass showed; None where no backward pass came."""
        for handle in self.handles:
            handle.remove()
        if not self.norms:
            return None
        scale = self.scale or _scale(scaler)
        self.recorder.divide(scale)
        norms = {n: g / scale for n, g in self.norms.items()}
        one = _Pass(self.recorder, _Graph(self.roots), norms, self.sizes)
        facts = Facts(self.told, self.after, updates=self.updates, told=list(faults))
        one.fill(facts)
        if faults:
            facts.updates = {}  # steps made without a gradient say nothing about the rate
        if facts.updates and max(self.updates.values()) < LIMITS["rate_too_small"]:
            facts.loss_after = None  # of another batch: it says nothing about so small a step
        layers = one.layers(self.updates)
        if facts.finite:
            self.look(one, layers, facts, _held(optimizers))
        else:
            self.look_at_what_is_not_finite(layers, facts)
        return _concluded(layers, facts)

    def look(self, one: _Pass, layers: list[Layer], facts: Facts, held) -> None:
        parameters = self.recorder.parameters
        off = [n for n, p in parameters.items() if not p.requires_grad]
        mine = {n for n, p in parameters.items() if held is None or id(p) in held}
        missing = [n for n, p in parameters.items() if p.requires_grad and n not in one.norms]
        feeding = {_module(n) for c in one.calls if c.feeds or c.gives for n in c.weights}
        cut = [n for n in missing if n in mine and _module(n) in feeding]
        unused = [n for n in missing if n not in cut]
        forgotten = [n for n in one.norms if n not in mine]
        waits = bool(facts.zero_starts)
        for layer in layers:
            if waits and layer.differs == 0:
                layer.dead = None
        one.tell_of_off_outputs(layers, facts)
        said = "no gradient reaches {}, although what they give goes on to other layers."
        facts.tell_of("disconnected_layers", cut, said)
        alike = [] if waits else one.alike(layers)
        if alike:
            said = "all units compute the same on this batch and get the same gradient."
            facts.tell("symmetric_init", alike, f"in {_names(alike)} {said}")
        looked_up = [c for c in one.calls if c.kind in ("embedding", "getitem", "index_select")]
        looked_up = {n for c in looked_up for n in c.weights}
        lost = sorted({_module(n) for n in self.lost if n not in looked_up})
        if lost and not _dead(layers):
            said = f"nearly all entries of the float16 gradients of {_names(lost)} round to zero."
            facts.tell("underflow", lost, said)
        said = "all gradients are finite, and the optimizer's step makes {} nan or inf."
        facts.tell_of("nonfinite_update", self.bad_updates, said)
        said = "a gradient flows to {}, and no given optimizer moves them."
        facts.tell_of("frozen_layers", forgotten, said)
        facts.tell_of("frozen_layers", off, "requires_grad is off for {}.", note=True)
        said = "no gradient reaches {} in this pass, and nothing read what they give."
        facts.tell_of("unused_parameters", unused, said, note=True)

    def look_at_what_is_not_finite(self, layers: list[Layer], facts: Facts) -> None:
        if self.bad_inputs:
            said = f"{_names(self.bad_inputs)} hold NaN or inf before the net sees them."
            facts.tell("nonfinite_input", self.bad_inputs, said)
            return
        bad = [x.name for x in layers if x.spread is not None and not math.isfinite(x.spread)]
        heard = [c for c in reversed(self.recorder.calls) if c.signal is not None]
        back = [c.name for c in heard if not math.isfinite(c.signal)]
        where = (bad or back or ["loss"])[0]
        if bad:
            said = f"{where} is the first layer that is not finite"
        elif back and len(back) == len(heard):
            where = "loss"
            said = "every layer's output is finite, and no gradient is: it is the loss, or what its targets hold"
        else:
            first = back[0] if back else "the loss"
            said = f"going backward, {first} is the first that is not finite"
        said += ". Examine this batch to see which operation it is."
        facts.tell("nonfinite_layer", [where], said)


def _scale(scaler) -> float:
    return float(scaler.get_scale()) if scaler is not None and scaler.is_enabled() else 1.0
