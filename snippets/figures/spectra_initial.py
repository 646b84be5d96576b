"""All singular values of a weight matrix as each initialization draws it, beside the quarter-circle law."""

from snippets.figures.style import INK, SCALE, on_the_right

RESULTS = ("spectra",)
TITLE = "Random weights stretch some directions and flatten others; only orthogonal weights treat all alike"
SUB = (
    "Singular values of a square weight matrix of side {spectra.width}, the largest on the left: medians of {spectra.seeds} seeds "
    "(markers), quarter-circle law (thin lines)"
)
ALT = (
    "Four curves fall from left to right, markers on thin lines of theory. He initialization starts at {spectra.he.largest}, Xavier at "
    "{spectra.xavier.largest}, the default at {spectra.default.largest}; all three end near zero. Orthogonal weights stay flat at "
    "{spectra.orthogonal.largest}."
)

INITS = {
    "he": ("He", SCALE["f3"], "^"),
    "xavier": ("Xavier", SCALE["s0"], "X"),
    "default": ("default", SCALE["v2"], "s"),
    "orthogonal": ("orthogonal", INK, "o"),
}
NAMES = {
    "he": (0.2, (6, 6)),
    "xavier": (0.2, (6, 6)),
    "default": (0.2, (-20, -17)),
    "orthogonal": (0.76, (0, 8)),
}  # place, shift


def draw(results, ax):
    """Measured values as markers on the law."""
    found = results["spectra"]
    across = shares(results)
    for init, (label, color, marker) in INITS.items():
        values = found[f"{init}.values"].value
        law = found[f"{init}.values_predicted"].value if init != "orthogonal" else values
        ax.plot(across, law, color=INK, linewidth=0.8)
        ax.plot(across, values, color=color, marker=marker, linestyle="none", markersize=4.5)
        place, shift = NAMES[init]
        at = min(range(len(across)), key=lambda i, place=place: abs(across[i] - place))
        ax.annotate(
            label, (across[at], values[at]), xytext=shift, textcoords="offset points", color=INK
        )
    on_the_right(ax)
    ax.set_ylim(0, 3)
    ax.set_yticks([0, 1, 2, 3])
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xlabel("share of singular values that are larger")


def shares(results):
    """Where on the axis the kept values stand: the place of each, in falling order."""
    width = results["spectra"]["width"].value
    return [(i + 0.5) / width for i in (0, 1, 2, 4, 8, *range(16, width, 16), width - 1)]


def data(results):
    """One row per initialization and kept singular value."""
    found = results["spectra"]
    rows = []
    for init, (label, _, _) in INITS.items():
        law = (
            found[f"{init}.values_predicted"].value
            if init != "orthogonal"
            else [1.0] * len(shares(results))
        )
        rows += [
            [label, share, value, low, high, predicted]
            for share, value, low, high, predicted in zip(
                shares(results),
                found[f"{init}.values"].value,
                *found[f"{init}.values"].band,
                law,
                strict=True,
            )
        ]
    return [
        "initialization",
        "share of larger ones",
        "singular value (median)",
        "5 % of seeds",
        "95 % of seeds",
        "law",
    ], rows
