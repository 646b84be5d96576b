"""How far each hidden layer has moved in three nets that all seem stuck: under SGD on the left, under Adam on the right."""

from snippets.figures.style import INK, INK2, SCALE, powers

RESULTS = ("adaptive",)
TITLE = (
    "Under SGD a vanishing gradient shows as a slope over the layers; under Adam the slope is gone"
)
SUB = (
    "Distance of each hidden layer from its start, relative to its norm, after {adaptive.told.steps} steps; input left, loss right; "
    "SGD at rate {adaptive.told.sgd.rate}, Adam at {adaptive.told.adam.rate}, median and 5th to 95th percentile of "
    "{adaptive.told.seeds} seeds, dashed: Adam's bound"
)
ALT = (
    "Two panels with three lines each on one logarithmic scale. Under SGD the vanishing net rises from "
    "{adaptive.told.vanishing.sgd.first} in layer 1 to {adaptive.told.vanishing.sgd.last} in the last, the net with the small rate "
    "is level at {adaptive.told.small.sgd.first}, and the frozen net is exactly zero in its first layers and level after them. "
    "Under Adam the vanishing net is nearly level, from {adaptive.told.vanishing.adam.first} to "
    "{adaptive.told.vanishing.adam.last}, a little below the dashed bound; the other two look as under SGD."
)


LOOKS = {
    "vanishing": ("vanishing", SCALE["f5"], "s", "-"),
    "small": ("small rate", SCALE["s0"], "o", "-"),
    "frozen": ("frozen layers", SCALE["f3"], "^", (0, (4, 2))),
}
PANELS = {"sgd": ("SGD", 0), "adam": ("Adam", 13)}
FLOOR = 1e-9  # a layer that has not moved at all is drawn here
NAMES = {
    "vanishing": (4.2, 1.5e-8, "left"),
    "small": (10, 6e-7, "right"),
    "frozen": (3.6, 0.12, "left"),
}


def draw(results, ax):
    """Both panels on one axis, the second shifted to the right."""
    found = results["adaptive"]
    layers = range(1, found["told.depth"].value + 1)
    for optimizer, (title, shift) in PANELS.items():
        places = [layer + shift for layer in layers]
        for case, (_, color, marker, line) in LOOKS.items():
            moved = found[f"told.{case}.{optimizer}"]
            low, high, middle = (
                [max(m, FLOOR) for m in part] for part in (*moved.band, moved.value)
            )
            ax.fill_between(places, low, high, color=color, alpha=0.15, linewidth=0)
            ax.plot(places, middle, color=color, marker=marker, markersize=4, linestyle=line)
        ax.text(places[0], 0.5, title, ha="left", va="center", color=INK)
    bound = found["told.vanishing.bound"].value
    ax.plot(
        [layer + PANELS["adam"][1] for layer in layers],
        bound,
        color=INK2,
        linewidth=0.9,
        linestyle=(0, (2, 2)),
        marker="none",
    )
    powers(ax, every=2)
    ax.set_ylim(FLOOR / 2, 1)
    for case, (x, y, side) in NAMES.items():
        ax.annotate(LOOKS[case][0], (x, y), ha=side, va="center", color=INK)
    ax.annotate("exactly 0", (16.4, FLOOR), ha="left", va="center", color=INK2)
    ax.set_xticks([1, 10, 14, 23], ["1", "10", "1", "10"])
    ax.set_xlabel("hidden layer")


def data(results):
    """One row per optimizer, net and layer."""
    found = results["adaptive"]
    rows = []
    for optimizer, (title, _) in PANELS.items():
        for case, (label, *_) in LOOKS.items():
            moved = found[f"told.{case}.{optimizer}"]
            rows += [
                [title, label, layer, *row]
                for layer, row in enumerate(zip(moved.value, *moved.band, strict=True), 1)
            ]
    return [
        "optimizer",
        "net",
        "layer",
        "relative distance moved (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
