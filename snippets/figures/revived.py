"""A vanishing sigmoid net under Adam with a tiny ε, step by step: forward, backward and what its last layer still tells."""

from snippets.figures.style import INK, SCALE, powers

RESULTS = ("revived", "adaptive")
TITLE = (
    "Rescaled steps revive the way forward after some seven hundred steps; the way back dies again"
)
SUB = (
    "Sigmoid net of {adaptive.dead.depth} layers under Adam with a tiny ε: factor of the spread over digits from the first to the "
    "last hidden layer (forward), of the gradient from the last to the first (backward), and the same spread forward under SGD; "
    "median and 5th to 95th percentile of {revived.seeds} seeds"
)
ALT = (
    "Three lines over two thousand steps on a logarithmic scale. Forward starts at {revived.tiny.start.forward}, climbs steadily from "
    "the first hundred steps on and reaches {revived.tiny.end.forward}. Backward starts at the same height, climbs to about a "
    "hundred-thousandth by step five hundred, then falls to {revived.tiny.end.backward}. Under SGD the forward factor stays level at "
    "{revived.sgd.start.forward}."
)
LOOKS = {
    "tiny.forward": ("forward", SCALE["s0"], "-"),
    "tiny.backward": ("backward", SCALE["f5"], (0, (4, 1.6))),
    "sgd.forward": ("forward, SGD", SCALE["v2"], (0, (1.2, 1.6))),
}
NAMES = {
    "tiny.forward": (1150, 8.0),
    "tiny.backward": (1150, 3e-7),
    "sgd.forward": (1150, 1.2e-11),
}


def draw(results, ax):
    """Medians with bands over the steps."""
    found = results["revived"]
    every, steps = found["every"].value, found["steps"].value
    places = range(0, steps + 1, every)
    for key, (_, color, line) in LOOKS.items():
        middle, low, high = (
            [10**power for power in part] for part in (found[key].value, *found[key].band)
        )
        ax.fill_between(places, low, high, color=color, alpha=0.15, linewidth=0)
        ax.plot(places, middle, color=color, linestyle=line, marker="none")
    left = found["tiny.leaves"].value
    ax.axvline(left, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
    ax.annotate(
        "leaves chance",
        (left, 3e-13),
        xytext=(5, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        color=INK,
    )
    powers(ax, every=3)
    ax.set_ylim(1e-13, 100)
    for key, (x, y) in NAMES.items():
        ax.annotate(LOOKS[key][0], (x, y), ha="left", va="center", color=INK)
    ax.set_xlim(0, steps)
    ax.set_xlabel("step")
    ax.set_ylabel("factor through the net")


def data(results):
    """One row per look."""
    found = results["revived"]
    every, steps = found["every"].value, found["steps"].value
    keys = [*LOOKS, "tiny.depends"]
    return ["step", *(f"{key} (median)" for key in keys), "tiny.loss (median)"], [
        [step, *(10 ** found[key].value[i] for key in keys), found["tiny.loss"].value[i]]
        for i, step in enumerate(range(0, steps + 1, every))
    ]
