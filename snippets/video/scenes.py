"""The frames: one plot that fills as the sentences go on, in the site's own style.

`frame(scene, share, …)` draws a scene at 0 to 1 of its motion.
"""

from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg

from snippets.figures.style import COLORS, EDGE, FLARE, INK, INK2, LINE, NETS, PAPER, SCALE, power
from snippets.video.script import CURVES

WIDTH, HEIGHT, DPI = 1280, 720, 100
LINES = {  # scene: (net, name, weights)
    "sigmoid": ("sigmoid", "sigmoid", "default weights"),
    "relu": ("relu", "ReLU", "default weights"),
    "he": ("relu_he", "ReLU, He", "He’s weights"),
    "skips": ("res", "plain skips", "default weights"),
    "scaled": ("res_scaled", "scaled skips", "He’s weights"),
}
ORDER = ("strip", "sigmoid", "zero", "relu", "factor", "he", "skips", "scaled", "end")
FADE = ("s0", "v1", "v2", "v3", "v4", "v5")
GROW = ("s0", "f1", "f2", "f3", "f4", "f5", "f6")
NAMED_AT = {
    "sigmoid": -25.6,
    "relu": -12.2,
    "he": 2.0,
    "skips": 4.4,
    "scaled": -1.9,
}  # powers of ten, so that no names touch


def frame(scene: str, share: float, profiles: dict[str, list[float]], shown: dict[str, str]):
    """An array of HEIGHT × WIDTH × 3 bytes."""
    figure = plt.figure(
        figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PAPER, layout="none"
    )
    canvas = FigureCanvasAgg(figure)
    done = ORDER[: ORDER.index(scene)]
    drawn = [s for s in done if s in LINES]
    current = scene if scene in LINES else (drawn[-1] if drawn else "")
    strip(
        figure,
        profiles[CURVES[current][0]] if current else None,
        share if scene in (*LINES, "strip") else 1,
    )
    if scene == "zero":
        two_norms(figure, share, shown)
    else:
        axes = empty_plot(figure)
        for name in drawn:
            line(axes, name, profiles, 1, faint=scene != "end" and name != current)
        if scene in LINES:
            line(axes, scene, profiles, share)
        if scene in LINES and share >= 1:
            say(figure, 0.7, 0.29, shown[CURVES[scene][1]], 40, INK, 1)
            say(figure, 0.7, 0.2, f"at layer 1, {LINES[scene][2]}", 20, INK2, 1)
    if scene == "factor":
        say(figure, 0.5, 0.62, r"√( n · Var W · E φ′² )", 34, INK, share)
        say(
            figure,
            0.5,
            0.5,
            f"weights × slopes = {shown['deep_stack.relu.default.factor']} per layer",
            24,
            INK2,
            share,
        )
    if scene == "end":
        say(figure, 0.5, 0.3, "g.double().norm()", 40, INK, share, family="DejaVu Sans Mono")
        say(figure, 0.5, 0.19, "g = ∂L/∂h, layer by layer", 22, INK2, share)
    canvas.draw()
    made = canvas.buffer_rgba()
    plt.close(figure)
    return made


def say(figure, x, y, text, size, color, share, **more):
    figure.text(
        x,
        y,
        text,
        fontsize=size,
        color=color,
        alpha=min(1, 3 * share),
        ha="center",
        va="center",
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 12, "alpha": 0.9 * min(1, 3 * share)},
        **more,
    )


def strip(figure, profile, share: float) -> None:
    """A column for each layer; it fills from the loss, on the right, as the signal goes back."""
    from math import log10

    axes = figure.add_axes((0.16, 0.8, 0.72, 0.15))
    axes.set_xlim(0.5, 30.5)
    axes.set_ylim(0, 2.1)
    axes.axis("off")
    axes.plot([0.5, 30.5], [0, 0], color=EDGE, linewidth=2, clip_on=False)
    reached = 30 - round(30 * share)
    for layer in range(reached + 1, 31):
        decades = log10(profile[layer - 1]) if profile else 0.0
        faded = max(-12.0, min(0.0, decades))
        token = FADE[min(5, round(-faded / 2))] if decades < 0 else GROW[min(6, round(decades))]
        if decades <= -11:
            continue
        axes.bar(
            layer,
            1 + max(0.0, min(decades, 5)) / 5,
            width=0.72 * (0.16 + 0.84 * (1 + faded / 12)),
            color=SCALE[token],
        )
    figure.text(0.16, 0.765, "input", fontsize=17, color=INK2)
    figure.text(0.52, 0.765, "the signal, ∂L/∂h", fontsize=17, color=INK2, ha="center")
    figure.text(0.88, 0.765, "loss", fontsize=17, color=INK2, ha="right")


def empty_plot(figure):
    axes = figure.add_axes((0.16, 0.1, 0.72, 0.62))
    axes.set_facecolor(PAPER)
    axes.set_xlim(0.5, 30.5)
    axes.set_ylim(-27, 6)
    axes.set_yticks(
        [0, -6, -12, -18, -24], [power(p) for p in (0, -6, -12, -18, -24)], fontsize=17, color=INK2
    )
    axes.yaxis.tick_right()
    axes.tick_params(length=0)
    axes.set_xticks([1, 10, 20, 30], ["1", "10", "20", "30"], fontsize=17, color=INK2)
    axes.grid(axis="y", color=LINE, linewidth=1.2)
    axes.grid(axis="x", visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlabel("layer", fontsize=17, color=INK2)
    return axes


def line(axes, name: str, profiles, share: float, faint: bool = False) -> None:
    """A net's signal, drawn from the loss back."""
    from math import log10

    net, label, _ = LINES[name]
    profile = profiles[CURVES[name][0]]
    first = 30 - round(29 * share)
    layers = range(first, 31)
    color, style, marker = NETS[net]
    axes.plot(
        layers,
        [log10(profile[layer - 1]) for layer in layers],
        color=color,
        linestyle=style,
        linewidth=4,
        alpha=0.45 if faint else 1,
        solid_capstyle="round",
    )
    if share >= 1:
        axes.plot(
            0.2, NAMED_AT[name], color=COLORS[net], marker=marker, markersize=10, clip_on=False
        )
        axes.text(-0.3, NAMED_AT[name], label, fontsize=17, color=INK, ha="right", va="center")


def two_norms(figure, share: float, shown) -> None:
    """What PyTorch prints, and what is there."""
    mono = {"family": "DejaVu Sans Mono", "fontsize": 25, "ha": "left", "va": "center"}
    figure.text(0.1, 0.55, "W.grad.norm()", color=INK, **mono)
    figure.text(0.62, 0.55, "0.0", color=FLARE, **mono)
    if share > 0.5:
        figure.text(0.1, 0.36, "W.grad.double().norm()", color=INK, **mono)
        there = {**mono, "family": "WG Sans", "fontsize": 30}
        figure.text(
            0.62, 0.36, shown["deep_stack.sigmoid.default.first"], color=SCALE["s0"], **there
        )
    figure.text(
        0.1, 0.66, "∂L/∂W in the first layer of the sigmoid net", fontsize=20, color=INK2, ha="left"
    )
