"""What normalization does to the gradient of a deep net at initialization: factor per layer of ∂L/∂h, without and with skips.

Plain stacks h ← φ(norm(W h)) with BatchNorm, LayerNorm or RMSNorm, He initialization for ReLU and Xavier for sigmoid and
tanh, in training mode, float64. At the top stands a random gradient, not a loss.

Predictions, for a wide net, with z a standard normal (what every one of these norms makes of a pre-activation):
- Backward, W multiplies the mean square of the gradient by n Var W and φ by E[φ'(z)²]; the norm divides by the mean square
  that W gave its output, n Var W E[φ(z)²], or, where it subtracts a mean over the batch, n Var W times the variance of φ(z).
  The weights' variance cancels: √(E φ'² / E φ²) per layer for LayerNorm and RMSNorm, √(E φ'² / Var φ) for BatchNorm in large
  batches. For ReLU the latter is √(π/(π−1)), the limit of Yang et al. 2019.
- For ReLU and a batch of B inputs, `relu_batch` works out both parts exactly. By symmetry the normalized pre-activations of a
  unit are uniform on the sphere of radius √B among the vectors that sum to zero; its spread is independent of them, with
  E[1/σ²] = B/(B−3) of one over its mean; the backward pass of the norm projects out the constant vector and z itself.
- With a skip, h ← h + W relu(norm(h)): the mean square s of h grows by the branch's each block, and the gradient's is
  multiplied by 1 + (branch gain)/s. With LayerNorm and He weights that telescopes to √(1 + N) after N blocks.
"""

import math

import torch
from torch import nn

from snippets.experiments._runs import each
from snippets.experiments._stacks import ACTIVATIONS, Stack, float64, initialize, norm
from snippets.measurement import Measurement, over_seeds, setting

DEPTH, WIDTH, BATCH = 30, 256, 128
SEEDS, SPOT = range(20), range(2)
NETS = {"relu": "he", "sigmoid": "xavier", "tanh": "xavier"}
SPOKEN = {"relu": "ReLU"}
NORMS = {"none": None, "batch": nn.BatchNorm1d, "layer": nn.LayerNorm, "rms": nn.RMSNorm}
LABELS = {"none": "no normalization", "batch": "BatchNorm", "layer": "LayerNorm", "rms": "RMSNorm"}
SKIP = 5  # the layers nearest input and output, where the activations still settle
WIDTHS, BATCHES = (64, 256), (8, 16, 32, 64, 256)
SKIP_WIDTH, SKIP_BATCH, DEPTHS = 128, 64, (10, 30, 100)
BLOCKS = {  # key: (norm, whether h is added back, name)
    "plain.batch": ("batch", False, "a plain stack with BatchNorm"),
    "skips.none": ("none", True, "a net with skips, not normalized"),
    "skips.batch": ("batch", True, "a net with skips and BatchNorm in each branch"),
    "skips.layer": ("layer", True, "a net with skips and LayerNorm in each branch"),
}
MULTIPLE = 10.0  # of the input of LayerNorm


def profile(
    seed: int, activation: str, normalization: str, width: int = WIDTH, batch: int = BATCH
) -> tuple[list[float], float]:
    """(||dL/dh_l|| for l = 1..N under a random gradient at the top, mean cosine between two inputs' last normalized z)."""
    torch.manual_seed(seed)
    net = Stack(
        DEPTH, width, activation, NETS[activation], norm=NORMS[normalization]
    ).requires_grad_(False)
    last = []
    net.norms[-1].register_forward_hook(lambda module, entered, left: last.append(left.detach()))
    states = net(torch.randn(batch, width).requires_grad_())
    signal = [norm(g) for g in torch.autograd.grad(states[-1], states, torch.randn(batch, width))]
    directions = last[0] / last[0].norm(dim=1, keepdim=True)
    return signal, ((directions.sum(0).square().sum() - batch) / (batch * (batch - 1))).item()


def through_blocks(seed: int, depth: int, normalization: str, skip: bool) -> float:
    """||dL/dh_0|| / ||dL/dh_N|| of blocks h ← W relu(norm(h)), He weights, with h added back if `skip`."""
    torch.manual_seed(seed)
    start = h = torch.randn(SKIP_BATCH, SKIP_WIDTH).requires_grad_()
    for _ in range(depth):
        linear = nn.Linear(SKIP_WIDTH, SKIP_WIDTH)
        initialize(linear, "he")
        normalize = NORMS[normalization](SKIP_WIDTH) if NORMS[normalization] else nn.Identity()
        branch = nn.Sequential(normalize, nn.ReLU(), linear).requires_grad_(False)
        h = h + branch(h) if skip else branch(h)
    top = torch.randn(SKIP_BATCH, SKIP_WIDTH)
    return norm(torch.autograd.grad(h, start, top)[0]) / norm(top)


