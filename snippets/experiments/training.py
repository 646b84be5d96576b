"""Thirty hidden layers learn, or do not learn, real handwritten digits: six nets under the same conditions.

Data: scikit-learn's handwritten digits (64 pixels, ten classes), a fifth held out, shifted and scaled by the training
set's one mean and standard deviation. Nets: thirty hidden layers of 64 units and a linear output with nn.Linear's default
initialization; they differ in the hidden layers alone. The BatchNorm net has He initialization like the plain ReLU net
beside it, so the two differ in the normalization alone. The residual net's branches are scaled by 1/√depth.
Training: cross entropy, SGD with momentum, the same number of epochs for every net, float32 as usual. Every net is given
its own best rate out of RATES, the same for all nets: the one with the lowest training loss at the end (mean of the last
TAIL epochs and of SEARCH_SEEDS, which are used for nothing else); where rates tie within TIE, the largest of them, so
that a net that learns at no rate is shown at the one that could move it most. Loss and accuracy are taken in evaluation
mode after each epoch; how far a layer has moved, ‖W − W₀‖ / ‖W₀‖, and the first batch's gradients in float64.
For one seed of the nets in SHOWN the entries of ∂L/∂W are kept as histograms at four moments, always of that first batch.
"""

import copy
import functools
import statistics
from dataclasses import dataclass, field

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, gradients, norm
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH, EPOCHS, MOMENTUM, TEST_SHARE = 30, 64, 64, 20, 0.9, 0.2
WATCHED = (1, 10, 20, 30)
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
SEARCH_SEEDS, TAIL, TIE = (100, 101), 5, 0.01
MOMENTS = {
    "start": "before training",
    "first": "after the first epoch",
    "quarter": "after a quarter of the epochs",
    "end": "after the last epoch",
}
SHOWN = ("sigmoid", "bn", "res_scaled")
BINS = torch.arange(-34, 2.1, 0.5, dtype=torch.float64)  # edges of the histograms: powers of ten
LEARNED = 0.5  # far from chance and from what nets that learn reach, so that the count does not hang on the last batch
# How far a re-measurement may be off. The nets that learn are chaotic: the five seeds trained with AVX2 and with plain
# instructions, which differ in the last place alone, came apart by up to half of what stands here (loss and accuracies
# after the last epoch, in the worst seed; twice as far in between, hence twice the slack for whole curves; movement and
# the first batch's signal relatively). The nets that are stuck agreed to every digit kept. Weights are drawn in float32,
# so the first batch's signal differs in the last places too, and BatchNorm amplifies that.
TOLERANCES = {
    "sigmoid": {"loss": 1e-3, "accuracy": 5e-3, "test": 5e-3, "moved": 1e-3, "signal": 1e-4},
    "tanh": {"loss": 0.9, "accuracy": 0.17, "test": 0.14, "moved": 0.3, "signal": 1e-4},
    "relu": {"loss": 1e-3, "accuracy": 5e-3, "test": 5e-3, "moved": 1e-3, "signal": 1e-4},
    "relu_he": {"loss": 0.5, "accuracy": 0.18, "test": 0.19, "moved": 0.3, "signal": 3e-3},
    "bn": {"loss": 0.4, "accuracy": 0.18, "test": 0.16, "moved": 0.3, "signal": 0.07},
    "res_scaled": {"loss": 0.05, "accuracy": 0.01, "test": 0.02, "moved": 0.02, "signal": 1e-4},
}
# Likewise for the histograms' shares, and for the medians relatively; at the start as for the first batch's signal.
SHARES = {"sigmoid": 1e-3, "bn": 0.35, "res_scaled": 0.05}
MEDIANS = {"sigmoid": 1e-3, "bn": 2.0, "res_scaled": 0.7}
LARGE = (
    3.0  # more than chance: what the search counts for a run that diverged, or ended still higher
)
NETS = {
    "sigmoid": (
        "sigmoid, nn.Linear's default initialization",
        lambda depth: Stack(depth, WIDTH, "sigmoid"),
    ),
    "tanh": ("tanh, Xavier initialization", lambda depth: Stack(depth, WIDTH, "tanh", "xavier")),
    "relu": ("ReLU, nn.Linear's default initialization", lambda depth: Stack(depth, WIDTH, "relu")),
    "relu_he": ("ReLU, He initialization", lambda depth: Stack(depth, WIDTH, "relu", "he")),
    "bn": (
        "ReLU with BatchNorm, He initialization",
        lambda depth: Stack(depth, WIDTH, "relu", "he", norm=nn.BatchNorm1d),
    ),
    "res_scaled": (
        "residual ReLU with branches scaled by 1/√depth, He initialization",
        lambda depth: Stack(depth, WIDTH, "relu", "he", skip=depth**-0.5),
    ),
}


