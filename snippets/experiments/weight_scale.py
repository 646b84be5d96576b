"""The signal's factor per layer against the size of the weights, for sigmoid, tanh and ReLU: measured and predicted.

One matrix of normal numbers a layer, scaled to each gain √(n Var W); zero biases, one standard normal input, a random gradient at
the top, float64. The prediction is that of `signal_gain`, the recursion of the variance with the factor √(n Var W E[φ'²]).
`<activation>.neutral` is the gain at which the predicted factor of a layer deep in the stack is one.
"""

import math

import torch

from snippets.experiments._runs import each
from snippets.experiments._stacks import norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.slopes import ACTIVATIONS, NAMES, expectation, slope, solve
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, SEEDS = 30, 128, range(20)
NETS = ("sigmoid", "tanh", "relu")
# Large weights make a tanh net chaotic: its deepest factors enlarge the sixteenth digit of a sum to half a percent.
ENLARGED = 1e-2
GAINS = tuple(
    round(2.0 ** (k / 2), 4) for k in range(-4, 9)
)  # from a quarter to sixteen, two to an octave


def run(seed: int) -> dict:
    """Factor per layer of every net and gain for one seed."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    cases = [(net, gain) for net in NETS for gain in GAINS]
    scale = torch.tensor([[gain] for _, gain in cases], dtype=torch.float64) / math.sqrt(WIDTH)
    h, rows = normal(1, WIDTH).repeat(len(cases), 1), len(GAINS)
    for layer in range(DEPTH):
        z = scale * (h @ normal(WIDTH, WIDTH).T)
        h = torch.cat(
            [ACTIVATIONS[net](z[i * rows : (i + 1) * rows]) for i, net in enumerate(NETS)]
        )
        if layer == 0:
            first = h = h.detach().requires_grad_()
    top = normal(1, WIDTH)
    (found,) = torch.autograd.grad(h, first, top.expand_as(h))
    return {
        case: (norm(g) / norm(top)) ** (1 / (DEPTH - 1))
        for case, g in zip(cases, found, strict=True)
    }


def factors(net: str, gain: float, layers: int) -> list[float]:
    """The predicted factor of layers 2 to `layers`."""
    phi, variance, found = ACTIVATIONS[net], gain**2, []
    for _ in range(layers - 1):
        before = variance
        variance = gain**2 * expectation(
            lambda z: phi(torch.tensor(z)).numpy() ** 2, math.sqrt(variance)
        )
        if found and abs(variance - before) < 1e-12 * before:  # settled, and so are the factors
            return found + [found[-1]] * (layers - 1 - len(found))
        found.append(
            gain * math.sqrt(expectation(lambda z: slope(phi, z) ** 2, math.sqrt(variance)))
        )
    return found


def predicted(net: str, gain: float) -> float:
    """Geometric mean of the predicted factors of the stack."""
    return math.exp(sum(math.log(f) for f in factors(net, gain, DEPTH)) / (DEPTH - 1))


def measure() -> dict[str, Measurement]:
    """Measured and predicted factors over all gains, one curve for each net."""
    runs = each(run, SEEDS)
    kept = {
        "depth": setting(DEPTH, "layers of the stack"),
        "width": setting(WIDTH, "units in each layer"),
        "seeds": setting(len(runs), "seeds of the stacks"),
        "gains": setting(list(GAINS), "√(n Var W) of the stacks"),
        "gain.smallest": setting(GAINS[0], "smallest √(n Var W) of the stacks"),
        "gain.largest": setting(GAINS[-1], "largest √(n Var W) of the stacks", show=".0f"),
    }
    for net in NETS:
        where = f"∂L/∂h in {NAMES[net]} stacks, from the smallest weights to the largest"
        kept[f"{net}.factor"] = over_seeds(
            [[r[net, gain] for gain in GAINS] for r in runs],
            f"factor per layer of {where}",
            rtol=ENLARGED if net == "tanh" else DRAWN,
        )
        kept[f"{net}.predicted"] = Measurement(
            [predicted(net, gain) for gain in GAINS], f"predicted factor per layer of {where}"
        )
    # Twenty layers are enough for the variance to settle; ReLU's factor is the same in every layer.
    for net, low, high, layers in (("relu", 0.5, 4.0, 2), ("sigmoid", 2.0, 16.0, 20)):
        kept[f"{net}.neutral"] = Measurement(
            solve(
                lambda gain, net=net, layers=layers: factors(net, gain, layers)[-1] - 1, low, high
            ),
            f"√(n Var W) at which theory predicts a factor of one for ∂L/∂h in {NAMES[net]} stacks",
            show="3",
        )
    return loosened(kept, DRAWN)
