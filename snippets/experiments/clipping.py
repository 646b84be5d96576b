"""What gradient clipping does to each layer, by norm and by value, and which nets it lets train.

`by_norm`: all gradients are multiplied by min(1, θ / ‖g‖), with ‖g‖ the norm of all of them together (Pascanu et al. 2013).
`by_value`: every entry is cut to ±θ. Both with PyTorch's own functions, in float64, on scikit-learn's digits.
Nets: `vanishing`, sigmoid layers with Xavier weights, and `exploding`, ReLU layers whose weights have GAIN times He's standard
deviation, so that the signal grows by GAIN per layer. All biases are zero.
`<net>.profile.<how>`: ‖∂L/∂W‖ of each layer and of the output layer for the first batch, with a loss summed over the batch,
as a loss that forgets to average is; it makes the output layer's gradient large enough to trip the threshold.
`<net>.<how>.…`: plain SGD on the mean cross entropy.
"""

import functools
import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.training import digits
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH, STEPS, RATE, GAIN = 10, 64, 32, 100, 0.1, 1.5
BY_NORM, BY_VALUE = 1.0, 0.01
BOUNDS = (
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    10,
    14,
    20,
    28,
    40,
    57,
    80,
    100,
)  # a loss is the mean over the steps from one to the next
LEARNED, LARGE = 0.3, 1e6  # a loss that is larger, or not a number, is recorded as LARGE
PROFILE_SEEDS, SEEDS, SPOT = range(20), range(5), range(1)
SHRUNK, SHRUNK_STEPS = 1e-3, 20
NETS = {"vanishing": "the vanishing sigmoid net", "exploding": "the exploding ReLU net"}
HOW = {"none": "no clipping", "by_norm": "clipping by norm", "by_value": "clipping by value"}


@functools.cache
def _data():
    x, y, _, _ = digits()
    return x.double(), y


class Net(nn.Module):
    """DEPTH hidden layers of WIDTH units, as wide as the digits are, and a linear output. kind: a key of NETS, or 'healthy'."""

    def __init__(self, kind: str):
        super().__init__()
        self.hidden = Stack(
            DEPTH, WIDTH, *(("sigmoid", "xavier") if kind == "vanishing" else ("relu", "he"))
        )
        self.out = nn.Linear(WIDTH, 10)
        nn.init.zeros_(self.out.bias)
        if kind == "exploding":
            for layer in self.hidden.layers:
                layer.weight.data *= GAIN
        self.double()

    def forward(self, x):
        """Return the logits for x of shape (batch, WIDTH)."""
        return self.out(self.hidden(x)[-1])

    def weights(self) -> list:
        """The weight matrices, the output's last."""
        return [*(layer.weight for layer in self.hidden.layers), self.out.weight]


def clip(net, how: str) -> None:
    """Clip the gradients of a net in place. how: a key of HOW."""
    if how == "by_norm":
        nn.utils.clip_grad_norm_(net.parameters(), BY_NORM)
    elif how == "by_value":
        nn.utils.clip_grad_value_(net.parameters(), BY_VALUE)


def first_step(seed: int, kind: str) -> dict[str, dict]:
    """For every way of clipping: the norms per layer, their total, and the cosine with the unclipped gradient; 'predicted' by θ / ‖g‖."""
    x, y = _data()
    torch.manual_seed(seed)
    net, rows = Net(kind), torch.randint(len(x), (BATCH,))
    F.cross_entropy(net(x[rows]), y[rows], reduction="sum").backward()
    before = [p.grad.clone() for p in net.parameters()]
    whole, found = torch.cat([g.flatten() for g in before]), {}
    for how in HOW:
        for p, g in zip(net.parameters(), before, strict=True):
            p.grad = g.clone()
        clip(net, how)
        after = torch.cat([p.grad.flatten() for p in net.parameters()])
        found[how] = {
            "profile": [norm(w.grad) for w in net.weights()],
            "total": norm(after),
            "cosine": (whole @ after).item() / (norm(whole) * norm(after)),
        }
    factor = min(1.0, BY_NORM / found["none"]["total"])
    found["predicted"] = {"profile": [g * factor for g in found["none"]["profile"]]}
    return found


def train(seed: int, kind: str, how: str) -> tuple[list[float], float, float, bool]:
    """(loss, mean over the steps between two BOUNDS; training accuracy; share of the steps whose norm was above BY_NORM;
    whether the loss stopped being a number)."""
    x, y = _data()
    torch.manual_seed(seed)
    net = Net(kind)
    steps, losses, above = torch.optim.SGD(net.parameters(), lr=RATE), [], 0
    for _ in range(STEPS):
        rows = torch.randint(len(x), (BATCH,))
        loss = F.cross_entropy(net(x[rows]), y[rows])
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            break
        steps.zero_grad()
        loss.backward()
        above += norm(torch.cat([p.grad.flatten() for p in net.parameters()])) > BY_NORM
        clip(net, how)
        steps.step()
    losses = [min(loss, LARGE) if math.isfinite(loss) else LARGE for loss in losses] + [LARGE] * (
        STEPS - len(losses)
    )
    with torch.no_grad():
        right = (net(x).argmax(1) == y).double().mean().item()
    curve = [sum(losses[low:high]) / (high - low) for low, high in itertools.pairwise(BOUNDS)]
    return curve, right, above / STEPS, not math.isfinite(loss.item())


