"""What the state of an LSTM and of a GRU keeps per step at initialization, by the bias of the gate that keeps it."""

from snippets.figures.style import EDGE, INK, on_the_right, series

RESULTS = ("recurrent",)
TITLE = "A positive bias on the gate that keeps the state lifts the factor per step to about one"
SUB = (
    "Factor per step of ∂L/∂c (LSTM) and ∂L/∂h (GRU) at initialization, by the bias of the forget or update gate; "
    "{recurrent.width} units, median and 5th to 95th percentile of {recurrent.sweep.seeds} seeds. Thin line: the gate alone, σ(bias)"
)
ALT = (
    "Two rising curves. At bias zero the LSTM keeps {recurrent.bias0.lstm} and the GRU {recurrent.bias0.gru} per step; at bias "
    "{recurrent.bias5} the GRU keeps {recurrent.bias5.gru}, which is the gate alone, and the LSTM "
    "{recurrent.bias5.lstm}, more than one."
)

NETS = {"lstm": ("bn", "LSTM", (1.1, 0.92)), "gru": ("res", "GRU", (2.1, 0.86))}
BIASES = (0, 1, 2, 3, 5)


def draw(results, ax):
    """Medians with bands, and the gate alone."""
    found = results["recurrent"]
    ax.axhline(1, color=EDGE, linewidth=0.8)
    ax.plot(
        BIASES,
        [found[f"bias{b}.gate"].value for b in BIASES],
        color=INK,
        linewidth=1,
        linestyle=":",
        marker="none",
    )
    for net, (look, label, place) in NETS.items():
        points = [found[f"bias{b}.{net}"] for b in BIASES]
        low, high = zip(*(p.band for p in points), strict=True)
        ax.fill_between(BIASES, low, high, color=series(look)["color"], alpha=0.15, linewidth=0)
        ax.plot(BIASES, [p.value for p in points], **series(look))
        ax.text(*place, label, color=INK, va="center")
    ax.text(0.62, 0.6, "gate alone", color=INK, va="center")
    on_the_right(ax)
    ax.set_ylim(0.45, 1.1)
    ax.set_yticks([0.5, 0.75, 1])
    ax.set_xticks(BIASES)
    ax.set_xlabel("bias of the forget gate (LSTM) or update gate (GRU)")


def data(results):
    """One row per net and bias."""
    found = results["recurrent"]
    return ["net", "bias", "factor per step", "5 % of seeds", "95 % of seeds", "gate alone"], [
        [
            label,
            b,
            found[f"bias{b}.{net}"].value,
            *found[f"bias{b}.{net}"].band,
            found[f"bias{b}.gate"].value,
        ]
        for net, (_, label, _) in NETS.items()
        for b in BIASES
    ]
