"""How far four optimizers move a float32 weight under a constant gradient, and where each stops moving it."""

from snippets.figures.style import COLORS, INK, INK2, power, powers, series

RESULTS = ("rounding",)
TITLE = (
    "SGD stops moving this weight below {rounding.sgd.stops}, Adam only below {rounding.adam.stops}"
)
SUB = (
    "Distance moved (upward) by a float32 weight of {rounding.weight} in {rounding.steps} steps under a constant gradient (across); "
    "rate {rounding.sgd.rate} for SGD and momentum, {rounding.adam.rate} for RMSprop and Adam, thin lines without rounding"
)
ALT = (
    "Four curves. SGD and momentum fall in proportion to the gradient and end at {rounding.sgd.stops} and {rounding.momentum.stops}. "
    "RMSprop and Adam are level down to ε, {rounding.eps}, then fall as well and end at {rounding.adam.stops}. "
    "All end at the same distance, half a spacing of the weight for each step."
)

LOOKS = {"sgd": "relu", "momentum": "res", "rmsprop": "gelu", "adam": "relu_he"}
NAMES = {
    "Adam and RMSprop": ("left", 1e-12, 2e-6),
    "momentum": ("right", 2e-5, 1e-3),
    "SGD": ("left", 6e-5, 1e-5),
}


def draw(results, ax):
    """Measured distances with markers, the formulas as thin lines that go on below."""
    found = results["rounding"]
    gradients = found["gradients"].value
    for name, look in LOOKS.items():
        ax.plot(
            gradients,
            found[f"{name}.predicted"].value,
            color=INK2,
            linewidth=0.7,
            marker="none",
            linestyle="-",
        )
        moved = [
            (g, m) for g, m in zip(gradients, found[f"{name}.moved"].value, strict=True) if m > 0
        ]
        ax.plot(*zip(*moved, strict=True), markevery=4, **series(look))
    ax.set_xscale("log")
    powers(ax, every=2)
    ax.set_ylim(1e-8, 1)
    ax.set_xlim(1e-16, 0.2)
    ax.set_xticks([10.0**e for e in range(-15, 0, 3)], [power(e) for e in range(-15, 0, 3)])
    for label, (side, x, y) in NAMES.items():
        ax.annotate(label, (x, y), ha=side, va="center", color=INK)
    ax.annotate(
        "RMSprop",
        (1e-5, 0.2),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        va="bottom",
        color=INK,
    )
    ax.axvline(found["eps"].value, color=COLORS["ln"], linewidth=0.8, linestyle=":")
    ax.annotate(
        "ε",
        (found["eps"].value, 0.6),
        xytext=(-4, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=INK2,
    )
    ax.set_xlabel("gradient of the weight")


def data(results):
    """One row per optimizer and gradient."""
    found = results["rounding"]
    return ["optimizer", "gradient", "distance moved", "distance without rounding"], [
        [name, *row]
        for name in LOOKS
        for row in zip(
            found["gradients"].value,
            found[f"{name}.moved"].value,
            found[f"{name}.predicted"].value,
            strict=True,
        )
    ]
