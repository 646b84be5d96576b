"""What normalization does to the gradient of a deep net at initialization: factor per layer of ∂L/∂h.

Plain stacks with BatchNorm or LayerNorm before the activation, He initialization for ReLU and Xavier for sigmoid and
tanh, in training mode, float64. At the top stands a random gradient, not a loss. For ReLU with BatchNorm theory gives
√(π/(π−1)) per layer as width and batch grow (Yang et al. 2019).
"""

import math

import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, norm
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH = 30, 256, 128
SEEDS, SPOT = range(20), range(2)
NETS = {"relu": "he", "sigmoid": "xavier", "tanh": "xavier"}
NORMS = {"none": None, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm}
LABELS = {"none": "no normalization", "batch": "BatchNorm", "layer": "LayerNorm"}
SKIP = 5  # the layers nearest input and output, where the activations still settle


def profile(seed: int, activation: str, normalization: str) -> list[float]:
    """||dL/dh_l|| for l = 1..N under a random gradient at the top."""
    torch.manual_seed(seed)
    net = Stack(DEPTH, WIDTH, activation, NETS[activation], norm=NORMS[normalization]).double()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    states = net(torch.randn(BATCH, WIDTH).double().requires_grad_())
    return [norm(g) for g in torch.autograd.grad(states[-1], states, torch.randn(BATCH, WIDTH).double())]


def run(seed: int) -> dict:
    """Profiles of all nets for one seed."""
    return {(a, n): profile(seed, a, n) for a in NETS for n in NORMS}


def factor(p: list[float]) -> float:
    """Geometric mean factor per layer in the inner layers."""
    inner = p[SKIP:-SKIP]
    return (inner[0] / inner[-1]) ** (1 / (len(inner) - 1))


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Factor per layer and profile for each activation and normalization."""
    runs = each(run, seeds)
    theory = math.sqrt(math.pi / (math.pi - 1))
    kept = {
        "depth": setting(DEPTH, "layers of the normalized stack"),
        "width": setting(WIDTH, "units in each layer"),
        "batch": setting(BATCH, "inputs in the batch"),
        "seeds": setting(len(runs), "seeds of the normalized stacks"),
        "skipped": setting(SKIP, "layers left out at either end of a factor per layer"),
        "relu.batch.predicted": Measurement(theory, "factor per layer of ∂L/∂h that theory predicts for ReLU with BatchNorm", show="3"),
    }
    for activation, init in NETS.items():
        for normalization, named in LABELS.items():
            profiles = [r[activation, normalization] for r in runs]
            where = f"a {activation} stack with {named}, {init.capitalize()} initialization"
            key = f"{activation}.{normalization}"
            kept[f"{key}.factor"] = over_seeds(
                [factor(p) for p in profiles], f"geometric mean factor per layer of ∂L/∂h in {where}", show="3")
            kept[f"{key}.total"] = over_seeds(
                [p[0] / p[-1] for p in profiles], f"norm of ∂L/∂h after layer 1 over that after the last layer of {where}")
            kept[f"{key}.profile"] = over_seeds(
                [[x / p[-1] for x in p] for p in profiles], f"norm of ∂L/∂h after each layer, 1 at the top, of {where}")
    ratio = kept["relu.batch.factor"].value / theory
    kept["relu.batch.ratio"] = Measurement(
        ratio, "measured over predicted factor per layer of ReLU with BatchNorm", n=len(runs), show=".3f")
    return loosened(kept, DRAWN)