def run(seed: int) -> dict:
    """All stacks for one seed."""
    with float64():  # a last place of float32 would grow as the gradient does
        found = {(a, n): profile(seed, a, n) for a in NETS for n in NORMS}
        found |= {
            (w, b): factor(profile(seed, "relu", "batch", w, b)[0]) for w in WIDTHS for b in BATCHES
        }
        return found | {
            (key, depth): through_blocks(seed, depth, *how[:2])
            for key, how in BLOCKS.items()
            for depth in DEPTHS
        }


def factor(p: list[float]) -> float:
    """Geometric mean factor per layer in the inner layers."""
    inner = p[SKIP:-SKIP]
    return (inner[0] / inner[-1]) ** (1 / (len(inner) - 1))


def moments(activation: str) -> tuple[float, float, float]:
    """(E φ'(z)², E φ(z)², Var φ(z)) for a standard normal z, by the trapezoidal rule; no node on ReLU's kink."""
    z = torch.linspace(-12, 12, 200_000, dtype=torch.float64, requires_grad=True)
    weight = torch.exp(-z.detach().square() / 2)
    weight /= weight.sum()
    value = ACTIVATIONS[activation](z)
    slope = torch.autograd.grad(value.sum(), z)[0]
    mean, square = (weight * value.detach()).sum(), (weight * value.detach().square()).sum()
    return (weight * slope.square()).sum().item(), square.item(), (square - mean.square()).item()


def predicted(activation: str, normalization: str) -> float:
    """Factor per layer of a wide net with this normalization, in a large batch."""
    slope, square, variance = moments(activation)
    return math.sqrt(slope / (variance if normalization == "batch" else square))


def relu_batch(batch: int) -> tuple[float, float]:
    """(gain, spread) of ReLU with BatchNorm in an infinitely wide net: √(gain / spread) per layer.

    spread: variance over the batch of relu(z) that is left once its mean is taken away, E[y_i²] − E[y_i y_j].
    gain: mean square of a gradient behind relu and norm, as a share of that before, times the norm's mean square input.
    With ρ = −1/(B−1), the correlation of two of B values that sum to zero: E[y_i y_j] = (√(1−ρ²) + ρ (π − arccos ρ)) / 2π,
    and both are positive with probability 1/4 + arcsin(ρ)/2π.
    """
    rho = -1 / (batch - 1)
    square, product = (
        1 / 2,
        (math.sqrt(1 - rho * rho) + rho * (math.pi - math.acos(rho))) / (2 * math.pi),
    )
    both = 1 / 4 + math.asin(rho) / (2 * math.pi)
    active = batch / 2
    active_squared = active + batch * (batch - 1) * both  # E[m²], m units of the batch active
    sum_squared = batch * square + batch * (batch - 1) * product  # E[(Σ y)²]
    # trace of P D C D P: D the slopes, P projects out the constant and z, C the gradient's covariance I − 11ᵀ/B
    trace = (
        active
        - active / batch
        - square
        - (active - active_squared / batch - sum_squared / batch) / batch
    )
    return trace / (batch - 1) * batch / (batch - 3), square - product


def predicted_blocks(key: str, depth: int) -> float:
    """Total gain of ∂L/∂h over `depth` blocks, in mean square over the weights."""
    gain, spread = relu_batch(SKIP_BATCH)
    if (
        key == "plain.batch"
    ):  # the input is normal, not yet the output of a ReLU layer, whose variance is 2 · spread
        return math.sqrt(2 * gain * (gain / spread) ** (depth - 1))
    if key == "skips.none":
        return 2 ** (depth / 2)
    if key == "skips.layer":
        return math.sqrt(1 + depth)
    total, s = 1.0, 1.0
    for _ in range(depth):
        total, s = total * (1 + 2 * gain / s), s + 2 * spread
    return math.sqrt(total)


