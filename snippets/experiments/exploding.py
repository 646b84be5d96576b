"""Factors per layer above one: profiles, the depths at which number formats overflow, and nets in training.

Profiles: bias-free ReLU stacks with He weights times γ. ReLU is positively homogeneous, so γ multiplies every factor: theory is
γ^(layers above) times the profile with γ = 1, exactly and for every seed.

Overflow by arithmetic: the first power of a factor that a format can't hold, multiplied up in that format, beside
⌊ln(largest) / ln(factor)⌋ + 1; and what LONG factors of its inverse leave.

Overflow in nets, in the format itself: ReLU stacks as above, from the input: the first layer with an infinite output, and the
first depth at which the mean of the squared outputs is infinite. Predicted from the arithmetic, for outputs that start near
one: the depth L at which γ^L, and γ^(2L), pass the largest number. tanh stacks with σ_w = CHAOTIC can't overflow forward.

Training: nets of TRAINED.depth layers on handwritten digits by plain SGD in float32 (overflow is the subject). What is kept of
these chaotic runs is counted: in how many seeds the loss becomes NaN or infinite, and in how many the net learns.
"""

import functools
import math
import statistics

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, float64, initialize, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.factors import first_depth, limits
from snippets.experiments.training import Classifier, digits
from snippets.measurement import Measurement, over_seeds, setting

WIDTH, DEPTH, BATCH = 128, 30, 8
FACTORS = {"half": 1 / 2, "two_thirds": 2 / 3, "one": 1.0, "three_halves": 3 / 2, "two": 2.0}
GROWING = {"eleven_tenths": 1.1, "three_halves": 1.5, "two": 2.0, "ten": 10.0}
FORMATS = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}
DEEPEST = {"float16": 60, "float32": 300}
LONG = 2000
CHAOTIC, SIDE, DIGITS, LAYERS, STEPS = 4.0, 64, 64, 20, 60
SEEDS, RUNS = range(40), range(6)
SPOT = range(4)
RATES = {"usual": 0.3, "hundredth": 0.003, "huge": 30.0}
THRESHOLD, LEARNED = 1.0, 0.5
NUDGE = 1e-4
NETS = {
    "healthy": "ReLU net with skips, He initialization, branches scaled by 1/√depth",
    "relu": "plain ReLU net, He weights times 1.5",
    "skip": "ReLU net with unscaled skips, nn.Linear's default initialization",
    "tanh": "plain tanh net, σ_w = 4",
}
BOUNCES = 1.2  # the clipped ReLU net learns nothing: between one and two threads its loss moved by more than half of its size
# Weights are drawn in float32; the tanh net is chaotic and enlarges their last place from layer to layer.
FLOAT32 = dict.fromkeys(NETS, 1e-3) | {"tanh": 3e-3}
WAYS = [  # (net, rate, clipped)
    ("healthy", "usual", False),
    ("healthy", "huge", False),
    ("relu", "usual", False),
    ("relu", "hundredth", False),
    ("relu", "usual", True),
    ("skip", "usual", False),
    ("skip", "hundredth", False),
    ("skip", "usual", True),
    ("tanh", "usual", False),
    ("tanh", "usual", True),
]


def weights(scale: float, init: str, width: int = WIDTH) -> torch.Tensor:
    """A weight matrix without its bias, drawn as `initialize` does, times scale."""
    layer = nn.Linear(width, width)
    initialize(layer, init)
    return scale * layer.weight.detach()


def profile(case: tuple[int, float]) -> list[float]:
    """||dL/dh_l|| for l = 1..DEPTH, 1 at the top, of a ReLU stack with He weights times gamma."""
    seed, gamma = case
    with float64():
        torch.manual_seed(seed)
        h, states = torch.randn(1, WIDTH).requires_grad_(), []
        for _ in range(DEPTH):
            h = torch.relu(h @ weights(gamma, "he").T)
            states.append(h)
        top = torch.randn(1, WIDTH)
        return [norm(g) / norm(top) for g in torch.autograd.grad(h, states, top)]


