"""Mean-field theory of wide random nets, by quadrature, and nets of finite width measured beside it.

A layer is h = φ(z), z = W h' + b, with n·Var W = σ_w² and Var b = σ_b². In a wide net every z is normal, with a variance q
that follows q ← σ_w² E[φ(√q x)²] + σ_b² to a fixed point q*, x standard normal. There the signal's squared norm is multiplied by
χ₁ = σ_w² E[φ'(√q* x)²] per layer, its norm by √χ₁, and the squared norm changes by a factor e over the depth ξ = 1/|ln χ₁|.
χ₁ = 1 is the edge of chaos (Poole et al. 2016, Schoenholz et al. 2017). Two inputs of correlation c have at the next layer
c ← (σ_w² E[φ(u) φ(v)] + σ_b²) / q*, u and v normal with variance q* and correlation c.

`spread.…` is the exact law of the gain of a ReLU net of width n with He initialization, for a gradient of random direction: each
layer multiplies the squared norm by (2/n) χ²(K), K of n units active, K binomial; so the log of the norm has per layer
mean ½ (ln(4/n) + E ψ(K/2)) and variance ¼ (E ψ'(K/2) + Var ψ(K/2)). To leading order that is −5/4n and 5/4n (Hanin 2018).
"""

import functools
import math

import numpy as np
import torch

from snippets.experiments._runs import each
from snippets.experiments._stacks import Stack, float64
from snippets.experiments._tolerances import DRAWN, loosened
from snippets.experiments.signal_gain import DEPTH as STACK_DEPTH
from snippets.experiments.signal_gain import SPREAD_DEPTH, SPREAD_WIDTHS, variances
from snippets.experiments.signal_gain import WIDTH as STACK_WIDTH
from snippets.experiments.slopes import ACTIVATIONS, expectation, slope, solve
from snippets.measurement import Measurement, over_seeds, setting

WIDTH, DEPTH = 256, 50
SEEDS, SPOT = range(40), range(4)
BIASES = {"low": 0.1, "middle": 0.5, "high": 1.0}
WEIGHTS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
POINTS = {
    f"{name}.at{10 * weight:.0f}": (weight, bias)
    for name, bias in BIASES.items()
    for weight in WEIGHTS
}
RELU = (1.0, math.sqrt(2), 2.0)  # σ_w of ReLU nets without biases
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4)  # of the factor √χ₁
HEIGHTS = np.linspace(0, 1.2, 13)  # σ_b at which the level lines are kept
PAIR_BIAS, START = 0.3, 0.6  # σ_b of the nets that carry two inputs, and the correlation of these
PAIRS = {"ordered": 0.8, "chaotic": 2.5}  # σ_w; the third net sits on the edge
FORWARD = {
    "sigmoid.default": "a sigmoid stack, nn.Linear's default initialization",
    "tanh.xavier": "a tanh stack, Xavier initialization",
    "relu.default": "a ReLU stack, nn.Linear's default initialization",
    "relu.he": "a ReLU stack, He initialization",
}


def square(activation: str, q: float) -> float:
    """E[φ(√q x)²]."""
    return expectation(
        lambda z: ACTIVATIONS[activation](torch.tensor(z)).numpy() ** 2, math.sqrt(q)
    )


def slope_square(activation: str, q: float) -> float:
    """E[φ'(√q x)²]."""
    return expectation(lambda z: slope(ACTIVATIONS[activation], z) ** 2, math.sqrt(q))


@functools.cache
def fixed_point(weight: float, bias: float) -> float:
    """q* of a tanh net: where q - σ_w² E[φ²] - σ_b² changes its sign."""
    return solve(
        lambda q: q - weight**2 * square("tanh", q) - bias**2, 1e-9, weight**2 + bias**2 + 1
    )


@functools.cache
def chi(weight: float, bias: float) -> float:
    """χ₁ of a tanh net."""
    return weight**2 * slope_square("tanh", fixed_point(weight, bias))


@functools.cache
def edge_at(bias: float) -> float:
    """The σ_w at which a tanh net with this σ_b is on the edge of chaos: σ_w² = 1 / E[φ'²] at the q* that gives this σ_b."""
    q = solve(lambda q: q - square("tanh", q) / slope_square("tanh", q) - bias**2, 1e-6, 10.0)
    return 1 / math.sqrt(slope_square("tanh", q))


