"""The size of the outputs after each layer, beside the variance recursion."""

from snippets.figures.style import COLORS, INK, name_lines, powers, series

RESULTS = ("mean_field",)
TITLE = "Forward: a recursion of one number foretells how large the outputs of each layer are"
SUB = (
    "Root mean square of h after each layer; {mean_field.forward.depth} layers of {mean_field.forward.width} units, median and 5th to "
    "95th percentile of {mean_field.seeds} seeds (colored), recursion (thin ink lines)"
)
ALT = (
    "Four lines with the recursion drawn through each. ReLU with He initialization and sigmoid stay level, tanh with Xavier "
    "initialization sinks slowly to {mean_field.forward.tanh.xavier.last}, default ReLU falls to "
    "{mean_field.forward.relu.default.last}, where its biases hold it."
)

NETS = {
    "relu_he": ("relu.he", "ReLU, He"),
    "sigmoid": ("sigmoid.default", "sigmoid"),
    "tanh": ("tanh.xavier", "tanh, Xavier"),
    "relu": ("relu.default", "ReLU"),
}


def draw(results, ax):
    """Median with band and the recursion for each net."""
    found = results["mean_field"]
    layers = range(1, found["forward.depth"].value + 1)
    for net, (key, _) in NETS.items():
        measured = found[f"forward.{key}"]
        ax.fill_between(layers, *measured.band, color=COLORS[net], alpha=0.2, linewidth=0)
        ax.plot(layers, measured.value, markevery=5, **series(net))
        ax.plot(layers, found[f"forward.{key}.predicted"].value, color=INK, linewidth=0.8)
    powers(ax, every=1)
    ax.set_ylim(0.015, 2)
    ax.set_xticks([1, 10, 20, 30])
    ax.set_xlabel("layer (the loss is on the right)")
    name_lines(
        ax, {net: (label, found[f"forward.{key}"].value[0]) for net, (key, label) in NETS.items()}
    )


def data(results):
    """One row per net and layer."""
    found = results["mean_field"]
    return [
        "net",
        "layer",
        "root mean square of h (median)",
        "5 % of seeds",
        "95 % of seeds",
        "recursion",
    ], [
        [label, layer, *row]
        for key, label in NETS.values()
        for layer, row in enumerate(
            zip(
                found[f"forward.{key}"].value,
                *found[f"forward.{key}"].band,
                found[f"forward.{key}.predicted"].value,
                strict=True,
            ),
            1,
        )
    ]
