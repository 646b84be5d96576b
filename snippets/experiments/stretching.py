"""How far Jacobians stretch a vector: one layer of two units, many layers against their bound, and one matrix again and again.

`two.…` is the Jacobian of a tanh layer of two units at one input. `default.…` and `he.…` send a random gradient back through
DEPTH layers and compare it with the bound ∏ σ_max and with the root mean square (linear layers with nn.Linear's default
weights; ReLU layers with He initialization). The families below have the same root-mean-square singular value, one:
`repeated` is the factor per step of one matrix applied many times, `different` that of as many independent ones, each in a
random basis. Of a repeated matrix the spectral radius is the limit (Gelfand's formula); of different Gaussian ones the
Lyapunov exponent, (ln(2/n) + ψ(n/2)) / 2 for entries of variance 1/n (Newman 1986).
"""

import math

import numpy as np
import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import float64, initialize
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH = 30, 64
SEEDS, SPOT = range(60), range(6)
SIDE, STEPS, LATE = (
    32,
    400,
    1600,
)  # the factor of a repeated matrix is taken over LATE steps after the first STEPS
DIFFERENT = 100
DIAGONAL, ABOVE = 0.8, 0.6
FAMILIES = {
    "gauss": "Gaussian",
    "symmetric": "symmetric Gaussian",
    "orthogonal": "orthogonal",
    "bidiagonal": "bidiagonal",
}
TURNS = 64  # directions on the circle


def two_units() -> dict[str, Measurement]:
    """The Jacobian of h = tanh(W x) for two units, and the length of the image of every direction."""
    torch.manual_seed(37)
    with float64():
        layer = nn.Linear(2, 2, bias=False)
        nn.init.kaiming_normal_(layer.weight)
        x = torch.randn(2)
        J = torch.autograd.functional.jacobian(lambda x: torch.tanh(layer(x)), x)
    sizes = torch.linalg.svdvals(J)
    angles = torch.arange(TURNS, dtype=torch.float64) * (2 * math.pi / TURNS)
    images = J.T @ torch.stack([angles.cos(), angles.sin()])
    where = "the Jacobian of a tanh layer of two units"
    return {
        "two.matrix": Measurement(J.flatten().tolist(), f"entries of {where}, row by row"),
        "two.largest": Measurement(sizes[0].item(), f"largest singular value of {where}", show="3"),
        "two.smallest": Measurement(
            sizes[1].item(), f"smallest singular value of {where}", show="3"
        ),
        "two.rms": Measurement(
            sizes.square().mean().sqrt().item(),
            f"root-mean-square singular value of {where}",
            show="3",
        ),
        "two.radius": Measurement(
            torch.linalg.eigvals(J).abs().max().item(), f"spectral radius of {where}", show="3"
        ),
        "two.x": Measurement(
            images[0].tolist(),
            f"first coordinate of gradients of length one, turned once around, after {where}",
        ),
        "two.y": Measurement(
            images[1].tolist(),
            f"second coordinate of gradients of length one, turned once around, after {where}",
        ),
    }


def sent_back(init: str) -> dict[str, list[float]]:
    """Norms of a random gradient after l = 0..DEPTH layers, and the product of their largest singular values."""
    h = torch.randn(WIDTH)
    jacobians = []
    for _ in range(DEPTH):
        layer = nn.Linear(WIDTH, WIDTH)
        initialize(layer, init)
        z = layer.weight.detach() @ h
        h = z.relu() if init == "he" else z
        jacobians.append(
            (z > 0)[:, None] * layer.weight.detach() if init == "he" else layer.weight.detach()
        )
    g = torch.randn(WIDTH)
    g = g / g.norm()
    gains, bounds = [1.0], [1.0]
    for J in reversed(jacobians):
        g = J.T @ g
        gains.append(g.norm().item())
        bounds.append(bounds[-1] * torch.linalg.matrix_norm(J, 2).item())
    return {"gain": gains[::-1], "bound": bounds[::-1]}


def member(family: str):
    """A matrix of a family, root-mean-square singular value near one, shape (SIDE, SIDE)."""
    gauss = torch.randn(SIDE, SIDE) / math.sqrt(SIDE)
    if family == "symmetric":
        return (gauss + gauss.T) / math.sqrt(2)
    if family == "orthogonal":
        return torch.linalg.qr(gauss).Q
    if family == "bidiagonal":
        return DIAGONAL * torch.eye(SIDE) + ABOVE * torch.diag(torch.ones(SIDE - 1), 1)
    return gauss


def logs(matrices) -> list[float]:
    """Logarithm of the norm of a random unit vector, before and after each of the matrices."""
    v = np.random.default_rng(torch.randint(2**31, (1,)).item()).standard_normal(SIDE)
    v /= np.linalg.norm(v)
    found = [0.0]
    for A in matrices:
        v = A @ v
        size = float(np.linalg.norm(v))
        v /= size
        found.append(found[-1] + math.log(size))
    return found


