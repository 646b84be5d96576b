"""The weight gradient of each layer of a vanishing net before and after clipping, when the output layer trips the threshold."""

from snippets.figures.style import INK, INK2, SCALE, powers

RESULTS = ("clipping",)
TITLE = "Clipping never lengthens a gradient: by norm all layers shrink alike, by value only the large ones"
SUB = (
    "Norm of ∂L/∂W in each layer, first batch; {clipping.depth} sigmoid layers and the output layer, loss summed over "
    "{clipping.batch} digits, threshold {clipping.norm} by norm and {clipping.value} by value, median and 5th to 95th percentile of "
    "{clipping.profile.seeds} seeds"
)
ALT = (
    "Three lines over eleven layers on a logarithmic scale. Before clipping the norm rises from "
    "{clipping.vanishing.first.none} in layer 1 to {clipping.vanishing.last.none} in the output layer. Clipped by norm the line "
    "lies lower by the same factor everywhere, on open markers that show the prediction. Clipped by value the first layers are as "
    "before and the last ones are cut."
)


LOOKS = {
    "none": ("not clipped", SCALE["f5"], "s"),
    "by_norm": ("by norm", SCALE["s0"], "o"),
    "by_value": ("by value", SCALE["f3"], "^"),
}
LABELS = {"none": (11, 60, "right"), "by_norm": (5, 4e-6, "left"), "by_value": (11, 0.006, "right")}


def draw(results, ax):
    """Medians with bands; the prediction θ / ‖g‖ as open markers."""
    found = results["clipping"]
    layers = range(1, found["depth"].value + 2)
    for how, (label, color, marker) in LOOKS.items():
        profile = found[f"vanishing.profile.{how}"]
        ax.fill_between(layers, *profile.band, color=color, alpha=0.15, linewidth=0)
        ax.plot(
            layers,
            profile.value,
            color=color,
            marker=marker,
            markersize=4,
            linestyle="-" if how != "by_value" else (0, (4, 2)),
        )
        x, y, side = LABELS[how]
        ax.annotate(label, (x, y), ha=side, va="center", color=INK)
    ax.plot(
        layers,
        found["vanishing.profile.predicted"].value,
        color=INK2,
        marker="o",
        markersize=9,
        markerfacecolor="none",
        markeredgecolor=INK2,
        markeredgewidth=0.8,
        linestyle="none",
    )
    ax.plot(
        [11, 11], [0.012, 0.2], color=INK2, linewidth=0.7, marker="none", linestyle="-"
    )  # leads from the name to its line
    powers(ax, every=2)
    ax.set_ylim(1e-7, 300)
    ax.set_xlabel("layer (the output layer is on the right); open circles: predicted")
    ax.set_xticks([1, 4, 7, 11])


def data(results):
    """One row per way of clipping and layer."""
    found = results["clipping"]
    rows = []
    for how in (*LOOKS, "predicted"):
        profile = found[f"vanishing.profile.{how}"]
        rows += [
            [how, layer, *row]
            for layer, row in enumerate(zip(profile.value, *profile.band, strict=True), 1)
        ]
    return [
        "clipping",
        "layer",
        "norm of the weight gradient (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
