"""Which share of ReLU units is zero for every digit before training, layer by layer; and what theory says.

Measured on plain ReLU stacks that see the first INPUTS training digits. Theory is that of a net of infinite width
(Cho & Saul 2009): given the layer before, the pre-activations z of one unit for all inputs are jointly normal with covariance
K_l = σ_w² κ(K_{l−1}) + σ_b², where κ is the arc-cosine kernel of ReLU,
κ(K)_ij = √(K_ii K_jj) (sin θ + (π − θ) cos θ) / 2π with cos θ = K_ij / √(K_ii K_jj).
The share of dead units is the probability that all of them are negative at once, taken here from DRAWS normal draws.
As depth grows all inputs come to point one way, cos θ → 1, and that probability goes to one half.
σ_w² = 2, σ_b = 0 for He initialization; 1/3 and 1/(3n) for nn.Linear's default, n the fan-in.
"""

import functools
import math

import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import float64, initialize
from snippets.experiments.training import digits
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, INPUTS, DRAWS = 20, 128, 100, 5000
SEEDS, SPOT = range(40), range(4)
INITS = {"he": "He initialization", "default": "nn.Linear's default initialization"}
WATCHED = (1, 5, 10, 20)
# A unit flips only if its largest z for any input is within rounding of zero, about 1e-15: one in a million seeds.
COUNTED = {"rtol": 0.0, "atol": 1e-9}
# Theory is itself drawn: at 5,000 draws a share of one half is known to 0.007; eigenvectors may turn from processor to processor.
DRAWN = {"rtol": 0.0, "atol": 0.03}


@functools.cache
def inputs() -> torch.Tensor:
    """Digits as float64 of shape (INPUTS, 64)."""
    return digits()[0][:INPUTS].double()


def run(case: tuple[int, str]) -> list[float]:
    """The share of units in each layer that are zero for every input, for one seed."""
    seed, init = case
    h, found = inputs(), []
    with float64(), torch.no_grad():
        torch.manual_seed(seed)
        for _ in range(DEPTH):
            layer = nn.Linear(h.shape[1], WIDTH)
            initialize(layer, init)
            h = torch.relu(layer(h))
            found.append((h == 0).all(0).double().mean().item())
    return found


def predicted(init: str) -> list[float]:
    """The same share in a net of infinite width, from draws of its normal pre-activations."""
    x, found = inputs(), []
    draw = torch.Generator().manual_seed(0)

    def variances(fan_in: int) -> tuple[float, float]:
        return (2.0, 0.0) if init == "he" else (1 / 3, 1 / (3 * fan_in))

    weight, bias = variances(x.shape[1])
    covariance = weight * x @ x.T / x.shape[1] + bias
    weight, bias = variances(WIDTH)
    for _ in range(DEPTH):
        values, vectors = torch.linalg.eigh(covariance)
        root = vectors * values.clamp(min=0).sqrt()
        z = root @ torch.randn(len(x), DRAWS, generator=draw, dtype=torch.float64)
        found.append((z <= 0).all(0).double().mean().item())
        size = covariance.diag().sqrt()
        cosine = (covariance / size[:, None] / size).clamp(-1, 1)
        angle = cosine.acos()
        covariance = (
            weight
            * size[:, None]
            * size
            * (angle.sin() + (math.pi - angle) * cosine)
            / (2 * math.pi)
            + bias
        )
    return found


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Measured and predicted share by layer, for both initializations."""
    cases = [(seed, init) for init in INITS for seed in seeds]
    found = dict(zip(cases, each(run, cases), strict=True))
    kept = {
        "depth": setting(DEPTH, "ReLU layers"),
        "width": setting(WIDTH, "units in each layer"),
        "inputs": setting(INPUTS, "digits shown"),
        "seeds": setting(len(seeds), "seeds of the stacks"),
        "draws": setting(DRAWS, "normal draws for the prediction", show=","),
    }
    for init, theory in zip(INITS, each(predicted, INITS), strict=True):
        shares = [found[seed, init] for seed in seeds]
        what = f"share of ReLU units that are zero for every digit before training, {INITS[init]}"
        kept[f"{init}.profile"] = over_seeds(shares, f"{what}, in each layer", **COUNTED)
        kept[f"{init}.predicted"] = Measurement(
            theory, f"{what}, in each layer, predicted for infinite width", **DRAWN
        )
        for layer in WATCHED:
            kept[f"{init}.layer{layer}"] = over_seeds(
                [s[layer - 1] for s in shares], f"{what}, layer {layer}", show=".0%", **COUNTED
            )
            kept[f"{init}.predicted{layer}"] = Measurement(
                theory[layer - 1],
                f"{what}, layer {layer}, predicted for infinite width",
                show=".0%",
                **DRAWN,
            )
    return kept
