"""Post-norm and pre-norm transformers trained by Adam with and without warm-up, on a task of a few seconds.

Task: a sequence of TOKENS symbols goes in, and the same sequence in reverse has to come out, position by position; fresh sequences
at every step. Blocks as in `transformer`; embeddings, positions and readout are trained, too. Warm-up: the rate rises linearly to
its peak over the first WARMUP steps; without it, it stands at the peak from the first step. A net has learned when it names more than
LEARNED of the symbols of new sequences; chance is one in SYMBOLS. Adam has the decay rates of Vaswani et al. 2017. Float64; the nets of
all seeds, with warm-up and without, are trained side by side as one batch of matrices, from equal weights and on equal sequences.
"""

import functools

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import float64
from snippets.experiments._transformers import SHAPES, WIDTH, block, drawn, layer_norm, linear
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, TOKENS, SYMBOLS, BATCH = 6, 6, 8, 8
STEPS, WARMUP, RATE, LEARNED = 200, 100, 0.005, 0.7
BETA1, BETA2, EPSILON = 0.9, 0.98, 1e-9
SEEDS, SPOT = range(10), range(1)
CHAOTIC = 0.3  # a share after chaotic training may move by the last places' noise; those without warm-up lie 0.4 below LEARNED
NETS = {"post": "post-norm", "pre": "pre-norm"}
STARTS = {"cold": "without warm-up", "warm": "with warm-up"}


def start(seed: int) -> dict:
    """All weights of one net, each with a first axis of length one; those of the blocks with a second axis of blocks."""
    torch.manual_seed(seed)
    blocks = [drawn() for _ in range(DEPTH)]
    return {name: torch.stack([weights[name] for weights in blocks], 1) for name in blocks[0]} | {
        "symbols": torch.randn(1, SYMBOLS, WIDTH),
        "positions": torch.randn(1, TOKENS, WIDTH),
        "readout": nn.init.xavier_uniform_(torch.empty(SYMBOLS, WIDTH))[None],
    }


def logits(weights: dict, x, place: str):
    """Scores of shape (nets, batch, tokens, symbols) for sequences x of shape (batch, tokens)."""
    h = weights["symbols"][:, x] + weights["positions"][:, None]
    for matrices in zip(*(weights[name].unbind(1) for name in SHAPES), strict=True):
        h = block(h, dict(zip(SHAPES, matrices, strict=True)), place)
    return linear(h if place == "post" else layer_norm(h), weights["readout"])


def trained(seeds, place: str) -> dict[str, list[float]]:
    """Share of the symbols of new sequences that one net per seed names after training, for both starts. place: 'post' or 'pre'."""
    with float64():
        nets = [start(seed) for _ in STARTS for seed in seeds]
        weights = {
            name: torch.cat([net[name] for net in nets]).requires_grad_() for name in nets[0]
        }
        first = {name: torch.zeros_like(w) for name, w in weights.items()}
        second = {name: torch.zeros_like(w) for name, w in weights.items()}
        rates = torch.empty(len(nets))
        lessons = torch.Generator().manual_seed(0)
        for step in range(1, STEPS + 1):
            x = torch.randint(SYMBOLS, (BATCH, TOKENS), generator=lessons)
            rates[: len(seeds)], rates[len(seeds) :] = RATE, RATE * min(1, step / WARMUP)
            wanted = x.flip(1).expand(len(nets), -1, -1)
            loss = (
                F.cross_entropy(
                    logits(weights, x, place).flatten(0, 2), wanted.flatten(), reduction="sum"
                )
                / x.numel()
            )
            found = torch.autograd.grad(loss, list(weights.values()))
            with torch.no_grad():
                for (name, w), g in zip(weights.items(), found, strict=True):
                    first[name].lerp_(g, 1 - BETA1)
                    second[name].lerp_(g * g, 1 - BETA2)
                    spread = (second[name] / (1 - BETA2**step)).sqrt() + EPSILON
                    w -= (
                        rates.view(-1, *[1] * (w.dim() - 1))
                        * first[name]
                        / (1 - BETA1**step)
                        / spread
                    )
        with torch.no_grad():
            x = torch.randint(SYMBOLS, (100, TOKENS), generator=lessons)
            right = (
                (logits(weights, x, place).argmax(-1) == x.flip(1)).double().mean((1, 2)).tolist()
            )
    return {"cold": right[: len(seeds)], "warm": right[len(seeds) :]}


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """How many seeds learn, for both places of the norm and both starts."""
    kept = {
        "depth": setting(DEPTH, "blocks of the trained transformer"),
        "tokens": setting(TOKENS, "symbols of a sequence"),
        "symbols": setting(SYMBOLS, "different symbols"),
        "steps": setting(STEPS, "steps of Adam"),
        "warmup": setting(WARMUP, "steps over which warm-up raises the rate"),
        "rate": setting(RATE, "peak learning rate of Adam"),
        "learned_from": setting(
            LEARNED, "share of right symbols from which a net counts as having learned", show="%"
        ),
        "chance": setting(1 / SYMBOLS, "share of right symbols by chance", show="%"),
        "seeds": setting(len(seeds), "seeds of each trained transformer"),
    }
    for (place, label), found in zip(
        NETS.items(), each(functools.partial(trained, list(seeds)), NETS), strict=True
    ):
        for how, right in found.items():
            where = f"{label}, {STARTS[how]}"
            kept[f"{place}.{how}.learned"] = Measurement(
                sum(share > LEARNED for share in right),
                f"seeds in which the transformer learns to reverse, {where}",
                n=len(right),
                rtol=0,
            )
            kept[f"{place}.{how}.right"] = over_seeds(
                right,
                f"share of right symbols after training, {where}",
                show="%",
                rtol=0,
                atol=CHAOTIC,
            )
    return kept
