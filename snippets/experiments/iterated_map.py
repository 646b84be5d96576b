"""A recurrent net of one unit without input is an iterated map: where it goes, and where dh_T/dh_0 goes with it.

h <- phi(w h + b), started at START and followed for STEPS steps in float64; its derivative is the product of w phi'(w h + b)
along the way. `tanh` has b = 0, `sigmoid` b = 0, `centered` is a sigmoid with b = -w/2, whose steepest point is a fixed point.
The factor per step once it has settled is |w phi'| at the state after SETTLE further steps (for a negative w the unit of the
tanh settles into a cycle of two, both with the same factor, as tanh is odd).
At w = 1 tanh has a slope of one at its fixed point 0 and creeps there as dh/dt = -h^3/3, hence dh_T/dh_0 = (1 + 2 h_0^2 T/3)^(-3/2).
"""

import math

from snippets.measurement import Measurement, setting

STEPS, SETTLE, START = 50, 20_000, 0.5
WEIGHTS = [round(0.1 * i, 1) for i in range(81)]
SHOWN = {"half": 0.5, "one": 1.0, "two": 2.0, "four": 4.0, "minus_two": -2.0}
UNITS = {
    "tanh": "tanh",
    "sigmoid": "sigmoid with bias zero",
    "centered": "sigmoid with a bias of minus half its weight",
}


def step(unit: str, w: float, h: float) -> tuple[float, float]:
    """(next state, its derivative by h) of one unit."""
    if unit == "tanh":
        h = math.tanh(w * h)
        return h, w * (1 - h * h)
    h = 1 / (1 + math.exp(-w * h + (w / 2 if unit == "centered" else 0.0)))
    return h, w * h * (1 - h)


def followed(unit: str, w: float, steps: int = STEPS, h: float = START) -> tuple[float, float]:
    """(h_T, dh_T/dh_0)."""
    slope = 1.0
    for _ in range(steps):
        h, factor = step(unit, w, h)
        slope *= factor
    return h, slope


def settled(unit: str, w: float) -> float:
    """|dh_{t+1}/dh_t| where the unit has settled; a centered sigmoid starts beside its fixed point, not on it."""
    h = START + 0.1
    for _ in range(SETTLE):
        h, _ = step(unit, w, h)
    return abs(step(unit, w, h)[1])


def measure() -> dict[str, Measurement]:
    """States and derivatives of a few units, and the factor per step of settled ones by weight."""
    kept = {
        "steps": setting(STEPS, "steps of the one-unit net"),
        "start": setting(START, "state from which the one-unit net starts", show=".1f"),
        "weights": Measurement(WEIGHTS, "weights of the one-unit nets", kind="setting", rtol=0),
        "crept": Measurement(
            (1 + 2 * START**2 * STEPS / 3) ** -1.5,
            "dh_T/dh_0 that theory predicts for tanh with weight one",
            show="3",
        ),
    }
    for name, w in SHOWN.items():
        h, slope = followed("tanh", w)
        kept[f"{name}.weight"] = setting(
            w, "weight of a one-unit tanh net", show=".1f" if w % 1 else ".0f"
        )
        kept[f"{name}.state"] = Measurement(
            h,
            f"state of a one-unit tanh net of weight {w:g} after the last step",
            show="3",
            atol=1e-12,
        )
        kept[f"{name}.slope"] = Measurement(
            slope, f"dh_T/dh_0 of a one-unit tanh net of weight {w:g}"
        )
        kept[f"{name}.factor"] = Measurement(
            settled("tanh", w), f"factor per step of a settled tanh unit of weight {w:g}", show="3"
        )
    for unit, where in UNITS.items():
        factors = [settled(unit, w) for w in WEIGHTS]
        kept[f"{unit}.factors"] = Measurement(
            factors, f"factor per step once settled, by weight, {where}"
        )
        kept[f"{unit}.largest"] = Measurement(
            max(factors),
            f"largest factor per step once settled over all weights, {where}",
            show="3",
        )
        kept[f"{unit}.best"] = Measurement(
            WEIGHTS[factors.index(max(factors))],
            f"weight at which a settled unit keeps most, {where}",
        )
    return kept
