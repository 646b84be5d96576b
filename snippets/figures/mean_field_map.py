"""Map of tanh nets over the spread of weights and biases: predicted factor per layer as areas, measured nets as points."""

from snippets.figures.style import INK, PAPER, SCALE

RESULTS = ("mean_field",)
TITLE = "Weights and biases decide the phase: left of the edge of chaos the signal shrinks, right of it it grows"
SUB = (
    "Tanh nets by the spread of their weights (across) and biases (upward). Areas: predicted factor per layer of the norm of "
    "∂L/∂h, its steps written above. Points: measured, {mean_field.depth} layers of {mean_field.width} units, median of "
    "{mean_field.seeds} seeds, in the color of the measured factor"
)
ALT = (
    "Bands that lean to the right, from factors below one half on the left to more than one point three on the right. The edge of "
    "chaos, where the factor is one, starts at one without biases and bends right with them. Eighteen measured points carry "
    "the color of the band they lie in."
)

STEPS = (5, 7, 9, 10, 11, 12, 13)  # tenths
COLORS = [SCALE[name] for name in ("v5", "v3", "v2", "s0", "f2", "f3", "f5", "f6")]
LEFT, RIGHT = 0.2, 3.4


def color(factor):
    """The color of the band in which a factor lies."""
    return COLORS[sum(factor > step / 10 for step in STEPS)]


def draw(results, ax):
    """Bands between level lines, the edge in ink, and the measured points."""
    found = results["mean_field"]
    heights = found["map.heights"].value
    lines = [
        [LEFT] * len(heights),
        *(found[f"level.{step}"].value for step in STEPS),
        [RIGHT] * len(heights),
    ]
    for shade, left, right in zip(COLORS, lines[:-1], lines[1:], strict=True):
        ax.fill_betweenx(heights, left, right, color=shade, linewidth=0, alpha=0.6)
    edge = found["level.10"].value
    ax.plot(edge, heights, color=INK, linewidth=2)
    for step, line in zip(STEPS, lines[1:-1], strict=True):
        ax.annotate(
            f"{step / 10:g}",
            (line[-1], heights[-1]),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            color=INK,
        )
    ax.annotate(
        "edge of chaos",
        (1.7, 0.75),
        xytext=(-5, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=INK,
    )
    for name in ("low", "middle", "high"):
        for weight in found["map.weights"].value:
            factor = found[f"{name}.at{10 * weight:.0f}.factor"].value
            ax.plot(
                weight,
                found[f"map.{name}"].value,
                marker="o",
                markersize=8,
                color=color(factor),
                markeredgecolor=PAPER,
                markeredgewidth=1.2,
                linestyle="none",
            )
    ax.set_xlim(LEFT, RIGHT)
    ax.set_ylim(0, heights[-1])
    ax.grid(False)
    ax.set_xticks([0.5, 1, 1.5, 2, 2.5, 3])
    ax.set_yticks([0, 0.5, 1])
    ax.set_xlabel("standard deviation of the weights, times √n")
    ax.set_ylabel("that of the biases")


def data(results):
    """One row per measured net."""
    found = results["mean_field"]
    rows = []
    for name in ("low", "middle", "high"):
        for weight in found["map.weights"].value:
            key = f"{name}.at{10 * weight:.0f}"
            rows.append(
                [
                    weight,
                    found[f"map.{name}"].value,
                    found[f"{key}.predicted"].value,
                    found[f"{key}.factor"].value,
                    *found[f"{key}.factor"].band,
                ]
            )
    return [
        "sigma_w",
        "sigma_b",
        "predicted factor per layer",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
