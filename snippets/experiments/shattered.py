"""How alike the gradients at two inputs are, against their distance and the depth of the net (shattered gradients).

The inputs lie on a quarter of a circle, x(t) = √n (a cos t + b sin t) with a and b perpendicular unit vectors, so that all are
equally long and their angle is the distance. Measured is the cosine between ∂f/∂x at two of them, f a random linear function
of the last state, at initialization, float64. For each angle the cosine is the mean over all pairs that far apart.

`plain`: h ← W relu(h). `bn`: h ← W relu(norm(h)). `scaled`: h ← h + W₂ relu(W₁ h) / √N. `res_bn`: h ← h + W relu(norm(h)).
He weights. `norm` is BatchNorm with mean and deviation taken over a batch of other, random inputs, as constants: in training
mode the inputs of a batch also send gradients to each other, which is another effect.

Predictions, for wide nets (arc-cosine kernels, Cho & Saul 2009): for two states with cosine ρ = cos θ, ReLU's slopes agree with
weight κ₀ = 1 − θ/π, and its outputs have the cosine κ₁ = (sin θ + (π − θ) cos θ)/π. A plain layer multiplies the cosine of
the gradients by κ₀ and turns ρ into κ₁; with norm, which subtracts the mean, into (κ₁ − 1/π)/(1 − 1/π). A block with a skip
multiplies by (1 + c κ₀)/(1 + c), c the gain of its branch: 2/N for `scaled`, 1/s for `res_bn`, where s = 1 + (1 − 1/π) l.
"""

import math

import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import float64, initialize
from snippets.measurement import Measurement, over_seeds, setting

WIDTH, DEPTHS = 128, (2, 5, 10, 20, 50)
POINTS, REFERENCE, STEP = (
    19,
    128,
    5,
)  # inputs on the path, in the batch of BatchNorm; degrees between neighbors
SEEDS, SPOT = range(20), range(2)
NETS = {
    "plain": "a plain ReLU net",
    "bn": "a plain ReLU net with BatchNorm",
    "scaled": "a net with skips, branches scaled by 1/√depth",
    "res_bn": "a net with skips and BatchNorm",
}


def drawn() -> nn.Linear:
    """One layer with He weights."""
    layer = nn.Linear(WIDTH, WIDTH)
    initialize(layer, "he")
    return layer.requires_grad_(False)


def normalized(h):
    """h by mean and deviation of the reference inputs, which stand behind the path."""
    reference = h[POINTS:].detach()
    return (h - reference.mean(0)) / reference.std(0, unbiased=False)


def step(net: str, h, depth: int):
    """One layer or block."""
    if net == "scaled":
        first, second = drawn(), drawn()
        return h + second(torch.relu(first(h))) / math.sqrt(depth)
    branch = drawn()(torch.relu(h if net == "plain" else normalized(h)))
    return h + branch if net == "res_bn" else branch


def cosines(net: str, depth: int) -> list[float]:
    """Mean cosine between the gradients at two inputs k steps apart, k = 0..POINTS-1."""
    angle = torch.deg2rad(torch.arange(POINTS, dtype=torch.float64) * STEP)[:, None]
    a, b = torch.linalg.qr(torch.randn(WIDTH, 2))[0].mT * math.sqrt(WIDTH)
    inputs = torch.cat(
        [angle.cos() * a + angle.sin() * b, torch.randn(REFERENCE, WIDTH)]
    ).requires_grad_()
    h = inputs
    for _ in range(depth):
        h = step(net, h, depth)
    out = h[:POINTS] @ torch.randn(WIDTH)
    gradient = torch.autograd.grad(out.sum(), inputs)[0][:POINTS]
    gradient = gradient / gradient.norm(dim=1, keepdim=True)
    alike = gradient @ gradient.mT
    return [alike.diagonal(k).mean().item() for k in range(POINTS)]


def run(seed: int) -> dict:
    """All nets and depths for one seed."""
    found = {}
    for net in NETS:
        for depth in DEPTHS:
            torch.manual_seed(seed)
            with float64():  # a last place of float32 would grow with depth as the states part
                found[net, depth] = cosines(net, depth)
    return found


def predicted(net: str, depth: int, angle: float) -> float:
    """Cosine of the gradients at two inputs this angle apart, in degrees, for an infinitely wide net."""
    cosine, s, product = (
        1.0,
        1.0,
        math.cos(math.radians(angle)),
    )  # s: mean square of the (centered) state; product: between the two
    for _ in range(depth):
        theta = math.acos(max(-1.0, min(1.0, product / s)))
        slopes, outputs = (
            1 - theta / math.pi,
            (math.sin(theta) + (math.pi - theta) * math.cos(theta)) / math.pi,
        )
        if net == "plain":
            cosine, product = cosine * slopes, outputs
        elif net == "bn":
            cosine, product = cosine * slopes, (outputs - 1 / math.pi) / (1 - 1 / math.pi)
        elif net == "scaled":
            c = 2 / depth
            cosine, product, s = (
                cosine * (1 + c * slopes) / (1 + c),
                product + c * s * outputs,
                s * (1 + c),
            )
        else:
            cosine, product, s = (
                cosine * (1 + slopes / s) / (1 + 1 / s),
                product + outputs - 1 / math.pi,
                s + 1 - 1 / math.pi,
            )
    return cosine


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Cosine against the angle for each net and depth, measured and predicted, and that of neighbors by itself."""
    runs = each(run, seeds)
    kept = {
        "width": setting(WIDTH, "units in each layer"),
        "reference": setting(REFERENCE, "inputs in the batch of BatchNorm"),
        "seeds": setting(len(runs), "seeds of each net"),
        "step": setting(STEP, "degrees between neighboring inputs"),
        **{f"depth.{depth}": setting(depth, "layers or blocks") for depth in DEPTHS},
    }
    for net, label in NETS.items():
        for depth in DEPTHS:
            key, where = f"{net}.at{depth}", f"{label}, {depth} layers or blocks"
            # a cosine near zero is the small difference of large sums
            kept[f"{key}.path"] = over_seeds(
                [r[net, depth] for r in runs],
                f"cosine of the gradients at two inputs against their angle, {where}",
                atol=1e-6,
            )
            kept[f"{key}.near"] = over_seeds(
                [r[net, depth][1] for r in runs],
                f"cosine of the gradients at two neighboring inputs, {where}",
                atol=1e-6,
            )
            kept[f"{key}.predicted"] = Measurement(
                predicted(net, depth, STEP),
                f"predicted cosine of the gradients at two neighboring inputs, {where}",
            )
            kept[f"{key}.predicted_path"] = Measurement(
                [predicted(net, depth, k * STEP) for k in range(POINTS)],
                f"predicted cosine of the gradients against the angle, {where}",
            )
    return kept
