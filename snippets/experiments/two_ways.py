"""Weights scaled by fan-in, by fan-out or by both: what the activations gain on the way up and the signal on the way down.

ReLU stacks without biases, one standard normal input, a random gradient at the top, float64. `square`: all layers equally wide.
`alternating`: narrow and wide layers in turn, so that every second layer has four times the fan-out of its fan-in, the others a
quarter. Schemes: `he_in` Var W = 2/fan_in, `he_out` 2/fan_out, `balanced` 4/(fan_in + fan_out), `glorot` 2/(fan_in + fan_out).
A layer multiplies the root mean square of the activations by √(fan_in Var W / 2), that of the signal by √(fan_out Var W / 2)
(He et al. 2015). `forward` and `backward` are geometric means per layer of those root mean squares over a whole number of turns,
so fan-ins and fan-outs cancel for `he_in` and `he_out`, and the mean over layers is one in both directions.
"""

import itertools
import math

import torch

from snippets.experiments._runs import each
from snippets.measurement import Measurement, over_seeds, setting

NARROW, WIDE, PAIRS, SEEDS = 64, 256, 10, range(20)
SHAPES = {
    "square": ("equally wide layers", [WIDE] * (2 * PAIRS + 1)),
    "alternating": ("narrow and wide layers in turn", [NARROW, WIDE] * PAIRS + [NARROW]),
}
SCHEMES = {
    "he_in": ("2/fan_in", lambda i, o: 2 / i),
    "he_out": ("2/fan_out", lambda i, o: 2 / o),
    "balanced": ("4/(fan_in + fan_out)", lambda i, o: 4 / (i + o)),
    "glorot": ("2/(fan_in + fan_out)", lambda i, o: 2 / (i + o)),
}


def run(seed: int) -> dict:
    """(forward, backward) factor per layer of every shape and scheme for one seed: root mean squares, last over first.

    ReLU passes a positive factor on, so all schemes are read off one pass with unscaled normal weights.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    found = {}
    for shape, (_, widths) in SHAPES.items():
        bottom = h = torch.relu(normal(widths[0])).requires_grad_()
        for fan_in, fan_out in itertools.pairwise(widths):
            h = torch.relu(normal(fan_out, fan_in) @ h / math.sqrt(fan_in))
        top = normal(widths[-1])
        (signal,) = torch.autograd.grad(h, bottom, top)
        plain = [(rms(h.detach()) / rms(bottom.detach())), rms(signal) / rms(top)]
        for scheme, (_, variance) in SCHEMES.items():
            log = sum(math.log(variance(i, o) * i) / 2 for i, o in itertools.pairwise(widths))
            found[shape, scheme] = [
                math.exp((math.log(x) + log) / (len(widths) - 1)) for x in plain
            ]
    return found


def rms(x) -> float:
    """Root mean square of a vector's entries."""
    return x.square().mean().sqrt().item()


def predicted(shape: str, scheme: str, backward: bool) -> float:
    """Geometric mean over layers of √(fan Var W / 2)."""
    widths = SHAPES[shape][1]
    logs = [
        math.log((o if backward else i) * SCHEMES[scheme][1](i, o) / 2) / 2
        for i, o in itertools.pairwise(widths)
    ]
    return math.exp(sum(logs) / len(logs))


def measure() -> dict[str, Measurement]:
    """Factors per layer in both directions, measured and predicted."""
    runs = each(run, SEEDS)
    kept = {
        "narrow": setting(NARROW, "units in a narrow layer"),
        "wide": setting(WIDE, "units in a wide layer"),
        "layers": setting(2 * PAIRS, "layers of the stack"),
        "seeds": setting(len(runs), "seeds of the stacks"),
    }
    for shape, (shaped, _) in SHAPES.items():
        for scheme, (told, _) in SCHEMES.items():
            for way, thing in enumerate(("activations", "∂L/∂h")):
                direction = ("forward", "backward")[way]
                where = f"{thing}, root mean square, {shaped}, Var W = {told}"
                kept[f"{shape}.{scheme}.{direction}"] = over_seeds(
                    [r[shape, scheme][way] for r in runs], f"factor per layer of {where}", show="3"
                )
                kept[f"{shape}.{scheme}.{direction}_predicted"] = Measurement(
                    predicted(shape, scheme, bool(way)),
                    f"factor per layer that theory predicts for {where}",
                    show="3",
                )
    return kept
