"""Factor per layer of sigmoid stacks against the negative mean of their weights."""

from snippets.figures.style import COLORS, EDGE, INK, SCALE, on_the_right

RESULTS = ("negative_mean",)
TITLE = "A mean of −c/n carries the signal through sigmoid layers; the neutral c is {negative_mean.neutral} at every depth"
SUB = (
    "Factor per layer of the norm of ∂L/∂h against c, weights of mean −c/n; {negative_mean.width} units, median of "
    "{negative_mean.seeds} seeds, three depths (circle {negative_mean.depth.10}, square {negative_mean.depth.15}, triangle "
    "{negative_mean.depth.30} layers); thin lines: predicted"
)
ALT = (
    "Two groups of curves that rise together up to c of about four. For inputs at the steady state the three depths cross a factor of "
    "one at the same place, {negative_mean.steady.at10.crossing}, {negative_mean.steady.at15.crossing} and "
    "{negative_mean.steady.at30.crossing}, then fall again. For inputs of mean zero they stay below one and peak at "
    "{negative_mean.centered.at10.crossing}, {negative_mean.centered.at15.crossing} and {negative_mean.centered.at30.crossing}."
)

STARTS = {
    "steady": ("inputs at the steady state", SCALE["s0"]),
    "centered": ("inputs of mean zero", COLORS["sigmoid"]),
}
DEPTHS = {10: "o", 15: "s", 30: "^"}
FROM = 3  # the curves fall together below this c


def draw(results, ax):
    """Markers for what was measured, thin lines in ink for theory."""
    found = results["negative_mean"]
    means = found["means"].value
    shown = [i for i, c in enumerate(means) if c >= FROM]
    ax.axhline(1, color=EDGE, linewidth=1.2)
    ax.axvline(found["neutral"].value, color=EDGE, linewidth=1, linestyle=(0, (2, 2)))
    for start, (_, color) in STARTS.items():
        for depth, marker in DEPTHS.items():
            x = [means[i] for i in shown]
            ax.plot(
                x,
                [found[f"{start}.at{depth}.predicted"].value[i] for i in shown],
                color=INK,
                linewidth=0.7,
            )
            ax.plot(
                x,
                [found[f"{start}.at{depth}.factor"].value[i] for i in shown],
                color=color,
                marker=marker,
                markersize=4,
                linestyle="none",
            )
    ax.text(3.1, 1.03, "inputs at the steady state", color=INK)
    ax.annotate(
        "",
        (4.85, 0.885),
        xytext=(4.3, 1.01),
        arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.7},
    )
    ax.text(3.1, 0.42, "inputs of mean zero", color=INK)
    ax.annotate(
        "",
        (4.6, 0.745),
        xytext=(4.2, 0.47),
        arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.7},
    )
    on_the_right(ax)
    ax.set_xlim(3, 10.2)
    ax.set_ylim(0.3, 1.22)
    ax.set_xticks([4, 6, 8, 10])
    ax.set_yticks([0.4, 0.6, 0.8, 1])
    ax.set_xlabel("c, where the weights have the mean −c/n")
    ax.set_ylabel("factor per layer")


def data(results):
    """One row per start, depth and c."""
    found = results["negative_mean"]
    return [
        "inputs",
        "layers",
        "c",
        "predicted factor per layer",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], [
        [label, depth, *row]
        for start, (label, _) in STARTS.items()
        for depth in DEPTHS
        for row in zip(
            found["means"].value,
            found[f"{start}.at{depth}.predicted"].value,
            found[f"{start}.at{depth}.factor"].value,
            *found[f"{start}.at{depth}.factor"].band,
            strict=True,
        )
    ]
