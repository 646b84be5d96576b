"""The update-to-weight ratio of the first layer over the first steps, beside the advised thousandth."""

from snippets.figures.style import COLORS, INK, INK2, name_lines, powers, series

RESULTS = ("first_look",)
TITLE = "Nets that learn start far above or below a thousandth; a net at chance keeps close to it under Adam"
SUB = (
    "‖ΔW‖ / ‖W‖ of layer 1 at each of the first {first_look.steps} steps, logarithmic; one line for each of {first_look.steps.seeds} "
    "seeds. SGD with momentum at each net's best rate; the sigmoid net of {first_look.adam.depth} layers under Adam"
)
ALT = (
    "Five nets. BatchNorm and scaled skips start near a tenth and a hundredth and fall. ReLU with He weights stays far below the "
    "line of {first_look.line}. Tanh rises across it. The sigmoid net under Adam stays a few times above the line all the time."
)

NETS = {
    "bn": ("bn", "BatchNorm"),
    "res_scaled": ("res_scaled", "scaled skips"),
    "adam": ("sigmoid", "sigmoid, Adam"),
    "tanh": ("tanh", "tanh"),
    "relu_he": ("relu_he", "ReLU, He"),
}


def draw(results, ax):
    """One thin line for each seed, the median with its marker; the advised ratio as a line in ink."""
    found = results["first_look"]
    steps = range(1, found["steps"].value + 1)
    for net, (look, _) in NETS.items():
        for seed in found[f"{net}.ratio.first"].seeds:
            ax.plot(steps, seed, color=COLORS[look], linewidth=0.6, alpha=0.4)
        ax.plot(steps, found[f"{net}.ratio.first"].value, markevery=9, **series(look))
    ax.axhline(found["line"].value, color=INK, linewidth=1)
    ax.annotate(
        "advised",
        (steps[-1], found["line"].value),
        xytext=(0, -11),
        textcoords="offset points",
        ha="right",
        color=INK2,
    )
    powers(ax, every=1)
    ax.set_xticks([1, 15, 30, 45])
    ax.set_xlabel("step")
    name_lines(
        ax,
        {
            look: (label, found[f"{net}.ratio.first"].value[0])
            for net, (look, label) in NETS.items()
        },
    )


def data(results):
    """One row per net, seed and step."""
    found = results["first_look"]
    return ["net", "seed", "step", "update-to-weight ratio of layer 1"], [
        [label, seed, step, ratio]
        for net, (_, label) in NETS.items()
        for seed, profile in enumerate(found[f"{net}.ratio.first"].seeds)
        for step, ratio in enumerate(profile, 1)
    ]
