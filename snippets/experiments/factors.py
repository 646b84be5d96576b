"""What a factor per layer does over depth, and where floating point gives out. Arithmetic alone: no seed, no net.

Keys: `<factor>.at<depth>` is factor to the power depth, with the factor itself under `gamma.<factor>` and the depth
under `depth.<depth>`. `<dtype>.…` are limits of a number format, found by running into them.
"""

import torch

from snippets.measurement import Measurement, setting

GAMMAS = {
    "tenth": 0.1,
    "quarter": 0.25,
    "nine_tenths": 0.9,
    "one": 1.0,
    "eleven_tenths": 1.1,
    "three_halves": 1.5,
}
DEPTHS = (5, 9, 10, 15, 20, 25, 29, 30, 50, 100)
DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
SIDE, RATE = 64, 0.01
ADAM = {"lr": 1e-3, "eps": 1e-8, "steps": 100, "weight": 0.1}
GRADIENTS = {"tiny": 1e-15, "at_eps": 1e-8, "usual": 1e-3}


def first_depth(gamma: float, dtype: torch.dtype, reached) -> int:
    """The first depth at which a product of gammas, multiplied up in dtype, satisfies reached(product)."""
    product, factor = torch.ones((), dtype=dtype), torch.tensor(gamma, dtype=dtype)
    for depth in range(1, 10_000):
        product = product * factor
        if reached(product):
            return depth
    raise ValueError(f"no product of {gamma} up to depth {depth} gets there")


def bisect(low: float, high: float, holds) -> float:
    """The place between low (where holds is false) and high (where it is true) at which it turns true, to 9 digits."""
    for _ in range(200):
        middle = (low * high) ** 0.5 if low > 0 else (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
        if abs(high - low) <= 1e-10 * abs(high):
            break
    return high


def limits(dtype: torch.dtype) -> dict[str, float]:
    """Largest number, smallest normal and subnormal, and spacing at 1, each found by doubling or halving."""
    one = torch.ones((), dtype=dtype)
    eps = one
    while one + eps / 2 > one:
        eps = eps / 2
    largest = 2 * one - eps
    while torch.isfinite(largest * 2):
        largest = largest * 2
    normal = one
    while (normal / 2) * (
        one + eps
    ) > normal / 2:  # a normal number still has room for its last place
        normal = normal / 2
    least = one
    while least / 2 > 0:
        least = least / 2
    return {
        "largest": largest.item(),
        "normal": normal.item(),
        "subnormal": least.item(),
        "eps": eps.item(),
    }


def dead_from(activation, sign: int) -> float:
    """The |x| from which the float32 backward pass of an activation gives exactly 0 on one side."""

    def zero(size: float) -> bool:
        x = torch.full((SIDE,), sign * size, requires_grad=True)
        activation(x).sum().backward()
        return bool((x.grad == 0).all())

    return bisect(1.0, 1000.0, zero)


def lost_from(update: float) -> float:
    """The power of two above which every float32 weight stays the same when the update is taken off or added."""
    step = torch.tensor(update, dtype=torch.float32)
    lost = 2.0**10
    while all(torch.equal(w + s, w) for w in [torch.tensor(0.75 * lost)] for s in (step, -step)):
        lost /= 2  # 0.75 of a power of two lies in the binade below it
    return lost


def adam_share(gradient: float) -> float:
    """Adam's last step on one weight under a constant gradient, as a share of its rate; float64."""
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=ADAM["lr"], eps=ADAM["eps"])
    for _ in range(ADAM["steps"]):
        before = w.item()
        w.grad = torch.full_like(w, gradient)
        optimizer.step()
    return (before - w.item()) / ADAM["lr"]


def adam_moved(gradient: float) -> float:
    """How far a float32 weight gets under a constant gradient."""
    w = torch.full((1,), ADAM["weight"], requires_grad=True)
    start = w.item()
    optimizer = torch.optim.Adam([w], lr=ADAM["lr"], eps=ADAM["eps"])
    for _ in range(ADAM["steps"]):
        w.grad = torch.full_like(w, gradient)
        optimizer.step()
    return abs(w.item() - start)


def powers() -> dict[str, Measurement]:
    """The table of factor and depth."""
    kept = {
        f"gamma.{name}": setting(gamma, "a factor per layer", show=f".{len(str(gamma)) - 2}f")
        for name, gamma in GAMMAS.items()
    }
    kept |= {f"depth.{depth}": setting(depth, "layers") for depth in DEPTHS}
    for name, gamma in GAMMAS.items():
        for depth in DEPTHS:
            product = 1.0
            for _ in range(depth):
                product *= gamma
            show = "," if 1e3 < product < 1e4 else ""
            kept[f"{name}.at{depth}"] = Measurement(
                product, f"{gamma:g} multiplied by itself over {depth} layers", show=show
            )
    for depth in (9, 10):
        kept[f"quarter.times.at{depth}"] = Measurement(
            4**depth, f"how many times {depth} factors of a quarter shrink a gradient", rtol=0
        )
    return kept


