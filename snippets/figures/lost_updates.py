"""The share of a layer's weights that an update leaves bit for bit as they were, in three formats, beside the prediction."""

from math import log2

from snippets.figures.style import INK, INK2, SCALE, on_the_right, power

RESULTS = ("rounding", "factors")
TITLE = (
    "An update is lost where it is small against the weight: float32 keeps what the other two drop"
)
SUB = (
    "Share of weights (upward) that an update of a given size (across) leaves bit for bit unchanged; weights of "
    "nn.Linear({rounding.side}, {rounding.side}), uniform within ±{rounding.bound}, median of {rounding.seeds} seeds, lines predicted; "
    "dashed: {factors.update.rate} times {factors.depth.10} factors of {factors.gamma.quarter}"
)
ALT = (
    "Three staircases from one down to zero, the measured markers on the predicted lines. Bfloat16 loses updates of up to about "
    "a thousandth, float16 about ten times less, float32 only below about a hundred-millionth. An update of "
    "{factors.update.at10}, marked in the figure, is lost on {rounding.lost.float32.ten} of the float32 weights "
    "and on {rounding.lost.bfloat16.ten} of the bfloat16 weights."
)

LOOKS = {
    "float32": (SCALE["s0"], "o"),
    "float16": (SCALE["f3"], "s"),
    "bfloat16": (SCALE["f5"], "^"),
}
AROUND = 6  # markers on the level parts, so that the formats do not cover each other


def draw(results, ax):
    """Predicted staircases in ink, measured medians as markers, the update after ten factors of a quarter."""
    found = results["rounding"]
    updates = found["updates"].value
    for name, (color, marker) in LOOKS.items():
        predicted = found[f"lost.{name}.predicted"].value
        ax.plot(
            updates,
            predicted,
            color=INK2,
            linewidth=0.8,
            marker="none",
            linestyle="-",
            drawstyle="steps-mid",
        )
        stairs = [i for i, share in enumerate(predicted) if 0.02 < share < 0.98]
        near = slice(max(stairs[0] - AROUND, 0), stairs[-1] + AROUND, 2)
        ax.plot(
            updates[near],
            found[f"lost.{name}"].value[near],
            color=color,
            marker=marker,
            markersize=4,
            linestyle="none",
        )
    ten = results["factors"]["update.at10"].value
    ax.axvline(ten, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
    ax.annotate(
        "10 layers",
        (ten, 0.12),
        xytext=(4, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        color=INK,
    )
    ax.set_xscale("log")
    on_the_right(ax)
    ax.set_ylim(-0.04, 1.16)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_xlim(1e-12, 0.1)
    ax.set_xticks([10.0**e for e in (-12, -9, -6, -3)], [power(e) for e in (-12, -9, -6, -3)])
    for name, at in (("float32", 3e-11), ("float16", 3e-6), ("bfloat16", 2e-4)):
        ax.annotate(
            name,
            (at, 1.03),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=INK,
        )
    ax.set_xlabel("size of the update")


def data(results):
    """One row per format and update."""
    found = results["rounding"]
    return [
        "format",
        "update",
        "log2 of it",
        "share unchanged (median)",
        "5 % of seeds",
        "95 % of seeds",
        "predicted",
    ], [
        [name, u, log2(u), *row]
        for name in LOOKS
        for u, *row in zip(
            found["updates"].value,
            found[f"lost.{name}"].value,
            *found[f"lost.{name}"].band,
            found[f"lost.{name}.predicted"].value,
            strict=True,
        )
    ]
