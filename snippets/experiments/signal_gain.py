"""The signal's gain per layer in deep plain stacks, against the prediction √(n · Var W · E[φ'²]).

At the top stands a random unit gradient, not a loss: the gain belongs to the net alone, whatever it is trained for. It is
‖∂L/∂h_1‖ / ‖∂L/∂h_N‖, as a geometric mean per layer, for one standard normal input, in float64.
The expectation runs over the net's own pre-activations: normal with the variance that the forward recursion
q ← n · Var W · E[φ(√q z)²] + Var b gives for each layer. Both are the mean-field theory of wide nets (Poole et al. 2016,
Schoenholz et al. 2017); it predicts the mean square over draws of the weights (`.rms`), while the median of one draw lies
lower by a term of order 1/n.
Every activation of `slopes` meets the same weights: `default` as nn.Linear draws them, and matrices of normal numbers scaled
to `xavier` (n Var W = 1), `he` (2) and `matched` (`slopes.<activation>.gain` squared: the factor is one as long as
pre-activations have unit variance), and `orthogonal` ones.
`spread.…` measures how far single nets stray: ReLU with He initialization, where the log of the gain over N layers of n
units has variance near 5N/4n and mean near −5N/4n (Hanin 2018).
"""

import functools
import math
import statistics

import numpy as np
import torch

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.slopes import ACTIVATIONS, NAMES, expectation, slope
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH = 30, 256
CLASSIC = ("sigmoid", "tanh", "relu")  # their profiles are kept, and `worst` runs over them
INITS = {
    "default": "nn.Linear's default",
    "xavier": "Xavier",
    "he": "He",
    "orthogonal": "orthogonal",
    "matched": "matched",
}
USUAL = ("default", "xavier", "he", "orthogonal")
SEEDS, FEW, SPOT = (
    range(50),
    20,
    range(5),
)  # orthogonal matrices take long to draw: FEW of the seeds
SPREAD_DEPTH, SPREAD_WIDTHS, SPREAD_PER_SEED = 50, (16, 64, 256), {16: 10, 64: 10, 256: 4}


@functools.cache
def variances(net: str, init: str) -> tuple[float, float]:
    """(n Var W, Var b) of a square layer."""
    if init == "default":
        return 1 / 3, 1 / (3 * WIDTH)
    if init == "matched":
        return 1 / expectation(lambda z: slope(ACTIVATIONS[net], z) ** 2), 0.0
    return {"xavier": 1.0, "he": 2.0, "orthogonal": 1.0}[init], 0.0


def profiles(stack: Stack, cases: list[tuple[str, float]]) -> list[list[float]]:
    """||dL/dh_l|| for l = 1..N in every case (activation, factor on the weights), all with the stack's weights.

    One standard normal input and one random gradient of norm one at the top, the same for all cases.
    """
    width = stack.layers[0].in_features
    x, top = torch.randn(1, width).double(), torch.randn(1, width).double()
    h = x.repeat(len(cases), 1).requires_grad_()
    scale = torch.tensor([[factor] for _, factor in cases], dtype=torch.float64)
    states = []
    for layer in stack.layers:
        z = scale * (h @ layer.weight.detach().double().T) + layer.bias.detach().double()
        h = torch.stack([ACTIVATIONS[net](row) for (net, _), row in zip(cases, z, strict=True)])
        states.append(h)
    found = torch.autograd.grad(states[-1], states, (top / top.norm()).expand_as(h))
    return [[norm(g[case]) for g in found] for case in range(len(cases))]


def run(seed: int) -> dict:
    """Profiles of every net and initialization, and log gains of the narrow and wide ReLU nets, for one seed."""
    found = {}
    for drawn, inits in (
        ("default", ["default"]),
        ("xavier", ["xavier", "he", "matched"]),
        ("orthogonal", ["orthogonal"]),
    ):
        if drawn == "orthogonal" and seed >= FEW:
            continue
        torch.manual_seed(seed)
        stack = Stack(DEPTH, WIDTH, "relu", drawn)
        keys = [(net, init) for init in inits for net in ACTIVATIONS]
        scales = [
            math.sqrt(variances(net, init)[0] / variances(net, drawn)[0]) for net, init in keys
        ]
        found |= zip(
            keys,
            profiles(stack, [(net, s) for (net, _), s in zip(keys, scales, strict=True)]),
            strict=True,
        )
    for width, draws in SPREAD_PER_SEED.items():
        found[width] = log_gains(seed, width, draws)
    return found


