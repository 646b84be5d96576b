"""Training error with depth, BatchNorm nets without skips and nets with scaled skips: each seed a line."""

from snippets.figures.style import COLORS, name_lines, on_the_right, series

RESULTS = ("deeper",)
TITLE = "Plain BatchNorm nets fit their own training data worse the deeper they are; with scaled skips they hardly do"
SUB = (
    "Training error after {deeper.epochs} epochs on handwritten digits against the number of hidden layers; one line for each of "
    "{deeper.seeds} seeds, every depth at its own best of {deeper.rates} rates"
)
ALT = (
    "Two nets at {deeper.depth.10}, {deeper.depth.20}, {deeper.depth.30} and {deeper.depth.50} layers. The training error of plain "
    "BatchNorm nets rises from {deeper.bn.at10.error} to {deeper.bn.at50.error}, that of nets with scaled skips from "
    "{deeper.res_scaled.at10.error} to {deeper.res_scaled.at50.error}."
)

NETS = {"bn": "BatchNorm", "res_scaled": "scaled skips"}
DEPTHS = (10, 20, 30, 50)


def draw(results, ax):
    """One thin line for each seed; the median carries the marker."""
    found = results["deeper"]
    for net in NETS:
        errors = [found[f"{net}.at{depth}.error"] for depth in DEPTHS]
        for seed in zip(*(error.seeds for error in errors), strict=True):
            ax.plot(DEPTHS, [100 * e for e in seed], color=COLORS[net], linewidth=0.8, alpha=0.5)
        ax.plot(DEPTHS, [100 * error.value for error in errors], **series(net))
    on_the_right(ax)
    ax.set_ylim(-3, 100)
    ax.set_yticks([0, 50, 100], ["0", "50", "100 %"])
    ax.set_xticks(DEPTHS)
    ax.set_xlabel("hidden layers")
    name_lines(
        ax,
        {
            net: (label, 100 * found[f"{net}.at{DEPTHS[0]}.error"].value)
            for net, label in NETS.items()
        },
        x=DEPTHS[0],
    )


def data(results):
    """One row per net, depth and seed."""
    found = results["deeper"]
    return ["net", "hidden layers", "seed", "training error"], [
        [label, depth, seed, error]
        for net, label in NETS.items()
        for depth in DEPTHS
        for seed, error in enumerate(found[f"{net}.at{depth}.error"].seeds)
    ]
