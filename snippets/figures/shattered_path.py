"""Autocorrelation of the gradient along a path of inputs, fifty layers deep, without and with skips."""

from snippets.figures.style import COLORS, INK, INK2, on_the_right, series

RESULTS = ("shattered",)
TITLE = "Along a path of inputs the gradient of a deep plain net is nearly noise, that of a net with skips a curve"
SUB = (
    "Cosine between ∂f/∂x at two inputs of a quarter circle against their angle in degrees; {shattered.depth.50} layers or blocks of "
    "{shattered.width} units, at initialization, median and 5th to 95th percentile of {shattered.seeds} seeds, thin lines: predicted"
)
ALT = (
    "Four lines that start at one. With BatchNorm and no skips the cosine is near zero from {shattered.step} degrees on. "
    "With skips and BatchNorm it falls gradually to near zero at a right angle; with scaled skips it keeps almost half."
)

LINES = {"plain": "relu_he", "bn": "bn", "res_bn": "res", "scaled": "res_scaled"}
NAMES = {
    "plain": (27, 0.24),
    "plain, BatchNorm": (60, -0.11),
    "skips, BatchNorm": (66, 0.36),
    "skips, scaled": (88, 0.66),
}


def draw(results, ax):
    """Medians with bands, predictions as thin lines."""
    found = results["shattered"]
    angles = [found["step"].value * k for k in range(len(found["bn.at50.path"].value))]
    for net, look in LINES.items():
        path = found[f"{net}.at50.path"]
        ax.fill_between(angles, *path.band, color=COLORS[look], alpha=0.13, linewidth=0)
        ax.plot(angles, path.value, markevery=3, **series(look))
        ax.plot(
            angles,
            found[f"{net}.at50.predicted_path"].value,
            color=INK2,
            linewidth=0.8,
            linestyle="-",
            marker="none",
        )
    for name, (x, y) in NAMES.items():
        ax.text(x, y, name, ha="right", va="center", color=INK)
    on_the_right(ax)
    ax.set_ylim(-0.25, 1.05)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xticks([0, 30, 60, 90], ["0", "30", "60", "90"])
    ax.set_xlabel("angle between the two inputs, in degrees")


def data(results):
    """One row per net and angle."""
    found = results["shattered"]
    rows = []
    for net in LINES:
        path, theory = found[f"{net}.at50.path"], found[f"{net}.at50.predicted_path"].value
        for k, row in enumerate(zip(theory, path.value, *path.band, strict=True)):
            rows.append([net, found["step"].value * k, *row])
    return [
        "net",
        "angle in degrees",
        "predicted cosine",
        "measured (median)",
        "5 % of seeds",
        "95 % of seeds",
    ], rows