def overflow(case: tuple[int, str]) -> dict:
    """Depths at which a growing ReLU stack overflows in a number format: an output, and the mean of squares."""
    seed, name = case
    dtype, depth, found = FORMATS[name], DEEPEST[name], {}
    torch.manual_seed(seed)
    h = torch.randn(BATCH, WIDTH).to(dtype)
    for layer in range(1, depth + 1):
        h = torch.relu(h @ weights(FACTORS["three_halves"], "he").to(dtype).T)
        if "loss" not in found and h.square().mean().isinf():
            found["loss"] = layer
        if h.isinf().any():
            return found | {"forward": layer}
    raise ValueError(f"no overflow of {name} within {depth} layers")


def make(name: str, seed: int) -> Classifier:
    """One of NETS, float32."""
    activation, init, skip, scale = {
        "healthy": ("relu", "he", LAYERS**-0.5, 1.0),
        "relu": ("relu", "he", None, FACTORS["three_halves"]),
        "skip": ("relu", "default", 1.0, 1.0),
        "tanh": ("tanh", "xavier", None, CHAOTIC),
    }[name]
    torch.manual_seed(seed)
    net = Stack(LAYERS, SIDE, activation, init, skip)
    for layer in net.layers:
        layer.weight.data *= scale
    return Classifier(net)


def length(net) -> float:
    """Global norm of the gradients, float64."""
    return math.sqrt(sum(norm(p.grad) ** 2 for p in net.parameters()))


@functools.cache
def data() -> tuple:
    """Digits and their labels."""
    return digits()[:2]


def train(case: tuple[str, str, bool, int]) -> dict:
    """Train one net: global gradient norm and loss at each step until the loss is not finite, and the accuracy at the end."""
    name, rate, clip, seed = case
    x, y = data()
    net, draw = make(name, seed), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=RATES[rate])
    norms, losses = [], []
    for _ in range(STEPS):
        rows = torch.randint(len(x), (DIGITS,), generator=draw)
        loss = F.cross_entropy(net(x[rows])[-1], y[rows])
        if not loss.isfinite():
            return {"norms": norms, "losses": losses, "broke": len(losses) + 1, "accuracy": 0.0}
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        norms.append(length(net))
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), THRESHOLD)
        optimizer.step()
    with torch.no_grad():
        accuracy = (net(x)[-1].argmax(1) == y).double().mean().item()
    return {"norms": norms, "losses": losses, "broke": 0, "accuracy": accuracy}


def same_way(case: tuple[str, int]) -> tuple[float, float]:
    """(cosine between all weight gradients before and after the weights are nudged by NUDGE of their norm, largest over smallest layer)."""
    name, seed = case
    x, y = data()
    net = make(name, seed).double()

    def gradient() -> list[torch.Tensor]:
        net.zero_grad()
        F.cross_entropy(net(x[:DIGITS].double())[-1], y[:DIGITS]).backward()
        return [layer.weight.grad.flatten().clone() for layer in net.layers]

    old = gradient()
    with float64(), torch.no_grad():
        for layer in net.layers:
            nudge = torch.randn(SIDE, SIDE)
            layer.weight += NUDGE * layer.weight.norm() / nudge.norm() * nudge
    return F.cosine_similarity(torch.cat(old), torch.cat(gradient()), dim=0).item(), norm(
        old[0]
    ) / norm(old[-1])


