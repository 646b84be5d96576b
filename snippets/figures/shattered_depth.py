"""How alike the gradients at two neighboring inputs are, against depth, without and with skips."""

from snippets.figures.style import COLORS, INK, INK2, on_the_right, series

RESULTS = ("shattered",)
TITLE = "In a plain net with BatchNorm neighboring inputs soon get unrelated gradients; skips keep them alike"
SUB = (
    "Cosine between ∂f/∂x at two inputs {shattered.step} degrees apart, against depth (logarithmic); ReLU, {shattered.width} units, He "
    "weights, at initialization, median and 5th to 95th percentile of {shattered.seeds} seeds, thin lines: predicted"
)
ALT = (
    "Four lines over depth, from nearly one at {shattered.depth.2} layers. At {shattered.depth.50} the plain net with BatchNorm has "
    "fallen to {shattered.bn.at50.near}, the plain net to {shattered.plain.at50.near}. With skips {shattered.res_bn.at50.near} "
    "remains with BatchNorm and {shattered.scaled.at50.near} with scaled branches."
)

DEPTHS = (2, 5, 10, 20, 50)
LINES = {"plain": "relu_he", "bn": "bn", "res_bn": "res", "scaled": "res_scaled"}
NAMES = {
    "plain": (19, 0.49),
    "plain, BatchNorm": (6.2, 0.42),
    "skips, BatchNorm": (48, 0.77),
    "skips, scaled": (48, 1.02),
}


def draw(results, ax):
    """Medians with bands, predictions as thin lines."""
    found = results["shattered"]
    ax.set_xscale("log")
    for net, look in LINES.items():
        points = [found[f"{net}.at{n}.near"] for n in DEPTHS]
        ax.fill_between(
            DEPTHS,
            *zip(*(p.band for p in points), strict=True),
            color=COLORS[look],
            alpha=0.15,
            linewidth=0,
        )
        ax.plot(DEPTHS, [p.value for p in points], **series(look))
        ax.plot(
            DEPTHS,
            [found[f"{net}.at{n}.predicted"].value for n in DEPTHS],
            color=INK2,
            linewidth=0.8,
            linestyle="-",
            marker="none",
        )
    for name, (x, y) in NAMES.items():
        ax.text(x, y, name, ha="right", va="center", color=INK)
    on_the_right(ax)
    ax.set_ylim(-0.12, 1.08)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xlim(1.8, 55)
    ax.set_xticks(DEPTHS, [str(n) for n in DEPTHS])
    ax.minorticks_off()
    ax.set_xlabel("layers or blocks")


def data(results):
    """One row per net and depth."""
    found = results["shattered"]
    rows = []
    for net in LINES:
        for n in DEPTHS:
            point = found[f"{net}.at{n}.near"]
            rows.append([net, n, found[f"{net}.at{n}.predicted"].value, point.value, *point.band])
    return [
        "net",
        "layers or blocks",
        "predicted cosine",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
