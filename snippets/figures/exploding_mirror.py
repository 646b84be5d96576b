"""Vanishing and exploding profiles of the same stacks on one axis, with the power law beside them."""

from snippets.figures.style import INK, SCALE, powers

RESULTS = ("exploding",)
TITLE = "Exploding is vanishing seen in a mirror: one factor per layer, above or below one"
SUB = (
    "Norm of ∂L/∂h after each layer, one at the top; ReLU stacks, He weights times the factor named, {exploding.depth} layers of "
    "{exploding.width} units, median and 5th to 95th percentile of {exploding.seeds} seeds; thin: factor to the depth"
)
ALT = (
    "Five straight lines on a logarithmic scale that meet at the top layer. Toward the input factors two and one and a half climb to "
    "{exploding.profile.two.first} and {exploding.profile.three_halves.first}; two thirds and one half fall to "
    "{exploding.profile.two_thirds.first} and {exploding.profile.half.first}, their mirror images. Factor one stays level."
)
LINES = {
    "two": ("× 2", "f5", "h", "-"),
    "three_halves": ("× 1.5", "f3", "^", (0, (4, 1.6))),
    "one": ("× 1", "s0", "o", "-"),
    "two_thirds": ("× 2/3", "v1", "v", (0, (4, 1.6))),
    "half": ("× 1/2", "v2", "D", "-"),
}


def draw(results, ax):
    """Median with band and theory for each factor."""
    found = results["exploding"]
    layers = range(1, found["depth"].value + 1)
    for key, (name, color, marker, line) in LINES.items():
        profile = found[f"profile.{key}"]
        ax.fill_between(layers, *profile.band, color=SCALE[color], alpha=0.2, linewidth=0)
        ax.plot(
            layers,
            found[f"profile.{key}.predicted"].value,
            color=INK,
            linewidth=0.8,
            marker="none",
            linestyle="-",
        )
        ax.plot(
            layers, profile.value, markevery=5, color=SCALE[color], marker=marker, linestyle=line
        )
        ax.text(0, profile.value[0], name, ha="right", va="center", color=INK)
    powers(ax, every=3)
    ax.set_xlim(-3.5, 30.5)
    ax.set_xticks([1, 10, 20, 30])
    ax.set_xlabel("layer (the loss is on the right)")


def data(results):
    """One row per factor and layer."""
    found = results["exploding"]
    return [
        "factor",
        "layer",
        "signal (1 at the top)",
        "5 % of seeds",
        "95 % of seeds",
        "predicted",
    ], [
        [found[f"factor.{key}"].value, layer, *row]
        for key in LINES
        for layer, row in enumerate(
            zip(
                found[f"profile.{key}"].value,
                *found[f"profile.{key}"].band,
                found[f"profile.{key}.predicted"].value,
                strict=True,
            ),
            1,
        )
    ]
