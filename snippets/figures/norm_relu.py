"""The signal in each layer of a ReLU stack without normalization, with LayerNorm and with BatchNorm."""

from snippets.figures.style import COLORS, INK2, name_lines, powers, series

RESULTS = ("normalization",)
TITLE = "In a ReLU stack the same BatchNorm makes the signal explode, at the predicted rate"
SUB = (
    "Norm of ∂L/∂h after each layer, one at the top; {normalization.depth} ReLU layers of {normalization.width} units, He "
    "weights, batch of {normalization.batch}; median and 5th to 95th percentile of {normalization.seeds} seeds, thin line: predicted"
)
ALT = (
    "Three lines over the layers, on a logarithmic scale, all equal at the top. Without normalization and with LayerNorm the "
    "signal stays level. With BatchNorm it grows to {normalization.relu.batch.total} at the first layer, along the predicted line."
)

LINES = {
    "relu_he": ("none", "not normalized"),
    "ln": ("layer", "LayerNorm"),
    "bn": ("batch", "BatchNorm"),
}


def draw(results, ax):
    """Median signal per layer with its band, and the predicted line from the top down."""
    found = results["normalization"]
    depth = found["depth"].value
    layers = range(1, depth + 1)
    for net, (key, _) in LINES.items():
        profile = found[f"relu.{key}.profile"]
        ax.fill_between(layers, *profile.band, color=COLORS[net], alpha=0.15, linewidth=0)
        ax.plot(layers, profile.value, markevery=5, **series(net))
        if key != "none":
            theory = found[f"relu.{key}.predicted"].value
            ax.plot(
                [1, depth],
                [theory ** (depth - 1), 1],
                color=INK2,
                linewidth=0.8,
                linestyle="-",
                marker="none",
            )
    powers(ax, every=1)
    ax.set_xlabel("layer (the loss is on the right)")
    ax.set_xticks([1, 10, 20, 30])
    name_lines(
        ax,
        {
            net: (label, found[f"relu.{key}.profile"].value[0])
            for net, (key, label) in LINES.items()
        },
    )


def data(results):
    """One row per net and layer."""
    found = results["normalization"]
    rows = []
    for key, label in LINES.values():
        profile = found[f"relu.{key}.profile"]
        rows += [
            [label, layer, *row]
            for layer, row in enumerate(zip(profile.value, *profile.band, strict=True), 1)
        ]
    return [
        "normalization",
        "layer",
        "signal (1 at the top)",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
