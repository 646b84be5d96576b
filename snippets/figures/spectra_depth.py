"""How the singular values of a product of matrices spread with the number of matrices, beside the Fuss-Catalan law."""

from snippets.figures.spectra_initial import shares
from snippets.figures.style import INK, SCALE, powers

RESULTS = ("spectra",)
TITLE = "The more matrices in a product, the fewer directions carry it; products of orthogonal ones stay level"
SUB = (
    "Singular values of products of Gaussian matrices of side {spectra.width}, Xavier scale, the largest on the left: medians of "
    "{spectra.seeds} seeds (markers), Fuss–Catalan law (thin lines)"
)
ALT = (
    "Curves of singular values on a logarithmic scale for products of one, three, ten and thirty matrices, each steeper than the one "
    "before. The median falls from {spectra.product.at1.middle} to {spectra.product.at30.middle}, while the largest rises from "
    "{spectra.product.at1.largest} to {spectra.product.at30.largest}. Orthogonal products stay at one."
)

LOOKS = {
    1: (SCALE["s0"], "s"),
    3: (SCALE["f1"], "D"),
    10: (SCALE["f3"], "^"),
    30: (SCALE["f5"], "o"),
}
LOWEST = 1e-7


def draw(results, ax):
    """Measured values as markers on the law; the flat line of orthogonal products."""
    found = results["spectra"]
    across = shares(results)
    for depth, (color, marker) in LOOKS.items():
        for part, look in (
            ("values_predicted", {"color": INK, "linewidth": 0.8}),
            ("values", {"color": color, "marker": marker, "linestyle": "none", "markersize": 4.5}),
        ):
            shown = [
                (x, y)
                for x, y in zip(across, found[f"product.at{depth}.{part}"].value, strict=True)
                if y > LOWEST
            ]
            ax.plot(*zip(*shown, strict=True), **look)
        ax.annotate(
            "1 matrix" if depth == 1 else str(depth),
            shown[-1],
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            color=INK,
        )
    level = [found["product.orthogonal.largest"].value, found["product.orthogonal.smallest"].value]
    ax.plot([0, 1.2], level, color=INK, linewidth=2)
    ax.annotate(
        "30 orthogonal matrices",
        (1.2, level[1]),
        xytext=(0, 6),
        textcoords="offset points",
        color=INK,
        ha="right",
    )
    powers(ax, every=2)
    ax.set_ylim(LOWEST, 60)
    ax.set_xlim(-0.05, 1.22)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xlabel("share of singular values that are larger")


def data(results):
    """One row per depth and kept singular value."""
    found = results["spectra"]
    return [
        "matrices",
        "share of larger ones",
        "singular value (median)",
        "5 % of seeds",
        "95 % of seeds",
        "law",
    ], [
        [depth, *row]
        for depth in LOOKS
        for row in zip(
            shares(results),
            found[f"product.at{depth}.values"].value,
            *found[f"product.at{depth}.values"].band,
            found[f"product.at{depth}.values_predicted"].value,
            strict=True,
        )
    ]
