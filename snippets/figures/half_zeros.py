"""The share of the signal that is exactly zero in float16, layer by layer, with and without loss scaling."""

from snippets.figures.style import INK, INK2, SCALE, on_the_right

RESULTS = ("half_precision",)
TITLE = "Without scaling float16 turns the signal of the early layers into zeros; scaling the loss brings it back"
SUB = (
    "Share of the entries of ∂L/∂h that are exactly zero in the first backward pass; {half_precision.depth} tanh layers of "
    "{half_precision.width} units, loss averaged over {half_precision.terms} terms, median and 5th to 95th percentile of "
    "{half_precision.zeros.seeds} seeds"
)
ALT = (
    "Two lines over the layers. In float16 without scaling all of the signal is zero in the first layers and "
    "{half_precision.zeros.half.signal.last} in the last; open markers, the share that float64 holds below half of the smallest "
    "float16 number, lie on the line. With the loss multiplied by {half_precision.scale} hardly any entry is zero: "
    "{half_precision.zeros.scaled.signal.first} in layer 1."
)

LOOKS = {
    "half": ("float16", SCALE["f5"], "s"),
    "scaled": ("float16, loss scaled", SCALE["s0"], "o"),
}


def draw(results, ax):
    """Medians with bands, the prediction as open markers."""
    found = results["half_precision"]
    layers = range(1, found["depth"].value + 1)
    for arm, (label, color, marker) in LOOKS.items():
        share = found[f"zeros.{arm}.signal"]
        ax.fill_between(layers, *share.band, color=color, alpha=0.15, linewidth=0)
        ax.plot(layers, share.value, color=color, marker=marker, markersize=4, linestyle="-")
        ax.annotate(
            label,
            (4, share.value[3]),
            xytext=(0, -8 if arm == "half" else 8),
            textcoords="offset points",
            ha="center",
            va="top" if arm == "half" else "bottom",
            color=INK,
        )
    ax.plot(
        layers,
        found["zeros.exact.signal"].value,
        color=INK2,
        marker="o",
        markersize=9,
        markerfacecolor="none",
        markeredgecolor=INK2,
        markeredgewidth=1,
        linestyle="none",
    )
    on_the_right(ax)
    ax.set_ylim(-0.05, 1.08)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_xticks([1, 4, 8, 12])
    ax.set_xlabel("layer (the loss is on the right); open circles: predicted from float64")


def data(results):
    """One row per arm and layer."""
    found = results["half_precision"]
    return [
        "arm",
        "layer",
        "zero share of the signal (median)",
        "5 % of seeds",
        "95 % of seeds",
        "zero share of the weight gradient",
    ], [
        [arm, layer, *row]
        for arm in ("exact", *LOOKS)
        for layer, row in enumerate(
            zip(
                found[f"zeros.{arm}.signal"].value,
                *found[f"zeros.{arm}.signal"].band,
                found[f"zeros.{arm}.weights"].value,
                strict=True,
            ),
            1,
        )
    ]
