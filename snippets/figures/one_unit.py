"""The factor per step of a one-unit net that has settled, by its weight."""

from snippets.figures.style import EDGE, INK, on_the_right, series

RESULTS = ("iterated_map",)
TITLE = (
    "Once a single unit has settled, its factor per step is never above one, whatever its weight"
)
SUB = (
    "Size of the factor ∂h at one step by ∂h at the step before, at the state where the unit settles; weight of the unit across. "
    "No inputs; one run, no chance in it"
)
ALT = (
    "Three curves over weights from zero to eight, below a line at one. Tanh rises to one at weight {iterated_map.tanh.best} and falls "
    "quickly beyond. A sigmoid whose bias centers it rises to one at weight {iterated_map.centered.best} and falls. A sigmoid without "
    "a bias never exceeds {iterated_map.sigmoid.largest}."
)

NETS = {
    "tanh": ("tanh", "tanh", (1.45, 0.72)),
    "centered": ("bn", "sigmoid, centered", (4.65, 0.86)),
    "sigmoid": ("sigmoid", "sigmoid, no bias", (2.3, 0.3)),
}


def draw(results, ax):
    """One curve for each unit, named beside it; the line of a factor of one."""
    found = results["iterated_map"]
    weights = found["weights"].value
    ax.axhline(1, color=EDGE, linewidth=0.8)
    for unit, (look, label, place) in NETS.items():
        ax.plot(weights, found[f"{unit}.factors"].value, markevery=8, **series(look))
        ax.text(*place, label, color=INK, va="center")
    on_the_right(ax)
    ax.set_ylim(0, 1.1)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_xticks(range(0, 9, 2))
    ax.set_xlabel("weight of the unit")


def data(results):
    """One row per weight."""
    found = results["iterated_map"]
    columns = [found[f"{unit}.factors"].value for unit in NETS]
    return ["weight", *(label for _, label, _ in NETS.values())], [
        list(row) for row in zip(found["weights"].value, *columns, strict=True)
    ]
