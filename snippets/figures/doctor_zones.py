"""Where the benchmark's nets lie on the doctor's main axis: the signal at the first layer over that at the last."""

from math import log10

from snippets.figures.style import INK, INK2, SCALE, power

RESULTS = ("doctor_limits",)
TITLE = "Sound and sick nets lie apart on the ratio of the first to the last signal; between them other evidence decides"
SUB = (
    "Signal ∂L/∂h at the first layer or time step over that at the last, one mark per net, in float64. Dashed: the doctor's limits. "
    "Left edge: {doctor_limits.clip:,} powers of ten down or exactly zero. Left out: {doctor_limits.waiting.nets} healthy nets whose "
    "last layer starts at zero"
)
ALT = (
    "Four rows of marks on a logarithmic axis. {doctor_limits.healthy.nets} healthy nets lie between a hundredth and a hundred. "
    "{doctor_limits.vanishing.nets} vanishing nets lie below {doctor_limits.limit.vanishing} and reach to the left edge. "
    "{doctor_limits.exploding.nets} exploding nets lie above {doctor_limits.limit.exploding}. The {doctor_limits.between.nets} nets "
    "made to lie between the limits do."
)

ROWS = {
    "vanishing": ("vanishing", SCALE["f5"], "v"),
    "between": ("between", SCALE["v2"], "D"),
    "healthy": ("healthy", SCALE["s0"], "o"),
    "exploding": ("exploding", SCALE["f3"], "^"),
}


def draw(results, ax):
    """One row of marks per group, spread a little so that each is seen."""
    found = results["doctor_limits"]
    for name in ("vanishing", "sound_low", "sound_high", "exploding"):
        limit = found[f"limit.{name}"].value
        ax.axvline(round(log10(limit)), color=INK2, linewidth=0.9, linestyle=(0, (3, 2)))
    for row, (group, (label, color, marker)) in enumerate(ROWS.items()):
        powers = found[f"{group}.powers"].value
        heights = [row + 0.13 * (i % 5 - 2) for i in range(len(powers))]
        ax.plot(
            powers,
            heights,
            linestyle="none",
            marker=marker,
            markersize=3.5,
            markeredgecolor=color,
            markeredgewidth=0.9,
            markerfacecolor="none",
        )
        ax.text(-41.5, row, label, ha="right", va="center", color=INK)
    ax.set_ylim(len(ROWS) - 0.5, -0.6)
    ax.set_xlim(-41, 22)
    ax.set_yticks([])
    ax.grid(False)
    ticks = [-40, -30, -20, -6, 6, 20]
    ax.set_xticks(ticks, [power(t) for t in ticks])
    ax.set_xlabel("first signal over last signal")


def data(results):
    """One row per net."""
    found = results["doctor_limits"]
    return ["group", "power of ten of first over last signal"], [
        [group, exponent] for group in ROWS for exponent in found[f"{group}.powers"].value
    ]
