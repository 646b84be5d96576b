"""Deep stacks of equally wide layers, and the gradient that reaches each of them."""

import contextlib
import math

import torch
from torch import nn
from torch.nn import functional as F

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "gelu": F.gelu}


@contextlib.contextmanager
def float64():
    """Draw in float64: float32 normals come from vectorized code whose last places differ from processor to processor."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def initialize(linear: nn.Linear, init: str) -> None:
    """Draw the weights of a layer anew.

    init: 'default' leaves nn.Linear's own weights and biases; 'xavier' (variance 1/n for a square layer,
    Glorot & Bengio 2010), 'he' (variance 2/n, He et al. 2015) and 'orthogonal' set the biases to zero.
    """
    if init == "default":
        return
    {
        "xavier": nn.init.xavier_normal_,
        "he": nn.init.kaiming_normal_,
        "orthogonal": nn.init.orthogonal_,
    }[init](linear.weight)
    nn.init.zeros_(linear.bias)


class Stack(nn.Module):
    """depth layers h -> phi(W h + b) of one width; with a skip h -> h + scale * phi(W h + b).

    activation: a name in ACTIVATIONS. init: as in `initialize`. skip: the branch's scale, or None for a plain stack.
    norm: a class such as nn.BatchNorm1d, made for each layer and applied before phi; None for no normalization.
    """

    def __init__(
        self,
        depth: int,
        width: int,
        activation: str,
        init: str = "default",
        skip: float | None = None,
        norm=None,
    ):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        for layer in self.layers:
            initialize(layer, init)
        self.norms = nn.ModuleList(norm(width) if norm else nn.Identity() for _ in range(depth))
        self.phi, self.skip = ACTIVATIONS[activation], skip

    def forward(self, x):
        """Return the hidden states [h_1, ..., h_L] for inputs x of shape (batch, width)."""
        states = []
        for layer, norm in zip(self.layers, self.norms, strict=True):
            branch = self.phi(norm(layer(x)))
            x = branch if self.skip is None else x + self.skip * branch
            states.append(x)
        return states


def gradients(net, x, loss) -> tuple[float, list[float], list[float]]:
    """One backward pass: (loss, ||dL/dh_l|| for l = 1..L, ||dL/dW_l|| for l = 1..L), norms in float64.

    net(x) returns the hidden states, net.layers holds one linear layer each; loss maps the last state to a scalar.
    """
    states = net(x)
    for h in states:
        h.retain_grad()
    value = loss(states[-1])
    value.backward()
    return (
        value.item(),
        [norm(h.grad) for h in states],
        [norm(layer.weight.grad) for layer in net.layers],
    )


def norm(g) -> float:
    """Euclidean norm in float64: the float32 norm squares its entries first and underflows to 0.0."""
    return g.double().norm().item()


def per_layer(profile: list[float]) -> float:
    """Geometric mean factor by which a profile changes from one layer to the one before it."""
    return math.exp(math.log(profile[0] / profile[-1]) / (len(profile) - 1))
