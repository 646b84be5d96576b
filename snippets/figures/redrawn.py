"""What drawing one layer's weights anew changes in the output: nothing, for the first layers of a sigmoid net."""

from snippets.figures.style import COLORS, name_lines, powers, series

RESULTS = ("other_routes",)
TITLE = "Whatever the first layers of the sigmoid net compute, its output stays the same"
SUB = (
    "Change of the output, relative to its norm, when one layer's weights are drawn anew; {other_routes.depth} layers of "
    "{other_routes.width} units, median and 5th to 95th percentile of {other_routes.seeds} seeds"
)
ALT = (
    "Two lines over the layers, on a logarithmic scale. In the ReLU net with He weights every layer changes the output by about its "
    "own size. In the sigmoid net the last layer changes it by {other_routes.redraw.sigmoid.layer10}, the first by "
    "{other_routes.redraw.sigmoid.layer1}."
)

LINES = {"sigmoid": "sigmoid", "relu_he": "ReLU, He"}


def draw(results, ax):
    """Median change per redrawn layer with its band."""
    found = results["other_routes"]
    layers = range(1, found["depth"].value + 1)
    for net in LINES:
        profile = found[f"redraw.{net}.profile"]
        ax.fill_between(layers, *profile.band, color=COLORS[net], alpha=0.15, linewidth=0)
        ax.plot(layers, profile.value, **series(net))
    powers(ax, every=2)
    ax.set_xlabel("layer drawn anew (the loss is on the right)")
    ax.set_xticks([1, 4, 7, 10])
    name_lines(
        ax, {net: (label, found[f"redraw.{net}.profile"].value[0]) for net, label in LINES.items()}
    )


def data(results):
    """One row per net and layer."""
    found = results["other_routes"]
    rows = []
    for net, label in LINES.items():
        profile = found[f"redraw.{net}.profile"]
        rows += [
            [label, layer, *row]
            for layer, row in enumerate(zip(profile.value, *profile.band, strict=True), 1)
        ]
    return [
        "net",
        "layer drawn anew",
        "relative change of the output",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
