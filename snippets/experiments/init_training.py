"""Whether twenty ReLU layers learn, from weights of eight kinds: ReLU nets on scikit-learn's digits.

Starts: nn.Linear's own uniform weights and biases; normal weights with √(n Var W) from Xavier's 1 over He's √2 to twice He's,
n the fan-in; orthogonal matrices, as they are and times √2. Biases are zero except for the first kind; the output layer is the
same for all. Every start gets the one of RATES with the highest median accuracy over SEARCH_SEEDS, which are used for nothing
else. SGD with momentum, float64.
`<start>.reached` is what theory leaves of a signal over the hidden layers: (√(n Var W) / √2) to the power of their number.
"""

import math
import statistics
from dataclasses import dataclass, field

import torch

from snippets.experiments._runs import each
from snippets.experiments._side_by_side import CLASSES, PIXELS, normals, output_layer, train
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH, STEPS, MOMENTUM = 20, 32, 16, 300, 0.9
RATES, SEARCH_SEEDS = (0.001, 0.003, 0.01), (100, 101, 102, 103)
LEARNED = (
    0.15  # nets either stay within a few percent of chance, which is a tenth, or leave it behind
)
STARTS = {
    "default": ("nn.Linear's default weights", math.sqrt(1 / 3)),
    "xavier": ("Xavier weights", 1.0),
    "between": ("normal weights between Xavier's and He's", 1.2),
    "he": ("He weights", math.sqrt(2)),
    "above": ("normal weights somewhat above He's", 1.7),
    "double": ("normal weights of twice He's standard deviation", 2 * math.sqrt(2)),
    "orthogonal": ("orthogonal weights", 1.0),
    "orthogonal_he": ("orthogonal weights times √2", math.sqrt(2)),
}


@dataclass(frozen=True)
class Plan:
    """Which seeds are trained, and among which rates each start's own is searched."""

    seeds: tuple = tuple(range(20))
    rates: dict = field(default_factory=lambda: dict.fromkeys(STARTS, RATES))


FULL = Plan()
# The tests train two of the seeds, at the rates that the full search chooses.
CHOSEN = {
    "default": 0.001,
    "xavier": 0.001,
    "between": 0.01,
    "he": 0.003,
    "above": 0.001,
    "double": 0.001,
    "orthogonal": 0.001,
    "orthogonal_he": 0.003,
}
SPOT = Plan(seeds=(0, 1), rates={name: (rate,) for name, rate in CHOSEN.items()})


def start(name: str, seed: int) -> tuple[list, list]:
    """Weights and biases of one net."""
    drawn = normals(seed, [PIXELS, *[WIDTH] * DEPTH, CLASSES])
    gain = STARTS[name][1]
    biases = [torch.zeros(w.shape[0], dtype=torch.float64) for w in drawn]
    if name == "default":
        generator = torch.Generator().manual_seed(seed)

        def uniform(*shape, fan_in):
            return (
                2 * torch.rand(*shape, generator=generator, dtype=torch.float64) - 1
            ) / math.sqrt(fan_in)

        hidden = [uniform(*w.shape, fan_in=w.shape[1]) for w in drawn[:-1]]
        biases[:-1] = [uniform(w.shape[0], fan_in=w.shape[1]) for w in drawn[:-1]]
    elif name.startswith("orthogonal"):
        hidden = [gain * orthogonal(w) for w in drawn[:-1]]
    else:
        hidden = [gain * w / math.sqrt(w.shape[1]) for w in drawn[:-1]]
    return [*hidden, output_layer(drawn[-1])], biases


def orthogonal(normal: torch.Tensor) -> torch.Tensor:
    """Orthonormal rows or columns, whichever are fewer, uniformly drawn (as nn.init.orthogonal_ does it), from normal numbers."""
    tall = normal if normal.shape[0] >= normal.shape[1] else normal.T
    q, r = torch.linalg.qr(tall)
    q = q * r.diagonal().sign()
    return q if tall is normal else q.T


def run(case: tuple[int, dict]) -> dict:
    """Training accuracy of every start and rate for one seed. case: (seed, rates of each start)."""
    seed, rates = case
    cases = [(name, rate) for name in STARTS for rate in rates[name]]
    drawn = {name: start(name, seed) for name in STARTS}
    found = train(
        [drawn[name] for name, _ in cases],
        [rate for _, rate in cases],
        torch.relu,
        STEPS,
        BATCH,
        MOMENTUM,
    )
    return dict(zip(cases, found, strict=True))


def chosen(plan: Plan) -> dict[str, float]:
    """The rate of every start: the one with the highest median accuracy over the search seeds, the smallest where they tie."""
    if all(len(rates) == 1 for rates in plan.rates.values()):
        return {name: rates[0] for name, rates in plan.rates.items()}
    runs = each(run, [(seed, plan.rates) for seed in SEARCH_SEEDS])
    return {
        name: max(rates, key=lambda rate: statistics.median(r[name, rate] for r in runs))
        for name, rates in plan.rates.items()
    }


def measure(plan: Plan = FULL) -> dict[str, Measurement]:
    """Rate chosen, accuracy and count of nets that learned for every start."""
    rates = chosen(plan)
    runs = each(
        run, [(seed, {name: (rate,) for name, rate in rates.items()}) for seed in plan.seeds]
    )
    kept = {
        "depth": setting(DEPTH, "hidden layers"),
        "width": setting(WIDTH, "units in each hidden layer"),
        "seeds": setting(len(runs), "seeds of each start"),
        "steps": setting(STEPS, "steps of SGD"),
        "rates": setting(len(RATES), "learning rates tried for each start"),
        "learned.from": setting(
            LEARNED, "training accuracy from which a net counts as learning", show=".0%"
        ),
    }
    for name, (label, gain) in STARTS.items():
        found = [r[name, rates[name]] for r in runs]
        # Accuracies are chaotic in the last places alone: with AVX2 and with plain instructions they came out alike.
        kept[f"{name}.gain"] = setting(round(gain, 6), f"√(n Var W) of {label}", show="3")
        kept[f"{name}.rate"] = setting(
            rates[name], f"learning rate of the {STEPS} steps from {label}", show=".3f"
        )
        kept[f"{name}.accuracy"] = over_seeds(
            found, f"training accuracy after {STEPS} steps from {label}", show=".0%"
        )
        kept[f"{name}.learned"] = Measurement(
            sum(a > LEARNED for a in found),
            f"seeds that learned something in {STEPS} steps from {label}",
            n=len(found),
            rtol=0,
        )
        kept[f"{name}.reached"] = Measurement(
            (gain / math.sqrt(2)) ** DEPTH,
            f"share of ∂L/∂h that theory leaves over {DEPTH} ReLU layers, {label}",
        )
    return kept
