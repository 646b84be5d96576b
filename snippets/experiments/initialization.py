"""Singular values of square weight matrices as they are initialized: the largest, and the root mean square.

The largest bounds how much one vector can be stretched; the root mean square is what a random vector is stretched by.
`<init>.<width>.relu_…` are those of the Jacobian D W of one ReLU layer, D the slopes at a standard normal input.
"""

import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import initialize
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.measurement import Measurement, over_seeds, setting

WIDTHS = (64, 256)
SEEDS = range(50)
INITS = {
    "default": "nn.Linear's default",
    "xavier": "Xavier",
    "he": "He",
    "orthogonal": "orthogonal",
}
PARTS = {
    "largest": "largest singular value",
    "rms": "root-mean-square singular value",
    "smallest": "smallest singular value",
}


def values(matrix) -> dict[str, float]:
    """Largest, root-mean-square and smallest singular value of a matrix, float64."""
    s = torch.linalg.svdvals(matrix.double())
    return {
        "largest": s[0].item(),
        "rms": s.square().mean().sqrt().item(),
        "smallest": s[-1].item(),
    }


def run(seed: int) -> dict:
    """Singular values of W and of one ReLU layer's Jacobian, for every initialization and width."""
    found = {}
    for init in INITS:
        for width in WIDTHS:
            torch.manual_seed(seed)
            layer = nn.Linear(width, width)
            initialize(layer, init)
            x = torch.randn(width)
            with torch.no_grad():
                weight, slopes = layer.weight.double(), (layer(x) > 0).double()
                found[init, width] = values(weight)
                found[init, width, "relu"] = values(slopes[:, None] * weight) | {
                    "blocked": 1 - slopes.mean().item()
                }
                found[init, width, "stretch"] = (
                    (weight @ x.double()).norm() / x.double().norm()
                ).item()
    return found


def measure() -> dict[str, Measurement]:
    """Singular values for each initialization and width, over seeds."""
    runs = each(run, SEEDS)
    kept = {"seeds": setting(len(runs), "seeds of the matrices")}
    for width in WIDTHS:
        kept[f"width.{width}"] = setting(width, "rows and columns of the matrix")
        for init, named in INITS.items():
            where = f"a square weight matrix of side {width}, {named} initialization"
            for part, label in PARTS.items():
                kept[f"{init}.{width}.{part}"] = over_seeds(
                    [r[init, width][part] for r in runs], f"{label} of {where}", show="3"
                )
            for part in ("largest", "rms"):
                kept[f"{init}.{width}.relu_{part}"] = over_seeds(
                    [r[init, width, "relu"][part] for r in runs],
                    f"{PARTS[part]} of a ReLU layer's Jacobian with {where}",
                    show="3",
                )
            kept[f"{init}.{width}.relu_blocked"] = over_seeds(
                [r[init, width, "relu"]["blocked"] for r in runs],
                f"share of singular values that the ReLU layer sets to zero, {where}",
                show=".0%",
            )
            kept[f"{init}.{width}.stretch"] = over_seeds(
                [r[init, width, "stretch"] for r in runs],
                f"how much {where} stretches a random vector",
                show="3",
            )
    # Smallest singular values of a square matrix are ill-conditioned: relative to a tiny value the last place counts more.
    return loosened(kept, 10 * DRAWN)
