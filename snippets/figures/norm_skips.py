"""Growth of the signal with depth: BatchNorm alone, skips alone, and both together, with predictions."""

from snippets.figures.style import COLORS, INK, INK2, PAPER, powers

RESULTS = ("normalization",)
TITLE = "BatchNorm alone explodes and skips alone explode; together they grow only like a power of the depth"
SUB = (
    "Norm of ∂L/∂h at the input over that at the top against the number of blocks, both logarithmic; one ReLU layer of "
    "{normalization.skips.width} units a block, He weights, batch of {normalization.skips.batch_size}; median and 5th to 95th "
    "percentile of {normalization.seeds} seeds, thin lines: predicted"
)
ALT = (
    "Four lines over depth. At {normalization.skips.depth.100} blocks skips without normalization have multiplied the signal by "
    "{normalization.skips.none.at100.total}, plain BatchNorm by {normalization.plain.batch.at100.total}. With both, BatchNorm "
    "ends at {normalization.skips.batch.at100.total} and LayerNorm at {normalization.skips.layer.at100.total}. All follow predictions."
)

DEPTHS = (10, 30, 100)
# key: color, line, marker, face
LINES = {
    "skips.none": (COLORS["res"], "-", "h", COLORS["res"]),
    "plain.batch": (COLORS["bn"], (0, (5, 1.5, 1, 1.5)), "D", COLORS["bn"]),
    "skips.batch": (COLORS["bn"], "-", "D", PAPER),
    "skips.layer": (COLORS["ln"], (0, (1.2, 1.6)), "d", PAPER),
}
NAMES = {
    "skips alone": (45, 3e9),
    "BatchNorm alone": (98, 1e3),
    "skips with BatchNorm or LayerNorm": (98, 0.15),
}


def draw(results, ax):
    """Medians with bands at three depths, predictions as thin lines, names beside the lines."""
    found = results["normalization"]
    ax.set_xscale("log")
    for key, (color, line, marker, face) in LINES.items():
        points = [found[f"{key}.at{depth}.total"] for depth in DEPTHS]
        ax.fill_between(
            DEPTHS,
            *zip(*(p.band for p in points), strict=True),
            color=color,
            alpha=0.15,
            linewidth=0,
        )
        ax.plot(
            DEPTHS,
            [p.value for p in points],
            color=color,
            linestyle=line,
            marker=marker,
            markerfacecolor=face,
            markeredgecolor=color,
            markeredgewidth=1,
        )
        ax.plot(
            DEPTHS,
            [found[f"{key}.at{depth}.predicted"].value for depth in DEPTHS],
            color=INK2,
            linewidth=0.8,
            marker="none",
            linestyle="-",
        )
    for name, (x, y) in NAMES.items():
        ax.text(x, y, name, ha="right", va="center", color=INK)
    powers(ax, every=4)
    ax.set_ylim(0.02, 1e16)
    ax.set_xlim(9, 110)
    ax.set_xticks(DEPTHS, [str(depth) for depth in DEPTHS])
    ax.minorticks_off()
    ax.set_xlabel("blocks")


def data(results):
    """One row per net and depth."""
    found = results["normalization"]
    rows = []
    for key in LINES:
        for depth in DEPTHS:
            point = found[f"{key}.at{depth}.total"]
            rows.append(
                [key, depth, found[f"{key}.at{depth}.predicted"].value, point.value, *point.band]
            )
    return [
        "net",
        "blocks",
        "predicted gain of the signal",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
