"""What a gradient of a given size does to a weight of low precision: which updates round away, and under which optimizer.

`<optimizer>.moved`: how far one float32 weight gets in a number of steps under a constant gradient, for gradients over many
orders; `<optimizer>.predicted`: the same without rounding, from each optimizer's formula; `<optimizer>.stops`: the gradient
below which the weight stays where it is, bit for bit, and `<optimizer>.stops_predicted`: where a step is half a spacing.
`lost.<dtype>`: the share of a linear layer's weights that stay the same, bit for bit, when an update of a given size is added.
With p significant bits, numbers in [2^k, 2^(k+1)) are 2^(k-p+1) apart, so an update u is rounded away where u < 2^(k-p): from
|w| = 2^⌈log2 u + p⌉ on. For weights uniform within ±b that gives the share that is predicted, 1 - 2^⌈log2 u + p⌉ / b.
"""

import math

import torch

from snippets.experiments.factors import bisect
from snippets.measurement import Measurement, over_seeds, setting

WEIGHT, STEPS, MOMENTUM, ALPHA, EPS = 0.1, 100, 0.9, 0.99, 1e-8
RATES = {"sgd": 0.01, "momentum": 0.01, "rmsprop": 0.001, "adam": 0.001}
LABELS = {"sgd": "SGD", "momentum": "SGD with momentum", "rmsprop": "RMSprop", "adam": "Adam"}
MAKE = {
    "sgd": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=MOMENTUM),
    "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr=lr, alpha=ALPHA, eps=EPS),
    "adam": lambda p, lr: torch.optim.Adam(p, lr=lr, eps=EPS),
}
GRADIENTS = [
    float(f"{10 ** (-i / 4):.6g}") for i in range(4, 65)
]  # as many digits as are stored, so that they compare
HALF_SPACING = 2.0**-28  # of float32 between 1/16 and 1/8, where WEIGHT lies

SIDE, SEEDS = 64, range(20)
UPDATES = [
    float(f"{10 ** (-i / 8 - 0.03):.6g}") for i in range(8, 97)
]  # no power of two among them: a tie would round by parity
BITS = {
    "float32": (torch.float32, 24),
    "float16": (torch.float16, 11),
    "bfloat16": (torch.bfloat16, 8),
}
NAMED = {"ten": 0.01 * 0.25**10, "adam": 1e-4}


def moved(optimizer: str, gradients: list[float], steps: int = STEPS) -> list[float]:
    """Distance of a float32 weight from WEIGHT after steps, one weight for each constant gradient, all upward."""
    w = torch.full((len(gradients),), WEIGHT, requires_grad=True)
    start, opt = w.detach().clone(), MAKE[optimizer]([w], RATES[optimizer])
    for _ in range(steps):
        w.grad = -torch.tensor(gradients)
        opt.step()
    return (w.detach().double() - start.double()).tolist()


def steps_without_rounding(optimizer: str, g: float) -> list[float]:
    """The steps 1 to STEPS that the optimizer's formula gives under a constant gradient g."""
    rate, counts = RATES[optimizer], range(1, STEPS + 1)
    if optimizer == "sgd":
        return [rate * g for _ in counts]
    if optimizer == "momentum":
        return [rate * g * (1 - MOMENTUM**t) / (1 - MOMENTUM) for t in counts]
    if optimizer == "rmsprop":
        return [rate * g / (g * math.sqrt(1 - ALPHA**t) + EPS) for t in counts]
    return [
        rate * g / (g + EPS) for _ in counts
    ]  # both of Adam's averages are corrected for their start at zero


def stops(optimizer: str) -> float:
    """The gradient up to which the weight has not changed after STEPS steps."""
    return bisect(1.0, 1e-20, lambda g: moved(optimizer, [g])[0] == 0)


def lost(seed: int) -> dict[str, list[float]]:
    """For every format and update the share of SIDE × SIDE weights, uniform within ±1/√SIDE, that it leaves as they are."""
    generator = torch.Generator().manual_seed(seed)
    drawn = (2 * torch.rand(SIDE, SIDE, generator=generator, dtype=torch.float64) - 1) / math.sqrt(
        SIDE
    )
    signs = torch.randint(2, (SIDE, SIDE), generator=generator) * 2 - 1
    found = {}
    for name, (dtype, _) in BITS.items():
        w = drawn.to(dtype)
        # the sum is exact in float64 and rounded once, as an addition in the format itself is
        found[name] = [
            ((w.double() + u * signs).to(dtype) == w).double().mean().item()
            for u in [*UPDATES, *NAMED.values()]
        ]
    return found


