"""Slopes of activations: at a point, at their extremes, and on average over normal pre-activations.

Float64 throughout; slopes come from autograd, expectations under N(0, s²) from Gauss-Legendre quadrature on both sides
of zero, where some of the slopes jump. `<activation>.gain` is the standard deviation √(n·Var W) of the layer's weights
that keeps the mean square of a gradient when pre-activations have unit variance: the mean-square factor is gain² · E[φ'²].
"""

import functools
import math

import numpy as np
import torch
from torch.nn import functional as F

from snippets.measurement import Measurement, setting

LEAK, LEARNED_LEAK = 0.01, 0.25  # the second is where nn.PReLU's slope starts
ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, LEAK),
    "prelu": lambda x: F.leaky_relu(x, LEARNED_LEAK),
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "mish": F.mish,
    "softplus": F.softplus,
}
NAMES = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "softplus": "softplus",
}
POINTS = {"minus3": -3.0, "0": 0.0, "1": 1.0, "2": 2.0, "4": 4.0}
RANGE, NODES = 12.0, 400  # exp(-72) of the normal density lies outside
NEAR_ZERO, NEAR_ONE, MEAN_SLOPE = 0.1, 0.1, 0.1
BEND = ("gelu", "silu", "mish")  # activations whose slope changes its sign
DRAWN_TO, DRAWN_POINTS = 4.0, 81  # curves are kept from -4 to 4


def slope(phi, x: np.ndarray) -> np.ndarray:
    """phi'(x), same shape as x, by autograd in float64."""
    at = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    phi(at).sum().backward()
    return at.grad.numpy()


@functools.cache
def quadrature():
    """Gauss-Legendre nodes and weights on [-1, 1]."""
    return np.polynomial.legendre.leggauss(NODES)


def expectation(f, sd: float = 1.0) -> float:
    """E[f(z)] for z normal with mean 0 and standard deviation sd."""
    nodes, weights = quadrature()
    half = RANGE / 2
    total = 0.0
    for z in (half * (nodes - 1), half * (nodes + 1)):
        total += (
            half * float(np.sum(weights * f(sd * z) * np.exp(-z * z / 2))) / math.sqrt(2 * math.pi)
        )
    return total


def solve(f, low: float, high: float) -> float:
    """The x between low and high at which f changes its sign."""
    sign = f(low) > 0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if (f(middle) > 0) == sign else (low, middle)
    return (low + high) / 2


def extreme(phi, sign: int) -> tuple[float, float]:
    """(place, slope) of the largest (sign 1) or smallest (sign -1) slope on [-12, 12], refined around the best grid point."""
    low, high = -RANGE, RANGE
    for _ in range(12):
        grid = np.linspace(low, high, 2001)
        values = sign * slope(phi, grid)
        best = int(np.argmax(values))
        step = grid[1] - grid[0]
        low, high = grid[best] - step, grid[best] + step
    return float(grid[best]), sign * float(values[best])


