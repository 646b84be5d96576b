"""Sigmoid stacks whose weights have a mean of −c/n, n the fan-in: the signal against c, measured and predicted.

Weights are normal, with a standard deviation of DEVIATION/√n around that mean; biases are zero. The loss is the sum of the last
outputs, so the signal starts equal in all units; a negative mean keeps that share of it and little else.
If all units of a layer lie near one value a, each gives the next layer a' = σ(−c a), and the common part of the signal is
multiplied by c a'(1 − a'). At the steady state a = σ(−c a) that is one for c = 5.87 (`neutral`), whatever the depth. With the
spread of the weights: a mean m and a mean square q of the activations give pre-activations z ~ N(−c m, DEVIATION² q), and the
factor is c E[σ'(z)] (`predicted`).
Starts: `steady` inputs that lie around the steady state, `centered` inputs of mean zero, as data are usually scaled.
`training.…`: ten sigmoid layers on scikit-learn's digits from weights of mean zero and of mean −c/n, SGD with momentum.
"""

import functools
import math
import statistics
from dataclasses import dataclass

import numpy as np
import torch

from snippets.experiments._runs import each
from snippets.experiments._side_by_side import CLASSES, PIXELS, normals, output_layer, train
from snippets.experiments._stacks import norm
from snippets.experiments.slopes import expectation, solve
from snippets.measurement import Measurement, over_seeds, setting

WIDTH, DEPTHS, DEVIATION = 256, (10, 15, 30), 0.3
MEANS = (
    0.5,
    1.0,
    2.0,
    3.0,
    4.0,
    4.5,
    5.0,
    5.25,
    5.5,
    5.75,
    5.87,
    6.0,
    6.25,
    6.5,
    7.0,
    7.5,
    8.0,
    9.0,
    10.0,
)  # c; 5.87 is neutral
STARTS = {"steady": "inputs at the steady state", "centered": "inputs of mean zero"}
LAYERS, UNITS, BATCH, STEPS, MOMENTUM, RATES, LEARNED = 10, 32, 16, 600, 0.9, (0.1, 0.3), 0.15
GAIN = 1.0  # standard deviation of the trained weights times √n


@dataclass(frozen=True)
class Plan:
    """Seeds of the stacks and of the training."""

    seeds: tuple = tuple(range(20))
    rates: tuple = RATES


FULL, SPOT = (
    Plan(),
    Plan(seeds=(0, 1), rates=(0.1,)),
)  # the rate that the full search chooses for either mean


def steady(c: float) -> float:
    """The a with a = σ(−c a)."""
    return solve(lambda a: a - 1 / (1 + math.exp(c * a)), 0.0, 1.0)


@functools.cache
def neutral() -> float:
    """The c with c a (1 − a) = 1 at the steady state."""
    return solve(lambda c: c * steady(c) * (1 - steady(c)) - 1, 0.5, 10.0)


def entry(start: str) -> tuple[float, float]:
    """(mean, standard deviation) of the inputs."""
    return (steady(neutral()), 0.1) if start == "steady" else (0.0, 1.0)