def compared(family: str) -> dict:
    """Radius, largest singular value and factors of one matrix repeated and of different ones."""
    A = member(family)
    again = logs([A.numpy()] * (STEPS + LATE))
    turned = (
        (member("orthogonal") @ member(family) @ member("orthogonal")).numpy()
        for _ in range(DIFFERENT)
    )
    return {
        "radius": torch.linalg.eigvals(A).abs().max().item(),
        "largest": torch.linalg.matrix_norm(A, 2).item(),
        "rms": (A.norm() / math.sqrt(SIDE)).item(),
        "repeated": math.exp((again[-1] - again[STEPS]) / LATE),
        "different": math.exp(logs(turned)[-1] / DIFFERENT),
        "path": again[: STEPS + 1 : 10],
    }


def run(seed: int) -> dict:
    """Everything that depends on chance, for one seed."""
    torch.manual_seed(seed)
    with float64():
        return {init: sent_back(init) for init in ("default", "he")} | {
            family: compared(family) for family in FAMILIES
        }


def stacks(runs: list[dict]) -> dict[str, Measurement]:
    """The bound and what a random gradient does."""
    kept = {}
    for init, factor, named in (
        ("default", math.sqrt(1 / 3), "linear layers, nn.Linear's default weights"),
        ("he", 1.0, "ReLU layers, He initialization"),
    ):
        where = f"a random gradient through {DEPTH} {named}, {WIDTH} units"
        for part, label in (
            ("gain", "norm of"),
            ("bound", "product of the largest singular values, the bound on"),
        ):
            profiles = [r[init][part] for r in runs]
            kept[f"{init}.{part}"] = over_seeds(profiles, f"{label} {where}, 1 at the top")
            kept[f"{init}.{part}.total"] = over_seeds([p[0] for p in profiles], f"{label} {where}")
            kept[f"{init}.{part}.factor"] = over_seeds(
                [p[0] ** (1 / DEPTH) for p in profiles],
                f"factor per layer, {label} {where}",
                show="3",
            )
        kept[f"{init}.gain_predicted"] = Measurement(
            [factor ** (DEPTH - l) for l in range(DEPTH + 1)],
            f"norm that the root mean square predicts for {where}, 1 at the top",
        )
        kept[f"{init}.rms"] = Measurement(
            factor, f"root-mean-square singular value expected of one of {named}", show="3"
        )
        kept[f"{init}.reached"] = Measurement(
            max(r[init]["gain"][0] / r[init]["bound"][0] for r in runs),
            f"largest share of its bound that {where} reached",
            n=len(runs),
        )
    return kept


def families(runs: list[dict]) -> dict[str, Measurement]:
    """Three sizes of a matrix, and which of them a product follows."""
    kept = {}
    labels = {
        "radius": "spectral radius of {}",
        "largest": "largest singular value of {}",
        "rms": "root-mean-square singular value of {}",
        "repeated": "late factor per step of a random vector under {}, applied again and again",
        "different": "factor per layer of a random vector under different matrices like {}, each in a random basis",
    }
    for family, named in FAMILIES.items():
        where = f"a {named} matrix of side {SIDE}"
        for part, label in labels.items():
            kept[f"{family}.{part}"] = over_seeds(
                [r[family][part] for r in runs], label.format(where), show="3"
            )
    kept["bidiagonal.path"] = over_seeds(
        [[math.exp(x) for x in r["bidiagonal"]["path"]] for r in runs],
        f"norm of a random vector after each ten steps of the bidiagonal matrix of side {SIDE}",
    )
    return kept


def transient() -> dict[str, Measurement]:
    """Norms of the powers of the bidiagonal matrix: what the worst vector meets."""
    power, norms = torch.eye(SIDE, dtype=torch.float64), [1.0]
    with float64():
        A = member("bidiagonal")
    for _ in range(STEPS):
        power = A @ power
        norms.append(torch.linalg.matrix_norm(power, 2).item())
    peak = max(range(len(norms)), key=norms.__getitem__)
    return {
        "bidiagonal.diagonal": setting(DIAGONAL, "diagonal of the bidiagonal matrix", show=".1f"),
        "bidiagonal.above": setting(ABOVE, "entries above its diagonal", show=".1f"),
        "bidiagonal.powers": Measurement(
            norms[::10], "largest singular value of each tenth power of the bidiagonal matrix"
        ),
        "bidiagonal.peak": Measurement(
            max(norms), "largest singular value of any power of the bidiagonal matrix"
        ),
        "bidiagonal.peak_at": Measurement(
            peak, "power of the bidiagonal matrix whose largest singular value is greatest", rtol=0
        ),
    }


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """One layer, many layers, one matrix many times."""
    runs = each(run, seeds)
    kept = {
        "depth": setting(DEPTH, "layers"),
        "width": setting(WIDTH, "units in each layer"),
        "seeds": setting(len(runs), "seeds"),
        "side": setting(SIDE, "rows and columns of the compared matrices"),
        "steps": setting(STEPS, "steps before the factor is taken"),
        "late": setting(LATE, "steps over which the factor is taken"),
        "different": setting(DIFFERENT, "different matrices in a product"),
        "gauss.lyapunov": Measurement(
            math.exp(
                (math.log(2 / SIDE) + torch.tensor(SIDE / 2, dtype=torch.float64).digamma().item())
                / 2
            ),
            f"factor per layer that the Lyapunov exponent of Gaussian matrices of side {SIDE} predicts",
            show="3",
        ),
    }
    return loosened(kept | two_units() | stacks(runs) | families(runs) | transient(), DRAWN)
