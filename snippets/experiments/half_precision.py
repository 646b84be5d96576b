"""A deep net trained in float16 and bfloat16, with and without loss scaling, beside the same net in float64.

The recipe of Micikevicius et al. 2018: weights kept in high precision (here float64), a copy rounded to half precision for
forward and backward pass, activations and gradients stored in half precision, sums inside a matrix product in high precision.
The rounding is explicit, so no processor's own half-precision kernels enter: every tensor is computed in float64 and rounded
once when it is stored, ∂L/∂h and ∂L/∂W on the way back too. The scaled gradient is divided by the scale in float64.
Net: tanh layers with nn.Linear's default weights, biases zero, on scikit-learn's digits. Its loss is cross entropy times SHARE,
as one term of a mean over thousands of outputs would be. Adam, with an ε so small that it plays no part. All seeds of an arm
are trained side by side, as one batch of matrices.
`zeros.…`: shares of ∂L/∂h and ∂L/∂W that are exactly zero in the first backward pass, per layer. Predicted: the share of
the float64 gradient's entries that are smaller than half of the smallest float16 number, 2⁻²⁵.
"""

import functools
import math

import torch
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments.training import digits
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH, STEPS, RATE, EPS = 12, 32, 64, 160, 0.003, 1e-12
SHARE, SCALE, LEARNED = 2.0**-15, 2.0**16, 0.2
ZERO_SEEDS, SEEDS, SPOT = range(20), range(5), range(1)
FLOOR = 2.0**-25  # below it float16 rounds to zero: half of the smallest number above zero
ARMS = {
    "exact": (None, 1.0, "float64"),
    "half": (torch.float16, 1.0, "float16 without loss scaling"),
    "scaled": (torch.float16, SCALE, "float16 with loss scaling"),
    "bfloat": (torch.bfloat16, 1.0, "bfloat16 without loss scaling"),
}


class Rounded(torch.autograd.Function):
    """Round a tensor to a format on the way forward, and its gradient on the way back."""

    @staticmethod
    def forward(ctx, x, dtype):
        """The same tensor, rounded to dtype and held in its own."""
        ctx.dtype = dtype
        return x.to(dtype).to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        """The gradient, rounded alike."""
        return g.to(ctx.dtype).to(g.dtype), None


class Nets:
    """One tanh net per seed, held as matrices of shape (seeds, rows, columns)."""

    def __init__(self, seeds):
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        sizes = [(WIDTH, _data()[0].shape[1]), *[(WIDTH, WIDTH)] * (DEPTH - 1), (10, WIDTH)]
        self.weights = [
            torch.stack([_uniform(g, *size) for g in generators]).requires_grad_() for size in sizes
        ]
        self.biases = [
            torch.zeros(len(generators), 1, size[0], dtype=torch.float64, requires_grad=True)
            for size in sizes
        ]

    def states(self, x, dtype):
        """[h_1, ..., h_DEPTH, logits] of shape (seeds, batch, units), each rounded to dtype where that is not None."""

        def stored(t):
            return t if dtype is None else Rounded.apply(t, dtype)

        h, found = stored(x).expand(len(self.weights[0]), *x.shape), []
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = stored(torch.baddbmm(stored(b), h, stored(w).mT))
            h = stored(torch.tanh(h)) if i < DEPTH else h
            found.append(h)
        return found


@functools.cache
def _data():
    x, y, _, _ = digits()
    return x.double(), y


def _uniform(generator, rows: int, columns: int):
    drawn = torch.rand(rows, columns, generator=generator, dtype=torch.float64)
    return (2 * drawn - 1) / math.sqrt(columns)


def loss(logits, y):
    """SHARE times the mean cross entropy, summed over the nets so that each has the gradient it would have alone."""
    return (
        SHARE
        * F.cross_entropy(logits.flatten(0, 1), y.repeat(len(logits)), reduction="sum")
        / len(y)
    )


