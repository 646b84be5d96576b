"""The usual demonstration, measured: the gradient that reaches each layer of a deep stack, over many seeds.

Three nets (sigmoid, ReLU, ReLU with a skip) under three initializations; batch of standard normal inputs,
loss = mean of the squared outputs, as in the demonstration that most pages print.
"""

import torch

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, float64, gradients, norm, per_layer
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH, DEEP = 30, 64, 8, 100
SEEDS, SPOT = range(200), range(20)
ROUNDED = 1e-15  # a difference of outputs that agree in every place of a float64 is rounding, another on every processor
NETS = {"sigmoid": ("sigmoid", None), "relu": ("relu", None), "residual": ("relu", 1.0)}
LABELS = {
    "sigmoid": "a plain sigmoid net",
    "relu": "a plain ReLU net",
    "residual": "a ReLU net with skips",
}
INITS = {"default": "nn.Linear's default", "xavier": "Xavier", "he": "He"}


def mean_square(h):
    """The demonstration's loss."""
    return h.pow(2).mean()


def run(seed: int) -> dict:
    """All nets under all initializations for one seed, float64 throughout; and the float32 norms that the usual code prints."""
    found = {}
    for net, (activation, skip) in NETS.items():
        for init in INITS:
            with float64():
                torch.manual_seed(seed)
                stack = Stack(DEPTH, WIDTH, activation, init, skip)
                x = torch.randn(BATCH, WIDTH)
            found[net, init] = (*gradients(stack, x, mean_square), input_share(stack(x)[-1]))
        found[net, "float32"] = float32_norm(seed, DEPTH, activation, skip)
    found["residual", "deep"] = float32_norm(seed, DEEP, "relu", 1.0)
    return found


def input_share(h) -> float:
    """How much of an output of shape (batch, width) depends on which input came in: norm around the batch's mean over norm."""
    return norm(h - h.mean(dim=0)) / norm(h)


def float32_norm(seed: int, depth: int, activation: str, skip: float | None) -> float:
    """What `weight.grad.norm()` gives for the first layer when nothing is done in float64."""
    torch.manual_seed(seed)
    stack = Stack(depth, WIDTH, activation, "default", skip)
    mean_square(stack(torch.randn(BATCH, WIDTH))[-1]).backward()
    return stack.layers[0].weight.grad.norm().item()


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Loss, first-layer gradient, per-layer profiles and factors for every net and initialization."""
    runs = each(run, seeds)
    kept = {
        "depth": setting(DEPTH, "layers of the deep stack"),
        "width": setting(WIDTH, "units in each layer of the deep stack"),
        "batch": setting(BATCH, "inputs in the batch"),
        "seeds": setting(len(seeds), "seeds of the deep stack"),
        "deep": setting(DEEP, "layers of the deeper residual stack"),
    }
    for net, label in LABELS.items():
        for init, named in INITS.items():
            losses, signals, weights, shares = zip(*(r[net, init] for r in runs), strict=True)
            where = f"{label}, {named} initialization, {DEPTH} layers of {WIDTH} units"
            kept[f"{net}.{init}.loss"] = over_seeds(losses, f"loss at initialization of {where}")
            kept[f"{net}.{init}.input_share"] = over_seeds(
                shares,
                f"share of the last layer's output that depends on the input, {where}",
                rtol=1e-3,
                atol=ROUNDED,
            )
            kept[f"{net}.{init}.first"] = over_seeds(
                [w[0] for w in weights], f"norm of ∂L/∂W in layer 1 of {where}"
            )
            kept[f"{net}.{init}.last"] = over_seeds(
                [w[-1] for w in weights], f"norm of ∂L/∂W in the last layer of {where}"
            )
            kept[f"{net}.{init}.signal"] = over_seeds(
                [s[0] / s[-1] for s in signals],
                f"norm of ∂L/∂h after layer 1, as a share of that after the last layer, of {where}",
            )
            kept[f"{net}.{init}.factor"] = over_seeds(
                [per_layer(s) for s in signals],
                f"geometric mean factor per layer of the norm of ∂L/∂h in {where}",
            )
            kept[f"{net}.{init}.weight_profile"] = over_seeds(
                weights, f"norm of ∂L/∂W in each layer of {where}"
            )
            kept[f"{net}.{init}.signal_profile"] = over_seeds(
                [[x / s[-1] for x in s] for s in signals],
                f"norm of ∂L/∂h after each layer, 1 at the loss, of {where}",
            )
    return kept | printed(runs)


def printed(runs: list[dict]) -> dict[str, Measurement]:
    """What the usual code prints, and in how many seeds."""
    ordered = {
        init: sum(
            r["sigmoid", init][2][0] < r["relu", init][2][0] < r["residual", init][2][0]
            for r in runs
        )
        for init in INITS
    }
    zeros = sum(r["sigmoid", "float32"] == 0.0 for r in runs)
    overflows = sum(r["residual", "deep"] == float("inf") for r in runs)
    return {
        "float32.zeros": Measurement(
            zeros,
            "seeds in which the float32 norm of the sigmoid net's first-layer gradient prints exactly 0.0",
            n=len(runs),
            rtol=0,
        ),
        "float32.overflows": Measurement(
            overflows,
            f"seeds in which the float32 norm of the {DEEP}-layer residual net's first-layer gradient prints inf",
            n=len(runs),
            rtol=0,
            atol=2,
        ),
    } | {
        f"ordered.{init}": Measurement(
            count,
            f"seeds in which the first-layer gradient grows from sigmoid to ReLU to ReLU with skips, {INITS[init]} initialization",
            n=len(runs),
            rtol=0,
        )
        for init, count in ordered.items()
    }
