"""Weight gradients of the queries, block by block: what becomes of them when all tokens turn alike."""

from snippets.figures.style import COLORS, name_lines, powers, series

RESULTS = ("transformer",)
TITLE = "What vanishes in a deep post-norm transformer is the gradient of the queries, and it vanishes toward the output"
SUB = (
    "Norm of ∂L/∂W of the query matrix in each of {transformer.shown} blocks at initialization; width {transformer.width}, "
    "{transformer.tokens} tokens, median and 5th to 95th percentile of {transformer.seeds} seeds"
)
ALT = (
    "Three lines over twenty-four blocks, logarithmic scale. Post-norm falls steadily from {transformer.post.at24.q.first} in the first "
    "block to {transformer.post.at24.q.last} in the last. Pre-norm falls from {transformer.pre.at24.q.first} to "
    "{transformer.pre.at24.q.last}. Pre-norm with scaled branches is level at about {transformer.scaled.at24.q.last}."
)

LINES = {
    "ln": ("post", "post-norm"),
    "res": ("pre", "pre-norm"),
    "res_scaled": ("scaled", "pre, scaled"),
}


def draw(results, ax):
    """Median and band per block."""
    found = results["transformer"]
    blocks = range(1, found["shown"].value + 1)
    for net, (key, _) in LINES.items():
        profile = found[f"{key}.q_profile"]
        ax.fill_between(blocks, *profile.band, color=COLORS[net], alpha=0.15, linewidth=0)
        ax.plot(blocks, profile.value, markevery=4, **series(net))
    powers(ax, every=2)
    ax.set_xticks([1, 8, 16, 24])
    ax.set_xlabel("block (the loss is on the right)")
    name_lines(
        ax,
        {net: (label, found[f"{key}.q_profile"].value[0]) for net, (key, label) in LINES.items()},
    )


def data(results):
    """One row per net and block."""
    found = results["transformer"]
    rows = [
        [label, block, *row]
        for key, label in LINES.values()
        for block, row in enumerate(
            zip(found[f"{key}.q_profile"].value, *found[f"{key}.q_profile"].band, strict=True), 1
        )
    ]
    return ["net", "block", "norm of the weight gradient", "5 % of seeds", "95 % of seeds"], rows
