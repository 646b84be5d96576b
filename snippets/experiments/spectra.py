"""All singular values: of weight matrices as they are initialized, of products of matrices, and of the Jacobian of whole nets.

A spectrum is kept at PLACES of the singular values in falling order; the share of values above the i-th is (i + 1/2) / n.
Theory for wide matrices: the squared singular values of a product of L Gaussian matrices with entries of variance 1/n follow
the Fuss-Catalan law (Penson & Zyczkowski 2011), for L = 1 the Marchenko-Pastur law, whose root is the quarter circle.
For a net whose mean-square factor is one, the squared singular values have mean one and variance
L (E[phi'^4] / E[phi'^2]^2 - 1 - s), s = 0 for orthogonal and -1 for Gaussian weights (Pennington et al. 2017).
"""

import math

import numpy as np
import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import float64, initialize
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.slopes import ACTIVATIONS, expectation, slope
from snippets.measurement import Measurement, over_seeds, setting

WIDTH, NET_WIDTH, NET_DEPTH = 256, 128, 30
DEPTHS = (1, 3, 10, 30)
SEEDS, SPOT = range(20), range(3)
PLACES = (0, 1, 2, 4, 8, *range(16, WIDTH, 16), WIDTH - 1)
INITS = {
    "default": "nn.Linear's default",
    "xavier": "Xavier",
    "he": "He",
    "orthogonal": "orthogonal",
}
SPREAD = {"default": math.sqrt(1 / 3), "xavier": 1.0, "he": math.sqrt(2)}  # √(n · Var W)
FLOOR = 1e-10  # float64 resolves singular values down to about 1e-15 of the largest
NETS = {
    "relu.gauss": "a ReLU net with He initialization",
    "relu.orthogonal": "a ReLU net with orthogonal weights times √2",
    "tanh.gauss": "a tanh net with Gaussian weights at the edge of chaos",
    "tanh.orthogonal": "a tanh net with orthogonal weights at the edge of chaos",
}
QUIET = 0.05  # variance of the tanh nets' pre-activations


def fuss_catalan(depth: int, shares) -> np.ndarray:
    """The singular value that a given share of all exceeds, for a product of `depth` wide Gaussian matrices of variance 1/n.

    Parametrized by 0 < t < π/(L+1): squared value x = sin((L+1)t)^(L+1) / (sin t · sin(Lt)^L), density times x
    sin t · sin((L+1)t) / (π sin(Lt)); for L = 1 this is Marchenko-Pastur.
    """
    t = np.linspace(0, math.pi / (depth + 1), 200_002)[1:-1]
    up, down = np.sin((depth + 1) * t), np.sin(depth * t)
    log_x = (depth + 1) * np.log(up) - np.log(np.sin(t)) - depth * np.log(down)
    falls = -(
        (depth + 1) ** 2 / np.tan((depth + 1) * t) - 1 / np.tan(t) - depth**2 / np.tan(depth * t)
    )
    density = np.sin(t) * up / (math.pi * down) * falls
    above = np.cumsum(density) * (t[1] - t[0])
    return np.exp(np.interp(shares, above / above[-1], log_x) / 2)


def edge(depth: int) -> float:
    """The largest singular value in the same limit: √((L+1)^(L+1) / L^L)."""
    return math.sqrt((depth + 1) ** (depth + 1) / depth**depth)


def shares() -> list[float]:
    """The share of singular values above each kept one."""
    return [(i + 0.5) / WIDTH for i in PLACES]


def critical(variance: float) -> tuple[float, float]:
    """(σ_w, σ_b) at which a wide tanh net keeps pre-activations of this variance and has a mean-square factor of one."""
    tanh, sd = ACTIVATIONS["tanh"], math.sqrt(variance)
    weight = 1 / expectation(lambda z: slope(tanh, z) ** 2, sd)
    return math.sqrt(weight), math.sqrt(
        variance - weight * expectation(lambda z: np.tanh(z) ** 2, sd)
    )


def moment(activation: str, power: int) -> float:
    """E[phi'(z)^power] for z normal with variance QUIET."""
    return expectation(lambda z: slope(ACTIVATIONS[activation], z) ** power, math.sqrt(QUIET))


