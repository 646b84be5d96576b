"""How far single nets stray from a mean-square factor of one, at three widths."""

import math

from snippets.figures.style import INK, powers, series

RESULTS = ("signal_gain", "mean_field")
TITLE = "A factor of one on average: narrow nets lose most of the signal all the same, and differ wildly"
SUB = (
    "Share of the norm of ∂L/∂h left after {signal_gain.spread.depth} ReLU layers, He initialization, by width: median and 5th to 95th "
    "percentile of the seeds (left of each pair); log-normal with the mean and spread of theory (right, thin)"
)
ALT = (
    "Three pairs of bars on a logarithmic scale. At {signal_gain.spread.width.16} units the median is {signal_gain.spread.16.gain} and "
    "the band spans three powers of ten; at {signal_gain.spread.width.64} units it is {signal_gain.spread.64.gain}, at "
    "{signal_gain.spread.width.256} units {signal_gain.spread.256.gain} with a short band. Theory matches each."
)

WIDTHS = (16, 64, 256)
BAND = 1.645  # standard normal quantile of 95 %


def theory(results, width):
    """(median, 5 %, 95 %) of a log-normal with the law's mean and standard deviation."""
    middle, sd = (results["mean_field"][f"spread.{width}.{part}"].value for part in ("gain", "sd"))
    return middle, middle * math.exp(-BAND * sd), middle * math.exp(BAND * sd)


def draw(results, ax):
    """Measured band and median beside the predicted ones."""
    look = series("relu_he")
    for place, width in enumerate(WIDTHS):
        gain = results["signal_gain"][f"spread.{width}.gain"]
        ax.plot(
            [place - 0.07] * 2,
            gain.band,
            color=look["color"],
            linewidth=7,
            alpha=0.3,
            solid_capstyle="butt",
        )
        ax.plot(
            place - 0.07,
            gain.value,
            color=look["color"],
            marker=look["marker"],
            markersize=8,
            linestyle="none",
        )
        middle, low, high = theory(results, width)
        ax.plot(
            [place + 0.1] * 2,
            [low, high],
            color=INK,
            linewidth=0.9,
            marker="_",
            markersize=9,
            markeredgewidth=0.9,
        )
        ax.plot(
            place + 0.1,
            middle,
            color=INK,
            marker="o",
            markersize=5,
            markerfacecolor="none",
            markeredgewidth=1,
            linestyle="none",
        )
    ax.axhline(1, color=INK, linewidth=0.6, linestyle=(0, (2, 2)))
    gain = results["signal_gain"]["spread.64.gain"]
    ax.annotate(
        "measured",
        (0.93, gain.value),
        xytext=(-10, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=INK,
    )
    ax.annotate(
        "theory",
        (1.1, gain.value),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        color=INK,
    )
    powers(ax, every=1)
    ax.set_xlim(-0.5, 2.5)
    ax.set_xticks(range(len(WIDTHS)), [f"{width} units" for width in WIDTHS])


def data(results):
    """One row per width."""
    rows = []
    for width in WIDTHS:
        gain = results["signal_gain"][f"spread.{width}.gain"]
        rows.append([width, gain.value, *gain.band, gain.n, *theory(results, width)])
    return [
        "units",
        "share left (median)",
        "5 % of seeds",
        "95 % of seeds",
        "nets",
        "theory: median",
        "theory: 5 %",
        "theory: 95 %",
    ], rows