def powers() -> dict[str, Measurement]:
    """Overflow and underflow of powers, by arithmetic."""
    kept = {}
    for key, gamma in GROWING.items():
        kept[f"growing.{key}"] = setting(
            gamma, "a factor per layer above one", show=".1f" if gamma % 1 else ".0f"
        )
        for name, dtype in FORMATS.items():
            largest = limits(dtype)["largest"]
            kept[f"{key}.{name}.overflow"] = Measurement(
                first_depth(gamma, dtype, torch.isinf),
                f"depth from which a factor of {gamma:g} per layer overflows {name}",
                rtol=0,
            )
            kept[f"{key}.{name}.predicted"] = Measurement(
                math.floor(math.log(largest) / math.log(gamma)) + 1,
                f"depth from which {gamma:g} to the depth exceeds the largest {name}",
                rtol=0,
            )
        product = torch.ones(())
        for _ in range(LONG):
            product = product * torch.tensor(1 / gamma)
        kept[f"{key}.shrunk"] = Measurement(
            round(product.item() / limits(torch.float32)["subnormal"]),
            f"what is left in float32 of {LONG} factors of one over {gamma:g}, in units of the smallest number above zero",
            rtol=0,
        )
    return kept


def stacks(seeds) -> dict[str, Measurement]:
    """Profiles and overflow of real stacks."""
    cases = [(seed, gamma) for gamma in FACTORS.values() for seed in seeds]
    profiles = dict(zip(cases, each(profile, cases), strict=True))
    kept = {}
    for key, gamma in FACTORS.items():
        found = [profiles[seed, gamma] for seed in seeds]
        what = f"norm of ∂L/∂h in ReLU stacks with He weights times {gamma:.3g}"
        show = ".0f" if gamma % 1 == 0 else ".2f" if key == "two_thirds" else ".1f"
        kept[f"factor.{key}"] = setting(
            round(gamma, 9), "factor by which He weights are multiplied", show=show
        )
        kept[f"profile.{key}"] = over_seeds(found, f"{what}, 1 at the top, after each layer")
        kept[f"profile.{key}.first"] = over_seeds(
            [p[0] for p in found], f"{what}, after layer 1, 1 at the top"
        )
        kept[f"profile.{key}.predicted"] = Measurement(
            [gamma ** (DEPTH - layer) for layer in range(1, DEPTH + 1)],
            f"{what}, 1 at the top, predicted in mean square",
        )
        kept[f"profile.{key}.predicted.first"] = Measurement(
            gamma ** (DEPTH - 1), f"{what}, after layer 1, predicted in mean square"
        )
    kept = loosened(kept, DRAWN)
    cases = [(seed, name) for name in DEEPEST for seed in seeds]
    broke = dict(zip(cases, each(overflow, cases), strict=True))
    for name in DEEPEST:
        for part, what in {"forward": "an output", "loss": "the mean of squared outputs"}.items():
            # A depth may move by one where an entry lies within rounding of the largest number.
            kept[f"net.{name}.{part}"] = over_seeds(
                [broke[seed, name][part] for seed in seeds],
                f"depth at which {what} of a ReLU stack with He weights times 1.5 overflows {name}",
                rtol=0,
                atol=1,
                show=",",
            )
    return kept


