"""The signal in each layer of five of the lab's presets: what stands in the lab's place where there is no script."""

from snippets.figures.style import COLORS, name_lines, powers, series

RESULTS = ("lab_presets",)
TITLE = "Weights and skips decide what is left of the signal thirty layers from the loss"
SUB = (
    "Norm of the signal ∂L/∂h after each layer, one at the loss, in five nets of the lab: {lab_presets.relu.depth} layers of "
    "{lab_presets.relu.width} units; median and 5th to 95th percentile of {lab_presets.seeds} seeds, by autograd"
)
ALT = (
    "Five lines over thirty layers on a logarithmic scale, equal at the loss on the right. At the first layer the sigmoid net is left "
    "with {lab_presets.sigmoid.share} of the signal and ReLU with default weights with {lab_presets.relu.share}; ReLU with He's weights "
    "keeps {lab_presets.he.share}, with scaled skips {lab_presets.scaled.share}, and with plain skips it has grown to "
    "{lab_presets.explodes.share}."
)

LINES = {
    "sigmoid": ("sigmoid", "sigmoid"),
    "relu": ("relu", "ReLU"),
    "he": ("relu_he", "ReLU, He"),
    "explodes": ("res", "plain skips"),
    "scaled": ("res_scaled", "scaled skips"),
}


def draw(results, ax):
    """Medians with bands, named at layer 1."""
    found = results["lab_presets"]
    depth = found["relu.depth"].value
    layers = range(1, depth + 1)
    for preset, (net, _) in LINES.items():
        profile = found[f"{preset}.profile"]
        ax.fill_between(layers, *profile.band, color=COLORS[net], alpha=0.15, linewidth=0)
        ax.plot(layers, profile.value, markevery=5, **series(net))
    powers(ax, every=6)
    ax.set_xlabel("layer (the loss is on the right)")
    ax.set_xticks([1, 10, 20, depth])
    name_lines(
        ax,
        {
            net: (label, found[f"{preset}.profile"].value[0])
            for preset, (net, label) in LINES.items()
        },
    )


def data(results):
    """One row per net and layer."""
    found = results["lab_presets"]
    return ["net", "layer", "signal (1 at the loss)", "5 % of seeds", "95 % of seeds"], [
        [label, layer, *row]
        for preset, (_, label) in LINES.items()
        for layer, row in enumerate(
            zip(found[f"{preset}.profile"].value, *found[f"{preset}.profile"].band, strict=True), 1
        )
    ]