@functools.cache
def along() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(q, E[φ²], E[φ'²]) of tanh for pre-activation variances q from nearly none to very large."""
    qs = np.geomspace(1e-6, 40, 400)
    return (
        qs,
        np.array([square("tanh", q) for q in qs]),
        np.array([slope_square("tanh", q) for q in qs]),
    )


def level_line(factor: float) -> list[float]:
    """σ_w at each of HEIGHTS where a tanh net's factor √χ₁ has the given value.

    For a given q*, σ_w² = χ₁ / E[φ'²] and σ_b² = q* - σ_w² E[φ²]; both grow with q* where σ_b² is not negative.
    """
    qs, squares, slope_squares = along()
    weights = factor / np.sqrt(slope_squares)
    bias_squares = qs - weights**2 * squares
    first = int(np.flatnonzero(bias_squares <= 0)[-1]) if (bias_squares <= 0).any() else 0
    signed = np.sign(bias_squares[first:]) * np.sqrt(np.abs(bias_squares[first:]))
    return np.interp(HEIGHTS, signed, weights[first:]).tolist()


def next_correlation(c: float, weight: float, bias: float, q: float) -> float:
    """The correlation of two inputs' pre-activations one layer on."""
    nodes, masses = np.polynomial.hermite_e.hermegauss(60)
    masses = masses / math.sqrt(2 * math.pi)
    u = math.sqrt(q) * nodes[:, None]
    v = math.sqrt(q) * (c * nodes[:, None] + math.sqrt(max(1 - c * c, 0)) * nodes[None, :])
    return (weight**2 * float(masses @ (np.tanh(u) * np.tanh(v)) @ masses) + bias**2) / q


def columns() -> dict[str, torch.Tensor]:
    """All nets of `run` side by side, one column each: their σ_w, σ_b, and the mean square of their input."""
    pairs = [
        (PAIRS["ordered"], PAIR_BIAS),
        (edge_at(PAIR_BIAS), PAIR_BIAS),
        (PAIRS["chaotic"], PAIR_BIAS),
    ]
    tanh = [*POINTS.values(), *(pair for pair in pairs for _ in range(2))]
    start = [(fixed_point(weight, bias) - bias**2) / weight**2 for weight, bias in tanh]
    rows = {
        "weight": [*(w for w, _ in tanh), *RELU],
        "bias": [*(b for _, b in tanh), *(0.0 for _ in RELU)],
        "start": [*start, *(1.0 for _ in RELU)],
    }
    return {name: torch.tensor(row, dtype=torch.float64) for name, row in rows.items()}


def inputs(start) -> torch.Tensor:
    """Inputs of the given mean squares, shape (WIDTH, nets); those of a pair have correlation START before weights and bias."""
    h = torch.randn(WIDTH, 1).expand(WIDTH, len(start)).clone()
    other = torch.randn(WIDTH, 1)
    other = other - h[:, :1] * (h[:, :1] * other).sum() / h[:, :1].square().sum()
    h, other = h / h.square().mean(0).sqrt(), other / other.square().mean().sqrt()
    for second in range(len(POINTS) + 1, len(POINTS) + 6, 2):
        h[:, second] = START * h[:, second - 1] + math.sqrt(1 - START**2) * other[:, 0]
    return h * start.sqrt()


def forward_profile(name: str) -> list[float]:
    """Root mean square of h_l for l = 1..N of a deep stack, for one standard normal input."""
    activation, init = name.split(".")
    with torch.no_grad():
        return [
            h.square().mean().sqrt().item()
            for h in Stack(STACK_DEPTH, STACK_WIDTH, activation, init)(torch.randn(1, STACK_WIDTH))
        ]


def run(seed: int, nets: dict) -> dict:
    """Factors per layer of all nets on the map (as `columns` gives them), correlations of the pairs, and forward profiles, for one seed."""
    torch.manual_seed(seed)
    with float64():
        relu = slice(-len(RELU), None)
        draws = [
            (torch.randn(WIDTH, WIDTH) / math.sqrt(WIDTH), torch.randn(WIDTH, 1))
            for _ in range(DEPTH)
        ]
        h, slopes, correlations = inputs(nets["start"]), [], []
        for W, b in draws:
            z = nets["weight"] * (W @ h) + nets["bias"] * b
            h = torch.tanh(z)
            h[:, relu] = z[:, relu].relu()
            slopes.append(1 - h**2)
            slopes[-1][:, relu] = (z[:, relu] > 0).double()
            pairs = z[:, len(POINTS) : -len(RELU)].T
            correlations.append(
                [
                    torch.nn.functional.cosine_similarity(pairs[i], pairs[i + 1], dim=0).item()
                    for i in (0, 2, 4)
                ]
            )
        g = torch.randn(WIDTH, 1).expand_as(h)
        first = g.norm(dim=0)
        for (W, _), D in zip(reversed(draws), reversed(slopes), strict=True):
            g = nets["weight"] * (W.T @ (D * g))
        factors = ((g.norm(dim=0) / first) ** (1 / DEPTH)).tolist()
        return {
            "tanh": factors[: len(POINTS)],
            "relu": factors[relu],
            "pairs": list(zip(*correlations, strict=True)),
        } | {name: forward_profile(name) for name in FORWARD}


def the_map(runs: list[dict]) -> dict[str, Measurement]:
    """Fixed point, χ₁ and depth of tanh nets at POINTS with the measured factor, level lines, and the ReLU line."""
    ratios = []
    kept = {
        "map.weights": Measurement(list(WEIGHTS), "σ_w of the measured tanh nets"),
        "map.heights": Measurement(HEIGHTS.tolist(), "σ_b at which level lines are kept"),
    }
    kept |= {
        f"map.{name}": setting(bias, "σ_b of a row of measured tanh nets", show=".1f")
        for name, bias in BIASES.items()
    }
    for i, (name, (weight, bias)) in enumerate(POINTS.items()):
        where, x = f"a tanh net with σ_w = {weight:g}, σ_b = {bias:g}", chi(weight, bias)
        kept[f"{name}.factor"] = over_seeds(
            [r["tanh"][i] for r in runs], f"factor per layer of ∂L/∂h in {where}", show="3"
        )
        kept[f"{name}.predicted"] = Measurement(
            math.sqrt(x), f"√χ₁, the factor per layer of ∂L/∂h predicted for {where}", show="3"
        )
        kept[f"{name}.fixed_point"] = Measurement(
            fixed_point(weight, bias), f"q*, variance of the pre-activations of a wide {where[2:]}"
        )
        kept[f"{name}.reach"] = Measurement(
            1 / abs(math.log(x)), f"ξ, layers in which the squared ∂L/∂h changes by e, {where}"
        )
        ratios.append(kept[f"{name}.factor"].value / math.sqrt(x))
    # A difference of nearly equal numbers: DRAWN of a factor is a few percent of it.
    kept["worst"] = Measurement(
        max(abs(ratio - 1) for ratio in ratios),
        "largest relative distance of a measured factor per layer of a tanh net from √χ₁",
        rtol=5e-2,
        show=".1%",
    )
    for weight, name in zip(RELU, ("at1", "critical", "at2"), strict=True):
        where = f"a ReLU net with σ_w² = {weight**2:.0f}, no biases"
        kept[f"relu.{name}.factor"] = over_seeds(
            [r["relu"][RELU.index(weight)] for r in runs],
            f"factor per layer of ∂L/∂h in {where}",
            show="3",
        )
        kept[f"relu.{name}.predicted"] = Measurement(
            weight / math.sqrt(2), f"√χ₁ = σ_w/√2 of {where}", show="3"
        )
    for factor in LEVELS:
        kept[f"level.{10 * factor:.0f}"] = Measurement(
            level_line(factor),
            f"σ_w at which a tanh net's √χ₁ is {factor:g}, for σ_b from {HEIGHTS[0]:g} to {HEIGHTS[-1]:g}",
        )
    return kept


def two_inputs(runs: list[dict]) -> dict[str, Measurement]:
    """The correlation of two inputs through an ordered net, one on the edge, and a chaotic one."""
    edge = edge_at(PAIR_BIAS)
    kept = {
        "pair.bias": setting(PAIR_BIAS, "σ_b of the nets that carry two inputs"),
        "pair.edge.weight": Measurement(
            edge,
            f"σ_w at which a tanh net with σ_b = {PAIR_BIAS} is on the edge of chaos",
            show="3",
        ),
    }
    for i, (name, weight) in enumerate(
        (("ordered", PAIRS["ordered"]), ("edge", edge), ("chaotic", PAIRS["chaotic"]))
    ):
        if name != "edge":
            kept[f"pair.{name}.weight"] = setting(weight, f"σ_w of the {name} net", show=".1f")
        where, q = f"two inputs in a tanh net, {name}", fixed_point(weight, PAIR_BIAS)
        kept[f"pair.{name}.correlation"] = over_seeds(
            [list(r["pairs"][i]) for r in runs], f"correlation of the pre-activations of {where}"
        )
        kept[f"pair.{name}.last"] = over_seeds(
            [r["pairs"][i][-1] for r in runs], f"correlation at the last layer of {where}"
        )
        c = (weight**2 * START * (q - PAIR_BIAS**2) / weight**2 + PAIR_BIAS**2) / q
        theory = [c]
        for _ in range(DEPTH - 1):
            theory.append(next_correlation(theory[-1], weight, PAIR_BIAS, q))
        kept[f"pair.{name}.correlation_predicted"] = Measurement(
            theory, f"correlation predicted for {where}"
        )
        kept[f"pair.{name}.last_predicted"] = Measurement(
            theory[-1], f"correlation at the last layer predicted for {where}"
        )
        kept[f"pair.{name}.factor_predicted"] = Measurement(
            math.sqrt(chi(weight, PAIR_BIAS)),
            f"√χ₁, factor per layer of ∂L/∂h of the {name} net",
            show="3",
        )
    return kept


def forward(runs: list[dict]) -> dict[str, Measurement]:
    """Root mean square of the outputs of each layer, and the variance recursion."""
    kept = {
        "forward.depth": setting(STACK_DEPTH, "layers of the stacks"),
        "forward.width": setting(STACK_WIDTH, "units in each layer"),
    }
    for name, where in FORWARD.items():
        activation, init = name.split(".")
        weight, bias = variances(activation, init)
        q, theory = weight + bias, []
        for _ in range(STACK_DEPTH):
            theory.append(square(activation, q))
            q = weight * theory[-1] + bias
        kept[f"forward.{name}"] = over_seeds(
            [r[name] for r in runs], f"root mean square of h after each layer of {where}"
        )
        kept[f"forward.{name}.last"] = over_seeds(
            [r[name][-1] for r in runs], f"root mean square of the last h of {where}"
        )
        kept[f"forward.{name}.predicted"] = Measurement(
            [math.sqrt(v) for v in theory],
            f"root mean square of h after each layer that the recursion predicts for {where}",
        )
        kept[f"forward.{name}.last_predicted"] = Measurement(
            math.sqrt(theory[-1]), f"root mean square of the last h predicted for {where}"
        )
    return kept


def spread() -> dict[str, Measurement]:
    """Exact mean and standard deviation of the log gain of He-initialized ReLU nets of SPREAD_WIDTHS units."""
    kept = {}
    for n in SPREAD_WIDTHS:
        active = torch.arange(1, n + 1, dtype=torch.float64)
        log_mass = math.lgamma(n + 1) - torch.lgamma(active + 1) - torch.lgamma(n - active + 1)
        mass = (log_mass - log_mass.logsumexp(0)).exp()
        middle = (mass * (active / 2).digamma()).sum()
        squares = (mass * ((active / 2).digamma() - middle) ** 2).sum() + (
            mass * torch.special.polygamma(1, active / 2)
        ).sum()
        where = f"∂L/∂h over {SPREAD_DEPTH} layers of {n} units, ReLU, He initialization"
        kept[f"spread.{n}.sd"] = Measurement(
            math.sqrt(SPREAD_DEPTH * squares.item()) / 2,
            f"standard deviation of the log gain that the law of this width gives, {where}",
        )
        kept[f"spread.{n}.gain"] = Measurement(
            math.exp(SPREAD_DEPTH * (math.log(4 / n) + middle.item()) / 2),
            f"median gain that the law of this width gives for {where}",
        )
    return kept


def measure(seeds=SEEDS) -> dict[str, Measurement]:
    """The map, two inputs, the forward recursion, and the spread at finite width."""
    runs = each(functools.partial(run, nets=columns()), seeds)
    kept = {
        "width": setting(WIDTH, "units in each layer"),
        "depth": setting(DEPTH, "layers"),
        "seeds": setting(len(runs), "seeds"),
    }
    return loosened(kept | the_map(runs) | two_inputs(runs) | forward(runs) | spread(), DRAWN)
