"""What the largest singular values allow, and what a random gradient does."""

from snippets.figures.style import EDGE, INK, SCALE, powers

RESULTS = ("stretching",)
TITLE = "The bound says “may explode”; the gradient vanishes with default weights and stays near level with He’s"
SUB = (
    "Norm of ∂L/∂h after each layer, one at the loss: product of the largest singular values (dashed) and a random gradient (solid, "
    "with its 5th to 95th percentile); {stretching.depth} layers of {stretching.width} units, {stretching.seeds} seeds; "
    "thin lines: root mean square"
)
ALT = (
    "Four lines that part to the left of the loss, on a logarithmic scale. For ReLU layers with He weights the bound climbs to "
    "{stretching.he.bound.total}, the gradient stays near one. For linear layers with default weights the bound rises to "
    "{stretching.default.bound.total}, while the gradient falls to {stretching.default.gain.total}."
)

PAIRS = {"he": (SCALE["f3"], "^", "He, ReLU"), "default": (SCALE["v2"], "s", "default")}


def draw(results, ax):
    """Both bounds and both gradients with their bands; predictions as thin ink lines."""
    found = results["stretching"]
    layers = range(found["depth"].value + 1)
    for init, (color, marker, label) in PAIRS.items():
        ax.plot(
            layers,
            found[f"{init}.bound"].value,
            color=color,
            linestyle=(0, (4, 2)),
            marker=marker,
            markevery=6,
        )
        ax.fill_between(layers, *found[f"{init}.gain"].band, color=color, alpha=0.2, linewidth=0)
        ax.plot(layers, found[f"{init}.gain"].value, color=color, marker=marker, markevery=6)
        ax.plot(layers, found[f"{init}.gain_predicted"].value, color=INK, linewidth=0.8)
        for part, word in (("bound", "bound"), ("gain", "gradient")):
            ax.annotate(
                f"{label}: {word}",
                (0, found[f"{init}.{part}"].value[0]),
                xytext=(-8, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                color=INK,
            )
    ax.axhline(1, color=EDGE, linewidth=0.6, zorder=0)
    powers(ax, every=4)
    ax.set_xticks([0, 10, 20, 30])
    ax.set_xlabel("layer (the loss is on the right)")


def data(results):
    """One row per net and layer."""
    found = results["stretching"]
    rows = []
    for init, (_, _, label) in PAIRS.items():
        gain = found[f"{init}.gain"]
        rows += [
            [label, layer, *row]
            for layer, row in enumerate(
                zip(
                    found[f"{init}.bound"].value,
                    gain.value,
                    *gain.band,
                    found[f"{init}.gain_predicted"].value,
                    strict=True,
                )
            )
        ]
    return [
        "net",
        "layer",
        "bound (median)",
        "gradient (median)",
        "5 % of seeds",
        "95 % of seeds",
        "root mean square",
    ], rows
