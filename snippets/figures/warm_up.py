"""Accuracy of a post-norm net at three rates of Adam, with and without warm-up: each seed a point."""

from snippets.figures.style import INK, SCALE, on_the_right

RESULTS = ("adaptive",)
TITLE = "Warm-up changes little at a small rate and lets the net train at a rate that kills it otherwise"
SUB = (
    "Training accuracy (upward) after {adaptive.warm.steps} steps of Adam at three rates (across), from the first step or reached in "
    "{adaptive.warm.up} steps; {adaptive.warm.blocks} post-norm blocks, one point for each of {adaptive.seeds} seeds, lines through "
    "the medians"
)
ALT = (
    "Two lines over three rates. At {adaptive.warm.rate.low} both are high: {adaptive.warm.low.cold.accuracy} without warm-up, "
    "{adaptive.warm.low.warmed.accuracy} with it. At {adaptive.warm.rate.high} the net without warm-up is at chance in every seed, "
    "{adaptive.warm.high.cold.accuracy}, and with it at {adaptive.warm.high.warmed.accuracy}."
)

LOOKS = {
    "cold": ("without warm-up", SCALE["f5"], "s", -0.06),
    "warmed": ("with warm-up", SCALE["s0"], "o", 0.06),
}
RATES = ("low", "middle", "high")
NAMES = {"cold": (1.55, 0.3), "warmed": (1.2, 0.94)}


def draw(results, ax):
    """Points side by side at each rate, medians joined."""
    found = results["adaptive"]
    for how, (label, color, marker, shift) in LOOKS.items():
        outcomes = [found[f"warm.{rate}.{how}.accuracy"] for rate in RATES]
        for i, outcome in enumerate(outcomes):
            ax.plot(
                [i + shift] * len(outcome.seeds),
                outcome.seeds,
                color=color,
                marker=marker,
                markersize=5,
                linestyle="none",
            )
        ax.plot(
            [i + shift for i in range(len(RATES))],
            [o.value for o in outcomes],
            color=color,
            linestyle="-",
            marker="none",
        )
        x, y = NAMES[how]
        ax.annotate(label, (x, y), ha="right" if how == "cold" else "left", va="center", color=INK)
    on_the_right(ax)
    ax.set_ylim(0, 1.03)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_xlim(-0.3, 2.4)
    ax.set_xticks(range(len(RATES)), [f"{found[f'warm.rate.{rate}'].value:g}" for rate in RATES])
    ax.set_xlabel("rate of Adam")


def data(results):
    """One row per rate, way and seed."""
    found = results["adaptive"]
    return ["rate", "warm-up", "seed", "training accuracy"], [
        [found[f"warm.rate.{rate}"].value, label, seed, accuracy]
        for how, (label, *_) in LOOKS.items()
        for rate in RATES
        for seed, accuracy in enumerate(found[f"warm.{rate}.{how}.accuracy"].seeds)
    ]
