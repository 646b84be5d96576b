"""The gradient signal in each layer of the deep stack, for the nets that a reader meets first."""

from snippets.figures.style import COLORS, name_lines, powers, series

RESULTS = ("deep_stack",)
TITLE = "Sigmoid and default ReLU lose the signal, He initialization keeps it, an unscaled skip lets it grow"
SUB = (
    "Norm of ∂L/∂h after each layer, one at the loss; {deep_stack.depth} layers of {deep_stack.width} units, "
    "median and 5th to 95th percentile of {deep_stack.seeds} seeds"
)
ALT = (
    "Four lines over the layers, on a logarithmic scale, all equal at the loss. The sigmoid net falls steadily to "
    "{deep_stack.sigmoid.default.signal} at the first layer, the default ReLU net to {deep_stack.relu.default.signal}. "
    "ReLU with He initialization stays level; ReLU with skips grows to {deep_stack.residual.default.signal}."
)

LINES = {
    "sigmoid": ("sigmoid.default", "sigmoid"),
    "relu": ("relu.default", "ReLU"),
    "relu_he": ("relu.he", "ReLU, He"),
    "res": ("residual.default", "ReLU + skips"),
}


def draw(results, ax):
    """Median signal per layer with its band."""
    stack = results["deep_stack"]
    layers = range(1, stack["depth"].value + 1)
    for net, (key, _) in LINES.items():
        profile = stack[f"{key}.signal_profile"]
        ax.fill_between(layers, *profile.band, color=COLORS[net], alpha=0.15, linewidth=0)
        ax.plot(layers, profile.value, markevery=5, **series(net))
    powers(ax, every=6)
    ax.set_xlabel("layer (the loss is on the right)")
    ax.set_xticks([1, 10, 20, 30])
    name_lines(
        ax,
        {
            net: (label, stack[f"{key}.signal_profile"].value[0])
            for net, (key, label) in LINES.items()
        },
    )


def data(results):
    """One row per net and layer."""
    stack = results["deep_stack"]
    rows = []
    for key, label in LINES.values():
        profile = stack[f"{key}.signal_profile"]
        rows += [
            [label, layer, *row]
            for layer, row in enumerate(zip(profile.value, *profile.band, strict=True), 1)
        ]
    return ["net", "layer", "signal (1 at the loss)", "5 % of seeds", "95 % of seeds"], rows