def nets(seeds) -> dict[str, Measurement]:
    """What the training does, counted."""
    cases = [(*way, seed) for way in WAYS for seed in seeds]
    found = dict(zip(cases, each(train, cases), strict=True))
    kept = {}
    for net, rate, clip in WAYS:
        runs = [found[net, rate, clip, seed] for seed in seeds]
        where = f"{NETS[net]}, rate {RATES[rate]:g}{', clipped' if clip else ''}"
        key = f"train.{net}.{'clipped' if clip else rate}"
        kept[f"{key}.broke"] = Measurement(
            sum(r["broke"] > 0 for r in runs),
            f"seeds in which the loss becomes infinite or NaN: {where}",
            n=len(runs),
            rtol=0,
        )
        kept[f"{key}.learned"] = Measurement(
            sum(r["accuracy"] >= LEARNED for r in runs),
            f"seeds in which the net learns: {where}",
            n=len(runs),
            rtol=0,
        )
        if all(r["broke"] for r in runs):
            kept[f"{key}.step"] = over_seeds(
                [r["broke"] for r in runs],
                f"step whose loss is the first that is infinite or NaN: {where}",
                rtol=0,
                atol=1,
                show=",",
            )
        # Float32 on another processor differs in the last place, and these runs are chaotic: only the size is kept.
        else:
            loose = BOUNCES if (net, clip) == ("relu", True) else 0.5
            kept[f"{key}.loss"] = over_seeds(
                [r["losses"][-1] for r in runs],
                f"loss at the last step: {where}",
                rtol=loose,
                atol=0.3,
            )
            kept[f"{key}.accuracy"] = over_seeds(
                [r["accuracy"] for r in runs],
                f"training accuracy: {where}",
                rtol=0,
                atol=0.2,
                show=".0%",
            )
    for net, label in NETS.items():
        rate = "usual"
        runs = [found[net, rate, False, seed] for seed in seeds]
        kept[f"train.{net}.norm"] = over_seeds(
            [r["norms"][0] for r in runs],
            f"global norm of the gradients at the first step: {label}",
            rtol=FLOAT32[net],
        )
        kept[f"train.{net}.first_loss"] = over_seeds(
            [r["losses"][0] for r in runs], f"loss at the first step: {label}", rtol=1e-3
        )
    kept["train.huge.second"] = Measurement(
        statistics.median(
            r["norms"][1] for r in (found["healthy", "huge", False, seed] for seed in seeds)
        ),
        "global norm of the gradients at the second step of the healthy net, huge rate, median",
        n=len(seeds),
        rtol=1e-3,
    )
    return kept


def directions(seeds) -> dict[str, Measurement]:
    """Whether a gradient still points the same way after a tiny move, before training."""
    cases = [(net, seed) for net in NETS for seed in seeds]
    found = dict(zip(cases, each(same_way, cases), strict=True))
    kept = {}
    for net, label in NETS.items():
        # The tanh net enlarges the last place of its float32 draws as it does any other move.
        kept[f"direction.{net}"] = over_seeds(
            [found[net, seed][0] for seed in seeds],
            f"cosine between weight gradients before and after a tiny move: {label}",
            show=".2f",
            rtol=0,
            atol=0.02,
        )
        kept[f"spread.{net}"] = over_seeds(
            [found[net, seed][1] for seed in seeds],
            f"norm of ∂L/∂W in layer 1 over that in the last hidden layer: {label}",
            rtol=FLOAT32[net],
        )
    return kept


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """All of it."""
    runs = RUNS if seeds == SEEDS else range(1)
    return (
        {
            "width": setting(WIDTH, "units in each layer"),
            "long": setting(LONG, "factors of a shrinking product", show=","),
            "depth": setting(DEPTH, "layers of the stacks"),
            "seeds": setting(len(seeds), "seeds of the stacks"),
            "train.depth": setting(LAYERS, "hidden layers of the trained nets"),
            "train.width": setting(SIDE, "units in each hidden layer of the trained nets"),
            "train.batch": setting(DIGITS, "digits in a batch"),
            "train.steps": setting(STEPS, "steps of SGD"),
            "train.seeds": setting(len(runs), "seeds of the trained nets"),
            "train.threshold": setting(
                THRESHOLD, "threshold of clipping by global norm", show=".0f"
            ),
            "train.learned_from": setting(
                LEARNED,
                "training accuracy from which on a net counts as having learned",
                show=".0%",
            ),
            "chaotic": setting(CHAOTIC, "σ_w of the tanh net", show=".0f"),
            "nudge": setting(NUDGE, "size of the move, relative to the weights", show=".2%"),
        }
        | {
            f"rate.{key}": setting(
                rate,
                "learning rate of SGD",
                show=f".{max(len(str(rate)) - 2, 1)}f" if rate < 1 else ".0f",
            )
            for key, rate in RATES.items()
        }
        | powers()
        | stacks(seeds)
        | nets(runs)
        | directions(seeds)
    )
