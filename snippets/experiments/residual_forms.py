"""Other forms of a skip at initialization: pre-activation and post-activation blocks with BatchNorm, and highway layers.

`pre`: h ← h + W₂ relu(BN(W₁ relu(BN(h)))) (He et al. 2016). `post`: h ← relu(h + BN(W₂ relu(BN(W₁ h)))), the block of He et al.
2015. Both with He weights, in training mode, a random gradient at the top, float64. For `pre` the total gain is predicted as in
`normalization`: by the first norm, on the sum s of all branches so far, and by the second, on one layer's output.

`highway.b`: h ← T relu(W h) + (1 − T) h, T = sigmoid(V h + b), He weights W, Xavier weights V, one bias b for all units
(Srivastava et al. 2015). Beside the measured factor per layer stands 1 − sigmoid(b), the carry gate of an average unit.
"""

import math

import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import float64, initialize, norm
from snippets.experiments.normalization import relu_batch
from snippets.measurement import Measurement, over_seeds, setting

WIDTH, BATCH, DEPTHS = 64, 32, (10, 30, 100)
SEEDS, SPOT = range(20), range(2)
FORMS = {
    "pre": "pre-activation blocks with BatchNorm",
    "post": "post-activation blocks with BatchNorm",
}
LAYERS, BIASES = 30, (-2, -4)


def linear(init: str = "he") -> nn.Linear:
    """One layer of the usual width, its weights drawn anew."""
    layer = nn.Linear(WIDTH, WIDTH)
    initialize(layer, init)
    return layer


def block(form: str) -> tuple[nn.Module, nn.Module]:
    """(branch, what follows the addition), float64, their weights not trained."""
    batch = [nn.BatchNorm1d(WIDTH) for _ in range(2)]
    if form == "pre":
        parts, after = [batch[0], nn.ReLU(), linear(), batch[1], nn.ReLU(), linear()], nn.Identity()
    else:
        parts, after = [linear(), batch[0], nn.ReLU(), linear(), batch[1]], nn.ReLU()
    return nn.Sequential(*parts).requires_grad_(False), after


def through(form: str, depth: int) -> tuple[float, float]:
    """(||dL/dh_0|| / ||dL/dh_N||, ||h_N|| / ||h_0||) of `depth` blocks."""
    start = h = torch.randn(BATCH, WIDTH).requires_grad_()
    for _ in range(depth):
        branch, after = block(form)
        h = after(h + branch(h))
    return back(h, start)


def highway(bias: float) -> tuple[float, float]:
    """The same of LAYERS highway layers whose gates have this bias."""
    start = h = torch.randn(BATCH, WIDTH).requires_grad_()
    for _ in range(LAYERS):
        transform, gate = (linear(init).requires_grad_(False) for init in ("he", "xavier"))
        share = torch.sigmoid(gate(h) + bias)
        h = share * torch.relu(transform(h)) + (1 - share) * h
    return back(h, start)


def back(h, start) -> tuple[float, float]:
    """Share of a random gradient at h that reaches `start`, and growth of the state."""
    top = torch.randn(BATCH, WIDTH)
    return norm(torch.autograd.grad(h, start, top)[0]) / norm(top), norm(h.detach()) / norm(
        start.detach()
    )


def run(seed: int) -> dict:
    """All forms and depths for one seed."""
    cases = {(form, depth): (through, form, depth) for form in FORMS for depth in DEPTHS} | {
        b: (highway, b) for b in BIASES
    }
    found = {}
    with float64():
        for case, (measured, *arguments) in cases.items():
            torch.manual_seed(seed)
            found[case] = measured(*arguments)
    return found


def predicted(depth: int) -> float:
    """Total gain of ∂L/∂h over `depth` pre-activation blocks, in mean square over the weights."""
    gain, spread = relu_batch(BATCH)
    total, s = 1.0, 1.0
    for _ in range(depth):
        total, s = total * (1 + 2 * gain / s * gain / spread), s + 2 * spread
    return math.sqrt(total)


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Total gain and growth of either form at each depth; factor per layer and total of highway layers."""
    runs = each(run, seeds)
    kept = {
        "width": setting(WIDTH, "units in each layer"),
        "batch": setting(BATCH, "inputs in the batch"),
        "seeds": setting(len(runs), "seeds of each net"),
        "highway.layers": setting(LAYERS, "highway layers"),
        **{f"depth.{depth}": setting(depth, "residual blocks of two layers") for depth in DEPTHS},
    }
    for form, label in FORMS.items():
        for depth in DEPTHS:
            where, found = f"{depth} {label}", [r[form, depth] for r in runs]
            kept[f"{form}.at{depth}.total"] = over_seeds(
                [total for total, _ in found],
                f"norm of ∂L/∂h at the input over that at the top of {where}",
            )
            kept[f"{form}.at{depth}.forward"] = over_seeds(
                [growth for _, growth in found],
                f"norm of the output over that of the input of {where}",
            )
            if form == "pre":
                kept[f"pre.at{depth}.predicted"] = Measurement(
                    predicted(depth), f"gain of ∂L/∂h that theory predicts over {where}"
                )
    for bias in BIASES:
        key, where, found = (
            f"highway.b{-bias}",
            f"{LAYERS} highway layers, gate bias {bias}",
            [r[bias] for r in runs],
        )
        kept[f"{key}.bias"] = setting(bias, "bias of the gates of a highway layer")
        kept[f"{key}.carry"] = Measurement(
            1 / (1 + math.exp(bias)), f"carry gate at a bias of {bias} and no other input", show="3"
        )
        kept[f"{key}.factor"] = over_seeds(
            [total ** (1 / LAYERS) for total, _ in found],
            f"factor per layer of ∂L/∂h in {where}",
            show="3",
        )
        kept[f"{key}.total"] = over_seeds(
            [total for total, _ in found],
            f"norm of ∂L/∂h at the input over that at the top of {where}",
        )
        kept[f"{key}.forward"] = over_seeds(
            [growth for _, growth in found], f"norm of the output over that of the input of {where}"
        )
    return kept
