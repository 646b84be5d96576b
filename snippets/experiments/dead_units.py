"""ReLU units that die under too large a learning rate, in which layers, and which of them come back.

A plain ReLU net with He initialization learns handwritten digits by plain SGD, once at a moderate and once at too large a
rate. Every CHECK steps a unit counts as dead if it is zero for every training digit. Nothing reaches a dead unit's own
weights. In the first layer the inputs never change, so dead is for good; in deeper layers the inputs do change.

From where the large rate ends, each net goes on at the moderate rate in three ways: every layer trains; every layer trains
with weight decay; and, for each layer in turn, the layers before it are frozen, so that its inputs stay as they are. Theory
is exact for the last one: no dead unit of that layer can come back. So it is for decay of weights and bias together, in
layer 1: a dead unit's w·x + b is multiplied by 1 − rate × decay at each step, and keeps its sign.

All in float64, and for so few steps that the last place, which differs from processor to processor, has not yet grown into
another unit alive or dead: AVX2 and plain instructions gave the same counts in all seeds.
"""

import copy
import functools

import torch
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, float64
from snippets.experiments.training import Classifier, digits
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH, STEPS, CHECK, AFTER = 5, 64, 64, 80, 5, 50
RATES = {"moderate": 0.1, "large": 0.5}
DECAY = 0.01
SEEDS, SPOT = range(20), range(2)
WAYS = {
    "train": "every layer trains on",
    "decay": "every layer trains on with weight decay",
    "frozen": "the layers before it are frozen",
}
SLACK = {
    "rtol": 0.0,
    "atol": 3,
}  # pooled counts: room for three units to flip on a processor that was not tried


@functools.cache
def data() -> tuple:
    """Digits as float64 of shape (n, 64), and their labels."""
    x, y, _, _ = digits()
    return x.double(), y


def dead(net, x) -> tuple[list, float]:
    """(for each hidden layer which units are zero for every input: boolean tensors of length WIDTH, the logits)."""
    with torch.no_grad():
        *states, logits = net(x)
    return [(h <= 0).all(dim=0) for h in states], logits


def sgd(net, rate: float, steps: int, draw: torch.Generator, decay: float = 0.0):
    """Take `steps` steps of plain SGD on batches of digits, yielding before each and after the last."""
    x, y = data()
    optimizer = torch.optim.SGD(
        [p for p in net.parameters() if p.requires_grad], lr=rate, weight_decay=decay
    )
    for step in range(steps + 1):
        yield step
        if step < steps:
            rows = torch.randint(len(x), (BATCH,), generator=draw)
            optimizer.zero_grad()
            F.cross_entropy(net(x[rows])[-1], y[rows]).backward()
            optimizer.step()


def go_on(net, seed: int, decay: float = 0.0, frozen: int = 0) -> list:
    """The units dead in a copy of net after AFTER further steps at the moderate rate, its first `frozen` layers held still."""
    net = copy.deepcopy(net)
    for layer in net.layers[:frozen]:
        layer.requires_grad_(False)
    for _ in sgd(net, RATES["moderate"], AFTER, torch.Generator().manual_seed(1000 + seed), decay):
        pass
    return dead(net, data()[0])[0]


def run(case: tuple[int, str]) -> dict:
    """Train one net; dead units at the start, ever and at the end, by layer; after the large rate, who comes back in each way."""
    seed, rate = case
    x, y = data()
    with float64():
        torch.manual_seed(seed)
        net = Classifier(Stack(DEPTH, WIDTH, "relu", "he"))
    seen = []
    for step in sgd(net, RATES[rate], STEPS, torch.Generator().manual_seed(seed)):
        if step % CHECK == 0:
            now, logits = dead(net, x)
            seen.append(now)
    ever = [torch.stack(layer).any(0) for layer in zip(*seen, strict=True)]
    found = {
        "start": shares(seen[0]),
        "end": shares(now),
        "died": counts(ever),
        "back": counts(e & ~n for e, n in zip(ever, now, strict=True)),
        "accuracy": (logits.argmax(1) == y).double().mean().item(),
    }
    if rate == "large":
        train, decay = go_on(net, seed), go_on(net, seed, decay=DECAY)
        frozen = [train[0], *(go_on(net, seed, frozen=layer)[layer] for layer in range(1, DEPTH))]
        found["left"] = counts(now)
        for way, after in zip(WAYS, (train, decay, frozen), strict=True):
            found[way] = counts(n & ~a for n, a in zip(now, after, strict=True))
    return found


