"""The usual three attempts, 5, 10 and 20 layers, measured: how much of the signal ∂L/∂h comes through plain stacks at initialization.

A random unit gradient stands behind the last layer; what is kept is its norm before the first, so that every layer gives one slope
and one matrix to the product. One standard normal input, float64. Beside it the mean-field prediction, the product of
√(n · Var W · E[φ'²]) over the layers, with the variance of the pre-activations from the forward recursion
q ← n · Var W · E[φ(√q z)²] + Var b (Poole et al. 2016, Schoenholz et al. 2017).
"""

import math

import torch

from snippets.experiments._runs import each
from snippets.experiments._stacks import ACTIVATIONS, Stack, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.slopes import expectation, slope
from snippets.measurement import Measurement, over_seeds, setting

WIDTH, DEPTHS, SEEDS = 64, (5, 10, 20), range(100)
NETS = {"sigmoid": ("sigmoid", "default"), "relu": ("relu", "default"), "relu_he": ("relu", "he")}
LABELS = {
    "sigmoid": "sigmoid layers, nn.Linear's default initialization",
    "relu": "ReLU layers, nn.Linear's default initialization",
    "relu_he": "ReLU layers, He initialization",
}
VARIANCES = {"default": (1 / 3, 1 / (3 * WIDTH)), "he": (2.0, 0.0)}  # n Var W, Var b


def run(seed: int) -> dict:
    """Share of the norm of ∂L/∂h that comes through, for every net and depth."""
    found = {}
    for net, (activation, init) in NETS.items():
        for depth in DEPTHS:
            torch.manual_seed(seed)
            stack = Stack(depth, WIDTH, activation, init).double().requires_grad_(False)
            x = torch.randn(1, WIDTH).double().requires_grad_()
            top = torch.randn(1, WIDTH).double()
            found[net, depth] = norm(torch.autograd.grad(stack(x)[-1], x, top)[0]) / norm(top)
    return found


def predicted(net: str, depth: int) -> float:
    """The product of √(n · Var W · E[φ'²]) over `depth` layers, from a standard normal input."""
    activation, init = NETS[net]
    (weight, bias), phi = VARIANCES[init], ACTIVATIONS[activation]
    variance, gain = weight + bias, 1.0
    for _ in range(depth):
        gain *= math.sqrt(weight * expectation(lambda z: slope(phi, z) ** 2, math.sqrt(variance)))
        variance = (
            weight * expectation(lambda z: phi(torch.tensor(z)).numpy() ** 2, math.sqrt(variance))
            + bias
        )
    return gain


def measure() -> dict[str, Measurement]:
    """Median share over seeds and the prediction, for every net and depth."""
    runs = each(run, SEEDS)
    kept = {
        "width": setting(WIDTH, "units in each layer"),
        "seeds": setting(len(runs), "seeds of each net"),
    }
    for net, label in LABELS.items():
        for depth in DEPTHS:
            where = f"the norm of ∂L/∂h through {depth} {label}"
            kept[f"{net}.at{depth}"] = over_seeds([r[net, depth] for r in runs], f"gain of {where}")
            kept[f"{net}.predicted.at{depth}"] = Measurement(
                predicted(net, depth), f"gain that theory predicts for {where}"
            )
    return loosened(kept, DRAWN)
