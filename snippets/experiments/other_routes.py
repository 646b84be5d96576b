"""What methods without backpropagation would see of a deep net, and what an estimated gradient costs.

`redraw.…`: by how much the output of a net changes when the weights of one layer are drawn anew, ‖Δ output‖ / ‖output‖. No
gradient is taken. Ten layers, since over thirty the change of the sigmoid net would be lost in the rounding of float64.
`estimate.…`: the cosine between the true gradient and its estimate from k random directions, as evolution strategies form it,
(1/k) Σ ε (L(w + sε) − L(w − sε)) / 2s. For k directions among d weights theory has √(k / (k + d)) to first order.
Float64 throughout.
"""

import math

import torch
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, float64, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.training import digits
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH = 10, 64, 16
SEEDS, SPOT = range(40), range(4)
NETS = {
    "sigmoid": ("sigmoid", "default", "sigmoid layers with nn.Linear's default weights"),
    "relu_he": ("relu", "he", "ReLU layers with He weights"),
}
UNITS, STEP, DIRECTIONS = 8, 1e-4, (10, 100, 1000)


def redraw(seed: int, net: str) -> list[float]:
    """The change of the output for each redrawn layer, from the first to the last."""
    activation, init, _ = NETS[net]
    with float64(), torch.no_grad():
        torch.manual_seed(seed)
        x = torch.randn(BATCH, WIDTH)
        kept, drawn = Stack(DEPTH, WIDTH, activation, init), Stack(DEPTH, WIDTH, activation, init)
        states = [x, *kept(x)]
        found = []
        for l in range(DEPTH):
            h = kept.phi(drawn.layers[l](states[l]))
            for layer in kept.layers[l + 1 :]:
                h = kept.phi(layer(h))
            found.append(norm(h - states[-1]) / norm(states[-1]))
    return found


def estimate(seed: int) -> list[float]:
    """Cosine between true and estimated gradient of a small net on the digits, for each number of DIRECTIONS."""
    generator = torch.Generator().manual_seed(seed)
    x, y, _, _ = digits()
    x, y = x[:BATCH].double(), y[:BATCH]
    sizes = [(UNITS, x.shape[1]), (10, UNITS)]
    weights = torch.cat(
        [
            torch.randn(a * b, generator=generator, dtype=torch.float64) / math.sqrt(b)
            for a, b in sizes
        ]
    )

    def losses(w):
        """Loss for each row of w, shape (k, d)."""
        first, last = w.split([a * b for a, b in sizes], dim=1)
        h = torch.relu(x @ first.view(-1, *sizes[0]).mT)
        out = h @ last.view(-1, *sizes[1]).mT
        return (
            F.cross_entropy(out.flatten(0, 1), y.repeat(len(w)), reduction="none")
            .view(len(w), -1)
            .mean(1)
        )

    w = weights.clone().requires_grad_()
    true = torch.autograd.grad(losses(w[None])[0], w)[0]
    found, total = [], torch.zeros_like(true)
    with torch.no_grad():
        for done in range(0, DIRECTIONS[-1], DIRECTIONS[0]):
            directions = torch.randn(
                DIRECTIONS[0], len(weights), generator=generator, dtype=torch.float64
            )
            rise = (losses(weights + STEP * directions) - losses(weights - STEP * directions)) / (
                2 * STEP
            )
            total += rise @ directions
            if done + DIRECTIONS[0] in DIRECTIONS:
                found.append(F.cosine_similarity(total, true, dim=0).item())
    return found


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Both parts over all seeds."""
    weights = UNITS * 64 + 10 * UNITS
    kept = {
        "depth": setting(DEPTH, "hidden layers of the nets whose layers are redrawn"),
        "width": setting(WIDTH, "units in each of these layers"),
        "seeds": setting(len(seeds), "seeds"),
        "estimate.weights": setting(weights, "weights of the net whose gradient is estimated"),
    }
    for net, (_, _, where) in NETS.items():
        profiles = each(lambda seed, net=net: redraw(seed, net), seeds)
        what = f"change of the output, relative to its norm, when one layer of {DEPTH} {where} is drawn anew"
        kept[f"redraw.{net}.profile"] = over_seeds(profiles, what)
        for l in (1, DEPTH):
            kept[f"redraw.{net}.layer{l}"] = over_seeds(
                [p[l - 1] for p in profiles], f"{what}, layer {l}"
            )
    cosines = each(estimate, seeds)
    for i, k in enumerate(DIRECTIONS):
        kept[f"estimate.directions.{k}"] = setting(k, "random directions", show=",")
        kept[f"estimate.{k}"] = over_seeds(
            [c[i] for c in cosines],
            f"cosine between the true gradient and its estimate from {k} random directions",
            show=".2f",
        )
        kept[f"estimate.{k}.predicted"] = Measurement(
            math.sqrt(k / (k + weights)),
            f"cosine that theory predicts for {k} random directions",
            show=".2f",
        )
    return loosened(kept, DRAWN)
