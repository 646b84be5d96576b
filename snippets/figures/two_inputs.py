"""How alike two inputs are after each layer: ordered, on the edge of chaos, chaotic."""

from snippets.figures.style import INK, SCALE, on_the_right

RESULTS = ("mean_field",)
TITLE = "Ordered nets make two inputs alike, chaotic nets drive them apart, on the edge they take many layers"
SUB = (
    "Correlation of the pre-activations of two inputs over layers; tanh nets of {mean_field.width} units, biases with a standard "
    "deviation of {mean_field.pair.bias:.1f}: median and 5th to 95th percentile of {mean_field.seeds} seeds (thick), mean-field "
    "recursion (thin)"
)
ALT = (
    "Three curves. In the ordered net the correlation reaches one within ten layers. In the chaotic net it falls to "
    "{mean_field.pair.chaotic.last}. On the edge it creeps upward to {mean_field.pair.edge.last}. The predictions run through the "
    "bands."
)

NETS = {
    "ordered": ("ordered", SCALE["v2"], "s"),
    "edge": ("edge of chaos", SCALE["s0"], "o"),
    "chaotic": ("chaotic", SCALE["f5"], "^"),
}


def draw(results, ax):
    """Median with band, and the recursion, for each net."""
    found = results["mean_field"]
    layers = range(1, found["depth"].value + 1)
    for name, (label, shade, marker) in NETS.items():
        measured = found[f"pair.{name}.correlation"]
        ax.fill_between(layers, *measured.band, color=shade, alpha=0.2, linewidth=0)
        ax.plot(layers, measured.value, color=shade, marker=marker, markevery=7)
        ax.plot(layers, found[f"pair.{name}.correlation_predicted"].value, color=INK, linewidth=0.8)
        at, shift = {"ordered": (13, (0, 7)), "edge": (19, (2, -18)), "chaotic": (25, (0, 26))}[
            name
        ]
        ax.annotate(
            label, (at, measured.value[at]), xytext=shift, textcoords="offset points", color=INK
        )
    on_the_right(ax)
    ax.set_ylim(-0.2, 1.15)
    ax.set_yticks([0, 0.5, 1])
    ax.set_xticks([1, 10, 20, 30, 40, 50])
    ax.set_xlabel("layer")


def data(results):
    """One row per net and layer."""
    found = results["mean_field"]
    return ["net", "layer", "correlation (median)", "5 % of seeds", "95 % of seeds", "predicted"], [
        [label, layer, *row]
        for name, (label, _, _) in NETS.items()
        for layer, row in enumerate(
            zip(
                found[f"pair.{name}.correlation"].value,
                *found[f"pair.{name}.correlation"].band,
                found[f"pair.{name}.correlation_predicted"].value,
                strict=True,
            ),
            1,
        )
    ]
