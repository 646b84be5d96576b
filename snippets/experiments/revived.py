"""A net whose signals vanish, under Adam with an ε below every gradient: when it comes alive, and what it becomes.

The net is that of `adaptive`: 20 sigmoid layers of 32 units with Xavier weights, on scikit-learn's digits in float64, batches of 32.
At every EVERY-th step, over WATCHED digits of the training set: the loss, the share of digits that are right, `depends`, how far the
last hidden layer depends on its input (the standard deviation of its outputs over the digits, relative to their size), `forward`, the
factor from the first hidden layer's spread over digits to the last one's, and `backward`, the norm of the loss's gradient with respect
to the first hidden layer over that with respect to the last. Forward and backward are two readings of one product of Jacobians.
`saturated`: the share of outputs within a hundredth of the ends of the sigmoid, in the hidden layer where it is largest.
`switch`: the share of digits that get the two most frequent outputs of the last hidden layer, outputs being one when they agree in every
unit to two decimals: with a share of one the net has become a switch with two positions.
`leaves`: the first watched step at which more than LEAVES of the digits are right, each seed; STEPS where none is.
Beside it Adam with its usual ε, at two rates, SGD at three, all with the same budget, and the ReLU net with He weights.
"""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments.adaptive import BATCH, TINY, Nets, _data
from snippets.measurement import Measurement, over_seeds, setting

STEPS, EVERY, WATCHED, LEAVES = 2000, 25, 500, 0.15
END = 0.01
ARMS = {
    "tiny": ("sigmoid", torch.optim.Adam, {"lr": 0.001, "eps": TINY}, "Adam with a tiny ε"),
    "adam": ("sigmoid", torch.optim.Adam, {"lr": 0.001}, "Adam"),
    "adam_fast": ("sigmoid", torch.optim.Adam, {"lr": 0.01}, "Adam at ten times the rate"),
    "sgd": ("sigmoid", torch.optim.SGD, {"lr": 0.1}, "SGD"),
    "sgd_fast": ("sigmoid", torch.optim.SGD, {"lr": 1.0}, "SGD at ten times the rate"),
    "sgd_slow": ("sigmoid", torch.optim.SGD, {"lr": 0.01}, "SGD at a tenth of the rate"),
    "healthy": ("relu", torch.optim.Adam, {"lr": 0.001}, "a ReLU net with He weights under Adam"),
}


@dataclass(frozen=True)
class Plan:
    """Which seeds are trained, and for how long."""

    seeds: range = range(20)
    steps: int = STEPS


FULL, SPOT = Plan(), Plan(seeds=range(1), steps=400)


def look(nets: Nets) -> dict[str, list[float]]:
    """The readings of the module's docstring, one for each net."""
    x, y = (part[:WATCHED] for part in _data())
    h, hidden = x.expand(len(nets.generators), *x.shape), []
    for w, b in zip(nets.weights[:-1], nets.biases[:-1], strict=True):
        h = getattr(torch, nets.kind)(torch.baddbmm(b, h, w.mT))
        h.retain_grad()
        hidden.append(h)
    logits = torch.baddbmm(nets.biases[-1], h, nets.weights[-1].mT)
    losses = F.cross_entropy(
        logits.flatten(0, 1), y.repeat(len(nets.generators)), reduction="none"
    ).view(len(nets.generators), -1)
    losses.mean(1).sum().backward()
    first, last = hidden[0], hidden[-1]
    with torch.no_grad():
        return {
            "loss": losses.mean(1).tolist(),
            "accuracy": (logits.argmax(2) == y).double().mean(1).tolist(),
            "depends": (_spread(last) / last.square().mean((1, 2)).sqrt()).tolist(),
            "forward": (_spread(last) / _spread(first)).tolist(),
            "backward": (
                first.grad.flatten(1).norm(dim=1) / last.grad.flatten(1).norm(dim=1)
            ).tolist(),
            "saturated": torch.stack(
                [((h < END) | (h > 1 - END)).double().mean((1, 2)) for h in hidden]
            )
            .amax(0)
            .tolist(),
            "switch": [_share_of_two(h) for h in last],
        }


def _share_of_two(h) -> float:
    """The share of rows that are one of the two most frequent ones, to two decimals."""
    counts = (h * 100).round().unique(dim=0, return_counts=True)[1]
    return counts.sort(descending=True).values[:2].sum().item() / len(h)


def _spread(h):
    """The standard deviation over examples, as a root mean square over units, of each net."""
    return h.var(1).mean(1).sqrt()


