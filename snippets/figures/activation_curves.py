"""Eleven activations and their slopes, one small panel each, all on the same axes."""

import numpy as np

from snippets.figures.style import INK, INK2, LINE, SCALE

RESULTS = ("slopes",)
TITLE = "Most slopes reach one on the right; they differ on the left and in how soon they get there"
SUB = (
    "Each activation φ(z) (thin, dashed) and its slope φ′(z) (thick) for pre-activations z from minus {slopes.drawn.to} to "
    "{slopes.drawn.to}; the gray lines are zero and one"
)
ALT = (
    "Eleven small panels on the same axes. Sigmoid's slope is a low hump that peaks at {slopes.sigmoid.max}; tanh's is a hump that "
    "peaks at {slopes.tanh.max}. ReLU, Leaky ReLU and PReLU have slopes that jump to one at zero. The slopes of ELU and SELU fade to "
    "the left; SELU's is {slopes.selu.max} just left of zero. Those of GELU, SiLU and Mish overshoot one and dip below zero; softplus "
    "has sigmoid's curve as its slope."
)

PANELS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "selu": "SELU",
    "softplus": "softplus",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
}
COLUMNS, ROWS = 4, 3
JUMPS = ("relu", "leaky_relu", "prelu", "selu")  # the slope is drawn in two pieces


def draw(results, ax):
    """A panel per activation; the last place explains the two lines."""
    found = results["slopes"]
    x = np.linspace(-found["drawn.to"].value, found["drawn.to"].value, found["drawn.points"].value)
    ax.set_axis_off()
    for place, (name, label) in enumerate(PANELS.items()):
        panel = _panel(ax, place)
        panel.plot(
            x[::2],
            found[f"{name}.curve"].value[::2],
            color=INK2,
            linewidth=1,
            linestyle=(0, (3, 1.5)),
        )
        slopes = np.array(found[f"{name}.curve_slope"].value)
        for side in [x < 0, x > 0] if name in JUMPS else [x == x]:
            panel.plot(x[side], slopes[side], color=SCALE["s0"], linewidth=2)
        panel.text(-3.9, 1.95, label, color=INK, fontsize=9, va="top")
    panel = _panel(ax, COLUMNS * ROWS - 1)
    panel.plot([-3.6, -1.2], [1, 1], color=SCALE["s0"], linewidth=2)
    panel.text(-0.6, 1, "slope φ′", color=INK, fontsize=9, va="center")
    panel.plot([-3.6, -1.2], [0, 0], color=INK2, linewidth=1, linestyle=(0, (3, 1.5)))
    panel.text(-0.6, 0, "curve φ", color=INK, fontsize=9, va="center")
    for line in panel.lines[:2]:
        line.set_visible(False)


def _panel(ax, place: int):
    """Axes of one place, counted row by row, with lines at zero and one."""
    row, column = divmod(place, COLUMNS)
    panel = ax.inset_axes([column / COLUMNS, 1 - (row + 1) / ROWS, 0.96 / COLUMNS, 0.94 / ROWS])
    panel.set_axis_off()
    panel.set_xlim(-4, 4)
    panel.set_ylim(-1.15, 2.1)
    for height in (0, 1):
        panel.plot([-4, 4], [height, height], color=LINE, linewidth=0.7)
    return panel


def data(results):
    """One row per activation and input."""
    found = results["slopes"]
    x = np.linspace(-found["drawn.to"].value, found["drawn.to"].value, found["drawn.points"].value)
    return ["activation", "z", "activation at z", "slope at z"], [
        [label, round(float(z), 6), y, s]
        for name, label in PANELS.items()
        for z, y, s in zip(
            x, found[f"{name}.curve"].value, found[f"{name}.curve_slope"].value, strict=True
        )
    ]
