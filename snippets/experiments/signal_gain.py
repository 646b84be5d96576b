"""The signal's gain per layer in deep plain stacks, against the prediction √(n · Var W · E[φ'²]).

At the top stands a random unit gradient, not a loss: the gain belongs to the net alone, whatever it is trained for. It is
‖∂L/∂h_1‖ / ‖∂L/∂h_N‖, as a geometric mean per layer, for one standard normal input, in float64.
The expectation runs over the net's own pre-activations: normal with the variance that the forward recursion
q ← n · Var W · E[φ(√q z)²] + Var b gives for each layer. Both are the mean-field theory of wide nets (Poole et al. 2016,
Schoenholz et al. 2017); it predicts the mean square over draws of the weights (`.rms`), while the median of one draw lies
lower by a term of order 1/n.
`spread.…` measures that: ReLU with He initialization, where the log of the gain over N layers of n units has variance
near 5N/4n and mean near −5N/4n (Hanin 2018).
"""

import math
import statistics

import numpy as np
import torch

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.slopes import ACTIVATIONS, expectation, slope
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH = 30, 256
NETS = ("sigmoid", "tanh", "relu")
INITS = {"default": "nn.Linear's default", "xavier": "Xavier", "he": "He", "orthogonal": "orthogonal"}
SEEDS, FEW, SPOT = range(100), 20, range(10)  # orthogonal matrices take long to draw: FEW of the seeds
SPREAD_DEPTH, SPREAD_WIDTHS, SPREAD_PER_SEED = 50, (16, 64, 256), {16: 10, 64: 10, 256: 2}
VARIANCES = {"default": (1 / 3, 1 / (3 * WIDTH)), "xavier": (1.0, 0.0), "he": (2.0, 0.0), "orthogonal": (1.0, 0.0)}  # n Var W, Var b


def gains(net: Stack, x, top) -> list[float]:
    """||dL/dh_l|| for l = 1..N when the gradient at the last state is `top`; no gradient of the weights is taken."""
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    states = net(x.requires_grad_())
    found = torch.autograd.grad(states[-1], states, top)
    return [g.norm().item() for g in found]


def unit(width: int):
    """A random direction in float64, shape (1, width)."""
    direction = torch.randn(1, width).double()
    return direction / direction.norm()


def run(seed: int) -> dict:
    """Profiles of every net and initialization, and log gains of the narrow and wide ReLU nets, for one seed."""
    found = {}
    for net in NETS:
        for init in INITS:
            if init == "orthogonal" and seed >= FEW:
                continue
            torch.manual_seed(seed)
            stack = Stack(DEPTH, WIDTH, net, init).double()
            found[net, init] = gains(stack, torch.randn(1, WIDTH).double(), unit(WIDTH))
    for width, draws in SPREAD_PER_SEED.items():
        torch.manual_seed(seed)
        found[width] = []
        for _ in range(draws):
            stack = Stack(SPREAD_DEPTH + 1, width, "relu", "he").double()  # so that N layers lie between h_1 and the top
            found[width].append(math.log(gains(stack, torch.randn(1, width).double(), unit(width))[0]))
    return found


def predicted(net: str, init: str) -> list[float]:
    """√(n · Var W · E[φ'²]) of layers 2..N, by the forward recursion from a standard normal input."""
    weight, bias = VARIANCES[init]
    phi = ACTIVATIONS[net]
    variance, factors = weight + bias, []
    for _ in range(DEPTH - 1):
        variance = weight * expectation(lambda z: phi(torch.tensor(z)).numpy() ** 2, math.sqrt(variance)) + bias
        factors.append(math.sqrt(weight * expectation(lambda z: slope(phi, z) ** 2, math.sqrt(variance))))
    return factors


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Measured and predicted gain per layer of every net and initialization, and its spread at three widths."""
    runs = each(run, seeds)
    kept = {
        "depth": setting(DEPTH, "layers of the stack"),
        "width": setting(WIDTH, "units in each layer"),
        "seeds": setting(len(runs), "seeds of default, Xavier and He stacks"),
        "orthogonal.seeds": setting(min(FEW, len(runs)), "seeds of orthogonal stacks"),
        "spread.depth": setting(SPREAD_DEPTH, "layers of the ReLU stacks whose spread is measured"),
    }
    for net in NETS:
        for init, named in INITS.items():
            profiles = [r[net, init] for r in runs if (net, init) in r]
            factors = predicted(net, init)
            theory = float(np.exp(np.mean(np.log(factors))))
            where = f"a {net} stack, {named} initialization"
            per_layer = [(p[0] / p[-1]) ** (1 / (DEPTH - 1)) for p in profiles]
            rms = statistics.fmean((p[0] / p[-1]) ** 2 for p in profiles) ** (0.5 / (DEPTH - 1))
            kept[f"{net}.{init}.measured"] = over_seeds(per_layer, f"geometric mean factor per layer of ∂L/∂h in {where}", show="3")
            kept[f"{net}.{init}.rms"] = Measurement(
                rms, f"factor per layer of ∂L/∂h in {where}, root mean square over seeds", n=len(profiles), show="3")
            kept[f"{net}.{init}.predicted"] = Measurement(theory, f"factor per layer of ∂L/∂h that theory predicts for {where}", show="3")
            kept[f"{net}.{init}.ratio"] = Measurement(
                statistics.median(per_layer) / theory, f"measured factor per layer over the predicted one of ∂L/∂h in {where}",
                n=len(profiles), show=".3f")
            kept[f"{net}.{init}.total"] = over_seeds(
                [p[0] / p[-1] for p in profiles], f"norm of ∂L/∂h after layer 1, as a share of that after the last layer, of {where}")
            kept[f"{net}.{init}.profile"] = over_seeds(
                [[x / p[-1] for x in p] for p in profiles], f"norm of ∂L/∂h after each layer, 1 at the top, of {where}")
            kept[f"{net}.{init}.predicted_profile"] = Measurement(
                [*np.cumprod(factors[::-1])[::-1].tolist(), 1.0],
                f"norm of ∂L/∂h after each layer that theory predicts, 1 at the top, of {where}")
    # A difference of nearly equal numbers: DRAWN of a factor is a few percent of it.
    kept["worst"] = Measurement(
        max(abs(kept[f"{net}.{init}.ratio"].value - 1) for net in NETS for init in INITS),
        "largest relative distance of a measured factor per layer from the predicted one", rtol=5e-2, show=".1%")
    return loosened(kept | spread(runs), DRAWN)


def spread(runs: list[dict]) -> dict[str, Measurement]:
    """Median, band and standard deviation of the gain of He-initialized ReLU stacks, against Hanin's."""
    kept = {}
    for width in SPREAD_WIDTHS:
        logs = [log for r in runs for log in r[width]]
        term = 5 * SPREAD_DEPTH / (4 * width)
        where = f"∂L/∂h over {SPREAD_DEPTH} layers of {width} units, ReLU, He initialization"
        kept[f"spread.width.{width}"] = setting(width, "units in each layer of a ReLU stack whose spread is measured")
        kept[f"spread.{width}.gain"] = over_seeds([math.exp(x) for x in logs], f"gain of {where}")
        kept[f"spread.{width}.gain_predicted"] = Measurement(math.exp(-term), f"median gain that theory predicts for {where}")
        kept[f"spread.{width}.sd"] = Measurement(statistics.stdev(logs), f"standard deviation of the log gain of {where}", n=len(logs))
        kept[f"spread.{width}.sd_predicted"] = Measurement(
            math.sqrt(term), f"standard deviation of the log gain that theory predicts for {where}")
    return kept