@dataclass(frozen=True)
class Case:
    """One training run: which net, how deep, at which rate, from which seed."""

    net: str
    rate: float
    seed: int
    depth: int = DEPTH
    epochs: int = EPOCHS


@dataclass(frozen=True)
class Plan:
    """What is run: seeds of the training, seeds and rates of the search for each net's rate, and for how long.

    learned: the training accuracy from which on a net counts as having learned. slack: a net's share of its TOLERANCES.
    """

    seeds: tuple = (0, 1, 2, 3, 4)
    search_seeds: tuple = SEARCH_SEEDS
    rates: dict = field(default_factory=lambda: dict.fromkeys(NETS, RATES))
    epochs: int = EPOCHS
    learned: float = LEARNED
    slack: dict = field(default_factory=lambda: dict.fromkeys(NETS, 1.0))


FULL = Plan()
# The tests train one of the seeds at the rate that the full search chooses for each net, through the first fifth of its
# epochs; that run stands for its own search as well. By then the nets that learn are far from chance, if not yet at LEARNED.
# So early the two kinds of instructions agree on tanh to 1e-5 and on the residual net to 1e-4. BatchNorm's run ends where its
# loss still leaps, so all of it gets the slack of whole curves.
SPOT = Plan(
    seeds=(0,),
    search_seeds=(0,),
    epochs=EPOCHS // 5,
    learned=0.2,
    slack=dict.fromkeys(NETS, 1.0) | {"tanh": 0.01, "res_scaled": 0.05, "bn": 2.0},
    rates={
        "sigmoid": (0.3,),
        "tanh": (0.01,),
        "relu": (0.3,),
        "relu_he": (0.001,),
        "bn": (0.01,),
        "res_scaled": (0.1,),
    },
)


class Classifier(nn.Module):
    """A stack and a linear output; a call returns the hidden states and the logits."""

    def __init__(self, stack: Stack):
        super().__init__()
        self.stack, self.out = stack, nn.Linear(WIDTH, 10)
        self.layers = stack.layers

    def forward(self, x):
        """Hidden states and logits for pixels x of shape (batch, 64)."""
        states = self.stack(x)
        return [*states, self.out(states[-1])]


@functools.cache
def digits() -> tuple:
    """(training inputs, training labels, test inputs, test labels): float32 of shape (n, 64) and int64."""
    x, y = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x, y, test_size=TEST_SHARE, random_state=0, stratify=y)
    mean, sd = x.mean(), x.std()
    return tuple(
        torch.tensor(a, dtype=t)
        for a, t in (
            ((x - mean) / sd, torch.float32),
            (y, torch.int64),
            ((x_test - mean) / sd, torch.float32),
            (y_test, torch.int64),
        )
    )


def scores(net, x, y) -> tuple[float, float]:
    """(cross entropy, accuracy) in evaluation mode."""
    net.eval()
    with torch.no_grad():
        logits = net(x)[-1]
        found = F.cross_entropy(logits, y).item(), (logits.argmax(1) == y).float().mean().item()
    net.train()
    return found


def first_batch(net, x, y) -> tuple[list[float], list[float]]:
    """Norms of dL/dh and of dL/dW in each hidden layer for one batch, float64; the net is left as it was."""
    _, signal, weights = gradients(
        copy.deepcopy(net).double(), x.double(), lambda logits: F.cross_entropy(logits, y)
    )
    return signal[:-1], weights


