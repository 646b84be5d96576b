"""Units that died at too large a rate and came back, layer by layer, pooled over seeds."""

from snippets.figures.style import COLORS, FLARE, INK, on_the_right

RESULTS = ("dead_units",)
TITLE = "In the first layer no dead unit comes back; in every deeper layer most do"
SUB = (
    "ReLU units seen dead in {dead_units.steps} steps of SGD at a rate of {dead_units.large.rate}, and how many of them are alive "
    "at the end; by layer, of {dead_units.units} units each ({dead_units.seeds} seeds)"
)
ALT = (
    "Five bars, one for each hidden layer, growing toward the loss. The bar of layer 1 is {dead_units.large.died.layer1} units "
    "high and all of it is still dead. Of {dead_units.large.died.layer2} units in layer 2, {dead_units.large.back.layer2} came back; "
    "of {dead_units.large.died.layer5} in layer 5, {dead_units.large.back.layer5}."
)


def layers(found) -> list[tuple[int, int, int]]:
    """(layer, units seen dead, units that came back)."""
    return [
        (layer, found[f"large.died.layer{layer}"].value, found[f"large.back.layer{layer}"].value)
        for layer in range(1, found["depth"].value + 1)
    ]


def draw(results, ax):
    """What stayed dead below, what came back on top of it, each with its number."""
    rows = layers(results["dead_units"])
    for layer, died, back in rows:
        dead = died - back
        ax.bar(layer, dead, width=0.6, color=FLARE)
        ax.bar(layer, back, bottom=dead, width=0.6, color=COLORS["relu"], alpha=0.55)
        name = f"{back} of {died}" + "\ncame back" * (layer == 1)
        ax.text(layer, died + 12, name, ha="center", va="bottom", color=INK)
    last, died, back = rows[-1]
    for y, words in ((died - back / 2, "came\nback"), ((died - back) / 2, "still\ndead")):
        ax.text(last + 0.36, y, words, ha="left", va="center", color=INK)
    on_the_right(ax)
    ax.set_xlim(0.5, last + 1.0)
    ax.set_ylim(0, died * 1.12)
    ax.set_yticks([])
    ax.set_xticks([layer for layer, _, _ in rows])
    ax.set_xlabel("hidden layer (the loss is on the right)")


def data(results):
    """One row per layer."""
    return ["layer", "units seen dead", "of them alive at the end"], [
        list(row) for row in layers(results["dead_units"])
    ]
