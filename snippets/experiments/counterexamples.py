"""One case is enough against “always” and “never”: nets that the usual statements rule out, over many seeds.

`chain.…`: one sigmoid unit a layer, its bias at minus half its weight, so that an input of a half stays a half.
`trains.…`: ten sigmoid layers learn scikit-learn's digits by plain SGD, once with Xavier weights and zero biases, once with
wider weights and biases that center every unit: b = −½ Σ W, since a sigmoid's outputs lie around a half.
`moved.…`: how far the last hidden layer has moved, ‖W − W₀‖ / ‖W₀‖, over how far the first has, after a few steps on
random digits: a net whose gradient vanishes and one whose gradient does not, under SGD at two rates and under Adam.
`recall.…`: a plain tanh RNN is shown one of a few symbols, then noise, and has to name the symbol at the end; trained with
Adam on fresh sequences, once from PyTorch's default weights, once from an orthogonal recurrent matrix.
`smooth.…`: the share of a random gradient that comes through a stack of GELU or SiLU layers with He weights.
`still.…`: how far a weight moves on a gradient of zero: under plain SGD, with weight decay, and with momentum from one step before.
Float64 throughout. All seeds of `trains` and of `recall` are trained side by side, as one batch of matrices.
"""

import functools
import math

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, norm
from snippets.experiments._tolerances import DRAWN
from snippets.experiments.training import digits
from snippets.measurement import Measurement, over_seeds, setting

SEEDS, SPOT = range(20), range(2)
CHAIN_DEPTH, CHAIN_WEIGHT = 30, 8.0
DEPTH, WIDTH, BATCH, STEPS, RATE = 10, 32, 32, 300, 0.2
GAINS = {
    "centered": 6.0,
    "xavier": 1.0,
}  # standard deviation of the weights times the root of the fan-in
LEARNED = 0.8
MOVES = 10
SPAN, SYMBOLS, UNITS, LESSONS, NOISE, RECALLED = 30, 4, 32, 60, 0.1, 0.9
RECURRENT = {"orthogonal": "an orthogonal recurrent matrix", "default": "PyTorch's default weights"}
OPTIMIZERS = {
    "sgd": ("SGD", lambda p: torch.optim.SGD(p, lr=0.1)),
    "slow_sgd": ("SGD at a hundredth of the rate", lambda p: torch.optim.SGD(p, lr=0.001)),
    "adam": ("Adam", lambda p: torch.optim.Adam(p, lr=0.001)),
}
SMOOTH = {"gelu": F.gelu, "silu": F.silu}
STILL_STEPS, STILL_RATE, STILL_WEIGHT, DECAY, MOMENTUM = 20, 0.1, 0.5, 0.01, 0.9
MOVED = {"vanishing": ("sigmoid", "xavier"), "healthy": ("relu", "he")}


def chain(depth: int, weight: float) -> float:
    """dh_depth / dh_0 of one sigmoid unit a layer, at an input of one half."""
    start = h = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    for _ in range(depth):
        h = torch.sigmoid(weight * h - weight / 2)
    return torch.autograd.grad(h, start)[0].item()


def trained_sigmoids(seeds, how: str) -> list[float]:
    """Training accuracy of one ten-layer sigmoid net per seed after plain SGD. how: a key of GAINS."""
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def draw(rows: int, columns: int, gain: float):
        drawn = torch.stack(
            [torch.randn(rows, columns, generator=g, dtype=torch.float64) for g in generators]
        )
        return gain / math.sqrt(columns) * drawn

    x, y, _, _ = digits()
    x = x.double()
    weights = [
        draw(WIDTH, x.shape[1], 1.0),
        *(draw(WIDTH, WIDTH, GAINS[how]) for _ in range(DEPTH - 1)),
        draw(10, WIDTH, 1.0),
    ]
    biases = [torch.zeros(len(seeds), 1, w.shape[1], dtype=torch.float64) for w in weights]
    if how == "centered":
        biases[1:-1] = [-w.sum(2)[:, None] / 2 for w in weights[1:-1]]
    parameters = [p.requires_grad_() for p in weights + biases]

    def logits(x):
        h = x.expand(len(seeds), *x.shape)
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            h = torch.sigmoid(torch.baddbmm(b, h, w.mT))
        return torch.baddbmm(biases[-1], h, weights[-1].mT)

    order = torch.Generator().manual_seed(seeds[0])
    for _ in range(STEPS):
        rows = torch.randint(len(x), (BATCH,), generator=order)
        loss = (
            F.cross_entropy(
                logits(x[rows]).flatten(0, 1), y[rows].repeat(len(seeds)), reduction="sum"
            )
            / BATCH
        )
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.data -= RATE * g
    with torch.no_grad():
        return (logits(x).argmax(2) == y).double().mean(1).tolist()


