"""Training accuracy of six thirty-layer nets on handwritten digits: each seed a line."""

from snippets.figures.style import COLORS, EDGE, name_lines, on_the_right, series

RESULTS = ("training",)
TITLE = "Matching weights, BatchNorm or scaled skips let thirty layers learn; sigmoid and default ReLU stay at chance"
SUB = (
    "Training accuracy after each epoch on {training.digits.train} handwritten digits; one line for each of {training.seeds} seeds, "
    "every net at its own best learning rate"
)
ALT = (
    "Six nets over {training.epochs} epochs. Sigmoid stays at {training.sigmoid.accuracy.final}, which is chance. "
    "After the last epoch ReLU with He initialization has {training.relu_he.accuracy.final}, BatchNorm {training.bn.accuracy.final} and "
    "scaled skips {training.res_scaled.accuracy.final}."
)

NETS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "relu_he": "ReLU, He",
    "bn": "BatchNorm",
    "res_scaled": "scaled skips",
}


def draw(results, ax):
    """One thin line for each seed, the median with its marker; chance as a line of its own."""
    found = results["training"]
    epochs = range(found["epochs"].value + 1)
    for net in NETS:
        for seed in found[f"{net}.accuracy"].seeds:
            ax.plot(epochs, [100 * a for a in seed], color=COLORS[net], linewidth=0.8, alpha=0.5)
        ax.plot(
            epochs, [100 * a for a in found[f"{net}.accuracy"].value], markevery=5, **series(net)
        )
    ax.axhline(100 * found["chance.accuracy"].value, color=EDGE, linewidth=0.8)
    on_the_right(ax)
    ax.set_ylim(0, 103)
    ax.set_yticks([0, 50, 100], ["0", "50", "100 %"])
    ax.set_xlabel("epoch")
    ends = {net: (label, 100 * found[f"{net}.accuracy"].value[-1]) for net, label in NETS.items()}
    name_lines(ax, ends, x=0)


def data(results):
    """One row per net, seed and epoch."""
    found = results["training"]
    return ["net", "seed", "epoch", "training accuracy"], [
        [label, seed, epoch, accuracy]
        for net, label in NETS.items()
        for seed, profile in enumerate(found[f"{net}.accuracy"].seeds)
        for epoch, accuracy in enumerate(profile)
    ]
