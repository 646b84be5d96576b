"""Factors per layer upward and downward in a stack of narrow and wide ReLU layers, for four ways to set the variance."""

from snippets.figures.style import COLORS, INK, SCALE, on_the_right

RESULTS = ("two_ways",)
TITLE = "Fan-in or fan-out keeps both directions level; the compromise between them loses both, and Glorot's value more"
SUB = (
    "Factor per layer of the root mean square of h (circles) and of ∂L/∂h (squares), thin line: predicted; {two_ways.layers} ReLU "
    "layers of {two_ways.narrow} and {two_ways.wide} units in turn, median and 5th to 95th percentile of {two_ways.seeds} seeds"
)
ALT = (
    "Four rows. Two over fan-in and two over fan-out lie at one, upward and downward. Four over the sum lies at "
    "{two_ways.alternating.balanced.forward} and {two_ways.alternating.balanced.backward}, two over the sum at "
    "{two_ways.alternating.glorot.forward} and {two_ways.alternating.glorot.backward}."
)

ROWS = {
    "he_in": "2 / fan-in",
    "he_out": "2 / fan-out",
    "balanced": "4 / sum of both",
    "glorot": "2 / sum of both",
}
WAYS = {
    "forward": ("activations h", COLORS["gelu"], "o", 0.16),
    "backward": ("signal ∂L/∂h", SCALE["s0"], "s", -0.16),
}


def draw(results, ax):
    """A row per scheme, one point for each direction."""
    found = results["two_ways"]
    for row, scheme in enumerate(ROWS):
        for way, (label, color, marker, shift) in WAYS.items():
            m = found[f"alternating.{scheme}.{way}"]
            height = shift - row
            theory = found[f"alternating.{scheme}.{way}_predicted"].value
            ax.plot([theory, theory], [height - 0.15, height + 0.15], color=INK, linewidth=1)
            ax.errorbar(
                [m.value],
                [height],
                xerr=[[m.value - m.band[0]], [m.band[1] - m.value]],
                color=color,
                marker=marker,
                linewidth=1.4,
            )
            if scheme == "glorot":
                ax.text(m.band[1] + 0.02, height, label, color=INK, va="center")
        ax.text(0.475, -row, ROWS[scheme], ha="right", va="center", color=INK)
    on_the_right(ax)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    ax.set_yticks([])
    ax.set_xlim(0.5, 1.12)
    ax.set_ylim(-3.5, 0.5)
    ax.set_xticks([0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1])
    ax.set_xlabel("factor per layer")


def data(results):
    """One row per scheme and direction."""
    found = results["two_ways"]
    return [
        "Var W",
        "direction",
        "predicted factor per layer",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], [
        [
            label,
            way,
            found[f"alternating.{scheme}.{way}_predicted"].value,
            found[f"alternating.{scheme}.{way}"].value,
            *found[f"alternating.{scheme}.{way}"].band,
        ]
        for scheme, label in ROWS.items()
        for way in WAYS
    ]