def recalling(seeds, how: str) -> list[float]:
    """Share of new sequences whose first symbol one trained RNN per seed names after SPAN steps. how: a key of RECURRENT."""
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    bound = 1 / math.sqrt(UNITS)

    def draw(*shape):
        return torch.stack(
            [
                bound * (2 * torch.rand(*shape, generator=g, dtype=torch.float64) - 1)
                for g in generators
            ]
        )

    again, into, out, bias, last = (
        draw(UNITS, UNITS),
        draw(UNITS, SYMBOLS + 1),
        draw(SYMBOLS, UNITS),
        draw(1, UNITS),
        draw(1, SYMBOLS),
    )
    if how == "orthogonal":
        again = torch.linalg.qr(
            torch.stack(
                [torch.randn(UNITS, UNITS, generator=g, dtype=torch.float64) for g in generators]
            )
        )[0]
        bias = torch.zeros_like(bias)
    parameters = [p.requires_grad_() for p in (again, into, out, bias, last)]
    steps = torch.optim.Adam(parameters, lr=0.003)
    lessons = torch.Generator().manual_seed(seeds[0])

    def logits(symbols):
        x = NOISE * torch.randn(
            len(symbols), SPAN, SYMBOLS + 1, generator=lessons, dtype=torch.float64
        )
        x[:, 0] = F.one_hot(symbols, SYMBOLS + 1)
        h = torch.zeros(len(seeds), len(symbols), UNITS, dtype=torch.float64)
        for t in range(SPAN):
            h = torch.tanh(torch.baddbmm(bias, h, again.mT) + x[:, t] @ into.mT)
        return torch.baddbmm(last, h, out.mT)

    for _ in range(LESSONS):
        symbols = torch.randint(SYMBOLS, (32,), generator=lessons)
        steps.zero_grad()
        loss = F.cross_entropy(
            logits(symbols).flatten(0, 1), symbols.repeat(len(seeds)), reduction="sum"
        ) / len(symbols)
        loss.backward()
        steps.step()
    with torch.no_grad():
        symbols = torch.randint(SYMBOLS, (400,), generator=lessons)
        return (logits(symbols).argmax(2) == symbols).double().mean(1).tolist()


def smooth(seed: int, name: str) -> float:
    """||dL/dh_1|| / ||dL/dh_N|| over CHAIN_DEPTH layers of 64 units with He weights, for a random gradient. name: a key of SMOOTH."""
    torch.manual_seed(seed)
    weights = math.sqrt(2 / 64) * torch.randn(CHAIN_DEPTH, 64, 64, dtype=torch.float64)
    first = h = SMOOTH[name](torch.randn(64, dtype=torch.float64) @ weights[0]).requires_grad_()
    for w in weights[1:]:
        h = SMOOTH[name](h @ w)
    top = torch.randn(64, dtype=torch.float64)
    return norm(torch.autograd.grad(h, first, top)[0]) / norm(top)


def still(last_gradient: float = 0.0, **options) -> float:
    """How far SGD moves a weight in STILL_STEPS steps with a gradient of zero, after one step with last_gradient."""
    w = torch.full((1,), STILL_WEIGHT, dtype=torch.float64, requires_grad=True)
    steps = torch.optim.SGD([w], lr=STILL_RATE, **options)
    w.grad = torch.full_like(w, last_gradient)
    steps.step()
    start = w.item()
    for _ in range(STILL_STEPS):
        w.grad = torch.zeros_like(w)
        steps.step()
    return abs(w.item() - start)


def moved(seed: int, net: str, optimizer: str) -> list[float]:
    """‖W − W₀‖ / ‖W₀‖ of every hidden layer after MOVES steps. net: a key of MOVED; optimizer: a key of OPTIMIZERS."""
    x, y, _, _ = digits()
    torch.manual_seed(seed)
    stack, out = Stack(DEPTH, x.shape[1], *MOVED[net]).double(), nn.Linear(x.shape[1], 10).double()
    start = [layer.weight.detach().clone() for layer in stack.layers]
    steps = OPTIMIZERS[optimizer][1]([*stack.parameters(), *out.parameters()])
    for _ in range(MOVES):
        rows = torch.randint(len(x), (BATCH,))
        steps.zero_grad()
        F.cross_entropy(out(stack(x[rows].double())[-1]), y[rows]).backward()
        steps.step()
    return [
        norm(layer.weight.detach() - w) / norm(w)
        for layer, w in zip(stack.layers, start, strict=True)
    ]