def matrix(init: str, width: int):
    """A weight matrix as nn.Linear holds it after `initialize`, float64."""
    layer = nn.Linear(width, width)
    initialize(layer, init)
    return layer.weight.detach()


def products() -> dict:
    """Singular values of products of Gaussian and of orthogonal matrices, at each of DEPTHS."""
    found, product, turned = {}, torch.eye(WIDTH), torch.eye(WIDTH)
    for depth in range(1, max(DEPTHS) + 1):
        product = torch.randn(WIDTH, WIDTH) @ product / math.sqrt(WIDTH)
        if depth in DEPTHS:
            found["gauss", depth] = torch.linalg.svdvals(product)
    for _ in range(max(DEPTHS)):
        turned = matrix("orthogonal", WIDTH) @ turned
    found["orthogonal"] = torch.linalg.svdvals(turned)
    return found


def jacobian(net: str):
    """∂h_L/∂h_0 of a net of NET_DEPTH layers at one random input, shape (NET_WIDTH, NET_WIDTH)."""
    activation, weights = net.split(".")
    weight, bias = critical(QUIET) if activation == "tanh" else (math.sqrt(2), 0.0)
    h, found = torch.randn(NET_WIDTH), torch.eye(NET_WIDTH)
    h = h / h.norm() * math.sqrt(NET_WIDTH * (QUIET - bias**2)) / weight
    for _ in range(NET_DEPTH):
        gauss = torch.randn(NET_WIDTH, NET_WIDTH) / math.sqrt(NET_WIDTH)
        W = weight * (gauss if weights == "gauss" else matrix("orthogonal", NET_WIDTH))
        z = W @ h + bias * torch.randn(NET_WIDTH)
        h = ACTIVATIONS[activation](z)
        slopes = 1 - h**2 if activation == "tanh" else (z > 0).double()
        found = slopes[:, None] * (W @ found)
    return found


def isometry(values) -> dict[str, float]:
    """How far singular values are from all being equal."""
    square = values.square()
    mean = square.mean()
    size = mean.sqrt()
    return {
        "largest": (values[0] / size).item(),
        "variance": (square.var(unbiased=False) / mean**2).item(),
        "near": ((values > size / 2) & (values < 2 * size)).double().mean().item(),
        "lost": (values < FLOOR * values[0]).double().mean().item(),
    }


def run(seed: int) -> dict:
    """Spectra of single matrices and products, and the spread of the singular values of whole nets, for one seed."""
    torch.manual_seed(seed)
    with float64():
        found = {init: torch.linalg.svdvals(matrix(init, WIDTH)) for init in INITS}
        found |= products()
        found |= {net: torch.linalg.svdvals(jacobian(net)) for net in NETS}
    return found


def kept_places(values) -> list[float]:
    """A spectrum at PLACES, not below FLOOR."""
    return [max(values[i].item(), FLOOR) for i in PLACES]


def single(runs: list[dict]) -> dict[str, Measurement]:
    """Spectra of initial weight matrices, and the quarter-circle law."""
    kept = {}
    for init, named in INITS.items():
        where = f"a square weight matrix of side {WIDTH}, {named} initialization"
        kept[f"{init}.values"] = over_seeds(
            [kept_places(r[init]) for r in runs], f"singular values, in falling order, of {where}"
        )
        kept[f"{init}.largest"] = over_seeds(
            [r[init][0].item() for r in runs], f"largest singular value of {where}", show="3"
        )
        if init in SPREAD:
            kept[f"{init}.values_predicted"] = Measurement(
                (SPREAD[init] * fuss_catalan(1, shares())).tolist(),
                f"singular values that the quarter-circle law predicts for {where}",
            )
            kept[f"{init}.largest_predicted"] = Measurement(
                SPREAD[init] * edge(1),
                f"largest singular value that the quarter-circle law predicts for {where}",
                show="3",
            )
    return kept


