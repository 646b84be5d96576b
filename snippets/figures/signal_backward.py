"""The signal in each layer, beside what the recursion of variances predicts."""

from snippets.figures.style import COLORS, INK, name_lines, powers, series

RESULTS = ("signal_gain",)
TITLE = "Backward: the same numbers foretell the signal in every layer, over twenty-five orders of magnitude"
SUB = (
    "Norm of ∂L/∂h after each layer, one at the top; {signal_gain.depth} layers of {signal_gain.width} units, median and 5th to 95th "
    "percentile of {signal_gain.seeds} seeds (colored), prediction (thin ink lines)"
)
ALT = (
    "Four lines from the top on the right to the first layer on the left, each with its prediction drawn through it. Sigmoid falls to "
    "{signal_gain.sigmoid.default.total}, default ReLU to {signal_gain.relu.default.total}, tanh with Xavier initialization keeps "
    "{signal_gain.tanh.xavier.total}, ReLU with He initialization {signal_gain.relu.he.total}."
)

NETS = {
    "relu_he": ("relu.he", "ReLU, He"),
    "tanh": ("tanh.xavier", "tanh, Xavier"),
    "relu": ("relu.default", "ReLU"),
    "sigmoid": ("sigmoid.default", "sigmoid"),
}


def draw(results, ax):
    """Median with band and prediction for each net."""
    found = results["signal_gain"]
    layers = range(1, found["depth"].value + 1)
    for net, (key, _) in NETS.items():
        measured = found[f"{key}.profile"]
        ax.fill_between(layers, *measured.band, color=COLORS[net], alpha=0.2, linewidth=0)
        ax.plot(layers, measured.value, markevery=5, **series(net))
        ax.plot(layers, found[f"{key}.predicted_profile"].value, color=INK, linewidth=0.8)
    powers(ax, every=6)
    ax.set_xticks([1, 10, 20, 30])
    ax.set_xlabel("layer (the loss is on the right)")
    name_lines(
        ax, {net: (label, found[f"{key}.profile"].value[0]) for net, (key, label) in NETS.items()}
    )


def data(results):
    """One row per net and layer."""
    found = results["signal_gain"]
    return [
        "net",
        "layer",
        "signal (median, 1 at the top)",
        "5 % of seeds",
        "95 % of seeds",
        "predicted",
    ], [
        [label, layer, *row]
        for key, label in NETS.values()
        for layer, row in enumerate(
            zip(
                found[f"{key}.profile"].value,
                *found[f"{key}.profile"].band,
                found[f"{key}.predicted_profile"].value,
                strict=True,
            ),
            1,
        )
    ]