def share(phi, inside) -> float:
    """Share of standard normal pre-activations whose slope satisfies inside(slope), counted at the quantiles of N(0, 1)."""
    quantiles = math.sqrt(2) * torch.erfinv(
        2 * (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000 - 1
    )
    return float(np.mean(inside(slope(phi, quantiles.numpy()))))


def float32_zero(phi, low: float) -> float:
    """Counting down from -1 in hundredths, the first x at which the float32 slope is exactly 0 and stays so down to `low`."""
    x = torch.arange(-1.0, low, -0.01, dtype=torch.float64).float().requires_grad_()
    phi(x).sum().backward()
    alive = torch.nonzero(x.grad)
    return x[int(alive[-1]) + 1].item()


def sigmoid_points() -> dict[str, Measurement]:
    """Sigmoid at five points, its bound, and how wide pre-activations must be for a small mean slope."""
    sigmoid = ACTIVATIONS["sigmoid"]
    kept = {}
    for name, x in POINTS.items():
        kept[f"point.{name}"] = setting(x, "input at which sigmoid is read", show=".0f")
        value = torch.sigmoid(torch.tensor(x, dtype=torch.float64)).item()
        kept[f"sigmoid.value.{name}"] = Measurement(value, f"sigmoid at {x:g}", show="3")
        kept[f"sigmoid.slope.{name}"] = Measurement(
            float(slope(sigmoid, np.array([x]))[0]), f"slope of sigmoid at {x:g}", show="3"
        )
    grid = np.linspace(-50, 50, 1_000_001)
    steepness = slope(sigmoid, grid)
    kept["sigmoid.bound"] = Measurement(
        float(steepness.max()), "largest slope of sigmoid on a grid of a million points", show=".2f"
    )
    kept["sigmoid.above_bound"] = Measurement(
        int((steepness > 0.25).sum()),
        "points of that grid at which sigmoid's slope exceeds a quarter",
        rtol=0,
    )
    kept["mean_slope.target"] = setting(MEAN_SLOPE, "mean slope asked of sigmoid", show=".1f")
    kept["mean_slope.sd"] = Measurement(
        solve(lambda s: expectation(lambda z: slope(sigmoid, z), s) - MEAN_SLOPE, 0.1, 20),
        "standard deviation of pre-activations at which sigmoid's mean slope is that",
    )
    return kept


def table(name: str) -> dict[str, Measurement]:
    """Averages, extremes and the neutral gain of one activation."""
    phi = ACTIVATIONS[name]
    square = expectation(lambda z: slope(phi, z) ** 2)
    top, bottom = extreme(phi, 1), extreme(phi, -1)
    under = f"slope of {name} under standard normal pre-activations"
    # Quantiles of a steep slope change sides one at a time, so shares are good to a few of the 200,000 counted.
    kept = {
        f"{name}.mean": Measurement(expectation(lambda z: slope(phi, z)), f"mean {under}"),
        f"{name}.mean_square": Measurement(square, f"mean square {under}"),
        f"{name}.rms": Measurement(math.sqrt(square), f"root-mean-square {under}"),
        f"{name}.gain": Measurement(
            1 / math.sqrt(square),
            f"standard deviation of weights times √n that keeps a gradient's mean square with {name}",
        ),
        f"{name}.max": Measurement(top[1], f"largest slope of {name}", show="3"),
        f"{name}.min": Measurement(
            bottom[1], f"smallest slope of {name} between −12 and 12", rtol=1e-6, atol=1e-12
        ),
        f"{name}.near_zero": Measurement(
            share(phi, lambda s: np.abs(s) < NEAR_ZERO),
            f"share of standard normal pre-activations with an absolute slope of {name} near zero",
            rtol=1e-3,
        ),
        f"{name}.near_one": Measurement(
            share(phi, lambda s: np.abs(s - 1) <= NEAR_ONE),
            f"share of standard normal pre-activations with a slope of {name} near one",
            rtol=1e-3,
        ),
        f"{name}.at_zero": Measurement(
            float(slope(phi, np.array([0.0]))[0]), f"slope of {name} at zero, as PyTorch defines it"
        ),
    }
    kept |= curves(name)
    if name in BEND:
        # A place of an extreme is known to the square root of a float64's precision at best.
        kept[f"{name}.max.at"] = Measurement(
            top[0], f"input at which {name}'s slope is largest", rtol=1e-4, show="3"
        )
        kept[f"{name}.min.at"] = Measurement(
            bottom[0], f"input at which {name}'s slope is smallest", rtol=1e-4, show="3"
        )
        kept[f"{name}.turn"] = Measurement(
            solve(lambda x: float(slope(phi, np.array([x]))[0]), -3, 0),
            f"input at which {name}'s slope is zero, negative below it",
            show="3",
        )
    return kept


def curves(name: str) -> dict[str, Measurement]:
    """The activation and its slope at DRAWN_POINTS inputs, equally far apart."""
    x = np.linspace(-DRAWN_TO, DRAWN_TO, DRAWN_POINTS)
    y = ACTIVATIONS[name](torch.tensor(x)).numpy()
    where = f"{name} at equally spaced inputs from {-DRAWN_TO:g} to {DRAWN_TO:g}"
    return {
        f"{name}.curve": Measurement(y.tolist(), where, atol=1e-12),
        f"{name}.curve_slope": Measurement(
            slope(ACTIVATIONS[name], x).tolist(), f"slope of {where}", atol=1e-12
        ),
    }


def measure() -> dict[str, Measurement]:
    """Slopes at points, averages, extremes and gains of every activation."""
    kept = {
        "leak": setting(LEAK, "slope of leaky ReLU below zero", show=".2f"),
        "learned_leak": setting(
            LEARNED_LEAK, "slope of PReLU below zero when training starts", show=".2f"
        ),
        "drawn.to": setting(DRAWN_TO, "largest input at which curves are kept", show=".0f"),
        "drawn.points": setting(DRAWN_POINTS, "inputs at which curves are kept"),
        "near_zero.below": setting(
            NEAR_ZERO, "absolute slope that counts as near zero", show=".1f"
        ),
        "near_one.within": setting(
            NEAR_ONE, "distance from one that counts as near one", show=".1f"
        ),
    }
    kept |= sigmoid_points()
    for name in ACTIVATIONS:
        kept |= table(name)
    # Where a float32 slope rounds to 0 depends on the last places of erf and exp, which differ between processors.
    for name, low in (("gelu", -30.0), ("elu", -200.0)):
        kept[f"{name}.float32_zero"] = Measurement(
            float32_zero(ACTIVATIONS[name], low),
            f"input from which downward the float32 slope of {name} is exactly zero",
            rtol=0.02,
            show="3",
        )
    return kept