def log_gains(seed: int, width: int, draws: int) -> list[float]:
    """log(‖∂L/∂h_1‖ / ‖∂L/∂h_N‖) over SPREAD_DEPTH He-initialized ReLU layers, of `draws` nets side by side."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator).double()

    first = h = torch.relu(normal(draws, 1, width)).requires_grad_()
    for _ in range(SPREAD_DEPTH):
        h = torch.relu(h @ (math.sqrt(2 / width) * normal(draws, width, width)))
    top = normal(draws, 1, width)
    (bottom,) = torch.autograd.grad(h, first, top)
    return [math.log(norm(b) / norm(t)) for b, t in zip(bottom, top, strict=True)]


def predicted(net: str, init: str) -> list[float]:
    """√(n · Var W · E[φ'²]) of layers 2..N, by the forward recursion from a standard normal input."""
    weight, bias = variances(net, init)
    phi = ACTIVATIONS[net]
    variance, factors = weight + bias, []
    for _ in range(DEPTH - 1):
        before = variance
        variance = (
            weight * expectation(lambda z: phi(torch.tensor(z)).numpy() ** 2, math.sqrt(variance))
            + bias
        )
        if factors and abs(variance - before) < 1e-12 * before:  # settled, and so are the factors
            return factors + [factors[-1]] * (DEPTH - 1 - len(factors))
        factors.append(
            math.sqrt(weight * expectation(lambda z: slope(phi, z) ** 2, math.sqrt(variance)))
        )
    return factors


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Measured and predicted gain per layer of every net and initialization, and its spread at three widths."""
    runs = each(run, seeds)
    kept = {
        "depth": setting(DEPTH, "layers of the stack"),
        "width": setting(WIDTH, "units in each layer"),
        "activations": setting(len(ACTIVATIONS), "activations of the stacks"),
        "seeds": setting(len(runs), "seeds of default, Xavier, He and matched stacks"),
        "orthogonal.seeds": setting(min(FEW, len(runs)), "seeds of orthogonal stacks"),
        "spread.depth": setting(SPREAD_DEPTH, "layers of the ReLU stacks whose spread is measured"),
    }
    for net in ACTIVATIONS:
        for init in INITS:
            kept |= gain(net, init, [r[net, init] for r in runs if (net, init) in r])
    # A difference of nearly equal numbers: DRAWN of a factor is a few percent of it.
    for key, nets, told in (
        ("worst", CLASSIC, "sigmoid, tanh or ReLU"),
        ("worst.all", ACTIVATIONS, "any activation"),
    ):
        kept[key] = Measurement(
            max(abs(kept[f"{net}.{init}.ratio"].value - 1) for net in nets for init in USUAL),
            f"largest relative distance of a measured factor per layer from the predicted one, {told} under the four usual "
            "initializations",
            rtol=5e-2,
            show=".1%",
        )
    return loosened(kept | spread(runs), DRAWN)


def gain(net: str, init: str, found: list[list[float]]) -> dict[str, Measurement]:
    """Measured and predicted factor per layer of one net and initialization; profiles of the classic three."""
    factors = predicted(net, init)
    theory = float(np.exp(np.mean(np.log(factors))))
    where = f"a {NAMES[net]} stack, {INITS[init]} initialization"
    per_layer = [(p[0] / p[-1]) ** (1 / (DEPTH - 1)) for p in found]
    rms = statistics.fmean((p[0] / p[-1]) ** 2 for p in found) ** (0.5 / (DEPTH - 1))
    kept = {
        "measured": over_seeds(
            per_layer, f"geometric mean factor per layer of ∂L/∂h in {where}", show="3"
        ),
        "rms": Measurement(
            rms,
            f"factor per layer of ∂L/∂h in {where}, root mean square over seeds",
            n=len(found),
            show="3",
        ),
        "predicted": Measurement(
            theory, f"factor per layer of ∂L/∂h that theory predicts for {where}", show="3"
        ),
        "ratio": Measurement(
            statistics.median(per_layer) / theory,
            f"measured factor per layer over the predicted one of ∂L/∂h in {where}",
            n=len(found),
            show=".3f",
        ),
        "total": over_seeds(
            [p[0] / p[-1] for p in found],
            f"norm of ∂L/∂h after layer 1, as a share of that after the last layer, of {where}",
        ),
    }
    if net in CLASSIC and init in USUAL:
        kept["profile"] = over_seeds(
            [[x / p[-1] for x in p] for p in found],
            f"norm of ∂L/∂h after each layer, 1 at the top, of {where}",
        )
        kept["predicted_profile"] = Measurement(
            [*np.cumprod(factors[::-1])[::-1].tolist(), 1.0],
            f"norm of ∂L/∂h after each layer that theory predicts, 1 at the top, of {where}",
        )
    return {f"{net}.{init}.{part}": m for part, m in kept.items()}


def spread(runs: list[dict]) -> dict[str, Measurement]:
    """Median, band and standard deviation of the gain of He-initialized ReLU stacks, against Hanin's."""
    kept = {}
    for width in SPREAD_WIDTHS:
        logs = [log for r in runs for log in r[width]]
        term = 5 * SPREAD_DEPTH / (4 * width)
        where = f"∂L/∂h over {SPREAD_DEPTH} layers of {width} units, ReLU, He initialization"
        kept[f"spread.width.{width}"] = setting(
            width, "units in each layer of a ReLU stack whose spread is measured"
        )
        kept[f"spread.{width}.gain"] = over_seeds([math.exp(x) for x in logs], f"gain of {where}")
        kept[f"spread.{width}.gain_predicted"] = Measurement(
            math.exp(-term), f"median gain that theory predicts for {where}"
        )
        kept[f"spread.{width}.sd"] = Measurement(
            statistics.stdev(logs), f"standard deviation of the log gain of {where}", n=len(logs)
        )
        kept[f"spread.{width}.sd_predicted"] = Measurement(
            math.sqrt(term), f"standard deviation of the log gain that theory predicts for {where}"
        )
    return kept
