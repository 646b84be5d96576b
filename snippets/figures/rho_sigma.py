"""The signal of a tanh RNN beyond spectral radius one, beside what the radius and the largest singular value suggest."""

from snippets.figures.style import COLORS, EDGE, INK, name_lines, powers, series

RESULTS = ("recurrent",)
TITLE = (
    "The spectral radius is above one and so is the bound, yet the signal of this tanh RNN vanishes"
)
SUB = (
    "Norm of ∂L/∂h after each step, one at the last; tanh RNN of {recurrent.width} units with random inputs, spectral radius "
    "{recurrent.rho15.tanh.radius}; median and 5th to 95th percentile of {recurrent.seeds} seeds. Thin lines: one factor per step"
)
ALT = (
    "Over {recurrent.steps} steps, on a logarithmic scale, the measured signal falls from one at the last step to "
    "{recurrent.rho15.tanh.total} at the first, on the line that weights and slopes predict. The power of the spectral radius rises "
    "instead, and that of the largest singular value, {recurrent.rho15.tanh.largest}, rises far above it."
)


def draw(results, ax):
    """Measured band and median; the three candidate factors as thin lines, named at their left ends."""
    found = results["recurrent"]
    steps = found["steps"].value
    across = list(range(1, steps + 1))
    profile = found["rho15.tanh.profile"]
    ax.fill_between(across, *profile.band, color=COLORS["tanh"], alpha=0.15, linewidth=0)
    ax.plot(across, profile.value, markevery=7, **series("tanh"))
    for name, line in (("bound", ":"), ("radius", "--"), ("predicted", "-")):
        per_step = found[f"rho15.tanh.{name}"].value
        ax.plot(
            across,
            [per_step ** (steps - t) for t in across],
            color=INK if name == "predicted" else EDGE,
            linewidth=1,
            linestyle=line,
            marker="none",
        )
    powers(ax, every=6)
    ax.set_ylim(1e-7, 1e24)
    ax.set_xlabel("step (the loss is on the right)")
    ax.set_xticks([1, 10, 20, 30, 40, 50])
    for name, label in (("bound", "bound per step"), ("radius", "ρ per step")):
        ax.text(
            -0.5,
            found[f"rho15.tanh.{name}"].value ** (steps - 1),
            label,
            color=INK,
            ha="right",
            va="center",
        )
    ax.text(9, 1e-1, "predicted: the thin line", color=INK, va="bottom")
    name_lines(ax, {"tanh": ("measured", profile.value[0])})


def data(results):
    """One row per step."""
    found = results["recurrent"]
    steps, profile = found["steps"].value, found["rho15.tanh.profile"]
    rows = [
        [
            t + 1,
            profile.value[t],
            profile.band[0][t],
            profile.band[1][t],
            *(
                found[f"rho15.tanh.{name}"].value ** (steps - 1 - t)
                for name in ("predicted", "radius", "bound")
            ),
        ]
        for t in range(steps)
    ]
    return [
        "step",
        "signal (1 at the last)",
        "5 % of seeds",
        "95 % of seeds",
        "predicted",
        "spectral radius to the power",
        "largest singular value to the power",
    ], rows
