"""Measured factor per layer of the signal against √(n · Var W · E[φ'²]), for three activations and four initializations."""

from snippets.figures.style import EDGE, INK, on_the_right, series

RESULTS = ("signal_gain",)
TITLE = "Weights and mean squared slope together predict every measured factor to within {signal_gain.worst}"
SUB = (
    "Factor per layer of the norm of ∂L/∂h: predicted √(n·Var W·E[φ′²]) across, measured upward; on the line both are equal. "
    "{signal_gain.depth} layers of {signal_gain.width} units, median of {signal_gain.seeds} seeds "
    "({signal_gain.orthogonal.seeds} with orthogonal matrices)"
)
ALT = (
    "Twelve points, all on the diagonal. Sigmoid nets lie lowest, from {signal_gain.sigmoid.default.measured} with the default "
    "weights to {signal_gain.sigmoid.he.measured} with He's. ReLU nets reach from {signal_gain.relu.default.measured} to "
    "{signal_gain.relu.he.measured}, tanh nets from {signal_gain.tanh.default.measured} to {signal_gain.tanh.he.measured}."
)

NETS = {"sigmoid": "sigmoid", "relu": "ReLU", "tanh": "tanh"}
INITS = {"default": "default", "xavier": "Xavier", "he": "He", "orthogonal": "orthogonal"}
ABOVE = {
    ("tanh", "default"),
    ("tanh", "xavier"),
    ("tanh", "he"),
    ("relu", "xavier"),
}  # named on the upper left of the line
TOGETHER = "Xavier or orthogonal"  # equal variance, so one place


def draw(results, ax):
    """One point per net and initialization, named in ink; the diagonal is equality."""
    found = results["signal_gain"]
    ax.plot([0, 1.12], [0, 1.12], color=EDGE, linewidth=1, linestyle="-", marker="none")
    for net, label in NETS.items():
        look = {**series(net), "linestyle": "none"}
        for init, named in INITS.items():
            x, y = found[f"{net}.{init}.predicted"].value, found[f"{net}.{init}.measured"].value
            ax.plot(x, y, **look)
            if init == "orthogonal":
                continue
            above = (net, init) in ABOVE
            ax.annotate(
                f"{label}, {TOGETHER if init == 'xavier' else named}",
                (x, y),
                xytext=(-7, 1) if above else (7, -4),
                textcoords="offset points",
                ha="right" if above else "left",
                va="center",
                color=INK,
            )
    on_the_right(ax)
    ax.set_xlim(0, 1.28)
    ax.set_ylim(0, 1.15)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xlabel("predicted factor per layer")
    ax.set_ylabel("measured")


def data(results):
    """One row per net and initialization."""
    found = results["signal_gain"]
    rows = [
        [
            label,
            named,
            found[f"{net}.{init}.predicted"].value,
            found[f"{net}.{init}.measured"].value,
            *found[f"{net}.{init}.measured"].band,
            found[f"{net}.{init}.measured"].n,
        ]
        for net, label in NETS.items()
        for init, named in INITS.items()
    ]
    return [
        "net",
        "initialization",
        "predicted factor per layer",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
        "seeds",
    ], rows