def lost_predicted(name: str, update: float) -> float:
    """The share by the formula above; below half of the smallest number that a format holds, everything is lost."""
    dtype, bits = BITS[name]
    if update < torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps / 2:
        return 1.0
    return max(0.0, 1 - 2.0 ** math.ceil(math.log2(update) + bits) * math.sqrt(SIDE))


def measure() -> dict[str, Measurement]:
    """Distances and stopping gradients of four optimizers, and lost updates in three formats."""
    kept = {
        "weight": setting(WEIGHT, "float32 weight that is moved", show=".1f"),
        "steps": setting(STEPS, "steps under a constant gradient"),
        "momentum": setting(MOMENTUM, "momentum", show=".1f"),
        "eps": setting(EPS, "ε of RMSprop and Adam", show="e1"),
        "half_spacing": Measurement(
            HALF_SPACING, "half the distance from the weight to the next float32 number"
        ),
        "gradients": setting(GRADIENTS, "constant gradients that are tried"),
        "side": setting(SIDE, "inputs and outputs of the linear layer"),
        "bound": setting(1 / math.sqrt(SIDE), "bound of the layer's weights", show=".3f"),
        "seeds": setting(len(SEEDS), "seeds of the layer"),
        "updates": setting(UPDATES, "updates that are added"),
        "update.adam": setting(NAMED["adam"], "step of Adam at a rate of this size", show="e1"),
        "rmsprop.first": Measurement(
            moved("rmsprop", [1e-3], steps=1)[0] / RATES["rmsprop"],
            "RMSprop's first step, as a multiple of its rate",
            rtol=1e-4,
        ),
        "adam.first": Measurement(
            moved("adam", [1e-3], steps=1)[0] / RATES["adam"],
            "Adam's first step, as a multiple of its rate",
            rtol=1e-4,
        ),
    }
    for name, label in LABELS.items():
        predicted = [sum(steps_without_rounding(name, g)) for g in GRADIENTS]
        largest = (
            max(steps_without_rounding(name, 1e-12)) / 1e-12
        )  # of a gradient far below ε, in proportion to it
        kept |= {
            f"{name}.rate": setting(
                RATES[name],
                f"learning rate of {label}",
                show=".3f" if RATES[name] < 0.01 else ".2f",
            ),
            # A fused multiply-add rounds once where two instructions round twice: one spacing of the weight a step at most.
            f"{name}.moved": Measurement(
                moved(name, GRADIENTS),
                f"distance that {label} moves a float32 weight, for each gradient",
                atol=2 * HALF_SPACING * STEPS,
                rtol=1e-4,
            ),
            f"{name}.predicted": Measurement(
                predicted,
                f"distance that {label} would move a weight without rounding, for each gradient",
            ),
            f"{name}.stops": Measurement(
                stops(name),
                f"gradient up to which {label} leaves a float32 weight as it is",
                rtol=1e-3,
            ),
            f"{name}.stops_predicted": Measurement(
                HALF_SPACING / largest,
                f"gradient at which the largest step of {label} is half a spacing of the weight",
            ),
        }
    runs = [lost(seed) for seed in SEEDS]
    for name in BITS:
        kept[f"lost.{name}"] = over_seeds(
            [r[name][: len(UPDATES)] for r in runs],
            f"share of {name} weights that an update leaves as they were, for each update",
        )
        predicted = [lost_predicted(name, u) for u in UPDATES]
        kept[f"lost.{name}.predicted"] = Measurement(
            predicted, f"share of {name} weights that an update is predicted to leave as they are"
        )
        for i, (key, update) in enumerate(NAMED.items(), len(UPDATES)):
            kept[f"lost.{name}.{key}"] = over_seeds(
                [r[name][i] for r in runs],
                f"share of {name} weights that an update of {update:.2g} leaves as they were",
                show="%",
            )
    return kept
