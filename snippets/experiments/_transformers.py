"""Transformer blocks for several nets at once: every weight has a first axis of nets, which never mix."""

import math

import torch
from torch import nn
from torch.nn import functional as F

WIDTH, HEADS = 32, 4
SHAPES = {
    "q": (1, 1),
    "k": (1, 1),
    "v": (1, 1),
    "o": (1, 1),
    "up": (4, 1),
    "down": (1, 4),
}  # rows and columns, in widths
ENDS = ("o", "down")  # the matrices that end a branch


def drawn(scale: float = 1.0) -> dict:
    """The six matrices of a block by Xavier's uniform rule, shape (1, rows, columns) each; `scale` multiplies those that end a branch."""
    weights = {}
    for name, (rows, columns) in SHAPES.items():
        weight = torch.empty(rows * WIDTH, columns * WIDTH)
        weights[name] = nn.init.xavier_uniform_(weight, gain=scale if name in ENDS else 1.0)[None]
    return weights


def linear(x, weight):
    """x of shape (nets, batch, tokens, columns) by weight of shape (nets, rows, columns)."""
    return (x.flatten(1, 2) @ weight.mT).unflatten(1, x.shape[1:3])


def layer_norm(h):
    """Each token to mean zero and variance one, with gain one and shift zero as at initialization."""
    return F.layer_norm(h, h.shape[-1:])


def attention(x, weights):
    """Self-attention of HEADS heads without a mask; x of shape (nets, batch, tokens, width)."""
    q, k, v = (
        linear(x, weights[name]).unflatten(-1, (HEADS, -1)).transpose(2, 3)
        for name in ("q", "k", "v")
    )
    shares = (q @ k.mT / math.sqrt(WIDTH // HEADS)).softmax(-1)
    return linear((shares @ v).transpose(2, 3).flatten(-2), weights["o"])


def feed_forward(x, weights):
    """Two layers with ReLU between them, token by token."""
    return linear(F.relu(linear(x, weights["up"])), weights["down"])


def block(h, weights, place: str):
    """Attention and feed-forward net, each with a skip; normalized after the addition ('post') or at the branch's entry ('pre')."""
    for branch in (attention, feed_forward):
        h = (
            layer_norm(h + branch(h, weights))
            if place == "post"
            else h + branch(layer_norm(h), weights)
        )
    return h
