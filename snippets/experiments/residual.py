"""How the signal ∂L/∂h changes per residual block at initialization, for four branches, unscaled, scaled by 1/√depth and 1/depth.

Branches F of h ← h + s F(h), without normalization, all of one width, biases zero except for nn.Linear's default:
`one.default` and `one.he`: ReLU(W h + b); `two.he`: W₂ ReLU(W₁ h); `pre.he`: W₂ ReLU(W₁ ReLU(h)).
The factor per block is a geometric mean over all blocks, for one standard normal input under a random gradient at the top,
in float64. Where F ends in a linear layer its output is uncorrelated with h, and √(1 + s² c) per block is predicted, c the
branch's mean-square gain: c = 2 for `two.he`, 1 for `pre.he`; after N blocks scaled by 1/√N that is near e^(c/2), scaled by
1/N near e^(c/2N). The same holds forward, for the norm of h.
"""

import math

import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import initialize, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.measurement import Measurement, over_seeds, setting

WIDTH, DEPTHS = 128, (10, 30, 100)
SEEDS, SPOT = range(40), range(4)
BRANCHES = {
    "one.default": "one-layer ReLU branches, nn.Linear's default initialization",
    "one.he": "one-layer ReLU branches, He initialization",
    "two.he": "two-layer branches, He initialization",
    "pre.he": "two-layer branches that begin with ReLU, He initialization",
}
SCALES = {  # key: (scale of the branches of N blocks, words for it)
    "plain": (lambda n: 1.0, ""),
    "scaled": (lambda n: n**-0.5, "scaled by 1/√depth, "),
    "mean": (lambda n: 1 / n, "scaled by 1/depth, "),
}
GAINS = {"two.he": 2.0, "pre.he": 1.0}
SHRINKS = {"minus": -1.0, "minus_half": -0.5, "zero": 0.0}


def branch(name: str) -> nn.Module:
    """F as described above, float64, its weights not trained."""
    kind, init = name.split(".")
    first, second = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
    for layer in (first, second):
        initialize(layer, init)
    parts = {
        "one": [first, nn.ReLU()],
        "two": [first, nn.ReLU(), second],
        "pre": [nn.ReLU(), first, nn.ReLU(), second],
    }[kind]
    return nn.Sequential(*parts).double().requires_grad_(False)


def profiles(name: str, depth: int) -> dict[str, tuple[list[float], float]]:
    """For each of SCALES (||dL/dh_l|| for l = 0..N, ||h_N|| / ||h_0||) of a net of blocks h + scale F(h), all with the same weights."""
    start = torch.randn(1, WIDTH).double().requires_grad_()
    branches = [branch(name) for _ in range(depth)]
    top = torch.randn(1, WIDTH).double()
    found = {}
    for kind, (scale, _) in SCALES.items():
        states = [start]
        for f in branches:
            states.append(states[-1] + scale(depth) * f(states[-1]))
        signal = torch.autograd.grad(states[-1], states, top)
        found[kind] = [norm(g) for g in signal], norm(states[-1].detach()) / norm(start.detach())
    return found


def run(seed: int) -> dict:
    """All branches, depths and scalings for one seed."""
    found = {}
    for name in BRANCHES:
        for depth in DEPTHS:
            torch.manual_seed(seed)
            found |= {(name, depth, kind): result for kind, result in profiles(name, depth).items()}
    return found


def multiple(slope: float) -> float:
    """By how much a gradient is multiplied by the block h + F(h) with F(h) = slope * h."""
    h = torch.randn(
        WIDTH, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    ).requires_grad_()
    top = torch.ones(WIDTH, dtype=torch.float64)
    (h + slope * h).backward(top)
    return norm(h.grad) / norm(top)


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Factor per block, total gain and forward growth of every branch, depth and scaling; blocks that shrink."""
    runs = each(run, seeds)
    kept = {
        "width": setting(WIDTH, "units in each block"),
        "seeds": setting(len(runs), "seeds of the residual nets"),
    }
    kept |= {f"depth.{depth}": setting(depth, "residual blocks") for depth in DEPTHS}
    for name, slope in SHRINKS.items():
        kept[f"{name}.slope"] = setting(
            slope,
            "Jacobian of a branch, as a multiple of the identity",
            show=".1f" if slope % 1 else ".0f",
        )
        kept[f"{name}.factor"] = Measurement(
            multiple(slope),
            f"factor of the gradient through a block whose branch has Jacobian {slope:g} times identity",
        )
    for name, label in BRANCHES.items():
        for depth in DEPTHS:
            for kind, (scale, words) in SCALES.items():
                found = [r[name, depth, kind] for r in runs]
                where = f"{depth} residual blocks, {words}{label}"
                key = f"{name}.{kind}.at{depth}"
                kept[f"{key}.factor"] = over_seeds(
                    [(p[0] / p[-1]) ** (1 / depth) for p, _ in found],
                    f"factor per block of ∂L/∂h in {where}",
                    show="3",
                )
                kept[f"{key}.total"] = over_seeds(
                    [p[0] / p[-1] for p, _ in found],
                    f"norm of ∂L/∂h at the input over that at the top of {where}",
                )
                kept[f"{key}.forward"] = over_seeds(
                    [growth for _, growth in found],
                    f"norm of the output over that of the input of {where}",
                )
                kept[f"{key}.profile"] = over_seeds(
                    [[x / p[-1] for x in p] for p, _ in found],
                    f"norm of ∂L/∂h from the input to the top, 1 at the top, of {where}",
                )
                if name in GAINS:
                    each_block = math.sqrt(1 + GAINS[name] * scale(depth) ** 2)
                    kept[f"{key}.predicted"] = Measurement(
                        each_block,
                        f"factor per block of ∂L/∂h that theory predicts for {where}",
                        show="3",
                    )
                    kept[f"{key}.predicted_total"] = Measurement(
                        each_block**depth, f"gain of ∂L/∂h that theory predicts over {where}"
                    )
    return loosened(kept, DRAWN)