def sizes(net, x, y) -> dict[int, tuple[list[float], float]]:
    """How large the entries of dL/dW are in the watched layers for one batch, in float64: layer -> (histogram, median).

    The histogram holds the share of all entries whose absolute value lies in each of BINS; exact zeros lie in none.
    """
    net = copy.deepcopy(net).double()
    F.cross_entropy(net(x.double())[-1], y).backward()
    found = {}
    for layer in [layer for layer in WATCHED if layer <= len(net.layers)]:
        powers = net.layers[layer - 1].weight.grad.abs().log10().flatten()
        counts = torch.histogram(powers.clamp(BINS[0], BINS[-1])[powers.isfinite()], BINS).hist
        found[layer] = (counts / len(powers)).tolist(), powers[powers.isfinite()].median().item()
    return found


def moments(epochs: int) -> dict[str, int]:
    """Which epoch each of MOMENTS follows; 0 is before the first."""
    return {"start": 0, "first": 1, "quarter": epochs // 4, "end": epochs}


def train(case: Case) -> dict:
    """Train one net and return what was seen after each epoch (0 is before the first)."""
    x, y, x_test, y_test = digits()
    torch.manual_seed(case.seed)
    net = Classifier(NETS[case.net][1](case.depth))
    start = [layer.weight.detach().clone() for layer in net.layers]
    optimizer = torch.optim.SGD(net.parameters(), lr=case.rate, momentum=MOMENTUM, fused=True)
    order = torch.randperm(len(x))
    looked_at = order[:BATCH]
    signal, weights = first_batch(net, x[looked_at], y[looked_at])
    seen = {
        "loss": [],
        "accuracy": [],
        "test": [],
        "moved": [],
        "signal": signal,
        "weights": weights,
        "entries": {},
    }
    for epoch in range(case.epochs + 1):
        loss, accuracy = scores(net, x, y)
        seen["loss"].append(loss)
        seen["accuracy"].append(accuracy)
        seen["test"].append(scores(net, x_test, y_test)[1])
        seen["moved"].append(
            [
                norm(layer.weight.detach().double() - w) / norm(w)
                for layer, w in zip(net.layers, start, strict=True)
            ]
        )
        for moment in [name for name, after in moments(case.epochs).items() if after == epoch]:
            seen["entries"][moment] = sizes(net, x[looked_at], y[looked_at])
        if epoch == case.epochs or loss != loss:
            break
        for rows in order.split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(net(x[rows])[-1], y[rows]).backward()
            optimizer.step()
        order = torch.randperm(len(x))
    return seen


def tail(seen: dict) -> float:
    """Mean training loss of the last epochs; LARGE where it is larger or not a number."""
    loss = statistics.fmean(seen["loss"][-TAIL:])
    return min(loss, LARGE) if loss == loss else LARGE


def best(rates: tuple, losses: list[float]) -> float:
    """The largest of the rates whose loss ties with the lowest."""
    return max(
        rate for rate, loss in zip(rates, losses, strict=True) if loss <= min(losses) * (1 + TIE)
    )


def search_cases(plan: Plan) -> list[Case]:
    """One run for every net, rate and search seed."""
    return [
        Case(net, rate, seed, epochs=plan.epochs)
        for net in NETS
        for rate in plan.rates[net]
        for seed in plan.search_seeds
    ]


def search(plan: Plan, seen: dict[Case, dict]) -> dict[str, list[float]]:
    """Mean tail loss over the search seeds of every net at each of its rates."""
    losses = {case: tail(seen[case]) for case in search_cases(plan)}
    return {
        net: [
            statistics.fmean(
                losses[Case(net, rate, seed, epochs=plan.epochs)] for seed in plan.search_seeds
            )
            for rate in plan.rates[net]
        ]
        for net in NETS
    }


def run_all(cases: list[Case], seen: dict[Case, dict]) -> dict[Case, dict]:
    """What was seen in every case; those that were run before are not run again."""
    new = [case for case in cases if case not in seen]
    return seen | dict(zip(new, each(train, new), strict=True))


def decimals(rate: float) -> str:
    """The format that shows a rate as it is written."""
    return f".{len(str(rate)) - 2}f"


def settings(plan: Plan) -> dict[str, Measurement]:
    """The choices of the experiment, and what chance alone would reach on its data."""
    _, y, _, y_test = digits()
    shares, test_shares = (torch.bincount(labels).double() / len(labels) for labels in (y, y_test))
    return {
        "depth": setting(DEPTH, "hidden layers"),
        "width": setting(WIDTH, "units in each hidden layer"),
        "batch": setting(BATCH, "digits in a batch"),
        "epochs": setting(plan.epochs, "epochs of training"),
        "epochs.quarter": setting(
            moments(plan.epochs)["quarter"], "epochs after which gradients were looked at again"
        ),
        "momentum": setting(MOMENTUM, "momentum of SGD", show=".1f"),
        "seeds": setting(len(plan.seeds), "seeds of the training"),
        "search.seeds": setting(
            len(plan.search_seeds), "other seeds with which each net's rate was chosen"
        ),
        "search.rates": setting(len(RATES), "rates tried for each net"),
        "learned.from": setting(
            plan.learned,
            "training accuracy from which on a net counts as having learned",
            show=".0%",
        ),
        "digits.train": setting(len(y), "digits to train on"),
        "digits.test": setting(len(y_test), "digits held out"),
        "digits.classes": setting(len(shares), "classes of digits"),
        "chance.accuracy": Measurement(
            shares.max().item(),
            "training accuracy of always naming the most common class",
            show=".0%",
        ),
        "chance.test": Measurement(
            test_shares.max().item(), "test accuracy of naming the best single class", show=".0%"
        ),
        "chance.loss": Measurement(
            -(shares * shares.log()).sum().item(),
            "training loss of the best prediction that ignores the input",
        ),
    } | {
        f"rates.{place}": setting(rate, "learning rate tried for every net", show=decimals(rate))
        for place, rate in enumerate(RATES, 1)
    }


def learning(net: str, runs: list[dict], plan: Plan) -> dict[str, Measurement]:
    """Loss and accuracy over epochs, and in how many seeds the net learned."""
    label = NETS[net][0]
    kept = {
        f"{net}.learned": Measurement(
            sum(r["accuracy"][-1] >= plan.learned for r in runs),
            f"seeds in which the net has learned after the last epoch: {label}",
            n=len(runs),
            rtol=0,
        )
    }
    for part, named in {
        "loss": "training loss",
        "accuracy": "training accuracy",
        "test": "test accuracy",
    }.items():
        slack, show = TOLERANCES[net][part] * plan.slack[net], "" if part == "loss" else ".0%"
        # BatchNorm's loss leaps in the first epochs, now higher, now lower: two threads nearly doubled one entry.
        loose = 1.8 if part == "loss" and net == "bn" else 0.0
        kept[f"{net}.{part}"] = over_seeds(
            [r[part] for r in runs],
            f"{named} after each epoch, from none: {label}",
            rtol=loose,
            atol=2 * slack,
        )
        kept[f"{net}.{part}.final"] = over_seeds(
            [r[part][-1] for r in runs],
            f"{named} after the last epoch: {label}",
            rtol=0,
            atol=slack,
            show=show,
        )
    return kept


def movement(net: str, runs: list[dict], plan: Plan) -> dict[str, Measurement]:
    """How far each layer's weights have moved, relative to where they began."""
    label, slack = NETS[net][0], TOLERANCES[net]["moved"] * plan.slack[net]
    distance = "distance of the weights from where they began, relative to their norm"
    kept = {
        f"{net}.moved": over_seeds(
            [r["moved"][-1] for r in runs],
            f"{distance}, in each layer after the last epoch: {label}",
            rtol=slack,
            atol=1e-9,
        ),
        f"{net}.unmoved": over_seeds(
            [sum(m == 0 for m in r["moved"][-1]) for r in runs],
            f"layers whose weights are bit for bit where they began: {label}",
            rtol=0,
            atol=2,
        ),
    }
    for layer in WATCHED:
        kept[f"{net}.moved.layer{layer}"] = over_seeds(
            [[m[layer - 1] for m in r["moved"]] for r in runs],
            f"{distance}, layer {layer} after each epoch, from none: {label}",
            rtol=2 * slack,
            atol=1e-9,
        )
        kept[f"{net}.moved.layer{layer}.final"] = over_seeds(
            [r["moved"][-1][layer - 1] for r in runs],
            f"{distance}, layer {layer} after the last epoch: {label}",
            rtol=slack,
            atol=1e-9,
        )
    return kept


def beginning(net: str, runs: list[dict]) -> dict[str, Measurement]:
    """The gradients of the first batch, before any step."""
    label, slack = NETS[net][0], TOLERANCES[net]["signal"]
    shares = [[s / r["signal"][-1] for s in r["signal"]] for r in runs]
    return {
        f"{net}.signal": over_seeds(
            shares,
            f"norm of ∂L/∂h in the first batch after each layer, 1 after the last: {label}",
            rtol=slack,
        ),
        f"{net}.signal.first": over_seeds(
            [s[0] for s in shares],
            f"norm of ∂L/∂h in the first batch after layer 1, as a share of the last layer's: {label}",
            rtol=slack,
        ),
        f"{net}.weights": over_seeds(
            [r["weights"] for r in runs],
            f"norm of ∂L/∂W in each layer in the first batch: {label}",
            rtol=slack,
        ),
    }


def entries(net: str, run: dict) -> dict[str, Measurement]:
    """The sizes of the entries of ∂L/∂W in the watched layers, at each of MOMENTS, for one seed."""
    label, at_start = NETS[net][0], TOLERANCES[net]["signal"]
    kept = {}
    for moment, when in MOMENTS.items():
        share_slack, median_slack = (
            (at_start, at_start) if moment == "start" else (SHARES[net], MEDIANS[net])
        )
        for layer, (shares, median) in run["entries"][moment].items():
            where, key = f"in layer {layer} {when}: {label}", f"{net}.entries.layer{layer}.{moment}"
            kept[key] = Measurement(
                shares,
                f"share of the entries of ∂L/∂W in each half decade {where}",
                n=1,
                rtol=0,
                atol=share_slack,
            )
            kept[f"{key}.zero"] = Measurement(
                1 - sum(shares),
                f"share of the entries of ∂L/∂W that are exactly zero {where}",
                n=1,
                rtol=0,
                atol=share_slack,
                show=".0%",
            )
            kept[f"{key}.median"] = Measurement(
                10**median,
                f"median size of the entries of ∂L/∂W that are not zero {where}",
                n=1,
                rtol=median_slack,
            )
    return kept


def measure(plan: Plan = FULL) -> dict[str, Measurement]:
    """Search each net's rate, train it with every seed at that rate, and keep what was seen."""
    seen = run_all(search_cases(plan), {})
    losses = search(plan, seen)
    rates = {net: best(plan.rates[net], losses[net]) for net in NETS}
    cases = {
        (net, seed): Case(net, rates[net], seed, epochs=plan.epochs)
        for net in NETS
        for seed in plan.seeds
    }
    seen = run_all(list(cases.values()), seen)
    kept = settings(plan) | {
        "bins": Measurement(
            BINS.tolist(), "edges of the histograms, as powers of ten", kind="setting", rtol=0
        )
    }
    for net, (label, _) in NETS.items():
        runs = [seen[cases[net, seed]] for seed in plan.seeds]
        kept[f"{net}.rate"] = setting(
            rates[net], f"learning rate chosen for the net: {label}", show=decimals(rates[net])
        )
        kept[f"{net}.search"] = Measurement(
            losses[net],
            f"training loss at the end with each rate tried: {label}",
            n=len(plan.search_seeds),
            rtol=0.5,
            atol=1.0,
        )
        kept |= learning(net, runs, plan) | movement(net, runs, plan) | beginning(net, runs)
        if net in SHOWN:
            kept |= entries(net, runs[0])
    return kept
