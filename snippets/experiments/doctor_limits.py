"""The limits of the gradient doctor, and where the nets of its benchmark lie between those for the signal.

For every healthy, vanishing and exploding net of `_doctor_zoo`, and for those between the limits, a float64 twin makes one pass
(`_doctor_labels.look`, which knows nothing of the doctor): the signal at the first layer or time step over that at the last.
Values are powers of ten, sorted, within ±CLIP; a signal that is exactly zero is at −CLIP. Healthy nets whose last layer starts at
zero have no signal to compare yet: they are counted apart, as waiting.

Nets that were trained for a while may differ in the last places from processor to processor: the slack is a tenth of a power of ten,
and for exploding nets, which enlarge such a difference by as much as their signal, one and a half.
"""

import math

from snippets.experiments._doctor_labels import look, twin
from snippets.experiments._doctor_zoo import BETWEEN, BY_NAME, ZOO, spot
from snippets.experiments._runs import each
from snippets.measurement import Measurement, setting
from snippets.recipes.gradient_doctor import LIMITS

GROUPS = {
    "healthy": "healthy nets",
    "vanishing": "vanishing nets",
    "exploding": "exploding nets",
    BETWEEN: "nets between the limits",
}
CLIP = 40.0
SLACK, EXPLODED = 0.1, 1.5
FULL, SPOT = (
    [case.name for case in ZOO if case.label in GROUPS],
    [name for name in spot() if BY_NAME[name].label in GROUPS],
)
SHARES = {  # limits that a reader meets as percentages
    "dead": "share of a layer's units inactive on the whole batch",
    "saturated": "share of a layer's units pinned",
    "pinned_samples": "share of samples on which a pinned unit is",
    "flat": "slope over the largest slope, below which a unit is pinned",
    "cliff": "share of the largest step in the fall",
    "missed": "share of pinned outputs that the loss pulls back inside",
    "rounded": "share of the entries of half-precision weights that a step leaves as they are",
    "most": "share of the weight matrices",
    "lost": "gradient over that in higher precision",
    "gone": "share of the entries that round to zero",
}
RATIOS = {
    "vanishing": "first over last signal",
    "exploding": "first over last signal",
    "sound_low": "first over last signal",
    "sound_high": "first over last signal",
    "steady": "r² of the log of the signal over depth",
    "healed": "first over last signal after ten of the optimizer's steps",
    "above_guess": "loss over that of a constant guess",
    "large_output": "size of the outputs",
    "growth": "size of the outputs of layers, last over first",
    "alike": "share of an output that differs between rows, where nothing does",
    "differing": "share of an output that differs between rows, where something does",
    "gate": "largest probability of a gate that is pinned",
    "large_data": "size of inputs or targets",
    "small_data": "size of inputs or targets",
    "starved": "relative update, first over last layers",
    "fed": "relative update, first over last layers",
    "rate_too_small": "largest relative update of a weight matrix",
    "rate_too_large": "relative update of a weight matrix",
    "still": "relative change of the loss",
    "learned": "loss over the loss with answers shuffled",
    "at_rest": "gradient times weights over the loss",
}


def run(name: str) -> float:
    """Power of ten of first over last signal of one net."""
    profile = look(twin(BY_NAME[name].build())).profile
    ratio = profile[0] / profile[-1] if profile[-1] else 1.0
    return max(-CLIP, min(CLIP, math.log10(ratio))) if ratio else -CLIP


def measure(part: list[str] = FULL) -> dict[str, Measurement]:
    """The limits, and the powers of ten of each group."""
    found = dict(zip(part, each(run, part), strict=True))
    kept = {
        f"limit.{name}": setting(
            LIMITS[name], f"the doctor's limit: {what}", show="%" if name in SHARES else "1"
        )
        for name, what in (SHARES | RATIOS).items()
    }
    kept["clip"] = setting(CLIP, "powers of ten beyond which a ratio is drawn at the edge")
    for group, what in GROUPS.items():
        inside = {name: power for name, power in found.items() if BY_NAME[name].label == group}
        waiting = [name for name, power in inside.items() if group == "healthy" and power == -CLIP]
        powers = sorted(power for name, power in inside.items() if name not in waiting)
        slack = EXPLODED if group == "exploding" else SLACK
        kept[f"{group}.powers"] = Measurement(
            powers, f"power of ten of first over last signal: {what}", rtol=0, atol=slack
        )
        kept[f"{group}.nets"] = setting(len(powers), what)
        if group == "healthy":
            kept["waiting.nets"] = setting(
                len(waiting), "healthy nets whose last layer starts at zero"
            )
    return kept
