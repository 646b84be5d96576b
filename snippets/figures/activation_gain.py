"""Factor per layer of the signal for eleven activations under three initializations, against the prediction."""

from snippets.figures.style import COLORS, INK, on_the_right

RESULTS = ("signal_gain",)
TITLE = "No initialization suits all activations: He's is level for ReLU, short for GELU and too much for SELU"
SUB = (
    "Factor per layer of the norm of ∂L/∂h, measured (filled) and predicted (ink line); {signal_gain.depth} layers of "
    "{signal_gain.width} units, median of {signal_gain.seeds} seeds"
)
ALT = (
    "Eleven rows with three points each, rising from default over Xavier to He weights. Sigmoid lies lowest, from "
    "{signal_gain.sigmoid.default.measured} to {signal_gain.sigmoid.he.measured}. With He weights ReLU is at "
    "{signal_gain.relu.he.measured}, GELU at {signal_gain.gelu.he.measured}, SiLU at {signal_gain.silu.he.measured}, SELU at "
    "{signal_gain.selu.he.measured}. Every predicted line crosses its point."
)

NETS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "softplus": "softplus",
}
INITS = {
    "default": ("default", COLORS["relu"], "s"),
    "xavier": ("Xavier", COLORS["tanh"], "X"),
    "he": ("He", COLORS["relu_he"], "^"),
}


def draw(results, ax):
    """A row per activation, a point per initialization with the prediction as an upright line."""
    found = results["signal_gain"]
    for init, (label, color, marker) in INITS.items():
        for row, net in enumerate(NETS):
            height = -row
            theory = found[f"{net}.{init}.predicted"].value
            ax.plot([theory, theory], [height - 0.36, height + 0.36], color=INK, linewidth=0.9)
            ax.plot(
                found[f"{net}.{init}.measured"].value,
                height,
                color=color,
                marker=marker,
                linestyle="none",
            )
        at = found[f"sigmoid.{init}.measured"].value
        ax.text(
            {"default": at - 0.05, "xavier": at, "he": at + 0.05}[init],
            0.75,
            label,
            ha={"default": "right", "xavier": "center", "he": "left"}[init],
            va="bottom",
            color=INK,
            fontsize=9.5,
        )
    on_the_right(ax)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.axvline(1, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
    ax.set_yticks([])
    for row, label in enumerate(NETS.values()):
        ax.text(-0.03, -row, label, ha="right", va="center", color=INK)
    ax.set_xlim(0, 1.2)
    ax.set_ylim(-10.6, 1.6)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xlabel("factor per layer (dashed: one)")


def data(results):
    """One row per activation and initialization."""
    found = results["signal_gain"]
    return [
        "activation",
        "initialization",
        "predicted factor per layer",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
        "seeds",
    ], [
        [
            label,
            named,
            found[f"{net}.{init}.predicted"].value,
            found[f"{net}.{init}.measured"].value,
            *found[f"{net}.{init}.measured"].band,
            found[f"{net}.{init}.measured"].n,
        ]
        for net, label in NETS.items()
        for init, (named, _, _) in INITS.items()
    ]
