"""The gradient lab against PyTorch: random nets, computed by the page's modules and by autograd through the program that the lab writes.

The settings of each net are drawn over every option and the whole range of each. Its norms of ∂L/∂h and ∂L/∂W may lie CLOSE to autograd's,
relative to their size; where the net is chaotic, within CHAOS times what a change of its inputs in the sixteenth digit makes of autograd's
own norms. `plain` counts the nets that meet the first, `held` those that meet either.
"""

import math
import random

import torch

from snippets.experiments._lab import ask, run
from snippets.experiments._runs import each
from snippets.measurement import Measurement, setting

SEEDS, SPOT = range(400), range(7, 400, 10)
TOGETHER = 20  # nets that one process of Node computes
CLOSE = 1e-9
CHAOS = 100
SHAKES = 20
LEAST = 1e-300  # below, both languages have lost digits
# A net near the border of chaos may fall on either side of it with another processor's rounding: of 400 nets seven lie within a factor of
# three of CLOSE.
BORDER = 4

TABLE = 'import { SETTINGS } from "./lab/settings.js"; tell(SETTINGS);'
NORMS = """
import { Net } from "./lab/net.js";
import { admit } from "./lab/settings.js";
import { pytorch } from "./lab/script.js";
const net = new Net();
tell(GIVEN.map((given) => {
  const [settings, notes] = admit(given);
  if (notes.length) throw new Error(notes.join());
  net.configure(settings);
  const { signal, weight } = net.run();
  return { program: pytorch(settings), signal, weight };
}));
"""


def settings_at_random(seeds) -> list[dict]:
    """One net's settings a seed, over all options and the whole range of each: the gain by equal ratios, half of the biases zero."""
    table = ask(TABLE)

    def value(draw, it):
        if it["kind"] == "choice":
            return draw.choice(list(it["options"]))
        if it["kind"] == "whole":
            return draw.randint(it["low"], it["high"])
        if it["low"] > 0:
            return math.exp(draw.uniform(math.log(it["low"]), math.log(it["high"])))
        return draw.choice([0, draw.uniform(it["low"], it["high"])])

    return [
        {key: value(draw, it) for key, it in table.items()} for draw in map(random.Random, seeds)
    ]


def apart(ours: list[float], theirs: list[float]) -> float:
    """The largest relative distance of two profiles; infinite where only one of them is a number."""
    worst = 0.0
    for a, b in zip(ours, theirs, strict=True):
        if not (math.isfinite(a) and math.isfinite(b)):
            if math.isfinite(a) != math.isfinite(b):
                return math.inf
        elif max(a, b) > LEAST:
            worst = max(worst, abs(a - b) / max(a, b))
    return worst


def shaken(names: dict) -> float:
    """How far PyTorch's own norms move when each input changes by a factor of 1 ± 2⁻⁵²: the most in SHAKES draws of the signs.

    Of many draws, since a kink of ReLU lies so near a unit's input that only some of them push it over.
    """
    x, before = names["x"], names["signal"] + names["weight"]
    moved = []
    for seed in range(SHAKES):
        signs = (
            torch.randint(2, x.shape, generator=torch.Generator().manual_seed(seed), dtype=x.dtype)
            * 2
            - 1
        )
        moved.append(apart(before, sum(names["norms"](x * (1 + 2.0**-52 * signs)), [])))
    return max(moved)


def compare(nets: list[dict]) -> list[tuple[float, float]]:
    """(distance, distance allowed) of each net; the second is CLOSE, or more where the net is chaotic."""
    found = []
    for ours in ask(NORMS, nets):
        names = run(ours["program"])
        theirs = names["signal"] + names["weight"]
        distance = apart([float(v) for v in ours["signal"] + ours["weight"]], theirs)
        found.append((distance, CLOSE if distance <= CLOSE else max(CLOSE, CHAOS * shaken(names))))
    return found


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """How many of the nets agree, and how."""
    nets = settings_at_random(seeds)
    groups = [nets[i : i + TOGETHER] for i in range(0, len(nets), TOGETHER)]
    found = [pair for group in each(compare, groups) for pair in group]
    return {
        "nets": setting(len(nets), "random nets of the lab that were compared with PyTorch"),
        "close": setting(
            CLOSE,
            "relative distance within which the lab's norms are to lie of autograd's",
            show="e1",
        ),
        "chaos": setting(
            CHAOS,
            "times the effect of a change of the inputs in the sixteenth digit, allowed in chaotic nets",
        ),
        "plain": Measurement(
            sum(d <= CLOSE for d, _ in found),
            "random nets of the lab whose norms lie that close to autograd's",
            rtol=0.0,
            atol=BORDER,
        ),
        "held": Measurement(
            sum(d <= allowed for d, allowed in found),
            "random nets of the lab whose norms agree with autograd's as far as they mean anything",
            rtol=0.0,
        ),
    }
