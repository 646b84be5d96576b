"""The training loss of an exploding and of a vanishing net, with and without clipping by norm: each seed a line."""

from snippets.figures.style import INK, SCALE, powers

RESULTS = ("clipping",)
TITLE = "Clipping lets the exploding net learn and leaves the vanishing net where it was"
SUB = (
    "Cross entropy (upward) over the steps (across), both logarithmic; {clipping.depth} layers, SGD at rate {clipping.rate}, "
    "clipping by norm at {clipping.norm}, one line for each of {clipping.seeds} seeds"
)
ALT = (
    "The exploding net without clipping leaves the figure upward within the first steps in "
    "{clipping.exploding.none.diverged} of {clipping.seeds} seeds. Clipped it starts as high and falls below the level of the "
    "vanishing net. That one stays level, and its dotted curve with clipping lies on the one without."
)


LOOKS = {
    ("exploding", "none"): ("exploding, not clipped", SCALE["f5"], "-"),
    ("exploding", "by_norm"): ("exploding, clipped", SCALE["s0"], "-"),
    ("vanishing", "none"): ("vanishing, not clipped", SCALE["f3"], "-"),
    ("vanishing", "by_norm"): ("", INK, (0, (1, 2))),
}
LABELS = {
    "exploding, not clipped": (2.6, 3e3),
    "exploding, clipped": (4, 80),
    "vanishing, clipped or not": (1, 0.8),
}


def draw(results, ax):
    """Every seed's curve; a loss beyond the largest recorded one is cut."""
    found = results["clipping"]
    for (kind, how), (_, color, line) in LOOKS.items():
        for seed in found[f"{kind}.{how}.loss"].seeds:
            ax.plot(
                found["at"].value, seed, color=color, linewidth=1.2, linestyle=line, marker="none"
            )
    powers(ax, every=2)
    ax.set_xscale("log")
    ax.set_xticks([1, 10, 100], ["1", "10", "100"])
    ax.set_ylim(0.2, 1e5)
    for label, (x, y) in LABELS.items():
        ax.annotate(label, (x, y), ha="left", va="center", color=INK)
    ax.set_xlabel("step")


def data(results):
    """One row per net, way of clipping, seed and point of the curve."""
    found = results["clipping"]
    return ["net", "clipping", "seed", "around step", "loss, cut where it is no longer a number"], [
        [kind, how, number, step, loss]
        for kind, how in LOOKS
        for number, seed in enumerate(found[f"{kind}.{how}.loss"].seeds)
        for step, loss in zip(found["at"].value, seed, strict=True)
    ]
