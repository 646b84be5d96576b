"""Training loss of six thirty-layer nets on handwritten digits: each seed a line."""

from snippets.figures.style import COLORS, EDGE, INK2, name_lines, powers, series

RESULTS = ("training",)
TITLE = (
    "Two losses never leave the value of a guess; the others fall, and scaled skips fall farthest"
)
SUB = (
    "Training loss after each epoch on {training.digits.train} handwritten digits, logarithmic; one line for each of "
    "{training.seeds} seeds, every net at its own best learning rate"
)
ALT = (
    "Six nets over {training.epochs} epochs. Sigmoid and default ReLU stay on the line of a guess at {training.chance.loss:3}. "
    "After the last epoch tanh is at {training.tanh.loss.final}, ReLU with He initialization at {training.relu_he.loss.final}, "
    "BatchNorm at {training.bn.loss.final} and scaled skips at {training.res_scaled.loss.final}."
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
    """One thin line for each seed, the median with its marker; the best guess as a line of its own."""
    found = results["training"]
    epochs = range(found["epochs"].value + 1)
    for net in NETS:
        for seed in found[f"{net}.loss"].seeds:
            ax.plot(epochs, seed, color=COLORS[net], linewidth=0.8, alpha=0.5)
        ax.plot(epochs, found[f"{net}.loss"].value, markevery=5, **series(net))
    guess = found["chance.loss"].value
    ax.axhline(guess, color=EDGE, linewidth=0.8)
    ax.annotate(
        "a guess",
        (epochs[-1], guess),
        xytext=(0, 4),
        textcoords="offset points",
        ha="right",
        color=INK2,
    )
    powers(ax, every=1)
    ax.set_xlabel("epoch")
    name_lines(
        ax, {net: (label, found[f"{net}.loss"].value[0]) for net, label in NETS.items()}, x=0
    )


def data(results):
    """One row per net, seed and epoch."""
    found = results["training"]
    return ["net", "seed", "epoch", "training loss"], [
        [label, seed, epoch, loss]
        for net, label in NETS.items()
        for seed, profile in enumerate(found[f"{net}.loss"].seeds)
        for epoch, loss in enumerate(profile)
    ]
