"""The two curves everyone draws, a quarter per layer and one per layer, beside what four real nets do."""

from snippets.figures.style import COLORS, INK, INK2, name_lines, powers, series

RESULTS = ("deep_stack", "factors")
TITLE = "The two curves of the story are neither a real sigmoid net nor a real ReLU net"
SUB = (
    "Norm of the signal ∂L/∂h after each layer, one at the loss: thin lines as told, the rest measured; {deep_stack.depth} layers of "
    "{deep_stack.width} units, median and 5th to 95th percentile of {deep_stack.seeds} seeds"
)
ALT = (
    "Lines over thirty layers on a logarithmic scale, equal at the loss on the right. Two thin straight lines tell the story: a quarter "
    "per layer, down to {factors.quarter.at29} at the first layer, and one per layer, level. The measured sigmoid net with default "
    "weights falls far below the first, to {deep_stack.sigmoid.default.signal}. ReLU with default weights falls to "
    "{deep_stack.relu.default.signal}; only ReLU with He initialization stays near the level line."
)

LINES = {
    "sigmoid": ("sigmoid.default", "sigmoid"),
    "relu": ("relu.default", "ReLU"),
    "relu_he": ("relu.he", "ReLU, He"),
}


def draw(results, ax):
    """Measured medians with bands, and the two told lines in ink."""
    stack, factors = results["deep_stack"], results["factors"]
    depth = stack["depth"].value
    layers = range(1, depth + 1)
    for key in ("quarter", "one"):
        told = [factors[f"gamma.{key}"].value ** (depth - layer) for layer in layers]
        ax.plot(layers, told, color=INK, linewidth=0.9, linestyle="-", marker="none")
    for net, (key, _) in LINES.items():
        profile = stack[f"{key}.signal_profile"]
        ax.fill_between(layers, *profile.band, color=COLORS[net], alpha=0.15, linewidth=0)
        ax.plot(layers, profile.value, markevery=5, **series(net))
    powers(ax, every=6)
    ax.set_xlabel("layer (the loss is on the right)")
    ax.set_xticks([1, 10, 20, 30])
    ax.annotate(
        "a quarter,\nas told",
        (1, factors["gamma.quarter"].value ** (depth - 1)),
        xytext=(-8, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=INK2,
    )
    ax.annotate(
        "one, as told",
        (12, 1),
        xytext=(0, -3),
        textcoords="offset points",
        ha="left",
        va="top",
        color=INK2,
    )
    name_lines(
        ax,
        {
            net: (label, stack[f"{key}.signal_profile"].value[0])
            for net, (key, label) in LINES.items()
        },
    )


def data(results):
    """One row per line and layer; the two told lines have no band."""
    stack, factors = results["deep_stack"], results["factors"]
    depth = stack["depth"].value
    rows = [
        [
            f"as told: {factors[f'gamma.{key}'].value} per layer",
            layer,
            factors[f"gamma.{key}"].value ** (depth - layer),
            "",
            "",
        ]
        for key in ("quarter", "one")
        for layer in range(1, depth + 1)
    ]
    for key, label in LINES.values():
        profile = stack[f"{key}.signal_profile"]
        rows += [
            [label, layer, *row]
            for layer, row in enumerate(zip(profile.value, *profile.band, strict=True), 1)
        ]
    return ["line", "layer", "signal (1 at the loss)", "5 % of seeds", "95 % of seeds"], rows
