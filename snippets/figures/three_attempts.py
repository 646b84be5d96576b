"""The usual three attempts: what comes back through 5, 10 and 20 layers by slopes alone, and what really does."""

from snippets.figures.style import COLORS, INK, INK2, name_lines, powers, series

RESULTS = ("attempts", "factors")
TITLE = "Slopes alone overrate the sigmoid net and the ReLU net, and by more at every layer"
SUB = (
    "Gain of the norm of ∂L/∂h over five, ten and twenty layers at initialization; thin lines: the product of the slopes alone; "
    "open markers: theory with weights; {attempts.width} units, median and 5th to 95th percentile of {attempts.seeds} seeds"
)
ALT = (
    "Lines on a logarithmic scale that start together at the loss on the right and are read at five, ten and twenty layers to the left. "
    "A thin line for sigmoid's slopes at their best ends at {factors.quarter.at20}; the measured sigmoid net lies far below it and "
    "ends at {attempts.sigmoid.at20}. A thin level line stands for active ReLU units; measured ReLU with default weights ends at "
    "{attempts.relu.at20}, with He weights at {attempts.relu_he.at20}. Every open marker sits on its line."
)

DEPTHS = (5, 10, 20)
LINES = {"sigmoid": "sigmoid", "relu": "ReLU", "relu_he": "ReLU, He"}


def draw(results, ax):
    """Measured medians with bands, the predictions as open markers, the slopes' products in ink."""
    found, factors = results["attempts"], results["factors"]
    ax.invert_xaxis()
    for key in ("quarter", "one"):
        ax.plot(
            [0, *DEPTHS],
            [1, *(factors[f"{key}.at{depth}"].value for depth in DEPTHS)],
            color=INK,
            linewidth=0.9,
            linestyle="-",
            marker="none",
        )
    for net in LINES:
        medians = [found[f"{net}.at{depth}"] for depth in DEPTHS]
        low, high = zip(*(m.band for m in medians), strict=True)
        ax.fill_between(
            [0, *DEPTHS], [1, *low], [1, *high], color=COLORS[net], alpha=0.15, linewidth=0
        )
        ax.plot([0, *DEPTHS], [1, *(m.value for m in medians)], markevery=[1, 2, 3], **series(net))
        ax.plot(
            DEPTHS,
            [found[f"{net}.predicted.at{depth}"].value for depth in DEPTHS],
            color=INK,
            linestyle="none",
            marker="o",
            markersize=9,
            markerfacecolor="none",
            markeredgecolor=INK,
            markeredgewidth=0.9,
        )
    powers(ax, every=6)
    ax.set_xlim(20.4, 0)
    ax.set_xticks([20, 10, 5, 0])
    ax.set_xlabel("layers that the signal has come back through")
    ax.annotate(
        "slopes of a\nquarter",
        (20, factors["quarter.at20"].value),
        xytext=(-8, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=INK2,
    )
    ax.annotate(
        "slopes of one",
        (11, 1),
        xytext=(0, -3),
        textcoords="offset points",
        ha="center",
        va="top",
        color=INK2,
    )
    name_lines(ax, {net: (label, found[f"{net}.at20"].value) for net, label in LINES.items()}, x=20)


def data(results):
    """One row per net and depth; the products of slopes have neither band nor prediction."""
    found, factors = results["attempts"], results["factors"]
    rows = [
        [
            f"slopes of {factors[f'gamma.{key}'].value} alone",
            depth,
            factors[f"{key}.at{depth}"].value,
            "",
            "",
            "",
        ]
        for key in ("quarter", "one")
        for depth in DEPTHS
    ]
    rows += [
        [
            label,
            depth,
            found[f"{net}.at{depth}"].value,
            *found[f"{net}.at{depth}"].band,
            found[f"{net}.predicted.at{depth}"].value,
        ]
        for net, label in LINES.items()
        for depth in DEPTHS
    ]
    return [
        "net",
        "layers",
        "gain of the signal",
        "5 % of seeds",
        "95 % of seeds",
        "predicted",
    ], rows
