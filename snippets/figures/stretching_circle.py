"""The unit circle of gradients and its image under the Jacobian of a layer of two units."""

import numpy as np

from snippets.figures.style import EDGE, INK, PAPER, SCALE
from snippets.measurement import formatted

RESULTS = ("stretching",)
TITLE = "A layer turns the circle of unit gradients into an ellipse: some directions grow, others shrink"
SUB = (
    "Both coordinates of ∂L/∂h, before (thin circle) and after (thick ellipse) the transposed Jacobian of a tanh layer "
    "of two units; the half axes of the ellipse are the singular values"
)
ALT = (
    "A thin circle of radius one and a slanted ellipse. The ellipse's longer half axis, {stretching.two.largest}, sticks out of the "
    "circle on both sides; its shorter one, {stretching.two.smallest}, stays inside."
)


def draw(results, ax):
    """Circle, ellipse, and the two half axes with their lengths."""
    found = results["stretching"]
    turn = np.linspace(0, 2 * np.pi, 65)
    ax.plot(np.cos(turn), np.sin(turn), color=EDGE, linewidth=1)
    ax.plot(
        [*found["two.x"].value, found["two.x"].value[0]],
        [*found["two.y"].value, found["two.y"].value[0]],
        color=SCALE["s0"],
        linewidth=2.2,
    )
    _, sizes, ends = np.linalg.svd(np.reshape(found["two.matrix"].value, (2, 2)))
    for size, end, name, word, shift in (
        (sizes[0], ends[0], "largest", "stretched most: ", (6, 2)),
        (sizes[1], ends[1], "smallest", "least: ", (5, 7)),
    ):
        x, y = size * end * (1 if end[0] > 0 else -1)
        ax.annotate(
            "",
            (x, y),
            (0, 0),
            arrowprops={
                "arrowstyle": "-|>",
                "color": INK,
                "linewidth": 1.2,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        length = formatted(found[f"two.{name}"].value, "3")
        ax.annotate(
            word + length,
            (x, y),
            xytext=shift,
            textcoords="offset points",
            va="center",
            color=INK,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
        )
    ax.annotate(
        "every gradient\nof length one",
        (-0.94, -0.34),
        xytext=(-6, -8),
        textcoords="offset points",
        ha="right",
        va="center",
        color=INK,
    )
    ax.set_aspect("equal")
    ax.set_xlim(-2.2, 4.0)
    ax.set_ylim(-1.75, 1.75)
    ax.set_xticks([-1, 0, 1])
    ax.set_yticks([-1, 0, 1])
    ax.set_xlabel("gradient, first coordinate")


def data(results):
    """One row per direction."""
    found = results["stretching"]
    count = len(found["two.x"].value)
    turn = [2 * np.pi * i / count for i in range(count)]
    return [
        "angle of the gradient (radians)",
        "first coordinate after the layer",
        "second coordinate",
    ], [
        [angle, x, y]
        for angle, x, y in zip(turn, found["two.x"].value, found["two.y"].value, strict=True)
    ]
