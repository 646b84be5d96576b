"""Saturated tanh units by layer after training at a moderate and at too large a rate: each seed a line."""

from snippets.figures.style import COLORS, FLARE, INK, on_the_right

RESULTS = ("saturation",)
TITLE = "Too large a rate saturates the upper layers of a tanh net within a hundred steps"
SUB = (
    "Share of saturated units after {saturation.tanh.large.steps} steps of SGD on digits, tanh, Xavier weights; "
    "one line for each of {saturation.trained.seeds} seeds"
)
ALT = (
    "At a rate of {saturation.tanh.large.rate} the lines rise from about half of layer 1 to {saturation.tanh.large.end.top} of the top "
    "layer. At a rate of {saturation.tanh.moderate.rate} they lie near zero in all layers, as before training."
)
LINES = {"large": (FLARE, "s", "-"), "moderate": (COLORS["tanh"], "X", (0, (6, 1.5)))}


def draw(results, ax):
    """One thin line per seed, the median with its marker."""
    found = results["saturation"]
    layers = range(1, found["tanh.large.depth"].value + 1)
    for rate, (color, marker, line) in LINES.items():
        end = found[f"tanh.{rate}.end"]
        for seed in end.seeds:
            ax.plot(
                layers,
                [100 * s for s in seed],
                color=color,
                linewidth=0.8,
                alpha=0.5,
                marker="none",
                linestyle="-",
            )
        ax.plot(layers, [100 * s for s in end.value], color=color, marker=marker, linestyle=line)
    ax.text(2.9, 90, f"rate {found['tanh.large.rate'].value:.1f}", ha="right", color=INK)
    ax.text(3, 9, f"rate {found['tanh.moderate.rate'].value:g}", ha="center", color=INK)
    on_the_right(ax)
    ax.set_ylim(-3, 105)
    ax.set_yticks([0, 50, 100], ["0", "50", "100 %"])
    ax.set_xticks(list(layers))
    ax.set_xlabel("hidden layer (the loss is on the right)")


def data(results):
    """One row per rate, seed and layer."""
    found = results["saturation"]
    return ["rate", "seed", "layer", "saturated share"], [
        [rate, seed, layer, share]
        for rate in LINES
        for seed, profile in enumerate(found[f"tanh.{rate}.end"].seeds)
        for layer, share in enumerate(profile, 1)
    ]