def all_moves(seed: int) -> dict[tuple[str, str], list[float]]:
    """`moved` of every net under every optimizer."""
    return {
        (net, optimizer): moved(seed, net, optimizer) for net in MOVED for optimizer in OPTIMIZERS
    }


def _trained(how: str, seeds) -> list[float]:
    return trained_sigmoids(seeds, how) if how in GAINS else recalling(seeds, how)


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """The chain's gain, the accuracies, and how unevenly the layers move."""
    kept = {
        "seeds": setting(len(seeds), "seeds of each net"),
        "chain.depth": setting(CHAIN_DEPTH, "layers of the chain and of the smooth stacks"),
        "chain.weight": setting(CHAIN_WEIGHT, "weight of every unit of the chain", show=".0f"),
        "chain.gain": Measurement(
            chain(CHAIN_DEPTH, CHAIN_WEIGHT), "slope of the chain's output by its input"
        ),
        "trains.depth": setting(DEPTH, "hidden sigmoid layers"),
        "trains.width": setting(WIDTH, "units in each hidden sigmoid layer"),
        "trains.gain": setting(
            GAINS["centered"],
            "standard deviation of the wider weights times the root of the fan-in",
            show=".0f",
        ),
        "trains.rate": setting(RATE, "learning rate of plain SGD", show=".1f"),
        "trains.steps": setting(STEPS, "steps of plain SGD"),
        "trains.learned_from": setting(
            LEARNED, "training accuracy from which a net counts as having learned", show="%"
        ),
        "recall.span": setting(SPAN, "steps from the symbol to the answer"),
        "recall.symbols": setting(SYMBOLS, "symbols to be told apart"),
        "recall.lessons": setting(LESSONS, "steps of Adam, each on fresh sequences"),
        "recall.learned_from": setting(
            RECALLED, "share of right answers from which a net counts as having learned", show="%"
        ),
        "still.steps": setting(STILL_STEPS, "steps with a gradient of zero"),
        "still.rate": setting(
            STILL_RATE, "learning rate of the steps with a gradient of zero", show=".1f"
        ),
        "still.decay": setting(DECAY, "weight decay", show=".2f"),
        "still.momentum": setting(MOMENTUM, "momentum", show=".1f"),
        "still.moved.plain": Measurement(
            still(), "distance that plain SGD moves a weight on a gradient of zero"
        ),
        "still.moved.decay": Measurement(
            still(weight_decay=DECAY), "distance that weight decay moves a weight of a half"
        ),
        "still.moved.momentum": Measurement(
            still(last_gradient=1.0, momentum=MOMENTUM),
            "distance that momentum moves a weight after one step with a gradient of one",
        ),
        "moved.steps": setting(MOVES, "steps after which the layers' moves are compared"),
    }
    named = {
        "centered": "wider weights and centering biases",
        "xavier": "Xavier weights and zero biases",
    }
    for name in SMOOTH:
        kept[f"smooth.{name}.total"] = over_seeds(
            [smooth(seed, name) for seed in seeds],
            f"norm of ∂L/∂h after layer 1, as a share of that after the last layer, of a {name} stack, He initialization",
        )
    outcomes = dict(
        zip(
            [*GAINS, *RECURRENT],
            each(functools.partial(_trained, seeds=seeds), [*GAINS, *RECURRENT]),
            strict=True,
        )
    )
    for how in GAINS:
        found = outcomes[how]
        where = f"a sigmoid net of {DEPTH} layers, {named[how]}, after plain SGD"
        # Last places grow over the steps: an accuracy may differ by a few of the 1437 digits.
        kept[f"trains.{how}.accuracy"] = over_seeds(
            found, f"training accuracy of {where}", rtol=0.0, atol=0.01, show="%"
        )
        kept[f"trains.{how}.learned"] = Measurement(
            sum(a >= LEARNED for a in found),
            f"seeds that reach the accuracy of a net that has learned, {where}",
            n=len(found),
            rtol=0.0,
        )
    for how, label in RECURRENT.items():
        # Counted, not averaged: where a net guesses, its accuracy is chance.
        kept[f"recall.{how}.learned"] = Measurement(
            sum(a >= RECALLED for a in outcomes[how]),
            f"seeds in which a tanh RNN learns the recall, from {label}",
            n=len(seeds),
            rtol=0.0,
        )
    runs = each(all_moves, seeds)
    for net, (activation, init) in MOVED.items():
        for optimizer, (label, _) in OPTIMIZERS.items():
            kept[f"moved.{net}.{optimizer}"] = over_seeds(
                [r[net, optimizer][-1] / r[net, optimizer][0] for r in runs],
                rtol=DRAWN,
                what=f"relative move of the last hidden layer over that of the first, {activation} net, {init} initialization, {label}",
            )
    return kept
