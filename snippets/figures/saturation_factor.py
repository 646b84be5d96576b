"""Saturated share against the factor of the signal, as the scale of random weights grows."""

from snippets.figures.style import COLORS, EDGE, INK, on_the_right, series

RESULTS = ("saturation",)
TITLE = "Larger weights saturate more units, and the signal grows all the same"
SUB = (
    "Across: share of units whose slope is below {saturation.near} of the largest. Upward: factor per layer of ∂L/∂h. "
    "At the points: scale √(n·Var W) of the weights. Random stacks of {saturation.width} units, "
    "median and 5th to 95th percentile of {saturation.seeds} seeds; thin line: theory"
)
ALT = (
    "Two rising curves on their theory lines. The tanh points start at no saturated units and a factor of {saturation.tanh.at1.factor} "
    "and end at {saturation.tanh.at32.share} saturated and a factor of {saturation.tanh.at32.factor}. The sigmoid points end at "
    "{saturation.sigmoid.at32.share} and {saturation.sigmoid.at32.factor}, and cross a factor of one between "
    "{saturation.sigmoid.at8.share} and {saturation.sigmoid.at16.share} saturated."
)
SCALES = (1, 2, 4, 8, 16, 32)
NAMED = {
    ("tanh", 2),
    ("tanh", 4),
    ("tanh", 8),
    ("tanh", 16),
    ("tanh", 32),
    ("sigmoid", 4),
    ("sigmoid", 8),
    ("sigmoid", 16),
    ("sigmoid", 32),
}


def draw(results, ax):
    """Points with bands, theory as a thin line, each point with its scale."""
    found = results["saturation"]
    ax.axhline(1, color=EDGE, linewidth=0.8)
    for net in ("tanh", "sigmoid"):
        theory = [
            (
                100 * found[f"{net}.at{s}.predicted_share"].value,
                found[f"{net}.at{s}.predicted_factor"].value,
            )
            for s in SCALES
        ]
        ax.plot(*zip(*theory, strict=True), color=INK, linewidth=1, marker="none", linestyle="-")
        for s in SCALES:
            x, factor = 100 * found[f"{net}.at{s}.share"].value, found[f"{net}.at{s}.factor"]
            ax.plot(
                [x, x], factor.band, color=COLORS[net], linewidth=1.2, marker="none", linestyle="-"
            )
            ax.plot(x, factor.value, **{**series(net), "linestyle": "none"})
            if (net, s) in NAMED:
                ax.annotate(
                    str(s),
                    (x, factor.value),
                    xytext=(-6, 3) if net == "tanh" else (6, -4),
                    textcoords="offset points",
                    ha="right" if net == "tanh" else "left",
                    va="center",
                    color=INK,
                )
    ax.text(43, 1.75, "tanh", color=INK, ha="right")
    ax.text(57, 0.72, "sigmoid", color=INK, ha="left")
    on_the_right(ax)
    ax.set_xlim(-4, 101)
    ax.set_ylim(0, 4.7)
    ax.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    ax.set_yticks([0, 1, 2, 3, 4])
    ax.set_xlabel("saturated units")


def data(results):
    """One row per activation and scale."""
    found = results["saturation"]
    return [
        "activation",
        "σ_w",
        "saturated share",
        "predicted",
        "factor per layer",
        "5 % of seeds",
        "95 % of seeds",
        "predicted",
    ], [
        [
            net,
            s,
            found[f"{net}.at{s}.share"].value,
            found[f"{net}.at{s}.predicted_share"].value,
            found[f"{net}.at{s}.factor"].value,
            *found[f"{net}.at{s}.factor"].band,
            found[f"{net}.at{s}.predicted_factor"].value,
        ]
        for net in ("tanh", "sigmoid")
        for s in SCALES
    ]
