"""What Adam's rescaling hides, what it can't restore, and what warm-up does: on scikit-learn's digits, in float64.

`told.<case>.<optimizer>`: how far each hidden layer has moved, ‖W − W₀‖ / ‖W₀‖, after a few steps: a sigmoid net whose gradient
vanishes, a healthy ReLU net at a far smaller rate, and the healthy net with its first layers frozen. Adam moves no weight by more
than about its rate in a step, so ‖W − W₀‖ / ‖W₀‖ is at most about steps · rate / rms(W): `told.<case>.bound`.
`dead.<arm>.…`: a sigmoid net so deep that its output no longer depends on its input, under SGD, under Adam and under Adam with an ε
below every gradient, beside a ReLU net of the same size that learns. `undone` is the change of the loss when layer 1 alone is
put back to where it began: what its whole movement was worth.
`warm.…`: a post-norm residual net, h ← LayerNorm(h + W₂ ReLU(W₁ h)), under Adam at several rates, with the rate raised in a
straight line over the first WARM steps and without. `warm.first`: how far its blocks' weights move in the very first step;
Adam's first step is the rate for each weight, so rate / rms(W) is predicted.
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

BATCH, LEARNED, SEEDS, SPOT = 32, 0.3, range(5), range(1)

MOVES, MOVED_DEPTH, FROZEN, MOVED_SEEDS = (
    10,
    10,
    3,
    4,
)  # so many seeds of the moves for each seed that is trained
TOLD = {
    "vanishing": "a vanishing sigmoid net",
    "small": "a healthy ReLU net at a ten-thousandth of the rate",
    "frozen": "a healthy ReLU net whose first layers are frozen",
}
OPTIMIZERS = {"sgd": ("SGD", torch.optim.SGD, 0.1), "adam": ("Adam", torch.optim.Adam, 0.001)}
SLOWER = 1e-4

DEPTH, WIDTH, STEPS, TINY = 20, 32, 150, 1e-30
ARMS = {
    "sgd": ("sigmoid", torch.optim.SGD, {"lr": 0.1}, "a deep sigmoid net under SGD"),
    "adam": ("sigmoid", torch.optim.Adam, {"lr": 0.001}, "a deep sigmoid net under Adam"),
    "tiny": (
        "sigmoid",
        torch.optim.Adam,
        {"lr": 0.001, "eps": TINY},
        "a deep sigmoid net under Adam with a tiny ε",
    ),
    "healthy": (
        "relu",
        torch.optim.Adam,
        {"lr": 0.001},
        "a ReLU net with He initialization under Adam",
    ),
}

BLOCKS, WARM_STEPS, WARM, ABOVE_CHANCE = 8, 200, 150, 0.25
RATES = {"low": 0.003, "middle": 0.01, "high": 0.02}


@functools.cache
def _data():
    x, y, _, _ = digits()
    return x.double(), y


def told(seed: int, case: str, optimizer: str) -> tuple[list[float], list[float]]:
    """(‖W − W₀‖ / ‖W₀‖, the bound steps · rate / rms(W₀)) of each hidden layer. case: a key of TOLD."""
    x, y = _data()
    torch.manual_seed(seed)
    net = Stack(
        MOVED_DEPTH, x.shape[1], *(("sigmoid", "xavier") if case == "vanishing" else ("relu", "he"))
    ).double()
    out = nn.Linear(x.shape[1], 10).double()
    start = [layer.weight.detach().clone() for layer in net.layers]
    if case == "frozen":
        net.layers[:FROZEN].requires_grad_(False)
    _, make, rate = OPTIMIZERS[optimizer]
    rate *= SLOWER if case == "small" else 1
    steps = make([*net.parameters(), *out.parameters()], lr=rate)
    for _ in range(MOVES):
        rows = torch.randint(len(x), (BATCH,))
        steps.zero_grad()
        F.cross_entropy(out(net(x[rows])[-1]), y[rows]).backward()
        steps.step()
    moved = [
        norm(layer.weight.detach() - w) / norm(w)
        for layer, w in zip(net.layers, start, strict=True)
    ]
    return moved, [MOVES * rate / w.square().mean().sqrt().item() for w in start]


class Nets:
    """One net per seed, its weights held as matrices of shape (seeds, rows, columns), biases zero at first.

    kind: 'sigmoid' (Xavier) or 'relu' (He), DEPTH layers; or 'post', BLOCKS post-norm residual blocks between two linear maps.
    """

    def __init__(self, seeds, kind: str):
        self.generators, self.kind = [torch.Generator().manual_seed(seed) for seed in seeds], kind
        inputs, gain = _data()[0].shape[1], 1.0 if kind == "sigmoid" else math.sqrt(2)
        if kind == "post":
            inner = [
                self._draw(WIDTH, WIDTH, gain if i % 2 == 0 else 1.0) for i in range(2 * BLOCKS)
            ]
            self.weights = [self._draw(WIDTH, inputs, 1.0), *inner]
        else:
            self.weights = [
                self._draw(WIDTH, inputs, gain),
                *(self._draw(WIDTH, WIDTH, gain) for _ in range(DEPTH - 1)),
            ]
        self.weights.append(self._draw(10, WIDTH, 1.0))
        self.biases = [
            torch.zeros(len(seeds), 1, w.shape[1], dtype=torch.float64, requires_grad=True)
            for w in self.weights
        ]
        self.parameters = self.weights + self.biases
        self.start = [w.detach().clone() for w in self.weights]

    def _draw(self, rows: int, columns: int, gain: float):
        drawn = torch.stack(
            [torch.randn(rows, columns, generator=g, dtype=torch.float64) for g in self.generators]
        )
        return (gain / math.sqrt(columns) * drawn).requires_grad_()

    def logits(self, x):
        """Logits of shape (seeds, batch, 10) for x of shape (batch, inputs)."""
        maps = [
            lambda h, w=w, b=b: torch.baddbmm(b, h, w.mT)
            for w, b in zip(self.weights, self.biases, strict=True)
        ]
        h = x.expand(len(self.generators), *x.shape)
        if self.kind == "post":
            h = maps[0](h)
            for first, second in zip(maps[1:-1:2], maps[2:-1:2], strict=True):
                h = F.layer_norm(h + second(torch.relu(first(h))), (WIDTH,))
        else:
            for layer in maps[:-1]:
                h = getattr(torch, self.kind)(layer(h))
        return maps[-1](h)

    def loss(self, rows):
        """Mean cross entropy on these digits, summed over the nets so that each has the gradient it would have alone."""
        x, y = _data()
        return F.cross_entropy(
            self.logits(x[rows]).flatten(0, 1),
            y[rows].repeat(len(self.generators)),
            reduction="sum",
        ) / len(rows)

    def train(self, optimizer, steps: int, order, warm: int = 0) -> None:
        """Take steps; with warm, the rate rises in a straight line over the first of them."""
        full = optimizer.param_groups[0]["lr"]
        for step in range(1, steps + 1):
            optimizer.param_groups[0]["lr"] = full * min(1.0, step / warm) if warm else full
            optimizer.zero_grad()
            self.loss(torch.randint(len(_data()[0]), (BATCH,), generator=order)).backward()
            optimizer.step()

    def accuracy(self) -> list[float]:
        """Training accuracy of each net."""
        x, y = _data()
        with torch.no_grad():
            return (self.logits(x).argmax(2) == y).double().mean(1).tolist()

    def moved(self, layer: int) -> list[float]:
        """‖W − W₀‖ / ‖W₀‖ of one layer of each net."""
        now, start = self.weights[layer].detach(), self.start[layer]
        return ((now - start).flatten(1).norm(dim=1) / start.flatten(1).norm(dim=1)).tolist()

    def undone(self) -> list[float]:
        """By how much the loss of each net on all digits changes when layer 1 is put back to where it began."""
        x, y = _data()
        with torch.no_grad():
            now, losses = self.weights[0].clone(), []
            for w in (now, self.start[0]):
                self.weights[0].copy_(w)
                each_loss = F.cross_entropy(
                    self.logits(x).flatten(0, 1), y.repeat(len(self.generators)), reduction="none"
                )
                losses.append(each_loss.view(len(self.generators), -1).mean(1))
            self.weights[0].copy_(now)
        return (losses[1] - losses[0]).abs().tolist()


def dead(arm: str, seeds) -> dict[str, list[float]]:
    """Accuracy, movement of layer 1 and what undoing it changes, of each seed's net. arm: a key of ARMS."""
    kind, optimizer, options, _ = ARMS[arm]
    nets, order = Nets(seeds, kind), torch.Generator().manual_seed(1)
    nets.train(optimizer(nets.parameters, **options), STEPS, order)
    return {"accuracy": nets.accuracy(), "moved": nets.moved(0), "undone": nets.undone()}


