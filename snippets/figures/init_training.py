"""Training accuracy of twenty ReLU layers against the size of their first weights."""

from snippets.figures.style import COLORS, EDGE, INK, INK2, on_the_right

RESULTS = ("init_training",)
TITLE = "Twenty ReLU layers learn only from weights near He's; orthogonal ones of that size learn fastest"
SUB = (
    "Training accuracy on handwritten digits after {init_training.steps} steps of SGD, each start at its own best rate, against "
    "√(n·Var W) of the first weights; median and 5th to 95th percentile of {init_training.seeds} seeds, {init_training.depth} layers of "
    "{init_training.width} units"
)
ALT = (
    "Points from small to large weights. Default and Xavier weights stay at {init_training.xavier.accuracy}, which is chance; He's "
    "reach {init_training.he.accuracy}, orthogonal ones of the same size {init_training.orthogonal_he.accuracy}; twice He's are back "
    "at chance."
)

NORMAL = ("default", "xavier", "between", "he", "above", "double")
SQUARE = ("orthogonal", "orthogonal_he")
LOOKS = (
    (NORMAL, COLORS["relu_he"], "^", "-", 1.0),
    (SQUARE, COLORS["res"], "h", (0, (1.2, 1.6)), 1.025),
)  # the last keeps them apart


def draw(results, ax):
    """Normal weights as one line, orthogonal ones beside it."""
    found = results["init_training"]
    ax.set_xscale("log")
    ax.axhline(0.1, color=EDGE, linewidth=1)
    ax.text(0.5, 0.085, "chance", color=INK2, fontsize=9, va="top")
    for names, color, marker, line, shift in LOOKS:
        x = [found[f"{name}.gain"].value * shift for name in names]
        y = [found[f"{name}.accuracy"].value for name in names]
        bands = [found[f"{name}.accuracy"].band for name in names]
        errors = [
            [v - b[0] for v, b in zip(y, bands, strict=True)],
            [b[1] - v for v, b in zip(y, bands, strict=True)],
        ]
        ax.errorbar(x, y, yerr=errors, color=color, marker=marker, linestyle=line, linewidth=1.4)
    for name, label, offset, side in (
        ("default", "nn.Linear", (0, 8), "center"),
        ("xavier", "Xavier", (-5, 8), "right"),
        ("he", "He", (-7, 6), "right"),
        ("double", "twice He", (0, -13), "center"),
        ("orthogonal_he", "orthogonal, times √2", (9, 6), "left"),
    ):
        at = (found[f"{name}.gain"].value, found[f"{name}.accuracy"].value)
        ax.annotate(label, at, xytext=offset, textcoords="offset points", ha=side, color=INK)
    on_the_right(ax)
    ax.set_xlim(0.45, 3.8)
    ax.set_ylim(0, 0.85)
    ax.set_xticks([0.5, 1, 1.41, 2, 2.83], ["0.5", "1", "√2", "2", "2√2"])
    ax.minorticks_off()
    ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8], ["0%", "20%", "40%", "60%", "80%"])
    ax.set_xlabel("√(n·Var W) at the start")


def data(results):
    """One row per start."""
    found = results["init_training"]
    return [
        "start",
        "√(n Var W)",
        "signal reaching layer 1, predicted",
        "training accuracy (median)",
        "5 % of seeds",
        "95 % of seeds",
        "learned",
        "rate",
    ], [
        [
            name,
            found[f"{name}.gain"].value,
            found[f"{name}.reached"].value,
            found[f"{name}.accuracy"].value,
            *found[f"{name}.accuracy"].band,
            found[f"{name}.learned"].value,
            found[f"{name}.rate"].value,
        ]
        for name in NORMAL + SQUARE
    ]
