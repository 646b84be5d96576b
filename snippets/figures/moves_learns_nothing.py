"""Accuracy against the movement of layer 1, for a deep sigmoid net under three optimizers and a net that learns."""

from snippets.figures.style import INK, SCALE, on_the_right

RESULTS = ("adaptive",)
TITLE = "Adam can move the first layer of a dead net further than that of a net that learns, and teach it nothing"
SUB = (
    "Training accuracy (upward) against the distance of layer 1 from its start, relative to its norm (across); {adaptive.dead.depth} "
    "layers, {adaptive.dead.steps} steps, one point for each of {adaptive.seeds} seeds"
)
ALT = (
    "Four groups of points. The sigmoid net lies at chance in three of them: far left under SGD, further right under Adam, and "
    "far right, at a movement of {adaptive.dead.tiny.moved}, under Adam with a tiny ε. The ReLU net has moved less, "
    "{adaptive.dead.healthy.moved}, and stands at {adaptive.dead.healthy.accuracy}."
)

LOOKS = {
    "sgd": ("sigmoid, SGD", SCALE["v2"], "o"),
    "adam": ("sigmoid, Adam", SCALE["f3"], "s"),
    "tiny": ("sigmoid, Adam,\ntiny ε", SCALE["f5"], "^"),
    "healthy": ("ReLU, He,\nAdam", SCALE["s0"], "D"),
}
NAMES = {
    "sgd": (5e-13, 0.18, "center"),
    "adam": (6e-7, 0.18, "center"),
    "tiny": (1.2, 0.22, "right"),
    "healthy": (0.03, 0.66, "right"),
}


def draw(results, ax):
    """One point per seed, named beside each group."""
    found = results["adaptive"]
    for arm, (label, color, marker) in LOOKS.items():
        ax.plot(
            found[f"dead.{arm}.moved"].seeds,
            found[f"dead.{arm}.accuracy"].seeds,
            color=color,
            marker=marker,
            linestyle="none",
        )
        x, y, side = NAMES[arm]
        ax.annotate(label, (x, y), ha=side, va="center", color=INK)
    ax.set_xscale("log")
    ax.set_xlim(1e-14, 6)
    ax.set_xticks([1e-12, 1e-8, 1e-4, 1], ["10⁻¹²", "10⁻⁸", "10⁻⁴", "1"])
    on_the_right(ax)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_xlabel("relative distance that layer 1 has moved")


def data(results):
    """One row per arm and seed."""
    found = results["adaptive"]
    return [
        "net",
        "seed",
        "relative distance of layer 1",
        "training accuracy",
        "change of the loss when layer 1 is put back",
    ], [
        [label.replace("\n", " "), seed, *row]
        for arm, (label, *_) in LOOKS.items()
        for seed, row in enumerate(
            zip(
                *(found[f"dead.{arm}.{part}"].seeds for part in ("moved", "accuracy", "undone")),
                strict=True,
            )
        )
    ]
