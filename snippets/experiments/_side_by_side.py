"""Many small nets trained at once, as one batch of matrices: one for every combination of seed, start and learning rate."""

import itertools
import math

import torch
from torch.nn import functional as F

from snippets.experiments.training import digits

PIXELS, CLASSES = 64, 10


def normals(seed: int, widths: list[int]) -> list[torch.Tensor]:
    """One float64 matrix of standard normal numbers, (fan_out, fan_in), between any two neighbors in widths."""
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(out, inp, generator=generator, dtype=torch.float64)
        for inp, out in itertools.pairwise(widths)
    ]


def train(
    nets: list[tuple[list, list]], rates: list[float], phi, steps: int, batch: int, momentum: float
) -> list[float]:
    """Training accuracy of every net on scikit-learn's digits after SGD with momentum on cross entropy, float64.

    nets: for each net its weights [(fan_out, fan_in), ...] and biases [(fan_out,), ...]; the last layer is linear.
    rates: one learning rate a net. All nets see the same batches, in an order that is always the same.
    """
    x, y, _, _ = digits()
    x = x.double()
    weights = [
        torch.stack(layer).requires_grad_() for layer in zip(*(w for w, _ in nets), strict=True)
    ]
    biases = [
        torch.stack(layer)[:, None].requires_grad_()
        for layer in zip(*(b for _, b in nets), strict=True)
    ]
    parameters = weights + biases
    moving = [torch.zeros_like(p) for p in parameters]
    rate = torch.tensor(rates, dtype=torch.float64)[:, None, None]

    def logits(x):
        h = x.expand(len(nets), *x.shape)
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            h = phi(torch.baddbmm(b, h, w.mT))
        return torch.baddbmm(biases[-1], h, weights[-1].mT)

    order = torch.Generator().manual_seed(0)
    for _ in range(steps):
        rows = torch.randint(len(x), (batch,), generator=order)
        loss = (
            F.cross_entropy(
                logits(x[rows]).flatten(0, 1), y[rows].repeat(len(nets)), reduction="sum"
            )
            / batch
        )
        with torch.no_grad():
            for p, m, g in zip(
                parameters, moving, torch.autograd.grad(loss, parameters), strict=True
            ):
                m.mul_(momentum).add_(g)
                p.sub_(rate * m)
    with torch.no_grad():
        return (logits(x).argmax(2) == y).double().mean(1).tolist()


def output_layer(normal: torch.Tensor) -> torch.Tensor:
    """The weights of the linear output layer, variance one over the fan-in, the same for every start."""
    return normal / math.sqrt(normal.shape[1])
