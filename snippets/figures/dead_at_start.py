"""Dead ReLU units before training, layer by layer: measured, and predicted for infinite width."""

from snippets.figures.style import INK, on_the_right, series

RESULTS = ("dead_at_start",)
TITLE = "The deeper the layer, the more units start dead, and theory says how many"
SUB = (
    "Share of ReLU units that are zero for all of {dead_at_start.inputs} digits; {dead_at_start.width} units a layer, median and "
    "5th to 95th percentile of {dead_at_start.seeds} seeds; thin line: theory for infinite width"
)
ALT = (
    "Two rising curves over {dead_at_start.depth} layers, each on its thin theory line. With nn.Linear's default weights the share "
    "climbs from {dead_at_start.default.layer1} to {dead_at_start.default.layer10} halfway and stays there. With He weights it "
    "climbs slowly, to {dead_at_start.he.layer20} in the last layer."
)
NETS = {
    "default": ("relu", "default weights", (7.5, 57)),
    "he": ("relu_he", "He weights", (12.5, 13)),
}


def draw(results, ax):
    """Median with band; theory as a thin line in ink."""
    found = results["dead_at_start"]
    layers = range(1, found["depth"].value + 1)
    for init, (net, name, place) in NETS.items():
        profile = found[f"{init}.profile"]
        low, high = ([100 * s for s in side] for side in profile.band)
        look = series(net)
        ax.fill_between(layers, low, high, color=look["color"], alpha=0.15, linewidth=0)
        ax.plot(layers, [100 * s for s in profile.value], **{**look, "linestyle": "none"})
        ax.plot(
            layers,
            [100 * s for s in found[f"{init}.predicted"].value],
            color=INK,
            linewidth=1,
            marker="none",
            linestyle="-",
        )
        ax.text(*place, name, color=INK, ha="left", va="center")
    on_the_right(ax)
    ax.set_ylim(0, 63)
    ax.set_yticks([0, 25, 50], ["0", "25", "50 %"])
    ax.set_xticks([1, 5, 10, 15, 20])
    ax.set_xlabel("layer (the loss is on the right)")


def data(results):
    """One row per initialization and layer."""
    found = results["dead_at_start"]
    return [
        "weights",
        "layer",
        "dead share (median)",
        "5 % of seeds",
        "95 % of seeds",
        "predicted",
    ], [
        [name, layer, *row]
        for init, (_, name, _) in NETS.items()
        for layer, row in enumerate(
            zip(
                found[f"{init}.profile"].value,
                *found[f"{init}.profile"].band,
                found[f"{init}.predicted"].value,
                strict=True,
            ),
            1,
        )
    ]