def shrunk(seed: int, optimizer) -> float:
    """How far layer 1 of a healthy net gets with all gradients times SHRUNK, as a share of how far it gets without."""
    x, y = _data()
    gone = []
    for factor in (1.0, SHRUNK):
        torch.manual_seed(seed)
        net = Net("healthy")
        start, steps = net.weights()[0].detach().clone(), optimizer(net.parameters(), lr=1e-3)
        for _ in range(SHRUNK_STEPS):
            rows = torch.randint(len(x), (BATCH,))
            steps.zero_grad()
            F.cross_entropy(net(x[rows]), y[rows]).backward()
            for p in net.parameters():
                p.grad *= factor
            steps.step()
        gone.append(norm(net.weights()[0].detach() - start))
    return gone[1] / gone[0]


def _train(case):
    return train(*case)


def _first_step(case):
    return first_step(*case)


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """The first step layer by layer, and training with and without clipping."""
    kept = {
        "depth": setting(DEPTH, "hidden layers"),
        "width": setting(WIDTH, "units in each layer"),
        "batch": setting(BATCH, "digits in a batch"),
        "steps": setting(STEPS, "steps of SGD"),
        "rate": setting(RATE, "learning rate of SGD", show=".1f"),
        "gain": setting(GAIN, "factor per layer of the exploding net", show=".1f"),
        "norm": setting(BY_NORM, "threshold of clipping by norm", show=".1f"),
        "value": setting(BY_VALUE, "threshold of clipping by value", show=".2f"),
        "seeds": setting(len(seeds), "seeds that are trained"),
        "profile.seeds": setting(len(PROFILE_SEEDS), "seeds of the first step"),
        "learned_from": setting(
            LEARNED, "training accuracy from which a net counts as having learned", show="%"
        ),
        "at": setting(
            [(low + 1 + high) / 2 for low, high in itertools.pairwise(BOUNDS)],
            "steps that the losses are means around",
        ),
        "shrunk": setting(SHRUNK, "factor on all gradients", show=".3f"),
        "shrunk.steps": setting(SHRUNK_STEPS, "steps with smaller gradients"),
    }
    for kind, label in NETS.items():
        runs = each(_first_step, [(seed, kind) for seed in PROFILE_SEEDS])
        for how in (*HOW, "predicted"):
            where = f"{label}, first step, {HOW.get(how, 'times θ / ‖g‖, as predicted for clipping by norm')}"
            profiles = [r[how]["profile"] for r in runs]
            kept[f"{kind}.profile.{how}"] = over_seeds(
                profiles, f"norm of ∂L/∂W of each layer and the output layer in {where}"
            )
            for i, layer in ((0, "first"), (-1, "last")):
                kept[f"{kind}.{layer}.{how}"] = over_seeds(
                    [p[i] for p in profiles], f"norm of ∂L/∂W in the {layer} layer of {where}"
                )
            kept[f"{kind}.ratio.{how}"] = over_seeds(
                [p[-1] / p[0] for p in profiles],
                f"norm of ∂L/∂W in the output layer over that in layer 1 of {where}",
            )
        for how in HOW:
            where = f"{label}, first step, {HOW[how]}"
            kept[f"{kind}.total.{how}"] = over_seeds(
                [r[how]["total"] for r in runs], f"norm of all gradients together in {where}"
            )
            kept[f"{kind}.cosine.{how}"] = over_seeds(
                [r[how]["cosine"] for r in runs],
                f"cosine of the angle between the gradient and the unclipped one in {where}",
            )
    kept = loosened(kept, DRAWN)
    cases = [(kind, how) for kind in NETS for how in HOW]
    found = each(_train, [(seed, *case) for case in cases for seed in seeds])
    for i, (kind, how) in enumerate(cases):
        runs, where = (
            found[i * len(seeds) : (i + 1) * len(seeds)],
            f"{NETS[kind]} trained with {HOW[how]}",
        )
        # A net that learns is chaotic: last places grow over the steps. The counts and the curves' height are what repeats.
        kept[f"{kind}.{how}.loss"] = over_seeds(
            [loss for loss, *_ in runs],
            f"training loss over the steps, {where}",
            rtol=0.6,
            atol=3.0,
        )
        kept[f"{kind}.{how}.final"] = over_seeds(
            [loss[-1] for loss, *_ in runs],
            f"training loss over the last steps, {where}",
            rtol=0.6,
            atol=1.0,
        )
        kept[f"{kind}.{how}.above"] = over_seeds(
            [above for _, _, above, _ in runs],
            f"share of the steps in which the gradient's norm is above the threshold, {where}",
            atol=0.1,
            show="%",
        )
        kept[f"{kind}.{how}.learned"] = Measurement(
            sum(right >= LEARNED for _, right, *_ in runs),
            f"seeds that learn, {where}",
            n=len(runs),
            rtol=0.0,
        )
        kept[f"{kind}.{how}.diverged"] = Measurement(
            sum(run[-1] for run in runs),
            f"seeds whose loss is no longer a number, {where}",
            n=len(runs),
            rtol=0.0,
        )
    for name, optimizer in (("sgd", torch.optim.SGD), ("adam", torch.optim.Adam)):
        kept[f"shrunk.{name}"] = over_seeds(
            [shrunk(seed, optimizer) for seed in SPOT],
            rtol=2e-5,
            what=f"distance of layer 1 with all gradients a thousandth, as a share of the distance with whole ones, {name}",
        )
    return kept