def run(seed: int) -> dict:
    """Factor per layer for every start and depth, each a list over MEANS; and the common share of the signal."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    cases = [(start, c) for start in STARTS for c in MEANS]
    x = normal(1, WIDTH)
    x = (x - x.mean()) / x.std()
    h = torch.cat(
        [mean + deviation * x for mean, deviation in (entry(start) for start, _ in cases)]
    )
    c = torch.tensor([[c] for _, c in cases], dtype=torch.float64)
    states = []
    for _ in range(max(DEPTHS)):
        h = torch.sigmoid(
            DEVIATION / math.sqrt(WIDTH) * (h @ normal(WIDTH, WIDTH).T)
            - c * h.mean(1, keepdim=True)
        )
        h = h if states else h.detach().requires_grad_()
        states.append(h)
    found = {}
    for depth in DEPTHS:
        (signal,) = torch.autograd.grad(
            states[depth - 1], states[0], torch.ones_like(h), retain_graph=True
        )
        factor = [(norm(g) / math.sqrt(WIDTH)) ** (1 / (depth - 1)) for g in signal]
        common = (signal.sum(1).square() / WIDTH / signal.square().sum(1)).tolist()
        for i, start in enumerate(STARTS):
            rows = slice(i * len(MEANS), (i + 1) * len(MEANS))
            found[start, depth] = factor[rows]
            found[start, depth, "common"] = common[rows]
    return found


def predicted(start: str, c: float) -> dict[int, float]:
    """For every depth the geometric mean of c E[σ'(z)] over layers 2..depth."""
    mean, deviation = entry(start)
    square, logs = mean**2 + deviation**2, []
    for _ in range(max(DEPTHS)):
        middle, spread = -c * mean, DEVIATION * math.sqrt(square)

        def outputs(u, middle=middle, spread=spread):
            return torch.sigmoid(torch.tensor(middle + spread * u)).numpy()

        mean, square = expectation(outputs), expectation(lambda u: outputs(u) ** 2)
        logs.append(math.log(c * (mean - square)))
    return {depth: math.exp(statistics.fmean(logs[1:depth])) for depth in DEPTHS}


def trained(case: tuple[int, tuple]) -> dict:
    """Training accuracy of the ten-layer nets of one seed, for every mean and rate. case: (seed, rates)."""
    seed, rates = case
    drawn = normals(seed, [PIXELS, *[UNITS] * LAYERS, CLASSES])
    cases = [(kind, rate) for kind in ("zero", "negative") for rate in rates]
    nets = []
    for kind, _ in cases:
        c = neutral() if kind == "negative" else 0.0
        hidden = [GAIN * w / math.sqrt(w.shape[1]) - c / w.shape[1] for w in drawn[:-1]]
        nets.append(
            (
                [*hidden, output_layer(drawn[-1])],
                [torch.zeros(w.shape[0], dtype=torch.float64) for w in drawn],
            )
        )
    found = train(nets, [rate for _, rate in cases], torch.sigmoid, STEPS, BATCH, MOMENTUM)
    return dict(zip(cases, found, strict=True))


def measure(plan: Plan = FULL) -> dict[str, Measurement]:
    """Factors over c at every depth, their best c, and what training makes of it."""
    runs = each(run, plan.seeds)
    c = neutral()
    kept = {
        "width": setting(WIDTH, "units in each layer"),
        "seeds": setting(len(runs), "seeds of the stacks"),
        "deviation": setting(DEVIATION, "standard deviation of the weights times √n", show=".1f"),
        "means": setting(list(MEANS), "c, where the weights have the mean −c/n"),
        "neutral": Measurement(
            c, "c at which theory predicts a factor of one at the steady state", show="3"
        ),
        "steady": Measurement(
            steady(c), "output of a unit at the steady state of that c", show="3"
        ),
    }
    at = MEANS.index(round(c, 2))
    theory = {(start, c): predicted(start, c) for start in STARTS for c in MEANS}
    for depth in DEPTHS:
        kept[f"depth.{depth}"] = setting(depth, "layers of the stack")
        for start, told in STARTS.items():
            where = f"∂L/∂h over {depth} sigmoid layers, {told}"
            key = f"{start}.at{depth}"
            kept[f"{key}.factor"] = over_seeds(
                [r[start, depth] for r in runs], f"factor per layer of {where}, over c"
            )
            curve = [theory[start, c][depth] for c in MEANS]
            kept[f"{key}.predicted"] = Measurement(
                curve, f"factor per layer that theory predicts for {where}, over c"
            )
            kept[f"{key}.crossing"] = over_seeds(
                [crossing(r[start, depth]) for r in runs],
                f"c at which the factor is one, or largest where it never is, of {where}",
                show="3",
            )
            kept[f"{key}.crossing_predicted"] = Measurement(
                crossing(curve),
                f"c at which theory predicts a factor of one, or the largest, for {where}",
                show="3",
            )
            kept[f"{key}.near"] = over_seeds(
                [r[start, depth][at] for r in runs],
                f"factor per layer near the neutral c of {where}",
                show="3",
            )
        kept[f"common.at{depth}"] = over_seeds(
            [r["steady", depth, "common"][at] for r in runs],
            f"share of the squared signal that is equal in all units near the neutral c, over {depth} layers",
            show=".1%",
        )
    return kept | training(plan)


def crossing(factors: list[float]) -> float:
    """The c at which a curve over MEANS first reaches one, by linear interpolation; else that of its maximum, by a parabola."""
    for i in range(1, len(factors)):
        if factors[i] >= 1:
            return MEANS[i - 1] + (1 - factors[i - 1]) / (factors[i] - factors[i - 1]) * (
                MEANS[i] - MEANS[i - 1]
            )
    top = max(range(1, len(factors) - 1), key=factors.__getitem__)
    square, linear, _ = np.polyfit(MEANS[top - 1 : top + 2], factors[top - 1 : top + 2], 2)
    return float(-linear / (2 * square))


def training(plan: Plan) -> dict[str, Measurement]:
    """Accuracy after training from either mean, at its better rate."""
    runs = each(trained, [(seed, plan.rates) for seed in plan.seeds])
    kept = {
        "training.layers": setting(LAYERS, "sigmoid layers"),
        "training.width": setting(UNITS, "units in each layer"),
        "training.steps": setting(STEPS, "steps of SGD"),
        "training.seeds": setting(len(runs), "seeds of the training"),
        "training.learned.from": setting(
            LEARNED, "training accuracy from which a net counts as learning", show=".0%"
        ),
    }
    for kind, label in (("zero", "mean zero"), ("negative", "a negative mean")):
        best = max(plan.rates, key=lambda rate: statistics.median(r[kind, rate] for r in runs))
        found = [r[kind, best] for r in runs]
        kept[f"training.{kind}.accuracy"] = over_seeds(
            found,
            f"training accuracy after {STEPS} steps of {LAYERS} sigmoid layers from weights with {label}",
            show=".0%",
        )
        kept[f"training.{kind}.learned"] = Measurement(
            sum(a > LEARNED for a in found),
            f"seeds that learned something from weights with {label}",
            n=len(found),
            rtol=0,
        )
        kept[f"training.{kind}.rate"] = setting(
            best, f"learning rate from weights with {label}", show=".1f"
        )
    return kept
