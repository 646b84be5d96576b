"""Powers of a matrix whose spectral radius is below one and whose largest singular value is above."""

from snippets.figures.style import INK, SCALE, powers

RESULTS = ("stretching",)
TITLE = "One matrix, applied again and again: first it grows by its largest singular value, at last it shrinks by its spectral radius"
SUB = (
    "Norm of a random vector (band: 5th to 95th percentile of {stretching.seeds} seeds) and of the matrix power (markers) over steps; "
    "bidiagonal matrix of side {stretching.side}, {stretching.bidiagonal.diagonal} on and {stretching.bidiagonal.above} above the "
    "diagonal"
)
ALT = (
    "On a logarithmic scale the norm climbs along the line of σ_max, peaks at {stretching.bidiagonal.peak} after "
    "{stretching.bidiagonal.peak_at} steps, and then falls, ever closer to the slope of the spectral radius."
)


def draw(results, ax):
    """Measured norms, with the two rates as thin lines."""
    found = results["stretching"]
    powers_of = found["bidiagonal.powers"].value
    steps = [10 * i for i in range(len(powers_of))]
    path = found["bidiagonal.path"]
    ax.fill_between(steps, *path.band, color=SCALE["s0"], alpha=0.2, linewidth=0)
    ax.plot(steps, path.value, color=SCALE["s0"])
    ax.plot(
        steps, powers_of, color=SCALE["f3"], marker="o", linestyle="none", markersize=4, markevery=2
    )
    largest, radius = found["bidiagonal.largest"].value, found["bidiagonal.radius"].value
    ax.plot([0, 120], [1, largest**120], color=INK, linewidth=0.8)
    ax.plot([0, 200], [1, radius**200], color=INK, linewidth=0.8)
    ax.annotate(
        "largest singular value",
        (105, largest**105),
        xytext=(-6, 2),
        textcoords="offset points",
        ha="right",
        color=INK,
    )
    ax.annotate(
        "spectral radius", (95, radius**95), xytext=(6, 4), textcoords="offset points", color=INK
    )
    ax.annotate(
        "the norm of the power",
        (steps[20], powers_of[20]),
        xytext=(8, 6),
        textcoords="offset points",
        color=INK,
    )
    powers(ax, every=8)
    ax.set_xticks([0, 100, 200, 300, 400])
    ax.set_xlabel("steps")


def data(results):
    """One row for each tenth step."""
    found = results["stretching"]
    path = found["bidiagonal.path"]
    return [
        "steps",
        "norm of the power",
        "norm of a random vector (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], [
        [10 * i, *row]
        for i, row in enumerate(
            zip(found["bidiagonal.powers"].value, path.value, *path.band, strict=True)
        )
    ]