def trained(seeds, arm: str) -> list[tuple[float, float]]:
    """(training accuracy, ‖W − W₀‖ / ‖W₀‖ of layer 1) of each seed's net. arm: a key of ARMS."""
    dtype, scale, _ = ARMS[arm]
    (x, y), nets = _data(), Nets(seeds)
    start, order = nets.weights[0].detach().clone(), torch.Generator().manual_seed(1)
    parameters = nets.weights + nets.biases
    steps = torch.optim.Adam(parameters, lr=RATE, eps=EPS)
    for _ in range(STEPS):
        rows = torch.randint(len(x), (BATCH,), generator=order)
        steps.zero_grad()
        (scale * loss(nets.states(x[rows], dtype)[-1], y[rows])).backward()
        for p in parameters:
            p.grad /= scale
        steps.step()
    with torch.no_grad():
        right = (nets.states(x, None)[-1].argmax(2) == y).double().mean(1)
        away = (nets.weights[0] - start).flatten(1).norm(dim=1) / start.flatten(1).norm(dim=1)
    return list(zip(right.tolist(), away.tolist(), strict=True))


def zeros(seed: int, arm: str) -> dict[str, list[float]]:
    """Per layer, the share of ∂L/∂h and of ∂L/∂W that is zero in the first backward pass; below FLOOR for the arm 'exact'."""
    dtype, scale, _ = ARMS[arm]
    (x, y), nets = _data(), Nets([seed])
    rows = torch.randint(len(x), (BATCH,), generator=torch.Generator().manual_seed(seed))
    states = nets.states(x[rows], dtype)
    hidden, weights = states[:DEPTH], nets.weights[:DEPTH]
    found = torch.autograd.grad(scale * loss(states[-1], y[rows]), [*hidden, *weights])
    gone = [g.abs() < FLOOR if dtype is None else g.to(dtype) == 0 for g in found]
    shares = [g.double().mean().item() for g in gone]
    return {"signal": shares[:DEPTH], "weights": shares[DEPTH:]}


def _trained(case):
    return trained(*case)


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Accuracy and movement of every arm, and the zeros of the first backward pass."""
    kept = {
        "depth": setting(DEPTH, "tanh layers"),
        "width": setting(WIDTH, "units in each layer"),
        "batch": setting(BATCH, "digits in a batch"),
        "steps": setting(STEPS, "steps of Adam"),
        "rate": setting(RATE, "learning rate of Adam", show=".3f"),
        "eps": setting(EPS, "Adam's ε", show="e1"),
        "terms": setting(round(1 / SHARE), "terms of the mean that the loss is one of", show=","),
        "scale": setting(round(SCALE), "factor by which the loss is scaled", show=","),
        "seeds": setting(len(seeds), "seeds that are trained"),
        "zeros.seeds": setting(len(ZERO_SEEDS), "seeds of the first backward pass"),
        "learned_from": setting(
            LEARNED, "training accuracy from which a net counts as having learned", show="%"
        ),
    }
    for arm, found in zip(ARMS, each(_trained, [(seeds, arm) for arm in ARMS]), strict=True):
        label = ARMS[arm][2]
        # Training is chaotic: last places grow over the steps. Hence counts, and slack for what a seed ends at.
        kept[f"{arm}.learned"] = Measurement(
            sum(a >= LEARNED for a, _ in found),
            f"seeds in which the net learns in {label}",
            n=len(seeds),
            rtol=0.0,
        )
        kept[f"{arm}.accuracy"] = over_seeds(
            [a for a, _ in found], f"training accuracy in {label}", rtol=0.0, atol=0.25, show="%"
        )
        kept[f"{arm}.moved"] = over_seeds(
            [m for _, m in found],
            f"distance of layer 1 from its start, relative to its norm, in {label}",
            rtol=0.3,
            atol=1e-9,
        )
    for arm in ("exact", "half", "scaled"):
        runs = [zeros(seed, arm) for seed in ZERO_SEEDS]
        what = (
            "smaller than half of the smallest float16 number, in float64"
            if arm == "exact"
            else f"exactly zero, in {ARMS[arm][2]}"
        )
        for part, symbol in (("signal", "∂L/∂h"), ("weights", "∂L/∂W")):
            shares = [r[part] for r in runs]
            # one entry more or less: an entry next to the boundary may round either way
            kept[f"zeros.{arm}.{part}"] = over_seeds(
                shares, f"share of {symbol} that is {what}, for each layer", atol=2e-3
            )
            kept[f"zeros.{arm}.{part}.first"] = over_seeds(
                [s[0] for s in shares],
                f"share of {symbol} in layer 1 that is {what}",
                atol=2e-3,
                show="%",
            )
            kept[f"zeros.{arm}.{part}.last"] = over_seeds(
                [s[-1] for s in shares],
                f"share of {symbol} in layer {DEPTH} that is {what}",
                atol=2e-3,
                show="%",
            )
    return kept