def counts(layers) -> list[int]:
    """How many units of each layer."""
    return [units.sum().item() for units in layers]


def shares(layers) -> list[float]:
    """Which share of the units of each layer."""
    return [units.double().mean().item() for units in layers]


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Dead and revived units by layer, at both rates, and after the rate was lowered."""
    cases = [(seed, rate) for rate in RATES for seed in seeds]
    found = dict(zip(cases, each(run, cases), strict=True))
    kept = {
        "depth": setting(DEPTH, "hidden layers"),
        "width": setting(WIDTH, "units in each hidden layer"),
        "steps": setting(STEPS, "steps of SGD"),
        "after": setting(AFTER, "steps of SGD after the rate was lowered"),
        "batch": setting(BATCH, "digits in a batch"),
        "check": setting(CHECK, "steps between two checks for dead units"),
        "decay": setting(DECAY, "weight decay", show=".2f"),
        "seeds": setting(len(seeds), "seeds of the nets whose dead units are counted"),
        "units": setting(len(seeds) * WIDTH, "units of one layer, all seeds", show=","),
    }
    for rate, value in RATES.items():
        kept[f"{rate}.rate"] = setting(value, f"{rate} learning rate of SGD", show=".1f")
        kept |= counted(rate, [found[seed, rate] for seed in seeds])
    return kept | lowered([found[seed, "large"] for seed in seeds])


def pooled(runs: list[dict], part: str, what: str) -> dict[str, Measurement]:
    """A count by layer, for layer 1 and for the deeper layers together, over all seeds; exact for layer 1 where theory is."""
    by_layer = [sum(r[part][layer] for r in runs) for layer in range(DEPTH)]

    def count(value: int, where: str, **slack) -> Measurement:
        return Measurement(value, f"units of {where} {what}, all seeds", n=len(runs), **slack)

    exact = {
        "rtol": 0.0
    }  # nothing that a dead unit of layer 1 depends on changes, nor any behind frozen layers
    first = exact if part in ("back", *WAYS) else SLACK
    kept = {
        "first": count(by_layer[0], "layer 1", **first),
        "deeper": count(sum(by_layer[1:]), "deeper layers", **SLACK),
    }
    for layer, value in enumerate(by_layer, 1):
        kept[f"layer{layer}"] = count(
            value,
            f"layer {layer}",
            **(first if layer == 1 else exact if part == "frozen" else SLACK),
        )
    return kept


def counted(rate: str, runs: list[dict]) -> dict[str, Measurement]:
    """Shares over seeds, and pooled over seeds the units that died and came back."""
    where = f"in each hidden layer at the {rate} rate"
    slack = {"rtol": 0.0, "atol": 2 / WIDTH}
    kept = {
        f"{rate}.start": over_seeds(
            [r["start"] for r in runs], f"share of dead units before training, {where}", **slack
        ),
        f"{rate}.end": over_seeds(
            [r["end"] for r in runs], f"share of dead units after training, {where}", **slack
        ),
        f"{rate}.accuracy": over_seeds(
            [r["accuracy"] for r in runs],
            f"training accuracy after training at the {rate} rate",
            rtol=0,
            atol=0.02,
            show=".0%",
        ),
    }
    for part, what in {
        "died": "seen dead",
        "back": "that were seen dead and are alive at the end,",
    }.items():
        kept |= {
            f"{rate}.{part}.{key}": m
            for key, m in pooled(runs, part, f"{what} at the {rate} rate").items()
        }
    died, back = (sum(sum(r[part][1:]) for r in runs) for part in ("died", "back"))
    kept[f"{rate}.back.share"] = Measurement(
        back / max(died, 1),
        f"share of the dead units of deeper layers that are alive at the end at the {rate} rate, all seeds",
        n=len(runs),
        rtol=0,
        atol=0.03,
        show=".0%",
    )
    return kept


def lowered(runs: list[dict]) -> dict[str, Measurement]:
    """Units dead when the rate was lowered, and those of them that are alive after going on in each of the ways."""
    kept = {
        f"left.{key}": m for key, m in pooled(runs, "left", "dead when the rate is lowered").items()
    }
    for way, label in WAYS.items():
        kept |= {
            f"{way}.{key}": m
            for key, m in pooled(
                runs, way, f"dead when the rate was lowered and alive later, {label}"
            ).items()
        }
    return kept
