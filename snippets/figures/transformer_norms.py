"""Weight gradients of the feed-forward nets, block by block, with the norm after the addition and before the branch."""

from snippets.figures.style import COLORS, INK, name_lines, on_the_right, series

RESULTS = ("transformer",)
TITLE = "Post-norm keeps large gradients near the output; pre-norm's fall from block to block as its stream grows"
SUB = (
    "Norm of ∂L/∂W of the second feed-forward matrix in each of {transformer.shown} blocks at initialization; "
    "width {transformer.width}, median and 5th to 95th percentile of {transformer.seeds} seeds; "
    "thin line: predicted for pre-norm from the growth of h"
)
ALT = (
    "Three lines over twenty-four blocks, logarithmic scale. Post-norm is highest at the output, {transformer.post.at24.down.last} in "
    "the last block, and nearly level, with a wide band toward the input. Pre-norm falls from {transformer.pre.at24.down.first} in the "
    "first block to {transformer.pre.at24.down.last} in the last; a thin predicted line runs along it. Pre-norm with scaled branches is "
    "level, {transformer.scaled.at24.down.first} to {transformer.scaled.at24.down.last}."
)

LINES = {
    "ln": ("post", "post-norm"),
    "res": ("pre", "pre-norm"),
    "res_scaled": ("scaled", "pre, scaled"),
}


def draw(results, ax):
    """Median and band per block; the prediction hangs on the last block of pre-norm."""
    found = results["transformer"]
    blocks = range(1, found["shown"].value + 1)
    for net, (key, _) in LINES.items():
        profile = found[f"{key}.down_profile"]
        ax.fill_between(blocks, *profile.band, color=COLORS[net], alpha=0.15, linewidth=0)
        ax.plot(blocks, profile.value, markevery=4, **series(net))
    last = found["pre.down_profile"].value[-1]
    ax.plot(
        blocks,
        [last * x for x in found["pre.predicted_profile"].value],
        color=INK,
        linewidth=0.9,
        linestyle="-",
        marker="none",
    )
    ax.set_yscale("log")
    on_the_right(ax)
    ax.set_yticks([0.25, 0.5, 1, 2, 4, 8], ["0.25", "0.5", "1", "2", "4", "8"])
    ax.minorticks_off()
    ax.set_ylim(0.18, 11)
    ax.set_xticks([1, 8, 16, 24])
    ax.set_xlabel("block (the loss is on the right)")
    name_lines(
        ax,
        {
            net: (label, found[f"{key}.down_profile"].value[0])
            for net, (key, label) in LINES.items()
        },
    )


def data(results):
    """One row per net and block."""
    found = results["transformer"]
    rows = []
    for key, label in LINES.values():
        profile, theory = found[f"{key}.down_profile"], found[f"{key}.predicted_profile"].value
        for block, row in enumerate(zip(profile.value, *profile.band, theory, strict=True), 1):
            rows.append(
                [label, block, *row[:3], row[3] * profile.value[-1] if key == "pre" else ""]
            )
    return [
        "net",
        "block",
        "norm of the weight gradient",
        "5 % of seeds",
        "95 % of seeds",
        "predicted",
    ], rows
