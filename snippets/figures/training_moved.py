"""How far every layer moved while six nets trained on handwritten digits: each seed a line."""

from snippets.figures.style import COLORS, name_lines, powers, series

RESULTS = ("training",)
TITLE = "The first layers of the sigmoid net never leave the place where they began"
SUB = (
    "Distance of each layer's weights from their start, relative to their norm, after {training.epochs} epochs on "
    "handwritten digits; one line for each of {training.seeds} seeds"
)
ALT = (
    "Lines over thirty layers on a logarithmic scale. With scaled skips, tanh, BatchNorm and ReLU with He initialization "
    "every layer has moved. In the sigmoid net the first layer has moved by {training.sigmoid.moved.layer1.final} "
    "and the last by {training.sigmoid.moved.layer30.final}."
)

NETS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "relu_he": "ReLU, He",
    "bn": "BatchNorm",
    "res_scaled": "scaled skips",
}
FLOOR = 1e-10  # a layer that has not moved at all is drawn here


def draw(results, ax):
    """One line for each net and seed; the median carries the marker."""
    found = results["training"]
    layers = range(1, found["depth"].value + 1)
    for net in NETS:
        for seed in found[f"{net}.moved"].seeds:
            ax.plot(
                layers, [max(m, FLOOR) for m in seed], color=COLORS[net], linewidth=0.8, alpha=0.5
            )
        ax.plot(
            layers, [max(m, FLOOR) for m in found[f"{net}.moved"].value], markevery=6, **series(net)
        )
    powers(ax, every=2)
    ax.set_xlabel("layer (the loss is on the right)")
    ax.set_xticks([1, 10, 20, 30])
    name_lines(
        ax,
        {net: (label, max(found[f"{net}.moved"].value[0], FLOOR)) for net, label in NETS.items()},
    )


def data(results):
    """One row per net, seed and layer."""
    found = results["training"]
    return ["net", "seed", "layer", "relative distance moved"], [
        [label, seed, layer, moved]
        for net, label in NETS.items()
        for seed, profile in enumerate(found[f"{net}.moved"].seeds)
        for layer, moved in enumerate(profile, 1)
    ]