def layer_norm_jacobian() -> dict[str, float]:
    """Jacobian of LayerNorm at one random input x: largest singular value times σ(x), how many vanish; the same at a multiple of x."""
    x = torch.randn(WIDTH, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    layer = nn.LayerNorm(WIDTH, eps=0.0, elementwise_affine=False)
    values = torch.linalg.svdvals(torch.autograd.functional.jacobian(layer, x))
    larger = torch.linalg.svdvals(torch.autograd.functional.jacobian(layer, MULTIPLE * x))
    return {
        "largest": (values[0] * x.std(unbiased=False)).item(),
        "lost": int((values < 1e-9 * values[0]).sum()),
        "shrunk": (larger[0] / values[0]).item(),
    }


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """Factor per layer and profile of each stack; the growth against batch, width and depth, measured and predicted."""
    runs = each(run, seeds)
    jacobian = layer_norm_jacobian()
    kept = {
        "depth": setting(DEPTH, "layers of the normalized stack"),
        "width": setting(WIDTH, "units in each layer"),
        "batch": setting(BATCH, "inputs in the batch"),
        "seeds": setting(len(runs), "seeds of the normalized stacks"),
        "skipped": setting(SKIP, "layers left out at either end of a factor per layer"),
        "jacobian.multiple": setting(
            MULTIPLE, "by which the input of LayerNorm is multiplied", show=".0f"
        ),
        "jacobian.largest": Measurement(
            jacobian["largest"],
            "largest singular value of LayerNorm's Jacobian, times the standard deviation of its input",
            show="3",
        ),
        "jacobian.lost": Measurement(
            jacobian["lost"], "singular values of LayerNorm's Jacobian that are zero", rtol=0
        ),
        "jacobian.shrunk": Measurement(
            jacobian["shrunk"],
            "largest singular value of LayerNorm's Jacobian at a multiple of the input, over that at the input",
        ),
    }
    kept |= stacks(runs) | grid(runs) | blocks(runs)
    return kept


def stacks(runs: list[dict]) -> dict[str, Measurement]:
    """Each activation with each normalization."""
    kept, off = {}, []
    for activation, init in NETS.items():
        for normalization, named in LABELS.items():
            profiles = [r[activation, normalization][0] for r in runs]
            where = f"a {SPOKEN.get(activation, activation)} stack with {named}, {init.capitalize()} initialization"
            key = f"{activation}.{normalization}"
            kept[f"{key}.factor"] = over_seeds(
                [factor(p) for p in profiles],
                f"geometric mean factor per layer of ∂L/∂h in {where}",
                show="3",
            )
            kept[f"{key}.total"] = over_seeds(
                [p[0] / p[-1] for p in profiles],
                f"norm of ∂L/∂h after layer 1 over that after the last layer of {where}",
            )
            kept[f"{key}.profile"] = over_seeds(
                [[x / p[-1] for x in p] for p in profiles],
                f"norm of ∂L/∂h after each layer, 1 at the top, of {where}",
            )
            kept[f"{key}.alike"] = over_seeds(
                [r[activation, normalization][1] for r in runs],
                f"mean cosine between the last pre-activations of two inputs, behind the norm, in {where}",
                atol=1e-6,
            )
            if normalization != "none":
                theory = predicted(activation, normalization)
                off.append(abs(kept[f"{key}.factor"].value / theory - 1))
                kept[f"{key}.predicted"] = Measurement(
                    theory, f"factor per layer of ∂L/∂h that theory predicts for {where}", show="3"
                )
    ratio = kept["relu.batch.factor"].value / kept["relu.batch.predicted"].value
    kept["relu.batch.ratio"] = Measurement(
        ratio,
        "measured over predicted factor per layer of ReLU with BatchNorm",
        n=len(runs),
        show=".3f",
    )
    kept["worst"] = Measurement(
        max(off),
        "largest relative distance of a measured factor from the predicted one, over nine normalized stacks",
        n=len(runs),
        show=".1%",
        atol=1e-6,
    )
    return kept


def grid(runs: list[dict]) -> dict[str, Measurement]:
    """ReLU with BatchNorm over widths and batches."""
    kept = {f"width.{w}": setting(w, "units in each layer") for w in WIDTHS}
    kept |= {f"batch.{b}": setting(b, "inputs in the batch") for b in BATCHES}
    off = []
    for b in BATCHES:
        gain, spread = relu_batch(b)
        theory = math.sqrt(gain / spread)
        kept[f"relu.batch.of{b}.predicted"] = Measurement(
            theory,
            f"factor per layer of ∂L/∂h predicted for ReLU with BatchNorm, batch of {b}, wide layers",
            show="3",
        )
        for w in WIDTHS:
            kept[f"relu.batch.of{b}.wide{w}.factor"] = over_seeds(
                [r[w, b] for r in runs],
                f"mean factor per layer of ∂L/∂h, ReLU with BatchNorm, batch of {b}, {w} units",
                show="3",
            )
            off.append(abs(kept[f"relu.batch.of{b}.wide{w}.factor"].value / theory - 1))
    kept["relu.batch.worst"] = Measurement(
        max(off),
        "largest relative distance of a measured factor from the predicted one, over all widths and batches",
        n=len(runs),
        show=".1%",
        atol=1e-6,
    )
    return kept


def blocks(runs: list[dict]) -> dict[str, Measurement]:
    """Total gain against depth, with and without skips."""
    kept = {
        "skips.width": setting(SKIP_WIDTH, "units in each block"),
        "skips.batch_size": setting(SKIP_BATCH, "inputs in the batch"),
        **{f"skips.depth.{depth}": setting(depth, "blocks") for depth in DEPTHS},
    }
    for key, (_, _, named) in BLOCKS.items():
        for depth in DEPTHS:
            where = f"{named}, {depth} blocks of one ReLU layer, He initialization"
            kept[f"{key}.at{depth}.total"] = over_seeds(
                [r[key, depth] for r in runs],
                f"norm of ∂L/∂h at the input over that at the top of {where}",
            )
            kept[f"{key}.at{depth}.predicted"] = Measurement(
                predicted_blocks(key, depth), f"gain of ∂L/∂h that theory predicts over {where}"
            )
    return kept
