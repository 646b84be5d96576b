"""Growth of the signal and of the state over a residual net at initialization, against depth, for three scales of the branches."""

from snippets.figures.style import COLORS, INK, INK2, PAPER, powers, series

RESULTS = ("residual",)
TITLE = "Unscaled branches multiply signal and state in every block; divided by a root of the depth they stay put"
SUB = (
    "Norm of ∂L/∂h at the input over that at the top (filled) and norm of h at the top over that at the input (hollow), against "
    "the number N of blocks; branches of two layers of {residual.width} units, He weights, median and 5th to 95th percentile of "
    "{residual.seeds} seeds, thin lines: predicted"
)
ALT = (
    "Three lines over depth, on a logarithmic scale. Unscaled, signal and state grow alike, to {residual.two.he.plain.at100.total} "
    "and {residual.two.he.plain.at100.forward} at {residual.depth.100} blocks. With branches divided by the root of the depth the "
    "signal grows to {residual.two.he.scaled.at100.total}, divided by the depth to {residual.two.he.mean.at100.total}."
)

DEPTHS = (10, 30, 100)
LINES = {"plain": "res", "scaled": "res_scaled", "mean": "relu_he"}
NAMES = {"unscaled": (44, 1e14), "divided by √N": (98, 3e2), "divided by N": (98, 4e-3)}


def draw(results, ax):
    """Medians with bands, the forward growth as hollow markers, the prediction as a thin line."""
    found = results["residual"]
    ax.set_xscale("log")
    for kind, net in LINES.items():
        signal, state = (
            [found[f"two.he.{kind}.at{n}.{what}"] for n in DEPTHS] for what in ("total", "forward")
        )
        ax.fill_between(
            DEPTHS,
            *zip(*(p.band for p in signal), strict=True),
            color=COLORS[net],
            alpha=0.15,
            linewidth=0,
        )
        ax.plot(DEPTHS, [p.value for p in signal], **series(net))
        ax.plot(
            DEPTHS,
            [found[f"two.he.{kind}.at{n}.predicted_total"].value for n in DEPTHS],
            color=INK2,
            linewidth=0.8,
            linestyle="-",
            marker="none",
        )
        ax.plot(
            [n * 1.06 for n in DEPTHS],
            [p.value for p in state],
            color=COLORS[net],
            linestyle="none",
            marker=series(net)["marker"],
            markerfacecolor=PAPER,
            markeredgecolor=COLORS[net],
            markeredgewidth=1,
        )
    for name, (x, y) in NAMES.items():
        ax.text(x, y, name, ha="right", va="center", color=INK)
    powers(ax, every=6)
    ax.set_xlim(9, 115)
    ax.set_ylim(1e-4, 1e25)
    ax.set_xticks(DEPTHS, [str(n) for n in DEPTHS])
    ax.minorticks_off()
    ax.set_xlabel("blocks")


def data(results):
    """One row per scale and depth."""
    found = results["residual"]
    rows = []
    for kind in LINES:
        for n in DEPTHS:
            key = f"two.he.{kind}.at{n}"
            signal, state = found[f"{key}.total"], found[f"{key}.forward"]
            rows.append(
                [
                    kind,
                    n,
                    found[f"{key}.predicted_total"].value,
                    signal.value,
                    *signal.band,
                    state.value,
                    *state.band,
                ]
            )
    return [
        "scale",
        "blocks",
        "predicted",
        "signal (median)",
        "5 % of seeds",
        "95 % of seeds",
        "state (median)",
        "5 %",
        "95 %",
    ], rows
