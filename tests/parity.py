"""Random nets of the gradient lab, computed by the page's modules and by PyTorch through the program that the lab writes."""

import math
import random

import torch

from snippets.experiments._lab import ask, run

CLOSE = 1e-9
CHAOS = 100  # times what a change of the inputs in the sixteenth digit makes
SHAKES = 20
LEAST = 1e-300  # below, both languages have lost digits

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


def settings_at_random(n: int, seed: int) -> list[dict]:
    """Settings drawn over all options and the whole range of each: the gain by equal ratios, half of the biases zero."""
    draw = random.Random(seed)
    table = ask(TABLE)

    def value(key, it):
        if it["kind"] == "choice":
            return draw.choice(list(it["options"]))
        if it["kind"] == "whole":
            return draw.randint(it["low"], it["high"])
        if it["low"] > 0:
            return math.exp(draw.uniform(math.log(it["low"]), math.log(it["high"])))
        return draw.choice([0, draw.uniform(it["low"], it["high"])])

    return [{key: value(key, it) for key, it in table.items()} for _ in range(n)]


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
        signs = torch.randint(2, x.shape, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) * 2 - 1
        moved.append(apart(before, sum(names["norms"](x * (1 + 2.0**-52 * signs)), [])))
    return max(moved)


def compare(nets: list[dict]) -> list[tuple[float, float, dict]]:
    """(distance, distance allowed, settings) of each net; the second is CLOSE, or more where the net is chaotic."""
    found = []
    for settings, ours in zip(nets, ask(NORMS, nets), strict=True):
        names = run(ours["program"])
        theirs = names["signal"] + names["weight"]
        distance = apart([float(v) for v in ours["signal"] + ours["weight"]], theirs)
        allowed = CLOSE if distance <= CLOSE else max(CLOSE, CHAOS * shaken(names))
        found.append((distance, allowed, settings))
    return found
