"""Growth of the signal per layer in ReLU stacks with BatchNorm, against the size of the batch, with its prediction."""

from snippets.figures.style import COLORS, EDGE, INK, PAPER, on_the_right

RESULTS = ("normalization",)
TITLE = "The smaller the batch, the faster BatchNorm makes the signal grow, as predicted"
SUB = (
    "Factor per layer of ∂L/∂h at initialization against the inputs in the batch; ReLU, He weights, {normalization.depth} layers, "
    "median and 5th to 95th percentile of {normalization.seeds} seeds; line: predicted for wide layers, dashed: for large batches"
)
ALT = (
    "Points for two widths fall with the batch, from {normalization.relu.batch.of8.wide256.factor} at "
    "{normalization.batch.8} inputs to {normalization.relu.batch.of256.wide256.factor} at {normalization.batch.256}, on a predicted "
    "curve that falls to {normalization.relu.batch.predicted}. No point comes near one."
)

BATCHES = (8, 16, 32, 64, 256)
WIDTHS = {
    64: ("o", PAPER, -1),
    256: ("D", COLORS["bn"], 1),
}  # width: marker, face, side of the true batch on which it is drawn


def draw(results, ax):
    """Points with bands for either width, the prediction as a line."""
    found = results["normalization"]
    limit = found["relu.batch.predicted"].value
    ax.set_xscale("log", base=2)
    ax.plot(
        BATCHES,
        [found[f"relu.batch.of{b}.predicted"].value for b in BATCHES],
        color=INK,
        linewidth=0.9,
        linestyle="-",
        marker="none",
    )
    ax.plot(
        [6.5, 300], [limit, limit], color=EDGE, linewidth=0.9, linestyle=(0, (4, 3)), marker="none"
    )
    ax.plot([6.5, 300], [1, 1], color=EDGE, linewidth=0.9, linestyle="-", marker="none")
    for width, (marker, face, side) in WIDTHS.items():
        points = [found[f"relu.batch.of{b}.wide{width}.factor"] for b in BATCHES]
        spread = [[p.value - p.band[0] for p in points], [p.band[1] - p.value for p in points]]
        ax.errorbar(
            [b * 1.06**side for b in BATCHES],
            [p.value for p in points],
            yerr=spread,
            color=COLORS["bn"],
            marker=marker,
            markerfacecolor=face,
            markeredgecolor=COLORS["bn"],
            markeredgewidth=1,
            linestyle="none",
            linewidth=1,
        )
        height = 1.37 - 0.035 * list(WIDTHS).index(width)
        ax.plot(
            70,
            height,
            marker=marker,
            markerfacecolor=face,
            markeredgecolor=COLORS["bn"],
            markeredgewidth=1,
            linestyle="none",
        )
        ax.text(80, height, f"{width} units", va="center", color=INK)
    ax.text(300, 1.012, "level", ha="right", va="bottom", color=INK)
    on_the_right(ax)
    ax.set_xlim(6.5, 300)
    ax.set_ylim(0.97, 1.4)
    ax.set_xticks(BATCHES, [str(b) for b in BATCHES])
    ax.minorticks_off()
    ax.set_xlabel("inputs in the batch")


def data(results):
    """One row per batch and width."""
    found = results["normalization"]
    rows = []
    for batch in BATCHES:
        for width in WIDTHS:
            point = found[f"relu.batch.of{batch}.wide{width}.factor"]
            rows.append(
                [
                    batch,
                    width,
                    found[f"relu.batch.of{batch}.predicted"].value,
                    point.value,
                    *point.band,
                ]
            )
    return [
        "batch",
        "units",
        "predicted factor per layer",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