def formats() -> dict[str, Measurement]:
    """Limits of the number formats and the depths at which powers run into them."""
    kept = {}
    named = {
        "largest": "largest number",
        "normal": "smallest number of full precision",
        "subnormal": "smallest number above zero",
        "eps": "spacing of numbers just above one",
    }
    for name, dtype in DTYPES.items():
        found = limits(dtype)
        for part, label in named.items():
            show = "," if 1e3 < found[part] < 1e6 else ""
            kept[f"{name}.{part}"] = Measurement(found[part], f"{label} in {name}", show=show)
        depths = {
            "overflow": (1.5, torch.isinf, "overflows"),
            "subnormal_depth": (
                0.25,
                lambda p, f=found: p < f["normal"],
                "falls below the smallest number of full precision",
            ),
            "zero_depth": (0.25, lambda p: p == 0, "becomes exactly zero"),
            "eps_depth": (
                0.25,
                lambda p, f=found: p < f["eps"],
                "falls below the spacing of numbers at one",
            ),
        }
        for part, (gamma, reached, label) in depths.items():
            what = (
                f"depth from which a factor of {gamma:g} per layer {label}, multiplied up in {name}"
            )
            kept[f"{name}.{part}"] = Measurement(first_depth(gamma, dtype, reached), what, rtol=0)
    return kept


def pitfalls() -> dict[str, Measurement]:
    """The float32 norm, saturated backward passes, lost updates and Adam's eps."""
    square = torch.ones(SIDE, SIDE)
    # The last place of a vectorized exp or of a sum differs between processors, hence the wider tolerances.
    kept = {
        "norm.side": setting(SIDE, "rows and columns of the matrix whose norm is taken"),
        "norm.zero": Measurement(
            bisect(1e-15, 1e-38, lambda x: (square * x).norm() == 0),
            "float32 entry size up to which tensor.norm() of a matrix returns exactly zero",
            rtol=1e-3,
        ),
        "norm.inf": Measurement(
            SIDE * bisect(1.0, 1e30, lambda x: bool(torch.isinf((square * x).norm()))),
            "norm from which tensor.norm() of a float32 matrix returns inf",
            rtol=1e-3,
        ),
        "update.rate": setting(RATE, "learning rate of the update that may round away", show=".2f"),
        "adam.eps": setting(ADAM["eps"], "Adam's eps", show="e1"),
        "adam.rate": setting(ADAM["lr"], "Adam's learning rate", show=".3f"),
        "adam.steps": setting(ADAM["steps"], "steps of Adam under a constant gradient"),
        "adam.weight": setting(ADAM["weight"], "float32 weight on which Adam acts", show=".1f"),
    }
    for name, sign, side in (
        ("sigmoid.above", 1, "upward"),
        ("sigmoid.below", -1, "downward"),
        ("tanh", 1, "upward"),
    ):
        activation = torch.tanh if name == "tanh" else torch.sigmoid
        what = f"input from which {side} the float32 backward pass of {name.partition('.')[0]} is exactly zero"
        kept[f"saturated.{name}"] = Measurement(
            sign * dead_from(activation, sign), what, rtol=2e-2, show=".3f"
        )
    for depth in (5, 10, 20, 30):
        update = RATE * 0.25**depth
        kept[f"update.at{depth}"] = Measurement(
            update, f"plain SGD update when the gradient has met {depth} factors of a quarter"
        )
        kept[f"update.lost.at{depth}"] = Measurement(
            lost_from(update),
            f"size above which every float32 weight rounds that update away, {depth} factors of a quarter",
        )
    for name, gradient in GRADIENTS.items():
        kept[f"adam.gradient.{name}"] = setting(
            gradient, "constant gradient given to Adam", show="e1"
        )
        kept[f"adam.share.{name}"] = Measurement(
            adam_share(gradient),
            f"Adam's step as a share of its rate under a constant gradient of {gradient:g}",
        )
        kept[f"adam.moved.{name}"] = Measurement(
            adam_moved(gradient),
            f"distance that Adam moves a float32 weight under a constant gradient of {gradient:g}",
            rtol=1e-4,
        )
    return kept


def measure() -> dict[str, Measurement]:
    """Powers of factors, limits of formats, and what they do to a gradient."""
    return powers() | formats() | pitfalls()