def train(arm: str, seeds, steps: int = STEPS) -> dict[str, list[list[float]]]:
    """Each reading at each watched step, for each seed: a list over seeds of lists over steps. arm: a key of ARMS."""
    kind, optimizer, options, _ = ARMS[arm]
    nets, order = Nets(seeds, kind), torch.Generator().manual_seed(1)
    made, seen = optimizer(nets.parameters, **options), []
    for step in range(steps + 1):
        if step % EVERY == 0:
            seen.append(look(nets))
        made.zero_grad()
        nets.loss(torch.randint(len(_data()[0]), (BATCH,), generator=order)).backward()
        made.step()
    return {key: [[s[key][i] for s in seen] for i in range(len(seeds))] for key in seen[0]}


def _call(case):
    return train(*case)


# what is kept of every watched step, and how far its power of ten may move: last places grow while the net comes alive
POWERS = {
    "forward": (
        "spread over digits of the last hidden layer's outputs over that of the first's",
        0.3,
    ),
    "backward": ("gradient with respect to the first hidden layer over that of the last", 1.0),
    "depends": ("spread of the last hidden layer's outputs over digits, over their size", 0.3),
}
SHARES = {
    "accuracy": "share of digits that are right",
    "saturated": "share of outputs at an end, in the hidden layer with most of them",
    "switch": "share of digits with one of the two most frequent outputs of the last hidden layer",
}


def measure(plan: Plan = FULL) -> dict[str, Measurement]:
    """Who leaves chance and when, the net that came alive at its end, and its readings on the way as powers of ten."""
    seeds, steps = plan.seeds, plan.steps
    kept = {
        "steps": setting(steps, "steps"),
        "every": setting(EVERY, "steps between two looks"),
        "watched": setting(WATCHED, "digits that are looked at"),
        "leaves_from": setting(LEAVES, "share of digits right that is beyond chance", show="%"),
        "seeds": setting(len(seeds), "seeds"),
        "rate.sgd": setting(ARMS["sgd"][2]["lr"], "learning rate of SGD", show=".1f"),
        "rate.adam": setting(ARMS["adam"][2]["lr"], "learning rate of Adam", show=".3f"),
    }
    found = dict(zip(ARMS, each(_call, [(arm, seeds, steps) for arm in ARMS]), strict=True))
    for arm, readings in found.items():
        kept[f"{arm}.left"] = Measurement(
            sum(_leave(v) < steps for v in readings["accuracy"]),
            f"seeds that leave chance, {_label(arm)}",
            n=len(seeds),
            rtol=0.0,
        )
        kept[f"{arm}.end.accuracy"] = over_seeds(
            [v[-1] for v in readings["accuracy"]],
            f"{SHARES['accuracy']} after the last step, {_label(arm)}",
            rtol=0.0,
            atol=0.1,
            show="%",
        )
    for arm in ("tiny", "sgd"):
        kept[f"{arm}.start.forward"] = over_seeds(
            [v[0] for v in found[arm]["forward"]],
            f"{POWERS['forward'][0]} before the first step, {_label(arm)}",
            rtol=0.01,
        )
        kept[f"{arm}.forward"] = _powers(arm, "forward", found)
    kept["tiny.leaves"] = over_seeds(
        [_leave(v) for v in found["tiny"]["accuracy"]],
        f"step at which a seed leaves chance, the last where it does not, {_label('tiny')}",
        rtol=0.2,
        show=",",
    )
    kept["tiny.loss"] = over_seeds(
        found["tiny"]["loss"], f"loss at every look, {_label('tiny')}", rtol=0.0, atol=0.2
    )
    for key in ("backward", "depends"):
        kept[f"tiny.{key}"] = _powers("tiny", key, found)
    for key in ("forward", "backward"):
        kept[f"tiny.end.{key}"] = over_seeds(
            [v[-1] for v in found["tiny"][key]],
            f"{POWERS[key][0]} after the last step, {_label('tiny')}",
            rtol=0.6,
        )
    for key in ("saturated", "switch"):
        kept[f"tiny.end.{key}"] = over_seeds(
            [v[-1] for v in found["tiny"][key]],
            f"{SHARES[key]} after the last step, {_label('tiny')}",
            rtol=0.0,
            atol=0.1,
            show="%",
        )
    return kept


def _powers(arm: str, key: str, found: dict) -> Measurement:
    what, moves = POWERS[key]
    return over_seeds(
        [[math.log10(x) for x in v] for v in found[arm][key]],
        f"power of ten of: {what}, at every look, {_label(arm)}",
        rtol=0.0,
        atol=moves,
    )


def _label(arm: str) -> str:
    return f"{ARMS[arm][0]} net, {ARMS[arm][3]}"


def _leave(accuracy: list[float]) -> int:
    """The first watched step beyond chance; the last when there is none."""
    return EVERY * next(
        (i for i, share in enumerate(accuracy) if share > LEAVES), len(accuracy) - 1
    )