def warm(rate: float, steps_up: int, seeds) -> tuple[list[float], float, float]:
    """(accuracy of each net, first step of the blocks' weights relative to their norm, rate / rms of those weights)."""
    nets, order = Nets(seeds, "post"), torch.Generator().manual_seed(1)
    optimizer = torch.optim.Adam(nets.parameters, lr=rate)
    nets.train(optimizer, 1, order, steps_up)
    first = sum(sum(nets.moved(i)) / len(seeds) for i in range(1, 2 * BLOCKS + 1)) / (2 * BLOCKS)
    rms = sum(w.square().mean().sqrt().item() ** -1 for w in nets.start[1:-1]) / (2 * BLOCKS)
    nets = Nets(seeds, "post")
    nets.train(
        torch.optim.Adam(nets.parameters, lr=rate),
        WARM_STEPS,
        torch.Generator().manual_seed(1),
        steps_up,
    )
    return nets.accuracy(), first, rate * rms


def _call(case):
    return case[0](*case[1:])


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """What the layers' moves tell, the net that Adam can't save, and warm-up."""
    moved_seeds = range(MOVED_SEEDS * len(seeds))
    kept = {
        "batch": setting(BATCH, "digits in a batch"),
        "seeds": setting(len(seeds), "seeds that are trained"),
        "learned_from": setting(
            LEARNED, "training accuracy from which a net counts as having learned", show="%"
        ),
        "told.steps": setting(MOVES, "steps after which the layers' moves are compared"),
        "told.depth": setting(MOVED_DEPTH, "hidden layers"),
        "told.frozen": setting(FROZEN, "first layers that are frozen"),
        "told.seeds": setting(len(moved_seeds), "seeds of the compared moves"),
        "told.slower": setting(
            round(1 / SLOWER), "how many times smaller the small rate is", show=","
        ),
        "told.sgd.rate": setting(OPTIMIZERS["sgd"][2], "rate of SGD", show=".1f"),
        "told.adam.rate": setting(OPTIMIZERS["adam"][2], "rate of Adam", show=".3f"),
        "dead.depth": setting(DEPTH, "hidden layers"),
        "dead.width": setting(WIDTH, "units in each layer"),
        "dead.steps": setting(STEPS, "steps"),
        "dead.eps": setting(TINY, "ε far below every gradient", show="e1"),
        "warm.blocks": setting(BLOCKS, "post-norm residual blocks"),
        "warm.steps": setting(WARM_STEPS, "steps of Adam"),
        "warm.up": setting(WARM, "steps over which the rate rises"),
        "warm.learned_from": setting(
            ABOVE_CHANCE, "training accuracy from which a net has left chance behind", show="%"
        ),
    }
    for case, label in TOLD.items():
        for optimizer, (name, *_) in OPTIMIZERS.items():
            runs = each(_call, [(told, seed, case, optimizer) for seed in moved_seeds])
            where = f"{label}, {name}"
            what = "hidden layer from its start, relative to its norm"
            kept[f"told.{case}.{optimizer}"] = over_seeds(
                [m for m, _ in runs], f"distance of each {what}, {where}", rtol=DRAWN
            )
            for key, layer in (("first", 0), ("last", -1)):
                kept[f"told.{case}.{optimizer}.{key}"] = over_seeds(
                    [m[layer] for m, _ in runs],
                    f"distance of the {key} {what}, {where}",
                    rtol=DRAWN,
                )
        kept[f"told.{case}.bound"] = over_seeds(
            [b for _, b in runs],
            f"steps times Adam's rate over the rms of the weights, {label}",
            rtol=DRAWN,
        )
    for arm, found in zip(ARMS, each(_call, [(dead, arm, seeds) for arm in ARMS]), strict=True):
        label = ARMS[arm][3]
        # A net that learns is chaotic: last places grow over the steps.
        kept[f"dead.{arm}.accuracy"] = over_seeds(
            found["accuracy"], f"training accuracy of {label}", rtol=0.0, atol=0.25, show="%"
        )
        kept[f"dead.{arm}.learned"] = Measurement(
            sum(a >= LEARNED for a in found["accuracy"]),
            f"seeds that learn, {label}",
            n=len(seeds),
            rtol=0.0,
        )
        kept[f"dead.{arm}.moved"] = over_seeds(
            found["moved"],
            f"distance of layer 1 from its start, relative to its norm, {label}",
            rtol=0.3,
        )
        kept[f"dead.{arm}.undone"] = over_seeds(
            found["undone"],
            f"change of the loss when layer 1 is put back to where it began, {label}",
            rtol=0.6,
            atol=1e-11,
        )
    cases = [(rate, up) for rate in RATES for up in (0, WARM)]
    for (key, up), (accuracy, first, predicted) in zip(
        cases, each(_call, [(warm, RATES[rate], up, seeds) for rate, up in cases]), strict=True
    ):
        how, label = ("warmed", "with warm-up") if up else ("cold", "without warm-up")
        where = f"a post-norm net under Adam at rate {RATES[key]:g} {label}"
        kept[f"warm.rate.{key}"] = setting(
            RATES[key], "rate of Adam", show=f".{len(str(RATES[key])) - 2}f"
        )
        kept[f"warm.{key}.{how}.accuracy"] = over_seeds(
            accuracy, f"training accuracy of {where}", rtol=0.0, atol=0.5, show="%"
        )
        kept[f"warm.{key}.{how}.learned"] = Measurement(
            sum(a >= ABOVE_CHANCE for a in accuracy),
            f"seeds that leave chance behind, {where}",
            n=len(seeds),
            rtol=0.0,
        )
        if not up:
            kept[f"warm.{key}.first"] = Measurement(
                first,
                f"mean relative distance of the weights after the first step, {where}",
                rtol=DRAWN,
            )
            kept[f"warm.{key}.first.predicted"] = Measurement(
                predicted, f"rate over rms of the blocks' weights, {where}", rtol=DRAWN
            )
    return kept