def multiplied(runs: list[dict]) -> dict[str, Measurement]:
    """Spectra of products of matrices, and the Fuss-Catalan law."""
    kept = {}
    for depth in DEPTHS:
        found, where = (
            [r["gauss", depth] for r in runs],
            f"a product of {depth} Gaussian matrices of side {WIDTH}, Xavier scale",
        )
        key = f"product.at{depth}"
        kept[f"product.depth.{depth}"] = setting(depth, "matrices in the product")
        kept[f"{key}.values"] = over_seeds(
            [kept_places(s) for s in found], f"singular values, in falling order, of {where}"
        )
        kept[f"{key}.values_predicted"] = Measurement(
            np.maximum(fuss_catalan(depth, shares()), FLOOR).tolist(),
            f"singular values that the Fuss-Catalan law predicts for {where}",
        )
        kept[f"{key}.largest"] = over_seeds(
            [s[0].item() for s in found], f"largest singular value of {where}", show="3"
        )
        kept[f"{key}.largest_predicted"] = Measurement(
            edge(depth), f"largest singular value predicted for {where}", show="3"
        )
        kept[f"{key}.middle"] = over_seeds(
            [s.median().item() for s in found], f"median singular value of {where}"
        )
        kept[f"{key}.middle_predicted"] = Measurement(
            float(fuss_catalan(depth, 0.5)), f"median singular value predicted for {where}"
        )
        kept[f"{key}.rms"] = over_seeds(
            [s.square().mean().sqrt().item() for s in found],
            f"root-mean-square singular value of {where}",
            show="3",
        )
        kept[f"{key}.small"] = over_seeds(
            [(s < 0.1).double().mean().item() for s in found],
            f"share of singular values below a tenth, {where}",
            show="%",
        )
    turned, where = (
        [r["orthogonal"] for r in runs],
        f"a product of {max(DEPTHS)} orthogonal matrices of side {WIDTH}",
    )
    kept["product.orthogonal.largest"] = over_seeds(
        [s[0].item() for s in turned], f"largest singular value of {where}", show="3"
    )
    kept["product.orthogonal.smallest"] = over_seeds(
        [s[-1].item() for s in turned], f"smallest singular value of {where}", show="3"
    )
    return kept


def whole_nets(runs: list[dict]) -> dict[str, Measurement]:
    """How unequal the singular values of whole Jacobians are, and the variance that theory predicts."""
    weight, bias = critical(QUIET)
    kept = {
        "net.width": setting(NET_WIDTH, "units in each layer of the nets"),
        "net.depth": setting(NET_DEPTH, "layers of the nets"),
        "net.variance": setting(QUIET, "variance of the tanh nets' pre-activations"),
        "net.sigma_w": Measurement(
            weight, "σ_w of the tanh nets, on the edge of chaos", show=".2f"
        ),
        "net.sigma_b": Measurement(bias, "σ_b of the tanh nets, on the edge of chaos", show="3"),
    }
    labels = {
        "largest": "largest singular value over the root mean square",
        "variance": "variance of the squared singular values, over their mean squared",
        "near": "share of singular values between half and twice the root mean square",
        "lost": "share of singular values below 10⁻¹⁰ of the largest",
    }
    for net, named in NETS.items():
        activation, weights = net.split(".")
        found = [isometry(r[net]) for r in runs]
        where = f"the Jacobian of {named}, {NET_DEPTH} layers of {NET_WIDTH} units"
        for part, label in labels.items():
            kept[f"{net}.{part}"] = over_seeds(
                [f[part] for f in found],
                f"{label}, {where}",
                show="%" if part in ("near", "lost") else "",
            )
        kept[f"{net}.values"] = over_seeds(
            [
                [max(s, FLOOR) for s in (r[net] / r[net].square().mean().sqrt())[::8].tolist()]
                for r in runs
            ],
            f"singular values over their root mean square, in falling order, of {where}",
        )
        second, fourth = (moment(activation, power) for power in (2, 4))
        kept[f"{net}.variance_predicted"] = Measurement(
            NET_DEPTH * (fourth / second**2 - (weights == "orthogonal")),
            f"variance of the squared singular values that theory predicts for {where}",
        )
    return kept


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Spectra of single matrices, of products, and of whole nets."""
    runs = each(run, seeds)
    kept = {
        "width": setting(WIDTH, "rows and columns of each matrix"),
        "seeds": setting(len(runs), "seeds of the matrices"),
    }
    return loosened(kept | single(runs) | multiplied(runs) | whole_nets(runs), DRAWN)
