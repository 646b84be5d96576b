"""Factor per layer against the size of the weights, for sigmoid, tanh and ReLU."""

from snippets.figures.style import COLORS, EDGE, INK, on_the_right, series

RESULTS = ("weight_scale",)
TITLE = "ReLU has one right size of weights, tanh bends near it, and sigmoid would need weights ten times larger"
SUB = (
    "Factor per layer of the norm of ∂L/∂h (upward) against √(n·Var W) of the weights (across), both logarithmic; markers: "
    "median of {weight_scale.seeds} seeds, {weight_scale.depth} layers of {weight_scale.width} units; thin lines: predicted"
)
ALT = (
    "Three rising curves. ReLU's is a straight line that crosses a factor of one at {weight_scale.relu.neutral}. tanh's rises "
    "alike up to one, then bends and climbs slowly. Sigmoid's lies far below and crosses one only at "
    "{weight_scale.sigmoid.neutral}. The measured markers follow the predicted lines and fall a little below them for the largest "
    "weights."
)

NETS = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}


def draw(results, ax):
    """Markers with bands for what was measured, a thin line in ink for theory."""
    found = results["weight_scale"]
    gains = found["gains"].value
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.axhline(1, color=EDGE, linewidth=1.2)
    for net, label in NETS.items():
        factor = found[f"{net}.factor"]
        ax.plot(gains, found[f"{net}.predicted"].value, color=INK, linewidth=0.8)
        ax.fill_between(gains, *factor.band, color=COLORS[net], alpha=0.15, linewidth=0)
        ax.plot(gains, factor.value, **{**series(net), "linestyle": "none"})
        at = {"relu": 7, "tanh": 10, "sigmoid": 7}[net]
        ax.annotate(
            label,
            (gains[at], factor.value[at]),
            xytext=(-8, 7) if net == "relu" else (4, -14),
            textcoords="offset points",
            ha="right" if net == "relu" else "left",
            color=INK,
        )
    on_the_right(ax)
    ax.set_xticks([0.25, 0.5, 1, 2, 4, 8, 16], ["0.25", "0.5", "1", "2", "4", "8", "16"])
    ax.set_yticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
    ax.minorticks_off()
    ax.set_xlabel("√(n·Var W)")
    ax.set_ylabel("factor per layer")


def data(results):
    """One row per net and gain."""
    found = results["weight_scale"]
    return [
        "net",
        "√(n Var W)",
        "predicted factor per layer",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], [
        [label, *row]
        for net, label in NETS.items()
        for row in zip(
            found["gains"].value,
            found[f"{net}.predicted"].value,
            found[f"{net}.factor"].value,
            *found[f"{net}.factor"].band,
            strict=True,
        )
    ]
